/* SPDX-License-Identifier: Apache-2.0 */
/* CreateLocation to DescribeFleetEvents (service model 2.1, 2.3). */
#include "api/api_fleets.h"

#include <string.h>

#define PAGE_DEFAULT 100

/* ---- locations ---- */

static void add_location(api_call *call, cJSON *parent, const char *name, const local_location *location)
{
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "LocationName", location->name);
    api_add_text(call, object, "LocationArn", location->arn);
}

static const api_member create_location_members[] = {
        {"LocationName", &api_custom_location, true},
        {"Tags", &api_tags, false},
        {0},
};

static void create_location(api_call *call)
{
    const char *name = api_text(call->input, "LocationName");
    if (!api_tags_fit(call))
        return;
    const local_location *location = local_create_location(call->service, name, &call->refusal);
    if (location == NULL) {
        api_refuse_with(call);
        return;
    }
    api_keep_tags(call, location->arn);
    add_location(call, call->reply, "Location", location);
}

static const char *const location_filters[] = {"AWS", "CUSTOM", NULL};
static const api_shape location_filter = {.kind = API_TEXT, .names = location_filters};
static const api_shape location_filter_list = {
        .kind = API_LIST, .least = 1, .most = 2, .item = &location_filter};
static const api_shape location_limit = {.kind = API_INTEGER, .least = 1, .most = 200};
static const api_member list_locations_members[] = {
        {"Filters", &location_filter_list, false},
        {"Limit", &location_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

/* Only custom locations exist here: the filter AWS alone finds none. */
static bool wants_custom_locations(const cJSON *filters)
{
    if (filters == NULL)
        return true;
    for (const cJSON *filter = filters->child; filter != NULL; filter = filter->next) {
        if (strcmp(filter->valuestring, "CUSTOM") == 0)
            return true;
    }
    return false;
}

static void list_locations(api_call *call)
{
    local_page page;
    if (!api_page_begin(call, &page, PAGE_DEFAULT))
        return;
    cJSON *list = api_add_array(call, call->reply, "Locations");
    bool wanted = wants_custom_locations(api_member_of(call->input, "Filters"));
    const local_location *location;
    TAILQ_FOREACH(location, &call->service->locations, link)
    {
        if (wanted && local_page_takes(&page, location->serial))
            add_location(call, list, NULL, location);
    }
    api_page_end(call, &page);
}

static const api_shape location_or_arn = {.kind = API_TEXT,
        .most = 128,
        .pattern = "custom-[A-Za-z0-9-]+|arn:.*:location/custom-[^[:space:]]+"};
static const api_member delete_location_members[] = {
        {"LocationName", &location_or_arn, true},
        {0},
};

static void delete_location(api_call *call)
{
    if (!local_delete_location(call->service, api_text(call->input, "LocationName"), &call->refusal))
        api_refuse_with(call);
}

/* ---- fleets ---- */

static void add_fleet_attributes(api_call *call, cJSON *parent, const char *name, const local_fleet *fleet)
{
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "FleetId", fleet->id);
    api_add_text(call, object, "FleetArn", fleet->arn);
    api_add_text(call, object, "Name", fleet->name);
    api_add_text(call, object, "Description", fleet->description);
    api_add_time(call, object, "CreationTime", fleet->creation_unix_ms);
    api_add_time(call, object, "TerminationTime", fleet->termination_unix_ms);
    api_add_text(call, object, "Status", local_fleet_status_name(fleet->status));
    api_add_text(call, object, "ComputeType", "ANYWHERE");
    api_add_text(call, object, "NewGameSessionProtectionPolicy", fleet->protection_policy);
    if (fleet->metric_group != NULL)
        api_add_any_text(call, api_add_array(call, object, "MetricGroups"), NULL, fleet->metric_group);
    if (fleet->cost != NULL)
        api_add_text(call, api_add_object(call, object, "AnywhereConfiguration"), "Cost", fleet->cost);
    if (fleet->creator_limit > 0) {
        cJSON *policy = api_add_object(call, object, "ResourceCreationLimitPolicy");
        api_add_number(call, policy, "NewGameSessionsPerCreator", fleet->creator_limit);
        api_add_number(call, policy, "PolicyPeriodInMinutes", fleet->creator_period_minutes);
    }
}

static const char *const compute_types[] = {"EC2", "ANYWHERE", "CONTAINER", NULL};
static const api_shape compute_type = {.kind = API_TEXT, .names = compute_types};
static const api_member fleet_location_members[] = {{"Location", &api_location, true}, {0}};
static const api_shape fleet_location = {.kind = API_STRUCT, .members = fleet_location_members};
const api_shape api_fleet_locations = {
        .kind = API_LIST, .least = 1, .most = LOCAL_FLEET_LOCATIONS_MAX, .item = &fleet_location};
static const api_shape cost = {
        .kind = API_TEXT, .least = 1, .most = 11, .pattern = "[0-9]{1,5}(\\.[0-9]{1,5})?"};
static const api_member anywhere_members[] = {{"Cost", &cost, true}, {0}};
const api_shape api_anywhere_configuration = {.kind = API_STRUCT, .members = anywhere_members};
static const api_member creation_limit_members[] = {
        {"NewGameSessionsPerCreator", &api_count, false},
        {"PolicyPeriodInMinutes", &api_count, false},
        {0},
};
const api_shape api_creation_limit_policy = {.kind = API_STRUCT, .members = creation_limit_members};
/* Which programs run is --launch's matter here; how long a session may take to start is the fleet's. */
static const api_shape activation_timeout = {.kind = API_INTEGER, .least = 1, .most = 600};
static const api_member runtime_members[] = {
        {"GameSessionActivationTimeoutSeconds", &activation_timeout, false},
        {"MaxConcurrentGameSessionActivations", &api_without_effect, false},
        {"ServerProcesses", &api_without_effect, false},
        {0},
};
const api_shape api_runtime_configuration = {.kind = API_STRUCT, .members = runtime_members};
/* An Anywhere fleet has no certificates that GameLift makes. */
static const char *const certificate_types[] = {"DISABLED", NULL};
static const api_shape certificate_type = {.kind = API_TEXT, .names = certificate_types};
static const api_member certificate_members[] = {{"CertificateType", &certificate_type, true}, {0}};
static const api_shape certificate = {.kind = API_STRUCT, .members = certificate_members};
static const api_shape metric_group = {.kind = API_TEXT, .least = 1, .most = 255};
const api_shape api_metric_groups = {.kind = API_LIST, .most = 1, .item = &metric_group};
static const api_member create_fleet_members[] = {
        {"Name", &api_free_text, true},
        {"Description", &api_free_text, false},
        {"ComputeType", &compute_type, false},
        {"Locations", &api_fleet_locations, false},
        {"AnywhereConfiguration", &api_anywhere_configuration, false},
        {"NewGameSessionProtectionPolicy", &api_protection_policy, false},
        {"ResourceCreationLimitPolicy", &api_creation_limit_policy, false},
        {"RuntimeConfiguration", &api_runtime_configuration, false},
        {"Tags", &api_tags, false},
        {"CertificateConfiguration", &certificate, false},
        {"MetricGroups", &api_metric_groups, false},
        /* Of fleets of other types. */
        {"BuildId", &api_without_effect, false},
        {"EC2InboundPermissions", &api_without_effect, false},
        {"EC2InstanceType", &api_without_effect, false},
        {"FleetType", &api_without_effect, false},
        {"InstanceRoleArn", &api_without_effect, false},
        {"InstanceRoleCredentialsProvider", &api_without_effect, false},
        {"LogPaths", &api_without_effect, false},
        {"PeerVpcAwsAccountId", &api_without_effect, false},
        {"PeerVpcId", &api_without_effect, false},
        {"PlayerGatewayConfiguration", &api_without_effect, false},
        {"PlayerGatewayMode", &api_without_effect, false},
        {"ScriptId", &api_without_effect, false},
        {"ServerLaunchParameters", &api_without_effect, false},
        {"ServerLaunchPath", &api_without_effect, false},
        {0},
};

const char *api_metric_group(const cJSON *input)
{
    const cJSON *groups = api_member_of(input, "MetricGroups");
    return groups != NULL && groups->child != NULL ? groups->child->valuestring : NULL;
}

size_t api_read_locations(const cJSON *list, const char *names[LOCAL_FLEET_LOCATIONS_MAX])
{
    size_t count = 0;
    for (const cJSON *item = list->child; item != NULL && count < LOCAL_FLEET_LOCATIONS_MAX;
            item = item->next)
        names[count++] = api_text(item, "Location");
    return count;
}

static bool may_create_fleet(api_call *call)
{
    const char *type = api_text(call->input, "ComputeType");
    if (type == NULL || strcmp(type, "ANYWHERE") != 0)
        api_refuse(call, LOCAL_INVALID_REQUEST,
                "ComputeType is %s: only ANYWHERE is emulated by gamelift-local.",
                type != NULL ? type : "EC2, the default");
    else if (api_member_of(call->input, "Locations") == NULL)
        api_refuse(call, LOCAL_INVALID_REQUEST,
                "Locations with at least one custom location is required for an "
                "Anywhere fleet.");
    return !call->refused;
}

void api_add_location_state(
        api_call *call, cJSON *parent, const char *name, const char *location, const char *status)
{
    cJSON *state = api_add_object(call, parent, name);
    api_add_text(call, state, "Location", location);
    api_add_text(call, state, "Status", status);
}

static void create_fleet(api_call *call)
{
    if (!may_create_fleet(call) || !api_tags_fit(call))
        return;
    const char *names[LOCAL_FLEET_LOCATIONS_MAX];
    const cJSON *configuration = api_member_of(call->input, "AnywhereConfiguration");
    const cJSON *policy = api_member_of(call->input, "ResourceCreationLimitPolicy");
    local_fleet_wish wish = {
            .name = api_text(call->input, "Name"),
            .description = api_text(call->input, "Description"),
            .cost = api_text(configuration, "Cost"),
            .metric_group = api_metric_group(call->input),
            .protection_policy =
                    api_protection_policy_name(api_text(call->input, "NewGameSessionProtectionPolicy")),
            .creator_limit = api_integer(policy, "NewGameSessionsPerCreator", 0),
            .creator_period_minutes = api_integer(policy, "PolicyPeriodInMinutes", 0),
            .activation_s = api_integer(api_member_of(call->input, "RuntimeConfiguration"),
                    "GameSessionActivationTimeoutSeconds", 0),
            .locations = names,
            .location_count = api_read_locations(api_member_of(call->input, "Locations"), names),
    };
    const local_fleet *fleet = local_create_fleet(call->service, call->now, &wish, &call->refusal);
    if (fleet == NULL) {
        api_refuse_with(call);
        return;
    }
    api_keep_tags(call, fleet->arn);
    add_fleet_attributes(call, call->reply, "FleetAttributes", fleet);
    cJSON *states = api_add_array(call, call->reply, "LocationStates");
    for (size_t i = 0; i < fleet->location_count; i++)
        api_add_location_state(
                call, states, NULL, fleet->locations[i]->name, local_fleet_status_name(fleet->status));
}

static const api_shape fleet_ids = {.kind = API_LIST, .least = 1, .item = &api_fleet_id};
static const api_member describe_fleet_attributes_members[] = {
        {"FleetIds", &fleet_ids, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

static bool is_listed(const cJSON *ids, const local_fleet *fleet)
{
    if (ids == NULL)
        return true;
    for (const cJSON *id = ids->child; id != NULL; id = id->next) {
        if (strcmp(id->valuestring, fleet->id) == 0 || strcmp(id->valuestring, fleet->arn) == 0)
            return true;
    }
    return false;
}

/* Unknown ids are skipped; if all are unknown, the first is named [E]. */
void api_describe_fleets(api_call *call, const char *list_name,
        void (*add)(api_call *call, cJSON *list, const char *name, const local_fleet *fleet))
{
    const cJSON *ids = api_member_of(call->input, "FleetIds");
    local_page page;
    if (!api_page_or_all(call, &page, PAGE_DEFAULT, ids))
        return;
    cJSON *list = api_add_array(call, call->reply, list_name);
    bool found = false;
    const local_fleet *fleet;
    TAILQ_FOREACH(fleet, &call->service->fleets, link)
    {
        if (fleet->status == LOCAL_FLEET_TERMINATED || !is_listed(ids, fleet))
            continue;
        found = true;
        if (add != NULL && local_page_takes(&page, fleet->serial))
            add(call, list, NULL, fleet);
    }
    if (ids != NULL && !found)
        api_refuse(call, LOCAL_NOT_FOUND, "Fleet %s was not found.", ids->child->valuestring);
    api_page_end(call, &page);
}

static void describe_fleet_attributes(api_call *call)
{
    api_describe_fleets(call, "FleetAttributes", add_fleet_attributes);
}

static const api_shape build_id = {
        .kind = API_TEXT, .pattern = "build-[^[:space:]]+|arn:.*:build/build-[^[:space:]]+"};
static const api_shape script_id = {
        .kind = API_TEXT, .pattern = "script-[^[:space:]]+|arn:.*:script/script-[^[:space:]]+"};
static const api_member list_fleets_members[] = {
        {"BuildId", &build_id, false},
        {"ScriptId", &script_id, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

/* No fleet here has a build or a script. */
static void list_fleets(api_call *call)
{
    bool wanted = api_text(call->input, "BuildId") == NULL && api_text(call->input, "ScriptId") == NULL;
    local_page page;
    if (!api_page_begin(call, &page, PAGE_DEFAULT))
        return;
    cJSON *list = api_add_array(call, call->reply, "FleetIds");
    const local_fleet *fleet;
    TAILQ_FOREACH(fleet, &call->service->fleets, link)
    {
        if (wanted && fleet->status != LOCAL_FLEET_TERMINATED && local_page_takes(&page, fleet->serial))
            api_add_text(call, list, NULL, fleet->id);
    }
    api_page_end(call, &page);
}

static const api_member delete_fleet_members[] = {{"FleetId", &api_fleet_id, true}, {0}};

local_fleet *api_need_fleet(api_call *call)
{
    local_fleet *fleet = local_need_fleet(call->service, api_text(call->input, "FleetId"), &call->refusal);
    if (fleet == NULL)
        api_refuse_with(call);
    return fleet;
}

static void delete_fleet(api_call *call)
{
    local_fleet *fleet = api_need_fleet(call);
    if (fleet == NULL)
        return;
    if (fleet->status != LOCAL_FLEET_ACTIVE)
        api_refuse(call, LOCAL_INVALID_FLEET_STATUS, "Fleet %s is %s already.", fleet->id,
                local_fleet_status_name(fleet->status));
    else
        local_delete_fleet(call->service, call->now, fleet);
}

/* ---- events ---- */

static const api_member describe_fleet_events_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"StartTime", &api_time, false},
        {"EndTime", &api_time, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

static void add_event(api_call *call, cJSON *list, const local_event *event)
{
    cJSON *object = api_add_object(call, list, NULL);
    api_add_text(call, object, "EventId", event->id);
    api_add_text(call, object, "ResourceId", event->resource_id);
    api_add_text(call, object, "EventCode", event->code);
    api_add_text(call, object, "Message", event->message);
    api_add_time(call, object, "EventTime", event->time_unix_ms);
    api_add_number(call, object, "Count", 1);
}

/* Of deleted fleets too: how a fleet ended is what one wants to read there (S23). */
static void describe_fleet_events(api_call *call)
{
    const char *id = api_text(call->input, "FleetId");
    const local_fleet *fleet = local_find_fleet(call->service, id);
    if (fleet == NULL) {
        api_refuse(call, LOCAL_NOT_FOUND, "Fleet %s was not found.", id);
        return;
    }
    local_page page;
    if (!api_page_begin(call, &page, PAGE_DEFAULT))
        return;
    double from_ms = api_number(call->input, "StartTime", 0) * 1000,
           to_ms = api_number(call->input, "EndTime", 1e15) * 1000;
    cJSON *list = api_add_array(call, call->reply, "Events");
    const local_event *event;
    TAILQ_FOREACH(event, &call->service->events, link)
    {
        bool wanted = strcmp(event->fleet_id, fleet->id) == 0 && (double)event->time_unix_ms >= from_ms &&
                      (double)event->time_unix_ms <= to_ms;
        if (wanted && local_page_takes(&page, event->serial))
            add_event(call, list, event);
    }
    api_page_end(call, &page);
}

const api_operation api_fleet_operations[] = {
        {"CreateLocation", create_location_members, create_location},                              /* S19 */
        {"ListLocations", list_locations_members, list_locations},                                 /* S13 */
        {"DeleteLocation", delete_location_members, delete_location},                              /* S19 */
        {"CreateFleet", create_fleet_members, create_fleet},                                       /* S18 */
        {"DescribeFleetAttributes", describe_fleet_attributes_members, describe_fleet_attributes}, /* S16 */
        {"ListFleets", list_fleets_members, list_fleets},                                          /* S13 */
        {"DeleteFleet", delete_fleet_members, delete_fleet},                                       /* S23 */
        {"DescribeFleetEvents", describe_fleet_events_members, describe_fleet_events},             /* S86 */
        {0},
};

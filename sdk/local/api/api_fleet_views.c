/* SPDX-License-Identifier: Apache-2.0 */
/* What may be asked about fleets: how busy they are, their locations, and what only managed fleets have, of
 * which there is nothing here. Consoles and tools ask for it and end where it is refused (service model 2.3).
 */
#include "api/api_fleets.h"

#include <string.h>

#define PAGE_DEFAULT 100

static const api_shape fleet_ids = {.kind = API_LIST, .least = 1, .item = &api_fleet_id};
static const api_member fleets_members[] = {
        {"FleetIds", &fleet_ids, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

/* ---- utilization ---- */

/* In that location; NULL: in all. A process counts that may host or hosts a session. */
static void add_utilization(
        api_call *call, cJSON *parent, const char *name, const local_fleet *fleet, const char *location)
{
    int processes = 0, sessions = 0, players = 0, seats = 0;
    const local_process *process;
    TAILQ_FOREACH(process, &fleet->processes, link)
    {
        const local_game_session *session = process->game_session;
        if ((location != NULL && strcmp(location, process->location) != 0) ||
                process->state == LOCAL_PROCESS_CONNECTED)
            continue;
        processes++;
        if (session == NULL || session->status != GLIFT_GAME_SESSION_ACTIVE)
            continue;
        sessions++;
        players += session->taken;
        seats += session->maximum;
    }
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "FleetId", fleet->id);
    api_add_text(call, object, "FleetArn", fleet->arn);
    api_add_number(call, object, "ActiveServerProcessCount", processes);
    api_add_number(call, object, "ActiveGameSessionCount", sessions);
    api_add_number(call, object, "CurrentPlayerSessionCount", players);
    api_add_number(call, object, "MaximumPlayerSessionCount", seats);
    api_add_text(call, object, "Location", location);
}

static void add_fleet_utilization(api_call *call, cJSON *list, const char *name, const local_fleet *fleet)
{
    add_utilization(call, list, name, fleet, NULL);
}

static void describe_utilization(api_call *call)
{
    api_describe_fleets(call, "FleetUtilization", add_fleet_utilization);
}

/* The location of this fleet that Location names; a name that is no location of it is refused. */
static bool location_is_known(api_call *call, const local_fleet *fleet, const char *name)
{
    if (name != NULL && local_fleet_location(fleet, name) == NULL)
        api_refuse(call, LOCAL_NOT_FOUND, "Fleet %s has no location %s.", fleet->id, name);
    return !call->refused;
}

static const api_member location_utilization_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"Location", &api_location, true},
        {0},
};

static void describe_location_utilization(api_call *call)
{
    const char *location = api_text(call->input, "Location");
    const local_fleet *fleet = api_need_fleet(call);
    if (fleet != NULL && location_is_known(call, fleet, location))
        add_utilization(call, call->reply, "FleetUtilization", fleet, location);
}

/* ---- attributes of locations ---- */

static const api_shape location_names = {
        .kind = API_LIST, .least = 1, .most = LOCAL_FLEET_LOCATIONS_MAX, .item = &api_location};
static const api_member location_attributes_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"Locations", &location_names, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

static void add_location_attributes(
        api_call *call, cJSON *list, const local_fleet *fleet, const char *location)
{
    api_add_location_state(call, api_add_object(call, list, NULL), "LocationState", location,
            local_fleet_status_name(fleet->status));
}

/* In the order in which they are asked for, else in that in which the fleet was given them: a page's token is
 * a place in that list. */
static void describe_location_attributes(api_call *call)
{
    const cJSON *name, *names = api_member_of(call->input, "Locations");
    const local_fleet *fleet = api_need_fleet(call);
    local_page page;
    if (fleet == NULL)
        return;
    cJSON_ArrayForEach(name, names)
    {
        if (!location_is_known(call, fleet, name->valuestring))
            return;
    }
    if (!api_page_or_all(call, &page, PAGE_DEFAULT, names))
        return;
    api_add_text(call, call->reply, "FleetId", fleet->id);
    api_add_text(call, call->reply, "FleetArn", fleet->arn);
    cJSON *list = api_add_array(call, call->reply, "LocationAttributes");
    cJSON_ArrayForEach(name, names) add_location_attributes(call, list, fleet, name->valuestring);
    for (size_t i = 0; names == NULL && i < fleet->location_count; i++) {
        if (local_page_takes(&page, i + 1))
            add_location_attributes(call, list, fleet, fleet->locations[i]->name);
    }
    api_page_end(call, &page);
}

/* ---- what only managed fleets have ---- */

static void describe_capacity(api_call *call)
{
    api_describe_fleets(call, "FleetCapacity", NULL);
}

static void answer_empty(api_call *call, const char *list_name)
{
    local_page page;
    if (api_page_begin(call, &page, PAGE_DEFAULT))
        api_add_array(call, call->reply, list_name);
}

static void answer_empty_of_fleet(api_call *call, const char *list_name)
{
    const local_fleet *fleet = api_need_fleet(call);
    if (fleet != NULL && location_is_known(call, fleet, api_text(call->input, "Location")))
        answer_empty(call, list_name);
}

static const api_member port_settings_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"Location", &api_location, false},
        {0},
};

/* No firewall of ours stands before an Anywhere fleet. */
static void describe_port_settings(api_call *call)
{
    const char *location = api_text(call->input, "Location");
    const local_fleet *fleet = api_need_fleet(call);
    if (fleet == NULL || !location_is_known(call, fleet, location))
        return;
    api_add_text(call, call->reply, "FleetId", fleet->id);
    api_add_text(call, call->reply, "FleetArn", fleet->arn);
    api_add_array(call, call->reply, "InboundPermissions");
    api_add_text(call, call->reply, "Location", location);
}

static const api_shape instance_id = {.kind = API_TEXT, .least = 1, .most = 128, .pattern = "[a-zA-Z0-9.-]+"};
static const api_member instances_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"InstanceId", &instance_id, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {"Location", &api_location, false},
        {0},
};

static void describe_instances(api_call *call)
{
    const char *id = api_text(call->input, "InstanceId");
    answer_empty_of_fleet(call, "Instances");
    if (id != NULL && !call->refused)
        api_refuse(call, LOCAL_NOT_FOUND, "Instance %s was not found: an Anywhere fleet has none.", id);
}

static const api_shape instance_type = {.kind = API_TEXT, .least = 1, .most = 64};
static const api_member instance_limits_members[] = {
        {"EC2InstanceType", &instance_type, false},
        {"Location", &api_location, false},
        {0},
};

static void describe_instance_limits(api_call *call)
{
    answer_empty(call, "EC2InstanceLimits");
}

static const char *const scaling_statuses[] = {
        "ACTIVE", "UPDATE_REQUESTED", "UPDATING", "DELETE_REQUESTED", "DELETING", "DELETED", "ERROR", NULL};
static const api_shape scaling_status = {.kind = API_TEXT, .names = scaling_statuses};
static const api_member scaling_policies_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"StatusFilter", &scaling_status, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {"Location", &api_location, false},
        {0},
};

static void describe_scaling_policies(api_call *call)
{
    answer_empty_of_fleet(call, "ScalingPolicies");
}

static const char *const build_statuses[] = {"INITIALIZED", "READY", "FAILED", NULL};
static const api_shape build_status = {.kind = API_TEXT, .names = build_statuses};
static const api_member list_builds_members[] = {
        {"Status", &build_status, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

static void list_builds(api_call *call)
{
    answer_empty(call, "Builds");
}

static const api_member list_scripts_members[] = {
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

static void list_scripts(api_call *call)
{
    answer_empty(call, "Scripts");
}

const api_operation api_fleet_view_operations[] = {
        {"DescribeFleetUtilization", fleets_members, describe_utilization}, /* S13 */
        {"DescribeFleetLocationUtilization", location_utilization_members,
                describe_location_utilization}, /* S16 */
        {"DescribeFleetLocationAttributes", location_attributes_members,
                describe_location_attributes},                                            /* S13 */
        {"DescribeFleetCapacity", fleets_members, describe_capacity},                     /* S16 */
        {"DescribeFleetPortSettings", port_settings_members, describe_port_settings},     /* S16 */
        {"DescribeInstances", instances_members, describe_instances},                     /* S16 */
        {"DescribeEC2InstanceLimits", instance_limits_members, describe_instance_limits}, /* S14 */
        {"DescribeScalingPolicies", scaling_policies_members, describe_scaling_policies}, /* S16 */
        {"ListBuilds", list_builds_members, list_builds},                                 /* S14 */
        {"ListScripts", list_scripts_members, list_scripts},                              /* S14 */
        {0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* UpdateFleetAttributes, the runtime configuration, and locations that come and go (service model 2.1, 2.3).
 */
#include "api/api_fleets.h"

/* ---- attributes ---- */

static const api_member update_attributes_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"Name", &api_free_text, false},
        {"Description", &api_free_text, false},
        {"AnywhereConfiguration", &api_anywhere_configuration, false},
        {"NewGameSessionProtectionPolicy", &api_protection_policy, false},
        {"ResourceCreationLimitPolicy", &api_creation_limit_policy, false},
        {"MetricGroups", &api_metric_groups, false},
        {0},
};

static void add_identity(api_call *call, const local_fleet *fleet)
{
    api_add_text(call, call->reply, "FleetId", fleet->id);
    api_add_text(call, call->reply, "FleetArn", fleet->arn);
}

static void update_attributes(api_call *call)
{
    const cJSON *input = call->input, *policy = api_member_of(input, "ResourceCreationLimitPolicy");
    local_fleet_change change = {
            .name = api_text(input, "Name"),
            .description = api_text(input, "Description"),
            .cost = api_text(api_member_of(input, "AnywhereConfiguration"), "Cost"),
            .metric_group = api_metric_group(input),
            .protection_policy =
                    api_protection_policy_name(api_text(input, "NewGameSessionProtectionPolicy")),
            .limits_creators = policy != NULL,
            .creator_limit = api_integer(policy, "NewGameSessionsPerCreator", 0),
            .creator_period_minutes = api_integer(policy, "PolicyPeriodInMinutes", 0),
    };
    local_fleet *fleet = api_need_fleet(call);
    if (fleet == NULL)
        return;
    if (local_update_fleet(fleet, &change, &call->refusal))
        add_identity(call, fleet);
    else
        api_refuse_with(call);
}

/* ---- runtime configuration ---- */

static const api_member fleet_members[] = {{"FleetId", &api_fleet_id, true}, {0}};

/* In whole seconds, which shorter times of --activation-timeout are not. */
static void add_runtime(api_call *call, const local_fleet *fleet)
{
    cJSON *runtime = api_add_object(call, call->reply, "RuntimeConfiguration");
    uint64_t seconds = (fleet->activation_ms + 999) / 1000;
    api_add_number(
            call, runtime, "GameSessionActivationTimeoutSeconds", (double)(seconds < 600 ? seconds : 600));
}

static void describe_runtime(api_call *call)
{
    const local_fleet *fleet = api_need_fleet(call);
    if (fleet != NULL)
        add_runtime(call, fleet);
}

static const api_member update_runtime_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"RuntimeConfiguration", &api_runtime_configuration, true},
        {0},
};

static void update_runtime(api_call *call)
{
    local_fleet *fleet = api_need_fleet(call);
    if (fleet == NULL)
        return;
    const cJSON *runtime = api_member_of(call->input, "RuntimeConfiguration");
    local_fleet_change change = {
            .activation_s = api_integer(runtime, "GameSessionActivationTimeoutSeconds", 0)};
    if (local_update_fleet(fleet, &change, &call->refusal))
        add_runtime(call, fleet);
    else
        api_refuse_with(call);
}

/* ---- locations ---- */

static const api_member create_locations_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"Locations", &api_fleet_locations, true},
        {0},
};

static void answer_locations(
        api_call *call, const local_fleet *fleet, const char *const *names, size_t count, const char *status)
{
    add_identity(call, fleet);
    cJSON *states = api_add_array(call, call->reply, "LocationStates");
    for (size_t i = 0; i < count; i++)
        api_add_location_state(call, states, NULL, names[i], status);
}

static void create_locations(api_call *call)
{
    const char *names[LOCAL_FLEET_LOCATIONS_MAX];
    size_t count = api_read_locations(api_member_of(call->input, "Locations"), names);
    local_fleet *fleet = api_need_fleet(call);
    if (fleet == NULL)
        return;
    if (local_add_fleet_locations(call->service, fleet, names, count, &call->refusal))
        answer_locations(call, fleet, names, count, local_fleet_status_name(fleet->status));
    else
        api_refuse_with(call);
}

static const api_shape location_names = {
        .kind = API_LIST, .least = 1, .most = LOCAL_FLEET_LOCATIONS_MAX, .item = &api_location};
static const api_member delete_locations_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"Locations", &location_names, true},
        {0},
};

static void delete_locations(api_call *call)
{
    const char *names[LOCAL_FLEET_LOCATIONS_MAX];
    size_t count = 0;
    const cJSON *name, *list = api_member_of(call->input, "Locations");
    cJSON_ArrayForEach(name, list) names[count++] = name->valuestring;
    local_fleet *fleet = api_need_fleet(call);
    if (fleet == NULL)
        return;
    if (local_remove_fleet_locations(call->service, call->now, fleet, names, count, &call->refusal))
        answer_locations(call, fleet, names, count, "DELETING");
    else
        api_refuse_with(call);
}

const api_operation api_fleet_change_operations[] = {
        {"UpdateFleetAttributes", update_attributes_members, update_attributes}, /* S40 */
        {"DescribeRuntimeConfiguration", fleet_members, describe_runtime},       /* S39 */
        {"UpdateRuntimeConfiguration", update_runtime_members, update_runtime},  /* S39 */
        {"CreateFleetLocations", create_locations_members, create_locations},    /* S20 */
        {"DeleteFleetLocations", delete_locations_members, delete_locations},    /* S20, S23 */
        {0},
};

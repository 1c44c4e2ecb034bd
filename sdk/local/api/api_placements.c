/* SPDX-License-Identifier: Apache-2.0 */
/* Placements behind the AWS API (service model 2.2, S53 to S55). */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include "flexmatch/tickets.h"

static const char *const fallback_names[] = {"DEFAULT_AFTER_SINGLE_PASS", "NONE", NULL};

/* ---- shapes ---- */

static const api_shape maximum = {.kind = API_INTEGER, .least = 0, .most = LOCAL_PLAYERS_MAX};
static const api_member desired_members[] = {
        {"PlayerId", &api_player_id, false}, {"PlayerData", &api_player_data, false}, {0}};
static const api_shape desired = {.kind = API_STRUCT, .members = desired_members};
static const api_shape desired_list = {.kind = API_LIST, .most = LOCAL_PLAYERS_MAX, .item = &desired};

static const api_shape milliseconds = {.kind = API_NUMBER, .least = 0, .most = 3.4e38};
static const api_member latency_members[] = {
        {"PlayerId", &api_player_id, false},
        {"RegionIdentifier", &api_location, false},
        {"LatencyInMilliseconds", &milliseconds, false},
        {0},
};
static const api_shape latency = {.kind = API_STRUCT, .members = latency_members};
static const api_shape latency_list = {
        .kind = API_LIST, .most = LOCAL_PLACEMENT_LATENCIES_MAX, .item = &latency};

static const api_shape first_locations = {
        .kind = API_LIST, .least = 1, .most = LOCAL_FIRST_LOCATIONS_MAX, .item = &api_location};
static const api_shape fallback = {.kind = API_TEXT, .names = fallback_names};
static const api_member override_members[] = {
        {"LocationOrder", &first_locations, true}, {"PlacementFallbackStrategy", &fallback, false}, {0}};
static const api_shape override = {.kind = API_STRUCT, .members = override_members};

static const api_member start_members[] = {
        {"PlacementId", &api_id_string, true},
        {"GameSessionQueueName", &api_queue_name, true},
        {"MaximumPlayerSessionCount", &maximum, true},
        {"GameSessionName", &api_free_text, false},
        {"GameProperties", &api_game_properties, false},
        {"GameSessionData", &api_game_session_data, false},
        {"DesiredPlayerSessions", &desired_list, false},
        {"PlayerLatencies", &latency_list, false},
        {"PriorityConfigurationOverride", &override, false},
        {0},
};
static const api_member one_placement_members[] = {{"PlacementId", &api_id_string, true}, {0}};

/* ---- writing ---- */

static void add_placed_players(api_call *call, cJSON *object, const local_placement *placement)
{
    if (placement->status != LOCAL_PLACEMENT_FULFILLED || placement->wish.player_count == 0)
        return;
    cJSON *list = api_add_array(call, object, "PlacedPlayerSessions");
    for (size_t i = 0; i < placement->wish.player_count; i++) {
        cJSON *item = api_add_object(call, list, NULL);
        api_add_text(call, item, "PlayerId", placement->wish.players[i].player_id);
        api_add_text(call, item, "PlayerSessionId", placement->seat_ids[i]);
    }
}

static void add_latencies(api_call *call, cJSON *object, const local_placement_wish *wish)
{
    cJSON *list = wish->latency_count > 0 ? api_add_array(call, object, "PlayerLatencies") : NULL;
    for (size_t i = 0; i < wish->latency_count; i++) {
        cJSON *item = api_add_object(call, list, NULL);
        api_add_text(call, item, "PlayerId", wish->latencies[i].player_id);
        api_add_text(call, item, "RegionIdentifier", wish->latencies[i].location);
        api_add_number(call, item, "LatencyInMilliseconds", wish->latencies[i].ms);
    }
}

static void add_override(api_call *call, cJSON *object, const local_placement_wish *wish)
{
    if (wish->first_count == 0)
        return;
    cJSON *item = api_add_object(call, object, "PriorityConfigurationOverride");
    cJSON *list = api_add_array(call, item, "LocationOrder");
    for (size_t i = 0; i < wish->first_count; i++)
        api_add_text(call, list, NULL, wish->first_locations[i]);
    api_add_text(call, item, "PlacementFallbackStrategy", fallback_names[wish->first_only ? 1 : 0]);
}

/* Where the session is: while it is PENDING that of the latest attempt, and of no use yet. */
static void add_connection(api_call *call, cJSON *object, const local_placement *placement)
{
    if (placement->game_session_arn == NULL)
        return;
    api_add_text(call, object, "GameSessionId", placement->game_session_arn);
    api_add_text(call, object, "GameSessionArn", placement->game_session_arn);
    api_add_text(call, object, "GameSessionRegion", call->service->region);
    api_add_text(call, object, "IpAddress", placement->ip_address);
    api_add_text(call, object, "DnsName", placement->dns_name);
    api_add_number(call, object, "Port", placement->port);
}

static void answer_with(api_call *call, const local_placement *placement)
{
    const local_placement_wish *wish = &placement->wish;
    cJSON *object = api_add_object(call, call->reply, "GameSessionPlacement");
    api_add_text(call, object, "PlacementId", placement->id);
    api_add_text(call, object, "GameSessionQueueName", wish->queue);
    api_add_text(call, object, "Status", local_placement_status_name(placement->status));
    api_add_properties(call, object, "GameProperties", wish->properties, wish->property_count);
    api_add_number(call, object, "MaximumPlayerSessionCount", wish->maximum);
    api_add_text(call, object, "GameSessionName", wish->name);
    api_add_text(call, object, "GameSessionData", wish->game_session_data);
    api_add_time(call, object, "StartTime", placement->start_unix_ms);
    api_add_time(call, object, "EndTime", placement->end_unix_ms);
    add_connection(call, object, placement);
    add_placed_players(call, object, placement);
    add_latencies(call, object, wish);
    add_override(call, object, wish);
}

/* ---- reading ---- */

/* False: the call is refused. */
static bool read_players(api_call *call, local_placement_wish *wish, local_seat_wish *room)
{
    const cJSON *item, *list = api_member_of(call->input, "DesiredPlayerSessions");
    wish->players = room;
    cJSON_ArrayForEach(item, list)
    {
        const char *player_id = api_text(item, "PlayerId");
        if (player_id == NULL) {
            api_refuse(call, LOCAL_INVALID_REQUEST, "Each of DesiredPlayerSessions needs a PlayerId.");
            return false;
        }
        room[wish->player_count++] = (local_seat_wish){player_id, api_text(item, "PlayerData")};
    }
    return true;
}

/* As above. The caller frees wish->latencies. */
static bool read_latencies(api_call *call, local_placement_wish *wish)
{
    const cJSON *item, *list = api_member_of(call->input, "PlayerLatencies");
    local_latency *latencies = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *latencies);
    wish->latencies = latencies;
    if (latencies == NULL) {
        call->out_of_memory = true;
        return false;
    }
    cJSON_ArrayForEach(item, list)
    {
        local_latency one = {api_text(item, "PlayerId"), api_text(item, "RegionIdentifier"),
                api_number(item, "LatencyInMilliseconds", 0)};
        if (one.player_id == NULL || one.location == NULL) {
            api_refuse(call, LOCAL_INVALID_REQUEST,
                    "Each of PlayerLatencies needs a PlayerId and a RegionIdentifier.");
            return false;
        }
        latencies[wish->latency_count++] = one;
    }
    return true;
}

static void read_override(const cJSON *input, local_placement_wish *wish, const char **room)
{
    const cJSON *item, *given = api_member_of(input, "PriorityConfigurationOverride");
    if (given == NULL)
        return;
    const cJSON *list = api_member_of(given, "LocationOrder");
    const char *strategy = api_text(given, "PlacementFallbackStrategy");
    wish->first_locations = room;
    cJSON_ArrayForEach(item, list) room[wish->first_count++] = item->valuestring;
    wish->first_only = strategy != NULL && strcmp(strategy, fallback_names[1]) == 0;
}

/* ---- the operations ---- */

static void start_placement(api_call *call)
{
    glift_game_property properties[LOCAL_PROPERTIES_MAX];
    local_seat_wish players[LOCAL_PLAYERS_MAX];
    const char *locations[LOCAL_FIRST_LOCATIONS_MAX];
    local_placement_wish wish = {
            .id = api_text(call->input, "PlacementId"),
            .queue = api_text(call->input, "GameSessionQueueName"),
            .maximum = api_integer(call->input, "MaximumPlayerSessionCount", 0),
            .name = api_text(call->input, "GameSessionName"),
            .game_session_data = api_text(call->input, "GameSessionData"),
            .properties = properties,
            .property_count = api_properties(call->input, "GameProperties", properties),
    };
    read_override(call->input, &wish, locations);
    if (read_players(call, &wish, players) && read_latencies(call, &wish)) {
        const local_placement *placement =
                local_start_placement(call->service, call->now, &wish, &call->refusal);
        if (placement != NULL)
            answer_with(call, placement);
        else
            api_refuse_with(call);
    }
    free((void *)wish.latencies);
}

/* NULL: the call is refused. */
static local_placement *need_placement(api_call *call)
{
    const char *id = api_text(call->input, "PlacementId");
    local_placement *placement = local_find_placement(call->service, id);
    if (placement == NULL)
        api_refuse(call, LOCAL_NOT_FOUND, "Placement %s was not found.", id);
    return placement;
}

static void describe_placement(api_call *call)
{
    const local_placement *placement = need_placement(call);
    if (placement != NULL)
        answer_with(call, placement);
}

static void stop_placement(api_call *call)
{
    local_placement *placement = need_placement(call);
    if (placement == NULL)
        return;
    if (local_stop_placement(call->service, call->now, placement, &call->refusal))
        answer_with(call, placement);
    else
        api_refuse_with(call);
}

const api_operation api_placement_operations[] = {
        {"StartGameSessionPlacement", start_members, start_placement},               /* S53 to S56 */
        {"DescribeGameSessionPlacement", one_placement_members, describe_placement}, /* S53 */
        {"StopGameSessionPlacement", one_placement_members, stop_placement},         /* S54 */
        {0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* StartMatchmaking to StartMatchBackfill behind the AWS API (service model 2.2, 4.3). */
#include "api/api_players.h"

#include <string.h>

#include "flexmatch/tickets.h"

#define TICKETS_PER_DESCRIBE 10

/* ---- players, in ---- */

static const api_shape players = {
        .kind = API_LIST, .least = 1, .most = LOCAL_TICKET_PLAYERS_MAX, .item = &api_player};
static const api_shape backfill_players = {
        .kind = API_LIST, .least = 1, .most = LOCAL_BACKFILL_PLAYERS_MAX, .item = &api_player};

/* ---- tickets, out ---- */

static void add_attribute(api_call *call, cJSON *parent, const glift_player_attribute *from)
{
    cJSON *object = api_add_object(call, parent, from->name), *list;
    switch (from->type) {
    case GLIFT_ATTRIBUTE_STRING:
        api_add_any_text(call, object, "S", from->string);
        break;
    case GLIFT_ATTRIBUTE_DOUBLE:
        api_add_number(call, object, "N", from->number);
        break;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        list = api_add_array(call, object, "SL");
        for (size_t i = 0; i < from->string_count; i++)
            api_add_any_text(call, list, NULL, from->string_list[i]);
        break;
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        list = api_add_object(call, object, "SDM");
        for (size_t i = 0; i < from->double_count; i++)
            api_add_number(call, list, from->double_map[i].key, from->double_map[i].value);
        break;
    case GLIFT_ATTRIBUTE_NONE:
        break;
    }
}

static void add_player(api_call *call, cJSON *list, const glift_player *from, const char *team)
{
    cJSON *object = api_add_object(call, list, NULL);
    api_add_text(call, object, "PlayerId", from->player_id);
    if (from->attribute_count > 0) {
        cJSON *map = api_add_object(call, object, "PlayerAttributes");
        for (size_t i = 0; i < from->attribute_count; i++)
            add_attribute(call, map, &from->attributes[i]);
    }
    api_add_text(call, object, "Team", team);
    if (from->latency_count > 0) {
        cJSON *map = api_add_object(call, object, "LatencyInMs");
        for (size_t i = 0; i < from->latency_count; i++)
            api_add_number(call, map, from->latencies[i].region, from->latencies[i].latency_ms);
    }
}

static void add_connection_info(api_call *call, cJSON *parent, const local_ticket *ticket)
{
    cJSON *object = api_add_object(call, parent, "GameSessionConnectionInfo");
    api_add_text(call, object, "GameSessionArn", ticket->game_session_arn);
    api_add_text(call, object, "IpAddress", ticket->ip_address);
    api_add_text(call, object, "DnsName", ticket->dns_name);
    api_add_number(call, object, "Port", ticket->port);
    if (ticket->backfill)
        return;
    cJSON *list = api_add_array(call, object, "MatchedPlayerSessions");
    for (size_t i = 0; i < ticket->player_count; i++) {
        cJSON *seat = api_add_object(call, list, NULL);
        api_add_text(call, seat, "PlayerId", ticket->places[i].player_id);
        api_add_text(call, seat, "PlayerSessionId", ticket->places[i].player_session_id);
    }
}

static void add_ticket(api_call *call, cJSON *parent, const char *name, const local_ticket *ticket)
{
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "TicketId", ticket->id);
    api_add_text(call, object, "ConfigurationName", ticket->configuration_name);
    api_add_text(call, object, "ConfigurationArn", ticket->configuration_arn);
    api_add_text(call, object, "Status", local_ticket_status_name(ticket->status));
    api_add_text(call, object, "StatusReason", ticket->status_reason);
    api_add_text(call, object, "StatusMessage", ticket->status_message);
    api_add_time(call, object, "StartTime", ticket->start_unix_ms);
    api_add_time(call, object, "EndTime", ticket->end_unix_ms);
    if (local_ticket_is_active(ticket) && ticket->configuration->matched_count > 0)
        api_add_number(call, object, "EstimatedWaitTime", local_estimated_wait_s(ticket->configuration));
    cJSON *list = api_add_array(call, object, "Players");
    for (size_t i = 0; i < ticket->player_count; i++)
        add_player(call, list, &ticket->given[i], ticket->places[i].team);
    if (ticket->game_session_arn != NULL)
        add_connection_info(call, object, ticket);
}

/* ---- operations ---- */

static const api_member start_matchmaking_members[] = {{"ConfigurationName", &api_configuration_name, true},
        {"Players", &players, true}, {"TicketId", &api_ticket_id, false}, {0}};

static local_ticket *start_ticket(api_call *call, const glift_player *read, size_t count)
{
    const char *name = api_text(call->input, "ConfigurationName");
    local_ticket_wish wish = {
            .id = api_text(call->input, "TicketId"),
            .configuration = local_find_configuration(call->service, name),
            .players = read,
            .player_count = count,
    };
    if (wish.configuration != NULL)
        return local_start_ticket(call->service, call->now, &wish, &call->refusal);
    local_refuse(&call->refusal, LOCAL_NOT_FOUND, "Matchmaking configuration %s was not found.", name);
    return NULL;
}

static local_ticket *start_backfill(api_call *call, const glift_player *read, size_t count)
{
    const char *arn = api_text(call->input, "GameSessionArn");
    local_game_session *session =
            arn != NULL ? local_need_game_session(call->service, arn, &call->refusal) : NULL;
    if (arn != NULL && session == NULL)
        return NULL;
    return local_start_backfill(call->service, call->now, api_text(call->input, "ConfigurationName"), session,
            api_text(call->input, "TicketId"), read, count, &call->refusal);
}

static void start(api_call *call, local_ticket *(*door)(api_call *, const glift_player *, size_t))
{
    size_t count;
    api_player_reader reader = {.call = call};
    glift__memory_init(&reader.memory);
    const glift_player *read = api_read_players(&reader, api_member_of(call->input, "Players"), &count);
    const local_ticket *ticket = read != NULL ? door(call, read, count) : NULL;
    if (ticket == NULL)
        api_refuse_with(call);
    else
        add_ticket(call, call->reply, "MatchmakingTicket", ticket);
    glift__memory_fini(&reader.memory);
}

static void start_matchmaking(api_call *call)
{
    start(call, start_ticket);
}

static const api_member start_match_backfill_members[] = {
        {"ConfigurationName", &api_configuration_name, true}, {"GameSessionArn", &api_game_session_id, false},
        {"Players", &backfill_players, true}, {"TicketId", &api_ticket_id, false}, {0}};

static void start_match_backfill(api_call *call)
{
    start(call, start_backfill);
}

static const api_shape ticket_ids = {.kind = API_LIST, .most = TICKETS_PER_DESCRIBE, .item = &api_ticket_id};
static const api_member describe_matchmaking_members[] = {{"TicketIds", &ticket_ids, true}, {0}};

static void describe_matchmaking(api_call *call)
{
    cJSON *list = api_add_array(call, call->reply, "TicketList");
    const cJSON *id;
    cJSON_ArrayForEach(id, api_member_of(call->input, "TicketIds"))
    {
        const local_ticket *ticket = local_find_ticket(call->service, id->valuestring);
        if (ticket != NULL)
            add_ticket(call, list, NULL, ticket);
    }
}

/* NULL: the call is refused. */
static local_ticket *need_ticket(api_call *call)
{
    const char *id = api_text(call->input, "TicketId");
    local_ticket *ticket = local_find_ticket(call->service, id);
    if (ticket == NULL)
        api_refuse(call, LOCAL_NOT_FOUND, "Ticket %s was not found.", id);
    return ticket;
}

static const api_member stop_matchmaking_members[] = {{"TicketId", &api_ticket_id, true}, {0}};

static void stop_matchmaking(api_call *call)
{
    local_ticket *ticket = need_ticket(call);
    if (ticket == NULL)
        return;
    if (local_may_stop_ticket(ticket, &call->refusal))
        local_stop_ticket(call->service, call->now, ticket);
    else
        api_refuse_with(call);
}

static const char *const acceptance_types[] = {"ACCEPT", "REJECT", NULL};
static const api_shape acceptance_type = {.kind = API_TEXT, .names = acceptance_types};
static const api_shape accepting_players = {
        .kind = API_LIST, .least = 1, .most = LOCAL_TICKET_PLAYERS_MAX, .item = &api_player_id};
static const api_member accept_match_members[] = {{"TicketId", &api_ticket_id, true},
        {"PlayerIds", &accepting_players, true}, {"AcceptanceType", &acceptance_type, true}, {0}};

static void accept_match(api_call *call)
{
    const char *ids[LOCAL_TICKET_PLAYERS_MAX];
    size_t count = 0;
    const cJSON *id;
    local_ticket *ticket = need_ticket(call);
    if (ticket == NULL)
        return;
    cJSON_ArrayForEach(id, api_member_of(call->input, "PlayerIds")) ids[count++] = id->valuestring;
    bool accept = strcmp(api_text(call->input, "AcceptanceType"), acceptance_types[0]) == 0;
    if (!local_accept_match(call->service, call->now, ticket, ids, count, accept, &call->refusal))
        api_refuse_with(call);
}

const api_operation api_ticket_operations[] = {
        {"StartMatchmaking", start_matchmaking_members, start_matchmaking},          /* S57 to S62, S70 */
        {"DescribeMatchmaking", describe_matchmaking_members, describe_matchmaking}, /* S65, S68 */
        {"StopMatchmaking", stop_matchmaking_members, stop_matchmaking},             /* S64 */
        {"AcceptMatch", accept_match_members, accept_match},                         /* S63 */
        {"StartMatchBackfill", start_match_backfill_members, start_match_backfill},  /* S71 to S75, S78 */
        {0},
};

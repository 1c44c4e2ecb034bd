/* SPDX-License-Identifier: Apache-2.0 */
/* StartMatchmaking to StartMatchBackfill behind the AWS API (service model 2.2, 4.3), and what the
 * dashboard is shown of matchmaking. */
#include "api/api_players.h"

#include <math.h>
#include <string.h>

#include "flexmatch/tickets.h"

#define TICKETS_PER_DESCRIBE 10
#define TICKETS_SHOWN        200 /* of those that have ended, on the dashboard */

/* ---- players, in ---- */

static const api_shape configuration_name = {
        .kind = API_TEXT, .least = 1, .most = 256, .pattern = "[a-zA-Z0-9.:/-]*"};
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

static const api_member start_matchmaking_members[] = {{"ConfigurationName", &configuration_name, true},
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

static const api_member start_match_backfill_members[] = {{"ConfigurationName", &configuration_name, true},
        {"GameSessionArn", &api_game_session_id, false}, {"Players", &backfill_players, true},
        {"TicketId", &api_ticket_id, false}, {0}};

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

/* ---- GET /_local/state ---- */

/* What kept other tickets away in the last search round this one. */
static void show_misses(api_call *call, cJSON *parent, const local_ticket *ticket)
{
    cJSON *list = api_add_array(call, parent, "kept_out_by");
    const local_miss *misses = local_matcher_misses(&ticket->candidate);
    const local_rule_set *rule_set = misses != NULL ? ticket->configuration->rule_set->rule_set : NULL;
    for (size_t i = 0; rule_set != NULL && i < rule_set->rule_count; i++) {
        if (misses[i].kept_out == 0)
            continue;
        cJSON *object = api_add_object(call, list, NULL);
        api_add_any_text(call, object, "rule", rule_set->rules[i].name);
        api_add_number(call, object, "tickets", misses[i].kept_out);
        if (!isnan(misses[i].nearest))
            api_add_number(call, object, "nearest_is_beyond_by", misses[i].nearest);
    }
}

static void show_ticket(api_call *call, cJSON *list, const local_ticket *ticket)
{
    cJSON *object = api_add_object(call, list, NULL);
    api_add_any_text(call, object, "ticket_id", ticket->id);
    api_add_any_text(call, object, "kind", ticket->backfill ? "backfill" : "matchmaking");
    api_add_flag(call, object, "automatic", ticket->automatic);
    api_add_any_text(call, object, "status", local_ticket_status_name(ticket->status));
    api_add_any_text(call, object, "status_message", ticket->status_message);
    api_add_any_text(call, object, "configuration_name", ticket->configuration_name);
    cJSON *members = api_add_array(call, object, "players");
    for (size_t i = 0; i < ticket->player_count; i++) {
        cJSON *member = api_add_object(call, members, NULL);
        api_add_any_text(call, member, "player_id", ticket->places[i].player_id);
        api_add_any_text(call, member, "team", ticket->places[i].team);
    }
    api_add_number(call, object, "start_time_unix_ms", (double)ticket->start_unix_ms);
    api_add_number(call, object, "end_time_unix_ms", (double)ticket->end_unix_ms);
    api_add_any_text(call, object, "game_session_id", ticket->game_session_arn);
    api_add_any_text(call, object, "why", local_ticket_why(ticket));
    show_misses(call, object, ticket);
}

static void show_tickets(api_call *call, cJSON *list)
{
    const struct local_matchmaking *all = call->service->matchmaking;
    size_t left_out = all->ended_count > TICKETS_SHOWN ? all->ended_count - TICKETS_SHOWN : 0;
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &all->ended, link)
    {
        if (left_out > 0)
            left_out--;
        else
            show_ticket(call, list, ticket);
    }
    TAILQ_FOREACH(ticket, &all->active, link)
    show_ticket(call, list, ticket);
}

static void show_configuration(api_call *call, cJSON *list, const local_configuration *configuration)
{
    cJSON *object = api_add_object(call, list, NULL);
    api_add_any_text(call, object, "name", configuration->name);
    api_add_any_text(call, object, "arn", configuration->arn);
    api_add_any_text(call, object, "rule_set", configuration->rule_set->name);
    api_add_any_text(
            call, object, "flex_match_mode", configuration->standalone ? "STANDALONE" : "WITH_QUEUE");
    api_add_any_text(
            call, object, "backfill_mode", configuration->automatic_backfill ? "AUTOMATIC" : "MANUAL");
    api_add_flag(call, object, "acceptance_required", configuration->acceptance_required);
    api_add_number(call, object, "request_timeout_seconds", configuration->request_timeout_s);
    cJSON *queues = api_add_array(call, object, "queues");
    for (size_t i = 0; i < configuration->queue_count; i++)
        api_add_any_text(call, queues, NULL, configuration->queue_names[i]);
    const local_rule_set *rule_set = configuration->rule_set->rule_set;
    const local_rule_metrics *metrics = local_matcher_metrics(configuration->matcher);
    cJSON *rules = api_add_array(call, object, "rule_evaluation_metrics");
    for (size_t i = 0; i < rule_set->rule_count; i++) {
        if (!local_rule_counts(&rule_set->rules[i]))
            continue;
        cJSON *rule = api_add_object(call, rules, NULL);
        api_add_any_text(call, rule, "rule_name", rule_set->rules[i].name);
        api_add_number(call, rule, "passed_count", (double)metrics[i].passed);
        api_add_number(call, rule, "failed_count", (double)metrics[i].failed);
    }
}

static void show_rule_set(api_call *call, cJSON *list, const local_rule_set_record *record)
{
    cJSON *object = api_add_object(call, list, NULL);
    api_add_any_text(call, object, "name", record->name);
    cJSON *teams = api_add_array(call, object, "teams");
    for (size_t i = 0; i < record->rule_set->team_count; i++) {
        cJSON *team = api_add_object(call, teams, NULL);
        api_add_any_text(call, team, "name", record->rule_set->teams[i].name);
        api_add_number(call, team, "min_players", record->rule_set->teams[i].min_players);
        api_add_number(call, team, "max_players", record->rule_set->teams[i].max_players);
    }
}

void api_add_matchmaking_state(api_call *call, cJSON *root)
{
    const struct local_matchmaking *all = call->service->matchmaking;
    show_tickets(call, api_add_array(call, root, "tickets"));
    cJSON *list = api_add_array(call, root, "matchmaking_configurations");
    const local_configuration *configuration;
    TAILQ_FOREACH(configuration, &all->configurations, link)
    show_configuration(call, list, configuration);
    list = api_add_array(call, root, "rule_sets");
    const local_rule_set_record *record;
    TAILQ_FOREACH(record, &all->rule_sets, link)
    show_rule_set(call, list, record);
    list = api_add_array(call, root, "queues");
    const local_queue *queue;
    TAILQ_FOREACH(queue, &all->queues, link)
    {
        cJSON *object = api_add_object(call, list, NULL);
        api_add_any_text(call, object, "name", queue->name);
        api_add_number(call, object, "timeout_seconds", queue->terms.timeout_s);
        cJSON *fleets = api_add_array(call, object, "fleet_ids");
        for (size_t i = 0; i < queue->terms.destination_count; i++) {
            const local_fleet *fleet =
                    local_need_destination(call->service, queue->terms.destinations[i], &call->refusal);
            if (fleet != NULL)
                api_add_any_text(call, fleets, NULL, fleet->id);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* StartMatchmaking to StartMatchBackfill behind the AWS API (service model 2.2, 4.3), and what the
 * dashboard is shown of matchmaking. */
#include "api/api.h"

#include <math.h>
#include <string.h>

#include "flexmatch/tickets.h"

#define TICKETS_PER_DESCRIBE 10
#define TICKETS_SHOWN        200 /* of those that have ended, on the dashboard */

/* ---- players, in ---- */

static const api_shape ticket_id = {.kind = API_TEXT, .most = 128, .pattern = "[a-zA-Z0-9.-]*"};
static const api_shape configuration_name = {
        .kind = API_TEXT, .least = 1, .most = 256, .pattern = "[a-zA-Z0-9.:/-]*"};
static const api_shape attribute_text = {.kind = API_TEXT, .least = 1, .most = 100};
static const api_shape attribute_key = {.kind = API_TEXT, .least = 1, .most = 1024};
static const api_shape number = {.kind = API_NUMBER};
static const api_shape text_list = {.kind = API_LIST, .most = 100, .item = &attribute_text};
static const api_shape number_map = {.kind = API_MAP, .most = 10, .key = &attribute_text, .item = &number};
static const api_member attribute_members[] = {{"S", &attribute_text, false}, {"N", &number, false},
        {"SL", &text_list, false}, {"SDM", &number_map, false}, {0}};
static const api_shape attribute_value = {.kind = API_STRUCT, .members = attribute_members};
static const api_shape attributes = {
        .kind = API_MAP, .most = 10, .key = &attribute_key, .item = &attribute_value};
static const api_shape latency_ms = {.kind = API_INTEGER, .least = 1};
static const api_shape latencies = {.kind = API_MAP, .key = &api_location, .item = &latency_ms};
static const api_shape team_name = {.kind = API_TEXT, .most = 1024};
static const api_member player_members[] = {{"PlayerId", &api_player_id, true},
        {"PlayerAttributes", &attributes, false}, {"Team", &team_name, false},
        {"LatencyInMs", &latencies, false}, {0}};
static const api_shape player = {.kind = API_STRUCT, .members = player_members};
static const api_shape players = {
        .kind = API_LIST, .least = 1, .most = LOCAL_TICKET_PLAYERS_MAX, .item = &player};
static const api_shape backfill_players = {
        .kind = API_LIST, .least = 1, .most = LOCAL_BACKFILL_PLAYERS_MAX, .item = &player};

/* Reads what points into the call's input; lists lie in `memory`. */
typedef struct player_reader {
    api_call *call;
    glift__memory memory;
} player_reader;

static void *take(player_reader *reader, const cJSON *list, size_t size)
{
    void *bytes = glift__memory_take(&reader->memory, (size_t)cJSON_GetArraySize(list) + 1, size);
    if (bytes == NULL && !reader->call->refused) {
        local_refuse_memory(&reader->call->refusal);
        api_refuse_with(reader->call);
    }
    return bytes;
}

static void read_list(player_reader *reader, const cJSON *list, glift_player_attribute *out)
{
    const char **texts = take(reader, list, sizeof *texts);
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (texts != NULL)
            texts[out->string_count++] = item->valuestring;
    }
    out->type = GLIFT_ATTRIBUTE_STRING_LIST;
    out->string_list = texts;
}

static void read_map(player_reader *reader, const cJSON *map, glift_player_attribute *out)
{
    glift_double_entry *entries = take(reader, map, sizeof *entries);
    const cJSON *item;
    cJSON_ArrayForEach(item, map)
    {
        if (entries != NULL)
            entries[out->double_count++] = (glift_double_entry){item->string, item->valuedouble};
    }
    out->type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP;
    out->double_map = entries;
}

/* Exactly one of S, N, SL, SDM. */
static void read_attribute(player_reader *reader, const cJSON *value, glift_player_attribute *out)
{
    const char *text = api_text(value, "S");
    const cJSON *number_value = api_member_of(value, "N"), *list = api_member_of(value, "SL"),
                *map = api_member_of(value, "SDM");
    *out = (glift_player_attribute){.name = value->string, .string = text};
    if ((text != NULL) + (number_value != NULL) + (list != NULL) + (map != NULL) != 1)
        api_refuse(reader->call, LOCAL_INVALID_REQUEST,
                "PlayerAttributes.%.200s must have one of S, N, SL and SDM.", value->string);
    else if (text != NULL)
        out->type = GLIFT_ATTRIBUTE_STRING;
    else if (list != NULL)
        read_list(reader, list, out);
    else if (map != NULL)
        read_map(reader, map, out);
    else {
        out->type = GLIFT_ATTRIBUTE_DOUBLE;
        out->number = number_value->valuedouble;
    }
}

static glift_player read_player(player_reader *reader, const cJSON *from)
{
    const cJSON *item, *values = api_member_of(from, "PlayerAttributes"),
                       *map = api_member_of(from, "LatencyInMs");
    glift_player_attribute *read = take(reader, values, sizeof *read);
    glift_player_latency *measured = take(reader, map, sizeof *measured);
    glift_player to = {.player_id = api_text(from, "PlayerId"), .team = api_text(from, "Team")};
    cJSON_ArrayForEach(item, values)
    {
        if (read != NULL)
            read_attribute(reader, item, &read[to.attribute_count++]);
    }
    cJSON_ArrayForEach(item, map)
    {
        if (measured != NULL)
            measured[to.latency_count++] = (glift_player_latency){item->string, item->valueint};
    }
    to.attributes = read;
    to.latencies = measured;
    return to;
}

/* NULL: the call is refused. */
static const glift_player *read_players(player_reader *reader, size_t *count)
{
    const cJSON *item, *list = api_member_of(reader->call->input, "Players");
    glift_player *read = take(reader, list, sizeof *read);
    *count = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (read != NULL)
            read[(*count)++] = read_player(reader, item);
    }
    return reader->call->refused ? NULL : read;
}

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
        {"Players", &players, true}, {"TicketId", &ticket_id, false}, {0}};

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
    player_reader reader = {.call = call};
    glift__memory_init(&reader.memory);
    const glift_player *read = read_players(&reader, &count);
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
        {"TicketId", &ticket_id, false}, {0}};

static void start_match_backfill(api_call *call)
{
    start(call, start_backfill);
}

static const api_shape ticket_ids = {.kind = API_LIST, .most = TICKETS_PER_DESCRIBE, .item = &ticket_id};
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

static const api_member stop_matchmaking_members[] = {{"TicketId", &ticket_id, true}, {0}};

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
static const api_member accept_match_members[] = {{"TicketId", &ticket_id, true},
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

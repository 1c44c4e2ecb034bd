/* SPDX-License-Identifier: Apache-2.0 */
/* What pages are shown of matchmaking, queues and placements. */
#include "api/views.h"

#include <math.h>

#include "flexmatch/tickets.h"

/* Of a ticket or placement in a list: a backfill may have 199. */
#define BRIEF_PLAYERS 10

static size_t players_shown(const api_call *call, size_t count)
{
    return call->is_brief && count > BRIEF_PLAYERS ? BRIEF_PLAYERS : count;
}

/* ---- tickets ---- */

static void walk_tickets(api_walk *walk)
{
    const struct local_matchmaking *all = walk->service->matchmaking;
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &all->ended, link)
    {
        if (!api_walk_take(walk, ticket->serial, ticket))
            return;
    }
    TAILQ_FOREACH(ticket, &all->active, link)
    {
        if (!api_walk_take(walk, ticket->serial, ticket))
            return;
    }
}

static size_t count_tickets(const local_service *service)
{
    return service->matchmaking->active_count + service->matchmaking->ended_count;
}

static const char *state_of_ticket(const void *thing)
{
    const local_ticket *ticket = thing;
    return local_ticket_status_name(ticket->status);
}

/* A ticket is found by each of its players, too. */
static const char *text_of_ticket(const void *thing, size_t index)
{
    const local_ticket *ticket = thing;
    enum { OWN = 3 };
    if (index >= OWN)
        return index - OWN < ticket->player_count ? ticket->places[index - OWN].player_id : NULL;
    return API_TEXT_AT(index, ticket->id, ticket->configuration_name, ticket->game_session_arn);
}

/* What kept other tickets away in the last search round this one. */
static void show_misses(api_call *call, cJSON *row, const local_ticket *ticket)
{
    cJSON *list = api_add_array(call, row, "kept_out_by");
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

static void show_ticket(api_call *call, cJSON *row, const void *thing)
{
    const local_ticket *ticket = thing;
    api_add_any_text(call, row, "ticket_id", ticket->id);
    api_add_any_text(call, row, "kind", ticket->backfill ? "backfill" : "matchmaking");
    api_add_flag(call, row, "automatic", ticket->automatic);
    api_add_any_text(call, row, "status", state_of_ticket(ticket));
    api_add_any_text(call, row, "status_reason", ticket->status_reason);
    api_add_any_text(call, row, "status_message", ticket->status_message);
    api_add_any_text(call, row, "configuration_name", ticket->configuration_name);
    api_add_number(call, row, "player_count", (double)ticket->player_count);
    cJSON *members = api_add_array(call, row, "players");
    for (size_t i = 0; i < players_shown(call, ticket->player_count); i++) {
        cJSON *member = api_add_object(call, members, NULL);
        api_add_any_text(call, member, "player_id", ticket->places[i].player_id);
        api_add_any_text(call, member, "team", ticket->places[i].team);
    }
    api_add_number(call, row, "start_time_unix_ms", (double)ticket->start_unix_ms);
    api_add_number(call, row, "end_time_unix_ms", (double)ticket->end_unix_ms);
    api_add_any_text(call, row, "game_session_id", ticket->game_session_arn);
    api_add_any_text(call, row, "why", local_ticket_why(ticket));
    show_misses(call, row, ticket);
}

static const local_history *history_of_ticket(const void *thing)
{
    const local_ticket *ticket = thing;
    return &ticket->history;
}

const api_view api_tickets_view = {
        .name = "tickets",
        .walk = walk_tickets,
        .count = count_tickets,
        .state = state_of_ticket,
        .text = text_of_ticket,
        .show = show_ticket,
        .history = history_of_ticket,
};

/* ---- placements ---- */

static void walk_placements(api_walk *walk)
{
    const struct local_placements *all = &walk->service->matchmaking->placements;
    const local_placement *placement;
    TAILQ_FOREACH(placement, &all->ended, link)
    {
        if (!api_walk_take(walk, placement->serial, placement))
            return;
    }
    TAILQ_FOREACH(placement, &all->pending, link)
    {
        if (!api_walk_take(walk, placement->serial, placement))
            return;
    }
}

static size_t count_placements(const local_service *service)
{
    const struct local_placements *all = &service->matchmaking->placements;
    return all->pending_count + all->ended_count;
}

static const char *state_of_placement(const void *thing)
{
    const local_placement *placement = thing;
    return local_placement_status_name(placement->status);
}

static const char *text_of_placement(const void *thing, size_t index)
{
    const local_placement *placement = thing;
    enum { OWN = 4 };
    if (index >= OWN)
        return index - OWN < placement->wish.player_count ? placement->wish.players[index - OWN].player_id
                                                          : NULL;
    return API_TEXT_AT(
            index, placement->id, placement->wish.queue, placement->wish.name, placement->game_session_arn);
}

static void show_placement(api_call *call, cJSON *row, const void *thing)
{
    const local_placement *placement = thing;
    api_add_any_text(call, row, "placement_id", placement->id);
    api_add_any_text(call, row, "status", state_of_placement(placement));
    api_add_any_text(call, row, "queue", placement->wish.queue);
    api_add_any_text(call, row, "name", placement->wish.name);
    api_add_number(call, row, "maximum_player_session_count", placement->wish.maximum);
    api_add_number(call, row, "player_count", (double)placement->wish.player_count);
    cJSON *members = api_add_array(call, row, "players");
    for (size_t i = 0; i < players_shown(call, placement->wish.player_count); i++) {
        cJSON *member = api_add_object(call, members, NULL);
        api_add_any_text(call, member, "player_id", placement->wish.players[i].player_id);
        api_add_any_text(
                call, member, "player_session_id", placement->seat_ids != NULL ? placement->seat_ids[i] : "");
    }
    api_add_any_text(call, row, "game_session_id", placement->game_session_arn);
    api_add_number(call, row, "start_time_unix_ms", (double)placement->start_unix_ms);
    api_add_number(call, row, "end_time_unix_ms", (double)placement->end_unix_ms);
    api_add_any_text(call, row, "why", placement->why);
}

static const local_history *history_of_placement(const void *thing)
{
    const local_placement *placement = thing;
    return &placement->history;
}

const api_view api_placements_view = {
        .name = "placements",
        .walk = walk_placements,
        .count = count_placements,
        .state = state_of_placement,
        .text = text_of_placement,
        .show = show_placement,
        .history = history_of_placement,
};

/* ---- queues ---- */

static void walk_queues(api_walk *walk)
{
    const local_queue *queue;
    TAILQ_FOREACH(queue, &walk->service->matchmaking->queues, link)
    {
        if (!api_walk_take(walk, queue->serial, queue))
            return;
    }
}

static const char *text_of_queue(const void *thing, size_t index)
{
    const local_queue *queue = thing;
    return API_TEXT_AT(index, queue->name);
}

static void show_queue(api_call *call, cJSON *row, const void *thing)
{
    const local_queue *queue = thing;
    local_refusal ignored;
    api_add_any_text(call, row, "name", queue->name);
    api_add_number(call, row, "timeout_seconds", queue->terms.timeout_s);
    cJSON *fleets = api_add_array(call, row, "fleet_ids");
    for (size_t i = 0; i < queue->terms.destination_count; i++) {
        const local_fleet *fleet =
                local_need_destination(call->service, queue->terms.destinations[i], &ignored);
        if (fleet != NULL)
            api_add_any_text(call, fleets, NULL, fleet->id);
    }
    cJSON *destinations = api_add_array(call, row, "destinations");
    for (size_t i = 0; i < queue->terms.destination_count; i++)
        api_add_any_text(call, destinations, NULL, queue->terms.destinations[i]);
}

const api_view api_queues_view = {
        .name = "queues",
        .walk = walk_queues,
        .state = api_no_state,
        .text = text_of_queue,
        .show = show_queue,
};

/* ---- matchmaking configurations ---- */

static void walk_configurations(api_walk *walk)
{
    const local_configuration *configuration;
    TAILQ_FOREACH(configuration, &walk->service->matchmaking->configurations, link)
    {
        if (!api_walk_take(walk, configuration->serial, configuration))
            return;
    }
}

static const char *text_of_configuration(const void *thing, size_t index)
{
    const local_configuration *configuration = thing;
    return API_TEXT_AT(index, configuration->name, configuration->rule_set->name, configuration->description);
}

static void show_metrics(api_call *call, cJSON *row, const local_configuration *configuration)
{
    const local_rule_set *rule_set = configuration->rule_set->rule_set;
    const local_rule_metrics *metrics = local_matcher_metrics(configuration->matcher);
    cJSON *rules = api_add_array(call, row, "rule_evaluation_metrics");
    for (size_t i = 0; i < rule_set->rule_count; i++) {
        if (!local_rule_counts(&rule_set->rules[i]))
            continue;
        cJSON *rule = api_add_object(call, rules, NULL);
        api_add_any_text(call, rule, "rule_name", rule_set->rules[i].name);
        api_add_number(call, rule, "passed_count", (double)metrics[i].passed);
        api_add_number(call, rule, "failed_count", (double)metrics[i].failed);
    }
}

static void show_configuration(api_call *call, cJSON *row, const void *thing)
{
    const local_configuration *configuration = thing;
    api_add_any_text(call, row, "name", configuration->name);
    api_add_any_text(call, row, "arn", configuration->arn);
    api_add_any_text(call, row, "rule_set", configuration->rule_set->name);
    api_add_any_text(call, row, "flex_match_mode", configuration->standalone ? "STANDALONE" : "WITH_QUEUE");
    api_add_any_text(call, row, "backfill_mode", configuration->automatic_backfill ? "AUTOMATIC" : "MANUAL");
    api_add_flag(call, row, "acceptance_required", configuration->acceptance_required);
    api_add_number(call, row, "request_timeout_seconds", configuration->request_timeout_s);
    cJSON *queues = api_add_array(call, row, "queues");
    for (size_t i = 0; i < configuration->queue_count; i++)
        api_add_any_text(call, queues, NULL, configuration->queue_names[i]);
    show_metrics(call, row, configuration);
}

const api_view api_configurations_view = {
        .name = "configurations",
        .walk = walk_configurations,
        .state = api_no_state,
        .text = text_of_configuration,
        .show = show_configuration,
};

/* ---- rule sets ---- */

static void walk_rule_sets(api_walk *walk)
{
    const local_rule_set_record *record;
    TAILQ_FOREACH(record, &walk->service->matchmaking->rule_sets, link)
    {
        if (!api_walk_take(walk, record->serial, record))
            return;
    }
}

static const char *text_of_rule_set(const void *thing, size_t index)
{
    const local_rule_set_record *record = thing;
    return API_TEXT_AT(index, record->name);
}

static void show_rule_set(api_call *call, cJSON *row, const void *thing)
{
    const local_rule_set_record *record = thing;
    api_add_any_text(call, row, "name", record->name);
    cJSON *teams = api_add_array(call, row, "teams");
    for (size_t i = 0; i < record->rule_set->team_count; i++) {
        cJSON *team = api_add_object(call, teams, NULL);
        api_add_any_text(call, team, "name", record->rule_set->teams[i].name);
        api_add_number(call, team, "min_players", record->rule_set->teams[i].min_players);
        api_add_number(call, team, "max_players", record->rule_set->teams[i].max_players);
    }
}

static void show_body(api_call *call, cJSON *root, const void *thing)
{
    const local_rule_set_record *record = thing;
    api_add_any_text(call, root, "body", record->body);
}

const api_view api_rule_sets_view = {
        .name = "rule_sets",
        .walk = walk_rule_sets,
        .state = api_no_state,
        .text = text_of_rule_set,
        .show = show_rule_set,
        .show_more = show_body,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* What drives matchmaking: a tick while there are tickets, and what the rest of the service tells. */
#include "flexmatch/tickets.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the tick ---- */

void local_matchmaking_wake(local_service *service, glift__time now)
{
    local_timer_set(&service->timers, &service->matchmaking->tick, now.mono_ms);
}

static bool is_waiting(const local_ticket *ticket, const local_configuration *configuration)
{
    return ticket->configuration == configuration &&
           (ticket->status == LOCAL_TICKET_QUEUED || ticket->status == LOCAL_TICKET_SEARCHING);
}

static size_t gather(local_service *service, const local_configuration *configuration, local_candidate **out)
{
    size_t count = 0;
    local_ticket *ticket;
    TAILQ_FOREACH(ticket, &service->matchmaking->active, link)
    {
        if (!is_waiting(ticket, configuration))
            continue;
        ticket->status = LOCAL_TICKET_SEARCHING;
        local_look_at_session(ticket);
        out[count++] = &ticket->candidate;
    }
    return count;
}

static int by_match(const void *left, const void *right)
{
    const local_candidate *a = *(local_candidate *const *)left, *b = *(local_candidate *const *)right;
    if (a->match != b->match)
        return a->match < b->match ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

/* One look at the tickets of a configuration. */
static void find_matches(local_service *service, glift__time now, local_configuration *configuration,
        local_candidate **candidates)
{
    local_matcher matcher = {
            .rule_set = configuration->rule_set->rule_set,
            .settle_ms = (uint32_t)service->patience.match_settle_ms,
            .additional_players = configuration->additional_players,
    };
    size_t count = gather(service, configuration, candidates);
    if (local_matcher_run(&matcher, candidates, count, now.mono_ms) == 0)
        return;
    qsort(candidates, count, sizeof *candidates, by_match);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && candidates[end]->match == candidates[i]->match;)
            end++;
        if (candidates[i]->match != 0)
            local_make_match(service, now, configuration, candidates + i, end - i);
    }
}

static void run_matcher(local_service *service, glift__time now)
{
    struct local_matchmaking *all = service->matchmaking;
    local_candidate **candidates = malloc((all->active_count + 1) * sizeof *candidates);
    if (candidates == NULL) {
        local_log(service, GLIFT_LOG_ERROR, "no memory to look at %zu tickets", all->active_count);
        return;
    }
    local_configuration *configuration;
    TAILQ_FOREACH(configuration, &all->configurations, link)
    {
        if (configuration->users > 0)
            find_matches(service, now, configuration, candidates);
    }
    free(candidates);
}

static void on_tick(local_service *service, glift__time now, void *owner)
{
    (void)owner;
    struct local_matchmaking *all = service->matchmaking;
    local_open_automatics(service, now);
    run_matcher(service, now);
    for (local_match *match = TAILQ_FIRST(&all->matches), *next; match != NULL; match = next) {
        next = TAILQ_NEXT(match, link);
        if (match->phase == LOCAL_MATCH_PLACING)
            local_place_match(service, now, match);
    }
    if (all->active_count > 0)
        local_timer_set(&service->timers, &all->tick, now.mono_ms + service->patience.match_tick_ms);
}

/* ---- what happened in the model ---- */

static void on_process_ready(local_service *service, glift__time now, local_process *process)
{
    (void)process;
    if (!TAILQ_EMPTY(&service->matchmaking->matches))
        local_matchmaking_wake(service, now);
}

static void on_game_session_active(local_service *service, glift__time now, local_game_session *session)
{
    local_match *match = local_find_match_of_session(service, session);
    if (match == NULL)
        return;
    bool automatic = match->auto_backfill_ticket_id[0] != '\0';
    local_match_session_active(service, now, match);
    if (automatic)
        local_matchmaking_wake(service, now);
}

static void on_seat_freed(local_service *service, glift__time now, local_player_session *seat)
{
    (void)seat;
    if (service->matchmaking->active_count > 0 || !TAILQ_EMPTY(&service->matchmaking->automatics))
        local_matchmaking_wake(service, now);
}

static void on_game_session_ended(local_service *service, glift__time now, local_game_session *session)
{
    local_ticket *backfill;
    while ((backfill = local_find_backfill_of(service, session)) != NULL)
        local_end_ticket(
                service, now, backfill, LOCAL_TICKET_CANCELLED, "Cancelled", "The game session has ended.");
    local_stop_automatic(service, session);
    local_match *match = local_find_match_of_session(service, session);
    if (match == NULL)
        return;
    match->game_session = NULL; /* another process gets it, until the queue's time is over */
    local_matchmaking_wake(service, now);
}

static const local_model_listener listener = {
        .process_ready = on_process_ready,
        .game_session_active = on_game_session_active,
        .seat_freed = on_seat_freed,
        .game_session_ended = on_game_session_ended,
};

/* ---- life ---- */

glift_status local_matchmaking_create(local_service *service)
{
    struct local_matchmaking *all = calloc(1, sizeof *all);
    if (all == NULL)
        return GLIFT_ERR_MEMORY;
    TAILQ_INIT(&all->queues);
    TAILQ_INIT(&all->rule_sets);
    TAILQ_INIT(&all->configurations);
    TAILQ_INIT(&all->active);
    TAILQ_INIT(&all->ended);
    TAILQ_INIT(&all->matches);
    TAILQ_INIT(&all->automatics);
    service->matchmaking = all;
    service->listener = &listener;
    return local_timer_make(&service->timers, &all->tick, on_tick, NULL) ? GLIFT_OK : GLIFT_ERR_MEMORY;
}

static void free_tickets(local_service *service, struct local_ticket_list *list)
{
    local_ticket *ticket;
    while ((ticket = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, ticket, link);
        local_index_remove(&service->matchmaking->tickets_by_id, ticket);
        for (size_t i = 0; !ticket->backfill && local_ticket_is_active(ticket) && i < ticket->player_count;
                i++)
            local_index_remove(&service->matchmaking->players_waiting, &ticket->places[i]);
        local_free_ticket(service, ticket);
    }
}

void local_matchmaking_destroy(local_service *service)
{
    struct local_matchmaking *all = service->matchmaking;
    if (all == NULL)
        return;
    local_match *match;
    while ((match = TAILQ_FIRST(&all->matches)) != NULL) {
        TAILQ_REMOVE(&all->matches, match, link);
        local_free_match(service, match);
    }
    free_tickets(service, &all->active);
    free_tickets(service, &all->ended);
    local_free_automatics(service);
    local_free_match_resources(service);
    local_timer_unmake(&service->timers, &all->tick);
    free(all);
    service->matchmaking = NULL;
    service->listener = NULL;
}

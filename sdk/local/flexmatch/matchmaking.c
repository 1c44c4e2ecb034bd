/* SPDX-License-Identifier: Apache-2.0 */
/* What drives matchmaking: a tick while there are tickets, and what the rest of the service tells. */
#include "flexmatch/match_kinds.h"

#include <stdio.h>
#include <stdlib.h>

#define BUSY_TICK_MS 100 /* between two looks while there is work left of the last */

/* ---- the tick ---- */

void local_matchmaking_wake(local_service *service, glift__time now)
{
    local_timer_set(&service->timers, &service->match_tick, now.mono_ms);
}

/* Of who has a seat: another number where they are others. */
static uint64_t sum_of_seated(const local_candidate *candidate)
{
    uint64_t sum = candidate->seated_count;
    for (size_t i = 0; i < candidate->seated_count; i++) {
        for (const char *at = candidate->seated[i]; *at != '\0'; at++)
            sum = (sum ^ (unsigned char)*at) * 1099511628211u;
    }
    return sum;
}

/* The matcher knows the session as it was when it was told of it, and hears what changed since. */
static bool tell_of_session(local_matcher *matcher, local_ticket *ticket)
{
    local_candidate *candidate = &ticket->candidate;
    int free_seats = candidate->free_seats;
    const char *obstacle = candidate->obstacle;
    local_look_at_session(ticket);
    uint64_t seated = sum_of_seated(candidate);
    bool same = candidate->ticket != NULL && candidate->free_seats == free_seats &&
                candidate->obstacle == obstacle && ticket->seated_sum == seated;
    ticket->seated_sum = seated;
    return same || local_matcher_changed(matcher, candidate);
}

static void begin_search(local_service *service, glift__time now, local_ticket *ticket)
{
    local_note_ticket(service, now, ticket, "MatchmakingSearching", NULL, NULL);
    local_set_ticket_status(service, ticket, LOCAL_TICKET_SEARCHING, ticket->status_reason, "");
}

/* Whoever waits is in the matcher of its configuration. */
static void hand_in(local_service *service, glift__time now)
{
    local_ticket *ticket;
    bool failed = false;
    TAILQ_FOREACH(ticket, &service->matchmaking->active, link)
    {
        if (ticket->status != LOCAL_TICKET_QUEUED && ticket->status != LOCAL_TICKET_SEARCHING)
            continue;
        if (ticket->status == LOCAL_TICKET_QUEUED)
            begin_search(service, now, ticket);
        local_matcher *matcher = ticket->configuration->matcher;
        if (ticket->backfill)
            failed = !tell_of_session(matcher, ticket) || failed;
        else if (ticket->candidate.ticket == NULL)
            failed = !local_matcher_add(matcher, &ticket->candidate) || failed;
    }
    if (failed)
        local_log(service, GLIFT_LOG_ERROR, "no memory to look at all tickets");
}

static void make_matches(local_service *service, glift__time now, local_configuration *configuration)
{
    local_candidate *const *matched;
    size_t count = local_matcher_matched(configuration->matcher, &matched);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && matched[end]->match == matched[i]->match;)
            end++;
        local_make_match(service, now, configuration, matched + i, end - i);
    }
}

/* One line when the work of a look is more than it may cost, and none again before all of it is done. */
static void note_backlog(local_service *service, local_configuration *configuration, long units)
{
    bool busy = local_matcher_is_busy(configuration->matcher);
    if (units <= 0 && busy && !configuration->backlog)
        local_log(service, GLIFT_LOG_WARNING,
                "matchmaking configuration %s: the work of one look is used up with %zu tickets waiting; the "
                "rest is done in the next looks",
                configuration->name, local_matcher_waiting(configuration->matcher));
    configuration->backlog = busy && (configuration->backlog || units <= 0);
}

/* One look at the tickets of a configuration, with a share of the work. Returns what is left of it. */
static long find_matches(
        local_service *service, glift__time now, local_configuration *configuration, long units)
{
    local_matcher_look look = {
            .now_ms = now.mono_ms,
            .settle_ms = (uint32_t)service->patience.match_settle_ms,
            /* Seats are left free in a game session, and STANDALONE makes none. */
            .additional_players = configuration->standalone ? 0 : configuration->additional_players,
            .units = units,
    };
    if (local_matcher_run(configuration->matcher, &look) > 0)
        make_matches(service, now, configuration);
    note_backlog(service, configuration, look.units);
    return look.units;
}

static size_t count_users(const struct local_matchmaking *all)
{
    const local_configuration *configuration;
    size_t count = 0;
    TAILQ_FOREACH(configuration, &all->configurations, link)
    count += configuration->users > 0;
    return count;
}

/* The configurations share the work of a tick: what one leaves, the others have. True: there is work left. */
static bool run_matchers(local_service *service, glift__time now)
{
    struct local_matchmaking *all = service->matchmaking;
    long units = LOCAL_MATCHER_UNITS;
    size_t waiting = count_users(all);
    bool busy = false;
    hand_in(service, now);
    local_apply_ticket_faults(service, now);
    local_configuration *configuration;
    TAILQ_FOREACH(configuration, &all->configurations, link)
    {
        if (configuration->users == 0 || waiting == 0)
            continue;
        long share = units / (long)waiting--;
        units -= share - find_matches(service, now, configuration, share);
        busy = busy || local_matcher_is_busy(configuration->matcher);
    }
    return busy;
}

static void on_tick(local_service *service, glift__time now, void *owner)
{
    (void)owner;
    struct local_matchmaking *all = service->matchmaking;
    local_open_automatics(service, now);
    bool busy = run_matchers(service, now);
    uint64_t pause_ms = service->patience.match_tick_ms;
    if (busy && pause_ms > BUSY_TICK_MS)
        pause_ms = BUSY_TICK_MS;
    for (local_match *match = TAILQ_FIRST(&all->matches), *next; match != NULL; match = next) {
        next = TAILQ_NEXT(match, link);
        if (match->phase == LOCAL_MATCH_PLACING)
            local_place_match(service, now, match);
    }
    local_try_placements(service, now);
    if (all->active_count > 0 || all->placements.pending_count > 0)
        local_timer_set(&service->timers, &service->match_tick, now.mono_ms + pause_ms);
}

/* ---- what happened in the model ---- */

static void on_process_ready(local_service *service, glift__time now, local_process *process)
{
    (void)process;
    struct local_matchmaking *all = service->matchmaking;
    if (!TAILQ_EMPTY(&all->matches) || all->placements.pending_count > 0)
        local_matchmaking_wake(service, now);
}

static void on_game_session_active(local_service *service, glift__time now, local_game_session *session)
{
    local_placement_session_active(service, now, session);
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
    local_placement_session_ended(service, now, session);
    local_match *match = local_find_match_of_session(service, session);
    if (match == NULL)
        return;
    local_changed(&match->record);
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
    local_placements_init(&all->placements);
    local_notices_init(&all->notices);
    service->matchmaking = all;
    service->listener = &listener;
    return local_timer_make(&service->timers, &service->match_tick, on_tick, NULL) ? GLIFT_OK
                                                                                   : GLIFT_ERR_MEMORY;
}

static void free_tickets(local_service *service, struct local_ticket_list *list)
{
    local_ticket *ticket;
    while ((ticket = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, ticket, link);
        if (local_ticket_is_active(ticket))
            local_matcher_remove(ticket->configuration->matcher, &ticket->candidate);
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
    local_placements_fini(service);
    local_notices_fini(&all->notices);
    local_free_automatics(service);
    local_free_match_resources(service);
    local_timer_unmake(&service->timers, &service->match_tick);
    free(all);
    service->matchmaking = NULL;
    service->listener = NULL;
}

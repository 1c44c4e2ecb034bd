/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a ticket, of either kind: started, searched for, ended (service model 1.7, 1.8). */
#include "flexmatch/match_kinds.h"

#include "wire/copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *local_ticket_status_name(local_ticket_status status)
{
    static const char *const names[] = {"QUEUED", "SEARCHING", "REQUIRES_ACCEPTANCE", "PLACING", "COMPLETED",
            "FAILED", "CANCELLED", "TIMED_OUT"};
    return names[status];
}

bool local_ticket_is_active(const local_ticket *ticket)
{
    return ticket->status < LOCAL_TICKET_COMPLETED;
}

local_ticket *local_find_ticket(const local_service *service, const char *id)
{
    return local_index_find(&service->matchmaking->tickets_by_id, id);
}

/* ---- players ---- */

/* The player as the rule set sees him. */
static bool resolve_player(local_ticket *ticket, const local_rule_set *rule_set, size_t i)
{
    char what[LOCAL_WHAT_SIZE];
    const glift_player *given = &ticket->given[i];
    glift_player *player = &ticket->players[i];
    *player = *given;
    bool fits = local_rule_set_resolve(rule_set, given, &ticket->memory, &player->attributes, what);
    player->attribute_count = rule_set->attribute_count;
    if (player->attributes == NULL)
        return false;
    if (!fits && ticket->obstacle[0] == '\0')
        snprintf(ticket->obstacle, sizeof ticket->obstacle, "%s", what);
    return true;
}

static bool take_player(local_ticket *ticket, const local_rule_set *rule_set)
{
    const glift_player *player = &ticket->players[ticket->player_count];
    if (!resolve_player(ticket, rule_set, ticket->player_count))
        return false;
    ticket->places[ticket->player_count++] = (local_ticket_player){
            .player_id = player->player_id, .ticket = ticket, .team = ticket->backfill ? player->team : ""};
    return true;
}

/* False: out of memory. A player whom the rule set does not fit is an obstacle, not an error (S61). */
static bool take_players(local_ticket *ticket, const local_ticket_wish *wish)
{
    const local_rule_set *rule_set = wish->configuration->rule_set->rule_set;
    ticket->given = glift__players_copy(&ticket->memory, wish->players, wish->player_count);
    ticket->players = glift__memory_take(&ticket->memory, wish->player_count, sizeof *ticket->players);
    ticket->places = glift__memory_take(&ticket->memory, wish->player_count, sizeof *ticket->places);
    bool taken = ticket->given != NULL && ticket->players != NULL && ticket->places != NULL;
    for (size_t i = 0; i < wish->player_count && taken; i++)
        taken = take_player(ticket, rule_set);
    return taken;
}

/* ---- starting ---- */

static bool players_are_distinct(const local_ticket_wish *wish, local_refusal *why)
{
    for (size_t i = 0; i < wish->player_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(wish->players[i].player_id, wish->players[k].player_id) == 0)
                return local_refuse(why, LOCAL_INVALID_REQUEST, "Player %.200s is named twice.",
                        wish->players[i].player_id);
        }
    }
    return true;
}

static bool may_start(const local_service *service, const local_ticket_wish *wish, local_refusal *why)
{
    if (wish->id != NULL && wish->id[0] != '\0' && local_find_ticket(service, wish->id) != NULL)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "Ticket id %s is in use.", wish->id);
    if (service->matchmaking->active_count >= LOCAL_ACTIVE_TICKETS_MAX)
        return local_refuse(
                why, LOCAL_LIMIT_EXCEEDED, "%d tickets are active already.", LOCAL_ACTIVE_TICKETS_MAX);
    return players_are_distinct(wish, why);
}

/* A player is in one active ticket; the newer one counts (S58). */
static void cancel_older_tickets(local_service *service, glift__time now, const local_ticket_wish *wish)
{
    for (size_t i = 0; i < wish->player_count; i++) {
        const local_ticket_player *place =
                local_index_find(&service->matchmaking->players_waiting, wish->players[i].player_id);
        if (place == NULL)
            continue;
        char message[256];
        snprintf(message, sizeof message, "Player %.160s is in a newer ticket.", place->player_id);
        local_end_ticket(service, now, place->ticket, LOCAL_TICKET_CANCELLED, "Cancelled", message);
    }
}

static bool names_player_of(const local_ticket *ticket, const local_ticket_wish *wish)
{
    for (size_t i = 0; i < ticket->player_count; i++) {
        for (size_t k = 0; k < wish->player_count; k++) {
            if (strcmp(ticket->places[i].player_id, wish->players[k].player_id) == 0)
                return true;
        }
    }
    return false;
}

/* The ticket that a session has by itself names the players who have a seat there. One of them asks for
 * another match: that session fills up no more (S58, S76). What a server asks for itself is its own matter.
 */
static void cancel_automatic_tickets(local_service *service, glift__time now, const local_ticket_wish *wish)
{
    local_automatic *automatic, *next;
    for (automatic = TAILQ_FIRST(&service->matchmaking->automatics); automatic != NULL; automatic = next) {
        next = TAILQ_NEXT(automatic, link);
        local_ticket *ticket = automatic->ticket;
        if (ticket == NULL || !names_player_of(ticket, wish))
            continue;
        local_stop_automatic(service, automatic->game_session);
        local_end_ticket(service, now, ticket, LOCAL_TICKET_CANCELLED, "Cancelled",
                "A player of the game session is in a newer ticket.");
    }
}

static bool enter_players(local_service *service, local_ticket *ticket)
{
    for (size_t i = 0; !ticket->backfill && i < ticket->player_count; i++) {
        if (local_index_add(&service->matchmaking->players_waiting, &ticket->places[i]))
            continue;
        while (i-- > 0)
            local_index_remove(&service->matchmaking->players_waiting, &ticket->places[i]);
        return false;
    }
    return true;
}

static void leave_players(local_service *service, local_ticket *ticket)
{
    for (size_t i = 0; !ticket->backfill && i < ticket->player_count; i++)
        local_index_remove(&service->matchmaking->players_waiting, &ticket->places[i]);
}

/* The time runs while a process is looked for, too. [E] Once one is starting the game session it is let do
 * so; should that come to nothing, the ticket ends when it would search on. */
static void on_request_timeout(local_service *service, glift__time now, void *owner)
{
    local_ticket *ticket = owner;
    local_match *match = ticket->match;
    char message[256];
    local_changed(&ticket->record); /* its timer runs no more */
    if (match != NULL && match->game_session != NULL)
        return;
    snprintf(message, sizeof message, "No %s within %d seconds: %.200s",
            match != NULL ? "game session" : "match", ticket->configuration->request_timeout_s,
            local_ticket_why(ticket));
    local_end_ticket(service, now, ticket, LOCAL_TICKET_TIMED_OUT, "TimedOut", message);
    if (match != NULL) /* it cannot do without the players who have gone */
        local_dissolve_match(service, now, match, "OtherTicketLeft");
}

static bool fill_ticket(local_service *service, local_ticket *ticket, const local_ticket_wish *wish)
{
    char fresh[LOCAL_ID_SIZE] = "";
    if (wish->id == NULL || wish->id[0] == '\0')
        local_make_id(service, "", fresh);
    ticket->backfill = wish->backfill;
    ticket->automatic = wish->automatic;
    ticket->most_newcomers = wish->most_newcomers;
    ticket->id = glift__memory_text(&ticket->memory, fresh[0] != '\0' ? fresh : wish->id);
    ticket->configuration_name = glift__memory_text(&ticket->memory, wish->configuration->name);
    ticket->configuration_arn = glift__memory_text(&ticket->memory, wish->configuration->arn);
    return ticket->id != NULL && ticket->configuration_name != NULL && ticket->configuration_arn != NULL &&
           take_players(ticket, wish) &&
           (wish->game_session == NULL || local_keep_connection_info(ticket, wish->game_session)) &&
           local_timer_make(&service->timers, &ticket->timer, on_request_timeout, ticket) &&
           local_index_add(&service->matchmaking->tickets_by_id, ticket);
}

/* What it says of itself until the matcher has looked at it. */
static void await_look(local_ticket *ticket)
{
    snprintf(ticket->candidate.why, sizeof ticket->candidate.why, "waiting for the next look at the tickets");
}

static void describe_to_matcher(local_ticket *ticket, uint64_t start_ms)
{
    ticket->candidate = (local_candidate){
            .start_ms = start_ms,
            .order = ticket->serial,
            .players = ticket->players,
            .player_count = ticket->player_count,
            .backfill = ticket->backfill,
            .free_seats = LOCAL_RULE_SET_MAX_PLAYERS,
            .obstacle = ticket->obstacle[0] != '\0' ? ticket->obstacle : NULL,
    };
    await_look(ticket);
}

/* Its time counts from the start, whatever comes in between (S63). */
static void set_request_timer(local_service *service, local_ticket *ticket)
{
    uint64_t timeout_ms = (uint64_t)ticket->configuration->request_timeout_s * 1000;
    local_timer_set(&service->timers, &ticket->timer, ticket->candidate.start_ms + timeout_ms);
}

/* Complete, but not yet in line; NULL: out of memory. */
static local_ticket *make_ticket(local_service *service, glift__time now, const local_ticket_wish *wish)
{
    local_ticket *ticket = calloc(1, sizeof *ticket);
    if (ticket == NULL)
        return NULL;
    glift__memory_init(&ticket->memory);
    if (!fill_ticket(service, ticket, wish)) {
        local_free_ticket(service, ticket);
        return NULL;
    }
    if (!wish->backfill) {
        cancel_older_tickets(service, now, wish);
        cancel_automatic_tickets(service, now, wish);
    }
    if (!enter_players(service, ticket)) {
        local_index_remove(&service->matchmaking->tickets_by_id, ticket);
        local_free_ticket(service, ticket);
        return NULL;
    }
    return ticket;
}

local_ticket *local_start_ticket(
        local_service *service, glift__time now, const local_ticket_wish *wish, local_refusal *why)
{
    struct local_matchmaking *all = service->matchmaking;
    if (!may_start(service, wish, why))
        return NULL;
    local_ticket *ticket = make_ticket(service, now, wish);
    if (ticket == NULL) {
        local_refuse_memory(why);
        return NULL;
    }
    ticket->serial = local_next_serial(service);
    ticket->configuration = wish->configuration;
    ticket->configuration->users++;
    ticket->game_session = wish->game_session;
    ticket->start_unix_ms = now.unix_ms;
    local_set_ticket_status(service, ticket, LOCAL_TICKET_QUEUED, NULL, ticket->obstacle);
    describe_to_matcher(ticket, now.mono_ms);
    set_request_timer(service, ticket);
    TAILQ_INSERT_TAIL(&all->active, ticket, link);
    all->active_count++;
    local_keep(service, &ticket->record, &local_ticket_kind);
    if (service->match_tick.place == 0)
        local_timer_set(
                &service->timers, &service->match_tick, now.mono_ms + service->patience.match_tick_ms);
    if (ticket->obstacle[0] != '\0')
        local_log(service, GLIFT_LOG_WARNING, "ticket %s will never match: %s", ticket->id, ticket->obstacle);
    return ticket;
}

/* ---- changing ---- */

void local_set_ticket_searching(
        local_service *service, glift__time now, local_ticket *ticket, const char *reason)
{
    bool told = ticket->status == LOCAL_TICKET_REQUIRES_ACCEPTANCE;
    local_set_ticket_status(
            service, ticket, LOCAL_TICKET_SEARCHING, reason, "It is back among those who wait.");
    ticket->match = NULL;
    await_look(ticket);
    for (size_t i = 0; i < ticket->player_count; i++) {
        ticket->places[i].answer = LOCAL_NO_ANSWER;
        if (!ticket->backfill)
            ticket->places[i].team = "";
    }
    if (told) /* a placement that ran out of time is no event (service model 1.7) */
        local_note_ticket(service, now, ticket, "MatchmakingSearching", NULL, NULL);
    if (ticket->timer.place == 0)
        set_request_timer(service, ticket);
    local_matchmaking_wake(service, now);
}

static const char *ending_reason(local_ticket_status status)
{
    static const char *const reasons[] = {[LOCAL_TICKET_COMPLETED] = "completed",
            [LOCAL_TICKET_FAILED] = "failed",
            [LOCAL_TICKET_CANCELLED] = "was cancelled",
            [LOCAL_TICKET_TIMED_OUT] = "timed out"};
    return reasons[status];
}

/* Of one that ends by itself; the success is told of the match. */
static void note_end(local_service *service, glift__time now, const local_ticket *ticket, const char *reason,
        const char *message)
{
    switch (ticket->status) {
    case LOCAL_TICKET_FAILED:
        local_note_ticket(service, now, ticket, "MatchmakingFailed", "UNEXPECTED_ERROR", message);
        break;
    case LOCAL_TICKET_CANCELLED:
        local_note_ticket(service, now, ticket, "MatchmakingCancelled", reason, message);
        break;
    case LOCAL_TICKET_TIMED_OUT:
        local_note_ticket(service, now, ticket, "MatchmakingTimedOut", "TimedOut", message);
        break;
    default:
        break;
    }
}

static glift_update_reason update_reason(local_ticket_status status)
{
    switch (status) {
    case LOCAL_TICKET_FAILED:
        return GLIFT_UPDATE_BACKFILL_FAILED;
    case LOCAL_TICKET_TIMED_OUT:
        return GLIFT_UPDATE_BACKFILL_TIMED_OUT;
    default:
        return GLIFT_UPDATE_BACKFILL_CANCELLED;
    }
}

static void forget_oldest_ended(local_service *service)
{
    struct local_matchmaking *all = service->matchmaking;
    while (all->ended_count > LOCAL_ENDED_TICKETS_KEPT) {
        local_ticket *oldest = TAILQ_FIRST(&all->ended);
        TAILQ_REMOVE(&all->ended, oldest, link);
        all->ended_count--;
        local_index_remove(&all->tickets_by_id, oldest);
        local_free_ticket(service, oldest);
    }
}

/* Out of its match. A match that is still a proposal cannot do without any of its tickets. */
static void leave_match(local_service *service, glift__time now, local_ticket *ticket)
{
    local_match *match = ticket->match;
    if (match == NULL)
        return;
    TAILQ_REMOVE(&match->tickets, ticket, match_link);
    ticket->match = NULL;
    if (match->backfill == ticket)
        match->backfill = NULL;
    if (match->phase == LOCAL_MATCH_PROPOSED)
        local_dissolve_match(service, now, match, "OtherTicketLeft");
}

void local_end_ticket(local_service *service, glift__time now, local_ticket *ticket,
        local_ticket_status status, const char *reason, const char *message)
{
    struct local_matchmaking *all = service->matchmaking;
    if (!local_ticket_is_active(ticket))
        return;
    if (status != LOCAL_TICKET_COMPLETED)
        local_note_misses(service, ticket);
    local_set_ticket_status(service, ticket, status, reason, message);
    snprintf(ticket->status_message, sizeof ticket->status_message, "%s", message);
    ticket->end_unix_ms = now.unix_ms;
    local_timer_stop(&service->timers, &ticket->timer);
    leave_players(service, ticket);
    local_matcher_remove(ticket->configuration->matcher, &ticket->candidate);
    TAILQ_REMOVE(&all->active, ticket, link);
    all->active_count--;
    TAILQ_INSERT_TAIL(&all->ended, ticket, link);
    all->ended_count++;
    note_end(service, now, ticket, reason != NULL ? reason : "Cancelled", message);
    leave_match(service, now, ticket);
    local_log(service, GLIFT_LOG_INFO, "ticket %s %s%s%s", ticket->id, ending_reason(status),
            message[0] != '\0' ? ": " : "", message);
    if (ticket->backfill && status != LOCAL_TICKET_COMPLETED)
        local_tell_backfill(service, ticket, update_reason(status));
    if (ticket->automatic)
        local_automatic_ticket_ended(service, now, ticket);
    ticket->configuration->users--;
    ticket->configuration = NULL;
    ticket->game_session = NULL;
    forget_oldest_ended(service);
}

bool local_may_stop_ticket(const local_ticket *ticket, local_refusal *why)
{
    if (local_ticket_is_active(ticket) && ticket->status != LOCAL_TICKET_PLACING)
        return true;
    return local_refuse(why, LOCAL_INVALID_REQUEST, "Ticket %s is %s: it cannot be stopped any more.",
            ticket->id, local_ticket_status_name(ticket->status));
}

void local_stop_ticket(local_service *service, glift__time now, local_ticket *ticket)
{
    if (ticket->automatic)
        local_stop_automatic(service, ticket->game_session);
    local_end_ticket(service, now, ticket, LOCAL_TICKET_CANCELLED, "Cancelled", "Cancelled by request.");
}

const char *local_ticket_why(const local_ticket *ticket)
{
    switch (ticket->status) {
    case LOCAL_TICKET_QUEUED:
    case LOCAL_TICKET_SEARCHING:
        return ticket->candidate.why;
    case LOCAL_TICKET_REQUIRES_ACCEPTANCE:
        return "waiting for everyone in the match to accept";
    case LOCAL_TICKET_PLACING:
        return ticket->match->why;
    default:
        return "";
    }
}

void local_free_ticket(local_service *service, local_ticket *ticket)
{
    local_timer_unmake(&service->timers, &ticket->timer);
    local_keep_no_more(&ticket->record);
    local_forget_history(service, &ticket->history);
    glift__memory_fini(&ticket->memory);
    free(ticket);
}

/* ---- kept (match_kinds.h) ---- */

/* What follows from what was read. What has ended is described, and looked at by no rule set. */
static bool complete_ticket(local_ticket *ticket)
{
    ticket->players = glift__memory_take(&ticket->memory, ticket->player_count + 1, sizeof *ticket->players);
    /* A backfill of a game session that everybody has left has no player, and a list of none is NULL. */
    bool has_lists = ticket->player_count == 0 || (ticket->given != NULL && ticket->places != NULL);
    if (ticket->players == NULL || !has_lists)
        return false;
    for (size_t i = 0; i < ticket->player_count; i++) {
        local_ticket_player *place = &ticket->places[i];
        ticket->players[i] = ticket->given[i];
        if (local_ticket_is_active(ticket) &&
                !resolve_player(ticket, ticket->configuration->rule_set->rule_set, i))
            return false;
        place->player_id = ticket->players[i].player_id;
        place->ticket = ticket;
        if (place->team == NULL)
            place->team = "";
    }
    describe_to_matcher(ticket, ticket->candidate.start_ms);
    if (ticket->match != NULL) /* it does not wait for a look */
        ticket->candidate.why[0] = '\0';
    local_look_at_session(ticket);
    return true;
}

static void enter_lists(struct local_matchmaking *all, local_ticket *ticket)
{
    local_match *match = ticket->match;
    if (!local_ticket_is_active(ticket)) {
        TAILQ_INSERT_TAIL(&all->ended, ticket, link);
        all->ended_count++;
        return;
    }
    TAILQ_INSERT_TAIL(&all->active, ticket, link);
    all->active_count++;
    ticket->configuration->users++;
    if (match == NULL)
        return;
    TAILQ_INSERT_TAIL(&match->tickets, ticket, match_link);
    if (ticket->backfill)
        match->backfill = ticket;
}

bool local_enter_ticket(local_service *service, glift__time now, void *entity)
{
    struct local_matchmaking *all = service->matchmaking;
    local_ticket *ticket = entity;
    bool is_active = local_ticket_is_active(ticket);
    (void)now;
    if (is_active != (ticket->configuration != NULL) || (!is_active && ticket->match != NULL) ||
            !complete_ticket(ticket))
        return false;
    if (!local_timer_restore(&service->timers, &ticket->timer, on_request_timeout, ticket))
        return false;
    bool is_known = !local_index_add(&all->tickets_by_id, ticket);
    if (is_known || (is_active && !enter_players(service, ticket))) {
        if (!is_known)
            local_index_remove(&all->tickets_by_id, ticket);
        local_timer_unmake(&service->timers, &ticket->timer);
        return false;
    }
    enter_lists(all, ticket);
    return true;
}

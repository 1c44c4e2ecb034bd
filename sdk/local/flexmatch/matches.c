/* SPDX-License-Identifier: Apache-2.0 */
/* From tickets that were put together to players with seats: acceptance, placement on a process, completion.
 */
#include "flexmatch/match_kinds.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void local_free_match(local_service *service, local_match *match)
{
    local_timer_unmake(&service->timers, &match->timer);
    local_keep_no_more(&match->record);
    free(match->matchmaker_data);
    free(match);
}

static void remove_match(local_service *service, local_match *match)
{
    local_ticket *ticket;
    while ((ticket = TAILQ_FIRST(&match->tickets)) != NULL) {
        TAILQ_REMOVE(&match->tickets, ticket, match_link);
        ticket->match = NULL;
        local_changed(&ticket->record);
    }
    TAILQ_REMOVE(&service->matchmaking->matches, match, link);
    match->configuration->users--;
    local_free_match(service, match);
}

void local_dissolve_match(local_service *service, glift__time now, local_match *match, const char *reason)
{
    local_ticket *ticket;
    match->phase = LOCAL_MATCH_ENDING;
    while ((ticket = TAILQ_FIRST(&match->tickets)) != NULL) {
        TAILQ_REMOVE(&match->tickets, ticket, match_link);
        local_set_ticket_searching(service, now, ticket, reason);
    }
    remove_match(service, match);
}

void local_end_match(local_service *service, glift__time now, local_match *match, local_ticket_status status,
        const char *reason, const char *message)
{
    match->phase = LOCAL_MATCH_ENDING;
    if (status == LOCAL_TICKET_COMPLETED)
        local_note_match(service, now, match, "MatchmakingSucceeded", NULL);
    while (!TAILQ_EMPTY(&match->tickets))
        local_end_ticket(service, now, TAILQ_FIRST(&match->tickets), status, reason, message);
    remove_match(service, match);
}

static void fail_match(local_service *service, glift__time now, local_match *match, const char *message)
{
    local_log(service, GLIFT_LOG_WARNING, "match %s failed: %s", match->id, message);
    local_end_match(service, now, match, LOCAL_TICKET_FAILED, "Failed", message);
}

local_match *local_find_match_of_session(const local_service *service, const local_game_session *session)
{
    local_match *match;
    TAILQ_FOREACH(match, &service->matchmaking->matches, link)
    {
        if (match->game_session == session)
            return match;
    }
    return NULL;
}

/* ---- the document of who plays (service model 4.4) ---- */

static size_t count_players(const local_match *match)
{
    size_t count = 0;
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    count += ticket->player_count;
    return count;
}

/* bytes NULL: out of memory, or too long */
static glift__text make_matchmaker_data(const local_match *match)
{
    const local_rule_set *rule_set = match->configuration->rule_set->rule_set;
    const char *teams[LOCAL_RULE_SET_MAX_PLAYERS];
    glift__text text = {0};
    size_t count = 0;
    glift_player *players = calloc(count_players(match) + 1, sizeof *players);
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        for (size_t i = 0; players != NULL && i < ticket->player_count; i++) {
            players[count] = ticket->players[i];
            players[count++].team = ticket->places[i].team;
        }
    }
    for (size_t i = 0; i < rule_set->team_count; i++)
        teams[i] = rule_set->teams[i].name;
    glift_matchmaker_data data = {
            .match_id = match->id,
            .matchmaking_configuration_arn = match->configuration->arn,
            .auto_backfill_mode = match->auto_backfill_ticket_id[0] != '\0' ? GLIFT_AUTO_BACKFILL_AUTOMATIC
                                                                            : GLIFT_AUTO_BACKFILL_NOT_SET,
            .auto_backfill_ticket_id = match->auto_backfill_ticket_id,
            .players = players,
            .player_count = count,
    };
    if (players != NULL)
        glift__encode_matchmaker_data(&data, teams, rule_set->team_count, &text);
    free(players);
    if (text.length > LOCAL_MATCHMAKER_DATA_MAX)
        glift__text_free(&text);
    return text;
}

/* ---- seats ---- */

bool local_keep_connection_info(local_ticket *ticket, const local_game_session *session)
{
    local_changed(&ticket->record);
    ticket->game_session_arn = glift__memory_text(&ticket->memory, session->arn);
    ticket->ip_address = glift__memory_text(&ticket->memory, session->ip_address);
    ticket->dns_name = glift__memory_text(&ticket->memory, session->dns_name);
    ticket->port = session->port;
    return ticket->game_session_arn != NULL && ticket->ip_address != NULL && ticket->dns_name != NULL;
}

static size_t gather_newcomers(
        const local_match *match, local_ticket_player **places, local_seat_wish *wishes)
{
    size_t count = 0;
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        for (size_t i = 0; !ticket->backfill && i < ticket->player_count; i++) {
            places[count] = &ticket->places[i];
            wishes[count++].player_id = ticket->places[i].player_id;
        }
    }
    return count;
}

bool local_reserve_match(local_service *service, glift__time now, local_match *match,
        local_game_session *session, local_refusal *why)
{
    local_ticket_player *places[LOCAL_RULE_SET_MAX_PLAYERS];
    local_seat_wish wishes[LOCAL_RULE_SET_MAX_PLAYERS] = {{0}};
    local_player_session *seats[LOCAL_RULE_SET_MAX_PLAYERS];
    size_t count = gather_newcomers(match, places, wishes);
    local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        if (!ticket->backfill && !local_keep_connection_info(ticket, session))
            return local_refuse_memory(why);
    }
    if (count > 0 && !local_reserve_seats(service, now, session, wishes, count, seats, why))
        return false;
    for (size_t i = 0; i < count; i++) /* their tickets say already that they have changed */
        snprintf(places[i]->player_session_id, sizeof places[i]->player_session_id, "%s", seats[i]->id);
    return true;
}

void local_match_session_active(local_service *service, glift__time now, local_match *match)
{
    local_refusal why;
    local_game_session *session = match->game_session;
    if (!local_reserve_match(service, now, match, session, &why)) {
        fail_match(service, now, match, why.message);
        return;
    }
    if (match->auto_backfill_ticket_id[0] != '\0')
        local_start_automatic(service, match);
    local_end_match(service, now, match, LOCAL_TICKET_COMPLETED, NULL, "");
}

/* ---- placement (placement.c finds the process) ---- */

/* The tickets search on until their own time is over (service model 1.7): no game server free at the moment
 * is no error. */
static void on_placement_timeout(local_service *service, glift__time now, local_match *match)
{
    local_refusal ignored;
    local_game_session *session = match->game_session;
    local_log(service, GLIFT_LOG_WARNING, "match %s has no game session within the queue's time: %s",
            match->id, match->why);
    if (session != NULL) /* nobody will come to it */
        local_terminate_game_session(service, now, session, &ignored);
    local_dissolve_match(service, now, match, "PlacementTimedOut");
}

static void start_placing(local_service *service, glift__time now, local_match *match)
{
    local_ticket *ticket;
    int timeout_s = local_placement_timeout_s(service, match->configuration);
    if (timeout_s == 0) { /* searching on would end here again, at once and for ever */
        fail_match(service, now, match, "The queues of the matchmaking configuration have been deleted.");
        return;
    }
    local_changed(&match->record);
    match->phase = LOCAL_MATCH_PLACING;
    match->placing_ms = now.mono_ms;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        local_set_ticket_status(service, ticket, LOCAL_TICKET_PLACING, NULL, "A process is looked for.");
    }
    local_timer_set(&service->timers, &match->timer, now.mono_ms + (uint64_t)timeout_s * 1000);
    local_place_match(service, now, match);
}

/* Everyone who has to agree has agreed. */
static void go_on(local_service *service, glift__time now, local_match *match)
{
    glift__text data = make_matchmaker_data(match);
    local_changed(&match->record);
    match->matchmaker_data = data.bytes;
    if (data.bytes == NULL)
        fail_match(service, now, match, "The matchmaker data is too long, or there is no memory for it.");
    else if (match->backfill != NULL)
        local_complete_backfill(service, now, match);
    else if (match->configuration->standalone)
        local_end_match(service, now, match, LOCAL_TICKET_COMPLETED, NULL, "");
    else
        start_placing(service, now, match);
}

/* ---- acceptance ---- */

/* Of a ticket that has to answer; a backfill's players did when they came. */
static bool has_accepted(const local_ticket *ticket)
{
    for (size_t i = 0; !ticket->backfill && i < ticket->player_count; i++) {
        if (ticket->places[i].answer != LOCAL_ACCEPTS)
            return false;
    }
    return true;
}

static local_ticket *find_silent(const local_match *match)
{
    local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        if (!has_accepted(ticket))
            return ticket;
    }
    return NULL;
}

static void on_acceptance_timeout(local_service *service, glift__time now, local_match *match)
{
    local_ticket *silent;
    match->phase = LOCAL_MATCH_ENDING;
    local_note_match(service, now, match, "AcceptMatchCompleted", "TimedOut");
    while ((silent = find_silent(match)) != NULL)
        local_end_ticket(service, now, silent, LOCAL_TICKET_CANCELLED, "TimedOut",
                "Not every player accepted in time.");
    local_dissolve_match(service, now, match, "AcceptanceTimedOut");
}

static void on_match_timer(local_service *service, glift__time now, void *owner)
{
    local_match *match = owner;
    if (match->phase == LOCAL_MATCH_PLACING)
        on_placement_timeout(service, now, match);
    else
        on_acceptance_timeout(service, now, match);
}

static void ask_for_acceptance(local_service *service, glift__time now, local_match *match)
{
    local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        local_set_ticket_status(service, ticket, LOCAL_TICKET_REQUIRES_ACCEPTANCE, NULL,
                "Every player of the match has to accept.");
        local_timer_stop(&service->timers, &ticket->timer); /* [E] the acceptance has its own time */
    }
    local_timer_set(&service->timers, &match->timer,
            now.mono_ms + (uint64_t)match->configuration->acceptance_timeout_s * 1000);
}

static local_ticket_player *find_place(local_ticket *ticket, const char *player_id)
{
    for (size_t i = 0; i < ticket->player_count; i++) {
        if (strcmp(ticket->places[i].player_id, player_id) == 0)
            return &ticket->places[i];
    }
    return NULL;
}

static void answer(local_service *service, local_ticket *ticket, local_ticket_player *place, bool accept)
{
    place->answer = accept ? LOCAL_ACCEPTS : LOCAL_REJECTS;
    local_note(service, &ticket->history, "answer", "%.300s %s the match.", place->player_id,
            accept ? "accepts" : "rejects");
}

bool local_accept_match(local_service *service, glift__time now, local_ticket *ticket,
        const char *const *player_ids, size_t count, bool accept, local_refusal *why)
{
    if (ticket->status != LOCAL_TICKET_REQUIRES_ACCEPTANCE || ticket->backfill)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "Ticket %s is %s: nothing is to be accepted.",
                ticket->id, local_ticket_status_name(ticket->status));
    for (size_t i = 0; i < count; i++) {
        if (find_place(ticket, player_ids[i]) == NULL)
            return local_refuse(why, LOCAL_INVALID_REQUEST, "Player %.200s is not in ticket %s.",
                    player_ids[i], ticket->id);
    }
    bool rejected = false;
    local_changed(&ticket->record);
    for (size_t i = 0; i < count; i++) {
        local_ticket_player *place = find_place(ticket, player_ids[i]);
        if (place->answer == LOCAL_NO_ANSWER) /* the first answer of a player is final */
            answer(service, ticket, place, accept);
        rejected = rejected || place->answer == LOCAL_REJECTS;
    }
    local_match *match = ticket->match;
    local_note_match(service, now, match, "AcceptMatch", NULL);
    if (rejected) {
        local_note_match(service, now, match, "AcceptMatchCompleted", "Rejected");
        local_end_ticket(
                service, now, ticket, LOCAL_TICKET_CANCELLED, "Rejected", "A player rejected the match.");
        return true;
    }
    if (find_silent(match) != NULL)
        return true;
    local_note_match(service, now, match, "AcceptMatchCompleted", "Accepted");
    local_timer_stop(&service->timers, &match->timer);
    go_on(service, now, match);
    return true;
}

/* ---- a new match ---- */

static local_ticket *ticket_of(local_candidate *candidate)
{
    return (local_ticket *)(void *)((char *)candidate - offsetof(local_ticket, candidate));
}

/* False: out of memory; the ticket stays as it was. */
static bool join(local_match *match, local_ticket *ticket)
{
    const local_rule_set *rule_set = match->configuration->rule_set->rule_set;
    if (ticket->backfill) {
        match->backfill = ticket;
    } else {
        const char *team = glift__memory_text(&ticket->memory, rule_set->teams[ticket->candidate.team].name);
        if (team == NULL)
            return false;
        for (size_t i = 0; i < ticket->player_count; i++)
            ticket->places[i].team = team;
    }
    local_changed(&ticket->record);
    ticket->match = match;
    TAILQ_INSERT_TAIL(&match->tickets, ticket, match_link);
    return true;
}

/* The average, in which each tenth ticket halves what the ones before it say. */
static void note_wait(local_configuration *configuration, const local_candidate *candidate, uint64_t now_ms)
{
    double wait_s = (double)(now_ms - candidate->start_ms) / 1000;
    local_changed(&configuration->record);
    double share = configuration->matched_count++ == 0 ? 1 : 0.067;
    configuration->wait_s += share * (wait_s - configuration->wait_s);
}

int local_estimated_wait_s(const local_configuration *configuration)
{
    return (int)(configuration->wait_s + 0.5);
}

void local_make_match(local_service *service, glift__time now, local_configuration *configuration,
        local_candidate *const *candidates, size_t count)
{
    local_match *match = calloc(1, sizeof *match);
    if (match == NULL || !local_timer_make(&service->timers, &match->timer, on_match_timer, match)) {
        free(match);
        return; /* the tickets wait for the next pass */
    }
    TAILQ_INIT(&match->tickets);
    local_make_id(service, "", match->id);
    match->configuration = configuration;
    match->age_ms = local_matcher_age(configuration->rule_set->rule_set, candidates, count, now.mono_ms);
    match->maximum = local_matcher_seats(configuration->rule_set->rule_set, match->age_ms);
    configuration->users++;
    TAILQ_INSERT_TAIL(&service->matchmaking->matches, match, link);
    local_keep(service, &match->record, &local_match_kind);
    for (size_t i = 0; i < count; i++) {
        if (!join(match, ticket_of(candidates[i]))) {
            local_dissolve_match(service, now, match, NULL);
            return;
        }
        if (!candidates[i]->backfill)
            note_wait(configuration, candidates[i], now.mono_ms);
    }
    if (configuration->automatic_backfill)
        local_make_id(service, "auto-backfill-", match->auto_backfill_ticket_id);
    local_log(service, GLIFT_LOG_INFO, "match %s of %s: %zu players in %zu tickets%s", match->id,
            configuration->name, count_players(match), count,
            match->backfill != NULL ? ", one of them a backfill" : "");
    for (size_t i = 0; i < count; i++)
        local_note_match_found(service, ticket_of(candidates[i]), match);
    local_note_match(service, now, match, "PotentialMatchCreated", NULL);
    if (configuration->acceptance_required)
        ask_for_acceptance(service, now, match);
    else
        go_on(service, now, match);
}

/* Its tickets come after it, and join it themselves. */
bool local_enter_match(local_service *service, glift__time now, void *entity)
{
    local_match *match = entity;
    (void)now;
    TAILQ_INIT(&match->tickets);
    if (!local_timer_restore(&service->timers, &match->timer, on_match_timer, match))
        return false;
    match->configuration->users++;
    TAILQ_INSERT_TAIL(&service->matchmaking->matches, match, link);
    return true;
}

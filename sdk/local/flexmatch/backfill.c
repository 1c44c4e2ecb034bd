/* SPDX-License-Identifier: Apache-2.0 */
/* Backfill: a game session asks for players for its open seats (service model 1.8). */
#include "flexmatch/match_kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- asking ---- */

local_ticket *local_find_backfill_of(const local_service *service, const local_game_session *session)
{
    local_ticket *ticket;
    TAILQ_FOREACH(ticket, &service->matchmaking->active, link)
    {
        if (ticket->backfill && session != NULL && ticket->game_session == session)
            return ticket;
    }
    return NULL;
}

static bool session_may_ask(
        const local_configuration *configuration, const local_game_session *session, local_refusal *why)
{
    if (session == NULL)
        return configuration->standalone ||
               local_refuse(why, LOCAL_INVALID_REQUEST,
                       "GameSessionArn is missing: %s is a WITH_QUEUE configuration.", configuration->name);
    if (configuration->standalone)
        return local_refuse(why, LOCAL_INVALID_REQUEST,
                "%s is a STANDALONE configuration, which knows no game sessions.", configuration->name);
    if (session->status != GLIFT_GAME_SESSION_ACTIVE)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "Game session %s is %s, not ACTIVE.", session->arn,
                glift_game_session_status_name(session->status));
    if (session->matchmaking_configuration_arn == NULL)
        return local_refuse(
                why, LOCAL_INVALID_REQUEST, "Game session %s was not made by matchmaking.", session->arn);
    return true;
}

static bool teams_are_known(
        const local_rule_set *rule_set, const glift_player *players, size_t count, local_refusal *why)
{
    for (size_t i = 0; i < count; i++) {
        const char *team = players[i].team != NULL ? players[i].team : "";
        if (players[i].player_id == NULL || players[i].player_id[0] == '\0')
            return local_refuse(why, LOCAL_INVALID_REQUEST, "Player %zu has no PlayerId.", i + 1);
        if (local_rule_set_find_team(rule_set, team) < 0)
            return local_refuse(why, LOCAL_INVALID_REQUEST,
                    "Player %.200s: the rule set has no team \"%.100s\".", players[i].player_id, team);
    }
    return true;
}

local_ticket *local_start_backfill(local_service *service, glift__time now, const char *configuration_name,
        local_game_session *session, const char *ticket_id, const glift_player *players, size_t count,
        local_refusal *why)
{
    local_configuration *configuration = local_find_configuration(service, configuration_name);
    if (configuration == NULL) {
        local_refuse(why, LOCAL_NOT_FOUND, "Matchmaking configuration %s was not found.", configuration_name);
        return NULL;
    }
    if (count == 0 || count > LOCAL_BACKFILL_PLAYERS_MAX) {
        local_refuse(why, LOCAL_INVALID_REQUEST, "A backfill names 1 to %d players, not %zu.",
                LOCAL_BACKFILL_PLAYERS_MAX, count);
        return NULL;
    }
    if (!session_may_ask(configuration, session, why) ||
            !teams_are_known(configuration->rule_set->rule_set, players, count, why))
        return NULL;
    local_ticket_wish wish = {
            .id = ticket_id,
            .configuration = configuration,
            .players = players,
            .player_count = count,
            .backfill = true,
            .game_session = session,
    };
    local_ticket *older = local_find_backfill_of(service, session);
    local_ticket *ticket = local_start_ticket(service, now, &wish, why);
    if (ticket != NULL && session != NULL)
        local_stop_automatic(service, session);
    if (ticket != NULL && older != NULL) /* S74 */
        local_end_ticket(service, now, older, LOCAL_TICKET_CANCELLED, "Cancelled",
                "The game session has started a newer backfill.");
    return ticket;
}

bool local_matchmaking_start_backfill(local_service *service, glift__time now, local_game_session *session,
        const glift_start_match_backfill_request *request, char ticket_id[GLIFT_MAX_TICKET_ID_LENGTH + 1],
        local_refusal *why)
{
    const local_ticket *ticket = local_start_backfill(service, now, request->matchmaking_configuration_arn,
            session, request->ticket_id, request->players, request->player_count, why);
    if (ticket != NULL)
        snprintf(ticket_id, GLIFT_MAX_TICKET_ID_LENGTH + 1, "%s", ticket->id);
    return ticket != NULL;
}

struct local_ticket *local_matchmaking_find_backfill(local_service *service,
        const local_game_session *session, const glift_stop_match_backfill_request *request,
        local_refusal *why)
{
    local_ticket *ticket = local_find_ticket(service, request->ticket_id);
    bool known = ticket != NULL && ticket->backfill && ticket->game_session_arn != NULL &&
                 strcmp(ticket->game_session_arn, session->arn) == 0;
    if (!known)
        local_refuse(why, LOCAL_NOT_FOUND, "Game session %s has no backfill ticket %s.", session->arn,
                request->ticket_id);
    return known && local_may_stop_ticket(ticket, why) ? ticket : NULL;
}

void local_matchmaking_stop_backfill(local_service *service, glift__time now, struct local_ticket *ticket)
{
    local_stop_ticket(service, now, ticket);
}

/* ---- while it waits ---- */

/* Who has a seat, whether the request named them or not. */
static void list_seated(local_ticket *ticket, const char **out)
{
    const local_player_session *seat;
    size_t count = 0;
    TAILQ_FOREACH(seat, &ticket->game_session->held, state_link)
    {
        if (count < LOCAL_PLAYERS_MAX)
            out[count++] = seat->player_id;
    }
    ticket->candidate.seated = out;
    ticket->candidate.seated_count = count;
}

void local_look_at_session(local_ticket *ticket)
{
    const local_game_session *session = ticket->game_session;
    local_candidate *candidate = &ticket->candidate;
    if (session == NULL)
        return;
    candidate->location = session->location;
    candidate->free_seats = session->maximum - session->taken;
    if (ticket->automatic && candidate->free_seats > ticket->most_newcomers)
        candidate->free_seats = ticket->most_newcomers;
    candidate->obstacle = ticket->obstacle[0] != '\0' ? ticket->obstacle : NULL;
    if (session->status != GLIFT_GAME_SESSION_ACTIVE)
        candidate->obstacle = "the game session is about to end";
    else if (session->policy == GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL)
        candidate->obstacle = "the game session accepts no new players (DENY_ALL)";
    if (ticket->seated == NULL)
        ticket->seated = glift__memory_take(&ticket->memory, LOCAL_PLAYERS_MAX, sizeof *ticket->seated);
    if (ticket->seated != NULL)
        list_seated(ticket, ticket->seated);
    else
        candidate->obstacle = "out of memory";
}

/* ---- what becomes of it ---- */

void local_tell_backfill(local_service *service, local_ticket *ticket, glift_update_reason reason)
{
    local_game_session *session = ticket->game_session;
    if (session == NULL || local_game_session_is_over(session))
        return;
    if (!local_push_game_session_update(service, session, reason, ticket->id))
        local_log(service, GLIFT_LOG_WARNING, "the process of %s cannot be told about backfill %s",
                session->arn, ticket->id);
}

static void fail_backfill(local_service *service, glift__time now, local_match *match, const char *message)
{
    match->phase = LOCAL_MATCH_ENDING;
    local_end_ticket(service, now, match->backfill, LOCAL_TICKET_FAILED, "Failed", message);
    local_dissolve_match(service, now, match, "BackfillFailed");
}

void local_complete_backfill(local_service *service, glift__time now, local_match *match)
{
    local_refusal why;
    local_ticket *backfill = match->backfill;
    local_game_session *session = backfill->game_session;
    if (session != NULL && !local_reserve_match(service, now, match, session, &why)) {
        fail_backfill(service, now, match, why.message);
        return;
    }
    if (session != NULL && !local_set_matchmaker_data(session, match->matchmaker_data)) {
        fail_backfill(service, now, match, "There is no memory for the matchmaker data.");
        return;
    }
    if (session != NULL)
        local_tell_backfill(service, backfill, GLIFT_UPDATE_MATCHMAKING_DATA_UPDATED);
    if (backfill->automatic)
        local_go_on_automatic(service, match);
    local_end_match(service, now, match, LOCAL_TICKET_COMPLETED, NULL, "");
}

/* ---- AUTOMATIC: the seats that were open at the start are filled, who leaves is not replaced (S76) ---- */

static local_automatic *find_automatic(const local_service *service, const local_game_session *session)
{
    local_automatic *automatic;
    TAILQ_FOREACH(automatic, &service->matchmaking->automatics, link)
    {
        if (automatic->game_session == session)
            return automatic;
    }
    return NULL;
}

void local_start_automatic(local_service *service, const local_match *match)
{
    int open_seats = match->game_session->maximum - match->game_session->taken;
    if (open_seats <= 0)
        return;
    local_automatic *automatic = calloc(1, sizeof *automatic);
    if (automatic == NULL) {
        local_log(service, GLIFT_LOG_ERROR, "no memory: %s will not backfill by itself",
                match->game_session->arn);
        return;
    }
    automatic->game_session = match->game_session;
    automatic->open_seats = open_seats;
    snprintf(automatic->next_ticket_id, sizeof automatic->next_ticket_id, "%s",
            match->auto_backfill_ticket_id);
    TAILQ_INSERT_TAIL(&service->matchmaking->automatics, automatic, link);
    local_keep(service, &automatic->record, &local_automatic_kind);
}

static void remove_automatic(local_service *service, local_automatic *automatic)
{
    TAILQ_REMOVE(&service->matchmaking->automatics, automatic, link);
    local_keep_no_more(&automatic->record);
    free(automatic);
}

void local_stop_automatic(local_service *service, const local_game_session *session)
{
    local_automatic *automatic = find_automatic(service, session);
    if (automatic != NULL)
        remove_automatic(service, automatic);
}

static int count_newcomers(const local_match *match)
{
    size_t count = 0;
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    count += ticket->backfill ? 0 : ticket->player_count;
    return (int)count;
}

void local_go_on_automatic(local_service *service, const local_match *match)
{
    local_automatic *automatic = find_automatic(service, match->backfill->game_session);
    if (automatic == NULL)
        return;
    local_changed(&automatic->record);
    automatic->open_seats -= count_newcomers(match);
    if (automatic->open_seats > 0)
        snprintf(automatic->next_ticket_id, sizeof automatic->next_ticket_id, "%s",
                match->auto_backfill_ticket_id);
    else
        remove_automatic(service, automatic);
}

void local_free_automatics(local_service *service)
{
    while (!TAILQ_EMPTY(&service->matchmaking->automatics))
        remove_automatic(service, TAILQ_FIRST(&service->matchmaking->automatics));
}

void local_automatic_ticket_ended(local_service *service, glift__time now, const local_ticket *ticket)
{
    local_automatic *automatic = find_automatic(service, ticket->game_session);
    if (automatic != NULL) {
        local_changed(&automatic->record);
        automatic->ticket = NULL;
    }
    local_matchmaking_wake(service, now);
}

/* With the players of the last matchmaker data who still have a seat. */
static void open_automatic(local_service *service, glift__time now, local_automatic *automatic)
{
    local_game_session *session = automatic->game_session;
    glift_matchmaker_data data;
    glift__memory memory;
    local_refusal why = {.message = "the matchmaker data cannot be read"};
    glift__memory_init(&memory);
    glift_status status = glift__read_matchmaker_data(session->matchmaker_data, &memory, &data);
    glift_player *players = glift__memory_take(&memory, data.player_count + 1, sizeof *players);
    local_ticket_wish wish = {.id = automatic->next_ticket_id,
            .configuration = local_find_configuration(service, session->matchmaking_configuration_arn),
            .players = players,
            .backfill = true,
            .automatic = true,
            .most_newcomers = automatic->open_seats,
            .game_session = session};
    char fresh[LOCAL_ID_SIZE];
    if (local_find_ticket(service, wish.id) != NULL) { /* it timed out */
        local_make_id(service, "auto-backfill-", fresh);
        wish.id = fresh;
    }
    for (size_t i = 0; status == GLIFT_OK && players != NULL && i < data.player_count; i++) {
        if (local_player_session_of(session, data.players[i].player_id) != NULL)
            players[wish.player_count++] = data.players[i];
    }
    local_changed(&automatic->record);
    if (status == GLIFT_OK && players != NULL && wish.configuration != NULL)
        automatic->ticket = local_start_ticket(service, now, &wish, &why);
    if (automatic->ticket == NULL) {
        local_log(service, GLIFT_LOG_WARNING, "%s no longer backfills by itself: %s", session->arn,
                wish.configuration == NULL ? "its matchmaking configuration was deleted" : why.message);
        remove_automatic(service, automatic);
    }
    glift__memory_fini(&memory);
}

void local_open_automatics(local_service *service, glift__time now)
{
    local_automatic *automatic, *next;
    for (automatic = TAILQ_FIRST(&service->matchmaking->automatics); automatic != NULL; automatic = next) {
        next = TAILQ_NEXT(automatic, link);
        const local_game_session *session = automatic->game_session;
        if (session->status == GLIFT_GAME_SESSION_ACTIVE && session->taken < session->maximum &&
                local_find_backfill_of(service, session) == NULL)
            open_automatic(service, now, automatic);
    }
}

bool local_enter_automatic(local_service *service, glift__time now, void *entity)
{
    local_automatic *automatic = entity;
    (void)now;
    TAILQ_INSERT_TAIL(&service->matchmaking->automatics, automatic, link);
    return true;
}

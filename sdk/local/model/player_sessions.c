/* SPDX-License-Identifier: Apache-2.0 */
/* Player sessions: seats that are reserved, taken and freed (service model 1.5). */
#include <stdlib.h>
#include <string.h>

#include "model/kinds.h"

static local_player_session *find_player_session(const local_service *service, const char *id)
{
    return local_index_find(&service->player_sessions_by_id, id);
}

static bool holds_seat(const local_player_session *seat)
{
    return seat->status == GLIFT_PLAYER_SESSION_RESERVED || seat->status == GLIFT_PLAYER_SESSION_ACTIVE;
}

/* ---- memory ---- */

/* The player of a seat that is made: known already, or new. False: out of memory. */
static bool join_player(local_service *service, local_player_session *seat, const char *player_id)
{
    local_player *player = local_index_find(&service->players_by_id, player_id);
    if (player == NULL) {
        player = calloc(1, sizeof *player);
        if (player == NULL)
            return false;
        TAILQ_INIT(&player->player_sessions);
        player->id = strdup(player_id);
        if (player->id == NULL || !local_index_add(&service->players_by_id, player)) {
            free((char *)player->id);
            free(player);
            return false;
        }
    }
    seat->player = player;
    seat->player_id = player->id;
    TAILQ_INSERT_TAIL(&player->player_sessions, seat, player_link);
    return true;
}

/* A player without a seat is forgotten. */
static void leave_player(local_service *service, local_player_session *seat)
{
    local_player *player = seat->player;
    if (player == NULL)
        return;
    TAILQ_REMOVE(&player->player_sessions, seat, player_link);
    if (!TAILQ_EMPTY(&player->player_sessions))
        return;
    local_index_remove(&service->players_by_id, player);
    free((char *)player->id);
    free(player);
}

static void free_seat(local_service *service, local_player_session *seat)
{
    local_timer_unmake(&service->timers, &seat->timer);
    local_keep_no_more(&seat->record);
    leave_player(service, seat);
    free((char *)seat->id);
    free(seat->player_data);
    free(seat);
}

void local_forget_player_session(local_service *service, local_player_session *seat)
{
    TAILQ_REMOVE(&seat->game_session->player_sessions, seat, link);
    TAILQ_REMOVE(&service->player_sessions, seat, service_link);
    service->player_session_count--;
    if (holds_seat(seat)) {
        TAILQ_REMOVE(&seat->game_session->held, seat, state_link);
    } else {
        TAILQ_REMOVE(&service->ended_player_sessions, seat, state_link);
        service->ended_seat_count--;
    }
    local_index_remove(&service->player_sessions_by_id, seat);
    free_seat(service, seat);
}

static void forget_oldest_ended(local_service *service)
{
    while (service->ended_seat_count > LOCAL_ENDED_SEATS_KEPT)
        local_forget_player_session(service, TAILQ_FIRST(&service->ended_player_sessions));
}

/* ---- ends of a seat ---- */

/* The one place where its status changes, after the seats were counted: its session remembers. */
static void set_status(local_service *service, local_player_session *seat, glift_player_session_status status)
{
    local_game_session *session = seat->game_session;
    local_changed(&seat->record);
    seat->status = status;
    local_note(service, &session->history, "seat", "%.300s is %s: %d of %d seats are taken.", seat->player_id,
            glift_player_session_status_name(status), session->taken, session->maximum);
}

static void end_seat(local_service *service, glift__time now, local_player_session *seat,
        glift_player_session_status status)
{
    seat->game_session->taken--;
    set_status(service, seat, status);
    seat->termination_unix_ms = now.unix_ms;
    local_timer_stop(&service->timers, &seat->timer);
    TAILQ_REMOVE(&seat->game_session->held, seat, state_link);
    TAILQ_INSERT_TAIL(&service->ended_player_sessions, seat, state_link);
    service->ended_seat_count++;
}

/* The session goes on. */
static void tell_seat_freed(local_service *service, glift__time now, local_player_session *seat)
{
    if (service->listener != NULL)
        service->listener->seat_freed(service, now, seat);
}

static void on_reservation_timeout(local_service *service, glift__time now, void *owner)
{
    local_player_session *seat = owner;
    end_seat(service, now, seat, GLIFT_PLAYER_SESSION_TIMEDOUT);
    tell_seat_freed(service, now, seat);
}

void local_end_player_sessions(local_service *service, glift__time now, local_game_session *session)
{
    local_player_session *seat;
    while ((seat = TAILQ_FIRST(&session->held)) != NULL)
        end_seat(service, now, seat,
                seat->status == GLIFT_PLAYER_SESSION_RESERVED ? GLIFT_PLAYER_SESSION_TIMEDOUT
                                                              : GLIFT_PLAYER_SESSION_COMPLETED);
}

/* ---- reserving ---- */

const local_player_session *local_player_session_of(const local_game_session *session, const char *player_id)
{
    const local_player_session *seat;
    TAILQ_FOREACH(seat, &session->held, state_link)
    {
        if (strcmp(seat->player_id, player_id) == 0)
            return seat;
    }
    return NULL;
}

static bool players_are_new(
        const local_game_session *session, const local_seat_wish *wishes, size_t count, local_refusal *why)
{
    for (size_t i = 0; i < count; i++) {
        if (local_player_session_of(session, wishes[i].player_id) != NULL)
            return local_refuse(why, LOCAL_INVALID_REQUEST,
                    "Player %s has a player session in game session %s already.", wishes[i].player_id,
                    session->arn);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(wishes[i].player_id, wishes[k].player_id) == 0)
                return local_refuse(
                        why, LOCAL_INVALID_REQUEST, "Player %s is named twice.", wishes[i].player_id);
        }
    }
    return true;
}

static bool may_reserve(
        const local_game_session *session, const local_seat_wish *wishes, size_t count, local_refusal *why)
{
    if (session->status != GLIFT_GAME_SESSION_ACTIVE)
        return local_refuse(why, LOCAL_INVALID_GAME_SESSION_STATUS, "Game session %s is %s, not ACTIVE.",
                session->arn, glift_game_session_status_name(session->status));
    if (session->policy == GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL)
        return local_refuse(why, LOCAL_INVALID_GAME_SESSION_STATUS,
                "Game session %s does not accept new players.", session->arn);
    if (!players_are_new(session, wishes, count, why))
        return false;
    int open = session->maximum - session->taken; /* negative once the maximum was lowered (S43) */
    if (open < 0 || (size_t)open < count)
        return local_refuse(why, LOCAL_GAME_SESSION_FULL,
                "Game session %s has %d open player slots, %zu are needed.", session->arn,
                open > 0 ? open : 0, count);
    return true;
}

static local_player_session *make_seat(local_service *service, const local_seat_wish *wish)
{
    local_player_session *seat = calloc(1, sizeof *seat);
    if (seat == NULL)
        return NULL;
    char id[LOCAL_ID_SIZE];
    local_make_id(service, "psess-", id);
    seat->id = strdup(id);
    bool made = seat->id != NULL && join_player(service, seat, wish->player_id) &&
                local_keep_text(&seat->player_data, wish->player_data) &&
                local_timer_make(&service->timers, &seat->timer, on_reservation_timeout, seat);
    if (made && local_index_add(&service->player_sessions_by_id, seat))
        return seat;
    free_seat(service, seat);
    return NULL;
}

static void unmake_seat(local_service *service, local_player_session *seat)
{
    local_index_remove(&service->player_sessions_by_id, seat);
    free_seat(service, seat);
}

bool local_reserve_seats(local_service *service, glift__time now, local_game_session *session,
        const local_seat_wish *wishes, size_t count, local_player_session **out, local_refusal *why)
{
    forget_oldest_ended(service);
    if (!may_reserve(session, wishes, count, why))
        return false;
    for (size_t made = 0; made < count; made++) {
        out[made] = make_seat(service, &wishes[made]);
        if (out[made] == NULL) {
            while (made > 0)
                unmake_seat(service, out[--made]);
            return local_refuse_memory(why);
        }
    }
    for (size_t i = 0; i < count; i++) {
        local_player_session *seat = out[i];
        seat->game_session = session;
        seat->serial = local_next_serial(service);
        session->taken++;
        set_status(service, seat, GLIFT_PLAYER_SESSION_RESERVED);
        seat->creation_unix_ms = now.unix_ms;
        TAILQ_INSERT_TAIL(&session->player_sessions, seat, link);
        TAILQ_INSERT_TAIL(&session->held, seat, state_link);
        TAILQ_INSERT_TAIL(&service->player_sessions, seat, service_link);
        service->player_session_count++;
        local_timer_set(&service->timers, &seat->timer, now.mono_ms + service->patience.reservation_ms);
        local_keep(service, &seat->record, &local_player_session_kind);
    }
    return true;
}

/* ---- what the hosting process says of a player ---- */

static local_player_session *need_seat(
        const local_service *service, const local_game_session *session, const char *id, local_refusal *why)
{
    local_player_session *seat = find_player_session(service, id);
    if (seat == NULL)
        local_refuse(why, LOCAL_NOT_FOUND, "Player session %s was not found.", id);
    else if (seat->game_session != session) {
        local_refuse(why, LOCAL_INVALID_REQUEST, "Player session %s belongs to another game session.", id);
        seat = NULL;
    }
    return seat;
}

bool local_accept_player(
        local_service *service, local_game_session *session, const char *id, local_refusal *why)
{
    local_player_session *seat = need_seat(service, session, id, why);
    if (seat == NULL)
        return false;
    if (seat->status != GLIFT_PLAYER_SESSION_RESERVED)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "Player session %s is %s, not RESERVED.", id,
                glift_player_session_status_name(seat->status));
    set_status(service, seat, GLIFT_PLAYER_SESSION_ACTIVE);
    local_timer_stop(&service->timers, &seat->timer);
    return true;
}

/* [E] A seat that is only reserved can be removed too: the player is not coming (S48). */
bool local_remove_player(local_service *service, glift__time now, local_game_session *session, const char *id,
        local_refusal *why)
{
    local_player_session *seat = need_seat(service, session, id, why);
    if (seat == NULL)
        return false;
    if (!holds_seat(seat))
        return local_refuse(why, LOCAL_INVALID_REQUEST, "Player session %s is %s.", id,
                glift_player_session_status_name(seat->status));
    end_seat(service, now, seat, GLIFT_PLAYER_SESSION_COMPLETED);
    tell_seat_freed(service, now, seat);
    return true;
}

/* ---- asking for player sessions ---- */

static bool is_given(const char *id)
{
    return id != NULL && id[0] != '\0';
}

bool local_seats_begin(const local_service *service, local_seat_query *query, local_refusal *why)
{
    int given = is_given(query->player_session_id) + is_given(query->game_session_id) +
                is_given(query->player_id);
    if (given != 1)
        return local_refuse(why, LOCAL_INVALID_REQUEST,
                "Exactly one of GameSessionId, PlayerSessionId, or PlayerId is required.");
    if (is_given(query->player_session_id) && find_player_session(service, query->player_session_id) == NULL)
        return local_refuse(
                why, LOCAL_NOT_FOUND, "Player session %s was not found.", query->player_session_id);
    if (is_given(query->game_session_id)) {
        query->game_session = local_need_game_session(service, query->game_session_id, why);
        return query->game_session != NULL;
    }
    return true;
}

static const local_player_session *next_in_session(
        const local_seat_query *query, const local_player_session *seat)
{
    seat = seat == NULL ? TAILQ_FIRST(&query->game_session->player_sessions) : TAILQ_NEXT(seat, link);
    while (seat != NULL && query->status != GLIFT_PLAYER_SESSION_NOT_SET && seat->status != query->status)
        seat = TAILQ_NEXT(seat, link);
    return seat;
}

static const local_player_session *next_of_player(
        const local_service *service, const local_seat_query *query, const local_player_session *seat)
{
    if (seat != NULL)
        return TAILQ_NEXT(seat, player_link);
    const local_player *player = local_index_find(&service->players_by_id, query->player_id);
    return player != NULL ? TAILQ_FIRST(&player->player_sessions) : NULL;
}

const local_player_session *local_seats_next(
        const local_service *service, const local_seat_query *query, const local_player_session *seat)
{
    if (query->game_session != NULL)
        return next_in_session(query, seat);
    if (is_given(query->player_id))
        return next_of_player(service, query, seat);
    return seat == NULL ? find_player_session(service, query->player_session_id) : NULL;
}

/* ---- kept (keep.h) ---- */

/* What was read as its player's id becomes its player. */
static bool find_player(local_service *service, local_player_session *seat)
{
    char *read = (char *)seat->player_id;
    if (!join_player(service, seat, read))
        return false;
    free(read);
    return true;
}

static void enter_lists(local_service *service, local_player_session *seat)
{
    local_game_session *session = seat->game_session;
    TAILQ_INSERT_TAIL(&session->player_sessions, seat, link);
    TAILQ_INSERT_TAIL(&service->player_sessions, seat, service_link);
    service->player_session_count++;
    if (holds_seat(seat)) {
        session->taken++;
        TAILQ_INSERT_TAIL(&session->held, seat, state_link);
    } else {
        TAILQ_INSERT_TAIL(&service->ended_player_sessions, seat, state_link);
        service->ended_seat_count++;
    }
}

static bool enter_player_session(local_service *service, glift__time now, void *entity)
{
    local_player_session *seat = entity;
    (void)now;
    if (!local_timer_restore(&service->timers, &seat->timer, on_reservation_timeout, seat))
        return false;
    bool is_known = !local_index_add(&service->player_sessions_by_id, seat);
    if (is_known || !find_player(service, seat)) {
        if (!is_known)
            local_index_remove(&service->player_sessions_by_id, seat);
        local_timer_unmake(&service->timers, &seat->timer);
        return false;
    }
    enter_lists(service, seat);
    return true;
}

static int compare_ends(const void *left, const void *right)
{
    const local_player_session *a = *(local_player_session *const *)left;
    const local_player_session *b = *(local_player_session *const *)right;
    return local_compare_ends(a->termination_unix_ms, a->serial, b->termination_unix_ms, b->serial);
}

static void sort_ended(local_service *service)
{
    LOCAL_SORT_LIST(&service->ended_player_sessions, local_player_session, state_link, compare_ends);
}

static const local_field player_session_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, local_player_session, id),
        LOCAL_NEEDED(LOCAL_TEXT, local_player_session, player_id),
        LOCAL_FIELD(LOCAL_TEXT, local_player_session, player_data),
        LOCAL_FIELD(LOCAL_UINT64, local_player_session, serial),
        LOCAL_NEEDED_ENTITY(local_player_session, game_session, &local_game_session_kind),
        LOCAL_FIELD_ENUM(local_player_session, status, GLIFT_PLAYER_SESSION_TIMEDOUT),
        LOCAL_FIELD(LOCAL_INT64, local_player_session, creation_unix_ms),
        LOCAL_FIELD(LOCAL_INT64, local_player_session, termination_unix_ms),
        LOCAL_FIELD(LOCAL_TIMER, local_player_session, timer),
        LOCAL_FIELDS_END,
};
const local_kind local_player_session_kind = {
        .name = "player session",
        .size = sizeof(local_player_session),
        .record_at = offsetof(local_player_session, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = player_session_fields,
        .enter = enter_player_session,
        .entered = sort_ended,
};

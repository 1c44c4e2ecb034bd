/* SPDX-License-Identifier: Apache-2.0 */
#include "io/offline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SESSION_ID "arn:aws:gamelift:local::gamesession/offline/1"

/* As many as a game session of GameLift has at most. */
enum { MAX_SEATS = 200 };

enum { ACCEPTED = 200, REFUSED = 400 };

typedef struct seat {
    char *player_session_id, *player_id; /* heap */
    int64_t created_unix_ms;
    bool is_taken; /* else it is reserved */
} seat;

struct glift__offline {
    int port;
    unsigned made; /* player session ids */
    size_t seat_count;
    seat seats[MAX_SEATS]; /* the oldest first */
};

/* One request on its way to its answer. */
typedef struct request {
    glift__offline *service;
    const glift__request_body *body;
    glift__memory *memory;
    glift__time now;
    int status_code;
    const char *message; /* why it is refused */
    glift__answer_body answer;
    bool is_ready; /* the process has become so just now */
} request;

/* ---- seats ---- */

static seat *find_seat(glift__offline *self, const char *player_session_id, const char *player_id)
{
    for (size_t i = 0; i < self->seat_count; i++) {
        seat *one = &self->seats[i];
        if ((player_session_id[0] != '\0' && strcmp(one->player_session_id, player_session_id) == 0) ||
                (player_id[0] != '\0' && strcmp(one->player_id, player_id) == 0))
            return one;
    }
    return NULL;
}

static void drop_seat(glift__offline *self, seat *one)
{
    size_t behind = (size_t)(self->seats + self->seat_count - (one + 1));
    free(one->player_session_id);
    free(one->player_id);
    memmove(one, one + 1, behind * sizeof *one);
    self->seat_count--;
}

/* Of those who asked for a seat and did not come, the first one gives way. */
static bool make_room(glift__offline *self)
{
    for (size_t i = 0; self->seat_count == MAX_SEATS && i < MAX_SEATS; i++) {
        if (!self->seats[i].is_taken)
            drop_seat(self, &self->seats[i]);
    }
    return self->seat_count < MAX_SEATS;
}

/* NULL where all seats are taken, or where there is no memory. */
static seat *reserve(glift__offline *self, const char *player_session_id, const char *player_id, int64_t now)
{
    char made_id[32];
    if (!make_room(self))
        return NULL;
    if (player_session_id[0] == '\0') {
        snprintf(made_id, sizeof made_id, "psess-offline-%u", ++self->made);
        player_session_id = made_id;
    }
    seat *one = &self->seats[self->seat_count];
    *one = (seat){.player_session_id = glift__text_copy(player_session_id),
            .player_id = glift__text_copy(player_id[0] != '\0' ? player_id : player_session_id),
            .created_unix_ms = now};
    self->seat_count++;
    if (one->player_session_id != NULL && one->player_id != NULL)
        return one;
    drop_seat(self, one);
    return NULL;
}

static seat *find_or_reserve(request *r, const char *player_session_id, const char *player_id)
{
    seat *one = find_seat(r->service, player_session_id, player_id);
    return one != NULL ? one : reserve(r->service, player_session_id, player_id, r->now.unix_ms);
}

/* ---- requests ---- */

static void refuse(request *r, const char *message)
{
    r->status_code = REFUSED;
    r->message = message;
}

static void accept_player(request *r)
{
    seat *one = find_or_reserve(r, r->body->as.player_session.player_session_id, "");
    if (one == NULL)
        refuse(r, "There is no open seat: the game session has 200, and each needs some memory.");
    else if (one->is_taken)
        refuse(r, "The player session is not RESERVED: its player is in the game already.");
    else
        one->is_taken = true;
}

static void remove_player(request *r)
{
    seat *one = find_seat(r->service, r->body->as.player_session.player_session_id, "");
    if (one == NULL)
        refuse(r, "There is no such player session.");
    else
        drop_seat(r->service, one);
}

static glift_player_session describe(const request *r, const seat *one)
{
    return (glift_player_session){.player_id = one->player_id,
            .player_session_id = one->player_session_id,
            .game_session_id = SESSION_ID,
            .fleet_id = "",
            .player_data = "",
            .ip_address = "127.0.0.1",
            .dns_name = "",
            .port = r->service->port,
            .creation_time_unix_ms = one->created_unix_ms,
            .status = one->is_taken ? GLIFT_PLAYER_SESSION_ACTIVE : GLIFT_PLAYER_SESSION_RESERVED};
}

/* Whoever asks for a seat that nobody has yet, by either id, has made one by asking. */
static void describe_players(request *r)
{
    const glift_describe_player_sessions_request *wanted = &r->body->as.describe;
    glift_player_session_page *page = &r->answer.player_session_page;
    const seat *first = r->service->seats, *end = first + r->service->seat_count;
    if (wanted->game_session_id[0] == '\0') {
        first = find_or_reserve(r, wanted->player_session_id, wanted->player_id);
        end = first != NULL ? first + 1 : first;
    }
    glift_player_session *sessions = glift__memory_take(r->memory, MAX_SEATS, sizeof *sessions);
    for (const seat *one = first; sessions != NULL && one < end; one++) {
        glift_player_session session = describe(r, one);
        if (wanted->status_filter == GLIFT_PLAYER_SESSION_NOT_SET || wanted->status_filter == session.status)
            sessions[page->player_session_count++] = session;
    }
    page->player_sessions = sessions;
    page->next_token = "";
}

static void activate_process(request *r)
{
    r->service->port = r->body->as.activate_server_process.port;
    r->is_ready = true;
}

static void carry_out(request *r)
{
    switch (r->body->action) {
    case GLIFT__ACTIVATE_SERVER_PROCESS:
        activate_process(r);
        break;
    case GLIFT__ACCEPT_PLAYER_SESSION:
        accept_player(r);
        break;
    case GLIFT__REMOVE_PLAYER_SESSION:
        remove_player(r);
        break;
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
        describe_players(r);
        break;
    case GLIFT__START_MATCH_BACKFILL:
    case GLIFT__STOP_MATCH_BACKFILL:
        refuse(r, "There is no matchmaking offline.");
        break;
    case GLIFT__GET_COMPUTE_CERTIFICATE:
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        refuse(r, "There is no AWS account offline.");
        break;
    case GLIFT__TERMINATE_SERVER_PROCESS:
    case GLIFT__HEARTBEAT_SERVER_PROCESS:
    case GLIFT__ACTIVATE_GAME_SESSION:
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
        break;
    case GLIFT__ACTION_UNKNOWN:
    case GLIFT__LIST_CONTAINERS_NETWORK_INFO: /* which no message asks for */
        refuse(r, "This request is not known.");
        break;
    }
}

/* ---- saying it ---- */

static glift_status say_session(const glift__offline *self, glift__text *out)
{
    const glift__push push = {.kind = GLIFT__CREATE_GAME_SESSION,
            .game_session = {.game_session_id = SESSION_ID,
                    .name = "offline",
                    .game_session_data = "",
                    .matchmaker_data = "",
                    .maximum_player_session_count = MAX_SEATS,
                    .ip_address = "127.0.0.1",
                    .dns_name = "",
                    .port = self->port}};
    return glift__encode_push(&push, out);
}

static glift_status answer_parsed(glift__offline *self, glift__time now, const glift__parsed *parsed,
        glift__memory *memory, glift__text *answer, glift__text *push)
{
    glift__request_body body;
    const char *message = "";
    glift__envelope envelope = glift__parsed_envelope(parsed);
    request r = {.service = self,
            .body = &body,
            .memory = memory,
            .now = now,
            .status_code = ACCEPTED,
            .message = ""};
    glift_status status = glift__parsed_read_request(parsed, memory, &body, &message);
    if (status == GLIFT_ERR_MEMORY)
        return status;
    if (status == GLIFT_OK)
        carry_out(&r);
    else
        refuse(&r, message);
    status = glift__encode_answer(envelope.action, envelope.action_name, envelope.request_id, r.status_code,
            r.message, &r.answer, answer);
    return status == GLIFT_OK && r.is_ready ? say_session(self, push) : status;
}

glift_status glift__offline_take(glift__offline *self, glift__time now, const char *bytes, size_t length,
        glift__text *answer, glift__text *push)
{
    glift__parsed *parsed = NULL;
    glift__memory memory;
    glift__memory_init(&memory);
    *answer = *push = (glift__text){0};
    glift_status status = glift__parsed_open(bytes, length, &parsed);
    if (status == GLIFT_OK)
        status = answer_parsed(self, now, parsed, &memory, answer, push);
    glift__parsed_close(parsed);
    glift__memory_fini(&memory);
    if (status == GLIFT_OK)
        return GLIFT_OK;
    glift__text_free(answer);
    glift__text_free(push);
    return status;
}

/* ---- one of them ---- */

glift__offline *glift__offline_create(void)
{
    return calloc(1, sizeof(glift__offline));
}

void glift__offline_destroy(glift__offline *self)
{
    while (self != NULL && self->seat_count > 0)
        drop_seat(self, &self->seats[self->seat_count - 1]);
    free(self);
}

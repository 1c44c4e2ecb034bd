/* SPDX-License-Identifier: Apache-2.0 */
/* A game that uses the SDK on real sockets, and the usual words of the service. Include it once, after
 * test.h. */
#ifndef GAME_H
#define GAME_H

#include "ws_service.h"

#include <gamelift/gamelift.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- a game ---- */

typedef struct game {
    glift_server *server;
    char process_id[32];
    glift_connection_state state;
    bool was_connected; /* ever */
    glift_status status;
    char reason[512];
    int answers; /* of on_answer */
    glift_status answer;
    bool resent;
    int health_questions;
    char log[65536];
} game;

static inline void on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    game *self = user;
    (void)server;
    self->state = event->state;
    self->was_connected |= event->state == GLIFT_CONNECTED;
    self->status = event->status;
    snprintf(self->reason, sizeof self->reason, "%s", event->reason);
}

static inline bool on_health_check(glift_server *server, void *user)
{
    (void)server;
    ((game *)user)->health_questions++;
    return true;
}

static inline void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    game *self = user;
    size_t length = strlen(self->log);
    (void)server, (void)level;
    snprintf(self->log + length, sizeof self->log - length, "%s\n", message);
}

static inline void on_answer(glift_server *server, const glift_result *result, void *user)
{
    game *self = user;
    (void)server;
    self->answers++;
    self->answer = result->status;
    self->resent = result->resent;
}

/* With what the desc says, and the usual in place of what it leaves out. */
static inline game *start_game_of(glift_server_desc desc)
{
    static int count;
    game *self = calloc(1, sizeof *self);
    snprintf(self->process_id, sizeof self->process_id, "process-%d", count++);
    desc.size_bytes = sizeof desc;
    desc.auth_token = desc.compute_type == NULL ? "token-that-is-secret" : NULL; /* a container logs in */
    desc.process_id = self->process_id;
    desc.host_id = "host";
    desc.fleet_id = "fleet-1";
    desc.ignore_environment = true;
    desc.reconnect_base_ms = desc.reconnect_cap_ms = 1;
    desc.on_connection = on_connection;
    desc.on_health_check = on_health_check;
    desc.on_log = desc.on_log != NULL ? desc.on_log : on_log;
    desc.log_level = GLIFT_LOG_DEBUG;
    desc.user = self;
    CHECK_INT(glift_server_create(&desc, &self->server), GLIFT_OK);
    return self;
}

/* "" for what the desc leaves out. */
static inline game *start_game(const char *url, const char *ca_file, glift_io *io)
{
    return start_game_of((glift_server_desc){.websocket_url = url, .tls_ca_file = ca_file, .io = io});
}

static inline game *start_game_at(const ws_service *service, glift_io *io)
{
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u", service->port);
    return start_game(url, "", io);
}

static inline void end_game(game *self)
{
    CHECK_INT(glift_server_destroy(self->server), GLIFT_OK);
    free(self);
}

static inline int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void tick(game *self)
{
    glift_server_wait(self->server, 20);
    glift_server_tick(self->server);
}

static inline void wait_answers(game *self, int count)
{
    for (int64_t until = now_ms() + 10000; self->answers < count && now_ms() < until;)
        tick(self);
    CHECK_INT(self->answers, count);
}

static inline void wait_state(game *self, glift_connection_state state)
{
    for (int64_t until = now_ms() + 10000; self->state != state && now_ms() < until;)
        tick(self);
    CHECK_INT(self->state, state);
}

/* ---- the service's side ---- */

static inline const char *field(const char *text, const char *name)
{
    static char values[4][64];
    static int turn;
    char *value = values[turn++ % 4], marker[64];
    snprintf(marker, sizeof marker, "\"%s\":\"", name);
    const char *at = strstr(text, marker);
    CHECK(at != NULL);
    at += strlen(marker);
    snprintf(value, 64, "%.*s", (int)strcspn(at, "\""), at);
    return value;
}

static inline void make_answer(const char *request, char *out, size_t size)
{
    snprintf(out, size, "{\"Action\":\"%s\",\"RequestId\":\"%s\",\"StatusCode\":200}",
            field(request, "Action"), field(request, "RequestId"));
}

/* The next frame, but for heartbeats, which are answered. */
static inline ws_frame receive_frame(ws_peer *peer)
{
    for (;;) {
        ws_frame frame = ws_receive(peer);
        if (strstr(frame.payload, "\"HeartbeatServerProcess\"") == NULL)
            return frame;
        char text[256];
        make_answer(frame.payload, text, sizeof text);
        ws_send(peer, WS_TEXT, true, text, strlen(text));
        free(frame.payload);
    }
}

static inline char *receive_request(ws_peer *peer)
{
    return receive_frame(peer).payload;
}

static inline void answer_request(ws_peer *peer, const char *action)
{
    char text[256], *request = receive_request(peer);
    CHECK_TEXT(field(request, "Action"), action);
    make_answer(request, text, sizeof text);
    ws_send(peer, WS_TEXT, true, text, strlen(text));
    free(request);
}

#define SESSION                                                                                              \
    "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"gsess-1\",\"MaximumPlayerSessionCount\":4}"

/* Ready, with an active game session. */
static inline ws_peer make_ready(game *self, ws_service *service)
{
    glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    CHECK_INT(glift_process_ready(self->server, &parameters, on_answer, self), GLIFT_OK);
    ws_peer peer = ws_accept_upgraded(service);
    answer_request(&peer, "ActivateServerProcess");
    ws_send(&peer, WS_TEXT, true, SESSION, sizeof SESSION - 1);
    wait_answers(self, 1);
    while (glift_get_game_session(self->server) == NULL)
        tick(self);
    CHECK_INT(glift_activate_game_session(self->server, on_answer, self), GLIFT_OK);
    answer_request(&peer, "ActivateGameSession");
    wait_answers(self, 2);
    self->answers = 0;
    return peer;
}

#endif

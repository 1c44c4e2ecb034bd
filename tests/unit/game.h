/* SPDX-License-Identifier: Apache-2.0 */
/* A game for unit tests: a server on fake_io, everything its callbacks were told, and the service's usual
 * replies. Include it once, after test.h. */
#ifndef GAME_H
#define GAME_H

#include "wire/codec.h"
#include "fake_io.h"
#include "core/outbox.h"
#include "game/server_state.h"

#include <gamelift/gamelift.h>

typedef struct answer {
    glift_status status;
    int code;
    bool resent;
    char message[256];
    char text[256]; /* the payload: ticket id, next token, certificate path, access key, first container */
    void *user;
} answer;

typedef struct game {
    glift_server *server;
    glift_server_desc desc;
    char process_id[32];
    answer answers[128];
    int answer_count;
    int sessions, updates, terminations, health_questions;
    char session_id[256], session_name[64], fleet_id[64], update_ticket[64], events[512];
    glift_update_reason update_reason;
    int64_t termination_time;
    bool healthy;
    glift_connection_event connections[512];
    char reasons[512][400];
    int connection_count;
    char log[8192];
    uint32_t seed; /* of the core's random bits */
} game;

static game the;

#define SESSION "arn:aws:gamelift:us-west-2::gamesession/fleet-1/gsess-1"
#define CREATE_GAME_SESSION                                                                                  \
    "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"" SESSION "\",\"GameSessionName\":\"match 1\","   \
    "\"MaximumPlayerSessionCount\":4,\"IpAddress\":\"127.0.0.1\",\"Port\":7777,\"GameProperties\":{\"map\":" \
    "\"dust\"}}"

static inline void note(const char *event)
{
    snprintf(the.events + strlen(the.events), sizeof the.events - strlen(the.events), "%s ", event);
}

static inline void on_start(glift_server *server, const glift_game_session *session, void *user)
{
    (void)server, (void)user;
    the.sessions++;
    note("start");
    snprintf(the.session_id, sizeof the.session_id, "%s", session->game_session_id);
    snprintf(the.session_name, sizeof the.session_name, "%s", session->name);
    snprintf(the.fleet_id, sizeof the.fleet_id, "%s", session->fleet_id);
}

static inline void on_update(glift_server *server, const glift_game_session_update *update, void *user)
{
    (void)server, (void)user;
    the.updates++;
    note("update");
    the.update_reason = update->update_reason;
    snprintf(the.update_ticket, sizeof the.update_ticket, "%s", update->backfill_ticket_id);
}

static inline void on_terminate(glift_server *server, int64_t time, void *user)
{
    (void)server, (void)user;
    the.terminations++;
    note("terminate");
    the.termination_time = time;
}

static inline bool on_health(glift_server *server, void *user)
{
    (void)server, (void)user;
    the.health_questions++;
    return the.healthy;
}

static inline void on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    (void)server, (void)user;
    static const char *const names[] = {"?", "connected", "reconnecting", "lost", "ended"};
    note(names[event->state]);
    if (the.connection_count < 512) {
        snprintf(the.reasons[the.connection_count], sizeof the.reasons[0], "%s", event->reason);
        the.connections[the.connection_count] = *event;
        the.connections[the.connection_count].reason = the.reasons[the.connection_count];
        the.connection_count++;
    }
}

static inline void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    (void)server, (void)level, (void)user;
    size_t used = strlen(the.log);
    snprintf(the.log + used, sizeof the.log - used, "%s\n", message);
}

static inline void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    note("answer");
    if (the.answer_count >= (int)(sizeof the.answers / sizeof the.answers[0]))
        return;
    answer *to = &the.answers[the.answer_count++];
    memset(to, 0, sizeof *to);
    to->status = result->status;
    to->code = result->service_status_code;
    to->resent = result->resent;
    to->user = user;
    snprintf(to->message, sizeof to->message, "%s", result->message);
    const char *text = result->backfill_ticket_id != NULL    ? result->backfill_ticket_id
                       : result->player_session_page != NULL ? result->player_session_page->next_token
                       : result->compute_certificate != NULL ? result->compute_certificate->certificate_path
                       : result->fleet_role_credentials != NULL
                               ? result->fleet_role_credentials->access_key_id
                       : result->containers != NULL ? result->containers[0].container_name
                                                    : "";
    snprintf(to->text, sizeof to->text, "%s", text);
}

static inline answer *last_answer(void)
{
    static answer none = {.status = (glift_status)-1};
    return the.answer_count > 0 ? &the.answers[the.answer_count - 1] : &none;
}

/* Chance plays in no test: every run draws the same bits, and GLIFT_TEST_SEED other ones. */
static inline uint32_t test_seed(uint32_t otherwise)
{
    const char *text = getenv("GLIFT_TEST_SEED");
    return text != NULL ? (uint32_t)strtoul(text, NULL, 10) : otherwise;
}

static inline glift__random seeded(uint32_t seed)
{
    glift__random random = {{seed, seed ^ 0x9e3779b9u, 77, 1}};
    for (int i = 0; i < 32; i++) /* seeds that are close to each other give bits that are not */
        glift__random_next(&random);
    return random;
}

/* A fresh world and a desc to be changed before create_game(). */
static inline void new_game(void)
{
    static int games;
    fake_begin();
    memset(&the, 0, sizeof the);
    snprintf(the.process_id, sizeof the.process_id, "process-%d", ++games);
    the.healthy = true;
    the.seed = test_seed(1);
    the.desc = (glift_server_desc){.size_bytes = sizeof the.desc,
            .websocket_url = "wss://gamelift.test",
            .auth_token = "token-1",
            .process_id = the.process_id,
            .host_id = "host-1",
            .fleet_id = "fleet-1",
            .ignore_environment = true,
            .on_start_game_session = on_start,
            .on_update_game_session = on_update,
            .on_process_terminate = on_terminate,
            .on_health_check = on_health,
            .on_connection = on_connection,
            .on_log = on_log};
}

static inline void tick(void)
{
    CHECK_INT(glift_server_tick(the.server), GLIFT_OK);
}

static inline void create_game(void)
{
    CHECK_INT(glift_server_create(&the.desc, &the.server), GLIFT_OK);
    the.server->random = seeded(the.seed);
}

static inline void end_game(void)
{
    CHECK_INT(glift_server_destroy(the.server), GLIFT_OK);
    the.server = NULL;
}

/* ---- the service's usual replies ---- */

/* The RequestId of a message that was written. */
static inline const char *id_of(const char *message)
{
    static char id[64];
    glift__parsed *parsed = NULL;
    CHECK(message != NULL);
    CHECK_INT(glift__parsed_open(message, strlen(message), &parsed), GLIFT_OK);
    snprintf(id, sizeof id, "%s", glift__parsed_envelope(parsed).request_id);
    glift__parsed_close(parsed);
    return id;
}

/* Answer this request; `more` are further fields, such as ",\"TicketId\":\"t\"". */
static inline void answer_code(fake_socket *socket, const char *request, int code, const char *more)
{
    char text[4096], action[64] = "";
    const char *at = strstr(request, "\"Action\":\"");
    sscanf(at + strlen("\"Action\":\""), "%63[A-Za-z]", action);
    snprintf(text, sizeof text, "{\"Action\":\"%s\",\"RequestId\":\"%s\",\"StatusCode\":%d%s}", action,
            id_of(request), code, more);
    fake_say(socket, text);
}

static inline void answer_ok(fake_socket *socket, const char *request)
{
    answer_code(socket, request, 200, "");
}

/* The next message must be this action. */
static inline const char *hear(fake_socket *socket, const char *action)
{
    const char *message = fake_hear(socket);
    char wanted[96];
    snprintf(wanted, sizeof wanted, "\"Action\":\"%s\"", action);
    CHECK_CONTAINS(message, wanted);
    return message;
}

/* ---- how far a game has come ---- */

static inline fake_socket *connected_game(void)
{
    create_game();
    CHECK_INT(fake.dial_count, 1);
    fake_open(fake_dial(0));
    tick();
    return fake_dial(0);
}

static inline void say_ready(void)
{
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    CHECK_INT(glift_process_ready(the.server, &parameters, on_answer, NULL), GLIFT_OK);
}

/* Ready, with the first heartbeat behind it. */
static inline fake_socket *ready_game(void)
{
    fake_socket *socket = connected_game();
    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    answer_ok(socket, hear(socket, "HeartbeatServerProcess"));
    the.answer_count = 0;
    return socket;
}

static inline fake_socket *hosting_game(void)
{
    fake_socket *socket = ready_game();
    fake_say(socket, CREATE_GAME_SESSION);
    tick();
    CHECK_INT(the.sessions, 1);
    the.events[0] = '\0';
    return socket;
}

#endif

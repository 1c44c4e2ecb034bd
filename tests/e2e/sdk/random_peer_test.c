/* SPDX-License-Identifier: Apache-2.0 */
/* A service that has lost its mind, at random, for a while: it refuses, redirects, stalls, cuts, floods,
 * answers what was not asked, twice, late, never, with JSON of any shape, in frames of any cut, and pushes at
 * any time what it may and may not. Two servers live through that, and call what they like. Then the service
 * behaves:
 *
 *   every call is answered once
 *   callbacks come from a tick, in an order that makes sense
 *   both servers connect, and are answered
 *
 * GLIFT_TEST_SEED replays one life, GLIFT_TEST_LIVES sets how many there are. */
#include "../../unit/test.h"

#include "outsider.h"

#include "mad_service.h"

enum { SERVERS = 2, MAD_MS = 700, CALLS = 4096 };

/* ---- the games ---- */

typedef struct madman {
    glift_server *server;
    glift_connection_state state;
    bool in_tick, has_session;
    char session[64];
} madman;

static madman games[SERVERS];
static int answers[CALLS];
static int call_count;
static char trouble[200]; /* the first violation; callbacks cannot leave by longjmp */

#define HOLDS(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition) && trouble[0] == '\0')                                                              \
            snprintf(trouble, sizeof trouble, "%s:%d: %s", __FILE__, __LINE__, #condition);                  \
    } while (0)

static void on_result(glift_server *server, const glift_result *result, void *user)
{
    int *count = user;
    (void)server;
    HOLDS(++*count == 1);
    HOLDS(result->message != NULL && glift_status_name(result->status) != NULL);
}

static void on_created(glift_server *server, const glift_game_session *session, void *user)
{
    madman *self = user;
    HOLDS(self->in_tick && server == self->server && session->game_session_id[0] != '\0');
    HOLDS(!self->has_session || strcmp(self->session, session->game_session_id) != 0);
    self->has_session = true;
    snprintf(self->session, sizeof self->session, "%s", session->game_session_id);
    glift_activate_game_session(server, on_result, &answers[call_count++]);
}

static void on_updated(glift_server *server, const glift_game_session_update *update, void *user)
{
    madman *self = user;
    HOLDS(self->in_tick && server == self->server && update->game_session != NULL);
}

static void on_terminate(glift_server *server, int64_t unix_ms, void *user)
{
    (void)unix_ms;
    HOLDS(((madman *)user)->in_tick && server == ((madman *)user)->server);
}

static void on_state(glift_server *server, const glift_connection_event *event, void *user)
{
    madman *self = user;
    HOLDS(self->in_tick && server == self->server && event->reason != NULL);
    HOLDS(self->state != GLIFT_ENDED);
    HOLDS(event->state != GLIFT_CONNECTED || self->state != GLIFT_CONNECTED);
    self->state = event->state;
}

static void on_line(glift_server *server, glift_log_level level, const char *message, void *user)
{
    (void)server, (void)level, (void)user;
    HOLDS(strstr(message, "token-") == NULL);
}

static void tick_game(madman *self)
{
    glift_server_wait(self->server, 1);
    self->in_tick = true;
    CHECK_INT(glift_server_tick(self->server), GLIFT_OK);
    self->in_tick = false;
    if (trouble[0] != '\0')
        printf("# %s\n", trouble);
    CHECK_TEXT(trouble, "");
}

/* A call that is refused at once is not answered, so its place is used again. */
static void call_something(madman *self, dice *of)
{
    static const glift_describe_player_sessions_request describe = {
            .size_bytes = sizeof describe, .player_id = "ann", .limit = 10};
    int *count = &answers[call_count];
    glift_status status = GLIFT_ERR_STATE;
    switch (below(of, 7)) {
    case 0:
        status = glift_process_ready(self->server, &usual_parameters, on_result, count);
        break;
    case 1:
        status = glift_accept_player_session(self->server, "psess-1", on_result, count);
        break;
    case 2:
        status = glift_remove_player_session(self->server, "psess-1", on_result, count);
        break;
    case 3:
        status = glift_describe_player_sessions(self->server, &describe, on_result, count);
        break;
    case 4:
        status = glift_update_player_session_creation_policy(
                self->server, GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL, on_result, count);
        break;
    case 5:
        status = glift_get_compute_certificate(self->server, on_result, count);
        break;
    default:
        status = glift_get_fleet_role_credentials(
                self->server, "arn:aws:iam::123456789012:role/r", NULL, on_result, count);
    }
    call_count += status == GLIFT_OK;
}

static void start_games(glift_io *io)
{
    char url[64], ca_file[128], process_id[32];
    snprintf(url, sizeof url, "%s://127.0.0.1:%u", service.tls != NULL ? "wss" : "ws", service.port);
    certificate_path(ca_file, "ca.pem");
    for (int i = 0; i < SERVERS; i++) {
        snprintf(process_id, sizeof process_id, "process-%d", i);
        games[i] = (madman){0};
        const glift_server_desc desc = {.size_bytes = sizeof desc,
                .websocket_url = url,
                .auth_token = "token-that-is-secret",
                .process_id = process_id,
                .host_id = "host",
                .fleet_id = "fleet-1",
                .ignore_environment = true,
                .tls_ca_file = service.tls != NULL ? ca_file : "",
                .io = io,
                .request_timeout_ms = 500,
                .handshake_timeout_ms = 300,
                .reconnect_base_ms = 1,
                .reconnect_cap_ms = 20,
                .on_start_game_session = on_created,
                .on_update_game_session = on_updated,
                .on_process_terminate = on_terminate,
                .on_connection = on_state,
                .on_log = on_line,
                .log_level = GLIFT_LOG_DEBUG,
                .user = &games[i]};
        CHECK_INT(glift_server_create(&desc, &games[i].server), GLIFT_OK);
        CHECK_INT(glift_process_ready(games[i].server, &usual_parameters, on_result, &answers[call_count++]),
                GLIFT_OK);
    }
}

static void live_madly(dice *of)
{
    for (int64_t until = now_ms() + MAD_MS; now_ms() < until;) {
        for (int i = 0; i < SERVERS; i++) {
            if (call_count < CALLS / 2 && chance(of, 20))
                call_something(&games[i], of);
            if (chance(of, 90)) /* a stall now and then */
                tick_game(&games[i]);
        }
    }
}

static int unanswered(void)
{
    int count = 0;
    for (int i = 0; i < call_count; i++)
        count += answers[i] == 0;
    return count;
}

/* The certificate is asked for until the answer is good: a process that never became ready makes itself so.
 */
static glift_status last_status;
static void on_good(glift_server *server, const glift_result *result, void *user)
{
    on_result(server, result, user);
    last_status = result->status;
}

static void recover(madman *self)
{
    last_status = GLIFT_ERR_TIMEOUT;
    for (int64_t until = now_ms() + 30000; last_status != GLIFT_OK && now_ms() < until;) {
        if (unanswered() == 0 && call_count < CALLS) {
            bool is_ready = glift_is_process_ready(self->server);
            int *count = &answers[call_count];
            call_count += (is_ready ? glift_get_compute_certificate(self->server, on_good, count)
                                    : glift_process_ready(
                                              self->server, &usual_parameters, on_result, count)) == GLIFT_OK;
        }
        for (int i = 0; i < SERVERS; i++)
            tick_game(&games[i]);
    }
    CHECK_INT(last_status, GLIFT_OK);
    CHECK_INT(self->state, GLIFT_CONNECTED);
}

static void play_life(uint32_t seed)
{
    dice of = {seed}, of_peer = {seed + 1000000};
    pthread_t thread;
    call_count = 0;
    memset(answers, 0, sizeof answers);
    trouble[0] = '\0';
    atomic_store(&is_sane, false);
    atomic_store(&is_over, false);
    service = open_service();
    glift_io *io = outsider_io();
    CHECK_INT(pthread_create(&thread, NULL, accept_all, &of_peer), 0);
    start_games(io);
    live_madly(&of);
    atomic_store(&is_sane, true);
    for (int i = 0; i < SERVERS; i++)
        recover(&games[i]);
    CHECK_INT(unanswered(), 0);
    for (int i = 0; i < SERVERS; i++)
        CHECK_INT(glift_server_destroy(games[i].server), GLIFT_OK);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    atomic_store(&is_over, true);
    shutdown(service.listener, SHUT_RDWR); /* ends accept() */
    CHECK_INT(pthread_join(thread, NULL), 0);
    while (atomic_load(&connections) > 0)
        usleep(1000);
    ws_service_close(&service);
}

TEST(servers_live_through_a_service_that_has_lost_its_mind)
{
    const char *seed = getenv("GLIFT_TEST_SEED"), *lives = getenv("GLIFT_TEST_LIVES");
    int count = lives != NULL ? atoi(lives) : is_set("GLIFT_LONG") ? 200 : 5;
    signal(SIGPIPE, SIG_IGN); /* of the service */
    for (int i = 0; i < (seed != NULL ? 1 : count); i++) {
        uint32_t number = seed != NULL ? (uint32_t)strtoul(seed, NULL, 10) : (uint32_t)i;
        printf("# GLIFT_TEST_SEED=%u\n", number);
        fflush(stdout);
        play_life(number);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A threadless io: the game steps it, and nothing of the SDK runs but inside its calls. The service runs on a
 * thread of the test. */
#include "../../unit/test.h"

#include "game.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>

/* ---- the service's thread: answers every request until the client closes ---- */

typedef struct helper {
    ws_service service;
    pthread_t thread;
    int connections; /* that it serves, one after the other */
    int requests;
} helper;

static void serve(helper *self)
{
    ws_peer peer = ws_accept_upgraded(&self->service);
    for (;;) {
        char answer[512];
        ws_frame frame = ws_receive(&peer);
        bool is_over = frame.opcode == WS_CLOSE;
        if (frame.opcode == WS_TEXT) {
            self->requests++;
            make_answer(frame.payload, answer, sizeof answer);
            ws_send(&peer, WS_TEXT, true, answer, strlen(answer));
        }
        free(frame.payload);
        if (is_over)
            break;
    }
    ws_send_close(&peer, 1000);
    ws_close(&peer);
}

static void *run(void *argument)
{
    helper *self = argument;
    for (int i = 0; i < self->connections; i++)
        serve(self);
    return NULL;
}

static void start_helper(helper *self, int connections)
{
    *self = (helper){.service = ws_service_open(NULL, NULL, NULL), .connections = connections};
    CHECK_INT(pthread_create(&self->thread, NULL, run, self), 0);
}

static void end_helper(helper *self)
{
    pthread_join(self->thread, NULL);
    ws_service_close(&self->service);
}

/* ---- the game ---- */

static const char *resolved_to = "127.0.0.1";
static uint32_t last_lookup;
static char last_host[128];

static void resolve(glift_io *io, uint32_t lookup, const char *host, void *user)
{
    CHECK(user == &last_lookup);
    last_lookup = lookup;
    snprintf(last_host, sizeof last_host, "%s", host);
    if (resolved_to != NULL)
        CHECK_INT(glift_io_resolved(io, lookup, &resolved_to, 1), GLIFT_OK);
}

static glift_io *new_io(void)
{
    const glift_io_desc desc = {
            .size_bytes = sizeof desc, .threadless = true, .resolve = resolve, .user = &last_lookup};
    glift_io *io = NULL;
    CHECK_INT(glift_io_create(&desc, &io), GLIFT_OK);
    return io;
}

static int count_threads(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *task; (task = readdir(tasks)) != NULL;)
        count += task->d_name[0] != '.';
    closedir(tasks);
    return count;
}

static void be_ready(game *self)
{
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    CHECK_INT(glift_process_ready(self->server, &parameters, on_answer, self), GLIFT_OK);
    wait_answers(self, 1);
    CHECK_INT(self->answer, GLIFT_OK);
    self->answers = 0;
}

static glift_status describe(game *self)
{
    const glift_describe_player_sessions_request request = {
            .size_bytes = sizeof request, .player_id = "player-1"};
    return glift_describe_player_sessions(self->server, &request, on_answer, self);
}

TEST(a_session_needs_no_thread_of_the_sdk)
{
    helper service;
    start_helper(&service, 1);
    int threads = count_threads();
    glift_io *io = new_io();
    game *self = start_game_at(&service.service, io);
    be_ready(self);
    CHECK_INT(describe(self), GLIFT_OK);
    wait_answers(self, 1);
    CHECK_INT(count_threads(), threads);
    end_game(self);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    end_helper(&service);
}

/* The engine's own loop: sleeps on the descriptor, as long as it may, and ticks. */
TEST(an_engine_waits_with_the_descriptor_in_its_own_loop)
{
    helper service;
    start_helper(&service, 1);
    glift_io *io = new_io();
    game *self = start_game_at(&service.service, io);
    struct pollfd engine = {.fd = glift_io_fd(io), .events = POLLIN};
    CHECK(engine.fd >= 0);
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    glift_process_ready(self->server, &parameters, on_answer, self);
    int turns = 0;
    for (; self->answers == 0 && turns < 200; turns++) {
        uint32_t next_ms = glift_io_next_ms(io);
        poll(&engine, 1, next_ms < 10000 ? (int)next_ms : 10000);
        glift_server_tick(self->server);
    }
    CHECK_INT(self->answer, GLIFT_OK);
    CHECK(turns < 100); /* it slept in between, and did not turn without end */
    end_game(self);
    glift_io_destroy(io);
    end_helper(&service);
}

TEST(what_waits_for_a_tick_leaves_no_time_to_sleep)
{
    helper service;
    start_helper(&service, 1);
    glift_io *io = new_io();
    game *self = start_game_at(&service.service, io);
    be_ready(self);
    while (glift_io_next_ms(io) == 0)
        glift_server_tick(self->server);
    CHECK_INT(describe(self), GLIFT_OK);
    CHECK_INT(glift_io_next_ms(io), 0);
    wait_answers(self, 1);
    while (glift_io_next_ms(io) == 0)
        glift_server_tick(self->server);
    CHECK_INT(describe(self), GLIFT_OK);
    CHECK_INT(glift_server_cancel(self->server, self), GLIFT_OK); /* its `done` runs in the next tick */
    CHECK_INT(glift_io_next_ms(io), 0);
    wait_answers(self, 2);
    end_game(self);
    glift_io_destroy(io);
    end_helper(&service);
}

static void never(void *user)
{
    (void)user;
    abort();
}

TEST(one_tick_serves_all_servers_and_wakes_nobody)
{
    helper first, second;
    start_helper(&first, 1);
    start_helper(&second, 1);
    char url[64];
    glift_io *io = new_io();
    game *one = start_game_at(&first.service, io);
    snprintf(url, sizeof url, "ws://127.0.0.1:%u", second.service.port);
    game *two = start_game_of((glift_server_desc){.websocket_url = url, .io = io, .on_wake = never});
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    CHECK_INT(glift_process_ready(two->server, &parameters, on_answer, two), GLIFT_OK);
    be_ready(one);
    for (int64_t until = now_ms() + 10000; second.requests == 0 && now_ms() < until;)
        tick(one); /* sends, and receives, for the other too */
    CHECK_INT(second.requests, 1);
    CHECK_INT(two->answers, 0);
    wait_answers(two, 1);
    end_game(one);
    CHECK_INT(glift_io_destroy(io), GLIFT_ERR_STATE);
    end_game(two);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    end_helper(&first);
    end_helper(&second);
}

static game *start_by_name(const helper *service, glift_io *io)
{
    char url[64];
    snprintf(url, sizeof url, "ws://service.test:%u", service->service.port);
    return start_game(url, "", io);
}

TEST(the_game_looks_names_up)
{
    helper service;
    start_helper(&service, 1);
    glift_io *io = new_io();
    game *self = start_by_name(&service, io);
    be_ready(self);
    CHECK_TEXT(last_host, "service.test");
    CHECK_INT(glift_io_resolved(io, last_lookup, &resolved_to, 1), GLIFT_ERR_NOT_FOUND);
    CHECK_INT(glift_io_resolved(NULL, 1, &resolved_to, 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_io_resolved(io, 1, NULL, 1), GLIFT_ERR_ARGUMENT);
    end_game(self);
    glift_io_destroy(io);
    end_helper(&service);
}

TEST(a_look_up_that_is_answered_later_goes_on_then)
{
    helper service;
    start_helper(&service, 1);
    glift_io *io = new_io();
    const char *address = resolved_to;
    resolved_to = NULL;
    game *self = start_by_name(&service, io);
    last_lookup = 0;
    for (int i = 0; i < 100 && last_lookup == 0; i++)
        tick(self);
    CHECK(last_lookup != 0);
    resolved_to = address;
    CHECK_INT(glift_io_resolved(io, last_lookup, &resolved_to, 1), GLIFT_OK);
    CHECK_INT(glift_io_next_ms(io), 0);
    be_ready(self);
    end_game(self);
    glift_io_destroy(io);
    end_helper(&service);
}

TEST(without_the_callback_a_name_is_told_to_need_it)
{
    const glift_io_desc desc = {.size_bytes = sizeof desc, .threadless = true};
    glift_io *io = NULL;
    CHECK_INT(glift_io_create(&desc, &io), GLIFT_OK);
    game *self = start_game("ws://service.test:1", "", io);
    wait_state(self, GLIFT_RECONNECTING);
    CHECK_CONTAINS(self->reason, "glift_io_desc.resolve");
    end_game(self);
    glift_io_destroy(io);
}

TEST(a_service_that_never_answers_holds_a_tick_up_no_more_than_a_destroy)
{
    ws_service silent = ws_service_open(NULL, NULL, NULL);
    glift_io *io = new_io();
    game *self = start_game_at(&silent, io);
    for (int i = 0; i < 50; i++)
        CHECK_INT(glift_server_tick(self->server), GLIFT_OK);
    CHECK_INT(glift_server_wait(self->server, 5), GLIFT_ERR_TIMEOUT);
    end_game(self);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    ws_service_close(&silent);
}

TEST(an_io_with_a_thread_has_no_descriptor_and_nothing_to_wait_for)
{
    glift_io *io = NULL;
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    CHECK_INT(glift_io_fd(io), -1);
    CHECK(glift_io_next_ms(io) == UINT32_MAX);
    CHECK_INT(glift_io_fd(NULL), -1);
    CHECK(glift_io_next_ms(NULL) == UINT32_MAX);
    glift_io_destroy(io);
}

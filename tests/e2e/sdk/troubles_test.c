/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong round one server stops no other one on its I/O thread, and holds up no destroy. Whoever is
 * waited for here by mistake answers only when it is all over: the test would not end. */
#include "resolver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "../../unit/test.h"

#include "game.h"

#define NEVER_MS 3600000

/* A server beside the one in trouble. */
typedef struct other {
    ws_service service;
    game *game;
    ws_peer peer;
} other;

static glift_io *new_io(void)
{
    glift_io *io = NULL;
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    return io;
}

static other open_other(glift_io *io)
{
    other self = {.service = ws_service_open(NULL, NULL, NULL)};
    self.game = start_game_at(&self.service, io);
    self.peer = make_ready(self.game, &self.service);
    return self;
}

static void check_works(other *self)
{
    self->game->answers = 0;
    CHECK_INT(glift_accept_player_session(self->game->server, "psess-1", on_answer, self->game), GLIFT_OK);
    answer_request(&self->peer, "AcceptPlayerSession");
    wait_answers(self->game, 1);
    CHECK_INT(self->game->answer, GLIFT_OK);
}

static void close_other(other *self)
{
    ws_close(&self->peer); /* a close that nobody answers would take its time */
    end_game(self->game);
    ws_service_close(&self->service);
}

static game *start_without_limits(const char *url, glift_io *io)
{
    return start_game_of((glift_server_desc){.websocket_url = url,
            .io = io,
            .handshake_timeout_ms = NEVER_MS,
            .shutdown_timeout_ms = NEVER_MS});
}

/* ---- a service that never answers ---- */

TEST(a_handshake_that_is_never_answered_holds_up_nobody)
{
    glift_io *io = new_io();
    ws_service silent = ws_service_open(NULL, NULL, NULL);
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u", silent.port);
    game *stuck = start_without_limits(url, io);
    ws_peer unheard = ws_accept(&silent);
    free(ws_read_request(&unheard));
    other beside = open_other(io);
    end_game(stuck);
    check_works(&beside);
    close_other(&beside);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    ws_close(&unheard);
    ws_service_close(&silent);
}

/* P181, P158 */
TEST(a_close_frame_that_is_never_answered_is_waited_for_in_bounds)
{
    glift_io *io = new_io();
    other silent = open_other(io), beside = open_other(io);
    for (int i = 0; i < 100; i++)
        glift_accept_player_session(silent.game->server, "psess-1", on_answer, silent.game);
    CHECK_INT(glift_server_destroy(silent.game->server), GLIFT_OK);
    CHECK_INT(silent.game->answers, 100);
    CHECK_INT(silent.game->answer, GLIFT_ERR_CLOSED);
    CHECK_CONTAINS(silent.game->log, "the service did not answer the Close frame within 750 ms");
    check_works(&beside);
    close_other(&beside);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK); /* nobody is left on it */
    free(silent.game);
    ws_close(&silent.peer);
    ws_service_close(&silent.service);
}

/* ---- a resolver that hangs ---- */

static void release_resolver(int times)
{
    while (times-- > 0)
        sem_post(&resolver_ends);
    usleep(50000); /* its threads end by themselves */
}

TEST(a_resolver_that_hangs_holds_up_nobody)
{
    sem_init(&resolver_hangs, 0, 0);
    sem_init(&resolver_ends, 0, 0);
    glift_io *io = new_io();
    game *stuck = start_without_limits("ws://hangs.test", io);
    CHECK_INT(sem_wait(&resolver_hangs), 0);
    other beside = open_other(io);
    end_game(stuck);
    check_works(&beside);
    close_other(&beside);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    release_resolver(1);
}

TEST(a_resolver_that_hangs_is_told)
{
    sem_init(&resolver_hangs, 0, 0);
    sem_init(&resolver_ends, 0, 0);
    game *self = start_game_of(
            (glift_server_desc){.websocket_url = "ws://hangs.test", .handshake_timeout_ms = 50});
    wait_state(self, GLIFT_RECONNECTING);
    CHECK_TEXT(self->reason,
            "the name hangs.test was not looked up within 50 ms: check the WebSocket URL and DNS");
    end_game(self);
    release_resolver(100); /* it has been asked again and again */
}

/* ---- a log that cannot be written ---- */

static FILE *full_disk;

static void log_to_full_disk(glift_server *server, glift_log_level level, const char *message, void *user)
{
    (void)server, (void)level, (void)user;
    CHECK(fprintf(full_disk, "%s\n", message) < 0 || fflush(full_disk) != 0);
}

TEST(a_full_disk_for_the_log_stops_nobody)
{
    full_disk = fopen("/dev/full", "w");
    CHECK(full_disk != NULL);
    glift_io *io = new_io();
    other full = {.service = ws_service_open(NULL, NULL, NULL)};
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u", full.service.port);
    full.game =
            start_game_of((glift_server_desc){.websocket_url = url, .io = io, .on_log = log_to_full_disk});
    full.peer = make_ready(full.game, &full.service);
    other beside = open_other(io);
    for (int i = 0; i < 300; i++)
        ws_send(&full.peer, WS_TEXT, true, "garbage", 7); /* a warning each */
    check_works(&full);
    check_works(&beside);
    close_other(&full);
    close_other(&beside);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    fclose(full_disk);
}

static sem_t log_hangs, log_ends;
static atomic_bool is_hanging;

static void log_and_hang(glift_server *server, glift_log_level level, const char *message, void *user)
{
    (void)server, (void)level, (void)message, (void)user;
    if (atomic_exchange(&is_hanging, true))
        return;
    sem_post(&log_hangs);
    sem_wait(&log_ends);
}

static void *tick_until_it_hangs(void *argument)
{
    game *self = argument;
    while (!atomic_load(&is_hanging))
        tick(self);
    end_game(self);
    return NULL;
}

TEST(a_log_that_hangs_stops_its_own_thread_alone)
{
    pthread_t thread;
    sem_init(&log_hangs, 0, 0);
    sem_init(&log_ends, 0, 0);
    atomic_store(&is_hanging, false);
    glift_io *io = new_io();
    game *stuck = start_game_of(
            (glift_server_desc){.websocket_url = "ws://nobody.test", .io = io, .on_log = log_and_hang});
    CHECK_INT(pthread_create(&thread, NULL, tick_until_it_hangs, stuck), 0);
    CHECK_INT(sem_wait(&log_hangs), 0);
    other beside = open_other(io);
    check_works(&beside);
    close_other(&beside);
    sem_post(&log_ends);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

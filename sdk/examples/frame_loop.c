/* SPDX-License-Identifier: Apache-2.0 */
/* A game server with a frame loop: one glift_server_tick() a frame, and no frame is ever late for it.
 *
 *     . ./env && ./frame_loop          (see minimal.c)
 *
 * Prints at the end what GameLift has cost: the longest tick of all frames. */
#include <gamelift/gamelift.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FRAME_NS        16666667 /* 60 frames a second */
#define FRAMES_TO_LOAD  30       /* what a map takes here */
#define FRAMES_TO_DRAIN 60       /* for players to read "the server is closing" */

typedef enum stage { WAITING, LOADING, PLAYING, DRAINING, ENDING, OVER } stage;

typedef struct game {
    stage stage;
    int frames_left; /* of LOADING and DRAINING */
    int64_t longest_tick_ns;
} game;

static volatile sig_atomic_t is_interrupted;

static void on_signal(int number)
{
    (void)number;
    is_interrupted = 1;
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- GameLift's side: callbacks only change what the next frames do ---- */

static void on_start_game_session(glift_server *server, const glift_game_session *session, void *user)
{
    game *self = user;
    (void)server;
    printf("loading for %s\n", session->game_session_id);
    self->stage = LOADING;
    self->frames_left = FRAMES_TO_LOAD;
}

static void drain(game *self)
{
    if (self->stage >= DRAINING)
        return;
    printf("draining\n");
    self->stage = DRAINING;
    self->frames_left = FRAMES_TO_DRAIN;
}

static void on_process_terminate(glift_server *server, int64_t termination_time_unix_ms, void *user)
{
    (void)server, (void)termination_time_unix_ms;
    drain(user);
}

/* Asked once a minute. An engine would say false when its simulation has stopped making progress. */
static bool on_health_check(glift_server *server, void *user)
{
    (void)server, (void)user;
    return true;
}

static void on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    (void)server;
    if (event->state == GLIFT_ENDED)
        ((game *)user)->stage = OVER;
}

static void on_ready(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    if (result->status == GLIFT_OK) {
        printf("ready\n");
        return;
    }
    fprintf(stderr, "frame_loop: GameLift does not take this process: %s\n", result->message);
    ((game *)user)->stage = OVER;
}

static void on_active(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    printf("%s\n", result->status == GLIFT_OK ? "active" : result->message);
    if (result->status != GLIFT_OK)
        drain(user);
}

/* Ended or not, and for whatever reason not: nothing keeps this process. */
static void on_ended(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    printf("%s\n", result->status == GLIFT_OK ? "ended" : result->message);
    ((game *)user)->stage = OVER;
}

/* ---- the game's side ---- */

static void simulate(game *self, glift_server *server)
{
    if (is_interrupted)
        drain(self);
    if (self->stage == LOADING && --self->frames_left == 0) {
        self->stage = PLAYING;
        glift_activate_game_session(server, on_active, self);
    }
    if (self->stage == DRAINING && --self->frames_left == 0) {
        self->stage = ENDING;
        glift_process_ending(server, on_ended, self);
    }
}

static void tick(game *self, glift_server *server)
{
    int64_t before = now_ns(), took;
    glift_server_tick(server);
    took = now_ns() - before;
    if (took > self->longest_tick_ns)
        self->longest_tick_ns = took;
}

static void sleep_until(int64_t at_ns)
{
    int64_t left_ns = at_ns - now_ns();
    struct timespec left = {
            .tv_sec = (time_t)(left_ns / 1000000000), .tv_nsec = (long)(left_ns % 1000000000)};
    if (left_ns > 0)
        nanosleep(&left, NULL); /* macOS has no clock_nanosleep() */
}

static const char usage[] =
        "Usage: frame_loop [PORT]   the players' port, 1 to 60000; who it is comes from the environment, "
        "GAMELIFT_SDK_...\n";

int main(int argc, char **argv)
{
    game self = {.stage = WAITING};
    glift_server *server = NULL;
    glift_server_desc desc = {
            .size_bytes = sizeof desc,
            .header_version = GLIFT_VERSION_NUMBER,
            .on_start_game_session = on_start_game_session,
            .on_process_terminate = on_process_terminate,
            .on_health_check = on_health_check,
            .on_connection = on_connection,
            .user = &self,
    };
    glift_process_parameters parameters = {
            .size_bytes = sizeof parameters, .port = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 7777};
    if (argc > 2 || (argc > 1 && parameters.port <= 0)) {
        fputs(usage, stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    if (glift_server_create(&desc, &server) != GLIFT_OK)
        return 1;
    if (glift_process_ready(server, &parameters, on_ready, &self) != GLIFT_OK) {
        fputs(usage, stderr);
        glift_server_destroy(server);
        return 2;
    }
    for (int64_t frame_at = now_ns(); self.stage != OVER; frame_at += FRAME_NS) {
        tick(&self, server);
        simulate(&self, server);
        sleep_until(frame_at + FRAME_NS);
    }
    printf("longest tick: %lld us\n", (long long)(self.longest_tick_ns / 1000));
    glift_server_destroy(server);
    return 0;
}

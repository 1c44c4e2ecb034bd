/* SPDX-License-Identifier: Apache-2.0 */
/* How long a game waits for its answers when the connection goes, moves, or lies. */
#include "bench.h"

#include <stdlib.h>
#include <unistd.h>
#include <time.h>

enum { IN_FLIGHT = 16, RECOVERIES = 100, REFRESHES = 100 };

typedef struct stream { /* one call after the other, each answer the next call */
    int64_t sent_ns;
    double longest_ms;
    int answered, failed;
    bool stops, is_over;
} stream;

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    stream *self = user;
    double took = (double)(now_ns() - self->sent_ns) / 1e6;
    self->answered++;
    self->failed += result->status != GLIFT_OK;
    if (took > self->longest_ms)
        self->longest_ms = took;
    self->sent_ns = now_ns();
    self->is_over =
            self->stops || glift_accept_player_session(server, "psess-1", on_answer, self) != GLIFT_OK;
}

static void start_stream(glift_server *server, stream *self)
{
    *self = (stream){.sent_ns = now_ns()};
    glift_accept_player_session(server, "psess-1", on_answer, self);
}

static void run_stream_for(glift_server *server, int64_t ms)
{
    for (int64_t until = now_ns() + ms * 1000000; now_ns() < until;) {
        glift_server_wait(server, 5);
        glift_server_tick(server);
    }
}

static void stop_stream(glift_server *server, stream *self)
{
    self->stops = true;
    while (!self->is_over)
        wait_and_tick(server);
}

static int answers, failures;

static void on_one(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    answers++;
    failures += result->status != GLIFT_OK;
}

/* The service falls silent, takes calls, and resets the connection. Each time a server of its own: one
 * whose connections keep breaking waits longer, on purpose. */
static double time_reset(const place *at, int number)
{
    glift_server *server = ready_server(at, NULL, number);
    echo_service_order(at->service, ECHO_STOP_ANSWERING);
    run_stream_for(server, 5);
    answers = 0;
    for (int call = 0; call < IN_FLIGHT; call++)
        glift_accept_player_session(server, next_seat(), on_one, NULL);
    run_stream_for(server, 10);
    int64_t before = now_ns();
    echo_service_order(at->service, ECHO_RESET_ALL);
    while (answers < IN_FLIGHT)
        wait_and_tick(server);
    double took_ms = (double)(now_ns() - before) / 1e6;
    glift_server_destroy(server);
    return took_ms;
}

static double time_close_1001(const place *at, int number)
{
    glift_server *server = ready_server(at, NULL, number);
    int64_t before = now_ns();
    echo_service_order(at->service, ECHO_CLOSE_1001);
    run_stream_for(server, 5);
    round_trip(server);
    double took_ms = (double)(now_ns() - before) / 1e6;
    glift_server_destroy(server);
    return took_ms;
}

static void recover(const char *name, double (*time_one)(const place *at, int number))
{
    double times[RECOVERIES];
    char line[64];
    place at = open_place(true);
    for (int i = 0; i < RECOVERIES; i++)
        times[i] = time_one(&at, i);
    snprintf(line, sizeof line, "%s_median", name);
    figure(line, quantile(times, RECOVERIES, 0.5), "ms");
    snprintf(line, sizeof line, "%s_max", name);
    figure(line, quantile(times, RECOVERIES, 1), "ms");
    close_place(&at);
}

static void reset(void)
{
    failures = 0;
    recover("reset_all_answered", time_reset);
    figure("reset_calls_failed", failures, "calls");
}

static void close_1001(void)
{
    recover("close_1001_answered", time_close_1001);
}

static void refresh_stream(echo_command command, const char *name)
{
    char line[64];
    stream calls;
    place at = open_place(true);
    glift_server *server = ready_server(&at, NULL, 1);
    start_stream(server, &calls);
    run_stream_for(server, 200);
    double quiet_ms = calls.longest_ms;
    for (int i = 0; i < REFRESHES; i++) {
        echo_service_order(at.service, command);
        run_stream_for(server, 20);
    }
    stop_stream(server, &calls);
    snprintf(line, sizeof line, "%s_longest_call", name);
    figure(line, calls.longest_ms, "ms");
    snprintf(line, sizeof line, "%s_longest_call_before", name);
    figure(line, quiet_ms, "ms");
    snprintf(line, sizeof line, "%s_calls", name);
    figure(line, calls.answered, "calls");
    snprintf(line, sizeof line, "%s_calls_failed", name);
    figure(line, calls.failed, "calls");
    glift_server_destroy(server);
    close_place(&at);
}

static void refresh(void)
{
    refresh_stream(ECHO_REFRESH, "refresh");
}

static void refresh_to_nowhere(void)
{
    refresh_stream(ECHO_REFRESH_AWAY, "refresh_to_nowhere");
}

/* CreateGameSession in the same packet as the answer to ProcessReady. */
static void session_with_the_answer(void)
{
    int delivered = 0;
    place at = open_place(true);
    for (int i = 0; i < 10; i++) {
        glift_server *server = ready_server(&at, NULL, i);
        delivered += glift_get_game_session(server) != NULL;
        glift_server_destroy(server);
    }
    figure("session_with_the_answer_delivered", delivered, "of 10");
    close_place(&at);
}

/* On simulated time, with the library's insides: a program of its own. */
static void outages(void)
{
    execl(OUTAGES, OUTAGES, (char *)NULL);
    fail("no " OUTAGES);
}

const scenario recovery_scenarios[] = {
        {"reset", 2, reset},
        {"close_1001", 2, close_1001},
        {"refresh", 2, refresh},
        {"refresh_to_nowhere", 2, refresh_to_nowhere},
        {"outages", 2, outages},
        {"session_with_the_answer", 2, session_with_the_answer},
        {NULL, 0, NULL},
};

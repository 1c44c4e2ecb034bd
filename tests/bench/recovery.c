/* SPDX-License-Identifier: Apache-2.0 */
/* How long a game waits for its answers when the connection goes, moves, or lies. */
#include "bench.h"

#include <unistd.h>

enum { IN_FLIGHT = 16, RECOVERIES = 100, REFRESHES = 100, REFRESH_TAKES_MS = 20 };

typedef struct stream { /* one call after the other, each answer the next call */
    int64_t sent_ns;
    double longest_ms;
    int answered, failed;
    bool stops, is_over;
} stream;

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    stream *self = user;
    double took_ms = ms_since(self->sent_ns);
    self->answered++;
    self->failed += result->status != GLIFT_OK;
    if (took_ms > self->longest_ms)
        self->longest_ms = took_ms;
    self->sent_ns = now_ns();
    self->is_over =
            self->stops || glift_accept_player_session(server, "psess-1", on_answer, self) != GLIFT_OK;
}

static void start_stream(glift_server *server, stream *self)
{
    *self = (stream){.sent_ns = now_ns()};
    glift_accept_player_session(server, "psess-1", on_answer, self);
}

static void tick_for(glift_server *server, int64_t ms)
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
    answers = 0;
    for (int call = 0; call < IN_FLIGHT; call++)
        glift_accept_player_session(server, next_seat(), on_one, NULL);
    tick_for(server, 10);
    int64_t before = now_ns();
    echo_service_order(at->service, ECHO_RESET_ALL);
    while (answers < IN_FLIGHT)
        wait_and_tick(server);
    double took_ms = ms_since(before);
    glift_server_destroy(server);
    return took_ms;
}

static double time_close_1001(const place *at, int number)
{
    glift_server *server = ready_server(at, NULL, number);
    int64_t before = now_ns();
    echo_service_order(at->service, ECHO_CLOSE_1001);
    tick_for(server, 5);
    round_trip(server);
    double took_ms = ms_since(before);
    glift_server_destroy(server);
    return took_ms;
}

/* Longest delay before the first dial after a loss: chance decides, so that not all servers come at once. */
enum { FIRST_DELAY_MS = 100 };

/* What a recovery is made of, of a bare client: one dial and one round trip. */
static double time_dial_and_round_trip(const place *at)
{
    int64_t before = now_ns();
    bare_floor *floor = bare_floor_connect(at, at->ca_file);
    bare_floor_round_trip(floor);
    double took_ms = ms_since(before);
    bare_floor_close(floor);
    return took_ms;
}

static void name_figure(char *line, const char *name, const char *suffix)
{
    snprintf(line, 64, "%s_%s", name, suffix);
}

static void recover(const char *name, double (*time_one)(const place *at, int number))
{
    double times[RECOVERIES], floors[RECOVERIES];
    char line[64];
    place at = open_place(true);
    for (int i = 0; i < RECOVERIES; i++) {
        times[i] = time_one(&at, i);
        floors[i] = time_dial_and_round_trip(&at);
    }
    double median = quantile(floors, RECOVERIES, 0.5), worst = quantile(floors, RECOVERIES, 1);
    name_figure(line, name, "bare_dial_and_round_trip");
    figure(line, median, "ms");
    name_figure(line, name, "median");
    figure_and_floor(line, quantile(times, RECOVERIES, 0.5), FIRST_DELAY_MS / 2.0 + median, "ms");
    name_figure(line, name, "max");
    figure_and_floor(line, quantile(times, RECOVERIES, 1), FIRST_DELAY_MS + worst, "ms");
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

/* Each time a server of its own: one that is moved over and over has old connections to drain first. */
static void refresh_streams(echo_command command, const char *name)
{
    enum { QUIET, MOVED };
    double longest_ms[2][REFRESHES];
    int made = 0, answered = 0, failed = 0;
    char line[64];
    place at = open_place(true);
    for (int i = 0; i < REFRESHES; i++) {
        stream calls;
        glift_server *server = ready_server(&at, NULL, i);
        start_stream(server, &calls);
        tick_for(server, REFRESH_TAKES_MS);
        longest_ms[QUIET][i] = calls.longest_ms;
        calls.longest_ms = 0;
        int accepted = echo_service_accepted(at.service);
        echo_service_order(at.service, command);
        tick_for(server, REFRESH_TAKES_MS);
        made += echo_service_accepted(at.service) - accepted;
        stop_stream(server, &calls);
        longest_ms[MOVED][i] = calls.longest_ms;
        answered += calls.answered;
        failed += calls.failed;
        glift_server_destroy(server);
    }
    name_figure(line, name, "longest_call_median");
    figure_and_floor(line, quantile(longest_ms[MOVED], REFRESHES, 0.5),
            quantile(longest_ms[QUIET], REFRESHES, 0.5), "ms");
    name_figure(line, name, "longest_call_max");
    figure_and_floor(
            line, quantile(longest_ms[MOVED], REFRESHES, 1), quantile(longest_ms[QUIET], REFRESHES, 1), "ms");
    name_figure(line, name, "connections_made");
    figure(line, made, "connections");
    name_figure(line, name, "calls");
    figure(line, answered, "calls");
    name_figure(line, name, "calls_failed");
    figure(line, failed, "calls");
    close_place(&at);
}

static void refresh(void)
{
    refresh_streams(ECHO_REFRESH, "refresh");
}

static void refresh_to_nowhere(void)
{
    refresh_streams(ECHO_REFRESH_AWAY, "refresh_to_nowhere");
}

/* CreateGameSession in the same packet as the answer to ProcessReady. */
static void session_with_the_answer(void)
{
    int delivered = 0;
    place at = open_place(true);
    for (int i = 0; i < 10; i++) {
        glift_server *server = start_server(&at, NULL, i, at.ca_file);
        process_ready(server);
        tick_for(server, 100);
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
        {"reset", 2, reset, NULL,
                "a reset with 16 calls in flight, until all are answered; floor: the random delay of 0 to "
                "100 "
                "ms, one bare dial and round trip"},
        {"close_1001", 2, close_1001, NULL,
                "the service closes with 1001, until a call is answered; floor: as of reset"},
        {"refresh", 2, refresh, NULL,
                "the longest of the calls, one after the other, in the 20 ms of a refresh; floor: in 20 "
                "ms without"},
        {"refresh_to_nowhere", 2, refresh_to_nowhere, NULL, "the same, to an address where nobody listens"},
        {"outages", 2, outages, NULL,
                "1000 outages on simulated time, from the service's return to the next dial; no floor"},
        {"session_with_the_answer", 2, session_with_the_answer, NULL,
                "how often a game session in one packet with ProcessReady's answer arrives; no floor"},
        {0},
};

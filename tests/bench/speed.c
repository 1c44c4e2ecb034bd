/* SPDX-License-Identifier: Apache-2.0 */
/* What the game's thread pays, how long a request takes, how many a second there can be. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

enum {
    WARM_UP = 2000,
    ROUND_TRIPS = 20000,
    PIPELINE = 64,
    PIPELINED = 200000,
    CALLS_A_TICK = 8,
    TICKS = 20000
};

/* ---- the game's thread ---- */

static int answered;

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    if (result->status != GLIFT_OK)
        fail(result->message);
    answered++;
}

/* A frame with eight players at the door: the first call of a frame wakes the I/O thread. */
static void call_cost(void)
{
    static double costs[TICKS * (CALLS_A_TICK - 1)], wakes[TICKS];
    double calls[CALLS_A_TICK];
    size_t count = 0;
    place at = open_place(false);
    glift_server *server = ready_server(&at, NULL, 1);
    for (int tick = 0; tick < TICKS; tick++) {
        for (int i = 0; i < CALLS_A_TICK; i++) {
            int64_t before = now_ns();
            glift_accept_player_session(server, next_seat(), on_answer, NULL);
            calls[i] = (double)(now_ns() - before);
        }
        int64_t delivery_ns = 0;
        for (answered = 0; answered < CALLS_A_TICK;) {
            glift_server_wait(server, 10000);
            int64_t before = now_ns();
            glift_server_tick(server);
            delivery_ns += now_ns() - before;
        }
        for (int i = 1; i < CALLS_A_TICK; i++)
            costs[count++] = calls[i] + (double)delivery_ns / CALLS_A_TICK;
        wakes[tick] = calls[0];
    }
    figure("call_and_delivery_median", quantile(costs, count, 0.5) / 1000, "us");
    figure("call_and_delivery_p99", quantile(costs, count, 0.99) / 1000, "us");
    figure("call_that_wakes_median", quantile(wakes, TICKS, 0.5) / 1000, "us");
    glift_server_destroy(server);
    close_place(&at);
}

static void idle_tick(void)
{
    enum { COUNT = 20000000 };
    place at = open_place(false);
    glift_server *server = ready_server(&at, NULL, 1);
    int64_t before = now_ns();
    for (int i = 0; i < COUNT; i++)
        glift_server_tick(server);
    figure("idle_tick", (double)(now_ns() - before) / COUNT, "ns");
    glift_server_destroy(server);
    close_place(&at);
}

/* ---- round trips ---- */

static double measure_round_trips(glift_server *server)
{
    static double times[ROUND_TRIPS];
    for (int i = 0; i < WARM_UP; i++)
        round_trip(server);
    for (int i = 0; i < ROUND_TRIPS; i++) {
        int64_t before = now_ns();
        round_trip(server);
        times[i] = (double)(now_ns() - before) / 1000;
    }
    return quantile(times, ROUND_TRIPS, 0.5);
}

static double measure_floor_round_trips(lws_floor *floor)
{
    static double times[ROUND_TRIPS];
    for (int i = -WARM_UP; i < ROUND_TRIPS; i++) {
        int64_t before = now_ns();
        lws_floor_send(floor, next_seat());
        lws_floor_wait(floor);
        if (i >= 0)
            times[i] = (double)(now_ns() - before) / 1000;
    }
    return quantile(times, ROUND_TRIPS, 0.5);
}

static void compare_round_trips(bool tls, const char *name)
{
    char line[64];
    place at = open_place(tls);
    glift_server *server = ready_server(&at, NULL, 1);
    double ours = measure_round_trips(server);
    glift_server_destroy(server);
    lws_floor *floor = lws_floor_start(&at);
    double theirs = measure_floor_round_trips(floor);
    lws_floor_stop(floor);
    figure(name, ours, "us");
    snprintf(line, sizeof line, "%s_floor", name);
    figure(line, theirs, "us");
    snprintf(line, sizeof line, "%s_ratio", name);
    figure(line, ours / theirs, "times");
    close_place(&at);
}

static void latency(void)
{
    compare_round_trips(false, "latency_plain");
}

static void latency_tls(void)
{
    compare_round_trips(true, "latency_tls");
}

static void latency_500(void)
{
    enum { SERVERS = 500 };
    static glift_server *servers[SERVERS];
    glift_io *io;
    place at = open_place(false);
    glift_io_create(&io);
    for (int i = 0; i < SERVERS; i++)
        servers[i] = ready_server(&at, io, i);
    figure("latency_500", measure_round_trips(servers[0]), "us");
    for (int i = 0; i < SERVERS; i++)
        glift_server_destroy(servers[i]);
    glift_io_destroy(io);
    close_place(&at);
}

/* ---- many at once ---- */

static int to_send;

static void on_pipelined(glift_server *server, const glift_result *result, void *user)
{
    on_answer(server, result, user);
    if (to_send > 0 && glift_accept_player_session(server, next_seat(), on_pipelined, NULL) == GLIFT_OK)
        to_send--;
}

static double measure_pipeline(glift_server *server)
{
    int64_t before = now_ns();
    answered = 0;
    to_send = PIPELINED - PIPELINE;
    for (int i = 0; i < PIPELINE; i++)
        glift_accept_player_session(server, next_seat(), on_pipelined, NULL);
    while (answered < PIPELINED)
        wait_and_tick(server);
    return PIPELINED * 1e9 / (double)(now_ns() - before);
}

static double measure_floor_pipeline(lws_floor *floor)
{
    int64_t before = now_ns();
    for (int i = 0; i < PIPELINED; i++) {
        if (i >= PIPELINE)
            lws_floor_wait(floor);
        lws_floor_send(floor, next_seat());
    }
    for (int i = 0; i < PIPELINE; i++)
        lws_floor_wait(floor);
    return PIPELINED * 1e9 / (double)(now_ns() - before);
}

static void compare_pipelines(bool tls, const char *name)
{
    char line[64];
    place at = open_place(tls);
    glift_server *server = ready_server(&at, NULL, 1);
    measure_pipeline(server); /* warm */
    double ours = measure_pipeline(server);
    glift_server_destroy(server);
    lws_floor *floor = lws_floor_start(&at);
    measure_floor_pipeline(floor);
    double theirs = measure_floor_pipeline(floor);
    lws_floor_stop(floor);
    figure(name, ours, "requests/s");
    snprintf(line, sizeof line, "%s_floor", name);
    figure(line, theirs, "requests/s");
    snprintf(line, sizeof line, "%s_ratio", name);
    figure(line, ours / theirs, "times");
    close_place(&at);
}

static void pipelined(void)
{
    compare_pipelines(false, "pipelined_plain");
}

static void pipelined_tls(void)
{
    compare_pipelines(true, "pipelined_tls");
}

/* ---- connecting ---- */

static double time_connect(const place *at, const char *ca_file, int number)
{
    int64_t before = now_ns();
    glift_server *server = start_server(at, NULL, number, ca_file);
    wait_connected(server);
    double took = (double)(now_ns() - before) / 1e6;
    glift_server_destroy(server);
    return took;
}

static void connect_tls(void)
{
    enum { COUNT = 50 };
    double ours[COUNT], theirs[COUNT], private_ca[COUNT], ready[COUNT];
    place at = open_place(true);
    for (int i = 0; i < COUNT; i++) {
        ours[i] = time_connect(&at, at.roots_and_ca, i);
        private_ca[i] = time_connect(&at, at.ca_file, i);
        int64_t before = now_ns();
        tls_floor *floor = tls_floor_connect(&at, at.roots_and_ca);
        theirs[i] = (double)(now_ns() - before) / 1e6;
        tls_floor_close(floor);
        glift_server *server = start_server(&at, NULL, i, at.ca_file);
        wait_connected(server);
        before = now_ns();
        make_ready(server);
        ready[i] = (double)(now_ns() - before) / 1e6;
        glift_server_destroy(server);
    }
    double median = quantile(ours, COUNT, 0.5), floor_median = quantile(theirs, COUNT, 0.5);
    figure("connect_tls", median, "ms");
    figure("connect_tls_floor", floor_median, "ms");
    figure("connect_tls_ratio", median / floor_median, "times");
    figure("connect_tls_private_ca", quantile(private_ca, COUNT, 0.5), "ms");
    figure("ready_session_and_activate", quantile(ready, COUNT, 0.5), "ms");
    close_place(&at);
}

const scenario speed_scenarios[] = {
        {"call_cost", 2, call_cost},
        {"idle_tick", 2, idle_tick},
        {"latency", 1, latency},
        {"latency_tls", 1, latency_tls},
        {"latency_500", 1, latency_500},
        {"pipelined", 2, pipelined},
        {"pipelined_tls", 2, pipelined_tls},
        {"connect_tls", 1, connect_tls},
        {NULL, 0, NULL},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* What the game's thread pays, how long a request takes, how many a second there can be.
 *
 * The SDK and its floor take turns, round after round: what else the machine does hits both. */
#include "bench.h"

#include <poll.h>
#include <unistd.h>

enum {
    ROUNDS = 10,
    WARM_UP = 200,      /* round trips at the start of a round that do not count */
    ROUND_TRIPS = 2000, /* of a round that do */
    PIPELINE = 64,      /* requests in flight */
    PIPELINED = 40000,  /* requests of a round */
    CALLS_A_FRAME = 8,
    FRAMES = 20000
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

typedef struct frame_costs {
    double calls_us[FRAMES * (CALLS_A_FRAME - 1)]; /* each with its share of the delivery */
    double wakes_us[FRAMES];                       /* the first call of each frame */
    size_t call_count, frame_count;
} frame_costs;

static void add_frame(frame_costs *costs, const double *calls_us, double delivery_us)
{
    for (int i = 1; i < CALLS_A_FRAME; i++)
        costs->calls_us[costs->call_count++] = calls_us[i] + delivery_us / CALLS_A_FRAME;
    costs->wakes_us[costs->frame_count++] = calls_us[0];
}

static void our_frame(glift_server *server, frame_costs *costs)
{
    double calls_us[CALLS_A_FRAME], delivery_us = 0;
    for (int i = 0; i < CALLS_A_FRAME; i++) {
        int64_t before = now_ns();
        glift_accept_player_session(server, next_seat(), on_answer, NULL);
        calls_us[i] = us_since(before);
    }
    for (answered = 0; answered < CALLS_A_FRAME;) {
        glift_server_wait(server, 10000);
        int64_t before = now_ns();
        glift_server_tick(server);
        delivery_us += us_since(before);
    }
    add_frame(costs, calls_us, delivery_us);
}

static void floor_frame(lws_floor *floor, frame_costs *costs)
{
    double calls_us[CALLS_A_FRAME], delivery_us = 0;
    for (int i = 0; i < CALLS_A_FRAME; i++) {
        int64_t before = now_ns();
        lws_floor_send(floor, next_seat(), 1);
        calls_us[i] = us_since(before);
    }
    for (int taken = 0; taken < CALLS_A_FRAME;) {
        lws_floor_wait(floor);
        int64_t before = now_ns();
        taken += lws_floor_take(floor);
        delivery_us += us_since(before);
    }
    add_frame(costs, calls_us, delivery_us);
}

static void call_cost(void)
{
    static frame_costs ours, theirs;
    place at = open_place(false);
    glift_server *server = ready_server(&at, NULL, 1);
    lws_floor *floor = lws_floor_start(&at);
    for (int i = 0; i < FRAMES; i++) {
        our_frame(server, &ours);
        floor_frame(floor, &theirs);
    }
    figure_and_floor("call_and_delivery_median", quantile(ours.calls_us, ours.call_count, 0.5),
            quantile(theirs.calls_us, theirs.call_count, 0.5), "us");
    figure_and_floor("call_and_delivery_p99", quantile(ours.calls_us, ours.call_count, 0.99),
            quantile(theirs.calls_us, theirs.call_count, 0.99), "us");
    figure_and_floor("call_that_wakes_median", quantile(ours.wakes_us, FRAMES, 0.5),
            quantile(theirs.wakes_us, FRAMES, 0.5), "us");
    lws_floor_stop(floor);
    glift_server_destroy(server);
    close_place(&at);
}

enum { SHORT_ROUNDS = 200 };

static void ticks(glift_server *server, int count)
{
    for (int i = 0; i < count; i++)
        glift_server_tick(server);
}

static void reads_of_a_field(glift_server *server, int count)
{
    for (int i = 0; i < count; i++)
        glift_is_process_ready(server);
}

/* Of any descriptor: one that never has anything. */
static void looks_at_a_descriptor(glift_server *server, int count)
{
    static int ends[2] = {-1, -1};
    (void)server;
    if (ends[0] < 0 && pipe(ends) != 0)
        fail("pipe");
    for (int i = 0; i < count; i++)
        poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, 0);
}

/* The best of many short rounds: whatever else runs can only add to so short a time. */
static void compare_idle_ticks(
        const char *name, bool threadless, void (*floor)(glift_server *server, int count), int count)
{
    double ours[SHORT_ROUNDS], theirs[SHORT_ROUNDS];
    place at = open_place(false);
    glift_io *io = make_io(threadless);
    glift_server *server = ready_server(&at, io, 1);
    for (int round = 0; round < SHORT_ROUNDS; round++) {
        int64_t before = now_ns();
        ticks(server, count);
        ours[round] = us_since(before) * 1000 / count;
        before = now_ns();
        floor(server, count);
        theirs[round] = us_since(before) * 1000 / count;
    }
    figure_and_floor(name, quantile(ours, SHORT_ROUNDS, 0), quantile(theirs, SHORT_ROUNDS, 0), "ns");
    glift_server_destroy(server);
    glift_io_destroy(io);
    close_place(&at);
}

static void idle_tick(void)
{
    compare_idle_ticks("idle_tick", false, reads_of_a_field, 100000);
    compare_idle_ticks("idle_tick_threadless", true, looks_at_a_descriptor, 1000);
}

/* ---- round trips ---- */

static void our_trips(double *times_us, glift_server *server)
{
    for (int i = -WARM_UP; i < ROUND_TRIPS; i++) {
        int64_t before = now_ns();
        round_trip(server);
        if (i >= 0)
            times_us[i] = us_since(before);
    }
}

static void floor_trips(double *times_us, lws_floor *floor)
{
    for (int i = -WARM_UP; i < ROUND_TRIPS; i++) {
        int64_t before = now_ns();
        lws_floor_round_trip(floor);
        if (i >= 0)
            times_us[i] = us_since(before);
    }
}

static void compare_round_trips(const char *name, glift_server *server, lws_floor *floor)
{
    static double ours[ROUNDS * ROUND_TRIPS], theirs[ROUNDS * ROUND_TRIPS];
    for (int round = 0; round < ROUNDS; round++) {
        our_trips(ours + round * ROUND_TRIPS, server);
        floor_trips(theirs + round * ROUND_TRIPS, floor);
    }
    figure_and_floor(name, quantile(ours, ROUNDS * ROUND_TRIPS, 0.5),
            quantile(theirs, ROUNDS * ROUND_TRIPS, 0.5), "us");
}

static void latency_of_one(const char *name, bool tls)
{
    place at = open_place(tls);
    glift_server *server = ready_server(&at, NULL, 1);
    lws_floor *floor = lws_floor_start(&at);
    compare_round_trips(name, server, floor);
    lws_floor_stop(floor);
    glift_server_destroy(server);
    close_place(&at);
}

static void bare_trips(double *times_us, bare_floor *floor)
{
    for (int i = -WARM_UP; i < ROUND_TRIPS; i++) {
        int64_t before = now_ns();
        bare_floor_round_trip(floor);
        if (i >= 0)
            times_us[i] = us_since(before);
    }
}

static void latency_without_thread(const char *name, bool tls)
{
    static double ours[ROUNDS * ROUND_TRIPS], theirs[ROUNDS * ROUND_TRIPS];
    place at = open_place(tls);
    glift_io *io = make_io(true);
    glift_server *server = ready_server(&at, io, 1);
    bare_floor *floor = bare_floor_connect(&at, at.ca_file);
    for (int round = 0; round < ROUNDS; round++) {
        our_trips(ours + round * ROUND_TRIPS, server);
        bare_trips(theirs + round * ROUND_TRIPS, floor);
    }
    figure_and_floor(name, quantile(ours, ROUNDS * ROUND_TRIPS, 0.5),
            quantile(theirs, ROUNDS * ROUND_TRIPS, 0.5), "us");
    bare_floor_close(floor);
    glift_server_destroy(server);
    glift_io_destroy(io);
    close_place(&at);
}

static void latency(void)
{
    latency_of_one("latency_plain", false);
}

static void latency_tls(void)
{
    latency_of_one("latency_tls", true);
}

static void latency_threadless(void)
{
    latency_without_thread("latency_threadless_plain", false);
    latency_without_thread("latency_threadless_tls", true);
}

/* What so many round trips of the floor compare with; on connections that have just been made. */
static void compare_beginnings(const char *name, bool tls, void (*begin)(glift_server *server), int trips)
{
    enum { COUNT = 200 };
    double ours[COUNT], theirs[COUNT];
    place at = open_place(tls);
    for (int i = 0; i < COUNT; i++) {
        glift_server *server = start_server(&at, NULL, i, tls ? at.ca_file : NULL);
        wait_connected(server);
        int64_t before = now_ns();
        begin(server);
        ours[i] = us_since(before);
        glift_server_destroy(server);
        lws_floor *floor = lws_floor_start(&at);
        before = now_ns();
        for (int trip = 0; trip < trips; trip++)
            lws_floor_round_trip(floor);
        theirs[i] = us_since(before);
        lws_floor_stop(floor);
    }
    figure_and_floor(name, quantile(ours, COUNT, 0.5), quantile(theirs, COUNT, 0.5), "us");
    close_place(&at);
}

/* The game session comes in one packet with the answer to ProcessReady: two round trips are all. */
static void ready(void)
{
    compare_beginnings("process_ready_plain", false, process_ready, 1);
    compare_beginnings("process_ready_tls", true, process_ready, 1);
    compare_beginnings("ready_session_and_activate", true, make_ready, 2);
}

/* ---- many at once ---- */

static int to_send;

static void on_pipelined(glift_server *server, const glift_result *result, void *user)
{
    on_answer(server, result, user);
    if (to_send > 0 && glift_accept_player_session(server, next_seat(), on_pipelined, NULL) == GLIFT_OK)
        to_send--;
}

static double our_rate(glift_server *server)
{
    int64_t before = now_ns();
    answered = 0;
    to_send = PIPELINED - PIPELINE;
    for (int i = 0; i < PIPELINE; i++)
        glift_accept_player_session(server, next_seat(), on_pipelined, NULL);
    while (answered < PIPELINED)
        wait_and_tick(server);
    return PIPELINED * 1e6 / us_since(before);
}

/* For as many answers as have come, so many new requests, with one wake-up. */
static double floor_rate(lws_floor *floor)
{
    int64_t before = now_ns();
    int sent = PIPELINE;
    lws_floor_send(floor, next_seat(), PIPELINE);
    for (int taken = 0; taken < PIPELINED;) {
        lws_floor_wait(floor);
        int count = lws_floor_take(floor);
        taken += count;
        if (count > PIPELINED - sent)
            count = PIPELINED - sent;
        sent += count;
        lws_floor_send(floor, next_seat(), count);
    }
    return PIPELINED * 1e6 / us_since(before);
}

static void compare_rates(const char *name, bool tls, bool threadless)
{
    double ours[ROUNDS], theirs[ROUNDS];
    place at = open_place(tls);
    glift_io *io = make_io(threadless);
    glift_server *server = ready_server(&at, io, 1);
    lws_floor *floor = lws_floor_start(&at);
    our_rate(server); /* warm */
    floor_rate(floor);
    for (int round = 0; round < ROUNDS; round++) {
        ours[round] = our_rate(server);
        theirs[round] = floor_rate(floor);
    }
    figure_and_floor(name, quantile(ours, ROUNDS, 0.5), quantile(theirs, ROUNDS, 0.5), "requests/s");
    lws_floor_stop(floor);
    glift_server_destroy(server);
    glift_io_destroy(io);
    close_place(&at);
}

static void pipelined(void)
{
    compare_rates("pipelined_plain", false, false);
}

static void pipelined_tls(void)
{
    compare_rates("pipelined_tls", true, false);
}

static void pipelined_threadless(void)
{
    compare_rates("pipelined_threadless_plain", false, true);
    compare_rates("pipelined_threadless_tls", true, true);
}

/* ---- connecting ---- */

static double connect_time_ms(const place *at, const char *ca_file, int number)
{
    int64_t before = now_ns();
    glift_server *server = start_server(at, NULL, number, ca_file);
    wait_connected(server);
    double took_ms = ms_since(before);
    glift_server_destroy(server);
    return took_ms;
}

static double floor_connect_time_ms(const place *at, const char *ca_file)
{
    int64_t before = now_ns();
    bare_floor *floor = bare_floor_connect(at, ca_file);
    double took_ms = ms_since(before);
    bare_floor_close(floor);
    return took_ms;
}

static void compare_connects(const char *name, const place *at, const char *ca_file)
{
    enum { COUNT = 50 };
    double ours[COUNT], theirs[COUNT];
    for (int i = 0; i < COUNT; i++) {
        ours[i] = connect_time_ms(at, ca_file, i);
        theirs[i] = floor_connect_time_ms(at, ca_file);
    }
    figure_and_floor(name, quantile(ours, COUNT, 0.5), quantile(theirs, COUNT, 0.5), "ms");
}

static void connect_tls(void)
{
    place at = open_place(true);
    compare_connects("connect_tls", &at, at.roots_and_ca);
    compare_connects("connect_tls_private_ca", &at, at.ca_file);
    close_place(&at);
}

const scenario speed_scenarios[] = {
        {"call_cost", 2, call_cost, NULL,
                "on the game's thread: a call with the delivery of its answer; a call that wakes the I/O "
                "thread"},
        {"idle_tick", 2, idle_tick, NULL,
                "a tick with nothing to do; floor: a call of the library that reads one field; without an "
                "I/O "
                "thread: one poll() of one descriptor"},
        {"latency", 1, latency, NULL, "AcceptPlayerSession, there and back, all of it on one core"},
        {"latency_tls", 1, latency_tls, NULL, "the same over TLS"},
        {"latency_threadless", 1, latency_threadless, NULL,
                "the same without an I/O thread, plain and over TLS; floor: bare blocking sockets"},
        {"process_ready", 1, ready, NULL,
                "ProcessReady on a new connection; the way from there to an active game session included"},
        {"pipelined", 2, pipelined, NULL, "requests a second with 64 in flight"},
        {"pipelined_tls", 2, pipelined_tls, NULL, "the same over TLS"},
        {"pipelined_threadless", 2, pipelined_threadless, NULL,
                "the same without an I/O thread, plain and over TLS; the floor has one"},
        {"connect_tls", 1, connect_tls, NULL,
                "from nothing to an open connection, with the system's roots and with a root of one's own"},
        {0},
};

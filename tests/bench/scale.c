/* SPDX-License-Identifier: Apache-2.0 */
/* Many servers on one glift_io: what connecting all of them takes, what one request of one of them takes,
 * what they cost at rest, and how long it takes to destroy them all. The service is in another process, on
 * the same core: times are the work of both, and there is none that waits for the other. */
#include "bench.h"

#include <time.h>

enum {
    MOST_SERVERS = 1000,
    ROUNDS = 10,
    WARM_UP = 50,
    ROUND_TRIPS = 500, /* of a round */
    REST_S = 65        /* with a heartbeat of each server in it */
};

typedef struct group {
    const place *at;
    bool threadless;
    glift_io *io;
    int count;
    double floor_connect_ms, floor_close_ms;
} group;

static glift_server *servers[MOST_SERVERS];
static bare_floor *floors[MOST_SERVERS];

/* "servers_1000_tls_threadless_destroy_all" */
static const char *name_of(const group *self, const char *what)
{
    static char line[64];
    snprintf(line, sizeof line, "servers_%d%s%s_%s", self->count, self->at->tls ? "_tls" : "",
            self->threadless ? "_threadless" : "", what);
    return line;
}

static double cpu_us(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

/* ---- all of them ---- */

static int answered;

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    if (result->status != GLIFT_OK)
        fail(result->message);
    answered++;
}

/* One request of each, all of them under way together. */
static void ask_all(int count, void (*ask)(glift_server *server))
{
    answered = 0;
    for (int i = 0; i < count; i++)
        ask(servers[i]);
    for (int i = 0; i < count; i++)
        for (int before = answered; answered == before;)
            wait_and_tick(servers[i]);
}

static void ask_ready(glift_server *server)
{
    glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    if (glift_process_ready(server, &parameters, on_answer, NULL) != GLIFT_OK)
        fail("ready");
}

static void ask_activate(glift_server *server)
{
    while (glift_get_game_session(server) == NULL)
        wait_and_tick(server);
    if (glift_activate_game_session(server, on_answer, NULL) != GLIFT_OK)
        fail("activate");
}

/* One after the other: connected, and closed again. */
static void time_floor(group *self)
{
    const place *at = self->at;
    int64_t before = now_ns();
    floors[0] = bare_floor_connect(at, at->ca_file);
    for (int i = 1; i < self->count; i++)
        floors[i] = bare_floor_connect_another(floors[0]);
    self->floor_connect_ms = ms_since(before);
    before = now_ns();
    for (int i = self->count; i-- > 0;)
        bare_floor_close(floors[i]);
    self->floor_close_ms = ms_since(before);
}

static void start_all(group *self)
{
    int64_t before = now_ns();
    self->io = make_io(self->threadless);
    for (int i = 0; i < self->count; i++)
        servers[i] = start_server(self->at, self->io, i, self->at->tls ? self->at->ca_file : NULL);
    for (int i = 0; i < self->count; i++)
        wait_connected(servers[i]);
    double took_ms = ms_since(before);
    time_floor(self);
    figure_and_floor(name_of(self, "connect_all"), took_ms, self->floor_connect_ms, "ms");
    before = now_ns();
    ask_all(self->count, ask_ready);
    ask_all(self->count, ask_activate);
    figure(name_of(self, "ready_and_activate_all"), ms_since(before), "ms");
}

static void destroy_all(const group *self)
{
    int64_t before = now_ns();
    for (int i = 0; i < self->count; i++)
        glift_server_destroy(servers[i]);
    glift_io_destroy(self->io);
    figure_and_floor(name_of(self, "destroy_all"), ms_since(before), self->floor_close_ms, "ms");
}

/* ---- one request ---- */

/* Of the first `among` servers, each in its turn. */
static void time_trips(double *times_us, glift_server *const *of, int among)
{
    for (int i = -WARM_UP; i < ROUND_TRIPS; i++) {
        glift_server *server = of[(i + WARM_UP) % among];
        int64_t before = now_ns();
        round_trip(server);
        if (i >= 0)
            times_us[i] = us_since(before);
    }
}

/* Beside a server that has a glift_io to itself. */
static void compare_trips(const group *self)
{
    static double one[ROUNDS * ROUND_TRIPS], each[ROUNDS * ROUND_TRIPS], alone[ROUNDS * ROUND_TRIPS];
    glift_io *lone_io = make_io(self->threadless);
    glift_server *lone = ready_server(self->at, lone_io, MOST_SERVERS);
    double each_cpu_us = 0;
    for (int round = 0; round < ROUNDS; round++) {
        time_trips(one + round * ROUND_TRIPS, servers, 1);
        double before_us = cpu_us();
        time_trips(each + round * ROUND_TRIPS, servers, self->count);
        each_cpu_us += cpu_us() - before_us;
        time_trips(alone + round * ROUND_TRIPS, &lone, 1);
    }
    double floor_us = quantile(alone, ROUNDS * ROUND_TRIPS, 0.5);
    figure_and_floor(name_of(self, "round_trip"), quantile(one, ROUNDS * ROUND_TRIPS, 0.5), floor_us, "us");
    figure_and_floor(
            name_of(self, "round_trip_in_turn"), quantile(each, ROUNDS * ROUND_TRIPS, 0.5), floor_us, "us");
    figure(name_of(self, "round_trip_in_turn_cpu"), each_cpu_us / (ROUNDS * (ROUND_TRIPS + WARM_UP)), "us");
    glift_server_destroy(lone);
    glift_io_destroy(lone_io);
}

/* ---- at rest ---- */

static void rest(const group *self)
{
    double before_us = cpu_us();
    for (int64_t until = now_ns() + REST_S * (int64_t)1000000000; now_ns() < until;) {
        glift_server_wait(servers[0], (uint32_t)((until - now_ns()) / 1000000 + 1));
        glift_server_tick(servers[0]);
    }
    figure(name_of(self, "idle_cpu"), (cpu_us() - before_us) / (REST_S * 1e4), "percent");
}

/* ---- scenarios ---- */

static void scale(bool tls, bool threadless)
{
    static const int counts[] = {1, 100, MOST_SERVERS};
    place at = open_place_apart(tls);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        group self = {.at = &at, .threadless = threadless, .count = counts[i]};
        start_all(&self);
        compare_trips(&self);
        if (self.count == MOST_SERVERS)
            rest(&self);
        destroy_all(&self);
    }
}

static void scale_plain(void)
{
    scale(false, false);
}

static void scale_tls(void)
{
    scale(true, false);
}

static void scale_threadless(void)
{
    scale(true, true);
}

const scenario scale_scenarios[] = {
        {"servers", 1, scale_plain, NULL,
                "1, 100 and 1000 servers on one glift_io; floor of connecting and destroying: bare sockets, "
                "one "
                "after the other; of a round trip: a server that has a glift_io to itself"},
        {"servers_tls", 1, scale_tls, NULL,
                "the same over TLS; floor of connecting and destroying: OpenSSL alone"},
        {"servers_threadless", 1, scale_threadless, NULL, "the same over TLS without an I/O thread"},
        {0},
};

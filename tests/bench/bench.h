/* SPDX-License-Identifier: Apache-2.0 */
/* What the scenarios share: figures, a service, servers under measurement, and what they are compared with.
 */
#ifndef BENCH_H
#define BENCH_H

#include <gamelift/gamelift.h>
#include <stdio.h>

#include "echo_service.h"

/* ---- figures (figures.c) ---- */

/* "figure <name> <value> <unit>" on a line of its own. */
void figure(const char *name, double value, const char *unit);
/* The same, with the floor of the same run on the next line: "figure <name>_floor <value> <unit>". */
void figure_and_floor(const char *name, double value, double floor, const char *unit);
/* Prints what a scenario prints; behind each floor "figure <name>_ratio <value> times". */
void figures_pass_on(FILE *from);

int64_t now_ns(void);
double us_since(int64_t before_ns);
double ms_since(int64_t before_ns);

/* Of a sample that is sorted here: 0.5 is the median. */
double quantile(double *sample, size_t count, double q);

_Noreturn void fail(const char *what);

/* ---- certificates and a service, for one scenario (servers.c) ---- */

typedef struct place {
    echo_service *service; /* NULL: in another process */
    bool tls;
    uint16_t port;
    char url[64];
    char ca_file[128];      /* the test authority alone */
    char roots_and_ca[128]; /* the system's roots, and the test authority behind them */
} place;

/* Certificates of this run, in this folder, for the places of its processes. */
void make_certificates(const char *directory);
void use_certificates(const char *directory);

/* The service on a thread of this process. */
place open_place(bool tls);
/* In a process of its own, which ends with this one: for figures of memory and of CPU time. */
place open_place_apart(bool tls);
void close_place(place *self);

/* ---- a server (servers.c) ---- */

/* To share. */
glift_io *make_io(bool threadless);
/* Created; process `number` of this program. */
glift_server *start_server(const place *at, glift_io *io, int number, const char *ca_file);
void wait_connected(glift_server *server);
/* ProcessReady, there and back. */
void process_ready(glift_server *server);
/* Ready, with an active game session, after this. */
void make_ready(glift_server *server);
glift_server *ready_server(const place *at, glift_io *io, int number);
/* Another player session id each time, of 10 bytes: only one Accept of a seat is out at a time. */
const char *next_seat(void);
/* One AcceptPlayerSession, there and back. */
void round_trip(glift_server *server);
void wait_and_tick(glift_server *server);

/* ---- floors ---- */

/* A bare libwebsockets client with one I/O thread, which takes requests from another thread. */
typedef struct lws_floor lws_floor;
lws_floor *lws_floor_start(const place *at);
/* Until this many connections stand; requests go over the first. */
void lws_floor_connect(lws_floor *self, int count);
/* So many requests with this text. */
void lws_floor_send(lws_floor *self, const char *player_session_id, int count);
void lws_floor_wait(lws_floor *self); /* until there are answers */
int lws_floor_take(lws_floor *self);  /* how many there are; each once */
void lws_floor_round_trip(lws_floor *self);
void lws_floor_stop(lws_floor *self);

/* A client on blocking sockets and OpenSSL, on the caller's thread, with cJSON both ways. */
typedef struct bare_floor bare_floor;
/* Its own context, with these roots. ca_file is not looked at where `at` is plain. */
bare_floor *bare_floor_connect(const place *at, const char *ca_file);
/* To the same place, with the context of the first, which must be closed last. */
bare_floor *bare_floor_connect_another(const bare_floor *first);
void bare_floor_round_trip(bare_floor *self);
/* With the handshake of closing. */
void bare_floor_close(bare_floor *self);

/* ---- scenarios ---- */

typedef struct scenario {
    const char *name;
    int cores; /* that it may use: 1 or 2 */
    void (*run)(void);
    void (*run_floor)(void); /* in a fresh process, after the other; NULL: run() measures its floor itself */
    const char *about;
} scenario;

extern const scenario speed_scenarios[], scale_scenarios[], memory_scenarios[], instruction_scenarios[],
        recovery_scenarios[], lua_scenarios[];

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the scenarios share: figures, clocks, servers under measurement. */
#ifndef BENCH_H
#define BENCH_H

#include <gamelift/gamelift.h>
#include <stdio.h>

#include "echo_service.h"

/* "figure <name> <value> <unit>" on a line of its own. */
void figure(const char *name, double value, const char *unit);

int64_t now_ns(void);
/* Of a sample that is sorted here: 0.5 is the median. */
double quantile(double *sample, size_t count, double q);

_Noreturn void fail(const char *what);

/* ---- certificates and a service, for one program ---- */

typedef struct place {
    echo_service *service; /* NULL: in another process */
    bool tls;
    uint16_t port;
    char url[64];
    char ca_file[128];      /* the test authority alone */
    char roots_and_ca[128]; /* the system's roots, and the test authority behind them */
} place;

/* The service on a thread of this process. */
place open_place(bool tls);
/* In a process of its own, which ends with this one: for figures of memory. */
place open_place_apart(bool tls);
void close_place(place *self);

/* ---- a server ---- */

/* Created; process `number` of this program. */
glift_server *start_server(const place *at, glift_io *io, int number, const char *ca_file);
void wait_connected(glift_server *server);
/* Ready, with a game session, after this. */
void make_ready(glift_server *server);
glift_server *ready_server(const place *at, glift_io *io, int number);
/* Another player session id each time, of 10 bytes: only one Accept of a seat is out at a time. */
const char *next_seat(void);
/* One AcceptPlayerSession, there and back. */
void round_trip(glift_server *server);
void wait_and_tick(glift_server *server);

/* ---- floors ---- */

typedef struct lws_floor lws_floor; /* a bare libwebsockets client with one I/O thread */
lws_floor *lws_floor_start(const place *at);
void lws_floor_send(lws_floor *self, const char *player_session_id);
void lws_floor_wait(lws_floor *self); /* for one answer; each once */
void lws_floor_stop(lws_floor *self);

typedef struct tls_floor tls_floor; /* a bare OpenSSL client: context, connection, upgrade */
tls_floor *tls_floor_connect(const place *at, const char *ca_file);
void tls_floor_close(tls_floor *self);

/* ---- scenarios ---- */

typedef struct scenario {
    const char *name;
    int cores; /* that it may use: 1 or 2 */
    void (*run)(void);
} scenario;

extern const scenario speed_scenarios[], memory_scenarios[], recovery_scenarios[];

#endif

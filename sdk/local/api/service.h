/* SPDX-License-Identifier: Apache-2.0 */
/* The GameLift service on one machine, as a pure core: messages in, messages out, time as an argument.
 *
 * No socket, clock, thread or process in here: listen.c brings those. The same core is linked into unit
 * tests and into the Lua specs, where a clock that can be moved plays reservations and heartbeats at once.
 *
 * Its rules are S1 to S88 of sdk/docs/service-model.md. What that document leaves open is marked [E] where it
 * is decided, and listed in README.md. */
#ifndef LOCAL_SERVICE_H
#define LOCAL_SERVICE_H

#include "wire/codec.h"
#include "core/core.h" /* glift__time only */

typedef struct local_service local_service;

/* How long things may take; 0 means the service's own figure (service model 0.3). */
typedef struct local_patience {
    uint64_t heartbeat_ms;     /* without a healthy report: 180 000 */
    uint64_t process_ready_ms; /* from connect to ProcessReady: 300 000 */
    uint64_t activation_ms;    /* of a game session: 300 000 [E] */
    uint64_t reservation_ms;   /* of a player's seat: 60 000 */
    uint64_t exit_ms;          /* from TerminateProcess to ProcessEnding: 300 000 */
    uint64_t token_ms;         /* life of a compute's auth token: 3 h */
    uint64_t match_tick_ms;    /* between two looks at the tickets: 500 [E] */
    uint64_t match_settle_ms;  /* a match with free seats waits until nobody has come for so long: 1000 [E] */
} local_patience;

typedef struct local_service_desc {
    const char *region;        /* default "us-east-1" */
    const char *account;       /* default "000000000000"; 12 digits */
    const char *endpoint;      /* what RegisterCompute returns, "ws://127.0.0.1:9080" */
    uint64_t seed;             /* ids are reproducible with a seed (S88); 0: from the time */
    bool remember_request_ids; /* de-duplicate RequestIds per process */
    local_patience patience;
    void (*log)(void *user, glift_log_level level, const char *text);
    void *log_user;
} local_service_desc;

glift_status local_service_create(const local_service_desc *desc, glift__time now, local_service **out);
void local_service_destroy(local_service *service);
/* Where game servers connect, once a port is known. */
glift_status local_service_set_endpoint(local_service *service, const char *endpoint);

/* ---- game servers ---- */

/* A WebSocket upgrade with this query string (without '?', percent-encoded as it came).
 * Returns the HTTP status: 101 and a connection number, or 403, 400 with the JSON body in *body. */
int local_service_handshake(
        local_service *service, glift__time now, const char *query, uint64_t *connection, glift__text *body);
void local_service_received(
        local_service *service, glift__time now, uint64_t connection, const char *bytes, size_t length);
void local_service_closed(local_service *service, glift__time now, uint64_t connection);

typedef struct local_output {
    uint64_t connection;
    glift__text text; /* a message to send, the taker frees it; bytes NULL: close with close_code */
    int close_code;   /* or LOCAL_CUT: end the connection without a Close frame */
} local_output;
#define LOCAL_CUT 0

bool local_service_next_output(local_service *service, local_output *out);

/* The launcher saw this process end without ProcessEnding: a crash, known at once. */
void local_service_process_exited(local_service *service, glift__time now, const char *process_id);

/* ---- the AWS API ---- */

/* One operation ("CreateGameSession") with its JSON body. Returns the HTTP status; *reply is the JSON
 * answer, {"__type": ..., "Message": ...} on errors. The caller frees it. */
int local_service_call(local_service *service, glift__time now, const char *operation, const char *body,
        size_t length, glift__text *reply);
/* The same with a body and an answer in CBOR (service model 3.3, S9, S10). */
int local_service_call_cbor(local_service *service, glift__time now, const char *operation, const char *body,
        size_t length, glift__text *reply);

/* ---- what the real service does by itself, on demand (POST /_local/<control>) ----
 * "refresh" {ProcessId, Endpoint?}, "drop" {ProcessId, CloseCode?}, "terminate" {ProcessId, NoticeSeconds?},
 * "advance" {Milliseconds}. Returns as local_service_call() does. */
int local_service_control(local_service *service, glift__time now, const char *control, const char *body,
        size_t length, glift__text *reply);

/* By how much "advance" wants the clock to go forward: the owner of the clock sees to it. 0 the next time. */
uint64_t local_service_take_jump(local_service *service);

/* ---- time and state ---- */

void local_service_advance(local_service *service, glift__time now);
uint64_t local_service_deadline_ms(const local_service *service); /* mono_ms; UINT64_MAX: never */

/* Everything it holds, as JSON (GET /_local/state). The caller frees it. */
glift_status local_service_state(const local_service *service, glift__time now, glift__text *out);
/* How many servers are ready, and the game sessions that live, the newest first (GET /_local/summary): stays
 * small however long the service has run. The caller frees it. */
glift_status local_service_summary(const local_service *service, glift__time now, glift__text *out);

/* A location, an Anywhere fleet, a registered compute, a token, a queue, a rule set and a matchmaking
 * configuration; what a game server needs is in *out. */
typedef struct local_demo {
    char fleet_id[64], compute_name[64], auth_token[64], location[64], matchmaking_configuration[64];
} local_demo;
glift_status local_service_demo(local_service *service, glift__time now, local_demo *out);
/* Puts a token that lives into a demo made earlier; GLIFT_ERR_NOT_FOUND if its compute is gone. */
glift_status local_service_demo_token(local_service *service, glift__time now, local_demo *demo);

#endif

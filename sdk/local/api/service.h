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

#include "model/model.h"
#include "servers/servers.h"

/* With a store (keep.h) it is what the store has; GLIFT_ERR_STATE, and a line in the log: that cannot be. */
glift_status local_service_create(const local_service_desc *desc, glift__time now, local_service **out);
void local_service_destroy(local_service *service);
/* Where game servers connect, once a port is known. */
glift_status local_service_set_endpoint(local_service *service, const char *endpoint);

/* ---- game servers: servers.h, and what there is to tell them ---- */

/* False: there is nothing to send at the moment. */
bool local_service_next_output(local_service *service, local_output *out);

/* ---- the AWS API ---- */

/* One operation ("CreateGameSession") with its JSON body. Returns the HTTP status; *reply is the JSON
 * answer, {"__type": ..., "Message": ...} on errors. The caller frees it. */
int local_service_call(local_service *service, glift__time now, const char *operation, const char *body,
        size_t length, glift__text *reply);
/* The same with a body and an answer in CBOR (service model 3.3, S9, S10). */
int local_service_call_cbor(local_service *service, glift__time now, const char *operation, const char *body,
        size_t length, glift__text *reply);

/* The same for whoever owns the service and only looks: no fault meets it, and the journal is not told. */
int local_service_look(local_service *service, glift__time now, const char *operation, const char *body,
        size_t length, glift__text *reply);

/* What such a call is answered with where the client does not show the token (access.h). */
int local_service_refuse_client(
        local_service *service, const char *operation, bool is_cbor, glift__text *reply);

/* ---- what the real service does by itself, on demand (POST /_local/<control>) ----
 * "refresh" {ProcessId, Endpoint?}, "drop" {ProcessId, CloseCode?}, "terminate" {ProcessId, NoticeSeconds?},
 * "advance" {Milliseconds}, "reset" {}; "faults" {name, parameters?, scope?, seconds?}, "faults/clear"
 * {fault_id?}. Returns as local_service_call() does. */
int local_service_control(local_service *service, glift__time now, const char *control, const char *body,
        size_t length, glift__text *reply);

/* By how much "advance" wants the clock to go forward: the owner of the clock sees to it. 0 the next time. */
uint64_t local_service_take_jump(local_service *service);
/* What is to happen to the answer of the call that was just made; nothing the next time. */
local_reply_fate local_service_take_reply_fate(local_service *service);
/* Whether "reset" wants a new service in the place of this one: the owner sees to that, too. False the next
 * time. */
bool local_service_take_reset(local_service *service);

/* ---- rule sets on trial (POST /_local/rule_set_bench) ---- */

/* One step of the one whose turn it is: a few milliseconds at most. False: none is running. */
bool local_service_run_benches(local_service *service);
/* GET /_local/rule_set_bench?id=ID: how far it is, and what came of it. GLIFT_ERR_NOT_FOUND. The caller frees
 * it. */
glift_status local_service_bench(const local_service *service, const char *id, glift__text *out);

/* ---- time and state ---- */

void local_service_advance(local_service *service, glift__time now);
uint64_t local_service_deadline_ms(const local_service *service); /* mono_ms; UINT64_MAX: never */

/* Puts into the store what has changed since the last time, as a whole: before anybody is told of it. False:
 * it could not be kept. Always true without a store. */
bool local_service_commit(local_service *service, glift__time now);

/* The clock that the owner of the service has, beside the machine's. */
typedef struct local_clock_view {
    int64_t ahead_ms, jumped_ms; /* jumped: by POST /_local/advance */
    double scale;
} local_clock_view;

/* What a page asks for: GET /_local/<page>?query, where page is "list", "detail", "messages" or "overview"
 * (wish.h). The HTTP status: with 200 *out is the JSON document, else a sentence. The caller frees it. */
int local_service_page(const local_service *service, glift__time now, const local_clock_view *clock,
        const char *page, const char *query, glift__text *out);

/* An entry of the journal, as the page "messages" shows it. The caller frees it. */
struct local_entry;
glift_status local_service_entry(const struct local_entry *entry, glift__text *out);

/* Differs from what it was before whenever something may have changed. */
uint64_t local_service_changes(const local_service *service);

/* Everything it holds, as JSON (GET /_local/state). The caller frees it. */
glift_status local_service_state(const local_service *service, glift__time now, glift__text *out);
/* Events of matchmaking and placements after the one of this serial (GET /_local/events?after=N), as many as
 * fit into 4 MiB: {"last": the serial to ask on from, "events": [{"serial", "target"?, "event"}]}. The caller
 * frees it. */
glift_status local_service_events(const local_service *service, uint64_t after, glift__text *out);
/* The faults that are on, those that have ended of late, and those that there are (GET /_local/faults). The
 * caller frees it. */
glift_status local_service_faults(const local_service *service, glift__time now, glift__text *out);
/* How many servers are ready, and the game sessions that live, the newest first (GET /_local/summary): stays
 * small however long the service has run. The caller frees it. */
glift_status local_service_summary(const local_service *service, glift__time now, glift__text *out);
/* What is known of a game session, as text (GET /logs/<its id>). GLIFT_ERR_NOT_FOUND: there is none of that
 * id. The caller frees it. */
glift_status local_service_session_log(const local_service *service, const char *arn, glift__text *out);

#endif

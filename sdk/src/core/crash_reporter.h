/* SPDX-License-Identifier: Apache-2.0 */
/* What the crash reporter is told of this process (wire protocol 7.5): that it is there, which session it
 * hosts, and that it has left on purpose. One HTTP GET at a time; nothing here fetches, and no failure
 * matters to anyone but the log (P178, P179). */
#ifndef GLIFT_CRASH_REPORTER_H
#define GLIFT_CRASH_REPORTER_H

#include "base/text.h"

typedef enum glift__crash_call {
    GLIFT__CRASH_NOTHING,
    GLIFT__CRASH_REGISTER,
    GLIFT__CRASH_UPDATE,
    GLIFT__CRASH_DEREGISTER
} glift__crash_call;

#define GLIFT__CRASH_HOST_SIZE 254 /* of a name or an address, with the terminator */

/* All zero: off. */
typedef struct glift__crash_reporter {
    char host[GLIFT__CRASH_HOST_SIZE]; /* "": off */
    int port;
    int64_t process_pid;
    bool register_due, update_due, deregister_due;
    bool is_registered;
    glift__crash_call under_way; /* its fetch has been ordered */
    unsigned tries;              /* of registering, one after the other */
    uint64_t not_before_ms;      /* the next try */
    glift__text url;             /* of the fetch under way */
} glift__crash_reporter;

void glift__crash_reporter_begin(
        glift__crash_reporter *self, const char *host, int port, int64_t process_pid, uint64_t now_ms);
void glift__crash_reporter_fini(glift__crash_reporter *self);

/* A game session was placed here. */
void glift__crash_reporter_session(glift__crash_reporter *self, uint64_t now_ms);
/* This process leaves: deregisters if it is registered, or being registered. */
void glift__crash_reporter_leave(glift__crash_reporter *self);
/* Nothing is under way, nor wanted. */
bool glift__crash_reporter_is_done(const glift__crash_reporter *self);

/* Whether there is a GET to be made now: its URL is in self->url then. Without memory it is left out. */
bool glift__crash_reporter_next(glift__crash_reporter *self, uint64_t now_ms, const char *session_id);
/* How it went: any 2xx is success, 0 that nobody answered, which is tried again while registering. False
 * where that was the last try, or the answer was another one: worth a log line. */
bool glift__crash_reporter_fetched(
        glift__crash_reporter *self, uint64_t now_ms, int http_status, uint32_t random);
uint64_t glift__crash_reporter_deadline_ms(const glift__crash_reporter *self);

#endif

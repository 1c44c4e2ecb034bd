/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the other end of an open WebSocket is still there. The judgement is pure: time is an argument.
 *
 * A connection can be dead without anybody saying so (a cable, a router that forgot it). A peer that has been
 * silent for long is asked with a ping, and given up when it stays silent for as long again: after 3 + 3 s
 * while an answer is awaited, so that the request can be sent again on a new connection in time; after
 * 30 + 20 s when the connection is idle. */
#ifndef GLIFT_LIVENESS_H
#define GLIFT_LIVENESS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum glift__liveness_verdict {
    GLIFT__LIVENESS_FINE,
    GLIFT__LIVENESS_PING, /* send one now */
    GLIFT__LIVENESS_DEAD
} glift__liveness_verdict;

typedef struct glift__liveness {
    uint64_t heard_ms;
    uint64_t pinged_ms;        /* 0: no ping is out */
    uint64_t waiting_since_ms; /* for an answer; 0: for none */
} glift__liveness;

void glift__liveness_init(glift__liveness *self, uint64_t now_ms);
/* Notes that bytes of the peer have come. */
void glift__liveness_heard(glift__liveness *self, uint64_t now_ms);
/* Notes that a message was sent that the peer is to answer. */
void glift__liveness_asked(glift__liveness *self, uint64_t now_ms);
glift__liveness_verdict glift__liveness_check(glift__liveness *self, uint64_t now_ms, bool awaits_answer);
/* The time of the next check. */
uint64_t glift__liveness_next_ms(const glift__liveness *self);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* How long to wait before dialling again (rules P18, P135, P136). */
#ifndef GLIFT_BACKOFF_H
#define GLIFT_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

typedef struct glift__backoff {
    uint32_t base_ms, cap_ms; /* first and highest ceiling */
    unsigned doublings;       /* how often the ceiling has doubled so far */
    bool redialled; /* the short first delay is used up, also for a service that accepts and drops */
} glift__backoff;

typedef enum glift__backoff_cause {
    GLIFT__BACKOFF_DROPPED,   /* an open connection ended */
    GLIFT__BACKOFF_FAILED,    /* a dial failed */
    GLIFT__BACKOFF_OVERLOADED /* the service asked for distance: HTTP 429 or 403 */
} glift__backoff_cause;

/* The delay before the next dial.
 * @param outage_ms  the time since the connection was lost, or since the first dial began.
 * @param random     32 uniform bits. */
uint32_t glift__backoff_next_ms(
        glift__backoff *backoff, glift__backoff_cause cause, uint64_t outage_ms, uint32_t random);

/* Notes that a connection has lasted: a drop is answered quickly again, and the ceilings start anew. */
void glift__backoff_reset(glift__backoff *backoff);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The jitter is full: many servers lose the service at the same instant, and must not all come back at the
 * same instant. The caller supplies the random bits, so a test can pin every delay.
 *
 * During the first minute of an outage the ceiling stays at four times the base: most outages are shorter
 * than that, and a server that is back late fails the requests of its players. */

#include "core/backoff.h"

#define FIRST_REDIAL_MS    100
#define PATIENCE_MS        60000
#define PATIENCE_DOUBLINGS 2

/* A delay that is uniform in 0..ceiling. */
static uint32_t jitter(uint32_t ceiling_ms, uint32_t random)
{
    return (uint32_t)(((uint64_t)random * ((uint64_t)ceiling_ms + 1)) >> 32);
}

static uint32_t ceiling_ms(const glift__backoff *backoff)
{
    uint64_t doubled = (uint64_t)backoff->base_ms << backoff->doublings;
    return doubled < backoff->cap_ms ? (uint32_t)doubled : backoff->cap_ms;
}

uint32_t glift__backoff_next_ms(
        glift__backoff *backoff, glift__backoff_cause cause, uint64_t outage_ms, uint32_t random)
{
    if (cause == GLIFT__BACKOFF_OVERLOADED)
        return jitter(backoff->cap_ms, random);
    if (cause == GLIFT__BACKOFF_DROPPED && !backoff->redialled) {
        backoff->redialled = true;
        return jitter(FIRST_REDIAL_MS, random);
    }
    uint32_t delay = jitter(ceiling_ms(backoff), random);
    /* At most 31 doublings of 32 bits stay within 64. */
    if (backoff->doublings < PATIENCE_DOUBLINGS || (outage_ms >= PATIENCE_MS && backoff->doublings < 31))
        backoff->doublings++;
    return delay;
}

void glift__backoff_reset(glift__backoff *backoff)
{
    backoff->doublings = 0;
    backoff->redialled = false;
}

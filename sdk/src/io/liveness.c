/* SPDX-License-Identifier: Apache-2.0 */
#include "io/liveness.h"

#define IDLE_PING_MS     30000
#define IDLE_PATIENCE_MS 20000
#define BUSY_PING_MS     3000
#define BUSY_PATIENCE_MS 3000

void glift__liveness_init(glift__liveness *self, uint64_t now_ms)
{
    *self = (glift__liveness){.heard_ms = now_ms};
}

void glift__liveness_heard(glift__liveness *self, uint64_t now_ms)
{
    self->heard_ms = now_ms;
    self->pinged_ms = 0;
}

void glift__liveness_asked(glift__liveness *self, uint64_t now_ms)
{
    if (self->waiting_since_ms == 0)
        self->waiting_since_ms = now_ms;
}

static uint64_t later(uint64_t a_ms, uint64_t b_ms)
{
    return a_ms > b_ms ? a_ms : b_ms;
}

static uint64_t sooner(uint64_t a_ms, uint64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

/* The time at which to ping, or to give up. */
uint64_t glift__liveness_next_ms(const glift__liveness *self)
{
    bool is_pinged = self->pinged_ms != 0;
    uint64_t idle_ms = is_pinged ? self->pinged_ms + IDLE_PATIENCE_MS : self->heard_ms + IDLE_PING_MS;
    if (self->waiting_since_ms == 0)
        return idle_ms;
    uint64_t busy_ms = is_pinged ? later(self->pinged_ms, self->waiting_since_ms) + BUSY_PATIENCE_MS
                                 : later(self->heard_ms, self->waiting_since_ms) + BUSY_PING_MS;
    return sooner(idle_ms, busy_ms);
}

glift__liveness_verdict glift__liveness_check(glift__liveness *self, uint64_t now_ms, bool awaits_answer)
{
    if (!awaits_answer)
        self->waiting_since_ms = 0;
    else
        glift__liveness_asked(self, now_ms);
    if (now_ms < glift__liveness_next_ms(self))
        return GLIFT__LIVENESS_FINE;
    if (self->pinged_ms != 0)
        return GLIFT__LIVENESS_DEAD;
    self->pinged_ms = now_ms;
    return GLIFT__LIVENESS_PING;
}

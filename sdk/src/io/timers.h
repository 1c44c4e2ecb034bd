/* SPDX-License-Identifier: Apache-2.0 */
/* Timers in the order of their time: a pairing heap whose nodes lie inside what they time, so that setting
 * one cannot fail. Setting costs a comparison; taking the next one costs the logarithm of their number. */
#ifndef GLIFT_TIMERS_H
#define GLIFT_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct glift__timer {
    uint64_t at_ms; /* UINT64_MAX: not set */
    void (*on_due)(struct glift__timer *self);
    struct glift__timer *child, *next;
    struct glift__timer *previous; /* sibling, or the parent of a first child; NULL: the root */
} glift__timer;

typedef struct glift__timers {
    glift__timer *first;
} glift__timers;

void glift__timer_init(glift__timer *timer, void (*on_due)(glift__timer *self));
bool glift__timer_is_set(const glift__timer *timer);

/* Sets a timer. One that is set already is moved. */
void glift__timers_set(glift__timers *timers, glift__timer *timer, uint64_t at_ms);
/* A timer that is not set is allowed. */
void glift__timers_cancel(glift__timers *timers, glift__timer *timer);

/* The time at which the earliest timer is due; UINT64_MAX: none is set. */
uint64_t glift__timers_next_ms(const glift__timers *timers);
/* Takes the earliest timer out if it is due at `now_ms`; else NULL. */
glift__timer *glift__timers_take_due(glift__timers *timers, uint64_t now_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines: a heap of timers that live inside the entities they belong to.
 *
 * Place is taken when a timer is made, so setting one never fails. Timers that are due at the same
 * millisecond run in the order in which they were set: same inputs, same course (S70). */
#ifndef LOCAL_TIMERS_H
#define LOCAL_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

typedef struct local_service local_service;
typedef void (*local_timer_fn)(local_service *service, glift__time now, void *owner);

typedef struct local_timer {
    local_timer_fn run; /* NULL: not made */
    void *owner;
    uint64_t at_ms, order;
    size_t place; /* in the heap, from 1; 0: not set */
} local_timer;

typedef struct local_timers {
    local_timer **heap; /* from 1 */
    size_t count, room, made;
    uint64_t last_order;
} local_timers;

bool local_timer_make(local_timers *timers, local_timer *timer, local_timer_fn run, void *owner);
void local_timer_unmake(local_timers *timers, local_timer *timer); /* also of a zeroed one */
void local_timer_set(local_timers *timers, local_timer *timer, uint64_t at_ms);
/* Sets a timer that was read from a store as at_ms and order say, which are 0 where it was not set: due when
 * it was due, in the same order. */
void local_timer_resume(local_timers *timers, local_timer *timer);
/* Makes one and resumes it. */
bool local_timer_restore(local_timers *timers, local_timer *timer, local_timer_fn run, void *owner);
void local_timer_stop(local_timers *timers, local_timer *timer);

/* The earliest deadline on mono_ms; UINT64_MAX where none is set. */
uint64_t local_timers_next_ms(const local_timers *timers);
/* The earliest timer that is due, taken out of the heap; NULL if none is. */
local_timer *local_timers_take(local_timers *timers, uint64_t now_ms);
void local_timers_free(local_timers *timers);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/timers.h"

#include <stdlib.h>

static bool before(const local_timer *a, const local_timer *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void put(local_timers *timers, size_t place, local_timer *timer)
{
    timers->heap[place] = timer;
    timer->place = place;
}

static void sift_up(local_timers *timers, local_timer *timer, size_t place)
{
    for (; place > 1 && before(timer, timers->heap[place / 2]); place /= 2)
        put(timers, place, timers->heap[place / 2]);
    put(timers, place, timer);
}

static void sift_down(local_timers *timers, local_timer *timer, size_t place)
{
    for (;;) {
        size_t child = place * 2;
        if (child < timers->count && before(timers->heap[child + 1], timers->heap[child]))
            child++;
        if (child > timers->count || !before(timers->heap[child], timer))
            break;
        put(timers, place, timers->heap[child]);
        place = child;
    }
    put(timers, place, timer);
}

bool local_timer_make(local_timers *timers, local_timer *timer, local_timer_fn run, void *owner)
{
    size_t needed = timers->made + 2; /* places count from 1 */
    if (needed > timers->room) {
        size_t room = needed * 2;
        local_timer **heap = realloc(timers->heap, room * sizeof *heap);
        if (heap == NULL)
            return false;
        timers->heap = heap;
        timers->room = room;
    }
    timers->made++;
    *timer = (local_timer){.run = run, .owner = owner};
    return true;
}

void local_timer_unmake(local_timers *timers, local_timer *timer)
{
    if (timer->run == NULL)
        return;
    local_timer_stop(timers, timer);
    timer->run = NULL;
    timers->made--;
}

void local_timer_set(local_timers *timers, local_timer *timer, uint64_t at_ms)
{
    local_timer_stop(timers, timer);
    timer->at_ms = at_ms;
    timer->order = ++timers->last_order;
    sift_up(timers, timer, ++timers->count);
}

void local_timer_resume(local_timers *timers, local_timer *timer)
{
    if (timer->order == 0)
        return;
    if (timer->order > timers->last_order)
        timers->last_order = timer->order;
    sift_up(timers, timer, ++timers->count);
}

bool local_timer_restore(local_timers *timers, local_timer *timer, local_timer_fn run, void *owner)
{
    local_timer read = *timer;
    if (!local_timer_make(timers, timer, run, owner))
        return false;
    timer->at_ms = read.at_ms;
    timer->order = read.order;
    local_timer_resume(timers, timer);
    return true;
}

void local_timer_stop(local_timers *timers, local_timer *timer)
{
    size_t place = timer->place;
    if (place == 0)
        return;
    timer->place = 0;
    local_timer *last = timers->heap[timers->count--];
    if (last == timer)
        return;
    if (place > 1 && before(last, timers->heap[place / 2]))
        sift_up(timers, last, place);
    else
        sift_down(timers, last, place);
}

uint64_t local_timers_next_ms(const local_timers *timers)
{
    return timers->count > 0 ? timers->heap[1]->at_ms : UINT64_MAX;
}

local_timer *local_timers_take(local_timers *timers, uint64_t now_ms)
{
    if (local_timers_next_ms(timers) > now_ms)
        return NULL;
    local_timer *due = timers->heap[1];
    local_timer_stop(timers, due);
    return due;
}

void local_timers_free(local_timers *timers)
{
    free(timers->heap);
    *timers = (local_timers){0};
}

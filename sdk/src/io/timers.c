/* SPDX-License-Identifier: Apache-2.0 */
#include "io/timers.h"

void glift__timer_init(glift__timer *timer, void (*on_due)(glift__timer *self))
{
    *timer = (glift__timer){.at_ms = UINT64_MAX, .on_due = on_due};
}

bool glift__timer_is_set(const glift__timer *timer)
{
    return timer->at_ms != UINT64_MAX;
}

/* Two heaps become one; both are roots, and may be NULL. */
static glift__timer *meld(glift__timer *a, glift__timer *b)
{
    if (a == NULL || b == NULL)
        return a != NULL ? a : b;
    if (b->at_ms < a->at_ms) {
        glift__timer *earlier = b;
        b = a;
        a = earlier;
    }
    b->previous = a;
    b->next = a->child;
    if (a->child != NULL)
        a->child->previous = b;
    a->child = b;
    a->next = a->previous = NULL;
    return a;
}

/* Siblings become one heap: pair by pair, then all pairs into one. */
static glift__timer *meld_siblings(glift__timer *first)
{
    glift__timer *pairs = NULL, *heap = NULL;
    while (first != NULL) {
        glift__timer *a = first, *b = a->next;
        first = b != NULL ? b->next : NULL;
        a->next = a->previous = NULL;
        if (b != NULL)
            b->next = b->previous = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs != NULL) {
        glift__timer *next = pairs->next;
        pairs->next = NULL;
        heap = meld(heap, pairs);
        pairs = next;
    }
    return heap;
}

void glift__timers_cancel(glift__timers *timers, glift__timer *timer)
{
    if (!glift__timer_is_set(timer))
        return;
    glift__timer *children = meld_siblings(timer->child);
    if (timer == timers->first) {
        timers->first = children;
    } else {
        if (timer->previous->child == timer)
            timer->previous->child = timer->next;
        else
            timer->previous->next = timer->next;
        if (timer->next != NULL)
            timer->next->previous = timer->previous;
        timers->first = meld(timers->first, children);
    }
    glift__timer_init(timer, timer->on_due);
}

void glift__timers_set(glift__timers *timers, glift__timer *timer, uint64_t at_ms)
{
    glift__timers_cancel(timers, timer);
    if (at_ms == UINT64_MAX)
        return;
    timer->at_ms = at_ms;
    timers->first = meld(timers->first, timer);
}

uint64_t glift__timers_next_ms(const glift__timers *timers)
{
    return timers->first != NULL ? timers->first->at_ms : UINT64_MAX;
}

glift__timer *glift__timers_take_due(glift__timers *timers, uint64_t now_ms)
{
    glift__timer *first = timers->first;
    if (first == NULL || first->at_ms > now_ms)
        return NULL;
    glift__timers_cancel(timers, first);
    return first;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "io/loop.h"

#include <limits.h>

/* A loop whose descriptors are gone turns this often, for its timers, until somebody gives it new ones. */
#define BROKEN_TURN_MS 10

bool glift__loop_init(glift__loop *loop, bool portable)
{
    *loop = (glift__loop){.poller = glift__poller_create(portable), .now_ms = glift__clock_mono_ms()};
    glift__list_init(&loop->again);
    return loop->poller != NULL;
}

void glift__loop_fini(glift__loop *loop)
{
    glift__poller_destroy(loop->poller);
}

void glift__loop_look(glift__loop *loop)
{
    loop->now_ms = glift__clock_mono_ms();
}

static int sleep_ms(glift__loop *loop, int most_ms)
{
    uint64_t next_ms = glift__timers_next_ms(&loop->timers);
    if (most_ms == 0 || !glift__list_is_empty(&loop->again))
        return 0;
    if (next_ms == UINT64_MAX)
        return most_ms;
    glift__loop_look(loop);
    if (next_ms <= loop->now_ms)
        return 0;
    uint64_t left_ms = next_ms - loop->now_ms < INT_MAX ? next_ms - loop->now_ms : INT_MAX;
    return most_ms > 0 && (uint64_t)most_ms < left_ms ? most_ms : (int)left_ms;
}

/* Nobody sets a timer to a moment that has come already, so this ends. */
static void run_timers(glift__loop *loop)
{
    glift__timer *timer;
    while ((timer = glift__timers_take_due(&loop->timers, loop->now_ms)) != NULL)
        timer->on_due(timer);
}

static void run_events(glift__loop *loop)
{
    while (loop->next_event < loop->event_count) {
        glift__poll_event event = loop->events[loop->next_event++];
        glift__watch *watch = event.user;
        if (watch != NULL)
            watch->on_ready(watch, event.ready);
    }
    loop->event_count = 0;
}

/* Watches that come while these are called wait for the next step. */
static void run_again(glift__loop *loop)
{
    size_t count = 0;
    for (glift__node *node = loop->again.next; node != &loop->again; node = node->next)
        count++;
    for (; count > 0 && !glift__list_is_empty(&loop->again); count--) {
        glift__watch *watch = GLIFT__OWNER(loop->again.next, glift__watch, again);
        glift__list_remove(&watch->again);
        watch->on_ready(watch, GLIFT__POLL_READ);
    }
}

void glift__loop_step(glift__loop *loop, int most_ms)
{
    int timeout_ms = sleep_ms(loop, most_ms);
    loop->event_count = glift__poller_wait(loop->poller, timeout_ms, loop->events, GLIFT__LOOP_BATCH);
    if (loop->event_count < 0) {
        loop->is_broken = true;
        if (timeout_ms != 0)
            glift__sleep_ms(
                    timeout_ms > 0 && timeout_ms < BROKEN_TURN_MS ? (uint32_t)timeout_ms : BROKEN_TURN_MS);
    }
    glift__loop_look(loop);
    loop->next_event = 0;
    run_again(loop);
    run_events(loop);
    run_timers(loop);
}

bool glift__loop_repair(glift__loop *loop)
{
    loop->is_broken = !glift__poller_reopen(loop->poller);
    return !loop->is_broken;
}

void glift__loop_wake(glift__loop *loop)
{
    glift__poller_wake(loop->poller);
}

bool glift__loop_add(glift__loop *loop, glift__watch *watch)
{
    return glift__poller_add(loop->poller, watch->socket, watch->wanted, watch);
}

void glift__loop_again(glift__loop *loop, glift__watch *watch)
{
    if (watch->again.next == NULL)
        glift__list_insert_before(&loop->again, &watch->again);
}

void glift__loop_remove(glift__loop *loop, glift__watch *watch)
{
    if (watch->again.next != NULL)
        glift__list_remove(&watch->again);
    glift__poller_remove(loop->poller, watch->socket);
    for (int i = loop->next_event; i < loop->event_count; i++)
        if (loop->events[i].user == watch)
            loop->events[i].user = NULL;
}

bool glift__loop_want(glift__loop *loop, glift__watch *watch, unsigned wanted)
{
    if (watch->wanted == wanted)
        return true;
    watch->wanted = wanted;
    return glift__poller_change(loop->poller, watch->socket, wanted, watch);
}

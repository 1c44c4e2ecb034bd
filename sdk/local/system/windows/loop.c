/* SPDX-License-Identifier: Apache-2.0 */
/* The SDK's poller, which looks at each socket at each wait: on a developer's machine they are some tens. */
#include "system/loop.h"

#include <stdlib.h>

#define EVENTS_AT_ONCE  64
#define LONGEST_WAIT_MS (24u * 3600 * 1000)

struct local_loop {
    glift__poller *poller;
    glift__poll_event events[EVENTS_AT_ONCE];
    int count, at; /* of the events that are being dealt with */
};

local_loop *local_loop_open(void)
{
    local_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
        return NULL;
    loop->poller = glift__poller_create(false);
    if (loop->poller != NULL)
        return loop;
    free(loop);
    return NULL;
}

void local_loop_close(local_loop *loop)
{
    if (loop == NULL)
        return;
    glift__poller_destroy(loop->poller);
    free(loop);
}

static unsigned wanted_for(uint32_t awaited)
{
    return (awaited & LOCAL_READY_IN ? GLIFT__POLL_READ : 0u) |
           (awaited & LOCAL_READY_OUT ? GLIFT__POLL_WRITE : 0u);
}

bool local_loop_add(local_loop *loop, local_source *source, uint32_t awaited)
{
    source->awaited = awaited;
    return glift__poller_add(loop->poller, source->fd, wanted_for(awaited), source);
}

void local_loop_await(local_loop *loop, local_source *source, uint32_t awaited)
{
    if (source->fd == GLIFT__NO_SOCKET || source->awaited == awaited)
        return;
    source->awaited = awaited;
    glift__poller_change(loop->poller, source->fd, wanted_for(awaited), source);
}

void local_loop_remove(local_loop *loop, local_source *source)
{
    if (source->fd == GLIFT__NO_SOCKET)
        return;
    glift__poller_remove(loop->poller, source->fd);
    source->fd = GLIFT__NO_SOCKET;
    for (int i = loop->at; i < loop->count; i++) {
        if (loop->events[i].user == source)
            loop->events[i].user = NULL;
    }
}

/* A connect that has failed is ready for both, whatever was awaited. */
static uint32_t happened_by(const glift__poll_event *event)
{
    return (event->ready & GLIFT__POLL_READ ? (uint32_t)LOCAL_READY_IN : 0u) |
           (event->ready & GLIFT__POLL_WRITE ? (uint32_t)LOCAL_READY_OUT : 0u);
}

bool local_loop_wait(local_loop *loop, uint64_t wait_ms)
{
    int timeout_ms =
            wait_ms == UINT64_MAX ? -1 : (int)(wait_ms < LONGEST_WAIT_MS ? wait_ms : LONGEST_WAIT_MS);
    loop->count = glift__poller_wait(loop->poller, timeout_ms, loop->events, EVENTS_AT_ONCE);
    if (loop->count < 0)
        return false;
    for (loop->at = 0; loop->at < loop->count;) {
        const glift__poll_event *event = &loop->events[loop->at++];
        local_source *source = event->user;
        if (source != NULL)
            source->ready(source, happened_by(event));
    }
    return true;
}

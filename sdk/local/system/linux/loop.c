/* SPDX-License-Identifier: Apache-2.0 */
/* One epoll set, so that a wait costs what happens and not what rests. */
#include "system/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 64

/* Then the wait ends, and whoever waits looks again: as a number of epoll_wait it is in range. */
#define LONGEST_WAIT_MS (24u * 3600 * 1000)

_Static_assert((int)LOCAL_READY_IN == (int)EPOLLIN, "happened as epoll tells it");
_Static_assert((int)LOCAL_READY_OUT == (int)EPOLLOUT, "happened as epoll tells it");
_Static_assert((int)LOCAL_READY_END == ((int)EPOLLERR | (int)EPOLLHUP), "happened as epoll tells it");

struct local_loop {
    int set;
    struct epoll_event events[EVENTS_AT_ONCE];
    int count, at; /* of the events that are being dealt with */
};

local_loop *local_loop_open(void)
{
    local_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
        return NULL;
    loop->set = epoll_create1(EPOLL_CLOEXEC);
    if (loop->set >= 0)
        return loop;
    free(loop);
    return NULL;
}

void local_loop_close(local_loop *loop)
{
    if (loop == NULL)
        return;
    close(loop->set);
    free(loop);
}

static bool control(const local_loop *loop, int what, local_source *source, uint32_t awaited)
{
    struct epoll_event event = {.events = awaited, .data.ptr = source};
    source->awaited = awaited;
    return epoll_ctl(loop->set, what, (int)source->fd, &event) == 0;
}

bool local_loop_add(local_loop *loop, local_source *source, uint32_t awaited)
{
    return control(loop, EPOLL_CTL_ADD, source, awaited);
}

void local_loop_await(local_loop *loop, local_source *source, uint32_t awaited)
{
    if (source->fd >= 0 && source->awaited != awaited)
        control(loop, EPOLL_CTL_MOD, source, awaited);
}

/* The kernel forgets a descriptor only when nobody has it any more, and a child that is being started has it
 * too: it is told. What had happened already is told of nobody. */
void local_loop_remove(local_loop *loop, local_source *source)
{
    if (source->fd < 0)
        return;
    control(loop, EPOLL_CTL_DEL, source, 0);
    source->fd = GLIFT__NO_SOCKET;
    for (int i = loop->at; i < loop->count; i++) {
        if (loop->events[i].data.ptr == source)
            loop->events[i].data.ptr = NULL;
    }
}

bool local_loop_wait(local_loop *loop, uint64_t wait_ms)
{
    int timeout_ms =
            wait_ms == UINT64_MAX ? -1 : (int)(wait_ms < LONGEST_WAIT_MS ? wait_ms : LONGEST_WAIT_MS);
    loop->count = epoll_wait(loop->set, loop->events, EVENTS_AT_ONCE, timeout_ms);
    if (loop->count < 0)
        return errno == EINTR;
    for (loop->at = 0; loop->at < loop->count;) {
        const struct epoll_event *event = &loop->events[loop->at++];
        local_source *source = event->data.ptr;
        if (source != NULL)
            source->ready(source, event->events);
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "listen/listen_loop.h"

#include <errno.h>
#include <unistd.h>

/* Then the wait ends, and whoever waits looks again: as a number of epoll_wait it is in range. */
#define LONGEST_WAIT_MS (24u * 3600 * 1000)

bool listen_loop_open(listen_loop *loop)
{
    loop->count = loop->at = 0;
    loop->set = epoll_create1(EPOLL_CLOEXEC);
    return loop->set >= 0;
}

void listen_loop_close(listen_loop *loop)
{
    if (loop->set >= 0)
        close(loop->set);
    loop->set = -1;
}

static bool control(const listen_loop *loop, int what, listen_source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    source->awaited = events;
    return epoll_ctl(loop->set, what, source->fd, &event) == 0;
}

bool listen_loop_add(listen_loop *loop, listen_source *source, uint32_t events)
{
    return control(loop, EPOLL_CTL_ADD, source, events);
}

void listen_loop_await(listen_loop *loop, listen_source *source, uint32_t events)
{
    if (source->fd >= 0 && source->awaited != events)
        control(loop, EPOLL_CTL_MOD, source, events);
}

/* The kernel forgets a descriptor only when nobody has it any more, and a child that is being started has it
 * too: it is told. What had happened already is told of nobody. */
void listen_loop_remove(listen_loop *loop, listen_source *source)
{
    if (source->fd < 0)
        return;
    control(loop, EPOLL_CTL_DEL, source, 0);
    source->fd = -1;
    for (int i = loop->at; i < loop->count; i++) {
        if (loop->events[i].data.ptr == source)
            loop->events[i].data.ptr = NULL;
    }
}

bool listen_loop_wait(listen_loop *loop, uint64_t wait_ms)
{
    int timeout_ms =
            wait_ms == UINT64_MAX ? -1 : (int)(wait_ms < LONGEST_WAIT_MS ? wait_ms : LONGEST_WAIT_MS);
    loop->count = epoll_wait(loop->set, loop->events, LISTEN_EVENTS_AT_ONCE, timeout_ms);
    if (loop->count < 0)
        return errno == EINTR;
    for (loop->at = 0; loop->at < loop->count;) {
        const struct epoll_event *event = &loop->events[loop->at++];
        listen_source *source = event->data.ptr;
        if (source != NULL)
            source->ready(source, event->events);
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting with epoll(7): a wait costs as much as there are events, however many sockets there are.
 *
 * The eventfd that wakes is watched edge by edge, so that nobody has to read it: one system call fewer for
 * each wake-up. Its count ends at 2^64 - 2, which no program lives to see. */
#include "platform/posix/poller.h"

#ifdef __linux__

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BATCH 64

typedef struct epoll_poller {
    glift__poller base;
    int set;
    atomic_int alarm; /* other threads wake */
} epoll_poller;

static struct epoll_event event_of(unsigned wanted, void *user)
{
    return (struct epoll_event){.data.ptr = user,
            .events = (wanted & GLIFT__POLL_READ ? EPOLLIN : 0u) |
                      (wanted & GLIFT__POLL_WRITE ? EPOLLOUT : 0u)};
}

static bool add(glift__poller *base, int fd, unsigned wanted, void *user)
{
    struct epoll_event event = event_of(wanted, user);
    return epoll_ctl(((epoll_poller *)base)->set, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool change(glift__poller *base, int fd, unsigned wanted, void *user)
{
    struct epoll_event event = event_of(wanted, user);
    return epoll_ctl(((epoll_poller *)base)->set, EPOLL_CTL_MOD, fd, &event) == 0;
}

static void take_out(glift__poller *base, int fd)
{
    epoll_ctl(((epoll_poller *)base)->set, EPOLL_CTL_DEL, fd, NULL);
}

static unsigned ready_of(const struct epoll_event *event)
{
    unsigned ready = (event->events & EPOLLIN ? GLIFT__POLL_READ : 0u) |
                     (event->events & EPOLLOUT ? GLIFT__POLL_WRITE : 0u);
    return event->events & (EPOLLERR | EPOLLHUP) ? GLIFT__POLL_READ | GLIFT__POLL_WRITE : ready;
}

static int await(glift__poller *base, int timeout_ms, glift__poll_event *events, size_t room)
{
    struct epoll_event found[BATCH];
    int filled = 0;
    int count =
            epoll_wait(((epoll_poller *)base)->set, found, (int)(room < BATCH ? room : BATCH), timeout_ms);
    if (count < 0)
        return errno == EINTR ? 0 : -1;
    for (int i = 0; i < count; i++)
        if (found[i].data.ptr != NULL) /* NULL: the alarm */
            events[filled++] = (glift__poll_event){found[i].data.ptr, ready_of(&found[i])};
    return filled;
}

static void wake(glift__poller *base)
{
    const uint64_t one = 1;
    ssize_t ignored = write(atomic_load(&((epoll_poller *)base)->alarm), &one, sizeof one);
    (void)ignored; /* fails only where the descriptor was closed behind our back */
}

static int descriptor(const glift__poller *base)
{
    return ((const epoll_poller *)base)->set;
}

static void close_descriptors(const epoll_poller *self)
{
    int alarm = atomic_load(&self->alarm);
    if (self->set >= 0)
        close(self->set);
    if (alarm >= 0)
        close(alarm);
}

static void destroy(glift__poller *base)
{
    close_descriptors((epoll_poller *)base);
    free(base);
}

static bool open_descriptors(epoll_poller *self)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    int alarm = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    self->set = epoll_create1(EPOLL_CLOEXEC);
    atomic_store(&self->alarm, alarm);
    return self->set >= 0 && alarm >= 0 && epoll_ctl(self->set, EPOLL_CTL_ADD, alarm, &event) == 0;
}

static bool reopen(glift__poller *base)
{
    epoll_poller *self = (epoll_poller *)base;
    if (open_descriptors(self))
        return true;
    close_descriptors(self);
    self->set = -1;
    atomic_store(&self->alarm, -1);
    return false;
}

static const poller_kind kind = {destroy, reopen, add, change, take_out, await, wake, descriptor};

glift__poller *glift__poller_create_epoll(void)
{
    epoll_poller *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->base.kind = &kind;
    if (open_descriptors(self))
        return &self->base;
    destroy(&self->base);
    return NULL;
}

#else

glift__poller *glift__poller_create_epoll(void)
{
    return NULL;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting with poll(2) and a pipe: for systems without epoll. Its cost grows with the number of sockets. */
#include "platform/posix/poller.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct poll_poller {
    glift__poller base;
    atomic_int alarm[2];    /* a pipe; other threads wake */
    struct pollfd *sockets; /* the first is the alarm's */
    void **users;
    size_t count, size;
    size_t first; /* of the sockets, the one to begin looking with */
} poll_poller;

static short events_of(unsigned wanted)
{
    return (short)((wanted & GLIFT__POLL_READ ? POLLIN : 0) | (wanted & GLIFT__POLL_WRITE ? POLLOUT : 0));
}

static size_t place_of(const poll_poller *self, int fd)
{
    size_t place = 0;
    while (place < self->count && self->sockets[place].fd != fd)
        place++;
    return place;
}

static bool make_room(poll_poller *self)
{
    if (self->count < self->size)
        return true;
    size_t size = self->size > 0 ? 2 * self->size : 8;
    struct pollfd *sockets = realloc(self->sockets, size * sizeof *sockets);
    if (sockets == NULL)
        return false;
    self->sockets = sockets;
    void **users = realloc(self->users, size * sizeof *users);
    if (users == NULL)
        return false;
    self->users = users;
    self->size = size;
    return true;
}

static bool add(glift__poller *base, int fd, unsigned wanted, void *user)
{
    poll_poller *self = (poll_poller *)base;
    if (!make_room(self))
        return false;
    self->sockets[self->count] = (struct pollfd){.fd = fd, .events = events_of(wanted)};
    self->users[self->count++] = user;
    return true;
}

static bool change(glift__poller *base, int fd, unsigned wanted, void *user)
{
    poll_poller *self = (poll_poller *)base;
    size_t place = place_of(self, fd);
    if (place == self->count)
        return false;
    self->sockets[place].events = events_of(wanted);
    self->users[place] = user;
    return true;
}

static void take_out(glift__poller *base, int fd)
{
    poll_poller *self = (poll_poller *)base;
    size_t place = place_of(self, fd);
    if (place == self->count)
        return;
    self->count--;
    self->sockets[place] = self->sockets[self->count];
    self->users[place] = self->users[self->count];
}

static unsigned ready_of(short events)
{
    if (events & (POLLERR | POLLHUP | POLLNVAL))
        return GLIFT__POLL_READ | GLIFT__POLL_WRITE;
    return (events & POLLIN ? GLIFT__POLL_READ : 0u) | (events & POLLOUT ? GLIFT__POLL_WRITE : 0u);
}

static bool empty_alarm(const poll_poller *self)
{
    char bytes[64];
    ssize_t got;
    do {
        got = read(atomic_load(&self->alarm[0]), bytes, sizeof bytes);
    } while (got == (ssize_t)sizeof bytes);
    return got >= 0 || errno == EAGAIN || errno == EINTR;
}

/* Looking begins where the last wait left off: more events than there is room for starve nobody. */
static int collect(poll_poller *self, glift__poll_event *events, size_t room)
{
    size_t sockets = self->count - 1, filled = 0, looked_at = 0;
    for (; looked_at < sockets && filled < room; looked_at++) {
        size_t place = 1 + (self->first + looked_at) % sockets;
        if (self->sockets[place].revents != 0)
            events[filled++] =
                    (glift__poll_event){self->users[place], ready_of(self->sockets[place].revents)};
    }
    self->first = sockets > 0 ? (self->first + looked_at) % sockets : 0;
    return (int)filled;
}

static int await(glift__poller *base, int timeout_ms, glift__poll_event *events, size_t room)
{
    poll_poller *self = (poll_poller *)base;
    if (poll(self->sockets, (nfds_t)self->count, timeout_ms) < 0)
        return errno == EINTR ? 0 : -1;
    if (self->sockets[0].revents != 0 && !empty_alarm(self))
        return -1;
    return collect(self, events, room);
}

static void wake(glift__poller *base)
{
    ssize_t ignored = write(atomic_load(&((poll_poller *)base)->alarm[1]), "", 1);
    (void)ignored; /* a full pipe wakes too */
}

static int descriptor(const glift__poller *base)
{
    (void)base;
    return -1;
}

static void close_descriptors(poll_poller *self)
{
    for (int i = 0; i < 2; i++) {
        int alarm = atomic_exchange(&self->alarm[i], -1);
        if (alarm >= 0)
            close(alarm);
    }
}

static void destroy(glift__poller *base)
{
    poll_poller *self = (poll_poller *)base;
    close_descriptors(self);
    free(self->sockets);
    free(self->users);
    free(self);
}

static bool open_descriptors(poll_poller *self)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        atomic_store(&self->alarm[i], ends[i]);
        if (fcntl(ends[i], F_SETFL, O_NONBLOCK) != 0 || fcntl(ends[i], F_SETFD, FD_CLOEXEC) != 0)
            return false;
    }
    self->count = 0;
    return add(&self->base, ends[0], GLIFT__POLL_READ, NULL);
}

static bool reopen(glift__poller *base)
{
    poll_poller *self = (poll_poller *)base;
    if (open_descriptors(self))
        return true;
    close_descriptors(self);
    return false;
}

static const poller_kind kind = {destroy, reopen, add, change, take_out, await, wake, descriptor};

glift__poller *glift__poller_create_poll(void)
{
    poll_poller *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->base.kind = &kind;
    atomic_init(&self->alarm[0], -1);
    atomic_init(&self->alarm[1], -1);
    if (open_descriptors(self))
        return &self->base;
    destroy(&self->base);
    return NULL;
}

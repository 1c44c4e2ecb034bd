/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting with select(), whose sets are lists of any length here. WSAPoll() would be shorter, but before
 * Windows 10 version 2004 it never tells that a connect has failed, and fleets run on older Windows Servers.
 *
 * The alarm that ends a wait is a datagram socket of the loopback that is connected to itself: nobody else
 * can send to it. */
#include "platform/windows/winsock.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

/* What fd_set is but for the length of its list. */
typedef struct socket_set {
    u_int count;
    SOCKET sockets[];
} socket_set;

typedef struct watched {
    SOCKET socket;
    unsigned wanted;
    void *user;
} watched;

_Static_assert(offsetof(socket_set, sockets) == offsetof(fd_set, fd_array), "select() takes our sets");

struct glift__poller {
    atomic_uintptr_t alarm; /* other threads wake */
    watched *watched;
    size_t count, size;
    size_t first;                            /* of the watched, the one to begin looking with */
    socket_set *reading, *writing, *failing; /* room for all that is watched, and the alarm */
};

/* ---- the alarm ---- */

static bool connect_to_itself(SOCKET socket)
{
    struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof self;
    return bind(socket, (const struct sockaddr *)&self, sizeof self) == 0 &&
           getsockname(socket, (struct sockaddr *)&self, &size) == 0 &&
           connect(socket, (const struct sockaddr *)&self, size) == 0;
}

static bool open_alarm(glift__poller *self)
{
    SOCKET alarm = glift__winsock_open(AF_INET, SOCK_DGRAM);
    bool done = alarm != INVALID_SOCKET && connect_to_itself(alarm);
    if (!done && alarm != INVALID_SOCKET)
        closesocket(alarm);
    atomic_store(&self->alarm, done ? alarm : INVALID_SOCKET);
    return done;
}

static SOCKET alarm_of(const glift__poller *self)
{
    return (SOCKET)atomic_load(&self->alarm);
}

static void empty_alarm(const glift__poller *self)
{
    char byte;
    while (recv(alarm_of(self), &byte, 1, 0) >= 0)
        ;
}

void glift__poller_wake(glift__poller *poller)
{
    send(alarm_of(poller), "", 1, 0); /* where there is no room for it, others are on their way */
}

/* ---- what is watched ---- */

static bool resize_set(socket_set **set, size_t size)
{
    socket_set *larger = realloc(*set, sizeof **set + size * sizeof(SOCKET));
    if (larger == NULL)
        return false;
    *set = larger;
    return true;
}

static bool make_room(glift__poller *self)
{
    if (self->count < self->size)
        return true;
    size_t size = self->size > 0 ? 2 * self->size : 8;
    watched *larger = realloc(self->watched, size * sizeof *larger);
    if (larger == NULL)
        return false;
    self->watched = larger;
    if (!resize_set(&self->reading, size + 1) || !resize_set(&self->writing, size) ||
            !resize_set(&self->failing, size))
        return false;
    self->size = size;
    return true;
}

static watched *find(const glift__poller *self, glift__socket_handle socket)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->watched[i].socket == (SOCKET)socket)
            return &self->watched[i];
    return NULL;
}

bool glift__poller_add(glift__poller *poller, glift__socket_handle socket, unsigned wanted, void *user)
{
    if (!make_room(poller))
        return false;
    poller->watched[poller->count++] = (watched){(SOCKET)socket, wanted, user};
    return true;
}

bool glift__poller_change(glift__poller *poller, glift__socket_handle socket, unsigned wanted, void *user)
{
    watched *found = find(poller, socket);
    if (found == NULL)
        return false;
    found->wanted = wanted;
    found->user = user;
    return true;
}

void glift__poller_remove(glift__poller *poller, glift__socket_handle socket)
{
    watched *found = find(poller, socket);
    if (found != NULL)
        *found = poller->watched[--poller->count];
}

/* ---- waiting ---- */

static void put(socket_set *set, SOCKET socket)
{
    set->sockets[set->count++] = socket;
}

static bool holds(const socket_set *set, SOCKET socket)
{
    for (u_int i = 0; i < set->count; i++)
        if (set->sockets[i] == socket)
            return true;
    return false;
}

static void fill_sets(glift__poller *self)
{
    self->reading->count = self->writing->count = self->failing->count = 0;
    put(self->reading, alarm_of(self));
    for (size_t i = 0; i < self->count; i++) {
        const watched *at = &self->watched[i];
        if (at->wanted & GLIFT__POLL_READ)
            put(self->reading, at->socket);
        if (at->wanted & GLIFT__POLL_WRITE)
            put(self->writing, at->socket);
        put(self->failing, at->socket); /* which is where a connect fails */
    }
}

static bool is_socket(SOCKET socket)
{
    int type, size = sizeof type;
    return getsockopt(socket, SOL_SOCKET, SO_TYPE, (char *)&type, &size) == 0;
}

/* One socket that was closed behind our back makes the whole wait fail: it has to be told as failed. False
 * where it was the alarm. */
static bool find_lost(glift__poller *self)
{
    if (!is_socket(alarm_of(self)))
        return false;
    self->reading->count = self->writing->count = self->failing->count = 0;
    for (size_t i = 0; i < self->count; i++)
        if (!is_socket(self->watched[i].socket))
            put(self->failing, self->watched[i].socket);
    return true;
}

static unsigned ready_of(const glift__poller *self, SOCKET socket)
{
    if (holds(self->failing, socket))
        return GLIFT__POLL_READ | GLIFT__POLL_WRITE;
    return (holds(self->reading, socket) ? GLIFT__POLL_READ : 0u) |
           (holds(self->writing, socket) ? GLIFT__POLL_WRITE : 0u);
}

/* Looking begins where the last wait left off: more events than there is room for starve nobody. */
static int collect(glift__poller *self, glift__poll_event *events, size_t room)
{
    size_t filled = 0, looked_at = 0;
    for (; looked_at < self->count && filled < room; looked_at++) {
        const watched *at = &self->watched[(self->first + looked_at) % self->count];
        unsigned ready = ready_of(self, at->socket);
        if (ready != 0)
            events[filled++] = (glift__poll_event){at->user, ready};
    }
    self->first = self->count > 0 ? (self->first + looked_at) % self->count : 0;
    return (int)filled;
}

static fd_set *as_system(socket_set *set)
{
    return (fd_set *)(void *)set;
}

int glift__poller_wait(glift__poller *poller, int timeout_ms, glift__poll_event *events, size_t room)
{
    struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    fill_sets(poller);
    int found = select(0, as_system(poller->reading), as_system(poller->writing), as_system(poller->failing),
            timeout_ms >= 0 ? &timeout : NULL);
    if (found == 0)
        return 0;
    if (found < 0 && !find_lost(poller))
        return -1;
    if (found > 0 && holds(poller->reading, alarm_of(poller)))
        empty_alarm(poller);
    return collect(poller, events, room);
}

int glift__poller_descriptor(const glift__poller *poller)
{
    (void)poller;
    return -1;
}

/* ---- opening and closing ---- */

glift__poller *glift__poller_create(bool portable)
{
    (void)portable; /* there is only this one */
    glift__poller *poller = calloc(1, sizeof *poller);
    if (poller == NULL)
        return NULL;
    atomic_init(&poller->alarm, INVALID_SOCKET);
    if (make_room(poller) && open_alarm(poller))
        return poller;
    glift__poller_destroy(poller);
    return NULL;
}

bool glift__poller_reopen(glift__poller *poller)
{
    poller->count = 0;
    return open_alarm(poller);
}

void glift__poller_destroy(glift__poller *poller)
{
    if (poller == NULL)
        return;
    if (alarm_of(poller) != INVALID_SOCKET)
        closesocket(alarm_of(poller));
    free(poller->watched);
    free(poller->reading);
    free(poller->writing);
    free(poller->failing);
    free(poller);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the two ways of waiting have in common: a table of functions. */
#ifndef GLIFT_POSIX_POLLER_H
#define GLIFT_POSIX_POLLER_H

#include "platform/platform.h"

typedef struct poller_kind {
    void (*destroy)(glift__poller *self);
    bool (*reopen)(glift__poller *self);
    bool (*add)(glift__poller *self, int fd, unsigned wanted, void *user);
    bool (*change)(glift__poller *self, int fd, unsigned wanted, void *user);
    void (*remove)(glift__poller *self, int fd);
    int (*wait)(glift__poller *self, int timeout_ms, glift__poll_event *events, size_t room);
    void (*wake)(glift__poller *self);
    int (*descriptor)(const glift__poller *self);
} poller_kind;

struct glift__poller {
    const poller_kind *kind;
};

glift__poller *glift__poller_create_epoll(void); /* NULL also where the system has no epoll */
glift__poller *glift__poller_create_poll(void);

#endif

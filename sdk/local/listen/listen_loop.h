/* SPDX-License-Identifier: Apache-2.0 */
/* What the listener waits for: descriptors in one epoll set, so that a wait costs what happens and not what
 * rests. */
#ifndef LISTEN_LOOP_H
#define LISTEN_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define LISTEN_EVENTS_AT_ONCE 64

/* A part of whatever owns the descriptor. */
typedef struct listen_source {
    int fd;           /* -1: nothing is waited for */
    uint32_t awaited; /* as epoll has it: EPOLLIN, EPOLLOUT */
    void (*ready)(struct listen_source *source, uint32_t events);
} listen_source;

typedef struct listen_loop {
    int set; /* -1: not open */
    struct epoll_event events[LISTEN_EVENTS_AT_ONCE];
    int count, at; /* of the events that are being dealt with */
} listen_loop;

bool listen_loop_open(listen_loop *loop);
void listen_loop_close(listen_loop *loop);
bool listen_loop_add(listen_loop *loop, listen_source *source, uint32_t events);
void listen_loop_await(listen_loop *loop, listen_source *source, uint32_t events);
/* Before the descriptor is closed; it may be done twice. Then the source may be freed, also by ready(). */
void listen_loop_remove(listen_loop *loop, listen_source *source);
/* Waits for so long (UINT64_MAX: for good), and calls ready() for what has happened. False: cannot go on. */
bool listen_loop_wait(listen_loop *loop, uint64_t wait_ms);

#endif

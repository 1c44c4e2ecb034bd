/* SPDX-License-Identifier: Apache-2.0 */
/* What the program waits for: sockets, and what can be waited for as they are. */
#ifndef LOCAL_LOOP_H
#define LOCAL_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/platform.h"

/* What is awaited, and what has happened. The numbers are those of Linux, where they need no translation. */
enum {
    LOCAL_READY_IN = 1,
    LOCAL_READY_OUT = 4,
    LOCAL_READY_END = 0x18 /* happens unasked: an error, or both sides have ended */
};

/* A part of whatever owns the socket. */
typedef struct local_source {
    glift__socket_handle fd; /* GLIFT__NO_SOCKET: nothing is waited for */
    uint32_t awaited;
    void (*ready)(struct local_source *source, uint32_t happened);
} local_source;

typedef struct local_loop local_loop;

local_loop *local_loop_open(void);       /* NULL: the system has none, or no memory */
void local_loop_close(local_loop *loop); /* NULL is allowed */
bool local_loop_add(local_loop *loop, local_source *source, uint32_t awaited);
void local_loop_await(local_loop *loop, local_source *source, uint32_t awaited);
/* Before the socket is closed; it may be done twice. Then the source may be freed, also by ready(). */
void local_loop_remove(local_loop *loop, local_source *source);
/* Waits for so long (UINT64_MAX: for good), and calls ready() for what has happened. False: cannot go on. */
bool local_loop_wait(local_loop *loop, uint64_t wait_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for sockets and timers, and calls whoever waits for them. One thread at a time steps it. */
#ifndef GLIFT_LOOP_H
#define GLIFT_LOOP_H

#include "base/list.h"
#include "io/timers.h"
#include "platform/platform.h"

#define GLIFT__LOOP_BATCH 64

/* A socket that somebody waits for. */
typedef struct glift__watch {
    glift__socket_handle socket;
    unsigned wanted; /* GLIFT__POLL_... */
    void (*on_ready)(struct glift__watch *self, unsigned ready);
    glift__node again; /* among those that have more to read than the poller knows of */
} glift__watch;

typedef struct glift__loop {
    glift__poller *poller;
    glift__timers timers;
    uint64_t now_ms; /* the time of the last look at the clock, which each step takes */
    glift__poll_event events[GLIFT__LOOP_BATCH];
    int event_count, next_event; /* of this step */
    glift__node again;
    bool is_broken; /* the loop's own descriptors were closed behind our back: it needs a repair */
} glift__loop;

/* Opens the loop. False when out of memory or descriptors. */
bool glift__loop_init(glift__loop *loop, bool portable);
void glift__loop_fini(glift__loop *loop);

/* Looks at the clock, for all that happens until the next look: to ask it for every message is felt. */
void glift__loop_look(glift__loop *loop);

/* Waits at most `most_ms` (-1: as long as it takes, 0: not at all) and calls what is ready and due. */
void glift__loop_step(glift__loop *loop, int most_ms);
/* Gives new descriptors to a broken loop, in which nothing is watched any more. False: not yet, try again. */
bool glift__loop_repair(glift__loop *loop);
/* Ends a step that waits, or the next one, from any thread. */
void glift__loop_wake(glift__loop *loop);

/* Watches a socket. The watch stays with its owner, who removes it before the socket is closed, also from
 * inside a call. */
bool glift__loop_add(glift__loop *loop, glift__watch *watch);
void glift__loop_remove(glift__loop *loop, glift__watch *watch);
/* Calls the watch in the next step whatever the poller says, since its owner has left something unread. */
void glift__loop_again(glift__loop *loop, glift__watch *watch);
/* Changes what the watch waits for. False if the socket was closed behind our back. */
bool glift__loop_want(glift__loop *loop, glift__watch *watch, unsigned wanted);

#endif

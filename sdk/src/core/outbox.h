/* SPDX-License-Identifier: Apache-2.0 */
/* The events on their way to the game: answers, sessions, log lines, what the connection does.
 *
 * All events but answers are bounded, whatever the service sends: a game that does not tick for a day finds
 * the first log lines and a count of the rest, the state of the connection as it is, and what the service
 * pushed first and last. */
#ifndef GLIFT_OUTBOX_H
#define GLIFT_OUTBOX_H

#include "base/format.h"
#include "core/items.h"

/* How many log lines, connection events and health questions may be under way to the game at one time. */
#define GLIFT__OUTBOX_ROOM 256

/* How much of what the service pushed may be under way to the game at one time, in bytes of its messages. One
 * message may go past the limit. Of what comes then, the newest of each kind waits here for the game to take
 * some. */
#define GLIFT__OUTBOX_PUSH_MIB   4
#define GLIFT__OUTBOX_PUSH_BYTES (GLIFT__OUTBOX_PUSH_MIB * 1024 * 1024)

typedef struct glift__outbox {
    glift__items items;
    glift__items waiting;       /* pushes without room, at most one of each kind */
    atomic_int room, push_room; /* events give their room back, on the game's thread */
    unsigned lines_left_out;
    glift_log_level log_level;
} glift__outbox;

void glift__outbox_init(glift__outbox *outbox, glift_log_level log_level);
void glift__outbox_fini(glift__outbox *outbox);

void glift__outbox_put(glift__outbox *outbox, glift__item *item);
glift__item *glift__outbox_take(glift__outbox *outbox);

GLIFT__FORMAT(3, 4)
void glift__outbox_log(glift__outbox *outbox, glift_log_level level, const char *format, ...);

/* Takes room for a push, whose size is set, if it has none yet. False if there is no room. */
bool glift__outbox_has_room(glift__outbox *outbox, glift__event *push);
/* Puts a push on its way to the game, or lets it wait for room. */
void glift__outbox_push(glift__outbox *outbox, glift__event *push);
/* Puts what waits for room on its way, as far as there is room now. False if some of it still waits: try
 * again later. */
bool glift__outbox_push_waiting(glift__outbox *outbox);

/* These put an event on its way. False if there was no room or memory: try again later. */
bool glift__outbox_connection(
        glift__outbox *outbox, glift_connection_state state, glift_status status, const char *reason);
bool glift__outbox_health_check(glift__outbox *outbox, uint32_t question);

#endif

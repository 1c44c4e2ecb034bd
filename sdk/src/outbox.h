/* SPDX-License-Identifier: Apache-2.0 */
/* Events on their way to the game: answers, sessions, log lines, what the connection does.
 *
 * Log lines and connection events are bounded: a game that does not tick for a day finds the first ones and a
 * count of the rest, and the state of the connection as it is. */
#ifndef GLIFT_OUTBOX_H
#define GLIFT_OUTBOX_H

#include "items.h"

/* Log lines and connection events under way to the game at one time. */
#define GLIFT__OUTBOX_ROOM 256

typedef struct glift__outbox {
    glift__items items;
    atomic_int room; /* freed events give it back, on the game's thread */
    unsigned lines_left_out;
    glift_log_level log_level;
} glift__outbox;

void glift__outbox_init(glift__outbox *outbox, glift_log_level log_level);
void glift__outbox_fini(glift__outbox *outbox);

void glift__outbox_put(glift__outbox *outbox, glift__item *item);
glift__item *glift__outbox_take(glift__outbox *outbox);

__attribute__((format(printf, 3, 4))) void glift__outbox_log(
        glift__outbox *outbox, glift_log_level level, const char *format, ...);

/* False if there was no room or memory: try again later. */
bool glift__outbox_connection(
        glift__outbox *outbox, glift_connection_state state, glift_status status, const char *reason);

#endif

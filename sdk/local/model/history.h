/* SPDX-License-Identifier: Apache-2.0 */
/* What became of an entity: the moments at which something happened to it, for whoever wonders later.
 *
 * Histories are bounded in themselves, so that whoever changes a lot pushes out nobody else's past, and all
 * together, where the oldest moments go first. They are not kept in a store (keep.h): after a restart they
 * begin anew. A moment is never needed for what the service does; without memory for it, it is left out. */
#ifndef LOCAL_HISTORY_H
#define LOCAL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/format.h"

typedef struct local_service local_service;

/* Bounds (S83): of one entity, once for states and what else is rare, and once for heartbeats; of all
 * entities; and of the text of one moment. */
#define LOCAL_MOMENTS_OF_ONE    100
#define LOCAL_MOMENTS_KEPT      100000
#define LOCAL_MOMENT_BYTES_KEPT (16u * 1024 * 1024)
#define LOCAL_MOMENT_TEXT_MAX   500

typedef struct local_moment {
    uint64_t number; /* counts up over all of a service */
    int64_t unix_ms;
    uint64_t said;    /* the journal's serial of the input that it came from; 0: none */
    const char *what; /* "READY", "heartbeat": static text */
    bool is_routine;
    unsigned short size; /* of all of it, in memory */
    struct local_history *history;
    TAILQ_ENTRY(local_moment) link, age_link;
    char text[];
} local_moment;
TAILQ_HEAD(local_moment_list, local_moment);

/* Zeroed: nothing has happened. */
typedef struct local_history {
    struct local_moment_list moments[2]; /* rare ones, and routine; oldest first */
    size_t counts[2];
} local_history;

struct local_past {               /* of a service */
    struct local_moment_list all; /* oldest first */
    size_t count, bytes;
    uint64_t last_number;
};

void local_note(local_service *service, local_history *history, const char *what, const char *format, ...)
        GLIFT__FORMAT(4, 5);
/* Notes what happens again and again, such as a heartbeat: such moments have a bound of their own. */
void local_note_routine(local_service *service, local_history *history, const char *what, const char *format,
        ...) GLIFT__FORMAT(4, 5);
void local_forget_history(local_service *service, local_history *history);
/* The next moment in the order of time; NULL before the first and behind the last. */
const local_moment *local_next_moment(const local_history *history, const local_moment *moment);

#endif

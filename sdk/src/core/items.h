/* SPDX-License-Identifier: Apache-2.0 */
/* The items that travel between the game's thread and the core, beside glift__call (core.h). Each is one
 * allocation with its own memory; glift__item_free() frees any of them. */
#ifndef GLIFT_ITEMS_H
#define GLIFT_ITEMS_H

#include "core/core.h"

typedef struct glift__cancel {
    glift__item item;
    uint64_t id;       /* the call with this id, or, where it is 0, */
    void *user;        /* the calls with this user pointer */
    uint64_t first_id; /* from this id on: those before are of another owner */
} glift__cancel;

typedef struct glift__level {
    glift__item item;
    glift_log_level level;
} glift__level;

typedef struct glift__health {
    glift__item item;
    uint32_t question; /* the number of the question that is answered */
    bool healthy;
} glift__health;

typedef struct glift__event {
    glift__item item;
    glift__memory memory;
    glift__push push;                  /* of START_GAME_SESSION, UPDATE_GAME_SESSION, PROCESS_TERMINATE */
    glift_connection_event connection; /* of CONNECTION */
    glift_log_level level;             /* of LOG */
    const char *text;                  /* of LOG */
    uint32_t question;                 /* of HEALTH_CHECK */
    int size;                          /* how much room the event takes up */
    atomic_int *room;                  /* the room that the event was taken from; NULL: none (outbox.h) */
} glift__event;

/* A list in the making. A zeroed one is empty. */
typedef struct glift__items {
    glift__item *first, *last;
} glift__items;

void glift__items_put(glift__items *items, glift__item *item);
glift__item *glift__items_take(glift__items *items); /* takes all, oldest first; NULL if there is none */
/* Takes the oldest that is wanted; NULL if there is none. */
glift__item *glift__items_take_first(glift__items *items, bool (*is_wanted)(const glift__item *item));
/* Puts a push in the place of what it outdates: pushes of its own kind, and updates of a session that it
 * replaces. */
void glift__items_put_newest(glift__items *items, glift__event *push);

/* A zeroed event with an empty memory of its own; NULL when out of memory. */
glift__event *glift__event_new(glift__event_kind kind);
/* Gives back the room of an event that the game has got, and may hold on to from here on. Freeing an event
 * gives it back too. */
void glift__event_give_room_back(glift__event *event);

void glift__item_free(glift__item *item, bool is_command);
void glift__items_free(glift__item *items, bool are_commands); /* frees a list; NULL is allowed */

#endif

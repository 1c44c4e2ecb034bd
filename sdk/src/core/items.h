/* SPDX-License-Identifier: Apache-2.0 */
/* The items that travel between the game's thread and the core, beside glift__call (core.h). Each is one
 * allocation with its own memory; glift__item_free() frees any of them. */
#ifndef GLIFT_ITEMS_H
#define GLIFT_ITEMS_H

#include "core/core.h"

typedef struct glift__cancel {
    glift__item item;
    bool all; /* rebind: whoever made it */
    void *user;
} glift__cancel;

typedef struct glift__level {
    glift__item item;
    glift_log_level level;
} glift__level;

typedef struct glift__health {
    glift__item item;
    uint32_t question; /* the number of the question answered */
    bool healthy;
} glift__health;

typedef struct glift__event {
    glift__item item;
    glift__memory memory;
    glift__push push;                  /* START_, UPDATE_GAME_SESSION, PROCESS_TERMINATE */
    glift_connection_event connection; /* CONNECTION */
    glift_log_level level;             /* LOG */
    const char *text;                  /* LOG */
    uint32_t question;                 /* HEALTH_CHECK */
    int size;                          /* how much room it takes up */
    atomic_int *room;                  /* that it has taken; NULL: none (outbox.h) */
} glift__event;

/* A list in the making; zeroed, it is empty. */
typedef struct glift__items {
    glift__item *first, *last;
} glift__items;

void glift__items_put(glift__items *items, glift__item *item);
glift__item *glift__items_take(glift__items *items); /* all, oldest first; NULL if there is none */
/* In the place of what it outdates: its own kind, and updates of a session that it replaces. */
void glift__items_put_newest(glift__items *items, glift__event *push);

/* A zeroed event with an empty memory; NULL without memory. */
glift__event *glift__event_new(glift__event_kind kind);
/* The game has got it, and may hold on to it from here on. Freeing does this too. */
void glift__event_give_room_back(glift__event *event);

void glift__item_free(glift__item *item, bool is_command);
void glift__items_free(glift__item *items, bool are_commands); /* a list; NULL is allowed */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of whole items between two threads: lock-free, first in first out, unbounded.
 *
 * Any thread pushes, one thread takes everything at once. An empty take is one atomic load.
 * What an item is, its owner knows: calls travel from the game to the core and come back as
 * their own answers, so answering needs no allocation and cannot fail. */
#ifndef GLIFT_MAILBOX_H
#define GLIFT_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct glift__item {
    struct glift__item *next;
    int kind; /* glift__command_kind or glift__event_kind (core.h) */
} glift__item;

typedef struct glift__mailbox {
    _Atomic(glift__item *) newest;
} glift__mailbox;

/* Push one item, or a list linked by `next`, oldest first. True if the box was empty before. */
bool glift__mailbox_push(glift__mailbox *box, glift__item *items);
/* Everything, oldest first; NULL if empty. */
glift__item *glift__mailbox_take(glift__mailbox *box);
bool glift__mailbox_is_empty(const glift__mailbox *box);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of whole items between two threads: lock-free, first in first out, unbounded.
 *
 * Any thread pushes, one thread takes everything at once. Taking from an empty box is one
 * atomic load. Only the owner of an item knows what it is: calls travel from the game to the core and come
 * back as their own answers, so answering needs no allocation and cannot fail. */
#ifndef GLIFT_MAILBOX_H
#define GLIFT_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct glift__item {
    struct glift__item *next;
    int kind; /* for the owner of the item; the mailbox does not look at it */
} glift__item;

typedef struct glift__mailbox {
    _Atomic(glift__item *) newest;
} glift__mailbox;

/* Pushes one item, or a list of items linked by `next`, oldest first. True if the box was empty before. */
bool glift__mailbox_push(glift__mailbox *box, glift__item *items);
/* Takes everything, oldest first; NULL if the box is empty. */
glift__item *glift__mailbox_take(glift__mailbox *box);
bool glift__mailbox_is_empty(const glift__mailbox *box);

#endif

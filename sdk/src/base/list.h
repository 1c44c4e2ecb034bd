/* SPDX-License-Identifier: Apache-2.0 */
/* A doubly linked list whose nodes lie inside what they list: adding and removing cannot fail. */
#ifndef GLIFT_LIST_H
#define GLIFT_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A node is a member of a ring, or its head. */
typedef struct glift__node {
    struct glift__node *previous, *next;
} glift__node;

#define GLIFT__OWNER(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void glift__list_init(glift__node *head)
{
    head->previous = head->next = head;
}

static inline bool glift__list_is_empty(const glift__node *head)
{
    return head->next == head;
}

/* Puts the node before `place`; with the head as `place` that is the end of the list. */
static inline void glift__list_insert_before(glift__node *place, glift__node *node)
{
    node->previous = place->previous;
    node->next = place;
    place->previous->next = node;
    place->previous = node;
}

static inline void glift__list_remove(glift__node *node)
{
    /* Nobody removes a node twice, which an analyzer cannot see in a ring.
     * NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    node->previous->next = node->next;
    node->next->previous = node->previous;
    node->previous = node->next = NULL;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A push prepends with one compare-and-swap; a take swaps the whole chain out and turns it round. Single
 * items are never popped, hence there is no ABA problem. */

#include "base/mailbox.h"

bool glift__mailbox_push(glift__mailbox *box, glift__item *items)
{
    /* Turns the list into a chain with the newest item first; the oldest is the one to hang onto the box. */
    glift__item *oldest = items, *newest = NULL;
    do {
        glift__item *next = items->next;
        items->next = newest;
        newest = items;
        items = next;
    } while (items != NULL);

    glift__item *before = atomic_load_explicit(&box->newest, memory_order_relaxed);
    do {
        oldest->next = before;
    } while (!atomic_compare_exchange_weak_explicit(
            &box->newest, &before, newest, memory_order_seq_cst, memory_order_relaxed));
    return before == NULL;
}

glift__item *glift__mailbox_take(glift__mailbox *box)
{
    if (glift__mailbox_is_empty(box))
        return NULL;
    glift__item *item = atomic_exchange_explicit(&box->newest, NULL, memory_order_seq_cst);
    glift__item *oldest = NULL;
    while (item != NULL) {
        glift__item *older = item->next;
        item->next = oldest;
        oldest = item;
        item = older;
    }
    return oldest;
}

bool glift__mailbox_is_empty(const glift__mailbox *box)
{
    return atomic_load_explicit(&box->newest, memory_order_acquire) == NULL;
}

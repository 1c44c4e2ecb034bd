/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mailbox.h"
#include "test.h"

#include <pthread.h>

TEST(an_empty_box_gives_nothing)
{
    glift__mailbox box = {NULL};
    CHECK(glift__mailbox_is_empty(&box));
    CHECK(glift__mailbox_take(&box) == NULL);
}

TEST(only_the_push_into_an_empty_box_says_so)
{
    glift__mailbox box = {NULL};
    glift__item first = {NULL, 1}, second = {NULL, 2}, third = {NULL, 3};
    CHECK(glift__mailbox_push(&box, &first));
    CHECK(!glift__mailbox_push(&box, &second));
    CHECK(glift__mailbox_take(&box) == &first);
    CHECK(glift__mailbox_push(&box, &third));
}

TEST(items_come_out_in_the_order_they_went_in_lists_included)
{
    glift__mailbox box = {NULL};
    glift__item items[6];
    for (int i = 0; i < 6; i++) {
        items[i].kind = i;
        items[i].next = NULL;
    }
    items[1].next = &items[2]; /* 1, 2 and 3 as one list */
    items[2].next = &items[3];
    glift__mailbox_push(&box, &items[0]);
    glift__mailbox_push(&box, &items[1]);
    glift__mailbox_push(&box, &items[4]);
    glift__mailbox_push(&box, &items[5]);

    glift__item *item = glift__mailbox_take(&box);
    for (int i = 0; i < 6; i++, item = item->next) {
        CHECK(item != NULL);
        CHECK_INT(item->kind, i);
    }
    CHECK(item == NULL);
    CHECK(glift__mailbox_is_empty(&box));
}

enum { PUSHERS = 2, EACH = 20000 };

typedef struct pusher {
    pthread_t thread;
    glift__mailbox *box;
    glift__item items[EACH];
    int number;
} pusher;

static void *push_all(void *argument)
{
    pusher *self = argument;
    for (int i = 0; i < EACH; i++) {
        self->items[i].kind = self->number * EACH + i;
        glift__mailbox_push(self->box, &self->items[i]);
    }
    return NULL;
}

TEST(nothing_is_lost_or_reordered_between_threads)
{
    static pusher pushers[PUSHERS];
    glift__mailbox box = {NULL};
    int next[PUSHERS] = {0}, total = 0;
    for (int i = 0; i < PUSHERS; i++) {
        pushers[i].box = &box;
        pushers[i].number = i;
        CHECK(pthread_create(&pushers[i].thread, NULL, push_all, &pushers[i]) == 0);
    }
    bool in_order = true; /* checked after the threads have ended: a failing CHECK leaves the test */
    while (total < PUSHERS * EACH) {
        for (glift__item *item = glift__mailbox_take(&box), *after; item != NULL; item = after, total++) {
            after = item->next;
            in_order = in_order && item->kind % EACH == next[item->kind / EACH]++;
        }
    }
    for (int i = 0; i < PUSHERS; i++)
        pthread_join(pushers[i].thread, NULL);
    CHECK(in_order);
}

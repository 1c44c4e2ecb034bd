/* SPDX-License-Identifier: Apache-2.0 */
#include "core/items.h"
#include "test.h"

/* Leaks and double frees show under the address sanitizer. */

TEST(a_call_is_freed_as_a_command_and_as_an_answer)
{
    for (int as_command = 0; as_command < 2; as_command++) {
        glift__call *call = calloc(1, sizeof *call);
        call->item.kind = as_command ? (int)GLIFT__COMMAND_CALL : (int)GLIFT__EVENT_ANSWER;
        CHECK(glift__memory_text(&call->memory, "text") != NULL);
        glift__item_free(&call->item, as_command);
    }
}

TEST(an_event_gives_its_room_back)
{
    atomic_int room = 3;
    glift__event *event = glift__event_new(GLIFT__EVENT_LOG);
    event->room = &room;
    event->text = glift__memory_text(&event->memory, "line");
    glift__item_free(&event->item, false);
    CHECK_INT(room, 4);
}

TEST(a_new_push_takes_the_place_of_what_it_outdates_and_leaves_the_rest)
{
    static const glift__event_kind kinds[] = {GLIFT__EVENT_START_GAME_SESSION,
            GLIFT__EVENT_UPDATE_GAME_SESSION, GLIFT__EVENT_PROCESS_TERMINATE,
            GLIFT__EVENT_UPDATE_GAME_SESSION};
    glift__items items = {NULL, NULL};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        glift__items_put_newest(&items, glift__event_new(kinds[i]));
    CHECK_INT(items.first->kind, GLIFT__EVENT_START_GAME_SESSION);
    CHECK_INT(items.first->next->kind, GLIFT__EVENT_PROCESS_TERMINATE);
    CHECK_INT(items.last->kind, GLIFT__EVENT_UPDATE_GAME_SESSION);
    CHECK(items.first->next->next == items.last);
    glift__items_put_newest(
            &items, glift__event_new(GLIFT__EVENT_START_GAME_SESSION)); /* of another session */
    CHECK_INT(items.first->kind, GLIFT__EVENT_PROCESS_TERMINATE);
    CHECK_INT(items.last->kind, GLIFT__EVENT_START_GAME_SESSION);
    CHECK(items.first->next == items.last);
    glift__items_free(glift__items_take(&items), false);
}

TEST(a_list_is_freed_whole)
{
    glift__event *first = glift__event_new(GLIFT__EVENT_HEALTH_CHECK);
    glift__event *second = glift__event_new(GLIFT__EVENT_START_GAME_SESSION);
    CHECK(glift__memory_text(&second->memory, "arn") != NULL);
    first->item.next = &second->item;
    glift__items_free(&first->item, false);
    glift__items_free(NULL, false);
}

static bool is_terminate(const glift__item *item)
{
    return item->kind == GLIFT__EVENT_PROCESS_TERMINATE;
}

TEST(the_oldest_of_a_kind_is_taken_from_the_front_the_middle_and_the_end)
{
    for (int at = 0; at < 3; at++) {
        glift__items items = {NULL, NULL};
        for (int i = 0; i < 3; i++)
            glift__items_put(&items,
                    &glift__event_new(i == at ? GLIFT__EVENT_PROCESS_TERMINATE : GLIFT__EVENT_HEALTH_CHECK)
                             ->item);
        glift__item *taken = glift__items_take_first(&items, is_terminate);
        CHECK_INT(taken->kind, GLIFT__EVENT_PROCESS_TERMINATE);
        CHECK(glift__items_take_first(&items, is_terminate) == NULL);
        CHECK(items.first->next == items.last);
        glift__items_put(&items, taken);
        CHECK(items.last == taken);
        glift__items_free(glift__items_take(&items), false);
    }
}

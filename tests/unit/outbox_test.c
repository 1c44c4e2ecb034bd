/* SPDX-License-Identifier: Apache-2.0 */
#include "core/outbox.h"
#include "test.h"

static glift__outbox outbox;

static int count_lines(glift__item *items, const char **last)
{
    int count = 0;
    for (glift__item *next; items != NULL; items = next, count++) {
        static char text[600];
        next = items->next;
        snprintf(text, sizeof text, "%s", ((glift__event *)items)->text);
        *last = text;
        glift__item_free(items, false);
    }
    return count;
}

TEST(log_lines_below_the_level_are_not_made)
{
    glift__outbox_init(&outbox, GLIFT_LOG_WARNING);
    glift__outbox_log(&outbox, GLIFT_LOG_INFO, "quiet");
    CHECK(glift__outbox_take(&outbox) == NULL);
    glift__outbox_log(&outbox, GLIFT_LOG_WARNING, "loud %d", 1);
    glift__item *line = glift__outbox_take(&outbox);
    CHECK_TEXT(((glift__event *)line)->text, "loud 1");
    glift__items_free(line, false);
}

TEST(log_lines_are_bounded_and_the_rest_is_counted)
{
    const char *last = "";
    glift__outbox_init(&outbox, GLIFT_LOG_DEBUG);
    for (int i = 0; i < 1000; i++)
        glift__outbox_log(&outbox, GLIFT_LOG_INFO, "line %d", i);
    int count = count_lines(glift__outbox_take(&outbox), &last);
    CHECK(count < GLIFT__OUTBOX_ROOM);
    glift__outbox_log(&outbox, GLIFT_LOG_INFO, "at last");
    glift__item *items = glift__outbox_take(&outbox);
    char wanted[64];
    snprintf(wanted, sizeof wanted, "%d log lines were left out", 1000 - count);
    CHECK_CONTAINS(((glift__event *)items)->text, wanted);
    CHECK_INT(count_lines(items, &last), 2);
    CHECK_TEXT(last, "at last");
}

TEST(log_lines_leave_room_for_connection_events)
{
    glift__outbox_init(&outbox, GLIFT_LOG_DEBUG);
    for (int i = 0; i < 1000; i++)
        glift__outbox_log(&outbox, GLIFT_LOG_INFO, "line");
    CHECK(glift__outbox_connection(&outbox, GLIFT_RECONNECTING, GLIFT_ERR_CONNECT, "no route"));
    glift__outbox_fini(&outbox);
}

TEST(a_connection_event_without_room_says_so)
{
    int put = 0;
    glift__outbox_init(&outbox, GLIFT_LOG_DEBUG);
    while (put <= GLIFT__OUTBOX_ROOM && glift__outbox_connection(&outbox, GLIFT_CONNECTED, GLIFT_OK, ""))
        put++;
    CHECK(put > GLIFT__OUTBOX_ROOM / 2 && put < GLIFT__OUTBOX_ROOM);
    CHECK(glift__outbox_health_check(&outbox, 1)); /* the rest is for these */
    for (int i = put + 1; i < GLIFT__OUTBOX_ROOM; i++)
        glift__outbox_health_check(&outbox, 1);
    CHECK(!glift__outbox_health_check(&outbox, 1));
    glift__items_free(glift__outbox_take(&outbox), false);
    CHECK(glift__outbox_connection(&outbox, GLIFT_CONNECTED, GLIFT_OK, ""));
    glift__outbox_fini(&outbox);
}

static glift__event *push_of(glift__event_kind kind, int size)
{
    glift__event *push = glift__event_new(kind);
    push->size = size;
    return push;
}

TEST(a_push_that_waits_behind_another_does_not_keep_the_room_that_the_other_waits_for)
{
    glift__outbox_init(&outbox, GLIFT_LOG_DEBUG);
    glift__event *first = push_of(GLIFT__EVENT_START_GAME_SESSION, 100);
    glift__event *second = push_of(GLIFT__EVENT_UPDATE_GAME_SESSION, GLIFT__OUTBOX_PUSH_BYTES);
    CHECK(glift__outbox_has_room(&outbox, second)); /* while they were held back */
    glift__outbox_push(&outbox, first);
    glift__outbox_push(&outbox, second);
    glift__items_free(glift__outbox_take(&outbox), false); /* a log line */
    CHECK(glift__outbox_push_waiting(&outbox));
    glift__item *items = glift__outbox_take(&outbox);
    CHECK(items == &first->item && items->next == &second->item);
    glift__items_free(items, false);
    glift__outbox_fini(&outbox);
}

TEST(a_line_that_is_too_long_is_cut)
{
    char text[2000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    glift__outbox_init(&outbox, GLIFT_LOG_DEBUG);
    glift__outbox_log(&outbox, GLIFT_LOG_INFO, "%s", text);
    glift__item *line = glift__outbox_take(&outbox);
    CHECK_INT(strlen(((glift__event *)line)->text), 511);
    glift__items_free(line, false);
}

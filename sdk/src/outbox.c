/* SPDX-License-Identifier: Apache-2.0 */

#include "outbox.h"

#include <stdarg.h>
#include <stdio.h>

#define LONGEST_LINE       512
#define CONNECTION_RESERVE 32 /* room that log lines leave to connection events */

void glift__outbox_init(glift__outbox *outbox, glift_log_level log_level)
{
    outbox->items = (glift__items){NULL, NULL};
    atomic_init(&outbox->room, GLIFT__OUTBOX_ROOM);
    outbox->lines_left_out = 0;
    outbox->log_level = log_level;
}

void glift__outbox_fini(glift__outbox *outbox)
{
    glift__items_free(glift__outbox_take(outbox), false);
}

void glift__outbox_put(glift__outbox *outbox, glift__item *item)
{
    glift__items_put(&outbox->items, item);
}

glift__item *glift__outbox_take(glift__outbox *outbox)
{
    return glift__items_take(&outbox->items);
}

/* An event that takes up room, as long as more than `reserve` is left; NULL when there is none. */
static glift__event *bounded_event(glift__outbox *outbox, glift__event_kind kind, int reserve)
{
    if (atomic_load_explicit(&outbox->room, memory_order_relaxed) <= reserve)
        return NULL;
    glift__event *event = glift__event_new(kind);
    if (event == NULL)
        return NULL;
    atomic_fetch_sub_explicit(&outbox->room, 1, memory_order_relaxed);
    event->room = &outbox->room;
    return event;
}

static bool put_line(glift__outbox *outbox, glift_log_level level, const char *line)
{
    glift__event *event = bounded_event(outbox, GLIFT__EVENT_LOG, CONNECTION_RESERVE);
    if (event == NULL)
        return false;
    event->level = level;
    event->text = glift__memory_text(&event->memory, line);
    if (event->text == NULL) {
        glift__item_free(&event->item, false);
        return false;
    }
    glift__outbox_put(outbox, &event->item);
    return true;
}

void glift__outbox_log(glift__outbox *outbox, glift_log_level level, const char *format, ...)
{
    if (level < outbox->log_level)
        return;
    char line[LONGEST_LINE];
    if (outbox->lines_left_out > 0) {
        snprintf(line, sizeof line, "%u log lines were left out: the game does not tick",
                outbox->lines_left_out);
        if (put_line(outbox, GLIFT_LOG_WARNING, line))
            outbox->lines_left_out = 0;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (!put_line(outbox, level, line))
        outbox->lines_left_out++;
}

bool glift__outbox_connection(
        glift__outbox *outbox, glift_connection_state state, glift_status status, const char *reason)
{
    glift__event *event = bounded_event(outbox, GLIFT__EVENT_CONNECTION, 0);
    if (event == NULL)
        return false;
    event->connection.state = state;
    event->connection.status = status;
    event->connection.reason = glift__memory_text(&event->memory, reason);
    if (event->connection.reason == NULL)
        event->connection.reason = "out of memory";
    glift__outbox_put(outbox, &event->item);
    return true;
}

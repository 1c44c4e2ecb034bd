/* SPDX-License-Identifier: Apache-2.0 */

#include "core/outbox.h"

#include <stdarg.h>
#include <stdio.h>

#define LONGEST_LINE       512
#define CONNECTION_RESERVE 32 /* room that log lines leave to connection events and health questions */
#define HEALTH_RESERVE     4  /* room that connection events leave to health questions */

void glift__outbox_init(glift__outbox *outbox, glift_log_level log_level)
{
    outbox->items = outbox->waiting = (glift__items){NULL, NULL};
    atomic_init(&outbox->room, GLIFT__OUTBOX_ROOM);
    atomic_init(&outbox->push_room, GLIFT__OUTBOX_PUSH_BYTES);
    outbox->lines_left_out = 0;
    outbox->log_level = log_level;
}

void glift__outbox_fini(glift__outbox *outbox)
{
    glift__items_free(glift__outbox_take(outbox), false);
    glift__items_free(glift__items_take(&outbox->waiting), false);
}

void glift__outbox_put(glift__outbox *outbox, glift__item *item)
{
    glift__items_put(&outbox->items, item);
}

glift__item *glift__outbox_take(glift__outbox *outbox)
{
    return glift__items_take(&outbox->items);
}

static bool take_room(glift__event *event, atomic_int *room, int reserve)
{
    if (event->room == room)
        return true;
    if (atomic_load_explicit(room, memory_order_relaxed) <= reserve)
        return false;
    atomic_fetch_sub_explicit(room, event->size, memory_order_relaxed);
    event->room = room;
    return true;
}

/* A new event that takes up room, as long as more than `reserve` is left; NULL without room or memory. */
static glift__event *bounded_event(glift__outbox *outbox, glift__event_kind kind, int reserve)
{
    glift__event *event = glift__event_new(kind);
    if (event == NULL || take_room(event, &outbox->room, reserve))
        return event;
    glift__item_free(&event->item, false);
    return NULL;
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
    glift__event *event = bounded_event(outbox, GLIFT__EVENT_CONNECTION, HEALTH_RESERVE);
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

bool glift__outbox_health_check(glift__outbox *outbox, uint32_t question)
{
    glift__event *event = bounded_event(outbox, GLIFT__EVENT_HEALTH_CHECK, 0);
    if (event == NULL)
        return false;
    event->question = question;
    glift__outbox_put(outbox, &event->item);
    return true;
}

/* ---- what the service pushed ---- */

bool glift__outbox_has_room(glift__outbox *outbox, glift__event *push)
{
    return take_room(push, &outbox->push_room, 0);
}

bool glift__outbox_push_waiting(glift__outbox *outbox)
{
    glift__event *push;
    while ((push = (glift__event *)outbox->waiting.first) != NULL) {
        glift__item *rest = push->item.next;
        if (!glift__outbox_has_room(outbox, push))
            return false;
        outbox->waiting.first = rest;
        glift__outbox_put(outbox, &push->item);
    }
    return true;
}

void glift__outbox_push(glift__outbox *outbox, glift__event *push)
{
    if (!glift__outbox_push_waiting(outbox)) {
        glift__event_give_room_back(push); /* the pushes that wait before it may need its room */
        glift__items_put_newest(&outbox->waiting, push);
    } else if (glift__outbox_has_room(outbox, push)) {
        glift__outbox_put(outbox, &push->item);
    } else {
        glift__outbox_log(outbox, GLIFT_LOG_ERROR,
                "%d MiB of what the service pushed wait for the game, which does not tick: of what comes now "
                "only the newest CreateGameSession, UpdateGameSession and TerminateProcess are kept",
                GLIFT__OUTBOX_PUSH_MIB);
        glift__items_put_newest(&outbox->waiting, push);
    }
}

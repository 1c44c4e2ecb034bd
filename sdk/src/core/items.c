/* SPDX-License-Identifier: Apache-2.0 */

#include "core/items.h"

#include <stdlib.h>

void glift__items_put(glift__items *items, glift__item *item)
{
    item->next = NULL;
    if (items->first == NULL)
        items->first = item;
    else
        items->last->next = item;
    items->last = item;
}

glift__item *glift__items_take(glift__items *items)
{
    glift__item *first = items->first;
    items->first = items->last = NULL;
    return first;
}

glift__item *glift__items_take_first(glift__items *items, bool (*is_wanted)(const glift__item *item))
{
    glift__item *before = NULL, *at = items->first;
    for (; at != NULL && !is_wanted(at); at = at->next)
        before = at;
    if (at == NULL)
        return NULL;
    if (before == NULL)
        items->first = at->next;
    else
        before->next = at->next;
    if (items->last == at)
        items->last = before;
    return at;
}

static bool outdates(const glift__event *newer, const glift__item *older)
{
    return older->kind == newer->item.kind || (newer->item.kind == GLIFT__EVENT_START_GAME_SESSION &&
                                                      older->kind == GLIFT__EVENT_UPDATE_GAME_SESSION);
}

void glift__items_put_newest(glift__items *items, glift__event *push)
{
    glift__item *older = glift__items_take(items);
    for (glift__item *next; older != NULL; older = next) {
        next = older->next;
        if (outdates(push, older))
            glift__item_free(older, false);
        else
            glift__items_put(items, older);
    }
    glift__items_put(items, &push->item);
}

glift__event *glift__event_new(glift__event_kind kind)
{
    glift__event *event = calloc(1, sizeof *event);
    if (event == NULL)
        return NULL;
    event->item.kind = (int)kind;
    event->size = 1;
    glift__memory_init(&event->memory);
    return event;
}

static void call_free(glift__call *call)
{
    glift__memory_fini(&call->memory);
    free(call);
}

void glift__event_give_room_back(glift__event *event)
{
    if (event->room != NULL)
        atomic_fetch_add_explicit(event->room, event->size, memory_order_relaxed);
    event->room = NULL;
}

static void event_free(glift__event *event)
{
    glift__event_give_room_back(event);
    glift__memory_fini(&event->memory);
    free(event);
}

void glift__item_free(glift__item *item, bool is_command)
{
    if (is_command && item->kind != GLIFT__COMMAND_CALL)
        free(item); /* the other commands hold nothing */
    else if (is_command || item->kind == GLIFT__EVENT_ANSWER)
        call_free((glift__call *)item);
    else
        event_free((glift__event *)item);
}

void glift__items_free(glift__item *items, bool are_commands)
{
    while (items != NULL) {
        glift__item *next = items->next;
        glift__item_free(items, are_commands);
        items = next;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Fleet events: what DescribeFleetEvents and the dashboard tell of what happened. */
#include "model/kinds.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void local_free_event(local_event *event)
{
    local_keep_no_more(&event->record);
    free(event->fleet_id);
    free(event->resource_id);
    free(event->message);
    free(event);
}

static void forget_oldest(local_service *service)
{
    while (service->event_count > LOCAL_EVENTS_KEPT) {
        local_event *oldest = TAILQ_FIRST(&service->events);
        TAILQ_REMOVE(&service->events, oldest, link);
        service->event_count--;
        local_free_event(oldest);
    }
}

void local_record_event(local_service *service, glift__time now, const char *code, const char *fleet_id,
        const char *resource_id, const char *format, ...)
{
    char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&message, format, arguments);
    va_end(arguments);
    local_event *event = calloc(1, sizeof *event);
    if (length < 0 || event == NULL) {
        if (length >= 0)
            free(message);
        free(event);
        local_log(service, GLIFT_LOG_ERROR, "out of memory: the event %s of %s is lost", code, resource_id);
        return;
    }
    event->message = message;
    event->fleet_id = local_format("%s", fleet_id);
    event->resource_id = local_format("%s", resource_id);
    if (event->fleet_id == NULL || event->resource_id == NULL) {
        local_free_event(event);
        return;
    }
    local_make_id(service, "", event->id);
    event->serial = local_next_serial(service);
    event->time_unix_ms = now.unix_ms;
    event->code = code;
    TAILQ_INSERT_TAIL(&service->events, event, link);
    service->event_count++;
    local_keep(service, &event->record, &local_event_kind);
    forget_oldest(service);
    local_log(service, GLIFT_LOG_INFO, "%s %s: %s", code, resource_id, message);
}

/* ---- kept (keep.h) ---- */

static bool enter_event(local_service *service, glift__time now, void *entity)
{
    local_event *event = entity;
    (void)now;
    TAILQ_INSERT_TAIL(&service->events, event, link);
    service->event_count++;
    return true;
}

static const local_field event_fields[] = {
        LOCAL_FIELD(LOCAL_UINT64, local_event, serial),
        LOCAL_FIELD(LOCAL_CHARS, local_event, id),
        LOCAL_FIELD(LOCAL_INT64, local_event, time_unix_ms),
        LOCAL_NEEDED(LOCAL_STATIC, local_event, code),
        LOCAL_NEEDED(LOCAL_TEXT, local_event, fleet_id),
        LOCAL_NEEDED(LOCAL_TEXT, local_event, resource_id),
        LOCAL_NEEDED(LOCAL_TEXT, local_event, message),
        LOCAL_FIELDS_END,
};
const local_kind local_event_kind = {
        .name = "event",
        .size = sizeof(local_event),
        .record_at = offsetof(local_event, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = event_fields,
        .enter = enter_event,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/history.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

static void forget(local_service *service, local_moment *moment)
{
    local_history *history = moment->history;
    TAILQ_REMOVE(&history->moments[moment->is_routine], moment, link);
    history->counts[moment->is_routine]--;
    TAILQ_REMOVE(&service->past.all, moment, age_link);
    service->past.count--;
    service->past.bytes -= moment->size;
    free(moment);
}

static bool is_empty(const local_history *history, bool is_routine)
{
    return history->counts[is_routine] == 0;
}

void local_forget_history(local_service *service, local_history *history)
{
    for (int kind = 0; kind < 2; kind++) {
        while (!is_empty(history, kind))
            forget(service, TAILQ_FIRST(&history->moments[kind]));
    }
}

static void keep(local_service *service, local_history *history, local_moment *moment)
{
    struct local_moment_list *list = &history->moments[moment->is_routine];
    size_t *count = &history->counts[moment->is_routine];
    if (*count == LOCAL_MOMENTS_OF_ONE)
        forget(service, TAILQ_FIRST(list));
    while (service->past.count == LOCAL_MOMENTS_KEPT ||
            service->past.bytes + moment->size > LOCAL_MOMENT_BYTES_KEPT)
        forget(service, TAILQ_FIRST(&service->past.all));
    if (*count == 0)
        TAILQ_INIT(list);
    ++*count;
    service->past.count++;
    service->past.bytes += moment->size;
    TAILQ_INSERT_TAIL(list, moment, link);
    TAILQ_INSERT_TAIL(&service->past.all, moment, age_link);
}

static void note(local_service *service, local_history *history, bool is_routine, const char *what,
        const char *format, va_list arguments)
{
    char text[LOCAL_MOMENT_TEXT_MAX + 1];
    vsnprintf(text, sizeof text, format, arguments);
    size_t length = strlen(text), size = sizeof(local_moment) + length + 1;
    local_moment *moment = malloc(size);
    if (moment == NULL)
        return;
    moment->number = ++service->past.last_number;
    moment->unix_ms = service->now.unix_ms;
    moment->said = service->said;
    moment->what = what;
    moment->is_routine = is_routine;
    moment->size = (unsigned short)size;
    moment->history = history;
    memcpy(moment->text, text, length + 1);
    keep(service, history, moment);
}

void local_note(local_service *service, local_history *history, const char *what, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(service, history, false, what, format, arguments);
    va_end(arguments);
}

void local_note_routine(
        local_service *service, local_history *history, const char *what, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(service, history, true, what, format, arguments);
    va_end(arguments);
}

static const local_moment *first_of(const local_history *history, bool is_routine)
{
    return is_empty(history, is_routine) ? NULL : TAILQ_FIRST(&history->moments[is_routine]);
}

static const local_moment *earlier(const local_moment *a, const local_moment *b)
{
    if (a == NULL || b == NULL)
        return a != NULL ? a : b;
    return a->number < b->number ? a : b;
}

/* Both lists are short, and the other one is walked from its start. */
const local_moment *local_next_moment(const local_history *history, const local_moment *moment)
{
    if (moment == NULL)
        return earlier(first_of(history, false), first_of(history, true));
    const local_moment *other = first_of(history, !moment->is_routine);
    while (other != NULL && other->number < moment->number)
        other = TAILQ_NEXT(other, link);
    return earlier(TAILQ_NEXT(moment, link), other);
}

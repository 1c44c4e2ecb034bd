/* SPDX-License-Identifier: Apache-2.0 */
/* The errors of scripts on their way to the log.
 *
 * A handler that fails in every tick fails 30 times a second. The first error of a place in the script is
 * logged whole, with its traceback; the further ones are counted, and the count is logged now and then. */

#include "script_internal.h"
#include "log.h"
#include "place.h"

#include <stdio.h>
#include <string.h>

enum { TELL_S = 10 };

static const uint64_t second_ns = 1000000000;

/* Of the place: the traceback, where there is one. Messages may differ from one time to the next. */
static uint64_t hash_of(const char *message)
{
    const char *place = strstr(message, "\nstack traceback:");
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (const char *at = place != NULL ? place : message; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    return hash;
}

static void tell_repeats(const script *s, script_error *one, uint64_t now_ns)
{
    if (one->repeats > 0)
        log_of_place(s->host->number, GLIFT_LOG_ERROR, "script", "%u times more: %s", one->repeats,
                one->first_line);
    one->repeats = 0;
    one->told_ns = now_ns;
}

/* The error that was raised here before, or the place of the one that was told longest ago. */
static script_error *find(script *s, uint64_t hash)
{
    script_error *oldest = &s->errors[0];
    for (size_t i = 0; i < SCRIPT_MOST_ERRORS; i++) {
        script_error *one = &s->errors[i];
        if (one->told_ns != 0 && one->hash == hash)
            return one;
        if (one->told_ns < oldest->told_ns)
            oldest = one;
    }
    return oldest;
}

void script_report(script *s, const char *message)
{
    if (message == NULL)
        message = "(no message)";
    if (s->ending) {
        log_line_of_place(s->host->number, GLIFT_LOG_DEBUG, "script", message);
        return;
    }
    s->error_count++;
    uint64_t hash = hash_of(message), now_ns = net_now_ns();
    script_error *one = find(s, hash);
    if (one->told_ns != 0 && one->hash == hash) {
        one->repeats++;
        return;
    }
    tell_repeats(s, one, now_ns);
    one->hash = hash;
    snprintf(one->first_line, sizeof one->first_line, "%.*s", (int)strcspn(message, "\n"), message);
    log_line_of_place(s->host->number, GLIFT_LOG_ERROR, "script", message);
}

void script_tell_errors(script *s, bool all)
{
    uint64_t now_ns = net_now_ns();
    for (size_t i = 0; i < SCRIPT_MOST_ERRORS; i++) {
        script_error *one = &s->errors[i];
        if (one->told_ns == 0 || (!all && now_ns - one->told_ns < TELL_S * second_ns))
            continue;
        if (one->repeats > 0)
            tell_repeats(s, one, now_ns);
        else
            one->told_ns = 0; /* not raised for a while: the next one is news */
    }
}

unsigned script_error_count(const script *s)
{
    return s->error_count;
}

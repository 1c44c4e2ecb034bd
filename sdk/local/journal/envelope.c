/* SPDX-License-Identifier: Apache-2.0 */
/* Action, RequestId and StatusCode of a message: a walk over the members at the top of a JSON object that
 * skips whatever it does not look for. It allocates nothing, and takes what is no JSON for the end. */
#include <string.h>

#include "journal/conversations.h"

typedef struct span {
    const char *at;
    size_t length;
} span;

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
        at++;
    return at;
}

/* Behind the text in quotes that begins here; NULL: it has no end. */
static const char *skip_text(const char *at, const char *end, span *out)
{
    const char *start = ++at;
    while (at < end && *at != '"')
        at += *at == '\\' ? 2 : 1;
    if (at >= end)
        return NULL;
    *out = (span){start, (size_t)(at - start)};
    return at + 1;
}

/* Behind whatever value begins here; *out is set for texts and for what has neither quotes nor brackets. */
static const char *skip_value(const char *at, const char *end, span *out)
{
    size_t depth = 0;
    const char *start = at;
    *out = (span){"", 0};
    if (at < end && *at == '"')
        return skip_text(at, end, out);
    for (; at < end; at++) {
        span ignored;
        if (*at == '"') {
            at = skip_text(at, end, &ignored);
            if (at == NULL)
                return NULL;
            at--;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if (depth > 0 && (*at == '}' || *at == ']')) {
            depth--;
        } else if (depth == 0 && (*at == ',' || *at == '}')) {
            break;
        }
    }
    if (start < at && *start != '{' && *start != '[')
        *out = (span){start, (size_t)(at - start)};
    return at;
}

static bool is_name(span name, const char *wanted)
{
    return name.length == strlen(wanted) && memcmp(name.at, wanted, name.length) == 0;
}

static void keep_text(span value, char out[LOCAL_ENTRY_NAME_MAX + 1])
{
    size_t length = value.length < LOCAL_ENTRY_NAME_MAX ? value.length : LOCAL_ENTRY_NAME_MAX;
    memcpy(out, value.at, length);
    out[length] = '\0';
}

/* 0: it is no number, or no status. The text ends where the message does, and not with a zero. */
static int read_status(span value)
{
    int status = 0;
    for (size_t i = 0; i < value.length && value.at[i] >= '0' && value.at[i] <= '9' && status < 1000; i++)
        status = status * 10 + (value.at[i] - '0');
    return status < 1000 ? status : 0;
}

static void keep_member(span name, span value, local_envelope *out)
{
    if (is_name(name, "Action"))
        keep_text(value, out->action);
    else if (is_name(name, "RequestId"))
        keep_text(value, out->request_id);
    else if (is_name(name, "StatusCode"))
        out->status = read_status(value);
}

void local_read_envelope(const char *text, size_t length, local_envelope *out)
{
    const char *end = text + length, *at = skip_blanks(text, end);
    *out = (local_envelope){0};
    if (at == end || *at != '{')
        return;
    do {
        span name, value;
        at = skip_blanks(at + 1, end);
        at = at < end && *at == '"' ? skip_text(at, end, &name) : NULL;
        at = at != NULL ? skip_blanks(at, end) : NULL;
        if (at == NULL || at == end || *at != ':')
            return;
        at = skip_value(skip_blanks(at + 1, end), end, &value);
        if (at == NULL)
            return;
        keep_member(name, value, out);
        at = skip_blanks(at, end);
    } while (at < end && *at == ',');
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/wish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/views.h"

/* Far more rows or messages than there may be. */
#define NUMBER_MAX 1000000000000000

static const char *const whats[] = {"list", "detail", "messages", "overview"};
enum { WHATS = sizeof whats / sizeof whats[0] };

bool api_wish_begin(api_wish *wish, const char *what)
{
    *wish = (api_wish){0};
    for (size_t i = 0; i < WHATS; i++) {
        if (strcmp(whats[i], what) == 0) {
            wish->what = (api_wish_what)i;
            return true;
        }
    }
    return false;
}

/* ---- values ---- */

static bool set_text(char *out, size_t room, const char *name, const char *value, char why[API_WHY_SIZE])
{
    size_t length = strlen(value);
    if (length >= room) {
        snprintf(why, API_WHY_SIZE, "%s is longer than %zu characters.", name, room - 1);
        return false;
    }
    memcpy(out, value, length + 1);
    return true;
}

static bool read_number(
        uint64_t *out, const char *name, const char *value, uint64_t most, char why[API_WHY_SIZE])
{
    char *end = NULL;
    errno = 0;
    *out = strtoull(value, &end, 10);
    if (strspn(value, "0123456789") > 0 && *end == '\0' && errno == 0 && *out <= most)
        return true;
    snprintf(why, API_WHY_SIZE, "%s is not a number from 0 to %llu.", name, (unsigned long long)most);
    return false;
}

static bool set_number(
        size_t *out, const char *name, const char *value, uint64_t most, char why[API_WHY_SIZE])
{
    uint64_t number = 0;
    bool good = read_number(&number, name, value, most, why);
    *out = (size_t)number;
    return good;
}

static bool set_view(api_wish *wish, const char *value, char why[API_WHY_SIZE])
{
    wish->view = api_find_view(value);
    if (wish->view != NULL)
        return true;
    size_t length = (size_t)snprintf(why, API_WHY_SIZE, "kind is none of");
    for (size_t i = 0; api_view_at(i) != NULL && length < API_WHY_SIZE; i++)
        length += (size_t)snprintf(
                why + length, API_WHY_SIZE - length, "%s %s", i == 0 ? "" : ",", api_view_at(i)->name);
    return false;
}

/* One of two words; true stands for the second. */
static bool set_choice(bool *out, const char *name, const char *value, const char *first, const char *second,
        char why[API_WHY_SIZE])
{
    *out = strcmp(value, second) == 0;
    if (*out || strcmp(value, first) == 0)
        return true;
    snprintf(why, API_WHY_SIZE, "%s is neither %s nor %s.", name, first, second);
    return false;
}

static bool set_status(api_wish *wish, const char *value, char why[API_WHY_SIZE])
{
    bool is_error = false;
    bool good = set_choice(&is_error, "status", value, "ok", "error", why);
    wish->status = is_error ? API_STATUS_ERROR : API_STATUS_OK;
    return good;
}

/* ---- parameters ---- */

typedef enum parameter {
    KIND,
    STATE,
    TEXT,
    OFFSET,
    LIMIT,
    ORDER,
    KEY,
    ID,
    AFTER,
    BEFORE,
    PROCESS_ID,
    ACTION,
    STATUS,
    PARAMETERS
} parameter;

static const char *const parameter_names[PARAMETERS] = {"kind", "state", "text", "offset", "limit", "order",
        "key", "id", "after", "before", "process_id", "action", "status"};

#define BIT(parameter) (1u << (parameter))

static const unsigned parameters_of[WHATS] = {
        [API_WISH_LIST] = BIT(KIND) | BIT(STATE) | BIT(TEXT) | BIT(OFFSET) | BIT(LIMIT) | BIT(ORDER),
        [API_WISH_DETAIL] = BIT(KIND) | BIT(KEY) | BIT(ID),
        [API_WISH_MESSAGES] = BIT(KIND) | BIT(TEXT) | BIT(LIMIT) | BIT(AFTER) | BIT(BEFORE) |
                              BIT(PROCESS_ID) | BIT(ACTION) | BIT(STATUS),
};

static parameter find_parameter(const char *name)
{
    parameter found = 0;
    while (found < PARAMETERS && strcmp(parameter_names[found], name) != 0)
        found++;
    return found;
}

static bool set(api_wish *wish, parameter which, const char *value, char why[API_WHY_SIZE])
{
    const char *name = parameter_names[which];
    bool is_messages = wish->what == API_WISH_MESSAGES;
    switch (which) {
    case KIND:
        return is_messages ? set_text(wish->kinds, sizeof wish->kinds, name, value, why)
                           : set_view(wish, value, why);
    case STATE:
        return set_text(wish->states, sizeof wish->states, name, value, why);
    case TEXT:
        return set_text(wish->text, sizeof wish->text, name, value, why);
    case OFFSET:
        return set_number(&wish->offset, name, value, NUMBER_MAX, why);
    case LIMIT:
        return set_number(&wish->limit, name, value, is_messages ? API_MESSAGES_MAX : API_LIST_MAX, why);
    case ORDER:
        return set_choice(&wish->oldest_first, name, value, "newest", "oldest", why);
    case KEY:
        return set_text(wish->key, sizeof wish->key, name, value, why);
    case ID:
        return set_text(wish->id, sizeof wish->id, name, value, why);
    case AFTER:
        return read_number(&wish->after, name, value, NUMBER_MAX, why);
    case BEFORE:
        return read_number(&wish->before, name, value, NUMBER_MAX, why);
    case PROCESS_ID:
        return set_text(wish->process_id, sizeof wish->process_id, name, value, why);
    case ACTION:
        return set_text(wish->action, sizeof wish->action, name, value, why);
    case STATUS:
        return set_status(wish, value, why);
    case PARAMETERS:
        break;
    }
    return false;
}

bool api_wish_set(api_wish *wish, const char *name, const char *value, char why[API_WHY_SIZE])
{
    unsigned known = parameters_of[wish->what];
    parameter which = find_parameter(name);
    if (which < PARAMETERS && (known & BIT(which)) != 0)
        return set(wish, which, value, why);
    size_t length = (size_t)snprintf(
            why, API_WHY_SIZE, "%.40s is no parameter of %s, which has", name, whats[wish->what]);
    const char *separator = "";
    for (which = 0; which < PARAMETERS && length < API_WHY_SIZE; which++) {
        if ((known & BIT(which)) == 0)
            continue;
        length += (size_t)snprintf(
                why + length, API_WHY_SIZE - length, "%s %s", separator, parameter_names[which]);
        separator = ",";
    }
    if (known == 0 && length < API_WHY_SIZE)
        snprintf(why + length, API_WHY_SIZE - length, " none");
    return false;
}

bool api_wish_check(const api_wish *wish, char why[API_WHY_SIZE])
{
    bool needs_view = wish->what == API_WISH_LIST || wish->what == API_WISH_DETAIL;
    bool is_named = (wish->key[0] != '\0') != (wish->id[0] != '\0');
    if (needs_view && wish->view == NULL)
        snprintf(why, API_WHY_SIZE, "kind is missing.");
    else if (wish->what == API_WISH_DETAIL && !is_named)
        snprintf(why, API_WHY_SIZE, "Exactly one of key and id is needed.");
    else
        return true;
    return false;
}

/* ---- queries ---- */

static bool read_parameter(api_wish *wish, const char *at, size_t length, char why[API_WHY_SIZE])
{
    char pair[2 * API_WISH_KEY];
    if (length >= sizeof pair) {
        snprintf(why, API_WHY_SIZE, "A parameter of the query is longer than %zu characters.",
                sizeof pair - 1);
        return false;
    }
    memcpy(pair, at, length);
    pair[length] = '\0';
    char *value = strchr(pair, '=');
    if (value != NULL)
        *value++ = '\0';
    else
        value = pair + length;
    local_decode_form(pair);
    local_decode_form(value);
    local_mend_text(pair);
    local_mend_text(value);
    return strcmp(pair, "token") == 0 || api_wish_set(wish, pair, value, why);
}

bool api_wish_read(api_wish *wish, const char *query, char why[API_WHY_SIZE])
{
    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        if (length > 0 && !read_parameter(wish, query, length, why))
            return false;
        query += length + (query[length] == '&');
    }
    return api_wish_check(wish, why);
}

/* ---- matching ---- */

bool api_is_listed(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; at[0] != '\0'; at += at[0] == ',') {
        size_t here = strcspn(at, ",");
        if (here == length && memcmp(at, word, length) == 0)
            return true;
        at += here;
    }
    return list[0] == '\0';
}

bool api_has_part(const char *text, const char *part)
{
    return text != NULL && strcasestr(text, part) != NULL;
}

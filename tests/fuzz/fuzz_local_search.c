/* SPDX-License-Identifier: Apache-2.0 */
/* The expressions of SearchGameSessions: refused with the character named, or as true of every session as an
 * evaluator says that reads them once more, token by token, and keeps no tree.
 *
 * The input: a filter, or "sort:" and an order. */
#include "api/search_filter.h"
#include "fuzz.h"

#include <string.h>

enum { SESSIONS = 6 };

/* Names and properties are never written to. */
static const local_game_session *sessions(void)
{
    static char n[] = "n", empty[] = "", capital[] = "N", word[] = "AND";
    static const local_game_session all[SESSIONS] = {
            {.arn = "arn:1",
                    .name = n,
                    .maximum = 4,
                    .taken = 1,
                    .creation_unix_ms = 7,
                    .serial = 1,
                    .properties = {{"map", "pit"}, {"mode", "a'b\"c\\"}},
                    .property_count = 2},
            {.arn = "arn:2", .name = empty, .maximum = 1, .taken = 1, .creation_unix_ms = 9, .serial = 2},
            {.arn = "arn:3", .maximum = 2, .taken = 3, .creation_unix_ms = 1700000000123, .serial = 3},
            {.arn = "", .name = capital, .maximum = 200, .taken = 0, .serial = 4},
            {.arn = "arn:5",
                    .name = word,
                    .maximum = 4,
                    .taken = 2,
                    .creation_unix_ms = 8,
                    .serial = 5,
                    .properties = {{"map", "ice"}},
                    .property_count = 1},
            {.arn = "arn:6", .name = n, .maximum = 4, .taken = 4, .creation_unix_ms = 7, .serial = 6}};
    return all;
}

/* ---- the evaluator: on a text that is known to be good ---- */

typedef struct evaluator {
    const char *at;
    const local_game_session *session;
} evaluator;

static void skip(evaluator *e)
{
    e->at += strspn(e->at, " \t\r\n");
}

static bool next_is(evaluator *e, const char *token)
{
    skip(e);
    size_t length = strlen(token);
    if (strncmp(e->at, token, length) != 0)
        return false;
    e->at += length;
    return true;
}

/* A whole word: not the start of a longer one. */
static bool next_word_is(evaluator *e, const char *word)
{
    evaluator before = *e;
    if (next_is(e, word) && strchr(" \t\r\n=<>()'\"", *e->at) != NULL)
        return true;
    *e = before;
    return false;
}

static void take_quoted(evaluator *e, char *out)
{
    skip(e);
    char quote = *e->at++;
    while (*e->at != quote) {
        if (*e->at == '\\' && e->at[1] != '\0')
            e->at++;
        *out++ = *e->at++;
    }
    e->at++;
    *out = '\0';
}

static const char *text_of(evaluator *e, char *room)
{
    const local_game_session *session = e->session;
    if (next_word_is(e, "gameSessionId"))
        return session->arn;
    if (next_word_is(e, "gameSessionName"))
        return session->name;
    HOLDS(next_is(e, "gameSessionProperties."));
    size_t length = strcspn(e->at, " \t\r\n=<>()'\"");
    memcpy(room, e->at, length);
    room[length] = '\0';
    e->at += length;
    for (size_t i = 0; i < session->property_count; i++) {
        if (strcmp(session->properties[i].key, room) == 0)
            return session->properties[i].value;
    }
    return NULL;
}

static bool number_of(evaluator *e, double *out)
{
    const local_game_session *session = e->session;
    if (next_word_is(e, "maximumSessions"))
        *out = session->maximum;
    else if (next_word_is(e, "creationTimeMillis"))
        *out = (double)session->creation_unix_ms;
    else if (next_word_is(e, "playerSessionCount"))
        *out = session->taken;
    else
        return false;
    return true;
}

static bool comparison(evaluator *e)
{
    double has;
    if (next_word_is(e, "hasAvailablePlayerSessions")) {
        bool equal = !next_is(e, "<>"), room = e->session->taken < e->session->maximum;
        if (equal)
            HOLDS(next_is(e, "="));
        bool wanted = next_word_is(e, "true");
        HOLDS(wanted || next_word_is(e, "false"));
        return (room == wanted) == equal;
    }
    if (number_of(e, &has)) {
        skip(e);
        char sign[3] = {e->at[0], strchr("=>", e->at[1]) != NULL ? e->at[1] : '\0', '\0'}, *end;
        e->at += e->at[0] == '=' ? 1 : strlen(sign);
        double value = strtod(e->at, &end);
        HOLDS(end != e->at);
        e->at = end;
        return sign[0] == '='            ? has == value
               : strcmp(sign, "<>") == 0 ? has != value
               : sign[0] == '<'          ? (sign[1] == '=' ? has <= value : has < value)
                                         : (sign[1] == '=' ? has >= value : has > value);
    }
    size_t room = strlen(e->at) + 1;
    char *key = malloc(room), *value = malloc(room);
    HOLDS(key != NULL && value != NULL);
    const char *text = text_of(e, key);
    bool equal = !next_is(e, "<>");
    if (equal)
        HOLDS(next_is(e, "="));
    take_quoted(e, value);
    bool holds = (text != NULL && strcmp(text, value) == 0) == equal;
    free(key);
    free(value);
    return holds;
}

static bool any_of(evaluator *e);

static bool one_of(evaluator *e)
{
    if (next_word_is(e, "NOT"))
        return !one_of(e);
    if (!next_is(e, "("))
        return comparison(e);
    bool holds = any_of(e);
    HOLDS(next_is(e, ")"));
    return holds;
}

static bool all_of(evaluator *e)
{
    bool holds = one_of(e);
    while (next_word_is(e, "AND")) {
        bool right = one_of(e);
        holds = holds && right;
    }
    return holds;
}

static bool any_of(evaluator *e)
{
    bool holds = all_of(e);
    while (next_word_is(e, "OR")) {
        bool right = all_of(e);
        holds = holds || right;
    }
    return holds;
}

/* ---- both ---- */

static void check_filter(const char *text)
{
    local_refusal why = {0};
    local_filter *filter = local_filter_read(text, &why);
    if (filter == NULL) {
        HOLDS(why.error == LOCAL_INVALID_REQUEST && strstr(why.message, "at character") != NULL);
        return;
    }
    for (size_t i = 0; i < SESSIONS; i++) {
        evaluator e = {text, &sessions()[i]};
        bool expected = any_of(&e);
        skip(&e);
        HOLDS(*e.at == '\0');
        HOLDS(local_filter_fits(filter, e.session) == expected);
    }
    local_filter_free(filter);
}

/* An order is one: of three sessions, no round; of two, never both ways. */
static void check_sort(const char *text)
{
    local_refusal why = {0};
    local_sort *sort = local_sort_read(text, &why);
    if (sort == NULL) {
        HOLDS(why.error == LOCAL_INVALID_REQUEST && why.message[0] != '\0');
        return;
    }
    const local_game_session *all = sessions();
    for (size_t i = 0; i < SESSIONS; i++) {
        for (size_t k = 0; k < SESSIONS; k++) {
            int order = local_sort_compare(sort, &all[i], &all[k]);
            HOLDS((order == 0) == (i == k) &&
                    (order > 0) == (local_sort_compare(sort, &all[k], &all[i]) < 0));
            for (size_t m = 0; m < SESSIONS; m++)
                HOLDS(!(order < 0 && local_sort_compare(sort, &all[k], &all[m]) < 0) ||
                        local_sort_compare(sort, &all[i], &all[m]) < 0);
        }
    }
    local_sort_free(sort);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char sort[] = "sort:";
    size_t prefix = sizeof sort - 1;
    char *text = strndup((const char *)data, size);
    HOLDS(text != NULL);
    if (strncmp(text, sort, prefix) == 0)
        check_sort(text + prefix);
    else
        check_filter(text);
    free(text);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the text. Almost all of it is passed over by a look at three letters, in which no name of a
 * secret and no token can begin; all other letters are read through one function, which knows the ways in
 * which they may be written. */
#include "journal/mask.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "model/model.h"

/* In lower case and without '-' and '_', which are skipped in the text: AUTH_TOKEN, X-Amz-Security-Token. */
static const struct {
    const char *letters;
    bool stands_alone; /* NextToken and IdempotencyToken are no secrets */
    bool takes_line;   /* its value has blanks and commas in it */
} names[] = {
        {"authtoken", false, false},
        {"authorization", false, true},
        {"secretaccesskey", false, false},
        {"secretkey", false, false},
        {"sessiontoken", false, false},
        {"securitytoken", false, false},
        {"signature", false, false},
        {"credential", false, false}, /* with --token, the access key id is the token */
        {"accesskeyid", false, false},
        {"accesskey", false, false},
        {"password", false, false},
        {"token", true, false},
};

/* What is left of a token at the end of a text that was cut is masked, too, from so many letters on. */
#define LEAST_REST 10

typedef struct masking {
    const char *end;
    const char *secret;
    bool by_name, is_json;
    char *out;
    const char *start; /* from here on nothing was copied to `out` yet */
} masking;

/* ---- reading letters ---- */

static int hex_value(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit != '\0' ? strchr(digits, glift__to_lower(digit)) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

/* The letter at *at, however it is written; *at goes behind it. */
static char take_letter(const char **at, const char *end)
{
    const char *here = *at;
    size_t skip = 0;
    if (*here == '%' && end - here >= 3)
        skip = 1;
    else if (*here == '\\' && end - here >= 6 && memcmp(here + 1, "u00", 3) == 0)
        skip = 4;
    if (skip > 0 && hex_value(here[skip]) >= 0 && hex_value(here[skip + 1]) >= 0) {
        *at = here + skip + 2;
        return (char)(hex_value(here[skip]) * 16 + hex_value(here[skip + 1]));
    }
    *at = here + 1;
    return *here;
}

/* ---- by value ---- */

/* Where this secret, which begins at `at`, ends; NULL: it does not begin here. */
static const char *end_of_secret(const masking *self, const char *at)
{
    const char *secret = self->secret, *next = secret;
    while (*next != '\0' && at < self->end) {
        if (take_letter(&at, self->end) != *next++)
            return NULL;
    }
    return *next == '\0' || next - secret >= LEAST_REST ? at : NULL;
}

static bool fits_token(size_t index, char letter)
{
    static const char prefix[] = LOCAL_AUTH_TOKEN_PREFIX, form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (index < sizeof prefix - 1)
        return letter == prefix[index];
    char wanted = form[index - (sizeof prefix - 1)];
    return wanted == '-' ? letter == '-' : hex_value(letter) >= 0;
}

static const char *end_of_token(const masking *self, const char *at)
{
    size_t index = 0;
    for (; index < LOCAL_AUTH_TOKEN_LENGTH && at < self->end; index++) {
        if (!fits_token(index, take_letter(&at, self->end)))
            return NULL;
    }
    return index == LOCAL_AUTH_TOKEN_LENGTH || index >= LEAST_REST ? at : NULL;
}

/* ---- by name ---- */

/* Behind the name that begins at `at`; NULL: it is another one. */
static const char *end_of_name(const masking *self, const char *at, const char *letters)
{
    while (*letters != '\0') {
        if (at == self->end)
            return NULL;
        char letter = take_letter(&at, self->end);
        if (letter == '-' || letter == '_')
            continue;
        if (glift__to_lower(letter) != *letters++)
            return NULL;
    }
    return at;
}

static const char *skip(const masking *self, const char *at, const char *letters)
{
    while (at < self->end) {
        const char *next = at;
        char letter = take_letter(&next, self->end);
        if (letter == '\0' || strchr(letters, letter) == NULL)
            break;
        at = next;
    }
    return at;
}

/* From a quote to the next one that belongs to it. In JSON that lies in a text of JSON, quotes have
 * backslashes before them: the first of those ends the value. */
static const char *end_of_quoted(const masking *self, const char *at, char quote, bool is_nested)
{
    while (at < self->end) {
        const char *next = at;
        if (take_letter(&next, self->end) == quote || (is_nested && *at == '\\'))
            break;
        at = *at == '\\' && next == at + 1 && next < self->end ? next + 1 : next;
    }
    return at;
}

static const char *end_of_bare(const masking *self, const char *at, bool is_encoded, bool takes_line)
{
    const char *stops = takes_line ? "\r\n\"&\\" : " \t\r\n\"'&,;\\)]}";
    while (at < self->end) {
        const char *next = at;
        char letter = is_encoded ? take_letter(&next, self->end) : *next++;
        if (letter == '\0' || strchr(stops, letter) != NULL)
            break;
        at = next;
    }
    return at;
}

/* How a name and its value stand to each other. */
typedef struct separation {
    const char *next; /* where the value begins, or its quote */
    bool is_quoted, is_member, is_encoded, takes_line;
} separation;

/* What is between them, behind the name that ends at `at`. False: this name has no value. */
static bool find_separation(const masking *self, const char *at, bool is_option, separation *out)
{
    const char *behind = skip(self, at, "\\\"'"), *next = skip(self, behind, " \t"), *separator = next;
    if (next == self->end)
        return false;
    char letter = take_letter(&next, self->end);
    bool is_separated = letter == ':' || letter == '=';
    if (!is_separated && (!is_option || separator == behind))
        return false;
    out->is_quoted = behind > at;
    out->is_member = letter == ':' && behind > at;
    out->is_encoded = is_separated && next - separator > 1;
    out->next = is_separated ? skip(self, next, " \t") : separator;
    return true;
}

/* From *from to what is returned. NULL: it is nothing that is to be masked. */
static const char *find_value(const masking *self, const separation *between, const char **from)
{
    const char *next = skip(self, between->next, "\\"), *quote = next;
    char letter = next < self->end ? take_letter(&next, self->end) : '\0';
    bool is_nested = (quote - between->next) % 2 == 1; /* by the number of backslashes before the quote */
    if (letter == '"' && self->is_json && !between->is_quoted && !is_nested)
        return NULL; /* the end of the text in which the name stands */
    if (letter == '"' || letter == '\'') {
        *from = next;
        return end_of_quoted(self, next, letter, is_nested);
    }
    *from = quote;
    if (between->is_member && letter != '\0' && strchr("{[ntf-0123456789", letter) != NULL)
        return NULL; /* members of its own, a word of JSON or a number */
    return end_of_bare(self, quote, between->is_encoded, between->takes_line);
}

/* What stands so many bytes before, unless it was masked. */
static char before(const masking *self, const char *at, ptrdiff_t bytes)
{
    return at - self->start >= bytes ? at[-bytes] : ' ';
}

/* The range that is to be masked, where the name of a secret begins at `at`. */
static const char *find_named(const masking *self, const char *at, const char **from)
{
    char last = before(self, at, 1);
    bool stands_alone = !isalnum((unsigned char)last) && last != '_';
    bool is_option = last == '-' && before(self, at, 2) == '-';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        separation between = {.takes_line = names[i].takes_line};
        const char *end = NULL;
        if (stands_alone || !names[i].stands_alone)
            end = end_of_name(self, at, names[i].letters);
        if (end != NULL && find_separation(self, end, is_option, &between))
            end = find_value(self, &between, from);
        else
            end = NULL;
        if (end != NULL && end > *from)
            return end;
    }
    return NULL;
}

/* ---- the pass ---- */

/* Whether a name or a token may begin with these three letters. */
static bool is_start(const char *at)
{
    static const char starts[][4] = {"aut", "acc", "cre", "pas", "sec", "ses", "sig", "tok"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if ((at[0] | 0x20) == starts[i][0] && (at[1] | 0x20) == starts[i][1] &&
                (at[2] | 0x20) == starts[i][2])
            return true;
    }
    return false;
}

/* "%74" and "\u0074", and what only begins like them. */
static bool is_encoded(const char *at)
{
    return *at == '%' || (at[0] == '\\' && at[1] == 'u');
}

/* What the first byte of a name, of a token or of an encoded letter may be; and the second letter, of those.
 */
enum { FIRST = 1, SECOND = 2 };
static const unsigned char places[256] = {['a'] = FIRST | SECOND,
        ['c'] = FIRST | SECOND,
        ['p'] = FIRST,
        ['s'] = FIRST,
        ['t'] = FIRST,
        ['u'] = SECOND,
        ['r'] = SECOND,
        ['e'] = SECOND,
        ['i'] = SECOND,
        ['o'] = SECOND,
        ['A'] = FIRST | SECOND,
        ['C'] = FIRST | SECOND,
        ['P'] = FIRST,
        ['S'] = FIRST,
        ['T'] = FIRST,
        ['U'] = SECOND,
        ['R'] = SECOND,
        ['E'] = SECOND,
        ['I'] = SECOND,
        ['O'] = SECOND,
        ['%'] = FIRST | SECOND,
        ['\\'] = FIRST | SECOND};

/* False: nothing that is to be masked begins here. Most bytes end at the first question. */
static bool may_begin(const masking *self, const char *at)
{
    if (self->secret != NULL && *at == *self->secret)
        return true;
    if ((places[(unsigned char)at[0]] & FIRST) == 0)
        return false;
    if (self->end - at < 4)
        return true;
    if (is_encoded(at))
        return true;
    if ((places[(unsigned char)at[1]] & SECOND) == 0)
        return false;
    return is_encoded(at + 1) || is_encoded(at + 2) || is_start(at);
}

static const char *find_secret(const masking *self, const char *at, const char **from)
{
    const char *end = end_of_token(self, at);
    if (end == NULL && self->secret != NULL)
        end = end_of_secret(self, at);
    *from = at;
    return end != NULL || !self->by_name ? end : find_named(self, at, from);
}

/* What is before this place, and was not masked, goes out. */
static void flush(masking *self, const char *to)
{
    size_t length = (size_t)(to - self->start);
    if (self->out != self->start)
        memmove(self->out, self->start, length);
    self->out += length;
}

static void put_stars(masking *self, const char *from, const char *to)
{
    size_t length = to - from < 3 ? (size_t)(to - from) : 3;
    flush(self, from);
    memcpy(self->out, "***", length);
    self->out += length;
    self->start = to;
}

static size_t mask(char *text, size_t length, const char *secret, bool by_name)
{
    masking self = {.end = text + length, .secret = secret, .by_name = by_name, .out = text, .start = text};
    const char *first = skip(&self, text, " \t\r\n");
    self.is_json = first < self.end && (*first == '{' || *first == '[');
    for (const char *at = text; at < self.end;) {
        const char *from, *end = may_begin(&self, at) ? find_secret(&self, at, &from) : NULL;
        if (end != NULL)
            put_stars(&self, from, end);
        at = end != NULL ? end : at + 1;
    }
    flush(&self, self.end);
    return (size_t)(self.out - text);
}

size_t local_mask_values(char *text, size_t length, const char *secret)
{
    return mask(text, length, secret, false);
}

size_t local_mask_secrets(char *text, size_t length, const char *secret)
{
    return mask(text, length, secret, true);
}

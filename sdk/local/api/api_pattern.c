/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of ids. Most are a start and characters of one class, "psess-[^[:space:]]+": those are looked at
 * directly, in bytes, which is many times cheaper than regexec(3). The others are regular expressions. */
#include "api/api_check.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

typedef struct pattern {
    const char *text; /* static: compared by address */
    bool is_plain;
    size_t start_length; /* plain: so much of the text is the start */
    bool is_member[256]; /* and these bytes may follow */
    bool may_be_short;   /* also none of them */
    regex_t compiled;    /* not plain */
    struct pattern *next;
} pattern;

struct local_patterns {
    pattern *first;
};

glift_status local_patterns_create(local_patterns **out)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL ? GLIFT_OK : GLIFT_ERR_MEMORY;
}

void local_patterns_destroy(local_patterns *patterns)
{
    if (patterns == NULL)
        return;
    for (pattern *one = patterns->first, *next; one != NULL; one = next) {
        next = one->next;
        if (!one->is_plain)
            regfree(&one->compiled);
        free(one);
    }
    free(patterns);
}

/* ---- plain ones ---- */

static void add_range(pattern *self, unsigned char first, unsigned char last)
{
    for (unsigned c = first; c <= last; c++)
        self->is_member[c] = true;
}

static void add_space(pattern *self)
{
    for (unsigned c = 1; c < 128; c++)
        self->is_member[c] = self->is_member[c] || isspace((int)c);
}

static void invert(pattern *self)
{
    for (unsigned c = 1; c < 256; c++)
        self->is_member[c] = !self->is_member[c];
}

/* The class that begins at the bracket. Gives what follows it; NULL: it is none that is read here. */
static const char *read_class(pattern *self, const char *at)
{
    static const char space[] = "[:space:]";
    bool is_inverted = at[1] == '^';
    at += is_inverted ? 2 : 1;
    while (*at != ']') {
        if (strncmp(at, space, sizeof space - 1) == 0) {
            add_space(self);
            at += sizeof space - 1;
        } else if (*at == '\0' || *at == '[' || (unsigned char)*at >= 128) {
            return NULL;
        } else if (at[1] == '-' && at[2] != ']') {
            add_range(self, (unsigned char)at[0], (unsigned char)at[2]);
            at += 3;
        } else {
            self->is_member[(unsigned char)*at++] = true;
        }
    }
    if (is_inverted)
        invert(self);
    return at + 1;
}

static bool read_plain(pattern *self, const char *text)
{
    self->start_length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:/");
    const char *rest = text[self->start_length] == '[' ? read_class(self, text + self->start_length) : NULL;
    self->may_be_short = rest != NULL && strcmp(rest, "*") == 0;
    return self->may_be_short || (rest != NULL && strcmp(rest, "+") == 0);
}

static bool fits_plain(const pattern *self, const char *text)
{
    if (strncmp(text, self->text, self->start_length) != 0 ||
            (text[self->start_length] == '\0' && !self->may_be_short))
        return false;
    const unsigned char *c = (const unsigned char *)text + self->start_length;
    while (self->is_member[*c])
        c++;
    return *c == '\0';
}

/* ---- all of them ---- */

static bool read_expression(pattern *self, const char *text)
{
    char *whole = local_format("^(%s)$", text);
    bool read = whole != NULL && regcomp(&self->compiled, whole, REG_EXTENDED | REG_NOSUB) == 0;
    free(whole);
    return read;
}

static const pattern *read_pattern(local_patterns *patterns, const char *text)
{
    for (const pattern *known = patterns->first; known != NULL; known = known->next) {
        if (known->text == text)
            return known;
    }
    pattern *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return NULL;
    fresh->is_plain = read_plain(fresh, text);
    if (!fresh->is_plain && !read_expression(fresh, text)) {
        free(fresh);
        return NULL;
    }
    fresh->text = text;
    fresh->next = patterns->first;
    patterns->first = fresh;
    return fresh;
}

bool local_pattern_fits(local_patterns *patterns, const char *expression, const char *text)
{
    const pattern *one = read_pattern(patterns, expression);
    if (one == NULL)
        return false;
    return one->is_plain ? fits_plain(one, text) : regexec(&one->compiled, text, 0, NULL, 0) == 0;
}

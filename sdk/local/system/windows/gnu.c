/* SPDX-License-Identifier: Apache-2.0 */
#include "system/windows/gnu.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "platform/platform.h"

void *memmem(const void *bytes, size_t length, const void *wanted, size_t wanted_length)
{
    const char *at = bytes;
    for (; length >= wanted_length; at++, length--) {
        if (memcmp(at, wanted, wanted_length) == 0)
            return (void *)at;
    }
    return NULL;
}

char *strcasestr(const char *text, const char *part)
{
    size_t length = strlen(part);
    for (; *text != '\0' || length == 0; text++) {
        if (_strnicmp(text, part, length) == 0)
            return (char *)text;
    }
    return NULL;
}

char *strndup(const char *text, size_t most)
{
    size_t length = strnlen(text, most);
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

typedef struct order {
    int (*compare)(const void *, const void *, void *);
    void *user;
} order;

/* Windows hands over what is the user's first. */
static int compare_for(void *by, const void *left, const void *right)
{
    const order *how = by;
    return how->compare(left, right, how->user);
}

void qsort_r(void *items, size_t count, size_t size, int (*compare)(const void *, const void *, void *),
        void *user)
{
    order how = {compare, user};
    qsort_s(items, count, size, compare_for, &how);
}

/* Windows' own one ends with the year 3000. */
struct tm *gmtime_r(const time_t *when, struct tm *out)
{
    return glift__clock_utc(*when, out) ? out : NULL;
}

struct tm *localtime_r(const time_t *when, struct tm *out)
{
    return localtime_s(out, when) == 0 ? out : NULL;
}

int setenv(const char *name, const char *value, int replaces)
{
    return replaces || getenv(name) == NULL ? (int)_putenv_s(name, value) : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* See troubles.h. */

#include "troubles.h"

#include <stdlib.h>
#include <string.h>

typedef struct entry {
    struct entry *next;
    trouble what;
    bool is_counted;
} entry;

static entry *entries;

static void free_entry(entry *gone)
{
    free((char *)gone->what.action);
    free((char *)gone->what.containing);
    free((char *)gone->what.message);
    free(gone);
}

static const char *copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

bool troubles_add(const trouble *given)
{
    entry *new = calloc(1, sizeof *new);
    if (new == NULL)
        return false;
    new->what = *given;
    new->is_counted = given->times > 0;
    new->what.action = copy(given->action);
    new->what.containing = copy(given->containing);
    new->what.message = copy(given->message);
    if (new->what.action == NULL || (given->containing != NULL && new->what.containing == NULL) ||
            (given->message != NULL && new->what.message == NULL)) {
        free_entry(new);
        return false;
    }
    new->next = entries;
    entries = new;
    return true;
}

void troubles_clear(void)
{
    while (entries != NULL) {
        entry *gone = entries;
        entries = gone->next;
        free_entry(gone);
    }
}

const trouble *troubles_meet(const char *action, const char *text)
{
    for (entry *at = entries; at != NULL; at = at->next) {
        if (strcmp(at->what.action, action) != 0 || (at->is_counted && at->what.times == 0))
            continue;
        if (at->what.containing != NULL && strstr(text, at->what.containing) == NULL)
            continue;
        if (at->is_counted)
            at->what.times--;
        return &at->what;
    }
    return NULL;
}

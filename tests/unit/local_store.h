/* SPDX-License-Identifier: Apache-2.0 */
/* A store in memory for a service's state (keep.h). It has every record checked at each commit, so that a
 * change that nobody told of fails the test that made it; where there are many, at fewer of the commits the
 * more there are, so that a test with 10,000 of them takes no hours. */
#ifndef LOCAL_TEST_STORE_H
#define LOCAL_TEST_STORE_H

#include "model/keep.h"
#ifndef CHECK /* a fuzz target brings its own */
#include "test.h"
#endif

#include <stdlib.h>
#include <string.h>

#define CHECKED_AT_EACH_COMMIT 200
#define CHECKED_PER_COMMIT     30 /* beyond that: records, on the average */

typedef struct test_row {
    char kind[24];
    char *body; /* NULL: there is none of this number */
} test_row;

typedef struct test_store {
    local_store store;
    test_row *rows; /* by their numbers */
    size_t count, room;
    size_t puts;                /* of all kinds but processes, whose deadlines begin anew with a service */
    size_t commits, next_check; /* next_check: by commits */
    bool is_full;               /* nothing more can be put */
} test_store;

static inline bool test_store_put(void *user, const char *kind, uint64_t row, const char *body, size_t length)
{
    test_store *self = user;
    if (self->is_full)
        return false;
    if (row >= self->room) {
        size_t room = (size_t)row * 2 + 64;
        self->rows = realloc(self->rows, room * sizeof *self->rows);
        CHECK(self->rows != NULL);
        memset(self->rows + self->room, 0, (room - self->room) * sizeof *self->rows);
        self->room = room;
    }
    test_row *to = &self->rows[row];
    CHECK(to->body == NULL || strcmp(to->kind, kind) == 0);
    free(to->body);
    to->body = strndup(body, length);
    snprintf(to->kind, sizeof to->kind, "%s", kind);
    self->count = row >= self->count ? (size_t)row + 1 : self->count;
    self->puts += strcmp(kind, "process") != 0;
    return true;
}

static inline bool test_store_remove(void *user, const char *kind, uint64_t row)
{
    test_store *self = user;
    CHECK(row < self->count && self->rows[row].body != NULL);
    CHECK_TEXT(self->rows[row].kind, kind);
    free(self->rows[row].body);
    self->rows[row].body = NULL;
    return true;
}

static inline bool test_store_commit(void *user, glift__time now)
{
    test_store *self = user;
    (void)now;
    self->commits++;
    self->store.checks_all = self->count < CHECKED_AT_EACH_COMMIT || self->commits >= self->next_check;
    if (self->store.checks_all)
        self->next_check = self->commits + 1 + self->count / CHECKED_PER_COMMIT;
    return true;
}

static inline bool test_store_each(void *user, const char *kind, local_row_fn row, void *arg)
{
    test_store *self = user;
    for (size_t i = 0; i < self->count; i++) {
        const test_row *at = &self->rows[i];
        if (at->body != NULL && strcmp(at->kind, kind) == 0 && !row(arg, i, at->body, strlen(at->body)))
            return false;
    }
    return true;
}

static inline void test_store_init(test_store *self)
{
    *self = (test_store){.store = {.user = self,
                                 .checks_all = true,
                                 .put = test_store_put,
                                 .remove = test_store_remove,
                                 .commit = test_store_commit,
                                 .each = test_store_each}};
}

static inline void test_store_fini(test_store *self)
{
    for (size_t i = 0; i < self->count; i++)
        free(self->rows[i].body);
    free(self->rows);
    *self = (test_store){0};
}

#endif

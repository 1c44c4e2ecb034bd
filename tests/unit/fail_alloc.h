/* SPDX-License-Identifier: Apache-2.0 */
/* Lets one allocation of the SDK and of cJSON fail, the next time another one, until all have failed once.
 *
 *     for (fail_alloc_start(); fail_alloc_next();) { ... one whole run, which must end as it began ... }
 *
 * The program is linked with --wrap, so allocations of the objects in the archive come here; those of
 * cJSON come by its hooks. Like the real malloc, this one sets errno. */
#ifndef FAIL_ALLOC_H
#define FAIL_ALLOC_H

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);

static struct {
    bool on;
    long failing; /* the number of the allocation that fails in this run */
    long made;    /* allocations of this run */
    long live;    /* not freed yet */
} fail_alloc;

static inline bool fail_alloc_refuses(void)
{
    if (!fail_alloc.on || fail_alloc.made++ != fail_alloc.failing)
        return false;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    void *made = fail_alloc_refuses() ? NULL : __real_malloc(size);
    fail_alloc.live += made != NULL;
    return made;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *made = fail_alloc_refuses() ? NULL : __real_calloc(count, size);
    fail_alloc.live += made != NULL;
    return made;
}

void *__wrap_realloc(void *old, size_t size)
{
    void *made = fail_alloc_refuses() ? NULL : __real_realloc(old, size);
    fail_alloc.live += made != NULL && old == NULL;
    return made;
}

void __wrap_free(void *old)
{
    fail_alloc.live -= old != NULL;
    __real_free(old);
}

static inline void fail_alloc_start(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){__wrap_malloc, __wrap_free});
    fail_alloc.on = true;
    fail_alloc.failing = -1;
    fail_alloc.made = 0;
}

/* Whether this run had no allocation that failed: its results are then complete. */
static inline bool fail_alloc_was_spared(void)
{
    return fail_alloc.made <= fail_alloc.failing;
}

/* The next run; false after the one in which nothing failed. */
static inline bool fail_alloc_next(void)
{
    if (fail_alloc.failing >= 0 && fail_alloc_was_spared()) {
        fail_alloc.on = false;
        return false;
    }
    fail_alloc.failing++;
    fail_alloc.made = 0;
    return true;
}

#endif

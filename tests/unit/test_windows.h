/* SPDX-License-Identifier: Apache-2.0 */
/* What tests call of POSIX and Windows has under other names. */
#ifndef TEST_WINDOWS_H
#define TEST_WINDOWS_H

#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef LOCAL_WINDOWS_GNU_H /* which has one for tests of gamelift-local */
static inline int setenv(const char *name, const char *value, int overwrite)
{
    (void)overwrite;
    return _putenv_s(name, value);
}
#endif

/* For this system, a variable without a value is none. */
static inline int unsetenv(const char *name)
{
    return _putenv_s(name, "");
}

/* ---- <glob.h>, of patterns whose last part alone has stars ---- */

typedef struct glob_t {
    size_t gl_pathc;
    char **gl_pathv;
} glob_t;

static inline void glob_add(glob_t *found, const char *pattern, const char *name)
{
    size_t folder = (size_t)(strrchr(pattern, '/') + 1 - pattern), size = folder + strlen(name) + 1;
    found->gl_pathv = realloc(found->gl_pathv, (found->gl_pathc + 1) * sizeof *found->gl_pathv);
    char *path = found->gl_pathv[found->gl_pathc++] = malloc(size);
    snprintf(path, size, "%.*s%s", (int)folder, pattern, name);
}

static inline int glob(const char *pattern, int flags, int (*on_error)(const char *, int), glob_t *found)
{
    struct _finddata_t entry;
    intptr_t listing = _findfirst(pattern, &entry);
    (void)flags;
    (void)on_error;
    *found = (glob_t){0};
    if (listing == -1)
        return 1;
    do {
        glob_add(found, pattern, entry.name);
    } while (_findnext(listing, &entry) == 0);
    _findclose(listing);
    return 0;
}

static inline void globfree(glob_t *found)
{
    for (size_t i = 0; i < found->gl_pathc; i++)
        free(found->gl_pathv[i]);
    free(found->gl_pathv);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What glibc has and Windows' C library lacks. The compiler includes it first into each file of
 * gamelift-local (CMakeLists.txt), where the same calls stand on every system. */
#ifndef LOCAL_WINDOWS_GNU_H
#define LOCAL_WINDOWS_GNU_H

#include <stddef.h>
#include <time.h>

void *memmem(const void *bytes, size_t length, const void *wanted, size_t wanted_length);
char *strcasestr(const char *text, const char *part);
char *strndup(const char *text, size_t most);
void qsort_r(void *items, size_t count, size_t size, int (*compare)(const void *, const void *, void *),
        void *user);
struct tm *gmtime_r(const time_t *when, struct tm *out);
struct tm *localtime_r(const time_t *when, struct tm *out);
int setenv(const char *name, const char *value, int replaces);

#endif

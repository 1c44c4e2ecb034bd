/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

uint64_t glift__clock_mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t glift__clock_unix_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool glift__clock_utc(int64_t unix_s, struct tm *out)
{
    time_t time = (time_t)unix_s;
    return gmtime_r(&time, out) != NULL;
}

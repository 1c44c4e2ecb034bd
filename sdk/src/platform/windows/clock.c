/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

#include <windows.h>

/* Seconds and rest apart, since ticks in milliseconds do not fit 64 bits for as long as a machine may run. */
uint64_t glift__clock_mono_ms(void)
{
    LARGE_INTEGER ticks, per_second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&per_second);
    uint64_t seconds = (uint64_t)(ticks.QuadPart / per_second.QuadPart);
    uint64_t rest = (uint64_t)(ticks.QuadPart % per_second.QuadPart);
    return seconds * 1000 + rest * 1000 / (uint64_t)per_second.QuadPart;
}

/* The system counts in units of 100 ns since 1601. */
int64_t glift__clock_unix_ms(void)
{
    const int64_t ms_from_1601_to_1970 = 11644473600000;
    FILETIME now;
    GetSystemTimePreciseAsFileTime(&now);
    uint64_t units = (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
    return (int64_t)(units / 10000) - ms_from_1601_to_1970;
}

bool glift__clock_utc(int64_t unix_s, struct tm *out)
{
    __time64_t time = unix_s;
    return _gmtime64_s(out, &time) == 0;
}

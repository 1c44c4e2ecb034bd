/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

#include <windows.h>

/* The system counts in units of 100 ns since 1601. */
#define MS_FROM_1601_TO_1970 INT64_C(11644473600000)

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

int64_t glift__clock_unix_ms(void)
{
    FILETIME now;
    GetSystemTimePreciseAsFileTime(&now);
    uint64_t units = (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
    return (int64_t)(units / 10000) - MS_FROM_1601_TO_1970;
}

static int64_t days_of(const FILETIME *time)
{
    const int64_t units_a_day = INT64_C(864000000000);
    return (int64_t)((uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime) / units_a_day;
}

/* The days since the first of January of that year. */
static int day_in_year(const FILETIME *time, WORD year)
{
    FILETIME new_year = {0};
    const SYSTEMTIME first = {.wYear = year, .wMonth = 1, .wDay = 1};
    SystemTimeToFileTime(&first, &new_year);
    return (int)(days_of(time) - days_of(&new_year));
}

/* C's own functions end with the year 3000 here. */
bool glift__clock_utc(int64_t unix_s, struct tm *out)
{
    const int64_t least = -MS_FROM_1601_TO_1970 / 1000, most = INT64_MAX / 10000000 + least;
    SYSTEMTIME utc;
    if (unix_s < least || unix_s > most)
        return false;
    uint64_t units = (uint64_t)(unix_s - least) * 10000000;
    FILETIME time = {.dwLowDateTime = (DWORD)units, .dwHighDateTime = (DWORD)(units >> 32)};
    if (!FileTimeToSystemTime(&time, &utc))
        return false;
    *out = (struct tm){.tm_year = utc.wYear - 1900,
            .tm_mon = utc.wMonth - 1,
            .tm_mday = utc.wDay,
            .tm_hour = utc.wHour,
            .tm_min = utc.wMinute,
            .tm_sec = utc.wSecond,
            .tm_wday = utc.wDayOfWeek,
            .tm_yday = day_in_year(&time, utc.wYear)};
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "program/log_line.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "printable.h"

void log_line(glift_log_level level, const char *text)
{
    char line[4096], clock[16];
    static const char *const names[] = {"debug", "info", "warning", "error"};
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &parts);
    strftime(clock, sizeof clock, "%H:%M:%S", &parts);
    snprintf(line, sizeof line, "%s", text);
    make_printable(line, strlen(line));
    fprintf(stderr, "%s.%03ld %-7s %s\n", clock, now.tv_nsec / 1000000, names[level], line);
}

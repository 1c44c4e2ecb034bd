/* SPDX-License-Identifier: Apache-2.0 */
#include "program/log_line.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "platform/platform.h"
#include "printable.h"

void log_line(glift_log_level level, const char *text)
{
    char line[4096], clock[16];
    static const char *const names[] = {"debug", "info", "warning", "error"};
    struct tm parts;
    int64_t now_ms = glift__clock_unix_ms();
    time_t now_s = (time_t)(now_ms / 1000);
    localtime_r(&now_s, &parts);
    strftime(clock, sizeof clock, "%H:%M:%S", &parts);
    snprintf(line, sizeof line, "%s", text);
    make_printable(line, strlen(line));
    fprintf(stderr, "%s.%03d %-7s %s\n", clock, (int)(now_ms % 1000), names[level], line);
}

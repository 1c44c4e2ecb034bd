/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include "printable.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 8192 };

static glift_log_level least_level = GLIFT_LOG_INFO;

void log_set_level(glift_log_level level)
{
    least_level = level;
}

static size_t append_stamp(char *out, size_t size, unsigned place, glift_log_level level, const char *tag)
{
    static const char *const names[] = {"DEBUG", "INFO", "WARN", "ERROR"};
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t length = (size_t)snprintf(out, size, "%02d:%02d:%02d.%03ld %-5s %-8.16s ", utc.tm_hour, utc.tm_min,
            utc.tm_sec, now.tv_nsec / 1000000,
            names[level >= 0 && level <= GLIFT_LOG_ERROR ? level : GLIFT_LOG_ERROR], tag);
    if (place != 0)
        length += (size_t)snprintf(out + length, size - length, "[%u] ", place);
    return length;
}

void log_line_of_place(unsigned place, glift_log_level level, const char *tag, const char *message)
{
    static const char indent[] = "\n    ";
    char line[LINE_MAX_BYTES];
    if (level < least_level)
        return;
    size_t length = append_stamp(line, sizeof line, place, level, tag);
    for (const char *c = message; *c != '\0' && length < sizeof line - sizeof indent; c++) {
        if (*c == '\n') {
            for (const char *i = indent; *i != '\0'; i++)
                line[length++] = *i;
        } else {
            line[length++] = *c;
        }
    }
    for (char *at = line, *end = line + length, *feed; at < end; at = feed + 1) {
        feed = memchr(at, '\n', (size_t)(end - at));
        if (feed == NULL)
            feed = end;
        make_printable(at, (size_t)(feed - at));
    }
    line[length++] = '\n';
    /* Nobody to tell when the log itself cannot be written. */
    if (write(STDERR_FILENO, line, length) < 0)
        return;
}

void log_line(glift_log_level level, const char *tag, const char *message)
{
    log_line_of_place(0, level, tag, message);
}

static void log_arguments(
        unsigned place, glift_log_level level, const char *tag, const char *format, va_list arguments)
{
    char message[LINE_MAX_BYTES / 2];
    vsnprintf(message, sizeof message, format, arguments);
    log_line_of_place(place, level, tag, message);
}

void log_format(glift_log_level level, const char *tag, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_arguments(0, level, tag, format, arguments);
    va_end(arguments);
}

void log_of_place(unsigned place, glift_log_level level, const char *tag, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_arguments(place, level, tag, format, arguments);
    va_end(arguments);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "program/complain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"

bool complain(const char *format, ...)
{
    char line[5000]; /* a path has 4,096 bytes at the most */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    make_printable(line, strlen(line));
    fprintf(stderr, "gamelift-local: %s\n", line);
    return false;
}

bool has_printed(void)
{
    return (fflush(stdout) == 0 && !ferror(stdout)) ||
           complain("cannot write to stdout: %s", strerror(errno));
}

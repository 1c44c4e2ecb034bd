/* SPDX-License-Identifier: Apache-2.0 */
#include "arguments.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(char **arguments)
{
    const char *slash = strrchr(arguments[0], '/');
    return slash != NULL ? slash + 1 : arguments[0];
}

int arguments_read(int count, char **arguments, int most, const char *help)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "-h") == 0 || strcmp(arguments[i], "--help") == 0) {
            if (fputs(help, stdout) != EOF && fflush(stdout) == 0)
                return 0;
            fprintf(stderr, "%s: cannot write to stdout: %s\n", name_of(arguments), strerror(errno));
            return 1;
        }
        /* A negative number is a wrong value, which says more than that it is no option. */
        bool is_option = arguments[i][0] == '-' && (arguments[i][1] < '0' || arguments[i][1] > '9');
        if (!is_option && i <= most)
            continue;
        fprintf(stderr, "%s: \"%.200s\" %s: see --help\n", name_of(arguments), arguments[i],
                is_option ? "is no option" : "is one argument too many");
        return 2;
    }
    return -1;
}

long arguments_number(
        int count, char **arguments, int place, const char *what, long least, long most, long fallback)
{
    if (place >= count)
        return fallback;
    char *end;
    long number = strtol(arguments[place], &end, 10);
    if (end != arguments[place] && *end == '\0' && number >= least && number <= most)
        return number;
    fprintf(stderr, "%s: %s is a whole number from %ld to %ld, not \"%.200s\"\n", name_of(arguments), what,
            least, most, arguments[place]);
    exit(2);
}

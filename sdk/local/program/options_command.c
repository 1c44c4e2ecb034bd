/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/complain.h"
#include "program/options.h"

/* In single quotes; the caller owns it. */
static char *join_quoted(char **words, int count)
{
    size_t size = 1;
    for (int i = 0; i < count; i++)
        size += 4 * strlen(words[i]) + 3;
    char *joined = malloc(size), *at = joined;
    for (int i = 0; joined != NULL && i < count; i++) {
        *at++ = '\'';
        for (const char *c = words[i]; *c != '\0'; c++)
            at += sprintf(at, *c == '\'' ? "'\\''" : "%c", *c);
        *at++ = '\'';
        *at++ = ' ';
    }
    if (joined != NULL)
        *at = '\0';
    return joined;
}

/* What stands behind "--" is the game server of a scenario, one word each: the launcher splits them as a
 * shell does. */
bool local_options_command(int count, char **arguments, local_options *out)
{
    if (strcmp(arguments[optind - 1], "--") != 0 || out->scenario == NULL)
        return true;
    if (optind == count)
        return complain("--scenario: behind -- stands no command, the game server that it is played to");
    if (out->launch != NULL)
        return complain("a game server is started by --launch or behind --, not by both");
    char *command = join_quoted(arguments + optind, count - optind);
    if (command == NULL)
        return complain("out of memory");
    out->launch = command;
    optind = count;
    return true;
}

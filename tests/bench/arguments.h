/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of a bench: --help, and a few arguments that are no options. */
#ifndef BENCH_ARGUMENTS_H
#define BENCH_ARGUMENTS_H

/* -1: go on. Else the exit code: `help` was printed (0), or it was said that something is an option, or more
 * than the `most` arguments that there can be (2). */
int arguments_read(int count, char **arguments, int most, const char *help);

/* The whole number that stands at `place`, or `fallback` where nothing does. Leaves with 2, and says what the
 * argument is and its limits, where it is anything else. */
long arguments_number(
        int count, char **arguments, int place, const char *what, long least, long most, long fallback);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of a test program, of the SDK and of libwebsockets in it, which the test can put forward. Include
 * it once; the program exports its symbols. */
#ifndef CLOCK_H
#define CLOCK_H

#include "stand_in.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Atomic(long) clock_ahead_s;

__attribute__((visibility("default"))) int clock_gettime(clockid_t id, struct timespec *out)
{
    int result = (int)syscall(SYS_clock_gettime, id, out);
    if (id == CLOCK_MONOTONIC)
        out->tv_sec += clock_ahead_s;
    return result;
}

static inline void put_clock_forward(glift__core *core, long seconds)
{
    clock_ahead_s += seconds;
    stand_in_say(core, 99, "to nobody"); /* wakes the thread, which looks at its clock */
}

#endif

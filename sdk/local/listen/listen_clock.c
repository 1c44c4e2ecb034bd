/* SPDX-License-Identifier: Apache-2.0 */
#include "listen/listen_clock.h"

#include <math.h>

int64_t listen_clock_ahead_ms(const listen_clock *clock, uint64_t machine_ms)
{
    double elapsed_ms = (double)(machine_ms - clock->began_ms);
    return clock->jumped_ms + llround(elapsed_ms * (clock->scale - 1));
}

uint64_t listen_clock_wait_ms(const listen_clock *clock, uint64_t machine_ms, uint64_t deadline_ms)
{
    uint64_t now_ms = machine_ms + (uint64_t)listen_clock_ahead_ms(clock, machine_ms) + clock->kept_ms;
    if (deadline_ms <= now_ms)
        return 0;
    if (deadline_ms == UINT64_MAX || clock->scale <= 0)
        return UINT64_MAX;
    return (uint64_t)ceil((double)(deadline_ms - now_ms) / clock->scale);
}

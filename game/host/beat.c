/* SPDX-License-Identifier: Apache-2.0 */
#include "beat.h"
#include "log.h"

enum { TELL_STALLS_S = 10 /* between two log lines of stalls */ };

static const uint64_t second_ns = 1000000000;

beat beat_begin(int ticks_per_second, uint64_t now_ns)
{
    uint64_t period_ns = second_ns / (uint64_t)ticks_per_second;
    return (beat){.period_ns = period_ns, .next_ns = now_ns + period_ns};
}

void beat_begin_round(beat *b)
{
    b->slowest_ns = 0;
}

void beat_note_place(beat *b, unsigned place, uint64_t took_ns)
{
    if (took_ns <= b->slowest_ns)
        return;
    b->slowest_ns = took_ns;
    b->slowest_place = place;
}

static void tell_first_stall(const beat *b, uint64_t left_out)
{
    bool is_of_a_tick =
            b->slowest_place != 0 && b->slowest_ns > b->period_ns; /* else of a message, or the system */
    if (!is_of_a_tick)
        log_format(
                GLIFT_LOG_WARNING, "arena", "a stall: %llu ticks are left out", (unsigned long long)left_out);
    else
        log_format(GLIFT_LOG_WARNING, "arena",
                "a stall: %llu ticks of all servers are left out; the longest tick was that of [%u], %.0f ms",
                (unsigned long long)left_out, b->slowest_place, (double)b->slowest_ns * 1e-6);
}

void beat_skip(beat *b, uint64_t now_ns)
{
    uint64_t left_out = (now_ns - b->next_ns) / b->period_ns + 1;
    if (b->stalls_told_ns == 0) {
        tell_first_stall(b, left_out);
        b->stalls_told_ns = now_ns;
    } else {
        b->stalls++;
        b->stalled_ticks += left_out;
    }
    b->next_ns += left_out * b->period_ns;
}

void beat_tell_stalls(beat *b, uint64_t now_ns, bool is_end)
{
    if (b->stalls_told_ns == 0 || (!is_end && now_ns - b->stalls_told_ns < TELL_STALLS_S * second_ns))
        return;
    if (b->stalls > 0)
        log_format(GLIFT_LOG_WARNING, "arena", "%u further stalls: %llu ticks are left out", b->stalls,
                (unsigned long long)b->stalled_ticks);
    b->stalls_told_ns = b->stalls > 0 ? now_ns : 0;
    b->stalls = 0;
    b->stalled_ticks = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* When the next tick is due, and what is told where ticks come too late. */
#ifndef HOST_BEAT_H
#define HOST_BEAT_H

#include <stdbool.h>
#include <stdint.h>

enum { MAX_TICKS_BEHIND = 5 /* made up for after a stall; what is beyond is left out */ };

typedef struct beat {
    uint64_t period_ns, next_ns;
    uint64_t stalls_told_ns, stalled_ticks; /* told_ns 0: there was none for a while */
    unsigned stalls;                        /* since the last log line */
    uint64_t slowest_ns;                    /* the longest tick of one place in this round */
    unsigned slowest_place;                 /* 0: there is only one */
} beat;

beat beat_begin(int ticks_per_second, uint64_t now_ns);
/* Before the ticks that are due: one that was long earlier is no reason for a stall now. */
void beat_begin_round(beat *b);
/* How long the tick of one place took. */
void beat_note_place(beat *b, unsigned place, uint64_t took_ns);
/* Leave out the ticks up to now. The first stall is told at once, the further ones by their number. */
void beat_skip(beat *b, uint64_t now_ns);
void beat_tell_stalls(beat *b, uint64_t now_ns, bool is_end);

#endif

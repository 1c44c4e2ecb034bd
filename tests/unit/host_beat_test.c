/* SPDX-License-Identifier: Apache-2.0 */
/* The beat of the ticks: what a stall is said to come from, and how often stalls are told. */

#include "test.h"

#include <stdarg.h>

#include "beat.h"
#include "log.h"

enum { RATE = 20, PERIOD_MS = 1000 / RATE };

static char told[400]; /* the latest log line */

void log_format(glift_log_level level, const char *tag, const char *format, ...)
{
    va_list arguments;
    CHECK_INT(level, GLIFT_LOG_WARNING);
    CHECK_TEXT(tag, "arena");
    va_start(arguments, format);
    vsnprintf(told, sizeof told, format, arguments);
    va_end(arguments);
}

static uint64_t ms(uint64_t count)
{
    return count * 1000000;
}

TEST(a_stall_names_the_longest_tick_of_its_round)
{
    beat b = beat_begin(RATE, 0);
    beat_begin_round(&b);
    beat_note_place(&b, 1, ms(60));
    beat_note_place(&b, 2, ms(500));
    beat_note_place(&b, 3, ms(70));
    beat_skip(&b, ms(10 * PERIOD_MS));
    CHECK_TEXT(
            told, "a stall: 10 ticks of all servers are left out; the longest tick was that of [2], 500 ms");
    CHECK_INT(b.next_ns, ms(11 * PERIOD_MS));
}

TEST(a_stall_is_not_laid_to_a_tick_of_another_round)
{
    beat b = beat_begin(RATE, 0);
    beat_begin_round(&b);
    beat_note_place(&b, 2, ms(100)); /* for which there was time: nothing is left out */
    beat_begin_round(&b);
    beat_note_place(&b, 1, ms(1));
    beat_skip(&b, ms(10 * PERIOD_MS));
    CHECK_TEXT(told, "a stall: 10 ticks are left out");
}

TEST(further_stalls_are_told_by_their_number_every_ten_seconds)
{
    beat b = beat_begin(RATE, 0);
    beat_skip(&b, ms(PERIOD_MS));
    told[0] = '\0';
    beat_skip(&b, ms(1000));
    beat_skip(&b, ms(2000));
    beat_tell_stalls(&b, ms(9999), false);
    CHECK_TEXT(told, "");
    beat_tell_stalls(&b, ms(10050), false);
    CHECK_TEXT(told, "2 further stalls: 39 ticks are left out");
    beat_tell_stalls(&b, ms(20100), false); /* quiet since: the next one is news */
    beat_skip(&b, ms(20100));
    CHECK(strstr(told, "a stall: ") == told);
}

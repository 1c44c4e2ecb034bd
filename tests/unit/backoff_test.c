/* SPDX-License-Identifier: Apache-2.0 */
#include "core/backoff.h"
#include "test.h"

static glift__backoff usual(void)
{
    return (glift__backoff){.base_ms = 500, .cap_ms = 32000};
}

/* The ceiling of the next delay: what the highest random number gives. */
static uint32_t next_ceiling(glift__backoff *backoff, glift__backoff_cause cause, uint64_t outage_ms)
{
    return glift__backoff_next_ms(backoff, cause, outage_ms, UINT32_MAX);
}

TEST(the_first_redial_after_a_drop_comes_within_100_ms)
{
    glift__backoff backoff = usual();
    CHECK_INT(next_ceiling(&backoff, GLIFT__BACKOFF_DROPPED, 0), 100);
    CHECK_INT(next_ceiling(&backoff, GLIFT__BACKOFF_FAILED, 50), 500);
}

TEST(a_service_that_accepts_and_drops_at_once_is_not_dialled_in_a_loop)
{
    glift__backoff backoff = usual();
    next_ceiling(&backoff, GLIFT__BACKOFF_DROPPED, 0);
    CHECK_INT(next_ceiling(&backoff, GLIFT__BACKOFF_DROPPED, 0), 500);
    CHECK_INT(next_ceiling(&backoff, GLIFT__BACKOFF_DROPPED, 0), 1000);
}

TEST(P135_ceilings_stay_at_2_s_for_the_first_minute_then_double_to_the_cap)
{
    static const struct {
        uint64_t outage_ms;
        uint32_t ceiling;
    } dials[] = {{0, 500}, {400, 1000}, {1000, 2000}, {3000, 2000}, {59000, 2000}, {61000, 2000},
            {63000, 4000}, {67000, 8000}, {75000, 16000}, {91000, 32000}, {123000, 32000}, {999000, 32000}};
    glift__backoff backoff = usual();
    for (size_t i = 0; i < sizeof dials / sizeof dials[0]; i++)
        CHECK_INT(next_ceiling(&backoff, GLIFT__BACKOFF_FAILED, dials[i].outage_ms), dials[i].ceiling);
}

TEST(P136_delays_are_spread_over_everything_from_zero_to_the_ceiling)
{
    glift__backoff low = usual(), middle = usual();
    CHECK_INT(glift__backoff_next_ms(&low, GLIFT__BACKOFF_FAILED, 0, 0), 0);
    CHECK_INT(glift__backoff_next_ms(&middle, GLIFT__BACKOFF_FAILED, 0, UINT32_MAX / 2), 250);
}

TEST(P18_an_overloaded_service_gets_the_highest_ceiling_at_once)
{
    glift__backoff backoff = usual();
    CHECK_INT(next_ceiling(&backoff, GLIFT__BACKOFF_OVERLOADED, 0), 32000);
    CHECK_INT(next_ceiling(&backoff, GLIFT__BACKOFF_FAILED, 0), 500);
}

TEST(no_delay_passes_the_cap_however_long_it_takes)
{
    glift__backoff backoff = {.base_ms = 4000000000U, .cap_ms = 4100000000U};
    for (int i = 0; i < 100; i++)
        CHECK(next_ceiling(&backoff, GLIFT__BACKOFF_FAILED, 100000000) <= 4100000000U);
}

TEST(a_connection_that_has_lasted_makes_delays_short_again)
{
    glift__backoff backoff = usual();
    next_ceiling(&backoff, GLIFT__BACKOFF_DROPPED, 0);
    next_ceiling(&backoff, GLIFT__BACKOFF_FAILED, 0);
    glift__backoff_reset(&backoff);
    CHECK_INT(next_ceiling(&backoff, GLIFT__BACKOFF_DROPPED, 0), 100);
    CHECK_INT(next_ceiling(&backoff, GLIFT__BACKOFF_FAILED, 0), 500);
}

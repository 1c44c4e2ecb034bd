/* SPDX-License-Identifier: Apache-2.0 */
/* The service's clock beside the machine's: its speed, its jumps, and how long the machine waits for it. */
#include "listen/listen_clock.h"
#include "test.h"

static uint64_t shows(const listen_clock *clock, uint64_t machine_ms)
{
    return machine_ms + (uint64_t)listen_clock_ahead_ms(clock, machine_ms);
}

TEST(a_clock_runs_at_its_own_speed)
{
    static const listen_clock same = {.scale = 1, .began_ms = 1000}, fast = {.scale = 10, .began_ms = 1000},
                              slow = {.scale = 0.5, .began_ms = 1000}, still = {.scale = 0, .began_ms = 1000};
    CHECK_INT(shows(&same, 3000), 3000);
    CHECK_INT(shows(&fast, 1000), 1000);
    CHECK_INT(shows(&fast, 3000), 21000);
    CHECK_INT(shows(&slow, 3000), 2000);
    CHECK_INT(shows(&still, 3000), 1000);
}

TEST(a_jump_is_of_the_services_time)
{
    listen_clock clock = {.scale = 10, .began_ms = 1000};
    clock.jumped_ms += 500;
    CHECK_INT(shows(&clock, 2000), 11500);
    clock.scale = 0;
    CHECK_INT(shows(&clock, 2000), 1500);
}

TEST(a_clock_never_goes_back)
{
    static const double scales[] = {0, 0.001, 0.3, 0.5, 0.999, 1, 1.7, 1000};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        listen_clock clock = {.scale = scales[i], .began_ms = 123456789};
        for (uint64_t ms = clock.began_ms; ms < clock.began_ms + 5000; ms++)
            CHECK(shows(&clock, ms + 1) >= shows(&clock, ms));
    }
}

/* Waking too early would make the loop spin, too late would make a timer late. */
TEST(the_machine_waits_until_the_clock_shows_the_deadline)
{
    static const double scales[] = {0.001, 0.3, 0.5, 1, 1.7, 10, 1000};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        listen_clock clock = {.scale = scales[i], .began_ms = 1000, .jumped_ms = 77};
        for (uint64_t left = 0; left < 3000; left++) {
            uint64_t deadline = shows(&clock, 5000) + left;
            uint64_t wait = listen_clock_wait_ms(&clock, 5000, deadline);
            CHECK(shows(&clock, 5000 + wait + 1) >= deadline);
            CHECK(wait < 2 || shows(&clock, 5000 + wait - 2) <= deadline);
        }
    }
}

TEST(what_never_comes_is_waited_for_without_end)
{
    static const listen_clock fast = {.scale = 10}, still = {.scale = 0};
    CHECK(listen_clock_wait_ms(&fast, 1000, UINT64_MAX) == UINT64_MAX);
    CHECK(listen_clock_wait_ms(&still, 1000, 1) == UINT64_MAX);
    CHECK_INT(listen_clock_wait_ms(&still, 1000, 0), 0);
}

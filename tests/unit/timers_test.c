/* SPDX-License-Identifier: Apache-2.0 */
#include "io/timers.h"

#include "base/random.h"
#include "test.h"

#define COUNT 200

static void on_due(glift__timer *self)
{
    (void)self;
}

static void init_all(glift__timer *all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        glift__timer_init(&all[i], on_due);
}

TEST(an_empty_heap_has_no_next_timer)
{
    glift__timers timers = {0};
    CHECK(glift__timers_next_ms(&timers) == UINT64_MAX);
    CHECK(glift__timers_take_due(&timers, UINT64_MAX - 1) == NULL);
}

TEST(a_timer_is_due_at_its_moment_and_not_before)
{
    glift__timers timers = {0};
    glift__timer timer;
    glift__timer_init(&timer, on_due);
    glift__timers_set(&timers, &timer, 100);
    CHECK(glift__timers_take_due(&timers, 99) == NULL);
    CHECK(glift__timers_take_due(&timers, 100) == &timer);
    CHECK(!glift__timer_is_set(&timer));
    CHECK(glift__timers_take_due(&timers, 100) == NULL);
}

TEST(a_timer_that_is_set_again_is_moved)
{
    glift__timers timers = {0};
    glift__timer timer;
    glift__timer_init(&timer, on_due);
    glift__timers_set(&timers, &timer, 100);
    glift__timers_set(&timers, &timer, 50);
    CHECK(glift__timers_next_ms(&timers) == 50);
    glift__timers_set(&timers, &timer, 200);
    CHECK(glift__timers_next_ms(&timers) == 200);
    glift__timers_cancel(&timers, &timer);
    glift__timers_cancel(&timers, &timer);
    CHECK(glift__timers_next_ms(&timers) == UINT64_MAX);
}

/* ---- against a table that is searched ---- */

static uint64_t earliest(const uint64_t *at_ms)
{
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < COUNT; i++)
        first = at_ms[i] < first ? at_ms[i] : first;
    return first;
}

static void take_due(glift__timers *timers, const glift__timer *all, uint64_t *at_ms, uint64_t now_ms)
{
    glift__timer *due;
    while ((due = glift__timers_take_due(timers, now_ms)) != NULL) {
        size_t place = (size_t)(due - all);
        CHECK(at_ms[place] == earliest(at_ms));
        CHECK(at_ms[place] <= now_ms);
        at_ms[place] = UINT64_MAX;
    }
    CHECK(earliest(at_ms) > now_ms);
}

TEST(whatever_is_set_moved_and_cancelled_the_earliest_comes_first)
{
    static glift__timer all[COUNT];
    uint64_t at_ms[COUNT], now_ms = 0;
    glift__timers timers = {0};
    glift__random random = {{1, 2, 3, 4}};
    init_all(all, COUNT);
    memset(at_ms, 0xff, sizeof at_ms);
    for (int step = 0; step < 100000; step++) {
        size_t place = glift__random_next(&random) % COUNT;
        uint32_t choice = glift__random_next(&random) % 8;
        if (choice < 5) {
            at_ms[place] = now_ms + 1 + glift__random_next(&random) % 500;
            glift__timers_set(&timers, &all[place], at_ms[place]);
        } else if (choice < 7) {
            at_ms[place] = UINT64_MAX;
            glift__timers_cancel(&timers, &all[place]);
        } else {
            now_ms += glift__random_next(&random) % 100;
            take_due(&timers, all, at_ms, now_ms);
        }
        CHECK(glift__timers_next_ms(&timers) == earliest(at_ms));
    }
}

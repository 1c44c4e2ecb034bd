/* SPDX-License-Identifier: Apache-2.0 */
#include "base/samples.h"
#include "test.h"

#include <pthread.h>
#include <sched.h>

enum { ROOM = 64 };

static _Atomic(double) memory[2 * ROOM];
static glift__samples samples;
static glift__summary summary;
static double kept[ROOM];

static void take(void)
{
    CHECK(glift__samples_take(&samples, false, &summary, kept));
}

TEST(a_time_is_summed_up_and_the_next_begins_with_nothing)
{
    glift__samples_init(&samples, memory, ROOM);
    glift__samples_add(&samples, 3);
    glift__samples_add(&samples, -2);
    glift__samples_add(&samples, 1);
    take();
    CHECK_INT(summary.count, 3);
    CHECK(summary.sum == 2 && summary.min == -2 && summary.max == 3 && summary.latest == 1);
    CHECK_INT(summary.kept_count, 3);
    CHECK(kept[0] == 3 && kept[1] == -2 && kept[2] == 1);
    take();
    CHECK_INT(summary.count, 0);
    glift__samples_add(&samples, 5);
    take();
    CHECK_INT(summary.count, 1);
    CHECK(summary.sum == 5 && summary.min == 5 && summary.max == 5 && kept[0] == 5);
}

TEST(more_samples_than_there_is_room_for_leave_a_fair_choice)
{
    enum { TIMES = 200, SAMPLES = 16 * ROOM };
    double mean = 0;
    glift__samples_init(&samples, memory, ROOM);
    for (int i = 0; i < TIMES; i++) {
        for (int n = 0; n < SAMPLES; n++)
            glift__samples_add(&samples, n);
        take();
        CHECK_INT(summary.count, SAMPLES);
        CHECK_INT(summary.kept_count, ROOM);
        for (int n = 0; n < ROOM; n++)
            mean += kept[n] / (ROOM * TIMES);
    }
    CHECK(fabs(mean - SAMPLES / 2.0) < SAMPLES / 8.0); /* neither the first ones nor the last ones */
}

TEST(a_sample_that_is_not_done_is_waited_for_unless_nobody_wants_to)
{
    glift__samples_init(&samples, memory, ROOM);
    glift__samples_add(&samples, 1);
    atomic_fetch_add(&samples.head, 1); /* a thread was interrupted here */
    CHECK(!glift__samples_take(&samples, false, &summary, kept));
    glift__samples_add(&samples, 7); /* of the next time already */
    CHECK(!glift__samples_take(&samples, false, &summary, kept));
    atomic_fetch_add(&samples.banks[0].done, 1);
    take();
    CHECK_INT(summary.count, 2);
    take();
    CHECK_INT(summary.count, 1);
    CHECK(summary.sum == 7);
    atomic_fetch_add(&samples.head, 1);
    CHECK(glift__samples_take(&samples, true, &summary, kept));
}

/* ---- between threads ---- */

enum { THREADS = 3, EACH = 400000 };
static atomic_int running;

static void *add_many(void *unused)
{
    for (int i = 1; i <= EACH; i++)
        glift__samples_add(&samples, i);
    atomic_fetch_sub(&running, 1);
    return unused;
}

TEST(no_sample_of_any_thread_is_lost_or_counted_twice)
{
    pthread_t threads[THREADS];
    uint64_t count = 0;
    double sum = 0;
    bool is_last = false;
    glift__samples_init(&samples, memory, ROOM);
    atomic_store(&running, THREADS);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, add_many, NULL), 0);
    while (!is_last) {
        is_last = atomic_load(&running) == 0;
        while (!glift__samples_take(&samples, false, &summary, kept))
            sched_yield();
        count += summary.count;
        sum += summary.sum;
        CHECK(summary.count == 0 || (summary.min >= 1 && summary.max <= EACH &&
                                            summary.sum >= summary.min * (double)summary.count &&
                                            summary.sum <= summary.max * (double)summary.count));
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    take();
    CHECK_INT(count + summary.count, THREADS * EACH);
    CHECK(sum == THREADS * (EACH / 2.0) * (EACH + 1));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's tick hooks: order, identity, and when a hook runs again. Rules: host.h, "core". */

#include "test.h"

#include "hooks.h"

static char ran[64];
static char letters[] = "abcdefghijklmnopqrstuvwxyz"; /* a hook's user pointer is its letter */
static hooks all;
static uint64_t delay_ns;
static glift_tick_id other;

static uint64_t run_letter(void *user)
{
    strncat(ran, user, 1);
    return delay_ns;
}

static uint64_t remove_other(void *user)
{
    strncat(ran, user, 1);
    hooks_remove(&all, other);
    return 0;
}

static uint64_t add_many(void *user)
{
    strncat(ran, user, 1);
    for (int i = 0; i < 100; i++)
        hooks_add(&all, GLIFT_PHASE_AFTER_GAME, 0, run_letter, &letters[25]);
    return UINT64_MAX;
}

static void arrange(void)
{
    hooks_clear(&all);
    memset(ran, 0, sizeof ran);
    delay_ns = 0;
}

static glift_tick_id add_to(glift_phase phase, int order, glift_tick_fn fn, char letter)
{
    return hooks_add(&all, phase, order, fn, &letters[letter - 'a']);
}

static glift_tick_id add(int order, char letter)
{
    return add_to(GLIFT_PHASE_BEFORE_GAME, order, run_letter, letter);
}

static void run(uint64_t now_ns)
{
    hooks_run(&all, GLIFT_PHASE_BEFORE_GAME, now_ns);
}

TEST(lower_orders_run_first_and_equal_ones_in_the_order_of_adding)
{
    arrange();
    add(5, 'c');
    add(-1, 'a');
    add(5, 'd');
    add(0, 'b');
    run(1);
    CHECK_TEXT(ran, "abcd");
}

TEST(a_phase_runs_its_own_hooks_only)
{
    arrange();
    add(0, 'b');
    add_to(GLIFT_PHASE_AFTER_GAME, 0, run_letter, 'a');
    hooks_run(&all, GLIFT_PHASE_AFTER_GAME, 1);
    CHECK_TEXT(ran, "a");
}

TEST(a_delay_of_zero_means_the_next_frame)
{
    arrange();
    add(0, 'x');
    run(1);
    run(1);
    CHECK_TEXT(ran, "xx");
}

TEST(a_hook_sleeps_as_long_as_it_asked)
{
    arrange();
    add(0, 'x');
    delay_ns = 100;
    run(1000);
    run(1099);
    CHECK_TEXT(ran, "x");
    run(1100);
    CHECK_TEXT(ran, "xx");
}

TEST(a_hook_that_sleeps_for_ever_runs_when_woken_and_then_sleeps_again)
{
    arrange();
    add(0, 'x');
    delay_ns = UINT64_MAX;
    run(1000);
    run(UINT64_MAX - 1);
    CHECK_TEXT(ran, "x");
    hooks_wake(&all);
    run(2000);
    run(2001);
    CHECK_TEXT(ran, "xx");
}

TEST(an_id_of_a_removed_hook_is_refused_also_when_its_place_is_taken)
{
    arrange();
    glift_tick_id first = add(0, 'a');
    CHECK_INT(hooks_remove(&all, first), GLIFT_OK);
    CHECK_INT(hooks_remove(&all, first), GLIFT_ERR_ARGUMENT);
    glift_tick_id second = add(0, 'b');
    CHECK(second != first);
    CHECK_INT(hooks_remove(&all, first), GLIFT_ERR_ARGUMENT);
    run(1);
    CHECK_TEXT(ran, "b");
    CHECK_INT(hooks_remove(&all, 0), GLIFT_ERR_ARGUMENT);
    CHECK_INT(hooks_remove(&all, UINT64_MAX), GLIFT_ERR_ARGUMENT);
}

TEST(a_hook_may_remove_the_next_one_and_itself)
{
    arrange();
    add_to(GLIFT_PHASE_BEFORE_GAME, 0, remove_other, 'a');
    other = add(1, 'b');
    add(2, 'c');
    run(1);
    CHECK_TEXT(ran, "ac");

    arrange();
    other = add_to(GLIFT_PHASE_BEFORE_GAME, 0, remove_other, 's');
    run(1);
    run(2);
    CHECK_TEXT(ran, "s");
}

TEST(a_hook_may_add_so_many_that_the_array_moves)
{
    arrange();
    add_to(GLIFT_PHASE_BEFORE_GAME, 0, add_many, 'm');
    run(1);
    run(2);
    CHECK_TEXT(ran, "m");
    CHECK_INT(hooks_clear(&all), 101);
}

TEST(what_is_left_is_counted_once)
{
    arrange();
    add(0, 'a');
    hooks_remove(&all, add(0, 'b'));
    CHECK_INT(hooks_clear(&all), 1);
    CHECK_INT(hooks_clear(&all), 0);
}

TEST(no_function_and_no_such_phase_are_refused)
{
    arrange();
    CHECK(hooks_add(&all, GLIFT_PHASE_BEFORE_GAME, 0, NULL, NULL) == 0);
    CHECK(add_to((glift_phase)7, 0, run_letter, 'x') == 0);
}

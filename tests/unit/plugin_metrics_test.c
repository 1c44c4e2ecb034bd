/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin measures the engine's frames by itself, where metrics are wanted. */

#include "plugin_harness.h"

static void pass_ms(unsigned ms)
{
    clock_ns += ms * 1000000ull;
}

static uint64_t before_game(void)
{
    return engine.tick(engine.tick_user);
}

static uint64_t after_game(void)
{
    return engine.after(engine.tick_user);
}

static glift_plugin measured(void)
{
    glift_plugin p = arranged();
    set("gamelift.metrics", "1");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(sdk.metrics_started, 1);
    return p;
}

TEST(without_being_asked_for_nothing_is_measured)
{
    started();
    CHECK_INT(sdk.metrics_started, 0);
    CHECK(before_game() == UINT64_MAX); /* it sleeps until it is woken */
    CHECK(engine.after == NULL);
    CHECK_INT(engine.hooks, 1);
}

TEST(the_setting_or_an_environment_that_names_a_collector_starts_metrics)
{
    glift_plugin p = arranged();
    setenv("GAMELIFT_STATSD_PORT", "8125", 1);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(sdk.metrics_started, 1);
    p = arranged();
    setenv("GAMELIFT_STATSD_HOST", "127.0.0.1", 1);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(sdk.metrics_started, 1);
    p = arranged();
    setenv("GAMELIFT_STATSD_HOST", "127.0.0.1", 1);
    set("gamelift.metrics", "0");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(sdk.metrics_started, 0);
    measured();
}

TEST(metrics_that_cannot_be_started_are_no_reason_not_to_start)
{
    glift_plugin p = arranged();
    sdk.metrics_status = GLIFT_ERR_MEMORY;
    set("gamelift.metrics", "1");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_CONTAINS(engine.log, "out of memory for metrics");
    CHECK(before_game() == UINT64_MAX);
}

/* The SDK's own tick takes 1 ms here. */
static void tick_takes_1_ms(void)
{
    pass_ms(1);
}

TEST(a_frame_is_what_lies_between_the_two_hooks)
{
    measured();
    sdk.on_tick = tick_takes_1_ms;
    CHECK_INT(before_game(), 0); /* every frame */
    pass_ms(5);
    CHECK_INT(after_game(), 0);
    CHECK_INT(sdk.frames, 1);
    CHECK(sdk.delta_ms < 0); /* there was no frame before */
    CHECK(fabs(sdk.tick_ms - 6) < 1e-9);
    CHECK(fabs(sdk.world_tick_ms - 5) < 1e-9);
    pass_ms(10);
    before_game();
    pass_ms(7);
    after_game();
    CHECK_INT(sdk.frames, 2);
    CHECK(fabs(sdk.delta_ms - 16) < 1e-9);
    CHECK(fabs(sdk.tick_ms - 8) < 1e-9);
    CHECK(fabs(sdk.world_tick_ms - 7) < 1e-9);
}

TEST(a_wake_between_two_frames_is_none)
{
    measured();
    before_game();
    pass_ms(2);
    after_game();
    pass_ms(3);
    before_game(); /* the host was woken */
    pass_ms(11);
    before_game();
    pass_ms(4);
    after_game();
    CHECK_INT(sdk.frames, 2);
    CHECK(fabs(sdk.delta_ms - 16) < 1e-9);
    CHECK(fabs(sdk.tick_ms - 4) < 1e-9);
}

static void start_like_a_script(void)
{
    sdk.metrics_run = true;
}

TEST(metrics_that_a_script_started_are_measured_from_then_on)
{
    started();
    CHECK(before_game() == UINT64_MAX);
    sdk.on_tick = start_like_a_script; /* the start wakes the hook, or runs in it */
    CHECK_INT(before_game(), 0);
    CHECK(engine.after != NULL);
    sdk.on_tick = NULL;
    pass_ms(3);
    after_game();
    CHECK_INT(sdk.frames, 1);
    CHECK(fabs(sdk.tick_ms - 3) < 1e-9);
    CHECK(fabs(sdk.world_tick_ms - 3) < 1e-9);
}

TEST(metrics_that_stop_let_the_hooks_sleep_again)
{
    measured();
    before_game();
    after_game();
    sdk.metrics_run = false;
    CHECK(before_game() == UINT64_MAX);
    CHECK(after_game() == UINT64_MAX);
    CHECK_INT(sdk.frames, 1);
    sdk.metrics_run = true; /* the pause is no frame */
    pass_ms(5000);
    before_game();
    pass_ms(1);
    after_game();
    CHECK_INT(sdk.frames, 2);
    CHECK(sdk.delta_ms < 0);
}

TEST(an_engine_without_room_for_a_second_hook_is_not_measured)
{
    glift_plugin p = arranged();
    engine.takes_no_second_hook = true;
    set("gamelift.metrics", "1");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK(before_game() == UINT64_MAX);
    CHECK_INT(sdk.ticked, 1);
}

TEST(stop_leaves_no_hook_behind_and_a_reload_measures_on)
{
    glift_plugin p = measured();
    before_game();
    CHECK_INT(engine.hooks, 2);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_OK);
    CHECK_INT(engine.hooks, 0);
    engine.after = NULL;
    CHECK_INT(p.start(p.self, &api), GLIFT_OK); /* metrics still run: the server was kept */
    CHECK_INT(sdk.metrics_started, 1);
    CHECK_INT(before_game(), 0);
    CHECK_INT(engine.hooks, 2);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_EXIT), GLIFT_OK);
    CHECK_INT(engine.hooks, 0);
}

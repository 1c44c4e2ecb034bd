/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent, and when. */
#include "test.h"

#include "metrics.h"

/* ---- liveness ---- */

TEST(P169_the_server_is_up_once_in_each_interval_and_down_once_at_the_stop)
{
    new_game();
    connected_game();
    start_metrics(&local);
    check_line(lines(), "server_up:1|g", 1); /* at once */
    for (int i = 0; i < 3; i++) {
        fake_pass(9999);
        CHECK_TEXT(lines(), "\n");
        fake_pass(1);
        check_line(lines(), "server_up:1|g", 1);
    }
    CHECK_INT(glift_metrics_stop(the.server), GLIFT_OK);
    tick();
    const char *last = lines();
    check_line(last, "server_up:0|g", 1);
    check_line(last, "server_up:1|g", 0);
    fake_pass(60000);
    CHECK_TEXT(lines(), "\n");
    end_game();
    CHECK_TEXT(lines(), "\n");
}

TEST(P169_a_destroy_says_down_too)
{
    measured_game();
    end_game();
    check_line(lines(), "server_up:0|g", 1);
}

TEST(metrics_can_be_started_again_and_their_metrics_are_the_same)
{
    measured_game();
    glift_metric *hits = counter("hits");
    CHECK_INT(glift_metrics_start(the.server, &local), GLIFT_ERR_STATE);
    CHECK(glift_metrics_is_running(the.server));
    CHECK_INT(glift_metrics_stop(the.server), GLIFT_OK);
    CHECK(!glift_metrics_is_running(the.server));
    CHECK_INT(glift_metrics_stop(the.server), GLIFT_OK);
    tick();
    CHECK_INT(glift_metrics_count(hits, 2), GLIFT_OK); /* nobody sends it now */
    fake_pass(60000);
    check_line(lines(), "hits:", 0);
    CHECK_INT(glift_metrics_start(the.server, &local), GLIFT_OK);
    CHECK(counter("hits") == hits);
    tick();
    const char *first = lines();
    check_line(first, "server_up:1|g", 1);
    check_line(first, "hits:2|c", 1);
    end_game();
}

TEST(metrics_need_no_connection)
{
    new_game();
    create_game();
    glift_metric *load = gauge("load"); /* before the start */
    glift_metrics_set(load, 0.5);
    start_metrics(&local);
    const char *first = lines();
    check_line(first, "load:0.5|g", 1);
    check_line(first, "server_gamelift_connected:0|g", 1);
    fake_open(fake_dial(0));
    const char *connected = flushed();
    check_line(connected, "server_gamelift_connected:1|g", 1);
    check_line(connected, "server_gamelift_reconnects", 0); /* it is the first */
    end_game();
}

TEST(an_interval_that_was_slept_through_is_not_made_up_for)
{
    measured_game();
    fake.asleep = true;
    fake.now_ms += 35000;
    fake.asleep = false;
    fake_run();
    check_line(lines(), "server_up:1|g", 1);
    fake_pass(9999);
    CHECK_TEXT(lines(), "\n");
    fake_pass(1);
    check_line(lines(), "server_up:1|g", 1);
    end_game();
}

/* ---- gauges, counters, timers ---- */

TEST(P171_a_gauge_that_is_added_to_is_sent_as_what_it_is_then)
{
    measured_game();
    glift_metric *players = gauge("players");
    check_line(flushed(), "players:", 0); /* it was not set yet */
    glift_metrics_set(players, 10);
    glift_metrics_add(players, 5);
    check_line(flushed(), "players:15|g", 1);
    glift_metrics_add(players, -1);
    check_line(flushed(), "players:14|g", 1);
    check_line(flushed(), "players:14|g", 1); /* still */
    end_game();
}

TEST(P170_a_negative_gauge_and_its_0_are_in_one_datagram)
{
    char name[16];
    int debts = 0;
    measured_game();
    for (int i = 0; i < 40; i++) { /* many: each datagram is full at another place */
        snprintf(name, sizeof name, "debt%d", i);
        glift_metrics_set(gauge(name), -10);
    }
    tick();
    fake_pass(10000);
    for (fake_datagram *datagram; (datagram = fake_sent(looked_at)) != NULL; looked_at++) {
        const char *last = strrchr(datagram->bytes, '\n');
        CHECK(strstr(last != NULL ? last : datagram->bytes, ":0|g|#") == NULL ||
                strstr(datagram->bytes, "debt") == NULL || strstr(last, "debt") == NULL);
        debts += occurrences(datagram->bytes, ":-10|g|#");
    }
    CHECK_INT(debts, 40);
    end_game();
}

TEST(a_counter_is_the_sum_of_its_interval)
{
    measured_game();
    glift_metric *hits = counter("hits");
    glift_metrics_count(hits, 1);
    glift_metrics_count(hits, 41);
    check_line(flushed(), "hits:42|c", 1);
    check_line(flushed(), "hits:", 0);
    glift_metrics_count(hits, 0);
    check_line(flushed(), "hits:", 0);
    end_game();
}

TEST(a_timer_is_the_mean_of_its_interval)
{
    measured_game();
    glift_metric *frame = timer("frame");
    glift_metrics_time(frame, 10);
    glift_metrics_time(frame, 20.5);
    const char *text = flushed();
    check_line(text, "frame:15.25|ms", 1);
    check_line(text, "frame.", 0);
    check_line(flushed(), "frame:", 0);
    end_game();
}

TEST(a_sample_that_is_none_is_refused_and_changes_nothing)
{
    measured_game();
    glift_metric *load = gauge("load"), *hits = counter("hits"), *frame = timer("frame");
    glift_metrics_set(load, 1);
    glift_metrics_count(hits, 1);
    glift_metrics_time(frame, 1);
    const double none[] = {NAN, INFINITY, -INFINITY, 1.1e15};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        CHECK_INT(glift_metrics_set(load, none[i]), GLIFT_ERR_ARGUMENT);
        CHECK_INT(glift_metrics_add(load, none[i]), GLIFT_ERR_ARGUMENT);
        CHECK_INT(glift_metrics_time(frame, none[i]), GLIFT_ERR_ARGUMENT);
        CHECK_INT(glift_metrics_tick(the.server, 1, none[i], 1), GLIFT_ERR_ARGUMENT);
    }
    CHECK_INT(glift_metrics_count(hits, -1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_time(frame, -1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_set(hits, 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_add(frame, 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_count(load, 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_time(load, 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_set(NULL, 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_add(NULL, 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_count(NULL, 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_time(NULL, 1), GLIFT_ERR_ARGUMENT);
    const char *text = flushed();
    check_line(text, "load:1|g", 1);
    check_line(text, "hits:1|c", 1);
    check_line(text, "frame:1|ms", 1);
    check_line(text, "server_delta_time", 0); /* all of a frame, or nothing */
    end_game();
}

/* ---- sampling and derived values ---- */

TEST(P168_a_sampled_counter_says_its_rate_and_each_sample_is_drawn_once)
{
    enum { SAMPLES = 100000 };
    measured_game();
    glift_metric *hits =
            metric((glift_metric_desc){.kind = GLIFT_METRIC_COUNTER, .name = "hits", .sample_rate = 0.25});
    for (int i = 0; i < SAMPLES; i++)
        glift_metrics_count(hits, 1);
    const char *at = strstr(flushed(), "\nhits:");
    int taken = 0;
    CHECK(at != NULL);
    CHECK_INT(sscanf(at, "\nhits:%d|c|@0.25|#", &taken), 1);
    CHECK(taken > SAMPLES * 0.24 && taken < SAMPLES * 0.26); /* drawn twice, it would be a sixteenth */
    end_game();
}

TEST(P176_P177_derived_values_follow_their_metric)
{
    static const double percentiles[] = {50, 99.9};
    measured_game();
    glift_metric *frame = metric((glift_metric_desc){.kind = GLIFT_METRIC_TIMER,
            .name = "frame",
            .derived = GLIFT_DERIVED_LATEST | GLIFT_DERIVED_MAX | GLIFT_DERIVED_MIN | GLIFT_DERIVED_MEAN |
                       GLIFT_DERIVED_SUM | GLIFT_DERIVED_COUNT,
            .percentiles = percentiles,
            .percentile_count = 2});
    static const double ms[] = {40, 10, 30, 20};
    for (int i = 0; i < 4; i++)
        glift_metrics_time(frame, ms[i]);
    const char *text = flushed();
    check_line(text, "frame:25|ms|#", 1);
    check_line(text, "frame.latest:20|ms|#", 1);
    check_line(text, "frame.max:40|ms|#", 1);
    check_line(text, "frame.min:10|ms|#", 1);
    check_line(text, "frame.mean:25|ms|#", 1);
    check_line(text, "frame.sum:100|ms|#", 1);
    check_line(text, "frame.count:4|ms|#", 1);
    check_line(text, "frame.p50:25|ms|#", 1);
    check_line(text, "frame.p99.9:39.97|ms|#", 1);
    check_line(flushed(), "frame", 0); /* reset, and nothing came */
    end_game();
}

TEST(P177_derived_values_have_their_sources_type)
{
    measured_game();
    glift_metric *load = metric(
            (glift_metric_desc){.kind = GLIFT_METRIC_GAUGE, .name = "load", .derived = GLIFT_DERIVED_MIN});
    glift_metric *hits = metric(
            (glift_metric_desc){.kind = GLIFT_METRIC_COUNTER, .name = "hits", .derived = GLIFT_DERIVED_MAX});
    glift_metrics_set(load, 5);
    glift_metrics_add(load, -7);
    glift_metrics_count(hits, 3);
    glift_metrics_count(hits, 4);
    const char *text = flushed();
    check_line(text, "load.min:0|g|#", 1); /* P170: of derived values too */
    check_line(text, "load.min:-2|g|#", 1);
    check_line(text, "hits:7|c|#", 1);
    check_line(text, "hits.max:4|c|#", 1);
    check_line(flushed(), "load.min", 0);
    end_game();
}

TEST(a_timer_has_three_percentiles_unless_it_is_told_otherwise)
{
    measured_game();
    glift_metric *frame = metric((glift_metric_desc){.kind = GLIFT_METRIC_TIMER, .name = "frame"});
    glift_metrics_time(frame, 8);
    const char *text = flushed();
    check_line(text, "frame:8|ms", 1);
    check_line(text, "frame.p50:8|ms", 1);
    check_line(text, "frame.p90:8|ms", 1);
    check_line(text, "frame.p95:8|ms", 1);
    check_line(text, "frame.", 3);
    end_game();
}

/* ---- start ---- */

TEST(start_refuses_what_makes_no_sense_with_a_log_line)
{
    const glift_metrics_desc wrong = {.size_bytes = sizeof wrong, .statsd_port = 70000};
    new_game();
    connected_game();
    CHECK_INT(glift_metrics_start(NULL, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_stop(NULL), GLIFT_ERR_ARGUMENT);
    CHECK(!glift_metrics_is_running(NULL));
    CHECK_INT(glift_metrics_start(the.server, &wrong), GLIFT_ERR_ARGUMENT);
    tick();
    CHECK_CONTAINS(
            the.log, "metrics were not started: StatsdPort is invalid. It must be between 1 and 65535.");
    end_game();
}

static int wakes;

static void on_wake(void *user)
{
    (void)user;
    wakes++;
}

TEST(a_start_asks_for_a_tick_so_that_who_measures_frames_begins)
{
    new_game();
    the.desc.on_wake = on_wake;
    connected_game();
    start_metrics(&local);
    CHECK_INT(glift_metrics_stop(the.server), GLIFT_OK);
    tick();
    wakes = 0;
    CHECK_INT(glift_metrics_start(the.server, &local), GLIFT_OK);
    CHECK_INT(wakes, 1);
    end_game();
}

TEST(what_never_reached_the_core_is_freed_with_the_server)
{
    new_game();
    connected_game();
    looked_at = 0;
    fake.asleep = true; /* the I/O thread does not come round */
    gauge("load");
    CHECK_INT(glift_metrics_tag(the.server, "map", "dust"), GLIFT_OK);
    CHECK_INT(glift_metrics_start(the.server, &local), GLIFT_OK);
    CHECK_INT(glift_metrics_stop(the.server), GLIFT_OK);
    CHECK_INT(glift_metrics_start(the.server, &local), GLIFT_OK);
    fake.asleep = false;
    end_game();
    check_line(lines(), "server_up:0|g", 1);
}

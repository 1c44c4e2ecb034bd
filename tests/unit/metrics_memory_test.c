/* SPDX-License-Identifier: Apache-2.0 */
/* Samples allocate nothing, and every other allocation of metrics fails once, in turn: it is told, and
 * nothing crashes or leaks. */
#include "test.h"

#include "fail_alloc.h"
#include "game.h"

static const double percentiles[] = {50};
static const glift_metric_tag tag = {"team", "red"};

static void on_own_memory(bool own)
{
    fail_alloc.on = !own;
}

/* What is refused for want of memory is as if it had not been asked for. */
static void must_work(glift_status (*call)(void))
{
    glift_status status = call();
    if (status == GLIFT_OK)
        return;
    CHECK_INT(status, GLIFT_ERR_MEMORY);
    CHECK(!fail_alloc_was_spared());
    CHECK_INT(call(), GLIFT_OK);
}

static glift_metric *load, *hits, *frame;

static glift_status make(glift_metric_kind kind, const char *name, glift_metric **out)
{
    const glift_metric_desc desc = {.size_bytes = sizeof desc,
            .kind = kind,
            .name = name,
            .tags = &tag,
            .tag_count = 1,
            .derived = GLIFT_DERIVED_MAX,
            .percentiles = percentiles,
            .percentile_count = 1};
    return glift_metrics_create(the.server, &desc, out);
}

static glift_status make_load(void)
{
    return make(GLIFT_METRIC_GAUGE, "load", &load);
}

static glift_status make_hits(void)
{
    return make(GLIFT_METRIC_COUNTER, "hits", &hits);
}

static glift_status make_frame(void)
{
    return make(GLIFT_METRIC_TIMER, "frame", &frame);
}

static bool reports;

static glift_status start(void)
{
    const glift_metrics_desc desc = {.size_bytes = sizeof desc, .without_crash_reporter = !reports};
    return glift_metrics_start(the.server, &desc);
}

static glift_status set_tag(void)
{
    return glift_metrics_tag(the.server, "map", "dust");
}

static glift_status stop(void)
{
    return glift_metrics_stop(the.server);
}

static glift_status ready(void)
{
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    return glift_process_ready(the.server, &parameters, NULL, NULL);
}

static void sample(void)
{
    CHECK_INT(glift_metrics_set(load, -1), GLIFT_OK);
    CHECK_INT(glift_metrics_add(load, 0.5), GLIFT_OK);
    CHECK_INT(glift_metrics_count(hits, 1), GLIFT_OK);
    CHECK_INT(glift_metrics_time(frame, 16), GLIFT_OK);
    CHECK_INT(glift_metrics_tick(the.server, 16, 8, 4), GLIFT_OK);
}

static void measure(void)
{
    fake_socket *socket = fake_dial(0);
    reports = true;
    must_work(make_load);
    must_work(make_hits);
    must_work(make_frame);
    must_work(start);
    must_work(set_tag);
    tick();
    sample();
    must_work(ready);
    tick();
    fake_say(socket, CREATE_GAME_SESSION);
    for (int i = 0; i < 2 && fake_last_fetch() != NULL && !fake_last_fetch()->answered; i++)
        fake_answer_fetch(fake_last_fetch(), 200, "");
    fake_pass(10000);
    CHECK(fake.datagram_count >= 2);
    must_work(stop);
    tick();
    if (fake_last_fetch() != NULL && !fake_last_fetch()->answered)
        fake_answer_fetch(fake_last_fetch(), 200, ""); /* a destroy would wait for that */
    reports = false;
    must_work(start);
    tick();
}

TEST(every_allocation_of_metrics_fails_once)
{
    new_game();
    for (fail_alloc_start(); fail_alloc_next();) {
        long before = fail_alloc.live;
        fail_alloc.on = false;
        new_game();
        connected_game();
        fake.on_own_memory = on_own_memory;
        fail_alloc.on = true;
        measure();
        CHECK_INT(glift_server_destroy(the.server), GLIFT_OK);
        fail_alloc.on = false;
        fake_begin();
        CHECK_INT(fail_alloc.live, before);
        fail_alloc.on = true;
    }
    CHECK(fail_alloc.made > 30);
}

TEST(samples_allocate_nothing)
{
    new_game();
    connected_game();
    CHECK_INT(make_load() | make_hits() | make_frame() | start(), GLIFT_OK);
    tick();
    fail_alloc_start();
    for (int i = 0; i < 5000; i++)
        sample();
    fail_alloc.on = false;
    CHECK_INT(fail_alloc.made, 0);
    end_game();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How lines are tagged, and in which datagrams they go. */
#include "test.h"

#include "metrics.h"

/* ---- tags ---- */

TEST(P173_every_line_says_which_process_and_which_session)
{
    char wanted[128];
    measured_game();
    fake_socket *socket = fake_dial(0);
    snprintf(wanted, sizeof wanted, "server_up:1|g|#process_pid:%d,gamelift_process_id:%s\n", (int)getpid(),
            the.process_id);
    check_line(flushed(), wanted, 1);
    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    fake_say(socket, CREATE_GAME_SESSION);
    const char *text = flushed();
    wanted[strlen(wanted) - 1] = ',';
    check_line(text, wanted, 1);
    CHECK_INT(occurrences(text, ",session_id:" SESSION), occurrences(text, "|#process_pid:"));
    end_game();
}

TEST(P173_metrics_that_begin_in_a_session_say_so_too)
{
    new_game();
    hosting_game();
    start_metrics(&local);
    CHECK_CONTAINS(lines(), ",session_id:" SESSION);
    end_game();
}

TEST(P174_a_session_id_that_makes_no_tag_is_left_out_and_told)
{
    measured_game();
    fake_socket *socket = fake_dial(0);
    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    fake_say(socket, "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"a|b\\nc,d\",\"Port\":1}");
    const char *text = flushed();
    check_line(text, "server_up:1|g|#process_pid:", 1);
    CHECK(strstr(text, "session_id") == NULL);
    tick();
    CHECK_CONTAINS(the.log, "without the tag session_id");
    end_game();
}

TEST(P175_tags_of_the_sdk_win_over_the_games_and_those_over_a_metrics)
{
    static const glift_metric_tag tags[] = {{"map", "own"}, {"process_pid", "1"}, {"team", "red"}};
    char wanted[256];
    measured_game();
    glift_metric *hits = metric(
            (glift_metric_desc){.kind = GLIFT_METRIC_COUNTER, .name = "hits", .tags = tags, .tag_count = 3});
    CHECK_INT(glift_metrics_tag(the.server, "map", "first"), GLIFT_OK);
    CHECK_INT(glift_metrics_tag(the.server, "map", "dust"), GLIFT_OK);
    CHECK_INT(glift_metrics_tag(the.server, "gamelift_process_id", "somebody"), GLIFT_OK);
    CHECK_INT(glift_metrics_tag(the.server, "gone", "x"), GLIFT_OK);
    CHECK_INT(glift_metrics_tag(the.server, "gone", NULL), GLIFT_OK);
    glift_metrics_count(hits, 1);
    snprintf(wanted, sizeof wanted, "hits:1|c|#process_pid:%d,gamelift_process_id:%s,map:dust,team:red\n",
            (int)getpid(), the.process_id);
    check_line(flushed(), wanted, 1);
    end_game();
}

TEST(P174_tags_and_names_that_are_none_are_refused_with_the_rule)
{
    measured_game();
    glift_metric *made;
    CHECK_INT(glift_metrics_tag(the.server, "1st", "x"), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_tag(the.server, NULL, "x"), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_tag(the.server, "map", "a|b"), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_tag(NULL, "map", "x"), GLIFT_ERR_ARGUMENT);
    tick();
    CHECK_CONTAINS(the.log, "its key must be 1..200 bytes");
    CHECK_CONTAINS(the.log, "its value must be 0..200 bytes");
    const glift_metric_tag wrong_key = {"a b", "c"}, wrong_value = {"a", "b,c"},
                           twice[] = {{"a", "b"}, {"a", "c"}};
    static const double fine[] = {50}, coarse[] = {99.99}, zero[] = {0};
    static const double many[GLIFT_MAX_PERCENTILES + 1] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    const struct {
        glift_metric_desc desc;
        const char *why;
    } all[] = {
            {{.kind = GLIFT_METRIC_GAUGE}, "its name must be"},
            {{.kind = GLIFT_METRIC_GAUGE, .name = "a:b"}, "its name must be"},
            {{.kind = 0, .name = "a"}, "kind must be"},
            {{.kind = 4, .name = "a"}, "kind must be"},
            {{.kind = GLIFT_METRIC_COUNTER, .name = "a", .sample_rate = 1.1}, "sample_rate must be"},
            {{.kind = GLIFT_METRIC_COUNTER, .name = "a", .sample_rate = -1}, "sample_rate must be"},
            {{.kind = GLIFT_METRIC_COUNTER, .name = "a", .sample_rate = NAN}, "sample_rate must be"},
            {{.kind = GLIFT_METRIC_GAUGE, .name = "a", .sample_rate = 0.5}, "a gauge has no sample_rate"},
            {{.kind = GLIFT_METRIC_GAUGE, .name = "a", .derived = 128}, "no GLIFT_DERIVED_"},
            {{.kind = GLIFT_METRIC_GAUGE, .name = "a", .tags = &wrong_key, .tag_count = 1},
                    "a tag's key must"},
            {{.kind = GLIFT_METRIC_GAUGE, .name = "a", .tags = &wrong_value, .tag_count = 1},
                    "a tag's value must"},
            {{.kind = GLIFT_METRIC_GAUGE, .name = "a", .tags = twice, .tag_count = 2}, "the same key"},
            {{.kind = GLIFT_METRIC_GAUGE, .name = "a", .tags = twice, .tag_count = 17}, "more than 16 tags"},
            {{.kind = GLIFT_METRIC_GAUGE, .name = "a", .tag_count = 1}, "tags is required"},
            {{.kind = GLIFT_METRIC_TIMER, .name = "a", .percentiles = coarse, .percentile_count = 1},
                    "at most one decimal"},
            {{.kind = GLIFT_METRIC_TIMER, .name = "a", .percentiles = zero, .percentile_count = 1},
                    "above 0"},
            {{.kind = GLIFT_METRIC_TIMER, .name = "a", .percentiles = many, .percentile_count = 9},
                    "more than 8"},
            {{.kind = GLIFT_METRIC_TIMER, .name = "a", .percentile_count = 1}, "percentiles is required"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        glift_metric_desc desc = all[i].desc;
        desc.size_bytes = sizeof desc;
        the.log[0] = '\0';
        CHECK_INT(glift_metrics_create(the.server, &desc, &made), GLIFT_ERR_ARGUMENT);
        CHECK(made == NULL);
        tick();
        CHECK_CONTAINS(the.log, all[i].why);
    }
    glift_metric_desc desc = {.size_bytes = 1, .kind = GLIFT_METRIC_TIMER, .name = "a", .percentiles = fine};
    CHECK_INT(glift_metrics_create(the.server, &desc, &made), GLIFT_ERR_ARGUMENT);
    desc.size_bytes = sizeof desc;
    CHECK_INT(glift_metrics_create(the.server, NULL, &made), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_create(the.server, &desc, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_create(NULL, &desc, &made), GLIFT_ERR_ARGUMENT);
    end_game();
}

TEST(a_metric_is_known_by_name_and_tags_and_has_one_kind)
{
    static const glift_metric_tag red = {"team", "red"}, blue = {"team", "blue"};
    measured_game();
    glift_metric *made;
    glift_metric_desc desc = {.size_bytes = sizeof desc,
            .kind = GLIFT_METRIC_COUNTER,
            .name = "hits",
            .tags = &red,
            .tag_count = 1};
    glift_metric *first = metric(desc);
    CHECK(metric(desc) == first);
    desc.tags = &blue;
    CHECK(metric(desc) != first);
    desc.kind = GLIFT_METRIC_GAUGE;
    CHECK_INT(glift_metrics_create(the.server, &desc, &made), GLIFT_ERR_ARGUMENT);
    tick();
    CHECK_CONTAINS(the.log, "another kind has its name and tags");
    end_game();
}

TEST(there_are_limits_to_metrics_and_tags)
{
    char name[32];
    measured_game();
    for (int i = 0; i < GLIFT_MAX_METRIC_TAGS; i++) {
        snprintf(name, sizeof name, "tag%d", i);
        CHECK_INT(glift_metrics_tag(the.server, name, "x"), GLIFT_OK);
    }
    CHECK_INT(glift_metrics_tag(the.server, "one-too-many", "x"), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_metrics_tag(the.server, "tag0", NULL), GLIFT_OK);
    CHECK_INT(glift_metrics_tag(the.server, "not-too-many", "x"), GLIFT_OK);
    const char *text = flushed();
    CHECK_CONTAINS(text, ",tag15:x,not-too-many:x\n");
    CHECK(strstr(text, "tag0:") == NULL);
    glift_metric_desc desc = {.size_bytes = sizeof desc, .kind = GLIFT_METRIC_COUNTER, .name = name};
    glift_metric *made = NULL;
    glift_status status = GLIFT_OK;
    int count = 0;
    for (; status == GLIFT_OK && count < 2 * GLIFT_MAX_METRICS; count++) {
        snprintf(name, sizeof name, "metric%d", count);
        status = glift_metrics_create(the.server, &desc, &made);
    }
    CHECK_INT(status, GLIFT_ERR_ARGUMENT);
    CHECK_INT(count - 1 + 8, GLIFT_MAX_METRICS); /* 8 are the SDK's own */
    end_game();
}

/* ---- datagrams ---- */

TEST(P172_no_datagram_is_larger_than_the_packet_size)
{
    char name[32];
    size_t largest = 0;
    measured_game();
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "counter%d", i);
        glift_metrics_count(counter(name), 1);
    }
    tick();
    fake_pass(10000);
    size_t first = looked_at;
    for (const fake_datagram *datagram; (datagram = fake_sent(looked_at)) != NULL; looked_at++)
        largest = datagram->length > largest ? datagram->length : largest;
    CHECK(looked_at - first > 5);
    CHECK(largest > 512 - 64 && largest <= 512);
    looked_at = first;
    check_line(lines(), "counter", 100);
    end_game();
}

TEST(P172_a_line_that_fits_no_datagram_is_left_out_with_one_log_line)
{
    char name[201];
    glift_metrics_desc desc = local;
    desc.max_packet_size = 128;
    new_game();
    connected_game();
    start_metrics(&desc);
    memset(name, 'n', 200);
    name[200] = '\0';
    glift_metric *negative = gauge("negative"), *wide = gauge(name);
    glift_metrics_set(wide, 1);
    glift_metrics_set(negative, -1); /* two lines that do not fit together */
    const char *text = flushed();
    check_line(text, "nnn", 0);
    check_line(text, "negative:0|g", 1);
    check_line(text, "negative:-1|g", 1);
    flushed();
    tick();
    CHECK_INT(occurrences(the.log, "is not sent: a line of it does not fit a datagram of 128 bytes"), 1);
    end_game();
}

TEST(P172_a_negative_gauge_whose_second_line_does_not_fit_is_left_out_whole)
{
    char line[256];
    glift_metrics_desc desc = local;
    new_game();
    snprintf(line, sizeof line, "debt:0|g|#process_pid:%d,gamelift_process_id:%s", (int)getpid(),
            the.process_id);
    desc.max_packet_size = (uint32_t)strlen(line) + 2; /* room for the 0, not for -100 */
    connected_game();
    start_metrics(&desc);
    glift_metric *debt = gauge("debt");
    glift_metrics_set(debt, -10);
    const char *text = flushed();
    check_line(text, "debt:0|g", 1);
    check_line(text, "debt:-10|g", 1);
    glift_metrics_set(debt, -100);
    check_line(flushed(), "debt", 0);
    end_game();
}

TEST(a_collector_that_is_not_there_is_told_once_and_lost_datagrams_are_counted)
{
    measured_game();
    fake.datagrams_fail = "nobody listens there";
    flushed();
    fake.datagrams_fail = NULL;
    tick();
    CHECK_CONTAINS(the.log, "metrics do not reach 127.0.0.1, port 8125: nobody listens there");
    check_line(flushed(), "server_metrics_lost:1|c", 1);
    fake.datagrams_fail = "nobody listens there";
    flushed();
    tick();
    CHECK_INT(occurrences(the.log, "metrics do not reach"), 1);
    end_game();
}

TEST(datagrams_go_where_they_were_told_to)
{
    const glift_metrics_desc desc = {.size_bytes = sizeof desc,
            .statsd_host = "::1",
            .statsd_port = 9999,
            .without_crash_reporter = true};
    new_game();
    create_game();
    start_metrics(&desc);
    CHECK_TEXT(fake_sent(0)->address, "::1");
    CHECK_INT(fake_sent(0)->port, 9999);
    end_game();
}

TEST(a_thread_in_the_middle_of_a_sample_is_waited_for_but_not_for_ever)
{
    measured_game();
    glift_metric *frame = timer("frame"), *after = counter("after");
    glift_metrics_time(frame, 5);
    glift_metrics_count(after, 1);
    atomic_fetch_add(&frame->samples.head, 1); /* it was interrupted here */
    check_line(flushed(), "after", 0);
    atomic_fetch_add(&frame->samples.banks[0].done, 1);
    fake_pass(1);
    const char *text = lines();
    check_line(text, "frame:2.5|ms", 1);
    check_line(text, "after:1|c", 1);
    glift_metrics_count(after, 1);
    atomic_fetch_add(&frame->samples.head, 1);
    check_line(flushed(), "after", 0);
    fake_pass(20);
    check_line(lines(), "after:1|c", 1);
    end_game();
}

TEST(a_tag_that_goes_while_a_flush_waits_is_not_touched_any_more)
{
    measured_game();
    glift_metric *frame = timer("frame");
    glift_metrics_tag(the.server, "map", "dust");
    atomic_fetch_add(&frame->samples.head, 1);
    glift_metrics_count(counter("after"), 1);
    flushed();
    glift_metrics_tag(the.server, "map", "sand");
    tick();
    fake_pass(20);
    CHECK_CONTAINS(lines(), "map:sand"); /* and no freed memory was read */
    CHECK_INT(glift_metrics_stop(the.server), GLIFT_OK);
    end_game();
}

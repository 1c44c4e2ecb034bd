/* SPDX-License-Identifier: Apache-2.0 */
/* What the SDK measures by itself, and what the crash reporter hears. */
#include "test.h"

#include "metrics.h"

/* ---- what the SDK measures by itself ---- */

TEST(requests_are_counted_by_their_outcome_and_timed)
{
    measured_game();
    fake_socket *socket = fake_dial(0);
    say_ready();
    const char *request = hear(socket, "ActivateServerProcess");
    fake_pass(250);
    answer_ok(socket, request);
    tick();
    request = hear(socket, "HeartbeatServerProcess");
    fake_pass(20000); /* it is not answered */
    glift_describe_player_sessions(the.server,
            &(glift_describe_player_sessions_request){
                    .size_bytes = sizeof(glift_describe_player_sessions_request), .player_id = "p"},
            on_answer, NULL);
    answer_code(socket, hear(socket, "DescribePlayerSessions"), 400, ",\"ErrorMessage\":\"no\"");
    fake_pass(10000);
    const char *text = lines();
    CHECK_INT(occurrences(text, "server_gamelift_requests:1|c|#"), 3);
    CHECK_CONTAINS(text, ",request:ActivateServerProcess,status:OK\n");
    CHECK_CONTAINS(text, ",request:HeartbeatServerProcess,status:TIMEOUT\n");
    CHECK_CONTAINS(text, ",request:DescribePlayerSessions,status:REJECTED\n");
    check_line(text, "server_gamelift_request_time:250|ms|#", 1);
    check_line(text, "server_gamelift_request_time.max:250|ms|#", 1);
    check_line(text, "server_gamelift_request_time:0|ms|#", 1);
    CHECK_INT(occurrences(text, "server_gamelift_request_time:"), 2); /* what was not answered has no time */
    end_game();
}

TEST(players_are_those_whom_gamelift_has_accepted)
{
    new_game();
    fake_socket *socket = hosting_game();
    glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
    answer_ok(socket, hear(socket, "AcceptPlayerSession")); /* before metrics run */
    start_metrics(&local);
    check_line(lines(), "server_players:1|g", 1);
    glift_accept_player_session(the.server, "psess-2", on_answer, NULL);
    tick();
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
    glift_accept_player_session(the.server, "psess-3", on_answer, NULL);
    tick();
    answer_code(socket, hear(socket, "AcceptPlayerSession"), 400, "");
    check_line(flushed(), "server_players:2|g", 1);
    glift_remove_player_session(the.server, "psess-1", on_answer, NULL);
    tick();
    answer_ok(socket, hear(socket, "RemovePlayerSession"));
    check_line(flushed(), "server_players:1|g", 1);
    end_game();
}

TEST(players_are_those_of_the_session_that_is_placed_here_now)
{
    new_game();
    fake_socket *socket = hosting_game();
    start_metrics(&local);
    lines();
    glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
    tick();
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
    check_line(flushed(), "server_players:1|g", 1);
    fake_say(socket, "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"another\",\"Port\":1}");
    const char *text = flushed();
    check_line(text, "server_players:0|g", 1);
    CHECK_CONTAINS(text, ",session_id:another\n");
    end_game();
}

TEST(the_connection_and_its_coming_back_are_told)
{
    measured_game();
    check_line(flushed(), "server_gamelift_connected:1|g", 1);
    fake_end(fake_dial(0), GLIFT__END_LOST, 0, "gone");
    check_line(flushed(), "server_gamelift_connected:0|g", 1);
    fake_open(fake_last_dial());
    const char *text = flushed();
    check_line(text, "server_gamelift_connected:1|g", 1);
    check_line(text, "server_gamelift_reconnects:1|c", 1);
    end_game();
}

TEST(a_refresh_is_no_reconnect)
{
    measured_game();
    fake_say(fake_dial(0),
            "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"wss://new.test\","
            "\"AuthToken\":\"t\"}");
    fake_open(fake_last_dial());
    check_line(flushed(), "server_gamelift_reconnects", 0);
    end_game();
}

TEST(ticks_are_told_as_the_documented_timers)
{
    new_game();
    connected_game();
    CHECK_INT(glift_metrics_tick(the.server, 1, 1, 1), GLIFT_ERR_STATE);
    CHECK_INT(glift_metrics_tick(NULL, 1, 1, 1), GLIFT_ERR_ARGUMENT);
    start_metrics(&local);
    lines();
    CHECK_INT(glift_metrics_tick(the.server, -1, 4, 3), GLIFT_OK);
    CHECK_INT(glift_metrics_tick(the.server, 16.5, 6, -1), GLIFT_OK);
    const char *text = flushed();
    check_line(text, "server_delta_time:16.5|ms|#", 1);
    check_line(text, "server_tick_time:5|ms|#", 1);
    check_line(text, "server_tick_time.max:6|ms|#", 1);
    check_line(text, "server_tick_time.p90:5.8|ms|#", 1);
    check_line(text, "server_world_tick_time:3|ms|#", 1);
    glift_metrics_stop(the.server);
    CHECK_INT(glift_metrics_tick(the.server, 1, 1, 1), GLIFT_ERR_STATE);
    end_game();
}

/* ---- the crash reporter ---- */

static const glift_metrics_desc reported = {.size_bytes = sizeof reported};

/* Without waiting for a crash reporter that is not there. */
static void end_reported_game(void)
{
    CHECK_INT(glift_metrics_stop(the.server), GLIFT_OK);
    tick();
    for (int i = 0; i < 2 && !fake_last_fetch()->answered; i++)
        fake_answer_fetch(fake_last_fetch(), 200, "");
    end_game();
}

/* The last fetch, which must be this one. */
static fake_fetch *told(const char *rest)
{
    char url[512];
    snprintf(url, sizeof url, "http://127.0.0.1:8126/%s", rest);
    CHECK(fake_last_fetch() != NULL);
    CHECK_TEXT(fake_last_fetch()->url, url);
    return fake_last_fetch();
}

static fake_fetch *told_of_pid(const char *path, const char *more)
{
    char rest[400];
    snprintf(rest, sizeof rest, "%s?process_pid=%d%s", path, (int)getpid(), more);
    return told(rest);
}

TEST(P178_the_crash_reporter_hears_of_the_process_its_session_and_its_end)
{
    new_game();
    fake_socket *socket = ready_game();
    start_metrics(&reported);
    fake_answer_fetch(told_of_pid("register", ""), 200, "ok");
    CHECK_INT(fake.fetch_count, 1);
    fake_say(socket, CREATE_GAME_SESSION);
    fake_answer_fetch(told_of_pid("update", "&session_id=" SESSION), 204, "");
    CHECK_INT(glift_metrics_stop(the.server), GLIFT_OK);
    fake_answer_fetch(told_of_pid("deregister", ""), 200, "");
    fake_pass(60000);
    tick();
    CHECK_INT(fake.fetch_count, 3);
    CHECK(strstr(the.log, "crash reporter") == NULL);
    end_game();
    CHECK_INT(fake.fetch_count, 3);
}

TEST(P178_a_session_that_is_there_already_or_comes_while_registering_is_told_next)
{
    new_game();
    hosting_game();
    start_metrics(&reported);
    fake_fetch *registering = told_of_pid("register", "");
    CHECK_INT(fake.fetch_count, 1);
    fake_answer_fetch(registering, 200, "");
    told_of_pid("update", "&session_id=" SESSION);
    end_reported_game();
}

TEST(P178_a_session_id_cannot_get_out_of_its_place_in_the_query)
{
    new_game();
    fake_socket *socket = ready_game();
    start_metrics(&reported);
    fake_answer_fetch(told_of_pid("register", ""), 200, "");
    fake_say(socket, "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"a&b=c d\\r\\n:/\",\"Port\":1}");
    told_of_pid("update", "&session_id=a%26b%3Dc%20d%0D%0A:/");
    end_reported_game();
}

TEST(P178_destroy_waits_for_the_deregistration_but_not_long)
{
    new_game();
    connected_game();
    start_metrics(&reported);
    fake_answer_fetch(told_of_pid("register", ""), 200, "");
    glift__item *shutdown = calloc(1, sizeof *shutdown);
    shutdown->kind = GLIFT__COMMAND_SHUTDOWN;
    uint64_t began_ms = fake.now_ms;
    glift__mailbox_push(&the.server->link.commands, shutdown);
    glift__io_wake_link(&the.server->link);
    told_of_pid("deregister", "");
    CHECK(!the.server->detached);
    fake_pass(499);
    CHECK(!the.server->detached);
    fake_pass(1);
    CHECK(the.server->detached);
    CHECK_INT(fake.now_ms - began_ms, 500);
    end_game();
}

TEST(P178_a_destroy_that_hears_of_the_deregistration_is_over)
{
    new_game();
    connected_game();
    start_metrics(&reported);
    fake_answer_fetch(told_of_pid("register", ""), 200, "");
    glift__item *shutdown = calloc(1, sizeof *shutdown);
    shutdown->kind = GLIFT__COMMAND_SHUTDOWN;
    glift__mailbox_push(&the.server->link.commands, shutdown);
    glift__io_wake_link(&the.server->link);
    fake_answer_fetch(told_of_pid("deregister", ""), 200, "");
    CHECK(the.server->detached);
    end_game();
}

TEST(P179_a_crash_reporter_that_is_not_there_is_tried_a_few_times_and_told_once)
{
    new_game();
    connected_game();
    start_metrics(&reported);
    for (int i = 0; i < 6; i++) {
        CHECK_INT(fake.fetch_count, i + 1);
        uint64_t answered_ms = fake.now_ms;
        fake_answer_fetch(told_of_pid("register", ""), 0, "connection refused");
        fake_pass(99);
        CHECK_INT(fake.fetch_count, i + 1); /* not at once */
        fake_pass((uint64_t)(1000 << i) - 99);
        CHECK(fake.now_ms - answered_ms == (uint64_t)(1000 << i));
    }
    CHECK_INT(fake.fetch_count, 6);
    fake_pass(600000);
    tick();
    CHECK_INT(fake.fetch_count, 6);
    CHECK_INT(occurrences(the.log, "the crash reporter was not told: connection refused"), 1);
    check_line(lines(), "server_up:1|g", 1 + 4 + 60 + 2);
    end_game();
    CHECK_INT(fake.fetch_count, 6); /* nobody knows of this process */
}

TEST(P179_the_next_try_is_at_least_100_ms_away_whatever_chance_says)
{
    new_game();
    connected_game();
    the.server->random = (glift__random){{0, 0, 0, 0}}; /* which draws nothing but 0 */
    start_metrics(&reported);
    fake_answer_fetch(told_of_pid("register", ""), 0, "connection refused");
    fake_pass(99);
    CHECK_INT(fake.fetch_count, 1);
    fake_pass(1);
    CHECK_INT(fake.fetch_count, 2);
    end_reported_game();
}

TEST(P179_a_crash_reporter_that_came_later_hears_of_the_session)
{
    new_game();
    fake_socket *socket = ready_game();
    start_metrics(&reported);
    fake_answer_fetch(told_of_pid("register", ""), 500, "");
    fake_pass(60000);
    tick();
    CHECK_INT(fake.fetch_count, 1); /* an answer is an answer */
    CHECK_CONTAINS(the.log, "it answered with HTTP 500");
    answer_ok(socket, hear(socket, "HeartbeatServerProcess"));
    fake_say(socket, CREATE_GAME_SESSION);
    fake_answer_fetch(told_of_pid("register", ""), 200, "");
    fake_answer_fetch(told_of_pid("update", "&session_id=" SESSION), 200, "");
    end_reported_game();
}

TEST(P179_a_stop_while_registering_takes_it_back_when_it_has_worked)
{
    new_game();
    connected_game();
    start_metrics(&reported);
    fake_fetch *registering = told_of_pid("register", "");
    CHECK_INT(glift_metrics_stop(the.server), GLIFT_OK);
    tick();
    CHECK_INT(fake.fetch_count, 1);
    fake_answer_fetch(registering, 200, "");
    fake_answer_fetch(told_of_pid("deregister", ""), 200, "");
    end_game();
}

TEST(P178_a_start_behind_a_stop_registers_when_the_deregistration_is_through)
{
    new_game();
    connected_game();
    start_metrics(&reported);
    fake_answer_fetch(told_of_pid("register", ""), 200, "");
    CHECK_INT(glift_metrics_stop(the.server), GLIFT_OK);
    tick();
    fake_fetch *leaving = told_of_pid("deregister", "");
    CHECK_INT(glift_metrics_start(the.server, &reported), GLIFT_OK);
    tick();
    CHECK_INT(fake.fetch_count, 2);
    fake_answer_fetch(leaving, 200, "");
    fake_answer_fetch(told_of_pid("register", ""), 200, "");
    CHECK_INT(fake.fetch_count, 3);
    end_reported_game();
}

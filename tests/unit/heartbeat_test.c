/* SPDX-License-Identifier: Apache-2.0 */
#include "core/heartbeat.h"
#include "test.h"

#include "game.h"

static fake_socket *socket;

static const char *next_beat(void)
{
    return hear(socket, "HeartbeatServerProcess");
}

TEST(P131_questions_come_every_50_to_70_s_jittered)
{
    static const struct {
        uint32_t random;
        uint64_t interval_ms;
    } beats[] = {{0, 50000}, {UINT32_MAX, 70000}, {UINT32_MAX / 2, 60000}};
    for (size_t i = 0; i < sizeof beats / sizeof beats[0]; i++) {
        glift__heartbeat heartbeat = {0};
        glift__heartbeat_start(&heartbeat, 1000);
        CHECK_INT(glift__heartbeat_advance(&heartbeat, 1000, beats[i].random), GLIFT__BEAT_ASK);
        CHECK(glift__heartbeat_answer(&heartbeat, 1));
        CHECK_INT(glift__heartbeat_deadline_ms(&heartbeat), 1000 + beats[i].interval_ms);
        CHECK_INT(glift__heartbeat_advance(&heartbeat, 999 + beats[i].interval_ms, 0), GLIFT__BEAT_NOTHING);
        CHECK_INT(glift__heartbeat_advance(&heartbeat, 1000 + beats[i].interval_ms, 0), GLIFT__BEAT_ASK);
    }
}

TEST(P131_the_jitter_is_drawn_anew_for_each_beat)
{
    uint64_t shortest = UINT64_MAX, longest = 0;
    new_game();
    socket = ready_game();
    for (int beat = 0; beat < 30; beat++) {
        uint64_t begin = fake.now_ms;
        const char *message;
        while ((message = fake_hear(socket)) == NULL) {
            fake_pass(100);
            tick();
        }
        answer_ok(socket, message);
        uint64_t interval = fake.now_ms - begin;
        CHECK(interval >= 50000 && interval <= 70100);
        shortest = interval < shortest ? interval : shortest;
        longest = interval > longest ? interval : longest;
    }
    CHECK(longest - shortest > 5000); /* 30 draws of 20 s within 5 s are not chance */
    end_game();
}

TEST(an_answer_to_an_older_question_is_not_wanted)
{
    glift__heartbeat heartbeat = {0};
    glift__heartbeat_start(&heartbeat, 0);
    glift__heartbeat_advance(&heartbeat, 0, 0);
    CHECK_INT(glift__heartbeat_advance(&heartbeat, 50000, 0), GLIFT__BEAT_SEND_UNHEALTHY);
    CHECK_INT(glift__heartbeat_advance(&heartbeat, 50000, 0), GLIFT__BEAT_ASK);
    CHECK(!glift__heartbeat_answer(&heartbeat, 1));
    CHECK(glift__heartbeat_answer(&heartbeat, 2));
    CHECK(!glift__heartbeat_answer(&heartbeat, 2));
}

TEST(a_hurried_heartbeat_asks_at_once_unless_it_has_asked_or_does_not_run)
{
    glift__heartbeat heartbeat = {0};
    glift__heartbeat_hurry(&heartbeat, 0);
    CHECK_INT(glift__heartbeat_advance(&heartbeat, 0, 0), GLIFT__BEAT_NOTHING);
    glift__heartbeat_start(&heartbeat, 1000);
    CHECK_INT(glift__heartbeat_advance(&heartbeat, 1000, 0), GLIFT__BEAT_ASK);
    glift__heartbeat_hurry(&heartbeat, 2000);
    CHECK_INT(glift__heartbeat_advance(&heartbeat, 2000, 0), GLIFT__BEAT_NOTHING);
    CHECK(glift__heartbeat_answer(&heartbeat, 1));
    glift__heartbeat_hurry(&heartbeat, 3000);
    CHECK_INT(glift__heartbeat_deadline_ms(&heartbeat), 3000);
    CHECK_INT(glift__heartbeat_advance(&heartbeat, 3000, 0), GLIFT__BEAT_ASK);
}

TEST(P62_the_first_heartbeat_follows_at_once_after_ready)
{
    new_game();
    socket = connected_game();
    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    CHECK_CONTAINS(next_beat(), "\"HealthStatus\":true");
    end_game();
}

TEST(P92_an_unhealthy_game_is_reported_as_false)
{
    new_game();
    socket = ready_game();
    the.healthy = false;
    fake_pass(70000);
    tick();
    CHECK_CONTAINS(next_beat(), "\"HealthStatus\":false");
    end_game();
}

TEST(P93_without_a_health_callback_the_answer_is_true)
{
    new_game();
    the.desc.on_health_check = NULL;
    socket = ready_game();
    fake_pass(70000);
    tick();
    CHECK_CONTAINS(next_beat(), "\"HealthStatus\":true");
    end_game();
}

TEST(P132_a_game_that_does_not_tick_for_50_s_is_reported_as_false)
{
    new_game();
    socket = ready_game();
    int asked = the.health_questions;
    fake_pass(70000); /* asked between 50 and 70 s */
    fake_pass(49000 + 1000);
    CHECK_CONTAINS(next_beat(), "\"HealthStatus\":false");
    CHECK_INT(the.health_questions, asked);
    end_game();
}

TEST(P133_a_stuck_game_does_not_stop_later_beats)
{
    new_game();
    socket = ready_game();
    fake_pass(600000);
    int beats = 0;
    for (const char *message; (message = fake_hear(socket)) != NULL; beats++)
        CHECK_CONTAINS(message, "\"HealthStatus\":false");
    CHECK(beats >= 7 && beats <= 11);
    for (int second = 0; second <= 20; second++) { /* the next question may be up to 20 s away */
        tick();
        fake_pass(1000);
    }
    CHECK_CONTAINS(next_beat(), "\"HealthStatus\":true");
    end_game();
}

TEST(P65_after_process_ending_there_are_no_more_beats)
{
    new_game();
    socket = ready_game();
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    for (int i = 0; i < 20; i++) {
        fake_pass(10000);
        tick();
    }
    CHECK(fake_hear(socket) == NULL);
    end_game();
}

TEST(P65_a_question_that_is_open_when_the_process_ends_makes_no_beat)
{
    new_game();
    socket = ready_game();
    fake_pass(70000);
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    fake_pass(60000); /* and is never answered */
    CHECK(fake_hear(socket) == NULL);
    end_game();
}

TEST(P65_a_beat_without_an_answer_is_not_sent_again_after_process_ending)
{
    new_game();
    socket = ready_game();
    fake_pass(70000);
    tick();
    next_beat();
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    tick();
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    fake_pass(100);
    fake_open(fake_last_dial());
    CHECK(fake_hear(fake_last_dial()) == NULL);
    end_game();
}

TEST(P64_a_refused_process_ending_keeps_the_process_ready_and_beating)
{
    new_game();
    socket = ready_game();
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    answer_code(socket, hear(socket, "TerminateServerProcess"), 500, ",\"ErrorMessage\":\"not now\"");
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_SERVICE);
    CHECK(glift_is_process_ready(the.server));
    fake_pass(70000);
    tick();
    next_beat();
    end_game();
}

TEST(P134_a_beat_that_went_unanswered_is_made_up_for_on_the_next_connection)
{
    new_game();
    socket = ready_game();
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    fake_pass(100);
    for (int i = 0; i < 95; i++) { /* no connection for 95 s: a beat falls due and times out unsent */
        fake_pass(1000);
        tick();
    }
    fake_socket *redial = fake_last_dial();
    fake_open(redial);
    tick();
    CHECK_CONTAINS(hear(redial, "HeartbeatServerProcess"), "\"HealthStatus\":true");
    end_game();
}

TEST(P134_beats_go_on_during_a_refresh_that_never_succeeds)
{
    new_game();
    socket = ready_game();
    fake_say(socket, "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"wss://"
                     "b\",\"AuthToken\":\"t\"}");
    CHECK_INT(fake.dial_count, 2);
    int beats = 0;
    for (int i = 0; i < 180; i++) {
        fake_pass(1000);
        tick();
        for (const char *message; (message = fake_hear(socket)) != NULL; beats++)
            answer_ok(socket, message);
    }
    CHECK(beats >= 2 && beats <= 3);
    end_game();
}

TEST(a_parked_server_repeats_its_last_health)
{
    new_game();
    socket = ready_game();
    the.healthy = false;
    fake_pass(70000);
    tick();
    CHECK_CONTAINS(next_beat(), "false");
    CHECK_INT(glift_server_rebind(the.server, NULL), GLIFT_OK);
    fake_pass(70000);
    tick();
    CHECK_CONTAINS(next_beat(), "false");
    end_game();
}

TEST(the_answer_to_a_beat_is_not_seen_by_the_game)
{
    new_game();
    socket = ready_game();
    fake_pass(70000);
    tick();
    answer_code(socket, next_beat(), 500, ",\"ErrorMessage\":\"slow down\"");
    tick();
    CHECK_INT(the.answer_count, 0);
    CHECK_CONTAINS(the.log, "slow down");
    end_game();
}

TEST(a_beat_without_its_answer_is_awaited_like_any_request)
{
    new_game();
    socket = ready_game();
    const glift__core *core = socket->link->core;
    CHECK(!glift__core_awaits_answer(core, socket->number));
    fake_pass(70000);
    tick();
    CHECK(glift__core_awaits_answer(core, socket->number));
    CHECK(!glift__core_awaits_answer(core, socket->number + 1));
    answer_ok(socket, next_beat());
    CHECK(!glift__core_awaits_answer(core, socket->number));
    end_game();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Dials, redials, refresh: wire protocol 5.2, 5.3 and 5.6. */
#include "test.h"

#include "dials.h"

/* What fake.closes_stall kept open. */
static void answer_closes(void)
{
    fake.closes_stall = false;
    for (fake_socket *socket = fake.sockets; socket != NULL; socket = socket->next) {
        if (socket->close_ordered)
            fake_end(socket, GLIFT__END_CLOSED, 1000, "");
    }
}

/* ---- the first connection ---- */

TEST(a_failed_dial_is_told_with_its_reason_and_dialling_goes_on)
{
    new_game();
    create_game();
    fake_end(fake_dial(0), GLIFT__END_HANDSHAKE_REFUSED, 401, "{\"ErrorMessage\":\"token is invalid\"}");
    tick();
    CHECK_INT(the.connections[0].state, GLIFT_RECONNECTING);
    CHECK_INT(the.connections[0].status, GLIFT_ERR_UNAUTHORIZED);
    CHECK_CONTAINS(the.reasons[0], "token is invalid");
    CHECK(next_dial(600) != NULL);
    fake_open(fake_last_dial());
    tick();
    CHECK_INT(the.connections[1].state, GLIFT_CONNECTED);
    CHECK_TEXT(the.reasons[1], "");
    end_game();
}

TEST(lost_is_told_once_when_connect_timeout_has_passed_and_dialling_goes_on)
{
    new_game();
    the.desc.connect_timeout_ms = 10000;
    create_game();
    for (int i = 0; i < 60000; i += 10) {
        if (fake_last_dial()->state == FAKE_DIALLING)
            refuse(fake_last_dial());
        fake_pass(10);
        tick();
    }
    int lost = 0;
    for (int i = 0; i < the.connection_count; i++)
        lost += the.connections[i].state == GLIFT_LOST;
    CHECK_INT(lost, 1);
    CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_LOST);
    CHECK_CONTAINS(the.reasons[the.connection_count - 1], "connection refused");
    CHECK(next_dial(33000) != NULL);
    end_game();
}

TEST(lost_is_told_again_in_the_next_outage)
{
    new_game();
    the.desc.connect_timeout_ms = 10000;
    create_game();
    fake_pass(10000);
    fake_open(fake_dial(0));
    fake_end(fake_dial(0), GLIFT__END_LOST, 0, "reset");
    fake_pass(10000);
    tick();
    CHECK_TEXT(the.events, "lost connected reconnecting lost ");
    end_game();
}

TEST(lost_before_anything_was_heard_of_the_first_dial_says_so)
{
    new_game();
    create_game();
    fake_pass(300000);
    tick();
    CHECK_TEXT(the.events, "lost ");
    CHECK_INT(the.connections[0].status, GLIFT_ERR_CONNECT);
    CHECK_CONTAINS(the.reasons[0], "has not been reached yet");
    end_game();
}

TEST(a_connection_that_holds_is_never_told_lost)
{
    new_game();
    connected_game();
    fake_pass(3600000);
    tick();
    CHECK_TEXT(the.events, "connected ");
    end_game();
}

/* More is told than there is room for, while nobody listens. */
TEST(the_state_of_the_connection_is_told_late_rather_than_never)
{
    new_game();
    create_game();
    for (int i = 0; i < 300; i++) {
        fake_open(fake_last_dial());
        fake_end(fake_last_dial(), GLIFT__END_LOST, 0, "reset");
        fake_pass(33000);
    }
    fake_open(fake_last_dial());
    tick();
    int told = the.connection_count;
    CHECK(told < 300);
    fake_pass(1000);
    tick();
    CHECK_INT(the.connection_count, told + 1);
    CHECK_INT(the.connections[told].state, GLIFT_CONNECTED);
    end_game();
}

TEST(P144_after_an_hour_without_the_service_the_next_dial_connects)
{
    new_game();
    create_game();
    for (int i = 0; i < 3600; i++) {
        if (fake_last_dial()->state == FAKE_DIALLING)
            refuse(fake_last_dial());
        fake_pass(1000);
        tick();
    }
    CHECK(next_dial(33000) != NULL);
    CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_LOST);
    fake_open(fake_last_dial());
    tick();
    CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_CONNECTED);
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    hear(fake_last_dial(), "TerminateServerProcess");
    end_game();
}

/* ---- drops ---- */

static void check_reconnects_after(glift__end_kind kind, int code)
{
    new_game();
    fake_socket *socket = ready_game();
    fake_pass(6000);
    fake_end(socket, kind, code, "");
    fake_socket *redial = next_dial(101); /* the first redial comes within 100 ms */
    CHECK(redial != NULL);
    fake_open(redial);
    tick();
    CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_CONNECTED);
    CHECK(glift_is_process_ready(the.server));
    end_game();
}

TEST(P137_a_drop_without_close_frame_is_reconnected)
{
    check_reconnects_after(GLIFT__END_LOST, 0);
}

TEST(P138_close_1001_is_reconnected)
{
    check_reconnects_after(GLIFT__END_CLOSED, 1001);
}

TEST(close_1000_from_the_service_is_reconnected)
{
    check_reconnects_after(GLIFT__END_CLOSED, 1000);
}

TEST(P139_any_other_close_code_is_reconnected)
{
    check_reconnects_after(GLIFT__END_CLOSED, 1011);
}

TEST(P140_our_own_shutdown_is_not_reconnected)
{
    new_game();
    fake_socket *socket = ready_game();
    end_game();
    fake_pass(100000);
    CHECK_INT(fake.dial_count, 1);
    CHECK(socket->close_ordered);
}

TEST(P140_nor_when_the_peer_breaks_off_instead_of_answering_our_close)
{
    new_game();
    fake_socket *socket = ready_game();
    glift__link *link = socket->link;
    glift__item *shutdown = calloc(1, sizeof *shutdown);
    shutdown->kind = GLIFT__COMMAND_SHUTDOWN;
    fake.closes_stall = true;
    glift__mailbox_push(&link->commands, shutdown); /* as destroy does, which would wait */
    fake_run();
    CHECK(socket->close_ordered);
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    fake_pass(100000);
    CHECK_INT(fake.dial_count, 1);
    end_game();
}

TEST(P141_a_server_made_after_destroy_reconnects_too)
{
    new_game();
    ready_game();
    end_game();
    fake_socket *socket = NULL;
    create_game();
    socket = fake_last_dial();
    fake_open(socket);
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    CHECK(next_dial(101) != NULL);
    end_game();
}

/* Between the shortest and the longest of 40 delays. */
static uint64_t spread_of_redials(bool was_open, glift__end_kind kind, int code, uint64_t within_ms)
{
    uint64_t shortest = UINT64_MAX, longest = 0;
    for (int round = 0; round < 40; round++) {
        new_game();
        the.seed += (uint32_t)round;
        the.desc.connect_timeout_ms = 1; /* told while the dial waits, which does not hurry it */
        create_game();
        if (was_open)
            fake_open(fake_dial(0));
        fake_end(fake_dial(0), kind, code, "");
        uint64_t begin = fake.now_ms;
        CHECK(next_dial(within_ms) != NULL);
        uint64_t delay = fake.now_ms - begin;
        shortest = delay < shortest ? delay : shortest;
        longest = delay > longest ? delay : longest;
        end_game();
    }
    return longest - shortest;
}

/* 40 draws within a quarter of the range would not be chance. */
TEST(P18_a_throttled_handshake_is_dialled_again_somewhere_within_32_s)
{
    CHECK(spread_of_redials(false, GLIFT__END_HANDSHAKE_REFUSED, 429, 32001) > 8000);
}

/* 8.2, 9 */
TEST(P136_the_first_redials_of_servers_that_lost_the_service_together_are_spread_too)
{
    CHECK(spread_of_redials(true, GLIFT__END_LOST, 0, 101) > 25);
}

/* Of the second drop, after a connection that lasted so long. */
static uint64_t longest_redial_after(uint64_t lasted_ms)
{
    uint64_t longest = 0;
    for (int round = 0; round < 40; round++) {
        new_game();
        the.seed += (uint32_t)round;
        connected_game();
        fake_end(fake_dial(0), GLIFT__END_LOST, 0, "reset");
        fake_open(next_dial(101));
        fake_pass(lasted_ms);
        fake_end(fake_last_dial(), GLIFT__END_LOST, 0, "reset");
        uint64_t begin = fake.now_ms;
        CHECK(next_dial(501) != NULL);
        longest = fake.now_ms - begin > longest ? fake.now_ms - begin : longest;
        end_game();
    }
    return longest;
}

TEST(only_a_connection_that_lasted_5_s_is_redialled_as_quickly_as_the_first)
{
    CHECK(longest_redial_after(4999) > 100);
    CHECK(longest_redial_after(5000) <= 100);
}

TEST(outages_up_to_a_minute_are_over_within_2_s_of_the_services_return)
{
    for (int round = 0; round < 50; round++) {
        new_game();
        fake_socket *socket = ready_game();
        fake_pass(6000);
        fake_end(socket, GLIFT__END_LOST, 0, "reset");
        uint64_t back_at = fake.now_ms + 1000 + (uint64_t)round * 1150;
        while (fake.now_ms < back_at) {
            fake_pass(1);
            if (fake_last_dial()->state == FAKE_DIALLING)
                refuse(fake_last_dial());
        }
        CHECK(next_dial(2001) != NULL);
        end_game();
    }
}

TEST(an_outage_is_told_to_the_game_with_its_reason)
{
    new_game();
    fake_socket *socket = connected_game();
    fake_end(socket, GLIFT__END_CLOSED, 1001, "the service closed the connection with code 1001: going away");
    tick();
    CHECK_INT(the.connections[1].state, GLIFT_RECONNECTING);
    CHECK_TEXT(the.reasons[1], "the service closed the connection with code 1001: going away");
    end_game();
}

TEST(P162_a_push_right_after_the_handshake_is_not_lost)
{
    new_game();
    create_game();
    fake_open(fake_dial(0));
    fake_say(fake_dial(0), "{\"Action\":\"TerminateProcess\",\"TerminationTime\":5}");
    tick();
    CHECK_INT(the.terminations, 1);
    end_game();
}

/* ---- requests without a connection ---- */

TEST(requests_made_before_the_connection_wait_for_it)
{
    new_game();
    create_game();
    say_ready();
    fake_pass(200000); /* longer than any request waits, shorter than connect_timeout_ms */
    tick();
    CHECK_INT(the.answer_count, 0);
    fake_socket *socket = fake_dial(0);
    fake_open(socket);
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    end_game();
}

TEST(P60_process_ready_waits_request_timeout_once_connected_and_stays_not_ready)
{
    new_game();
    create_game();
    say_ready();
    fake_pass(100000);
    fake_open(fake_dial(0));
    fake_pass(19999);
    tick();
    CHECK_INT(the.answer_count, 0);
    fake_pass(1);
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_TIMEOUT);
    CHECK(!glift_is_process_ready(the.server));
    end_game();
}

TEST(process_ready_gives_up_after_connect_timeout_with_the_reason)
{
    new_game();
    create_game();
    fake_end(fake_dial(0), GLIFT__END_TLS, 0, "certificate has expired");
    say_ready();
    fake_pass(299000);
    tick();
    CHECK_INT(the.answer_count, 0);
    fake_pass(1001);
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_TIMEOUT);
    CHECK_CONTAINS(last_answer()->message, "certificate has expired");
    end_game();
}

TEST(P147_a_request_times_out_20_s_after_the_call_connected_or_not)
{
    new_game();
    fake_socket *socket = ready_game();
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    fake_pass(19999);
    tick();
    CHECK_INT(the.answer_count, 0);
    fake_pass(1);
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_TIMEOUT);
    CHECK_CONTAINS(last_answer()->message, "not connected");
    end_game();
}

/* It does not take the message, and nobody says that it is dead. The fake ends a core that does not rest. */
TEST(P146_what_a_dead_socket_does_not_take_is_answered_at_its_deadline)
{
    new_game();
    fake_socket *socket = ready_game();
    fake.writes_stall = true;
    CHECK_INT(glift_get_compute_certificate(the.server, on_answer, NULL), GLIFT_OK);
    CHECK_INT(glift_get_compute_certificate(the.server, on_answer, NULL), GLIFT_OK);
    tick();
    fake_pass(19999);
    tick();
    CHECK_INT(the.answer_count, 0);
    fake_pass(1);
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(last_answer()->status, GLIFT_ERR_TIMEOUT);
    CHECK_TEXT(last_answer()->message, "no answer within 20000 ms");
    CHECK(fake_hear(socket) == NULL);
    end_game();
}

TEST(what_is_unanswered_when_the_connection_drops_is_sent_again_with_the_same_id)
{
    new_game();
    fake_socket *socket = hosting_game();
    CHECK_INT(glift_activate_game_session(the.server, on_answer, NULL), GLIFT_OK);
    char id[64];
    snprintf(id, sizeof id, "%s", id_of(hear(socket, "ActivateGameSession")));
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    fake_socket *redial = next_dial(101);
    fake_open(redial);
    const char *again = hear(redial, "ActivateGameSession");
    CHECK_TEXT(id_of(again), id);
    answer_ok(redial, again);
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    CHECK(last_answer()->resent);
    CHECK_INT(the.answer_count, 1);
    end_game();
}

TEST(a_timeout_says_whether_the_request_was_sent_again)
{
    new_game();
    fake_socket *socket = hosting_game();
    glift_activate_game_session(the.server, on_answer, NULL);
    hear(socket, "ActivateGameSession");
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    fake_open(next_dial(101));
    tick();
    glift_get_compute_certificate(the.server, on_answer, NULL);
    fake_pass(20000);
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(the.answers[0].status, GLIFT_ERR_TIMEOUT);
    CHECK(the.answers[0].resent);
    CHECK(!the.answers[1].resent);
    end_game();
}

/* ---- refresh ---- */

/* The service asks for a new connection: the dial that follows. */
static fake_socket *refresh(fake_socket *old)
{
    fake_say(old, REFRESH("wss://other.test", "token-2"));
    return fake_last_dial();
}

static fake_socket *refresh_and_open(fake_socket *old)
{
    fake_open(refresh(old));
    return fake_last_dial();
}

TEST(P153_P156_the_old_socket_serves_until_the_new_one_is_open_and_is_closed_with_1000_within_5_s)
{
    new_game();
    fake_socket *old = hosting_game();
    fake_socket *fresh = refresh(old);
    glift_activate_game_session(the.server, on_answer, NULL);
    tick();
    answer_ok(old, hear(old, "ActivateGameSession")); /* P154 */
    fake_open(fresh);
    CHECK(!old->close_ordered);
    glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
    tick();
    CHECK(fake_hear(old) == NULL);
    hear(fresh, "AcceptPlayerSession");
    fake_pass(5000);
    CHECK(old->close_ordered);
    CHECK_INT(old->close_code, 1000);
    tick();
    CHECK_TEXT(the.events, "answer "); /* the game hears nothing of a refresh */
    end_game();
}

TEST(P155_answers_on_the_old_socket_are_delivered_within_the_grace)
{
    new_game();
    fake_socket *old = hosting_game();
    glift_get_compute_certificate(the.server, on_answer, NULL);
    tick();
    hear(old, "GetComputeCertificate");
    fake_pass(18000);
    glift_activate_game_session(the.server, on_answer, NULL);
    tick();
    const char *request = hear(old, "ActivateGameSession");
    fake_socket *fresh = refresh_and_open(old);
    fake_pass(3000); /* in which the first request times out */
    answer_ok(old, request);
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    CHECK(!last_answer()->resent);
    CHECK(fake_hear(fresh) == NULL);
    end_game();
}

TEST(what_the_old_socket_leaves_unanswered_is_sent_again_on_the_new_one)
{
    new_game();
    fake_socket *old = hosting_game();
    glift_activate_game_session(the.server, on_answer, NULL);
    char id[64];
    snprintf(id, sizeof id, "%s", id_of(hear(old, "ActivateGameSession")));
    fake.closes_stall = true;
    fake_socket *fresh = refresh_and_open(old);
    fake_pass(5000);
    CHECK(old->close_ordered);
    CHECK_TEXT(id_of(hear(fresh, "ActivateGameSession")), id);
    answer_closes();
    end_game();
}

TEST(P142_the_end_of_a_superseded_socket_does_not_touch_the_new_one)
{
    new_game();
    fake_socket *old = hosting_game();
    fake_socket *fresh = refresh_and_open(old);
    fake_end(old, GLIFT__END_CLOSED, 1001, "");
    fake_pass(10000);
    CHECK_INT(fake.dial_count, 2);
    CHECK_INT(fresh->state, FAKE_OPEN);
    glift_activate_game_session(the.server, on_answer, NULL);
    tick();
    hear(fresh, "ActivateGameSession");
    end_game();
}

TEST(P142_a_dial_that_was_given_up_and_opens_after_all_changes_nothing)
{
    new_game();
    fake_socket *old = hosting_game();
    fake.closes_stall = true;
    fake_say(old, REFRESH("wss://hangs.test", "token-2"));
    fake_socket *hanging = fake_last_dial();
    fake_say(old, REFRESH("wss://works.test", "token-3"));
    fake_open(hanging);
    glift_activate_game_session(the.server, on_answer, NULL);
    tick();
    hear(old, "ActivateGameSession");
    CHECK(fake_hear(hanging) == NULL);
    fake_open(fake_last_dial());
    glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
    tick();
    hear(fake_last_dial(), "AcceptPlayerSession");
    answer_closes();
    end_game();
}

TEST(P142_what_a_socket_that_has_ended_says_is_ignored)
{
    new_game();
    fake_socket *socket = ready_game();
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    fake_say(socket, CREATE_GAME_SESSION);
    tick();
    CHECK_INT(the.sessions, 0);
    end_game();
}

TEST(P142_a_refresh_asked_for_on_a_superseded_socket_is_ignored)
{
    new_game();
    fake_socket *old = hosting_game();
    refresh_and_open(old);
    fake_say(old, REFRESH("wss://b.test", "token-2"));
    CHECK_INT(fake.dial_count, 2);
    end_game();
}

TEST(a_session_pushed_on_a_superseded_socket_is_delivered)
{
    new_game();
    fake_socket *old = ready_game();
    refresh_and_open(old);
    fake_say(old, CREATE_GAME_SESSION);
    tick();
    CHECK_INT(the.sessions, 1);
    end_game();
}

TEST(P116_a_failed_refresh_changes_nothing)
{
    new_game();
    fake_socket *old = hosting_game();
    fake_say(old, REFRESH("wss://dead.test", "token-2"));
    refuse(fake_last_dial());
    tick();
    CHECK_TEXT(the.events, "");
    glift_activate_game_session(the.server, on_answer, NULL);
    answer_ok(old, hear(old, "ActivateGameSession"));
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    fake_pass(30000);
    CHECK_INT(fake.dial_count, 2);
    CHECK(!old->close_ordered);
    end_game();
}

TEST(the_connection_dropping_during_a_refresh_lets_the_dial_under_way_take_over)
{
    new_game();
    fake_socket *old = hosting_game();
    fake_say(old, REFRESH("wss://other.test", "token-2"));
    fake_end(old, GLIFT__END_LOST, 0, "reset");
    fake_pass(300);
    CHECK_INT(fake.dial_count, 2);
    fake_open(fake_last_dial());
    tick();
    CHECK_TEXT(the.events, "reconnecting connected ");
    end_game();
}

TEST(a_second_refresh_replaces_a_dial_that_hangs)
{
    new_game();
    fake_socket *old = hosting_game();
    fake_say(old, REFRESH("wss://hangs.test", "token-2"));
    fake_socket *hanging = fake_last_dial();
    fake_say(old, REFRESH("wss://works.test", "token-3"));
    CHECK(hanging->close_ordered);
    CHECK_CONTAINS(fake_last_dial()->url, "wss://works.test/");
    fake_open(fake_last_dial());
    glift_activate_game_session(the.server, on_answer, NULL);
    tick();
    hear(fake_last_dial(), "ActivateGameSession");
    end_game();
}

TEST(a_dial_that_has_taken_over_from_a_refresh_and_fails_is_dialled_again)
{
    new_game();
    fake_socket *old = hosting_game();
    fake_say(old, REFRESH("wss://other.test", "token-2"));
    fake_end(old, GLIFT__END_LOST, 0, "reset");
    refuse(fake_last_dial());
    CHECK(next_dial(2001) != NULL);
    end_game();
}

/* Without the I/O thread coming round in between, as when both are in one packet. */
static void hear_at_once(fake_socket *socket, const char *text)
{
    glift__core_received(socket->link->core, glift__io_now(), socket->number, text, strlen(text));
}

TEST(a_refresh_is_dialled_even_if_the_connection_is_closed_with_it)
{
    static const glift__socket_end end = {GLIFT__END_CLOSED, 1001, "going away"};
    new_game();
    fake_socket *socket = ready_game();
    hear_at_once(socket, REFRESH("wss://other.test", "token-2"));
    glift__core_closed(socket->link->core, glift__io_now(), socket->number, &end);
    socket->state = FAKE_ENDED;
    fake_run();
    CHECK_INT(fake.dial_count, 2);
    CHECK_CONTAINS(fake_last_dial()->url, "wss://other.test/");
    end_game();
}

TEST(of_two_refreshes_at_once_only_the_second_is_dialled)
{
    new_game();
    fake_socket *socket = ready_game();
    hear_at_once(socket, REFRESH("wss://a.test", "token-2"));
    hear_at_once(socket, REFRESH("wss://b.test", "token-3"));
    fake_run();
    CHECK_INT(fake.dial_count, 2);
    CHECK_CONTAINS(fake_last_dial()->url, "wss://b.test/");
    end_game();
}

/* Until one has been closed; whatever is heard meanwhile. */
TEST(a_refresh_waits_for_a_socket_while_all_are_being_closed)
{
    new_game();
    fake_socket *socket = ready_game();
    fake.closes_stall = true;
    for (int i = 0; i < 20; i++)
        fake_say(socket, REFRESH("wss://hangs.test", "token-2"));
    fake_socket *closing = fake_last_dial();
    size_t dials = fake.dial_count;
    CHECK(closing->close_ordered);
    fake_say(socket, "{}");
    fake_end(closing, GLIFT__END_CLOSED, 1000, "");
    fake_pass(1000);
    CHECK_INT(fake.dial_count, dials + 1);
    CHECK_INT(fake_last_dial()->state, FAKE_DIALLING);
    answer_closes();
    end_game();
}

TEST(refreshes_faster_than_sockets_close_are_bounded_and_survive)
{
    new_game();
    fake_socket *socket = hosting_game();
    fake.closes_stall = true;
    for (int i = 0; i < 100; i++) {
        fake_say(socket, REFRESH("wss://other.test", "token-2"));
        if (fake_last_dial()->state == FAKE_DIALLING) {
            fake_open(fake_last_dial());
            socket = fake_last_dial();
        }
    }
    CHECK(fake.dial_count <= 8);
    for (size_t i = 0; i < fake.dial_count; i++) {
        if (fake_dial(i) != socket)
            fake_end(fake_dial(i), GLIFT__END_CLOSED, 1000, "");
    }
    fake_pass(2000);
    glift_activate_game_session(the.server, on_answer, NULL);
    tick();
    fake_socket *last = fake_last_dial();
    if (last->state == FAKE_DIALLING)
        fake_open(last);
    CHECK(fake_hear(socket) != NULL || fake_hear(last) != NULL);
    fake.closes_stall = false;
    end_game();
}

/* ---- a connection that does not answer ---- */

static void let_time_out(int requests)
{
    for (int i = 0; i < requests; i++)
        glift_get_compute_certificate(the.server, on_answer, NULL);
    tick();
    fake_pass(20000);
    tick();
}

TEST(P149_two_timeouts_in_a_row_make_one_new_connection)
{
    new_game();
    fake_socket *socket = ready_game();
    let_time_out(1);
    CHECK_INT(fake.dial_count, 1);
    let_time_out(1);
    CHECK_INT(fake.dial_count, 2);
    let_time_out(3);
    CHECK_INT(fake.dial_count, 2); /* one at a time */
    fake_open(fake_last_dial());
    CHECK(socket->close_ordered);
    tick();
    CHECK(strstr(the.events, "reconnecting") == NULL);
    end_game();
}

TEST(P150_any_message_in_between_starts_the_count_anew)
{
    new_game();
    fake_socket *socket = ready_game();
    let_time_out(1);
    fake_say(socket, "garbage");
    let_time_out(1);
    CHECK_INT(fake.dial_count, 1);
    end_game();
}

TEST(P149_a_timeout_before_a_drop_does_not_count_for_the_next_connection)
{
    new_game();
    fake_socket *socket = ready_game();
    let_time_out(1);
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    fake_open(next_dial(101));
    let_time_out(1);
    CHECK_INT(fake.dial_count, 2);
    end_game();
}

TEST(P142_timeouts_on_a_superseded_socket_do_not_count_for_the_current_one)
{
    new_game();
    fake_socket *old = ready_game();
    for (int i = 0; i < 2; i++)
        glift_get_compute_certificate(the.server, on_answer, NULL);
    tick();
    fake_pass(17000);
    refresh_and_open(old);
    fake_pass(3000);
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(fake.dial_count, 2);
    end_game();
}

TEST(P142_a_timeout_on_a_superseded_socket_without_a_current_one_does_nothing)
{
    new_game();
    fake_socket *old = ready_game();
    for (int i = 0; i < 2; i++)
        glift_get_compute_certificate(the.server, on_answer, NULL);
    tick();
    fake_pass(17000);
    refresh_and_open(old);
    fake_end(fake_last_dial(), GLIFT__END_LOST, 0, "reset");
    fake_pass(3000);
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_TEXT(last_answer()->message, "no answer within 20000 ms");
    CHECK_INT(fake.dial_count, 3);
    end_game();
}

/* Requests that come to be written only so long after the call. */
static size_t dials_after_two_timeouts_written_late(uint64_t late_ms)
{
    new_game();
    ready_game();
    fake.writes_stall = true;
    for (int i = 0; i < 2; i++)
        glift_get_compute_certificate(the.server, on_answer, NULL);
    tick();
    fake_pass(late_ms);
    fake.writes_stall = false;
    fake_run();
    fake_pass(20000 - late_ms);
    tick();
    CHECK_INT(the.answer_count, 2);
    size_t dials = fake.dial_count;
    end_game();
    return dials;
}

TEST(P149_a_timeout_counts_if_the_service_had_half_the_time_to_answer)
{
    CHECK_INT(dials_after_two_timeouts_written_late(9000), 2);
    CHECK_INT(dials_after_two_timeouts_written_late(11000), 1);
}

/* 8.2, 24 */
TEST(P149_a_connection_that_is_replaced_is_dialled_as_whoever_works_and_signed_anew)
{
    new_game();
    sign_with_keys();
    fake_socket *socket = ready_game();
    refresh_and_open(socket);
    let_time_out(1);
    let_time_out(1);
    CHECK_TEXT(parameter(fake_last_dial(), "Authorization"), "token-2");
    fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 403, "");
    CHECK_TEXT(parameter(next_dial(32001), "Authorization"), "SigV4");
    CHECK(strcmp(parameter(fake_last_dial(), "X-Amz-Date"), parameter(socket, "X-Amz-Date")) != 0);
    end_game();
}

TEST(a_connection_that_answers_again_is_not_replaced_after_a_failed_dial)
{
    new_game();
    fake_socket *socket = ready_game();
    let_time_out(2);
    CHECK_INT(fake.dial_count, 2);
    fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 429, "");
    fake_say(socket, "{}");
    fake_pass(40000);
    tick();
    CHECK_INT(fake.dial_count, 2);
    CHECK_CONTAINS(the.log, "the connection was not replaced");
    CHECK(strstr(the.events, "reconnecting") == NULL);
    end_game();
}

TEST(a_connection_that_does_not_answer_is_dialled_as_often_as_one_that_was_just_lost)
{
    new_game();
    ready_game();
    for (int i = 0; i < 100; i++) { /* long after the last outage */
        fake_pass(1000);
        tick();
        const char *beat;
        while ((beat = fake_hear(fake_dial(0))) != NULL)
            answer_ok(fake_dial(0), beat);
    }
    let_time_out(1);
    let_time_out(1);
    for (int i = 0; i < 50; i++) {
        if (fake_last_dial()->state == FAKE_DIALLING)
            refuse(fake_last_dial());
        fake_pass(1000);
    }
    CHECK(fake.dial_count > 25); /* at most 2 s apart for the first minute */
    end_game();
}

TEST(what_a_half_open_connection_carried_is_sent_again_as_soon_as_there_is_a_new_one)
{
    new_game();
    fake_socket *socket = ready_game();
    let_time_out(1);
    glift_get_compute_certificate(the.server, on_answer, NULL);
    tick();
    fake_pass(19000);
    glift_describe_player_sessions(the.server,
            &(glift_describe_player_sessions_request){
                    .size_bytes = sizeof(glift_describe_player_sessions_request), .game_session_id = SESSION},
            on_answer, NULL);
    tick();
    fake_pass(1000);
    CHECK_INT(fake.dial_count, 2);
    fake_open(fake_last_dial());
    const char *message;
    bool described = false;
    while ((message = fake_hear(fake_last_dial())) != NULL)
        described = described || strstr(message, "DescribePlayerSessions") != NULL;
    CHECK(described);
    CHECK(socket->close_ordered);
    end_game();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Answers and pushes: wire protocol 3 and 4. */
#include "test.h"

#include "game.h"

#define UPDATE_GAME_SESSION                                                                                  \
    "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION                        \
    "\",\"Name\":\"renamed\",\"MatchmakerData\":\"{}\",\"MaximumPlayerSessionCount\":8},\"UpdateReason\":"   \
    "\"BACKFILL_TIMED_OUT\",\"BackfillTicketId\":\"ticket-1\"}"

static fake_socket *socket;

static const char *certificate_request(void)
{
    CHECK_INT(glift_get_compute_certificate(the.server, on_answer, NULL), GLIFT_OK);
    tick();
    return hear(socket, "GetComputeCertificate");
}

static void begin_ready(void)
{
    new_game();
    socket = ready_game();
}

/* ---- answers ---- */

TEST(P94_P86_a_200_is_success_with_its_payload)
{
    begin_ready();
    answer_code(
            socket, certificate_request(), 200, ",\"CertificatePath\":\"/cert.pem\",\"ComputeName\":\"c\"");
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    CHECK_TEXT(last_answer()->text, "/cert.pem");
    CHECK_TEXT(last_answer()->message, "");
    end_game();
}

TEST(P95_P128_P129_P130_error_codes_are_mapped_with_the_services_text)
{
    static const struct {
        int code;
        glift_status status;
    } codes[] = {{400, GLIFT_ERR_REJECTED}, {401, GLIFT_ERR_UNAUTHORIZED}, {403, GLIFT_ERR_FORBIDDEN},
            {404, GLIFT_ERR_NOT_FOUND}, {409, GLIFT_ERR_CONFLICT}, {412, GLIFT_ERR_REJECTED},
            {429, GLIFT_ERR_THROTTLED}, {500, GLIFT_ERR_SERVICE}, {302, GLIFT_ERR_SERVICE},
            {0, GLIFT_ERR_SERVICE}, {-1, GLIFT_ERR_SERVICE}};
    begin_ready();
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        answer_code(socket, certificate_request(), codes[i].code, ",\"ErrorMessage\":\"the reason\"");
        tick();
        CHECK_INT(last_answer()->status, codes[i].status);
        CHECK_TEXT(last_answer()->message, "the reason");
        CHECK_INT(last_answer()->code, codes[i].code);
    }
    end_game();
}

TEST(an_error_without_text_still_says_something)
{
    begin_ready();
    answer_code(socket, certificate_request(), 503, "");
    tick();
    CHECK_CONTAINS(last_answer()->message, "503");
    end_game();
}

TEST(a_refusal_that_repeats_a_secret_is_handed_on_without_its_text)
{
    begin_ready();
    answer_code(socket, certificate_request(), 401, ",\"ErrorMessage\":\"token%2D1 has expired\"");
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_UNAUTHORIZED);
    CHECK_TEXT(last_answer()->message, "the service's text holds a secret");
    end_game();
}

TEST(P96_an_answer_without_status_code_is_a_service_error)
{
    char text[200];
    begin_ready();
    snprintf(text, sizeof text, "{\"Action\":\"GetComputeCertificate\",\"RequestId\":\"%s\"}",
            id_of(certificate_request()));
    fake_say(socket, text);
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_SERVICE);
    end_game();
}

TEST(P99_a_null_or_foreign_action_still_resolves_by_id)
{
    static const char *const actions[] = {"null", "\"AcceptPlayerSession\"", "\"CreateGameSession\"", "7"};
    begin_ready();
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        char text[300];
        snprintf(text, sizeof text,
                "{\"Action\":%s,\"RequestId\":\"%s\",\"StatusCode\":200,\"CertificatePath\":\"/c\"}",
                actions[i], id_of(certificate_request()));
        fake_say(socket, text);
        tick();
        CHECK_INT(the.answer_count, i + 1);
        CHECK_TEXT(last_answer()->text, "/c");
    }
    CHECK_INT(the.sessions, 0);
    end_game();
}

TEST(P101_P148_unknown_late_and_repeated_answers_are_ignored)
{
    begin_ready();
    fake_say(socket,
            "{\"Action\":\"AcceptPlayerSession\",\"RequestId\":\"11111111-2222-4333-8444-555555555555\","
            "\"StatusCode\":200}");
    const char *request = certificate_request();
    answer_ok(socket, request);
    answer_code(socket, request, 500, ""); /* repeated */
    const char *late = certificate_request();
    fake_pass(20000);
    answer_ok(socket, late);
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(the.answers[0].status, GLIFT_OK);
    CHECK_INT(the.answers[1].status, GLIFT_ERR_TIMEOUT);
    CHECK_INT(fake.dial_count, 1);
    CHECK(!socket->close_ordered);
    end_game();
}

TEST(P102_P103_P104_garbage_is_ignored_and_the_connection_stays)
{
    static const char *const garbage[] = {"", "{", "nonsense", "[]", "\"text\"", "42", "null", "{}",
            "{\"Action\":3}", "{\"Action\":\"CreateGameSession\"}",
            "{\"Action\":\"CreateGameSession\",\"GameSessionId\":7}",
            "{\"Action\":\"UpdateGameSession\",\"GameSession\":\"no\"}", "{\"Action\":\"RefreshConnection\"}",
            "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":[],\"AuthToken\":{}}",
            "{\"Action\":\"MakeCoffee\"}", "{\"RequestId\":\"\",\"StatusCode\":200}", "\xff\xfe\xfd"};
    begin_ready();
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++)
        fake_say(socket, garbage[i]);
    tick();
    CHECK_INT(the.sessions + the.updates + the.terminations + the.answer_count, 0);
    CHECK_INT(fake.dial_count, 1);
    answer_ok(socket, certificate_request());
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    end_game();
}

/* ---- sessions ---- */

TEST(P97_P107_P108_P109_a_session_is_delivered_with_its_fields)
{
    begin_ready();
    fake_say(socket, CREATE_GAME_SESSION);
    tick();
    const glift_game_session *session = glift_get_game_session(the.server);
    CHECK_TEXT(the.session_name, "match 1");
    CHECK_TEXT(the.fleet_id, "fleet-1");
    CHECK_INT(session->maximum_player_session_count, 4);
    CHECK_INT(session->game_property_count, 1);
    CHECK_TEXT(session->game_properties[0].key, "map");
    CHECK_TEXT(session->dns_name, "");
    end_game();
}

TEST(P98_a_push_with_a_request_id_and_no_200_is_not_dispatched)
{
    begin_ready();
    fake_say(socket,
            "{\"Action\":\"CreateGameSession\",\"RequestId\":\"x\",\"GameSessionId\":\"" SESSION "\"}");
    tick();
    CHECK_INT(the.sessions, 0);
    fake_say(socket, "{\"Action\":\"CreateGameSession\",\"RequestId\":\"x\",\"StatusCode\":200,"
                     "\"GameSessionId\":\"" SESSION "\"}");
    tick();
    CHECK_INT(the.sessions, 1);
    end_game();
}

TEST(P110_a_session_before_ready_is_ignored)
{
    new_game();
    socket = connected_game();
    fake_say(socket, CREATE_GAME_SESSION);
    fake_say(socket, UPDATE_GAME_SESSION);
    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    CHECK_INT(the.sessions + the.updates, 0);
    CHECK_CONTAINS(the.log, "not ready");
    fake_say(socket, CREATE_GAME_SESSION);
    tick();
    CHECK_INT(the.sessions, 1);
    end_game();
}

TEST(P110_a_session_while_process_ready_waits_to_be_sent_is_ignored)
{
    new_game();
    socket = connected_game();
    fake.writes_stall = true;
    say_ready();
    fake_say(socket, CREATE_GAME_SESSION);
    fake.writes_stall = false;
    fake_run();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    CHECK_INT(the.sessions, 0);
    end_game();
}

static void say_ready_answer_with_session(bool session_first)
{
    new_game();
    socket = connected_game();
    say_ready();
    char text[200];
    snprintf(text, sizeof text,
            "{\"Action\":\"ActivateServerProcess\",\"RequestId\":\"%s\",\"StatusCode\":200}",
            id_of(hear(socket, "ActivateServerProcess")));
    the.events[0] = '\0';
    if (session_first)
        fake_say_together(socket, CREATE_GAME_SESSION, text);
    else
        fake_say_together(socket, text, CREATE_GAME_SESSION);
    tick();
    CHECK_TEXT(the.events, "answer start ");
    end_game();
}

TEST(a_session_in_the_same_packet_as_the_answer_to_process_ready_comes_after_it)
{
    say_ready_answer_with_session(false);
    say_ready_answer_with_session(true);
}

TEST(a_session_that_waited_for_a_refused_process_ready_is_dropped_and_may_come_again)
{
    new_game();
    socket = connected_game();
    say_ready();
    const char *request = hear(socket, "ActivateServerProcess");
    fake_say(socket, CREATE_GAME_SESSION);
    answer_code(socket, request, 400, ",\"ErrorMessage\":\"no\"");
    tick();
    CHECK_INT(the.sessions, 0);
    CHECK_INT(last_answer()->status, GLIFT_ERR_REJECTED); /* P61 */
    CHECK_TEXT(last_answer()->message, "no");
    CHECK(!glift_is_process_ready(the.server));
    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    fake_say(socket, CREATE_GAME_SESSION);
    tick();
    CHECK_INT(the.sessions, 1);
    end_game();
}

TEST(P111_the_same_session_again_is_ignored_and_another_one_replaces_it)
{
    new_game();
    socket = hosting_game();
    fake_say(socket, CREATE_GAME_SESSION);
    tick();
    CHECK_INT(the.sessions, 1);
    CHECK_CONTAINS(the.log, "again");
    fake_say(socket, "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"arn:other\"}");
    tick();
    CHECK_INT(the.sessions, 2);
    CHECK_TEXT(glift_get_game_session_id(the.server), "arn:other");
    end_game();
}

TEST(P112_P113_P114_an_update_is_delivered_merged_and_leaves_the_id)
{
    new_game();
    socket = hosting_game();
    fake_say(socket, UPDATE_GAME_SESSION);
    tick();
    CHECK_INT(the.updates, 1);
    CHECK_INT(the.update_reason, GLIFT_UPDATE_BACKFILL_TIMED_OUT);
    CHECK_TEXT(the.update_ticket, "ticket-1");
    const glift_game_session *session = glift_get_game_session(the.server);
    CHECK_TEXT(session->name, "renamed");
    CHECK_TEXT(session->matchmaker_data, "{}");
    CHECK_TEXT(session->ip_address, "127.0.0.1"); /* left out of the update */
    CHECK_INT(session->maximum_player_session_count, 8);
    CHECK_TEXT(session->game_session_id, SESSION);
    end_game();
}

/* As the official SDKs send it on, an update may leave out whatever has not changed. */
TEST(what_an_update_leaves_out_stays_as_it_was)
{
    new_game();
    socket = hosting_game();
    fake_say(socket, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION "\","
                     "\"Status\":\"ACTIVE\",\"MatchmakerData\":\"{}\"}}");
    fake_say(socket, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION
                     "\",\"GameProperties\":{}}}");
    tick();
    const glift_game_session *session = glift_get_game_session(the.server);
    CHECK_TEXT(session->name, "match 1");
    CHECK_TEXT(session->ip_address, "127.0.0.1");
    CHECK_INT(session->port, 7777);
    CHECK_INT(session->maximum_player_session_count, 4);
    CHECK_INT(session->game_property_count, 1);
    CHECK_TEXT(session->game_properties[0].value, "dust");
    CHECK_TEXT(session->matchmaker_data, "{}"); /* of the update before */
    CHECK_INT(session->status, GLIFT_GAME_SESSION_ACTIVE);
    fake_say(socket, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION
                     "\",\"Port\":7778,\"GameProperties\":{\"map\":\"pit\"}}}");
    tick();
    CHECK_INT(session->port, 7778);
    CHECK_TEXT(session->game_properties[0].value, "pit");
    fake_say(socket, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION
                     "\",\"Name\":\"later\"}}");
    for (int i = 0; i < 3; i++)
        tick();
    CHECK_TEXT(session->name, "later");
    CHECK_INT(session->port, 7778);
    CHECK_INT(session->game_property_count, 1);
    CHECK_TEXT(session->game_properties[0].key, "map");
    CHECK_TEXT(session->game_properties[0].value, "pit");
    CHECK_TEXT(session->matchmaker_data, "{}");
    end_game();
}

TEST(P113_an_unknown_or_absent_update_reason_is_accepted)
{
    new_game();
    socket = hosting_game();
    fake_say(
            socket, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION "\"}}");
    fake_say(socket, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION
                     "\"},\"UpdateReason\":\"WHATEVER\"}");
    tick();
    CHECK_INT(the.updates, 2);
    CHECK_INT(the.update_reason, GLIFT_UPDATE_UNKNOWN);
    end_game();
}

TEST(P114_an_update_of_another_session_is_delivered_but_not_kept)
{
    new_game();
    socket = hosting_game();
    fake_say(socket, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"arn:other\","
                     "\"Name\":\"other\",\"Port\":1}}");
    tick();
    CHECK_INT(the.updates, 1);
    CHECK_TEXT(glift_get_game_session_id(the.server), SESSION);
    CHECK_TEXT(glift_get_game_session(the.server)->name, "match 1");
    CHECK_INT(glift_get_game_session(the.server)->port, 7777);
    end_game();
}

TEST(P160_pushes_are_delivered_in_their_order)
{
    begin_ready();
    the.events[0] = '\0';
    fake_say_together(socket, CREATE_GAME_SESSION, UPDATE_GAME_SESSION);
    fake_say_together(socket, "{\"Action\":\"TerminateProcess\"}", UPDATE_GAME_SESSION);
    tick();
    CHECK_TEXT(the.events, "start update terminate update ");
    end_game();
}

/* ---- a game that does not tick ---- */

#define TERMINATE_PROCESS "{\"Action\":\"TerminateProcess\",\"TerminationTime\":7}"

/* Of about 64 KiB. */
static void say_update(int number)
{
    static char text[65536];
    int length = snprintf(text, sizeof text,
            "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION
            "\",\"GameSessionData\":\"%060000d\"},\"BackfillTicketId\":\"ticket-%d\"}",
            0, number);
    CHECK(length < (int)sizeof text);
    fake_say(socket, text);
}

TEST(pushes_to_a_game_that_does_not_tick_are_bounded_and_the_newest_of_each_kind_arrives)
{
    new_game();
    socket = hosting_game();
    for (int i = 1; i <= 1000; i++)
        say_update(i); /* 60 MB */
    for (int i = 0; i < 1000; i++)
        fake_say(socket, TERMINATE_PROCESS);
    tick();
    CHECK(the.updates >= 60 && the.updates < 80); /* 4 MiB of them */
    CHECK_INT(the.terminations, 0);
    CHECK_CONTAINS(the.log, "4 MiB");
    int before = the.updates;
    fake_pass(1000);
    tick();
    CHECK_INT(the.updates, before + 1);
    CHECK_TEXT(the.update_ticket, "ticket-1000");
    CHECK_INT(the.terminations, 1);
    end_game();
}

TEST(tiny_pushes_are_bounded_too)
{
    const int most = GLIFT__OUTBOX_PUSH_BYTES / (int)sizeof(glift__event) + 1;
    begin_ready();
    for (int i = 0; i < 100000; i++)
        fake_say(socket, TERMINATE_PROCESS);
    tick();
    CHECK(the.terminations <= most);
    fake_pass(1000);
    tick();
    CHECK(the.terminations <= most);
    end_game();
}

TEST(a_session_that_replaces_another_takes_the_place_of_its_updates)
{
    new_game();
    socket = hosting_game();
    for (int i = 0; i < 80; i++)
        say_update(i);
    fake_say(socket, "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"arn:other\"}");
    fake_say(socket, "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"arn:third\"}");
    fake_say(socket, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"arn:third\"}}");
    tick();
    the.events[0] = '\0';
    fake_pass(1000);
    tick();
    CHECK_TEXT(the.events, "start update ");
    CHECK_TEXT(glift_get_game_session_id(the.server), "arn:third");
    end_game();
}

TEST(what_waits_for_room_stays_in_order_with_what_comes_after_it)
{
    new_game();
    socket = hosting_game();
    for (int i = 0; i < 80; i++)
        say_update(i);
    tick(); /* there is room again, which the core does not know yet */
    the.events[0] = '\0';
    fake_say(socket, TERMINATE_PROCESS);
    tick();
    CHECK_TEXT(the.events, "update terminate ");
    CHECK_TEXT(the.update_ticket, "ticket-79");
    end_game();
}

/* Its texts stay for as long as it is the session placed here. */
TEST(a_session_that_was_delivered_takes_up_no_room)
{
    static char text[5 * 1024 * 1024];
    begin_ready();
    snprintf(text, sizeof text,
            "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"" SESSION
            "\",\"GameSessionData\":\"%05000000d\"}",
            0);
    fake_say(socket, text);
    tick();
    CHECK_INT(the.sessions, 1);
    fake_say(socket, TERMINATE_PROCESS);
    tick();
    CHECK_INT(the.terminations, 1);
    end_game();
}

TEST(sessions_that_wait_for_process_ready_are_bounded_too)
{
    new_game();
    socket = connected_game();
    say_ready();
    const char *request = hear(socket, "ActivateServerProcess");
    fake_say(socket, CREATE_GAME_SESSION);
    fake_say(socket, UPDATE_GAME_SESSION);
    say_update(1);
    answer_ok(socket, request);
    tick();
    CHECK_INT(the.sessions, 1);
    CHECK_INT(the.updates, 2);
    end_game();

    new_game();
    socket = connected_game();
    say_ready();
    request = hear(socket, "ActivateServerProcess");
    for (int i = 1; i <= 1000; i++)
        say_update(i);
    answer_ok(socket, request);
    tick();
    CHECK(the.updates < 80);
    CHECK_TEXT(the.update_ticket, "ticket-1000");
    end_game();
}

TEST(a_parked_server_keeps_a_bounded_number_of_pushes)
{
    new_game();
    socket = hosting_game();
    CHECK_INT(glift_server_rebind(the.server, NULL), GLIFT_OK);
    for (int i = 1; i <= 1000; i++) {
        say_update(i);
        tick();
    }
    CHECK_INT(glift_server_rebind(the.server, &the.desc), GLIFT_OK);
    tick();
    CHECK(the.updates < 80);
    fake_pass(1000);
    tick();
    CHECK_TEXT(the.update_ticket, "ticket-1000");
    end_game();
}

/* ---- the end of the process ---- */

TEST(P117_P118_the_termination_time_is_ms_since_the_epoch_and_unset_before)
{
    int64_t time = 0;
    begin_ready();
    CHECK_INT(glift_get_termination_time(the.server, &time), GLIFT_ERR_STATE);
    fake_say(socket, "{\"Action\":\"TerminateProcess\",\"TerminationTime\":1722852300000}");
    CHECK_INT(glift_get_termination_time(the.server, &time), GLIFT_ERR_STATE);
    tick();
    CHECK_INT(glift_get_termination_time(the.server, &time), GLIFT_OK);
    CHECK(time == 1722852300000 && the.termination_time == time);
    end_game();
}

TEST(P120_terminate_process_is_handled_before_ready)
{
    new_game();
    socket = connected_game();
    fake_say(socket, "{\"Action\":\"TerminateProcess\",\"TerminationTime\":5}");
    tick();
    CHECK_INT(the.terminations, 1);
    end_game();
}

TEST(P119_P184_without_a_callback_process_ending_is_sent_at_once_and_ended_is_told)
{
    new_game();
    the.desc.on_process_terminate = NULL;
    socket = ready_game();
    fake_say(socket, "{\"Action\":\"TerminateProcess\",\"TerminationTime\":5}");
    tick();
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    tick();
    CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_ENDED);
    CHECK_INT(the.connections[the.connection_count - 1].status, GLIFT_OK);
    CHECK_INT(the.answer_count, 0);
    end_game();
}

TEST(P119_ended_is_told_even_if_process_ending_is_not_answered)
{
    new_game();
    the.desc.on_process_terminate = NULL;
    socket = ready_game();
    fake_say(socket, "{\"Action\":\"TerminateProcess\",\"TerminationTime\":5}");
    tick();
    fake_pass(20000);
    tick();
    CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_ENDED);
    CHECK_INT(the.connections[the.connection_count - 1].status, GLIFT_ERR_TIMEOUT);
    end_game();
}

TEST(after_the_end_sessions_are_ignored)
{
    begin_ready();
    glift_process_ending(the.server, on_answer, NULL);
    tick();
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    fake_say(socket, CREATE_GAME_SESSION);
    tick();
    CHECK_INT(the.sessions, 0);
    end_game();
}

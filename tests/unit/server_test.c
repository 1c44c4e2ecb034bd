/* SPDX-License-Identifier: Apache-2.0 */
/* The public API, from create to destroy, with a scripted service. */
#include "test.h"

#include "game.h"

#include <unistd.h>

TEST(a_whole_session_reads_top_to_bottom)
{
    new_game();
    fake_socket *socket = connected_game();
    CHECK_TEXT(the.events, "connected ");
    CHECK(!glift_is_process_ready(the.server));

    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    CHECK_INT(the.answer_count, 0); /* nothing happens outside a tick */
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    CHECK(glift_is_process_ready(the.server));
    answer_ok(socket, hear(socket, "HeartbeatServerProcess"));

    fake_say(socket, CREATE_GAME_SESSION);
    CHECK_TEXT(glift_get_game_session_id(the.server), "");
    tick();
    CHECK_TEXT(the.session_id, SESSION);
    CHECK_TEXT(the.session_name, "match 1");
    CHECK_TEXT(glift_get_game_session_id(the.server), SESSION);

    CHECK_INT(glift_activate_game_session(the.server, on_answer, NULL), GLIFT_OK);
    answer_ok(socket, hear(socket, "ActivateGameSession"));
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);

    CHECK_INT(glift_accept_player_session(the.server, "psess-1", on_answer, NULL), GLIFT_OK);
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    CHECK_INT(last_answer()->code, 200);
    CHECK(!last_answer()->resent);

    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    tick();
    CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_ENDED);
    CHECK(!glift_is_process_ready(the.server));
    end_game();
    CHECK_INT(socket->close_code, 1000);
}

/* ---- create ---- */

TEST(P42_P43_a_desc_that_lacks_something_is_refused_with_its_name_in_the_log)
{
    new_game();
    the.desc.fleet_id = "";
    CHECK_INT(glift_server_create(&the.desc, &the.server), GLIFT_ERR_ARGUMENT);
    CHECK(the.server == NULL);
    CHECK_CONTAINS(the.log, "FleetID is required.");
    CHECK_INT(fake.dial_count, 0);
}

TEST(P28_signing_without_keys_is_refused_before_any_dial)
{
    new_game();
    the.desc.auth_token = NULL;
    the.desc.aws_region = "us-west-2";
    CHECK_INT(glift_server_create(&the.desc, &the.server), GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(the.log, "AccessKey and SecretKey");
    CHECK_INT(fake.dial_count, 0);
}

TEST(a_desc_of_an_older_size_is_read_as_far_as_it_goes)
{
    new_game();
    the.desc.size_bytes = offsetof(glift_server_desc, on_log);
    create_game();
    fake_open(fake_dial(0));
    tick();
    CHECK_INT(the.connection_count, 1);
    end_game();
}

TEST(nonsense_instead_of_a_desc_is_refused)
{
    new_game();
    CHECK_INT(glift_server_create(NULL, &the.server), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_server_create(&the.desc, NULL), GLIFT_ERR_ARGUMENT);
    the.desc.size_bytes = 1; /* covers no callback, so the lines go to stderr */
    CHECK_INT(glift_server_create(&the.desc, &the.server), GLIFT_ERR_ARGUMENT);
}

TEST(a_program_built_with_the_header_of_another_version_is_refused_and_none_of_its_pointers_called)
{
    new_game();
    the.desc.header_version = GLIFT_VERSION_NUMBER + 1000;
    CHECK_INT(glift_server_create(&the.desc, &the.server), GLIFT_ERR_UNSUPPORTED);
    CHECK(the.server == NULL);
    CHECK_TEXT(the.log, "");
    the.desc.header_version = GLIFT_VERSION_NUMBER;
    create_game();
    the.desc.header_version += 1000;
    CHECK_INT(glift_server_rebind(the.server, &the.desc), GLIFT_ERR_UNSUPPORTED);
    fake_open(fake_dial(0));
    tick();
    CHECK_INT(the.connection_count, 1); /* what was bound still is */
    end_game();
}

TEST(P41_a_second_live_server_with_the_same_process_id_is_a_wrong_moment)
{
    glift_server *second;
    new_game();
    create_game();
    CHECK_INT(glift_server_create(&the.desc, &second), GLIFT_ERR_STATE);
    CHECK_CONTAINS(the.log, the.process_id);
    end_game();
    create_game();
    end_game();
}

TEST(P47_a_create_that_failed_can_be_tried_again)
{
    new_game();
    const char *fleet = the.desc.fleet_id;
    the.desc.fleet_id = "not/a/fleet";
    CHECK_INT(glift_server_create(&the.desc, &the.server), GLIFT_ERR_ARGUMENT);
    the.desc.fleet_id = fleet;
    connected_game();
    end_game();
}

TEST(an_insecure_server_says_so_loudly)
{
    new_game();
    the.desc.tls_insecure = true;
    the.desc.log_level = GLIFT_LOG_WARNING;
    create_game();
    tick();
    CHECK_CONTAINS(the.log, "tls_insecure");
    end_game();
}

TEST(the_io_is_handed_what_the_desc_says_of_tls_and_time)
{
    new_game();
    create_game();
    CHECK(!fake_dial(0)->link->tls_insecure);
    CHECK_TEXT(fake_dial(0)->link->tls_ca_file, "");
    CHECK_INT(fake_dial(0)->link->handshake_timeout_ms, 20000); /* 8.2, 30 */
    end_game();
    new_game();
    the.desc.tls_insecure = true;
    the.desc.tls_ca_file = "/etc/ca.pem";
    the.desc.handshake_timeout_ms = 5000;
    create_game();
    CHECK(fake_dial(0)->link->tls_insecure);
    CHECK_TEXT(fake_dial(0)->link->tls_ca_file, "/etc/ca.pem");
    CHECK_INT(fake_dial(0)->link->handshake_timeout_ms, 5000);
    end_game();
}

/* ---- tick and wait ---- */

TEST(P166_destroying_nothing_is_harmless)
{
    CHECK_INT(glift_server_destroy(NULL), GLIFT_OK);
    CHECK_INT(glift_io_destroy(NULL), GLIFT_OK);
}

static void call_everything(glift_server *server, const glift_result *result, void *user)
{
    (void)user;
    on_answer(server, result, NULL);
    CHECK_INT(glift_server_tick(server), GLIFT_ERR_STATE);
    CHECK_INT(glift_server_wait(server, 1000), GLIFT_ERR_STATE);
    CHECK_INT(glift_server_destroy(server), GLIFT_ERR_STATE);
    CHECK_INT(glift_get_compute_certificate(server, on_answer, NULL), GLIFT_OK);
}

TEST(inside_a_callback_tick_wait_and_destroy_are_wrong_moments_and_requests_are_fine)
{
    new_game();
    fake_socket *socket = ready_game();
    glift_get_compute_certificate(the.server, call_everything, NULL);
    tick();
    answer_ok(socket, hear(socket, "GetComputeCertificate"));
    CHECK(fake_hear(socket) == NULL);
    tick();
    CHECK_INT(the.answer_count, 1);
    answer_ok(socket, hear(socket, "GetComputeCertificate"));
    tick();
    CHECK_INT(the.answer_count, 2);
    end_game();
}

static void ask_on_start(glift_server *server, const glift_game_session *session, void *user)
{
    on_start(server, session, user);
    glift_activate_game_session(server, on_answer, NULL);
}

static void ask_on_update(glift_server *server, const glift_game_session_update *update, void *user)
{
    on_update(server, update, user);
    glift_accept_player_session(server, "psess-1", on_answer, NULL);
}

static void ask_on_terminate(glift_server *server, int64_t time, void *user)
{
    on_terminate(server, time, user);
    glift_process_ending(server, on_answer, NULL);
}

static bool ask_on_health(glift_server *server, void *user)
{
    glift_get_compute_certificate(server, on_answer, NULL);
    return on_health(server, user);
}

static void ask_on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    on_connection(server, event, user);
    if (event->state == GLIFT_CONNECTED)
        say_ready();
}

static void ask_on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    on_log(server, level, message, user);
    glift_remove_player_session(server, "psess-1", on_answer, NULL);
}

TEST(P161_every_callback_may_make_a_request)
{
    new_game();
    the.desc.on_start_game_session = ask_on_start;
    the.desc.on_update_game_session = ask_on_update;
    the.desc.on_process_terminate = ask_on_terminate;
    the.desc.on_health_check = ask_on_health;
    the.desc.on_connection = ask_on_connection;
    the.desc.on_log = ask_on_log;
    the.desc.log_level = GLIFT_LOG_WARNING;
    create_game();
    fake_socket *socket = fake_dial(0);
    fake_open(socket);
    tick();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    answer_ok(socket, hear(socket, "GetComputeCertificate"));
    answer_ok(socket, hear(socket, "HeartbeatServerProcess"));
    fake_say(socket, CREATE_GAME_SESSION);
    tick();
    answer_ok(socket, hear(socket, "ActivateGameSession"));
    fake_say(
            socket, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION "\"}}");
    tick();
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
    fake_say(socket, "garbage"); /* a log line */
    tick();
    answer_ok(socket, hear(socket, "RemovePlayerSession"));
    fake_say(socket, "{\"Action\":\"TerminateProcess\"}");
    tick();
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    tick();
    CHECK_INT(the.answer_count, 6);
    for (int i = 0; i < 6; i++)
        CHECK_INT(the.answers[i].status, GLIFT_OK);
    end_game();
}

TEST(wait_returns_at_once_when_there_is_something_and_times_out_when_not)
{
    new_game();
    create_game();
    CHECK_INT(glift_server_wait(the.server, 0), GLIFT_ERR_TIMEOUT);
    CHECK_INT(glift_server_wait(the.server, 1), GLIFT_ERR_TIMEOUT);
    fake_open(fake_dial(0));
    CHECK_INT(glift_server_wait(the.server, 1000000), GLIFT_OK);
    tick();
    CHECK_INT(glift_server_wait(the.server, 0), GLIFT_ERR_TIMEOUT);
    end_game();
}

TEST(wait_flushes_what_was_queued_since_the_wake_up)
{
    new_game();
    fake_socket *socket = ready_game();
    tick();
    glift_get_compute_certificate(the.server, on_answer, NULL);
    glift_get_compute_certificate(the.server, on_answer, NULL);
    hear(socket, "GetComputeCertificate");
    CHECK(fake_hear(socket) == NULL);
    glift_server_wait(the.server, 0);
    hear(socket, "GetComputeCertificate");
    end_game();
}

TEST(commands_between_two_ticks_wake_the_io_thread_at_most_once)
{
    new_game();
    fake_socket *socket = ready_game();
    tick();
    unsigned before = fake.wakes;
    for (int i = 0; i < 50; i++)
        glift_get_compute_certificate(the.server, on_answer, NULL);
    CHECK_INT(fake.wakes, before + 1);
    tick();
    CHECK_INT(fake.wakes, before + 2); /* the flush of the tick */
    for (int i = 0; i < 50; i++)
        hear(socket, "GetComputeCertificate");
    tick();
    CHECK_INT(fake.wakes, before + 2);
    end_game();
}

static void ask_three_times(glift_server *server, const glift_result *result, void *user)
{
    (void)result, (void)user;
    for (int i = 0; i < 3; i++)
        glift_get_compute_certificate(server, on_answer, NULL);
}

TEST(commands_inside_a_tick_wake_the_io_thread_once_at_its_end)
{
    new_game();
    fake_socket *socket = ready_game();
    glift_get_compute_certificate(the.server, ask_three_times, NULL);
    answer_ok(socket, hear(socket, "GetComputeCertificate"));
    unsigned before = fake.wakes;
    tick();
    CHECK_INT(fake.wakes, before + 1);
    end_game();
}

static int wakes_heard;
static void on_wake(void *user)
{
    (void)user;
    wakes_heard++;
}

TEST(on_wake_comes_only_when_there_was_nothing_before)
{
    new_game();
    wakes_heard = 0;
    the.desc.on_wake = on_wake;
    fake_socket *socket = ready_game();
    tick();
    wakes_heard = 0;
    fake_say(socket, CREATE_GAME_SESSION);
    fake_say(socket, "{\"Action\":\"TerminateProcess\"}");
    CHECK_INT(wakes_heard, 1);
    tick();
    fake_say(socket, "{\"Action\":\"TerminateProcess\"}");
    CHECK_INT(wakes_heard, 2);
    end_game();
}

/* A game that ticks only when on_wake says so would wait for ever for the second request. */
TEST(on_wake_also_comes_for_what_the_game_itself_leaves_to_the_next_tick)
{
    new_game();
    the.desc.on_wake = on_wake;
    fake_socket *socket = ready_game();
    tick();
    wakes_heard = 0;
    glift_get_compute_certificate(the.server, on_answer, NULL);
    CHECK_INT(wakes_heard, 0); /* it is on its way */
    hear(socket, "GetComputeCertificate");
    for (int i = 0; i < 10; i++)
        glift_get_compute_certificate(the.server, on_answer, NULL);
    CHECK_INT(wakes_heard, 1);
    tick();
    hear(socket, "GetComputeCertificate");
    wakes_heard = 0;
    glift_server_cancel(the.server, NULL);
    CHECK(wakes_heard > 0);
    tick();
    CHECK_INT(the.answer_count, 11);
    wakes_heard = 0;
    glift_accept_player_session(the.server, "", on_answer, NULL); /* leaves a log line */
    CHECK_INT(wakes_heard, 1);
    end_game();
}

/* ---- destroy ---- */

TEST(P158_destroy_answers_what_is_left_with_closed_before_it_returns)
{
    new_game();
    fake_socket *socket = ready_game();
    glift_get_compute_certificate(the.server, on_answer, NULL);
    tick();
    hear(socket, "GetComputeCertificate");
    fake.asleep = true;
    glift_get_compute_certificate(the.server, on_answer, NULL); /* not even taken by the I/O thread */
    fake.asleep = false;
    end_game();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(the.answers[0].status, GLIFT_ERR_CLOSED);
    CHECK_INT(the.answers[1].status, GLIFT_ERR_CLOSED);
}

TEST(destroy_still_gives_answers_that_have_arrived)
{
    new_game();
    fake_socket *socket = ready_game();
    glift_get_compute_certificate(the.server, on_answer, NULL);
    answer_ok(socket, hear(socket, "GetComputeCertificate"));
    end_game();
    CHECK_INT(the.answer_count, 1);
    CHECK_INT(last_answer()->status, GLIFT_OK);
}

static void call_again(glift_server *server, const glift_result *result, void *user)
{
    on_answer(server, result, user);
    CHECK_INT(glift_process_ending(server, on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_INT(glift_server_rebind(server, NULL), GLIFT_ERR_STATE);
    CHECK_INT(glift_server_cancel(server, NULL), GLIFT_ERR_STATE);
}

TEST(a_call_from_a_callback_while_destroy_runs_is_a_wrong_moment)
{
    new_game();
    ready_game();
    glift_get_compute_certificate(the.server, call_again, NULL);
    end_game();
    CHECK_INT(the.answer_count, 1);
}

/* Destroy waits for its I/O thread for 20 ms. */
static glift_io *ready_game_that_waits_little(void)
{
    glift_io *io;
    new_game();
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    the.desc.io = io;
    the.desc.shutdown_timeout_ms = 20;
    ready_game();
    return io;
}

TEST(P181_destroy_is_bounded_when_the_io_thread_does_not_come_round)
{
    glift_io *io = ready_game_that_waits_little();
    glift_get_compute_certificate(the.server, on_answer, NULL);
    fake.asleep = true;
    end_game(); /* returns after 20 ms */
    CHECK_INT(last_answer()->status, GLIFT_ERR_CLOSED);
    fake.asleep = false;
    fake_run(); /* the thread wakes up late: it frees what is left */
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

TEST(nothing_wakes_the_game_after_destroy_has_returned)
{
    glift_io *io;
    new_game();
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    the.desc.io = io;
    the.desc.shutdown_timeout_ms = 20;
    the.desc.on_wake = on_wake;
    fake_socket *socket = ready_game();
    tick();
    glift_get_compute_certificate(the.server, on_answer, NULL);
    fake.asleep = true;
    end_game();
    wakes_heard = 0;
    fake_say(socket, "garbage"); /* an event that nobody takes */
    fake.asleep = false;
    fake_run(); /* the I/O thread comes round late */
    CHECK_INT(wakes_heard, 0);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

/* What destroy tells the core, without what it does besides. */
static void shut_down_the_core(void)
{
    glift__item *shutdown = calloc(1, sizeof *shutdown);
    shutdown->kind = GLIFT__COMMAND_SHUTDOWN;
    glift__mailbox_push(&fake_dial(0)->link->commands, shutdown);
    fake_run();
}

TEST(P140_the_end_of_our_own_shutdown_is_not_told_as_an_outage)
{
    new_game();
    ready_game();
    the.events[0] = the.log[0] = '\0';
    shut_down_the_core();
    CHECK(fake_dial(0)->close_ordered);
    tick();
    CHECK_TEXT(the.events, "");
    CHECK_TEXT(the.log, "");
    end_game();
}

TEST(P181_a_peer_that_does_not_answer_the_close_does_not_keep_the_core)
{
    new_game();
    ready_game();
    fake.closes_stall = true;
    glift_get_compute_certificate(the.server, on_answer, NULL);
    fake_pass(19500); /* its deadline comes while the core waits */
    /* The core waits three quarters of shutdown_timeout_ms for the socket, then detaches all the same. */
    glift__link *link = fake_dial(0)->link;
    shut_down_the_core();
    CHECK(glift__core_deadline_ms(link->core) == fake.now_ms + 750);
    fake_pass(750);
    end_game();
    CHECK_CONTAINS(the.log, "did not answer the Close frame within 750 ms");
    CHECK_INT(last_answer()->status, GLIFT_ERR_CLOSED);
}

/* What is left behind shows under the address sanitizer. */
TEST(a_server_may_go_while_a_message_is_being_written_and_hundreds_wait)
{
    const glift__text *text;
    new_game();
    fake_socket *socket = ready_game();
    fake.writes_stall = true;
    for (int i = 0; i < 300; i++)
        glift_get_compute_certificate(the.server, NULL, NULL);
    tick();
    CHECK(glift__core_next_message(socket->link->core, glift__io_now(), socket->number, &text));
    end_game();
}

TEST(a_server_may_go_while_a_session_waits_for_process_ready)
{
    new_game();
    fake_socket *socket = connected_game();
    say_ready();
    fake_say(socket, CREATE_GAME_SESSION);
    end_game();
    CHECK_INT(the.sessions, 0);
}

TEST(what_was_queued_before_destroy_is_still_written)
{
    new_game();
    fake_socket *socket = ready_game();
    tick();
    fake.asleep = true;
    glift_process_ending(the.server, on_answer, NULL);
    fake.asleep = false;
    end_game();
    hear(socket, "TerminateServerProcess");
    CHECK(fake_hear(socket) == NULL);
}

TEST(what_was_written_before_destroy_is_not_written_twice)
{
    new_game();
    fake_socket *socket = ready_game();
    glift_process_ending(the.server, on_answer, NULL);
    hear(socket, "TerminateServerProcess");
    end_game();
    CHECK(fake_hear(socket) == NULL);
}

TEST(P167_session_and_termination_time_end_with_the_server)
{
    int64_t time;
    new_game();
    fake_socket *socket = hosting_game();
    fake_say(socket, "{\"Action\":\"TerminateProcess\",\"TerminationTime\":5}");
    tick();
    end_game();
    create_game();
    CHECK_TEXT(glift_get_game_session_id(the.server), "");
    CHECK_INT(glift_get_termination_time(the.server, &time), GLIFT_ERR_STATE);
    end_game();
}

TEST(destroy_hands_over_the_log_lines_that_no_tick_has_delivered_and_nothing_else)
{
    new_game();
    fake_socket *socket = ready_game();
    tick();
    the.events[0] = the.log[0] = '\0';
    fake_say(socket, "garbage");
    fake_say(socket, CREATE_GAME_SESSION);
    fake_end(socket, GLIFT__END_LOST, 0, "the reset");
    CHECK_INT(glift_accept_player_session(the.server, "psess-1", on_answer, NULL), GLIFT_ERR_STATE);
    end_game();
    CHECK_CONTAINS(the.log, "not a JSON object");
    CHECK_CONTAINS(the.log, "the reset");
    CHECK_CONTAINS(the.log, "AcceptPlayerSession was not sent");
    CHECK_TEXT(the.events, "");
}

TEST(destroy_says_when_it_could_not_wait_for_the_io_thread)
{
    glift_io *io = ready_game_that_waits_little();
    tick();
    fake.asleep = true;
    end_game();
    CHECK_CONTAINS(the.log, "within 20 ms");
    fake.asleep = false;
    fake_run();
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

TEST(a_parked_server_leaves_its_warnings_on_stderr_when_it_is_destroyed)
{
    char written[4096];
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);
    new_game();
    fake_socket *socket = ready_game();
    CHECK_INT(glift_server_rebind(the.server, NULL), GLIFT_OK);
    fake_say(socket, "garbage");
    tick();
    fake_say(socket, "{\"Action\":\"MakeCoffee\"}"); /* a line for debugging */
    dup2(fileno(file), STDERR_FILENO);
    glift_server_destroy(the.server);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    written[fread(written, 1, sizeof written - 1, file)] = '\0';
    fclose(file);
    CHECK_TEXT(written, "gamelift: warning: ignored a message that is not a JSON object\n");
}

/* ---- cancel ---- */

static int owner_a, owner_b;

TEST(cancel_answers_the_requests_of_one_user_from_the_next_tick)
{
    new_game();
    fake_socket *socket = ready_game();
    glift_get_compute_certificate(the.server, on_answer, &owner_a);
    glift_get_compute_certificate(the.server, on_answer, &owner_b);
    tick();
    CHECK_INT(glift_server_cancel(the.server, &owner_a), GLIFT_OK);
    CHECK_INT(the.answer_count, 0);
    tick();
    CHECK_INT(the.answer_count, 1);
    CHECK_INT(the.answers[0].status, GLIFT_ERR_CANCELLED);
    CHECK(the.answers[0].user == &owner_a);
    answer_ok(socket, hear(socket, "GetComputeCertificate")); /* too late */
    answer_ok(socket, hear(socket, "GetComputeCertificate"));
    tick();
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK(the.answers[1].user == &owner_b);
    CHECK_INT(the.answers[1].status, GLIFT_OK);
    end_game();
}

TEST(cancelling_an_answer_that_has_arrived_but_was_not_delivered_gives_cancelled_once)
{
    new_game();
    fake_socket *socket = ready_game();
    glift_get_compute_certificate(the.server, on_answer, &owner_a);
    answer_ok(socket, hear(socket, "GetComputeCertificate"));
    glift_server_cancel(the.server, &owner_a);
    for (int i = 0; i < 3; i++)
        tick();
    CHECK_INT(the.answer_count, 1);
    CHECK_INT(last_answer()->status, GLIFT_ERR_CANCELLED);
    end_game();
}

static void cancel_the_other(glift_server *server, const glift_result *result, void *user)
{
    on_answer(server, result, user);
    CHECK_INT(glift_server_cancel(server, &owner_b), GLIFT_OK);
}

TEST(cancelling_inside_a_callback_answers_from_the_tick_after)
{
    new_game();
    fake_socket *socket = ready_game();
    glift_get_compute_certificate(the.server, cancel_the_other, &owner_a);
    glift_get_compute_certificate(the.server, on_answer, &owner_b);
    tick();
    char first[512];
    snprintf(first, sizeof first, "%s", hear(socket, "GetComputeCertificate"));
    fake.asleep = true; /* both answers arrive in one batch */
    const char *second = hear(socket, "GetComputeCertificate");
    answer_ok(socket, first);
    answer_ok(socket, second);
    fake.asleep = false;
    fake_run();
    tick();
    CHECK_INT(the.answer_count, 1);
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(the.answers[1].status, GLIFT_ERR_CANCELLED);
    end_game();
}

TEST(a_cancelled_request_that_was_not_sent_yet_is_never_sent)
{
    new_game();
    fake_socket *socket = ready_game();
    tick();
    fake.writes_stall = true;
    glift_get_compute_certificate(the.server, on_answer, &owner_a);
    glift_server_cancel(the.server, &owner_a);
    tick();
    fake.writes_stall = false;
    glift_process_ending(the.server, on_answer, NULL);
    tick();
    fake_say(socket, "{}");
    CHECK(fake_hear(socket) == NULL || strstr(socket->said[socket->heard_count - 1], "Certificate") == NULL);
    end_game();
}

TEST(cancelling_nothing_is_fine)
{
    new_game();
    ready_game();
    CHECK_INT(glift_server_cancel(the.server, &owner_a), GLIFT_OK);
    tick();
    CHECK_INT(the.answer_count, 0);
    end_game();
}

TEST(a_process_ready_that_was_cancelled_can_be_made_again)
{
    new_game();
    fake_socket *socket = connected_game();
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    CHECK_INT(glift_process_ready(the.server, &parameters, on_answer, &owner_a), GLIFT_OK);
    glift_server_cancel(the.server, &owner_a);
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_CANCELLED);
    hear(socket, "ActivateServerProcess");
    say_ready();
    tick();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    CHECK(glift_is_process_ready(the.server));
    end_game();
}

/* ---- rebind and park ---- */

TEST(rebind_keeps_the_connection_the_session_and_what_is_under_way)
{
    new_game();
    fake_socket *socket = hosting_game();
    glift_activate_game_session(the.server, on_answer, &owner_a);
    tick();
    CHECK_INT(glift_server_rebind(the.server, &the.desc), GLIFT_OK);
    CHECK_INT(the.answer_count, 0);
    answer_ok(socket, hear(socket, "ActivateGameSession"));
    tick();
    CHECK_INT(the.answer_count, 0); /* the old `done` may be unloaded code */
    CHECK_INT(glift_get_inherited_requests(the.server, NULL, 0), 1);
    CHECK(glift_is_process_ready(the.server));
    CHECK_TEXT(glift_get_game_session_id(the.server), SESSION);
    CHECK_INT(fake.dial_count, 1);
    end_game();
}

/* A game without on_process_terminate: its ProcessEnding is ours, whatever the script does. */
TEST(the_process_ending_of_our_own_is_neither_cancelled_nor_rebound)
{
    for (int rebinds = 0; rebinds < 2; rebinds++) {
        new_game();
        the.desc.on_process_terminate = NULL;
        fake_socket *socket = ready_game();
        fake_say(socket, "{\"Action\":\"TerminateProcess\",\"TerminationTime\":5}");
        fake.writes_stall = true;
        tick();
        CHECK_INT(
                rebinds ? glift_server_rebind(the.server, &the.desc) : glift_server_cancel(the.server, NULL),
                GLIFT_OK);
        tick();
        fake.writes_stall = false;
        fake_run();
        answer_ok(socket, hear(socket, "TerminateServerProcess"));
        tick();
        CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_ENDED);
        CHECK_INT(the.connections[the.connection_count - 1].status, GLIFT_OK);
        end_game();
    }
}

static int new_terminations;
static void on_terminate_anew(glift_server *server, int64_t time, void *user)
{
    (void)server, (void)time;
    CHECK(user == &owner_b);
    new_terminations++;
}

TEST(after_rebind_the_new_callbacks_run_with_the_new_user)
{
    new_game();
    fake_socket *socket = ready_game();
    glift_server_desc desc = {.size_bytes = sizeof desc,
            .on_process_terminate = on_terminate_anew,
            .on_wake = on_wake,
            .user = &owner_b,
            .log_level = GLIFT_LOG_ERROR};
    wakes_heard = 0;
    CHECK_INT(glift_server_rebind(the.server, &desc), GLIFT_OK);
    CHECK_INT(wakes_heard, 0); /* the I/O thread has the new log level already */
    fake_say(socket, "{\"Action\":\"TerminateProcess\"}");
    new_terminations = 0;
    tick();
    CHECK_INT(new_terminations, 1);
    CHECK_INT(the.terminations, 0);
    end_game();
}

TEST(a_parked_server_keeps_its_events_until_it_is_bound_again)
{
    new_game();
    fake_socket *socket = ready_game();
    CHECK_INT(glift_server_rebind(the.server, NULL), GLIFT_OK);
    the.events[0] = '\0';
    fake_say(socket, CREATE_GAME_SESSION);
    fake_say(socket, "{\"Action\":\"TerminateProcess\",\"TerminationTime\":9}");
    for (int i = 0; i < 3; i++)
        tick();
    CHECK_TEXT(the.events, "");
    wakes_heard = 0;
    the.desc.on_wake = on_wake;
    CHECK_INT(glift_server_rebind(the.server, &the.desc), GLIFT_OK);
    CHECK_INT(wakes_heard, 1);
    CHECK_TEXT(the.events, "");
    tick();
    CHECK_TEXT(the.events, "start terminate ");
    end_game();
}

TEST(a_parked_server_keeps_a_bounded_number_of_connection_events_the_newest)
{
    new_game();
    the.desc.connect_timeout_ms = 100000000;
    ready_game();
    glift_server_rebind(the.server, NULL);
    fake_end(fake_dial(0), GLIFT__END_LOST, 0, "reset");
    for (int i = 0; i < 4000; i++) {
        fake_pass(1000);
        if (fake_last_dial()->state == FAKE_DIALLING)
            fake_end(fake_last_dial(), GLIFT__END_NO_CONNECTION, 0, "refused");
        tick();
    }
    if (fake_last_dial()->state != FAKE_DIALLING)
        fake_pass(33000);
    fake_open(fake_last_dial());
    tick();
    the.connection_count = 0;
    glift_server_rebind(the.server, &the.desc);
    tick();
    CHECK(the.connection_count <= 65); /* 64 were kept, one was on its way */
    CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_CONNECTED);
    end_game();
}

/* ---- several servers ---- */

TEST(two_servers_on_one_io_do_not_touch_each_other)
{
    glift_io *io;
    glift_server *other;
    char other_id[64];
    new_game();
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    the.desc.io = io;
    create_game();
    snprintf(other_id, sizeof other_id, "%s-other", the.process_id);
    the.desc.process_id = other_id;
    CHECK_INT(glift_server_create(&the.desc, &other), GLIFT_OK);
    CHECK_INT(fake.dial_count, 2);
    fake_open(fake_dial(0));
    fake_open(fake_dial(1));
    CHECK_INT(glift_io_destroy(io), GLIFT_ERR_STATE);
    fake_end(fake_dial(1), GLIFT__END_LOST, 0, "reset");
    tick();
    CHECK_TEXT(the.events, "connected ");
    CHECK_INT(glift_server_destroy(other), GLIFT_OK);
    end_game();
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

/* ---- log ---- */

TEST(log_lines_of_our_own_come_from_the_next_tick)
{
    new_game();
    create_game();
    CHECK_INT(glift_accept_player_session(the.server, "psess-1", on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_TEXT(the.log, "");
    CHECK_INT(glift_server_wait(the.server, 0), GLIFT_OK);
    tick();
    CHECK_CONTAINS(the.log, "AcceptPlayerSession was not sent: the process is not ready");
    end_game();
}

TEST(lines_below_the_log_level_are_not_delivered)
{
    new_game();
    the.desc.log_level = GLIFT_LOG_ERROR;
    fake_socket *socket = ready_game();
    glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
    fake_say(socket, "garbage");
    tick();
    CHECK_TEXT(the.log, "");
    the.desc.log_level = GLIFT_LOG_WARNING;
    glift_server_rebind(the.server, &the.desc);
    tick();
    fake_say(socket, "garbage");
    tick();
    CHECK_CONTAINS(the.log, "not a JSON object");
    end_game();
}

TEST(a_game_that_never_ticks_holds_a_bounded_number_of_events)
{
    new_game();
    fake_socket *socket = ready_game();
    for (int i = 0; i < 5000; i++)
        fake_say(socket, "garbage");
    tick();
    the.log[0] = '\0';
    fake_say(socket, "garbage");
    tick();
    CHECK_CONTAINS(the.log, "log lines were left out");
    end_game();
}

TEST(a_game_that_never_ticks_is_not_asked_for_its_health_without_end)
{
    new_game();
    ready_game();
    fake.writes_stall = true;
    fake_pass(1000 * 60 * 1000);
    the.health_questions = 0;
    tick();
    CHECK(the.health_questions <= GLIFT__OUTBOX_ROOM);
    end_game();
}

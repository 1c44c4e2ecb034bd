/* SPDX-License-Identifier: Apache-2.0 */
/* What bad input gets: an error at once, a log line with the name, nothing sent, never a crash. */
#include "test.h"

#include "game.h"

#include <fcntl.h>
#include <unistd.h>

#define CONFIGURATION "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/M"

static const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
static const glift_player player = {.player_id = "p", .team = "red"};
static const glift_start_match_backfill_request start = {.size_bytes = sizeof start,
        .matchmaking_configuration_arn = CONFIGURATION,
        .players = &player,
        .player_count = 1};
static const glift_stop_match_backfill_request stop = {
        .size_bytes = sizeof stop, .matchmaking_configuration_arn = CONFIGURATION, .ticket_id = "t"};
static const glift_describe_player_sessions_request describe = {
        .size_bytes = sizeof describe, .player_id = "p"};

/* Every request, with good arguments. */
static void check_requests(glift_server *server, glift_status expected)
{
    CHECK_INT(glift_process_ready(server, &parameters, on_answer, NULL), expected);
    CHECK_INT(glift_process_ending(server, on_answer, NULL), expected);
    CHECK_INT(glift_activate_game_session(server, on_answer, NULL), expected);
    CHECK_INT(glift_update_player_session_creation_policy(
                      server, GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL, on_answer, NULL),
            expected);
    CHECK_INT(glift_accept_player_session(server, "psess-1", on_answer, NULL), expected);
    CHECK_INT(glift_remove_player_session(server, "psess-1", on_answer, NULL), expected);
    CHECK_INT(glift_describe_player_sessions(server, &describe, on_answer, NULL), expected);
    CHECK_INT(glift_start_match_backfill(server, &start, on_answer, NULL), expected);
    CHECK_INT(glift_stop_match_backfill(server, &stop, on_answer, NULL), expected);
    CHECK_INT(glift_get_compute_certificate(server, on_answer, NULL), expected);
    CHECK_INT(glift_get_fleet_role_credentials(server, "arn:aws:iam::1:role/r", NULL, on_answer, NULL),
            expected);
    CHECK_INT(glift_list_containers_network_info(server, on_answer, NULL), expected);
}

TEST(P163_null_handles_are_errors_never_crashes)
{
    int64_t time;
    glift_matchmaker_data *data;
    check_requests(NULL, GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_server_tick(NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_server_wait(NULL, 0), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_server_rebind(NULL, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_server_cancel(NULL, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_get_termination_time(NULL, &time), GLIFT_ERR_ARGUMENT);
    CHECK_TEXT(glift_get_game_session_id(NULL), "");
    CHECK(glift_get_game_session(NULL) == NULL);
    CHECK(!glift_is_process_ready(NULL));
    CHECK_INT(glift_server_create(NULL, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_io_destroy(NULL), GLIFT_OK);
    CHECK_INT(glift_server_destroy(NULL), GLIFT_OK);
    CHECK_INT(glift_matchmaker_data_parse("{}", NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_matchmaker_data_parse(NULL, &data), GLIFT_OK);
    glift_matchmaker_data_free(data);
    glift_matchmaker_data_free(NULL);
}

TEST(P165_without_a_session_its_id_is_empty)
{
    new_game();
    ready_game();
    CHECK_TEXT(glift_get_game_session_id(the.server), "");
    CHECK(glift_get_game_session(the.server) == NULL);
    end_game();
}

TEST(null_arguments_are_named_in_the_log_and_nothing_is_sent)
{
    new_game();
    create_game();
    CHECK_INT(glift_process_ready(the.server, NULL, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    tick();
    end_game();
    CHECK_CONTAINS(the.log, "ProcessReady");
    new_game();
    fake_socket *socket = hosting_game();
    size_t written = socket->said_count;
    CHECK_INT(glift_accept_player_session(the.server, NULL, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_remove_player_session(the.server, NULL, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_describe_player_sessions(the.server, NULL, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_start_match_backfill(the.server, NULL, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_stop_match_backfill(the.server, NULL, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_get_fleet_role_credentials(the.server, NULL, NULL, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_get_termination_time(the.server, NULL), GLIFT_ERR_ARGUMENT);
    tick();
    static const char *const calls[] = {"AcceptPlayerSession", "RemovePlayerSession",
            "DescribePlayerSessions", "StartMatchBackfill", "StopMatchBackfill", "GetFleetRoleCredentials"};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        CHECK_CONTAINS(the.log, calls[i]);
    CHECK_INT(the.answer_count, 0);
    CHECK_INT(socket->said_count, written);
    end_game();
}

TEST(a_request_without_a_done_is_made_all_the_same)
{
    new_game();
    fake_socket *socket = hosting_game();
    CHECK_INT(glift_accept_player_session(the.server, "psess-1", NULL, NULL), GLIFT_OK);
    tick();
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
    tick();
    CHECK_INT(glift_accept_player_session(the.server, "psess-2", NULL, NULL), GLIFT_OK);
    end_game();
}

/* ---- connect URLs that are too long ---- */

static const char *long_token(size_t length)
{
    static char token[GLIFT_MAX_URL_LENGTH + 1];
    memset(token, 't', length);
    token[length] = '\0';
    return token;
}

TEST(a_connect_url_of_over_4096_bytes_is_refused_before_any_dial)
{
    new_game();
    the.desc.auth_token = long_token(GLIFT_MAX_URL_LENGTH);
    CHECK_INT(glift_server_create(&the.desc, &the.server), GLIFT_ERR_ARGUMENT);
    CHECK_INT(fake.dial_count, 0);
    CHECK_CONTAINS(the.log, "4096");
    new_game();
    the.desc.auth_token = long_token(3800);
    create_game();
    CHECK_INT(fake.dial_count, 1);
    CHECK_CONTAINS(fake_dial(0)->url, the.desc.auth_token);
    end_game();
}

TEST(a_refresh_to_a_connect_url_of_over_4096_bytes_is_refused_and_the_connection_stays)
{
    char push[GLIFT_MAX_URL_LENGTH + 256];
    new_game();
    fake_socket *socket = hosting_game();
    snprintf(push, sizeof push,
            "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"wss://other.test\","
            "\"AuthToken\":\"%s\"}",
            long_token(GLIFT_MAX_URL_LENGTH));
    fake_say(socket, push);
    fake_pass(1000);
    tick();
    CHECK_INT(fake.dial_count, 1);
    CHECK_CONTAINS(the.log, "4096");
    CHECK(strstr(the.log, "tttttttttttttttt") == NULL);
    CHECK_INT(glift_accept_player_session(the.server, "psess-1", on_answer, NULL), GLIFT_OK);
    tick();
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    end_game();
}

/* ---- calls while destroy runs ---- */

static int callbacks_in_destroy;

static void call_everything(glift_server *server, const glift_result *result, void *user)
{
    int64_t time;
    on_answer(server, result, user);
    callbacks_in_destroy++;
    check_requests(server, GLIFT_ERR_STATE);
    CHECK_INT(glift_server_tick(server), GLIFT_ERR_STATE);
    CHECK_INT(glift_server_wait(server, 1000), GLIFT_ERR_STATE);
    CHECK_INT(glift_server_destroy(server), GLIFT_ERR_STATE);
    CHECK_INT(glift_server_rebind(server, &the.desc), GLIFT_ERR_STATE);
    CHECK_INT(glift_server_rebind(server, NULL), GLIFT_ERR_STATE);
    CHECK_INT(glift_server_cancel(server, user), GLIFT_ERR_STATE);
    CHECK_INT(glift_get_termination_time(server, &time), GLIFT_ERR_STATE);
    CHECK_TEXT(glift_get_game_session_id(server), SESSION);
    CHECK(glift_get_game_session(server) != NULL);
    CHECK(glift_is_process_ready(server));
}

TEST(every_call_from_a_callback_while_destroy_runs_is_a_wrong_moment)
{
    new_game();
    fake_socket *socket = hosting_game();
    callbacks_in_destroy = 0;
    glift_accept_player_session(the.server, "psess-1", call_everything, NULL); /* will have been answered */
    glift_accept_player_session(the.server, "psess-2", call_everything, NULL); /* is not */
    tick();
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
    glift_accept_player_session(the.server, "psess-3", call_everything, &the); /* is cancelled */
    glift_server_cancel(the.server, &the);
    end_game();
    CHECK_INT(callbacks_in_destroy, 3);
    CHECK_INT(the.answer_count, 3);
}

/* ---- a log that cannot be written ---- */

TEST(a_full_disk_for_stderr_stops_nothing)
{
    new_game();
    the.desc.on_log = NULL;
    fflush(stderr);
    int before = dup(STDERR_FILENO), full = open("/dev/full", O_WRONLY);
    CHECK(before >= 0 && full >= 0);
    CHECK(dup2(full, STDERR_FILENO) >= 0);
    fake_socket *socket = hosting_game();
    for (int i = 0; i < 100; i++)
        fake_say(socket, "garbage"); /* a warning each */
    glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
    tick();
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    end_game();
    CHECK(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    close(full);
}

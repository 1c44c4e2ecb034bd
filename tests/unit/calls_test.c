/* SPDX-License-Identifier: Apache-2.0 */
/* Each request of the public API: when it may be made, what is refused, what goes to the wire. */
#include "test.h"

#include "game.h"

#define CONFIGURATION "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/MyMatchmaker"
#define GLARN_SESSION "arn:aws:gamelift:us-west-2::gamesession/fleet-1/gsess-1"

static fake_socket *socket;

/* ---- the moment ---- */

static glift_status describe(const char *session)
{
    const glift_describe_player_sessions_request request = {
            .size_bytes = sizeof request, .game_session_id = session};
    return glift_describe_player_sessions(the.server, &request, on_answer, NULL);
}

static glift_status start_backfill(void)
{
    const glift_player player = {.player_id = "player-1", .team = "red"};
    const glift_start_match_backfill_request request = {.size_bytes = sizeof request,
            .matchmaking_configuration_arn = CONFIGURATION,
            .players = &player,
            .player_count = 1};
    return glift_start_match_backfill(the.server, &request, on_answer, NULL);
}

static glift_status stop_backfill(const char *ticket)
{
    const glift_stop_match_backfill_request request = {.size_bytes = sizeof request,
            .matchmaking_configuration_arn = CONFIGURATION,
            .ticket_id = ticket};
    return glift_stop_match_backfill(the.server, &request, on_answer, NULL);
}

static glift_status set_policy(int policy)
{
    return glift_update_player_session_creation_policy(
            the.server, (glift_player_session_creation_policy)policy, on_answer, NULL);
}

TEST(P66_before_ready_everything_but_ready_and_ending_is_a_wrong_moment)
{
    new_game();
    connected_game();
    CHECK_INT(glift_activate_game_session(the.server, on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_INT(set_policy(1), GLIFT_ERR_STATE);
    CHECK_INT(glift_accept_player_session(the.server, "p", on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_INT(glift_remove_player_session(the.server, "p", on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_INT(describe(SESSION), GLIFT_ERR_STATE);
    CHECK_INT(start_backfill(), GLIFT_ERR_STATE);
    CHECK_INT(stop_backfill("t"), GLIFT_ERR_STATE);
    CHECK_INT(glift_get_compute_certificate(the.server, on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_INT(glift_get_fleet_role_credentials(the.server, "arn:aws:iam::1:role/r", NULL, on_answer, NULL),
            GLIFT_ERR_STATE);
    end_game();
    CHECK_INT(the.answer_count, 0);
}

TEST(P63_a_process_may_end_before_it_was_ready)
{
    new_game();
    socket = connected_game();
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_ENDED);
    end_game();
}

TEST(P67_without_a_session_what_needs_one_is_a_wrong_moment)
{
    new_game();
    ready_game();
    CHECK_INT(glift_activate_game_session(the.server, on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_INT(set_policy(1), GLIFT_ERR_STATE);
    CHECK_INT(glift_accept_player_session(the.server, "p", on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_INT(glift_remove_player_session(the.server, "p", on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_INT(describe(SESSION), GLIFT_OK);
    tick();
    CHECK_CONTAINS(the.log, "no game session");
    end_game();
}

/* Each with arguments that are refused, too. The log must not name them before `expected` is so. */
static void check_session_calls(glift_status status, const char *expected)
{
    glift_status (*const calls[])(glift_server *, const char *, glift_done_fn, void *) = {
            glift_accept_player_session, glift_remove_player_session};
    for (size_t i = 0; i < 3; i++) {
        the.log[0] = '\0';
        CHECK_INT(i == 2 ? set_policy(0) : calls[i](the.server, NULL, on_answer, NULL), status);
        tick();
        CHECK_CONTAINS(the.log, expected);
    }
}

TEST(P71_readiness_is_judged_first_then_the_session_then_the_arguments)
{
    new_game();
    socket = connected_game();
    check_session_calls(GLIFT_ERR_STATE, "the process is not ready");
    CHECK_INT(describe(NULL), GLIFT_ERR_STATE);
    CHECK_INT(stop_backfill(""), GLIFT_ERR_STATE);
    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    check_session_calls(GLIFT_ERR_STATE, "no game session");
    fake_say(socket, CREATE_GAME_SESSION);
    tick();
    check_session_calls(GLIFT_ERR_ARGUMENT, "was not sent: p"); /* player_session_id, policy */
    end_game();
}

TEST(P164_a_second_process_ready_is_refused)
{
    new_game();
    socket = connected_game();
    say_ready();
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    CHECK_INT(glift_process_ready(the.server, &parameters, on_answer, NULL), GLIFT_ERR_STATE);
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    CHECK_INT(glift_process_ready(the.server, &parameters, on_answer, NULL), GLIFT_ERR_STATE);
    end_game();
}

TEST(after_the_end_nothing_can_be_asked)
{
    new_game();
    socket = hosting_game();
    glift_process_ending(the.server, on_answer, NULL);
    tick();
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    tick();
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    CHECK_INT(glift_process_ready(the.server, &parameters, on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_ERR_STATE);
    CHECK_INT(glift_accept_player_session(the.server, "p", on_answer, NULL), GLIFT_ERR_STATE);
    end_game();
}

/* ---- the end before the beginning ---- */

TEST(P63_process_ending_without_any_connection_waits_half_a_second_for_one_and_is_done)
{
    new_game();
    create_game();
    fake_end(fake_dial(0), GLIFT__END_NO_CONNECTION, 0, "refused");
    say_ready();
    CHECK_INT(glift_process_ending(the.server, on_answer, &the), GLIFT_OK);
    fake_pass(499);
    tick();
    CHECK_INT(the.answer_count, 0);
    fake_pass(1);
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(the.answers[0].status, GLIFT_ERR_STATE); /* ProcessReady: not after the end */
    CHECK(the.answers[1].user == &the);
    CHECK_INT(the.answers[1].status, GLIFT_OK);
    CHECK_INT(the.connections[the.connection_count - 1].state, GLIFT_ENDED);
    CHECK_CONTAINS(the.log, "ProcessEnding was not sent: there was no connection");
    fake_pass(2000);
    fake_open(fake_last_dial()); /* too late */
    CHECK(fake_hear(fake_last_dial()) == NULL);
    end_game();
}

TEST(P63_process_ending_is_sent_when_the_first_connection_comes_in_that_time)
{
    new_game();
    create_game();
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    tick();
    fake_pass(400);
    fake_open(fake_dial(0));
    const char *first = hear(fake_dial(0), "TerminateServerProcess");
    fake_pass(19000);
    tick();
    CHECK_INT(the.answer_count, 0);
    answer_ok(fake_dial(0), first);
    fake_pass(1000);
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(the.answers[0].status, GLIFT_OK);
    CHECK_INT(the.answers[1].status, GLIFT_ERR_TIMEOUT);
    end_game();
}

TEST(a_request_timeout_shorter_than_half_a_second_is_kept_for_process_ending)
{
    new_game();
    the.desc.request_timeout_ms = 100;
    create_game();
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    fake_pass(100);
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    end_game();
}

TEST(a_call_that_the_world_has_overtaken_is_answered_with_a_wrong_moment)
{
    new_game();
    socket = hosting_game();
    glift_process_ending(the.server, on_answer, NULL);
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    CHECK_INT(glift_accept_player_session(the.server, "psess-1", on_answer, NULL), GLIFT_OK);
    tick(); /* the answer to ProcessEnding, and the command goes out */
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(last_answer()->status, GLIFT_ERR_STATE);
    CHECK(fake_hear(socket) == NULL);
    end_game();
}

/* The answer to the first has arrived, but not been delivered when it is cancelled and a second is made. */
static void say_ready_again(glift_server *server, const glift_result *result, void *user)
{
    on_answer(server, result, user);
    say_ready();
}

/* 8.2, 12 */
TEST(P164_a_process_ready_after_one_that_was_cancelled_too_late_is_a_wrong_moment)
{
    new_game();
    socket = connected_game();
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    CHECK_INT(glift_process_ready(the.server, &parameters, say_ready_again, NULL), GLIFT_OK);
    tick();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    CHECK_INT(glift_server_cancel(the.server, NULL), GLIFT_OK);
    tick();
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(the.answers[0].status, GLIFT_ERR_CANCELLED);
    CHECK_INT(the.answers[1].status, GLIFT_ERR_STATE);
    CHECK(glift_is_process_ready(the.server));
    hear(socket, "HeartbeatServerProcess");
    CHECK(fake_hear(socket) == NULL);
    end_game();
}

TEST(a_process_ready_after_an_end_that_was_not_delivered_yet_is_a_wrong_moment)
{
    new_game();
    socket = connected_game();
    CHECK_INT(glift_process_ending(the.server, on_answer, NULL), GLIFT_OK);
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    say_ready();
    tick();
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(last_answer()->status, GLIFT_ERR_STATE);
    CHECK(fake_hear(socket) == NULL);
    end_game();
}

/* ---- arguments ---- */

#define CHECK_NAMED(call, name)                                                                              \
    do {                                                                                                     \
        the.log[0] = '\0';                                                                                   \
        CHECK((call) != GLIFT_OK);                                                                           \
        tick();                                                                                              \
        CHECK_CONTAINS(the.log, name " was not sent: ");                                                     \
    } while (0)

/* 8.2, 16 */
TEST(what_is_refused_is_named_in_the_log)
{
    const glift_process_parameters nowhere = {.size_bytes = sizeof nowhere};
    new_game();
    socket = connected_game();
    CHECK_NAMED(glift_activate_game_session(the.server, on_answer, NULL), "ActivateGameSession");
    CHECK_NAMED(set_policy(1), "UpdatePlayerSessionCreationPolicy");
    CHECK_NAMED(glift_accept_player_session(the.server, "p", on_answer, NULL), "AcceptPlayerSession");
    CHECK_NAMED(glift_remove_player_session(the.server, "p", on_answer, NULL), "RemovePlayerSession");
    CHECK_NAMED(describe(SESSION), "DescribePlayerSessions");
    CHECK_NAMED(start_backfill(), "StartMatchBackfill");
    CHECK_NAMED(stop_backfill("t"), "StopMatchBackfill");
    CHECK_NAMED(glift_get_compute_certificate(the.server, on_answer, NULL), "GetComputeCertificate");
    CHECK_NAMED(glift_get_fleet_role_credentials(the.server, "arn:aws:iam::1:role/r", NULL, on_answer, NULL),
            "GetFleetRoleCredentials");
    CHECK_NAMED(glift_process_ready(the.server, &nowhere, on_answer, NULL), "ProcessReady");
    end_game();

    new_game();
    socket = hosting_game();
    CHECK_NAMED(set_policy(0), "UpdatePlayerSessionCreationPolicy");
    CHECK_NAMED(describe(NULL), "DescribePlayerSessions");
    CHECK_NAMED(stop_backfill(""), "StopMatchBackfill");
    const glift_start_match_backfill_request empty = {.size_bytes = sizeof empty};
    CHECK_NAMED(glift_start_match_backfill(the.server, &empty, on_answer, NULL), "StartMatchBackfill");
    CHECK_NAMED(glift_process_ready(the.server, &nowhere, on_answer, NULL), "ProcessReady");
    glift_process_ending(the.server, on_answer, NULL);
    tick();
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    tick();
    CHECK_NAMED(glift_process_ending(the.server, on_answer, NULL), "ProcessEnding");
    end_game();
}

TEST(P57_ports_outside_1_to_60000_are_refused)
{
    static const int ports[] = {0, -1, 60001};
    new_game();
    connected_game();
    for (int i = 0; i < 3; i++) {
        const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = ports[i]};
        CHECK_INT(glift_process_ready(the.server, &parameters, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    }
    CHECK_INT(glift_process_ready(the.server, NULL, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    const glift_process_parameters no_size = {.port = 7777};
    CHECK_INT(glift_process_ready(the.server, &no_size, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    tick();
    CHECK_CONTAINS(the.log, "port is 60001: 1 to 60000");
    CHECK_CONTAINS(the.log, "size_bytes");
    say_ready();
    end_game();
}

TEST(P69_a_policy_that_is_neither_is_refused)
{
    new_game();
    hosting_game();
    CHECK_INT(set_policy(0), GLIFT_ERR_ARGUMENT);
    CHECK_INT(set_policy(3), GLIFT_ERR_ARGUMENT);
    tick();
    CHECK_CONTAINS(the.log, "ACCEPT_ALL (1) or DENY_ALL (2)");
    end_game();
}

TEST(P70_a_player_session_id_is_required_short_and_plain)
{
    char longest[258];
    memset(longest, 'a', 257);
    longest[257] = '\0';
    new_game();
    socket = hosting_game();
    CHECK_INT(glift_accept_player_session(the.server, NULL, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_accept_player_session(the.server, "", on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_accept_player_session(the.server, "a b", on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_remove_player_session(the.server, longest, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_remove_player_session(the.server, longest + 1, on_answer, NULL), GLIFT_OK);
    tick();
    CHECK_CONTAINS(the.log, "has 257 bytes: 1 to 256");
    CHECK_INT(the.answer_count, 0);
    end_game();
}

TEST(P73_describe_wants_exactly_one_id)
{
    new_game();
    ready_game();
    CHECK_INT(describe(NULL), GLIFT_ERR_ARGUMENT);
    const glift_describe_player_sessions_request two = {
            .size_bytes = sizeof two, .game_session_id = SESSION, .player_id = "p"};
    CHECK_INT(glift_describe_player_sessions(the.server, &two, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_describe_player_sessions(the.server, NULL, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    end_game();
}

TEST(P80_P82_backfill_without_players_or_a_stop_without_ticket_is_refused)
{
    new_game();
    hosting_game();
    const glift_start_match_backfill_request empty = {
            .size_bytes = sizeof empty, .matchmaking_configuration_arn = CONFIGURATION};
    CHECK_INT(glift_start_match_backfill(the.server, &empty, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(stop_backfill(""), GLIFT_ERR_ARGUMENT);
    CHECK_INT(stop_backfill("ticket-1"), GLIFT_OK);
    end_game();
}

TEST(P33_containers_are_listed_only_in_containers)
{
    new_game();
    connected_game();
    CHECK_INT(glift_list_containers_network_info(the.server, on_answer, NULL), GLIFT_ERR_UNSUPPORTED);
    tick();
    CHECK_CONTAINS(the.log, "ListContainersNetworkInfo is only supported on container fleets.");
    end_game();
}

/* ---- the wire ---- */

TEST(P56_P58_P59_process_ready_carries_what_the_service_needs)
{
    static const char *const paths[] = {"/logs/a", "/logs/b"};
    new_game();
    the.desc.tool_name = "Engine";
    the.desc.tool_version = "1.2";
    socket = connected_game();
    const glift_process_parameters parameters = {
            .size_bytes = sizeof parameters, .port = 7777, .log_paths = paths, .log_path_count = 2};
    CHECK_INT(glift_process_ready(the.server, &parameters, on_answer, NULL), GLIFT_OK);
    const char *message = hear(socket, "ActivateServerProcess");
    CHECK_CONTAINS(message, "\"SdkVersion\":\"5.6.0\"");
    CHECK_CONTAINS(message, "\"SdkLanguage\":\"C\"");
    CHECK_CONTAINS(message, "\"Port\":7777");
    CHECK_CONTAINS(message, "\"LogPaths\":[\"/logs/a\",\"/logs/b\"]");
    CHECK_CONTAINS(message, "\"SdkToolName\":\"Engine\"");
    CHECK_CONTAINS(message, "\"SdkToolVersion\":\"1.2\"");
    end_game();
}

TEST(P68_the_policy_goes_by_its_wire_key)
{
    new_game();
    socket = hosting_game();
    CHECK_INT(set_policy(GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL), GLIFT_OK);
    tick();
    const char *message = hear(socket, "UpdatePlayerSessionCreationPolicy");
    CHECK_CONTAINS(message, "\"PlayerSessionPolicy\":\"DENY_ALL\"");
    CHECK_CONTAINS(message, SESSION);
    end_game();
}

TEST(P72_accept_and_remove_carry_session_and_seat)
{
    new_game();
    socket = hosting_game();
    glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
    glift_remove_player_session(the.server, "psess-2", on_answer, NULL);
    tick();
    const char *accept = hear(socket, "AcceptPlayerSession"), *leave = hear(socket, "RemovePlayerSession");
    CHECK_CONTAINS(accept, "\"GameSessionId\":\"" SESSION "\"");
    CHECK_CONTAINS(accept, "\"PlayerSessionId\":\"psess-1\"");
    CHECK_CONTAINS(leave, "\"GameSessionId\":\"" SESSION "\"");
    CHECK_CONTAINS(leave, "\"PlayerSessionId\":\"psess-2\"");
    end_game();
}

TEST(P76_P78_describe_returns_a_page)
{
    new_game();
    socket = ready_game();
    CHECK_INT(describe(SESSION), GLIFT_OK);
    tick();
    const char *message = hear(socket, "DescribePlayerSessions");
    CHECK(strstr(message, "Limit") == NULL);
    answer_code(socket, message, 200,
            ",\"NextToken\":\"more\",\"PlayerSessions\":[{\"PlayerSessionId\":\"psess-1\",\"Status\":"
            "\"ACTIVE\"}]");
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    CHECK_TEXT(last_answer()->text, "more");
    end_game();
}

TEST(start_backfill_always_carries_a_ticket_id_and_the_session)
{
    new_game();
    socket = hosting_game();
    CHECK_INT(start_backfill(), GLIFT_OK);
    tick();
    const char *message = hear(socket, "StartMatchBackfill");
    char ticket[64] = "";
    CHECK_CONTAINS(message, "\"TicketId\":\"");
    sscanf(strstr(message, "\"TicketId\":\""), "\"TicketId\":\"%36[^\"]", ticket);
    CHECK_INT(strlen(ticket), 36);
    CHECK_CONTAINS(message, "\"GameSessionArn\":\"" GLARN_SESSION "\"");
    answer_ok(socket, message); /* without a ticket id of its own */
    tick();
    CHECK_TEXT(last_answer()->text, ticket);
    end_game();
}

TEST(P84_the_ticket_id_of_the_answer_is_returned)
{
    new_game();
    socket = hosting_game();
    CHECK_INT(start_backfill(), GLIFT_OK);
    tick();
    answer_code(socket, hear(socket, "StartMatchBackfill"), 200, ",\"TicketId\":\"theirs\"");
    tick();
    CHECK_TEXT(last_answer()->text, "theirs");
    end_game();
}

TEST(everything_that_goes_in_is_copied_before_the_call_returns)
{
    char player_id[] = "player-1", team[] = "red", name[] = "skill", text[] = "gold", region[] = "us-west-2",
         entry[] = "mind", configuration[] = CONFIGURATION;
    const char *list[] = {text};
    const glift_double_entry map = {entry, 2.5};
    const glift_player_attribute attributes[] = {{.name = name,
                                                         .type = GLIFT_ATTRIBUTE_STRING,
                                                         .string = text,
                                                         .string_list = (const char *const *)1},
            {.name = entry, .type = GLIFT_ATTRIBUTE_DOUBLE, .number = 3},
            {.name = team, .type = GLIFT_ATTRIBUTE_STRING_LIST, .string_list = list, .string_count = 1},
            {.name = region,
                    .type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP,
                    .double_map = &map,
                    .double_count = 1}};
    const glift_player_latency latency = {region, 42};
    const glift_player player = {player_id, team, attributes, 4, &latency, 1};
    const glift_start_match_backfill_request request = {.size_bytes = sizeof request,
            .matchmaking_configuration_arn = configuration,
            .players = &player,
            .player_count = 1};
    new_game();
    socket = hosting_game();
    tick();
    fake.asleep = true;
    CHECK_INT(glift_start_match_backfill(the.server, &request, on_answer, NULL), GLIFT_OK);
    memset(player_id, 'X', sizeof player_id - 1);
    memset(team, 'X', sizeof team - 1);
    memset(text, 'X', sizeof text - 1);
    memset(region, 'X', sizeof region - 1);
    memset(configuration, 'X', sizeof configuration - 1);
    memset(name, 'X', sizeof name - 1);
    memset(entry, 'X', sizeof entry - 1);
    fake.asleep = false;
    fake_run();
    const char *message = hear(socket, "StartMatchBackfill");
    CHECK(strchr(message, 'X') == NULL);
    CHECK_CONTAINS(message, "\"mind\":2.5");
    CHECK_CONTAINS(message, "\"us-west-2\":42");
    end_game();
}

TEST(P7_a_request_that_does_not_fit_one_message_is_answered_as_an_argument_error)
{
    enum { COUNT = 2000 };
    static char ids[COUNT][100];
    static glift_player players[COUNT];
    for (int i = 0; i < COUNT; i++) {
        snprintf(ids[i], sizeof ids[i], "player-%090d", i);
        players[i] = (glift_player){.player_id = ids[i], .team = "red"};
    }
    const glift_start_match_backfill_request request = {.size_bytes = sizeof request,
            .matchmaking_configuration_arn = CONFIGURATION,
            .players = players,
            .player_count = COUNT};
    new_game();
    socket = hosting_game();
    CHECK_INT(glift_start_match_backfill(the.server, &request, on_answer, NULL), GLIFT_OK);
    glift_get_compute_certificate(the.server, on_answer, NULL);
    tick();
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(last_answer()->message, "131072");
    hear(socket, "GetComputeCertificate"); /* the ones behind it are not held up */
    end_game();
}

/* ---- containers ---- */

static void begin_in_a_container(void)
{
    new_game();
    the.desc.compute_type = "CONTAINER";
    the.desc.container_metadata_uri = "http://meta/v4";
    connected_game();
}

#define CONTAINERS "[{\"containerName\":\"game\",\"containerId\":\"1\",\"ipAddress\":\"172.17.0.5\"}]"

TEST(P34_P37_containers_are_listed_over_http)
{
    begin_in_a_container();
    CHECK_INT(glift_list_containers_network_info(the.server, on_answer, NULL), GLIFT_OK);
    fake_answer_fetch(fake_last_fetch(), 200, "{\"Networks\":[{\"IPv4Addresses\":[\"172.17.0.5\"]}]}");
    CHECK_TEXT(fake_last_fetch()->url, "http://172.17.0.1:4092/v1/");
    fake_answer_fetch(fake_last_fetch(), 200, CONTAINERS);
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    CHECK_TEXT(last_answer()->text, "game");
    end_game();
}

TEST(containers_are_asked_for_anew_each_time)
{
    begin_in_a_container();
    for (size_t i = 0; i < 2; i++) {
        glift_list_containers_network_info(the.server, on_answer, NULL);
        tick();
        CHECK_INT(fake.fetch_count, 2 * i + 1);
        fake_answer_fetch(fake_last_fetch(), 200, "{\"Networks\":[{\"IPv4Addresses\":[\"172.17.0.5\"]}]}");
        fake_answer_fetch(fake_last_fetch(), 200, CONTAINERS);
        tick();
        CHECK_INT(the.answer_count, i + 1);
    }
    end_game();
}

TEST(calls_that_wait_for_the_same_list_all_get_it)
{
    begin_in_a_container();
    glift_list_containers_network_info(the.server, on_answer, NULL);
    glift_list_containers_network_info(the.server, on_answer, NULL);
    tick();
    CHECK_INT(fake.fetch_count, 1);
    fake_answer_fetch(fake_last_fetch(), 200, "{\"Networks\":[{\"IPv4Addresses\":[\"172.17.0.5\"]}]}");
    fake_answer_fetch(fake_last_fetch(), 200, CONTAINERS);
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_TEXT(the.answers[1].text, "game");
    end_game();
}

TEST(P35_P36_an_error_of_the_discovery_server_is_passed_on)
{
    static const struct {
        int http_status;
        const char *body, *message;
    } answers[] = {{503, "", "Discovery server returned HTTP 503"},
            {301, "", "Discovery server returned HTTP 301"},
            {200, "{}", "Invalid response from discovery server"},
            {0, "refused", "Failed to connect to discovery server: refused"}};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        new_game();
        the.desc.compute_type = "CONTAINER";
        the.desc.container_discovery_endpoint = "http://discovery:1";
        connected_game();
        glift_list_containers_network_info(the.server, on_answer, NULL);
        CHECK_TEXT(fake_last_fetch()->url, "http://discovery:1/v1/");
        fake_answer_fetch(fake_last_fetch(), answers[i].http_status, answers[i].body);
        tick();
        CHECK_INT(last_answer()->status, GLIFT_ERR_SERVICE);
        CHECK_TEXT(last_answer()->message, answers[i].message);
        CHECK_INT(fake.fetch_count, 1);
        end_game();
    }
}

TEST(a_container_whose_metadata_is_refused_has_no_discovery_server)
{
    begin_in_a_container();
    glift_list_containers_network_info(the.server, on_answer, NULL);
    fake_answer_fetch(fake_last_fetch(), 404, "");
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_SERVICE);
    CHECK_TEXT(last_answer()->message, "Could not resolve discovery server endpoint.");
    end_game();
}

TEST(a_discovery_server_that_never_answers_times_out)
{
    begin_in_a_container();
    glift_list_containers_network_info(the.server, on_answer, NULL);
    fake_pass(20000);
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_TIMEOUT);
    fake_answer_fetch(fake_last_fetch(), 200, CONTAINERS); /* too late */
    tick();
    CHECK_INT(the.answer_count, 1);
    end_game();
}

TEST(a_list_of_containers_has_to_do_with_no_connection)
{
    new_game();
    the.desc.compute_type = "CONTAINER";
    the.desc.container_metadata_uri = "http://meta/v4";
    create_game();
    glift_list_containers_network_info(the.server, on_answer, NULL);
    fake_pass(10000);
    glift_list_containers_network_info(the.server, on_answer, NULL);
    fake_pass(10000);
    tick();
    CHECK_INT(the.answer_count, 1);
    CHECK_TEXT(last_answer()->message, "no answer within 20000 ms");
    fake_open(fake_dial(0));
    fake_pass(10000);
    tick();
    CHECK_INT(the.answer_count, 2);
    end_game();
}

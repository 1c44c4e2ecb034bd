/* SPDX-License-Identifier: Apache-2.0 */
/* The game server's side of the service: handshake, requests, states, timers (service model 1, S24 to S52).
 */
#include "local_helper.h"

#include <regex.h>

static void reserve(local_service *service, const char *session, const char *player, char out[64])
{
    CHECK_INT(call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"%s\"}", session,
                      player),
            200);
    snprintf(out, 64, "%s", field("PlayerSession.PlayerSessionId"));
}

/* What the process says of a seat: the StatusCode. */
static int say_of_seat(
        game_server *server, const char *action, const char *id, const char *session, const char *seat)
{
    return ask(server, action, id, "\"GameSessionId\":\"%s\",\"PlayerSessionId\":\"%s\"", session, seat);
}

static int accept_seat(game_server *server, const char *id, const char *session, const char *seat)
{
    return say_of_seat(server, "AcceptPlayerSession", id, session, seat);
}

static int set_policy(game_server *server, const char *session, const char *policy)
{
    return ask(server, "UpdatePlayerSessionCreationPolicy", "policy",
            "\"GameSessionId\":\"%s\",\"PlayerSessionPolicy\":\"%s\"", session, policy);
}

static int terminate_session(local_service *service, const char *session, const char *mode)
{
    return call(service, "TerminateGameSession", "{\"GameSessionId\":\"%s\",\"TerminationMode\":\"%s\"}",
            session, mode);
}

/* As a program that has been started does it. */
static int report_ready(game_server *server, const char *id, int port)
{
    return ask(server, "ActivateServerProcess", id,
            "\"SdkVersion\":\"5.6.0\",\"SdkLanguage\":\"C\",\"Port\":%d", port);
}

static void reconnect(local_service *service, game_server *server)
{
    local_service_closed(service, clock_now, server->connection);
    CHECK_INT(connect_as(service, server, "p1", demo.auth_token), 101);
}

/* A compute with this name, and what else is given; its token in out. */
static void register_compute(local_service *service, const char *name, const char *more, char out[64])
{
    CHECK_INT(call(service, "RegisterCompute",
                      "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\",\"Location\":\"custom-local\",%s}",
                      demo.fleet_id, name, more),
            200);
    CHECK_INT(call(service, "GetComputeAuthToken", "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\"}",
                      demo.fleet_id, name),
            200);
    snprintf(out, 64, "%s", field("AuthToken"));
}

static void deregister_compute(local_service *service, const char *name)
{
    CHECK_INT(call(service, "DeregisterCompute", "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\"}", demo.fleet_id,
                      name),
            200);
}

static const char *player_status(local_service *service, const char *id)
{
    CHECK_INT(call(service, "DescribePlayerSessions", "{\"PlayerSessionId\":\"%s\"}", id), 200);
    return field("PlayerSessions.0.Status");
}

static const char *session_field(local_service *service, const char *session, const char *name)
{
    char path[128];
    CHECK_INT(call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", session), 200);
    snprintf(path, sizeof path, "GameSessions.0.%s", name);
    return field(path);
}

static bool has_event(local_service *service, const char *code)
{
    CHECK_INT(call(service, "DescribeFleetEvents", "{\"FleetId\":\"%s\"}", demo.fleet_id), 200);
    return strstr(last_answer, code) != NULL;
}

/* ---- a whole life ---- */

TEST(a_session_goes_from_creation_to_its_end) /* S34, S35, S46, S47, S48, S30 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    char session[300], seat[64];

    CHECK_INT(call(service, "CreateGameSession",
                      "{\"FleetId\":\"%s\",\"Location\":\"custom-local\",\"MaximumPlayerSessionCount\":2,"
                      "\"Name\":\"arena\",\"GameProperties\":[{\"Key\":\"map\",\"Value\":\"pit\"}]}",
                      demo.fleet_id),
            200);
    CHECK_TEXT(field("GameSession.Status"), "ACTIVATING");
    CHECK_TEXT(field("GameSession.IpAddress"), "127.0.0.1");
    CHECK_TEXT(field("GameSession.Port"), "7777");
    snprintf(session, sizeof session, "%s", field("GameSession.GameSessionId"));
    collect(&server, 1);
    CHECK_INT(server.count, 1);
    CHECK(take(&server));
    CHECK_TEXT(field("Action"), "CreateGameSession");
    CHECK_TEXT(field("GameProperties.map"), "pit");
    CHECK_TEXT(field("RequestId"), "");
    CHECK_INT(ask(&server, "ActivateGameSession", "r1", "\"GameSessionId\":\"%s\"", session), 200);
    CHECK_TEXT(session_field(service, session, "Status"), "ACTIVE");

    reserve(service, session, "alice", seat);
    CHECK_TEXT(player_status(service, seat), "RESERVED");
    CHECK_INT(accept_seat(&server, "r2", session, seat), 200);
    CHECK_TEXT(player_status(service, seat), "ACTIVE");
    CHECK_INT(say_of_seat(&server, "RemovePlayerSession", "r3", session, seat), 200);
    CHECK_TEXT(player_status(service, seat), "COMPLETED");
    CHECK_INT(ask(&server, "TerminateServerProcess", "r4", "%s", ""), 200);
    CHECK_TEXT(session_field(service, session, "Status"), "TERMINATED");
    CHECK(!server.closed);
    finish(service, &server);
}

/* ---- handshake ---- */

TEST(handshake_with_a_wrong_token_is_403) /* S24 */
{
    game_server server;
    local_service *service = make_demo_service();
    CHECK_INT(connect_as(service, &server, "p1", "wrong"), 403);
    CHECK_TEXT(field("Action"), "$connect");
    CHECK_TEXT(field("StatusCode"), "403");
    CHECK_CONTAINS(field("ErrorMessage"), "auth token");
    finish(service, &server);
}

TEST(handshake_with_an_expired_token_is_403) /* S24 */
{
    game_server server;
    local_service *service = make_demo_service();
    pass(service, 3 * 3600 * 1000);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 403);
    CHECK_CONTAINS(field("ErrorMessage"), "expired");
    finish(service, &server);
}

TEST(handshake_of_an_unknown_fleet_or_compute_is_403) /* S24 */
{
    game_server server;
    local_service *service = make_service();
    local_demo right;
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    right = demo;
    snprintf(demo.fleet_id, sizeof demo.fleet_id, "fleet-none");
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 403);
    demo = right;
    snprintf(demo.compute_name, sizeof demo.compute_name, "none");
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 403);
    finish(service, &server);
}

TEST(handshake_without_a_process_id_is_400)
{
    game_server server;
    local_service *service = make_demo_service();
    CHECK_INT(connect_as(service, &server, "", demo.auth_token), 400);
    CHECK_CONTAINS(field("ErrorMessage"), "pID");
    finish(service, &server);
}

TEST(handshake_reads_any_order_plus_and_percent) /* P14 */
{
    local_service *service = make_demo_service();
    char query[600];
    snprintf(query, sizeof query,
            "Authorization=%s&FleetId=%s&ComputeId=lo%%63al&sdkLanguage=Go&pID=p+1%%2Fx&other=1",
            demo.auth_token, demo.fleet_id);
    uint64_t connection;
    glift__text body = {0}, state = {0};
    CHECK_INT(local_service_handshake(service, clock_now, query, &connection, &body), 101);
    CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
    CHECK_TEXT(field_of(state.bytes, "processes.0.process_id"), "p 1/x");
    glift__text_free(&state);
    local_service_destroy(service);
}

TEST(handshake_signed_with_aws_keys_is_taken)
{
    local_service *service = make_demo_service();
    char query[600];
    snprintf(query, sizeof query,
            "pID=p1&FleetId=%s&ComputeId=local&Authorization=SigV4&X-Amz-Credential=key%%2F20240101&X-Amz-"
            "Signature=0",
            demo.fleet_id);
    uint64_t connection;
    glift__text body = {0};
    CHECK_INT(local_service_handshake(service, clock_now, query, &connection, &body), 101);
    local_service_destroy(service);
}

/* ---- requests ---- */

TEST(unknown_action_is_refused_and_the_connection_kept) /* S33 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(ask(&server, "FlyToTheMoon", "r1", "%s", ""), 400);
    CHECK_CONTAINS(field("ErrorMessage"), "FlyToTheMoon");
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "r2", "\"HealthStatus\":true"), 200);
    finish(service, &server);
}

TEST(request_is_answered_wherever_its_name_is_cut) /* S25 */
{
    char name[200] = "";
    game_server server;
    local_service *service = make_ready_service(&server);
    for (int i = 0; i < 40; i++) {
        strcat(name, i % 7 == 0 ? "x" : "\xE2\x82\xAC");
        CHECK_INT(ask(&server, name, "r1", "%s", ""), 400);
    }
    finish(service, &server);
}

static char logged[1024], warned[1024];

static void keep_log(void *user, glift_log_level level, const char *text)
{
    (void)user;
    snprintf(logged, sizeof logged, "%s", text);
    if (level == GLIFT_LOG_WARNING)
        snprintf(warned, sizeof warned, "%s", text);
}

static int lines;

static void count_log(void *user, glift_log_level level, const char *text)
{
    keep_log(user, level, text);
    lines += strstr(text, ": done") != NULL || strstr(text, "refused") != NULL ||
             strstr(text, "Exception") != NULL;
}

TEST(log_has_one_line_per_event_whatever_a_name_holds)
{
    local_service_desc desc = {.seed = 7, .log = keep_log};
    local_service *service = NULL;
    game_server server;
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    CHECK_INT(connect_as(service, &server, "a%0Ab%1B[2Jc%7F%C2%9B1m", demo.auth_token), 101);
    CHECK_CONTAINS(logged, "process a?b?[2Jc???1m connected");
    finish(service, &server);
}

/* Then it still says whose request it was, and why it was refused. */
TEST(log_names_so_much_of_an_unknown_action_as_may_be_one)
{
    local_service_desc desc = {.seed = 7, .log = keep_log};
    local_service *service = NULL;
    game_server server;
    char action[2000];
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    memset(action, 'x', sizeof action - 1);
    action[sizeof action - 1] = '\0';
    CHECK_INT(ask(&server, action, "r1", "%s", ""), 400);
    CHECK_CONTAINS(logged, "x of process p1 was refused: Unknown action");
    CHECK(strlen(logged) < 250);
    finish(service, &server);
}

/* At the level "debug": what was done in a line that says so, what was refused in the line that says why. */
TEST(every_request_is_one_line_of_the_log)
{
    local_service_desc desc = {.seed = 7, .log = count_log};
    local_service *service = NULL;
    game_server server;
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    lines = 0;
    ready(&server, 7777);
    CHECK_INT(lines, 1);
    CHECK_CONTAINS(logged, "ActivateServerProcess of process p1: done (request ready)");
    CHECK_INT(ask(&server, "ActivateGameSession", "r1", "\"GameSessionId\":\"x\""), 404);
    CHECK_INT(lines, 2);
    CHECK_CONTAINS(logged, "ActivateGameSession of process p1 was refused");
    CHECK_INT(call(service, "ListFleets", "{}"), 200);
    CHECK_INT(lines, 3);
    CHECK_CONTAINS(logged, "ListFleets: done");
    CHECK_INT(call(service, "DeleteFleet", "{\"FleetId\":\"fleet-none\"}"), 400);
    CHECK_INT(lines, 4);
    CHECK_CONTAINS(logged, "DeleteFleet: NotFoundException");
    finish(service, &server);
}

TEST(arns_name_the_partition_of_the_region) /* S22 */
{
    static const char *const regions[][2] = {{"us-east-1", "arn:aws:"}, {"cn-north-1", "arn:aws-cn:"},
            {"us-gov-west-1", "arn:aws-us-gov:"}, {"eu-central-1", "arn:aws:"}};
    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        local_service_desc desc = {.seed = 7, .region = regions[i][0]};
        local_service *service = NULL;
        game_server server;
        char session[300], start[64];
        CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
        CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
        CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
        ready(&server, 7777);
        create_session(service, 2, session);
        snprintf(start, sizeof start, "%sgamelift:%s:", regions[i][1], regions[i][0]);
        CHECK(strncmp(session, start, strlen(start)) == 0);
        glift__text state = {0};
        CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
        size_t named = 0;
        for (const char *at = state.bytes; (at = strstr(at, "\"arn:")) != NULL; at++, named++)
            CHECK(strncmp(at + 1, start, strlen(start)) == 0);
        CHECK(named > 0);
        glift__text_free(&state);
        CHECK_INT(call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", session), 200);
        CHECK_TEXT(field("GameSessions"), "[1]");
        finish(service, &server);
    }
}

/* What the Go SDK asks of an ARN before it sends it (service model 0.2). */
static size_t count_arns(const char *json)
{
    regex_t expression;
    size_t count = 0;
    CHECK_INT(regcomp(&expression,
                      "^arn:(aws|aws-cn):gamelift:([a-z]{2}-[a-z]+-[0-9]):([0-9]{12})?:([a-z]+)/(.+)$",
                      REG_EXTENDED | REG_NOSUB),
            0);
    for (const char *at = json; (at = strstr(at, "\"arn:")) != NULL; count++) {
        char arn[512];
        size_t length = strcspn(++at, "\"");
        CHECK(length <= 256);
        snprintf(arn, sizeof arn, "%.*s", (int)length, at);
        CHECK_INT(regexec(&expression, arn, 0, NULL, 0), 0);
    }
    regfree(&expression);
    return count;
}

TEST(every_arn_is_one_that_the_strictest_sdk_takes) /* S22 */
{
    static const char *const calls[] = {"DescribeFleetAttributes", "DescribeMatchmakingConfigurations",
            "DescribeMatchmakingRuleSets", "DescribeGameSessionQueues", "ListAliases", "ListLocations"};
    game_server server;
    char session[300];
    glift__text state = {0};
    local_service *service = make_active_service(&server, 2, session);
    CHECK_INT(call(service, "CreateAlias",
                      "{\"Name\":\"a\",\"RoutingStrategy\":{\"Type\":\"SIMPLE\",\"FleetId\":\"%s\"}}",
                      demo.fleet_id),
            200);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        CHECK_INT(call(service, calls[i], "{}"), 200);
        CHECK(count_arns(last_answer) > 0);
    }
    CHECK_INT(call(service, "ListCompute", "{\"FleetId\":\"%s\"}", demo.fleet_id), 200);
    CHECK(count_arns(last_answer) > 0);
    CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
    CHECK(count_arns(state.bytes) > 0);
    glift__text_free(&state);
    finish(service, &server);
}

TEST(message_that_is_no_json_object_is_refused) /* S25 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    static const char *const messages[] = {"", "{", "[1]", "7", "\"x\"", "null"};
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        local_service_received(service, clock_now, server.connection, messages[i], strlen(messages[i]));
        collect(&server, 1);
        CHECK(take(&server));
        CHECK_TEXT(field("StatusCode"), "400");
    }
    CHECK(!server.closed);
    finish(service, &server);
}

TEST(request_without_an_id_is_refused) /* S25 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "", "\"HealthStatus\":true"), 400);
    finish(service, &server);
}

TEST(request_that_comes_twice_is_answered_twice_and_done_once) /* P152 */
{
    local_service_desc desc = {.seed = 7, .remember_request_ids = true};
    local_service *service = NULL;
    game_server server;
    char session[300], seat[64];
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    ready(&server, 7777);
    create_session(service, 2, session);
    collect(&server, 1);
    forget(&server);
    CHECK_INT(ask(&server, "ActivateGameSession", "r1", "\"GameSessionId\":\"%s\"", session), 200);
    reserve(service, session, "alice", seat);
    for (int i = 0; i < 2; i++)
        CHECK_INT(accept_seat(&server, "same", session, seat), 200);
    CHECK_INT(accept_seat(&server, "other", session, seat), 400);
    finish(service, &server);
}

TEST(session_of_another_process_cannot_be_activated) /* S35 */
{
    game_server servers[2];
    char session[300];
    local_service *service = make_ready_service(&servers[0]);
    create_session(service, 2, session);
    CHECK_INT(connect_as(service, &servers[1], "p2", demo.auth_token), 101);
    collect(servers, 2);
    ready(&servers[1], 7778);
    CHECK_INT(ask(&servers[1], "ActivateGameSession", "r1", "\"GameSessionId\":\"%s\"", session), 400);
    CHECK_TEXT(session_field(service, session, "Status"), "ACTIVATING");
    CHECK_INT(ask(&servers[1], "ActivateGameSession", "r2", "\"GameSessionId\":\"arn:none\""), 404);
    forget(&servers[0]);
    finish(service, &servers[1]);
}

TEST(seat_is_accepted_once_and_only_while_reserved) /* S47 */
{
    game_server server;
    char session[300], seat[64];
    local_service *service = make_active_service(&server, 4, session);
    reserve(service, session, "alice", seat);
    CHECK_INT(accept_seat(&server, "r1", session, seat), 200);
    CHECK_INT(accept_seat(&server, "r2", session, seat), 400);
    CHECK_INT(accept_seat(&server, "r3", session, "psess-9"), 404);
    CHECK_TEXT(player_status(service, seat), "ACTIVE");
    reserve(service, session, "bob", seat);
    pass(service, 60000);
    CHECK_INT(accept_seat(&server, "r4", session, seat), 400);
    CHECK_TEXT(player_status(service, seat), "TIMEDOUT");
    finish(service, &server);
}

/* ---- health ---- */

TEST(process_without_a_healthy_report_is_told_to_end) /* S27 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    pass(service, 100000);
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "r1", "\"HealthStatus\":true"), 200);
    pass(service, 100000);
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "r2", "\"HealthStatus\":false"), 200);
    pass(service, 79999);
    collect(&server, 1);
    CHECK_INT(server.count, 0);
    pass(service, 1);
    collect(&server, 1);
    CHECK_INT(server.count, 1);
    CHECK(take(&server));
    CHECK_TEXT(field("Action"), "TerminateProcess");
    char expected[32];
    snprintf(expected, sizeof expected, "%lld", (long long)clock_now.unix_ms + 300000);
    CHECK_TEXT(field("TerminationTime"), expected);
    CHECK(has_event(service, "SERVER_PROCESS_TERMINATED_UNHEALTHY"));
    finish(service, &server);
}

TEST(process_that_ends_in_time_ends_quietly) /* S30 */
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    pass(service, 180000);
    collect(&server, 1);
    forget(&server);
    end_process(&server);
    pass(service, 3600000);
    CHECK(!has_event(service, "SERVER_PROCESS_PROCESS_EXIT_TIMEOUT"));
    CHECK_TEXT(session_field(service, session, "Status"), "TERMINATED");
    CHECK_TEXT(session_field(service, session, "StatusReason"), "");
    finish(service, &server);
}

TEST(process_that_does_not_end_is_given_up)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    pass(service, 180000);
    pass(service, 299999);
    CHECK_TEXT(session_field(service, session, "Status"), "ACTIVE");
    pass(service, 1);
    CHECK(has_event(service, "SERVER_PROCESS_PROCESS_EXIT_TIMEOUT"));
    CHECK_TEXT(session_field(service, session, "Status"), "TERMINATED");
    finish(service, &server);
}

TEST(process_without_process_ready_is_closed) /* S32 */
{
    game_server server;
    local_service *service = make_demo_service();
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    pass(service, 299999);
    collect(&server, 1);
    CHECK(!server.closed);
    pass(service, 1);
    collect(&server, 1);
    CHECK(server.closed);
    CHECK_INT(server.close_code, 1008);
    CHECK_TEXT(server.close_reason, "ProcessReady was not called in time");
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK(has_event(service, "SERVER_PROCESS_PROCESS_READY_TIMEOUT"));
    finish(service, &server);
}

/* It was ready for a service that ran here before: it beats, and does not call ProcessReady again. */
TEST(process_that_takes_itself_for_ready_is_told_to_end_at_its_first_heartbeat)
{
    local_service_desc desc = {.seed = 7, .log = keep_log};
    local_service *service = NULL;
    game_server server;
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "beat", "\"HealthStatus\":true"), 200);
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK_CONTAINS(warned, "process p1 takes itself for ready, but has not called ProcessReady here");
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "beat-2", "\"HealthStatus\":true"), 200);
    CHECK_TEXT(pushed(&server), "");
    end_process(&server);
    CHECK_INT(connect_as(service, &server, "p2", demo.auth_token), 101);
    ready(&server, 7777);
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "beat", "\"HealthStatus\":true"), 200);
    CHECK_TEXT(pushed(&server), "");
    finish(service, &server);
}

TEST(process_that_stays_away_has_crashed) /* S31 */
{
    game_server server;
    char session[300], seat[64];
    local_service *service = make_active_service(&server, 2, session);
    reserve(service, session, "alice", seat);
    CHECK_INT(accept_seat(&server, "r1", session, seat), 200);
    local_service_closed(service, clock_now, server.connection);
    pass(service, 179999);
    CHECK_TEXT(session_field(service, session, "Status"), "ACTIVE");
    pass(service, 1);
    CHECK(has_event(service, "SERVER_PROCESS_CRASHED"));
    CHECK_TEXT(session_field(service, session, "Status"), "TERMINATED");
    CHECK_TEXT(player_status(service, seat), "COMPLETED");
    finish(service, &server);
}

TEST(launcher_that_saw_the_exit_makes_it_a_crash_at_once) /* S31 */
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    local_service_process_exited(service, clock_now, "p1", "Its program ended.");
    CHECK(has_event(service, "SERVER_PROCESS_CRASHED"));
    CHECK_TEXT(session_field(service, session, "Status"), "TERMINATED");
    local_service_process_exited(service, clock_now, "p1", "Its program ended.");
    local_service_process_exited(service, clock_now, "unknown", "Its program ended.");
    finish(service, &server);
}

/* ---- sockets ---- */

TEST(push_waits_for_the_reconnect_and_comes_once) /* S28 */
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    local_service_closed(service, clock_now, server.connection);
    CHECK_INT(terminate_session(service, session, "TRIGGER_ON_PROCESS_TERMINATE"), 200);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    collect(&server, 1);
    CHECK_INT(server.count, 1);
    CHECK(take(&server));
    CHECK_TEXT(field("Action"), "TerminateProcess");
    reconnect(service, &server);
    collect(&server, 1);
    CHECK_INT(server.count, 0);
    finish(service, &server);
}

TEST(session_goes_on_after_a_reconnect) /* S28 */
{
    game_server server;
    char session[300], seat[64];
    local_service *service = make_active_service(&server, 2, session);
    local_service_closed(service, clock_now, server.connection);
    pass(service, 100000);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    reserve(service, session, "alice", seat);
    CHECK_INT(accept_seat(&server, "r1", session, seat), 200);
    finish(service, &server);
}

TEST(newer_of_two_sockets_gets_the_pushes_and_each_its_answers) /* S29, P157 */
{
    game_server sockets[2];
    char session[300];
    local_service *service = make_active_service(&sockets[0], 2, session);
    CHECK_INT(connect_as(service, &sockets[1], "p1", demo.auth_token), 101);
    CHECK_INT(ask(&sockets[0], "HeartbeatServerProcess", "old", "\"HealthStatus\":true"), 200);
    CHECK_INT(terminate_session(service, session, "TRIGGER_ON_PROCESS_TERMINATE"), 200);
    collect(sockets, 2);
    CHECK_INT(sockets[0].count, 0);
    CHECK_INT(sockets[1].count, 1);
    local_service_closed(service, clock_now, sockets[0].connection);
    forget(&sockets[1]);
    end_process(&sockets[1]);
    finish(service, &sockets[1]);
}

TEST(fifth_socket_of_a_process_closes_the_first)
{
    game_server sockets[5];
    local_service *service = make_ready_service(&sockets[0]);
    for (int i = 1; i < 5; i++)
        CHECK_INT(connect_as(service, &sockets[i], "p1", demo.auth_token), 101);
    collect(sockets, 5);
    CHECK(sockets[0].closed);
    CHECK(!sockets[1].closed);
    finish(service, &sockets[0]);
}

TEST(program_started_again_with_its_process_id_loses_its_session)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    reconnect(service, &server);
    CHECK_INT(report_ready(&server, "another", 7999), 200);
    CHECK(has_event(service, "SERVER_PROCESS_CRASHED"));
    CHECK_TEXT(session_field(service, session, "Status"), "TERMINATED");
    create_session(service, 2, session);
    CHECK_TEXT(field("GameSession.Port"), "7999");
    forget(&server);
    finish(service, &server);
}

TEST(repeated_ready_after_a_reconnect_is_no_restart)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    reconnect(service, &server);
    ready(&server, 7777);
    CHECK_TEXT(session_field(service, session, "Status"), "ACTIVE");
    finish(service, &server);
}

TEST(process_that_ended_may_report_ready_again)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    end_process(&server);
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "late", "\"HealthStatus\":true"), 400);
    CHECK_INT(try_session(service, 2), 400);
    ready(&server, 7001);
    create_session(service, 2, session);
    CHECK_TEXT(field("GameSession.Port"), "7001");
    finish(service, &server);
}

TEST(gone_processes_are_forgotten_in_the_end) /* S83 */
{
    local_service *service = make_service();
    glift__text state = {0};
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    for (int i = 0; i < 300; i++) {
        game_server server;
        char id[16];
        snprintf(id, sizeof id, "p%d", i);
        CHECK_INT(connect_as(service, &server, id, demo.auth_token), 101);
        end_process(&server);
        local_service_closed(service, clock_now, server.connection);
    }
    CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
    CHECK_TEXT(field_of(state.bytes, "processes"), "[100]");
    CHECK_TEXT(field_of(state.bytes, "processes.99.process_id"), "p299");
    glift__text_free(&state);
    local_service_destroy(service);
}

/* ---- placing and activation ---- */

TEST(no_session_without_a_process_that_waits) /* S26, S36 */
{
    game_server server;
    local_service *service = make_service();
    char session[300];
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    CHECK_REFUSED(try_session(service, 2), "FleetCapacityExceededException");
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    CHECK_REFUSED(try_session(service, 2), "FleetCapacityExceededException");
    ready(&server, 7000);
    create_session(service, 2, session);
    CHECK_REFUSED(try_session(service, 2), "FleetCapacityExceededException");
    CHECK_INT(call(service, "DescribeGameSessions", "{\"FleetId\":\"%s\"}", demo.fleet_id), 200);
    CHECK_TEXT(field("GameSessions"), "[1]");
    forget(&server);
    finish(service, &server);
}

TEST(process_that_waits_longest_is_chosen)
{
    game_server servers[2];
    local_service *service = make_ready_service(&servers[0]);
    char session[300];
    CHECK_INT(connect_as(service, &servers[1], "p2", demo.auth_token), 101);
    ready(&servers[1], 7002);
    create_session(service, 2, session);
    CHECK_TEXT(field("GameSession.Port"), "7777");
    create_session(service, 2, session);
    CHECK_TEXT(field("GameSession.Port"), "7002");
    finish(service, &servers[0]);
}

TEST(summary_holds_what_is_ready_and_what_lives_and_nothing_that_is_over)
{
    game_server servers[3];
    local_service *service = make_ready_service(&servers[0]);
    char over[300], live[300];
    glift__text summary = {0};
    create_session(service, 2, over);
    collect(&servers[0], 1);
    forget(&servers[0]);
    end_process(&servers[0]);
    CHECK_INT(connect_as(service, &servers[1], "p2", demo.auth_token), 101);
    ready(&servers[1], 7002);
    create_session(service, 3, live);
    CHECK_INT(connect_as(service, &servers[2], "p3", demo.auth_token), 101);
    ready(&servers[2], 7003);
    CHECK_INT(local_service_summary(service, clock_now, &summary), GLIFT_OK);
    CHECK_TEXT(field_of(summary.bytes, "ready_servers"), "1");
    CHECK_TEXT(field_of(summary.bytes, "live_game_sessions"), "[1]");
    CHECK_TEXT(field_of(summary.bytes, "live_game_sessions.0.game_session_id"), live);
    CHECK_TEXT(field_of(summary.bytes, "live_game_sessions.0.maximum_player_session_count"), "3");
    CHECK_TEXT(field_of(summary.bytes, "live_game_sessions.0.current_player_session_count"), "0");
    glift__text_free(&summary);
    finish(service, &servers[0]);
}

TEST(session_that_is_not_activated_in_time_is_over) /* S39 */
{
    game_server server;
    char session[300];
    local_service *service = make_ready_service(&server);
    create_session(service, 2, session);
    collect(&server, 1);
    forget(&server);
    for (int i = 0; i < 3; i++) {
        CHECK_TEXT(session_field(service, session, "Status"), "ACTIVATING");
        CHECK_INT(ask(&server, "HeartbeatServerProcess", "h", "\"HealthStatus\":true"), 200);
        pass(service, 100000);
    }
    CHECK_TEXT(session_field(service, session, "Status"), "TERMINATED");
    CHECK(has_event(service, "GAME_SESSION_ACTIVATION_TIMEOUT"));
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    finish(service, &server);
}

TEST(a_fleet_says_how_long_a_session_may_take_to_become_active) /* S39 */
{
    game_server server;
    char session[300];
    local_service *service = make_demo_service();
    CHECK_REFUSED(
            call(service, "CreateFleet",
                    "{\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"%s\"}],"
                    "\"RuntimeConfiguration\":{\"MaxConcurrentGameSessionActivations\":2}}",
                    demo.location),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "'runtimeConfiguration.maxConcurrentGameSessionActivations' failed to "
                                     "satisfy constraint: Member must not "
                                     "be given");
    CHECK_INT(call(service, "CreateFleet",
                      "{\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"%s\"}],"
                      "\"AnywhereConfiguration\":{\"Cost\":\"1\"},"
                      "\"RuntimeConfiguration\":{\"GameSessionActivationTimeoutSeconds\":20}}",
                      demo.location),
            200);
    snprintf(demo.fleet_id, sizeof demo.fleet_id, "%s", field("FleetAttributes.FleetId"));
    CHECK_INT(call(service, "RegisterCompute",
                      "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\",\"Location\":\"%s\",\"IpAddress\":\"127.0."
                      "0.1\"}",
                      demo.fleet_id, demo.compute_name, demo.location),
            200);
    CHECK_INT(call(service, "GetComputeAuthToken", "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\"}",
                      demo.fleet_id, demo.compute_name),
            200);
    CHECK_INT(connect_as(service, &server, "p1", field("AuthToken")), 101);
    ready(&server, 7777);
    create_session(service, 2, session);
    pass(service, 19999);
    CHECK_TEXT(session_field(service, session, "Status"), "ACTIVATING");
    pass(service, 1);
    CHECK_TEXT(session_field(service, session, "Status"), "TERMINATED");
    finish(service, &server);
}

TEST(termination_from_outside_ends_with_its_reason) /* S44 */
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    const char *reason = "TRIGGERED_ON_PROCESS_TERMINATE";
    CHECK_REFUSED(terminate_session(service, session, "FORCE_TERMINATE"), "InvalidRequestException");
    CHECK_INT(terminate_session(service, session, "TRIGGER_ON_PROCESS_TERMINATE"), 200);
    CHECK_TEXT(field("GameSession.Status"), "TERMINATING");
    CHECK_REFUSED(terminate_session(service, session, "TRIGGER_ON_PROCESS_TERMINATE"),
            "InvalidGameSessionStatusException");
    collect(&server, 1);
    CHECK_INT(server.count, 1);
    forget(&server);
    end_process(&server);
    CHECK_TEXT(session_field(service, session, "Status"), "TERMINATED");
    CHECK_TEXT(session_field(service, session, "StatusReason"), reason);
    finish(service, &server);
}

/* ---- seats ---- */

TEST(reservation_runs_out_and_the_seat_is_free) /* S46 */
{
    game_server server;
    char session[300], seat[64];
    local_service *service = make_active_service(&server, 1, session);
    reserve(service, session, "alice", seat);
    pass(service, 59999);
    CHECK_REFUSED(
            call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"bob\"}", session),
            "GameSessionFullException");
    pass(service, 1);
    CHECK_TEXT(player_status(service, seat), "TIMEDOUT");
    reserve(service, session, "bob", seat);
    finish(service, &server);
}

TEST(removing_never_makes_the_count_negative) /* S48 */
{
    game_server server;
    char session[300], seat[64];
    local_service *service = make_active_service(&server, 2, session);
    reserve(service, session, "alice", seat);
    for (int i = 0; i < 3; i++)
        CHECK_INT(say_of_seat(&server, "RemovePlayerSession", "r", session, seat), i == 0 ? 200 : 400);
    CHECK_TEXT(session_field(service, session, "CurrentPlayerSessionCount"), "0");
    finish(service, &server);
}

TEST(policy_of_the_process_closes_the_session) /* S50 */
{
    game_server server;
    char session[300], seat[64];
    local_service *service = make_active_service(&server, 2, session);
    CHECK_INT(set_policy(&server, session, "DENY_ALL"), 200);
    CHECK_REFUSED(
            call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"bob\"}", session),
            "InvalidGameSessionStatusException");
    CHECK_INT(set_policy(&server, session, "SOMETIMES"), 400);
    CHECK_INT(set_policy(&server, session, "ACCEPT_ALL"), 200);
    reserve(service, session, "bob", seat);
    finish(service, &server);
}

TEST(player_sessions_over_the_socket_are_paged_and_in_milliseconds) /* S51 */
{
    game_server server;
    char session[300], seat[64], token[64];
    local_service *service = make_active_service(&server, 3, session);
    char expected[32];
    snprintf(expected, sizeof expected, "%lld", (long long)clock_now.unix_ms);
    reserve(service, session, "alice", seat);
    reserve(service, session, "bob", seat);
    reserve(service, session, "carol", seat);
    CHECK_INT(ask(&server, "DescribePlayerSessions", "r1", "\"GameSessionId\":\"%s\",\"Limit\":2", session),
            200);
    CHECK_TEXT(field("PlayerSessions"), "[2]");
    CHECK_TEXT(field("PlayerSessions.0.PlayerId"), "alice");
    CHECK_TEXT(field("PlayerSessions.0.CreationTime"), expected);
    snprintf(token, sizeof token, "%s", field("NextToken"));
    CHECK_INT(ask(&server, "DescribePlayerSessions", "r2",
                      "\"GameSessionId\":\"%s\",\"Limit\":2,\"NextToken\":\"%s\"", session, token),
            200);
    CHECK_TEXT(field("PlayerSessions"), "[1]");
    CHECK_TEXT(field("PlayerSessions.0.PlayerId"), "carol");
    CHECK_TEXT(field("NextToken"), "");
    CHECK_INT(ask(&server, "DescribePlayerSessions", "r3", "\"GameSessionId\":\"%s\",\"PlayerId\":\"bob\"",
                      session),
            400);
    CHECK_INT(ask(&server, "DescribePlayerSessions", "r4", "\"PlayerSessionId\":\"%s\"", seat), 200);
    CHECK_TEXT(field("PlayerSessions.0.PlayerId"), "carol");
    finish(service, &server);
}

TEST(page_of_player_sessions_fits_into_a_message) /* P7 */
{
    enum { SEATS = 100, ESCAPE_BYTES = 6, CHARACTERS = 2048 };
    game_server server;
    char session[300], data[CHARACTERS * ESCAPE_BYTES + 1]; /* no text is longer in JSON than this one */
    local_service *service = make_active_service(&server, SEATS, session);
    for (int i = 0; i < CHARACTERS; i++)
        memcpy(data + i * ESCAPE_BYTES, "\\u0001", ESCAPE_BYTES + 1);
    for (int i = 0; i < SEATS; i++)
        CHECK_INT(call(service, "CreatePlayerSession",
                          "{\"GameSessionId\":\"%s\",\"PlayerId\":\"p%d\",\"PlayerData\":\"%s\"}", session, i,
                          data),
                200);
    char token[64] = "";
    int seen = 0;
    do {
        CHECK_INT(ask(&server, "DescribePlayerSessions", "r",
                          "\"GameSessionId\":\"%s\",\"Limit\":1024,\"NextToken\":\"%s\"", session, token),
                200);
        CHECK(strlen(last_answer) <= 131072);
        seen += atoi(field("PlayerSessions") + 1);
        snprintf(token, sizeof token, "%s", field("NextToken"));
    } while (token[0] != '\0');
    CHECK_INT(seen, SEATS);
    finish(service, &server);
}

/* ---- the other requests ---- */

TEST(certificate_is_the_one_the_compute_was_registered_with)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(ask(&server, "GetComputeCertificate", "r1", "%s", ""), 404);
    forget(&server);
    char token[64];
    register_compute(
            service, "tls", "\"IpAddress\":\"127.0.0.1\",\"CertificatePath\":\"/pki/cert.pem\"", token);
    snprintf(demo.compute_name, sizeof demo.compute_name, "tls");
    CHECK_INT(connect_as(service, &server, "p2", token), 101);
    CHECK_INT(ask(&server, "GetComputeCertificate", "r2", "%s", ""), 200);
    CHECK_TEXT(field("CertificatePath"), "/pki/cert.pem");
    CHECK_TEXT(field("ComputeName"), "tls");
    finish(service, &server);
}

TEST(role_credentials_say_that_this_is_no_managed_fleet)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(ask(&server, "GetFleetRoleCredentials", "r1", "\"RoleArn\":\"arn:aws:iam::1:role/x\""), 200);
    CHECK_TEXT(field("AccessKeyId"), "");
    finish(service, &server);
}

TEST(deleting_the_fleet_ends_its_processes) /* S23 */
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    CHECK_INT(call(service, "DeleteFleet", "{\"FleetId\":\"%s\"}", demo.fleet_id), 200);
    CHECK_TEXT(last_answer, "{}");
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK_REFUSED(try_session(service, 2), "InvalidFleetStatusException");
    end_process(&server);
    CHECK_REFUSED(call(service, "ListCompute", "{\"FleetId\":\"%s\"}", demo.fleet_id), "NotFoundException");
    CHECK(has_event(service, "FLEET_DELETED"));
    CHECK_TEXT(session_field(service, session, "Status"), "TERMINATED");
    finish(service, &server);
}

TEST(deregistered_compute_takes_no_connections)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    deregister_compute(service, "local");
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK_INT(connect_as(service, &server, "p2", demo.auth_token), 403);
    finish(service, &server);
}

/* ---- controls ---- */

static int control(local_service *service, const char *name, const char *body)
{
    glift__text reply = {0};
    int status = local_service_control(service, clock_now, name, body, strlen(body), &reply);
    free(last_answer);
    last_answer = reply.bytes;
    return status;
}

TEST(refresh_sends_a_new_token_that_works)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    pass(service, 179000);
    CHECK_INT(control(service, "refresh", "{\"ProcessId\":\"p1\"}"), 200);
    CHECK_TEXT(pushed(&server), "RefreshConnection");
    CHECK_TEXT(field("RefreshConnectionEndpoint"), "ws://127.0.0.1:9080");
    char token[64];
    snprintf(token, sizeof token, "%s", field("AuthToken"));
    CHECK_INT(connect_as(service, &server, "p1", token), 101);
    finish(service, &server);
}

TEST(drop_cuts_the_sockets_or_closes_them_with_a_code)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(control(service, "drop", "{\"ProcessId\":\"p1\",\"CloseCode\":1001}"), 200);
    collect(&server, 1);
    CHECK(server.closed);
    CHECK_INT(server.close_code, 1001);
    CHECK_TEXT(server.close_reason, "closed by POST /_local/drop");
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    CHECK_INT(control(service, "drop", "{\"ProcessId\":\"p1\"}"), 200);
    collect(&server, 1);
    CHECK_INT(server.close_code, LOCAL_CUT);
    finish(service, &server);
}

TEST(push_does_not_go_to_a_socket_that_is_being_closed) /* S28 */
{
    game_server server, again;
    local_service *service = make_ready_service(&server);
    CHECK_INT(control(service, "drop", "{\"ProcessId\":\"p1\",\"CloseCode\":1001}"), 200);
    CHECK_INT(control(service, "terminate", "{\"ProcessId\":\"p1\"}"), 200);
    collect(&server, 1);
    CHECK(server.closed);
    CHECK_INT(server.count, 0);
    CHECK_INT(connect_as(service, &again, "p1", demo.auth_token), 101);
    local_service_closed(service, clock_now, server.connection);
    CHECK_TEXT(pushed(&again), "TerminateProcess");
    CHECK(!take(&again));
    finish(service, &again);
}

TEST(controls_check_their_input)
{
    local_service *service = make_service();
    CHECK_REFUSED(control(service, "drop", "{}"), "InvalidRequestException");
    CHECK_REFUSED(control(service, "drop", "{\"ProcessId\":\"nobody\"}"), "NotFoundException");
    CHECK_REFUSED(control(service, "explode", "{}"), "UnknownOperationException");
    CHECK_REFUSED(control(service, "advance", "{\"Milliseconds\":-1}"), "InvalidRequestException");
    CHECK_INT(control(service, "advance", "{\"Milliseconds\":5000}"), 200);
    CHECK_INT(local_service_take_jump(service), 5000);
    CHECK_INT(local_service_take_jump(service), 0);
    local_service_destroy(service);
}

TEST(terminate_gives_the_notice_that_was_asked_for)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(control(service, "terminate", "{\"ProcessId\":\"p1\",\"NoticeSeconds\":120}"), 200);
    collect(&server, 1);
    CHECK(take(&server));
    char expected[32];
    snprintf(expected, sizeof expected, "%lld", (long long)clock_now.unix_ms + 120000);
    CHECK_TEXT(field("TerminationTime"), expected);
    finish(service, &server);
}

/* ---- the whole ---- */

TEST(same_seed_gives_the_same_ids) /* S88 */
{
    char first[2][64];
    for (int i = 0; i < 2; i++) {
        local_service *service = make_service();
        CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
        snprintf(first[i], sizeof first[i], "%s", demo.fleet_id);
        local_service_destroy(service);
    }
    CHECK_TEXT(first[0], first[1]);
}

TEST(state_tells_no_token)
{
    game_server server;
    glift__text state = {0};
    local_service *service = make_ready_service(&server);
    CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
    CHECK(strstr(state.bytes, demo.auth_token) == NULL);
    CHECK_TEXT(field_of(state.bytes, "processes.0.state"), "READY");
    CHECK_TEXT(field_of(state.bytes, "processes.0.connected"), "true");
    glift__text_free(&state);
    finish(service, &server);
}

TEST(deadline_is_that_of_the_earliest_timer)
{
    game_server server;
    char session[300], seat[64];
    local_service *service = make_service();
    CHECK(local_service_deadline_ms(service) == UINT64_MAX);
    local_service_destroy(service);
    service = make_active_service(&server, 2, session);
    CHECK_INT(local_service_deadline_ms(service) - clock_now.mono_ms, 180000);
    reserve(service, session, "alice", seat);
    CHECK_INT(local_service_deadline_ms(service) - clock_now.mono_ms, 60000);
    finish(service, &server);
}

TEST(process_of_a_compute_that_is_gone_does_not_begin_anew)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    deregister_compute(service, "local");
    collect(&server, 1);
    forget(&server);
    end_process(&server);
    CHECK_INT(report_ready(&server, "again", 7777), 404);
    finish(service, &server);
}

TEST(new_life_has_the_address_that_its_compute_has_now)
{
    game_server server;
    char session[300], token[64];
    local_service *service = make_ready_service(&server);
    end_process(&server);
    deregister_compute(service, "local");
    register_compute(service, "local", "\"IpAddress\":\"192.0.2.7\"", token);
    ready(&server, 7777);
    create_session(service, 2, session);
    CHECK_TEXT(field("GameSession.IpAddress"), "192.0.2.7");
    forget(&server);
    finish(service, &server);
}

TEST(slashes_do_not_make_two_processes_one)
{
    game_server servers[2];
    char token[64];
    local_service *service = make_ready_service(&servers[0]);
    register_compute(service, "local/p1", "\"IpAddress\":\"127.0.0.1\"", token);
    CHECK_INT(connect_as(service, &servers[0], "p1/x", demo.auth_token), 101);
    snprintf(demo.compute_name, sizeof demo.compute_name, "local/p1");
    CHECK_INT(connect_as(service, &servers[1], "x", token), 101);
    glift__text state = {0};
    CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
    CHECK_TEXT(field_of(state.bytes, "processes"), "[3]");
    glift__text_free(&state);
    finish(service, &servers[0]);
}

/* ---- log ---- */

static void count_line(void *user, glift_log_level level, const char *text)
{
    unsigned *count = user;
    CHECK(level >= GLIFT_LOG_INFO && text[0] != '\0');
    ++*count;
}

TEST(lines_below_the_level_are_not_made)
{
    for (glift_log_level level = GLIFT_LOG_INFO; level <= GLIFT_LOG_WARNING; level++) {
        unsigned count = 0;
        local_service_desc desc = {.seed = 7, .log = count_line, .log_user = &count, .log_level = level};
        local_service *service;
        CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
        CHECK_INT(call(service, "ListFleets", "{}"), 200);      /* a debug line */
        CHECK_INT(call(service, "NoSuchOperation", "{}"), 400); /* an info line */
        CHECK_INT(count, level == GLIFT_LOG_INFO);
        local_service_destroy(service);
    }
    free(last_answer);
    last_answer = NULL;
}

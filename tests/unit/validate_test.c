/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "wire/validate.h"

#include <math.h>

#define SESSION       "arn:aws:gamelift:us-west-2::gamesession/fleet-1/gsess-1"
#define LIKE_AN_ARN   "bytes like arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/name"
#define OF_AN_ARN     "of a-z, A-Z, 0-9, ':', '/', '-'"
#define ROLE_SET      ": 1 to 256 " OF_AN_ARN ", '_', '+', '=', ',', '.', '@'"
#define OF_AN_ID      "of a-z, A-Z, 0-9, '.', '-'"
#define UTF8          "1 or more bytes of UTF-8"
#define CONFIGURATION "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/MyMatchmaker"

/* As many bytes as asked, in a static buffer. */
static const char *bytes(size_t count)
{
    static char text[2048];
    memset(text, 'a', count);
    text[count] = '\0';
    return text;
}

/* What is said against the request; "" if nothing. */
static const char *verdict(const glift__request_body *body)
{
    static char message[GLIFT__MESSAGE_SIZE];
    glift_status status = glift__validate_request(body, message);
    CHECK((status == GLIFT_OK) == (message[0] == '\0'));
    CHECK(status == GLIFT_OK || status == GLIFT_ERR_ARGUMENT);
    return message;
}

/* ---- ActivateServerProcess ---- */

/* P57 */
TEST(a_port_is_1_to_60000)
{
    static const struct {
        int port;
        const char *message;
    } cases[] = {
            {-1, "port is -1: 1 to 60000"},
            {0, "port is 0: 1 to 60000"},
            {1, ""},
            {60000, ""},
            {60001, "port is 60001: 1 to 60000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        glift__request_body body = {
                .action = GLIFT__ACTIVATE_SERVER_PROCESS, .as.activate_server_process.port = cases[i].port};
        CHECK_TEXT(verdict(&body), cases[i].message);
    }
}

TEST(a_log_path_is_utf8)
{
    const char *const paths[] = {"logs/\xC3\xA9", NULL, "", "logs/\xE9"};
    glift__request_body body = {.action = GLIFT__ACTIVATE_SERVER_PROCESS,
            .as.activate_server_process = {.port = 1, .log_paths = paths, .log_path_count = 3}};
    CHECK_TEXT(verdict(&body), "");
    body.as.activate_server_process.log_path_count = 4;
    CHECK_TEXT(verdict(&body), "number 4 of log_paths is not UTF-8: 1 or more bytes of UTF-8");
}

TEST(the_tool_is_utf8)
{
    glift__request_body body = {.action = GLIFT__ACTIVATE_SERVER_PROCESS,
            .as.activate_server_process = {.port = 1, .tool_name = "\xE9", .tool_version = "\xE9"}};
    CHECK_TEXT(verdict(&body), "tool_name is not UTF-8: 1 or more bytes of UTF-8");
    body.as.activate_server_process.tool_name = "Engine";
    CHECK_TEXT(verdict(&body), "tool_version is not UTF-8: 1 or more bytes of UTF-8");
}

/* ---- UpdatePlayerSessionCreationPolicy ---- */

/* P69 */
TEST(a_policy_is_accept_all_or_deny_all)
{
    for (int policy = -1; policy <= 3; policy++) {
        glift__request_body body = {.action = GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY,
                .as.update_policy.policy = (glift_player_session_creation_policy)policy};
        char refusal[64];
        snprintf(refusal, sizeof refusal, "policy is %d: ACCEPT_ALL (1) or DENY_ALL (2)", policy);
        CHECK_TEXT(verdict(&body), policy == 1 || policy == 2 ? "" : refusal);
    }
}

/* ---- AcceptPlayerSession, RemovePlayerSession ---- */

static const char *player_session_verdict(glift__action action, const char *id)
{
    glift__request_body body = {.action = action, .as.player_session.player_session_id = id};
    return verdict(&body);
}

/* P54, P55, P70, P72 */
TEST(a_player_session_id_is_required_then_short_then_of_the_pattern)
{
    static const glift__action actions[] = {GLIFT__ACCEPT_PLAYER_SESSION, GLIFT__REMOVE_PLAYER_SESSION};
    for (size_t i = 0; i < 2; i++) {
        CHECK_TEXT(
                player_session_verdict(actions[i], NULL), "player_session_id is empty: 1 to 256 " OF_AN_ID);
        CHECK_TEXT(player_session_verdict(actions[i], ""), "player_session_id is empty: 1 to 256 " OF_AN_ID);
        CHECK_TEXT(player_session_verdict(actions[i], bytes(257)),
                "player_session_id has 257 bytes: 1 to 256 " OF_AN_ID);
        CHECK_TEXT(player_session_verdict(actions[i], bytes(256)), "");
        CHECK_TEXT(player_session_verdict(actions[i], "psess_1"),
                "player_session_id is 'psess_1': 1 to 256 " OF_AN_ID);
        CHECK_TEXT(player_session_verdict(actions[i], "psess-1\n"),
                "player_session_id has a byte that is not allowed: 1 to 256 " OF_AN_ID);
        CHECK_TEXT(player_session_verdict(actions[i], "psess-3F1d.2c4b"), "");
    }
}

/* P54: bytes, not characters. */
TEST(a_length_is_counted_in_bytes)
{
    char id[1024] = "";
    for (int i = 0; i < 129; i++)
        strcat(id, "\xC3\xA9");
    CHECK_TEXT(player_session_verdict(GLIFT__ACCEPT_PLAYER_SESSION, id),
            "player_session_id has 258 bytes: 1 to 256 " OF_AN_ID);
}

/* ---- DescribePlayerSessions ---- */

static const char *describe_verdict(glift_describe_player_sessions_request request)
{
    glift__request_body body = {.action = GLIFT__DESCRIBE_PLAYER_SESSIONS, .as.describe = request};
    return verdict(&body);
}

#define DESCRIBE(...) describe_verdict((glift_describe_player_sessions_request){__VA_ARGS__})

/* P73 */
TEST(exactly_one_selector_describes_player_sessions)
{
#define ONE "exactly one of game_session_id, player_session_id and player_id is needed, not "
    CHECK_TEXT(DESCRIBE(.limit = 1), ONE "0");
    CHECK_TEXT(DESCRIBE(.player_id = "", .game_session_id = ""), ONE "0");
    CHECK_TEXT(DESCRIBE(.player_id = "p", .player_session_id = "psess-1"), ONE "2");
    CHECK_TEXT(DESCRIBE(.player_id = "p", .game_session_id = "not an arn"), ONE "2");
    CHECK_TEXT(DESCRIBE(.player_id = "p", .game_session_id = ""), "");
    CHECK_TEXT(DESCRIBE(.game_session_id = "not an arn", .status_filter = (glift_player_session_status)9),
            "game_session_id is 'not an arn': 1 to 256 " OF_AN_ARN); /* the first that is wrong is named */
    CHECK_TEXT(DESCRIBE(.player_session_id = "psess 1"), "");
    CHECK_TEXT(DESCRIBE(.game_session_id = SESSION), "");
}

/* P75 */
TEST(a_game_session_id_in_describe_is_an_arn)
{
    CHECK_TEXT(DESCRIBE(.game_session_id = "arn:aws:gamelift_x"),
            "game_session_id is 'arn:aws:gamelift_x': 1 to 256 " OF_AN_ARN);
    CHECK_TEXT(DESCRIBE(.game_session_id = bytes(256)), "");
    CHECK_TEXT(DESCRIBE(.game_session_id = bytes(257)), "game_session_id has 257 bytes: 1 to 256 " OF_AN_ARN);
}

TEST(player_ids_in_describe_are_up_to_1024_bytes_of_utf8)
{
    CHECK_TEXT(DESCRIBE(.player_id = bytes(1024)), "");
    CHECK_TEXT(DESCRIBE(.player_id = bytes(1025)), "player_id has 1025 bytes: 1 to 1024 bytes of UTF-8");
    CHECK_TEXT(DESCRIBE(.player_session_id = bytes(1025)),
            "player_session_id has 1025 bytes: 1 to 1024 bytes of UTF-8");
    CHECK_TEXT(DESCRIBE(.player_id = "\xFF"), "player_id is not UTF-8: 1 to 1024 bytes of UTF-8");
    CHECK_TEXT(DESCRIBE(.player_id = "p", .next_token = "\xFF"),
            "next_token is not UTF-8: 1 or more bytes of UTF-8");
}

/* P74 */
TEST(a_status_filter_is_one_of_four)
{
    for (int filter = -1; filter <= 5; filter++) {
        char refusal[128];
        snprintf(refusal, sizeof refusal,
                "status_filter is %d: NOT_SET (0), RESERVED (1), ACTIVE (2), COMPLETED (3) or TIMEDOUT (4)",
                filter);
        CHECK_TEXT(DESCRIBE(.player_id = "p", .status_filter = (glift_player_session_status)filter),
                filter >= 0 && filter <= 4 ? "" : refusal);
    }
}

/* ---- StartMatchBackfill ---- */

static const glift_player one_player = {.player_id = "p"};

static const char *start_verdict(
        const char *session, const char *configuration, const char *ticket, const glift_player *player)
{
    glift__request_body body = {.action = GLIFT__START_MATCH_BACKFILL,
            .as.start_match_backfill = {
                    .game_session_arn = session,
                    .matchmaking_configuration_arn = configuration,
                    .ticket_id = ticket,
                    .players = player,
                    .player_count = player != NULL,
            }};
    return verdict(&body);
}

/* P80 */
TEST(a_backfill_has_players)
{
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, "t", &one_player), "");
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, "t", NULL), "players is empty: 1 or more players");
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, "t", &(glift_player){.player_id = ""}),
            "player 1: player_id is empty: " UTF8);
    glift__request_body body = {.action = GLIFT__START_MATCH_BACKFILL,
            .as.start_match_backfill = {.game_session_arn = SESSION,
                    .matchmaking_configuration_arn = CONFIGURATION,
                    .players = &one_player}};
    CHECK_TEXT(verdict(&body), "players is empty: 1 or more players");
}

TEST(the_session_of_a_backfill_start_is_an_arn_of_any_kind)
{
    CHECK_TEXT(start_verdict(NULL, CONFIGURATION, "", &one_player),
            "game_session_arn is empty: 1 to 256 " OF_AN_ARN);
    CHECK_TEXT(start_verdict("arn:x", CONFIGURATION, "", &one_player), "");
    CHECK_TEXT(start_verdict("arn x", CONFIGURATION, "", &one_player),
            "game_session_arn is 'arn x': 1 to 256 " OF_AN_ARN);
    CHECK_TEXT(start_verdict(bytes(257), CONFIGURATION, "", &one_player),
            "game_session_arn has 257 bytes: 1 to 256 " OF_AN_ARN);
}

static const char *configuration_verdict(const char *arn)
{
    return start_verdict(SESSION, arn, "", &one_player);
}

/* P81: the GameLift ARN, branch by branch. */
TEST(a_matchmaking_configuration_is_a_gamelift_arn)
{
    static const char *const good[] = {
            CONFIGURATION,
            "arn:aws-cn:gamelift:cn-north-1:123456789012:matchmakingconfiguration/x",
            "arn:aws:gamelift:us-east-1::matchmakingconfiguration/x",
            "arn:aws:gamelift:ap-southeast-2::a/b/c d",
            "arn:aws:gamelift:us-east-1::x/\xC3\xA9",
    };
    static const char *const bad[] = {
            "MyMatchmaker",
            "arn:aws-us-gov:gamelift:us-gov-west-1:123456789012:matchmakingconfiguration/x",
            "arn:aws:gamelift:us-gov-west-1:123456789012:matchmakingconfiguration/x",
            "arn:aws:ec2:us-east-1:123456789012:matchmakingconfiguration/x",
            "arn:aws:gamelift:local::matchmakingconfiguration/x",
            "arn:aws:gamelift:us-east-12::matchmakingconfiguration/x",
            "arn:aws:gamelift:us-east-::matchmakingconfiguration/x",
            "arn:aws:gamelift:use-east-1::matchmakingconfiguration/x",
            "arn:aws:gamelift:US-east-1::matchmakingconfiguration/x",
            "arn:aws:gamelift:us--1::matchmakingconfiguration/x",
            "arn:aws:gamelift:us-east-1:12345678901:matchmakingconfiguration/x",
            "arn:aws:gamelift:us-east-1:1234567890123:matchmakingconfiguration/x",
            "arn:aws:gamelift:us-east-1:12345678901a:matchmakingconfiguration/x",
            "arn:aws:gamelift:us-east-1::/x",
            "arn:aws:gamelift:us-east-1::Matchmaking/x",
            "arn:aws:gamelift:us-east-1::matchmakingconfiguration",
            "arn:aws:gamelift:us-east-1::matchmakingconfiguration/",
            "arn:aws:gamelift:us-east-1::matchmakingconfiguration/x\ny",
            (" " CONFIGURATION),
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK_TEXT(configuration_verdict(good[i]), "");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_CONTAINS(configuration_verdict(bad[i]), ": 1 to 256 " LIKE_AN_ARN);
    CHECK_TEXT(configuration_verdict("MyMatchmaker"),
            "matchmaking_configuration_arn is 'MyMatchmaker': 1 to 256 " LIKE_AN_ARN);
    CHECK_TEXT(configuration_verdict(""), "matchmaking_configuration_arn is empty: 1 to 256 " LIKE_AN_ARN);
    CHECK_TEXT(configuration_verdict(bytes(257)),
            "matchmaking_configuration_arn has 257 bytes: 1 to 256 " LIKE_AN_ARN);
}

/* P82 */
TEST(a_ticket_id_is_optional_in_start)
{
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, NULL, &one_player), "");
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, bytes(128), &one_player), "");
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, bytes(129), &one_player),
            "ticket_id has 129 bytes: 1 to 128 " OF_AN_ID);
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, "ticket_1", &one_player),
            "ticket_id is 'ticket_1': 1 to 128 " OF_AN_ID);
}

static const char *attribute_verdict(glift_player_attribute attribute)
{
    const glift_player player = {.player_id = "p", .attributes = &attribute, .attribute_count = 1};
    return start_verdict(SESSION, CONFIGURATION, "", &player);
}

/* P53 */
TEST(a_number_that_is_not_finite_is_named_with_its_player)
{
    const glift_double_entry entries[] = {{"a", 1}, {"b", -INFINITY}};
    static const char not_finite[] = "player 1: attribute 'skill' is no finite number";
    CHECK_TEXT(attribute_verdict((glift_player_attribute){"skill", GLIFT_ATTRIBUTE_DOUBLE, .number = 1}), "");
    CHECK_TEXT(attribute_verdict((glift_player_attribute){"skill", GLIFT_ATTRIBUTE_DOUBLE, .number = NAN}),
            not_finite);
    CHECK_TEXT(attribute_verdict((glift_player_attribute){
                       "skill", GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP, .double_map = entries, .double_count = 2}),
            "player 1: attribute 'skill' has a value that is no finite number");
    CHECK_TEXT(
            attribute_verdict((glift_player_attribute){"skill", GLIFT_ATTRIBUTE_STRING, .number = NAN}), "");
}

TEST(what_json_cannot_hold_is_refused_in_every_text_of_a_player)
{
    static const char bad[] = "\xC0";
    const char *const strings[] = {"ok", bad};
    const glift_double_entry entry = {bad, 1};
    const glift_player_latency latency = {bad, 20};
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, "", &(glift_player){.player_id = bad}),
            "player 1: player_id is not UTF-8: " UTF8);
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, "", &(glift_player){.player_id = "p", .team = bad}),
            "player 1: team is not UTF-8: " UTF8);
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, "",
                       &(glift_player){.player_id = "p", .latencies = &latency, .latency_count = 1}),
            "player 1: a region of its latencies is not UTF-8: " UTF8);
    CHECK_TEXT(attribute_verdict((glift_player_attribute){.name = bad}),
            "player 1: the name of an attribute is not UTF-8: " UTF8);
    CHECK_TEXT(attribute_verdict((glift_player_attribute){"a", GLIFT_ATTRIBUTE_STRING, .string = bad}),
            "player 1: attribute 'a' is not UTF-8: " UTF8);
    CHECK_TEXT(attribute_verdict((glift_player_attribute){"", GLIFT_ATTRIBUTE_STRING, .string = bad}),
            "player 1: the name of an attribute is empty: " UTF8); /* the first that is wrong is named */
    CHECK_TEXT(attribute_verdict((glift_player_attribute){"a", GLIFT_ATTRIBUTE_DOUBLE, .string = bad}), "");
    CHECK_TEXT(attribute_verdict((glift_player_attribute){
                       "a", GLIFT_ATTRIBUTE_STRING_LIST, .string_list = strings, .string_count = 2}),
            "player 1: number 2 of attribute 'a' is not UTF-8: " UTF8);
    CHECK_TEXT(attribute_verdict((glift_player_attribute){
                       "a", GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP, .double_map = &entry, .double_count = 1}),
            "player 1: a key of attribute 'a' is not UTF-8: " UTF8);
}

TEST(an_attribute_has_a_name_and_a_known_type)
{
    const glift_double_entry entry = {"", 1};
    const glift_player_latency latency = {"", 20};
    CHECK_TEXT(attribute_verdict((glift_player_attribute){.name = NULL}),
            "player 1: the name of an attribute is empty: " UTF8);
    CHECK_TEXT(attribute_verdict((glift_player_attribute){
                       "a", GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP, .double_map = &entry, .double_count = 1}),
            "player 1: a key of attribute 'a' is empty: " UTF8);
    CHECK_TEXT(start_verdict(SESSION, CONFIGURATION, "",
                       &(glift_player){.player_id = "p", .latencies = &latency, .latency_count = 1}),
            "player 1: a region of its latencies is empty: " UTF8);
    CHECK_TEXT(attribute_verdict((glift_player_attribute){.name = "a", .type = (glift_attribute_type)5}),
            "player 1: attribute 'a' has type 5: GLIFT_ATTRIBUTE_NONE (0) to _STRING_DOUBLE_MAP (4)");
    CHECK_TEXT(attribute_verdict((glift_player_attribute){.name = "a", .type = (glift_attribute_type)-1}),
            "player 1: attribute 'a' has type -1: GLIFT_ATTRIBUTE_NONE (0) to _STRING_DOUBLE_MAP (4)");
}

TEST(an_attribute_whose_name_no_message_can_hold_goes_by_its_number)
{
    static const char message[] =
            "player 1: number 1 of its attributes has type 5: GLIFT_ATTRIBUTE_NONE (0) to "
            "_STRING_DOUBLE_MAP (4)";
    CHECK_TEXT(
            attribute_verdict((glift_player_attribute){.name = bytes(65), .type = (glift_attribute_type)5}),
            message);
    CHECK_TEXT(attribute_verdict((glift_player_attribute){.name = "a\nb", .type = (glift_attribute_type)5}),
            message);
    CHECK_CONTAINS(
            attribute_verdict((glift_player_attribute){.name = bytes(64), .type = (glift_attribute_type)5}),
            "aaa' has type 5");
}

TEST(a_list_that_is_null_has_no_count)
{
    glift__request_body body = {.action = GLIFT__START_MATCH_BACKFILL,
            .as.start_match_backfill = {.game_session_arn = SESSION,
                    .matchmaking_configuration_arn = CONFIGURATION,
                    .player_count = 3}};
    CHECK_TEXT(verdict(&body), "players is NULL, but player_count is 3");
    CHECK_TEXT(start_verdict(
                       SESSION, CONFIGURATION, "t", &(glift_player){.player_id = "p", .attribute_count = 2}),
            "player 1: attributes is NULL, but attribute_count is 2");
    CHECK_TEXT(
            start_verdict(SESSION, CONFIGURATION, "t", &(glift_player){.player_id = "p", .latency_count = 1}),
            "player 1: latencies is NULL, but latency_count is 1");
    CHECK_TEXT(attribute_verdict((glift_player_attribute){
                       .name = "a", .type = GLIFT_ATTRIBUTE_STRING_LIST, .string_count = 5}),
            "player 1: string_list of attribute 'a' is NULL, but string_count is 5");
    CHECK_TEXT(attribute_verdict((glift_player_attribute){
                       .name = "a", .type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP, .double_count = 4}),
            "player 1: double_map of attribute 'a' is NULL, but double_count is 4");
    CHECK_TEXT(attribute_verdict((glift_player_attribute){
                       .name = "a", .type = GLIFT_ATTRIBUTE_STRING, .string_count = 5, .double_count = 6}),
            ""); /* only the members of its type are read */
    body = (glift__request_body){.action = GLIFT__ACTIVATE_SERVER_PROCESS,
            .as.activate_server_process = {.port = 7777, .log_path_count = 1}};
    CHECK_TEXT(verdict(&body), "log_paths is NULL, but log_path_count is 1");
}

/* ---- StopMatchBackfill ---- */

static const char *stop_verdict(const char *session, const char *configuration, const char *ticket)
{
    glift__request_body body = {.action = GLIFT__STOP_MATCH_BACKFILL,
            .as.stop_match_backfill = {
                    .game_session_arn = session,
                    .matchmaking_configuration_arn = configuration,
                    .ticket_id = ticket,
            }};
    return verdict(&body);
}

/* P82, P85 */
TEST(a_backfill_stop_needs_two_gamelift_arns_and_a_ticket)
{
    char long_arn[400] = CONFIGURATION;
    memset(long_arn + strlen(CONFIGURATION), 'x', 300);
    CHECK_TEXT(stop_verdict(SESSION, CONFIGURATION, "t"), "");
    CHECK_TEXT(stop_verdict("", CONFIGURATION, "t"), "game_session_arn is empty: 1 to 256 " LIKE_AN_ARN);
    CHECK_TEXT(
            stop_verdict("arn:x", CONFIGURATION, "t"), "game_session_arn is 'arn:x': 1 to 256 " LIKE_AN_ARN);
    CHECK_TEXT(stop_verdict(SESSION, "arn:x", "t"),
            "matchmaking_configuration_arn is 'arn:x': 1 or more " LIKE_AN_ARN);
    CHECK_TEXT(
            stop_verdict(SESSION, "", "t"), "matchmaking_configuration_arn is empty: 1 or more " LIKE_AN_ARN);
    CHECK_TEXT(stop_verdict(SESSION, long_arn, "t"), ""); /* no maximum here */
    CHECK_TEXT(stop_verdict(SESSION, CONFIGURATION, ""), "ticket_id is empty: 1 to 128 " OF_AN_ID);
    CHECK_TEXT(stop_verdict(SESSION, CONFIGURATION, bytes(128)), "");
    CHECK_TEXT(
            stop_verdict(SESSION, CONFIGURATION, bytes(129)), "ticket_id has 129 bytes: 1 to 128 " OF_AN_ID);
    CHECK_TEXT(
            stop_verdict(SESSION, CONFIGURATION, "ticket_1"), "ticket_id is 'ticket_1': 1 to 128 " OF_AN_ID);
}

/* ---- GetFleetRoleCredentials ---- */

static const char *role_verdict(const char *arn, const char *session_name)
{
    glift__request_body body = {.action = GLIFT__GET_FLEET_ROLE_CREDENTIALS,
            .as.role_credentials = {.role_arn = arn, .role_session_name = session_name}};
    return verdict(&body);
}

/* P88 */
TEST(a_role_session_name_is_2_to_64_bytes)
{
    static const char role[] = "arn:aws:iam::123456789012:role/x";
#define NAME_SET ": 2 to 64 of a-z, A-Z, 0-9, '_', '+', '=', ',', '.', '@', '-'"
    CHECK_TEXT(role_verdict(role, ""), ""); /* the core makes one */
    CHECK_TEXT(role_verdict(role, bytes(1)), "role_session_name has 1 byte" NAME_SET);
    CHECK_TEXT(role_verdict(role, bytes(2)), "");
    CHECK_TEXT(role_verdict(role, bytes(64)), "");
    CHECK_TEXT(role_verdict(role, bytes(65)), "role_session_name has 65 bytes" NAME_SET);
    CHECK_TEXT(role_verdict(role, "aZ09_+=,.@-"), "");
    CHECK_TEXT(role_verdict(role, "a b"), "role_session_name is 'a b'" NAME_SET);
    CHECK_TEXT(role_verdict(role, "a/b"), "role_session_name is 'a/b'" NAME_SET);
}

/* Differs from the official SDKs, which refuse role names that IAM allows (wire protocol 8.2, 15). */
TEST(a_role_arn_may_hold_whatever_iam_allows)
{
    CHECK_TEXT(role_verdict("arn:aws:iam::123456789012:role/My_Role+=,.@-x", "name"), "");
    CHECK_TEXT(role_verdict("arn:aws:iam::1:role/a b", "name"),
            "role_arn is 'arn:aws:iam::1:role/a b'" ROLE_SET);
    CHECK_TEXT(role_verdict("", "name"), "role_arn is empty" ROLE_SET);
    CHECK_TEXT(role_verdict(bytes(257), "name"), "role_arn has 257 bytes" ROLE_SET);
}

TEST(requests_without_arguments_have_nothing_to_refuse)
{
    static const glift__action actions[] = {GLIFT__TERMINATE_SERVER_PROCESS, GLIFT__HEARTBEAT_SERVER_PROCESS,
            GLIFT__ACTIVATE_GAME_SESSION, GLIFT__GET_COMPUTE_CERTIFICATE};
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        CHECK_TEXT(verdict(&(glift__request_body){.action = actions[i]}), "");
}

/* ---- identity ---- */

static glift__identity by_token(void)
{
    return (glift__identity){
            .websocket_url = "wss://host",
            .auth_token = "secret-token",
            .process_id = "any process id at all",
            .host_id = "HardwareAnywhere",
            .fleet_id = "fleet-1234",
    };
}

static glift__identity by_keys(void)
{
    glift__identity identity = by_token();
    identity.auth_token = "";
    identity.aws_region = "us-west-2";
    identity.access_key = "key";
    identity.secret_key = "secret";
    return identity;
}

static const char *identity_verdict(const glift__identity *identity)
{
    static char message[GLIFT__MESSAGE_SIZE];
    glift_status status = glift__validate_identity(identity, message);
    CHECK((status == GLIFT_OK) == (message[0] == '\0'));
    CHECK(strstr(message, "secret-token") == NULL);
    return message;
}

/* P28, P42 */
TEST(an_identity_has_a_token_or_a_region_before_anything_else)
{
    glift__identity identity = {0};
    CHECK_TEXT(identity_verdict(&identity),
            "Failed to provide a valid authorization strategy: Either AuthToken or "
            "AwsRegion and AwsCredentials are required");
    identity.container = true;
    CHECK_TEXT(identity_verdict(&identity),
            "Failed to provide a valid authorization strategy: Either AuthToken or AwsRegion are required");
    identity = by_token();
    CHECK_TEXT(identity_verdict(&identity), "");
    identity = by_keys();
    CHECK_TEXT(identity_verdict(&identity), "");
}

/* P43 */
TEST(url_and_process_id_are_required)
{
    glift__identity identity = by_token();
    identity.process_id = NULL;
    CHECK_TEXT(identity_verdict(&identity), "ProcessID is required.");
    identity.websocket_url = "";
    CHECK_TEXT(identity_verdict(&identity), "WebSocketURL is required.");
    identity.websocket_url = "https://host";
    CHECK_TEXT(identity_verdict(&identity),
            "WebSocketURL is invalid: the URL does not begin with wss:// or ws://.");
}

/* P44 */
TEST(a_fleet_id_is_an_id_and_no_arn)
{
    glift__identity identity = by_token();
    identity.fleet_id = "";
    CHECK_TEXT(identity_verdict(&identity), "FleetID is required.");
    identity.fleet_id = bytes(256);
    CHECK_TEXT(identity_verdict(&identity), "");
    identity.fleet_id = bytes(257);
    CHECK_TEXT(
            identity_verdict(&identity), "FleetID is invalid. Length must be between 1 and 256 characters.");
    identity.fleet_id = "arn:aws:gamelift:us-west-2:123456789012:fleet/fleet-1";
    CHECK_TEXT(identity_verdict(&identity), "FleetID is invalid. Must match the pattern: ^[a-zA-Z0-9.-]+$.");
}

/* P45 */
TEST(a_host_id_may_have_one_slash)
{
    static const char pattern[] =
            "HostID is invalid. Must match the pattern: ^[a-zA-Z0-9\\-]+(\\/[a-zA-Z0-9\\-]+)?$.";
    static const char *const good[] = {"Hardware-Anywhere", "a/b", "-/-"};
    static const char *const bad[] = {"/", "a/", "/b", "a/b/c", "a//b", "a.b", "a b", "a/b "};
    glift__identity identity = by_token();
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        identity.host_id = good[i];
        CHECK_TEXT(identity_verdict(&identity), "");
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        identity.host_id = bad[i];
        CHECK_TEXT(identity_verdict(&identity), pattern);
    }
    identity.host_id = "";
    CHECK_TEXT(identity_verdict(&identity), "HostID is required.");
    identity.host_id = bytes(257);
    CHECK_TEXT(
            identity_verdict(&identity), "HostID is invalid. Length must be between 1 and 256 characters.");
}

/* P46 */
TEST(signing_outside_containers_needs_both_keys)
{
    static const char keys[] =
            "Failed to provide a valid authorization strategy: AccessKey and SecretKey are required";
    glift__identity identity = by_keys();
    identity.secret_key = NULL;
    CHECK_TEXT(identity_verdict(&identity), keys);
    identity = by_keys();
    identity.access_key = "";
    CHECK_TEXT(identity_verdict(&identity), keys);
    identity.container = true;
    identity.host_id = "";
    CHECK_TEXT(identity_verdict(&identity), "");
}

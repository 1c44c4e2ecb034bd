/* SPDX-License-Identifier: Apache-2.0 */
/* Why a call was refused, in one sentence: each request with each argument that is no good, and at each
 * moment that is too early or too late. The log says the same. */
#include "test.h"

#include "game.h"
#include "wire/requests.h"

#include <math.h>

#define CONFIGURATION "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/MyMatchmaker"
#define LIKE_AN_ARN   "bytes like arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/name"
#define OF_AN_ARN     "of a-z, A-Z, 0-9, ':', '/', '-'"
#define OF_AN_ID      "of a-z, A-Z, 0-9, '.', '-'"

static fake_socket *socket;

/* As many bytes as asked, in a static buffer. */
static const char *bytes(size_t count)
{
    static char text[2048];
    memset(text, 'a', count);
    text[count] = '\0';
    return text;
}

/* Has this call just been refused so, in the log too? */
static void check_refused(const char *file, int line, glift_status status, glift_status expected,
        const char *call, const char *refusal)
{
    char logged[512];
    const char *said = glift_get_last_refusal(the.server);
    if (status != expected || strcmp(said, refusal) != 0) {
        printf("# %s, \"%s\", instead of \"%s\"\n", glift_status_name(status), said, refusal);
        test_fail(file, line, "is refused so");
    }
    snprintf(logged, sizeof logged, "%s was not sent: %s\n", call, refusal);
    the.log[0] = '\0';
    tick();
    CHECK_CONTAINS(the.log, logged);
}

#define REFUSED_FOR(status, expected, call, refusal)                                                         \
    check_refused(__FILE__, __LINE__, (status), (expected), (call), (refusal))
#define REFUSED(status, call, refusal) REFUSED_FOR((status), GLIFT_ERR_ARGUMENT, (call), (refusal))

/* ---- the calls ---- */

#define READY(...)                                                                                           \
    glift_process_ready(the.server,                                                                          \
            &(const glift_process_parameters){.size_bytes = sizeof(glift_process_parameters), __VA_ARGS__},  \
            on_answer, NULL)
#define DESCRIBE(...)                                                                                        \
    glift_describe_player_sessions(the.server,                                                               \
            &(const glift_describe_player_sessions_request){                                                 \
                    .size_bytes = sizeof(glift_describe_player_sessions_request), __VA_ARGS__},              \
            on_answer, NULL)
#define START(...)                                                                                           \
    glift_start_match_backfill(the.server,                                                                   \
            &(const glift_start_match_backfill_request){                                                     \
                    .size_bytes = sizeof(glift_start_match_backfill_request), __VA_ARGS__},                  \
            on_answer, NULL)
#define STOP(...)                                                                                            \
    glift_stop_match_backfill(the.server,                                                                    \
            &(const glift_stop_match_backfill_request){                                                      \
                    .size_bytes = sizeof(glift_stop_match_backfill_request), __VA_ARGS__},                   \
            on_answer, NULL)

static glift_status set_policy(int policy)
{
    return glift_update_player_session_creation_policy(
            the.server, (glift_player_session_creation_policy)policy, on_answer, NULL);
}

static glift_status role(const char *arn, const char *name)
{
    return glift_get_fleet_role_credentials(the.server, arn, name, on_answer, NULL);
}

/* ---- arguments ---- */

TEST(P57_process_ready_says_what_is_wrong_with_port_and_log_paths)
{
    static const char *const paths[] = {"/logs/a", "/logs/\xFF"};
    new_game();
    connected_game();
    REFUSED(READY(.port = 0), "ProcessReady", "port is 0: 1 to 60000");
    REFUSED(READY(.port = -7), "ProcessReady", "port is -7: 1 to 60000");
    REFUSED(READY(.port = 60001), "ProcessReady", "port is 60001: 1 to 60000");
    REFUSED(READY(.port = 1, .log_paths = paths, .log_path_count = 2), "ProcessReady",
            "number 2 of log_paths is not UTF-8: 1 or more bytes of UTF-8");
    REFUSED(READY(.port = 1, .log_path_count = 2), "ProcessReady",
            "log_paths is NULL, but log_path_count is 2");
    REFUSED(glift_process_ready(the.server, NULL, on_answer, NULL), "ProcessReady",
            "parameters is required.");
    REFUSED(glift_process_ready(the.server, &(glift_process_parameters){.port = 1}, on_answer, NULL),
            "ProcessReady", "parameters.size_bytes is invalid. It must be sizeof(glift_process_parameters).");
    end_game();
}

TEST(process_ready_says_that_the_tool_of_the_server_is_not_utf8)
{
    new_game();
    the.desc.tool_name = "\xE9";
    connected_game();
    REFUSED(READY(.port = 1), "ProcessReady", "tool_name is not UTF-8: 1 or more bytes of UTF-8");
    end_game();
    new_game();
    the.desc.tool_version = "\xE9";
    connected_game();
    REFUSED(READY(.port = 1), "ProcessReady", "tool_version is not UTF-8: 1 or more bytes of UTF-8");
    end_game();
}

TEST(P69_a_policy_that_is_neither_is_named_with_the_two_that_there_are)
{
    new_game();
    hosting_game();
    static const char call[] = "UpdatePlayerSessionCreationPolicy";
    REFUSED(set_policy(0), call, "policy is 0: ACCEPT_ALL (1) or DENY_ALL (2)");
    REFUSED(set_policy(3), call, "policy is 3: ACCEPT_ALL (1) or DENY_ALL (2)");
    end_game();
}

TEST(P70_P72_a_player_session_id_is_named_with_its_limit)
{
    static const struct {
        const char *call;
        glift_status (*make)(glift_server *, const char *, glift_done_fn, void *);
    } calls[] = {{"AcceptPlayerSession", glift_accept_player_session},
            {"RemovePlayerSession", glift_remove_player_session}};
    static const struct {
        const char *id, *fault;
    } ids[] = {
            {NULL, "is empty"},
            {"", "is empty"},
            {"psess_1", "is 'psess_1'"},
            {"\xC3\xA9", "is '\xC3\xA9'"},
            {"psess-1\n", "has a byte that is not allowed"}, /* nothing that would break the log's line */
            {"\xFF", "is not UTF-8"},
    };
    char refusal[GLIFT__MESSAGE_SIZE];
    new_game();
    hosting_game();
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < sizeof ids / sizeof ids[0]; j++) {
            snprintf(refusal, sizeof refusal, "player_session_id %s: 1 to 256 " OF_AN_ID, ids[j].fault);
            REFUSED(calls[i].make(the.server, ids[j].id, on_answer, NULL), calls[i].call, refusal);
        }
        REFUSED(calls[i].make(the.server, bytes(257), on_answer, NULL), calls[i].call,
                "player_session_id has 257 bytes: 1 to 256 " OF_AN_ID);
    }
    end_game();
}

TEST(a_value_is_shown_up_to_64_bytes)
{
    char id[80], refusal[2 * GLIFT__MESSAGE_SIZE];
    new_game();
    hosting_game();
    snprintf(id, sizeof id, "_%.63s", bytes(63));
    snprintf(refusal, sizeof refusal, "player_session_id is '%s': 1 to 256 " OF_AN_ID, id);
    REFUSED(glift_accept_player_session(the.server, id, on_answer, NULL), "AcceptPlayerSession", refusal);
    snprintf(id, sizeof id, "_%.64s", bytes(64));
    REFUSED(glift_accept_player_session(the.server, id, on_answer, NULL), "AcceptPlayerSession",
            "player_session_id has a byte that is not allowed: 1 to 256 " OF_AN_ID);
    end_game();
}

TEST(P73_P74_P75_describe_says_what_is_wrong_with_its_selectors)
{
    static const char call[] = "DescribePlayerSessions";
    static const char one[] =
            "exactly one of game_session_id, player_session_id and player_id is needed, not ";
    char refusal[GLIFT__MESSAGE_SIZE];
    new_game();
    ready_game();
    snprintf(refusal, sizeof refusal, "%s0", one);
    REFUSED(DESCRIBE(.limit = 1), call, refusal);
    snprintf(refusal, sizeof refusal, "%s3", one);
    REFUSED(DESCRIBE(.game_session_id = SESSION, .player_id = "p", .player_session_id = "s"), call, refusal);
    REFUSED(DESCRIBE(.game_session_id = "a b"), call, "game_session_id is 'a b': 1 to 256 " OF_AN_ARN);
    REFUSED(DESCRIBE(.game_session_id = bytes(257)), call,
            "game_session_id has 257 bytes: 1 to 256 " OF_AN_ARN);
    REFUSED(DESCRIBE(.player_id = bytes(1025)), call, "player_id has 1025 bytes: 1 to 1024 bytes of UTF-8");
    REFUSED(DESCRIBE(.player_id = "\xFF"), call, "player_id is not UTF-8: 1 to 1024 bytes of UTF-8");
    REFUSED(DESCRIBE(.player_session_id = bytes(1025)), call,
            "player_session_id has 1025 bytes: 1 to 1024 bytes of UTF-8");
    REFUSED(DESCRIBE(.player_id = "p", .status_filter = (glift_player_session_status)9), call,
            "status_filter is 9: NOT_SET (0), RESERVED (1), ACTIVE (2), COMPLETED (3) or TIMEDOUT (4)");
    REFUSED(DESCRIBE(.player_id = "p", .next_token = "\xFF"), call,
            "next_token is not UTF-8: 1 or more bytes of UTF-8");
    REFUSED(glift_describe_player_sessions(the.server, NULL, on_answer, NULL), call, "request is required.");
    end_game();
}

TEST(P80_P81_P82_a_backfill_start_says_what_is_wrong)
{
    static const char call[] = "StartMatchBackfill";
    static const glift_player one = {.player_id = "p"};
    new_game();
    hosting_game();
#define WITH(...) START(.matchmaking_configuration_arn = CONFIGURATION, __VA_ARGS__)
    REFUSED(START(.players = &one, .player_count = 1), call,
            "matchmaking_configuration_arn is empty: 1 to 256 " LIKE_AN_ARN);
    REFUSED(START(.matchmaking_configuration_arn = "MyMatchmaker", .players = &one, .player_count = 1), call,
            "matchmaking_configuration_arn is 'MyMatchmaker': 1 to 256 " LIKE_AN_ARN);
    REFUSED(WITH(.game_session_arn = "a b", .players = &one, .player_count = 1), call,
            "game_session_arn is 'a b': 1 to 256 " OF_AN_ARN);
    REFUSED(WITH(.ticket_id = "a b", .players = &one, .player_count = 1), call,
            "ticket_id is 'a b': 1 to 128 " OF_AN_ID);
    REFUSED(WITH(.ticket_id = bytes(129), .players = &one, .player_count = 1), call,
            "ticket_id has 129 bytes: 1 to 128 " OF_AN_ID);
    REFUSED(WITH(.ticket_id = "t"), call, "players is empty: 1 or more players");
    REFUSED(WITH(.player_count = 3), call, "players is NULL, but player_count is 3");
#undef WITH
    end_game();
}

static glift_status start_with(const glift_player *second)
{
    const glift_player players[] = {{.player_id = "p"}, *second};
    return START(.matchmaking_configuration_arn = CONFIGURATION, .players = players, .player_count = 2);
}

static glift_status start_with_attribute(const glift_player_attribute *attribute)
{
    const glift_player second = {.player_id = "q", .attributes = attribute, .attribute_count = 1};
    return start_with(&second);
}

#define UTF8 "1 or more bytes of UTF-8"

TEST(a_player_of_a_backfill_is_named_by_number_and_by_what_is_wrong)
{
    static const char call[] = "StartMatchBackfill";
    static const glift_player_latency no_region = {"", 20}, bad_region = {"\xC0", 20};
    new_game();
    hosting_game();
#define PLAYER(refusal, ...) REFUSED(start_with(&(glift_player){__VA_ARGS__}), call, "player 2: " refusal)
    PLAYER("player_id is empty: " UTF8, .player_id = "");
    PLAYER("player_id is not UTF-8: " UTF8, .player_id = "\xC0");
    PLAYER("team is not UTF-8: " UTF8, .player_id = "q", .team = "\xC0");
    PLAYER("attributes is NULL, but attribute_count is 2", .player_id = "q", .attribute_count = 2);
    PLAYER("latencies is NULL, but latency_count is 1", .player_id = "q", .latency_count = 1);
    PLAYER("a region of its latencies is empty: " UTF8, .player_id = "q", .latencies = &no_region,
            .latency_count = 1);
    PLAYER("a region of its latencies is not UTF-8: " UTF8, .player_id = "q", .latencies = &bad_region,
            .latency_count = 1);
#undef PLAYER
    end_game();
}

TEST(an_attribute_of_a_player_is_named)
{
    static const char call[] = "StartMatchBackfill", bad[] = "\xC0";
    static const char *const strings[] = {"ok", bad};
    static const glift_double_entry no_key = {"", 1}, bad_key = {bad, 1},
                                    infinite[] = {{"a", 1}, {"b", HUGE_VAL}};
    new_game();
    hosting_game();
#define ATTRIBUTE(refusal, ...)                                                                              \
    REFUSED(start_with_attribute(&(glift_player_attribute){__VA_ARGS__}), call, "player 2: " refusal)
    ATTRIBUTE("the name of an attribute is empty: " UTF8, .name = NULL);
    ATTRIBUTE("the name of an attribute is not UTF-8: " UTF8, .name = bad);
    ATTRIBUTE("attribute 'a' has type 5: GLIFT_ATTRIBUTE_NONE (0) to _STRING_DOUBLE_MAP (4)", .name = "a",
            .type = (glift_attribute_type)5);
    ATTRIBUTE("attribute 'a' is not UTF-8: " UTF8, "a", GLIFT_ATTRIBUTE_STRING, .string = bad);
    ATTRIBUTE("number 2 of attribute 'a' is not UTF-8: " UTF8, "a", GLIFT_ATTRIBUTE_STRING_LIST,
            .string_list = strings, .string_count = 2);
    ATTRIBUTE("string_list of attribute 'a' is NULL, but string_count is 5", "a", GLIFT_ATTRIBUTE_STRING_LIST,
            .string_count = 5);
    ATTRIBUTE("a key of attribute 'a' is empty: " UTF8, "a", GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP,
            .double_map = &no_key, .double_count = 1);
    ATTRIBUTE("a key of attribute 'a' is not UTF-8: " UTF8, "a", GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP,
            .double_map = &bad_key, .double_count = 1);
    ATTRIBUTE("double_map of attribute 'a' is NULL, but double_count is 4", "a",
            GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP, .double_count = 4);
    ATTRIBUTE("attribute 'a' is no finite number", "a", GLIFT_ATTRIBUTE_DOUBLE, .number = NAN);
    ATTRIBUTE("attribute 'a' has a value that is no finite number", "a", GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP,
            .double_map = infinite, .double_count = 2);
#undef ATTRIBUTE
    end_game();
}

TEST(P82_P85_a_backfill_stop_says_what_is_wrong)
{
    static const char call[] = "StopMatchBackfill";
    new_game();
    hosting_game();
    REFUSED(STOP(.ticket_id = "t"), call, "matchmaking_configuration_arn is empty: 1 or more " LIKE_AN_ARN);
    REFUSED(STOP(.matchmaking_configuration_arn = "arn:x", .ticket_id = "t"), call,
            "matchmaking_configuration_arn is 'arn:x': 1 or more " LIKE_AN_ARN);
    REFUSED(STOP(.matchmaking_configuration_arn = CONFIGURATION, .game_session_arn = "arn:x",
                    .ticket_id = "t"),
            call, "game_session_arn is 'arn:x': 1 to 256 " LIKE_AN_ARN);
    REFUSED(STOP(.matchmaking_configuration_arn = CONFIGURATION), call,
            "ticket_id is empty: 1 to 128 " OF_AN_ID);
    REFUSED(STOP(.matchmaking_configuration_arn = CONFIGURATION, .ticket_id = "ticket_1"), call,
            "ticket_id is 'ticket_1': 1 to 128 " OF_AN_ID);
    end_game();
}

TEST(P88_credentials_of_a_role_say_what_is_wrong)
{
    static const char call[] = "GetFleetRoleCredentials", arn[] = "arn:aws:iam::1:role/r";
    static const char of_a_role[] = "of a-z, A-Z, 0-9, ':', '/', '-', '_', '+', '=', ',', '.', '@'";
    static const char of_a_name[] = "2 to 64 of a-z, A-Z, 0-9, '_', '+', '=', ',', '.', '@', '-'";
    char refusal[GLIFT__MESSAGE_SIZE];
    new_game();
    ready_game();
    snprintf(refusal, sizeof refusal, "role_arn is empty: 1 to 256 %s", of_a_role);
    REFUSED(role(NULL, NULL), call, refusal);
    snprintf(refusal, sizeof refusal, "role_arn is 'a role': 1 to 256 %s", of_a_role);
    REFUSED(role("a role", NULL), call, refusal);
    snprintf(refusal, sizeof refusal, "role_session_name has 1 byte: %s", of_a_name);
    REFUSED(role(arn, "x"), call, refusal);
    snprintf(refusal, sizeof refusal, "role_session_name is 'a b': %s", of_a_name);
    REFUSED(role(arn, "a b"), call, refusal);
    end_game();
}

/* ---- moments ---- */

enum { PLAIN_CALLS = 9 };
static const struct {
    const char *name;
    bool needs_session, may_follow_the_end;
} plain_calls[PLAIN_CALLS] = {{"ActivateGameSession", true, false},
        {"UpdatePlayerSessionCreationPolicy", true, false}, {"AcceptPlayerSession", true, false},
        {"RemovePlayerSession", true, false}, {"DescribePlayerSessions", false, false},
        {"StartMatchBackfill", false, false}, {"StopMatchBackfill", false, false},
        {"GetComputeCertificate", false, false}, {"GetFleetRoleCredentials", false, true}};

static glift_status make_plain_call(int which)
{
    static const glift_player one = {.player_id = "p"};
    switch (which) {
    case 0:
        return glift_activate_game_session(the.server, on_answer, NULL);
    case 1:
        return set_policy(1);
    case 2:
        return glift_accept_player_session(the.server, "p", on_answer, NULL);
    case 3:
        return glift_remove_player_session(the.server, "p", on_answer, NULL);
    case 4:
        return DESCRIBE(.player_id = "p");
    case 5:
        return START(.matchmaking_configuration_arn = CONFIGURATION, .players = &one, .player_count = 1);
    case 6:
        return STOP(.matchmaking_configuration_arn = CONFIGURATION, .ticket_id = "t");
    case 7:
        return glift_get_compute_certificate(the.server, on_answer, NULL);
    default:
        return role("arn:aws:iam::1:role/r", NULL);
    }
}

TEST(P66_P67_what_comes_too_early_is_told_what_is_missing)
{
    new_game();
    socket = connected_game();
    for (int i = 0; i < PLAIN_CALLS; i++)
        REFUSED_FOR(make_plain_call(i), GLIFT_ERR_STATE, plain_calls[i].name,
                "the process is not ready: call process_ready first");
    say_ready();
    REFUSED_FOR(READY(.port = 1), GLIFT_ERR_STATE, "ProcessReady", "another ProcessReady is under way");
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    REFUSED_FOR(READY(.port = 1), GLIFT_ERR_STATE, "ProcessReady", "the process is ready already");
    for (int i = 0; i < PLAIN_CALLS; i++)
        if (plain_calls[i].needs_session)
            REFUSED_FOR(make_plain_call(i), GLIFT_ERR_STATE, plain_calls[i].name,
                    "no game session has been placed yet");
    end_game();
}

TEST(what_comes_after_the_end_is_told_so)
{
    new_game();
    socket = hosting_game();
    glift_process_ending(the.server, on_answer, NULL);
    tick();
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    tick();
    for (int i = 0; i < PLAIN_CALLS; i++)
        if (!plain_calls[i].may_follow_the_end)
            REFUSED_FOR(make_plain_call(i), GLIFT_ERR_STATE, plain_calls[i].name,
                    "the process has ended already");
    REFUSED_FOR(READY(.port = 1), GLIFT_ERR_STATE, "ProcessReady", "the process has ended already");
    REFUSED_FOR(glift_process_ending(the.server, on_answer, NULL), GLIFT_ERR_STATE, "ProcessEnding",
            "the process has ended already");
    end_game();
}

static char said_in_the_end[GLIFT__MESSAGE_SIZE];

static void ask_again(glift_server *server, const glift_result *result, void *user)
{
    (void)user;
    CHECK_INT(result->status, GLIFT_ERR_CLOSED);
    CHECK_INT(glift_get_compute_certificate(server, NULL, NULL), GLIFT_ERR_STATE);
    snprintf(said_in_the_end, sizeof said_in_the_end, "%s", glift_get_last_refusal(server));
}

TEST(what_is_asked_of_a_server_that_is_destroyed_is_told_so)
{
    new_game();
    ready_game();
    CHECK_INT(glift_get_compute_certificate(the.server, ask_again, NULL), GLIFT_OK);
    end_game();
    CHECK_TEXT(said_in_the_end, "the server is being closed");
}

TEST(P33_containers_are_asked_for_elsewhere_than_in_containers)
{
    new_game();
    connected_game();
    CHECK_INT(glift_list_containers_network_info(the.server, on_answer, NULL), GLIFT_ERR_UNSUPPORTED);
    CHECK_TEXT(glift_get_last_refusal(the.server),
            "ListContainersNetworkInfo is only supported on container fleets.");
    end_game();
}

/* ---- how long it is remembered ---- */

TEST(a_refusal_is_remembered_until_the_next_call)
{
    new_game();
    CHECK_TEXT(glift_get_last_refusal(NULL), "");
    socket = hosting_game();
    CHECK_TEXT(glift_get_last_refusal(the.server), "");
    glift_accept_player_session(the.server, "", on_answer, NULL);
    tick();
    CHECK_CONTAINS(glift_get_last_refusal(the.server), "player_session_id is empty");
    CHECK_INT(glift_accept_player_session(the.server, "psess-1", on_answer, NULL), GLIFT_OK);
    CHECK_TEXT(glift_get_last_refusal(the.server), "");
    end_game();
}

TEST(metrics_that_are_refused_say_why_too)
{
    glift_metric *metric = NULL;
    const glift_metric_desc nameless = {.size_bytes = sizeof nameless, .name = ""};
    const glift_metrics_desc nowhere = {.size_bytes = sizeof nowhere, .statsd_host = "nobody.test"};
    new_game();
    connected_game();
    CHECK_INT(glift_metrics_create(the.server, &nameless, &metric), GLIFT_ERR_ARGUMENT);
    CHECK_TEXT(glift_get_last_refusal(the.server),
            "its name must be 1..200 bytes: a letter, then letters, digits and _-./");
    CHECK_INT(glift_metrics_tag(the.server, "map", "duel"), GLIFT_OK);
    CHECK_TEXT(glift_get_last_refusal(the.server), "");
    CHECK_INT(glift_metrics_tag(the.server, "1", "duel"), GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(glift_get_last_refusal(the.server), "letter");
    CHECK_INT(glift_metrics_start(the.server, &nowhere), GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(glift_get_last_refusal(the.server), "StatsdHost is invalid");
    end_game();
}

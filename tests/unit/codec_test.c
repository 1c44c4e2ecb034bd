/* SPDX-License-Identifier: Apache-2.0 */
/* Single rules of the wire. The messages as wholes are in codec_golden_test.c. */
#include "wire/codec.h"
#include "golden.h"

#include <limits.h>
#include <math.h>

static glift__parsed *opened(const char *text)
{
    glift__parsed *parsed;
    CHECK_INT(glift__parsed_open(text, strlen(text), &parsed), GLIFT_OK);
    return parsed;
}

/* ---- the envelope ---- */

/* P102, P103 */
TEST(only_a_json_object_is_a_message)
{
    static const char *const texts[] = {"", "not json", "{", "[]", "[{\"Action\":\"TerminateProcess\"}]",
            "\"TerminateProcess\"", "200", "true", "null", "{} {}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        glift__parsed *parsed = (glift__parsed *)&parsed;
        CHECK_INT(glift__parsed_open(texts[i], strlen(texts[i]), &parsed), GLIFT_ERR_ARGUMENT);
        CHECK(parsed == NULL);
    }
    glift__parsed_close(NULL);
}

TEST(a_message_needs_no_terminator)
{
    glift__parsed *parsed;
    CHECK_INT(glift__parsed_open("{\"RequestId\":\"a\"}garbage", 17, &parsed), GLIFT_OK);
    CHECK_TEXT(glift__parsed_envelope(parsed).request_id, "a");
    glift__parsed_close(parsed);
}

/* P97, P99: what is absent, null or of another type is empty; nothing is refused for it. */
TEST(an_envelope_has_defaults_for_everything)
{
    static const char *const texts[] = {"{}",
            "{\"Action\":null,\"RequestId\":null,\"StatusCode\":null,\"ErrorMessage\":null}",
            "{\"Action\":7,\"RequestId\":{},\"ErrorMessage\":[]}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        glift__parsed *parsed = opened(texts[i]);
        glift__envelope envelope = glift__parsed_envelope(parsed);
        CHECK_INT(envelope.action, GLIFT__ACTION_UNKNOWN);
        CHECK_INT(envelope.push, GLIFT__PUSH_UNKNOWN);
        CHECK_TEXT(envelope.action_name, "");
        CHECK_TEXT(envelope.request_id, "");
        CHECK_TEXT(envelope.message, "");
        glift__parsed_close(parsed);
    }
}

/* P104 */
TEST(an_action_that_nobody_knows_keeps_its_name)
{
    glift__parsed *parsed =
            opened("{\"Action\":\"createGameSession\",\"RequestId\":\"r\",\"ErrorMessage\":\"m\"}");
    glift__envelope envelope = glift__parsed_envelope(parsed);
    CHECK_INT(envelope.action, GLIFT__ACTION_UNKNOWN);
    CHECK_INT(envelope.push, GLIFT__PUSH_UNKNOWN);
    CHECK_TEXT(envelope.action_name, "createGameSession");
    CHECK_TEXT(envelope.request_id, "r");
    CHECK_TEXT(envelope.message, "m");
    glift__parsed_close(parsed);
}

/* P94, P96 */
TEST(a_status_code_is_an_integer_however_it_is_written)
{
    static const struct {
        const char *text;
        int code;
    } cases[] = {
            {"{}", 0},
            {"{\"StatusCode\":200}", 200},
            {"{\"StatusCode\": 404 }", 404},
            {"{\"StatusCode\":0}", 0},
            {"{\"StatusCode\":-7}", -7},
            {"{\"StatusCode\":\"200\"}", -1},
            {"{\"StatusCode\":200.0}", 200},
            {"{\"StatusCode\":2e2}", 200},
            {"{\"StatusCode\":200.5}", -1},
            {"{\"StatusCode\":true}", -1},
            {"{\"StatusCode\":null}", 0},
            {"{\"StatusCode\":99999999999}", -1},
            {"{\"statuscode\":200}", 0},
            {"{\"Inner\":{\"StatusCode\":1.5}}", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        glift__parsed *parsed = opened(cases[i].text);
        CHECK_INT(glift__parsed_envelope(parsed).status_code, cases[i].code);
        glift__parsed_close(parsed);
    }
}

/* P95, P128, P129 */
TEST(a_status_code_is_mapped_to_a_status)
{
    static const struct {
        int code;
        glift_status status;
    } cases[] = {
            {200, GLIFT_OK},
            {400, GLIFT_ERR_REJECTED},
            {401, GLIFT_ERR_UNAUTHORIZED},
            {403, GLIFT_ERR_FORBIDDEN},
            {404, GLIFT_ERR_NOT_FOUND},
            {409, GLIFT_ERR_CONFLICT},
            {429, GLIFT_ERR_THROTTLED},
            {402, GLIFT_ERR_REJECTED},
            {412, GLIFT_ERR_REJECTED},
            {499, GLIFT_ERR_REJECTED},
            {399, GLIFT_ERR_SERVICE},
            {500, GLIFT_ERR_SERVICE},
            {503, GLIFT_ERR_SERVICE},
            {201, GLIFT_ERR_SERVICE},
            {100, GLIFT_ERR_SERVICE},
            {0, GLIFT_ERR_SERVICE},
            {-1, GLIFT_ERR_SERVICE},
            {INT_MAX, GLIFT_ERR_SERVICE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_INT(glift__status_from_service(cases[i].code), cases[i].status);
}

/* ---- requests ---- */

/* The text, in a static buffer. */
static const char *encoded(const glift__request_body *body)
{
    static char buffer[4096];
    glift__text text;
    CHECK_INT(glift__encode_request(body, "id-1", &text), GLIFT_OK);
    CHECK_INT(text.length, strlen(text.bytes));
    CHECK(text.length < sizeof buffer);
    strcpy(buffer, text.bytes);
    glift__text_free(&text);
    return buffer;
}

/* P49 */
TEST(a_request_without_an_id_is_refused)
{
    const glift__request_body body = {.action = GLIFT__TERMINATE_SERVER_PROCESS};
    glift__text text;
    CHECK_INT(glift__encode_request(&body, "", &text), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift__encode_request(&body, NULL, &text), GLIFT_ERR_ARGUMENT);
    CHECK(text.bytes == NULL);
    CHECK_TEXT(encoded(&body), "{\"Action\":\"TerminateServerProcess\",\"RequestId\":\"id-1\"}");
}

/* P51, P56, P58, P59 */
TEST(what_is_not_set_is_left_out_and_lists_are_never_null)
{
    const char *const paths[] = {"a", "b"};
    glift__request_body body = {.action = GLIFT__ACTIVATE_SERVER_PROCESS,
            .as.activate_server_process = {
                    .sdk_version = "5.6.0", .sdk_language = "C", .tool_name = "", .port = 7777}};
    CHECK_TEXT(encoded(&body),
            "{\"Action\":\"ActivateServerProcess\",\"RequestId\":\"id-1\",\"SdkVersion\":\"5.6.0\","
            "\"SdkLanguage\":\"C\",\"Port\":7777,\"LogPaths\":[]}");
    body.as.activate_server_process.tool_name = "Metrics";
    body.as.activate_server_process.tool_version = "1.0.0";
    body.as.activate_server_process.log_paths = paths;
    body.as.activate_server_process.log_path_count = 2;
    CHECK_TEXT(encoded(&body),
            "{\"Action\":\"ActivateServerProcess\",\"RequestId\":\"id-1\",\"SdkVersion\":\"5.6.0\","
            "\"SdkLanguage\":\"C\",\"SdkToolName\":\"Metrics\",\"SdkToolVersion\":\"1.0.0\","
            "\"Port\":7777,\"LogPaths\":[\"a\",\"b\"]}");
}

/* P68 */
TEST(the_policy_travels_as_player_session_policy)
{
    glift__request_body body = {.action = GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY,
            .as.update_policy = {"arn:x", GLIFT_PLAYER_SESSION_CREATION_POLICY_ACCEPT_ALL}};
    CHECK_CONTAINS(encoded(&body), "\"PlayerSessionPolicy\":\"ACCEPT_ALL\"}");
    body.as.update_policy.policy = GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL;
    CHECK_CONTAINS(encoded(&body), "\"PlayerSessionPolicy\":\"DENY_ALL\"}");
}

/* P76 */
TEST(a_limit_of_0_is_left_out)
{
    glift__request_body body = {.action = GLIFT__DESCRIBE_PLAYER_SESSIONS, .as.describe = {.player_id = "p"}};
    CHECK_TEXT(encoded(&body),
            "{\"Action\":\"DescribePlayerSessions\",\"RequestId\":\"id-1\",\"PlayerId\":\"p\"}");
    body.as.describe.limit = 1;
    body.as.describe.status_filter = GLIFT_PLAYER_SESSION_TIMEDOUT;
    CHECK_CONTAINS(encoded(&body), "\"PlayerSessionStatusFilter\":\"TIMEDOUT\",\"Limit\":1}");
}

/* P92 */
TEST(a_heartbeat_always_has_its_boolean)
{
    glift__request_body body = {.action = GLIFT__HEARTBEAT_SERVER_PROCESS};
    CHECK_CONTAINS(encoded(&body), "\"HealthStatus\":false}");
    body.as.heartbeat.healthy = true;
    CHECK_CONTAINS(encoded(&body), "\"HealthStatus\":true}");
}

static glift__request_body backfill_of(const glift_player *player)
{
    return (glift__request_body){.action = GLIFT__START_MATCH_BACKFILL,
            .as.start_match_backfill = {.game_session_arn = "a",
                    .matchmaking_configuration_arn = "b",
                    .players = player,
                    .player_count = 1}};
}

static const char *encoded_attribute(glift_player_attribute attribute)
{
    attribute.name = "x";
    const glift_player player = {.player_id = "p", .attributes = &attribute, .attribute_count = 1};
    const glift__request_body body = backfill_of(&player);
    return encoded(&body);
}

/* P121, P122, P123 */
TEST(an_attribute_has_one_payload_also_where_it_is_empty)
{
    CHECK_CONTAINS(encoded_attribute((glift_player_attribute){.type = GLIFT_ATTRIBUTE_STRING}),
            "{\"x\":{\"AttrType\":\"STRING\",\"S\":\"\"}}");
    CHECK_CONTAINS(encoded_attribute((glift_player_attribute){.type = GLIFT_ATTRIBUTE_DOUBLE}),
            "{\"x\":{\"AttrType\":\"DOUBLE\",\"N\":0}}");
    CHECK_CONTAINS(encoded_attribute((glift_player_attribute){.type = GLIFT_ATTRIBUTE_STRING_LIST}),
            "{\"x\":{\"AttrType\":\"STRING_LIST\",\"SL\":[]}}");
    CHECK_CONTAINS(encoded_attribute((glift_player_attribute){.type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP}),
            "{\"x\":{\"AttrType\":\"STRING_DOUBLE_MAP\",\"SDM\":{}}}");
    CHECK_CONTAINS(encoded_attribute((glift_player_attribute){.type = GLIFT_ATTRIBUTE_NONE}),
            "{\"x\":{\"AttrType\":\"NONE\"}}");
}

/* P51, P83 */
TEST(a_player_has_both_maps_and_a_team_only_if_set)
{
    const glift_player_latency latency = {"us-west-2", 42};
    glift_player player = {.player_id = "p"};
    glift__request_body body = backfill_of(&player);
    CHECK_CONTAINS(
            encoded(&body), "\"Players\":[{\"PlayerId\":\"p\",\"PlayerAttributes\":{},\"LatencyInMs\":{}}]}");
    CHECK(strstr(encoded(&body), "TicketId") == NULL);
    player.team = "red";
    player.latencies = &latency;
    player.latency_count = 1;
    CHECK_CONTAINS(encoded(&body), "{\"PlayerId\":\"p\",\"Team\":\"red\",\"PlayerAttributes\":{},"
                                   "\"LatencyInMs\":{\"us-west-2\":42}}");
}

/* P53 */
TEST(a_number_that_is_not_finite_never_reaches_the_wire)
{
    const glift_player_attribute attribute = {.name = "x", .type = GLIFT_ATTRIBUTE_DOUBLE, .number = NAN};
    const glift_player player = {.player_id = "p", .attributes = &attribute, .attribute_count = 1};
    const glift__request_body body = backfill_of(&player);
    glift__text text;
    CHECK_INT(glift__encode_request(&body, "id", &text), GLIFT_ERR_ARGUMENT);
    CHECK(text.bytes == NULL);
}

/* P7 */
TEST(a_request_over_128_kib_is_refused)
{
    char *long_text = malloc(GLIFT_MAX_MESSAGE_LENGTH + 1);
    CHECK(long_text != NULL);
    memset(long_text, 'x', GLIFT_MAX_MESSAGE_LENGTH);
    long_text[GLIFT_MAX_MESSAGE_LENGTH] = '\0';
    glift__request_body body = {
            .action = GLIFT__DESCRIBE_PLAYER_SESSIONS, .as.describe.next_token = long_text};
    glift__text text;
    CHECK_INT(glift__encode_request(&body, "id", &text), GLIFT_ERR_ARGUMENT);
    CHECK(text.bytes == NULL);
    body.as.describe.next_token += 100;
    CHECK_INT(glift__encode_request(&body, "id", &text), GLIFT_OK);
    glift__text_free(&text);
    free(long_text);
}

/* ---- answers ---- */

/* What is read lies here, until forget(). */
static glift__memory memory;

static void forget(void)
{
    glift__memory_fini(&memory);
}

static glift__answer_body read_answer(const char *text, glift__action action)
{
    glift__answer_body body;
    glift__parsed *parsed = opened(text);
    CHECK_INT(glift__parsed_read_answer(parsed, action, &memory, &body), GLIFT_OK);
    glift__parsed_close(parsed);
    return body;
}

static glift__answer_body read_golden_answer(const char *name, glift__action action)
{
    golden file = golden_open(name);
    glift__answer_body body = read_answer(file.bytes, action);
    golden_close(&file);
    return body;
}

static glift_player_session_page read_page(const char *text)
{
    return read_answer(text, GLIFT__DESCRIBE_PLAYER_SESSIONS).player_session_page;
}

/* P77 */
TEST(a_page_of_player_sessions_is_read)
{
    glift_player_session_page page =
            read_golden_answer("describe_player_sessions.answer", GLIFT__DESCRIBE_PLAYER_SESSIONS)
                    .player_session_page;
    CHECK_INT(page.player_session_count, 2);
    const glift_player_session *session = &page.player_sessions[0];
    CHECK_TEXT(session->player_id, "player-1");
    CHECK_TEXT(session->player_session_id, "psess-3f1d2c4b-0a9e-4d3e-8c61-7a5b1e2f9c00");
    CHECK_CONTAINS(session->game_session_id, "gsess-0001");
    CHECK_CONTAINS(session->fleet_id, "fleet-9999");
    CHECK_TEXT(session->player_data, "{\"hat\":\"\xC3\xA9toile\"}");
    CHECK_TEXT(session->ip_address, "203.0.113.10");
    CHECK_INT(session->port, 7777);
    CHECK_INT(session->creation_time_unix_ms, INT64_C(1722852000000));
    CHECK_INT(session->termination_time_unix_ms, 0);
    CHECK_INT(session->status, GLIFT_PLAYER_SESSION_ACTIVE);
    CHECK_INT(page.player_sessions[1].status, GLIFT_PLAYER_SESSION_COMPLETED);
    forget();
}

/* P78 */
TEST(the_last_page_has_no_next_token)
{
    static const char *const texts[] = {
            "{}", "{\"NextToken\":null}", "{\"NextToken\":\"\"}", "{\"NextToken\":5}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        glift_player_session_page page = read_page(texts[i]);
        CHECK_TEXT(page.next_token, "");
        CHECK_INT(page.player_session_count, 0);
    }
    CHECK_TEXT(read_page("{\"NextToken\":\"n\"}").next_token, "n");
    forget();
}

/* P79, P105, P106 */
TEST(a_player_session_of_wrong_types_is_defaulted)
{
    glift_player_session_page page =
            read_page("{\"PlayerSessions\":[null,{\"PlayerId\":7,\"Port\":\"80\",\"CreationTime\":1.5,"
                      "\"Status\":\"BANNED\","
                      "\"TerminationTime\":1e99,\"Extra\":{\"a\":[]}},\"x\",{\"Status\":null}]}");
    CHECK_INT(page.player_session_count, 2);
    CHECK_TEXT(page.player_sessions[0].player_id, "");
    CHECK_INT(page.player_sessions[0].port, 0);
    CHECK_INT(page.player_sessions[0].creation_time_unix_ms, 1);
    CHECK_INT(page.player_sessions[0].termination_time_unix_ms, 0);
    CHECK_INT(page.player_sessions[0].status, GLIFT_PLAYER_SESSION_NOT_SET);
    CHECK_INT(page.player_sessions[1].status, GLIFT_PLAYER_SESSION_NOT_SET);
    page = read_page("{\"PlayerSessions\":{\"a\":{}}}");
    CHECK_INT(page.player_session_count, 0);
    forget();
}

/* P84, P86, P91 */
TEST(the_other_payloads_are_read)
{
    static const char *const files[] = {"start_match_backfill.answer", "get_compute_certificate.answer",
            "get_fleet_role_credentials.answer"};
    static const glift__action actions[] = {
            GLIFT__START_MATCH_BACKFILL, GLIFT__GET_COMPUTE_CERTIFICATE, GLIFT__GET_FLEET_ROLE_CREDENTIALS};
    glift__answer_body bodies[3];
    for (size_t i = 0; i < 3; i++) {
        bodies[i] = read_golden_answer(files[i], actions[i]);
    }
    CHECK_TEXT(bodies[0].backfill_ticket_id, "backfill-1");
    CHECK_TEXT(bodies[1].compute_certificate.certificate_path, "/etc/pki/gl/cert.pem");
    CHECK_TEXT(bodies[1].compute_certificate.compute_name, "HardwareAnywhere");
    CHECK_TEXT(bodies[2].fleet_role_credentials.access_key_id, "ASIAEXAMPLE");
    CHECK_TEXT(bodies[2].fleet_role_credentials.secret_access_key, "exampleSecret");
    CHECK_TEXT(bodies[2].fleet_role_credentials.session_token, "exampleToken");
    CHECK_TEXT(bodies[2].fleet_role_credentials.assumed_role_id, "AROAEXAMPLE:x");
    CHECK_CONTAINS(bodies[2].fleet_role_credentials.assumed_role_user_arn, "exampleGameLiftAction");
    CHECK_INT(bodies[2].fleet_role_credentials.expiration_unix_ms, INT64_C(1722855600000));
    forget();
}

/* P90: the core judges; here the key is "". */
TEST(absent_credentials_are_empty_texts)
{
    glift_fleet_role_credentials credentials =
            read_answer("{\"StatusCode\":200}", GLIFT__GET_FLEET_ROLE_CREDENTIALS).fleet_role_credentials;
    CHECK_TEXT(credentials.access_key_id, "");
    CHECK_TEXT(credentials.session_token, "");
    CHECK_INT(credentials.expiration_unix_ms, 0);
    forget();
}

/* ---- pushes ---- */

static glift_status try_push(const char *text, glift__push *push)
{
    glift__parsed *parsed = opened(text);
    glift_status status = glift__parsed_read_push(parsed, &memory, push);
    glift__parsed_close(parsed);
    return status;
}

static glift__push read_push(const char *text)
{
    glift__push push;
    CHECK_INT(try_push(text, &push), GLIFT_OK);
    return push;
}

static glift__push read_golden_push(const char *name)
{
    golden file = golden_open(name);
    glift__push push = read_push(file.bytes);
    golden_close(&file);
    return push;
}

/* P107, P108 */
TEST(a_new_game_session_is_read)
{
    glift__push push = read_golden_push("create_game_session.push");
    CHECK_INT(push.kind, GLIFT__CREATE_GAME_SESSION);
    CHECK_CONTAINS(push.game_session.game_session_id, "gsess-0001");
    CHECK_TEXT(push.game_session.name, "match 1");
    CHECK_TEXT(push.game_session.game_session_data, "");
    CHECK_CONTAINS(push.game_session.matchmaker_data, "{\"matchId\":");
    CHECK_INT(push.game_session.maximum_player_session_count, 16);
    CHECK_TEXT(push.game_session.ip_address, "203.0.113.10");
    CHECK_INT(push.game_session.port, 7777);
    CHECK_INT(push.game_session.game_property_count, 2);
    CHECK_TEXT(push.game_session.game_properties[0].key, "map");
    CHECK_TEXT(push.game_session.game_properties[0].value, "dust");
    CHECK_TEXT(push.game_session.game_properties[1].key, "mode");
    forget();
}

/* P107, P109: neither a Name nor a FleetId on the wire means anything here. */
TEST(a_new_game_session_has_its_name_under_game_session_name_only)
{
    glift__push push = read_push("{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"g\",\"Name\":\"n\","
                                 "\"FleetId\":\"f\","
                                 "\"Status\":\"ACTIVE\"}");
    CHECK_TEXT(push.game_session.name, "");
    CHECK_TEXT(push.game_session.fleet_id, "");
    CHECK_INT(push.game_session.status, GLIFT_GAME_SESSION_NOT_SET);
    forget();
}

/* P106, P108 */
TEST(absent_texts_are_empty_and_odd_properties_skipped)
{
    glift__push push = read_push(
            "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"g\",\"Port\":\"x\","
            "\"GameProperties\":{\"a\":1,\"b\":\"two\",\"c\":null,\"d\":{\"e\":\"f\"},\"g\":\"\"}}");
    const glift_game_session *session = &push.game_session;
    CHECK_TEXT(session->name, "");
    CHECK_TEXT(session->fleet_id, "");
    CHECK_TEXT(session->location, "");
    CHECK_TEXT(session->game_session_data, "");
    CHECK_TEXT(session->matchmaker_data, "");
    CHECK_TEXT(session->ip_address, "");
    CHECK_TEXT(session->dns_name, "");
    CHECK_TEXT(session->status_reason, "");
    CHECK_INT(session->port, 0);
    CHECK_INT(session->game_property_count, 2);
    CHECK_TEXT(session->game_properties[0].key, "b");
    CHECK_TEXT(session->game_properties[0].value, "two");
    CHECK_TEXT(session->game_properties[1].key, "g");
    push = read_push("{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"g\",\"GameProperties\":[{"
                     "\"Key\":\"a\"}]}");
    CHECK_INT(push.game_session.game_property_count, 0);
    forget();
}

/* P112 */
TEST(an_update_has_its_name_under_name_and_tells_the_status)
{
    glift__push push = read_golden_push("update_game_session_with_status.push");
    CHECK_INT(push.kind, GLIFT__UPDATE_GAME_SESSION);
    CHECK_TEXT(push.game_session.name, "match 1");
    CHECK_CONTAINS(push.game_session.fleet_id, "fleet-9999");
    CHECK_TEXT(push.game_session.location, "custom-home");
    CHECK_INT(push.game_session.status, GLIFT_GAME_SESSION_ACTIVE);
    CHECK_TEXT(push.game_session.status_reason, "INTERRUPTED");
    CHECK_TEXT(push.game_session.dns_name, "game.example.com");
    CHECK_INT(push.update_reason, GLIFT_UPDATE_BACKFILL_TIMED_OUT);
    CHECK_TEXT(push.backfill_ticket_id, "backfill-1");
    forget();
}

/* P113 */
TEST(an_update_reason_may_be_unknown_or_absent)
{
    static const char *const texts[] = {
            "{\"Action\":\"UpdateGameSession\",\"GameSession\":{}}",
            "{\"Action\":\"UpdateGameSession\",\"GameSession\":{},\"UpdateReason\":null}",
            "{\"Action\":\"UpdateGameSession\",\"GameSession\":{},\"UpdateReason\":3}",
            "{\"Action\":\"UpdateGameSession\",\"GameSession\":{},\"UpdateReason\":\"WHO_KNOWS\"}",
    };
    glift__push push;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        push = read_push(texts[i]);
        CHECK_INT(push.update_reason, GLIFT_UPDATE_UNKNOWN);
        CHECK_TEXT(push.backfill_ticket_id, "");
        CHECK_TEXT(push.game_session.name, "");
    }
    forget();
}

TEST(P117_a_termination_time_with_a_fraction_keeps_its_whole_part)
{
    static const struct {
        const char *number;
        int64_t whole;
    } cases[] = {{"1767225600.75", INT64_C(1767225600)}, {"1767225600000.999", INT64_C(1767225600000)},
            {"1.7672256007500e12", INT64_C(1767225600750)}, {"-1.5", -1}, {"0.5", 0},
            {"9007199254740992", INT64_C(9007199254740992)}, {"9007199254740994", 0}, {"1e999", 0},
            {"-1e300", 0}, {"\"1767225600\"", 0}, {"null", 0}, {"true", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128];
        snprintf(text, sizeof text, "{\"Action\":\"TerminateProcess\",\"TerminationTime\":%s}",
                cases[i].number);
        CHECK_INT(read_push(text).termination_time_unix_ms, cases[i].whole);
    }
    forget();
}

TEST(times_of_a_player_session_and_of_credentials_keep_their_whole_part_too)
{
    glift__answer_body body = read_answer(
            "{\"PlayerSessions\":[{\"CreationTime\":1722852000000.25,\"TerminationTime\":1722852000001.75}]}",
            GLIFT__DESCRIBE_PLAYER_SESSIONS);
    const glift_player_session *session = &body.player_session_page.player_sessions[0];
    CHECK_INT(session->creation_time_unix_ms, INT64_C(1722852000000));
    CHECK_INT(session->termination_time_unix_ms, INT64_C(1722852000001));
    forget();
    body = read_answer("{\"Expiration\":1722852000000.5}", GLIFT__GET_FLEET_ROLE_CREDENTIALS);
    CHECK_INT(body.fleet_role_credentials.expiration_unix_ms, INT64_C(1722852000000));
    forget();
}

/* P115, P117 */
TEST(refresh_and_termination_are_read)
{
    glift__push push = read_golden_push("refresh_connection.push");
    CHECK_TEXT(push.refresh_endpoint, "wss://us-west-2.api.amazongamelift.com");
    CHECK_TEXT(push.auth_token, "0b7b1b0e-2c4e-4b0f-9e0d-4d7c5a1f2e33");
    push = read_golden_push("terminate_process.push");
    CHECK_INT(push.termination_time_unix_ms, INT64_C(1722852300000));
    push = read_push("{\"Action\":\"TerminateProcess\"}");
    CHECK_INT(push.termination_time_unix_ms, 0);
    forget();
}

/* P106 */
TEST(a_push_without_what_its_action_needs_is_refused)
{
    static const char *const texts[] = {
            "{\"Action\":\"CreateGameSession\"}",
            "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"\"}",
            "{\"Action\":\"CreateGameSession\",\"GameSessionId\":7}",
            "{\"Action\":\"UpdateGameSession\"}",
            "{\"Action\":\"UpdateGameSession\",\"GameSession\":\"g\"}",
            "{\"Action\":\"RefreshConnection\",\"AuthToken\":\"t\"}",
            "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"ws://h\"}",
            "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"ws://h\",\"AuthToken\":\"\"}",
            "{\"Action\":\"AcceptPlayerSession\"}",
            "{}",
    };
    glift__push push;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CHECK_INT(try_push(texts[i], &push), GLIFT_ERR_ARGUMENT);
    forget();
}

/* ---- the service's side ---- */

static const char *request_verdict(const char *text)
{
    glift__request_body body;
    const char *message;
    glift__parsed *parsed = opened(text);
    glift_status status = glift__parsed_read_request(parsed, &memory, &body, &message);
    CHECK(status == GLIFT_OK || status == GLIFT_ERR_ARGUMENT);
    CHECK((status == GLIFT_OK) == (message[0] == '\0'));
    glift__parsed_close(parsed);
    forget();
    return message; /* static text */
}

/* P14, P52 */
TEST(a_request_that_lacks_what_its_action_needs_is_refused_by_name)
{
    static const char *const cases[][2] = {
            {"{}", "Action is not a request that the service knows."},
            {"{\"Action\":\"CreateGameSession\"}", "Action is not a request that the service knows."},
            {"{\"Action\":\"ActivateServerProcess\",\"SdkLanguage\":\"C\"}", "SdkVersion is required."},
            {"{\"Action\":\"ActivateServerProcess\",\"SdkVersion\":\"5.6.0\"}", "SdkLanguage is required."},
            {"{\"Action\":\"HeartbeatServerProcess\"}", "HealthStatus is required."},
            {"{\"Action\":\"HeartbeatServerProcess\",\"HealthStatus\":\"true\"}",
                    "HealthStatus is required."},
            {"{\"Action\":\"ActivateGameSession\"}", "GameSessionId is required."},
            {"{\"Action\":\"ActivateGameSession\",\"GameSessionId\":null}", "GameSessionId is required."},
            {"{\"Action\":\"AcceptPlayerSession\",\"GameSessionId\":\"g\"}", "PlayerSessionId is required."},
            {"{\"Action\":\"RemovePlayerSession\",\"PlayerSessionId\":\"p\"}", "GameSessionId is required."},
            {"{\"Action\":\"UpdatePlayerSessionCreationPolicy\",\"GameSessionId\":\"g\","
             "\"PlayerSessionPolicy\":\"NOT_SET\"}",
                    "PlayerSessionPolicy must be one of [ACCEPT_ALL, DENY_ALL]"},
            {"{\"Action\":\"DescribePlayerSessions\",\"PlayerSessionStatusFilter\":\"GONE\"}",
                    "PlayerSessionStatusFilter must be one of [RESERVED, ACTIVE, COMPLETED, TIMEDOUT]"},
            {"{\"Action\":\"DescribePlayerSessions\",\"PlayerSessionStatusFilter\":\"\"}", ""},
            {"{\"Action\":\"StartMatchBackfill\",\"GameSessionArn\":\"g\",\"Players\":[{\"PlayerId\":\"p\"}]"
             "}",
                    "MatchmakingConfigurationArn is required."},
            {"{\"Action\":\"StartMatchBackfill\",\"GameSessionArn\":\"g\",\"MatchmakingConfigurationArn\":"
             "\"m\"}",
                    "Players cannot be empty."},
            {"{\"Action\":\"StartMatchBackfill\",\"GameSessionArn\":\"g\",\"MatchmakingConfigurationArn\":"
             "\"m\","
             "\"Players\":[]}",
                    "Players cannot be empty."},
            {"{\"Action\":\"StartMatchBackfill\",\"GameSessionArn\":\"g\",\"MatchmakingConfigurationArn\":"
             "\"m\","
             "\"Players\":[7]}",
                    "PlayerId is required."},
            {"{\"Action\":\"StartMatchBackfill\",\"GameSessionArn\":\"g\",\"MatchmakingConfigurationArn\":"
             "\"m\","
             "\"Players\":[{\"PlayerId\":\"p\",\"LatencyInMs\":{\"r\":\"20\"}}]}",
                    "LatencyInMs must map regions to integers."},
            {"{\"Action\":\"StopMatchBackfill\",\"GameSessionArn\":\"g\",\"MatchmakingConfigurationArn\":"
             "\"m\"}",
                    "TicketId is required."},
            {"{\"Action\":\"GetFleetRoleCredentials\"}", "RoleArn is required."},
            {"{\"Action\":\"GetComputeCertificate\",\"Extra\":1}", ""},
            {"{\"Action\":\"TerminateServerProcess\"}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_TEXT(request_verdict(cases[i][0]), cases[i][1]);
}

/* S77: the type that is named counts, not the members that are there. */
TEST(an_attribute_is_what_its_type_says)
{
    glift__request_body body;
    const char *message;
    glift__parsed *parsed =
            opened("{\"Action\":\"StartMatchBackfill\",\"GameSessionArn\":\"g\","
                   "\"MatchmakingConfigurationArn\":\"m\","
                   "\"Players\":[{\"PlayerId\":\"p\",\"PlayerAttributes\":{"
                   "\"a\":{\"attrTypes\":\"STRING\",\"attrType\":\"DOUBLE\",\"S\":\"no\",\"N\":3},"
                   "\"b\":{\"AttrType\":\"STRING\",\"S\":null,\"N\":3},"
                   "\"c\":{\"AttrType\":\"STRING_LIST\",\"SL\":[\"x\",7]},"
                   "\"d\":{\"ATTRTYPE\":\"STRING_DOUBLE_MAP\",\"SDM\":{\"k\":1,\"no\":\"1\"}},"
                   "\"e\":{\"AttrType\":\"UNHEARD_OF\",\"S\":\"no\"},"
                   "\"f\":{\"S\":\"no\"},"
                   "\"g\":\"no\"}}]}");
    CHECK_INT(glift__parsed_read_request(parsed, &memory, &body, &message), GLIFT_OK);
    const glift_player *player = &body.as.start_match_backfill.players[0];
    const glift_player_attribute *a = player->attributes;
    CHECK_INT(player->attribute_count, 7);
    CHECK_INT(a[0].type, GLIFT_ATTRIBUTE_DOUBLE);
    CHECK(a[0].number == 3);
    CHECK_TEXT(a[0].string, "");
    CHECK_INT(a[1].type, GLIFT_ATTRIBUTE_STRING);
    CHECK_TEXT(a[1].string, "");
    CHECK_INT(a[2].string_count, 1);
    CHECK_TEXT(a[2].string_list[0], "x");
    CHECK_INT(a[3].double_count, 1);
    CHECK_TEXT(a[3].double_map[0].key, "k");
    for (int i = 4; i < 7; i++)
        CHECK_INT(a[i].type, GLIFT_ATTRIBUTE_NONE);
    glift__parsed_close(parsed);
    forget();
}

/* P100, P130 */
TEST(a_refusal_says_why_and_carries_no_payload)
{
    glift__answer_body body = {.backfill_ticket_id = "t"};
    glift__text text;
    CHECK_INT(glift__encode_answer(GLIFT__START_MATCH_BACKFILL, "StartMatchBackfill", "r", 404, "no session",
                      &body, &text),
            GLIFT_OK);
    CHECK_TEXT(text.bytes, "{\"Action\":\"StartMatchBackfill\",\"RequestId\":\"r\",\"StatusCode\":404,"
                           "\"ErrorMessage\":\"no session\"}");
    glift__text_free(&text);
}

TEST(a_success_without_a_payload_is_its_envelope)
{
    glift__text text;
    CHECK_INT(glift__encode_answer(
                      GLIFT__ACCEPT_PLAYER_SESSION, "AcceptPlayerSession", "r", 200, NULL, NULL, &text),
            GLIFT_OK);
    CHECK_TEXT(text.bytes, "{\"Action\":\"AcceptPlayerSession\",\"RequestId\":\"r\",\"StatusCode\":200}");
    glift__text_free(&text);
}

TEST(a_push_that_is_none_is_not_written)
{
    const glift__push push = {.kind = GLIFT__PUSH_UNKNOWN};
    glift__text text;
    CHECK_INT(glift__encode_push(&push, &text), GLIFT_ERR_ARGUMENT);
    CHECK(text.bytes == NULL);
}

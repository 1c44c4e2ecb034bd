/* SPDX-License-Identifier: Apache-2.0 */
/* What is written is what is read, for random messages. The generator is seeded: a failure repeats. */
#include "wire/codec.h"
#include "same_message.h"
#include "test.h"

#include <limits.h>

enum { ROUNDS = 3000 };

typedef struct generator {
    uint64_t state;
    glift__memory memory;
} generator;

static uint32_t bits(generator *from)
{
    from->state ^= from->state << 13;
    from->state ^= from->state >> 7;
    from->state ^= from->state << 17;
    return (uint32_t)(from->state >> 32);
}

static size_t below(generator *from, size_t limit)
{
    return bits(from) % limit;
}

static void *room(generator *from, size_t count, size_t size)
{
    void *taken = glift__memory_take(&from->memory, count, size);
    CHECK(taken != NULL);
    return taken;
}

/* Text with everything that JSON escapes, and bytes of every UTF-8 length. */
static const char *text_of(generator *from, size_t least)
{
    static const char *const pieces[] = {"a", "Z", "0", "-", ".", "/", "\"", "\\", "\n", "\t", "\x01", "\x1F",
            "\x7F", "{", "}", "\\u0000", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x8E\xAE", "<&>", " "};
    char text[256] = "";
    size_t count = least + below(from, 12);
    for (size_t i = 0; i < count; i++)
        strcat(text, pieces[below(from, sizeof pieces / sizeof pieces[0])]);
    const char *copy = glift__memory_text(&from->memory, text);
    CHECK(copy != NULL);
    return copy;
}

static const char *given(generator *from)
{
    return text_of(from, 1);
}

static const char *perhaps(generator *from)
{
    return below(from, 3) == 0 ? NULL : text_of(from, 0);
}

static int int_of(generator *from)
{
    static const int edges[] = {0, 1, -1, 60000, INT_MAX, INT_MIN};
    return below(from, 2) == 0 ? edges[below(from, 6)] : (int)below(from, 100000);
}

static int64_t int64_of(generator *from)
{
    static const int64_t edges[] = {0, 1722852000000, INT64_C(9007199254740992), -INT64_C(9007199254740992)};
    return below(from, 2) == 0 ? edges[below(from, 4)] : (int64_t)bits(from) * 1000;
}

static double double_of(generator *from)
{
    static const double edges[] = {
            0, -0.5, 0.1, 21.65, 1e21, 1e-7, 9007199254740993.0, 1.7976931348623157e308, 5e-324};
    return below(from, 2) == 0 ? edges[below(from, 9)] : (double)bits(from) / 7 - 1e8;
}

static const char *const *strings_of(generator *from, size_t *count)
{
    *count = below(from, 4);
    const char **strings = room(from, *count, sizeof *strings);
    for (size_t i = 0; i < *count; i++)
        strings[i] = given(from);
    return strings;
}

static glift_player_attribute attribute_of(generator *from)
{
    glift_player_attribute attribute = {
            .name = text_of(from, 0), .type = (glift_attribute_type)below(from, 5)};
    if (attribute.type == GLIFT_ATTRIBUTE_STRING)
        attribute.string = perhaps(from);
    if (attribute.type == GLIFT_ATTRIBUTE_DOUBLE)
        attribute.number = double_of(from);
    if (attribute.type == GLIFT_ATTRIBUTE_STRING_LIST)
        attribute.string_list = strings_of(from, &attribute.string_count);
    if (attribute.type == GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP) {
        attribute.double_count = below(from, 4);
        glift_double_entry *entries = room(from, attribute.double_count, sizeof *entries);
        for (size_t i = 0; i < attribute.double_count; i++)
            entries[i] = (glift_double_entry){text_of(from, 0), double_of(from)};
        attribute.double_map = entries;
    }
    return attribute;
}

static glift_player player_of(generator *from, bool with_latencies)
{
    glift_player player = {
            .player_id = given(from), .team = perhaps(from), .attribute_count = below(from, 4)};
    glift_player_attribute *attributes = room(from, player.attribute_count, sizeof *attributes);
    for (size_t i = 0; i < player.attribute_count; i++)
        attributes[i] = attribute_of(from);
    player.attributes = attributes;
    player.latency_count = with_latencies ? below(from, 3) : 0;
    glift_player_latency *latencies = room(from, player.latency_count, sizeof *latencies);
    for (size_t i = 0; i < player.latency_count; i++)
        latencies[i] = (glift_player_latency){text_of(from, 0), int_of(from)};
    player.latencies = latencies;
    return player;
}

static const glift_player *players_of(generator *from, size_t count, bool with_latencies)
{
    glift_player *players = room(from, count, sizeof *players);
    for (size_t i = 0; i < count; i++)
        players[i] = player_of(from, with_latencies);
    return players;
}

static glift__request_body request_of(generator *from, glift__action action)
{
    glift__request_body body = {.action = action};
    switch (action) {
    case GLIFT__ACTIVATE_SERVER_PROCESS:
        body.as.activate_server_process.sdk_version = given(from);
        body.as.activate_server_process.sdk_language = given(from);
        body.as.activate_server_process.tool_name = perhaps(from);
        body.as.activate_server_process.tool_version = perhaps(from);
        body.as.activate_server_process.port = int_of(from);
        body.as.activate_server_process.log_paths =
                strings_of(from, &body.as.activate_server_process.log_path_count);
        break;
    case GLIFT__HEARTBEAT_SERVER_PROCESS:
        body.as.heartbeat.healthy = below(from, 2) == 0;
        break;
    case GLIFT__ACTIVATE_GAME_SESSION:
        body.as.activate_game_session.game_session_id = given(from);
        break;
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
        body.as.update_policy.game_session_id = given(from);
        body.as.update_policy.policy = (glift_player_session_creation_policy)(1 + below(from, 2));
        break;
    case GLIFT__ACCEPT_PLAYER_SESSION:
    case GLIFT__REMOVE_PLAYER_SESSION:
        body.as.player_session.game_session_id = given(from);
        body.as.player_session.player_session_id = given(from);
        break;
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
        body.as.describe = (glift_describe_player_sessions_request){
                .game_session_id = perhaps(from),
                .player_id = perhaps(from),
                .player_session_id = perhaps(from),
                .status_filter = (glift_player_session_status)below(from, 5),
                .next_token = perhaps(from),
                .limit = int_of(from),
        };
        break;
    case GLIFT__START_MATCH_BACKFILL:
        body.as.start_match_backfill = (glift_start_match_backfill_request){
                .game_session_arn = given(from),
                .matchmaking_configuration_arn = given(from),
                .ticket_id = perhaps(from),
                .player_count = 1 + below(from, 5),
        };
        body.as.start_match_backfill.players =
                players_of(from, body.as.start_match_backfill.player_count, true);
        break;
    case GLIFT__STOP_MATCH_BACKFILL:
        body.as.stop_match_backfill = (glift_stop_match_backfill_request){
                .game_session_arn = given(from),
                .matchmaking_configuration_arn = given(from),
                .ticket_id = given(from),
        };
        break;
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        body.as.role_credentials.role_arn = given(from);
        body.as.role_credentials.role_session_name = perhaps(from);
        break;
    default:
        break;
    }
    return body;
}

TEST(random_requests_are_read_as_they_were_written)
{
    generator from = {.state = UINT64_C(0x243F6A8885A308D3)};
    for (int round = 0; round < ROUNDS; round++) {
        glift__action action = (glift__action)(GLIFT__ACTIVATE_SERVER_PROCESS +
                                               below(&from, GLIFT__GET_FLEET_ROLE_CREDENTIALS -
                                                                    GLIFT__ACTIVATE_SERVER_PROCESS + 1));
        glift__request_body body = request_of(&from, action), read;
        const char *request_id = given(&from), *message;
        glift__text text;
        glift__parsed *parsed;
        CHECK_INT(glift__encode_request(&body, request_id, &text), GLIFT_OK);
        CHECK_INT(glift__parsed_open(text.bytes, text.length, &parsed), GLIFT_OK);
        CHECK_TEXT(glift__parsed_envelope(parsed).request_id, request_id);
        CHECK_INT(glift__parsed_read_request(parsed, &from.memory, &read, &message), GLIFT_OK);
        if (!same_request(&body, &read))
            printf("# round %d: %s\n", round, text.bytes);
        CHECK(same_request(&body, &read));
        glift__parsed_close(parsed);
        glift__text_free(&text);
        glift__memory_fini(&from.memory);
    }
}

static glift_player_session player_session_of(generator *from)
{
    return (glift_player_session){
            .player_session_id = perhaps(from),
            .player_id = perhaps(from),
            .game_session_id = perhaps(from),
            .fleet_id = perhaps(from),
            .player_data = perhaps(from),
            .ip_address = perhaps(from),
            .dns_name = perhaps(from),
            .port = int_of(from),
            .status = (glift_player_session_status)below(from, 5),
            .creation_time_unix_ms = int64_of(from),
            .termination_time_unix_ms = int64_of(from),
    };
}

static glift__answer_body answer_of(generator *from, glift__action action)
{
    glift__answer_body body = {0};
    if (action == GLIFT__DESCRIBE_PLAYER_SESSIONS) {
        size_t count = below(from, 4);
        glift_player_session *sessions = room(from, count, sizeof *sessions);
        for (size_t i = 0; i < count; i++)
            sessions[i] = player_session_of(from);
        body.player_session_page = (glift_player_session_page){sessions, count, perhaps(from)};
    }
    if (action == GLIFT__START_MATCH_BACKFILL)
        body.backfill_ticket_id = perhaps(from);
    if (action == GLIFT__GET_COMPUTE_CERTIFICATE)
        body.compute_certificate = (glift_compute_certificate){perhaps(from), perhaps(from)};
    if (action == GLIFT__GET_FLEET_ROLE_CREDENTIALS)
        body.fleet_role_credentials = (glift_fleet_role_credentials){
                perhaps(from), perhaps(from), perhaps(from), perhaps(from), perhaps(from), int64_of(from)};
    return body;
}

TEST(random_answers_are_read_as_they_were_written)
{
    static const glift__action actions[] = {GLIFT__DESCRIBE_PLAYER_SESSIONS, GLIFT__START_MATCH_BACKFILL,
            GLIFT__GET_COMPUTE_CERTIFICATE, GLIFT__GET_FLEET_ROLE_CREDENTIALS, GLIFT__ACCEPT_PLAYER_SESSION};
    generator from = {.state = UINT64_C(0x13198A2E03707344)};
    for (int round = 0; round < ROUNDS; round++) {
        glift__action action = actions[below(&from, 5)];
        glift__answer_body body = answer_of(&from, action), read;
        glift__text text;
        glift__parsed *parsed;
        CHECK_INT(glift__encode_answer(action, glift__action_name(action), "id", 200, "", &body, &text),
                GLIFT_OK);
        CHECK_INT(glift__parsed_open(text.bytes, text.length, &parsed), GLIFT_OK);
        CHECK_INT(glift__parsed_envelope(parsed).status_code, 200);
        CHECK_INT(glift__parsed_read_answer(parsed, action, &from.memory, &read), GLIFT_OK);
        if (!same_answer(&body, &read))
            printf("# round %d: %s\n", round, text.bytes);
        CHECK(same_answer(&body, &read));
        glift__parsed_close(parsed);
        glift__text_free(&text);
        glift__memory_fini(&from.memory);
    }
}

static glift_game_session game_session_of(generator *from, bool updated)
{
    size_t count = below(from, 4);
    glift_game_property *properties = room(from, count, sizeof *properties);
    for (size_t i = 0; i < count; i++)
        properties[i] = (glift_game_property){text_of(from, 0), perhaps(from)};
    return (glift_game_session){
            .game_session_id = given(from),
            .name = perhaps(from),
            .fleet_id = updated ? perhaps(from) : "",
            .location = updated ? perhaps(from) : "",
            .game_session_data = perhaps(from),
            .matchmaker_data = perhaps(from),
            .ip_address = perhaps(from),
            .dns_name = perhaps(from),
            .status_reason = updated ? perhaps(from) : "",
            .status = updated ? (glift_game_session_status)below(from, 6) : GLIFT_GAME_SESSION_NOT_SET,
            .port = int_of(from),
            .maximum_player_session_count = int_of(from),
            .game_properties = properties,
            .game_property_count = count,
    };
}

static glift__push push_of(generator *from, glift__push_kind kind)
{
    glift__push push = {.kind = kind};
    if (kind == GLIFT__CREATE_GAME_SESSION || kind == GLIFT__UPDATE_GAME_SESSION)
        push.game_session = game_session_of(from, kind == GLIFT__UPDATE_GAME_SESSION);
    if (kind == GLIFT__UPDATE_GAME_SESSION) {
        push.update_reason = (glift_update_reason)below(from, 5);
        push.backfill_ticket_id = perhaps(from);
    }
    if (kind == GLIFT__REFRESH_CONNECTION) {
        push.refresh_endpoint = given(from);
        push.auth_token = given(from);
    }
    if (kind == GLIFT__TERMINATE_PROCESS)
        push.termination_time_unix_ms = int64_of(from);
    return push;
}

TEST(random_pushes_are_read_as_they_were_written)
{
    generator from = {.state = UINT64_C(0xA4093822299F31D0)};
    for (int round = 0; round < ROUNDS; round++) {
        glift__push push = push_of(&from, (glift__push_kind)(GLIFT__CREATE_GAME_SESSION + below(&from, 4))),
                    read;
        glift__text text;
        glift__parsed *parsed;
        CHECK_INT(glift__encode_push(&push, &text), GLIFT_OK);
        CHECK_INT(glift__parsed_open(text.bytes, text.length, &parsed), GLIFT_OK);
        CHECK_INT(glift__parsed_read_push(parsed, &from.memory, &read), GLIFT_OK);
        if (!same_push(&push, &read))
            printf("# round %d: %s\n", round, text.bytes);
        CHECK(same_push(&push, &read));
        glift__parsed_close(parsed);
        glift__text_free(&text);
        glift__memory_fini(&from.memory);
    }
}

TEST(random_matchmaker_data_is_read_as_it_was_written)
{
    generator from = {.state = UINT64_C(0x082EFA98EC4E6C89)};
    for (int round = 0; round < ROUNDS; round++) {
        /* Players in the order of their teams, as the service has them. */
        static const char *const teams[] = {"blue", "red"};
        size_t count = below(&from, 6), blue = below(&from, count + 1);
        glift_player *players = room(&from, count, sizeof *players);
        for (size_t i = 0; i < count; i++) {
            players[i] = player_of(&from, false);
            players[i].team = teams[i >= blue];
        }
        const glift_matchmaker_data data = {
                .match_id = perhaps(&from),
                .matchmaking_configuration_arn = perhaps(&from),
                .auto_backfill_mode = (glift_auto_backfill_mode)below(&from, 3),
                .auto_backfill_ticket_id = perhaps(&from),
                .players = players,
                .player_count = count,
        };
        glift__text text;
        glift_matchmaker_data *read;
        CHECK_INT(glift__encode_matchmaker_data(&data, teams, 2, &text), GLIFT_OK);
        CHECK_INT(glift_matchmaker_data_parse(text.bytes, &read), GLIFT_OK);
        if (!same_matchmaker_data(&data, read))
            printf("# round %d: %s\n", round, text.bytes);
        CHECK(same_matchmaker_data(&data, read));
        glift_matchmaker_data_free(read);
        glift__text_free(&text);
        glift__memory_fini(&from.memory);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of every request, the next one too: it is a row (requests.h), whose fields are all that it has;
 * there is a golden message of it; and nothing of it lies in the caller's memory once the call has returned.
 */
#include "test.h"

#include "game.h"
#include "golden.h"
#include "wire/requests.h"

#include <ctype.h>

#define CONFIGURATION "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/MyMatchmaker"

/* ---- rows ---- */

static size_t size_of(glift__field_kind kind)
{
    switch (kind) {
    case GLIFT__FIELD_TEXT:
    case GLIFT__FIELD_TEXTS:
    case GLIFT__FIELD_PLAYERS:
        return sizeof(void *);
    case GLIFT__FIELD_INT:
        return sizeof(int);
    case GLIFT__FIELD_BOOL:
        return sizeof(bool);
    case GLIFT__FIELD_POLICY:
        return sizeof(glift_player_session_creation_policy);
    case GLIFT__FIELD_SEAT_STATUS:
        return sizeof(glift_player_session_status);
    }
    return 0;
}

static bool begins_with_its_size(glift__action action)
{
    return action == GLIFT__DESCRIBE_PLAYER_SESSIONS || action == GLIFT__START_MATCH_BACKFILL ||
           action == GLIFT__STOP_MATCH_BACKFILL;
}

static void check_row(glift__action action, const glift__request_kind *kind)
{
    char described[sizeof(glift__request_body)] = "";
    if (begins_with_its_size(action))
        memset(described + kind->offset, 'x', sizeof(size_t));
    for (size_t i = 0; i < kind->field_count; i++) {
        const glift__field *field = &kind->fields[i];
        CHECK(field->offset >= kind->offset &&
                field->offset + size_of(field->kind) <= kind->offset + kind->size);
        memset(described + field->offset, 'x', size_of(field->kind));
        if (field->count_member != NULL)
            memset(described + field->count_offset, 'x', sizeof(size_t));
    }
    /* Whatever could be a pointer or a count: what is smaller lies in the body, and is copied with it. */
    for (size_t at = kind->offset; at < kind->offset + kind->size; at += sizeof(void *))
        if (described[at] == '\0') {
            printf("# %s has an argument at %zu that no field describes\n", kind->call, at - kind->offset);
            CHECK(false);
        }
}

TEST(every_argument_of_every_request_is_a_field_of_its_row)
{
    const glift__request_kind *kind;
    int count = 0;
    for (; (kind = glift__request_kind_of((glift__action)(count + 1))) != NULL; count++)
        check_row((glift__action)(count + 1), kind);
    CHECK(count >= 13);
}

/* "AcceptPlayerSession" -> "accept_player_session.request" */
static const char *golden_name(const char *action)
{
    static char name[96];
    size_t length = 0;
    for (; *action != '\0'; action++) {
        if (isupper((unsigned char)*action) && length > 0)
            name[length++] = '_';
        name[length++] = (char)tolower((unsigned char)*action);
    }
    snprintf(name + length, sizeof name - length, ".request");
    return name;
}

TEST(every_request_that_goes_by_the_wire_has_a_golden_message)
{
    const glift__request_kind *kind;
    for (int i = 1; (kind = glift__request_kind_of((glift__action)i)) != NULL; i++) {
        if (kind->name[0] == '\0')
            continue;
        golden file = golden_open(golden_name(kind->name));
        CHECK_CONTAINS(file.bytes, kind->name);
        golden_close(&file);
    }
}

/* ---- copies ----
 *
 * Every text and every list is filled, the call is made, all of the caller's memory is overwritten and freed,
 * and only then may the request be written. */

typedef struct block {
    void *bytes;
    size_t size;
} block;

/* The caller's memory. */
typedef struct arena {
    block blocks[256];
    size_t count;
} arena;

static void *room(arena *from, size_t size)
{
    CHECK(from->count < sizeof from->blocks / sizeof from->blocks[0]);
    void *bytes = calloc(1, size);
    CHECK(bytes != NULL);
    from->blocks[from->count++] = (block){bytes, size};
    return bytes;
}

static void give_back(arena *from)
{
    for (size_t i = 0; i < from->count; i++) {
        memset(from->blocks[i].bytes, '#', from->blocks[i].size);
        free(from->blocks[i].bytes);
    }
    from->count = 0;
}

static const char *text(arena *from, const char *value)
{
    return strcpy(room(from, strlen(value) + 1), value);
}

/* A value that is allowed there. */
static const char *value_of(const glift__field *field)
{
    static const char *const special[][2] = {{"SdkVersion", GLIFT_SDK_VERSION},
            {"SdkLanguage", GLIFT__SDK_LANGUAGE}, {"GameSessionId", SESSION}, {"GameSessionArn", SESSION},
            {"MatchmakingConfigurationArn", CONFIGURATION}};
    static char value[64];
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (strcmp(field->key, special[i][0]) == 0)
            return special[i][1];
    snprintf(value, sizeof value, "a-%s", field->key);
    return value;
}

static const char *const *texts(arena *from)
{
    const char **list = room(from, 2 * sizeof *list);
    list[0] = text(from, "first-of-a-list");
    list[1] = text(from, "second-of-a-list");
    return list;
}

static const glift_player_attribute *attributes(arena *from)
{
    glift_player_attribute *all = room(from, 4 * sizeof *all);
    glift_double_entry *entries = room(from, 2 * sizeof *entries);
    entries[0] = (glift_double_entry){text(from, "first-entry"), 1.5};
    entries[1] = (glift_double_entry){text(from, "second-entry"), 2.5};
    all[0] = (glift_player_attribute){.name = text(from, "a-string"),
            .type = GLIFT_ATTRIBUTE_STRING,
            .string = text(from, "its-value")};
    all[1] = (glift_player_attribute){
            .name = text(from, "a-number"), .type = GLIFT_ATTRIBUTE_DOUBLE, .number = 3.5};
    all[2] = (glift_player_attribute){.name = text(from, "a-list"),
            .type = GLIFT_ATTRIBUTE_STRING_LIST,
            .string_list = texts(from),
            .string_count = 2};
    all[3] = (glift_player_attribute){.name = text(from, "a-map"),
            .type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP,
            .double_map = entries,
            .double_count = 2};
    return all;
}

static const glift_player *players(arena *from)
{
    glift_player *list = room(from, 2 * sizeof *list);
    for (int i = 0; i < 2; i++) {
        glift_player_latency *latencies = room(from, 2 * sizeof *latencies);
        latencies[0] = (glift_player_latency){text(from, "eu-west-1"), 20};
        latencies[1] = (glift_player_latency){text(from, "us-west-2"), 120};
        list[i] = (glift_player){.player_id = text(from, i == 0 ? "player-1" : "player-2"),
                .team = text(from, "red-team"),
                .attributes = attributes(from),
                .attribute_count = 4,
                .latencies = latencies,
                .latency_count = 2};
    }
    return list;
}

static void fill_field(arena *from, glift__request_body *body, const glift__field *field)
{
    void *at = (char *)body + field->offset;
    if (field->count_member != NULL)
        *(size_t *)(void *)((char *)body + field->count_offset) = 2;
    switch (field->kind) {
    case GLIFT__FIELD_TEXT:
        *(const char **)at = text(from, value_of(field));
        break;
    case GLIFT__FIELD_TEXTS:
        *(const char *const **)at = texts(from);
        break;
    case GLIFT__FIELD_PLAYERS:
        *(const glift_player **)at = players(from);
        break;
    case GLIFT__FIELD_INT:
        *(int *)at = 7777;
        break;
    case GLIFT__FIELD_BOOL:
        *(bool *)at = true;
        break;
    case GLIFT__FIELD_POLICY:
        *(glift_player_session_creation_policy *)at = GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL;
        break;
    case GLIFT__FIELD_SEAT_STATUS:
        *(glift_player_session_status *)at = GLIFT_PLAYER_SESSION_ACTIVE;
        break;
    }
}

/* Of the three ids of a DescribePlayerSessions only one may be given. */
static glift__request_body filled(arena *from, glift__action action, int round)
{
    const glift__request_kind *kind = glift__request_kind_of(action);
    glift__request_body body = {.action = action};
    for (size_t i = 0; i < kind->field_count; i++)
        if (action != GLIFT__DESCRIBE_PLAYER_SESSIONS || i > 2 || (int)i == round)
            fill_field(from, &body, &kind->fields[i]);
    return body;
}

static void *sized(arena *from, const void *request, size_t size)
{
    void *copy = room(from, size);
    memcpy(copy, request, size);
    memcpy(copy, &size, sizeof size);
    return copy;
}

static glift_status make_process_ready(arena *from, const glift__request_body *body)
{
    const glift_process_parameters parameters = {.port = body->as.activate_server_process.port,
            .log_paths = body->as.activate_server_process.log_paths,
            .log_path_count = body->as.activate_server_process.log_path_count};
    return glift_process_ready(the.server, sized(from, &parameters, sizeof parameters), on_answer, NULL);
}

/* The call that makes this request; GLIFT_ERR_UNSUPPORTED where the game makes none. */
static glift_status make(arena *from, const glift__request_body *body)
{
    switch (body->action) {
    case GLIFT__ACTIVATE_SERVER_PROCESS:
        return make_process_ready(from, body);
    case GLIFT__TERMINATE_SERVER_PROCESS:
        return glift_process_ending(the.server, on_answer, NULL);
    case GLIFT__ACTIVATE_GAME_SESSION:
        return glift_activate_game_session(the.server, on_answer, NULL);
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
        return glift_update_player_session_creation_policy(
                the.server, body->as.update_policy.policy, on_answer, NULL);
    case GLIFT__ACCEPT_PLAYER_SESSION:
        return glift_accept_player_session(
                the.server, body->as.player_session.player_session_id, on_answer, NULL);
    case GLIFT__REMOVE_PLAYER_SESSION:
        return glift_remove_player_session(
                the.server, body->as.player_session.player_session_id, on_answer, NULL);
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
        return glift_describe_player_sessions(
                the.server, sized(from, &body->as.describe, sizeof body->as.describe), on_answer, NULL);
    case GLIFT__START_MATCH_BACKFILL:
        return glift_start_match_backfill(the.server,
                sized(from, &body->as.start_match_backfill, sizeof body->as.start_match_backfill), on_answer,
                NULL);
    case GLIFT__STOP_MATCH_BACKFILL:
        return glift_stop_match_backfill(the.server,
                sized(from, &body->as.stop_match_backfill, sizeof body->as.stop_match_backfill), on_answer,
                NULL);
    case GLIFT__GET_COMPUTE_CERTIFICATE:
        return glift_get_compute_certificate(the.server, on_answer, NULL);
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        return glift_get_fleet_role_credentials(the.server, body->as.role_credentials.role_arn,
                body->as.role_credentials.role_session_name, on_answer, NULL);
    case GLIFT__HEARTBEAT_SERVER_PROCESS:
    case GLIFT__LIST_CONTAINERS_NETWORK_INFO:
    case GLIFT__ACTION_UNKNOWN:
        break;
    }
    return GLIFT_ERR_UNSUPPORTED;
}

/* What the server itself holds, and a request may point to, changes too: another session is placed. */
static void spoil(const char *text)
{
    memset((char *)text, '#', strlen(text));
}

static fake_socket *game_for(glift__action action)
{
    new_game();
    the.desc.tool_name = "a-SdkToolName";
    the.desc.tool_version = "a-SdkToolVersion";
    return action == GLIFT__ACTIVATE_SERVER_PROCESS ? connected_game() : hosting_game();
}

static void check_written(fake_socket *socket, const glift__request_body *expected)
{
    glift__text wanted;
    const char *message = fake_hear(socket);
    CHECK(message != NULL);
    CHECK_INT(glift__encode_request(expected, id_of(message), &wanted), GLIFT_OK);
    CHECK_TEXT(message, wanted.bytes);
    glift__text_free(&wanted);
}

static bool is_made_by_the_game(glift__action action)
{
    const glift__request_kind *kind = glift__request_kind_of(action);
    return kind->call[0] != '\0' && kind->name[0] != '\0';
}

static void check_copies(glift__action action, int round)
{
    arena callers = {.count = 0}, ours = {.count = 0};
    fake_socket *socket = game_for(action);
    glift__request_body body = filled(&callers, action, round), expected = filled(&ours, action, round);
    fake.writes_stall = true;
    glift_status status = make(&callers, &body);
    give_back(&callers);
    spoil(glift_get_game_session_id(the.server));
    spoil(the.server->settings.core.tool_name);
    spoil(the.server->settings.core.tool_version);
    fake.writes_stall = false;
    fake_run();
    if (is_made_by_the_game(action)) {
        CHECK_INT(status, GLIFT_OK);
        check_written(socket, &expected);
    }
    give_back(&ours);
    end_game();
}

TEST(every_text_and_list_of_every_request_is_copied_before_the_call_returns)
{
    for (int i = 1; glift__request_kind_of((glift__action)i) != NULL; i++)
        for (int round = 0; round < (i == GLIFT__DESCRIBE_PLAYER_SESSIONS ? 3 : 1); round++)
            check_copies((glift__action)i, round);
}

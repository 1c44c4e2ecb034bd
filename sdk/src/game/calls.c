/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of the public API: judge, check, copy, queue. What is queued is one allocation that holds the
 * arguments and will hold the answer; only lists (log paths, players) take more. */

#include "game/server_state.h"

#include <stdlib.h>
#include <string.h>

/* ---- copying ---- */

#define MOST_TEXTS 4

/* The texts of a request, to be copied. Lists are copied apart from them. */
static size_t texts_of(glift__request_body *body, const char **texts[MOST_TEXTS])
{
    size_t count = 0;
    switch (body->action) {
    case GLIFT__ACTIVATE_GAME_SESSION:
        texts[count++] = &body->as.activate_game_session.game_session_id;
        break;
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
        texts[count++] = &body->as.update_policy.game_session_id;
        break;
    case GLIFT__ACCEPT_PLAYER_SESSION:
    case GLIFT__REMOVE_PLAYER_SESSION:
        texts[count++] = &body->as.player_session.game_session_id;
        texts[count++] = &body->as.player_session.player_session_id;
        break;
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
        texts[count++] = &body->as.describe.game_session_id;
        texts[count++] = &body->as.describe.player_id;
        texts[count++] = &body->as.describe.player_session_id;
        texts[count++] = &body->as.describe.next_token;
        break;
    case GLIFT__START_MATCH_BACKFILL:
        texts[count++] = &body->as.start_match_backfill.game_session_arn;
        texts[count++] = &body->as.start_match_backfill.matchmaking_configuration_arn;
        texts[count++] = &body->as.start_match_backfill.ticket_id;
        break;
    case GLIFT__STOP_MATCH_BACKFILL:
        texts[count++] = &body->as.stop_match_backfill.game_session_arn;
        texts[count++] = &body->as.stop_match_backfill.matchmaking_configuration_arn;
        texts[count++] = &body->as.stop_match_backfill.ticket_id;
        break;
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        texts[count++] = &body->as.role_credentials.role_arn;
        texts[count++] = &body->as.role_credentials.role_session_name;
        break;
    default:
        break;
    }
    return count;
}

static size_t size_of_texts(const char **const *texts, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += *texts[i] != NULL ? strlen(*texts[i]) + 1 : 0;
    return size;
}

static void copy_texts(const char **const *texts, size_t count, char *to)
{
    for (size_t i = 0; i < count; i++) {
        if (*texts[i] == NULL)
            continue;
        size_t size = strlen(*texts[i]) + 1;
        *texts[i] = memcpy(to, *texts[i], size);
        to += size;
    }
}

static bool copy_text(glift__memory *memory, const char **text)
{
    *text = glift__memory_text(memory, *text);
    return *text != NULL;
}

/* A copy of `count` things that lie at `from`; NULL without memory. */
static void *copy_array(glift__memory *memory, const void *from, size_t count, size_t size)
{
    void *copy = glift__memory_take(memory, count, size);
    if (copy != NULL && count > 0)
        memcpy(copy, from, count * size);
    return copy;
}

static bool copy_text_array(glift__memory *memory, const char *const **texts, size_t count)
{
    const char **copy = copy_array(memory, *texts, count, sizeof *copy);
    bool copied = copy != NULL;
    for (size_t i = 0; i < count && copied; i++)
        copied = copy_text(memory, &copy[i]);
    *texts = copy;
    return copied;
}

static bool copy_map(glift__memory *memory, const glift_double_entry **entries, size_t count)
{
    glift_double_entry *copy = copy_array(memory, *entries, count, sizeof *copy);
    bool copied = copy != NULL;
    for (size_t i = 0; i < count && copied; i++)
        copied = copy_text(memory, &copy[i].key);
    *entries = copy;
    return copied;
}

/* Only the members of its type mean anything; the others may be garbage. */
static bool copy_attribute(glift__memory *memory, glift_player_attribute *to)
{
    const glift_player_attribute from = *to;
    *to = (glift_player_attribute){.name = from.name, .type = from.type, .string = ""};
    if (!copy_text(memory, &to->name))
        return false;
    switch (from.type) {
    case GLIFT_ATTRIBUTE_STRING:
        to->string = from.string;
        return copy_text(memory, &to->string);
    case GLIFT_ATTRIBUTE_DOUBLE:
        to->number = from.number;
        return true;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        to->string_list = from.string_list;
        to->string_count = from.string_count;
        return copy_text_array(memory, &to->string_list, to->string_count);
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        to->double_map = from.double_map;
        to->double_count = from.double_count;
        return copy_map(memory, &to->double_map, to->double_count);
    default:
        return true;
    }
}

static bool copy_player(glift__memory *memory, glift_player *player)
{
    glift_player_attribute *attributes =
            copy_array(memory, player->attributes, player->attribute_count, sizeof *attributes);
    glift_player_latency *latencies =
            copy_array(memory, player->latencies, player->latency_count, sizeof *latencies);
    bool copied = attributes != NULL && latencies != NULL && copy_text(memory, &player->player_id) &&
                  copy_text(memory, &player->team);
    for (size_t i = 0; i < player->attribute_count && copied; i++)
        copied = copy_attribute(memory, &attributes[i]);
    for (size_t i = 0; i < player->latency_count && copied; i++)
        copied = copy_text(memory, &latencies[i].region);
    player->attributes = attributes;
    player->latencies = latencies;
    return copied;
}

static bool copy_players(glift__memory *memory, glift_start_match_backfill_request *request)
{
    glift_player *players = copy_array(memory, request->players, request->player_count, sizeof *players);
    bool copied = players != NULL;
    for (size_t i = 0; i < request->player_count && copied; i++)
        copied = copy_player(memory, &players[i]);
    request->players = players;
    return copied;
}

static bool copy_lists(glift__call *call)
{
    glift__request_body *body = &call->body;
    if (body->action == GLIFT__START_MATCH_BACKFILL)
        return copy_players(&call->memory, &body->as.start_match_backfill);
    if (body->action == GLIFT__ACTIVATE_SERVER_PROCESS)
        return copy_text_array(&call->memory, &body->as.activate_server_process.log_paths,
                body->as.activate_server_process.log_path_count);
    return true;
}

static glift__call *new_call(const glift__request_body *body)
{
    const char **texts[MOST_TEXTS];
    glift__request_body measured = *body;
    size_t size = size_of_texts(texts, texts_of(&measured, texts));
    glift__call *call = malloc(sizeof *call + size);
    if (call == NULL)
        return NULL;
    memset(call, 0, sizeof *call);
    call->item.kind = GLIFT__COMMAND_CALL;
    glift__memory_init(&call->memory);
    call->body = *body;
    copy_texts(texts, texts_of(&call->body, texts), (char *)(call + 1));
    if (copy_lists(call))
        return call;
    glift__item_free(&call->item, true);
    return NULL;
}

/* ---- judging ---- */

typedef enum needs {
    NEEDS_NOTHING,
    NEEDS_READY,
    NEEDS_SESSION, /* and ready (P71) */
    NEEDS_TO_HAVE_BEEN_READY
} needs;

static const char *objection(const glift_server *server, needs need)
{
    if (need == NEEDS_NOTHING)
        return NULL;
    if (server->ended && need != NEEDS_TO_HAVE_BEEN_READY)
        return "the process has ended";
    if (!server->ready && !server->ended)
        return "the process is not ready: call glift_process_ready first";
    if (need == NEEDS_SESSION && server->session_event == NULL)
        return "no game session was placed here yet";
    return NULL;
}

static glift_status refuse_state(glift_server *server, const char *name, const char *message)
{
    glift__log(server, GLIFT_LOG_WARNING, "%s was not sent: %s", name, message);
    return GLIFT_ERR_STATE;
}

static glift_status refuse_argument(glift_server *server, const char *name, const char *message)
{
    glift__log(server, GLIFT_LOG_WARNING, "%s was not sent: %s", name, message);
    return GLIFT_ERR_ARGUMENT;
}

/* Can this server take a request now, arguments aside? */
static glift_status judge(glift_server *server, const char *name, needs need)
{
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT; /* P163 */
    if (server->closing)
        return GLIFT_ERR_STATE;
    const char *message = objection(server, need);
    return message == NULL ? GLIFT_OK : refuse_state(server, name, message);
}

/* ---- queueing ---- */

static void queue_call(glift_server *server, glift__call *call)
{
    if (call->body.action == GLIFT__ACTIVATE_SERVER_PROCESS)
        server->process_ready = call; /* its deadline begins with the connection: the core sets it */
    else
        call->deadline_ms = glift__io_now().mono_ms + server->settings.core.request_timeout_ms;
    glift__list_insert_before(&server->pending, &call->game.pending);
    glift__submit(server, &call->item);
}

static glift_status queue(
        glift_server *server, const glift__request_body *body, glift_done_fn done, void *user)
{
    glift__call *call = new_call(body);
    if (call == NULL)
        return GLIFT_ERR_MEMORY;
    call->user = user;
    call->game.done = done;
    queue_call(server, call);
    return GLIFT_OK;
}

static glift_status check_and_queue(glift_server *server, const char *name, const glift__request_body *body,
        glift_done_fn done, void *user)
{
    char message[GLIFT__MESSAGE_SIZE];
    if (glift__validate_request(body, message) != GLIFT_OK)
        return refuse_argument(server, name, message);
    return queue(server, body, done, user);
}

/* The caller's request struct as this version knows it; false if its size makes no sense. */
static bool read_sized(void *to, size_t to_size, const void *from)
{
    size_t size;
    memset(to, 0, to_size);
    if (from == NULL)
        return false;
    memcpy(&size, from, sizeof size);
    if (size < sizeof size || size > 4096)
        return false;
    memcpy(to, from, size < to_size ? size : to_size);
    return true;
}

#define BAD_SIZE "size_bytes is invalid. It must be the sizeof of the struct."

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

/* ---- the process ---- */

glift_status glift_process_ready(
        glift_server *server, const glift_process_parameters *given, glift_done_fn done, void *user)
{
    glift_process_parameters parameters;
    glift_status status = judge(server, "ProcessReady", NEEDS_NOTHING);
    if (status != GLIFT_OK)
        return status;
    if (server->ready || server->process_ready != NULL || server->ended) /* P164 */
        return refuse_state(server, "ProcessReady",
                server->ended   ? "the process has ended"
                : server->ready ? "the process is ready already"
                                : "another one is under way");
    if (!read_sized(&parameters, sizeof parameters, given))
        return refuse_argument(server, "ProcessReady", BAD_SIZE);
    glift__request_body body = {.action = GLIFT__ACTIVATE_SERVER_PROCESS};
    body.as.activate_server_process.sdk_version = GLIFT_SDK_VERSION;
    body.as.activate_server_process.sdk_language = GLIFT__SDK_LANGUAGE;
    body.as.activate_server_process.tool_name = server->settings.core.tool_name;
    body.as.activate_server_process.tool_version = server->settings.core.tool_version;
    body.as.activate_server_process.port = parameters.port;
    body.as.activate_server_process.log_paths = parameters.log_paths;
    body.as.activate_server_process.log_path_count =
            parameters.log_paths != NULL ? parameters.log_path_count : 0;
    return check_and_queue(server, "ProcessReady", &body, done, user);
}

glift_status glift_process_ending(glift_server *server, glift_done_fn done, void *user)
{
    glift_status status = judge(server, "ProcessEnding", NEEDS_NOTHING); /* P63 */
    if (status != GLIFT_OK)
        return status;
    if (server->ended)
        return refuse_state(server, "ProcessEnding", "the process has ended already");
    const glift__request_body body = {.action = GLIFT__TERMINATE_SERVER_PROCESS};
    return queue(server, &body, done, user);
}

glift_status glift__end_process(glift_server *server)
{
    const glift__request_body body = {.action = GLIFT__TERMINATE_SERVER_PROCESS};
    glift__call *call = new_call(&body);
    if (call == NULL)
        return GLIFT_ERR_MEMORY;
    call->is_internal = true;
    queue_call(server, call);
    return GLIFT_OK;
}

/* ---- the game session and its players ---- */

glift_status glift_activate_game_session(glift_server *server, glift_done_fn done, void *user)
{
    glift_status status = judge(server, "ActivateGameSession", NEEDS_SESSION); /* P66, P67 */
    if (status != GLIFT_OK)
        return status;
    glift__request_body body = {.action = GLIFT__ACTIVATE_GAME_SESSION};
    body.as.activate_game_session.game_session_id = glift_get_game_session_id(server);
    return queue(server, &body, done, user);
}

glift_status glift_update_player_session_creation_policy(
        glift_server *server, glift_player_session_creation_policy policy, glift_done_fn done, void *user)
{
    glift_status status = judge(server, "UpdatePlayerSessionCreationPolicy", NEEDS_SESSION);
    if (status != GLIFT_OK)
        return status;
    glift__request_body body = {.action = GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY};
    body.as.update_policy.game_session_id = glift_get_game_session_id(server);
    body.as.update_policy.policy = policy;
    return check_and_queue(server, "UpdatePlayerSessionCreationPolicy", &body, done, user);
}

static glift_status seat_request(glift_server *server, glift__action action, const char *player_session_id,
        glift_done_fn done, void *user)
{
    const char *name = glift__action_name(action);
    glift_status status = judge(server, name, NEEDS_SESSION);
    if (status != GLIFT_OK)
        return status;
    glift__request_body body = {.action = action};
    body.as.player_session.game_session_id = glift_get_game_session_id(server);
    body.as.player_session.player_session_id = player_session_id;
    return check_and_queue(server, name, &body, done, user);
}

glift_status glift_accept_player_session(
        glift_server *server, const char *player_session_id, glift_done_fn done, void *user)
{
    return seat_request(server, GLIFT__ACCEPT_PLAYER_SESSION, player_session_id, done, user);
}

glift_status glift_remove_player_session(
        glift_server *server, const char *player_session_id, glift_done_fn done, void *user)
{
    return seat_request(server, GLIFT__REMOVE_PLAYER_SESSION, player_session_id, done, user);
}

glift_status glift_describe_player_sessions(glift_server *server,
        const glift_describe_player_sessions_request *request, glift_done_fn done, void *user)
{
    glift_status status = judge(server, "DescribePlayerSessions", NEEDS_READY);
    if (status != GLIFT_OK)
        return status;
    glift__request_body body = {.action = GLIFT__DESCRIBE_PLAYER_SESSIONS};
    if (!read_sized(&body.as.describe, sizeof body.as.describe, request))
        return refuse_argument(server, "DescribePlayerSessions", BAD_SIZE);
    return check_and_queue(server, "DescribePlayerSessions", &body, done, user);
}

/* ---- backfill ---- */

glift_status glift_start_match_backfill(glift_server *server,
        const glift_start_match_backfill_request *request, glift_done_fn done, void *user)
{
    char ticket_id[GLIFT__UUID_SIZE];
    glift_status status = judge(server, "StartMatchBackfill", NEEDS_READY);
    if (status != GLIFT_OK)
        return status;
    glift__request_body body = {.action = GLIFT__START_MATCH_BACKFILL};
    glift_start_match_backfill_request *to = &body.as.start_match_backfill;
    if (!read_sized(to, sizeof *to, request))
        return refuse_argument(server, "StartMatchBackfill", BAD_SIZE);
    if (is_empty(to->game_session_arn))
        to->game_session_arn = glift_get_game_session_id(server);
    if (is_empty(to->ticket_id)) { /* always one: so that sending it twice makes one ticket */
        glift__random random;
        glift__random_seed(&random);
        glift__uuid(ticket_id, glift__random_next, &random);
        to->ticket_id = ticket_id;
    }
    return check_and_queue(server, "StartMatchBackfill", &body, done, user);
}

glift_status glift_stop_match_backfill(glift_server *server, const glift_stop_match_backfill_request *request,
        glift_done_fn done, void *user)
{
    glift_status status = judge(server, "StopMatchBackfill", NEEDS_READY);
    if (status != GLIFT_OK)
        return status;
    glift__request_body body = {.action = GLIFT__STOP_MATCH_BACKFILL};
    glift_stop_match_backfill_request *to = &body.as.stop_match_backfill;
    if (!read_sized(to, sizeof *to, request))
        return refuse_argument(server, "StopMatchBackfill", BAD_SIZE);
    if (is_empty(to->game_session_arn))
        to->game_session_arn = glift_get_game_session_id(server);
    return check_and_queue(server, "StopMatchBackfill", &body, done, user);
}

/* ---- certificates, credentials, containers ---- */

glift_status glift_get_compute_certificate(glift_server *server, glift_done_fn done, void *user)
{
    glift_status status = judge(server, "GetComputeCertificate", NEEDS_READY);
    if (status != GLIFT_OK)
        return status;
    const glift__request_body body = {.action = GLIFT__GET_COMPUTE_CERTIFICATE};
    return queue(server, &body, done, user);
}

glift_status glift_get_fleet_role_credentials(glift_server *server, const char *role_arn,
        const char *role_session_name, glift_done_fn done, void *user)
{
    char message[GLIFT__MESSAGE_SIZE];
    glift_status status = judge(server, "GetFleetRoleCredentials", NEEDS_TO_HAVE_BEEN_READY);
    if (status != GLIFT_OK)
        return status;
    glift__request_body body = {.action = GLIFT__GET_FLEET_ROLE_CREDENTIALS};
    body.as.role_credentials.role_arn = role_arn;
    /* The core makes the default: the host id of a container is known only there. */
    body.as.role_credentials.role_session_name = is_empty(role_session_name) ? "default" : role_session_name;
    if (glift__validate_request(&body, message) != GLIFT_OK)
        return refuse_argument(server, "GetFleetRoleCredentials", message);
    body.as.role_credentials.role_session_name = role_session_name;
    return queue(server, &body, done, user);
}

glift_status glift_list_containers_network_info(glift_server *server, glift_done_fn done, void *user)
{
    glift_status status = judge(server, "ListContainersNetworkInfo", NEEDS_NOTHING);
    if (status != GLIFT_OK)
        return status;
    if (!server->settings.core.container_fleet) { /* P33 */
        glift__log(server, GLIFT_LOG_WARNING,
                "ListContainersNetworkInfo is only supported on container fleets.");
        return GLIFT_ERR_UNSUPPORTED;
    }
    const glift__request_body body = {.action = GLIFT__ACTION_UNKNOWN};
    return queue(server, &body, done, user);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of the public API: judge, check, copy, queue. What is queued is one allocation that holds the
 * arguments and will hold the answer; only lists (log paths, players) take more. */

#include "core/needs.h"
#include "game/server_state.h"
#include "base/structs.h"
#include "wire/copy.h"
#include "wire/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- copying ---- */

static glift__call *new_call(const glift__request_body *body)
{
    glift__call *call = malloc(sizeof *call + glift__request_texts_size(body));
    if (call == NULL)
        return NULL;
    memset(call, 0, sizeof *call);
    call->item.kind = GLIFT__COMMAND_CALL;
    glift__memory_init(&call->memory);
    call->body = *body;
    if (glift__request_copy(&call->body, (char *)(call + 1), &call->memory))
        return call;
    glift__item_free(&call->item, true);
    return NULL;
}

/* ---- judging ---- */

static const char *beginning_objection(const glift_server *server)
{
    return server->ended                   ? "the process has ended already"
           : server->ready                 ? "the process is ready already"
           : server->process_ready != NULL ? "another ProcessReady is under way" /* P164 */
                                           : NULL;
}

static const char *objection(const glift_server *server, glift__need need)
{
    static const char has_ended[] = "the process has ended already";
    bool was_ready = server->ready || server->ended;
    switch (need) {
    case GLIFT__NEEDS_NOTHING:
        return NULL;
    case GLIFT__NEEDS_A_BEGINNING:
        return beginning_objection(server);
    case GLIFT__NEEDS_NO_END:
        return server->ended ? has_ended : NULL;
    case GLIFT__NEEDS_READY:
    case GLIFT__NEEDS_SESSION:
        if (server->ended)
            return has_ended;
        break;
    case GLIFT__NEEDS_TO_HAVE_BEEN_READY:
        break;
    }
    if (!was_ready)
        return "the process is not ready: call process_ready first";
    if (need == GLIFT__NEEDS_SESSION && server->session_event == NULL)
        return "no game session has been placed yet";
    return NULL;
}

static glift_status refuse(
        glift_server *server, glift__action action, glift_status status, const char *message)
{
    glift__note_refusal(server, message);
    glift__log(
            server, GLIFT_LOG_WARNING, "%s was not sent: %s", glift__request_kind_of(action)->call, message);
    return status;
}

/* Can this server take a request now, arguments aside? */
static glift_status judge(glift_server *server, glift__action action)
{
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT; /* P163 */
    server->last_refusal[0] = '\0';
    const char *message =
            server->closing ? "the server is being closed" : objection(server, glift__need_of(action));
    return message == NULL ? GLIFT_OK : refuse(server, action, GLIFT_ERR_STATE, message);
}

void glift__note_refusal(glift_server *server, const char *message)
{
    snprintf(server->last_refusal, sizeof server->last_refusal, "%s", message);
}

const char *glift_get_last_refusal(const glift_server *server)
{
    return server != NULL ? server->last_refusal : "";
}

/* ---- queueing ---- */

static glift_request_kind kind_of(glift__action action)
{
    switch (action) {
    case GLIFT__ACTIVATE_SERVER_PROCESS:
        return GLIFT_REQUEST_PROCESS_READY;
    case GLIFT__TERMINATE_SERVER_PROCESS:
        return GLIFT_REQUEST_PROCESS_ENDING;
    case GLIFT__ACTIVATE_GAME_SESSION:
        return GLIFT_REQUEST_ACTIVATE_GAME_SESSION;
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
        return GLIFT_REQUEST_UPDATE_PLAYER_SESSION_CREATION_POLICY;
    case GLIFT__ACCEPT_PLAYER_SESSION:
        return GLIFT_REQUEST_ACCEPT_PLAYER_SESSION;
    case GLIFT__REMOVE_PLAYER_SESSION:
        return GLIFT_REQUEST_REMOVE_PLAYER_SESSION;
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
        return GLIFT_REQUEST_DESCRIBE_PLAYER_SESSIONS;
    case GLIFT__START_MATCH_BACKFILL:
        return GLIFT_REQUEST_START_MATCH_BACKFILL;
    case GLIFT__STOP_MATCH_BACKFILL:
        return GLIFT_REQUEST_STOP_MATCH_BACKFILL;
    case GLIFT__GET_COMPUTE_CERTIFICATE:
        return GLIFT_REQUEST_GET_COMPUTE_CERTIFICATE;
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        return GLIFT_REQUEST_GET_FLEET_ROLE_CREDENTIALS;
    case GLIFT__LIST_CONTAINERS_NETWORK_INFO:
        return GLIFT_REQUEST_LIST_CONTAINERS_NETWORK_INFO;
    case GLIFT__HEARTBEAT_SERVER_PROCESS: /* the core's own */
    case GLIFT__ACTION_UNKNOWN:
        break;
    }
    return (glift_request_kind)0;
}

static const char *subject_of(const glift__request_body *body)
{
    const char *subject = "";
    if (body->action == GLIFT__ACCEPT_PLAYER_SESSION || body->action == GLIFT__REMOVE_PLAYER_SESSION)
        subject = body->as.player_session.player_session_id;
    else if (body->action == GLIFT__START_MATCH_BACKFILL)
        subject = body->as.start_match_backfill.ticket_id;
    else if (body->action == GLIFT__STOP_MATCH_BACKFILL)
        subject = body->as.stop_match_backfill.ticket_id;
    else if (body->action == GLIFT__GET_FLEET_ROLE_CREDENTIALS)
        subject = body->as.role_credentials.role_arn;
    return subject != NULL ? subject : "";
}

static void queue_call(glift_server *server, glift__call *call)
{
    if (call->body.action == GLIFT__ACTIVATE_SERVER_PROCESS)
        server->process_ready = call; /* its deadline begins with the connection: the core sets it */
    else
        call->deadline_ms = glift__io_now().mono_ms + server->settings.core.request_timeout_ms;
    call->game.kind =
            kind_of(call->body.action); /* here: the core may use the body for what it asks itself */
    call->game.subject = subject_of(&call->body);
    glift__list_insert_before(&server->pending, &call->game.pending);
    glift__submit(server, &call->item);
}

static glift_status queue(
        glift_server *server, const glift__request_body *body, glift_done_fn done, void *user)
{
    glift__call *call = new_call(body);
    if (call == NULL) {
        glift__note_refusal(server, "not enough memory");
        return GLIFT_ERR_MEMORY;
    }
    call->id = server->next_request_id++;
    call->user = user;
    call->game.done = done;
    queue_call(server, call);
    return GLIFT_OK;
}

static glift_status check_and_queue(
        glift_server *server, const glift__request_body *body, glift_done_fn done, void *user)
{
    char message[GLIFT__MESSAGE_SIZE];
    if (glift__validate_request(body, message) != GLIFT_OK)
        return refuse(server, body->action, GLIFT_ERR_ARGUMENT, message);
    return queue(server, body, done, user);
}

/* A request that has no arguments of the game's. */
static glift_status plain_request(glift_server *server, glift__action action, glift_done_fn done, void *user)
{
    glift_status status = judge(server, action);
    const glift__request_body body = {.action = action};
    return status == GLIFT_OK ? queue(server, &body, done, user) : status;
}

/* The caller's struct as this version knows it. */
static glift_status read_sized(
        glift_server *server, glift__action action, const glift__sized *kind, const void *from, void *to)
{
    char message[GLIFT__MESSAGE_SIZE];
    glift_status status = glift__sized_read(kind, from, to, message);
    return status == GLIFT_OK ? GLIFT_OK : refuse(server, action, status, message);
}

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

/* ---- the process ---- */

glift_status glift_process_ready(
        glift_server *server, const glift_process_parameters *given, glift_done_fn done, void *user)
{
    glift_process_parameters parameters;
    glift__request_body body = {.action = GLIFT__ACTIVATE_SERVER_PROCESS};
    glift_status status = judge(server, body.action);
    if (status == GLIFT_OK)
        status = read_sized(server, body.action, &glift__sized_process_parameters, given, &parameters);
    if (status != GLIFT_OK)
        return status;
    body.as.activate_server_process.sdk_version = GLIFT_SDK_VERSION;
    body.as.activate_server_process.sdk_language = GLIFT__SDK_LANGUAGE;
    body.as.activate_server_process.tool_name = server->settings.core.tool_name;
    body.as.activate_server_process.tool_version = server->settings.core.tool_version;
    body.as.activate_server_process.port = parameters.port;
    body.as.activate_server_process.log_paths = parameters.log_paths;
    body.as.activate_server_process.log_path_count = parameters.log_path_count;
    return check_and_queue(server, &body, done, user);
}

glift_status glift_process_ending(glift_server *server, glift_done_fn done, void *user)
{
    return plain_request(server, GLIFT__TERMINATE_SERVER_PROCESS, done, user); /* P63 */
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
    glift__request_body body = {.action = GLIFT__ACTIVATE_GAME_SESSION};
    glift_status status = judge(server, body.action); /* P66, P67 */
    if (status != GLIFT_OK)
        return status;
    body.as.activate_game_session.game_session_id = glift_get_game_session_id(server);
    return check_and_queue(server, &body, done, user);
}

glift_status glift_update_player_session_creation_policy(
        glift_server *server, glift_player_session_creation_policy policy, glift_done_fn done, void *user)
{
    glift__request_body body = {.action = GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY};
    glift_status status = judge(server, body.action);
    if (status != GLIFT_OK)
        return status;
    body.as.update_policy.game_session_id = glift_get_game_session_id(server);
    body.as.update_policy.policy = policy;
    return check_and_queue(server, &body, done, user);
}

static glift_status seat_request(glift_server *server, glift__action action, const char *player_session_id,
        glift_done_fn done, void *user)
{
    glift__request_body body = {.action = action};
    glift_status status = judge(server, action);
    if (status != GLIFT_OK)
        return status;
    body.as.player_session.game_session_id = glift_get_game_session_id(server);
    body.as.player_session.player_session_id = player_session_id;
    return check_and_queue(server, &body, done, user);
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
    glift__request_body body = {.action = GLIFT__DESCRIBE_PLAYER_SESSIONS};
    glift_status status = judge(server, body.action);
    if (status == GLIFT_OK)
        status = read_sized(server, body.action, &glift__sized_describe, request, &body.as.describe);
    return status == GLIFT_OK ? check_and_queue(server, &body, done, user) : status;
}

/* ---- backfill ---- */

glift_status glift_start_match_backfill(glift_server *server,
        const glift_start_match_backfill_request *request, glift_done_fn done, void *user)
{
    char ticket_id[GLIFT__UUID_SIZE];
    glift__request_body body = {.action = GLIFT__START_MATCH_BACKFILL};
    glift_start_match_backfill_request *to = &body.as.start_match_backfill;
    glift_status status = judge(server, body.action);
    if (status == GLIFT_OK)
        status = read_sized(server, body.action, &glift__sized_start_match_backfill, request, to);
    if (status != GLIFT_OK)
        return status;
    if (is_empty(to->game_session_arn))
        to->game_session_arn = glift_get_game_session_id(server);
    if (is_empty(to->ticket_id)) { /* always one: so that sending it twice makes one ticket */
        glift__random random;
        glift__random_seed(&random);
        glift__uuid(ticket_id, glift__random_next, &random);
        to->ticket_id = ticket_id;
    }
    return check_and_queue(server, &body, done, user);
}

glift_status glift_stop_match_backfill(glift_server *server, const glift_stop_match_backfill_request *request,
        glift_done_fn done, void *user)
{
    glift__request_body body = {.action = GLIFT__STOP_MATCH_BACKFILL};
    glift_stop_match_backfill_request *to = &body.as.stop_match_backfill;
    glift_status status = judge(server, body.action);
    if (status == GLIFT_OK)
        status = read_sized(server, body.action, &glift__sized_stop_match_backfill, request, to);
    if (status != GLIFT_OK)
        return status;
    if (is_empty(to->game_session_arn))
        to->game_session_arn = glift_get_game_session_id(server);
    return check_and_queue(server, &body, done, user);
}

/* ---- certificates, credentials, containers ---- */

glift_status glift_get_compute_certificate(glift_server *server, glift_done_fn done, void *user)
{
    return plain_request(server, GLIFT__GET_COMPUTE_CERTIFICATE, done, user);
}

glift_status glift_get_fleet_role_credentials(glift_server *server, const char *role_arn,
        const char *role_session_name, glift_done_fn done, void *user)
{
    glift__request_body body = {.action = GLIFT__GET_FLEET_ROLE_CREDENTIALS};
    glift_status status = judge(server, body.action);
    if (status != GLIFT_OK)
        return status;
    body.as.role_credentials.role_arn = role_arn;
    /* Where it is empty the core makes one: the host id of a container is known only there. */
    body.as.role_credentials.role_session_name = role_session_name;
    return check_and_queue(server, &body, done, user);
}

glift_status glift_list_containers_network_info(glift_server *server, glift_done_fn done, void *user)
{
    static const char elsewhere[] = "ListContainersNetworkInfo is only supported on container fleets.";
    if (server != NULL && !server->closing && !server->settings.core.container_fleet) { /* P33 */
        glift__note_refusal(server, elsewhere);
        glift__log(server, GLIFT_LOG_WARNING, "%s", elsewhere);
        return GLIFT_ERR_UNSUPPORTED;
    }
    return plain_request(server, GLIFT__LIST_CONTAINERS_NETWORK_INFO, done, user);
}

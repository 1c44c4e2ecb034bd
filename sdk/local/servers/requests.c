/* SPDX-License-Identifier: Apache-2.0 */
/* The twelve requests of a game server: each is answered exactly once, on the socket it came by, with its
 * Action and RequestId (S25, P100). What follows from a request comes after its answer: a process that has
 * not read "you are ready" would ignore a game session. */
#include "servers/servers.h"

#include <string.h>

#include "flexmatch/matchmaking.h"
#include "journal/journal.h"
#include "model/page.h"
#include "servers/answer_faults.h"
#include "servers/seat_page.h"

#define PAGE_DEFAULT   50
#define PAGE_LIMIT_MAX 1024

typedef struct server_request {
    local_service *service;
    glift__time now;
    local_process *process;
    uint64_t connection;
    glift__action action;
    const char *action_name, *id;
    const glift__request_body *body;
    glift__memory *memory;
    local_request_fate fate;
} server_request;

static local_answered_request describe_request(const server_request *request)
{
    return (local_answered_request){.process = request->process,
            .connection = request->connection,
            .action = request->action,
            .action_name = request->action_name,
            .id = request->id};
}

/* ---- answers ---- */

static void answer(
        const server_request *request, int status_code, const char *message, const glift__answer_body *body)
{
    glift__text text = {0};
    if (request->fate.status_code != 0) {
        status_code = request->fate.status_code;
        message = request->fate.message;
        body = NULL;
    }
    glift_status status = glift__encode_answer(
            request->action, request->action_name, request->id, status_code, message, body, &text);
    if (status != GLIFT_OK) {
        local_log(request->service, GLIFT_LOG_ERROR,
                "the answer to %.64s of process %s could not be written: %s", request->action_name,
                request->process->id, glift_status_name(status));
        return;
    }
    if (status_code == 200) /* refusals are logged with their reason */
        local_log(request->service, GLIFT_LOG_DEBUG, "%s of process %s: done (request %.64s)",
                request->action_name, request->process->id, request->id);
    bool repeatable = request->action == GLIFT__DESCRIBE_PLAYER_SESSIONS || request->fate.status_code != 0;
    if (request->service->remember_request_ids && request->id[0] != '\0' && !repeatable)
        local_remember_answer(request->service, request->process, request->id, &text);
    if (request->fate.is_lost) {
        glift__text_free(&text);
        return;
    }
    local_answered_request answered = describe_request(request);
    if (!local_send_answer(request->service, &answered, &text))
        local_log(request->service, GLIFT_LOG_ERROR, "out of memory: an answer to process %s is lost",
                request->process->id);
}

static void accept_request(const server_request *request)
{
    answer(request, 200, NULL, NULL);
}

static void refuse_request(const server_request *request, const local_refusal *why)
{
    local_log(request->service, GLIFT_LOG_INFO, "%.64s of process %s was refused: %s", request->action_name,
            request->process->id, why->message); /* an action that is not known may have any length */
    answer(request, local_error_status_code(why->error), why->message, NULL);
}

/* ---- which session ---- */

/* The session of that id, if this process hosts it; else the refusal (S35). */
static local_game_session *hosted_session(const server_request *request, const char *arn, local_refusal *why)
{
    if (arn == NULL || arn[0] == '\0') {
        local_refuse(why, LOCAL_INVALID_REQUEST, "GameSessionId is missing.");
        return NULL;
    }
    local_game_session *session = local_need_game_session(request->service, arn, why);
    if (session == NULL || session->process == request->process)
        return session;
    local_refuse(why, LOCAL_INVALID_REQUEST, "Game session %s is not hosted by process %s.", arn,
            request->process->id);
    return NULL;
}

/* ---- the requests ---- */

/* A process that hosts does not report ready again, unless it repeats an unanswered request. With the same
 * process id on a newer socket it can only be a program that was started anew: what it hosted is lost [E]. */
static bool is_restart(const server_request *request)
{
    const local_process *process = request->process;
    bool busy = process->state == LOCAL_PROCESS_HOSTING || process->state == LOCAL_PROCESS_ENDING;
    bool repeated = process->ready_request_id != NULL && strcmp(process->ready_request_id, request->id) == 0;
    return busy && !repeated && request->connection > process->ready_connection;
}

static void take_ready(const server_request *request)
{
    local_process *process = request->process;
    local_changed(&process->record);
    process->port = request->body->as.activate_server_process.port;
    process->ready_connection = request->connection;
    /* Without memory for these the dashboard knows less, and a repeated request is taken for a new one. */
    local_keep_text(&process->ready_request_id, request->id);
    local_keep_text(&process->sdk_language, request->body->as.activate_server_process.sdk_language);
    local_keep_text(&process->sdk_version, request->body->as.activate_server_process.sdk_version);
    local_log(request->service, GLIFT_LOG_INFO, "process %s is ready on port %d", process->id, process->port);
}

/* A program that was started anew, or that plays on after ProcessEnding, begins a new life first. */
static bool may_be_ready(const server_request *request, local_refusal *why)
{
    local_process *process = request->process;
    int port = request->body->as.activate_server_process.port;
    if (port < 1 || port > GLIFT_MAX_PORT)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "Port must be between 1 and %d.", GLIFT_MAX_PORT);
    if (is_restart(request))
        local_process_crashed(request->service, request->now, process,
                "A program with its process id has called ProcessReady() on a newer connection.");
    return process->state != LOCAL_PROCESS_GONE ||
           local_revive_process(request->service, request->now, process, why);
}

static void activate_server_process(server_request *request)
{
    local_refusal why;
    local_process *process = request->process;
    if (!may_be_ready(request, &why)) {
        refuse_request(request, &why);
        return;
    }
    local_process_ready(request->service, request->now, process);
    if (process->state == LOCAL_PROCESS_READY)
        take_ready(request);
    accept_request(request);
}

static void terminate_server_process(server_request *request)
{
    accept_request(request);
    local_log(request->service, GLIFT_LOG_INFO, "process %s has ended", request->process->id);
    local_end_process(request->service, request->now, request->process, "It has called ProcessEnding().");
}

static void heartbeat_server_process(server_request *request)
{
    bool healthy = request->body->as.heartbeat.healthy;
    local_heartbeat_worth worth = local_judge_heartbeat(request->service, request->process, &healthy);
    if (worth != HEARTBEAT_IS_UNHEARD)
        accept_request(request);
    local_note_routine(request->service, &request->process->history, "heartbeat", "%s: %s",
            healthy ? "healthy" : "not healthy", local_heartbeat_words(worth));
    if (worth == HEARTBEAT_COUNTS)
        local_heartbeat(request->service, request->now, request->process, healthy);
}

static void activate_game_session(server_request *request)
{
    local_refusal why;
    local_game_session *session =
            hosted_session(request, request->body->as.activate_game_session.game_session_id, &why);
    if (session != NULL && local_activate_game_session(request->service, request->now, session, &why))
        accept_request(request);
    else
        refuse_request(request, &why);
}

static void update_creation_policy(server_request *request)
{
    local_refusal why;
    glift_player_session_creation_policy policy = request->body->as.update_policy.policy;
    local_game_session *session =
            hosted_session(request, request->body->as.update_policy.game_session_id, &why);
    if (session != NULL && policy == GLIFT_PLAYER_SESSION_CREATION_POLICY_NOT_SET) {
        local_refuse(
                &why, LOCAL_INVALID_REQUEST, "PlayerSessionPolicy must be one of [ACCEPT_ALL, DENY_ALL].");
        session = NULL;
    }
    if (session == NULL) {
        refuse_request(request, &why);
        return;
    }
    local_changed(&session->record);
    session->policy = policy;
    local_note(request->service, &session->history, "policy", "New players: %s.",
            glift_player_session_creation_policy_name(policy));
    accept_request(request);
}

static void accept_player_session(server_request *request)
{
    local_refusal why;
    local_game_session *session =
            hosted_session(request, request->body->as.player_session.game_session_id, &why);
    if (session != NULL && local_accept_player(request->service, session,
                                   request->body->as.player_session.player_session_id, &why))
        accept_request(request);
    else
        refuse_request(request, &why);
}

static void remove_player_session(server_request *request)
{
    local_refusal why;
    local_game_session *session =
            hosted_session(request, request->body->as.player_session.game_session_id, &why);
    if (session != NULL && local_remove_player(request->service, request->now, session,
                                   request->body->as.player_session.player_session_id, &why))
        accept_request(request);
    else
        refuse_request(request, &why);
}

static void describe_player_sessions(server_request *request)
{
    const glift_describe_player_sessions_request *asked = &request->body->as.describe;
    local_seat_query query = {
            .player_session_id = asked->player_session_id,
            .game_session_id = asked->game_session_id,
            .player_id = asked->player_id,
            .status = asked->status_filter,
    };
    local_refusal why;
    local_page page;
    size_t limit = asked->limit > 0 ? (size_t)asked->limit : PAGE_DEFAULT;
    if (limit > PAGE_LIMIT_MAX)
        limit = PAGE_LIMIT_MAX;
    glift_player_session *seats = glift__memory_take(request->memory, limit, sizeof *seats);
    bool good = seats != NULL;
    if (!good)
        local_refuse_memory(&why);
    good = good && local_seats_begin(request->service, &query, &why) &&
           local_page_begin(&page, "DescribePlayerSessions", asked->next_token, limit, &why);
    if (!good) {
        refuse_request(request, &why);
        return;
    }
    char next[LOCAL_PAGE_TOKEN_SIZE];
    size_t count = local_fill_seat_page(request->service, &query, &page, seats);
    local_page_token(&page, next);
    glift__answer_body body = {.player_session_page = {seats, count, next}};
    answer(request, 200, NULL, &body);
}

static void start_match_backfill(server_request *request)
{
    local_refusal why;
    char ticket_id[GLIFT_MAX_TICKET_ID_LENGTH + 1];
    const glift_start_match_backfill_request *asked = &request->body->as.start_match_backfill;
    local_game_session *session = hosted_session(request, asked->game_session_arn, &why);
    if (session == NULL || !local_matchmaking_start_backfill(
                                   request->service, request->now, session, asked, ticket_id, &why)) {
        refuse_request(request, &why);
        return;
    }
    answer(request, 200, NULL, &(glift__answer_body){.backfill_ticket_id = ticket_id});
}

static void stop_match_backfill(server_request *request)
{
    local_refusal why;
    const glift_stop_match_backfill_request *asked = &request->body->as.stop_match_backfill;
    local_game_session *session = hosted_session(request, asked->game_session_arn, &why);
    struct local_ticket *ticket =
            session != NULL ? local_matchmaking_find_backfill(request->service, session, asked, &why) : NULL;
    if (ticket == NULL) {
        refuse_request(request, &why);
        return;
    }
    accept_request(request);
    local_matchmaking_stop_backfill(request->service, request->now, ticket);
}

static void get_compute_certificate(server_request *request)
{
    local_refusal why;
    const local_process *process = request->process;
    const local_compute *compute =
            local_need_compute(request->service, process->fleet, process->compute_name, &why);
    if (compute != NULL && compute->certificate_path == NULL) {
        local_refuse(
                &why, LOCAL_NOT_FOUND, "Compute %s was registered without a CertificatePath.", compute->name);
        compute = NULL;
    }
    if (compute == NULL) {
        refuse_request(request, &why);
        return;
    }
    answer(request, 200, NULL,
            &(glift__answer_body){.compute_certificate = {compute->certificate_path, compute->name}});
}

/* Anywhere fleets have no role: the service says so with empty keys (wire protocol 2.11). */
static void get_fleet_role_credentials(server_request *request)
{
    answer(request, 200, NULL, &(glift__answer_body){.fleet_role_credentials = {"", "", "", "", "", 0}});
}

/* ---- dispatch ---- */

typedef void (*request_handler)(server_request *request);

/* NULL: the service knows no such request. */
static request_handler handler_of(glift__action action)
{
    switch (action) {
    case GLIFT__ACTIVATE_SERVER_PROCESS:
        return activate_server_process;
    case GLIFT__TERMINATE_SERVER_PROCESS:
        return terminate_server_process;
    case GLIFT__HEARTBEAT_SERVER_PROCESS:
        return heartbeat_server_process;
    case GLIFT__ACTIVATE_GAME_SESSION:
        return activate_game_session;
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
        return update_creation_policy;
    case GLIFT__ACCEPT_PLAYER_SESSION:
        return accept_player_session;
    case GLIFT__REMOVE_PLAYER_SESSION:
        return remove_player_session;
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
        return describe_player_sessions;
    case GLIFT__START_MATCH_BACKFILL:
        return start_match_backfill;
    case GLIFT__STOP_MATCH_BACKFILL:
        return stop_match_backfill;
    case GLIFT__GET_COMPUTE_CERTIFICATE:
        return get_compute_certificate;
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        return get_fleet_role_credentials;
    case GLIFT__LIST_CONTAINERS_NETWORK_INFO:
    case GLIFT__ACTION_UNKNOWN:
        break;
    }
    return NULL;
}

/* ProcessEnding was answered: only ProcessReady, or ProcessEnding once more, makes sense now. */
static bool is_too_late(const server_request *request)
{
    return request->process->state == LOCAL_PROCESS_GONE &&
           request->action != GLIFT__ACTIVATE_SERVER_PROCESS &&
           request->action != GLIFT__TERMINATE_SERVER_PROCESS;
}

/* What faults have against it. */
static void judge(server_request *request)
{
    local_answered_request asked = describe_request(request);
    bool is_of_player = request->action == GLIFT__ACCEPT_PLAYER_SESSION ||
                        request->action == GLIFT__REMOVE_PLAYER_SESSION;
    const char *seat = is_of_player ? request->body->as.player_session.player_session_id : NULL;
    request->fate = local_judge_request(request->service, request->now, &asked, seat);
}

static void handle(server_request *request, const glift__parsed *parsed)
{
    glift__memory memory;
    glift__memory_init(&memory);
    glift__request_body body = {0};
    const char *message = "";
    glift_status status = glift__parsed_read_request(parsed, &memory, &body, &message);
    local_refusal why;
    request->body = &body;
    request->memory = &memory;
    if (status == GLIFT_ERR_MEMORY) {
        local_refuse_memory(&why);
        refuse_request(request, &why);
    } else if (status != GLIFT_OK) {
        local_refuse(&why, LOCAL_INVALID_REQUEST, "%s", message);
        refuse_request(request, &why);
    } else if (is_too_late(request)) {
        local_refuse(&why, LOCAL_INVALID_REQUEST, "Process %s has ended.", request->process->id);
        refuse_request(request, &why);
    } else {
        judge(request);
        if (request->fate.is_stopped)
            answer(request, request->fate.status_code, NULL, NULL);
        else
            handler_of(request->action)(request);
    }
    glift__memory_fini(&memory);
    request->body = NULL;
    request->memory = NULL;
}

static bool answer_again(const server_request *request)
{
    return request->service->remember_request_ids &&
           local_repeat_answer(request->service, request->process, request->connection, request->id);
}

static void dispatch(server_request *request, const glift__parsed *parsed)
{
    local_refusal why;
    if (request->id[0] == '\0') {
        local_refuse(&why, LOCAL_INVALID_REQUEST, "RequestId is missing.");
        refuse_request(request, &why);
    } else if (handler_of(request->action) == NULL) {
        local_refuse(&why, LOCAL_INVALID_REQUEST, "Unknown action \"%.64s\".", request->action_name);
        refuse_request(request, &why);
    } else if (!answer_again(request)) {
        handle(request, parsed);
    }
}

void local_service_received(
        local_service *service, glift__time now, uint64_t connection, const char *bytes, size_t length)
{
    const local_connection *from = local_find_connection(service, connection);
    if (from == NULL)
        return;
    local_begin_input(service, now);
    local_journal_frame(service, now, connection, LOCAL_ENTRY_IN, bytes, length);
    server_request request = {.service = service,
            .now = now,
            .process = from->process,
            .connection = connection,
            .action_name = "",
            .id = ""};
    glift__parsed *parsed = NULL;
    glift_status status = glift__parsed_open(bytes, length, &parsed);
    if (status != GLIFT_OK) {
        local_refusal why;
        local_refuse(&why, LOCAL_INVALID_REQUEST, "The message is not a JSON object.");
        refuse_request(&request, &why);
        return;
    }
    glift__envelope envelope = glift__parsed_envelope(parsed);
    request.action = envelope.action;
    request.action_name = envelope.action_name;
    request.id = envelope.request_id;
    dispatch(&request, parsed);
    glift__parsed_close(parsed);
}

void local_service_closed(local_service *service, glift__time now, uint64_t connection)
{
    local_connection *from = local_find_connection(service, connection);
    local_begin_input(service, now);
    local_journal_note(service, now,
            &(local_said){.action = "$disconnect",
                    .connection = connection,
                    .process_id = local_journal_process_on(service, connection)},
            "the connection has ended");
    if (from != NULL)
        local_disconnect(service, from);
}

void local_service_process_exited(
        local_service *service, glift__time now, const char *process_id, const char *message)
{
    local_process *process = local_find_process(service, process_id);
    local_begin_input(service, now);
    if (process != NULL)
        local_process_crashed(service, now, process, message);
}

/* The youngest of those that have ended are kept: none is left only where none ever was. */
bool local_service_has_seen_servers(const local_service *service)
{
    return service->processes_by_key.root != NULL;
}

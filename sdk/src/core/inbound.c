/* SPDX-License-Identifier: Apache-2.0 */
/* Messages from the service (wire protocol 3.2): answers go to the call with their RequestId, whatever socket
 * and Action they come with; pushes go by their Action. A message that is neither is ignored, and the
 * connection stays. */

#include "core/core_state.h"
#include "wire/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HTTP_OK     200
#define MOST_UNREAD (4 * 1024 * 1024) /* in bytes; one message may go past the limit */

/* ---- a refused Accept or Remove that was sent twice ----
 *
 * The service may have acted on the first copy, and refuse the second for that reason. The state
 * of the seat tells: one DescribePlayerSessions decides, before the game hears anything. */

static bool may_have_been_acted_on(const glift__core *core, const glift__call *call)
{
    if (call->flight.times_sent < 2)
        return false;
    const char *seat = call->body.as.player_session.player_session_id;
    return call->body.action == GLIFT__REMOVE_PLAYER_SESSION ||
           (call->body.action == GLIFT__ACCEPT_PLAYER_SESSION && !glift__seats_has(&core->seats, seat));
}

static void settle(glift__core *core, glift__call *call)
{
    call->flight.settles = call->body.action;
    call->flight.seat = call->body.as.player_session.player_session_id;
    memset(&call->body, 0, sizeof call->body);
    call->body.action = GLIFT__DESCRIBE_PLAYER_SESSIONS;
    call->body.as.describe.player_session_id = call->flight.seat;
    glift__requests_add(&core->requests, call);
}

static bool seat_is_as_wanted(const glift__call *call, const glift_player_session_page *page)
{
    glift_player_session_status wanted = call->flight.settles == GLIFT__ACCEPT_PLAYER_SESSION
                                                 ? GLIFT_PLAYER_SESSION_ACTIVE
                                                 : GLIFT_PLAYER_SESSION_COMPLETED;
    for (size_t i = 0; i < page->player_session_count; i++) {
        const glift_player_session *session = &page->player_sessions[i];
        if (strcmp(session->player_session_id, call->flight.seat) == 0)
            return session->status == wanted;
    }
    return false;
}

static void note_seat(glift__core *core, glift__action action, const char *seat)
{
    glift__metrics_seat_changed(core, action == GLIFT__ACCEPT_PLAYER_SESSION);
    if (action == GLIFT__ACCEPT_PLAYER_SESSION)
        glift__seats_add(&core->seats, seat);
    else
        glift__seats_remove(&core->seats, seat);
}

/* ---- answers ---- */

static glift_status take_role_credentials(glift__core *core, glift__call *call)
{
    const glift_fleet_role_credentials *credentials = &call->answer.fleet_role_credentials;
    if (credentials->access_key_id[0] == '\0') { /* P90 */
        core->roles.not_a_managed_fleet = true;
        return GLIFT_ERR_REJECTED;
    }
    glift__role_cache_keep(&core->roles, call->body.as.role_credentials.role_arn, credentials);
    call->result.fleet_role_credentials = credentials;
    return GLIFT_OK;
}

/* What a success means beside its payload. */
static void note_success(glift__core *core, const glift__call *call)
{
    glift__action action = call->body.action;
    if (action == GLIFT__ACCEPT_PLAYER_SESSION || action == GLIFT__REMOVE_PLAYER_SESSION)
        note_seat(core, action, call->body.as.player_session.player_session_id);
}

/* Point the result at what was read. */
static glift_status take_payload(glift__core *core, glift__call *call)
{
    switch (glift__request_kind_of(call->body.action)->payload) {
    case GLIFT__PAYLOAD_PLAYER_SESSIONS:
        call->result.player_session_page = &call->answer.player_session_page;
        return GLIFT_OK;
    case GLIFT__PAYLOAD_BACKFILL_TICKET:
        call->result.backfill_ticket_id = call->answer.backfill_ticket_id[0] != '\0'
                                                  ? call->answer.backfill_ticket_id
                                                  : call->body.as.start_match_backfill.ticket_id;
        return GLIFT_OK;
    case GLIFT__PAYLOAD_COMPUTE_CERTIFICATE:
        call->result.compute_certificate = &call->answer.compute_certificate;
        return GLIFT_OK;
    case GLIFT__PAYLOAD_ROLE_CREDENTIALS:
        return take_role_credentials(core, call);
    case GLIFT__PAYLOAD_NONE:
        break;
    }
    return GLIFT_OK;
}

/* The DescribePlayerSessions of a refused call was answered; `status` tells how reading that answer went. */
static void settled(glift__core *core, glift__call *call, bool answered_ok, glift_status status)
{
    if (answered_ok && status == GLIFT_OK && seat_is_as_wanted(call, &call->answer.player_session_page)) {
        call->result.service_status_code = HTTP_OK;
        note_seat(core, call->flight.settles, call->flight.seat);
        glift__core_answer(core, call, GLIFT_OK, "");
    } else {
        glift__core_answer(core, call, call->result.status, call->result.message); /* the refusal stands */
    }
}

/* The call succeeded; `status` tells how reading its answer went. */
static void succeeded(glift__core *core, glift__call *call, glift_status status)
{
    if (status == GLIFT_OK)
        status = take_payload(core, call);
    if (status == GLIFT_OK)
        note_success(core, call);
    const char *message = status == GLIFT_OK             ? ""
                          : status == GLIFT_ERR_REJECTED ? GLIFT__NOT_A_MANAGED_FLEET
                                                         : "the service's answer makes no sense";
    glift__core_answer(core, call, status == GLIFT_ERR_ARGUMENT ? GLIFT_ERR_SERVICE : status, message);
}

static void refused(glift__core *core, glift__call *call, const glift__envelope *envelope)
{
    char without_text[64];
    snprintf(without_text, sizeof without_text, "the service answered with StatusCode %d",
            envelope->status_code);
    const char *message = envelope->message[0] == '\0' ? without_text
                          : glift__dial_tells_a_secret(core, envelope->message)
                                  ? "the service's text holds a secret"
                                  : envelope->message;
    glift_status status = glift__status_from_service(envelope->status_code);
    if (!may_have_been_acted_on(core, call)) {
        glift__core_answer(core, call, status, message);
        return;
    }
    call->result.status = status;
    call->result.message = glift__memory_text(&call->memory, message);
    if (call->result.message == NULL)
        call->result.message = "refused by the service";
    settle(core, call);
}

static glift_status answered(
        glift__core *core, glift__call *call, const glift__parsed *parsed, const glift__envelope *envelope)
{
    bool is_ok = envelope->status_code == HTTP_OK;
    glift_status status =
            is_ok ? glift__parsed_read_answer(parsed, call->body.action, &call->memory, &call->answer)
                  : GLIFT_OK;
    if (status == GLIFT_ERR_MEMORY)
        return status;
    glift__requests_remove(&core->requests, call);
    if (call->flight.settles != GLIFT__ACTION_UNKNOWN) {
        settled(core, call, is_ok, status);
        return GLIFT_OK;
    }
    call->result.service_status_code = envelope->status_code;
    call->result.resent = call->flight.times_sent > 1;
    if (is_ok)
        succeeded(core, call, status);
    else
        refused(core, call, envelope);
    return GLIFT_OK;
}

/* ---- pushes ---- */

/* The same session pushed again is ignored, another one replaces it (P111). */
static bool is_repeated(glift__core *core, const glift_game_session *session)
{
    if (core->game_session_id != NULL && strcmp(core->game_session_id, session->game_session_id) == 0) {
        glift__outbox_log(&core->outbox, GLIFT_LOG_INFO, "game session %s was pushed again: ignored",
                session->game_session_id);
        return true;
    }
    glift__core_forget_game_session(core);
    /* Without memory a repetition would be delivered, which is better than losing the first. */
    core->game_session_id = glift__memory_text(&core->session_memory, session->game_session_id);
    if (core->game_session_id != NULL)
        glift__metrics_session_placed(core);
    return false;
}

static glift__event_kind event_of(glift__push_kind kind)
{
    switch (kind) {
    case GLIFT__CREATE_GAME_SESSION:
        return GLIFT__EVENT_START_GAME_SESSION;
    case GLIFT__UPDATE_GAME_SESSION:
        return GLIFT__EVENT_UPDATE_GAME_SESSION;
    case GLIFT__TERMINATE_PROCESS:
    case GLIFT__REFRESH_CONNECTION: /* is read into an event too, but never travels */
    case GLIFT__PUSH_UNKNOWN:
        break;
    }
    return GLIFT__EVENT_PROCESS_TERMINATE;
}

static glift_status read_push(
        const glift__parsed *parsed, glift__push_kind kind, size_t length, glift__event **out)
{
    glift__event *event = glift__event_new(event_of(kind));
    glift_status status =
            event != NULL ? glift__parsed_read_push(parsed, &event->memory, &event->push) : GLIFT_ERR_MEMORY;
    *out = event;
    if (status == GLIFT_OK)
        event->size = (int)(sizeof *event + length);
    else if (event != NULL)
        glift__item_free(&event->item, false);
    return status;
}

/* A session belongs to a process that is ready. While ProcessReady is under way the service may have acted on
 * it already: a session that arrives then waits for the answer to ProcessReady. */
static void session_push(glift__core *core, glift__event *event)
{
    bool is_create = event->push.kind == GLIFT__CREATE_GAME_SESSION;
    bool is_wanted =
            core->ready || (core->process_ready != NULL && core->process_ready->flight.times_sent > 0);
    if (!is_wanted)
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING, "ignored %s: the process is not ready",
                glift__push_name(event->push.kind)); /* P110 */
    if (!is_wanted || (is_create && is_repeated(core, &event->push.game_session))) {
        glift__item_free(&event->item, false);
        return;
    }
    if (is_create)
        event->push.game_session.fleet_id = core->desc.fleet_id; /* P109 */
    if (core->ready)
        glift__outbox_push(&core->outbox, event);
    else if (glift__outbox_has_room(&core->outbox, event))
        glift__items_put(&core->held, &event->item);
    else
        glift__items_put_newest(&core->held, event);
}

/* Takes the event over. */
static void deliver_push(glift__core *core, glift__event *event)
{
    switch (event->push.kind) {
    case GLIFT__REFRESH_CONNECTION:
        glift__connection_refresh(core, event->push.refresh_endpoint, event->push.auth_token);
        glift__item_free(&event->item, false);
        break;
    case GLIFT__TERMINATE_PROCESS:
        glift__outbox_push(&core->outbox, event); /* in every state (P120) */
        break;
    case GLIFT__CREATE_GAME_SESSION:
    case GLIFT__UPDATE_GAME_SESSION:
        session_push(core, event);
        break;
    case GLIFT__PUSH_UNKNOWN:
        glift__item_free(&event->item, false);
        break;
    }
}

static glift_status pushed(
        glift__core *core, uint32_t socket, const glift__parsed *parsed, glift__push_kind kind, size_t length)
{
    if (kind == GLIFT__REFRESH_CONNECTION &&
            (core->connection.current == NULL || core->connection.current->number != socket))
        return GLIFT_OK; /* P142: said to a connection that is refreshed already */
    glift__event *event;
    glift_status status = read_push(parsed, kind, length, &event);
    if (status == GLIFT_ERR_MEMORY)
        return status;
    if (status == GLIFT_OK)
        deliver_push(core, event);
    else
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING, "ignored %s: it lacks what it must carry",
                glift__push_name(kind));
    return GLIFT_OK;
}

/* ---- dispatch: all or, with GLIFT_ERR_MEMORY, nothing of a message is taken ---- */

static glift_status dispatch(glift__core *core, uint32_t socket, const glift__parsed *parsed, size_t length)
{
    glift__envelope envelope = glift__parsed_envelope(parsed);
    bool has_id = envelope.request_id[0] != '\0';
    glift__call *call = has_id ? glift__requests_find(&core->requests, envelope.request_id) : NULL;
    if (call != NULL)
        return answered(core, call, parsed, &envelope);
    if (envelope.push != GLIFT__PUSH_UNKNOWN && (!has_id || envelope.status_code == HTTP_OK)) /* P97, P98 */
        return pushed(core, socket, parsed, envelope.push, length);
    glift__outbox_log(
            &core->outbox, GLIFT_LOG_DEBUG, "ignored a message: no request waits for it"); /* P101, P104 */
    return GLIFT_OK;
}

static glift_status read_message(glift__core *core, uint32_t socket, const char *bytes, size_t length)
{
    glift__parsed *parsed = NULL;
    glift_status status = glift__parsed_open(bytes, length, &parsed);
    if (status == GLIFT_OK)
        status = dispatch(core, socket, parsed, length);
    else if (status == GLIFT_ERR_ARGUMENT)
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
                "ignored a message that is not a JSON object"); /* P102, P103 */
    glift__parsed_close(parsed);
    return status;
}

/* ---- messages that there was no memory for ---- */

struct glift__unread {
    glift__unread *next;
    uint32_t socket;
    size_t length;
    char bytes[];
};

static void keep_unread(glift__core *core, uint32_t socket, const char *bytes, size_t length)
{
    glift__unread *unread = core->unread_bytes < MOST_UNREAD ? malloc(sizeof *unread + length) : NULL;
    if (unread == NULL) {
        glift__outbox_log(
                &core->outbox, GLIFT_LOG_ERROR, "out of memory: a message from the service was lost");
        return;
    }
    *unread = (glift__unread){.socket = socket, .length = length};
    memcpy(unread->bytes, bytes, length);
    if (core->unread == NULL)
        core->unread = unread;
    else
        core->last_unread->next = unread;
    core->last_unread = unread;
    core->unread_bytes += sizeof *unread + length;
    glift__outbox_log(&core->outbox, GLIFT_LOG_ERROR,
            "out of memory: a message from the service is read again when there is some");
}

static void forget_first_unread(glift__core *core)
{
    glift__unread *first = core->unread;
    core->unread = first->next;
    core->unread_bytes -= sizeof *first + first->length;
    free(first);
}

void glift__inbound_read_again(glift__core *core)
{
    const glift__unread *first;
    while ((first = core->unread) != NULL &&
            read_message(core, first->socket, first->bytes, first->length) != GLIFT_ERR_MEMORY)
        forget_first_unread(core);
}

void glift__inbound_fini(glift__core *core)
{
    while (core->unread != NULL)
        forget_first_unread(core);
}

void glift__core_received(
        glift__core *core, glift__time now, uint32_t socket, const char *bytes, size_t length)
{
    core->now = now;
    if (!glift__connection_heard(core, socket))
        return;
    glift__inbound_read_again(core);
    if (core->unread != NULL || read_message(core, socket, bytes, length) == GLIFT_ERR_MEMORY)
        keep_unread(core, socket, bytes, length);
}

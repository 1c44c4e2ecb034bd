/* SPDX-License-Identifier: Apache-2.0 */
/* The state machine's inputs and outputs, the game's commands, and what happens when time passes. */

#include "core/core_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_MS          250 /* until what waits for memory, or for room, is tried again */
#define UNHEARD_ENDING_MS 500 /* so long a ProcessEnding waits for the first connection */

uint32_t glift__core_random(glift__core *core)
{
    return core->desc.random(core->desc.random_user);
}

/* ---- create, destroy ---- */

static glift_status copy_desc(glift__core *core, const glift__core_desc *desc)
{
    core->desc = *desc;
    const char **texts[] = {&core->desc.websocket_url, &core->desc.auth_token, &core->desc.process_id,
            &core->desc.host_id, &core->desc.fleet_id, &core->desc.aws_region, &core->desc.access_key,
            &core->desc.secret_key, &core->desc.session_token, &core->desc.container_credentials_url,
            &core->desc.container_metadata_url, &core->desc.container_discovery_endpoint,
            &core->desc.tool_name, &core->desc.tool_version};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = glift__memory_text(&core->memory, *texts[i]);
        if (*texts[i] == NULL)
            return GLIFT_ERR_MEMORY;
    }
    return GLIFT_OK;
}

glift_status glift__core_create(const glift__core_desc *desc, glift__time now, glift__core **out)
{
    *out = NULL;
    glift__core *core = calloc(1, sizeof *core);
    if (core == NULL)
        return GLIFT_ERR_MEMORY;
    core->now = now;
    glift__outbox_init(&core->outbox, desc->log_level);
    glift__requests_init(&core->requests, desc->random, desc->random_user);
    core->beat.body.action = GLIFT__HEARTBEAT_SERVER_PROCESS;
    glift__metrics_init(core);
    if (copy_desc(core, desc) != GLIFT_OK) {
        glift__core_destroy(core);
        return GLIFT_ERR_MEMORY;
    }
    glift__connection_init(core);
    *out = core;
    return GLIFT_OK;
}

static void free_calls(glift__core *core)
{
    for (glift__call *call = glift__requests_first(&core->requests), *next; call != NULL; call = next) {
        next = glift__requests_after(&core->requests, call);
        if (call != &core->beat)
            glift__item_free(&call->item, true);
    }
    glift__memory_fini(&core->beat.memory);
}

void glift__core_destroy(glift__core *core)
{
    if (core == NULL)
        return;
    free_calls(core);
    glift__requests_fini(&core->requests);
    glift__items_free(glift__items_take(&core->held), false);
    glift__outbox_fini(&core->outbox);
    glift__dial_fini(core);
    glift__inbound_fini(core);
    glift__role_cache_fini(&core->roles);
    glift__container_discovery_fini(&core->discovery);
    glift__metrics_fini(core);
    glift__text_free(&core->outgoing);
    glift__memory_fini(&core->session_memory);
    glift__memory_fini(&core->memory);
    free(core);
}

/* ---- answers to the game ---- */

void glift__core_forget_game_session(glift__core *core)
{
    glift__memory_fini(&core->session_memory);
    core->game_session_id = NULL;
}

static void process_ready_ended(glift__core *core, glift_status status)
{
    glift__item *held = glift__items_take(&core->held);
    core->process_ready = NULL;
    if (status != GLIFT_OK) {
        glift__items_free(held, false);
        glift__core_forget_game_session(core); /* the session that was held may come again */
        return;
    }
    core->ready = true;
    glift__heartbeat_start(&core->heartbeat, core->now.mono_ms); /* P62 */
    while (held != NULL) {
        glift__item *next = held->next;
        glift__outbox_push(&core->outbox, (glift__event *)held);
        held = next;
    }
}

static void process_ended(glift__core *core)
{
    core->ready = false;
    core->ended = true;
    glift__heartbeat_stop(&core->heartbeat); /* P65 */
    if (core->beat.flight.state != GLIFT__FLIGHT_NONE)
        glift__requests_remove(&core->requests, &core->beat);
}

static void beat_answered(glift__core *core, glift_status status, const char *message)
{
    core->beat_unanswered = status == GLIFT_ERR_TIMEOUT || status == GLIFT_ERR_MEMORY;
    if (status != GLIFT_OK)
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING, "a heartbeat failed: %s", message);
    glift__memory_fini(&core->beat.memory);
}

static bool is_accept(const glift__call *call)
{
    return call->body.action == GLIFT__ACCEPT_PLAYER_SESSION ||
           call->flight.settles == GLIFT__ACCEPT_PLAYER_SESSION;
}

/* The next call that waited for this answer, with the same player session id, asks now, and hears from
 * GameLift why it may not. */
static void accept_answered(glift__core *core, glift__call *call)
{
    glift__call *next = call->flight.seat != NULL ? glift__seats_answered(&core->seats, call) : NULL;
    if (next != NULL)
        glift__requests_queue(&core->requests, next);
}

void glift__core_answer(glift__core *core, glift__call *call, glift_status status, const char *message)
{
    glift__metrics_request_ended(core, call, status);
    if (call == &core->beat) {
        beat_answered(core, status, message);
        return;
    }
    call->result.status = status;
    call->result.message = "";
    if (message[0] != '\0') {
        const char *copy = glift__memory_text(&call->memory, message);
        call->result.message = copy != NULL ? copy : "out of memory: the reason is lost";
    }
    if (is_accept(call))
        accept_answered(core, call);
    call->item.kind = GLIFT__EVENT_ANSWER;
    glift__outbox_put(&core->outbox, &call->item);

    if (call == core->process_ready)
        process_ready_ended(core, status);
    else if (call->body.action == GLIFT__TERMINATE_SERVER_PROCESS && status == GLIFT_OK)
        process_ended(core);
}

/* ---- commands: calls ---- */

/* Why a call is not allowed now; NULL if it is. The game has judged the call by the events that it had seen,
 * but the world may have moved on. */
static const char *objection(const glift__core *core, const glift__call *call)
{
    if (core->shutting_down)
        return "the server is being destroyed";
    switch (glift__need_of(call->body.action)) {
    case GLIFT__NEEDS_A_BEGINNING:
        return core->ended           ? "the process has ended"
               : core->ready         ? "the process is ready already"
               : core->process_ready ? "a ProcessReady is under way already"
                                     : NULL;
    case GLIFT__NEEDS_NO_END:
        return core->ended ? "the process has ended already" : NULL;
    case GLIFT__NEEDS_READY:
    case GLIFT__NEEDS_SESSION:
        return core->ready ? NULL : "the process is not ready";
    case GLIFT__NEEDS_TO_HAVE_BEEN_READY: /* judged when the cache has been asked */
    case GLIFT__NEEDS_NOTHING:
        break;
    }
    return NULL;
}

static const char *default_role_session_name(glift__core *core, glift__call *call)
{
    const glift__connection *connection = &core->connection;
    char name[GLIFT_MAX_ROLE_SESSION_NAME_LENGTH + 1]; /* P87: cut to fit */
    snprintf(name, sizeof name, "%s-%s", core->desc.fleet_id,
            connection->login.task_id != NULL ? connection->login.task_id : core->desc.host_id);
    for (char *slash = name; (slash = strchr(slash, '/')) != NULL;)
        *slash = '-'; /* a host id may have a slash, a session name may not */
    return glift__memory_text(&call->memory, name);
}

static void queue_call(glift__core *core, glift__call *call)
{
    if (call->deadline_ms == 0)
        call->deadline_ms = core->now.mono_ms + core->desc.request_timeout_ms;
    glift__requests_add(&core->requests, call);
}

static void get_role_credentials(glift__core *core, glift__call *call)
{
    const char *role_arn = call->body.as.role_credentials.role_arn;
    if (core->roles.not_a_managed_fleet) {
        glift__core_answer(core, call, GLIFT_ERR_REJECTED, GLIFT__NOT_A_MANAGED_FLEET);
        return;
    }
    const glift_fleet_role_credentials *kept =
            glift__role_cache_find(&core->roles, role_arn, core->now.unix_ms);
    if (kept != NULL) {
        glift_status status =
                glift__role_credentials_copy(&call->memory, kept, &call->answer.fleet_role_credentials);
        if (status == GLIFT_OK)
            call->result.fleet_role_credentials = &call->answer.fleet_role_credentials;
        glift__core_answer(core, call, status, status == GLIFT_OK ? "" : "out of memory");
        return;
    }
    const char **name = &call->body.as.role_credentials.role_session_name;
    if (*name == NULL || (*name)[0] == '\0')
        *name = default_role_session_name(core, call);
    if (*name == NULL)
        glift__core_answer(core, call, GLIFT_ERR_MEMORY, "out of memory");
    else if (!core->ready)
        glift__core_answer(core, call, GLIFT_ERR_STATE, "the process is not ready");
    else
        queue_call(core, call);
}

/* ProcessReady waits for the first connection as long as GameLift waits for a process, and from then on like
 * any call. */
static void queue_process_ready(glift__core *core, glift__call *call)
{
    core->process_ready = call;
    if (!core->connection.ever_connected)
        call->deadline_ms = core->now.mono_ms + core->desc.connect_timeout_ms;
    queue_call(core, call);
}

/* Where there has been no connection so far, GameLift does not know of this process, and whoever ends the
 * process does not want to wait. */
static void queue_process_ending(glift__core *core, glift__call *call)
{
    uint64_t soon_ms = core->now.mono_ms + UNHEARD_ENDING_MS;
    if (!core->connection.ever_connected && call->deadline_ms > soon_ms)
        call->deadline_ms = soon_ms;
    queue_call(core, call);
}

static void end_unheard(glift__core *core, glift__call *process_ending)
{
    glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
            "ProcessEnding was not sent: there was no connection to GameLift yet: %s",
            core->connection.failure.reason);
    if (core->process_ready != NULL) {
        glift__requests_remove(&core->requests, core->process_ready);
        glift__core_answer(core, core->process_ready, GLIFT_ERR_STATE, "the process has ended");
    }
    glift__core_answer(core, process_ending, GLIFT_OK, "");
}

/* Sees that from now on a ProcessReady and a ProcessEnding wait like any call. */
static void start_deadlines(glift__core *core)
{
    uint64_t deadline_ms = core->now.mono_ms + core->desc.request_timeout_ms;
    if (core->process_ready != NULL)
        glift__requests_set_deadline(&core->requests, core->process_ready, deadline_ms);
    for (glift__call *call = glift__requests_first(&core->requests), *next; call != NULL; call = next) {
        next = glift__requests_after(&core->requests, call);
        if (call->body.action == GLIFT__TERMINATE_SERVER_PROCESS && call->deadline_ms < deadline_ms)
            glift__requests_set_deadline(&core->requests, call, deadline_ms);
    }
}

static void queue_accept(glift__core *core, glift__call *call)
{
    call->flight.seat = call->body.as.player_session.player_session_id;
    if (glift__seats_ask(&core->seats, call))
        queue_call(core, call);
    else
        glift__requests_add_local(&core->requests, call);
}

void glift__core_connected(glift__core *core, bool for_the_first_time)
{
    if (for_the_first_time)
        start_deadlines(core);
    if (core->beat_unanswered)
        glift__heartbeat_hurry(&core->heartbeat, core->now.mono_ms); /* P134 */
}

/* ---- commands ---- */

static void begin_call(glift__core *core, glift__call *call)
{
    switch (call->body.action) {
    case GLIFT__ACTIVATE_SERVER_PROCESS:
        queue_process_ready(core, call);
        break;
    case GLIFT__TERMINATE_SERVER_PROCESS:
        queue_process_ending(core, call);
        break;
    case GLIFT__ACCEPT_PLAYER_SESSION:
        queue_accept(core, call);
        break;
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        get_role_credentials(core, call);
        break;
    case GLIFT__LIST_CONTAINERS_NETWORK_INFO:
        glift__discovery_list(core, call);
        break;
    case GLIFT__HEARTBEAT_SERVER_PROCESS:
    case GLIFT__ACTIVATE_GAME_SESSION:
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
    case GLIFT__REMOVE_PLAYER_SESSION:
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
    case GLIFT__START_MATCH_BACKFILL:
    case GLIFT__STOP_MATCH_BACKFILL:
    case GLIFT__GET_COMPUTE_CERTIFICATE:
    case GLIFT__ACTION_UNKNOWN: /* cannot be written, and is answered so */
        queue_call(core, call);
        break;
    }
}

static void take_call(glift__core *core, glift__call *call)
{
    const char *message = objection(core, call);
    if (message == NULL)
        begin_call(core, call);
    else
        glift__core_answer(core, call, core->shutting_down ? GLIFT_ERR_CLOSED : GLIFT_ERR_STATE, message);
}

static bool is_meant(const glift__cancel *command, const glift__call *call)
{
    if (call->is_internal)
        return false;
    return command->id != 0 ? call->id == command->id
                            : call->user == command->user && call->id >= command->first_id;
}

static void cancel(glift__core *core, const glift__cancel *command)
{
    for (glift__call *call = glift__requests_first(&core->requests), *next; call != NULL; call = next) {
        next = glift__requests_after(&core->requests, call);
        if (call == &core->beat || !is_meant(command, call))
            continue;
        glift__requests_remove(&core->requests, call);
        glift__core_answer(core, call, GLIFT_ERR_CANCELLED, "cancelled");
    }
}

static void send_beat(glift__core *core, bool healthy)
{
    if (core->beat.flight.state != GLIFT__FLIGHT_NONE)
        glift__requests_remove(&core->requests, &core->beat); /* the new beat says more */
    core->beat.body.as.heartbeat.healthy = healthy;
    core->beat.deadline_ms = 0;
    memset(&core->beat.result, 0, sizeof core->beat.result);
    queue_call(core, &core->beat);
}

static void shut_down(glift__core *core)
{
    core->shutting_down = true;
    core->shutdown_deadline_ms = core->now.mono_ms + core->desc.shutdown_timeout_ms;
    glift__heartbeat_stop(&core->heartbeat);
    glift__connection_shut_down(core);
    glift__metrics_shut_down(core);
}

void glift__core_command(glift__core *core, glift__time now, glift__item *command)
{
    core->now = now;
    switch ((glift__command_kind)command->kind) {
    case GLIFT__COMMAND_CALL:
        take_call(core, (glift__call *)command);
        return; /* the call goes back to the game as its own answer */
    case GLIFT__COMMAND_CANCEL:
        cancel(core, (glift__cancel *)command);
        break;
    case GLIFT__COMMAND_HEALTH:
        if (glift__heartbeat_answer(&core->heartbeat, ((glift__health *)command)->question))
            send_beat(core, ((glift__health *)command)->healthy);
        break;
    case GLIFT__COMMAND_LOG_LEVEL:
        core->outbox.log_level = ((glift__level *)command)->level;
        break;
    case GLIFT__COMMAND_METRIC:
        glift__metrics_take(core, (glift_metric *)command);
        return;
    case GLIFT__COMMAND_METRICS_START:
        glift__metrics_begin(core, (glift__metrics_start *)command);
        return;
    case GLIFT__COMMAND_METRICS_TAG:
        glift__metrics_set_tag(core, (glift__metrics_tag *)command);
        return;
    case GLIFT__COMMAND_METRICS_STOP:
        glift__metrics_stop(core);
        break;
    case GLIFT__COMMAND_SHUTDOWN:
        shut_down(core);
        break;
    }
    glift__item_free(command, true);
}

/* ---- answers by HTTP ---- */

void glift__core_fetched(
        glift__core *core, glift__time now, uint32_t fetch, int http_status, const char *body, size_t length)
{
    core->now = now;
    if (!glift__dial_fetched(core, fetch, http_status, body, length) &&
            !glift__metrics_fetched(core, fetch, http_status, body, length))
        glift__discovery_fetched(core, fetch, http_status, body, length);
}

/* ---- time ---- */

static void timed_out(glift__core *core, glift__call *call)
{
    char message[sizeof core->connection.failure.reason + 32];
    uint32_t limit_ms = core->desc.request_timeout_ms;
    bool was_sent = call->flight.state == GLIFT__FLIGHT_SENT,
         is_local = call->flight.state == GLIFT__FLIGHT_LOCAL;
    /* A call that was sent a moment before its deadline says nothing about the connection. */
    bool counts = was_sent && core->now.mono_ms - call->flight.sent_ms >= limit_ms / 2;

    glift__requests_remove(&core->requests, call); /* P148 */
    if (call->body.action == GLIFT__TERMINATE_SERVER_PROCESS && !core->connection.ever_connected) {
        end_unheard(core, call);
        return;
    }
    if (counts)
        glift__connection_unanswered(core, call->flight.socket);
    call->result.resent = call->result.resent || call->flight.times_sent > 1;
    if (was_sent || is_local || core->connection.current != NULL)
        snprintf(message, sizeof message, "no answer within %u ms", (unsigned)limit_ms);
    else
        snprintf(message, sizeof message, "not connected: %s", core->connection.failure.reason);
    glift__core_answer(core, call, GLIFT_ERR_TIMEOUT, message);
}

static void ask_how_the_game_is(glift__core *core)
{
    if (!glift__outbox_health_check(&core->outbox, core->heartbeat.question))
        glift__outbox_log(&core->outbox, GLIFT_LOG_ERROR,
                "the game was not asked for its health: it does not tick, or there is no memory");
    /* Without an answer the beat says false, and the next question is asked at its turn. */
}

static bool is_shutdown_overdue(const glift__core *core)
{
    return core->now.mono_ms >= core->shutdown_deadline_ms && !glift__connection_is_shut_down(core);
}

void glift__core_advance(glift__core *core, glift__time now)
{
    core->now = now;
    glift__metrics_advance(core);
    if (core->shutting_down) {
        if (is_shutdown_overdue(core))
            glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
                    "the service did not answer the Close frame within %u ms: the connection is cut",
                    (unsigned)core->desc.shutdown_timeout_ms);
        return;
    }
    glift__inbound_read_again(core);
    glift__call *call;
    while ((call = glift__requests_overdue(&core->requests, now.mono_ms)) != NULL)
        timed_out(core, call);

    glift__beat beat;
    while ((beat = glift__heartbeat_advance(&core->heartbeat, now.mono_ms, glift__core_random(core))) !=
            GLIFT__BEAT_NOTHING) {
        if (beat == GLIFT__BEAT_ASK)
            ask_how_the_game_is(core);
        else
            send_beat(core, false);
    }
    glift__connection_advance(core);
    glift__outbox_push_waiting(&core->outbox);
}

uint64_t glift__core_deadline_ms(const glift__core *core)
{
    uint64_t metrics_ms = glift__metrics_deadline_ms(core);
    if (core->detached)
        return UINT64_MAX;
    if (core->shutting_down)
        return metrics_ms < core->shutdown_deadline_ms ? metrics_ms : core->shutdown_deadline_ms;
    bool something_waits = core->outbox.waiting.first != NULL || core->unread != NULL;
    const uint64_t deadlines[] = {glift__requests_deadline_ms(&core->requests),
            glift__heartbeat_deadline_ms(&core->heartbeat), glift__connection_deadline_ms(core),
            something_waits ? core->now.mono_ms + RETRY_MS : UINT64_MAX, metrics_ms};
    uint64_t earliest = UINT64_MAX;
    for (size_t i = 0; i < sizeof deadlines / sizeof deadlines[0]; i++)
        earliest = deadlines[i] < earliest ? deadlines[i] : earliest;
    return earliest;
}

/* ---- outputs ---- */

static bool is_detachable(const glift__core *core)
{
    bool is_over = glift__connection_is_shut_down(core) && glift__metrics_are_shut_down(core);
    return core->shutting_down && !core->detached &&
           (is_over || core->now.mono_ms >= core->shutdown_deadline_ms);
}

bool glift__core_next_order(glift__core *core, glift__order *order)
{
    if (glift__connection_next_order(core, order))
        return true;
    if (glift__discovery_next_order(core, order) || glift__metrics_next_order(core, order))
        return true;
    memset(order, 0, sizeof *order);
    if (is_detachable(core)) {
        core->detached = true;
        order->kind = GLIFT__ORDER_DETACH;
        return true;
    }
    return false;
}

glift__item *glift__core_take_events(glift__core *core)
{
    return glift__outbox_take(&core->outbox);
}

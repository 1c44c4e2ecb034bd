/* SPDX-License-Identifier: Apache-2.0 */
/* What a process is told, now or when it has a connection again (S28). */
#include <stdlib.h>
#include <string.h>

#include "model/kinds.h"
#include "model/model_faults.h"

/* A game session has few pushes; more than this many waiting means a process that will never come back. */
#define PENDING_MAX 64

void local_forget_pushes(local_process *process)
{
    local_pending *pending;
    while ((pending = TAILQ_FIRST(&process->pending)) != NULL) {
        TAILQ_REMOVE(&process->pending, pending, link);
        local_keep_no_more(&pending->record);
        glift__text_free(&pending->text);
        free(pending);
    }
    process->pending_count = 0;
}

void local_deliver_pushes(local_service *service, local_process *process, uint64_t number)
{
    local_pending *pending;
    while ((pending = TAILQ_FIRST(&process->pending)) != NULL) {
        if (!local_queue_output(service, number, &pending->text))
            local_log(
                    service, GLIFT_LOG_ERROR, "out of memory: a message to process %s is lost", process->id);
        TAILQ_REMOVE(&process->pending, pending, link);
        local_keep_no_more(&pending->record);
        free(pending);
    }
    process->pending_count = 0;
}

static bool keep_pending(local_service *service, local_process *process, glift__text *text)
{
    local_pending *pending = process->pending_count < PENDING_MAX ? calloc(1, sizeof *pending) : NULL;
    if (pending == NULL) {
        glift__text_free(text);
        return false;
    }
    pending->process = process;
    pending->text = *text;
    TAILQ_INSERT_TAIL(&process->pending, pending, link);
    process->pending_count++;
    local_keep(service, &pending->record, &local_pending_kind);
    return true;
}

bool local_push(local_service *service, local_process *process, const glift__push *push)
{
    glift__text text = {0};
    if (glift__encode_push(push, &text) != GLIFT_OK)
        return false;
    const local_connection *newest = TAILQ_LAST(&process->connections, local_connection_list);
    if (newest == NULL)
        return keep_pending(service, process, &text);
    local_frame frame = {.process_id = process->id,
            .action = glift__push_name(push->kind),
            .connection = newest->number,
            .is_push = true};
    return local_send_frame(service, &frame, &text);
}

/* ---- game sessions ---- */

static glift_game_session describe(const local_game_session *session)
{
    return (glift_game_session){
            .game_session_id = session->arn,
            .name = session->name,
            .fleet_id = session->fleet->id,
            .location = session->location,
            .game_session_data = session->game_session_data,
            .matchmaker_data = session->matchmaker_data,
            .ip_address = session->ip_address,
            .dns_name = session->dns_name,
            .status_reason = session->status_reason,
            .status = session->status,
            .port = session->port,
            .maximum_player_session_count = session->maximum,
            .game_properties = session->properties,
            .game_property_count = session->property_count,
    };
}

static bool push_session(local_service *service, local_game_session *session, glift__push *push)
{
    push->game_session = describe(session);
    char *data = local_oversized_data(service, session);
    if (data != NULL)
        push->game_session.matchmaker_data = data;
    bool pushed = local_push(service, session->process, push);
    free(data);
    return pushed;
}

bool local_push_game_session(local_service *service, local_game_session *session)
{
    return push_session(service, session, &(glift__push){.kind = GLIFT__CREATE_GAME_SESSION});
}

bool local_push_game_session_update(local_service *service, local_game_session *session,
        glift_update_reason reason, const char *backfill_ticket_id)
{
    glift__push push = {
            .kind = GLIFT__UPDATE_GAME_SESSION,
            .update_reason = reason,
            .backfill_ticket_id = backfill_ticket_id,
    };
    return session->process != NULL && push_session(service, session, &push);
}

/* ---- kept (keep.h) ---- */

static bool enter_pending(local_service *service, glift__time now, void *entity)
{
    local_pending *pending = entity;
    (void)service;
    (void)now;
    pending->text.length = strlen(pending->text.bytes);
    TAILQ_INSERT_TAIL(&pending->process->pending, pending, link);
    pending->process->pending_count++;
    return true;
}

static const local_field pending_fields[] = {
        LOCAL_NEEDED_ENTITY(local_pending, process, &local_process_kind),
        LOCAL_NEEDED(LOCAL_TEXT, local_pending, text.bytes),
        LOCAL_FIELDS_END,
};
const local_kind local_pending_kind = {
        .name = "push",
        .size = sizeof(local_pending),
        .record_at = offsetof(local_pending, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = pending_fields,
        .enter = enter_pending,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* What a process is told, now or when it has a connection again (S28). */
#include <stdlib.h>
#include <string.h>

#include "model/kinds.h"

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

/* SPDX-License-Identifier: Apache-2.0 */
/* What was answered to which RequestId, for requests that come a second time (P152). */
#include <stdlib.h>
#include <string.h>

#include "model/kinds.h"

#define ANSWERED_MAX 512 /* per process; the oldest is forgotten first */

static void free_answered(local_answered *answered)
{
    local_keep_no_more(&answered->record);
    free(answered->request_id);
    glift__text_free(&answered->text);
    free(answered);
}

static void forget_oldest(local_process *process)
{
    local_answered *oldest = TAILQ_FIRST(&process->answered);
    TAILQ_REMOVE(&process->answered, oldest, link);
    process->answered_count--;
    free_answered(oldest);
}

void local_forget_answers(local_process *process)
{
    while (!TAILQ_EMPTY(&process->answered))
        forget_oldest(process);
}

void local_remember_answer(
        local_service *service, local_process *process, const char *request_id, const glift__text *text)
{
    local_answered *answered = calloc(1, sizeof *answered);
    if (answered == NULL)
        return;
    answered->request_id = strdup(request_id);
    if (answered->request_id == NULL ||
            glift__text_append(&answered->text, text->bytes, text->length) != GLIFT_OK) {
        free_answered(answered);
        return;
    }
    answered->process = process;
    TAILQ_INSERT_TAIL(&process->answered, answered, link);
    local_keep(service, &answered->record, &local_answered_kind);
    if (++process->answered_count > ANSWERED_MAX)
        forget_oldest(process);
}

bool local_repeat_answer(
        local_service *service, const local_process *process, uint64_t connection, const char *request_id)
{
    const local_answered *answered;
    TAILQ_FOREACH_REVERSE(answered, &process->answered, local_answered_list, link)
    {
        glift__text copy = {0};
        if (strcmp(answered->request_id, request_id) == 0)
            return glift__text_append(&copy, answered->text.bytes, answered->text.length) == GLIFT_OK &&
                   local_queue_output(service, connection, &copy);
    }
    return false;
}

/* ---- kept (keep.h) ---- */

static bool enter_answered(local_service *service, glift__time now, void *entity)
{
    local_answered *answered = entity;
    (void)service;
    (void)now;
    answered->text.length = strlen(answered->text.bytes);
    TAILQ_INSERT_TAIL(&answered->process->answered, answered, link);
    answered->process->answered_count++;
    return true;
}

static const local_field answered_fields[] = {
        LOCAL_NEEDED_ENTITY(local_answered, process, &local_process_kind),
        LOCAL_NEEDED(LOCAL_TEXT, local_answered, request_id),
        LOCAL_NEEDED(LOCAL_TEXT, local_answered, text.bytes),
        LOCAL_FIELDS_END,
};
const local_kind local_answered_kind = {
        .name = "answer",
        .size = sizeof(local_answered),
        .record_at = offsetof(local_answered, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = answered_fields,
        .enter = enter_answered,
};

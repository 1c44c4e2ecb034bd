/* SPDX-License-Identifier: Apache-2.0 */
#include "model/model_faults.h"

#include <stdlib.h>
#include <string.h>

static const local_fault *hit(local_service *service, local_fault_kind kind, const char *process_id)
{
    return local_fault_hit(service->faults, kind, &(local_fault_scope){.process_id = process_id});
}

static uint64_t seconds_of(const local_fault *fault, uint64_t otherwise_ms)
{
    return fault != NULL ? (uint64_t)local_fault_number(fault, "seconds") * 1000 : otherwise_ms;
}

bool local_is_hidden(local_service *service, const local_process *process)
{
    return hit(service, FAULT_NO_CAPACITY, process->id) != NULL;
}

uint64_t local_notice_ms(local_service *service, const local_process *process, uint64_t notice_ms)
{
    return seconds_of(hit(service, FAULT_EXIT_TIMEOUT, process->id), notice_ms);
}

uint64_t local_activation_ms(local_service *service, const local_game_session *session)
{
    return seconds_of(
            hit(service, FAULT_ACTIVATION_TIMEOUT, session->process_id), session->fleet->activation_ms);
}

uint64_t local_token_ms(local_service *service)
{
    return seconds_of(hit(service, FAULT_SHORT_TOKENS, NULL), service->patience.token_ms);
}

/* The bytes behind its own are spaces: it is still JSON, if it was. */
char *local_oversized_data(local_service *service, const local_game_session *session)
{
    const local_fault *fault = hit(service, FAULT_OVERSIZED_MATCHMAKER_DATA, session->process_id);
    const char *data = session->matchmaker_data != NULL ? session->matchmaker_data : "";
    size_t length = strlen(data), size = fault != NULL ? (size_t)local_fault_number(fault, "bytes") : 0;
    char *text = size > length ? malloc(size + 1) : NULL;
    if (text == NULL)
        return NULL;
    memcpy(text, data, length);
    memset(text + length, ' ', size - length);
    text[size] = '\0';
    return text;
}

void local_shorten_health(
        local_service *service, glift__time now, local_process *process, uint64_t patience_ms)
{
    if (process->state != LOCAL_PROCESS_READY && process->state != LOCAL_PROCESS_HOSTING)
        return;
    if (process->health_deadline_ms <= now.mono_ms + patience_ms)
        return;
    local_changed(&process->record);
    process->health_deadline_ms = now.mono_ms + patience_ms;
    local_timer_set(&service->timers, &process->timer, process->health_deadline_ms);
}

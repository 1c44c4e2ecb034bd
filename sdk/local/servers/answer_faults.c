/* SPDX-License-Identifier: Apache-2.0 */
#include "servers/answer_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOO_MANY_REQUESTS 429

static bool is_throttled(local_service *service, glift__time now, const local_fault_scope *where,
        const char *player_session_id)
{
    local_fault *fault = local_fault_due(service->faults, FAULT_SDK_THROTTLING, where);
    if (fault == NULL || local_throttle_request(service->faults, now.mono_ms, where->process_id,
                                 where->action, player_session_id))
        return false;
    local_fault_count(service->faults, fault, where);
    return true;
}

local_request_fate local_judge_request(local_service *service, glift__time now,
        const local_answered_request *request, const char *player_session_id)
{
    local_request_fate fate = {0};
    const local_fault_scope where = {.process_id = request->process->id, .action = request->action_name};
    if (is_throttled(service, now, &where, player_session_id)) {
        fate.is_stopped = true;
        fate.status_code = TOO_MANY_REQUESTS;
        snprintf(fate.message, sizeof fate.message, "Rate exceeded");
        return fate;
    }
    const local_fault *fault = local_fault_hit(service->faults, FAULT_REFUSED_REQUESTS, &where);
    if (fault != NULL) {
        const char *message = local_fault_text(fault, "message");
        fate.is_stopped = local_fault_number(fault, "effect") == 0;
        fate.status_code = (int)local_fault_number(fault, "status_code");
        snprintf(fate.message, sizeof fate.message, "%s",
                message[0] != '\0' ? message : "The fault refused_requests is on.");
        return fate;
    }
    fault = local_fault_hit(service->faults, FAULT_LOST_ANSWERS, &where);
    if (fault != NULL) {
        fate.is_stopped = local_fault_number(fault, "effect") == 0;
        fate.is_lost = true;
    }
    return fate;
}

local_heartbeat_worth local_judge_heartbeat(
        local_service *service, const local_process *process, bool *healthy)
{
    const local_fault_scope where = {.process_id = process->id};
    const local_fault *fault = local_fault_hit(service->faults, FAULT_HEARTBEAT_LOSS, &where);
    if (fault != NULL)
        return local_fault_number(fault, "answered") != 0 ? HEARTBEAT_IS_LOST : HEARTBEAT_IS_UNHEARD;
    if (*healthy && local_fault_hit(service->faults, FAULT_UNHEALTHY_REPORTS, &where) != NULL)
        *healthy = false;
    return HEARTBEAT_COUNTS;
}

const char *local_heartbeat_words(local_heartbeat_worth worth)
{
    static const char *const words[] = {[HEARTBEAT_COUNTS] = "answered with 200.",
            [HEARTBEAT_IS_LOST] = "answered with 200, but a fault keeps it from counting.",
            [HEARTBEAT_IS_UNHEARD] = "a fault keeps it from being answered and from counting."};
    return words[worth];
}

/* ---- malformed answers ---- */

static glift__text text_of(const char *bytes, size_t length)
{
    glift__text text = {.bytes = strndup(bytes, length), .length = length};
    if (text.bytes == NULL)
        text.length = 0;
    return text;
}

/* Under another name, or to a request that nobody made. */
static glift__text renamed(const char *action, const char *id)
{
    glift__text text = {0};
    if (glift__encode_answer(GLIFT__ACTION_UNKNOWN, action, id, 200, NULL, NULL, &text) != GLIFT_OK)
        text = (glift__text){0};
    return text;
}

static glift__text malformed(
        const local_fault *fault, const local_answered_request *request, const glift__text *right)
{
    const char *how = local_fault_text(fault, "how");
    if (strcmp(how, "cut_short") == 0)
        return text_of(right->bytes, right->length / 2);
    if (strcmp(how, "not_an_object") == 0)
        return text_of("[]", 2);
    if (strcmp(how, "unknown_action") == 0)
        return renamed("ActionOfNobody", request->id);
    if (strcmp(how, "unknown_request_id") == 0)
        return renamed(request->action_name, "request-of-nobody");
    return text_of("{\"Action\": no JSON", 18);
}

bool local_send_answer(local_service *service, const local_answered_request *request, glift__text *text)
{
    const local_fault_scope where = {.process_id = request->process->id, .action = request->action_name};
    local_frame frame = {.process_id = request->process->id,
            .action = request->action_name,
            .connection = request->connection};
    const local_fault *fault = local_fault_hit(service->faults, FAULT_MALFORMED_ANSWERS, &where);
    if (fault != NULL) {
        glift__text other = malformed(fault, request, text);
        bool follows = local_fault_number(fault, "answer_follows") != 0;
        bool sent = other.bytes != NULL && local_send_frame(service, &frame, &other);
        if (!follows)
            glift__text_free(text);
        if (!follows || !sent)
            return sent;
    }
    return local_send_frame(service, &frame, text);
}

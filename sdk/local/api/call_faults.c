/* SPDX-License-Identifier: Apache-2.0 */
/* What faults do to calls of the AWS API (service model 3.5): errors, throttling, slowness, resets. */
#include "api/faults_api.h"

#include <stdio.h>
#include <string.h>

static bool is_throttled(local_service *service, glift__time now, const local_fault_scope *where)
{
    local_fault *fault = local_fault_due(service->faults, FAULT_API_THROTTLING, where);
    if (fault == NULL || local_throttle_call(service->faults, now.mono_ms, where->action))
        return false;
    local_fault_count(service->faults, fault, where);
    return true;
}

static void take_error(api_fate *fate, const local_fault *fault)
{
    const char *error = local_fault_text(fault, "error");
    fate->is_error = true;
    fate->message = "The fault api_errors is on.";
    fate->is_stopped = local_fault_number(fault, "effect") == 0;
    fate->status = (int)local_fault_number(fault, "status");
    if (strcmp(error, "none") != 0)
        snprintf(
                fate->error, sizeof fate->error, "%s", error[0] != '\0' ? error : "InternalServiceException");
}

api_fate api_judge_call(const api_call *call)
{
    local_service *service = call->service;
    const local_fault_scope where = {.action = call->operation};
    api_fate fate = {0};
    const local_fault *fault = local_fault_hit(service->faults, FAULT_SLOW_API, &where);
    if (fault != NULL)
        service->reply_fate.delay_ms = (uint64_t)local_fault_number(fault, "milliseconds");
    if (is_throttled(service, call->now, &where)) {
        return (api_fate){.is_stopped = true,
                .is_error = true,
                .status = 400,
                .error = "ThrottlingException",
                .message = "Rate exceeded"};
    }
    fault = local_fault_hit(service->faults, FAULT_RESET_API, &where);
    if (fault != NULL) {
        service->reply_fate.is_reset = true;
        fate.is_stopped = local_fault_number(fault, "effect") == 0;
    } else if ((fault = local_fault_hit(service->faults, FAULT_API_ERRORS, &where)) != NULL) {
        take_error(&fate, fault);
    }
    return fate;
}

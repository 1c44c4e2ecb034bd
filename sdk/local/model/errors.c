/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals: one list of errors, with its name for either door (service model 2, wire protocol 4.1). */
#include "model/model.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *type;
    int http_status, status_code;
} errors[] = {
        [LOCAL_INTERNAL] = {"InternalServiceException", 500, 500},
        [LOCAL_INVALID_REQUEST] = {"InvalidRequestException", 400, 400},
        [LOCAL_NOT_FOUND] = {"NotFoundException", 400, 404},
        [LOCAL_CONFLICT] = {"ConflictException", 400, 409},
        [LOCAL_LIMIT_EXCEEDED] = {"LimitExceededException", 400, 429},
        [LOCAL_INVALID_FLEET_STATUS] = {"InvalidFleetStatusException", 400, 400},
        [LOCAL_INVALID_GAME_SESSION_STATUS] = {"InvalidGameSessionStatusException", 400, 400},
        [LOCAL_GAME_SESSION_FULL] = {"GameSessionFullException", 400, 400},
        [LOCAL_FLEET_CAPACITY_EXCEEDED] = {"FleetCapacityExceededException", 400, 400},
        [LOCAL_IDEMPOTENT_PARAMETER_MISMATCH] = {"IdempotentParameterMismatchException", 400, 409},
        [LOCAL_TERMINAL_ROUTING_STRATEGY] = {"TerminalRoutingStrategyException", 400, 400},
        [LOCAL_TAGGING_FAILED] = {"TaggingFailedException", 400, 400},
        [LOCAL_UNKNOWN_OPERATION] = {"UnknownOperationException", 400, 400},
        [LOCAL_SERIALIZATION] = {"SerializationException", 400, 400},
        [LOCAL_UNKNOWN_CLIENT] = {"UnrecognizedClientException", 400, 403},
};

const char *local_error_type(local_error error)
{
    return errors[error].type;
}

int local_error_http_status(local_error error)
{
    return errors[error].http_status;
}

int local_error_status_code(local_error error)
{
    return errors[error].status_code;
}

bool local_refuse(local_refusal *why, local_error error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->message, sizeof why->message, format, arguments);
    va_end(arguments);
    local_mend_text(why->message);
    why->error = error;
    return false;
}

bool local_refuse_memory(local_refusal *why)
{
    return local_refuse(why, LOCAL_INTERNAL, "gamelift-local is out of memory.");
}

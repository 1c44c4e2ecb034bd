/* SPDX-License-Identifier: Apache-2.0 */
/* The WebSocket upgrade of a game server: who is it, and may it connect (wire protocol 1.2, S24). */
#include "servers/servers.h"

#include <stdlib.h>
#include <string.h>

#include "journal/journal.h"
#include "model/access.h"
#include "model/model.h"

/* What the query says; every member is heap text or NULL. */
typedef struct connect_query {
    char *process_id, *sdk_version, *sdk_language, *compute, *fleet, *authorization, *credential;
} connect_query;

static char **slot_of(connect_query *visitor, const char *name, size_t length)
{
    const struct {
        const char *name;
        char **slot;
    } known[] = {
            {"pID", &visitor->process_id},
            {"sdkVersion", &visitor->sdk_version},
            {"sdkLanguage", &visitor->sdk_language},
            {"ComputeId", &visitor->compute},
            {"FleetId", &visitor->fleet},
            {"Authorization", &visitor->authorization},
            {"X-Amz-Credential", &visitor->credential},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) == length && memcmp(known[i].name, name, length) == 0)
            return known[i].slot;
    }
    return NULL;
}

/* The first of several parameters of one name counts; unknown ones are skipped. */
static bool read_query(const char *query, connect_query *out)
{
    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        size_t name_length = strcspn(query, "=&");
        char **slot = slot_of(out, query, name_length);
        if (slot != NULL && *slot == NULL && name_length < length) {
            *slot = strndup(query + name_length + 1, length - name_length - 1);
            if (*slot == NULL)
                return false;
            local_decode_form(*slot);
        }
        query += length + (query[length] == '&');
    }
    return true;
}

static void forget_visitor(connect_query *visitor)
{
    free(visitor->process_id);
    free(visitor->sdk_version);
    free(visitor->sdk_language);
    free(visitor->compute);
    free(visitor->fleet);
    free(visitor->authorization);
    free(visitor->credential);
}

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static const char *missing_parameter(const connect_query *visitor)
{
    if (is_empty(visitor->process_id))
        return "pID";
    if (is_empty(visitor->compute))
        return "ComputeId";
    if (is_empty(visitor->fleet))
        return "FleetId";
    return NULL;
}

/* Signatures are not verified (service model 3.4): whoever signs shows the token that clients need, if any.
 */
static bool is_signed(const local_service *service, const connect_query *visitor, local_refusal *why)
{
    if (is_empty(visitor->credential))
        return local_refuse(
                why, LOCAL_INVALID_REQUEST, "X-Amz-Credential is missing beside Authorization=SigV4.");
    return local_admits_credential(service, visitor->credential) ||
           local_refuse(why, LOCAL_UNKNOWN_CLIENT,
                   "The access key id in X-Amz-Credential is not the token of this gamelift-local "
                   "(--token).");
}

/* An auth token must be one that was handed out and still lives.
 */
static bool is_authorized(local_service *service, glift__time now, const connect_query *visitor,
        const local_compute *compute, local_refusal *why)
{
    if (is_empty(visitor->authorization))
        return local_refuse(why, LOCAL_INVALID_REQUEST,
                "Authorization is missing: set the auth token (GetComputeAuthToken), or AWS credentials.");
    if (strcmp(visitor->authorization, "SigV4") == 0)
        return is_signed(service, visitor, why);
    for (size_t i = 0; i < compute->token_count; i++) {
        if (strcmp(compute->tokens[i].text, visitor->authorization) == 0)
            return compute->tokens[i].expires_ms > now.mono_ms ||
                   local_refuse(why, LOCAL_INVALID_REQUEST,
                           "The auth token has expired: get a new one "
                           "(GetComputeAuthToken).");
    }
    return local_refuse(why, LOCAL_INVALID_REQUEST, "The auth token is not one of compute %s of fleet %s.",
            compute->name, compute->fleet->id);
}

static local_compute *find_compute_of(
        local_service *service, glift__time now, const connect_query *visitor, local_refusal *why)
{
    local_fleet *fleet = local_need_fleet(service, visitor->fleet, why);
    if (fleet == NULL)
        return NULL;
    local_compute *compute = local_need_compute(service, fleet, visitor->compute, why);
    return compute != NULL && is_authorized(service, now, visitor, compute, why) ? compute : NULL;
}

static void remember_sdk(local_process *process, const connect_query *visitor)
{
    /* For the dashboard only: without memory for it, it stays unknown. */
    local_changed(&process->record);
    local_keep_text(&process->sdk_language, visitor->sdk_language);
    local_keep_text(&process->sdk_version, visitor->sdk_version);
}

/* The HTTP status by which a fault refuses the connection; 0: none does. */
static int faulty_status(local_service *service, glift__time now, const char *process_id)
{
    const local_fault_scope where = {.process_id = process_id, .action = "InitSDK"};
    const local_fault *fault = local_fault_hit(service->faults, FAULT_REFUSED_CONNECTIONS, &where);
    if (fault != NULL)
        return (int)local_fault_number(fault, "status");
    local_fault *throttling = local_fault_due(service->faults, FAULT_SDK_THROTTLING, &where);
    if (throttling == NULL ||
            local_throttle_request(service->faults, now.mono_ms, process_id, where.action, NULL))
        return 0;
    local_fault_count(service->faults, throttling, &where);
    return 429;
}

/* 101, or the HTTP status of a refusal. */
static int admit(local_service *service, glift__time now, const connect_query *visitor, uint64_t *connection,
        local_refusal *why)
{
    const char *missing = missing_parameter(visitor);
    if (missing != NULL) {
        local_refuse(why, LOCAL_INVALID_REQUEST, "Parameter %s is missing in the connect URL.", missing);
        return 400;
    }
    if (strlen(visitor->process_id) > GLIFT_MAX_ID_LENGTH) {
        local_refuse(why, LOCAL_INVALID_REQUEST, "The process id (pID) is longer than %d characters.",
                GLIFT_MAX_ID_LENGTH);
        return 400;
    }
    int status = faulty_status(service, now, visitor->process_id);
    if (status != 0) {
        local_refuse(why, LOCAL_INTERNAL, "A fault is on that refuses connections.");
        return status;
    }
    local_compute *compute = find_compute_of(service, now, visitor, why);
    if (compute == NULL)
        return 403;
    uint64_t number = ++service->last_connection;
    local_process *process = local_connect_process(service, now, compute, visitor->process_id, number, why);
    if (process == NULL)
        return 500;
    remember_sdk(process, visitor);
    *connection = number;
    return 101;
}

static const char *text_or(const char *text, const char *otherwise)
{
    return is_empty(text) ? otherwise : text;
}

/* What proves who it is does not come into the journal at all. */
static void note_visit(local_service *service, glift__time now, const connect_query *visitor,
        uint64_t connection, int status, const char *refusal)
{
    local_said said = {.action = "$connect",
            .process_id = visitor->process_id,
            .connection = connection,
            .direction = LOCAL_ENTRY_IN,
            .status = status};
    if (status == 101)
        local_journal_introduce(service, connection, visitor->process_id);
    local_journal_note(service, now, &said, "%s compute %s of fleet %s, SDK %s %s%s%s",
            status == 101 ? "a connection was opened by" : "a connection was refused to",
            text_or(visitor->compute, "?"), text_or(visitor->fleet, "?"), text_or(visitor->sdk_language, "?"),
            text_or(visitor->sdk_version, "?"), status == 101 ? "" : ": ", status == 101 ? "" : refusal);
}

int local_service_handshake(
        local_service *service, glift__time now, const char *query, uint64_t *connection, glift__text *body)
{
    connect_query visitor = {0};
    local_refusal why = {0};
    *connection = 0;
    int status = 500;
    local_begin_input(service, now);
    if (read_query(query, &visitor))
        status = admit(service, now, &visitor, connection, &why);
    else
        local_refuse_memory(&why);
    if (status == 101) {
        local_log(service, GLIFT_LOG_INFO, "process %s connected: compute %s, SDK %s %s", visitor.process_id,
                visitor.compute, text_or(visitor.sdk_language, "?"), text_or(visitor.sdk_version, "?"));
    } else {
        local_log(service, GLIFT_LOG_WARNING, "process %s was refused with HTTP %d: %s",
                text_or(visitor.process_id, "?"), status, why.message);
        if (glift__encode_answer(GLIFT__ACTION_UNKNOWN, "$connect", "$connect", status, why.message, NULL,
                    body) != GLIFT_OK)
            *body = (glift__text){0};
    }
    note_visit(service, now, &visitor, *connection, status, why.message);
    forget_visitor(&visitor);
    return status;
}

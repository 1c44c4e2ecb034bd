/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that act the moment they are switched on, on processes, computes and tickets that are there. */
#include "api/faults_api.h"

#include <stdio.h>
#include <string.h>

#include "api/control.h"
#include "flexmatch/tickets.h"
#include "model/model_faults.h"

typedef bool (*act_on_process)(local_service *service, glift__time now, local_process *process,
        const local_fault *fault, local_refusal *why);

static bool is_meant(const local_process *process, const local_fault *fault)
{
    const char *compute = local_fault_text(fault, "compute_name");
    return (fault->scope.process_id == NULL || strcmp(fault->scope.process_id, process->id) == 0) &&
           (compute[0] == '\0' || strcmp(compute, process->compute_name) == 0);
}

/* Processes may end by what is done to them, and leave the list: the next one is known before. */
static bool act_on_fleet(local_service *service, glift__time now, local_fleet *fleet, local_fault *fault,
        act_on_process act, local_refusal *why)
{
    for (local_process *process = TAILQ_FIRST(&fleet->processes), *next; process != NULL; process = next) {
        next = TAILQ_NEXT(process, link);
        if (!is_meant(process, fault))
            continue;
        if (!act(service, now, process, fault, why))
            return false;
        local_fault_count(service->faults, fault, &(local_fault_scope){.process_id = process->id});
    }
    return true;
}

static bool act_on_processes(
        local_service *service, glift__time now, local_fault *fault, act_on_process act, local_refusal *why)
{
    uint64_t hits = fault->hits;
    local_fleet *fleet;
    TAILQ_FOREACH(fleet, &service->fleets, link)
    {
        if (!act_on_fleet(service, now, fleet, fault, act, why))
            return false;
    }
    if (fault->hits == hits && fault->scope.process_id != NULL && hits == 0)
        return local_refuse(why, LOCAL_NOT_FOUND, "Process %s was not found.", fault->scope.process_id);
    return true;
}

/* ---- what is done to a process ---- */

static bool refresh(local_service *service, glift__time now, local_process *process, const local_fault *fault,
        local_refusal *why)
{
    const char *endpoint = local_fault_text(fault, "endpoint");
    return local_refresh_process(service, now, process, endpoint[0] != '\0' ? endpoint : NULL, why);
}

static void silence(local_service *service, const local_process *process, bool is_noticed)
{
    local_connection *connection, *next;
    for (connection = TAILQ_FIRST(&process->connections); connection != NULL; connection = next) {
        next = TAILQ_NEXT(connection, link);
        if (is_noticed)
            local_close_connection(service, connection, LOCAL_MUTE, "a fault made it half open");
        else
            local_queue_close(service, connection->number, LOCAL_MUTE, "a fault made it silent");
    }
}

static bool drop(local_service *service, glift__time now, local_process *process, const local_fault *fault,
        local_refusal *why)
{
    const char *how = local_fault_text(fault, "how");
    (void)now, (void)why;
    if (strcmp(how, "silence") == 0 || strcmp(how, "half_open") == 0)
        silence(service, process, strcmp(how, "half_open") == 0);
    else if (strcmp(how, "cut") == 0)
        local_drop_process(service, process, LOCAL_CUT, "a fault cut it");
    else if (strcmp(how, "reset") == 0)
        local_drop_process(service, process, LOCAL_RESET, "a fault reset it");
    else
        local_drop_process(service, process, (int)local_fault_number(fault, "close_code"),
                "closed by the fault drop_connection");
    return true;
}

static bool interrupt(local_service *service, glift__time now, local_process *process,
        const local_fault *fault, local_refusal *why)
{
    (void)why;
    uint64_t notice_ms = (uint64_t)local_fault_number(fault, "notice_seconds") * 1000;
    local_record_event(service, now, "INSTANCE_INTERRUPTED", process->fleet->id, process->id,
            "Compute %s is reclaimed: process %s has %d seconds left.", process->compute_name, process->id,
            (int)(notice_ms / 1000));
    local_terminate_process(service, now, process, notice_ms, "INTERRUPTED");
    return true;
}

/* It counts the heartbeats that are lost, not those whom it is in store for. */
static void shorten_all(local_service *service, glift__time now, const local_fault *fault)
{
    uint64_t patience_ms = (uint64_t)local_fault_number(fault, "patience_seconds") * 1000;
    local_fleet *fleet;
    if (patience_ms == 0)
        return;
    TAILQ_FOREACH(fleet, &service->fleets, link)
    {
        local_process *process;
        TAILQ_FOREACH(process, &fleet->processes, link)
        {
            if (is_meant(process, fault))
                local_shorten_health(service, now, process, patience_ms);
        }
    }
}

/* ---- tokens ---- */

static void expire_tokens_of(
        local_service *service, glift__time now, local_compute *compute, local_fault *fault)
{
    for (size_t i = 0; i < compute->token_count; i++) {
        local_token *token = &compute->tokens[i];
        if (token->expires_ms <= now.mono_ms)
            continue;
        local_changed(&compute->record);
        token->expires_ms = now.mono_ms;
        token->expires_unix_ms = now.unix_ms;
        local_fault_count(service->faults, fault, &(local_fault_scope){0});
    }
}

static bool expire_tokens(local_service *service, glift__time now, local_fault *fault, local_refusal *why)
{
    const char *name = local_fault_text(fault, "compute_name");
    bool found = name[0] == '\0';
    local_fleet *fleet;
    TAILQ_FOREACH(fleet, &service->fleets, link)
    {
        local_compute *compute;
        TAILQ_FOREACH(compute, &fleet->computes, link)
        {
            if (name[0] != '\0' && strcmp(name, compute->name) != 0)
                continue;
            found = true;
            expire_tokens_of(service, now, compute, fault);
        }
    }
    return found || local_refuse(why, LOCAL_NOT_FOUND, "Compute %s was not found.", name);
}

bool local_fault_act(local_service *service, glift__time now, local_fault *fault, local_refusal *why)
{
    switch (fault->kind) {
    case FAULT_REFRESH_CONNECTION:
        return act_on_processes(service, now, fault, refresh, why);
    case FAULT_DROP_CONNECTION:
        return act_on_processes(service, now, fault, drop, why);
    case FAULT_SPOT_INTERRUPTION:
        return act_on_processes(service, now, fault, interrupt, why);
    case FAULT_TOKEN_EXPIRY:
        return expire_tokens(service, now, fault, why);
    case FAULT_HEARTBEAT_LOSS:
        shorten_all(service, now, fault);
        return true;
    case FAULT_MATCHMAKING_OUTCOME:
        local_matchmaking_wake(service, now);
        return true;
    case FAULT_ACTIVATION_TIMEOUT:
    case FAULT_API_ERRORS:
    case FAULT_API_THROTTLING:
    case FAULT_DUPLICATED_PUSHES:
    case FAULT_EXIT_TIMEOUT:
    case FAULT_FRAGMENTED_FRAMES:
    case FAULT_JOINED_FRAMES:
    case FAULT_LOST_ANSWERS:
    case FAULT_MALFORMED_ANSWERS:
    case FAULT_NO_CAPACITY:
    case FAULT_OVERSIZED_MATCHMAKER_DATA:
    case FAULT_REFUSED_CONNECTIONS:
    case FAULT_REFUSED_REQUESTS:
    case FAULT_RESET_API:
    case FAULT_SDK_THROTTLING:
    case FAULT_SHORT_TOKENS:
    case FAULT_SLOW_ANSWERS:
    case FAULT_SLOW_API:
    case FAULT_UNHEALTHY_REPORTS:
    case FAULT_KINDS:
        break; /* others ask for these when their time has come */
    }
    return true;
}

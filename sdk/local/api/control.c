/* SPDX-License-Identifier: Apache-2.0 */
/* What the real service does by itself and a test wants at once: POST /_local/refresh, drop, terminate,
 * advance; and reset.
 * Tables and checks are those of the AWS API, so a wrong call gets the same kind of answer. */
#include "api/service.h"

#include "api/api_bench.h"
#include "api/control.h"
#include "api/faults_api.h"

static const api_shape process_id = {.kind = API_TEXT, .least = 1, .most = GLIFT_MAX_ID_LENGTH};

/* The process that ProcessId names; NULL: the call is refused. */
static local_process *need_process(api_call *call)
{
    const char *id = api_text(call->input, "ProcessId");
    local_process *process = local_find_process(call->service, id);
    if (process == NULL)
        api_refuse(call, LOCAL_NOT_FOUND, "Process %s was not found.", id);
    return process;
}

static const api_member refresh_members[] = {
        {"ProcessId", &process_id, true},
        {"Endpoint", &api_free_text, false},
        {0},
};

bool local_refresh_process(local_service *service, glift__time now, local_process *process,
        const char *endpoint, local_refusal *why)
{
    local_compute *compute = local_need_compute(service, process->fleet, process->compute_name, why);
    if (compute == NULL)
        return false;
    glift__push push = {
            .kind = GLIFT__REFRESH_CONNECTION,
            .refresh_endpoint = endpoint != NULL ? endpoint : service->endpoint,
            .auth_token = local_compute_token(service, now, compute)->text,
    };
    return local_push(service, process, &push) ||
           local_refuse(
                   why, LOCAL_INTERNAL, "RefreshConnection could not be sent to process %s.", process->id);
}

/* To another endpoint, to see what the SDK makes of it. */
static void refresh(api_call *call)
{
    local_process *process = need_process(call);
    if (process != NULL && !local_refresh_process(call->service, call->now, process,
                                   api_text(call->input, "Endpoint"), &call->refusal))
        api_refuse_with(call);
}

/* Those that a Close frame may carry, and those whose meaning is open (RFC 6455 7.4). */
static const api_shape close_code = {.kind = API_INTEGER, .least = 1000, .most = 4999};
static const api_member drop_members[] = {
        {"ProcessId", &process_id, true},
        {"CloseCode", &close_code,
                false}, /* a Close frame with it; absent: the connection is cut without one */
        {0},
};

void local_drop_process(local_service *service, const local_process *process, int code, const char *reason)
{
    while (!TAILQ_EMPTY(&process->connections))
        local_close_connection(service, TAILQ_FIRST(&process->connections), code, reason);
}

static void drop(api_call *call)
{
    const local_process *process = need_process(call);
    if (process != NULL)
        local_drop_process(call->service, process, api_integer(call->input, "CloseCode", LOCAL_CUT),
                "closed by POST /_local/drop");
}

static const api_member terminate_members[] = {
        {"ProcessId", &process_id, true},
        {"NoticeSeconds", &api_count, false},
        {0},
};

static void terminate(api_call *call)
{
    local_process *process = need_process(call);
    if (process == NULL)
        return;
    int seconds = api_integer(call->input, "NoticeSeconds", -1);
    uint64_t notice_ms = seconds < 0 ? call->service->patience.exit_ms : (uint64_t)seconds * 1000;
    local_terminate_process(call->service, call->now, process, notice_ms, NULL);
}

/* A month is more than any timer here. */
static const api_shape milliseconds = {.kind = API_INTEGER, .least = 0, .most = 2147483647};
static const api_member advance_members[] = {{"Milliseconds", &milliseconds, true}, {0}};

static void advance(api_call *call)
{
    call->service->jump_ms += (uint64_t)api_integer(call->input, "Milliseconds", 0);
}

static const api_member reset_members[] = {{0}};

static void reset(api_call *call)
{
    call->service->reset_is_wanted = true;
}

/* What these may hold depends on the name: local_fault_begin() says what is wrong. */
static const api_member any_members[] = {{0}};
static const api_shape some_object = {.kind = API_STRUCT, .members = any_members};
static const api_shape fault_text = {.kind = API_TEXT, .least = 1, .most = FAULT_TEXT_MAX};
static const api_shape fault_seconds = {.kind = API_NUMBER, .least = 0.001, .most = FAULT_SECONDS_MAX};
static const api_member faults_members[] = {
        {"name", &fault_text, true},
        {"parameters", &some_object, false},
        {"scope", &some_object, false},
        {"seconds", &fault_seconds, false},
        {0},
};
static const api_member faults_clear_members[] = {{"fault_id", &fault_text, false}, {0}};

static const api_operation controls[] = {
        {"advance", advance_members, advance},
        {"faults", faults_members, api_begin_fault},
        {"faults/clear", faults_clear_members, api_clear_faults},
        {"reset", reset_members, reset},
        {"refresh", refresh_members, refresh},
        {"drop", drop_members, drop},
        {"terminate", terminate_members, terminate},
        {"rule_set_bench", api_bench_members, api_start_bench},
        {"rule_set_bench/cancel", api_cancel_bench_members, api_cancel_bench},
        {0},
};

int local_service_control(local_service *service, glift__time now, const char *control, const char *body,
        size_t length, glift__text *reply)
{
    return api_run(service, now, controls, control, body, length, reply);
}

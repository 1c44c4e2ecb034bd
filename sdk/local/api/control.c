/* SPDX-License-Identifier: Apache-2.0 */
/* What the real service does by itself and a test wants at once: POST /_local/refresh, drop, terminate,
 * advance; and reset.
 * Tables and checks are those of the AWS API, so a wrong call gets the same kind of answer. */
#include "api/service.h"

#include "api/api.h"
#include "api/api_bench.h"

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

/* RefreshConnection with a token that lives; to another endpoint, to see what the SDK makes of it. */
static void refresh(api_call *call)
{
    local_process *process = need_process(call);
    local_compute *compute = process == NULL ? NULL
                                             : local_need_compute(call->service, process->fleet,
                                                       process->compute_name, &call->refusal);
    if (process != NULL && compute == NULL)
        api_refuse_with(call);
    if (compute == NULL)
        return;
    const char *endpoint = api_text(call->input, "Endpoint");
    glift__push push = {
            .kind = GLIFT__REFRESH_CONNECTION,
            .refresh_endpoint = endpoint != NULL ? endpoint : call->service->endpoint,
            .auth_token = local_compute_token(call->service, call->now, compute)->text,
    };
    if (!local_push(call->service, process, &push))
        api_refuse(call, LOCAL_INTERNAL, "RefreshConnection could not be sent to process %s.", process->id);
}

/* Those that a Close frame may carry, and those whose meaning is open (RFC 6455 7.4). */
static const api_shape close_code = {.kind = API_INTEGER, .least = 1000, .most = 4999};
static const api_member drop_members[] = {
        {"ProcessId", &process_id, true},
        {"CloseCode", &close_code,
                false}, /* a Close frame with it; absent: the connection is cut without one */
        {0},
};

static void drop(api_call *call)
{
    const local_process *process = need_process(call);
    if (process == NULL)
        return;
    int code = api_integer(call->input, "CloseCode", LOCAL_CUT);
    while (!TAILQ_EMPTY(&process->connections))
        local_close_connection(
                call->service, TAILQ_FIRST(&process->connections), code, "closed by POST /_local/drop");
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

static const api_operation controls[] = {
        {"advance", advance_members, advance},
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

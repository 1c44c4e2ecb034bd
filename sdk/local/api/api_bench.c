/* SPDX-License-Identifier: Apache-2.0 */
/* POST /_local/rule_set_bench and what belongs to it: trials that run beside the service, a step at a time.
 */
#include "api/benches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_bench.h"
#include "api/service.h"

static struct local_benches *need_benches(local_service *service)
{
    if (service->benches != NULL)
        return service->benches;
    struct local_benches *benches = calloc(1, sizeof *benches);
    if (benches != NULL)
        TAILQ_INIT(&benches->all);
    service->benches = benches;
    return benches;
}

static bool is_running(const local_bench *bench)
{
    return bench->trial->end == LOCAL_TRIAL_RUNNING;
}

static void forget(struct local_benches *benches, local_bench *bench)
{
    TAILQ_REMOVE(&benches->all, bench, link);
    benches->count--;
    local_trial_destroy(bench->trial);
    free(bench);
}

void local_benches_free(local_service *service)
{
    struct local_benches *benches = service->benches;
    while (benches != NULL && !TAILQ_EMPTY(&benches->all))
        forget(benches, TAILQ_FIRST(&benches->all));
    free(benches);
    service->benches = NULL;
}

/* NULL: there is none of that id. */
static local_bench *find_bench(const local_service *service, const char *id)
{
    local_bench *bench = service->benches != NULL ? TAILQ_FIRST(&service->benches->all) : NULL;
    while (bench != NULL && strcmp(bench->id, id) != 0)
        bench = TAILQ_NEXT(bench, link);
    return bench;
}

/* The oldest that has ended makes room. False: all of them are running. */
static bool make_room(struct local_benches *benches)
{
    local_bench *oldest = NULL, *bench;
    uint64_t least = UINT64_MAX;
    if (benches->count < LOCAL_BENCHES_MAX)
        return true;
    TAILQ_FOREACH(bench, &benches->all, link)
    {
        uint64_t number = strtoull(bench->id + strlen("bench-"), NULL, 10);
        if (!is_running(bench) && number < least) {
            least = number;
            oldest = bench;
        }
    }
    if (oldest != NULL)
        forget(benches, oldest);
    return oldest != NULL;
}

void api_start_bench(api_call *call)
{
    struct local_benches *benches = need_benches(call->service);
    if (benches != NULL && !make_room(benches)) {
        api_refuse(call, LOCAL_LIMIT_EXCEEDED,
                "%d rule set benches are running already: wait for one of them, or end it by "
                "POST /_local/rule_set_bench/cancel.",
                LOCAL_BENCHES_MAX);
        return;
    }
    local_trial *trial = benches != NULL ? api_read_trial(call) : NULL;
    local_bench *bench = trial != NULL ? calloc(1, sizeof *bench) : NULL;
    if (bench == NULL) {
        local_trial_destroy(trial);
        call->out_of_memory = !call->refused;
        return;
    }
    bench->trial = trial;
    snprintf(bench->id, sizeof bench->id, "bench-%llu", (unsigned long long)++benches->last_number);
    TAILQ_INSERT_TAIL(&benches->all, bench, link);
    benches->count++;
    api_add_text(call, call->reply, "bench_id", bench->id);
}

static const api_shape bench_id = {.kind = API_TEXT, .least = 1, .most = 64};
const api_member api_cancel_bench_members[] = {{"bench_id", &bench_id, true}, {0}};

void api_cancel_bench(api_call *call)
{
    const char *id = api_text(call->input, "bench_id");
    local_bench *bench = find_bench(call->service, id);
    if (bench == NULL)
        api_refuse(call, LOCAL_NOT_FOUND, "Rule set bench %s was not found.", id);
    else
        forget(call->service->benches, bench);
}

bool local_service_run_benches(local_service *service)
{
    struct local_benches *benches = service->benches;
    local_bench *bench = benches != NULL ? TAILQ_FIRST(&benches->all) : NULL;
    while (bench != NULL && !is_running(bench))
        bench = TAILQ_NEXT(bench, link);
    if (bench == NULL)
        return false;
    local_trial_step(bench->trial);
    TAILQ_REMOVE(&benches->all, bench, link);
    TAILQ_INSERT_TAIL(&benches->all, bench, link);
    return true;
}

glift_status local_service_bench(const local_service *service, const char *id, glift__text *out)
{
    const local_bench *bench = find_bench(service, id);
    if (bench == NULL)
        return GLIFT_ERR_NOT_FOUND;
    api_call call = {.operation = "rule_set_bench", .reply = cJSON_CreateObject()};
    call.out_of_memory = call.reply == NULL;
    api_add_bench(&call, call.reply, bench);
    *out = (glift__text){.bytes = call.out_of_memory ? NULL : cJSON_PrintUnformatted(call.reply)};
    out->length = out->bytes != NULL ? strlen(out->bytes) : 0;
    cJSON_Delete(call.reply);
    return out->bytes != NULL ? GLIFT_OK : GLIFT_ERR_MEMORY;
}

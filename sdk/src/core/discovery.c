/* SPDX-License-Identifier: Apache-2.0 */
/* The containers beside this one are asked for over HTTP, once for all calls that wait. */

#include "core/core_state.h"

#define FETCH_MS 5000

/* Ends the discovery: all calls that wait get the same answer. */
static void ended(glift__core *core, glift__step step, const char *body, size_t length)
{
    for (glift__call *call = glift__requests_first(&core->requests), *next; call != NULL; call = next) {
        next = glift__requests_after(&core->requests, call);
        if (call->body.action != GLIFT__LIST_CONTAINERS_NETWORK_INFO)
            continue;
        glift__requests_remove(&core->requests, call);
        glift_status status = step == GLIFT__STEP_FAILED
                                      ? GLIFT_ERR_SERVICE
                                      : glift__read_container_network_info(body, length, &call->memory,
                                                &call->result.containers, &call->result.container_count);
        const char *message = step == GLIFT__STEP_FAILED   ? core->discovery.reason
                              : status == GLIFT_OK         ? ""
                              : status == GLIFT_ERR_MEMORY ? "out of memory"
                                                           : "Invalid response from discovery server";
        glift__core_answer(core, call, status, message);
    }
}

static void go_on(glift__core *core, glift__step step, const char *body, size_t length)
{
    core->discovery_fetch = 0;
    if (step != GLIFT__STEP_FETCH) {
        ended(core, step, body, length);
        return;
    }
    core->discovery_fetch = ++core->last_number;
    core->discovery_fetch_due = true;
}

void glift__discovery_list(glift__core *core, glift__call *call)
{
    if (call->deadline_ms == 0)
        call->deadline_ms = core->now.mono_ms + core->desc.request_timeout_ms;
    glift__requests_add_local(&core->requests, call);
    if (core->discovery_fetch == 0)
        go_on(core,
                glift__container_discovery_start(&core->discovery, core->desc.container_discovery_endpoint,
                        core->desc.container_metadata_url),
                NULL, 0);
}

void glift__discovery_fetched(
        glift__core *core, uint32_t fetch, int http_status, const char *body, size_t length)
{
    if (core->discovery_fetch == 0 || fetch != core->discovery_fetch)
        return; /* nobody waits for this fetch any more */
    go_on(core, glift__container_discovery_fetched(&core->discovery, http_status, body, length), body,
            length);
}

bool glift__discovery_next_order(glift__core *core, glift__order *out)
{
    if (core->discovery_fetch == 0 || !core->discovery_fetch_due)
        return false;
    core->discovery_fetch_due = false;
    *out = (glift__order){.kind = GLIFT__ORDER_FETCH,
            .number = core->discovery_fetch,
            .url = core->discovery.url,
            .timeout_ms = FETCH_MS};
    return true;
}

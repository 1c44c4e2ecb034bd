/* SPDX-License-Identifier: Apache-2.0 */
/* What the SDK knows of a server by itself, as metrics. */

#include "core/core_state.h"
#include "wire/requests.h"

void glift__metrics_note_state(glift__core *core)
{
    const glift__metrics *self = &core->metrics;
    glift__metric_set(self->start->connected, core->connection.current != NULL);
    glift__metric_set(self->start->players, self->players);
}

void glift__metrics_reconnected(glift__core *core)
{
    if (core->metrics.start != NULL)
        glift__metric_count(core->metrics.start->reconnects, 1);
}

void glift__metrics_seat_changed(glift__core *core, bool is_accepted)
{
    if (is_accepted)
        core->metrics.players++;
    else if (core->metrics.players > 0)
        core->metrics.players--;
}

void glift__metrics_session_placed(glift__core *core)
{
    glift__metrics *self = &core->metrics;
    self->players = 0;
    if (self->start == NULL)
        return;
    glift__crash_reporter_session(&self->crash_reporter, core->now.mono_ms);
    if (!glift__statsd_is_value(core->game_session_id))
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
                "metrics go without the tag session_id: the game session id makes none");
}

/* ---- requests ---- */

/* The metric in this place, made when it is needed first; NULL without memory. */
static glift_metric *metric_in(glift__core *core, glift_metric **place, const glift_metric_desc *desc)
{
    if (*place == NULL && (*place = glift__metric_new(desc, core->last_number)) != NULL)
        glift__metrics_take(core, *place);
    return *place;
}

static void count_request(
        glift__core *core, glift__action action, const glift_metric_tag *tag, glift_status status)
{
    const glift_metric_tag tags[] = {*tag, {"status", glift_status_name(status)}};
    const glift_metric_desc desc = {.kind = GLIFT_METRIC_COUNTER,
            .name = "server_gamelift_requests",
            .tags = tags,
            .tag_count = 2,
            .sample_rate = 1};
    glift_metric *counter = metric_in(core, &core->metrics.requests[action][status], &desc);
    if (counter != NULL)
        glift__metric_count(counter, 1);
}

static void time_request(glift__core *core, glift__action action, const glift_metric_tag *tag, uint64_t ms)
{
    const glift_metric_desc desc = {.kind = GLIFT_METRIC_TIMER,
            .name = "server_gamelift_request_time",
            .tags = tag,
            .tag_count = 1,
            .sample_rate = 1,
            .derived = GLIFT_DERIVED_MAX};
    glift_metric *timer = metric_in(core, &core->metrics.request_times[action], &desc);
    if (timer != NULL)
        glift__metric_time(timer, (double)ms);
}

void glift__metrics_request_ended(glift__core *core, const glift__call *call, glift_status status)
{
    if (core->metrics.start == NULL || (unsigned)status >= GLIFT__STATUS_COUNT)
        return;
    glift__action action =
            call->flight.settles != GLIFT__ACTION_UNKNOWN ? call->flight.settles : call->body.action;
    const glift__request_kind *kind = glift__request_kind_of(action);
    const glift_metric_tag tag = {"request", kind->name[0] != '\0' ? kind->name : kind->call};
    count_request(core, action, &tag, status);
    if (call->result.service_status_code != 0 && call->flight.times_sent > 0)
        time_request(core, action, &tag, core->now.mono_ms - call->flight.sent_ms);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The rooms put together: the life of a service, its clock and its outbox, as its owner sees them. */
#include "api/service.h"

#include <stdlib.h>

#include "api/api_check.h"
#include "api/benches.h"
#include "api/faults_api.h"
#include "flexmatch/match_kinds.h"
#include "flexmatch/matchmaking.h"
#include "journal/journal.h"

/* Whatever is pointed to comes before what points to it. */
static const local_kind *const kinds[] = {
        &local_location_kind,
        &local_fleet_kind,
        &local_compute_kind,
        &local_process_kind,
        &local_pending_kind,
        &local_answered_kind,
        &local_game_session_kind,
        &local_player_session_kind,
        &local_event_kind,
        &local_alias_kind,
        &local_tagged_kind,
        &local_queue_kind,
        &local_rule_set_kind,
        &local_configuration_kind,
        &local_match_kind,
        &local_ticket_kind,
        &local_automatic_kind,
        &local_placement_kind,
        &local_notice_kind,
};

static glift_status restore(local_service *service, glift__time now)
{
    if (service->keeper.store == NULL)
        return GLIFT_OK;
    return local_restore(service, now, kinds, sizeof kinds / sizeof kinds[0]) ? GLIFT_OK : GLIFT_ERR_STATE;
}

glift_status local_service_create(const local_service_desc *desc, glift__time now, local_service **out)
{
    *out = NULL;
    local_service *service;
    glift_status status = local_model_create(desc, now, &service);
    if (status == GLIFT_OK)
        status = local_journal_create(service);
    if (status == GLIFT_OK)
        status = local_patterns_create(&service->patterns);
    if (status == GLIFT_OK)
        status = local_matchmaking_create(service);
    if (status == GLIFT_OK)
        status = restore(service, now);
    if (status == GLIFT_OK)
        status = local_fault_controls_create(service);
    if (status != GLIFT_OK) {
        local_service_destroy(service);
        return status;
    }
    *out = service;
    return GLIFT_OK;
}

void local_service_destroy(local_service *service)
{
    if (service == NULL)
        return;
    local_benches_free(service);
    local_keep_stop(&service->keeper);
    local_fault_controls_destroy(service);
    local_matchmaking_destroy(service);
    local_patterns_destroy(service->patterns);
    local_journal_destroy(service);
    local_model_destroy(service);
}

glift_status local_service_set_endpoint(local_service *service, const char *endpoint)
{
    return local_keep_text(&service->endpoint, endpoint) ? GLIFT_OK : GLIFT_ERR_MEMORY;
}

/* ---- time ---- */

void local_service_advance(local_service *service, glift__time now)
{
    local_timer *due;
    while ((due = local_timers_take(&service->timers, now.mono_ms)) != NULL) {
        local_begin_input(service, now);
        due->run(service, now, due->owner);
    }
}

uint64_t local_service_changes(const local_service *service)
{
    return service->inputs + local_journal_last(service);
}

uint64_t local_service_deadline_ms(const local_service *service)
{
    return local_timers_next_ms(&service->timers);
}

uint64_t local_service_take_jump(local_service *service)
{
    uint64_t jump_ms = service->jump_ms;
    service->jump_ms = 0;
    return jump_ms;
}

local_reply_fate local_service_take_reply_fate(local_service *service)
{
    local_reply_fate fate = service->reply_fate;
    service->reply_fate = (local_reply_fate){0};
    return fate;
}

bool local_service_take_reset(local_service *service)
{
    bool wanted = service->reset_is_wanted;
    service->reset_is_wanted = false;
    return wanted;
}

bool local_service_commit(local_service *service, glift__time now)
{
    return local_commit(service, now);
}

/* ---- outbox ---- */

static void note_output(local_service *service, const local_output *output)
{
    local_said said = {.action = "$close",
            .direction = LOCAL_ENTRY_OUT,
            .connection = output->connection,
            .process_id = local_journal_process_on(service, output->connection)};
    if (output->text.bytes != NULL)
        local_journal_frame(service, service->now, output->connection, LOCAL_ENTRY_OUT, output->text.bytes,
                output->text.length);
    else if (output->close_code == LOCAL_CUT)
        local_journal_note(service, service->now, &said, "the connection is cut without a Close frame");
    else if (output->close_code == LOCAL_RESET)
        local_journal_note(service, service->now, &said, "the connection is reset");
    else if (output->close_code == LOCAL_MUTE)
        local_journal_note(
                service, service->now, &said, "the connection stays open and says nothing any more");
    else if (output->close_code != LOCAL_UNDO)
        local_journal_note(service, service->now, &said, "the connection is closed with code %d: %s",
                output->close_code, output->close_reason);
}

bool local_service_next_output(local_service *service, local_output *out)
{
    local_waiting_output *waiting = TAILQ_FIRST(&service->outputs);
    if (waiting == NULL)
        return false;
    TAILQ_REMOVE(&service->outputs, waiting, link);
    *out = waiting->output;
    free(waiting);
    note_output(service, out);
    return true;
}

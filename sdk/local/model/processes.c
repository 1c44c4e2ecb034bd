/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a server process: CONNECTED, READY, HOSTING, ENDING, GONE (service model 1.3). */
#include "model/kinds.h"
#include "model/model_faults.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_timer(local_service *service, glift__time now, void *owner);

const char *local_process_state_name(local_process_state state)
{
    static const char *const names[] = {
            [LOCAL_PROCESS_CONNECTED] = "CONNECTED",
            [LOCAL_PROCESS_READY] = "READY",
            [LOCAL_PROCESS_HOSTING] = "HOSTING",
            [LOCAL_PROCESS_ENDING] = "ENDING",
            [LOCAL_PROCESS_GONE] = "GONE",
    };
    return names[state];
}

/* ---- finding ---- */

local_process *local_ready_process(local_service *service, const local_fleet *fleet, const char *location)
{
    local_process *process;
    TAILQ_FOREACH(process, &fleet->processes, link)
    {
        if (process->state == LOCAL_PROCESS_READY && !TAILQ_EMPTY(&process->connections) &&
                strcmp(process->location, location) == 0 && !local_is_hidden(service, process))
            return process;
    }
    return NULL;
}

local_process *local_find_process(const local_service *service, const char *process_id)
{
    local_process *newest = NULL;
    local_fleet *fleet;
    TAILQ_FOREACH(fleet, &service->fleets, link)
    {
        local_process *process;
        TAILQ_FOREACH(process, &fleet->processes, link)
        {
            if (strcmp(process->id, process_id) == 0 && (newest == NULL || process->serial > newest->serial))
                newest = process;
        }
    }
    return newest;
}

/* ---- memory ---- */

void local_free_process(local_service *service, local_process *process)
{
    local_timer_unmake(&service->timers, &process->timer);
    while (!TAILQ_EMPTY(&process->connections))
        local_forget_connection(service, TAILQ_FIRST(&process->connections));
    local_forget_pushes(process);
    local_forget_answers(process);
    local_keep_no_more(&process->record);
    if (process->serial != 0) { /* it was complete */
        local_index_remove(&service->processes_by_key, process);
        process->fleet->held--;
    }
    free((char *)process->key);
    free(process->id);
    free(process->compute_name);
    free(process->location);
    free(process->ip_address);
    free(process->dns_name);
    free(process->sdk_language);
    free(process->sdk_version);
    free(process->ready_request_id);
    free(process->end_message);
    local_forget_history(service, &process->history);
    free(process);
}

void local_forget_gone_processes(local_service *service)
{
    for (local_process *process = TAILQ_FIRST(&service->gone_processes), *next;
            process != NULL && service->gone_count > LOCAL_ENDED_PROCESSES_KEPT; process = next) {
        next = TAILQ_NEXT(process, link);
        if (!TAILQ_EMPTY(&process->connections))
            continue;
        TAILQ_REMOVE(&service->gone_processes, process, link);
        service->gone_count--;
        local_free_process(service, process);
    }
}

/* ---- connecting ---- */

/* Names of computes and of processes may hold slashes, but no line feeds. */
static char *make_key(const local_compute *compute, const char *process_id)
{
    return local_format("%s\n%s\n%s", compute->fleet->id, compute->name, process_id);
}

/* Where players reach it: the compute may have been registered anew since its last life. */
static bool take_address(local_process *process, const local_compute *compute)
{
    return local_keep_text(&process->location, compute->location->name) &&
           local_keep_text(&process->ip_address, compute->ip_address) &&
           local_keep_text(&process->dns_name, compute->dns_name);
}

static bool fill_process(
        local_service *service, local_process *process, const local_compute *compute, const char *process_id)
{
    process->key = make_key(compute, process_id);
    return process->key != NULL && local_keep_text(&process->id, process_id) &&
           local_keep_text(&process->compute_name, compute->name) && take_address(process, compute) &&
           local_timer_make(&service->timers, &process->timer, on_timer, process) &&
           local_index_add(&service->processes_by_key, process);
}

void local_set_process_state(
        local_service *service, local_process *process, local_process_state state, const char *message)
{
    local_changed(&process->record);
    process->state = state;
    local_note(service, &process->history, local_process_state_name(state), "%s", message);
}

/* A life begins: with the first socket, or anew on the socket of a process that had ended. */
static void begin_life(local_service *service, glift__time now, local_process *process)
{
    local_set_process_state(service, process, LOCAL_PROCESS_CONNECTED, "It has connected.");
    local_keep_text(&process->end_message, NULL);
    process->crashed = false;
    process->serial = process->place = local_next_serial(service);
    process->connected_unix_ms = now.unix_ms;
    process->last_heartbeat_unix_ms = 0;
    process->health_deadline_ms = 0;
    process->termination_unix_ms = 0;
    process->end_reason = NULL;
    process->healthy = false;
    process->ready_connection = 0;
    local_forget_pushes(process);
    TAILQ_INSERT_TAIL(&process->fleet->processes, process, link);
    local_changed(&process->record);
    local_timer_set(&service->timers, &process->timer, now.mono_ms + service->patience.process_ready_ms);
}

bool local_revive_process(local_service *service, glift__time now, local_process *process, local_refusal *why)
{
    const local_compute *compute = local_need_compute(service, process->fleet, process->compute_name, why);
    if (compute == NULL)
        return false;
    if (!take_address(process, compute))
        return local_refuse_memory(why);
    TAILQ_REMOVE(&service->gone_processes, process, link);
    service->gone_count--;
    local_forget_answers(process);
    begin_life(service, now, process);
    return true;
}

static local_process *make_process(
        local_service *service, glift__time now, const local_compute *compute, const char *process_id)
{
    local_process *process = calloc(1, sizeof *process);
    if (process == NULL)
        return NULL;
    TAILQ_INIT(&process->connections);
    TAILQ_INIT(&process->pending);
    TAILQ_INIT(&process->answered);
    process->fleet = compute->fleet;
    if (!fill_process(service, process, compute, process_id)) {
        local_free_process(service, process);
        return NULL;
    }
    process->fleet->held++;
    begin_life(service, now, process);
    local_keep(service, &process->record, &local_process_kind);
    return process;
}

static local_process *known_process(
        const local_service *service, const local_compute *compute, const char *process_id)
{
    char *key = make_key(compute, process_id);
    local_process *process = key != NULL ? local_index_find(&service->processes_by_key, key) : NULL;
    free(key);
    return process;
}

local_process *local_connect_process(local_service *service, glift__time now, local_compute *compute,
        const char *process_id, uint64_t connection, local_refusal *why)
{
    local_process *process = known_process(service, compute, process_id);
    if (process != NULL && process->state == LOCAL_PROCESS_GONE &&
            !local_revive_process(service, now, process, why))
        return NULL;
    bool fresh = process == NULL;
    if (fresh)
        process = make_process(service, now, compute, process_id);
    if (process == NULL || !local_add_connection(service, process, connection)) {
        if (process != NULL && fresh)
            local_end_process(service, now, process, "There was no memory for its connection.");
        local_refuse_memory(why);
        return NULL;
    }
    local_bound_connections(service, process);
    local_deliver_pushes(service, process, connection);
    return process;
}

/* ---- the states ---- */

static void watch_health(local_service *service, glift__time now, local_process *process)
{
    process->health_deadline_ms = now.mono_ms + service->patience.heartbeat_ms;
    process->health_deadline_unix_ms = now.unix_ms + (int64_t)service->patience.heartbeat_ms;
    local_timer_set(&service->timers, &process->timer, process->health_deadline_ms);
}

void local_process_ready(local_service *service, glift__time now, local_process *process)
{
    if (process->state != LOCAL_PROCESS_CONNECTED)
        return;
    local_set_process_state(service, process, LOCAL_PROCESS_READY, "It has called ProcessReady().");
    service->ready_count++;
    process->place = local_next_serial(service);
    TAILQ_REMOVE(&process->fleet->processes, process, link);
    TAILQ_INSERT_TAIL(&process->fleet->processes, process, link);
    watch_health(service, now, process);
    if (service->listener != NULL)
        service->listener->process_ready(service, now, process);
}

/* Only a process that has called ProcessReady beats: this one called it where nothing is known of it any
 * more. */
static void end_stranger(local_service *service, glift__time now, local_process *process)
{
    local_log(service, GLIFT_LOG_WARNING,
            "process %s takes itself for ready, but has not called ProcessReady here: it did so before "
            "gamelift-local was started, or before it was given up. It is sent TerminateProcess; start it "
            "anew",
            process->id);
    local_terminate_process(service, now, process, service->patience.exit_ms, NULL);
}

void local_heartbeat(local_service *service, glift__time now, local_process *process, bool healthy)
{
    if (process->state == LOCAL_PROCESS_CONNECTED)
        end_stranger(service, now, process);
    local_changed(&process->record);
    process->healthy = healthy;
    process->last_heartbeat_unix_ms = now.unix_ms;
    if (healthy && (process->state == LOCAL_PROCESS_READY || process->state == LOCAL_PROCESS_HOSTING))
        watch_health(service, now, process);
}

static void push_termination(local_service *service, local_process *process)
{
    glift__push push = {
            .kind = GLIFT__TERMINATE_PROCESS,
            .termination_time_unix_ms = process->termination_unix_ms,
    };
    if (!local_push(service, process, &push))
        local_log(service, GLIFT_LOG_ERROR, "TerminateProcess for process %s could not be sent", process->id);
}

void local_terminate_process(local_service *service, glift__time now, local_process *process,
        uint64_t notice_ms, const char *end_reason)
{
    if (process->state == LOCAL_PROCESS_ENDING || process->state == LOCAL_PROCESS_GONE)
        return;
    char message[128];
    notice_ms = local_notice_ms(service, process, notice_ms);
    snprintf(message, sizeof message, "It is sent TerminateProcess, with %" PRIu64 " s of notice%s%s.",
            notice_ms / 1000, end_reason != NULL ? ": " : "", end_reason != NULL ? end_reason : "");
    local_set_process_state(service, process, LOCAL_PROCESS_ENDING, message);
    process->end_reason = end_reason;
    process->termination_unix_ms = now.unix_ms + (int64_t)notice_ms;
    local_timer_set(&service->timers, &process->timer, now.mono_ms + notice_ms);
    push_termination(service, process);
}

/* A game session ends with its process, and for the same cause. */
static void end_hosting(
        local_service *service, glift__time now, const local_process *process, local_game_session *session)
{
    char message[LOCAL_MOMENT_TEXT_MAX];
    snprintf(message, sizeof message, "Its server process %s %s: %s", process->id,
            process->crashed ? "crashed" : "ended", process->end_message != NULL ? process->end_message : "");
    session->crashed = process->crashed;
    local_end_game_session(service, now, session, process->end_reason, message);
}

void local_end_process(local_service *service, glift__time now, local_process *process, const char *message)
{
    if (process->state == LOCAL_PROCESS_GONE)
        return;
    local_set_process_state(service, process, LOCAL_PROCESS_GONE, message);
    local_keep_text(&process->end_message, message);
    process->place = local_next_serial(service);
    local_timer_stop(&service->timers, &process->timer);
    local_fleet *fleet = process->fleet;
    TAILQ_REMOVE(&fleet->processes, process, link);
    TAILQ_INSERT_TAIL(&service->gone_processes, process, link);
    service->gone_count++;
    local_game_session *session = process->game_session;
    if (session != NULL)
        end_hosting(service, now, process, session);
    local_fleet_may_be_gone(service, now, fleet);
    local_forget_gone_processes(service);
}

void local_process_crashed(
        local_service *service, glift__time now, local_process *process, const char *message)
{
    process->crashed = true;
    local_record_event(service, now, "SERVER_PROCESS_CRASHED", process->fleet->id, process->id,
            "Server process %s ended without calling ProcessEnding().", process->id);
    local_end_process(service, now, process, message);
}

static void health_ran_out(local_service *service, glift__time now, local_process *process)
{
    char message[128];
    snprintf(message, sizeof message, "It has not reported healthy for %" PRIu64 " s.",
            service->patience.heartbeat_ms / 1000);
    local_note(service, &process->history, "unhealthy", "%s", message);
    if (TAILQ_EMPTY(&process->connections)) {
        local_process_crashed(service, now, process,
                "Its connection is gone, and it has not come back before its health ran out.");
        return;
    }
    local_record_event(service, now, "SERVER_PROCESS_TERMINATED_UNHEALTHY", process->fleet->id, process->id,
            "Server process %s exceeded %" PRIu64 " seconds without reporting healthy.", process->id,
            service->patience.heartbeat_ms / 1000);
    local_terminate_process(service, now, process, service->patience.exit_ms, NULL);
}

/* GameLift ends the program, too: closed alone it would dial again, and wait for another time-out. */
static void ready_ran_out(local_service *service, glift__time now, local_process *process)
{
    local_record_event(service, now, "SERVER_PROCESS_PROCESS_READY_TIMEOUT", process->fleet->id, process->id,
            "Server process %s did not call ProcessReady() within %" PRIu64 " seconds of InitSDK().",
            process->id, service->patience.process_ready_ms / 1000);
    local_changed(&process->record);
    process->termination_unix_ms = now.unix_ms;
    if (!TAILQ_EMPTY(&process->connections))
        push_termination(service, process);
    while (!TAILQ_EMPTY(&process->connections))
        local_close_connection(
                service, TAILQ_FIRST(&process->connections), 1008, "ProcessReady was not called in time");
    local_end_process(service, now, process, "It did not call ProcessReady() in time.");
}

static void on_timer(local_service *service, glift__time now, void *owner)
{
    local_process *process = owner;
    switch (process->state) {
    case LOCAL_PROCESS_CONNECTED:
        ready_ran_out(service, now, process);
        break;
    case LOCAL_PROCESS_READY:
    case LOCAL_PROCESS_HOSTING:
        health_ran_out(service, now, process);
        break;
    case LOCAL_PROCESS_ENDING:
        local_record_event(service, now, "SERVER_PROCESS_PROCESS_EXIT_TIMEOUT", process->fleet->id,
                process->id,
                "Server process %s did not call ProcessEnding() in the time that TerminateProcess gave it.",
                process->id);
        local_end_process(service, now, process,
                "It did not call ProcessEnding() in the time that TerminateProcess gave it.");
        break;
    case LOCAL_PROCESS_GONE:
        break;
    }
}

/* ---- kept (keep.h) ---- */

/* Whoever waits for it to report starts anew with the service: it could not do so meanwhile. */
static void wait_anew(local_service *service, glift__time now, local_process *process)
{
    if (process->state == LOCAL_PROCESS_CONNECTED)
        local_timer_set(&service->timers, &process->timer, now.mono_ms + service->patience.process_ready_ms);
    else if (process->state == LOCAL_PROCESS_READY || process->state == LOCAL_PROCESS_HOSTING)
        watch_health(service, now, process);
}

static bool enter_process(local_service *service, glift__time now, void *entity)
{
    local_process *process = entity;
    TAILQ_INIT(&process->connections);
    TAILQ_INIT(&process->pending);
    TAILQ_INIT(&process->answered);
    if (!local_timer_restore(&service->timers, &process->timer, on_timer, process))
        return false;
    if (!local_index_add(&service->processes_by_key, process)) {
        local_timer_unmake(&service->timers, &process->timer);
        return false;
    }
    process->fleet->held++;
    if (process->state == LOCAL_PROCESS_GONE) {
        TAILQ_INSERT_TAIL(&service->gone_processes, process, link);
        service->gone_count++;
    } else {
        TAILQ_INSERT_TAIL(&process->fleet->processes, process, link);
        wait_anew(service, now, process);
    }
    return true;
}

static int compare_places(const void *left, const void *right)
{
    const local_process *a = *(local_process *const *)left, *b = *(local_process *const *)right;
    return a->place < b->place ? -1 : a->place > b->place;
}

static void sort_processes(local_service *service)
{
    local_fleet *fleet;
    LOCAL_SORT_LIST(&service->gone_processes, local_process, link, compare_places);
    TAILQ_FOREACH(fleet, &service->fleets, link)
    LOCAL_SORT_LIST(&fleet->processes, local_process, link, compare_places);
}

static const local_field process_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, local_process, key),
        LOCAL_NEEDED(LOCAL_TEXT, local_process, id),
        LOCAL_FIELD(LOCAL_UINT64, local_process, serial),
        LOCAL_FIELD(LOCAL_UINT64, local_process, place),
        LOCAL_FIELD_ENUM(local_process, state, LOCAL_PROCESS_GONE),
        LOCAL_NEEDED_ENTITY(local_process, fleet, &local_fleet_kind),
        LOCAL_NEEDED(LOCAL_TEXT, local_process, compute_name),
        LOCAL_NEEDED(LOCAL_TEXT, local_process, location),
        LOCAL_FIELD(LOCAL_TEXT, local_process, ip_address),
        LOCAL_FIELD(LOCAL_TEXT, local_process, dns_name),
        LOCAL_FIELD(LOCAL_TEXT, local_process, sdk_language),
        LOCAL_FIELD(LOCAL_TEXT, local_process, sdk_version),
        LOCAL_FIELD(LOCAL_INT, local_process, port),
        LOCAL_FIELD(LOCAL_BOOL, local_process, healthy),
        LOCAL_FIELD(LOCAL_INT64, local_process, connected_unix_ms),
        LOCAL_FIELD(LOCAL_INT64, local_process, last_heartbeat_unix_ms),
        LOCAL_FIELD(LOCAL_UINT64, local_process, health_deadline_ms),
        LOCAL_FIELD(LOCAL_INT64, local_process, health_deadline_unix_ms),
        LOCAL_FIELD(LOCAL_INT64, local_process, termination_unix_ms),
        LOCAL_FIELD(LOCAL_STATIC, local_process, end_reason),
        LOCAL_FIELD(LOCAL_TEXT, local_process, end_message),
        LOCAL_FIELD(LOCAL_BOOL, local_process, crashed),
        LOCAL_FIELD(LOCAL_UINT64, local_process, ready_connection),
        LOCAL_FIELD(LOCAL_TEXT, local_process, ready_request_id),
        LOCAL_FIELD(LOCAL_TIMER, local_process, timer),
        LOCAL_FIELDS_END,
};
const local_kind local_process_kind = {
        .name = "process",
        .size = sizeof(local_process),
        .record_at = offsetof(local_process, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = process_fields,
        .enter = enter_process,
        .entered = sort_processes,
};

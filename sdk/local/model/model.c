/* SPDX-License-Identifier: Apache-2.0 */
/* The model's life, and what every part of it needs: log lines, serials, ids, the way out. */
#include "model/aliases.h"
#include "model/tags.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

static uint64_t or_default(uint64_t value, uint64_t fallback)
{
    return value != 0 ? value : fallback;
}

static local_patience full_patience(const local_patience *given)
{
    return (local_patience){
            .heartbeat_ms = or_default(given->heartbeat_ms, LOCAL_HEARTBEAT_PATIENCE_MS),
            .process_ready_ms = or_default(given->process_ready_ms, 300000),
            .activation_ms = or_default(given->activation_ms, 300000),
            .reservation_ms = or_default(given->reservation_ms, 60000),
            .exit_ms = or_default(given->exit_ms, 300000),
            .token_ms = or_default(given->token_ms, 3 * 3600 * 1000),
            .match_tick_ms = or_default(given->match_tick_ms, 500),
            .match_settle_ms = or_default(given->match_settle_ms, 1000),
    };
}

/* The first part of an ARN differs where AWS keeps regions apart from the others. */
static const char *partition_of(const char *region)
{
    static const struct {
        const char *start, *partition;
    } apart[] = {{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}};
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++) {
        if (strncmp(region, apart[i].start, strlen(apart[i].start)) == 0)
            return apart[i].partition;
    }
    return "aws";
}

static const char *text_or(const char *text, const char *fallback)
{
    return text != NULL && text[0] != '\0' ? text : fallback;
}

static void free_fleet_with_all(local_service *service, local_fleet *fleet)
{
    local_compute *compute;
    while ((compute = TAILQ_FIRST(&fleet->computes)) != NULL) {
        TAILQ_REMOVE(&fleet->computes, compute, link);
        local_index_remove(&service->computes_by_key, compute);
        local_free_compute(compute);
    }
    local_process *process;
    while ((process = TAILQ_FIRST(&fleet->processes)) != NULL) {
        TAILQ_REMOVE(&fleet->processes, process, link);
        local_free_process(service, process);
    }
    local_index_remove(&service->fleets_by_id, fleet);
    local_free_fleet(fleet);
}

static void free_sessions(local_service *service)
{
    local_game_session *session;
    while ((session = TAILQ_FIRST(&service->game_sessions)) != NULL) {
        TAILQ_REMOVE(&service->game_sessions, session, link);
        local_free_game_session(service, session);
    }
    local_process *process;
    while ((process = TAILQ_FIRST(&service->gone_processes)) != NULL) {
        TAILQ_REMOVE(&service->gone_processes, process, link);
        local_free_process(service, process);
    }
}

static void free_fleets(local_service *service)
{
    local_fleet *fleet;
    while ((fleet = TAILQ_FIRST(&service->fleets)) != NULL) {
        TAILQ_REMOVE(&service->fleets, fleet, link);
        free_fleet_with_all(service, fleet);
    }
    local_location *location;
    while ((location = TAILQ_FIRST(&service->locations)) != NULL) {
        TAILQ_REMOVE(&service->locations, location, link);
        local_index_remove(&service->locations_by_name, location);
        local_free_location(location);
    }
}

void local_model_destroy(local_service *service)
{
    free_sessions(service);
    local_free_aliases(service);
    free_fleets(service);
    local_free_tags(service);
    local_event *event;
    while ((event = TAILQ_FIRST(&service->events)) != NULL) {
        TAILQ_REMOVE(&service->events, event, link);
        local_free_event(event);
    }
    local_waiting_output *waiting;
    while ((waiting = TAILQ_FIRST(&service->outputs)) != NULL) {
        TAILQ_REMOVE(&service->outputs, waiting, link);
        glift__text_free(&waiting->output.text);
        free(waiting);
    }
    local_forget_late_outputs(service);
    local_faults_destroy(service->faults);
    local_timers_free(&service->timers);
    local_keeper_fini(&service->keeper);
    free(service->region);
    free(service->account);
    free(service->endpoint);
    free(service->access_token);
    free(service);
}

glift_status local_model_create(const local_service_desc *desc, glift__time now, local_service **out)
{
    *out = NULL;
    local_service *service = calloc(1, sizeof *service);
    if (service == NULL)
        return GLIFT_ERR_MEMORY;
    TAILQ_INIT(&service->locations);
    TAILQ_INIT(&service->fleets);
    TAILQ_INIT(&service->aliases);
    TAILQ_INIT(&service->tagged);
    TAILQ_INIT(&service->gone_processes);
    TAILQ_INIT(&service->game_sessions);
    TAILQ_INIT(&service->ended_game_sessions);
    TAILQ_INIT(&service->player_sessions);
    TAILQ_INIT(&service->ended_player_sessions);
    TAILQ_INIT(&service->events);
    TAILQ_INIT(&service->outputs);
    TAILQ_INIT(&service->past.all);
    local_keeper_init(&service->keeper, desc->store);
    TAILQ_INIT(&service->late_outputs);
    service->remember_request_ids = desc->remember_request_ids;
    service->patience = full_patience(&desc->patience);
    service->log = desc->log;
    service->log_user = desc->log_user;
    service->log_level = desc->log_level;
    service->stopwatch_us = desc->stopwatch_us;
    service->now = now;
    service->random_state = desc->seed != 0 ? desc->seed : (uint64_t)now.unix_ms ^ (now.mono_ms << 32);

    service->faults = local_faults_create(service->random_state);
    bool made = service->faults != NULL &&
                local_keep_text(&service->region, text_or(desc->region, "us-east-1")) &&
                local_keep_text(&service->account, text_or(desc->account, "000000000000")) &&
                (desc->access_token == NULL || local_keep_text(&service->access_token, desc->access_token)) &&
                local_keep_text(&service->endpoint, text_or(desc->endpoint, "ws://127.0.0.1:9080"));
    if (!made) {
        local_model_destroy(service);
        return GLIFT_ERR_MEMORY;
    }
    service->partition = partition_of(service->region);
    *out = service;
    return GLIFT_OK;
}

void local_log(const local_service *service, glift_log_level level, const char *format, ...)
{
    if (service->log == NULL || level < service->log_level)
        return;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    make_printable(text, strlen(text)); /* names are a client's: no line of its own making, no escapes */
    service->log(service->log_user, level, text);
}

void local_begin_input(local_service *service, glift__time now)
{
    service->now = now;
    service->inputs++;
}

uint64_t local_next_serial(local_service *service)
{
    return ++service->last_serial;
}

/* splitmix64: ids need to differ, and to come out the same for the same seed; no more than that. */
static uint64_t next_random(local_service *service)
{
    uint64_t z = (service->random_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void local_make_id(local_service *service, const char *prefix, char out[LOCAL_ID_SIZE])
{
    uint64_t high = next_random(service), low = next_random(service);
    unsigned variant = 0x8000u | (unsigned)(low >> 48 & 0x3FFF);
    snprintf(out, LOCAL_ID_SIZE, "%s%08x-%04x-4%03x-%04x-%012" PRIx64, prefix, (unsigned)(high >> 32),
            (unsigned)(high >> 16 & 0xFFFF), (unsigned)(high & 0xFFF), variant, low & 0xFFFFFFFFFFFFu);
}

bool local_queue_frame(local_service *service, const local_output *output)
{
    local_waiting_output *waiting = calloc(1, sizeof *waiting);
    if (waiting == NULL) {
        glift__text copy = output->text;
        glift__text_free(&copy);
        return false;
    }
    waiting->output = *output;
    TAILQ_INSERT_TAIL(&service->outputs, waiting, link);
    return true;
}

bool local_queue_output(local_service *service, uint64_t connection, glift__text *text)
{
    local_output output = {.connection = connection, .text = *text};
    *text = (glift__text){0};
    return local_queue_frame(service, &output);
}

bool local_queue_close(local_service *service, uint64_t connection, int code, const char *reason)
{
    return local_queue_frame(
            service, &(local_output){.connection = connection, .close_code = code, .close_reason = reason});
}

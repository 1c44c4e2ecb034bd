/* SPDX-License-Identifier: Apache-2.0 */
/* The service's life, its clock and its outbox; small things that all of its files use. */
#include "flexmatch/matchmaking.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_check.h"

typedef struct local_waiting_output {
    local_output output;
    TAILQ_ENTRY(local_waiting_output) link;
} local_waiting_output;

static uint64_t or_default(uint64_t value, uint64_t fallback)
{
    return value != 0 ? value : fallback;
}

static local_patience full_patience(const local_patience *given)
{
    return (local_patience){
            .heartbeat_ms = or_default(given->heartbeat_ms, 180000),
            .process_ready_ms = or_default(given->process_ready_ms, 300000),
            .activation_ms = or_default(given->activation_ms, 300000),
            .reservation_ms = or_default(given->reservation_ms, 60000),
            .exit_ms = or_default(given->exit_ms, 300000),
            .token_ms = or_default(given->token_ms, 3 * 3600 * 1000),
            .match_tick_ms = or_default(given->match_tick_ms, 500),
            .match_settle_ms = or_default(given->match_settle_ms, 1000),
    };
}

static const char *text_or(const char *text, const char *fallback)
{
    return text != NULL && text[0] != '\0' ? text : fallback;
}

glift_status local_service_create(const local_service_desc *desc, glift__time now, local_service **out)
{
    *out = NULL;
    local_service *service = calloc(1, sizeof *service);
    if (service == NULL)
        return GLIFT_ERR_MEMORY;
    TAILQ_INIT(&service->locations);
    TAILQ_INIT(&service->fleets);
    TAILQ_INIT(&service->gone_processes);
    TAILQ_INIT(&service->game_sessions);
    TAILQ_INIT(&service->ended_game_sessions);
    TAILQ_INIT(&service->player_sessions);
    TAILQ_INIT(&service->ended_player_sessions);
    TAILQ_INIT(&service->events);
    TAILQ_INIT(&service->outputs);
    service->remember_request_ids = desc->remember_request_ids;
    service->patience = full_patience(&desc->patience);
    service->log = desc->log;
    service->log_user = desc->log_user;
    service->random_state = desc->seed != 0 ? desc->seed : (uint64_t)now.unix_ms ^ (now.mono_ms << 32);

    bool made = local_keep_text(&service->region, text_or(desc->region, "us-east-1")) &&
                local_keep_text(&service->account, text_or(desc->account, "000000000000")) &&
                local_keep_text(&service->endpoint, text_or(desc->endpoint, "ws://127.0.0.1:9080"));
    glift_status status = made ? GLIFT_OK : GLIFT_ERR_MEMORY;
    if (status == GLIFT_OK)
        status = local_patterns_create(&service->patterns);
    if (status == GLIFT_OK)
        status = local_matchmaking_create(service);
    if (status != GLIFT_OK) {
        local_service_destroy(service);
        return status;
    }
    *out = service;
    return GLIFT_OK;
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

void local_service_destroy(local_service *service)
{
    if (service == NULL)
        return;
    local_matchmaking_destroy(service);
    free_sessions(service);
    free_fleets(service);
    local_event *event;
    while ((event = TAILQ_FIRST(&service->events)) != NULL) {
        TAILQ_REMOVE(&service->events, event, link);
        local_free_event(event);
    }
    local_output output;
    while (local_service_next_output(service, &output))
        glift__text_free(&output.text);
    local_patterns_destroy(service->patterns);
    local_timers_free(&service->timers);
    free(service->region);
    free(service->account);
    free(service->endpoint);
    free(service);
}

glift_status local_service_set_endpoint(local_service *service, const char *endpoint)
{
    return local_keep_text(&service->endpoint, endpoint) ? GLIFT_OK : GLIFT_ERR_MEMORY;
}

/* ---- time ---- */

void local_service_advance(local_service *service, glift__time now)
{
    local_timer *due;
    while ((due = local_timers_take(&service->timers, now.mono_ms)) != NULL)
        due->run(service, now, due->owner);
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

/* ---- outbox ---- */

bool local_queue_output(local_service *service, uint64_t connection, glift__text *text, int close_code)
{
    local_waiting_output *waiting = calloc(1, sizeof *waiting);
    if (waiting == NULL) {
        if (text != NULL)
            glift__text_free(text);
        return false;
    }
    waiting->output = (local_output){.connection = connection, .close_code = close_code};
    if (text != NULL) {
        waiting->output.text = *text;
        *text = (glift__text){0};
    }
    TAILQ_INSERT_TAIL(&service->outputs, waiting, link);
    return true;
}

bool local_service_next_output(local_service *service, local_output *out)
{
    local_waiting_output *waiting = TAILQ_FIRST(&service->outputs);
    if (waiting == NULL)
        return false;
    TAILQ_REMOVE(&service->outputs, waiting, link);
    *out = waiting->output;
    free(waiting);
    return true;
}

/* ---- small things ---- */

void local_log(const local_service *service, glift_log_level level, const char *format, ...)
{
    if (service->log == NULL)
        return;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *at = text; *at != '\0';
            at++) { /* names are a client's: no line of its own making, no escapes */
        if ((unsigned char)*at < ' ' || *at == 0x7F)
            *at = '?';
    }
    service->log(service->log_user, level, text);
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

char *local_format(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return length >= 0 ? text : NULL;
}

/* The length of the character that begins here; 0: there is none. */
static size_t character_at(const char *text, size_t left)
{
    for (size_t length = 1; length <= 4 && length <= left; length++) {
        if (glift__utf8_is_valid(text, length))
            return length;
    }
    return 0;
}

void local_mend_text(char *text)
{
    size_t left = strlen(text), length;
    char *out = text;
    if (glift__utf8_is_valid(text, left))
        return;
    for (const char *at = text; left > 0; at += length, left -= length) {
        length = character_at(at, left);
        memmove(out, at, length);
        out += length;
        if (length == 0)
            length = 1; /* left out */
    }
    *out = '\0';
}

bool local_keep_text(char **slot, const char *text)
{
    char *copy = NULL;
    if (text != NULL && text[0] != '\0') {
        copy = strdup(text);
        if (copy == NULL)
            return false;
    }
    free(*slot);
    *slot = copy;
    return true;
}

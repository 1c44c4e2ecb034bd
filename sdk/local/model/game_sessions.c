/* SPDX-License-Identifier: Apache-2.0 */
/* Game sessions: placed on a waiting process, activated by it, ended with it (service model 1.4). */
#include "model/kinds.h"
#include "model/model_faults.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static local_game_session *find_game_session(const local_service *service, const char *arn)
{
    return local_index_find(&service->game_sessions_by_arn, arn);
}

local_game_session *local_need_game_session(const local_service *service, const char *arn, local_refusal *why)
{
    local_game_session *session = find_game_session(service, arn);
    if (session == NULL)
        local_refuse(why, LOCAL_NOT_FOUND, "Game session %s was not found.", arn);
    return session;
}

bool local_game_session_is_over(const local_game_session *session)
{
    return session->status == GLIFT_GAME_SESSION_TERMINATED || session->status == GLIFT_GAME_SESSION_ERROR;
}

/* ---- memory ---- */

void local_free_game_session(local_service *service, local_game_session *session)
{
    while (!TAILQ_EMPTY(&session->player_sessions))
        local_forget_player_session(service, TAILQ_FIRST(&session->player_sessions));
    local_timer_unmake(&service->timers, &session->timer);
    local_keep_no_more(&session->record);
    if (session->serial != 0) { /* it was complete */
        local_index_remove(&service->game_sessions_by_arn, session);
        service->game_session_count--;
        TAILQ_REMOVE(&session->fleet->game_sessions, session, fleet_link);
        if (session->process != NULL)
            TAILQ_REMOVE(&session->fleet->live_game_sessions, session, live_link);
        session->fleet->held--;
    }
    for (size_t i = 0; i < session->property_count; i++) {
        free((char *)session->properties[i].key);
        free((char *)session->properties[i].value);
    }
    free((char *)session->arn);
    free(session->location);
    free(session->process_id);
    free(session->name);
    free(session->game_session_data);
    free(session->matchmaker_data);
    free(session->creator_id);
    free(session->matchmaking_configuration_arn);
    free(session->ip_address);
    free(session->dns_name);
    free(session->end_message);
    local_forget_history(service, &session->history);
    free(session);
}

static void forget_oldest_ended(local_service *service)
{
    while (service->ended_count > LOCAL_ENDED_SESSIONS_KEPT) {
        local_game_session *oldest = TAILQ_FIRST(&service->ended_game_sessions);
        TAILQ_REMOVE(&service->ended_game_sessions, oldest, ended_link);
        TAILQ_REMOVE(&service->game_sessions, oldest, link);
        service->ended_count--;
        local_free_game_session(service, oldest);
    }
}

/* ---- creating ---- */

/* FNV-1a with the terminating zero of each text, so that moving a letter to its neighbour tells. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    const char *c = text != NULL ? text : "";
    do
        hash = (hash ^ (unsigned char)*c) * 0x100000001B3u;
    while (*c++ != '\0');
    return hash;
}

static uint64_t fingerprint(const local_game_session_wish *wish)
{
    uint64_t hash = 0xCBF29CE484222325u ^ (uint64_t)wish->maximum;
    hash = hash_text(hash, wish->location);
    hash = hash_text(hash, wish->name);
    hash = hash_text(hash, wish->game_session_data);
    hash = hash_text(hash, wish->creator_id);
    for (size_t i = 0; i < wish->property_count; i++)
        hash = hash_text(hash_text(hash, wish->properties[i].key), wish->properties[i].value);
    return hash;
}

static char *format_arn(
        const local_service *service, const local_fleet *fleet, const char *location, const char *id)
{
    return local_format("arn:%s:gamelift:%s::gamesession/%s/%s/%s", service->partition, service->region,
            fleet->id, location, id);
}

static char *make_arn(local_service *service, const local_game_session_wish *wish)
{
    char fresh[LOCAL_ID_SIZE];
    if (wish->id == NULL)
        local_make_id(service, "gsess-", fresh);
    return format_arn(service, wish->fleet, wish->location, wish->id != NULL ? wish->id : fresh);
}

/* The session of the fleet that has this id already, in whichever location. */
static local_game_session *known_session(const local_service *service, const local_game_session_wish *wish)
{
    local_game_session *session = NULL;
    for (size_t i = 0; wish->id != NULL && session == NULL && i < wish->fleet->location_count; i++) {
        char *arn = format_arn(service, wish->fleet, wish->fleet->locations[i]->name, wish->id);
        session = arn != NULL ? find_game_session(service, arn) : NULL;
        free(arn);
    }
    return session;
}

static void on_activation_timeout(local_service *service, glift__time now, void *owner);

static bool fill_session(local_service *service, local_game_session *session,
        const local_game_session_wish *wish, const local_process *process)
{
    session->arn = make_arn(service, wish);
    session->maximum = wish->maximum;
    session->policy = GLIFT_PLAYER_SESSION_CREATION_POLICY_ACCEPT_ALL;
    session->protection_policy = wish->fleet->protection_policy;
    session->port = process->port;
    session->fingerprint = fingerprint(wish);
    return session->arn != NULL && local_keep_text(&session->location, wish->location) &&
           local_keep_text(&session->process_id, process->id) &&
           local_keep_text(&session->name, wish->name) &&
           local_keep_text(&session->game_session_data, wish->game_session_data) &&
           local_keep_text(&session->matchmaker_data, wish->matchmaker_data) &&
           local_keep_text(&session->creator_id, wish->creator_id) &&
           local_keep_text(&session->matchmaking_configuration_arn, wish->matchmaking_configuration_arn) &&
           local_keep_text(&session->ip_address, process->ip_address) &&
           local_keep_text(&session->dns_name, process->dns_name) &&
           local_merge_properties(session, wish->properties, wish->property_count, &(local_refusal){0}) &&
           local_timer_make(&service->timers, &session->timer, on_activation_timeout, session) &&
           local_index_add(&service->game_sessions_by_arn, session);
}

/* The one place where its status changes; the message is for its history. */
static void set_status(local_service *service, local_game_session *session, glift_game_session_status status,
        const char *message)
{
    local_changed(&session->record);
    session->status = status;
    local_note(service, &session->history, glift_game_session_status_name(status), "%s", message);
}

static void begin_hosting(local_service *service, local_process *process, local_game_session *session)
{
    char message[LOCAL_MOMENT_TEXT_MAX];
    session->process = process;
    process->game_session = session;
    snprintf(message, sizeof message, "Server process %s is sent CreateGameSession.", process->id);
    set_status(service, session, GLIFT_GAME_SESSION_ACTIVATING, message);
    snprintf(message, sizeof message, "It hosts %s.", session->arn);
    local_set_process_state(service, process, LOCAL_PROCESS_HOSTING, message);
}

static local_game_session *make_session(
        local_service *service, glift__time now, const local_game_session_wish *wish, local_process *process)
{
    local_game_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return NULL;
    TAILQ_INIT(&session->player_sessions);
    TAILQ_INIT(&session->held);
    session->fleet = wish->fleet;
    if (!fill_session(service, session, wish, process)) {
        local_free_game_session(service, session);
        return NULL;
    }
    session->serial = local_next_serial(service);
    session->fleet->held++;
    session->creation_unix_ms = now.unix_ms;
    begin_hosting(service, process, session);
    TAILQ_INSERT_TAIL(&service->game_sessions, session, link);
    service->game_session_count++;
    TAILQ_INSERT_TAIL(&session->fleet->game_sessions, session, fleet_link);
    TAILQ_INSERT_TAIL(&session->fleet->live_game_sessions, session, live_link);
    session->activation_ms = local_activation_ms(service, session);
    local_timer_set(&service->timers, &session->timer, now.mono_ms + session->activation_ms);
    local_keep(service, &session->record, &local_game_session_kind);
    return session;
}

/* Creations of one creator in the last period; without a policy, one per second (S40). */
static bool creator_may(const local_service *service, glift__time now, const local_game_session_wish *wish,
        local_refusal *why)
{
    const local_fleet *fleet = wish->fleet;
    bool policy = fleet->creator_limit > 0;
    if (wish->creator_id == NULL)
        return !policy ||
               local_refuse(why, LOCAL_INVALID_REQUEST,
                       "CreatorId is required: fleet %s has a ResourceCreationLimitPolicy.", fleet->id);
    int64_t period_ms = policy ? (int64_t)fleet->creator_period_minutes * 60000 : 1000;
    int limit = policy ? fleet->creator_limit : 1, count = 0;
    const local_game_session *session;
    TAILQ_FOREACH_REVERSE(session, &service->game_sessions, local_game_session_list, link)
    {
        if (session->creation_unix_ms <= now.unix_ms - period_ms)
            break;
        if (session->fleet == fleet && session->creator_id != NULL &&
                strcmp(session->creator_id, wish->creator_id) == 0)
            count++;
    }
    return count < limit || local_refuse(why, LOCAL_LIMIT_EXCEEDED,
                                    "Creator %s may create %d game session(s) in %" PRId64 " seconds.",
                                    wish->creator_id, limit, period_ms / 1000);
}

/* The process that gets the session; NULL: refused. */
static local_process *process_for(
        local_service *service, glift__time now, const local_game_session_wish *wish, local_refusal *why)
{
    const local_fleet *fleet = wish->fleet;
    if (fleet->status != LOCAL_FLEET_ACTIVE) {
        local_refuse(why, LOCAL_INVALID_FLEET_STATUS, "Fleet %s is %s, not ACTIVE.", fleet->id,
                local_fleet_status_name(fleet->status));
        return NULL;
    }
    if (!creator_may(service, now, wish, why))
        return NULL;
    local_process *process = local_ready_process(service, fleet, wish->location);
    if (process == NULL)
        local_refuse(why, LOCAL_FLEET_CAPACITY_EXCEEDED,
                "Fleet %s has no server process in %s that waits for a game session.", fleet->id,
                wish->location);
    return process;
}

local_game_session *local_create_game_session(
        local_service *service, glift__time now, const local_game_session_wish *wish, local_refusal *why)
{
    local_game_session *known = known_session(service, wish);
    if (known != NULL && known->fingerprint == fingerprint(wish))
        return known;
    if (known != NULL) {
        local_refuse(why, LOCAL_IDEMPOTENT_PARAMETER_MISMATCH,
                "Game session id %s is in use in fleet %s, created with other parameters.", wish->id,
                wish->fleet->id);
        return NULL;
    }
    local_process *process = process_for(service, now, wish, why);
    local_game_session *session = process != NULL ? make_session(service, now, wish, process) : NULL;
    if (process != NULL && session == NULL)
        local_refuse_memory(why);
    if (session == NULL)
        return NULL;
    if (!local_push_game_session(service, session)) {
        set_status(service, session, GLIFT_GAME_SESSION_ERROR, "CreateGameSession could not be sent.");
        local_timer_stop(&service->timers, &session->timer);
        local_terminate_process(service, now, process, service->patience.exit_ms, NULL);
    }
    return session;
}

/* ---- activation and end ---- */

bool local_activate_game_session(
        local_service *service, glift__time now, local_game_session *session, local_refusal *why)
{
    if (session->status == GLIFT_GAME_SESSION_ACTIVE)
        return true;
    if (session->status != GLIFT_GAME_SESSION_ACTIVATING)
        return local_refuse(why, LOCAL_INVALID_GAME_SESSION_STATUS, "Game session %s is %s.", session->arn,
                glift_game_session_status_name(session->status));
    set_status(service, session, GLIFT_GAME_SESSION_ACTIVE, "Its process has called ActivateGameSession().");
    local_timer_stop(&service->timers, &session->timer);
    if (service->listener != NULL)
        service->listener->game_session_active(service, now, session);
    return true;
}

bool local_terminate_game_session(
        local_service *service, glift__time now, local_game_session *session, local_refusal *why)
{
    if (session->status != GLIFT_GAME_SESSION_ACTIVE && session->status != GLIFT_GAME_SESSION_ACTIVATING)
        return local_refuse(why, LOCAL_INVALID_GAME_SESSION_STATUS, "Game session %s is %s.", session->arn,
                glift_game_session_status_name(session->status));
    set_status(service, session, GLIFT_GAME_SESSION_TERMINATING, "It is to end.");
    local_timer_stop(&service->timers, &session->timer);
    local_terminate_process(
            service, now, session->process, service->patience.exit_ms, "TRIGGERED_ON_PROCESS_TERMINATE");
    return true;
}

static void on_activation_timeout(local_service *service, glift__time now, void *owner)
{
    local_game_session *session = owner;
    local_process *process = session->process;
    local_record_event(service, now, "GAME_SESSION_ACTIVATION_TIMEOUT", session->fleet->id, session->arn,
            "Game session %s was not activated within %" PRIu64 " seconds.", session->arn,
            session->activation_ms / 1000);
    local_end_game_session(service, now, session, NULL, "It was not activated in time.");
    local_terminate_process(service, now, process, service->patience.exit_ms, NULL);
}

void local_end_game_session(local_service *service, glift__time now, local_game_session *session,
        const char *reason, const char *message)
{
    if (session->process == NULL)
        return;
    bool failed = session->status == GLIFT_GAME_SESSION_ERROR;
    session->process->game_session = NULL;
    session->process = NULL;
    TAILQ_REMOVE(&session->fleet->live_game_sessions, session, live_link);
    local_timer_stop(&service->timers, &session->timer);
    set_status(service, session, failed ? GLIFT_GAME_SESSION_ERROR : GLIFT_GAME_SESSION_TERMINATED, message);
    local_keep_text(&session->end_message, message);
    session->status_reason = reason;
    session->termination_unix_ms = now.unix_ms;
    local_end_player_sessions(service, now, session);
    if (service->listener != NULL)
        service->listener->game_session_ended(service, now, session);
    TAILQ_INSERT_TAIL(&service->ended_game_sessions, session, ended_link);
    service->ended_count++;
    forget_oldest_ended(service);
}

/* ---- updates ---- */

static glift_game_property *find_property(local_game_session *session, const char *key)
{
    for (size_t i = 0; i < session->property_count; i++) {
        if (strcmp(session->properties[i].key, key) == 0)
            return &session->properties[i];
    }
    return NULL;
}

bool local_merge_properties(
        local_game_session *session, const glift_game_property *properties, size_t count, local_refusal *why)
{
    size_t fresh = 0;
    for (size_t i = 0; i < count; i++)
        fresh += find_property(session, properties[i].key) == NULL;
    if (session->property_count + fresh > LOCAL_PROPERTIES_MAX)
        return local_refuse(why, LOCAL_INVALID_REQUEST,
                "Game session %s would have %zu game properties, more than %d.", session->arn,
                session->property_count + fresh, LOCAL_PROPERTIES_MAX);
    local_changed(&session->record);
    for (size_t i = 0; i < count; i++) {
        glift_game_property *known = find_property(session, properties[i].key);
        char *value = strdup(properties[i].value);
        if (value == NULL)
            return local_refuse_memory(why);
        if (known != NULL) {
            free((char *)known->value);
            known->value = value;
            continue;
        }
        char *key = strdup(properties[i].key);
        if (key == NULL) {
            free(value);
            return local_refuse_memory(why);
        }
        session->properties[session->property_count++] = (glift_game_property){key, value};
    }
    return true;
}

bool local_set_matchmaker_data(local_game_session *session, const char *json)
{
    local_changed(&session->record);
    return local_keep_text(&session->matchmaker_data, json);
}

/* ---- kept (keep.h) ---- */

static bool enter_game_session(local_service *service, glift__time now, void *entity)
{
    local_game_session *session = entity;
    (void)now;
    TAILQ_INIT(&session->player_sessions);
    TAILQ_INIT(&session->held);
    if (!local_timer_restore(&service->timers, &session->timer, on_activation_timeout, session))
        return false;
    if (!local_index_add(&service->game_sessions_by_arn, session)) {
        local_timer_unmake(&service->timers, &session->timer);
        return false;
    }
    session->fleet->held++;
    TAILQ_INSERT_TAIL(&service->game_sessions, session, link);
    service->game_session_count++;
    TAILQ_INSERT_TAIL(&session->fleet->game_sessions, session, fleet_link);
    if (session->process != NULL) {
        session->process->game_session = session;
        TAILQ_INSERT_TAIL(&session->fleet->live_game_sessions, session, live_link);
    } else {
        TAILQ_INSERT_TAIL(&service->ended_game_sessions, session, ended_link);
        service->ended_count++;
    }
    return true;
}

static int compare_ends(const void *left, const void *right)
{
    const local_game_session *a = *(local_game_session *const *)left;
    const local_game_session *b = *(local_game_session *const *)right;
    return local_compare_ends(a->termination_unix_ms, a->serial, b->termination_unix_ms, b->serial);
}

static void sort_ended(local_service *service)
{
    LOCAL_SORT_LIST(&service->ended_game_sessions, local_game_session, ended_link, compare_ends);
}

static const local_field property_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, glift_game_property, key),
        LOCAL_NEEDED(LOCAL_TEXT, glift_game_property, value),
        LOCAL_FIELDS_END,
};
static const local_field game_session_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, local_game_session, arn),
        LOCAL_FIELD(LOCAL_UINT64, local_game_session, serial),
        LOCAL_NEEDED_ENTITY(local_game_session, fleet, &local_fleet_kind),
        LOCAL_NEEDED(LOCAL_TEXT, local_game_session, location),
        LOCAL_FIELD_ENTITY(local_game_session, process, &local_process_kind),
        LOCAL_NEEDED(LOCAL_TEXT, local_game_session, process_id),
        LOCAL_FIELD_ENUM(local_game_session, status, GLIFT_GAME_SESSION_ERROR),
        LOCAL_FIELD(LOCAL_STATIC, local_game_session, status_reason),
        LOCAL_FIELD(LOCAL_TEXT, local_game_session, end_message),
        LOCAL_FIELD(LOCAL_BOOL, local_game_session, crashed),
        LOCAL_FIELD(LOCAL_TEXT, local_game_session, name),
        LOCAL_FIELD(LOCAL_TEXT, local_game_session, game_session_data),
        LOCAL_FIELD(LOCAL_TEXT, local_game_session, matchmaker_data),
        LOCAL_FIELD(LOCAL_TEXT, local_game_session, creator_id),
        LOCAL_FIELD(LOCAL_TEXT, local_game_session, matchmaking_configuration_arn),
        LOCAL_FIELD_ARRAY(local_game_session, properties, property_count, property_fields),
        LOCAL_FIELD(LOCAL_INT, local_game_session, maximum),
        LOCAL_FIELD(LOCAL_INT, local_game_session, policy),
        LOCAL_FIELD(LOCAL_STATIC, local_game_session, protection_policy),
        LOCAL_FIELD(LOCAL_TEXT, local_game_session, ip_address),
        LOCAL_FIELD(LOCAL_TEXT, local_game_session, dns_name),
        LOCAL_FIELD(LOCAL_INT, local_game_session, port),
        LOCAL_FIELD(LOCAL_INT64, local_game_session, creation_unix_ms),
        LOCAL_FIELD(LOCAL_INT64, local_game_session, termination_unix_ms),
        LOCAL_FIELD(LOCAL_UINT64, local_game_session, fingerprint),
        LOCAL_FIELD(LOCAL_TIMER, local_game_session, timer),
        LOCAL_FIELD(LOCAL_UINT64, local_game_session, activation_ms),
        LOCAL_FIELDS_END,
};
const local_kind local_game_session_kind = {
        .name = "game session",
        .size = sizeof(local_game_session),
        .record_at = offsetof(local_game_session, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = game_session_fields,
        .enter = enter_game_session,
        .entered = sort_ended,
};

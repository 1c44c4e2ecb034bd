/* SPDX-License-Identifier: Apache-2.0 */
/* Everything the service holds, as one JSON document for dashboards and tests: names in snake case, times in
 * milliseconds, tokens left out. */
#include "api/service.h"

#include <string.h>

#include "api/api.h"

/* The document shows the latest of what may be many. */
#define SESSIONS_SHOWN 500
#define SEATS_SHOWN    2000
#define EVENTS_SHOWN   200
#define LIVE_SHOWN     50 /* sessions of the summary */

static void add_unix_ms(api_call *call, cJSON *object, const char *name, int64_t unix_ms)
{
    api_add_number(call, object, name, (double)unix_ms);
}

static void add_locations(api_call *call)
{
    cJSON *list = api_add_array(call, call->reply, "locations");
    const local_location *location;
    TAILQ_FOREACH(location, &call->service->locations, link)
    {
        cJSON *object = api_add_object(call, list, NULL);
        api_add_any_text(call, object, "name", location->name);
        api_add_any_text(call, object, "arn", location->arn);
    }
}

static void add_computes(api_call *call, cJSON *list, const local_fleet *fleet)
{
    const local_compute *compute;
    TAILQ_FOREACH(compute, &fleet->computes, link)
    {
        cJSON *object = api_add_object(call, list, NULL);
        api_add_any_text(call, object, "compute_name", compute->name);
        api_add_any_text(call, object, "fleet_id", fleet->id);
        api_add_any_text(call, object, "location", compute->location->name);
        api_add_any_text(call, object, "ip_address", compute->ip_address);
        api_add_any_text(call, object, "dns_name", compute->dns_name);
        api_add_number(call, object, "auth_token_count", (double)compute->token_count);
    }
}

static void add_fleets(api_call *call)
{
    cJSON *fleets = api_add_array(call, call->reply, "fleets");
    cJSON *computes = api_add_array(call, call->reply, "computes");
    const local_fleet *fleet;
    TAILQ_FOREACH(fleet, &call->service->fleets, link)
    {
        cJSON *object = api_add_object(call, fleets, NULL);
        api_add_any_text(call, object, "fleet_id", fleet->id);
        api_add_any_text(call, object, "name", fleet->name);
        api_add_any_text(call, object, "status", local_fleet_status_name(fleet->status));
        cJSON *locations = api_add_array(call, object, "locations");
        for (size_t i = 0; i < fleet->location_count; i++)
            api_add_any_text(call, locations, NULL, fleet->locations[i]->name);
        add_computes(call, computes, fleet);
    }
}

/* The health clock on the wall, so that a page can count down. */
static int64_t health_deadline_unix_ms(const api_call *call, const local_process *process)
{
    bool watched = process->state == LOCAL_PROCESS_READY || process->state == LOCAL_PROCESS_HOSTING;
    return watched ? call->now.unix_ms + (int64_t)(process->health_deadline_ms - call->now.mono_ms) : 0;
}

static void add_process(api_call *call, cJSON *list, const local_process *process)
{
    const local_game_session *session = process->game_session;
    cJSON *object = api_add_object(call, list, NULL);
    api_add_any_text(call, object, "process_id", process->id);
    api_add_any_text(call, object, "fleet_id", process->fleet->id);
    api_add_any_text(call, object, "compute_name", process->compute_name);
    api_add_any_text(call, object, "location", process->location);
    api_add_any_text(call, object, "state", local_process_state_name(process->state));
    api_add_flag(call, object, "connected", !TAILQ_EMPTY(&process->connections));
    api_add_number(call, object, "port", process->port);
    api_add_any_text(call, object, "sdk_language", process->sdk_language);
    api_add_any_text(call, object, "sdk_version", process->sdk_version);
    api_add_flag(call, object, "healthy", process->healthy);
    add_unix_ms(call, object, "last_heartbeat_unix_ms", process->last_heartbeat_unix_ms);
    add_unix_ms(call, object, "health_deadline_unix_ms", health_deadline_unix_ms(call, process));
    add_unix_ms(call, object, "termination_unix_ms", process->termination_unix_ms);
    add_unix_ms(call, object, "connected_unix_ms", process->connected_unix_ms);
    api_add_any_text(call, object, "game_session_id", session != NULL ? session->arn : "");
}

static void add_processes(api_call *call)
{
    cJSON *list = api_add_array(call, call->reply, "processes");
    const local_process *process;
    const local_fleet *fleet;
    TAILQ_FOREACH(fleet, &call->service->fleets, link)
    {
        TAILQ_FOREACH(process, &fleet->processes, link)
        add_process(call, list, process);
    }
    TAILQ_FOREACH(process, &call->service->gone_processes, link)
    add_process(call, list, process);
}

static void add_game_session(api_call *call, cJSON *list, const local_game_session *session)
{
    cJSON *object = api_add_object(call, list, NULL);
    api_add_any_text(call, object, "game_session_id", session->arn);
    api_add_any_text(call, object, "name", session->name);
    api_add_any_text(call, object, "fleet_id", session->fleet->id);
    api_add_any_text(call, object, "location", session->location);
    api_add_any_text(call, object, "process_id", session->process_id);
    api_add_any_text(call, object, "status", glift_game_session_status_name(session->status));
    api_add_any_text(call, object, "status_reason", session->status_reason);
    api_add_any_text(call, object, "ip_address", session->ip_address);
    api_add_number(call, object, "port", session->port);
    api_add_number(call, object, "maximum_player_session_count", session->maximum);
    api_add_number(call, object, "current_player_session_count", session->taken);
    api_add_any_text(call, object, "player_session_creation_policy",
            glift_player_session_creation_policy_name(session->policy));
    add_unix_ms(call, object, "creation_time_unix_ms", session->creation_unix_ms);
    add_unix_ms(call, object, "termination_time_unix_ms", session->termination_unix_ms);
    api_add_any_text(call, object, "matchmaking_configuration_arn", session->matchmaking_configuration_arn);
    api_add_any_text(call, object, "matchmaker_data", session->matchmaker_data);
    cJSON *properties = api_add_object(call, object, "game_properties");
    for (size_t i = 0; i < session->property_count; i++)
        api_add_any_text(call, properties, session->properties[i].key, session->properties[i].value);
}

static void add_game_sessions(api_call *call)
{
    cJSON *list = api_add_array(call, call->reply, "game_sessions");
    const local_game_session *first = NULL, *session;
    size_t shown = 0;
    TAILQ_FOREACH_REVERSE(session, &call->service->game_sessions, local_game_session_list, link)
    {
        if (++shown > SESSIONS_SHOWN)
            break;
        first = session;
    }
    for (session = first; session != NULL; session = TAILQ_NEXT(session, link))
        add_game_session(call, list, session);
}

static void add_player_session(api_call *call, cJSON *list, const local_player_session *seat)
{
    cJSON *object = api_add_object(call, list, NULL);
    api_add_any_text(call, object, "player_session_id", seat->id);
    api_add_any_text(call, object, "player_id", seat->player_id);
    api_add_any_text(call, object, "player_data", seat->player_data);
    api_add_any_text(call, object, "game_session_id", seat->game_session->arn);
    api_add_any_text(call, object, "status", glift_player_session_status_name(seat->status));
    add_unix_ms(call, object, "creation_time_unix_ms", seat->creation_unix_ms);
    add_unix_ms(call, object, "termination_time_unix_ms", seat->termination_unix_ms);
}

static void add_player_sessions(api_call *call)
{
    cJSON *list = api_add_array(call, call->reply, "player_sessions");
    const local_player_session *first = NULL, *seat;
    size_t shown = 0;
    TAILQ_FOREACH_REVERSE(seat, &call->service->player_sessions, local_player_session_list, service_link)
    {
        if (++shown > SEATS_SHOWN)
            break;
        first = seat;
    }
    for (seat = first; seat != NULL; seat = TAILQ_NEXT(seat, service_link))
        add_player_session(call, list, seat);
}

static void add_events(api_call *call)
{
    cJSON *list = api_add_array(call, call->reply, "events");
    size_t left_out =
            call->service->event_count > EVENTS_SHOWN ? call->service->event_count - EVENTS_SHOWN : 0;
    const local_event *event;
    TAILQ_FOREACH(event, &call->service->events, link)
    {
        if (left_out > 0) {
            left_out--;
            continue;
        }
        cJSON *object = api_add_object(call, list, NULL);
        add_unix_ms(call, object, "time_unix_ms", event->time_unix_ms);
        api_add_any_text(call, object, "code", event->code);
        api_add_any_text(call, object, "resource_id", event->resource_id);
        api_add_any_text(call, object, "message", event->message);
    }
}

/* Prints and frees the document of a call. */
static glift_status finish(api_call *call, glift__text *out)
{
    *out = (glift__text){.bytes = call->out_of_memory ? NULL : cJSON_PrintUnformatted(call->reply)};
    cJSON_Delete(call->reply);
    if (out->bytes == NULL)
        return GLIFT_ERR_MEMORY;
    out->length = strlen(out->bytes);
    return GLIFT_OK;
}

static size_t count_ready(const local_service *service)
{
    size_t count = 0;
    const local_fleet *fleet;
    const local_process *process;
    TAILQ_FOREACH(fleet, &service->fleets, link)
    {
        TAILQ_FOREACH(process, &fleet->processes, link)
        count += process->state == LOCAL_PROCESS_READY;
    }
    return count;
}

static bool is_live(const local_game_session *session)
{
    return session->status == GLIFT_GAME_SESSION_ACTIVATING || session->status == GLIFT_GAME_SESSION_ACTIVE;
}

glift_status local_service_summary(const local_service *service, glift__time now, glift__text *out)
{
    api_call call = {.service = (local_service *)service, .now = now, .reply = cJSON_CreateObject()};
    api_add_number(&call, call.reply, "ready_servers", (double)count_ready(service));
    cJSON *list = api_add_array(&call, call.reply, "live_game_sessions");
    const local_game_session *session;
    size_t shown = 0;
    TAILQ_FOREACH_REVERSE(session, &service->game_sessions, local_game_session_list, link)
    {
        if (!is_live(session) || ++shown > LIVE_SHOWN)
            continue;
        cJSON *object = api_add_object(&call, list, NULL);
        api_add_any_text(&call, object, "game_session_id", session->arn);
        api_add_number(&call, object, "maximum_player_session_count", session->maximum);
        api_add_number(&call, object, "current_player_session_count", session->taken);
    }
    return finish(&call, out);
}

glift_status local_service_state(const local_service *service, glift__time now, glift__text *out)
{
    /* A call without an operation: the document is built with the same functions as the API's answers. */
    api_call call = {.service = (local_service *)service, .now = now, .reply = cJSON_CreateObject()};
    add_unix_ms(&call, call.reply, "now_unix_ms", now.unix_ms);
    api_add_any_text(&call, call.reply, "endpoint", service->endpoint);
    add_locations(&call);
    add_fleets(&call);
    add_processes(&call);
    add_game_sessions(&call);
    add_player_sessions(&call);
    api_add_matchmaking_state(&call, call.reply);
    add_events(&call);
    return finish(&call, out);
}

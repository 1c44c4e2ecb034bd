/* SPDX-License-Identifier: Apache-2.0 */
/* What pages are shown of the model: names in snake case, times in milliseconds, tokens left out. */
#include "api/views.h"

#include "model/aliases.h"

static void add_unix_ms(api_call *call, cJSON *object, const char *name, int64_t unix_ms)
{
    api_add_number(call, object, name, (double)unix_ms);
}

/* ---- processes ---- */

static void walk_processes(api_walk *walk)
{
    const local_process *process;
    const local_fleet *fleet;
    TAILQ_FOREACH(fleet, &walk->service->fleets, link)
    {
        TAILQ_FOREACH(process, &fleet->processes, link)
        {
            if (!api_walk_take(walk, process->serial, process))
                return;
        }
    }
    TAILQ_FOREACH(process, &walk->service->gone_processes, link)
    {
        if (!api_walk_take(walk, process->serial, process))
            return;
    }
}

static const char *state_of_process(const void *thing)
{
    const local_process *process = thing;
    return local_process_state_name(process->state);
}

static const char *text_of_process(const void *thing, size_t index)
{
    const local_process *process = thing;
    return API_TEXT_AT(index, process->id, process->compute_name, process->location, process->fleet->id,
            process->sdk_language);
}

/* The health clock on the wall, so that a page can count down. */
static int64_t health_deadline_unix_ms(const local_process *process)
{
    bool is_watched = process->state == LOCAL_PROCESS_READY || process->state == LOCAL_PROCESS_HOSTING;
    return is_watched ? process->health_deadline_unix_ms : 0;
}

static void show_process(api_call *call, cJSON *row, const void *thing)
{
    const local_process *process = thing;
    const local_game_session *session = process->game_session;
    api_add_any_text(call, row, "process_id", process->id);
    api_add_any_text(call, row, "fleet_id", process->fleet->id);
    api_add_any_text(call, row, "compute_name", process->compute_name);
    api_add_any_text(call, row, "location", process->location);
    api_add_any_text(call, row, "state", state_of_process(process));
    api_add_flag(call, row, "connected", !TAILQ_EMPTY(&process->connections));
    api_add_number(call, row, "port", process->port);
    api_add_any_text(call, row, "sdk_language", process->sdk_language);
    api_add_any_text(call, row, "sdk_version", process->sdk_version);
    api_add_flag(call, row, "healthy", process->healthy);
    add_unix_ms(call, row, "last_heartbeat_unix_ms", process->last_heartbeat_unix_ms);
    add_unix_ms(call, row, "health_deadline_unix_ms", health_deadline_unix_ms(process));
    add_unix_ms(call, row, "termination_unix_ms", process->termination_unix_ms);
    add_unix_ms(call, row, "connected_unix_ms", process->connected_unix_ms);
    api_add_any_text(call, row, "game_session_id", session != NULL ? session->arn : "");
    api_add_flag(call, row, "crashed", process->crashed);
    api_add_any_text(call, row, "end_message", process->end_message);
}

static const local_history *history_of_process(const void *thing)
{
    const local_process *process = thing;
    return &process->history;
}

const api_view api_processes_view = {
        .name = "processes",
        .walk = walk_processes,
        .state = state_of_process,
        .text = text_of_process,
        .show = show_process,
        .history = history_of_process,
};

/* ---- game sessions ---- */

static void walk_game_sessions(api_walk *walk)
{
    const local_game_session *session;
    if (walk->newest_first) {
        TAILQ_FOREACH_REVERSE(session, &walk->service->game_sessions, local_game_session_list, link)
        {
            if (!api_walk_take(walk, session->serial, session))
                return;
        }
        return;
    }
    TAILQ_FOREACH(session, &walk->service->game_sessions, link)
    {
        if (!api_walk_take(walk, session->serial, session))
            return;
    }
}

static size_t count_game_sessions(const local_service *service)
{
    return service->game_session_count;
}

static const char *state_of_game_session(const void *thing)
{
    const local_game_session *session = thing;
    return glift_game_session_status_name(session->status);
}

static const char *text_of_game_session(const void *thing, size_t index)
{
    const local_game_session *session = thing;
    return API_TEXT_AT(index, session->arn, session->name, session->process_id, session->creator_id);
}

static void show_game_session(api_call *call, cJSON *row, const void *thing)
{
    const local_game_session *session = thing;
    api_add_any_text(call, row, "game_session_id", session->arn);
    api_add_any_text(call, row, "name", session->name);
    api_add_any_text(call, row, "fleet_id", session->fleet->id);
    api_add_any_text(call, row, "location", session->location);
    api_add_any_text(call, row, "process_id", session->process_id);
    api_add_any_text(call, row, "status", state_of_game_session(session));
    api_add_any_text(call, row, "status_reason", session->status_reason);
    api_add_flag(call, row, "crashed", session->crashed);
    api_add_any_text(call, row, "end_message", session->end_message);
    api_add_any_text(call, row, "ip_address", session->ip_address);
    api_add_number(call, row, "port", session->port);
    api_add_number(call, row, "maximum_player_session_count", session->maximum);
    api_add_number(call, row, "current_player_session_count", session->taken);
    api_add_any_text(call, row, "player_session_creation_policy",
            glift_player_session_creation_policy_name(session->policy));
    add_unix_ms(call, row, "creation_time_unix_ms", session->creation_unix_ms);
    add_unix_ms(call, row, "termination_time_unix_ms", session->termination_unix_ms);
    api_add_any_text(call, row, "matchmaking_configuration_arn", session->matchmaking_configuration_arn);
    if (!call->is_brief)
        api_add_any_text(call, row, "matchmaker_data", session->matchmaker_data);
    cJSON *properties = api_add_object(call, row, "game_properties");
    for (size_t i = 0; i < session->property_count; i++)
        api_add_any_text(call, properties, session->properties[i].key, session->properties[i].value);
}

static const local_history *history_of_game_session(const void *thing)
{
    const local_game_session *session = thing;
    return &session->history;
}

/* The newest players first: more than so many have come and gone. */
#define PLAYERS_OF_ONE 400

static void show_players(api_call *call, cJSON *root, const void *thing)
{
    const local_game_session *session = thing;
    const local_player_session *seat;
    cJSON *list = api_add_array(call, root, "player_sessions");
    size_t shown = 0;
    TAILQ_FOREACH_REVERSE(seat, &session->player_sessions, local_seat_list, link)
    {
        if (++shown > PLAYERS_OF_ONE)
            break;
        api_add_row(call, list, NULL, &api_player_sessions_view, &(api_found){seat->serial, seat});
    }
}

const api_view api_game_sessions_view = {
        .name = "game_sessions",
        .walk = walk_game_sessions,
        .is_ordered = true,
        .count = count_game_sessions,
        .state = state_of_game_session,
        .text = text_of_game_session,
        .show = show_game_session,
        .history = history_of_game_session,
        .show_more = show_players,
};

/* ---- player sessions ---- */

static void walk_player_sessions(api_walk *walk)
{
    const local_player_session *seat;
    if (walk->newest_first) {
        TAILQ_FOREACH_REVERSE(seat, &walk->service->player_sessions, local_player_session_list, service_link)
        {
            if (!api_walk_take(walk, seat->serial, seat))
                return;
        }
        return;
    }
    TAILQ_FOREACH(seat, &walk->service->player_sessions, service_link)
    {
        if (!api_walk_take(walk, seat->serial, seat))
            return;
    }
}

static size_t count_player_sessions(const local_service *service)
{
    return service->player_session_count;
}

static const char *state_of_player_session(const void *thing)
{
    const local_player_session *seat = thing;
    return glift_player_session_status_name(seat->status);
}

static const char *text_of_player_session(const void *thing, size_t index)
{
    const local_player_session *seat = thing;
    return API_TEXT_AT(index, seat->id, seat->player_id, seat->game_session->arn, seat->player_data);
}

static void show_player_session(api_call *call, cJSON *row, const void *thing)
{
    const local_player_session *seat = thing;
    api_add_any_text(call, row, "player_session_id", seat->id);
    api_add_any_text(call, row, "player_id", seat->player_id);
    api_add_any_text(call, row, "player_data", seat->player_data);
    api_add_any_text(call, row, "game_session_id", seat->game_session->arn);
    api_add_any_text(call, row, "status", state_of_player_session(seat));
    add_unix_ms(call, row, "creation_time_unix_ms", seat->creation_unix_ms);
    add_unix_ms(call, row, "termination_time_unix_ms", seat->termination_unix_ms);
}

const api_view api_player_sessions_view = {
        .name = "player_sessions",
        .walk = walk_player_sessions,
        .is_ordered = true,
        .count = count_player_sessions,
        .state = state_of_player_session,
        .text = text_of_player_session,
        .show = show_player_session,
};

/* ---- fleets and computes ---- */

static void walk_fleets(api_walk *walk)
{
    const local_fleet *fleet;
    TAILQ_FOREACH(fleet, &walk->service->fleets, link)
    {
        if (!api_walk_take(walk, fleet->serial, fleet))
            return;
    }
}

static const char *state_of_fleet(const void *thing)
{
    const local_fleet *fleet = thing;
    return local_fleet_status_name(fleet->status);
}

static const char *text_of_fleet(const void *thing, size_t index)
{
    const local_fleet *fleet = thing;
    return API_TEXT_AT(index, fleet->id, fleet->name, fleet->description);
}

static void show_fleet(api_call *call, cJSON *row, const void *thing)
{
    const local_fleet *fleet = thing;
    api_add_any_text(call, row, "fleet_id", fleet->id);
    api_add_any_text(call, row, "name", fleet->name);
    api_add_any_text(call, row, "status", state_of_fleet(fleet));
    cJSON *locations = api_add_array(call, row, "locations");
    for (size_t i = 0; i < fleet->location_count; i++)
        api_add_any_text(call, locations, NULL, fleet->locations[i]->name);
}

const api_view api_fleets_view = {
        .name = "fleets",
        .walk = walk_fleets,
        .state = state_of_fleet,
        .text = text_of_fleet,
        .show = show_fleet,
};

static void walk_computes(api_walk *walk)
{
    const local_compute *compute;
    const local_fleet *fleet;
    TAILQ_FOREACH(fleet, &walk->service->fleets, link)
    {
        TAILQ_FOREACH(compute, &fleet->computes, link)
        {
            if (!api_walk_take(walk, compute->serial, compute))
                return;
        }
    }
}

static const char *text_of_compute(const void *thing, size_t index)
{
    const local_compute *compute = thing;
    return API_TEXT_AT(index, compute->name, compute->fleet->id, compute->ip_address, compute->dns_name,
            compute->location->name);
}

static void show_compute(api_call *call, cJSON *row, const void *thing)
{
    const local_compute *compute = thing;
    api_add_any_text(call, row, "compute_name", compute->name);
    api_add_any_text(call, row, "fleet_id", compute->fleet->id);
    api_add_any_text(call, row, "location", compute->location->name);
    api_add_any_text(call, row, "ip_address", compute->ip_address);
    api_add_any_text(call, row, "dns_name", compute->dns_name);
    api_add_number(call, row, "auth_token_count", (double)compute->token_count);
}

const api_view api_computes_view = {
        .name = "computes",
        .walk = walk_computes,
        .state = api_no_state,
        .text = text_of_compute,
        .show = show_compute,
};

/* ---- aliases ---- */

static void walk_aliases(api_walk *walk)
{
    const local_alias *alias;
    TAILQ_FOREACH(alias, &walk->service->aliases, link)
    {
        if (!api_walk_take(walk, alias->serial, alias))
            return;
    }
}

static const char *state_of_alias(const void *thing)
{
    const local_alias *alias = thing;
    return alias->terminal ? "TERMINAL" : "SIMPLE";
}

static const char *text_of_alias(const void *thing, size_t index)
{
    const local_alias *alias = thing;
    return API_TEXT_AT(index, alias->id, alias->name, alias->fleet_id, alias->description);
}

static void show_alias(api_call *call, cJSON *row, const void *thing)
{
    const local_alias *alias = thing;
    api_add_any_text(call, row, "alias_id", alias->id);
    api_add_any_text(call, row, "name", alias->name);
    api_add_any_text(call, row, "routing_strategy", state_of_alias(alias));
    api_add_any_text(call, row, "fleet_id", alias->fleet_id);
    api_add_any_text(call, row, "message", alias->message);
    add_unix_ms(call, row, "creation_time_unix_ms", alias->creation_unix_ms);
}

const api_view api_aliases_view = {
        .name = "aliases",
        .walk = walk_aliases,
        .state = state_of_alias,
        .text = text_of_alias,
        .show = show_alias,
};

/* ---- fleet events ---- */

static void walk_events(api_walk *walk)
{
    const local_event *event;
    if (walk->newest_first) {
        TAILQ_FOREACH_REVERSE(event, &walk->service->events, local_event_list, link)
        {
            if (!api_walk_take(walk, event->serial, event))
                return;
        }
        return;
    }
    TAILQ_FOREACH(event, &walk->service->events, link)
    {
        if (!api_walk_take(walk, event->serial, event))
            return;
    }
}

static size_t count_events(const local_service *service)
{
    return service->event_count;
}

static const char *state_of_event(const void *thing)
{
    const local_event *event = thing;
    return event->code;
}

static const char *text_of_event(const void *thing, size_t index)
{
    const local_event *event = thing;
    return API_TEXT_AT(index, event->id, event->code, event->resource_id, event->message);
}

static void show_event(api_call *call, cJSON *row, const void *thing)
{
    const local_event *event = thing;
    add_unix_ms(call, row, "time_unix_ms", event->time_unix_ms);
    api_add_any_text(call, row, "code", event->code);
    api_add_any_text(call, row, "resource_id", event->resource_id);
    api_add_any_text(call, row, "message", event->message);
}

const api_view api_events_view = {
        .name = "events",
        .walk = walk_events,
        .is_ordered = true,
        .count = count_events,
        .state = state_of_event,
        .text = text_of_event,
        .show = show_event,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* What the service holds, as JSON documents for small dashboards and tests: names in snake case, times in
 * milliseconds, tokens left out. Where there is much, pages ask for lists (list_json.c). */
#include "api/service.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "api/views.h"

#define LIVE_SHOWN 50 /* sessions of the summary */

/* The document shows the latest of what may be many. */
static const struct {
    const char *name;
    const api_view *view;
    size_t most;
    const char *states; /* NULL: all */
} parts[] = {
        {"fleets", &api_fleets_view, SIZE_MAX, NULL},
        {"computes", &api_computes_view, SIZE_MAX, NULL},
        {"processes", &api_processes_view, SIZE_MAX, NULL},
        {"game_sessions", &api_game_sessions_view, 500, NULL},
        {"player_sessions", &api_player_sessions_view, 2000, NULL},
        {"tickets", &api_tickets_view, 200, "COMPLETED,FAILED,CANCELLED,TIMED_OUT"},
        {"tickets", &api_tickets_view, SIZE_MAX, "QUEUED,SEARCHING,REQUIRES_ACCEPTANCE,PLACING"},
        {"matchmaking_configurations", &api_configurations_view, SIZE_MAX, NULL},
        {"rule_sets", &api_rule_sets_view, SIZE_MAX, NULL},
        {"queues", &api_queues_view, SIZE_MAX, NULL},
        {"placements", &api_placements_view, 200, NULL},
        {"events", &api_events_view, 200, NULL},
};

/* Prints and frees the document of a call. */
static glift_status finish(api_call *call, glift__text *out)
{
    *out = (glift__text){0};
    bool is_printed = !call->out_of_memory && api_print_page(call->service, call->reply, out);
    cJSON_Delete(call->reply);
    return is_printed ? GLIFT_OK : GLIFT_ERR_MEMORY;
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

/* All or the latest of a kind, in the order in which they came to be, behind what is there of that name. */
static void add_things(
        api_call *call, const char *name, const api_view *view, size_t most, const char *states)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(call->reply, name);
    api_wish wish = {.what = API_WISH_LIST, .view = view, .limit = most};
    api_walk walk;
    if (list == NULL)
        list = api_add_array(call, call->reply, name);
    snprintf(wish.states, sizeof wish.states, "%s", states != NULL ? states : "");
    api_walk_page(&walk, call->service, &wish);
    for (size_t i = walk.found_count; i > 0; i--)
        view->show(call, api_add_object(call, list, NULL), walk.found[i - 1].thing);
    call->out_of_memory = call->out_of_memory || walk.out_of_memory;
    api_walk_end(&walk);
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

glift_status local_service_state(const local_service *service, glift__time now, glift__text *out)
{
    /* A call without an operation: the document is built with the same functions as the API's answers. */
    api_call call = {.service = (local_service *)service, .now = now, .reply = cJSON_CreateObject()};
    api_add_number(&call, call.reply, "now_unix_ms", (double)now.unix_ms);
    api_add_any_text(&call, call.reply, "endpoint", service->endpoint);
    add_locations(&call);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        add_things(&call, parts[i].name, parts[i].view, parts[i].most, parts[i].states);
    return finish(&call, out);
}

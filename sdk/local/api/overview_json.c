/* SPDX-License-Identifier: Apache-2.0 */
/* What needs a look first, and how much there is of everything. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/views.h"
#include "api/faults_api.h"
#include "base/format.h"
#include "flexmatch/tickets.h"

/* So many things of a kind that need a look are named in the overview; all of them are in the list of the
 * kind. */
#define NAMED_MOST 20
/* [E] A ticket waits long when it has waited for half of its request time, and for so long at least. */
#define LONG_WAIT_MS 10000
/* [E] Events with an error need a look for so long. */
#define EVENT_MS (15 * 60 * 1000)

static void add_attention(api_call *call, cJSON *list, const char *severity, const char *kind,
        uint64_t serial, const char *format, ...) GLIFT__FORMAT(6, 7);
static void add_attention(api_call *call, cJSON *list, const char *severity, const char *kind,
        uint64_t serial, const char *format, ...)
{
    char text[1024], key[24];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(key, sizeof key, "%" PRIu64, serial);
    cJSON *object = api_add_object(call, list, NULL);
    api_add_any_text(call, object, "severity", severity);
    api_add_any_text(call, object, "text", text);
    api_add_any_text(call, object, "kind", kind);
    api_add_any_text(call, object, "key", key);
}

/* ---- what needs a look ---- */

/* Those that tell of something that went wrong. */
static bool is_bad_news(const char *code)
{
    static const char *const codes[] = {"SERVER_PROCESS_CRASHED", "SERVER_PROCESS_TERMINATED_UNHEALTHY",
            "SERVER_PROCESS_PROCESS_READY_TIMEOUT", "SERVER_PROCESS_PROCESS_EXIT_TIMEOUT",
            "GAME_SESSION_ACTIVATION_TIMEOUT", "INSTANCE_INTERRUPTED"};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (strcmp(codes[i], code) == 0)
            return true;
    }
    return false;
}

/* Also of those that have ended; NULL: it is forgotten. */
static const local_process *find_process(const local_service *service, const char *id)
{
    const local_process *process = local_find_process(service, id), *gone;
    TAILQ_FOREACH(gone, &service->gone_processes, link)
    {
        if (strcmp(gone->id, id) == 0 && (process == NULL || gone->serial > process->serial))
            process = gone;
    }
    return process;
}

/* Where an event leads to: the thing that it tells of, as long as that is known, else itself. */
static void add_event(api_call *call, cJSON *list, const local_event *event)
{
    const local_service *service = call->service;
    const local_process *process = find_process(service, event->resource_id);
    const local_game_session *session = local_index_find(&service->game_sessions_by_arn, event->resource_id);
    if (session != NULL)
        add_attention(call, list, "error", "game_sessions", session->serial, "%s", event->message);
    else if (process != NULL)
        add_attention(call, list, "error", "processes", process->serial, "%s", event->message);
    else
        add_attention(call, list, "error", "events", event->serial, "%s", event->message);
}

static void add_bad_news(api_call *call, cJSON *list)
{
    const local_event *event;
    size_t named = 0;
    TAILQ_FOREACH_REVERSE(event, &call->service->events, local_event_list, link)
    {
        if (named == NAMED_MOST || event->time_unix_ms < call->now.unix_ms - EVENT_MS)
            break;
        if (!is_bad_news(event->code))
            continue;
        add_event(call, list, event);
        named++;
    }
}

static void add_unhealthy(api_call *call, cJSON *list)
{
    const local_fleet *fleet;
    size_t named = 0;
    TAILQ_FOREACH(fleet, &call->service->fleets, link)
    {
        const local_process *process;
        TAILQ_FOREACH(process, &fleet->processes, link)
        {
            bool is_ill = process->last_heartbeat_unix_ms != 0 && !process->healthy;
            bool is_away = process->state != LOCAL_PROCESS_CONNECTED && TAILQ_EMPTY(&process->connections);
            if ((!is_ill && !is_away) || named++ >= NAMED_MOST)
                continue;
            add_attention(call, list, "error", "processes", process->serial, "Server process %s %s.",
                    process->id, is_ill ? "reports that it is not healthy" : "has no connection");
        }
    }
}

static void add_slow_sessions(api_call *call, cJSON *list)
{
    const local_fleet *fleet;
    size_t named = 0;
    TAILQ_FOREACH(fleet, &call->service->fleets, link)
    {
        const local_game_session *session;
        TAILQ_FOREACH(session, &fleet->live_game_sessions, live_link)
        {
            int64_t age_ms = call->now.unix_ms - session->creation_unix_ms;
            bool is_slow = session->status == GLIFT_GAME_SESSION_ACTIVATING &&
                           age_ms > (int64_t)fleet->activation_ms / 2;
            if (!is_slow || named++ >= NAMED_MOST)
                continue;
            add_attention(call, list, "warning", "game_sessions", session->serial,
                    "Game session %s has been ACTIVATING for more than half of the %" PRIu64
                    " s that it may take.",
                    session->arn, fleet->activation_ms / 1000);
        }
    }
}

static void add_waiting_tickets(api_call *call, cJSON *list)
{
    const local_ticket *ticket;
    size_t named = 0;
    TAILQ_FOREACH(ticket, &call->service->matchmaking->active, link)
    {
        int64_t age_ms = call->now.unix_ms - ticket->start_unix_ms;
        int64_t long_ms = (int64_t)ticket->configuration->request_timeout_s * 500;
        bool waits_long = age_ms > (long_ms > LONG_WAIT_MS ? long_ms : LONG_WAIT_MS) && !ticket->backfill;
        bool is_hopeless = ticket->obstacle[0] != '\0';
        if (named == NAMED_MOST)
            break;
        if (!waits_long && !is_hopeless)
            continue;
        named++;
        if (is_hopeless)
            add_attention(call, list, "warning", "tickets", ticket->serial, "Ticket %s will never match: %s",
                    ticket->id, ticket->obstacle);
        else
            add_attention(call, list, "warning", "tickets", ticket->serial,
                    "Ticket %s has waited for more than half of the %d s that it may wait.", ticket->id,
                    ticket->configuration->request_timeout_s);
    }
}

/* ---- how much there is ---- */

static void add_counts(api_call *call, cJSON *counts, const api_view *view)
{
    api_tally tally;
    api_walk_tally(call->service, view, &tally);
    cJSON *object = api_add_object(call, counts, view->name);
    api_add_number(call, object, "total", (double)tally.total);
    for (size_t i = 0; i < tally.known; i++)
        api_add_number(call, object, tally.states[i], (double)tally.counts[i]);
}

void api_show_overview(api_call *call, cJSON *root)
{
    cJSON *attention = api_add_array(call, root, "attention");
    add_bad_news(call, attention);
    add_unhealthy(call, attention);
    add_slow_sessions(call, attention);
    add_waiting_tickets(call, attention);
    cJSON *counts = api_add_object(call, root, "counts");
    for (size_t i = 0; api_view_at(i) != NULL; i++)
        add_counts(call, counts, api_view_at(i));
    api_add_active_faults(call, root);
}

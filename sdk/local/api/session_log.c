/* SPDX-License-Identifier: Apache-2.0 */
/* GetGameSessionLogUrl and what lies there: all that the service knows about one game session, as text. The
 * command get-game-session-log of the AWS CLI fetches it with a plain GET (service model 2.1, S45). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/api.h"
#include "api/service.h"
#include "base/format.h"
#include "printable.h"

#define PLAYERS_LISTED 1000 /* the latest: a session may go on for days */

/* A line of the log; ids and names are the callers' words, and are made harmless to a terminal. */
static bool add_line(glift__text *out, const char *format, ...) GLIFT__FORMAT(2, 3);
static bool add_line(glift__text *out, const char *format, ...)
{
    char *line = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&line, format, arguments);
    va_end(arguments);
    if (length < 0)
        return false;
    make_printable(line, (size_t)length);
    bool added = glift__text_append(out, line, (size_t)length) == GLIFT_OK &&
                 glift__text_append(out, "\n", 1) == GLIFT_OK;
    free(line);
    return added;
}

#define TIME_SIZE 40
static const char *time_text(int64_t unix_ms, char out[TIME_SIZE])
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm utc;
    if (unix_ms == 0)
        return "-";
    size_t length = strftime(out, TIME_SIZE, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &utc));
    snprintf(out + length, TIME_SIZE - length, ".%03dZ", (int)(unix_ms % 1000));
    return out;
}

static const char *or_dash(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : "-";
}

static bool add_session(glift__text *out, const local_game_session *session)
{
    char created[TIME_SIZE], ended[TIME_SIZE];
    return add_line(out, "game session %s", session->arn) &&
           add_line(out, "name %s, location %s, process %s at %s port %d", or_dash(session->name),
                   session->location, session->process_id, or_dash(session->ip_address), session->port) &&
           add_line(out, "%s %s, created %s, terminated %s, players %d of %d",
                   glift_game_session_status_name(session->status), or_dash(session->status_reason),
                   time_text(session->creation_unix_ms, created),
                   time_text(session->termination_unix_ms, ended), session->taken, session->maximum);
}

static bool add_players(glift__text *out, const local_game_session *session)
{
    const local_player_session *seat;
    size_t count = 0;
    bool added = true;
    TAILQ_FOREACH(seat, &session->player_sessions, link)
    {
        count++;
    }
    if (count > PLAYERS_LISTED)
        added = add_line(out, "%zu earlier player sessions are left out", count - PLAYERS_LISTED);
    TAILQ_FOREACH(seat, &session->player_sessions, link)
    {
        char created[TIME_SIZE], ended[TIME_SIZE];
        if (count-- > PLAYERS_LISTED)
            continue;
        added = added && add_line(out, "%s player session %s of %s: %s, terminated %s",
                                 time_text(seat->creation_unix_ms, created), seat->id, seat->player_id,
                                 glift_player_session_status_name(seat->status),
                                 time_text(seat->termination_unix_ms, ended));
    }
    return added;
}

/* Its own events, and those of its process while that hosted it. */
static bool concerns(const local_event *event, const local_game_session *session)
{
    if (strcmp(event->resource_id, session->arn) == 0)
        return true;
    return strcmp(event->fleet_id, session->fleet->id) == 0 &&
           strcmp(event->resource_id, session->process_id) == 0 &&
           event->time_unix_ms >= session->creation_unix_ms &&
           (session->termination_unix_ms == 0 || event->time_unix_ms <= session->termination_unix_ms);
}

static bool add_events(const local_service *service, glift__text *out, const local_game_session *session)
{
    const local_event *event;
    bool added = true;
    TAILQ_FOREACH(event, &service->events, link)
    {
        char time[TIME_SIZE];
        if (concerns(event, session))
            added = added && add_line(out, "%s %s %s", time_text(event->time_unix_ms, time), event->code,
                                     event->message);
    }
    return added;
}

glift_status local_service_session_log(const local_service *service, const char *arn, glift__text *out)
{
    local_refusal unused;
    const local_game_session *session = local_need_game_session(service, arn, &unused);
    *out = (glift__text){0};
    if (session == NULL)
        return GLIFT_ERR_NOT_FOUND;
    if (add_session(out, session) && add_players(out, session) && add_events(service, out, session))
        return GLIFT_OK;
    glift__text_free(out);
    return GLIFT_ERR_MEMORY;
}

/* ---- the operation ---- */

static const api_member log_url_members[] = {{"GameSessionId", &api_game_session_id, true}, {0}};

/* Game servers and clients come to one port: "ws://host" becomes "http://host". Whoever fetches the log sends
 * a plain GET: the URL shows the token, as the ones of AWS are signed. */
static void get_log_url(api_call *call)
{
    const local_game_session *session =
            local_need_game_session(call->service, api_text(call->input, "GameSessionId"), &call->refusal);
    if (session == NULL) {
        api_refuse_with(call);
        return;
    }
    const char *token = call->service->access_token;
    char *url = local_format("http%s/logs/%s%s%s", call->service->endpoint + strlen("ws"), session->arn,
            token != NULL ? "?token=" : "", token != NULL ? token : "");
    if (url == NULL)
        call->out_of_memory = true;
    else
        api_add_text(call, call->reply, "PreSignedUrl", url);
    free(url);
}

const api_operation api_log_operations[] = {
        {"GetGameSessionLogUrl", log_url_members, get_log_url}, /* S45 */
        {0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* What a game server receives: the envelope, answers, pushes. */

#include "wire/parsed.h"
#include "wire/requests.h"

#include <limits.h>
#include <stdlib.h>

/* ---- the envelope ---- */

/* A number that is no integer, or another type: -1, which no service sends. */
static int read_status_code(const glift__json *root)
{
    int64_t value;
    const glift__json *code = glift__json_get(root, "StatusCode");
    if (code == NULL)
        return 0;
    if (!glift__json_integer(code, &value) || value < INT_MIN || value > INT_MAX)
        return -1;
    return (int)value;
}

glift_status glift__parsed_open(const char *bytes, size_t length, glift__parsed **out)
{
    glift__json *root;
    *out = NULL;
    glift_status status = glift__json_parse(bytes, length, &root);
    if (status == GLIFT_OK && !glift__json_is_object(root))
        status = GLIFT_ERR_ARGUMENT;
    if (status == GLIFT_OK && (*out = malloc(sizeof **out)) == NULL)
        status = GLIFT_ERR_MEMORY;
    if (status == GLIFT_OK)
        **out = (glift__parsed){.root = root, .status_code = read_status_code(root)};
    else
        glift__json_free(root);
    return status;
}

void glift__parsed_close(glift__parsed *parsed)
{
    if (parsed != NULL)
        glift__json_free(parsed->root);
    free(parsed);
}

static const char *text_or_empty(const glift__json *object, const char *key)
{
    const char *text = glift__json_text(glift__json_get(object, key));
    return text != NULL ? text : "";
}

glift__envelope glift__parsed_envelope(const glift__parsed *parsed)
{
    const char *name = text_or_empty(parsed->root, "Action");
    return (glift__envelope){
            .action = glift__action_from_name(name),
            .push = glift__push_from_name(name),
            .action_name = name,
            .request_id = text_or_empty(parsed->root, "RequestId"),
            .status_code = parsed->status_code,
            .message = text_or_empty(parsed->root, "ErrorMessage"),
    };
}

glift_status glift__status_from_service(int status_code)
{
    switch (status_code) {
    case 200:
        return GLIFT_OK;
    case 401:
        return GLIFT_ERR_UNAUTHORIZED;
    case 403:
        return GLIFT_ERR_FORBIDDEN;
    case 404:
        return GLIFT_ERR_NOT_FOUND;
    case 409:
        return GLIFT_ERR_CONFLICT;
    case 429:
        return GLIFT_ERR_THROTTLED;
    default:
        return status_code >= 400 && status_code <= 499 ? GLIFT_ERR_REJECTED : GLIFT_ERR_SERVICE;
    }
}

/* ---- answers ---- */

static glift_player_session read_player_session(glift__json_reader *reader, const glift__json *from)
{
    return (glift_player_session){
            .player_session_id = glift__read_text(reader, from, "PlayerSessionId"),
            .player_id = glift__read_text(reader, from, "PlayerId"),
            .game_session_id = glift__read_text(reader, from, "GameSessionId"),
            .fleet_id = glift__read_text(reader, from, "FleetId"),
            .player_data = glift__read_text(reader, from, "PlayerData"),
            .ip_address = glift__read_text(reader, from, "IpAddress"),
            .dns_name = glift__read_text(reader, from, "DnsName"),
            .port = glift__read_int(from, "Port"),
            .status =
                    glift__player_session_status_from_name(glift__json_text(glift__json_get(from, "Status"))),
            .creation_time_unix_ms = glift__read_time(from, "CreationTime"),
            .termination_time_unix_ms = glift__read_time(from, "TerminationTime"),
    };
}

static glift_player_session_page read_page(glift__json_reader *reader, const glift__json *from)
{
    const glift__json *array = glift__json_get(from, "PlayerSessions");
    glift_player_session_page page = {.next_token = glift__read_text(reader, from, "NextToken")};
    glift_player_session *sessions =
            glift__json_is_array(array) ? glift__read_room(reader, array, sizeof *sessions) : NULL;
    if (sessions == NULL)
        return page;
    for (const glift__json *item = glift__json_first(array); item != NULL; item = glift__json_next(item))
        if (glift__json_is_object(item))
            sessions[page.player_session_count++] = read_player_session(reader, item);
    page.player_sessions = sessions;
    return page;
}

static glift_fleet_role_credentials read_role_credentials(glift__json_reader *reader, const glift__json *from)
{
    return (glift_fleet_role_credentials){
            .assumed_role_user_arn = glift__read_text(reader, from, "AssumedRoleUserArn"),
            .assumed_role_id = glift__read_text(reader, from, "AssumedRoleId"),
            .access_key_id = glift__read_text(reader, from, "AccessKeyId"),
            .secret_access_key = glift__read_text(reader, from, "SecretAccessKey"),
            .session_token = glift__read_text(reader, from, "SessionToken"),
            .expiration_unix_ms = glift__read_time(from, "Expiration"),
    };
}

glift_status glift__parsed_read_answer(
        const glift__parsed *parsed, glift__action request, glift__memory *memory, glift__answer_body *out)
{
    const glift__request_kind *kind = glift__request_kind_of(request);
    glift__json_reader reader = {.memory = memory};
    const glift__json *root = parsed->root;
    *out = (glift__answer_body){0};
    switch (kind != NULL ? kind->payload : GLIFT__PAYLOAD_NONE) {
    case GLIFT__PAYLOAD_PLAYER_SESSIONS:
        out->player_session_page = read_page(&reader, root);
        break;
    case GLIFT__PAYLOAD_BACKFILL_TICKET:
        out->backfill_ticket_id = glift__read_text(&reader, root, "TicketId");
        break;
    case GLIFT__PAYLOAD_COMPUTE_CERTIFICATE:
        out->compute_certificate = (glift_compute_certificate){
                .certificate_path = glift__read_text(&reader, root, "CertificatePath"),
                .compute_name = glift__read_text(&reader, root, "ComputeName"),
        };
        break;
    case GLIFT__PAYLOAD_ROLE_CREDENTIALS:
        out->fleet_role_credentials = read_role_credentials(&reader, root);
        break;
    case GLIFT__PAYLOAD_NONE:
        break; /* the envelope says it all */
    }
    return reader.status;
}

/* ---- pushes ---- */

static void read_game_properties(glift__json_reader *reader, const glift__json *from, glift_game_session *out)
{
    const glift__json *object = glift__json_get(from, "GameProperties");
    glift_game_property *properties =
            glift__json_is_object(object) ? glift__read_room(reader, object, sizeof *properties) : NULL;
    if (properties == NULL)
        return;
    for (const glift__json *item = glift__json_first(object); item != NULL; item = glift__json_next(item)) {
        if (glift__json_text(item) == NULL)
            continue;
        properties[out->game_property_count++] = (glift_game_property){
                .key = glift__read_copy(reader, glift__json_key(item)),
                .value = glift__read_copy(reader, glift__json_text(item)),
        };
    }
    out->game_properties = properties;
}

/* Both pushes tell this of a game session; only the name's key differs (P107, P112). */
static glift_game_session read_game_session(
        glift__json_reader *reader, const glift__json *from, const char *name_key)
{
    glift_game_session session = {
            .game_session_id = glift__read_text(reader, from, "GameSessionId"),
            .name = glift__read_text(reader, from, name_key),
            .fleet_id = "",
            .location = "",
            .game_session_data = glift__read_text(reader, from, "GameSessionData"),
            .matchmaker_data = glift__read_text(reader, from, "MatchmakerData"),
            .ip_address = glift__read_text(reader, from, "IpAddress"),
            .dns_name = glift__read_text(reader, from, "DnsName"),
            .status_reason = "",
            .port = glift__read_int(from, "Port"),
            .maximum_player_session_count = glift__read_int(from, "MaximumPlayerSessionCount"),
    };
    read_game_properties(reader, from, &session);
    return session;
}

static glift_game_session read_updated_session(glift__json_reader *reader, const glift__json *from)
{
    glift_game_session session = read_game_session(reader, from, "Name");
    session.fleet_id = glift__read_text(reader, from, "FleetId");
    session.location = glift__read_text(reader, from, "Location");
    session.status_reason = glift__read_text(reader, from, "StatusReason");
    session.status = glift__game_session_status_from_name(glift__json_text(glift__json_get(from, "Status")));
    return session;
}

/* Whether the message has what its action cannot do without. */
static bool read_push(glift__json_reader *reader, const glift__json *root, glift__push *out)
{
    const glift__json *session = glift__json_get(root, "GameSession");
    switch (out->kind) {
    case GLIFT__CREATE_GAME_SESSION:
        out->game_session = read_game_session(reader, root, "GameSessionName");
        return out->game_session.game_session_id[0] != '\0';
    case GLIFT__UPDATE_GAME_SESSION:
        out->game_session = read_updated_session(reader, session);
        out->update_reason =
                glift__update_reason_from_name(glift__json_text(glift__json_get(root, "UpdateReason")));
        out->backfill_ticket_id = glift__read_text(reader, root, "BackfillTicketId");
        return glift__json_is_object(session);
    case GLIFT__REFRESH_CONNECTION:
        out->refresh_endpoint = glift__read_text(reader, root, "RefreshConnectionEndpoint");
        out->auth_token = glift__read_text(reader, root, "AuthToken");
        return out->refresh_endpoint[0] != '\0' && out->auth_token[0] != '\0';
    case GLIFT__TERMINATE_PROCESS:
        out->termination_time_unix_ms = glift__read_time(root, "TerminationTime");
        return true;
    case GLIFT__PUSH_UNKNOWN:
        break;
    }
    return false;
}

glift_status glift__parsed_read_push(const glift__parsed *parsed, glift__memory *memory, glift__push *out)
{
    glift__json_reader reader = {.memory = memory};
    *out = (glift__push){.kind = glift__parsed_envelope(parsed).push};
    bool complete = read_push(&reader, parsed->root, out);
    return reader.status != GLIFT_OK ? reader.status : complete ? GLIFT_OK : GLIFT_ERR_ARGUMENT;
}

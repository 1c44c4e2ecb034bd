/* SPDX-License-Identifier: Apache-2.0 */
/* The service's side of the wire: requests into structs, answers and pushes into text.
 *
 * The three official SDKs write requests differently: what is not set, Go writes as "" or null, C++ leaves
 * out, C# writes as null or 0. All of it reads the same here (P52, S77). */

#include "wire/json_write.h"
#include "wire/parsed.h"
#include "wire/requests.h"

#include <stdint.h>
#include <string.h>

/* ---- requests ---- */

typedef struct request_reader {
    glift__json_reader json;
    const char *message; /* the first thing found wrong; NULL if nothing */
} request_reader;

static void refuse(request_reader *reader, bool wrong, const char *message)
{
    if (wrong && reader->message == NULL)
        reader->message = message;
}

/* An empty one names nothing, such as a log path: the C++ SDK does not send it either. */
static const char *const *read_texts(request_reader *reader, const glift__json *array, size_t *count)
{
    const char **texts =
            glift__json_is_array(array) ? glift__read_room(&reader->json, array, sizeof *texts) : NULL;
    *count = 0;
    for (const glift__json *item = texts != NULL ? glift__json_first(array) : NULL; item != NULL;
            item = glift__json_next(item)) {
        const char *text = glift__json_text(item);
        if (text != NULL && *text != '\0')
            texts[(*count)++] = glift__read_copy(&reader->json, text);
    }
    return texts;
}

/* "AttrType" in Go and C++, "attrType" in C#. What it says counts, not which members are there (S77). */
static glift_attribute_type read_attribute_type(const glift__json *from)
{
    for (const glift__json *member = glift__json_first(from); member != NULL;
            member = glift__json_next(member))
        if (glift__is_word(glift__json_key(member), "attrtype"))
            return glift__attribute_type_from_name(glift__json_text(member));
    return GLIFT_ATTRIBUTE_NONE;
}

static glift_player_attribute read_attribute(request_reader *reader, const glift__json *from)
{
    glift_player_attribute attribute = {
            .name = glift__read_copy(&reader->json, glift__json_key(from)),
            .type = glift__json_is_object(from) ? read_attribute_type(from) : GLIFT_ATTRIBUTE_NONE,
            .string = "",
    };
    switch (attribute.type) {
    case GLIFT_ATTRIBUTE_STRING:
        attribute.string = glift__read_text(&reader->json, from, "S");
        break;
    case GLIFT_ATTRIBUTE_DOUBLE:
        glift__json_double(glift__json_get(from, "N"), &attribute.number);
        break;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        attribute.string_list =
                glift__read_strings(&reader->json, glift__json_get(from, "SL"), &attribute.string_count);
        break;
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        attribute.double_map =
                glift__read_doubles(&reader->json, glift__json_get(from, "SDM"), &attribute.double_count);
        break;
    case GLIFT_ATTRIBUTE_NONE:
        break;
    }
    return attribute;
}

static void read_attributes(request_reader *reader, const glift__json *from, glift_player *out)
{
    const glift__json *object = glift__json_get(from, "PlayerAttributes");
    glift_player_attribute *attributes = glift__json_is_object(object)
                                                 ? glift__read_room(&reader->json, object, sizeof *attributes)
                                                 : NULL;
    if (attributes == NULL)
        return;
    for (const glift__json *item = glift__json_first(object); item != NULL; item = glift__json_next(item))
        attributes[out->attribute_count++] = read_attribute(reader, item);
    out->attributes = attributes;
}

static void read_latencies(request_reader *reader, const glift__json *from, glift_player *out)
{
    const glift__json *object = glift__json_get(from, "LatencyInMs");
    glift_player_latency *latencies =
            glift__json_is_object(object) ? glift__read_room(&reader->json, object, sizeof *latencies) : NULL;
    if (latencies == NULL)
        return;
    for (const glift__json *item = glift__json_first(object); item != NULL; item = glift__json_next(item)) {
        int64_t latency = 0;
        if (!glift__json_integer(item, &latency) || latency < INT32_MIN || latency > INT32_MAX)
            refuse(reader, true, "LatencyInMs must map regions to integers.");
        latencies[out->latency_count++] = (glift_player_latency){
                .region = glift__read_copy(&reader->json, glift__json_key(item)), .latency_ms = (int)latency};
    }
    out->latencies = latencies;
}

static glift_player read_player(request_reader *reader, const glift__json *from)
{
    glift_player player = {
            .player_id = glift__read_text(&reader->json, from, "PlayerId"),
            .team = glift__read_text(&reader->json, from, "Team"),
    };
    refuse(reader, player.player_id[0] == '\0', "PlayerId is required.");
    read_attributes(reader, from, &player);
    read_latencies(reader, from, &player);
    return player;
}

static const glift_player *read_players(request_reader *reader, const glift__json *array, size_t *count)
{
    glift_player *players =
            glift__json_is_array(array) ? glift__read_room(&reader->json, array, sizeof *players) : NULL;
    *count = 0;
    for (const glift__json *item = players != NULL ? glift__json_first(array) : NULL; item != NULL;
            item = glift__json_next(item))
        players[(*count)++] = read_player(reader, item);
    return players;
}

/* ---- fields ---- */

static const char *read_text(request_reader *reader, const glift__json *value, const glift__field *field)
{
    const char *text = glift__read_copy(&reader->json, glift__json_text(value));
    refuse(reader, field->refusal != NULL && text[0] == '\0', field->refusal);
    return text;
}

static bool read_bool(request_reader *reader, const glift__json *value, const glift__field *field)
{
    bool flag = false;
    refuse(reader, !glift__json_bool(value, &flag), field->refusal);
    return flag;
}

static glift_player_session_creation_policy read_policy(
        request_reader *reader, const glift__json *value, const glift__field *field)
{
    glift_player_session_creation_policy policy = glift__policy_from_name(glift__json_text(value));
    refuse(reader, policy == GLIFT_PLAYER_SESSION_CREATION_POLICY_NOT_SET, field->refusal);
    return policy;
}

static glift_player_session_status read_seat_status(
        request_reader *reader, const glift__json *value, const glift__field *field)
{
    const char *name = glift__json_text(value);
    glift_player_session_status status = glift__player_session_status_from_name(name);
    refuse(reader, name != NULL && *name != '\0' && status == GLIFT_PLAYER_SESSION_NOT_SET, field->refusal);
    return status;
}

static void read_field(
        request_reader *reader, const glift__json *from, const glift__field *field, glift__request_body *out)
{
    const glift__json *value = glift__json_get(from, field->key);
    void *at = (char *)out + field->offset;
    size_t *count = (size_t *)(void *)((char *)out + field->count_offset);
    switch (field->kind) {
    case GLIFT__FIELD_TEXT:
        *(const char **)at = read_text(reader, value, field);
        break;
    case GLIFT__FIELD_TEXTS:
        *(const char *const **)at = read_texts(reader, value, count);
        break;
    case GLIFT__FIELD_PLAYERS:
        *(const glift_player **)at = read_players(reader, value, count);
        refuse(reader, *count == 0, field->refusal);
        break;
    case GLIFT__FIELD_INT:
        *(int *)at = glift__read_int(from, field->key);
        break;
    case GLIFT__FIELD_BOOL:
        *(bool *)at = read_bool(reader, value, field);
        break;
    case GLIFT__FIELD_POLICY:
        *(glift_player_session_creation_policy *)at = read_policy(reader, value, field);
        break;
    case GLIFT__FIELD_SEAT_STATUS:
        *(glift_player_session_status *)at = read_seat_status(reader, value, field);
        break;
    }
}

static void read_body(request_reader *reader, const glift__json *from, glift__request_body *out)
{
    const glift__request_kind *kind = glift__request_kind_of(out->action);
    if (kind == NULL) {
        refuse(reader, true, "Action is not a request that the service knows.");
        return;
    }
    for (size_t i = 0; i < kind->field_count; i++)
        read_field(reader, from, &kind->fields[i], out);
}

glift_status glift__parsed_read_request(
        const glift__parsed *parsed, glift__memory *memory, glift__request_body *out, const char **message)
{
    request_reader reader = {.json = {.memory = memory}};
    *out = (glift__request_body){.action = glift__parsed_envelope(parsed).action};
    read_body(&reader, parsed->root, out);
    if (reader.json.status != GLIFT_OK) {
        *message = "out of memory";
        return reader.json.status;
    }
    *message = reader.message != NULL ? reader.message : "";
    return reader.message != NULL ? GLIFT_ERR_ARGUMENT : GLIFT_OK;
}

/* ---- answers ---- */

static void write_player_session(
        glift__json_writer *writer, glift__json_place sessions, const glift_player_session *session)
{
    glift__json_place object = glift__write_object(writer, sessions, NULL);
    glift__write_text(writer, object, "PlayerId", session->player_id);
    glift__write_text(writer, object, "PlayerSessionId", session->player_session_id);
    glift__write_text(writer, object, "GameSessionId", session->game_session_id);
    glift__write_text(writer, object, "FleetId", session->fleet_id);
    glift__write_text(writer, object, "PlayerData", session->player_data);
    glift__write_text(writer, object, "IpAddress", session->ip_address);
    glift__write_int64(writer, object, "Port", session->port);
    glift__write_int64(writer, object, "CreationTime", session->creation_time_unix_ms);
    glift__write_int64(writer, object, "TerminationTime", session->termination_time_unix_ms);
    glift__write_text(writer, object, "DnsName", session->dns_name);
    glift__write_text(writer, object, "Status", glift_player_session_status_name(session->status));
}

static void write_role_credentials(
        glift__json_writer *writer, const glift_fleet_role_credentials *credentials)
{
    glift__json_place root = writer->root;
    glift__write_text(writer, root, "AssumedRoleUserArn", credentials->assumed_role_user_arn);
    glift__write_text(writer, root, "AssumedRoleId", credentials->assumed_role_id);
    glift__write_text(writer, root, "AccessKeyId", credentials->access_key_id);
    glift__write_text(writer, root, "SecretAccessKey", credentials->secret_access_key);
    glift__write_text(writer, root, "SessionToken", credentials->session_token);
    glift__write_int64(writer, root, "Expiration", credentials->expiration_unix_ms);
}

static void write_page(glift__json_writer *writer, const glift_player_session_page *page)
{
    glift__write_text_or_null(writer, writer->root, "NextToken", page->next_token);
    glift__json_place sessions = glift__write_array(writer, writer->root, "PlayerSessions");
    for (size_t i = 0; i < page->player_session_count; i++)
        write_player_session(writer, sessions, &page->player_sessions[i]);
}

static void write_payload(glift__json_writer *writer, glift__action action, const glift__answer_body *body)
{
    const glift__request_kind *kind = glift__request_kind_of(action);
    switch (kind != NULL ? kind->payload : GLIFT__PAYLOAD_NONE) {
    case GLIFT__PAYLOAD_PLAYER_SESSIONS:
        write_page(writer, &body->player_session_page);
        break;
    case GLIFT__PAYLOAD_BACKFILL_TICKET:
        glift__write_text(writer, writer->root, "TicketId", body->backfill_ticket_id);
        break;
    case GLIFT__PAYLOAD_COMPUTE_CERTIFICATE:
        glift__write_text(
                writer, writer->root, "CertificatePath", body->compute_certificate.certificate_path);
        glift__write_text(writer, writer->root, "ComputeName", body->compute_certificate.compute_name);
        break;
    case GLIFT__PAYLOAD_ROLE_CREDENTIALS:
        write_role_credentials(writer, &body->fleet_role_credentials);
        break;
    case GLIFT__PAYLOAD_NONE:
        break; /* the envelope says it all */
    }
}

glift_status glift__encode_answer(glift__action action, const char *action_name, const char *request_id,
        int status_code, const char *message, const glift__answer_body *body, glift__text *out)
{
    glift__json_writer writer = glift__write_begin();
    glift__write_text_or_null(&writer, writer.root, "Action", action_name);
    glift__write_text(&writer, writer.root, "RequestId", request_id);
    glift__write_int64(&writer, writer.root, "StatusCode", status_code);
    glift__write_text_if_any(&writer, writer.root, "ErrorMessage", message);
    if (status_code == 200 && body != NULL)
        write_payload(&writer, action, body);
    return glift__write_end(&writer, SIZE_MAX, out);
}

/* ---- pushes: no RequestId, or the SDKs take them for answers (3.2) ---- */

static void write_game_properties(
        glift__json_writer *writer, glift__json_place parent, const glift_game_session *session)
{
    glift__json_place object = glift__write_object(writer, parent, "GameProperties");
    for (size_t i = 0; i < session->game_property_count; i++) {
        const glift_game_property *property = &session->game_properties[i];
        glift__write_text(writer, object, property->key != NULL ? property->key : "", property->value);
    }
}

static void write_game_session(glift__json_writer *writer, glift__json_place into, const char *name_key,
        const glift_game_session *session)
{
    glift__write_text(writer, into, "GameSessionId", session->game_session_id);
    glift__write_text(writer, into, name_key, session->name);
    glift__write_text(writer, into, "GameSessionData", session->game_session_data);
    glift__write_text(writer, into, "MatchmakerData", session->matchmaker_data);
    glift__write_int64(writer, into, "MaximumPlayerSessionCount", session->maximum_player_session_count);
    glift__write_text(writer, into, "IpAddress", session->ip_address);
    glift__write_int64(writer, into, "Port", session->port);
    glift__write_text(writer, into, "DnsName", session->dns_name);
    write_game_properties(writer, into, session);
}

static void write_update(glift__json_writer *writer, const glift__push *push)
{
    const glift_game_session *session = &push->game_session;
    glift__json_place object = glift__write_object(writer, writer->root, "GameSession");
    write_game_session(writer, object, "Name", session);
    glift__write_text(writer, object, "FleetId", session->fleet_id);
    glift__write_text_if_any(writer, object, "Location", session->location);
    if (session->status != GLIFT_GAME_SESSION_NOT_SET)
        glift__write_text(writer, object, "Status", glift_game_session_status_name(session->status));
    glift__write_text_if_any(writer, object, "StatusReason", session->status_reason);
    if (push->update_reason != GLIFT_UPDATE_UNKNOWN)
        glift__write_text(
                writer, writer->root, "UpdateReason", glift_update_reason_name(push->update_reason));
    glift__write_text_if_any(writer, writer->root, "BackfillTicketId", push->backfill_ticket_id);
}

glift_status glift__encode_push(const glift__push *push, glift__text *out)
{
    glift__json_writer writer = glift__write_begin();
    glift__json_place root = writer.root;
    glift__write_text(&writer, root, "Action", glift__push_name(push->kind));
    switch (push->kind) {
    case GLIFT__CREATE_GAME_SESSION:
        write_game_session(&writer, root, "GameSessionName", &push->game_session);
        break;
    case GLIFT__UPDATE_GAME_SESSION:
        write_update(&writer, push);
        break;
    case GLIFT__REFRESH_CONNECTION:
        glift__write_text(&writer, root, "RefreshConnectionEndpoint", push->refresh_endpoint);
        glift__write_text(&writer, root, "AuthToken", push->auth_token);
        break;
    case GLIFT__TERMINATE_PROCESS:
        glift__write_int64(&writer, root, "TerminationTime", push->termination_time_unix_ms);
        break;
    case GLIFT__PUSH_UNKNOWN:
        writer.status = GLIFT_ERR_ARGUMENT;
        break;
    }
    return glift__write_end(&writer, SIZE_MAX, out);
}

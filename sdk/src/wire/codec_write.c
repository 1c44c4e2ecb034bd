/* SPDX-License-Identifier: Apache-2.0 */
/* What a game server sends: requests, field by field as their rows say (requests.c).
 *
 * Optional texts that are not set are left out (P51); lists and maps are always there, empty if need be,
 * since null in their place is read differently by different services (P58). */

#include "wire/codec.h"
#include "wire/json_write.h"
#include "wire/requests.h"

/* ---- players ---- */

/* An attribute has one discriminator and one payload, which is written also where it is 0 or empty (P121,
 * P122). */
static void write_attribute(
        glift__json_writer *writer, glift__json_place parent, const glift_player_attribute *attribute)
{
    const char *name = attribute->name != NULL ? attribute->name : "";
    glift__json_place value = glift__write_object(writer, parent, name);
    glift__write_text(writer, value, "AttrType", glift_attribute_type_name(attribute->type));
    switch (attribute->type) {
    case GLIFT_ATTRIBUTE_STRING:
        glift__write_text(writer, value, "S", attribute->string);
        break;
    case GLIFT_ATTRIBUTE_DOUBLE:
        glift__write_double(writer, value, "N", attribute->number);
        break;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        glift__write_strings(writer, value, "SL", attribute->string_list, attribute->string_count);
        break;
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        glift__write_doubles(writer, value, "SDM", attribute->double_map, attribute->double_count);
        break;
    case GLIFT_ATTRIBUTE_NONE:
        break;
    }
}

static void write_player(glift__json_writer *writer, glift__json_place players, const glift_player *player)
{
    glift__json_place object = glift__write_object(writer, players, NULL);
    glift__write_text(writer, object, "PlayerId", player->player_id);
    glift__write_text_if_any(writer, object, "Team", player->team);
    glift__json_place attributes = glift__write_object(writer, object, "PlayerAttributes");
    for (size_t i = 0; i < player->attribute_count; i++)
        write_attribute(writer, attributes, &player->attributes[i]);
    glift__json_place latencies = glift__write_object(writer, object, "LatencyInMs");
    for (size_t i = 0; i < player->latency_count; i++) {
        const char *region = player->latencies[i].region;
        glift__write_int64(writer, latencies, region != NULL ? region : "", player->latencies[i].latency_ms);
    }
}

static void write_players(
        glift__json_writer *writer, const char *key, const glift_player *players, size_t count)
{
    glift__json_place array = glift__write_array(writer, writer->root, key);
    for (size_t i = 0; i < count; i++)
        write_player(writer, array, &players[i]);
}

/* ---- fields ---- */

static void write_text(glift__json_writer *writer, const glift__field *field, const char *text)
{
    if (field->always)
        glift__write_text(writer, writer->root, field->key, text);
    else
        glift__write_text_if_any(writer, writer->root, field->key, text);
}

static void write_int(glift__json_writer *writer, const glift__field *field, int value)
{
    if (field->always || value != 0)
        glift__write_int64(writer, writer->root, field->key, value);
}

static void write_seat_status(
        glift__json_writer *writer, const glift__field *field, glift_player_session_status status)
{
    if (status != GLIFT_PLAYER_SESSION_NOT_SET)
        glift__write_text(writer, writer->root, field->key, glift_player_session_status_name(status));
}

static void write_field(
        glift__json_writer *writer, const glift__request_body *body, const glift__field *field)
{
    const void *at = glift__at(body, field->offset);
    switch (field->kind) {
    case GLIFT__FIELD_TEXT:
        write_text(writer, field, *(const char *const *)at);
        break;
    case GLIFT__FIELD_TEXTS:
        glift__write_strings(writer, writer->root, field->key, *(const char *const *const *)at,
                glift__count_at(body, field));
        break;
    case GLIFT__FIELD_PLAYERS:
        write_players(writer, field->key, *(const glift_player *const *)at, glift__count_at(body, field));
        break;
    case GLIFT__FIELD_INT:
        write_int(writer, field, *(const int *)at);
        break;
    case GLIFT__FIELD_BOOL:
        glift__write_bool(writer, writer->root, field->key, *(const bool *)at);
        break;
    case GLIFT__FIELD_POLICY:
        glift__write_text(writer, writer->root, field->key,
                glift_player_session_creation_policy_name(*(const glift_player_session_creation_policy *)at));
        break;
    case GLIFT__FIELD_SEAT_STATUS:
        write_seat_status(writer, field, *(const glift_player_session_status *)at);
        break;
    }
}

glift_status glift__encode_request(const glift__request_body *body, const char *request_id, glift__text *out)
{
    const glift__request_kind *kind = glift__request_kind_of(body->action);
    *out = (glift__text){0};
    if (kind == NULL || *kind->name == '\0' || request_id == NULL || *request_id == '\0')
        return GLIFT_ERR_ARGUMENT;
    glift__json_writer writer = glift__write_begin();
    glift__write_text(&writer, writer.root, "Action", kind->name);
    glift__write_text(&writer, writer.root, "RequestId", request_id);
    for (size_t i = 0; i < kind->field_count; i++)
        write_field(&writer, body, &kind->fields[i]);
    return glift__write_end(&writer, GLIFT_MAX_MESSAGE_LENGTH, out);
}

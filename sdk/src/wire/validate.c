/* SPDX-License-Identifier: Apache-2.0 */
/* Requests are checked field by field as their rows say (requests.c); what is inside of players, and who this
 * process is, stands here. */

#include "wire/validate.h"
#include "wire/connect_url.h"
#include "wire/requests.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 96, LONG_NAME_SIZE = 128 }; /* of an argument, as it is named in a message; of its parts */

static bool is_empty(const char *text)
{
    return text == NULL || *text == '\0';
}

/* ---- lists ---- */

/* A list that is not there has no things in it. */
static glift_status check_list(
        const char *name, const void *list, const char *count_name, size_t count, char *message)
{
    if (list != NULL || count == 0)
        return GLIFT_OK;
    return glift__refuse(message, "%s is NULL, but %s is %zu", name, count_name, count);
}

/* `what` is a list as it is named behind "number 2 of". */
static glift_status check_texts(
        const glift__text_rule *rule, const char *what, const char *const *texts, size_t count, char *message)
{
    char name[LONG_NAME_SIZE];
    for (size_t i = 0; i < count; i++) {
        if (glift__check_argument(rule, what, texts[i], message) == GLIFT_OK)
            continue;
        snprintf(name, sizeof name, "number %zu of %s", i + 1, what);
        return glift__check_argument(rule, name, texts[i], message);
    }
    return GLIFT_OK;
}

/* ---- players ---- */

static const glift__text_rule needed = {1, GLIFT__NO_LIMIT, NULL, false};
static const glift__text_rule optional = {1, GLIFT__NO_LIMIT, NULL, true};

static glift_status check_string_list(
        const glift_player_attribute *attribute, const char *name, char *message)
{
    char list[LONG_NAME_SIZE];
    snprintf(list, sizeof list, "string_list of %s", name);
    glift_status status =
            check_list(list, attribute->string_list, "string_count", attribute->string_count, message);
    return status == GLIFT_OK
                   ? check_texts(&optional, name, attribute->string_list, attribute->string_count, message)
                   : status;
}

static glift_status check_double_map(const glift_player_attribute *attribute, const char *name, char *message)
{
    char map[LONG_NAME_SIZE], key[LONG_NAME_SIZE];
    snprintf(map, sizeof map, "double_map of %s", name);
    snprintf(key, sizeof key, "a key of %s", name);
    glift_status status =
            check_list(map, attribute->double_map, "double_count", attribute->double_count, message);
    for (size_t i = 0; i < attribute->double_count && status == GLIFT_OK; i++) {
        status = glift__check_argument(&needed, key, attribute->double_map[i].key, message);
        if (status == GLIFT_OK && !isfinite(attribute->double_map[i].value))
            status = glift__refuse(message, "%s has a value that is no finite number", name);
    }
    return status;
}

static glift_status check_attribute_value(
        const glift_player_attribute *attribute, const char *name, char *message)
{
    switch (attribute->type) {
    case GLIFT_ATTRIBUTE_STRING:
        return glift__check_argument(&optional, name, attribute->string, message);
    case GLIFT_ATTRIBUTE_STRING_LIST:
        return check_string_list(attribute, name, message);
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        return check_double_map(attribute, name, message);
    case GLIFT_ATTRIBUTE_NONE:
        return GLIFT_OK;
    case GLIFT_ATTRIBUTE_DOUBLE:
        return isfinite(attribute->number) ? GLIFT_OK
                                           : glift__refuse(message, "%s is no finite number", name);
    }
    return glift__refuse(message, "%s has type %d: GLIFT_ATTRIBUTE_NONE (0) to _STRING_DOUBLE_MAP (%d)", name,
            (int)attribute->type, (int)GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP);
}

/* The official SDKs do not look into attributes; what JSON cannot hold has to be found here (P53). */
static glift_status check_attribute(const glift_player_attribute *attribute, size_t number, char *message)
{
    char name[NAME_SIZE];
    glift_status status =
            glift__check_argument(&needed, "the name of an attribute", attribute->name, message);
    if (status != GLIFT_OK)
        return status;
    if (glift__can_be_shown(attribute->name))
        snprintf(name, sizeof name, "attribute '%s'", attribute->name);
    else
        snprintf(name, sizeof name, "number %zu of its attributes", number);
    return check_attribute_value(attribute, name, message);
}

static glift_status check_attributes(const glift_player *player, char *message)
{
    glift_status status =
            check_list("attributes", player->attributes, "attribute_count", player->attribute_count, message);
    for (size_t i = 0; i < player->attribute_count && status == GLIFT_OK; i++)
        status = check_attribute(&player->attributes[i], i + 1, message);
    return status;
}

static glift_status check_latencies(const glift_player *player, char *message)
{
    glift_status status =
            check_list("latencies", player->latencies, "latency_count", player->latency_count, message);
    for (size_t i = 0; i < player->latency_count && status == GLIFT_OK; i++)
        status = glift__check_argument(
                &needed, "a region of its latencies", player->latencies[i].region, message);
    return status;
}

static glift_status check_player(const glift_player *player, char *message)
{
    glift_status status = glift__check_argument(&needed, "player_id", player->player_id, message);
    if (status == GLIFT_OK)
        status = glift__check_argument(&optional, "team", player->team, message);
    if (status == GLIFT_OK)
        status = check_attributes(player, message);
    return status == GLIFT_OK ? check_latencies(player, message) : status;
}

static glift_status check_players(const glift_player *players, size_t count, char *message)
{
    char of_player[GLIFT__MESSAGE_SIZE];
    if (count == 0)
        return glift__refuse(message, "players is empty: 1 or more players");
    for (size_t i = 0; i < count; i++)
        if (check_player(&players[i], of_player) != GLIFT_OK)
            return glift__refuse(message, "player %zu: %s", i + 1, of_player);
    return GLIFT_OK;
}

/* ---- requests ---- */

static glift_status check_listed(const glift__request_body *body, const glift__field *field, char *message)
{
    const void *list = *(const void *const *)glift__at(body, field->offset);
    size_t count = glift__count_at(body, field);
    glift_status status = check_list(field->member, list, field->count_member, count, message);
    if (status != GLIFT_OK)
        return status;
    return field->kind == GLIFT__FIELD_PLAYERS
                   ? check_players(list, count, message)
                   : check_texts(field->rule, field->member, list, count, message);
}

static glift_status check_seat_status(glift_player_session_status status, const char *name, char *message)
{
    if ((unsigned)status <= GLIFT_PLAYER_SESSION_TIMEDOUT)
        return GLIFT_OK;
    return glift__refuse(message,
            "%s is %d: NOT_SET (0), RESERVED (1), ACTIVE (2), COMPLETED (3) or TIMEDOUT (4)", name,
            (int)status);
}

static glift_status check_field(const glift__request_body *body, const glift__field *field, char *message)
{
    switch (field->kind) {
    case GLIFT__FIELD_TEXT:
        return field->rule == NULL ? GLIFT_OK
                                   : glift__check_argument(field->rule, field->member,
                                             glift__text_at(body, field), message);
    case GLIFT__FIELD_TEXTS:
    case GLIFT__FIELD_PLAYERS:
        return check_listed(body, field, message);
    case GLIFT__FIELD_SEAT_STATUS:
        return check_seat_status(
                *(const glift_player_session_status *)glift__at(body, field->offset), field->member, message);
    case GLIFT__FIELD_INT:
    case GLIFT__FIELD_BOOL:
    case GLIFT__FIELD_POLICY:
        return GLIFT_OK; /* any value, or the request's own check */
    }
    return GLIFT_OK;
}

glift_status glift__validate_request(const glift__request_body *body, char message[GLIFT__MESSAGE_SIZE])
{
    const glift__request_kind *kind = glift__request_kind_of(body->action);
    message[0] = '\0';
    glift_status status = kind->check != NULL ? kind->check(body, message) : GLIFT_OK;
    for (size_t i = 0; i < kind->field_count && status == GLIFT_OK; i++)
        status = check_field(body, &kind->fields[i], message);
    return status;
}

/* ---- identity ---- */

static glift_status check_url(const char *url, char *message)
{
    glift__text base = {0};
    const char *url_message = "";
    glift_status status = glift__check_setting(&needed, "WebSocketURL", url, message);
    if (status == GLIFT_OK)
        status = glift__connect_base(url, &base, &url_message);
    if (status == GLIFT_ERR_MEMORY)
        glift__refuse(message, "%s", url_message);
    else if (status != GLIFT_OK && message[0] == '\0')
        glift__refuse(message, "WebSocketURL is invalid: %s.", url_message);
    glift__text_free(&base);
    return status;
}

glift_status glift__validate_identity(const glift__identity *identity, char message[GLIFT__MESSAGE_SIZE])
{
    static const glift__text_rule fleet = {1, GLIFT_MAX_ID_LENGTH, &glift__pattern_guid, false};
    static const glift__text_rule host = {1, GLIFT_MAX_ID_LENGTH, &glift__pattern_compute, false};
    bool by_token = !is_empty(identity->auth_token);
    message[0] = '\0';
    if (!by_token && is_empty(identity->aws_region))
        return glift__refuse(message,
                "Failed to provide a valid authorization strategy: Either AuthToken or AwsRegion%s are "
                "required",
                identity->container ? "" : " and AwsCredentials");
    glift_status status = check_url(identity->websocket_url, message);
    if (status == GLIFT_OK)
        status = glift__check_setting(&needed, "ProcessID", identity->process_id, message);
    if (status == GLIFT_OK)
        status = glift__check_setting(&fleet, "FleetID", identity->fleet_id, message);
    if (identity->container)
        return status; /* host id and keys come from the container agent */
    if (status == GLIFT_OK)
        status = glift__check_setting(&host, "HostID", identity->host_id, message);
    if (status == GLIFT_OK && !by_token && (is_empty(identity->access_key) || is_empty(identity->secret_key)))
        status = glift__refuse(message,
                "Failed to provide a valid authorization strategy: AccessKey and SecretKey are required");
    return status;
}

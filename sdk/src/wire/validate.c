/* SPDX-License-Identifier: Apache-2.0 */
/* Requests are checked field by field as their rows say (requests.c); what is inside of players, and who this
 * process is, stands here. */

#include "wire/validate.h"
#include "wire/connect_url.h"
#include "wire/requests.h"

#include <math.h>
#include <string.h>

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
    return glift__refuse(message, "%s is NULL, but %s is %zu.", name, count_name, count);
}

static glift_status check_texts(
        const glift__text_rule *rule, const char *const *texts, size_t count, char *message)
{
    glift_status status = GLIFT_OK;
    for (size_t i = 0; i < count && status == GLIFT_OK; i++)
        status = glift__check_text(rule, texts[i], message);
    return status;
}

/* ---- players ---- */

static glift_status check_string_list(const glift_player_attribute *attribute, char *message)
{
    static const glift__text_rule string = {"PlayerAttributes string", 1, GLIFT__NO_LIMIT, NULL, true};
    glift_status status = check_list(
            "string_list", attribute->string_list, "string_count", attribute->string_count, message);
    return status == GLIFT_OK ? check_texts(&string, attribute->string_list, attribute->string_count, message)
                              : status;
}

static glift_status check_double_map(const glift_player_attribute *attribute, char *message)
{
    static const glift__text_rule key = {"PlayerAttributes map key", 1, GLIFT__NO_LIMIT, NULL, false};
    glift_status status =
            check_list("double_map", attribute->double_map, "double_count", attribute->double_count, message);
    for (size_t i = 0; i < attribute->double_count && status == GLIFT_OK; i++)
        status = glift__check_text(&key, attribute->double_map[i].key, message);
    return status;
}

static bool is_finite(const glift_player_attribute *attribute)
{
    if (attribute->type == GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP)
        for (size_t i = 0; i < attribute->double_count; i++)
            if (!isfinite(attribute->double_map[i].value))
                return false;
    return attribute->type != GLIFT_ATTRIBUTE_DOUBLE || isfinite(attribute->number);
}

static glift_status check_attribute_value(
        const glift_player_attribute *attribute, const char *player_id, char *message)
{
    static const glift__text_rule string = {"PlayerAttributes string", 1, GLIFT__NO_LIMIT, NULL, true};
    switch (attribute->type) {
    case GLIFT_ATTRIBUTE_STRING:
        return glift__check_text(&string, attribute->string, message);
    case GLIFT_ATTRIBUTE_STRING_LIST:
        return check_string_list(attribute, message);
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        return check_double_map(attribute, message);
    case GLIFT_ATTRIBUTE_NONE:
    case GLIFT_ATTRIBUTE_DOUBLE:
        return GLIFT_OK;
    }
    return glift__refuse(message, "A PlayerAttributes value has no known type: %s of player %s",
            attribute->name, player_id);
}

/* The official SDKs do not look into attributes; what JSON cannot hold has to be found here (P53). */
static glift_status check_attribute(
        const glift_player_attribute *attribute, const char *player_id, char *message)
{
    static const glift__text_rule name = {"PlayerAttributes name", 1, GLIFT__NO_LIMIT, NULL, false};
    glift_status status = glift__check_text(&name, attribute->name, message);
    if (status == GLIFT_OK)
        status = check_attribute_value(attribute, player_id, message);
    if (status == GLIFT_OK && !is_finite(attribute))
        return glift__refuse(message, "A PlayerAttributes number is not finite: %s of player %s",
                attribute->name, player_id);
    return status;
}

static glift_status check_player(const glift_player *player, char *message)
{
    static const glift__text_rule id = {"PlayerId", 1, GLIFT__NO_LIMIT, NULL, false};
    static const glift__text_rule team = {"Team", 1, GLIFT__NO_LIMIT, NULL, true};
    static const glift__text_rule region = {"LatencyInMs region", 1, GLIFT__NO_LIMIT, NULL, false};
    glift_status status = glift__check_text(&id, player->player_id, message);
    if (status == GLIFT_OK)
        status = glift__check_text(&team, player->team, message);
    if (status == GLIFT_OK)
        status = check_list(
                "attributes", player->attributes, "attribute_count", player->attribute_count, message);
    for (size_t i = 0; i < player->attribute_count && status == GLIFT_OK; i++)
        status = check_attribute(&player->attributes[i], player->player_id, message);
    if (status == GLIFT_OK)
        status = check_list("latencies", player->latencies, "latency_count", player->latency_count, message);
    for (size_t i = 0; i < player->latency_count && status == GLIFT_OK; i++)
        status = glift__check_text(&region, player->latencies[i].region, message);
    return status;
}

static glift_status check_players(const glift_player *players, size_t count, char *message)
{
    glift_status status = count > 0 ? GLIFT_OK : glift__refuse(message, "Players cannot be empty.");
    for (size_t i = 0; i < count && status == GLIFT_OK; i++)
        status = check_player(&players[i], message);
    return status;
}

/* ---- requests ---- */

static glift_status check_listed(const glift__request_body *body, const glift__field *field, char *message)
{
    const void *list = *(const void *const *)glift__at(body, field->offset);
    size_t count = glift__count_at(body, field);
    glift_status status = check_list(field->member, list, field->count_member, count, message);
    if (status != GLIFT_OK)
        return status;
    return field->kind == GLIFT__FIELD_PLAYERS ? check_players(list, count, message)
                                               : check_texts(field->rule, list, count, message);
}

static glift_status check_field(const glift__request_body *body, const glift__field *field, char *message)
{
    switch (field->kind) {
    case GLIFT__FIELD_TEXT:
        return field->rule == NULL ? GLIFT_OK
                                   : glift__check_text(field->rule, glift__text_at(body, field), message);
    case GLIFT__FIELD_TEXTS:
    case GLIFT__FIELD_PLAYERS:
        return check_listed(body, field, message);
    case GLIFT__FIELD_SEAT_STATUS:
        return (unsigned)*(const glift_player_session_status *)glift__at(body, field->offset) <=
                               GLIFT_PLAYER_SESSION_TIMEDOUT
                       ? GLIFT_OK
                       : glift__refuse(message, "%s", field->refusal);
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
    static const glift__text_rule required = {"WebSocketURL", 1, GLIFT__NO_LIMIT, NULL, false};
    glift__text base = {0};
    const char *url_message = "";
    glift_status status = glift__check_text(&required, url, message);
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
    static const glift__text_rule process = {"ProcessID", 1, GLIFT__NO_LIMIT, NULL, false};
    static const glift__text_rule fleet = {"FleetID", 1, GLIFT_MAX_ID_LENGTH, &glift__pattern_guid, false};
    static const glift__text_rule host = {"HostID", 1, GLIFT_MAX_ID_LENGTH, &glift__pattern_compute, false};
    bool by_token = !is_empty(identity->auth_token);
    message[0] = '\0';
    if (!by_token && is_empty(identity->aws_region))
        return glift__refuse(message,
                "Failed to provide a valid authorization strategy: Either AuthToken or AwsRegion%s are "
                "required",
                identity->container ? "" : " and AwsCredentials");
    glift_status status = check_url(identity->websocket_url, message);
    if (status == GLIFT_OK)
        status = glift__check_text(&process, identity->process_id, message);
    if (status == GLIFT_OK)
        status = glift__check_text(&fleet, identity->fleet_id, message);
    if (identity->container)
        return status; /* host id and keys come from the container agent */
    if (status == GLIFT_OK)
        status = glift__check_text(&host, identity->host_id, message);
    if (status == GLIFT_OK && !by_token && (is_empty(identity->access_key) || is_empty(identity->secret_key)))
        status = glift__refuse(message,
                "Failed to provide a valid authorization strategy: AccessKey and SecretKey are required");
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that is not a message: MatchmakerData, which travels as text inside a message, and what the container
 * agents answer by HTTP. */

#include "wire/codec.h"
#include "platform/platform.h"
#include "wire/json.h"
#include "wire/json_write.h"

#include <stdlib.h>
#include <string.h>

/* ---- matchmaker data: reading ---- */

/* Reads an attribute by the JSON type of its value; "attributeType" is a hint that nobody needs (P124, P125).
 */
static glift_player_attribute read_attribute(glift__json_reader *reader, const glift__json *from)
{
    const glift__json *value = glift__json_get(from, "valueAttribute");
    glift_player_attribute attribute = {
            .name = glift__read_copy(reader, glift__json_key(from)), .string = ""};
    if (glift__json_text(value) != NULL) {
        attribute.type = GLIFT_ATTRIBUTE_STRING;
        attribute.string = glift__read_copy(reader, glift__json_text(value));
    } else if (glift__json_double(value, &attribute.number)) {
        attribute.type = GLIFT_ATTRIBUTE_DOUBLE;
    } else if (glift__json_is_array(value)) {
        attribute.type = GLIFT_ATTRIBUTE_STRING_LIST;
        attribute.string_list = glift__read_strings(reader, value, &attribute.string_count);
    } else if (glift__json_is_object(value)) {
        attribute.type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP;
        attribute.double_map = glift__read_doubles(reader, value, &attribute.double_count);
    }
    return attribute;
}

static glift_player read_player(glift__json_reader *reader, const glift__json *from, const char *team)
{
    glift_player player = {.player_id = glift__read_text(reader, from, "playerId"), .team = team};
    const glift__json *object = glift__json_get(from, "attributes");
    glift_player_attribute *attributes =
            glift__json_is_object(object) ? glift__read_room(reader, object, sizeof *attributes) : NULL;
    player.attributes = attributes;
    for (const glift__json *item = attributes != NULL ? glift__json_first(object) : NULL; item != NULL;
            item = glift__json_next(item))
        attributes[player.attribute_count++] = read_attribute(reader, item);
    return player;
}

static size_t count_players(const glift__json *teams)
{
    size_t count = 0;
    for (const glift__json *team = glift__json_first(teams); team != NULL; team = glift__json_next(team)) {
        const glift__json *players = glift__json_get(team, "players");
        for (const glift__json *item = glift__json_first(players); item != NULL;
                item = glift__json_next(item))
            count++;
    }
    return count;
}

static void read_teams(glift__json_reader *reader, const glift__json *teams, glift_matchmaker_data *out)
{
    size_t count = glift__json_is_array(teams) ? count_players(teams) : 0;
    glift_player *players = count > 0 ? glift__memory_take(reader->memory, count, sizeof *players) : NULL;
    if (players == NULL) {
        if (count > 0)
            reader->status = GLIFT_ERR_MEMORY;
        return;
    }
    for (const glift__json *team = glift__json_first(teams); team != NULL; team = glift__json_next(team)) {
        const char *name = glift__read_text(reader, team, "name");
        const glift__json *array = glift__json_get(team, "players");
        for (const glift__json *item = glift__json_first(array); item != NULL; item = glift__json_next(item))
            if (glift__json_is_object(item))
                players[out->player_count++] = read_player(reader, item, name);
    }
    out->players = players;
}

glift_status glift__read_matchmaker_data(const char *json, glift__memory *memory, glift_matchmaker_data *out)
{
    *out = (glift_matchmaker_data){
            .match_id = "", .matchmaking_configuration_arn = "", .auto_backfill_ticket_id = ""};
    if (json == NULL || *json == '\0')
        return GLIFT_OK;
    glift__json *root;
    glift_status status = glift__json_parse(json, strlen(json), &root);
    if (status == GLIFT_OK && !glift__json_is_object(root))
        status = GLIFT_ERR_ARGUMENT;
    if (status == GLIFT_OK) {
        glift__json_reader reader = {.memory = memory};
        out->match_id = glift__read_text(&reader, root, "matchId");
        out->matchmaking_configuration_arn = glift__read_text(&reader, root, "matchmakingConfigurationArn");
        out->auto_backfill_ticket_id = glift__read_text(&reader, root, "autoBackfillTicketId");
        out->auto_backfill_mode = glift__auto_backfill_mode_from_name(
                glift__json_text(glift__json_get(root, "autoBackfillMode")));
        read_teams(&reader, glift__json_get(root, "teams"), out);
        status = reader.status;
    }
    glift__json_free(root);
    return status;
}

typedef struct owned_matchmaker_data {
    glift_matchmaker_data data; /* the first member: the caller holds a pointer to it */
    glift__memory memory;
} owned_matchmaker_data;

glift_status glift_matchmaker_data_parse(const char *json, glift_matchmaker_data **out)
{
    if (out == NULL)
        return GLIFT_ERR_ARGUMENT;
    *out = NULL;
    owned_matchmaker_data *owned = malloc(sizeof *owned);
    if (owned == NULL)
        return GLIFT_ERR_MEMORY;
    glift__memory_init(&owned->memory);
    glift_status status = glift__read_matchmaker_data(json, &owned->memory, &owned->data);
    if (status == GLIFT_OK)
        *out = &owned->data;
    else
        glift_matchmaker_data_free(&owned->data);
    return status;
}

void glift_matchmaker_data_free(glift_matchmaker_data *data)
{
    owned_matchmaker_data *owned = (owned_matchmaker_data *)data;
    if (owned != NULL)
        glift__memory_fini(&owned->memory);
    free(owned);
}

/* ---- matchmaker data: writing ---- */

static void write_attribute(
        glift__json_writer *writer, glift__json_place parent, const glift_player_attribute *attribute)
{
    const char *key = "valueAttribute";
    glift__json_place object =
            glift__write_object(writer, parent, attribute->name != NULL ? attribute->name : "");
    glift__write_text(writer, object, "attributeType", glift_attribute_type_name(attribute->type));
    switch (attribute->type) {
    case GLIFT_ATTRIBUTE_STRING:
        glift__write_text(writer, object, key, attribute->string);
        break;
    case GLIFT_ATTRIBUTE_DOUBLE:
        glift__write_double(writer, object, key, attribute->number);
        break;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        glift__write_strings(writer, object, key, attribute->string_list, attribute->string_count);
        break;
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        glift__write_doubles(writer, object, key, attribute->double_map, attribute->double_count);
        break;
    case GLIFT_ATTRIBUTE_NONE:
        glift__write_null(writer, object, key);
        break;
    }
}

static bool same_team(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static void write_team(glift__json_writer *writer, glift__json_place teams, const char *name,
        const glift_matchmaker_data *data)
{
    glift__json_place team = glift__write_object(writer, teams, NULL);
    glift__write_text(writer, team, "name", name);
    glift__json_place players = glift__write_array(writer, team, "players");
    for (size_t i = 0; i < data->player_count; i++) {
        const glift_player *player = &data->players[i];
        if (!same_team(player->team, name))
            continue;
        glift__json_place object = glift__write_object(writer, players, NULL);
        glift__write_text(writer, object, "playerId", player->player_id);
        glift__json_place attributes = glift__write_object(writer, object, "attributes");
        for (size_t a = 0; a < player->attribute_count; a++)
            write_attribute(writer, attributes, &player->attributes[a]);
    }
}

/* Whether the team of this player is neither in the list nor that of a player before. */
static bool names_new_team(
        const glift_matchmaker_data *data, size_t player, const char *const *teams, size_t team_count)
{
    const char *name = data->players[player].team;
    for (size_t i = 0; i < team_count; i++)
        if (same_team(teams[i], name))
            return false;
    for (size_t i = 0; i < player; i++)
        if (same_team(data->players[i].team, name))
            return false;
    return true;
}

glift_status glift__encode_matchmaker_data(
        const glift_matchmaker_data *data, const char *const *teams, size_t team_count, glift__text *out)
{
    glift__json_writer writer = glift__write_begin();
    writer.with_fraction = true; /* as the service prints doubles; some games parse by pattern */
    glift__json_place root = writer.root;
    glift__write_text(&writer, root, "matchId", data->match_id);
    glift__write_text(&writer, root, "matchmakingConfigurationArn", data->matchmaking_configuration_arn);
    glift__json_place array = glift__write_array(&writer, root, "teams");
    for (size_t i = 0; i < team_count; i++)
        write_team(&writer, array, teams[i], data);
    for (size_t i = 0; i < data->player_count; i++)
        if (names_new_team(data, i, teams, team_count))
            write_team(&writer, array, data->players[i].team, data);
    glift__write_text_or_null(&writer, root, "autoBackfillMode",
            data->auto_backfill_mode == GLIFT_AUTO_BACKFILL_NOT_SET
                    ? NULL
                    : glift_auto_backfill_mode_name(data->auto_backfill_mode));
    glift__write_text_or_null(&writer, root, "autoBackfillTicketId", data->auto_backfill_ticket_id);
    return glift__write_end(&writer, SIZE_MAX, out);
}

/* ---- container agents ---- */

/* Parses an answer. Bytes that are not JSON are as wrong as JSON of another shape. */
static glift_status parse_answer(const char *json, size_t length, glift__json **out)
{
    glift_status status = glift__json_parse(json, length, out);
    return status == GLIFT_ERR_ARGUMENT ? GLIFT_ERR_SERVICE : status;
}

static glift_status end_answer(glift__json *root, const glift__json_reader *reader, bool complete)
{
    glift__json_free(root);
    return reader->status != GLIFT_OK ? reader->status : complete ? GLIFT_OK : GLIFT_ERR_SERVICE;
}

glift_status glift__read_container_credentials(
        const char *json, size_t length, glift__memory *memory, glift__container_credentials *out)
{
    glift__json *root;
    glift_status status = parse_answer(json, length, &root);
    if (status != GLIFT_OK)
        return status;
    glift__json_reader reader = {.memory = memory};
    *out = (glift__container_credentials){
            .access_key = glift__read_text(&reader, root, "AccessKeyId"),
            .secret_key = glift__read_text(&reader, root, "SecretAccessKey"),
            .session_token = glift__read_text(&reader, root, "Token"),
    };
    return end_answer(root, &reader,
            out->access_key[0] != '\0' && out->secret_key[0] != '\0' && out->session_token[0] != '\0');
}

/* The task id of an ARN: "0123abcd" of "arn:aws:ecs:us-west-2:123456789012:task/cluster/0123abcd"; "" if the
 * text is no such ARN. */
static const char *task_id_of(const char *arn)
{
    int colons = 0;
    const char *part = arn;
    for (const char *colon = arn; (colon = strchr(colon, ':')) != NULL; part = ++colon)
        colons++;
    const char *slash = strrchr(part, '/');
    return colons < 3 ? "" : slash != NULL ? slash + 1 : part;
}

glift_status glift__read_task_id(const char *json, size_t length, glift__memory *memory, const char **task_id)
{
    glift__json *root;
    glift_status status = parse_answer(json, length, &root);
    if (status != GLIFT_OK)
        return status;
    glift__json_reader reader = {.memory = memory};
    *task_id = task_id_of(glift__read_text(&reader, root, "TaskARN"));
    return end_answer(root, &reader, **task_id != '\0');
}

glift_status glift__read_container_address(
        const char *json, size_t length, glift__memory *memory, const char **ipv4)
{
    glift__json *root;
    glift_status status = parse_answer(json, length, &root);
    if (status != GLIFT_OK)
        return status;
    glift__json_reader reader = {.memory = memory};
    const glift__json *networks = glift__json_get(root, "Networks");
    const glift__json *network = glift__json_is_array(networks) ? glift__json_first(networks) : NULL;
    const glift__json *addresses = glift__json_get(network, "IPv4Addresses");
    const glift__json *address = glift__json_is_array(addresses) ? glift__json_first(addresses) : NULL;
    *ipv4 = glift__read_copy(&reader, glift__json_text(address));
    glift__address parsed; /* the address becomes part of a URL, so it must be one */
    return end_answer(root, &reader, glift__address_parse(*ipv4, &parsed) && !parsed.is_ipv6);
}

glift_status glift__read_container_network_info(const char *json, size_t length, glift__memory *memory,
        const glift_container_network_info **containers, size_t *count)
{
    *containers = NULL;
    *count = 0;
    glift__json *root;
    glift_status status = parse_answer(json, length, &root);
    if (status != GLIFT_OK)
        return status;
    glift__json_reader reader = {.memory = memory};
    bool complete = glift__json_is_array(root);
    glift_container_network_info *found = complete ? glift__read_room(&reader, root, sizeof *found) : NULL;
    for (const glift__json *item = found != NULL ? glift__json_first(root) : NULL; item != NULL;
            item = glift__json_next(item)) {
        complete = complete && glift__json_is_object(item);
        found[(*count)++] = (glift_container_network_info){
                .container_name = glift__read_text(&reader, item, "containerName"),
                .container_id = glift__read_text(&reader, item, "containerId"),
                .ip_address = glift__read_text(&reader, item, "ipAddress"),
                .container_group_type = glift__read_text(&reader, item, "containerGroupType"),
        };
    }
    *containers = found;
    return end_answer(root, &reader, complete);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Players as StartMatchmaking takes them: their shapes, and from JSON to structs. */
#include "api/api_players.h"

const api_shape api_ticket_id = {.kind = API_TEXT, .most = 128, .pattern = "[a-zA-Z0-9.-]*"};
static const api_shape attribute_text = {.kind = API_TEXT, .least = 1, .most = 100};
static const api_shape attribute_key = {.kind = API_TEXT, .least = 1, .most = 1024};
static const api_shape number = {.kind = API_NUMBER};
static const api_shape text_list = {.kind = API_LIST, .most = 100, .item = &attribute_text};
static const api_shape number_map = {.kind = API_MAP, .most = 10, .key = &attribute_text, .item = &number};
static const api_member attribute_members[] = {{"S", &attribute_text, false}, {"N", &number, false},
        {"SL", &text_list, false}, {"SDM", &number_map, false}, {0}};
static const api_shape attribute_value = {.kind = API_STRUCT, .members = attribute_members};
static const api_shape attributes = {
        .kind = API_MAP, .most = 10, .key = &attribute_key, .item = &attribute_value};
static const api_shape latency_ms = {.kind = API_INTEGER, .least = 1};
static const api_shape latencies = {.kind = API_MAP, .key = &api_location, .item = &latency_ms};
static const api_shape team_name = {.kind = API_TEXT, .most = 1024};
static const api_member player_members[] = {{"PlayerId", &api_player_id, true},
        {"PlayerAttributes", &attributes, false}, {"Team", &team_name, false},
        {"LatencyInMs", &latencies, false}, {0}};
const api_shape api_player = {.kind = API_STRUCT, .members = player_members};

static void *take(api_player_reader *reader, const cJSON *list, size_t size)
{
    void *bytes = glift__memory_take(&reader->memory, (size_t)cJSON_GetArraySize(list) + 1, size);
    if (bytes == NULL && !reader->call->refused) {
        local_refuse_memory(&reader->call->refusal);
        api_refuse_with(reader->call);
    }
    return bytes;
}

static void read_list(api_player_reader *reader, const cJSON *list, glift_player_attribute *out)
{
    const char **texts = take(reader, list, sizeof *texts);
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (texts != NULL)
            texts[out->string_count++] = item->valuestring;
    }
    out->type = GLIFT_ATTRIBUTE_STRING_LIST;
    out->string_list = texts;
}

static void read_map(api_player_reader *reader, const cJSON *map, glift_player_attribute *out)
{
    glift_double_entry *entries = take(reader, map, sizeof *entries);
    const cJSON *item;
    cJSON_ArrayForEach(item, map)
    {
        if (entries != NULL)
            entries[out->double_count++] = (glift_double_entry){item->string, item->valuedouble};
    }
    out->type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP;
    out->double_map = entries;
}

/* Exactly one of S, N, SL, SDM. */
static void read_attribute(api_player_reader *reader, const cJSON *value, glift_player_attribute *out)
{
    const char *text = api_text(value, "S");
    const cJSON *number_value = api_member_of(value, "N"), *list = api_member_of(value, "SL"),
                *map = api_member_of(value, "SDM");
    *out = (glift_player_attribute){.name = value->string, .string = text};
    if ((text != NULL) + (number_value != NULL) + (list != NULL) + (map != NULL) != 1)
        api_refuse(reader->call, LOCAL_INVALID_REQUEST,
                "PlayerAttributes.%.200s must have one of S, N, SL and SDM.", value->string);
    else if (text != NULL)
        out->type = GLIFT_ATTRIBUTE_STRING;
    else if (list != NULL)
        read_list(reader, list, out);
    else if (map != NULL)
        read_map(reader, map, out);
    else {
        out->type = GLIFT_ATTRIBUTE_DOUBLE;
        out->number = number_value->valuedouble;
    }
}

static glift_player read_player(api_player_reader *reader, const cJSON *from)
{
    const cJSON *item, *values = api_member_of(from, "PlayerAttributes"),
                       *map = api_member_of(from, "LatencyInMs");
    glift_player_attribute *read = take(reader, values, sizeof *read);
    glift_player_latency *measured = take(reader, map, sizeof *measured);
    glift_player to = {.player_id = api_text(from, "PlayerId"), .team = api_text(from, "Team")};
    cJSON_ArrayForEach(item, values)
    {
        if (read != NULL)
            read_attribute(reader, item, &read[to.attribute_count++]);
    }
    cJSON_ArrayForEach(item, map)
    {
        if (measured != NULL)
            measured[to.latency_count++] = (glift_player_latency){item->string, item->valueint};
    }
    to.attributes = read;
    to.latencies = measured;
    return to;
}

const glift_player *api_read_players(api_player_reader *reader, const cJSON *list, size_t *count)
{
    const cJSON *item;
    glift_player *read = take(reader, list, sizeof *read);
    *count = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (read != NULL)
            read[(*count)++] = read_player(reader, item);
    }
    return reader->call->refused ? NULL : read;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs of the AWS API, drawn beside the tables of its operations: they fit most of the time, and name what
 * earlier answers told of. Who includes this defines draw() first. */
#ifndef LOCAL_INPUTS_H
#define LOCAL_INPUTS_H

#include "api/api.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What members held in earlier answers: most texts are the name of something. */
#define KNOWN_MAX 600
static struct known {
    char *name, *text;
} known[KNOWN_MAX];
static size_t known_count;

static void learn_text(const char *name, const char *text)
{
    if (known_count < KNOWN_MAX)
        known[known_count++] = (struct known){strdup(name), strdup(text)};
}

static void learn(const cJSON *tree, const char *list)
{
    for (; tree != NULL; tree = tree->next) {
        const char *name = tree->string != NULL ? tree->string : list;
        if (cJSON_IsString(tree))
            learn_text(name, tree->valuestring);
        learn(tree->child, name);
    }
}

/* "FleetIds" asks for what a "FleetId" was. NULL: nothing is known, or not asked for this time. */
static const char *known_text(const char *name)
{
    size_t first = known_count > 0 ? draw((unsigned)known_count) : 0;
    for (size_t i = 0; i < known_count; i++) {
        const struct known *one = &known[(first + i) % known_count];
        size_t length = strlen(one->name);
        if (strncmp(name, one->name, length) == 0 &&
                (name[length] == '\0' || strcmp(name + length, "s") == 0))
            return one->text;
    }
    return known_count > 0 && draw(2) > 0 ? known[first].text : NULL;
}

static cJSON *random_value(const api_shape *shape, const char *name);

static cJSON *random_struct(const api_member *members)
{
    cJSON *object = cJSON_CreateObject();
    for (const api_member *member = members; member->name != NULL; member++) {
        bool is_hopeless = member->shape == &api_without_effect && draw(64) > 0;
        if (!is_hopeless && draw(8) < (member->required ? 7u : 3u))
            cJSON_AddItemToObject(object, member->name, random_value(member->shape, member->name));
    }
    return object;
}

static const char rule_set_body[] =
        "{\"name\":\"r\",\"ruleLanguageVersion\":\"1.0\",\"teams\":[{\"name\":\"t\","
        "\"minPlayers\":1,\"maxPlayers\":2}]}";

static const char *random_text(const api_shape *shape, const char *name)
{
    static const char *const texts[] = {"custom-home", "a", "", "arena", "N", "EndTime",
            "\xc3\xa4\xf0\x9f\x98\x80", "127.0.0.1", rule_set_body, "ANYWHERE", "0.5"};
    size_t names = 0;
    while (shape->names != NULL && shape->names[names] != NULL)
        names++;
    if (names > 0 && draw(8) > 0)
        return shape->names[draw((unsigned)names)];
    if (strstr(name, "Body") != NULL)
        return rule_set_body;
    const char *text = draw(6) > 0 ? known_text(name) : NULL;
    if (text != NULL)
        return text;
    return texts[draw(sizeof texts / sizeof texts[0])];
}

static double random_number(const api_shape *shape)
{
    static const double numbers[] = {0, 1, 2, 7, -1, 1.5, 60000, 4294967296.0, 1e300, 1700000000.25};
    double span = shape->most > shape->least ? fmin(shape->most - shape->least, 1000000) : 20;
    return draw(4) > 0 ? shape->least + draw((unsigned)span + 1)
                       : numbers[draw(sizeof numbers / sizeof numbers[0])];
}

static cJSON *random_list(const api_shape *shape, const char *name)
{
    cJSON *list = cJSON_CreateArray();
    for (unsigned left = draw(4); left > 0; left--)
        cJSON_AddItemToArray(list, random_value(shape->item, name));
    return list;
}

static cJSON *random_map(const api_shape *shape, const char *name)
{
    cJSON *map = cJSON_CreateObject();
    for (unsigned left = draw(3); left > 0; left--) {
        const char *key = random_text(shape->key != NULL ? shape->key : &api_free_text, name);
        if (!cJSON_HasObjectItem(map, key)) /* cJSON_Compare() takes no second one */
            cJSON_AddItemToObject(map, key, random_value(shape->item, name));
    }
    return map;
}

/* What fits the shape most of the time. */
static cJSON *random_value(const api_shape *shape, const char *name)
{
    static const api_kind any[] = {API_TEXT, API_NUMBER, API_FLAG, API_TIME};
    api_kind kind = draw(40) == 0 ? any[draw(4)] : shape->kind;
    if (draw(60) == 0)
        return cJSON_CreateNull();
    switch (kind) {
    case API_TEXT:
        return cJSON_CreateString(random_text(shape, name));
    case API_INTEGER:
    case API_NUMBER:
    case API_TIME:
        return cJSON_CreateNumber(random_number(shape));
    case API_FLAG:
        return cJSON_CreateBool(draw(2));
    case API_LIST:
        return random_list(shape, name);
    case API_MAP:
        return random_map(shape, name);
    case API_WITHOUT_EFFECT:
        return cJSON_CreateNumber(1);
    case API_ANY: /* which none of these tables has */
    case API_STRUCT:
        break;
    }
    return random_struct(shape->members);
}

/* At the end of a test. */
static void forget_known(void)
{
    while (known_count > 0) {
        free(known[--known_count].name);
        free(known[known_count].text);
    }
}

static const api_operation *const tables[] = {api_alias_operations, api_tag_operations,
        api_fleet_change_operations, api_fleet_view_operations, api_log_operations, api_connection_operations,
        api_fleet_operations, api_compute_operations, api_game_session_operations,
        api_player_session_operations, api_search_operations, api_queue_operations, api_placement_operations,
        api_matchmaking_operations, api_ticket_operations};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The document of a rule set: its attributes and teams are read here, the rest by rule_algorithm.c,
 * rule_parse.c and rule_expansions.c. What holds at an age: rule_expansions.c. */

#include "rules/rule_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- playerAttributes ---- */

static const char *const attribute_types[] = {"string", "number", "string_list", "string_number_map", NULL};
static const glift_attribute_type attribute_type_of[] = {GLIFT_ATTRIBUTE_STRING, GLIFT_ATTRIBUTE_DOUBLE,
        GLIFT_ATTRIBUTE_STRING_LIST, GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP};

static bool read_default_list(local_reader *reader, const cJSON *value, glift_player_attribute *out)
{
    size_t count = (size_t)cJSON_GetArraySize(value);
    const char **texts = local_reader_take(reader, count, sizeof *texts);
    if (texts == NULL)
        return false;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, value)
    {
        if (!cJSON_IsString(item))
            return local_reader_refuse(
                    reader, "playerAttributes: the default of \"%s\" must hold texts only", out->name);
        texts[out->string_count] = glift__memory_text(&reader->rule_set->memory, item->valuestring);
        if (texts[out->string_count++] == NULL)
            return local_reader_fail(reader);
    }
    out->string_list = texts;
    return true;
}

static bool read_default_map(local_reader *reader, const cJSON *value, glift_player_attribute *out)
{
    size_t count = (size_t)cJSON_GetArraySize(value);
    glift_double_entry *entries = local_reader_take(reader, count, sizeof *entries);
    if (entries == NULL)
        return false;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, value)
    {
        glift_double_entry *entry = &entries[out->double_count++];
        entry->key = glift__memory_text(&reader->rule_set->memory, item->string);
        if (!local_reader_number(item, &entry->value))
            return local_reader_refuse(
                    reader, "playerAttributes: the default of \"%s\" must hold numbers only", out->name);
        if (entry->key == NULL)
            return local_reader_fail(reader);
    }
    out->double_map = entries;
    return true;
}

static bool read_default(local_reader *reader, const cJSON *value, glift_player_attribute *out)
{
    switch (out->type) {
    case GLIFT_ATTRIBUTE_STRING:
        if (!cJSON_IsString(value))
            break;
        out->string = glift__memory_text(&reader->rule_set->memory, value->valuestring);
        return out->string != NULL || local_reader_fail(reader);
    case GLIFT_ATTRIBUTE_DOUBLE:
        if (!local_reader_number(value, &out->number))
            break;
        return true;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        if (!cJSON_IsArray(value))
            break;
        return read_default_list(reader, value, out);
    default:
        if (!cJSON_IsObject(value))
            break;
        return read_default_map(reader, value, out);
    }
    return local_reader_refuse(
            reader, "playerAttributes: the default of \"%s\" is not of its type", out->name);
}

static bool read_attribute(local_reader *reader, const cJSON *object, size_t index)
{
    static const char *const known[] = {"name", "type", "default", NULL};
    local_rule_set *rule_set = reader->rule_set;
    local_attribute *attribute = &rule_set->attributes[index];
    local_place place;
    int type = -1;
    snprintf(place, sizeof place, "playerAttributes[%zu]", index);
    if (!local_reader_members(reader, object, place, known) ||
            !local_reader_text(reader, object, place, "name", &attribute->name) ||
            !local_reader_word(reader, object, place, "type", attribute_types, &type))
        return false;
    if (type < 0)
        return local_reader_refuse(reader, "%s: \"type\" is missing", place);
    if (local_rule_set_find_attribute(rule_set, attribute->name) >= 0)
        return local_reader_refuse(reader, "%s: \"%s\" is declared twice", place, attribute->name);
    attribute->value.name = attribute->name;
    attribute->value.type = attribute_type_of[type];
    attribute->value.string = "";
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, "default");
    attribute->has_default = value != NULL;
    return value == NULL || read_default(reader, value, &attribute->value);
}

static bool read_attributes(local_reader *reader, const cJSON *document)
{
    const cJSON *list;
    size_t count;
    if (!local_reader_list(reader, document, "", "playerAttributes", &list, &count))
        return false;
    reader->rule_set->attributes = local_reader_take(reader, count, sizeof *reader->rule_set->attributes);
    const cJSON *object = NULL;
    cJSON_ArrayForEach(object, list)
    {
        if (reader->status == GLIFT_OK && read_attribute(reader, object, reader->rule_set->attribute_count))
            reader->rule_set->attribute_count++;
    }
    return reader->status == GLIFT_OK;
}

/* ---- teams ---- */

typedef struct team_declaration {
    const char *name;
    int min_players, max_players, quantity;
} team_declaration;

static bool read_team(local_reader *reader, const cJSON *object, size_t index, team_declaration *team)
{
    static const char *const known[] = {"name", "minPlayers", "maxPlayers", "quantity", NULL};
    local_place place;
    snprintf(place, sizeof place, "teams[%zu]", index);
    *team = (team_declaration){NULL, -1, -1, 1};
    if (!local_reader_members(reader, object, place, known) ||
            !local_reader_text(reader, object, place, "name", &team->name) ||
            !local_reader_integer(reader, object, place, "maxPlayers", 1, 200, &team->max_players) ||
            !local_reader_integer(reader, object, place, "minPlayers", 0, 200, &team->min_players) ||
            !local_reader_integer(reader, object, place, "quantity", 1, 200, &team->quantity))
        return false;
    if (team->min_players > team->max_players)
        return local_reader_refuse(reader, "%s: minPlayers %d is more than maxPlayers %d", place,
                team->min_players, team->max_players);
    return true;
}

/* A team for each of its quantity. */
static bool add_teams(local_reader *reader, const team_declaration *declared)
{
    local_rule_set *rule_set = reader->rule_set;
    for (int i = 1; i <= declared->quantity; i++) {
        char name[272];
        if (declared->quantity > 1)
            snprintf(name, sizeof name, "%s_%d", declared->name, i);
        else
            snprintf(name, sizeof name, "%s", declared->name);
        if (local_rule_set_find_team(rule_set, name) >= 0)
            return local_reader_refuse(reader, "teams: \"%s\" is there twice", name);
        local_team *team = &rule_set->teams[rule_set->team_count];
        *team = (local_team){glift__memory_text(&rule_set->memory, name), declared->name,
                declared->min_players, declared->max_players};
        if (team->name == NULL)
            return local_reader_fail(reader);
        rule_set->team_count++;
    }
    return true;
}

static bool read_teams(local_reader *reader, const cJSON *document)
{
    const cJSON *list;
    size_t count, index = 0;
    int players = 0;
    if (!local_reader_list(reader, document, "", "teams", &list, &count))
        return false;
    if (count == 0)
        return local_reader_refuse(reader, "\"teams\" must name at least one team");
    /* Every team has room for a player, so there cannot be more teams than players. */
    reader->rule_set->teams =
            local_reader_take(reader, LOCAL_RULE_SET_MAX_PLAYERS, sizeof *reader->rule_set->teams);
    const cJSON *object = NULL;
    cJSON_ArrayForEach(object, list)
    {
        team_declaration team;
        if (reader->status != GLIFT_OK || !read_team(reader, object, index++, &team))
            return false;
        players += team.max_players * team.quantity;
        if (players > LOCAL_RULE_SET_MAX_PLAYERS)
            return local_reader_refuse(reader,
                    "teams: a match has room for %d players at most, and here for more",
                    LOCAL_RULE_SET_MAX_PLAYERS);
        if (!add_teams(reader, &team))
            return false;
    }
    reader->rule_set->large = players > LOCAL_RULE_SET_SMALL_PLAYERS;
    return reader->status == GLIFT_OK;
}

/* ---- the document ---- */

static bool read_document(local_reader *reader, const cJSON *document)
{
    static const char *const known[] = {"name", "ruleLanguageVersion", "playerAttributes", "algorithm",
            "teams", "rules", "expansions", NULL};
    if (!local_reader_members(reader, document, "the rule set", known))
        return false;
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(document, "ruleLanguageVersion");
    if (!cJSON_IsString(version) || strcmp(version->valuestring, "1.0") != 0)
        return local_reader_refuse(reader, "\"ruleLanguageVersion\" must be the text \"1.0\"");
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(document, "name");
    if (name != NULL && !cJSON_IsString(name))
        return local_reader_refuse(reader, "\"name\" must be text");
    return read_attributes(reader, document) && read_teams(reader, document) &&
           local_read_algorithm(reader, document) && local_read_rules(reader, document) &&
           local_read_expansions(reader, document);
}

/* Where the JSON ends being JSON, in lines as an editor counts them. */
static void refuse_text(local_reader *reader, const char *body, const char *end)
{
    size_t line = 1;
    for (const char *at = body; at < end; at++)
        line += *at == '\n';
    local_reader_refuse(reader, "not JSON, line %zu (comments are not allowed)", line);
}

glift_status local_rule_set_parse(const char *body, local_rule_set **out, char what[LOCAL_WHAT_SIZE])
{
    *out = NULL;
    what[0] = '\0';
    local_rule_set *rule_set = calloc(1, sizeof *rule_set);
    if (rule_set == NULL)
        return GLIFT_ERR_MEMORY;
    glift__memory_init(&rule_set->memory);
    local_reader reader = {rule_set, what, GLIFT_OK};
    const char *end = body;
    cJSON *document = NULL;
    if (strlen(body) > LOCAL_RULE_SET_MAX_BODY)
        local_reader_refuse(&reader, "the rule set is longer than %d bytes", LOCAL_RULE_SET_MAX_BODY);
    else if ((document = cJSON_ParseWithOpts(body, &end, true)) == NULL)
        refuse_text(&reader, body, end);
    else
        read_document(&reader, document);
    cJSON_Delete(document);
    if (reader.status == GLIFT_OK)
        *out = rule_set;
    else
        local_rule_set_destroy(rule_set);
    return reader.status;
}

void local_rule_set_destroy(local_rule_set *rule_set)
{
    if (rule_set == NULL)
        return;
    glift__memory_fini(&rule_set->memory);
    free(rule_set);
}

int local_rule_set_find_team(const local_rule_set *rule_set, const char *name)
{
    for (size_t i = 0; i < rule_set->team_count; i++) {
        if (strcmp(rule_set->teams[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

int local_rule_set_find_attribute(const local_rule_set *rule_set, const char *name)
{
    for (size_t i = 0; i < rule_set->attribute_count; i++) {
        if (strcmp(rule_set->attributes[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

bool local_rule_counts(const local_rule *rule)
{
    return !rule->inside && rule->kind != LOCAL_RULE_ABSOLUTE_SORT && rule->kind != LOCAL_RULE_DISTANCE_SORT;
}

/* ---- players ---- */

static const glift_player_attribute *find_attribute(const glift_player *player, const char *name)
{
    for (size_t i = 0; i < player->attribute_count; i++) {
        if (strcmp(player->attributes[i].name, name) == 0)
            return &player->attributes[i];
    }
    return NULL;
}

bool local_rule_set_resolve(const local_rule_set *rule_set, const glift_player *player, glift__memory *memory,
        const glift_player_attribute **out, char what[LOCAL_WHAT_SIZE])
{
    glift_player_attribute *resolved = glift__memory_take(
            memory, rule_set->attribute_count == 0 ? 1 : rule_set->attribute_count, sizeof *resolved);
    *out = resolved;
    bool complete = true;
    for (size_t i = 0; resolved != NULL && i < rule_set->attribute_count; i++) {
        const local_attribute *declared = &rule_set->attributes[i];
        const glift_player_attribute *given = find_attribute(player, declared->name);
        resolved[i] = given != NULL ? *given : declared->value;
        if (!complete || (given == NULL ? declared->has_default : given->type == declared->value.type))
            continue;
        complete = false;
        snprintf(what, LOCAL_WHAT_SIZE,
                given == NULL ? "player \"%.100s\" lacks the attribute \"%.100s\", which has no default"
                              : "player \"%.100s\": the attribute \"%.100s\" is not of the declared type",
                player->player_id, declared->name);
    }
    return resolved != NULL && complete;
}

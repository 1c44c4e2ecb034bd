/* SPDX-License-Identifier: Apache-2.0 */
/* "expansions" of a rule set, and what holds for a match of an age (S62). */

#include "rules/rule_reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- targets ---- */

/* "rules[<name>].<property>" */
static bool read_rule_target(local_reader *reader, const char *place, const char *name, const char *property,
        local_expansion *expansion)
{
    const local_rule_set *rule_set = reader->rule_set;
    for (size_t i = 0; i < rule_set->rule_count; i++) {
        if (strcmp(rule_set->rules[i].name, name) == 0)
            expansion->rule = &rule_set->rules[i];
    }
    if (expansion->rule == NULL)
        return local_reader_refuse(reader, "%s.target: there is no rule \"%s\"", place, name);
    for (int i = 0; i < LOCAL_LIMIT_COUNT; i++) {
        expansion->limit = (local_limit)i;
        if (strcmp(local_limit_names[i], property) == 0 && !isnan(expansion->rule->limits[i]))
            return true;
    }
    return local_reader_refuse(
            reader, "%s.target: the rule \"%s\" has no number \"%s\"", place, name, property);
}

static bool is_team(const local_team *team, const char *name)
{
    return strcmp(team->name, name) == 0 || strcmp(team->group, name) == 0;
}

/* Every team of that name or group; * is all of them. */
static bool add_teams(local_reader *reader, const char *place, const char *name, local_expansion *expansion)
{
    const local_rule_set *rule_set = reader->rule_set;
    bool found = false;
    for (size_t i = 0; i < rule_set->team_count; i++) {
        bool meant = strcmp(name, "*") == 0 || is_team(&rule_set->teams[i], name);
        expansion->teams[i] = expansion->teams[i] || meant;
        found = found || meant;
    }
    return found || local_reader_refuse(reader, "%s.target: there is no team \"%s\"", place, name);
}

/* "teams[<name>,<name>].minPlayers" */
static bool read_team_target(local_reader *reader, const char *place, const char *names, const char *property,
        local_expansion *expansion)
{
    expansion->kind =
            strcmp(property, "minPlayers") == 0 ? LOCAL_EXPANDS_MIN_PLAYERS : LOCAL_EXPANDS_MAX_PLAYERS;
    if (expansion->kind == LOCAL_EXPANDS_MAX_PLAYERS && strcmp(property, "maxPlayers") != 0)
        return local_reader_refuse(reader, "%s.target: \"%s\" of a team does not expand", place, property);
    expansion->teams = local_reader_take(reader, reader->rule_set->team_count, sizeof *expansion->teams);
    for (const char *at = names; expansion->teams != NULL && reader->status == GLIFT_OK;) {
        char name[257];
        at += strspn(at, " ");
        size_t length = strcspn(at, ","), trimmed = length;
        while (trimmed > 0 && at[trimmed - 1] == ' ')
            trimmed--;
        snprintf(name, sizeof name, "%.*s", (int)trimmed, at);
        add_teams(reader, place, name, expansion);
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    return reader->status == GLIFT_OK;
}

/* "algorithm.<property>" */
static bool read_algorithm_target(
        local_reader *reader, const char *place, const char *property, local_expansion *expansion)
{
    if (strcmp(property, "batchingPreference") == 0)
        expansion->kind = LOCAL_EXPANDS_BATCHING;
    else if (strcmp(property, "balancedAttribute") == 0 && reader->rule_set->balanced)
        expansion->kind = LOCAL_EXPANDS_BALANCED_ATTRIBUTE;
    else if (strcmp(property, "backfillPriority") == 0)
        expansion->kind = LOCAL_EXPANDS_BACKFILL_PRIORITY;
    else
        return local_reader_refuse(reader,
                "%s.target: algorithm.%s does not expand (batchingPreference, backfillPriority, and with the "
                "strategy \"balanced\" balancedAttribute do)",
                place, property);
    return true;
}

static bool read_target(
        local_reader *reader, const char *place, const char *target, local_expansion *expansion)
{
    char name[257], property[33], end;
    if (sscanf(target, "rules[%256[^]]].%32[A-Za-z]%c", name, property, &end) == 2)
        return read_rule_target(reader, place, name, property, expansion);
    if (sscanf(target, "teams[%256[^]]].%32[A-Za-z]%c", name, property, &end) == 2)
        return read_team_target(reader, place, name, property, expansion);
    if (sscanf(target, "algorithm.%32[A-Za-z]%c", property, &end) == 1)
        return read_algorithm_target(reader, place, property, expansion);
    return local_reader_refuse(reader,
            "%s.target: \"%s\" is none of rules[name].property, teams[name].property, algorithm.property",
            place, target);
}

/* ---- steps ---- */

static bool read_word(
        local_reader *reader, const cJSON *step, const char *place, const char *const *words, double *out)
{
    int choice = -1;
    if (!local_reader_word(reader, step, place, "value", words, &choice))
        return false;
    *out = choice;
    return choice >= 0 || local_reader_refuse(reader, "%s: \"value\" is missing", place);
}

static bool read_batching(local_reader *reader, const cJSON *step, const char *place, double *out)
{
    if (!read_word(reader, step, place, local_batching_names, out))
        return false;
    if (reader->rule_set->balanced == (*out >= LOCAL_BATCHING_LARGEST_POPULATION))
        return true;
    return local_reader_refuse(reader, "%s.value: \"%s\" does not go with the strategy \"%s\"", place,
            local_batching_names[(int)*out], reader->rule_set->balanced ? "balanced" : "exhaustiveSearch");
}

static bool read_attribute(local_reader *reader, const cJSON *value, const char *place, double *out)
{
    const local_rule_set *rule_set = reader->rule_set;
    int attribute = cJSON_IsString(value) ? local_rule_set_find_attribute(rule_set, value->valuestring) : -1;
    *out = attribute;
    if (attribute >= 0 && rule_set->attributes[attribute].value.type == GLIFT_ATTRIBUTE_DOUBLE)
        return true;
    return local_reader_refuse(reader, "%s.value must name a number of playerAttributes", place);
}

static bool read_number(local_reader *reader, const local_expansion *expansion, const cJSON *value,
        const char *place, double *out)
{
    if (!local_reader_number(value, out))
        return local_reader_refuse(reader, "%s: \"value\" must be a number", place);
    bool players = expansion->kind != LOCAL_EXPANDS_RULE;
    bool any = !players && expansion->limit == LOCAL_LIMIT_REFERENCE;
    if (*out < 0 && !any)
        return local_reader_refuse(reader, "%s: \"value\" must be a number, and not negative", place);
    if (players && (*out > LOCAL_RULE_SET_MAX_PLAYERS || *out != floor(*out)))
        return local_reader_refuse(
                reader, "%s: \"value\" must be a whole number up to %d", place, LOCAL_RULE_SET_MAX_PLAYERS);
    return true;
}

static bool read_value(local_reader *reader, const local_expansion *expansion, const cJSON *step,
        const char *place, double *out)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(step, "value");
    switch (expansion->kind) {
    case LOCAL_EXPANDS_BATCHING:
        return read_batching(reader, step, place, out);
    case LOCAL_EXPANDS_BALANCED_ATTRIBUTE:
        return read_attribute(reader, value, place, out);
    case LOCAL_EXPANDS_BACKFILL_PRIORITY:
        return read_word(reader, step, place, local_priority_names, out);
    case LOCAL_EXPANDS_RULE:
    case LOCAL_EXPANDS_MIN_PLAYERS:
    case LOCAL_EXPANDS_MAX_PLAYERS:
        break;
    }
    return read_number(reader, expansion, value, place, out);
}

static bool read_step(local_reader *reader, const cJSON *step, const char *place, local_expansion *expansion)
{
    static const char *const known[] = {"waitTimeSeconds", "value", NULL};
    double before = expansion->step_count > 0 ? expansion->steps[expansion->step_count - 1].wait_s : -1;
    double wait, value;
    if (!local_reader_members(reader, step, place, known))
        return false;
    if (!local_reader_number(cJSON_GetObjectItemCaseSensitive(step, "waitTimeSeconds"), &wait) || wait < 0 ||
            !(wait > before))
        return local_reader_refuse(reader, "%s: waitTimeSeconds must be numbers that grow", place);
    if (!read_value(reader, expansion, step, place, &value))
        return false;
    expansion->steps[expansion->step_count++] = (local_expansion_step){wait, value};
    return true;
}

static bool read_steps(
        local_reader *reader, const cJSON *object, const char *place, local_expansion *expansion)
{
    const cJSON *list, *item = NULL;
    size_t count;
    if (!local_reader_list(reader, object, place, "steps", &list, &count))
        return false;
    if (count == 0)
        return local_reader_refuse(reader, "%s: \"steps\" is missing or empty", place);
    expansion->steps = local_reader_take(reader, count, sizeof *expansion->steps);
    cJSON_ArrayForEach(item, list)
    {
        if (reader->status != GLIFT_OK || !read_step(reader, item, place, expansion))
            return false;
    }
    return reader->status == GLIFT_OK;
}

/* ---- the whole ---- */

/* However old a match is, its teams must make sense, and a small match stays a small one. */
static bool check_teams_at(local_reader *reader, const char *place, double wait_s)
{
    const local_rule_set *rule_set = reader->rule_set;
    uint64_t age_ms = (uint64_t)(fmin(wait_s, 1e9) * 1000);
    int players = 0, most = rule_set->large ? LOCAL_RULE_SET_MAX_PLAYERS : LOCAL_RULE_SET_SMALL_PLAYERS;
    for (size_t i = 0; i < rule_set->team_count; i++) {
        int low = local_rule_set_min_players(rule_set, i, age_ms);
        int high = local_rule_set_max_players(rule_set, i, age_ms);
        players += high;
        if (high < 1 || low > high)
            return local_reader_refuse(reader, "%s: after %g s the team \"%s\" has %d to %d players", place,
                    wait_s, rule_set->teams[i].name, low, high);
    }
    if (players > most)
        return local_reader_refuse(
                reader, "%s: after %g s a match has more than %d players", place, wait_s, most);
    return true;
}

static bool read_expansion(local_reader *reader, const cJSON *object, size_t index)
{
    static const char *const known[] = {"target", "steps", NULL};
    local_expansion *expansion = &reader->rule_set->expansions[index];
    const char *target = NULL;
    local_place place;
    snprintf(place, sizeof place, "expansions[%zu]", index);
    return local_reader_members(reader, object, place, known) &&
           local_reader_text(reader, object, place, "target", &target) &&
           read_target(reader, place, target, expansion) && read_steps(reader, object, place, expansion);
}

static bool check_expansions(local_reader *reader)
{
    const local_rule_set *rule_set = reader->rule_set;
    size_t steps = 0;
    for (size_t i = 0; i < rule_set->expansion_count && reader->status == GLIFT_OK; i++) {
        const local_expansion *expansion = &rule_set->expansions[i];
        steps += expansion->step_count;
        if (steps > LOCAL_RULE_SET_MAX_STEPS)
            return local_reader_refuse(
                    reader, "expansions: there are more than %d steps", LOCAL_RULE_SET_MAX_STEPS);
        for (size_t j = 0; expansion->teams != NULL && j < expansion->step_count; j++)
            check_teams_at(reader, "expansions", expansion->steps[j].wait_s);
    }
    return reader->status == GLIFT_OK;
}

bool local_read_expansions(local_reader *reader, const cJSON *document)
{
    local_rule_set *rule_set = reader->rule_set;
    const cJSON *list, *object = NULL;
    size_t count;
    if (!local_reader_list(reader, document, "", "expansions", &list, &count))
        return false;
    rule_set->expansions = local_reader_take(reader, count, sizeof *rule_set->expansions);
    cJSON_ArrayForEach(object, list)
    {
        if (reader->status == GLIFT_OK && read_expansion(reader, object, rule_set->expansion_count))
            rule_set->expansion_count++;
    }
    return reader->status == GLIFT_OK && check_expansions(reader);
}

/* ---- what holds at an age ---- */

static double at_age(const local_expansion *expansion, uint64_t age_ms, double base)
{
    for (size_t i = 0; i < expansion->step_count; i++) {
        if ((double)age_ms >= expansion->steps[i].wait_s * 1000)
            base = expansion->steps[i].value;
    }
    return base;
}

static int team_size(
        const local_rule_set *rule_set, size_t team, local_expansion_kind kind, int size, uint64_t age_ms)
{
    for (size_t i = 0; i < rule_set->expansion_count; i++) {
        const local_expansion *expansion = &rule_set->expansions[i];
        if (expansion->kind == kind && expansion->teams[team])
            size = (int)at_age(expansion, age_ms, size);
    }
    return size;
}

int local_rule_set_min_players(const local_rule_set *rule_set, size_t team, uint64_t age_ms)
{
    return team_size(rule_set, team, LOCAL_EXPANDS_MIN_PLAYERS, rule_set->teams[team].min_players, age_ms);
}

int local_rule_set_max_players(const local_rule_set *rule_set, size_t team, uint64_t age_ms)
{
    return team_size(rule_set, team, LOCAL_EXPANDS_MAX_PLAYERS, rule_set->teams[team].max_players, age_ms);
}

double local_rule_set_limit(
        const local_rule_set *rule_set, const local_rule *rule, local_limit limit, uint64_t age_ms)
{
    double value = rule->limits[limit];
    for (size_t i = 0; i < rule_set->expansion_count; i++) {
        const local_expansion *expansion = &rule_set->expansions[i];
        if (expansion->rule == rule && expansion->limit == limit)
            value = at_age(expansion, age_ms, value);
    }
    return value;
}

static double algorithm_at(
        const local_rule_set *rule_set, local_expansion_kind kind, double value, uint64_t age_ms)
{
    for (size_t i = 0; i < rule_set->expansion_count; i++) {
        if (rule_set->expansions[i].kind == kind)
            value = at_age(&rule_set->expansions[i], age_ms, value);
    }
    return value;
}

local_batching local_rule_set_batching(const local_rule_set *rule_set, uint64_t age_ms)
{
    return (local_batching)algorithm_at(rule_set, LOCAL_EXPANDS_BATCHING, rule_set->batching, age_ms);
}

size_t local_rule_set_balanced_attribute(const local_rule_set *rule_set, uint64_t age_ms)
{
    return (size_t)algorithm_at(
            rule_set, LOCAL_EXPANDS_BALANCED_ATTRIBUTE, (double)rule_set->balanced_attribute, age_ms);
}

local_backfill_priority local_rule_set_backfill_priority(const local_rule_set *rule_set, uint64_t age_ms)
{
    return (local_backfill_priority)algorithm_at(
            rule_set, LOCAL_EXPANDS_BACKFILL_PRIORITY, rule_set->backfill_priority, age_ms);
}

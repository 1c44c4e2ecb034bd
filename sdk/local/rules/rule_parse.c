/* SPDX-License-Identifier: Apache-2.0 */
/* "rules" and "expansions" of a rule set. */

#include "rules/rule_reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const limit_names[LOCAL_LIMIT_COUNT] = {
        "minDistance", "maxDistance", "maxLatency", "minCount", "maxCount", "referenceValue"};

static const char *const number_aggregations[] = {"avg", "min", "max", NULL};
static const char *const list_aggregations[] = {"union", "intersection", NULL};

/* ---- parts of a rule ---- */

static bool read_name(local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    if (!local_reader_text(reader, object, place, "name", &rule->name))
        return false;
    for (const local_rule *other = reader->rule_set->rules; other < rule; other++) {
        if (strcmp(other->name, rule->name) == 0)
            return local_reader_refuse(reader, "%s: there is a rule \"%s\" already", place, rule->name);
    }
    return true;
}

static bool read_limit(
        local_reader *reader, const cJSON *object, const char *place, local_limit limit, local_rule *rule)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, limit_names[limit]);
    if (member == NULL)
        return true;
    if (!cJSON_IsNumber(member) || !isfinite(member->valuedouble))
        return local_reader_refuse(reader, "%s.%s must be a number", place, limit_names[limit]);
    if (member->valuedouble < 0)
        return local_reader_refuse(reader, "%s.%s must not be negative", place, limit_names[limit]);
    rule->limits[limit] = member->valuedouble;
    return true;
}

/* At least one of two limits, and not the wrong way round. */
static bool read_bounds(local_reader *reader, const cJSON *object, const char *place, local_limit low,
        local_limit high, local_rule *rule)
{
    if (!read_limit(reader, object, place, low, rule) || !read_limit(reader, object, place, high, rule))
        return false;
    if (isnan(rule->limits[low]) && isnan(rule->limits[high]))
        return local_reader_refuse(
                reader, "%s: %s or %s is missing", place, limit_names[low], limit_names[high]);
    if (rule->limits[low] > rule->limits[high])
        return local_reader_refuse(
                reader, "%s: %s is more than %s", place, limit_names[low], limit_names[high]);
    return true;
}

static const local_expression *parse_expression(local_reader *reader, const char *place, const char *text)
{
    char what[LOCAL_WHAT_SIZE];
    const local_expression *expression =
            local_expression_parse(text, reader->rule_set, &reader->rule_set->memory, what, sizeof what);
    if (expression == NULL && what[0] != '\0')
        local_reader_refuse(reader, "%s: %.400s", place, what);
    else if (expression == NULL)
        local_reader_fail(reader);
    return expression;
}

static bool read_measurements(local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    const cJSON *list, *item = NULL;
    size_t count;
    if (!local_reader_list(reader, object, place, "measurements", &list, &count))
        return false;
    if (count == 0)
        return local_reader_refuse(reader, "%s: \"measurements\" is missing or empty", place);
    rule->measurements = local_reader_take(reader, count, sizeof *rule->measurements);
    cJSON_ArrayForEach(item, list)
    {
        if (reader->status != GLIFT_OK)
            return false;
        if (!cJSON_IsString(item))
            return local_reader_refuse(reader, "%s.measurements must hold expressions", place);
        const local_expression *expression = parse_expression(reader, place, item->valuestring);
        if (expression == NULL)
            return false;
        rule->measurements[rule->measurement_count++] = expression;
    }
    return true;
}

/* A number, an expression of one value, or a plain word. Absent: false only if it is required. */
static bool read_reference(
        local_reader *reader, const cJSON *object, const char *place, bool required, local_rule *rule)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, "referenceValue");
    if (member == NULL)
        return !required || local_reader_refuse(reader, "%s: \"referenceValue\" is missing", place);
    if (cJSON_IsNumber(member) && isfinite(member->valuedouble)) {
        rule->limits[LOCAL_LIMIT_REFERENCE] = member->valuedouble;
        return true;
    }
    if (!cJSON_IsString(member))
        return local_reader_refuse(reader, "%s.referenceValue must be a number or text", place);
    if (local_expression_looks_like(member->valuestring)) {
        rule->reference = parse_expression(reader, place, member->valuestring);
    } else {
        rule->reference = local_expression_of_text(member->valuestring, &reader->rule_set->memory);
        if (rule->reference == NULL)
            local_reader_fail(reader);
    }
    if (rule->reference == NULL)
        return false;
    if (local_expression_shape(rule->reference).depth != 0)
        return local_reader_refuse(reader, "%s.referenceValue must be one value, not a list", place);
    return true;
}

static bool has_reference(const local_rule *rule)
{
    return rule->reference != NULL || !isnan(rule->limits[LOCAL_LIMIT_REFERENCE]);
}

static local_element reference_element(const local_rule *rule)
{
    return rule->reference != NULL ? local_expression_shape(rule->reference).element : LOCAL_ELEMENT_NUMBER;
}

static bool read_party(
        local_reader *reader, const cJSON *object, const char *place, bool lists, local_rule *rule)
{
    int choice = 0;
    if (!local_reader_word(reader, object, place, "partyAggregation",
                lists ? list_aggregations : number_aggregations, &choice))
        return false;
    rule->party = (local_party_aggregation)(choice + (lists ? LOCAL_PARTY_UNION : LOCAL_PARTY_AVERAGE));
    return true;
}

/* No aggregate in it: what one player contributes does not change when another joins. */
static bool measures_plainly(const local_rule *rule)
{
    for (size_t i = 0; i < rule->measurement_count; i++) {
        if (!local_expression_is_plain(rule->measurements[i]))
            return false;
    }
    return rule->reference == NULL || local_expression_is_plain(rule->reference);
}

/* Measurements and reference are of one kind, number or text. */
static bool check_elements(local_reader *reader, const char *place, bool numbers_only, const local_rule *rule)
{
    local_element element = local_expression_shape(rule->measurements[0]).element;
    for (size_t i = 0; i < rule->measurement_count; i++) {
        local_element other = local_expression_shape(rule->measurements[i]).element;
        if (other != LOCAL_ELEMENT_NUMBER && (numbers_only || other != LOCAL_ELEMENT_TEXT))
            return local_reader_refuse(reader, "%s.measurements[%zu] must give %s", place, i,
                    numbers_only ? "numbers" : "numbers or strings");
        if (other != element)
            return local_reader_refuse(reader, "%s: the measurements mix numbers and strings", place);
    }
    if (has_reference(rule) && reference_element(rule) != element)
        return local_reader_refuse(reader, "%s.referenceValue is not of the type of the measurements", place);
    return true;
}

/* ---- the kinds of rule ---- */

static bool read_comparison(local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    static const char *const known[] = {"name", "type", "description", "measurements", "operation",
            "referenceValue", "partyAggregation", NULL};
    static const char *const operations[] = {"<", "<=", "=", "!=", ">=", ">", NULL};
    int operation = -1;
    if (!local_reader_members(reader, object, place, known) ||
            !read_measurements(reader, object, place, rule) ||
            !read_reference(reader, object, place, false, rule) ||
            !read_party(reader, object, place, false, rule) ||
            !local_reader_word(reader, object, place, "operation", operations, &operation) ||
            !check_elements(reader, place, false, rule))
        return false;
    if (operation < 0)
        return local_reader_refuse(reader, "%s: \"operation\" is missing", place);
    rule->operation = (local_operation)operation;
    bool equality = rule->operation == LOCAL_EQUAL || rule->operation == LOCAL_NOT_EQUAL;
    if (!equality && !has_reference(rule))
        return local_reader_refuse(reader, "%s: without referenceValue there is only = and !=", place);
    if (!equality && reference_element(rule) == LOCAL_ELEMENT_TEXT)
        return local_reader_refuse(reader, "%s: strings compare by = and != only", place);
    rule->tightens = measures_plainly(rule);
    return true;
}

static bool read_distance(local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    static const char *const known[] = {"name", "type", "description", "measurements", "referenceValue",
            "minDistance", "maxDistance", "partyAggregation", NULL};
    if (!local_reader_members(reader, object, place, known) ||
            !read_measurements(reader, object, place, rule) ||
            !read_reference(reader, object, place, true, rule) ||
            !read_party(reader, object, place, false, rule) || !check_elements(reader, place, true, rule) ||
            !read_bounds(reader, object, place, LOCAL_LIMIT_MIN_DISTANCE, LOCAL_LIMIT_MAX_DISTANCE, rule))
        return false;
    rule->tightens = measures_plainly(rule);
    return true;
}

/* "the players' values lie together": read as the measurement players.attributes[batchAttribute]. */
static bool read_batch_distance(
        local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    static const char *const known[] = {
            "name", "type", "description", "batchAttribute", "maxDistance", "partyAggregation", NULL};
    const char *attribute = NULL;
    char text[320];
    if (!local_reader_members(reader, object, place, known) ||
            !local_reader_text(reader, object, place, "batchAttribute", &attribute) ||
            !read_limit(reader, object, place, LOCAL_LIMIT_MAX_DISTANCE, rule) ||
            !read_party(reader, object, place, false, rule))
        return false;
    snprintf(text, sizeof text, "players.attributes[%s]", attribute);
    rule->measurements = local_reader_take(reader, 1, sizeof *rule->measurements);
    const local_expression *measurement = parse_expression(reader, place, text);
    if (rule->measurements == NULL || measurement == NULL)
        return false;
    rule->measurements[rule->measurement_count++] = measurement;
    local_shape shape = local_expression_shape(measurement);
    if (shape.depth != 1 || shape.element == LOCAL_ELEMENT_MAP)
        return local_reader_refuse(reader, "%s.batchAttribute must be a number or string attribute", place);
    bool numbers = shape.element == LOCAL_ELEMENT_NUMBER;
    if (numbers == isnan(rule->limits[LOCAL_LIMIT_MAX_DISTANCE]))
        return local_reader_refuse(reader, "%s: maxDistance %s", place,
                numbers ? "is missing" : "does not go with a string attribute, whose values must be equal");
    rule->tightens = true;
    return true;
}

static bool read_collection(local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    static const char *const known[] = {"name", "type", "description", "measurements", "operation",
            "referenceValue", "minCount", "maxCount", "partyAggregation", NULL};
    static const char *const operations[] = {"intersection", "contains", NULL};
    int operation = -1;
    if (!local_reader_members(reader, object, place, known) ||
            !local_reader_word(reader, object, place, "operation", operations, &operation) ||
            !read_measurements(reader, object, place, rule) ||
            !read_reference(reader, object, place, operation == 1, rule) ||
            !read_party(reader, object, place, true, rule) ||
            !read_bounds(reader, object, place, LOCAL_LIMIT_MIN_COUNT, LOCAL_LIMIT_MAX_COUNT, rule))
        return false;
    if (operation < 0)
        return local_reader_refuse(reader, "%s: \"operation\" is missing", place);
    rule->operation = operation == 0 ? LOCAL_INTERSECTION : LOCAL_CONTAINS;
    if (operation == 0 && has_reference(rule))
        return local_reader_refuse(reader, "%s: intersection takes no referenceValue", place);
    if (operation == 1 && reference_element(rule) != LOCAL_ELEMENT_TEXT)
        return local_reader_refuse(reader, "%s.referenceValue must be a string", place);
    for (size_t i = 0; i < rule->measurement_count; i++) {
        local_shape shape = local_expression_shape(rule->measurements[i]);
        if (shape.element != LOCAL_ELEMENT_TEXT || shape.depth < 2)
            return local_reader_refuse(reader, "%s.measurements[%zu] must give string lists", place, i);
    }
    /* More lists have fewer words in common, and more of them contain a word. */
    local_limit broken = operation == 0 ? LOCAL_LIMIT_MAX_COUNT : LOCAL_LIMIT_MIN_COUNT;
    rule->tightens = isnan(rule->limits[broken]) && measures_plainly(rule);
    return true;
}

static bool read_latency(local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    static const char *const known[] = {
            "name", "type", "description", "maxLatency", "partyAggregation", NULL};
    if (!local_reader_members(reader, object, place, known) ||
            !read_limit(reader, object, place, LOCAL_LIMIT_MAX_LATENCY, rule) ||
            !read_party(reader, object, place, false, rule))
        return false;
    if (isnan(rule->limits[LOCAL_LIMIT_MAX_LATENCY]))
        return local_reader_refuse(reader, "%s: \"maxLatency\" is missing", place);
    rule->tightens = true;
    return true;
}

static bool read_rule(local_reader *reader, const cJSON *object, size_t index)
{
    static const char *const types[] = {
            "comparison", "distance", "batchDistance", "collection", "latency", NULL};
    static bool (*const readers[])(local_reader *, const cJSON *, const char *, local_rule *) = {
            [LOCAL_RULE_COMPARISON] = read_comparison,
            [LOCAL_RULE_DISTANCE] = read_distance,
            [LOCAL_RULE_BATCH_DISTANCE] = read_batch_distance,
            [LOCAL_RULE_COLLECTION] = read_collection,
            [LOCAL_RULE_LATENCY] = read_latency,
    };
    local_rule *rule = &reader->rule_set->rules[index];
    local_place place;
    int type = -1;
    snprintf(place, sizeof place, "rules[%zu]", index);
    for (int i = 0; i < LOCAL_LIMIT_COUNT; i++)
        rule->limits[i] = NAN;
    if (!cJSON_IsObject(object))
        return local_reader_refuse(reader, "%s must be an object", place);
    if (!read_name(reader, object, place, rule))
        return false;
    snprintf(place, sizeof place, "rules[%zu] \"%.40s\"", index, rule->name);
    if (!local_reader_word(reader, object, place, "type", types, &type))
        return false;
    if (type < 0)
        return local_reader_refuse(reader, "%s: \"type\" is missing", place);
    rule->kind = (local_rule_kind)type;
    return readers[type](reader, object, place, rule);
}

bool local_read_rules(local_reader *reader, const cJSON *document)
{
    const cJSON *list, *object = NULL;
    size_t count;
    if (!local_reader_list(reader, document, "", "rules", &list, &count))
        return false;
    reader->rule_set->rules = local_reader_take(reader, count, sizeof *reader->rule_set->rules);
    cJSON_ArrayForEach(object, list)
    {
        if (reader->status == GLIFT_OK && read_rule(reader, object, reader->rule_set->rule_count))
            reader->rule_set->rule_count++;
    }
    return reader->status == GLIFT_OK;
}

/* ---- expansions ---- */

/* "rules[<name>].<property>" -> expansion->rule, ->limit */
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
        if (strcmp(limit_names[i], property) == 0 && !isnan(expansion->rule->limits[i]))
            return true;
    }
    return local_reader_refuse(
            reader, "%s.target: the rule \"%s\" has no number \"%s\"", place, name, property);
}

/* "teams[<name>].minPlayers" -> expansion->team_name, ->minimum */
static bool read_team_target(local_reader *reader, const char *place, const char *name, const char *property,
        local_expansion *expansion)
{
    const local_rule_set *rule_set = reader->rule_set;
    expansion->minimum = strcmp(property, "minPlayers") == 0;
    if (!expansion->minimum && strcmp(property, "maxPlayers") != 0)
        return local_reader_refuse(reader, "%s.target: \"%s\" of a team does not expand", place, property);
    for (size_t i = 0; i < rule_set->team_count; i++) {
        const local_team *team = &rule_set->teams[i];
        if (strcmp(team->name, name) == 0 || strcmp(team->group, name) == 0) {
            expansion->team_name = glift__memory_text(&reader->rule_set->memory, name);
            return expansion->team_name != NULL || local_reader_fail(reader);
        }
    }
    return local_reader_refuse(reader, "%s.target: there is no team \"%s\"", place, name);
}

static bool read_target(
        local_reader *reader, const char *place, const char *target, local_expansion *expansion)
{
    char name[257], property[33], end;
    if (sscanf(target, "rules[%256[^]]].%32[A-Za-z]%c", name, property, &end) == 2)
        return read_rule_target(reader, place, name, property, expansion);
    if (sscanf(target, "teams[%256[^],]].%32[A-Za-z]%c", name, property, &end) == 2)
        return read_team_target(reader, place, name, property, expansion);
    return local_reader_refuse(reader,
            "%s.target: \"%s\" is neither rules[name].property nor teams[name].property, which are what "
            "is implemented here",
            place, target);
}

static bool read_steps(
        local_reader *reader, const cJSON *object, const char *place, local_expansion *expansion)
{
    static const char *const known[] = {"waitTimeSeconds", "value", NULL};
    const cJSON *list, *item = NULL;
    size_t count;
    if (!local_reader_list(reader, object, place, "steps", &list, &count))
        return false;
    if (count == 0)
        return local_reader_refuse(reader, "%s: \"steps\" is missing or empty", place);
    expansion->steps = local_reader_take(reader, count, sizeof *expansion->steps);
    double wait = -1;
    cJSON_ArrayForEach(item, list)
    {
        if (reader->status != GLIFT_OK || !local_reader_members(reader, item, place, known))
            return false;
        const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(item, "waitTimeSeconds");
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(item, "value");
        if (!cJSON_IsNumber(seconds) || !(seconds->valuedouble > wait) || seconds->valuedouble < 0)
            return local_reader_refuse(reader, "%s: waitTimeSeconds must be numbers that grow", place);
        if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0) || !isfinite(value->valuedouble))
            return local_reader_refuse(reader, "%s: \"value\" must be a number, and not negative", place);
        if (expansion->rule == NULL && (value->valuedouble > LOCAL_RULE_SET_MAX_PLAYERS ||
                                               value->valuedouble != floor(value->valuedouble)))
            return local_reader_refuse(reader, "%s: \"value\" must be a whole number up to %d", place,
                    LOCAL_RULE_SET_MAX_PLAYERS);
        wait = seconds->valuedouble;
        expansion->steps[expansion->step_count++] = (local_expansion_step){wait, value->valuedouble};
    }
    return true;
}

/* However old a match is, its teams must make sense. */
static bool check_teams_at(local_reader *reader, const char *place, double wait_s)
{
    const local_rule_set *rule_set = reader->rule_set;
    uint64_t age_ms = (uint64_t)(fmin(wait_s, 1e9) * 1000);
    int players = 0;
    for (size_t i = 0; i < rule_set->team_count; i++) {
        int low = local_rule_set_min_players(rule_set, i, age_ms);
        int high = local_rule_set_max_players(rule_set, i, age_ms);
        players += high > LOCAL_RULE_SET_MAX_PLAYERS ? LOCAL_RULE_SET_MAX_PLAYERS + 1 : high;
        if (high < 1 || low > high)
            return local_reader_refuse(reader, "%s: after %g s the team \"%s\" has %d to %d players", place,
                    wait_s, rule_set->teams[i].name, low, high);
    }
    if (players > LOCAL_RULE_SET_MAX_PLAYERS)
        return local_reader_refuse(reader, "%s: after %g s a match has more than %d players", place, wait_s,
                LOCAL_RULE_SET_MAX_PLAYERS);
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
    for (size_t i = 0; i < rule_set->expansion_count && reader->status == GLIFT_OK; i++) {
        const local_expansion *expansion = &rule_set->expansions[i];
        for (size_t j = 0; expansion->rule == NULL && j < expansion->step_count; j++)
            check_teams_at(reader, "expansions", expansion->steps[j].wait_s);
    }
    return reader->status == GLIFT_OK;
}

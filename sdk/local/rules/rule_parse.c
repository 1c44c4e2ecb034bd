/* SPDX-License-Identifier: Apache-2.0 */
/* "rules" of a rule set. */

#include "rules/rule_reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const local_limit_names[LOCAL_LIMIT_COUNT] = {
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
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, local_limit_names[limit]);
    if (member == NULL)
        return true;
    if (!local_reader_number(member, &rule->limits[limit]))
        return local_reader_refuse(reader, "%s.%s must be a number", place, local_limit_names[limit]);
    return rule->limits[limit] >= 0 ||
           local_reader_refuse(reader, "%s.%s must not be negative", place, local_limit_names[limit]);
}

/* At least one of two limits, and not the wrong way round. */
static bool read_bounds(local_reader *reader, const cJSON *object, const char *place, local_limit low,
        local_limit high, local_rule *rule)
{
    if (!read_limit(reader, object, place, low, rule) || !read_limit(reader, object, place, high, rule))
        return false;
    if (isnan(rule->limits[low]) && isnan(rule->limits[high]))
        return local_reader_refuse(
                reader, "%s: %s or %s is missing", place, local_limit_names[low], local_limit_names[high]);
    if (rule->limits[low] > rule->limits[high])
        return local_reader_refuse(
                reader, "%s: %s is more than %s", place, local_limit_names[low], local_limit_names[high]);
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
    const char **texts;
    size_t count, all = 0;
    if (!local_reader_texts(reader, object, place, "measurements", &texts, &count))
        return false;
    if (count == 0)
        return local_reader_refuse(reader, "%s: \"measurements\" is missing or empty", place);
    for (const local_rule *other = reader->rule_set->rules; other < rule; other++)
        all += other->measurement_count;
    if (all + count > LOCAL_RULE_SET_MAX_MEASUREMENTS)
        return local_reader_refuse(reader, "%s: the rules up to this one have more than %d measurements",
                place, LOCAL_RULE_SET_MAX_MEASUREMENTS);
    rule->measurements = local_reader_take(reader, count, sizeof *rule->measurements);
    for (size_t i = 0; i < count && rule->measurements != NULL; i++) {
        const local_expression *expression = parse_expression(reader, place, texts[i]);
        if (expression == NULL)
            return false;
        rule->measurements[rule->measurement_count++] = expression;
    }
    return reader->status == GLIFT_OK;
}

/* ["red", "blue"] */
static bool read_reference_list(
        local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    const char **texts;
    size_t count;
    if (!local_reader_texts(reader, object, place, "referenceValue", &texts, &count))
        return false;
    rule->reference = local_expression_of_texts(texts, count, &reader->rule_set->memory);
    return rule->reference != NULL || local_reader_fail(reader);
}

/* An expression, a plain word, or a number in quotes where numbers are measured. */
static bool read_reference_text(
        local_reader *reader, const cJSON *member, const char *place, local_rule *rule)
{
    if (local_expression_shape(rule->measurements[0]).element == LOCAL_ELEMENT_NUMBER &&
            local_reader_number(member, &rule->limits[LOCAL_LIMIT_REFERENCE]))
        return true;
    rule->limits[LOCAL_LIMIT_REFERENCE] = NAN;
    if (local_expression_looks_like(member->valuestring)) {
        rule->reference = parse_expression(reader, place, member->valuestring);
    } else {
        rule->reference = local_expression_of_text(member->valuestring, &reader->rule_set->memory);
        if (rule->reference == NULL)
            local_reader_fail(reader);
    }
    return rule->reference != NULL;
}

/* Absent: false only if it is required. After the measurements. */
static bool read_reference(
        local_reader *reader, const cJSON *object, const char *place, bool required, local_rule *rule)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, "referenceValue");
    bool list = rule->operation == LOCAL_REFERENCE_INTERSECTION_COUNT;
    if (member == NULL)
        return !required || local_reader_refuse(reader, "%s: \"referenceValue\" is missing", place);
    if (cJSON_IsNumber(member) && local_reader_number(member, &rule->limits[LOCAL_LIMIT_REFERENCE]))
        return true;
    if (list && cJSON_IsArray(member))
        return read_reference_list(reader, object, place, rule);
    if (!cJSON_IsString(member))
        return local_reader_refuse(reader, "%s.referenceValue must be a number or text", place);
    if (!read_reference_text(reader, member, place, rule))
        return false;
    unsigned depth = rule->reference != NULL ? local_expression_shape(rule->reference).depth : 0;
    if (depth > (list ? 1 : 0))
        return local_reader_refuse(reader, "%s.referenceValue must be %s", place,
                list ? "one list of strings, not a list of lists" : "one value, not a list");
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
    static const char *const known[] = {
            "name", "type", "measurements", "operation", "referenceValue", "partyAggregation", NULL};
    static const char *const operations[] = {"<", "<=", "=", "!=", ">=", ">", NULL};
    int operation = -1;
    if (!local_reader_members(reader, object, place, known) ||
            !read_measurements(reader, object, place, rule) ||
            !local_reader_word(reader, object, place, "operation", operations, &operation) ||
            !read_reference(reader, object, place, false, rule) ||
            !read_party(reader, object, place, false, rule) || !check_elements(reader, place, false, rule))
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
    static const char *const known[] = {"name", "type", "measurements", "referenceValue", "minDistance",
            "maxDistance", "partyAggregation", NULL};
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
            "name", "type", "batchAttribute", "maxDistance", "partyAggregation", NULL};
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
    bool has_limit = !isnan(rule->limits[LOCAL_LIMIT_MAX_DISTANCE]);
    if (numbers != has_limit)
        return local_reader_refuse(reader, "%s: maxDistance %s", place,
                numbers ? "is missing" : "does not go with a string attribute, whose values must be equal");
    rule->tightens = true;
    return true;
}

/* intersection and contains count among lists; the third operation counts in every list there is. */
static bool check_collections(local_reader *reader, const char *place, const local_rule *rule)
{
    unsigned least = rule->operation == LOCAL_INTERSECTION ? 2 : 1;
    for (size_t i = 0; i < rule->measurement_count; i++) {
        local_shape shape = local_expression_shape(rule->measurements[i]);
        if (shape.element != LOCAL_ELEMENT_TEXT || shape.depth < least ||
                !local_expression_is_of_lists(rule->measurements[i]))
            return local_reader_refuse(reader, "%s.measurements[%zu] must give string lists", place, i);
    }
    if (rule->operation == LOCAL_INTERSECTION && has_reference(rule))
        return local_reader_refuse(reader, "%s: intersection takes no referenceValue", place);
    if (rule->operation != LOCAL_INTERSECTION && reference_element(rule) != LOCAL_ELEMENT_TEXT)
        return local_reader_refuse(reader, "%s.referenceValue must be a string", place);
    return true;
}

/* More lists have fewer words in common, and more of them contain a word. A reference that grows with the
 * players (all of them) meets more words of each list, one that shrinks (what they share) fewer. */
static bool collection_tightens(const local_rule *rule)
{
    bool low = !isnan(rule->limits[LOCAL_LIMIT_MIN_COUNT]),
         high = !isnan(rule->limits[LOCAL_LIMIT_MAX_COUNT]);
    if (rule->operation == LOCAL_INTERSECTION)
        return !high && measures_plainly(rule);
    if (rule->operation == LOCAL_CONTAINS)
        return !low && measures_plainly(rule);
    for (size_t i = 0; i < rule->measurement_count; i++) {
        if (!local_expression_is_plain(rule->measurements[i]))
            return false;
    }
    if (local_expression_is_constant(rule->reference))
        return true;
    return local_expression_is_plain(rule->reference) ? !low
                                                      : !high && local_expression_is_shared(rule->reference);
}

static bool read_collection(local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    static const char *const known[] = {"name", "type", "measurements", "operation", "referenceValue",
            "minCount", "maxCount", "partyAggregation", NULL};
    static const char *const operations[] = {
            "intersection", "contains", "reference_intersection_count", NULL};
    int operation = -1;
    if (!local_reader_members(reader, object, place, known) ||
            !local_reader_word(reader, object, place, "operation", operations, &operation))
        return false;
    if (operation < 0)
        return local_reader_refuse(reader, "%s: \"operation\" is missing", place);
    rule->operation = (local_operation)(LOCAL_INTERSECTION + operation);
    if (!read_measurements(reader, object, place, rule) ||
            !read_reference(reader, object, place, rule->operation != LOCAL_INTERSECTION, rule) ||
            !read_party(reader, object, place, true, rule) ||
            !read_bounds(reader, object, place, LOCAL_LIMIT_MIN_COUNT, LOCAL_LIMIT_MAX_COUNT, rule) ||
            !check_collections(reader, place, rule))
        return false;
    rule->tightens = collection_tightens(rule);
    return true;
}

static bool read_latency(local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    static const char *const known[] = {
            "name", "type", "maxLatency", "maxDistance", "distanceReference", "partyAggregation", NULL};
    static const char *const references[] = {"min", "avg", NULL};
    int from = -1;
    if (!local_reader_members(reader, object, place, known) ||
            !read_limit(reader, object, place, LOCAL_LIMIT_MAX_LATENCY, rule) ||
            !read_limit(reader, object, place, LOCAL_LIMIT_MAX_DISTANCE, rule) ||
            !local_reader_word(reader, object, place, "distanceReference", references, &from) ||
            !read_party(reader, object, place, false, rule))
        return false;
    bool distance = !isnan(rule->limits[LOCAL_LIMIT_MAX_DISTANCE]);
    if (isnan(rule->limits[LOCAL_LIMIT_MAX_LATENCY]) && !distance)
        return local_reader_refuse(reader, "%s: \"maxLatency\" or \"maxDistance\" is missing", place);
    if (distance != (from >= 0))
        return local_reader_refuse(
                reader, "%s: maxDistance and distanceReference belong together: one is missing", place);
    rule->distance_from_average = from == 1;
    /* A slower player moves the average towards another one who was too far from it. */
    rule->tightens = !rule->distance_from_average;
    return true;
}

static bool read_sort(local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    static const char *const known[] = {
            "name", "type", "sortDirection", "sortAttribute", "mapKey", "partyAggregation", NULL};
    static const char *const directions[] = {"ascending", "descending", NULL};
    static const char *const map_keys[] = {"minValue", "maxValue", NULL};
    const char *name = NULL;
    int direction = -1, map_key = -1;
    if (!local_reader_members(reader, object, place, known) ||
            !local_reader_text(reader, object, place, "sortAttribute", &name) ||
            !local_reader_word(reader, object, place, "sortDirection", directions, &direction) ||
            !local_reader_word(reader, object, place, "mapKey", map_keys, &map_key) ||
            !read_party(reader, object, place, false, rule))
        return false;
    int attribute = local_rule_set_find_attribute(reader->rule_set, name);
    if (attribute < 0)
        return local_reader_refuse(
                reader, "%s.sortAttribute: playerAttributes does not declare \"%.100s\"", place, name);
    if (direction < 0)
        return local_reader_refuse(reader, "%s: \"sortDirection\" is missing", place);
    glift_attribute_type type = reader->rule_set->attributes[attribute].value.type;
    bool map = type == GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP;
    bool text = type == GLIFT_ATTRIBUTE_STRING && rule->kind == LOCAL_RULE_ABSOLUTE_SORT;
    if (!map && !text && type != GLIFT_ATTRIBUTE_DOUBLE)
        return local_reader_refuse(
                reader, "%s.sortAttribute: \"%.100s\" is not of a type that sorts", place, name);
    if (map != (map_key >= 0))
        return local_reader_refuse(reader, "%s: mapKey %s", place,
                map ? "is missing: the attribute is a string_number_map"
                    : "goes with a string_number_map only");
    rule->sort = (local_sort){(size_t)attribute, direction == 1, (local_map_key)(map_key + 1)};
    return true;
}

static bool read_compound(local_reader *reader, const cJSON *object, const char *place, local_rule *rule)
{
    static const char *const known[] = {"name", "type", "statement", NULL};
    const cJSON *statement = cJSON_GetObjectItemCaseSensitive(object, "statement");
    if (!local_reader_members(reader, object, place, known))
        return false;
    if (!cJSON_IsString(statement))
        return local_reader_refuse(reader, "%s: \"statement\" is missing, or not text", place);
    return local_read_statement(reader, place, statement->valuestring, rule);
}

/* Of large matches there are no other rules. */
static bool fits_large_match(local_reader *reader, const char *place, const local_rule *rule)
{
    bool latency = rule->kind == LOCAL_RULE_LATENCY && isnan(rule->limits[LOCAL_LIMIT_MAX_DISTANCE]);
    return !reader->rule_set->large || latency || rule->kind == LOCAL_RULE_BATCH_DISTANCE ||
           local_reader_refuse(reader,
                   "%s: a match of more than %d players has rules of the types batchDistance, and latency "
                   "with "
                   "maxLatency, only",
                   place, LOCAL_RULE_SET_SMALL_PLAYERS);
}

static bool read_rule(local_reader *reader, const cJSON *object, size_t index)
{
    static const char *const types[] = {"comparison", "distance", "batchDistance", "collection", "latency",
            "compound", "absoluteSort", "distanceSort", NULL};
    static bool (*const readers[])(local_reader *, const cJSON *, const char *, local_rule *) = {
            [LOCAL_RULE_COMPARISON] = read_comparison,
            [LOCAL_RULE_DISTANCE] = read_distance,
            [LOCAL_RULE_BATCH_DISTANCE] = read_batch_distance,
            [LOCAL_RULE_COLLECTION] = read_collection,
            [LOCAL_RULE_LATENCY] = read_latency,
            [LOCAL_RULE_COMPOUND] = read_compound,
            [LOCAL_RULE_ABSOLUTE_SORT] = read_sort,
            [LOCAL_RULE_DISTANCE_SORT] = read_sort,
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
    return readers[type](reader, object, place, rule) && fits_large_match(reader, place, rule);
}

bool local_read_rules(local_reader *reader, const cJSON *document)
{
    const cJSON *list, *object = NULL;
    size_t count;
    if (!local_reader_list(reader, document, "", "rules", &list, &count))
        return false;
    if (count > LOCAL_RULE_SET_MAX_RULES)
        return local_reader_refuse(reader, "rules: there are more than %d", LOCAL_RULE_SET_MAX_RULES);
    reader->rule_set->rules = local_reader_take(reader, count, sizeof *reader->rule_set->rules);
    cJSON_ArrayForEach(object, list)
    {
        if (reader->status == GLIFT_OK && read_rule(reader, object, reader->rule_set->rule_count))
            reader->rule_set->rule_count++;
    }
    return reader->status == GLIFT_OK;
}

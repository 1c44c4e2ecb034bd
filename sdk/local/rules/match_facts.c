/* SPDX-License-Identifier: Apache-2.0 */
/* Sorts the rules of a rule set: which of them are facts about single tickets, and which measure a lineup. */

#include "rules/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

size_t match_column_of(match_facts *facts, match_column column)
{
    for (size_t i = 0; i < facts->column_count; i++) {
        const match_column *other = &facts->columns[i];
        if (other->kind == column.kind && other->attribute == column.attribute &&
                other->party == column.party && same_text(other->key, column.key) &&
                same_text(other->word, column.word))
            return i;
    }
    facts->columns[facts->column_count] = column;
    return facts->column_count++;
}

/* ---- what an expression measures ---- */

/* The path of plain values, below any flatten; NULL: it is something else. */
static const local_expression *plain_path(const local_expression *expression)
{
    while (expression->kind == LOCAL_CALL && expression->function == LOCAL_FUNCTION_FLATTEN)
        expression = expression->argument;
    return expression->kind == LOCAL_PATH && expression->shape.element != LOCAL_ELEMENT_PLAYER ? expression
                                                                                               : NULL;
}

static bool is_about_all(const match_facts *facts, const local_expression *path)
{
    return !path->by_team || path->team_count == facts->rule_set->team_count;
}

static uint64_t teams_of(const match_facts *facts, const local_expression *path)
{
    uint64_t teams = 0;
    if (is_about_all(facts, path))
        return UINT64_MAX;
    for (size_t i = 0; i < path->team_count; i++)
        teams |= UINT64_C(1) << path->teams[i];
    return teams;
}

static match_column column_of_path(const local_expression *path, local_party_aggregation party)
{
    match_column column = {.attribute = path->attribute, .party = party, .key = path->key};
    if (path->player_ids)
        column = (match_column){.kind = MATCH_PLAYER_IDS};
    else if (path->type == GLIFT_ATTRIBUTE_STRING)
        column = (match_column){.kind = MATCH_TEXT, .attribute = path->attribute};
    else if (path->type == GLIFT_ATTRIBUTE_STRING_LIST)
        column.kind = MATCH_LIST;
    return column;
}

/* fn(plain values of everybody): the path; NULL: it is something else. */
static const local_expression *aggregate_of_all(
        const match_facts *facts, const local_expression *expression, local_function function)
{
    if (expression == NULL || expression->kind != LOCAL_CALL || expression->function != function ||
            expression->shape.depth != 0)
        return NULL;
    const local_expression *path = plain_path(expression->argument);
    return path != NULL && is_about_all(facts, path) ? path : NULL;
}

/* avg, min, max or median of single teams that have room for one player each: their values. */
static const local_expression *values_of_single_seats(
        const match_facts *facts, const local_expression *expression)
{
    const local_rule_set *rule_set = facts->rule_set;
    for (size_t i = 0; i < rule_set->team_count; i++) {
        for (size_t l = 0; l < facts->level_count; l++) {
            if (facts->levels[l].most[i] > 1)
                return NULL;
        }
    }
    bool averages = expression->kind == LOCAL_CALL && (expression->function == LOCAL_FUNCTION_AVG ||
                                                              expression->function == LOCAL_FUNCTION_MIN ||
                                                              expression->function == LOCAL_FUNCTION_MAX ||
                                                              expression->function == LOCAL_FUNCTION_MEDIAN);
    return averages ? plain_path(expression->argument) : NULL;
}

/* ---- windows ---- */

/* False: there is no room for one more window; the rule has to be measured. */
static bool add_window(
        match_facts *facts, size_t rule, const local_expression *path, local_limit limit, double factor)
{
    size_t column = match_column_of(facts, column_of_path(path, facts->rule_set->rules[rule].party)),
           window = 0;
    while (window < facts->window_count && facts->windows[window] != column)
        window++;
    if (window == MATCH_WINDOWS)
        return false;
    if (window == facts->window_count)
        facts->windows[facts->window_count++] = column;
    facts->widths[facts->width_count++] = (match_width){rule, window, limit, factor};
    return true;
}

/* Distances that keep values together: exactly so where true is returned. */
static bool add_distance_window(match_facts *facts, size_t index)
{
    const local_rule *rule = &facts->rule_set->rules[index];
    bool alone = rule->measurement_count == 1 && isnan(rule->limits[LOCAL_LIMIT_MIN_DISTANCE]) &&
                 !isnan(rule->limits[LOCAL_LIMIT_MAX_DISTANCE]) && rule->reference != NULL;
    if (!alone)
        return false;
    const local_expression *measured = rule->measurements[0], *to = rule->reference;
    const local_expression *highest = aggregate_of_all(facts, measured, LOCAL_FUNCTION_MAX);
    const local_expression *lowest = aggregate_of_all(facts, to, LOCAL_FUNCTION_MIN);
    if (highest == NULL || lowest == NULL) {
        highest = aggregate_of_all(facts, to, LOCAL_FUNCTION_MAX);
        lowest = aggregate_of_all(facts, measured, LOCAL_FUNCTION_MIN);
    }
    if (highest != NULL && lowest != NULL && highest->attribute == lowest->attribute &&
            same_text(highest->key, lowest->key))
        return add_window(facts, index, highest, LOCAL_LIMIT_MAX_DISTANCE, 1);
    const local_expression *values = plain_path(measured);
    if (values == NULL)
        values = values_of_single_seats(facts, measured);
    if (values == NULL)
        return false;
    /* Everybody is near the mean of all, or near the other one of two. */
    bool mean = aggregate_of_all(facts, to, LOCAL_FUNCTION_AVG) != NULL ||
                aggregate_of_all(facts, to, LOCAL_FUNCTION_MEDIAN) != NULL ||
                aggregate_of_all(facts, to, LOCAL_FUNCTION_MIN) != NULL ||
                aggregate_of_all(facts, to, LOCAL_FUNCTION_MAX) != NULL;
    const local_expression *other = values_of_single_seats(facts, to);
    if (mean && is_about_all(facts, values))
        add_window(facts, index, values, LOCAL_LIMIT_MAX_DISTANCE, 2);
    else if (other != NULL && values->attribute == other->attribute && same_text(values->key, other->key) &&
             facts->rule_set->team_count == 2 && teams_of(facts, values) != teams_of(facts, other))
        add_window(facts, index, values, LOCAL_LIMIT_MAX_DISTANCE, 1);
    return false;
}

/* ---- tests of one ticket ---- */

/* min(all) >= x says it of each, and so does max(all) <= x. */
static const local_expression *each_of(
        const match_facts *facts, const local_rule *rule, const local_expression *measured)
{
    bool low = rule->operation == LOCAL_GREATER || rule->operation == LOCAL_GREATER_OR_EQUAL;
    bool high = rule->operation == LOCAL_LESS || rule->operation == LOCAL_LESS_OR_EQUAL;
    if (rule->kind == LOCAL_RULE_COMPARISON && low)
        return aggregate_of_all(facts, measured, LOCAL_FUNCTION_MIN);
    if (rule->kind == LOCAL_RULE_COMPARISON && high)
        return aggregate_of_all(facts, measured, LOCAL_FUNCTION_MAX);
    return NULL;
}

static bool add_tests(match_facts *facts, size_t index)
{
    const local_rule *rule = &facts->rule_set->rules[index];
    bool constant = rule->reference != NULL ? local_expression_is_constant(rule->reference)
                                            : !isnan(rule->limits[LOCAL_LIMIT_REFERENCE]);
    size_t before = facts->test_count;
    for (size_t i = 0; constant && i < rule->measurement_count; i++) {
        const local_expression *path = plain_path(rule->measurements[i]);
        if (path == NULL)
            path = each_of(facts, rule, rule->measurements[i]);
        if (path == NULL) {
            facts->test_count = before;
            return false;
        }
        const char *text = rule->reference != NULL ? rule->reference->text : NULL;
        double number = rule->reference != NULL ? rule->reference->number : NAN;
        facts->tests[facts->test_count++] = (match_test){.rule = index,
                .column = match_column_of(facts, column_of_path(path, rule->party)),
                .teams = teams_of(facts, path),
                .text_reference = text != NULL ? (double)(match_hash(text) >> 11) : number};
    }
    return constant;
}

static bool add_comparison(match_facts *facts, size_t index)
{
    const local_rule *rule = &facts->rule_set->rules[index];
    bool among = rule->reference == NULL && isnan(rule->limits[LOCAL_LIMIT_REFERENCE]);
    const local_expression *path = rule->measurement_count == 1 ? plain_path(rule->measurements[0]) : NULL;
    if (among && rule->operation == LOCAL_EQUAL && path != NULL && is_about_all(facts, path))
        return add_window(facts, index, path, LOCAL_LIMIT_REFERENCE, 0);
    return !among && add_tests(facts, index);
}

/* ---- words and places ---- */

static bool add_words(match_facts *facts, size_t index)
{
    const local_rule *rule = &facts->rule_set->rules[index];
    const local_expression *path = rule->measurement_count == 1 ? plain_path(rule->measurements[0]) : NULL;
    bool together = rule->operation == LOCAL_INTERSECTION && rule->tightens && path != NULL &&
                    is_about_all(facts, path) && rule->measurements[0]->shape.depth == 2 &&
                    path->type == GLIFT_ATTRIBUTE_STRING_LIST && path->has_attribute;
    if (!together || facts->word_fact_count == MATCH_WORD_FACTS)
        return false;
    facts->word_facts[facts->word_fact_count++] =
            (match_word_fact){index, match_column_of(facts, column_of_path(path, rule->party))};
    return true;
}

static bool add_latency(match_facts *facts, size_t index)
{
    if (facts->latency_count == MATCH_LATENCIES)
        return false;
    facts->latency_rules[facts->latency_count++] = index;
    return isnan(facts->rule_set->rules[index].limits[LOCAL_LIMIT_MAX_DISTANCE]);
}

/* ---- all rules ---- */

/* True: facts say all that there is to this rule. */
static bool add_facts_of(match_facts *facts, size_t index)
{
    const local_rule *rule = &facts->rule_set->rules[index];
    const local_expression *path = rule->measurement_count > 0 ? plain_path(rule->measurements[0]) : NULL;
    switch (rule->kind) {
    case LOCAL_RULE_BATCH_DISTANCE:
        return add_window(facts, index, path, LOCAL_LIMIT_MAX_DISTANCE,
                path->shape.element == LOCAL_ELEMENT_TEXT ? 0 : 1);
    case LOCAL_RULE_DISTANCE:
        return add_tests(facts, index) || add_distance_window(facts, index);
    case LOCAL_RULE_COMPARISON:
        return add_comparison(facts, index);
    case LOCAL_RULE_COLLECTION:
        return add_words(facts, index);
    case LOCAL_RULE_LATENCY:
        return add_latency(facts, index);
    case LOCAL_RULE_COMPOUND:
    case LOCAL_RULE_ABSOLUTE_SORT:
    case LOCAL_RULE_DISTANCE_SORT:
        break;
    }
    return false;
}

static bool add_rule(match_facts *facts, size_t index);

/* and(...) says each of its parts. */
static bool add_statement(match_facts *facts, const local_statement *statement, size_t compound)
{
    if (statement->kind == LOCAL_STATEMENT_RULE)
        return add_rule(facts, statement->rule);
    if (statement->kind != LOCAL_STATEMENT_AND) {
        facts->measured[facts->measured_count++] = compound;
        return match_program_create(facts, compound);
    }
    for (size_t i = 0; i < statement->part_count; i++) {
        const local_statement *part = &statement->parts[i];
        if (part->kind != LOCAL_STATEMENT_RULE && part->kind != LOCAL_STATEMENT_AND) {
            facts->measured[facts->measured_count++] = compound;
            return match_program_create(facts, compound);
        }
    }
    for (size_t i = 0; i < statement->part_count; i++) {
        if (!add_statement(facts, &statement->parts[i], compound))
            return false;
    }
    return true;
}

static bool is_measured(const match_facts *facts, size_t index)
{
    for (size_t i = 0; i < facts->measured_count; i++) {
        if (facts->measured[i] == index)
            return true;
    }
    return false;
}

/* False: out of memory. */
static bool add_rule(match_facts *facts, size_t index)
{
    const local_rule *rule = &facts->rule_set->rules[index];
    if (rule->kind == LOCAL_RULE_ABSOLUTE_SORT || rule->kind == LOCAL_RULE_DISTANCE_SORT) {
        facts->has_sorts = true;
        return true;
    }
    if (rule->kind == LOCAL_RULE_COMPOUND)
        return add_statement(facts, rule->statement, index);
    if (add_facts_of(facts, index) || is_measured(facts, index))
        return true;
    facts->measured[facts->measured_count++] = index;
    return match_program_create(facts, index);
}

/* ---- levels ---- */

static int by_number(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void list_waits(match_facts *facts)
{
    size_t count = 0, distinct = 0;
    for (size_t i = 0; i < facts->rule_set->expansion_count; i++) {
        const local_expansion *expansion = &facts->rule_set->expansions[i];
        for (size_t j = 0; j < expansion->step_count; j++)
            facts->waits_ms[count++] = (uint64_t)ceil(fmin(expansion->steps[j].wait_s, 1e9) * 1000);
    }
    qsort(facts->waits_ms, count, sizeof *facts->waits_ms, by_number);
    for (size_t i = 0; i < count; i++) {
        if (distinct == 0 || facts->waits_ms[i] != facts->waits_ms[distinct - 1])
            facts->waits_ms[distinct++] = facts->waits_ms[i];
    }
    facts->level_count = distinct + 1;
}

static bool make_level(match_facts *facts, size_t index)
{
    const local_rule_set *rule_set = facts->rule_set;
    match_level *level = &facts->levels[index];
    uint64_t age_ms = index == 0 ? 0 : facts->waits_ms[index - 1];
    level->least = glift__memory_take(&facts->memory, rule_set->team_count, sizeof *level->least);
    level->most = glift__memory_take(&facts->memory, rule_set->team_count, sizeof *level->most);
    level->limits = glift__memory_take(&facts->memory, rule_set->rule_count + 1, sizeof *level->limits);
    if (level->least == NULL || level->most == NULL || level->limits == NULL)
        return false;
    for (size_t i = 0; i < rule_set->team_count; i++) {
        level->least[i] = local_rule_set_min_players(rule_set, i, age_ms);
        level->most[i] = local_rule_set_max_players(rule_set, i, age_ms);
        level->need += level->least[i];
        level->seats += level->most[i];
    }
    for (size_t i = 0; i < rule_set->rule_count; i++) {
        for (int limit = 0; limit < LOCAL_LIMIT_COUNT; limit++)
            level->limits[i][limit] =
                    local_rule_set_limit(rule_set, &rule_set->rules[i], (local_limit)limit, age_ms);
    }
    level->batching = local_rule_set_batching(rule_set, age_ms);
    level->backfill_priority = local_rule_set_backfill_priority(rule_set, age_ms);
    return true;
}

/* A hair wider than the rules say: sums are not exact, and the definition has the last word. */
static void set_widths(match_facts *facts, match_level *level)
{
    for (size_t i = 0; i < facts->window_count; i++)
        level->widths[i] = INFINITY;
    for (size_t i = 0; i < facts->width_count; i++) {
        const match_width *width = &facts->widths[i];
        double value = width->factor == 0 ? 0 : width->factor * level->limits[width->rule][width->limit];
        level->widths[width->window] = fmin(level->widths[width->window], value + 1e-9 * (1 + value));
    }
}

/* ---- what follows for teams and order ---- */

static bool names_teams(const local_rule_set *rule_set, const local_expression *expression)
{
    while (expression != NULL && expression->kind == LOCAL_CALL)
        expression = expression->argument;
    return expression != NULL && expression->by_team && expression->team_count < rule_set->team_count;
}

static bool rule_names_teams(const local_rule_set *rule_set, const local_rule *rule)
{
    bool named = rule->reference != NULL && names_teams(rule_set, rule->reference);
    for (size_t i = 0; i < rule->measurement_count; i++)
        named = named || names_teams(rule_set, rule->measurements[i]);
    return named;
}

static bool teams_are_alike(const match_facts *facts)
{
    const local_rule_set *rule_set = facts->rule_set;
    for (size_t i = 0; i < rule_set->rule_count; i++) {
        if (rule_names_teams(rule_set, &rule_set->rules[i]))
            return false;
    }
    for (size_t l = 0; l < facts->level_count; l++) {
        for (size_t i = 1; i < rule_set->team_count; i++) {
            if (facts->levels[l].least[i] != facts->levels[l].least[0] ||
                    facts->levels[l].most[i] != facts->levels[l].most[0])
                return false;
        }
    }
    return true;
}

static size_t find_nearness(match_facts *facts)
{
    if (facts->rule_set->balanced && facts->window_count == 0)
        return match_column_of(facts, (match_column){.attribute = facts->rule_set->balanced_attribute});
    size_t best = facts->column_count;
    double least = INFINITY;
    for (size_t i = 0; i < facts->window_count; i++) {
        bool number = facts->columns[facts->windows[i]].kind == MATCH_NUMBER;
        if (number && facts->levels[0].widths[i] < least) {
            least = facts->levels[0].widths[i];
            best = facts->windows[i];
        }
    }
    for (size_t i = 0; i < facts->column_count && best == facts->column_count; i++) {
        if (facts->columns[i].kind == MATCH_NUMBER)
            best = i;
    }
    return best;
}

/* Sorts and balance read attributes too. */
static void add_columns_of_order(match_facts *facts)
{
    const local_rule_set *rule_set = facts->rule_set;
    for (size_t i = 0; i < rule_set->sort_attribute_count; i++) {
        size_t attribute = rule_set->sort_attributes[i];
        bool number = rule_set->attributes[attribute].value.type == GLIFT_ATTRIBUTE_DOUBLE;
        facts->sort_columns[i] = match_column_of(
                facts, (match_column){.kind = number ? MATCH_NUMBER : MATCH_TEXT, .attribute = attribute});
    }
    for (size_t i = 0; i < facts->level_count && rule_set->balanced; i++) {
        uint64_t age_ms = i == 0 ? 0 : facts->waits_ms[i - 1];
        facts->levels[i].balanced_column = match_column_of(
                facts, (match_column){.attribute = local_rule_set_balanced_attribute(rule_set, age_ms)});
    }
}

/* ---- the whole ---- */

static bool take_room(match_facts *facts)
{
    const local_rule_set *rule_set = facts->rule_set;
    size_t expressions = 1, steps = 1;
    for (size_t i = 0; i < rule_set->rule_count; i++)
        expressions += rule_set->rules[i].measurement_count + 2;
    for (size_t i = 0; i < rule_set->expansion_count; i++)
        steps += rule_set->expansions[i].step_count;
    size_t columns = expressions + rule_set->attribute_count + rule_set->sort_attribute_count + 1;
    facts->columns = glift__memory_take(&facts->memory, columns, sizeof *facts->columns);
    facts->widths = glift__memory_take(&facts->memory, 2 * expressions, sizeof *facts->widths);
    facts->tests = glift__memory_take(&facts->memory, 2 * expressions, sizeof *facts->tests);
    facts->programs = glift__memory_take(&facts->memory, rule_set->rule_count + 1, sizeof(match_program *));
    facts->measured =
            glift__memory_take(&facts->memory, 2 * rule_set->rule_count + 1, sizeof *facts->measured);
    facts->sort_columns = glift__memory_take(
            &facts->memory, rule_set->sort_attribute_count + 1, sizeof *facts->sort_columns);
    facts->waits_ms = glift__memory_take(&facts->memory, steps, sizeof *facts->waits_ms);
    facts->levels = glift__memory_take(&facts->memory, steps, sizeof *facts->levels);
    return facts->columns != NULL && facts->widths != NULL && facts->tests != NULL &&
           facts->programs != NULL && facts->measured != NULL && facts->sort_columns != NULL &&
           facts->waits_ms != NULL && facts->levels != NULL;
}

bool match_facts_init(match_facts *facts, const local_rule_set *rule_set)
{
    *facts = (match_facts){.rule_set = rule_set};
    glift__memory_init(&facts->memory);
    bool made = take_room(facts);
    if (made)
        list_waits(facts);
    for (size_t i = 0; made && i < facts->level_count; i++)
        made = make_level(facts, i);
    for (size_t i = 0; made && i < rule_set->rule_count; i++)
        made = rule_set->rules[i].inside || add_rule(facts, i);
    if (!made) {
        match_facts_fini(facts);
        return false;
    }
    for (size_t i = 0; i < facts->level_count; i++)
        set_widths(facts, &facts->levels[i]);
    for (size_t i = 0; i < facts->measured_count; i++)
        facts->mends = facts->mends || !rule_set->rules[facts->measured[i]].tightens;
    add_columns_of_order(facts);
    facts->alike = teams_are_alike(facts);
    facts->nearness = find_nearness(facts);
    return true;
}

void match_facts_fini(match_facts *facts)
{
    glift__memory_fini(&facts->memory);
}

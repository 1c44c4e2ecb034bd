/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule_judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double local_judge_limit(const local_judge *judge, local_limit limit)
{
    return local_rule_set_limit(judge->rule_set, judge->rule, limit, judge->age_ms);
}

bool local_judge_within(const local_judge *judge, double value, local_limit low, local_limit high)
{
    /* An absent limit is NaN, and nothing is less or more than that. */
    return !(value < local_judge_limit(judge, low)) && !(value > local_judge_limit(judge, high));
}

const local_value *local_judge_evaluate(local_judge *judge, const local_expression *expression)
{
    return local_expression_evaluate(expression, judge->lineup, judge->rule->party, &judge->memory);
}

local_verdict local_judge_both(local_verdict one, local_verdict other)
{
    return one < other ? one : other;
}

static local_verdict verdict_of(bool passes)
{
    return passes ? LOCAL_PASSES : LOCAL_FAILS;
}

/* ---- comparison, distance: every measured value against the reference ---- */

static bool compare(local_operation operation, int order)
{
    switch (operation) {
    case LOCAL_LESS:
        return order < 0;
    case LOCAL_LESS_OR_EQUAL:
        return order <= 0;
    case LOCAL_EQUAL:
        return order == 0;
    case LOCAL_NOT_EQUAL:
        return order != 0;
    case LOCAL_GREATER_OR_EQUAL:
        return order >= 0;
    default:
        return order > 0;
    }
}

static int order_of(const local_value *a, const local_value *b)
{
    return a->text != NULL ? strcmp(a->text, b->text) : (a->number > b->number) - (a->number < b->number);
}

static bool passes_value(const local_judge *judge, const local_value *to, const local_value *value)
{
    if (judge->rule->kind == LOCAL_RULE_DISTANCE)
        return local_judge_within(
                judge, fabs(value->number - to->number), LOCAL_LIMIT_MIN_DISTANCE, LOCAL_LIMIT_MAX_DISTANCE);
    return compare(judge->rule->operation, order_of(value, to));
}

/* An aggregate over nothing has to wait while the match is being filled; once it is, 0 counts as a number. */
static bool is_pending(const local_judge *judge, const local_value *value)
{
    return value->empty && (judge->filling || isnan(value->number));
}

static local_verdict judge_each(const local_judge *judge, const local_value *to, const local_value *value)
{
    if (value->depth == 0)
        return is_pending(judge, value) ? LOCAL_WAITS : verdict_of(passes_value(judge, to, value));
    local_verdict all = LOCAL_PASSES;
    for (size_t i = 0; i < value->count && all != LOCAL_FAILS; i++)
        all = local_judge_both(all, judge_each(judge, to, &value->items[i]));
    return all;
}

static local_verdict judge_against_reference(local_judge *judge)
{
    local_value number = {.number = local_judge_limit(judge, LOCAL_LIMIT_REFERENCE)};
    const local_value *to =
            judge->rule->reference != NULL ? local_judge_evaluate(judge, judge->rule->reference) : &number;
    if (to == NULL)
        return LOCAL_FAILS;
    if (is_pending(judge, to))
        return LOCAL_WAITS;
    local_verdict all = LOCAL_PASSES;
    for (size_t i = 0; i < judge->rule->measurement_count && all != LOCAL_FAILS; i++) {
        const local_value *value = local_judge_evaluate(judge, judge->rule->measurements[i]);
        all = local_judge_both(all, value != NULL ? judge_each(judge, to, value) : LOCAL_FAILS);
    }
    return all;
}

/* ---- without a reference: all values are equal, or all distinct ---- */

static size_t count_values(const local_value *value)
{
    size_t count = value->depth == 0;
    for (size_t i = 0; value->depth > 0 && i < value->count; i++)
        count += count_values(&value->items[i]);
    return count;
}

static void gather_values(const local_value *value, const local_value **out, size_t *count)
{
    if (value->depth == 0)
        out[(*count)++] = value;
    for (size_t i = 0; value->depth > 0 && i < value->count; i++)
        gather_values(&value->items[i], out, count);
}

static int order_of_values(const void *left, const void *right)
{
    return order_of(*(const local_value *const *)left, *(const local_value *const *)right);
}

/* All values that the rule measures, in one list; NULL: out of memory. */
static const local_value **measured_values(local_judge *judge, size_t *count)
{
    size_t room = 0;
    const local_rule *rule = judge->rule;
    const local_value **measured =
            glift__memory_take(&judge->memory, rule->measurement_count, sizeof *measured);
    for (size_t i = 0; measured != NULL && i < rule->measurement_count; i++) {
        measured[i] = local_judge_evaluate(judge, rule->measurements[i]);
        if (measured[i] == NULL)
            return NULL;
        room += count_values(measured[i]);
    }
    const local_value **values = glift__memory_take(&judge->memory, room + 1, sizeof *values);
    *count = 0;
    for (size_t i = 0; measured != NULL && values != NULL && i < rule->measurement_count; i++)
        gather_values(measured[i], values, count);
    return measured != NULL ? values : NULL;
}

static local_verdict judge_among(local_judge *judge)
{
    size_t count;
    const local_value **values = measured_values(judge, &count);
    if (values == NULL)
        return LOCAL_FAILS;
    for (size_t i = 0; i < count; i++) {
        if (is_pending(judge, values[i]))
            return LOCAL_WAITS;
    }
    qsort(values, count, sizeof *values, order_of_values);
    for (size_t i = 1; i < count; i++) {
        if (!compare(judge->rule->operation, order_of_values(&values[i - 1], &values[i])))
            return LOCAL_FAILS;
    }
    return LOCAL_PASSES;
}

/* ---- batchDistance: the spread over all players ---- */

static bool keeps_batch_distance(local_judge *judge)
{
    const local_value *values = local_judge_evaluate(judge, judge->rule->measurements[0]);
    if (values == NULL)
        return false;
    bool texts = local_expression_shape(judge->rule->measurements[0]).element == LOCAL_ELEMENT_TEXT;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < values->count; i++) {
        if (texts && strcmp(values->items[i].text, values->items[0].text) != 0)
            return false;
        low = fmin(low, values->items[i].number);
        high = fmax(high, values->items[i].number);
    }
    return texts || values->count == 0 || !(high - low > local_judge_limit(judge, LOCAL_LIMIT_MAX_DISTANCE));
}

/* ---- all of them ---- */

static local_verdict judge_rule(local_judge *judge, const local_rule *rule);

static local_verdict judge_statement(local_judge *judge, const local_statement *statement)
{
    if (statement->kind == LOCAL_STATEMENT_RULE)
        return judge_rule(judge, &judge->rule_set->rules[statement->rule]);
    size_t of[3] = {0};
    for (size_t i = 0; i < statement->part_count; i++)
        of[judge_statement(judge, &statement->parts[i])]++;
    switch (statement->kind) {
    case LOCAL_STATEMENT_AND:
        return of[LOCAL_FAILS] > 0 ? LOCAL_FAILS : of[LOCAL_WAITS] > 0 ? LOCAL_WAITS : LOCAL_PASSES;
    case LOCAL_STATEMENT_OR:
        return of[LOCAL_PASSES] > 0 ? LOCAL_PASSES : of[LOCAL_WAITS] > 0 ? LOCAL_WAITS : LOCAL_FAILS;
    case LOCAL_STATEMENT_XOR:
        return of[LOCAL_PASSES] > 1  ? LOCAL_FAILS
               : of[LOCAL_WAITS] > 0 ? LOCAL_WAITS
                                     : verdict_of(of[LOCAL_PASSES] == 1);
    default: /* not */
        return of[LOCAL_WAITS] > 0 ? LOCAL_WAITS : verdict_of(of[LOCAL_FAILS] > 0);
    }
}

static local_verdict judge_rule(local_judge *judge, const local_rule *rule)
{
    judge->rule = rule;
    switch (rule->kind) {
    case LOCAL_RULE_COMPARISON:
    case LOCAL_RULE_DISTANCE:
        return rule->reference != NULL || !isnan(rule->limits[LOCAL_LIMIT_REFERENCE])
                       ? judge_against_reference(judge)
                       : judge_among(judge);
    case LOCAL_RULE_BATCH_DISTANCE:
        return verdict_of(keeps_batch_distance(judge));
    case LOCAL_RULE_COLLECTION:
        return local_judge_collection(judge);
    case LOCAL_RULE_LATENCY:
        return verdict_of(local_judge_latency(judge));
    case LOCAL_RULE_COMPOUND:
        return judge_statement(judge, rule->statement);
    case LOCAL_RULE_ABSOLUTE_SORT:
    case LOCAL_RULE_DISTANCE_SORT:
        break;
    }
    return LOCAL_PASSES;
}

bool local_rule_passes(const local_rule_set *rule_set, const local_rule *rule, const local_lineup *lineup,
        uint64_t age_ms, local_check check)
{
    local_judge judge = {.rule_set = rule_set,
            .lineup = lineup,
            .age_ms = age_ms,
            .filling = check != LOCAL_CHECK_FINISHED};
    glift__memory_init(&judge.memory);
    local_verdict verdict = judge_rule(&judge, rule);
    glift__memory_fini(&judge.memory);
    return verdict == LOCAL_PASSES || (verdict == LOCAL_WAITS && judge.filling);
}

const local_rule *local_rules_failing(
        const local_rule_set *rule_set, const local_lineup *lineup, uint64_t age_ms, local_check check)
{
    for (size_t i = 0; i < rule_set->rule_count; i++) {
        const local_rule *rule = &rule_set->rules[i];
        if (!local_rule_counts(rule) || (check == LOCAL_CHECK_HOPELESS && !rule->tightens))
            continue;
        if (!local_rule_passes(rule_set, rule, lineup, age_ms, check))
            return rule;
    }
    return NULL;
}

bool local_rules_allow_location(
        const local_rule_set *rule_set, const local_lineup *lineup, uint64_t age_ms, const char *location)
{
    local_lineup there = *lineup;
    there.location = location;
    local_judge judge = {.rule_set = rule_set, .lineup = &there, .age_ms = age_ms};
    for (size_t i = 0; i < rule_set->rule_count; i++) {
        judge.rule = &rule_set->rules[i];
        if (judge.rule->kind == LOCAL_RULE_LATENCY && local_rule_counts(judge.rule) &&
                !local_judge_latency(&judge))
            return false;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct checker {
    const local_rule_set *rule_set;
    const local_rule *rule;
    const local_lineup *lineup;
    uint64_t age_ms;
    bool filling;
    glift__memory memory;
} checker;

static double limit_of(const checker *c, local_limit limit)
{
    return local_rule_set_limit(c->rule_set, c->rule, limit, c->age_ms);
}

static bool within(const checker *c, double value, local_limit low, local_limit high)
{
    /* An absent limit is NaN, and nothing is less or more than that. */
    return !(value < limit_of(c, low)) && !(value > limit_of(c, high));
}

/* NULL when out of memory. */
static const local_value *evaluate(checker *c, const local_expression *expression)
{
    return local_expression_evaluate(expression, c->lineup, c->rule->party, &c->memory);
}

/* ---- comparison, distance: every measured value against the reference ---- */

typedef struct reference {
    bool given;
    double number;
    const char *text; /* NULL: a number */
} reference;

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

static bool passes_value(const checker *c, const reference *to, const local_value *value)
{
    if (c->rule->kind == LOCAL_RULE_DISTANCE)
        return within(
                c, fabs(value->number - to->number), LOCAL_LIMIT_MIN_DISTANCE, LOCAL_LIMIT_MAX_DISTANCE);
    int order = to->text != NULL ? strcmp(value->text, to->text)
                                 : (value->number > to->number) - (value->number < to->number);
    return compare(c->rule->operation, order);
}

/* An aggregate over nothing has to wait while the match is being filled; once it is, 0 counts as a number. */
static bool is_pending(const checker *c, const local_value *value)
{
    return value->empty && (c->filling || isnan(value->number));
}

static bool passes_each(const checker *c, const reference *to, const local_value *value)
{
    if (value->depth == 0)
        return is_pending(c, value) ? c->filling : passes_value(c, to, value);
    for (size_t i = 0; i < value->count; i++) {
        if (!passes_each(c, to, &value->items[i]))
            return false;
    }
    return true;
}

/* False: out of memory. */
static bool read_reference(checker *c, reference *out, bool *pending)
{
    *out = (reference){true, limit_of(c, LOCAL_LIMIT_REFERENCE), NULL};
    *pending = false;
    out->given = c->rule->reference != NULL || !isnan(out->number);
    if (c->rule->reference == NULL)
        return true;
    const local_value *value = evaluate(c, c->rule->reference);
    if (value == NULL)
        return false;
    out->number = value->number;
    out->text = value->text;
    *pending = value->empty && (c->filling || isnan(value->number));
    return true;
}

static bool check_against_reference(checker *c, const reference *to)
{
    for (size_t i = 0; i < c->rule->measurement_count; i++) {
        const local_value *value = evaluate(c, c->rule->measurements[i]);
        if (value == NULL || !passes_each(c, to, value))
            return false;
    }
    return true;
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
    const local_value *a = *(const local_value *const *)left, *b = *(const local_value *const *)right;
    return a->text != NULL ? strcmp(a->text, b->text) : (a->number > b->number) - (a->number < b->number);
}

static bool check_among(checker *c)
{
    size_t room = 0, count = 0;
    const local_value **measured =
            glift__memory_take(&c->memory, c->rule->measurement_count, sizeof *measured);
    for (size_t i = 0; measured != NULL && i < c->rule->measurement_count; i++) {
        measured[i] = evaluate(c, c->rule->measurements[i]);
        if (measured[i] == NULL)
            return false;
        room += count_values(measured[i]);
    }
    const local_value **values = glift__memory_take(&c->memory, room + 1, sizeof *values);
    if (measured == NULL || values == NULL)
        return false;
    for (size_t i = 0; i < c->rule->measurement_count; i++)
        gather_values(measured[i], values, &count);
    for (size_t i = 0; i < count; i++) {
        if (is_pending(c, values[i]))
            return c->filling;
    }
    qsort(values, count, sizeof *values, order_of_values);
    for (size_t i = 1; i < count; i++) {
        if (!compare(c->rule->operation, order_of_values(&values[i - 1], &values[i])))
            return false;
    }
    return true;
}

static bool check_values(checker *c)
{
    reference to;
    bool pending;
    if (!read_reference(c, &to, &pending))
        return false;
    if (pending)
        return c->filling;
    return to.given ? check_against_reference(c, &to) : check_among(c);
}

/* ---- batchDistance: the spread over all players ---- */

static bool check_batch_distance(checker *c)
{
    const local_value *values = evaluate(c, c->rule->measurements[0]);
    if (values == NULL)
        return false;
    bool texts = local_expression_shape(c->rule->measurements[0]).element == LOCAL_ELEMENT_TEXT;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < values->count; i++) {
        if (texts && strcmp(values->items[i].text, values->items[0].text) != 0)
            return false;
        low = fmin(low, values->items[i].number);
        high = fmax(high, values->items[i].number);
    }
    return texts || values->count == 0 || !(high - low > limit_of(c, LOCAL_LIMIT_MAX_DISTANCE));
}

/* ---- collection ---- */

static bool contains(const local_value *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        /* Both are elements of lists of strings. NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
        if (strcmp(list->items[i].text, text) == 0)
            return true;
    }
    return false;
}

static size_t common_words(const local_value *lists)
{
    size_t common = 0;
    for (size_t i = 0; lists->count > 0 && i < lists->items[0].count; i++) {
        bool everywhere = true;
        for (size_t j = 1; j < lists->count; j++)
            everywhere = everywhere && contains(&lists->items[j], lists->items[0].items[i].text);
        common += everywhere;
    }
    return common;
}

static bool passes_collection(const checker *c, const char *text, const local_value *value)
{
    if (value->depth > 2) {
        for (size_t i = 0; i < value->count; i++) {
            if (!passes_collection(c, text, &value->items[i]))
                return false;
        }
        return true;
    }
    size_t count = 0;
    if (value->count == 0 && c->filling)
        return true;
    if (c->rule->operation == LOCAL_INTERSECTION)
        count = common_words(value);
    for (size_t i = 0; c->rule->operation == LOCAL_CONTAINS && i < value->count; i++)
        count += contains(&value->items[i], text);
    return within(c, (double)count, LOCAL_LIMIT_MIN_COUNT, LOCAL_LIMIT_MAX_COUNT);
}

static bool check_collection(checker *c)
{
    reference to;
    bool pending;
    if (!read_reference(c, &to, &pending))
        return false;
    for (size_t i = 0; i < c->rule->measurement_count; i++) {
        const local_value *value = evaluate(c, c->rule->measurements[i]);
        if (value == NULL || !passes_collection(c, to.text, value))
            return false;
    }
    return true;
}

/* ---- latency ---- */

static const int *latency_to(const glift_player *player, const char *location)
{
    for (size_t i = 0; i < player->latency_count; i++) {
        if (strcmp(player->latencies[i].region, location) == 0)
            return &player->latencies[i].latency_ms;
    }
    return NULL;
}

/* Of the party that a seat belongs to. False: somebody in it has not measured this location. */
static bool party_latency(const checker *c, size_t party, const char *location, double *out)
{
    double sum = 0, low = INFINITY, high = -INFINITY, count = 0;
    for (size_t i = 0; i < c->lineup->seat_count; i++) {
        if (c->lineup->seats[i].party != party)
            continue;
        const int *latency = latency_to(c->lineup->seats[i].player, location);
        if (latency == NULL)
            return false;
        sum += *latency;
        low = fmin(low, *latency);
        high = fmax(high, *latency);
        count++;
    }
    *out = c->rule->party == LOCAL_PARTY_MINIMUM   ? low
           : c->rule->party == LOCAL_PARTY_MAXIMUM ? high
                                                   : sum / count;
    return true;
}

static bool location_passes(const checker *c, const char *location)
{
    double limit = limit_of(c, LOCAL_LIMIT_MAX_LATENCY), latency;
    for (size_t i = 0; i < c->lineup->seat_count; i++) {
        const local_seat *seat = &c->lineup->seats[i];
        /* Who plays there already need not say how far away it is. */
        if (seat->playing && latency_to(seat->player, location) == NULL)
            continue;
        if (!party_latency(c, seat->party, location, &latency) || latency > limit)
            return false;
    }
    return true;
}

static bool check_latency(const checker *c)
{
    if (c->lineup->location != NULL)
        return location_passes(c, c->lineup->location);
    if (c->lineup->seat_count == 0)
        return true;
    const glift_player *first = c->lineup->seats[0].player;
    for (size_t i = 0; i < first->latency_count; i++) {
        if (location_passes(c, first->latencies[i].region))
            return true;
    }
    return false;
}

/* ---- all of them ---- */

static bool rule_passes(checker *c)
{
    switch (c->rule->kind) {
    case LOCAL_RULE_BATCH_DISTANCE:
        return check_batch_distance(c);
    case LOCAL_RULE_COLLECTION:
        return check_collection(c);
    case LOCAL_RULE_LATENCY:
        return check_latency(c);
    default:
        return check_values(c);
    }
}

const local_rule *local_rules_failing(
        const local_rule_set *rule_set, const local_lineup *lineup, uint64_t age_ms, local_check check)
{
    checker c = {.rule_set = rule_set,
            .lineup = lineup,
            .age_ms = age_ms,
            .filling = check != LOCAL_CHECK_FINISHED};
    const local_rule *failing = NULL;
    glift__memory_init(&c.memory);
    for (size_t i = 0; i < rule_set->rule_count && failing == NULL; i++) {
        c.rule = &rule_set->rules[i];
        if (check == LOCAL_CHECK_HOPELESS && !c.rule->tightens)
            continue;
        if (!rule_passes(&c))
            failing = c.rule;
    }
    glift__memory_fini(&c.memory);
    return failing;
}

bool local_rules_allow_location(
        const local_rule_set *rule_set, const local_lineup *lineup, uint64_t age_ms, const char *location)
{
    local_lineup there = *lineup;
    there.location = location;
    checker c = {.rule_set = rule_set, .lineup = &there, .age_ms = age_ms};
    for (size_t i = 0; i < rule_set->rule_count; i++) {
        c.rule = &rule_set->rules[i];
        if (c.rule->kind == LOCAL_RULE_LATENCY && !check_latency(&c))
            return false;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a property expression is worth for the players that have a seat so far. */

#include "rules/expression_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static local_value *new_list(glift__memory *memory, unsigned depth, size_t room, local_value **items)
{
    local_value *list = glift__memory_take(memory, 1, sizeof *list);
    *items = glift__memory_take(memory, room == 0 ? 1 : room, sizeof **items);
    if (list == NULL || *items == NULL)
        return NULL;
    list->depth = depth;
    list->items = *items;
    return list;
}

/* ---- one attribute of one player, its party taken together ---- */

static const double *number_of(const local_expression *path, const glift_player_attribute *attribute)
{
    if (path->key == NULL)
        return &attribute->number;
    for (size_t i = 0; i < attribute->double_count; i++) {
        if (strcmp(attribute->double_map[i].key, path->key) == 0)
            return &attribute->double_map[i].value;
    }
    return NULL;
}

/* False: nobody in the party has the key. */
static bool party_number(const local_expression *path, const local_lineup *lineup, size_t party,
        local_party_aggregation how, double *out)
{
    double sum = 0, low = INFINITY, high = -INFINITY;
    size_t count = 0;
    for (size_t i = 0; i < lineup->seat_count; i++) {
        if (lineup->seats[i].party != party)
            continue;
        const double *number = number_of(path, &lineup->seats[i].player->attributes[path->attribute]);
        if (number == NULL)
            continue;
        sum += *number;
        low = fmin(low, *number);
        high = fmax(high, *number);
        count++;
    }
    *out = how == LOCAL_PARTY_MINIMUM ? low : how == LOCAL_PARTY_MAXIMUM ? high : sum / (double)count;
    return count > 0;
}

static bool list_has(const glift_player_attribute *attribute, const char *text)
{
    for (size_t i = 0; i < attribute->string_count; i++) {
        if (strcmp(attribute->string_list[i], text) == 0)
            return true;
    }
    return false;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(((const local_value *)left)->text, ((const local_value *)right)->text);
}

bool local_value_has(const local_value *list, const char *text)
{
    const local_value wanted = {.text = text};
    if (list->sorted)
        return list->count > 0 &&
               bsearch(&wanted, list->items, list->count, sizeof wanted, compare_texts) != NULL;
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].text, text) == 0)
            return true;
    }
    return false;
}

/* Those of before that this player has, too. */
static size_t keep_common(local_value *items, size_t count, const glift_player_attribute *attribute)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (list_has(attribute, items[i].text))
            items[kept++] = items[i];
    }
    return kept;
}

/* Most lists are in order already: tickets keep them so. */
static size_t sort_texts(local_value *items, size_t count)
{
    size_t at = 1, distinct = count > 0 ? 1 : 0;
    while (at < count && strcmp(items[at - 1].text, items[at].text) < 0)
        at++;
    if (at >= count)
        return count;
    qsort(items, count, sizeof *items, compare_texts);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(items[distinct - 1].text, items[i].text) != 0)
            items[distinct++] = items[i];
    }
    return distinct;
}

static const local_value *party_list(const local_expression *path, const local_lineup *lineup, size_t party,
        local_party_aggregation how, glift__memory *memory)
{
    size_t room = 0, count = 0, members = 0;
    for (size_t i = 0; i < lineup->seat_count; i++) {
        if (lineup->seats[i].party == party)
            room += lineup->seats[i].player->attributes[path->attribute].string_count;
    }
    local_value *items;
    local_value *list = new_list(memory, 1, room, &items);
    for (size_t i = 0; list != NULL && i < lineup->seat_count; i++) {
        const local_seat *seat = &lineup->seats[i];
        if (seat->party != party)
            continue;
        const glift_player_attribute *attribute = &seat->player->attributes[path->attribute];
        if (members++ > 0 && how == LOCAL_PARTY_INTERSECTION) {
            count = keep_common(items, count, attribute);
            continue;
        }
        for (size_t j = 0; j < attribute->string_count; j++)
            items[count++].text = attribute->string_list[j];
    }
    if (list == NULL)
        return NULL;
    list->count = sort_texts(items, count);
    list->sorted = true;
    return list;
}

/* ---- paths ---- */

/* Adds the value of one seat, if it has one. False when out of memory. */
static bool add_seat(const local_expression *path, const local_lineup *lineup, const local_seat *seat,
        local_party_aggregation how, glift__memory *memory, local_value *items, size_t *count)
{
    local_value *item = &items[*count];
    if (path->has_attribute && path->type == GLIFT_ATTRIBUTE_STRING_LIST && *count > 0 &&
            seat > lineup->seats && seat[-1].party == seat->party && seat[-1].team == seat->team) {
        *item = items[*count - 1]; /* the members of a party stand together */
    } else if (path->has_attribute && path->type == GLIFT_ATTRIBUTE_STRING_LIST) {
        const local_value *list = party_list(path, lineup, seat->party, how, memory);
        if (list == NULL)
            return false;
        *item = *list;
    } else if (path->has_attribute && path->shape.element == LOCAL_ELEMENT_NUMBER) {
        if (!party_number(path, lineup, seat->party, how, &item->number))
            return true;
    } else if (path->has_attribute) {
        item->text = seat->player->attributes[path->attribute].string;
    } else if (path->player_ids) {
        item->text = seat->player->player_id;
    }
    (*count)++;
    return true;
}

/* team -1: everybody */
static const local_value *list_of_team(const local_expression *path, const local_lineup *lineup, int team,
        local_party_aggregation how, glift__memory *memory)
{
    local_value *items;
    unsigned depth = path->several_teams ? path->shape.depth - 1 : path->shape.depth;
    local_value *list = new_list(memory, depth, lineup->seat_count, &items);
    size_t count = 0;
    for (size_t i = 0; list != NULL && i < lineup->seat_count; i++) {
        if (team >= 0 && lineup->seats[i].team != team)
            continue;
        if (!add_seat(path, lineup, &lineup->seats[i], how, memory, items, &count))
            return NULL;
    }
    if (list != NULL)
        list->count = count;
    return list;
}

static const local_value *path_value(const local_expression *path, const local_lineup *lineup,
        local_party_aggregation how, glift__memory *memory)
{
    if (!path->several_teams)
        return list_of_team(path, lineup, path->by_team ? path->teams[0] : -1, how, memory);
    local_value *items;
    local_value *list = new_list(memory, path->shape.depth, path->team_count, &items);
    for (size_t i = 0; list != NULL && i < path->team_count; i++) {
        const local_value *team = list_of_team(path, lineup, path->teams[i], how, memory);
        if (team == NULL)
            return NULL;
        items[i] = *team;
        list->count = i + 1;
    }
    return list;
}

/* ---- functions ---- */

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median_of(const local_value *list, glift__memory *memory)
{
    double *sorted = glift__memory_take(memory, list->count, sizeof *sorted);
    if (sorted == NULL)
        return NAN;
    for (size_t i = 0; i < list->count; i++)
        sorted[i] = list->items[i].number;
    qsort(sorted, list->count, sizeof *sorted, compare_numbers);
    size_t middle = list->count / 2;
    return list->count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

static double aggregate(local_function function, const local_value *list, glift__memory *memory)
{
    double count = (double)list->count, sum = 0, squares = 0, low = INFINITY, high = -INFINITY;
    if (function == LOCAL_FUNCTION_COUNT)
        return count;
    for (size_t i = 0; i < list->count; i++) {
        sum += list->items[i].number;
        low = fmin(low, list->items[i].number);
        high = fmax(high, list->items[i].number);
    }
    if (function == LOCAL_FUNCTION_SUM)
        return sum;
    if (list->count == 0)
        return NAN;
    switch (function) {
    case LOCAL_FUNCTION_MIN:
        return low;
    case LOCAL_FUNCTION_MAX:
        return high;
    case LOCAL_FUNCTION_MEDIAN:
        return median_of(list, memory);
    case LOCAL_FUNCTION_STDDEV:
        for (size_t i = 0; i < list->count; i++)
            squares += pow(list->items[i].number - sum / count, 2);
        return sqrt(squares / count);
    default:
        return sum / count;
    }
}

/* The words that are in every list. */
static const local_value *intersect(const local_value *lists, glift__memory *memory)
{
    local_value *items;
    size_t count = 0;
    local_value *result = new_list(memory, 1, lists->count > 0 ? lists->items[0].count : 0, &items);
    for (size_t i = 0; result != NULL && lists->count > 0 && i < lists->items[0].count; i++) {
        const char *text = lists->items[0].items[i].text;
        bool everywhere = true;
        for (size_t j = 1; j < lists->count && everywhere; j++)
            everywhere = local_value_has(&lists->items[j], text);
        if (everywhere)
            items[count++].text = text;
    }
    if (result == NULL)
        return NULL;
    result->count = sort_texts(items, count);
    result->sorted = true;
    return result;
}

static const local_value *flatten(const local_value *lists, glift__memory *memory)
{
    size_t room = 0, count = 0;
    for (size_t i = 0; i < lists->count; i++)
        room += lists->items[i].count;
    local_value *items;
    local_value *result = new_list(memory, lists->depth - 1, room, &items);
    for (size_t i = 0; result != NULL && i < lists->count; i++) {
        for (size_t j = 0; j < lists->items[i].count; j++)
            items[count++] = lists->items[i].items[j];
    }
    if (result != NULL)
        result->count = count;
    return result;
}

static const local_value *apply(local_function function, const local_value *in, glift__memory *memory);

/* A function that works on lists of depth n, given something deeper: once for each part of it. */
static const local_value *apply_to_each(local_function function, const local_value *in, glift__memory *memory)
{
    local_value *items;
    local_value *result = new_list(memory, in->depth - 1, in->count, &items);
    for (size_t i = 0; result != NULL && i < in->count; i++) {
        const local_value *part = apply(function, &in->items[i], memory);
        if (part == NULL)
            return NULL;
        items[i] = *part;
        result->count = i + 1;
    }
    return result;
}

static const local_value *apply(local_function function, const local_value *in, glift__memory *memory)
{
    if (function == LOCAL_FUNCTION_FLATTEN)
        return flatten(in, memory);
    if (function == LOCAL_FUNCTION_SET_INTERSECTION)
        return in->depth > 2 ? apply_to_each(function, in, memory) : intersect(in, memory);
    if (in->depth > 1)
        return apply_to_each(function, in, memory);
    local_value *result = glift__memory_take(memory, 1, sizeof *result);
    if (result != NULL) {
        result->number = aggregate(function, in, memory);
        result->empty = in->count == 0;
    }
    return result;
}

static const local_value *constant_value(const local_expression *expression, glift__memory *memory)
{
    local_value *items;
    if (expression->shape.depth == 0) {
        local_value *constant = glift__memory_take(memory, 1, sizeof *constant);
        if (constant != NULL)
            *constant = (local_value){.number = expression->number, .text = expression->text};
        return constant;
    }
    local_value *list = new_list(memory, 1, expression->text_count, &items);
    for (size_t i = 0; list != NULL && i < expression->text_count; i++)
        items[i].text = expression->texts[i];
    if (list != NULL)
        list->count = expression->text_count;
    return list;
}

const local_value *local_expression_evaluate(const local_expression *expression, const local_lineup *lineup,
        local_party_aggregation party, glift__memory *memory)
{
    if (expression->kind == LOCAL_PATH)
        return path_value(expression, lineup, party, memory);
    if (expression->kind == LOCAL_CALL) {
        const local_value *argument = local_expression_evaluate(expression->argument, lineup, party, memory);
        return argument != NULL ? apply(expression->function, argument, memory) : NULL;
    }
    return constant_value(expression, memory);
}

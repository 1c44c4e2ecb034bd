/* SPDX-License-Identifier: Apache-2.0 */
/* A property expression of a rule: refused with its column, or evaluated to a value of the shape that was
 * told when it was read, the same each time; and what several functions make of one list agrees.
 *
 * The input: one byte that chooses who plays, and the expression. */
#include "fuzz.h"
#include "rules/rule_set.h"

#include <math.h>
#include <string.h>

enum { SEATS = 6, TEAMS = 3 };

static const char document[] =
        "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":[{\"name\":\"n\",\"type\":\"number\"},"
        "{\"name\":\"s\",\"type\":\"string\"},{\"name\":\"l\",\"type\":\"string_list\"},"
        "{\"name\":\"m\",\"type\":\"string_number_map\"}],\"teams\":[{\"name\":\"a\",\"minPlayers\":0,"
        "\"maxPlayers\":3},{\"name\":\"b\",\"minPlayers\":1,\"maxPlayers\":3,\"quantity\":2}]}";

static const local_lineup *draw_lineup(uint8_t chosen)
{
    static const char *const texts[] = {"x", "y", "z", ""};
    static const char *const ids[SEATS] = {"p0", "p1", "p2", "p3", "p4", "p5"};
    static const glift_double_entry entries[] = {{"k", 2}, {"x", -3}};
    static glift_player_attribute attributes[SEATS][4];
    static glift_player players[SEATS];
    static local_seat seats[SEATS];
    static local_lineup lineup;
    uint32_t state = chosen;
    for (size_t i = 0; i < SEATS; i++) {
        state = state * 1103515245u + 12345;
        uint32_t drawn = state >> 16;
        attributes[i][0] = (glift_player_attribute){
                .name = "n", .type = GLIFT_ATTRIBUTE_DOUBLE, .number = (double)(drawn % 21) - 10};
        attributes[i][1] = (glift_player_attribute){
                .name = "s", .type = GLIFT_ATTRIBUTE_STRING, .string = texts[drawn % 4]};
        attributes[i][2] = (glift_player_attribute){.name = "l",
                .type = GLIFT_ATTRIBUTE_STRING_LIST,
                .string_list = texts + drawn % 3,
                .string_count = drawn % 2};
        attributes[i][3] = (glift_player_attribute){.name = "m",
                .type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP,
                .double_map = entries,
                .double_count = drawn % 3};
        players[i] = (glift_player){.player_id = ids[i], .attributes = attributes[i], .attribute_count = 4};
        seats[i] = (local_seat){&players[i], (int)(drawn / 4 % TEAMS), drawn / 16 % SEATS, false};
    }
    lineup = (local_lineup){seats, chosen % (SEATS + 1), TEAMS, NULL};
    return &lineup;
}

/* The number of its elements; of numbers also their sum and bounds. */
typedef struct summary {
    double count, sum, least, most;
} summary;

static void check_shape(const local_value *value, local_shape shape, unsigned depth, summary *out)
{
    HOLDS(value->depth == depth);
    if (depth == 0) {
        HOLDS(shape.element != LOCAL_ELEMENT_TEXT || value->text != NULL);
        HOLDS(shape.element == LOCAL_ELEMENT_TEXT || value->text == NULL);
        out->least = out->count == 0 || value->number < out->least ? value->number : out->least;
        out->most = out->count == 0 || value->number > out->most ? value->number : out->most;
        out->count++;
        out->sum += value->number;
    }
    for (size_t i = 0; depth > 0 && i < value->count; i++)
        check_shape(&value->items[i], shape, depth - 1, out);
}

static bool same(const local_value *a, const local_value *b)
{
    bool equal = a->depth == b->depth && a->count == b->count && a->empty == b->empty;
    if (equal && a->depth == 0)
        return a->text != NULL ? b->text != NULL && strcmp(a->text, b->text) == 0
                               : a->number == b->number || (isnan(a->number) && isnan(b->number));
    for (size_t i = 0; equal && i < a->count; i++)
        equal = same(&a->items[i], &b->items[i]);
    return equal;
}

typedef struct context {
    const local_rule_set *rule_set;
    const local_lineup *lineup;
    glift__memory *memory;
} context;

/* What a function makes of the expression; NULL: it takes no such thing. */
static const local_value *apply(const context *self, const char *function, const char *text)
{
    char what[LOCAL_WHAT_SIZE], *call = glift__memory_take(self->memory, strlen(text) + 32, 1);
    HOLDS(call != NULL);
    sprintf(call, "%s(%s)", function, text);
    const local_expression *expression =
            local_expression_parse(call, self->rule_set, self->memory, what, sizeof what);
    return expression == NULL
                   ? NULL
                   : local_expression_evaluate(expression, self->lineup, LOCAL_PARTY_AVERAGE, self->memory);
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * (1 + fabs(a) + fabs(b));
}

static void check_functions(const context *self, const char *text, const summary *all)
{
    const local_value *count = apply(self, "count", text), *sum = apply(self, "sum", text),
                      *avg = apply(self, "avg", text), *min = apply(self, "min", text),
                      *max = apply(self, "max", text), *median = apply(self, "median", text);
    if (count == NULL || sum == NULL || avg == NULL || min == NULL || max == NULL || median == NULL)
        return; /* more functions within one another than may be, or no numbers */
    HOLDS(count->number == all->count);
    if (all->count == 0 || isnan(all->sum))
        return;
    HOLDS(near(sum->number, all->sum) && near(avg->number * all->count, all->sum));
    HOLDS(min->number == all->least && max->number == all->most);
    HOLDS(median->number >= all->least && median->number <= all->most);
}

static void check_value(const context *self, const char *text, const local_expression *expression)
{
    local_shape shape = local_expression_shape(expression);
    for (int party = LOCAL_PARTY_AVERAGE; party <= LOCAL_PARTY_INTERSECTION; party++) {
        summary all = {0}, ignored = {0};
        const local_value *one = local_expression_evaluate(
                expression, self->lineup, (local_party_aggregation)party, self->memory);
        const local_value *other = local_expression_evaluate(
                expression, self->lineup, (local_party_aggregation)party, self->memory);
        HOLDS(one != NULL && other != NULL && same(one, other));
        check_shape(one, shape, shape.depth, &all);
        check_shape(other, shape, shape.depth, &ignored);
        if (party == LOCAL_PARTY_AVERAGE && shape.depth == 1 && shape.element == LOCAL_ELEMENT_NUMBER)
            check_functions(self, text, &all);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static local_rule_set *rule_set;
    char what[LOCAL_WHAT_SIZE] = "";
    if (size < 2 || memchr(data + 1, 0, size - 1) != NULL)
        return 0;
    if (rule_set == NULL)
        HOLDS(local_rule_set_parse(document, &rule_set, what) == GLIFT_OK);
    char *text = strndup((const char *)data + 1, size - 1);
    HOLDS(text != NULL);
    glift__memory memory;
    glift__memory_init(&memory);
    const local_expression *expression = local_expression_parse(text, rule_set, &memory, what, sizeof what);
    HOLDS(expression != NULL || what[0] != '\0');
    context self = {rule_set, draw_lineup(data[0]), &memory};
    if (expression != NULL)
        check_value(&self, text, expression);
    glift__memory_fini(&memory);
    free(text);
    return 0;
}

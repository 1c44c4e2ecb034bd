/* SPDX-License-Identifier: Apache-2.0 */
/* Reading property expressions, and what shape of value they give.
 *
 * Whatever is refused is refused here, with the column: expression_value.c can then trust the shape. */

#include "base/format.h"
#include "rules/expression_tree.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NESTING 8 /* functions within functions; flatten, an aggregate and two more are usual */

typedef struct parser {
    const char *text, *at;
    const local_rule_set *rule_set;
    glift__memory *memory;
    char *what;
    size_t what_size;
    unsigned nesting;
} parser;

static const struct {
    const char *name;
    local_function function;
} functions[] = {
        {"min", LOCAL_FUNCTION_MIN},
        {"max", LOCAL_FUNCTION_MAX},
        {"avg", LOCAL_FUNCTION_AVG},
        {"median", LOCAL_FUNCTION_MEDIAN},
        {"sum", LOCAL_FUNCTION_SUM},
        {"count", LOCAL_FUNCTION_COUNT},
        {"stddev", LOCAL_FUNCTION_STDDEV},
        {"flatten", LOCAL_FUNCTION_FLATTEN},
        {"set_intersection", LOCAL_FUNCTION_SET_INTERSECTION},
};

GLIFT__FORMAT(2, 3) static void *refuse(parser *p, const char *format, ...)
{
    char reason[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    snprintf(p->what, p->what_size, "expression \"%.160s\", column %zu: %s", p->text,
            (size_t)(p->at - p->text) + 1, reason);
    return NULL;
}

static void skip_blanks(parser *p)
{
    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
}

static bool take(parser *p, const char *token)
{
    skip_blanks(p);
    size_t length = strlen(token);
    if (strncmp(p->at, token, length) != 0)
        return false;
    p->at += length;
    return true;
}

/* A name up to one of the closing characters, blanks round it dropped. NULL: refused or out of memory. */
static const char *take_name(parser *p, const char *closing)
{
    skip_blanks(p);
    size_t length = strcspn(p->at, closing);
    if (p->at[length] == '\0')
        return refuse(p, "']' is missing");
    size_t trimmed = length;
    while (trimmed > 0 && (p->at[trimmed - 1] == ' ' || p->at[trimmed - 1] == '\t'))
        trimmed--;
    if (trimmed == 0)
        return refuse(p, "a name is missing");
    char *name = glift__memory_take(p->memory, trimmed + 1, 1);
    if (name == NULL)
        return NULL;
    memcpy(name, p->at, trimmed);
    p->at += length;
    return name;
}

static local_expression *new_node(parser *p, local_expression_kind kind)
{
    local_expression *node = glift__memory_take(p->memory, 1, sizeof *node);
    if (node != NULL)
        node->kind = kind;
    return node;
}

/* Adds every team of that name, or of that group. */
static bool add_teams(parser *p, local_expression *path, const char *name)
{
    size_t before = path->team_count;
    for (size_t i = 0; i < p->rule_set->team_count; i++) {
        const local_team *team = &p->rule_set->teams[i];
        bool meant = name == NULL || strcmp(team->name, name) == 0 || strcmp(team->group, name) == 0;
        for (size_t j = 0; j < path->team_count; j++)
            meant = meant && path->teams[j] != (int)i;
        if (meant)
            path->teams[path->team_count++] = (int)i;
    }
    if (path->team_count > before)
        return true;
    refuse(p, "there is no team \"%.100s\"", name == NULL ? "*" : name);
    return false;
}

/* '*' ']' or name (',' name)* ']' */
static bool take_teams(parser *p, local_expression *path)
{
    path->by_team = true;
    path->teams = glift__memory_take(p->memory, p->rule_set->team_count, sizeof *path->teams);
    if (path->teams == NULL)
        return false;
    if (take(p, "*")) {
        path->several_teams = true;
        if (take(p, "]"))
            return add_teams(p, path, NULL);
        refuse(p, "']' is missing");
        return false;
    }
    do {
        const char *name = take_name(p, ",]");
        if (name == NULL || !add_teams(p, path, name))
            return false;
    } while (take(p, ","));
    path->several_teams = path->team_count > 1;
    return take(p, "]");
}

static bool take_attribute(parser *p, local_expression *path)
{
    const char *name = take_name(p, "]");
    if (name == NULL)
        return false;
    take(p, "]");
    for (path->attribute = 0; path->attribute < p->rule_set->attribute_count; path->attribute++) {
        if (strcmp(p->rule_set->attributes[path->attribute].name, name) == 0)
            break;
    }
    if (path->attribute == p->rule_set->attribute_count) {
        refuse(p, "playerAttributes does not declare \"%.100s\"", name);
        return false;
    }
    path->type = p->rule_set->attributes[path->attribute].value.type;
    if (!take(p, "["))
        return true;
    if (path->type != GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP) {
        refuse(p, "only a string_number_map has keys, and \"%.100s\" is none", name);
        return false;
    }
    path->key = take_name(p, "]");
    return path->key != NULL && take(p, "]");
}

static bool take_player_id_tail(parser *p)
{
    static const char tail[] = "[playerid]";
    skip_blanks(p);
    for (size_t i = 0; tail[i] != '\0'; i++) {
        if (tolower((unsigned char)p->at[i]) != tail[i])
            return false;
    }
    p->at += sizeof tail - 1;
    return true;
}

static local_shape shape_of_path(const local_expression *path)
{
    local_shape shape = {LOCAL_ELEMENT_PLAYER, path->several_teams ? 2 : 1};
    if (path->player_ids)
        shape.element = LOCAL_ELEMENT_TEXT;
    if (!path->has_attribute)
        return shape;
    switch (path->type) {
    case GLIFT_ATTRIBUTE_STRING_LIST:
        shape.depth++;
        shape.element = LOCAL_ELEMENT_TEXT;
        break;
    case GLIFT_ATTRIBUTE_STRING:
        shape.element = LOCAL_ELEMENT_TEXT;
        break;
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        shape.element = path->key != NULL ? LOCAL_ELEMENT_NUMBER : LOCAL_ELEMENT_MAP;
        break;
    default:
        shape.element = LOCAL_ELEMENT_NUMBER;
        break;
    }
    return shape;
}

static local_expression *parse_path(parser *p)
{
    local_expression *path = new_node(p, LOCAL_PATH);
    if (path == NULL)
        return NULL;
    bool teams = take(p, "teams[") || take(p, "team[");
    if (teams && !take_teams(p, path))
        return NULL;
    if (!take(p, teams ? ".players" : "players"))
        return refuse(
                p, teams ? "'.players' is expected" : "a function, 'teams[...]' or 'players' is expected");
    if (take(p, ".attributes[")) {
        path->has_attribute = true;
        if (!take_attribute(p, path))
            return NULL;
    } else {
        path->player_ids = take_player_id_tail(p);
    }
    path->shape = shape_of_path(path);
    return path;
}

/* What a function makes of its argument's shape; false where it does not take such a thing. */
static bool shape_of_call(local_function function, local_shape in, local_shape *out)
{
    *out = in;
    switch (function) {
    case LOCAL_FUNCTION_FLATTEN:
        out->depth--;
        return in.depth >= 2;
    case LOCAL_FUNCTION_SET_INTERSECTION:
        out->depth--;
        return in.depth >= 2 && in.element == LOCAL_ELEMENT_TEXT;
    case LOCAL_FUNCTION_COUNT:
        out->element = LOCAL_ELEMENT_NUMBER;
        out->depth--;
        return in.depth >= 1;
    default:
        out->depth--;
        return in.depth >= 1 && in.element == LOCAL_ELEMENT_NUMBER;
    }
}

static const char *what_it_takes(local_function function)
{
    switch (function) {
    case LOCAL_FUNCTION_FLATTEN:
        return "a list of lists";
    case LOCAL_FUNCTION_SET_INTERSECTION:
        return "a list of string lists";
    case LOCAL_FUNCTION_COUNT:
        return "a list";
    default:
        return "a list of numbers";
    }
}

static local_expression *parse_expression(parser *p);

static local_expression *parse_call(parser *p, size_t which)
{
    if (++p->nesting > MAX_NESTING)
        return refuse(p, "more than %d functions within each other", MAX_NESTING);
    local_expression *argument = parse_expression(p);
    if (argument == NULL)
        return NULL;
    if (!take(p, ")"))
        return refuse(p, "')' is missing");
    p->nesting--;
    local_expression *call = new_node(p, LOCAL_CALL);
    if (call == NULL)
        return NULL;
    call->function = functions[which].function;
    call->argument = argument;
    if (!shape_of_call(call->function, argument->shape, &call->shape))
        return refuse(p, "%s takes %s", functions[which].name, what_it_takes(call->function));
    return call;
}

/* 'text' or a number; NULL with nothing refused where there is neither. */
static local_expression *parse_constant(parser *p, bool *is_constant)
{
    skip_blanks(p);
    char *end = NULL;
    bool quoted = *p->at == '\'';
    double number = quoted ? 0 : strtod(p->at, &end);
    *is_constant = quoted || (end != p->at && isfinite(number));
    if (!*is_constant)
        return NULL;
    local_expression *node = new_node(p, LOCAL_CONSTANT);
    if (node == NULL)
        return NULL;
    node->shape.element = quoted ? LOCAL_ELEMENT_TEXT : LOCAL_ELEMENT_NUMBER;
    node->number = number;
    if (!quoted) {
        p->at = end;
        return node;
    }
    p->at++;
    node->text = take_name(p, "'");
    if (node->text == NULL)
        return NULL;
    p->at++;
    return node;
}

enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

/* Of the word that a text begins with. */
static size_t word_length(const char *text)
{
    size_t length = 0;
    while (isalpha((unsigned char)text[length]) || text[length] == '_')
        length++;
    return length;
}

/* FUNCTIONS: there is none of this name. */
static size_t function_named(const char *name, size_t length)
{
    size_t i = 0;
    while (i < FUNCTIONS &&
            (strlen(functions[i].name) != length || strncmp(functions[i].name, name, length) != 0))
        i++;
    return i;
}

static local_expression *parse_expression(parser *p)
{
    skip_blanks(p);
    size_t length = word_length(p->at), which = function_named(p->at, length);
    const char *after = p->at + length + strspn(p->at + length, " \t");
    if (*after == '(' && which < FUNCTIONS) {
        p->at = after + 1;
        return parse_call(p, which);
    }
    if (*after == '(')
        return refuse(p, "there is no function \"%.*s\"", (int)(length < 100 ? length : 100), p->at);
    bool is_constant = false;
    local_expression *constant = parse_constant(p, &is_constant);
    return is_constant ? constant : parse_path(p);
}

const local_expression *local_expression_parse(
        const char *text, const local_rule_set *rule_set, glift__memory *memory, char *what, size_t what_size)
{
    parser p = {text, text, rule_set, memory, what, what_size, 0};
    what[0] = '\0';
    local_expression *expression = parse_expression(&p);
    if (expression == NULL)
        return NULL;
    skip_blanks(&p);
    if (*p.at != '\0')
        return refuse(&p, "the expression ends here, but the text does not");
    return expression;
}

bool local_expression_looks_like(const char *text)
{
    text += strspn(text, " \t");
    size_t length = word_length(text), blanks = strspn(text + length, " \t");
    return text[0] == '\'' ||
           (length > 0 && (text[length] == '(' || text[length] == '[' || text[length] == '.')) ||
           (text[length + blanks] == '(' && function_named(text, length) < FUNCTIONS);
}

const local_expression *local_expression_of_texts(
        const char *const *texts, size_t count, glift__memory *memory)
{
    local_expression *node = glift__memory_take(memory, 1, sizeof *node);
    const char **copies = glift__memory_take(memory, count + 1, sizeof *copies);
    if (node == NULL || copies == NULL)
        return NULL;
    node->kind = LOCAL_CONSTANT;
    node->shape = (local_shape){LOCAL_ELEMENT_TEXT, 1};
    node->texts = copies;
    for (size_t i = 0; i < count; i++) {
        copies[i] = glift__memory_text(memory, texts[i]);
        if (copies[i] == NULL)
            return NULL;
    }
    node->text_count = count;
    return node;
}

const local_expression *local_expression_of_text(const char *text, glift__memory *memory)
{
    local_expression *node = glift__memory_take(memory, 1, sizeof *node);
    if (node == NULL)
        return NULL;
    node->kind = LOCAL_CONSTANT;
    node->shape.element = LOCAL_ELEMENT_TEXT;
    node->text = glift__memory_text(memory, text);
    return node->text != NULL ? node : NULL;
}

local_shape local_expression_shape(const local_expression *expression)
{
    return expression->shape;
}

bool local_expression_is_plain(const local_expression *expression)
{
    while (expression->kind == LOCAL_CALL && expression->function == LOCAL_FUNCTION_FLATTEN)
        expression = expression->argument;
    return expression->kind != LOCAL_CALL;
}

bool local_expression_is_constant(const local_expression *expression)
{
    return expression->kind == LOCAL_CONSTANT;
}

bool local_expression_is_shared(const local_expression *expression)
{
    return expression->kind == LOCAL_CALL && expression->function == LOCAL_FUNCTION_SET_INTERSECTION &&
           expression->shape.depth == 1 && local_expression_is_plain(expression->argument);
}

bool local_expression_is_of_lists(const local_expression *expression)
{
    if (expression->shape.depth >= 2)
        return true;
    while (expression->kind == LOCAL_CALL)
        expression = expression->argument;
    return expression->has_attribute && expression->type == GLIFT_ATTRIBUTE_STRING_LIST;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of a property expression: between expression.c, which makes it, and expression_value.c. */
#ifndef LOCAL_EXPRESSION_TREE_H
#define LOCAL_EXPRESSION_TREE_H

#include "rules/rule_set.h"

typedef enum local_function {
    LOCAL_FUNCTION_MIN,
    LOCAL_FUNCTION_MAX,
    LOCAL_FUNCTION_AVG,
    LOCAL_FUNCTION_MEDIAN,
    LOCAL_FUNCTION_SUM,
    LOCAL_FUNCTION_COUNT,
    LOCAL_FUNCTION_STDDEV,
    LOCAL_FUNCTION_FLATTEN,
    LOCAL_FUNCTION_SET_INTERSECTION
} local_function;

typedef enum local_expression_kind {
    LOCAL_CONSTANT, /* number, text, or list of texts */
    LOCAL_PATH,     /* players, their ids, or one of their attributes */
    LOCAL_CALL      /* function(argument) */
} local_expression_kind;

struct local_expression {
    local_expression_kind kind;
    local_shape shape;
    double number;
    const char *text;
    const char **texts; /* of a constant list */
    size_t text_count;
    local_function function;
    const local_expression *argument;
    bool by_team; /* else: all players in one list */
    bool several_teams;
    int *teams;
    size_t team_count;
    bool player_ids;
    bool has_attribute;
    size_t attribute;
    glift_attribute_type type;
    const char *key; /* of a string_number_map */
};

#endif

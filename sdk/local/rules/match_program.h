/* SPDX-License-Identifier: Apache-2.0 */
/* A rule that measures a lineup, made ready: between match_program.c, which makes it, and match_violation.c.
 */
#ifndef LOCAL_MATCH_PROGRAM_H
#define LOCAL_MATCH_PROGRAM_H

#include "rules/match.h"

typedef struct program_node {
    const local_expression *expression;
    size_t column; /* of a path; NO_COLUMN: players as such */
    struct program_node *argument;
} program_node;

#define NO_COLUMN SIZE_MAX

typedef enum program_kind {
    PROGRAM_DEFINITION,
    PROGRAM_VALUES,   /* comparison or distance */
    PROGRAM_CONTAINS, /* collection: how many lists contain a word */
    PROGRAM_BLOCKS,   /* collection: words of each list that are ids of players of the match */
    PROGRAM_STATEMENT
} program_kind;

struct match_program {
    program_kind kind;
    program_node *measurements, reference;
    bool has_reference;
    double constant; /* the reference, where it is a text */
    size_t column;   /* of the lists */
};

#endif

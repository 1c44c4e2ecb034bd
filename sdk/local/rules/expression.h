/* SPDX-License-Identifier: Apache-2.0 */
/* Property expressions of FlexMatch rules: "avg(teams[*].players.attributes[skill])".
 *
 *     expr := fn '(' expr ')' | path | number | 'text'
 *     fn   := min max avg median sum count stddev flatten set_intersection
 *     path := ('teams' | 'team') '[' ('*' | name (',' name)*) ']' '.players' tail | 'players' tail
 *     tail := '' | '[playerid]' | '.attributes[' name ']' ( '[' key ']' )?
 *
 * One team makes a list, several or * a list of lists. What a function is given is checked when the
 * expression is read, so that evaluating cannot meet a wrong type. Service-model 4.1. */
#ifndef LOCAL_EXPRESSION_H
#define LOCAL_EXPRESSION_H

#include <gamelift/types.h>

#include "base/message_memory.h"

struct local_rule_set;
typedef struct local_expression local_expression;

/* How the players of one ticket count: each gets the minimum, maximum or average of the party's numbers,
 * the union or the intersection of its lists. */
typedef enum local_party_aggregation {
    LOCAL_PARTY_AVERAGE,
    LOCAL_PARTY_MINIMUM,
    LOCAL_PARTY_MAXIMUM,
    LOCAL_PARTY_UNION,
    LOCAL_PARTY_INTERSECTION
} local_party_aggregation;

/* A player with a place in a match that is being filled. */
typedef struct local_seat {
    const glift_player *player; /* attributes[i] is the rule set's i-th, resolved */
    int team;
    size_t party; /* equal for the players of one ticket */
    bool playing; /* has been in the session since before this match (backfill) */
} local_seat;

typedef struct local_lineup {
    const local_seat *seats;
    size_t seat_count;
    size_t team_count;
    const char *location; /* where the session runs already (backfill); NULL: not decided */
} local_lineup;

typedef enum local_element {
    LOCAL_ELEMENT_NUMBER,
    LOCAL_ELEMENT_TEXT,
    LOCAL_ELEMENT_MAP,   /* a string_number_map without a key: good for nothing but count */
    LOCAL_ELEMENT_PLAYER /* a player as such: good for count; players[playerId] are texts */
} local_element;

/* What an expression yields: depth 0 is one element, 1 a list of them, 2 a list of lists. */
typedef struct local_shape {
    local_element element;
    unsigned depth;
} local_shape;

typedef struct local_value {
    unsigned depth;
    bool empty;    /* depth 0: an aggregate over nothing */
    bool sorted;   /* its texts ascend, and none is there twice */
    double number; /* NaN where nothing has no such aggregate: avg, but not count */
    const char *text;
    const struct local_value *items;
    size_t count;
} local_value;

/* NULL: refused, the reason is in `what`, or out of memory, and `what` is "". */
const local_expression *local_expression_parse(const char *text, const struct local_rule_set *rule_set,
        glift__memory *memory, char *what, size_t what_size);
/* Does this text mean an expression, or a plain word? */
bool local_expression_looks_like(const char *text);
const local_expression *local_expression_of_text(const char *text, glift__memory *memory);
const local_expression *local_expression_of_texts(
        const char *const *texts, size_t count, glift__memory *memory);
local_shape local_expression_shape(const local_expression *expression);
/* Every value of the result is an attribute of one player, not an aggregate over several. */
bool local_expression_is_plain(const local_expression *expression);
bool local_expression_is_constant(const local_expression *expression);
/* What all players have in common: set_intersection(...) of plain values. */
bool local_expression_is_shared(const local_expression *expression);
/* Its texts come as lists: from a string list, or from several teams. */
bool local_expression_is_of_lists(const local_expression *expression);

/* Of a list of texts. */
bool local_value_has(const local_value *list, const char *text);

/* NULL when out of memory. */
const local_value *local_expression_evaluate(const local_expression *expression, const local_lineup *lineup,
        local_party_aggregation party, glift__memory *memory);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A FlexMatch rule set: read once from its JSON text, checked as a whole, never changed (S67).
 *
 * What the language does not have is refused with its name and its place: a rule that were silently skipped
 * would make matches here that GameLift would not make. Service-model 4.1. */
#ifndef LOCAL_RULE_SET_H
#define LOCAL_RULE_SET_H

#include "base/message_memory.h"
#include "rules/expression.h"

#define LOCAL_RULE_SET_MAX_BODY      65535 /* RuleSetBody */
#define LOCAL_RULE_SET_MAX_PLAYERS   200
#define LOCAL_RULE_SET_SMALL_PLAYERS 40  /* a match with room for more than these is a large one */
#define LOCAL_WHAT_SIZE              512 /* room for the reason of a refusal */

/* [E] What one look at the rules may cost: a rule set that asks for more is refused (GameLift names no
 * bounds).
 */
#define LOCAL_RULE_SET_MAX_RULES        200
#define LOCAL_RULE_SET_MAX_MEASUREMENTS 400 /* of all its rules */
#define LOCAL_RULE_SET_MAX_PARTS        64  /* of one statement: operators and names of rules */
#define LOCAL_RULE_SET_MAX_STEPS        200 /* of all its expansions */

/* One team of a match. A declaration with quantity 3 is three of these. */
typedef struct local_team {
    const char *name;  /* "trio_2" */
    const char *group; /* as declared, "trio": what expressions and expansions may also call it */
    int min_players, max_players;
} local_team;

typedef struct local_attribute {
    const char *name;
    bool has_default;
    glift_player_attribute value; /* name and type, and the default's content */
} local_attribute;

typedef enum local_rule_kind {
    LOCAL_RULE_COMPARISON,
    LOCAL_RULE_DISTANCE,
    LOCAL_RULE_BATCH_DISTANCE,
    LOCAL_RULE_COLLECTION,
    LOCAL_RULE_LATENCY,
    LOCAL_RULE_COMPOUND,
    LOCAL_RULE_ABSOLUTE_SORT, /* this and the next never fail: they say in which order tickets are tried */
    LOCAL_RULE_DISTANCE_SORT
} local_rule_kind;

typedef enum local_operation {
    LOCAL_LESS,
    LOCAL_LESS_OR_EQUAL,
    LOCAL_EQUAL,
    LOCAL_NOT_EQUAL,
    LOCAL_GREATER_OR_EQUAL,
    LOCAL_GREATER,
    LOCAL_INTERSECTION,
    LOCAL_CONTAINS,
    LOCAL_REFERENCE_INTERSECTION_COUNT
} local_operation;

/* The numbers of a rule: what expansions relax. NaN where the rule does not have it. */
typedef enum local_limit {
    LOCAL_LIMIT_MIN_DISTANCE,
    LOCAL_LIMIT_MAX_DISTANCE,
    LOCAL_LIMIT_MAX_LATENCY,
    LOCAL_LIMIT_MIN_COUNT,
    LOCAL_LIMIT_MAX_COUNT,
    LOCAL_LIMIT_REFERENCE, /* referenceValue where it is a plain number */
    LOCAL_LIMIT_COUNT
} local_limit;

/* A compound rule's statement, as a tree. */
typedef enum local_statement_kind {
    LOCAL_STATEMENT_RULE,
    LOCAL_STATEMENT_AND,
    LOCAL_STATEMENT_OR,
    LOCAL_STATEMENT_NOT,
    LOCAL_STATEMENT_XOR /* true where exactly one of the parts is */
} local_statement_kind;

typedef struct local_statement {
    local_statement_kind kind;
    size_t rule; /* its place in the rule set's rules */
    struct local_statement *parts;
    size_t part_count;
} local_statement;

/* By which key of a string_number_map a sort rule goes: the one that has the least or the greatest value in
 * the ticket that a match is built round. */
typedef enum local_map_key { LOCAL_MAP_NO_KEY, LOCAL_MAP_MIN_VALUE, LOCAL_MAP_MAX_VALUE } local_map_key;

typedef struct local_sort {
    size_t attribute;
    bool descending;
    local_map_key map_key;
} local_sort;

typedef struct local_rule {
    const char *name;
    local_rule_kind kind;
    local_operation operation;
    local_party_aggregation party;
    const local_expression **measurements;
    size_t measurement_count;
    const local_expression *reference; /* NULL: none, or a plain number */
    double limits[LOCAL_LIMIT_COUNT];
    bool tightens; /* once it fails, more players cannot make it pass: the search turns back early */
    bool inside;   /* a statement names it: it counts through that alone */
    bool distance_from_average; /* distanceReference of a latency rule: "avg"; else "min" */
    const local_statement *statement;
    local_sort sort;
} local_rule;

typedef struct local_expansion_step {
    double wait_s, value;
} local_expansion_step;

typedef enum local_expansion_kind {
    LOCAL_EXPANDS_RULE,        /* rule and limit */
    LOCAL_EXPANDS_MIN_PLAYERS, /* of the teams */
    LOCAL_EXPANDS_MAX_PLAYERS,
    LOCAL_EXPANDS_BATCHING,           /* a local_batching */
    LOCAL_EXPANDS_BALANCED_ATTRIBUTE, /* the attribute's place */
    LOCAL_EXPANDS_BACKFILL_PRIORITY   /* a local_backfill_priority */
} local_expansion_kind;

typedef struct local_expansion {
    local_expansion_kind kind;
    const local_rule *rule;
    local_limit limit;
    bool *teams; /* by place: which of them it is about */
    local_expansion_step *steps;
    size_t step_count;
} local_expansion;

typedef enum local_batching {
    LOCAL_BATCHING_RANDOM,
    LOCAL_BATCHING_SORTED,
    LOCAL_BATCHING_LARGEST_POPULATION,
    LOCAL_BATCHING_FASTEST_REGION
} local_batching;

typedef enum local_backfill_priority {
    LOCAL_BACKFILL_NORMAL, /* backfill tickets wait in line by their age */
    LOCAL_BACKFILL_LOW,
    LOCAL_BACKFILL_HIGH
} local_backfill_priority;

typedef struct local_rule_set {
    glift__memory memory; /* everything below */
    local_team *teams;
    size_t team_count;
    local_attribute *attributes;
    size_t attribute_count;
    local_rule *rules;
    size_t rule_count;
    local_expansion *expansions;
    size_t expansion_count;
    bool large;    /* room for more than LOCAL_RULE_SET_SMALL_PLAYERS */
    bool balanced; /* strategy: teams are made alike in balanced_attribute */
    local_batching batching;
    size_t balanced_attribute;
    size_t *sort_attributes; /* of batching "sorted", in their order */
    size_t sort_attribute_count;
    local_backfill_priority backfill_priority;
    bool oldest_expands; /* expansionAgeSelection: the oldest ticket of the match, not the newest */
} local_rule_set;

/* GLIFT_OK; GLIFT_ERR_ARGUMENT with the place and the reason in `what`; GLIFT_ERR_MEMORY. */
glift_status local_rule_set_parse(const char *body, local_rule_set **out, char what[LOCAL_WHAT_SIZE]);
void local_rule_set_destroy(local_rule_set *rule_set);

/* -1: no team, or no attribute, of that name. */
int local_rule_set_find_team(const local_rule_set *rule_set, const char *name);
int local_rule_set_find_attribute(const local_rule_set *rule_set, const char *name);

/* Does it judge a match by itself? Sorts do not, and neither does what a statement names. */
bool local_rule_counts(const local_rule *rule);

/* What holds for a match of this age (S62). */
int local_rule_set_min_players(const local_rule_set *rule_set, size_t team, uint64_t age_ms);
int local_rule_set_max_players(const local_rule_set *rule_set, size_t team, uint64_t age_ms);
double local_rule_set_limit(
        const local_rule_set *rule_set, const local_rule *rule, local_limit limit, uint64_t age_ms);
local_batching local_rule_set_batching(const local_rule_set *rule_set, uint64_t age_ms);
size_t local_rule_set_balanced_attribute(const local_rule_set *rule_set, uint64_t age_ms);
local_backfill_priority local_rule_set_backfill_priority(const local_rule_set *rule_set, uint64_t age_ms);

/* The declared attributes of a player, in the rule set's order, defaults filled in (S61). False: one has
 * no value and no default, or another type; the reason is in `what`, and the player can never match.
 * *out is NULL when out of memory. */
bool local_rule_set_resolve(const local_rule_set *rule_set, const glift_player *player, glift__memory *memory,
        const glift_player_attribute **out, char what[LOCAL_WHAT_SIZE]);

#endif

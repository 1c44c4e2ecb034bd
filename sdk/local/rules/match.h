/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the matcher.
 *
 * Most rules say of a match "there is a choice (a window of values, a place, some words) with which every
 * single ticket agrees". With the choice made, tickets are judged one by one, and any of them go together:
 * these rules are facts about tickets (match_facts.c). The others measure a lineup as a whole
 * (match_program.c): a lineup that breaks them is mended by swaps (match_repair.c), and where that fails, by
 * trying everything in the bounds of the work allowed (match_exact.c). The last word on every match has the
 * definition (rule_check.h). */
#ifndef LOCAL_MATCH_H
#define LOCAL_MATCH_H

#include "rules/expression_tree.h"
#include "rules/matcher.h"
#include "rules/rule_check.h"

enum {
    MATCH_PLAYERS = LOCAL_RULE_SET_MAX_PLAYERS,
    MATCH_WINDOWS = 16,   /* attributes whose values have to lie together */
    MATCH_WORD_FACTS = 2, /* rules about words that all have in common */
    MATCH_WORDS = 256,    /* words of a ticket that are looked for in others, of each such rule */
    MATCH_WORD_BLOCKS = MATCH_WORDS / 64,
    MATCH_LATENCIES = 2, /* latency rules */
    MATCH_PLACES = 64,   /* places that a match may run in, of those that its first ticket names */
    MATCH_TRIES = 6,     /* searches for what was not found and not shown not to be there */
    MATCH_LOOKS = 600    /* in which everything is tried that one such search leaves */
};

/* ---- match_facts.c: the rule set as the search sees it ---- */

/* What a rule reads of every ticket. */
typedef enum match_column_kind {
    MATCH_NUMBER,     /* one number, the party's */
    MATCH_TEXT,       /* of each player; as a number that equal texts share */
    MATCH_PLAYER_IDS, /* the same, of the ids */
    MATCH_CONTAINS,   /* 1: the party's list has the word; else 0 */
    MATCH_LIST        /* words of the party's list, sorted */
} match_column_kind;

typedef struct match_column {
    match_column_kind kind;
    size_t attribute;
    const char *key, *word;
    local_party_aggregation party;
} match_column;

/* One reason why values of a column have to lie together. */
typedef struct match_width {
    size_t rule, window;
    local_limit limit; /* times factor; factor 0: they have to be equal */
    double factor;
} match_width;

/* A rule that each ticket keeps or breaks by itself, in any of `teams`. */
typedef struct match_test {
    size_t rule, column;
    uint64_t teams;
    double text_reference; /* where texts are compared */
} match_test;

typedef struct match_word_fact {
    size_t rule, column;
} match_word_fact;

typedef struct match_program match_program;

typedef struct match_facts {
    const local_rule_set *rule_set;
    match_column *columns;
    size_t column_count;
    size_t windows[MATCH_WINDOWS]; /* columns */
    size_t window_count;
    match_width *widths;
    size_t width_count;
    match_test *tests;
    size_t test_count;
    match_word_fact word_facts[MATCH_WORD_FACTS];
    size_t word_fact_count;
    size_t latency_rules[MATCH_LATENCIES];
    size_t latency_count;
    match_program **programs; /* by rule; NULL: the definition judges */
    size_t *measured;         /* rules that are judged on the lineup */
    size_t measured_count;
    bool mends; /* one of them may be mended by more or other players */
    bool alike; /* teams can change places, at every level, without changing a verdict */
    bool has_sorts;
    size_t *sort_columns; /* of batching "sorted" */
    size_t nearness;      /* a column in which near tickets are likely to go together; column_count: none */
    uint64_t *waits_ms;   /* the ages at which something changes, ascending */
    size_t level_count;   /* one more than waits */
    struct match_level *levels;
    glift__memory memory;
} match_facts;

/* The numbers of the rule set for a match whose age has reached this level. */
typedef struct match_level {
    int *least, *most; /* by team */
    int need, seats;
    double (*limits)[LOCAL_LIMIT_COUNT]; /* by rule */
    double widths[MATCH_WINDOWS];
    local_batching batching;
    local_backfill_priority backfill_priority;
    size_t balanced_column;
} match_level;

bool match_facts_init(match_facts *facts, const local_rule_set *rule_set);
void match_facts_fini(match_facts *facts);
/* The place of this column; column_count where memory is out. */
size_t match_column_of(match_facts *facts, match_column column);

/* ---- match_ticket.c ---- */

typedef struct match_words {
    const uint64_t *words; /* sorted */
    size_t count;
} match_words;

typedef struct match_place {
    uint64_t name;
    double latency[3]; /* by local_party_aggregation */
} match_place;

typedef struct match_cursor match_cursor;

/* A party, or somebody who has a seat in the session of a backfill. What every search reads of every ticket
 * comes first and lies together: the rest of it is read for few. */
typedef struct match_ticket {
    uint64_t start_ms, order;
    bool gone, dirty, settles, retries, returned, backfill;
    bool continues; /* the last look stopped while everything was tried, at the cursor */
    bool mixed;     /* its players have several texts where all of a match have to be equal */
    int players;
    long most_words, most_places; /* of one player: how long a list is, how many latencies there are */
    unsigned stamp;
    uint64_t changed, proven; /* by the matcher's count of events */
    size_t proven_level;
    uint64_t first_id;             /* of its first player */
    double windows[MATCH_WINDOWS]; /* the values that have to lie together */
    local_candidate *candidate;    /* NULL: it is a seat that is taken */
    const glift_player *about;     /* the players */
    struct match_ticket *seats;    /* of a backfill */
    int seat_count, team;          /* team: of a seat */
    uint64_t location;
    const double **values;    /* by column: one number, or one for each player */
    const match_words *lists; /* by column */
    const match_place *places;
    size_t place_count;
    const uint64_t *ids, *seated; /* of its players; of who else is in the session */
    size_t seated_count;
    glift__memory memory;
    unsigned tries, looks;
    uint64_t due_ms;
    match_cursor *cursor;
    local_miss *misses; /* by rule */
} match_ticket;

uint64_t match_hash(const char *text);
/* NULL when out of memory. */
match_ticket *match_ticket_create(const match_facts *facts, local_candidate *candidate);
void match_ticket_destroy(match_ticket *ticket);
double match_ticket_value(const match_facts *facts, const match_ticket *ticket, size_t column, int player);
const match_place *match_ticket_place(const match_ticket *ticket, uint64_t name);
bool match_ticket_has_id(const match_ticket *ticket, uint64_t id);
int match_by_age(const match_ticket *a, const match_ticket *b);

/* ---- match_lineup.c: tickets that are put together ---- */

typedef struct match_lineup {
    match_ticket *tickets[MATCH_PLAYERS + 1];
    int teams[MATCH_PLAYERS + 1];
    int count, fixed; /* the first `fixed` tickets stay: seats of the session, and those the match is for */
    int players_of[MATCH_PLAYERS];
    int players, newcomers;
    match_ticket *backfill;
} match_lineup;

/* What the tickets of a lineup have in common. */
typedef struct match_box {
    double low[MATCH_WINDOWS], high[MATCH_WINDOWS];
    uint64_t words[MATCH_WORD_FACTS][MATCH_WORD_BLOCKS]; /* of those in match_base */
    uint64_t places[MATCH_LATENCIES];
} match_box;

/* A ticket as the one that the match is built round sees it. */
typedef struct match_near {
    match_ticket *ticket;
    uint64_t teams; /* where its tests let it play */
    uint64_t words[MATCH_WORD_FACTS][MATCH_WORD_BLOCKS];
    uint64_t places[MATCH_LATENCIES];
    double rank[2]; /* how early it is tried; then by age */
} match_near;

/* What the bits of a box stand for. */
typedef struct match_base {
    uint64_t words[MATCH_WORD_FACTS][MATCH_WORDS];
    size_t word_count[MATCH_WORD_FACTS];
    uint64_t places[MATCH_PLACES];
    size_t place_count;
} match_base;

typedef enum match_outcome {
    MATCH_NONE,    /* there is none */
    MATCH_OPEN,    /* none was found, and there may be one */
    MATCH_PARTIAL, /* with room left */
    MATCH_FULL
} match_outcome;

/* One search: for a match with `pivot` in it, at an age level, into the session of `backfill` or a new one.
 */
typedef struct match_search {
    local_matcher *matcher;
    const match_facts *facts;
    const match_level *level;
    size_t level_index;
    match_ticket *pivot, *backfill;
    uint64_t since; /* what has happened: who was shown to be in no match after it stays out */
    match_base base;
    match_box box; /* of `start` */
    match_lineup start;
    match_near *near;
    size_t near_count;
    match_lineup best;
    match_outcome outcome; /* of `best`: NONE, PARTIAL or FULL */
    bool open, open_start; /* something was left out; so it was already by the start of the match */
    bool gathers;          /* tickets are seen from the start alone, and what keeps them out is noted */
} match_search;

/* A rule whose width this is. */
size_t match_rule_of_window(const match_search *search, size_t window);
void match_box_clear(match_box *box, const match_search *search);
/* What a ticket has of the search's base; false: one of its tests fails everywhere, or it shares nothing. */
bool match_see(match_search *search, match_ticket *ticket, match_near *out);
bool match_box_add(const match_search *search, match_box *box, const match_near *near);
int match_room(const match_search *search, const match_lineup *lineup);
bool match_least_met(const match_search *search, const match_lineup *lineup);
/* Nobody is in a match twice, nor in a session in which they have a seat. */
bool match_is_there(const match_lineup *lineup, const match_ticket *ticket);
bool match_fits(const match_search *search, const match_lineup *lineup, const match_near *near, int team);
/* The team below its minimum, then with most open seats, that takes it; -1: none. */
int match_preferred_team(const match_search *search, const match_lineup *lineup, const match_near *near);
void match_put(match_lineup *lineup, match_ticket *ticket, int team);
void match_take_back(match_lineup *lineup); /* the last one */
/* Keeps the lineup if it is a fuller match than the best so far. */
void match_offer(match_search *search, const match_lineup *lineup);

/* ---- match_program.c, match_violation.c ---- */

bool match_program_create(match_facts *facts, size_t rule);
/* By how much the lineup breaks a rule, 0: not at all. filling: what measures nothing yet does not count. */
/* What it costs to judge the rule by its definition, in units. */
long match_cost_of_definition(const local_rule *rule, const match_lineup *lineup);
double match_violation_of(match_search *search, const match_lineup *lineup, size_t rule, bool filling);
/* Of all rules that are judged on lineups. *worst is the rule with the largest share. */
double match_violation(match_search *search, const match_lineup *lineup, size_t *worst);
/* None of them is broken for good. */
bool match_is_hopeful(match_search *search, const match_lineup *lineup);

/* ---- the ways to find one: match_search.c, match_sweep.c, match_repair.c, match_exact.c, match_order.c ----
 */

/* A match with this ticket, after something has happened to it, or to another one: `since`. */
match_outcome match_find(local_matcher *matcher, match_ticket *pivot, uint64_t since, match_lineup *out);
/* The oldest ticket that goes together with this one: the one that a batch is sorted round. */
match_ticket *match_anchor(local_matcher *matcher, match_ticket *ticket);
/* How many players a new session with this ticket lacks, beside all that wait and go together with it: for
 * match_explain(). False: it lacks none, or there is no team for the ticket. */
bool match_count_missing(local_matcher *matcher, match_ticket *ticket);
void match_gather(match_search *search, size_t limit, bool *all);
/* Tries the tickets in `near` in their order; *lineup holds the start. */
void match_fill(match_search *search, match_box box, match_lineup *lineup, const match_near *const *near,
        size_t count, bool careful);
void match_sweep(match_search *search, const match_near *const *near, size_t count);
bool match_repair(match_search *search, const match_box *box, match_lineup *lineup,
        const match_near *const *near, size_t count);
void match_exact(match_search *search, const match_box *box, const match_near *const *near, size_t count);
void match_cursor_destroy(match_cursor *cursor);
void match_order(match_search *search, match_near *near, size_t count, const match_ticket *anchor);
/* Makes the teams of a match alike in the balanced attribute. */
void match_balance(match_search *search, match_lineup *lineup);

/* Its tickets are matched, and out of the pool. False: out of memory. */
bool match_take(local_matcher *matcher, match_lineup *lineup);

/* ---- match_explain.c ---- */

void match_explain(
        local_matcher *matcher, match_ticket *ticket, match_outcome outcome, const match_lineup *best);
void match_miss(match_ticket *ticket, size_t rule, double beyond);

/* ---- match_pool.c: the tickets that wait, and how they are found ---- */

typedef struct match_line {
    match_ticket **tickets;
    size_t count, room;
} match_line;

bool match_line_add(match_line *line, match_ticket *ticket);

/* Tickets by a word: open addressing; a word's tickets in the order of their coming. */
typedef struct match_postings {
    struct match_posting *slots;
    size_t used, room;
} match_postings;

const match_line *match_postings_find(const match_postings *postings, uint64_t word);

struct local_matcher {
    match_facts facts;
    match_line by_age, by_value[MATCH_WINDOWS]; /* backfills are in neither */
    match_line backfills, fresh, dirty, settling, retries;
    match_postings postings[MATCH_WORD_FACTS];
    local_candidate **matched;
    unsigned matches;
    size_t matched_count, matched_room, gone, waiting;
    int sizes[MATCH_PLAYERS + 1]; /* parties that wait, by their players */
    uint64_t events;
    unsigned stamp;
    uint64_t random;
    local_rule_metrics *metrics;
    /* of the look that is under way */
    local_matcher_look *look;
    long units, hard; /* what is left, and of that for work that found nothing */
    match_near *scratch;
    size_t scratch_room;
    uint64_t last_ms; /* of the look before */
    bool has_moved;   /* tickets have come, gone or grown older since they were told how many they lack */
    match_search search;
    /* of the search that was last: what it lacked */
    int missing;   /* players of teams below their minimum, in the best try */
    size_t broken; /* the rule that a whole lineup broke most; SIZE_MAX: none */
    bool placed;   /* there was a team for it */
    bool starved;  /* it left things out because no work for the hard ones was left */
};

/* A place in a line that is sorted by a window's column: the first ticket whose value is not less. */
void match_pool_free(local_matcher *matcher);
size_t match_line_find(const local_matcher *matcher, size_t window, double value);
size_t match_level_of(const local_matcher *matcher, const match_ticket *ticket);
uint64_t match_age(const local_matcher *matcher, const match_ticket *ticket);
uint64_t match_random(local_matcher *matcher);
bool match_pool_update(local_matcher *matcher); /* arrivals into their places, and what grew a step older */
void match_pool_mark(local_matcher *matcher, match_ticket *ticket); /* it has to be searched for */
void match_pool_take(local_matcher *matcher, match_ticket *ticket); /* it is no longer in the pool */
void match_pool_compact(local_matcher *matcher, bool all);

#endif

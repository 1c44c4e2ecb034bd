/* SPDX-License-Identifier: Apache-2.0 */
/* Who plays with whom: tickets in, matches out. Pure: no service, no clock, no chance (S70).
 *
 * A matcher holds the tickets that wait under one rule set. Whatever match there is, it has a ticket that is
 * new to the others, so only tickets that something happened to are searched for: they came, came back, grew
 * a step older, or their session has seats again. Where nothing happens, a look costs nothing. What one look
 * may cost is counted in units of work; what is left over is done in the next. Service-model 4.2. */
#ifndef LOCAL_MATCHER_H
#define LOCAL_MATCHER_H

#include "rules/rule_set.h"

/* Of one look at all matchers: under 20 ms of a processor. */
#define LOCAL_MATCHER_UNITS 500000

/* What kept other tickets from joining this one, of one rule. */
typedef struct local_miss {
    uint32_t kept_out; /* tickets, in the last search */
    double nearest; /* by how much the nearest of them was beyond the limit; NaN: not a matter of numbers */
} local_miss;

typedef struct local_candidate {
    /* in */
    uint64_t start_ms; /* since when it waits; equal times go by `order` */
    uint64_t order;
    const glift_player *players; /* attributes resolved (rule_set.h) */
    size_t player_count;
    bool backfill;             /* `players` are in a session already, and name their teams */
    int free_seats;            /* of a backfill's session */
    const char *location;      /* of a backfill's session */
    const char *const *seated; /* who else has a seat there: not in it twice */
    size_t seated_count;
    const char *obstacle; /* why it can never match; NULL: it may */
    /* out */
    unsigned match; /* 1, 2, ...: the tickets of one match share it; 0: still waiting */
    int team;       /* where the party plays; -1 of a backfill */
    char why[192];  /* a sentence for whoever wonders why it waits */
    /* the matcher's own, while the candidate is in it */
    struct match_ticket *ticket;
} local_candidate;

typedef struct local_matcher local_matcher;

/* Passed and failed, per rule of the rule set, since the matcher was made. */
typedef struct local_rule_metrics {
    uint64_t passed, failed;
} local_rule_metrics;

/* What holds for one look. */
typedef struct local_matcher_look {
    uint64_t now_ms;
    uint32_t settle_ms;     /* a match with room left waits until nobody has come for so long */
    int additional_players; /* seats that are left free (AdditionalPlayerCount) */
    long units;             /* that it may cost; lowered by what it did */
} local_matcher_look;

/* NULL when out of memory. The rule set must outlive it. */
local_matcher *local_matcher_create(const local_rule_set *rule_set);
void local_matcher_destroy(local_matcher *matcher);

/* The candidate is looked at until it is matched or removed. False: out of memory. Its players must stay. */
bool local_matcher_add(local_matcher *matcher, local_candidate *candidate);
void local_matcher_remove(local_matcher *matcher, local_candidate *candidate);
/* The session of this backfill has other seats, players or obstacles than before. False: out of memory. */
bool local_matcher_changed(local_matcher *matcher, local_candidate *candidate);

/* Returns the number of matches. Their tickets are out of the matcher, and listed by match, oldest first. */
unsigned local_matcher_run(local_matcher *matcher, local_matcher_look *look);
size_t local_matcher_matched(const local_matcher *matcher, local_candidate *const **out);
/* There is work left that the units did not do: look again soon. */
bool local_matcher_is_busy(const local_matcher *matcher);
size_t local_matcher_waiting(const local_matcher *matcher);
const local_rule_metrics *local_matcher_metrics(const local_matcher *matcher);
/* What the last search round this candidate met, one for each rule of the rule set; NULL: not searched yet.
 */
const local_miss *local_matcher_misses(const local_candidate *candidate);

/* What holds for these tickets of one match: the age its expansions go by, the seats of its session, and
 * whether its latency rules let it run in that location. */
uint64_t local_matcher_age(
        const local_rule_set *rule_set, local_candidate *const *candidates, size_t count, uint64_t now_ms);
int local_matcher_seats(const local_rule_set *rule_set, uint64_t age_ms);
bool local_matcher_allows_location(const local_rule_set *rule_set, local_candidate *const *candidates,
        size_t count, uint64_t age_ms, const char *location);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Who plays with whom: tickets in, matches out. Pure: no service, no clock, no chance (S70).
 *
 * One pass takes the oldest ticket as an anchor and looks for the fullest match round it among the
 * younger ones, depth first, oldest first. Every placement of a ticket on a team costs one unit of
 * effort, and the effort of a pass is shared by its anchors, so a crowd of tickets that do not fit
 * cannot stall the service. GameLift's own search is not published; it looks further. Service-model 4.2. */
#ifndef LOCAL_MATCHER_H
#define LOCAL_MATCHER_H

#include "rules/rule_set.h"

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
    /* during a pass */
    const local_rule *turned_back; /* the rule that kept it out of an older ticket's match */
} local_candidate;

typedef struct local_matcher {
    const local_rule_set *rule_set;
    uint32_t settle_ms;     /* a match with room left waits until nobody has come for so long */
    int additional_players; /* seats that are left free (AdditionalPlayerCount) */
} local_matcher;

/* One pass over the candidates; reorders the array. Returns the number of matches. */
unsigned local_matcher_run(
        const local_matcher *matcher, local_candidate **candidates, size_t count, uint64_t now_ms);

/* What holds for these tickets of one match: the age its expansions go by, the seats of its session, and
 * whether its latency rules let it run in that location. */
uint64_t local_matcher_age(
        const local_rule_set *rule_set, local_candidate *const *candidates, size_t count, uint64_t now_ms);
int local_matcher_seats(const local_rule_set *rule_set, uint64_t age_ms);
bool local_matcher_allows_location(const local_rule_set *rule_set, local_candidate *const *candidates,
        size_t count, uint64_t age_ms, const char *location);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Pools of tickets for tests of the matcher: made at random or by plan, looked at tick by tick, every match
 * checked by the definition of the rules. */
#ifndef LOCAL_MATCHER_POOLS_H
#define LOCAL_MATCHER_POOLS_H

#include "rules/matcher.h"
#include "rules/rule_check.h"
#ifndef CHECK /* a bench brings its own */
#include "test.h"
#endif

#include <math.h>

enum { POOL_PARTY = 5, POOL_SEATS = 6, POOL_ATTRIBUTES = 6 };

typedef struct pool_ticket {
    local_candidate candidate;
    glift_player players[POOL_SEATS];
    glift_player_attribute attributes[POOL_SEATS][POOL_ATTRIBUTES];
    glift_player_latency latencies[POOL_SEATS][4];
    const char *words[POOL_SEATS][4];
    char ids[POOL_SEATS][24];
} pool_ticket;

typedef struct pool {
    local_rule_set *rule_set;
    local_matcher *matcher;
    pool_ticket *tickets;
    size_t count, room;
    uint64_t now_ms;
    uint32_t settle_ms;
    uint64_t random;
    size_t matches, matched; /* so far: matches, and tickets in them */
    long most_units;         /* of one look */
} pool;

static inline uint32_t pool_random(pool *p)
{
    p->random ^= p->random << 13;
    p->random ^= p->random >> 7;
    p->random ^= p->random << 17;
    return (uint32_t)(p->random >> 16);
}

static inline double pool_number(pool *p, double low, double high)
{
    return low + (high - low) * (pool_random(p) % 1000003) / 1000003.0;
}

static inline void pool_begin(pool *p, const char *rule_set, size_t room, uint64_t seed)
{
    char what[LOCAL_WHAT_SIZE];
    *p = (pool){.room = room, .settle_ms = 1000, .random = seed * 0x9E3779B97F4A7C15u + 0x1234567};
    for (int i = 0; i < 8; i++)
        pool_random(p);
    if (local_rule_set_parse(rule_set, &p->rule_set, what) != GLIFT_OK) {
        printf("# %s\n# %s\n", what, rule_set);
        test_fail(__FILE__, __LINE__, "the rule set parses");
    }
    p->tickets = calloc(room, sizeof *p->tickets);
    p->matcher = local_matcher_create(p->rule_set);
    CHECK(p->tickets != NULL && p->matcher != NULL);
}

static inline void pool_end(pool *p)
{
    local_matcher_destroy(p->matcher);
    local_rule_set_destroy(p->rule_set);
    free(p->tickets);
}

/* A ticket whose players have no attributes yet; pool_enter() hands it in. */
static inline pool_ticket *pool_add(pool *p, size_t players)
{
    CHECK(p->count < p->room);
    pool_ticket *ticket = &p->tickets[p->count];
    for (size_t i = 0; i < players; i++) {
        snprintf(ticket->ids[i], sizeof ticket->ids[i], "p%zu-%zu", p->count, i);
        ticket->players[i] = (glift_player){.player_id = ticket->ids[i],
                .team = "",
                .attributes = ticket->attributes[i],
                .attribute_count = p->rule_set->attribute_count,
                .latencies = ticket->latencies[i]};
        for (size_t k = 0; k < p->rule_set->attribute_count; k++)
            ticket->attributes[i][k] = p->rule_set->attributes[k].value;
    }
    ticket->candidate = (local_candidate){
            .start_ms = p->now_ms, .order = p->count++, .players = ticket->players, .player_count = players};
    return ticket;
}

static inline void pool_enter(pool *p, pool_ticket *ticket)
{
    CHECK(local_matcher_add(p->matcher, &ticket->candidate));
}

/* One attribute, of a single player who is handed in at once. */
static inline pool_ticket *pool_skilled(pool *p, double skill)
{
    pool_ticket *ticket = pool_add(p, 1);
    ticket->attributes[0][0].number = skill;
    pool_enter(p, ticket);
    return ticket;
}

/* The tickets of one match, checked as a whole by the definition. NULL: it is one. */
static inline const char *pool_fault(const pool *p, local_candidate *const *tickets, size_t count)
{
    static char fault[128];
    local_seat seats[LOCAL_RULE_SET_MAX_PLAYERS];
    int players[LOCAL_RULE_SET_MAX_PLAYERS] = {0};
    local_lineup all = {seats, 0, p->rule_set->team_count, NULL};
    size_t newcomers = 0, backfills = 0, party = 0;
    for (size_t i = 0; i < count; i++) {
        const local_candidate *ticket = tickets[i];
        backfills += ticket->backfill;
        newcomers += ticket->backfill ? 0 : ticket->player_count;
        if (ticket->backfill)
            all.location = ticket->location;
        for (size_t k = 0; k < ticket->player_count; k++) {
            int team = ticket->backfill ? local_rule_set_find_team(p->rule_set, ticket->players[k].team)
                                        : ticket->team;
            party += ticket->backfill || k == 0;
            seats[all.seat_count++] = (local_seat){&ticket->players[k], team, party, ticket->backfill};
            players[team]++;
        }
    }
    uint64_t age_ms = local_matcher_age(p->rule_set, tickets, count, p->now_ms);
    if (newcomers == 0 || backfills > 1)
        return "nobody is new, or there are two sessions";
    for (size_t i = 0; i < p->rule_set->team_count; i++) {
        if (players[i] < local_rule_set_min_players(p->rule_set, i, age_ms) ||
                players[i] > local_rule_set_max_players(p->rule_set, i, age_ms))
            return "a team has too few or too many players";
    }
    for (size_t i = 0; i < count; i++) {
        if (tickets[i]->backfill && newcomers > (size_t)tickets[i]->free_seats)
            return "the session has not so many seats";
    }
    const local_rule *failing = local_rules_failing(p->rule_set, &all, age_ms, LOCAL_CHECK_FINISHED);
    if (failing == NULL)
        return NULL;
    snprintf(fault, sizeof fault, "the rule \"%.100s\" is broken", failing->name);
    return fault;
}

/* One look at this time. Returns the number of matches, all of which are checked. */
static inline unsigned pool_look(pool *p, uint64_t now_ms)
{
    p->now_ms = now_ms;
    local_matcher_look look = {.now_ms = now_ms, .settle_ms = p->settle_ms, .units = LOCAL_MATCHER_UNITS};
    unsigned matches = local_matcher_run(p->matcher, &look);
    long spent = LOCAL_MATCHER_UNITS - look.units;
    p->most_units = spent > p->most_units ? spent : p->most_units;
    local_candidate *const *matched;
    size_t count = local_matcher_matched(p->matcher, &matched);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && matched[end]->match == matched[i]->match;)
            end++;
        const char *fault = pool_fault(p, matched + i, end - i);
        if (fault != NULL)
            test_fail(__FILE__, __LINE__, fault);
    }
    p->matches += matches;
    p->matched += matches > 0 ? count : 0;
    return matches;
}

/* Looks every 100 ms, as long as there is work, and no longer than this. */
static inline void pool_run(pool *p, uint64_t most_ms)
{
    uint64_t end_ms = p->now_ms + most_ms;
    do
        pool_look(p, p->now_ms);
    while (local_matcher_is_busy(p->matcher) && (p->now_ms += 100) <= end_ms);
}

#endif

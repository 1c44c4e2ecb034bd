/* SPDX-License-Identifier: Apache-2.0 */
/* In which order tickets are tried: sort rules, sorted batches and balanced matches each have their own; else
 * the oldest come first. And how the teams of a balanced match are made alike. */

#include "rules/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BALANCE_STEPS 400

/* ---- sort rules ---- */

/* The key of the anchor's map with the least or greatest value; NULL: its map is empty. */
static const char *favourite(const local_sort *sort, const match_ticket *anchor)
{
    const glift_player_attribute *map = &anchor->about[0].attributes[sort->attribute];
    const glift_double_entry *best = NULL;
    for (size_t i = 0; i < map->double_count; i++) {
        const glift_double_entry *entry = &map->double_map[i];
        if (best == NULL || (sort->map_key == LOCAL_MAP_MAX_VALUE ? entry->value > best->value
                                                                  : entry->value < best->value))
            best = entry;
    }
    return best != NULL ? best->key : NULL;
}

/* NaN: nobody in the party has the key. */
static double sort_value(const local_rule *rule, const match_ticket *ticket, const char *key)
{
    double sum = 0, low = INFINITY, high = -INFINITY;
    int count = 0;
    for (int i = 0; i < ticket->players; i++) {
        const glift_player_attribute *attribute = &ticket->about[i].attributes[rule->sort.attribute];
        double value = NAN;
        if (rule->sort.map_key == LOCAL_MAP_NO_KEY)
            value = attribute->number;
        for (size_t k = 0;
                rule->sort.map_key != LOCAL_MAP_NO_KEY && key != NULL && k < attribute->double_count; k++)
            value = strcmp(attribute->double_map[k].key, key) == 0 ? attribute->double_map[k].value : value;
        if (isnan(value))
            continue;
        sum += value;
        low = fmin(low, value);
        high = fmax(high, value);
        count++;
    }
    if (count == 0)
        return NAN;
    return rule->party == LOCAL_PARTY_MINIMUM ? low : rule->party == LOCAL_PARTY_MAXIMUM ? high : sum / count;
}

/* Less comes first; who has no value comes last. */
static double sort_rank(const local_rule *rule, const match_ticket *anchor, const match_ticket *ticket)
{
    const char *key = rule->sort.map_key != LOCAL_MAP_NO_KEY ? favourite(&rule->sort, anchor) : NULL;
    double value = sort_value(rule, ticket, key);
    if (rule->kind == LOCAL_RULE_DISTANCE_SORT)
        value = fabs(value - sort_value(rule, anchor, key));
    if (isnan(value))
        return INFINITY;
    return rule->sort.descending ? -value : value;
}

static int compare_texts(const local_rule *rule, const match_ticket *a, const match_ticket *b)
{
    int order = strcmp(a->about[0].attributes[rule->sort.attribute].string,
            b->about[0].attributes[rule->sort.attribute].string);
    return rule->sort.descending ? -order : order;
}

/* ---- the ranks of one ticket ---- */

static double distance(const match_facts *facts, size_t column, const match_ticket *a, const match_ticket *b)
{
    double gap = fabs(match_ticket_value(facts, a, column, 0) - match_ticket_value(facts, b, column, 0));
    return isnan(gap) ? INFINITY : gap;
}

static const match_place *fastest_place(const match_ticket *ticket)
{
    const match_place *best = NULL;
    for (size_t i = 0; i < ticket->place_count; i++) {
        if (best == NULL ||
                ticket->places[i].latency[LOCAL_PARTY_AVERAGE] < best->latency[LOCAL_PARTY_AVERAGE])
            best = &ticket->places[i];
    }
    return best;
}

/* Those whose fastest place is the anchor's, then those who are near to it. */
static void rank_by_place(const match_ticket *anchor, match_near *near)
{
    const match_place *home = fastest_place(anchor), *own = fastest_place(near->ticket);
    const match_place *there = home != NULL ? match_ticket_place(near->ticket, home->name) : NULL;
    near->rank[0] = home != NULL && own != NULL && home->name == own->name ? 0 : 1;
    near->rank[1] = there != NULL ? there->latency[LOCAL_PARTY_AVERAGE] : INFINITY;
}

static void rank(match_search *search, match_near *near, const match_ticket *anchor)
{
    const match_facts *facts = search->facts;
    near->rank[0] = near->rank[1] = 0;
    switch (search->level->batching) {
    case LOCAL_BATCHING_RANDOM:
        break;
    case LOCAL_BATCHING_SORTED:
        for (size_t i = 0; i < facts->rule_set->sort_attribute_count && i < 2; i++)
            near->rank[i] = distance(facts, facts->sort_columns[i], anchor, near->ticket);
        break;
    case LOCAL_BATCHING_LARGEST_POPULATION:
        near->rank[0] = distance(facts, search->level->balanced_column, anchor, near->ticket);
        break;
    case LOCAL_BATCHING_FASTEST_REGION:
        rank_by_place(anchor, near);
        break;
    }
}

/* ---- the order ---- */

typedef struct order {
    const local_rule_set *rule_set;
    const match_ticket *anchor;
    bool sorts;
} order;

static int compare_by_sorts(const order *by, const match_ticket *a, const match_ticket *b)
{
    for (size_t i = 0; i < by->rule_set->rule_count; i++) {
        const local_rule *rule = &by->rule_set->rules[i];
        if (rule->kind != LOCAL_RULE_ABSOLUTE_SORT && rule->kind != LOCAL_RULE_DISTANCE_SORT)
            continue;
        if (by->rule_set->attributes[rule->sort.attribute].value.type == GLIFT_ATTRIBUTE_STRING) {
            int texts = compare_texts(rule, a, b);
            if (texts != 0)
                return texts;
            continue;
        }
        double x = sort_rank(rule, by->anchor, a), y = sort_rank(rule, by->anchor, b);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static int compare(const void *left, const void *right, void *user)
{
    const order *by = user;
    const match_near *a = left, *b = right;
    int sorts = by->sorts ? compare_by_sorts(by, a->ticket, b->ticket) : 0;
    if (sorts != 0)
        return sorts;
    for (int i = 0; i < 2; i++) {
        if (a->rank[i] != b->rank[i])
            return a->rank[i] < b->rank[i] ? -1 : 1;
    }
    return match_by_age(a->ticket, b->ticket);
}

void match_order(match_search *search, match_near *near, size_t count, const match_ticket *anchor)
{
    order by = {search->facts->rule_set, anchor, search->facts->has_sorts && !anchor->backfill};
    for (size_t i = 0; i < count && !anchor->backfill; i++)
        rank(search, &near[i], anchor);
    search->matcher->units -= 6 * (long)count;
    if (count > 1)
        qsort_r(near, count, sizeof *near, compare, &by);
}

/* ---- balance ---- */

typedef struct balance {
    double sums[MATCH_PLAYERS];
    int counts[MATCH_PLAYERS];
    double mean;
} balance;

static double gap_of(const balance *all, int team, double sum)
{
    double gap = all->counts[team] > 0 ? sum / all->counts[team] - all->mean : 0;
    return gap * gap;
}

/* What swapping two tickets of one size would take off the gaps; positive is better. */
static double gain_of(
        const match_search *search, const match_lineup *lineup, const balance *all, int i, int k)
{
    size_t column = search->level->balanced_column;
    int a = lineup->teams[i], b = lineup->teams[k];
    double moved = (match_ticket_value(search->facts, lineup->tickets[k], column, 0) -
                           match_ticket_value(search->facts, lineup->tickets[i], column, 0)) *
                   lineup->tickets[i]->players;
    return gap_of(all, a, all->sums[a]) + gap_of(all, b, all->sums[b]) -
           gap_of(all, a, all->sums[a] + moved) - gap_of(all, b, all->sums[b] - moved);
}

static void sum_up(const match_search *search, const match_lineup *lineup, balance *all)
{
    double sum = 0;
    memset(all, 0, sizeof *all);
    for (int i = 0; i < lineup->count; i++) {
        double value =
                match_ticket_value(search->facts, lineup->tickets[i], search->level->balanced_column, 0) *
                lineup->tickets[i]->players;
        all->sums[lineup->teams[i]] += value;
        all->counts[lineup->teams[i]] += lineup->tickets[i]->players;
        sum += value;
    }
    all->mean = lineup->players > 0 ? sum / lineup->players : 0;
}

static void swap_teams(match_lineup *lineup, int i, int k)
{
    int team = lineup->teams[i];
    lineup->teams[i] = lineup->teams[k];
    lineup->teams[k] = team;
}

/* The best swap there is. False: none makes the teams more alike. */
static bool swap_best(match_search *search, match_lineup *lineup, const balance *all)
{
    double most = 1e-12;
    int from = -1, to = -1;
    for (int i = 0; i < lineup->count; i++) {
        for (int k = i + 1; k < lineup->count && lineup->tickets[i]->candidate != NULL; k++) {
            if (lineup->teams[i] == lineup->teams[k] || lineup->tickets[k]->candidate == NULL ||
                    lineup->tickets[i]->players != lineup->tickets[k]->players)
                continue;
            double gain = gain_of(search, lineup, all, i, k);
            if (gain > most) {
                most = gain;
                from = i;
                to = k;
            }
        }
    }
    search->matcher->units -= (long)lineup->count * lineup->count / 8;
    if (from < 0)
        return false;
    swap_teams(lineup, from, to);
    return true;
}

void match_balance(match_search *search, match_lineup *lineup)
{
    size_t worst;
    balance all;
    for (int step = 0; step < BALANCE_STEPS && search->matcher->units > 0; step++) {
        const match_lineup before = *lineup;
        sum_up(search, lineup, &all);
        if (!swap_best(search, lineup, &all))
            return;
        /* Rules of a small match say more than the balance does, and so do tests that keep somebody off a
         * team. */
        if (search->facts->test_count > 0 || match_violation(search, lineup, &worst) > 0) {
            *lineup = before;
            return;
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tries every way to seat the tickets of a leaf, depth first. What the units of one look do not reach is gone
 * on with in the next, from the place where it stopped, as long as the tickets are the same: balancing teams
 * exactly is a subset sum, and has no shorter way. */

#include "rules/match.h"

#include <stdlib.h>
#include <string.h>

#define MOST_TICKETS  400
#define SMALL_TICKETS 18 /* so few are tried to the end; of more, a part */
#define LEAVES_KEPT   32
#define LARGE_LEAF    2000 /* units: a leaf that took more is not tried again while its tickets are the same */

struct match_cursor {
    uint64_t done[LEAVES_KEPT]; /* leaves in which there is nothing, the last ones */
    size_t done_count;
    uint64_t leaf; /* what the path is a place in */
    int depth;
    struct {
        int index, team;
    } path[MATCH_PLAYERS + 1];
};

void match_cursor_destroy(match_cursor *cursor)
{
    free(cursor);
}

typedef struct exact {
    match_search *search;
    const match_near *const *near;
    int count;
    int ahead[MOST_TICKETS + 1]; /* players from this ticket on */
    match_lineup lineup;
    match_cursor cursor;
    bool resumes;
    long floor; /* of the units: it stops there */
    bool stopped;
} exact;

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x9E3779B97F4A7C15u + (hash >> 29);
}

/* The same for the same tickets in the same order, at the same level and start. */
static uint64_t name_leaf(const match_search *search, const match_near *const *near, int count)
{
    uint64_t hash = mix(search->level_index, (uint64_t)count);
    for (int i = 0; i < search->start.count; i++)
        hash = mix(mix(hash, search->start.tickets[i]->order), (uint64_t)search->start.teams[i]);
    hash = mix(hash, search->backfill != NULL ? search->backfill->order + 1 : 0);
    for (int i = 0; i < count; i++)
        hash = mix(hash, near[i]->ticket->order);
    return hash;
}

static void consider(exact *x)
{
    match_search *search = x->search;
    size_t worst;
    if (!match_least_met(search, &x->lineup) ||
            (search->outcome == MATCH_PARTIAL && x->lineup.players <= search->best.players))
        return;
    if (match_violation(search, &x->lineup, &worst) == 0)
        match_offer(search, &x->lineup);
}

/* Players that are still needed for any match, or for a better one. */
static int still_needed(const exact *x)
{
    int missing = 0;
    for (size_t i = 0; i < x->search->facts->rule_set->team_count; i++) {
        int less = x->search->level->least[i] - x->lineup.players_of[i];
        missing += less > 0 ? less : 0;
    }
    int better = x->search->outcome == MATCH_PARTIAL ? x->search->best.players + 1 - x->lineup.players : 1;
    return missing > better ? missing : better;
}

static bool is_over(exact *x)
{
    if (x->search->outcome == MATCH_FULL)
        return true;
    if (x->search->matcher->units <= x->floor)
        x->stopped = true;
    return x->stopped;
}

/* Of teams that are alike and empty, one is as good as the other. */
static bool is_like_one_before(const exact *x, int team)
{
    if (!x->search->facts->alike || x->search->backfill != NULL || x->lineup.players_of[team] > 0)
        return false;
    for (int other = 0; other < team; other++) {
        if (x->lineup.players_of[other] == 0)
            return true;
    }
    return false;
}

static void descend(exact *x, int depth, int from, const match_box *box);

static void try_ticket(exact *x, int depth, int index, const match_box *box)
{
    const match_near *near = x->near[index];
    match_box with = *box;
    x->search->matcher->units -= 2 + (long)x->search->facts->rule_set->team_count / 4;
    int team = 0, teams = (int)x->search->facts->rule_set->team_count;
    if (x->resumes)
        team = x->cursor.path[depth].team;
    if (!match_box_add(x->search, &with, near) || match_is_there(&x->lineup, near->ticket))
        return;
    for (; team < teams; team++) {
        if (!match_fits(x->search, &x->lineup, near, team) || (!x->resumes && is_like_one_before(x, team)))
            continue;
        x->cursor.path[depth].index = index;
        x->cursor.path[depth].team = team;
        if (x->resumes && depth + 1 >= x->cursor.depth)
            x->resumes = false;
        if (!x->resumes && is_over(x)) {
            x->cursor.depth = x->cursor.depth > depth ? x->cursor.depth : depth + 1;
            return;
        }
        match_put(&x->lineup, near->ticket, team);
        if (x->search->facts->mends || match_is_hopeful(x->search, &x->lineup))
            descend(x, depth + 1, index + 1, &with);
        match_take_back(&x->lineup);
        if (x->stopped || x->search->outcome == MATCH_FULL)
            return;
    }
}

/* Everything that can be added to what there is now. */
static void descend(exact *x, int depth, int from, const match_box *box)
{
    x->search->matcher->units -= 8 + (long)x->search->facts->rule_set->team_count / 4;
    if (!x->resumes) {
        x->cursor.depth = 0; /* set where it stops */
        consider(x);
    }
    if (match_room(x->search, &x->lineup) == 0 || depth >= MATCH_PLAYERS)
        return;
    if (x->resumes)
        from = x->cursor.path[depth].index;
    int needed = still_needed(x);
    for (int i = from; i < x->count && x->ahead[i] >= needed; i++) {
        try_ticket(x, depth, i, box);
        if (x->stopped || x->search->outcome == MATCH_FULL)
            return;
    }
}

/* Where the last look stopped, if it was in this leaf. False: an earlier look found that there is nothing in
 * it. */
static bool take_up(exact *x)
{
    const match_cursor *kept = x->search->pivot->cursor;
    uint64_t leaf = name_leaf(x->search, x->near, x->count);
    if (kept != NULL)
        x->cursor = *kept;
    for (size_t i = 0; i < x->cursor.done_count && i < LEAVES_KEPT; i++) {
        if (x->cursor.done[i] == leaf)
            return false;
    }
    x->resumes = kept != NULL && kept->leaf == leaf && kept->depth > 0;
    x->cursor.leaf = leaf;
    return true;
}

static void lay_down(exact *x)
{
    match_ticket *pivot = x->search->pivot;
    if (!x->stopped) {
        x->cursor.done[x->cursor.done_count++ % LEAVES_KEPT] = x->cursor.leaf;
        x->cursor.depth = 0;
    }
    if (pivot->cursor == NULL)
        pivot->cursor = malloc(sizeof *pivot->cursor);
    if (pivot->cursor != NULL)
        *pivot->cursor = x->cursor;
}

void match_exact(match_search *search, const match_box *box, const match_near *const *near, size_t count)
{
    local_matcher *matcher = search->matcher;
    long units = matcher->units, share = count <= SMALL_TICKETS ? units : units / 4;
    if (matcher->hard <= 0) {
        search->open = search->matcher->starved = true;
        return;
    }
    if (share > matcher->hard)
        share = matcher->hard;
    exact x = {.search = search,
            .near = near,
            .count = count < MOST_TICKETS ? (int)count : MOST_TICKETS,
            .lineup = search->start,
            .floor = units - share};
    search->open = search->open || count > MOST_TICKETS;
    for (int i = x.count; i-- > 0;)
        x.ahead[i] = x.ahead[i + 1] + near[i]->ticket->players;
    if (!take_up(&x))
        return;
    search->pivot->continues = false;
    match_outcome before = search->outcome;
    descend(&x, 0, 0, box);
    if (x.stopped) {
        search->open = true;
        search->pivot->continues = count <= SMALL_TICKETS;
    }
    if (x.stopped || (search->outcome == before && units - matcher->units > LARGE_LEAF))
        lay_down(&x);
    if (search->outcome == before)
        matcher->hard -= units - matcher->units;
}

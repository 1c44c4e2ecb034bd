/* SPDX-License-Identifier: Apache-2.0 */
/* Mends a lineup that keeps the facts and breaks rules about the whole: two tickets change teams, one moves,
 * or one makes place for another, whichever takes most off the violation; and when nothing does, a few steps
 * at random. */

#include "rules/match.h"

#include <math.h>
#include <stdlib.h>

#define STEPS        60
#define KICKS        4 /* steps at random, when nothing makes it better */
#define PROBES       8 /* outsiders that are looked at for a seat, over the range of their values */
#define MOST_OUTSIDE 512

typedef struct repair {
    match_search *search;
    match_lineup *lineup;
    const match_box *box;
    const match_near *outside[MOST_OUTSIDE]; /* by their value */
    size_t outside_count;
    const match_near *inside[MATCH_PLAYERS + 1]; /* beside lineup->tickets; NULL: it is of the start */
    double now;                                  /* the violation */
    /* the best change so far */
    double best;
    int from, to, team; /* to: the ticket that changes teams with it; -1: it moves to `team` */
    const match_near *instead;
} repair;

static double value_of(const match_search *search, const match_near *near)
{
    size_t column = search->facts->nearness;
    return column < search->facts->column_count && search->facts->columns[column].kind != MATCH_LIST
                   ? near->ticket->values[column][0]
                   : 0;
}

static int by_value(const void *left, const void *right, void *user)
{
    const match_near *a = *(const match_near *const *)left, *b = *(const match_near *const *)right;
    double x = value_of(user, a), y = value_of(user, b);
    return x != y ? (x < y ? -1 : 1) : match_by_age(a->ticket, b->ticket);
}

static void set_up(repair *r, const match_near *const *near, size_t count)
{
    for (int i = 0; i < r->lineup->count; i++)
        r->inside[i] = NULL;
    for (size_t i = 0; i < count; i++) {
        int at = r->lineup->fixed;
        while (at < r->lineup->count && r->lineup->tickets[at] != near[i]->ticket)
            at++;
        if (at < r->lineup->count)
            r->inside[at] = near[i];
        else if (r->outside_count < MOST_OUTSIDE)
            r->outside[r->outside_count++] = near[i];
    }
    r->search->matcher->units -= (long)count * (2 + r->lineup->count / 8);
    qsort_r(r->outside, r->outside_count, sizeof *r->outside, by_value, r->search);
}

static double judge(repair *r)
{
    size_t worst;
    return match_violation(r->search, r->lineup, &worst);
}

static bool lets(const match_near *near, int team)
{
    return near == NULL || (near->teams >> (team & 63) & 1) != 0;
}

/* ---- changes: each is made, judged and unmade ---- */

static void exchange(repair *r, int from, int to)
{
    int team = r->lineup->teams[from];
    r->lineup->teams[from] = r->lineup->teams[to];
    r->lineup->teams[to] = team;
}

static void move(match_lineup *lineup, int from, int team)
{
    lineup->players_of[lineup->teams[from]] -= lineup->tickets[from]->players;
    lineup->players_of[team] += lineup->tickets[from]->players;
    lineup->teams[from] = team;
}

static bool has_units(const repair *r)
{
    return r->search->matcher->units > 0;
}

static void try_exchanges(repair *r, int from)
{
    for (int to = r->lineup->fixed; to < r->lineup->count && has_units(r); to++) {
        if (r->lineup->teams[to] == r->lineup->teams[from] ||
                r->lineup->tickets[to]->players != r->lineup->tickets[from]->players ||
                !lets(r->inside[from], r->lineup->teams[to]) || !lets(r->inside[to], r->lineup->teams[from]))
            continue;
        exchange(r, from, to);
        double violation = judge(r);
        exchange(r, from, to);
        if (violation < r->best) {
            r->best = violation;
            r->from = from;
            r->to = to;
            r->instead = NULL;
        }
    }
}

static void try_moves(repair *r, int from)
{
    const match_level *level = r->search->level;
    int own = r->lineup->teams[from], players = r->lineup->tickets[from]->players;
    if (r->lineup->players_of[own] - players < level->least[own])
        return;
    for (int team = 0; team < (int)r->search->facts->rule_set->team_count && has_units(r); team++) {
        if (team == own || r->lineup->players_of[team] + players > level->most[team] ||
                !lets(r->inside[from], team))
            continue;
        move(r->lineup, from, team);
        double violation = judge(r);
        move(r->lineup, from, own);
        if (violation < r->best) {
            r->best = violation;
            r->from = from;
            r->to = -1;
            r->team = team;
            r->instead = NULL;
        }
    }
}

/* Do the others still have everything in common, with this one in the place of that? */
static bool keeps_facts(repair *r, int from, const match_near *instead)
{
    match_box box = *r->box;
    r->search->matcher->units -= r->lineup->count;
    for (int i = r->lineup->fixed; i < r->lineup->count; i++) {
        const match_near *near = i == from ? instead : r->inside[i];
        if (near == NULL || !match_box_add(r->search, &box, near))
            return false;
    }
    return true;
}

static double judge_instead(repair *r, int from, const match_near *instead)
{
    match_ticket *there = r->lineup->tickets[from];
    if (instead->ticket->players != there->players || !lets(instead, r->lineup->teams[from]))
        return INFINITY;
    r->lineup->tickets[from] = instead->ticket;
    double violation = judge(r);
    r->lineup->tickets[from] = there;
    return violation;
}

static double probe(repair *r, int from, size_t at)
{
    if (!has_units(r))
        return INFINITY;
    double violation = judge_instead(r, from, r->outside[at]);
    if (violation < r->best && keeps_facts(r, from, r->outside[at])) {
        r->best = violation;
        r->from = from;
        r->instead = r->outside[at];
    }
    return violation;
}

/* Over the range of the outsiders' values, and then ever closer round the best of them. */
static void try_outsiders(repair *r, int from)
{
    size_t count = r->outside_count, step = count / PROBES > 0 ? count / PROBES : 1, middle = 0;
    double least = INFINITY;
    for (size_t at = count > 0 ? (size_t)(match_random(r->search->matcher) % step) : 0; at < count;
            at += step) {
        double violation = probe(r, from, at);
        if (violation < least) {
            least = violation;
            middle = at;
        }
    }
    for (step = (step + 1) / 2; count > PROBES && step >= 1; step = step == 1 ? 0 : (step + 1) / 2) {
        size_t low = middle >= step ? middle - step : 0,
               high = middle + step < count ? middle + step : count - 1;
        double below = probe(r, from, low), above = probe(r, from, high);
        if (below < least || above < least) {
            middle = below < above ? low : high;
            least = below < above ? below : above;
        }
        if (step == 1)
            return;
    }
}

/* ---- steps ---- */

static void put_instead(repair *r, int from, const match_near *instead)
{
    const match_near *leaves = r->inside[from];
    for (size_t i = 0; i < r->outside_count; i++) {
        if (r->outside[i] == instead)
            r->outside[i] = leaves;
    }
    r->lineup->tickets[from] = instead->ticket;
    r->inside[from] = instead;
    qsort_r(r->outside, r->outside_count, sizeof *r->outside, by_value, r->search);
}

static void apply(repair *r)
{
    if (r->instead != NULL) {
        put_instead(r, r->from, r->instead);
    } else if (r->to >= 0) {
        exchange(r, r->from, r->to);
    } else {
        move(r->lineup, r->from, r->team);
    }
}

/* Somebody for somebody else, whatever it does to the violation. */
static void kick(repair *r)
{
    int loose = r->lineup->count - r->lineup->fixed;
    if (loose == 0 || r->outside_count == 0)
        return;
    int from = r->lineup->fixed + (int)(match_random(r->search->matcher) % (unsigned)loose);
    const match_near *instead = r->outside[match_random(r->search->matcher) % r->outside_count];
    if (r->inside[from] != NULL && instead->ticket->players == r->lineup->tickets[from]->players &&
            lets(instead, r->lineup->teams[from]) && keeps_facts(r, from, instead)) {
        put_instead(r, from, instead);
        r->now = judge(r);
    }
}

static bool mend(repair *r)
{
    int kicks = 0;
    r->now = judge(r);
    for (int step = 0; step < STEPS && r->now > 0 && kicks <= KICKS && r->search->matcher->units > 0;
            step++) {
        r->best = r->now;
        r->from = -1;
        for (int from = r->lineup->fixed; from < r->lineup->count && r->best > 0; from++) {
            try_exchanges(r, from);
            try_moves(r, from);
            if (r->inside[from] != NULL)
                try_outsiders(r, from);
        }
        if (r->from >= 0) {
            apply(r);
            r->now = r->best;
        } else if (kicks++ < KICKS) {
            kick(r);
        }
    }
    return r->now == 0;
}

bool match_repair(match_search *search, const match_box *box, match_lineup *lineup,
        const match_near *const *near, size_t count)
{
    if (search->matcher->hard <= 0) {
        search->open = search->matcher->starved = true;
        return false;
    }
    const match_lineup before = *lineup;
    long units = search->matcher->units;
    repair r = {.search = search, .lineup = lineup, .box = box};
    set_up(&r, near, count);
    bool mended = mend(&r);
    if (!mended) {
        *lineup = before;
        search->matcher->hard -= units - search->matcher->units;
    }
    return mended;
}

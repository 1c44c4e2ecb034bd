/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/matcher.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/match.h"

#define HARD_SHARE 6 /* of the units, that part may go into what finds nothing */

/* ---- life ---- */

local_matcher *local_matcher_create(const local_rule_set *rule_set)
{
    local_matcher *matcher = calloc(1, sizeof *matcher);
    if (matcher == NULL)
        return NULL;
    matcher->random = 88172645463325252u;
    matcher->metrics = calloc(rule_set->rule_count + 1, sizeof *matcher->metrics);
    if (matcher->metrics != NULL && match_facts_init(&matcher->facts, rule_set))
        return matcher;
    free(matcher->metrics);
    free(matcher);
    return NULL;
}

void local_matcher_destroy(local_matcher *matcher)
{
    if (matcher == NULL)
        return;
    match_line *const lines[] = {&matcher->by_age, &matcher->backfills, &matcher->fresh};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < lines[k]->count; i++) {
            match_ticket *ticket = lines[k]->tickets[i];
            if (ticket->candidate != NULL)
                ticket->candidate->ticket = NULL;
            match_ticket_destroy(ticket);
        }
        free(lines[k]->tickets);
    }
    match_pool_free(matcher);
    free(matcher->dirty.tickets);
    free(matcher->settling.tickets);
    free(matcher->retries.tickets);
    free(matcher->matched);
    free(matcher->scratch);
    free(matcher->metrics);
    match_facts_fini(&matcher->facts);
    free(matcher);
}

/* ---- tickets ---- */

/* A sentence for one that cannot be in a match as things are; NULL: it can. */
static const char *obstacle_of(const local_candidate *candidate)
{
    if (candidate->obstacle != NULL)
        return candidate->obstacle;
    return candidate->backfill && candidate->free_seats <= 0 ? "the session has no free seat" : NULL;
}

bool local_matcher_add(local_matcher *matcher, local_candidate *candidate)
{
    const char *obstacle = obstacle_of(candidate);
    candidate->match = 0;
    candidate->team = -1;
    if (obstacle != NULL) {
        snprintf(candidate->why, sizeof candidate->why, "%s", obstacle);
        return true;
    }
    if (candidate->ticket != NULL)
        return true;
    match_ticket *ticket = match_ticket_create(&matcher->facts, candidate);
    if (ticket == NULL || !match_line_add(&matcher->fresh, ticket)) {
        match_ticket_destroy(ticket);
        return false;
    }
    candidate->ticket = ticket;
    matcher->waiting++;
    if (!ticket->backfill && ticket->players <= MATCH_PLAYERS)
        matcher->sizes[ticket->players]++;
    return true;
}

void local_matcher_remove(local_matcher *matcher, local_candidate *candidate)
{
    if (candidate->ticket != NULL)
        match_pool_take(matcher, candidate->ticket);
}

bool local_matcher_changed(local_matcher *matcher, local_candidate *candidate)
{
    local_matcher_remove(matcher, candidate);
    return local_matcher_add(matcher, candidate);
}

size_t local_matcher_waiting(const local_matcher *matcher)
{
    return matcher->waiting;
}

bool local_matcher_is_busy(const local_matcher *matcher)
{
    return matcher->dirty.count > 0 || matcher->retries.count > 0;
}

const local_rule_metrics *local_matcher_metrics(const local_matcher *matcher)
{
    return matcher->metrics;
}

const local_miss *local_matcher_misses(const local_candidate *candidate)
{
    return candidate->ticket != NULL ? candidate->ticket->misses : NULL;
}

/* ---- what the files of the search share ---- */

uint64_t match_age(const local_matcher *matcher, const match_ticket *ticket)
{
    uint64_t now_ms = matcher->look->now_ms;
    return now_ms > ticket->start_ms ? now_ms - ticket->start_ms : 0;
}

size_t match_level_of(const local_matcher *matcher, const match_ticket *ticket)
{
    uint64_t age_ms = match_age(matcher, ticket);
    size_t level = 0;
    while (level + 1 < matcher->facts.level_count && matcher->facts.waits_ms[level] <= age_ms)
        level++;
    return level;
}

/* The same in every run: xorshift. */
uint64_t match_random(local_matcher *matcher)
{
    matcher->random ^= matcher->random << 13;
    matcher->random ^= matcher->random >> 7;
    matcher->random ^= matcher->random << 17;
    return matcher->random >> 11;
}

/* ---- one look ---- */

static void forget_misses(local_matcher *matcher, match_ticket *ticket)
{
    size_t count = matcher->facts.rule_set->rule_count;
    if (ticket->misses == NULL)
        ticket->misses = glift__memory_take(&ticket->memory, count + 1, sizeof *ticket->misses);
    for (size_t i = 0; ticket->misses != NULL && i < count; i++)
        ticket->misses[i] = (local_miss){0, NAN};
}

static void count_misses(local_matcher *matcher, const match_ticket *ticket)
{
    for (size_t i = 0; ticket->misses != NULL && i < matcher->facts.rule_set->rule_count; i++)
        matcher->metrics[i].failed += ticket->misses[i].kept_out;
}

static bool make_room_for_match(local_matcher *matcher, int tickets)
{
    size_t needed = matcher->matched_count + (size_t)tickets + 1, room = matcher->matched_room;
    while (room < needed)
        room = room == 0 ? 64 : room * 2;
    if (room == matcher->matched_room)
        return true;
    local_candidate **matched = realloc(matcher->matched, room * sizeof(local_candidate *));
    if (matched == NULL)
        return false;
    matcher->matched = matched;
    matcher->matched_room = room;
    return true;
}

static int by_age(const void *left, const void *right)
{
    const local_candidate *a = *(local_candidate *const *)left, *b = *(local_candidate *const *)right;
    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static void take_into_match(local_matcher *matcher, match_ticket *ticket, int team)
{
    local_candidate *candidate = ticket->candidate;
    candidate->match = matcher->matches;
    candidate->team = team;
    candidate->why[0] = '\0';
    matcher->matched[matcher->matched_count++] = candidate;
    match_pool_take(matcher, ticket);
}

bool match_take(local_matcher *matcher, match_lineup *lineup)
{
    if (!make_room_for_match(matcher, lineup->count))
        return false;
    if (matcher->facts.rule_set->balanced)
        match_balance(&matcher->search, lineup);
    size_t first = matcher->matched_count;
    matcher->matches++;
    if (lineup->backfill != NULL)
        take_into_match(matcher, lineup->backfill, -1);
    for (int i = 0; i < lineup->count; i++) {
        if (lineup->tickets[i]->candidate != NULL)
            take_into_match(matcher, lineup->tickets[i], lineup->teams[i]);
    }
    qsort(matcher->matched + first, matcher->matched_count - first, sizeof(local_candidate *), by_age);
    return true;
}

/* A match with room left waits until its youngest ticket has been there for so long. */
static bool is_settled(const local_matcher *matcher, match_ticket *ticket, const match_lineup *lineup)
{
    uint64_t youngest_ms = lineup->backfill != NULL ? lineup->backfill->start_ms : 0;
    for (int i = 0; i < lineup->count; i++) {
        if (lineup->tickets[i]->candidate != NULL && lineup->tickets[i]->start_ms > youngest_ms)
            youngest_ms = lineup->tickets[i]->start_ms;
    }
    ticket->due_ms = youngest_ms + matcher->look->settle_ms;
    return ticket->due_ms <= matcher->look->now_ms;
}

/* One search, for what has happened. True: it has to be gone on with. */
static bool look_for(local_matcher *matcher, match_ticket *ticket, uint64_t since)
{
    static const match_lineup empty;
    match_lineup lineup = empty;
    forget_misses(matcher, ticket);
    match_outcome outcome = match_find(matcher, ticket, since, &lineup);
    count_misses(matcher, ticket);
    if (outcome == MATCH_FULL || (outcome == MATCH_PARTIAL && is_settled(matcher, ticket, &lineup))) {
        if (match_take(matcher, &lineup))
            return !ticket->gone;
        outcome = MATCH_OPEN;
    }
    if (outcome == MATCH_PARTIAL && !ticket->settles)
        ticket->settles = match_line_add(&matcher->settling, ticket);
    if (outcome == MATCH_NONE) {
        ticket->proven = ++matcher->events;
        ticket->proven_level = match_level_of(matcher, ticket);
    }
    match_explain(matcher, ticket, outcome, &lineup);
    ticket->returned = ticket->returned && outcome == MATCH_OPEN;
    if (outcome != MATCH_OPEN)
        return false;
    if ((ticket->continues || matcher->starved) && ++ticket->looks < MATCH_LOOKS)
        return true;
    ticket->continues = false;
    return ++ticket->tries < MATCH_TRIES;
}

static int in_turn(const void *left, const void *right, void *user)
{
    const local_matcher *matcher = user;
    const match_ticket *a = *(match_ticket *const *)left, *b = *(match_ticket *const *)right;
    if (a->backfill != b->backfill && !a->gone && !b->gone) {
        const match_ticket *backfill = a->backfill ? a : b;
        local_backfill_priority priority =
                matcher->facts.levels[match_level_of(matcher, backfill)].backfill_priority;
        if (matcher->facts.rule_set->large)
            priority = LOCAL_BACKFILL_HIGH;
        if (priority != LOCAL_BACKFILL_NORMAL)
            return a->backfill == (priority == LOCAL_BACKFILL_HIGH) ? -1 : 1;
    }
    return match_by_age(a, b);
}

static bool is_sorted(const local_matcher *matcher)
{
    return matcher->facts.has_sorts || matcher->facts.rule_set->batching == LOCAL_BATCHING_SORTED;
}

/* A batch is sorted round the oldest of its tickets, so that this one has the first choice, whoever came
 * last. */
static void look_for_anchor(local_matcher *matcher, match_ticket *ticket)
{
    match_ticket *anchor = match_anchor(matcher, ticket);
    if (anchor != ticket && !anchor->gone)
        look_for(matcher, anchor, ticket->changed);
}

static void look_for_dirty(local_matcher *matcher)
{
    size_t done = 0;
    if (matcher->dirty.count > 1)
        qsort_r(matcher->dirty.tickets, matcher->dirty.count, sizeof(match_ticket *), in_turn, matcher);
    for (; done < matcher->dirty.count && matcher->units > 0; done++) {
        match_ticket *ticket = matcher->dirty.tickets[done];
        ticket->dirty = false;
        if (!ticket->gone && !ticket->backfill && is_sorted(matcher))
            look_for_anchor(matcher, ticket);
        if (!ticket->gone && look_for(matcher, ticket, ticket->changed) && !ticket->retries)
            ticket->retries = match_line_add(&matcher->retries, ticket);
    }
    matcher->dirty.count -= done;
    for (size_t i = 0; i < matcher->dirty.count; i++)
        matcher->dirty.tickets[i] = matcher->dirty.tickets[done + i];
}

/* What is known to be hard goes on with what is left for it, the oldest first and to the end. */
static void look_again(local_matcher *matcher)
{
    size_t kept = 0;
    for (size_t i = 0; i < matcher->retries.count; i++) {
        match_ticket *ticket = matcher->retries.tickets[i];
        bool again = !ticket->gone;
        if (again && matcher->units > 0 && matcher->hard > 0)
            again = look_for(matcher, ticket, ticket->changed);
        ticket->retries = again && !ticket->gone;
        if (ticket->retries)
            matcher->retries.tickets[kept++] = ticket;
    }
    matcher->retries.count = kept;
}

static void look_for_matches(local_matcher *matcher, long whole)
{
    long hard = whole / HARD_SHARE;
    matcher->hard = matcher->retries.count > 0 ? hard / 2 : hard;
    look_for_dirty(matcher);
    matcher->hard = matcher->hard < 0 ? hard / 2 : matcher->hard + hard / 2;
    look_again(matcher);
}

static int players_waiting(const local_matcher *matcher)
{
    int players = 0;
    for (int size = 1; size <= MATCH_PLAYERS && players < MATCH_PLAYERS; size++)
        players += size * matcher->sizes[size];
    return players;
}

/* While all that wait are too few for a match, nobody is searched for anew when others come or go; how many
 * they wait for is told to each of them all the same. */
static void count_missing_players(local_matcher *matcher)
{
    int players = players_waiting(matcher);
    if (!matcher->has_moved || matcher->units <= 0)
        return;
    matcher->has_moved = false;
    if (matcher->backfills.count > 0 || players >= MATCH_PLAYERS)
        return;
    for (size_t i = 0; i < matcher->by_age.count; i++) {
        match_ticket *ticket = matcher->by_age.tickets[i];
        if (ticket->gone || players >= matcher->facts.levels[match_level_of(matcher, ticket)].need)
            continue;
        forget_misses(matcher, ticket);
        if (match_count_missing(matcher, ticket))
            match_explain(matcher, ticket, MATCH_NONE, NULL);
    }
}

unsigned local_matcher_run(local_matcher *matcher, local_matcher_look *look)
{
    matcher->look = look;
    matcher->matches = 0;
    matcher->matched_count = 0;
    matcher->units = look->units;
    if (!match_pool_update(matcher))
        return 0;
    if (local_matcher_is_busy(matcher))
        look_for_matches(matcher, look->units);
    count_missing_players(matcher);
    look->units = matcher->units;
    return matcher->matches;
}

size_t local_matcher_matched(const local_matcher *matcher, local_candidate *const **out)
{
    *out = matcher->matched;
    return matcher->matched_count;
}

/* ---- what holds for a match ---- */

/* S62 */
uint64_t local_matcher_age(
        const local_rule_set *rule_set, local_candidate *const *candidates, size_t count, uint64_t now_ms)
{
    uint64_t age = rule_set->oldest_expands ? 0 : UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        uint64_t other = now_ms > candidates[i]->start_ms ? now_ms - candidates[i]->start_ms : 0;
        if (rule_set->oldest_expands ? other > age : other < age)
            age = other;
    }
    return age;
}

int local_matcher_seats(const local_rule_set *rule_set, uint64_t age_ms)
{
    int seats = 0;
    for (size_t i = 0; i < rule_set->team_count; i++)
        seats += local_rule_set_max_players(rule_set, i, age_ms);
    return seats;
}

bool local_matcher_allows_location(const local_rule_set *rule_set, local_candidate *const *candidates,
        size_t count, uint64_t age_ms, const char *location)
{
    local_seat seats[MATCH_PLAYERS];
    local_lineup all = {seats, 0, rule_set->team_count, NULL};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < candidates[i]->player_count && all.seat_count < MATCH_PLAYERS; k++)
            seats[all.seat_count++] =
                    (local_seat){&candidates[i]->players[k], candidates[i]->team, i, candidates[i]->backfill};
    }
    return local_rules_allow_location(rule_set, &all, age_ms, location);
}

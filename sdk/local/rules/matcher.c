/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/matcher.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/rule_check.h"

#define MAX_PLAYERS       LOCAL_RULE_SET_MAX_PLAYERS
#define EFFORT_OF_PASS    50000 /* placements; some 20 ms with one rule */
#define EFFORT_PER_ANCHOR 2000  /* at most */
#define LEAST_EFFORT      64    /* per anchor, however many there are */

#define WAITING  0        /* local_candidate.match: in line */
#define SETTLING UINT_MAX /* during a pass: in a match that waits for more players */

/* A match that is being put together. */
typedef struct lineup {
    local_seat seats[MAX_PLAYERS];
    size_t seat_count;
    local_candidate *tickets[MAX_PLAYERS + 1];
    int teams[MAX_PLAYERS + 1]; /* of the tickets */
    size_t ticket_count;
    size_t players_of[MAX_PLAYERS]; /* by team */
    size_t parties;
    const local_candidate *backfill;
    size_t newcomers;
} lineup;

typedef struct search {
    const local_matcher *matcher;
    local_candidate **line; /* in the order in which they have their turn */
    size_t count;
    uint64_t now_ms;
    bool greedy; /* turn back on every failing rule, not only on those that stay broken */
    int effort;
    lineup now, best;
    bool found, full;
    lineup furthest;            /* the try with most players: what it lacks is what they wait for */
    const local_rule *obstacle; /* a rule that turned a try back */
} search;

/* ---- ages and sizes ---- */

static uint64_t age_of(const local_candidate *ticket, uint64_t now_ms)
{
    return now_ms > ticket->start_ms ? now_ms - ticket->start_ms : 0;
}

static uint64_t extreme_age(local_candidate *const *tickets, size_t count, uint64_t now_ms, bool oldest)
{
    uint64_t age = oldest ? 0 : UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        uint64_t other = age_of(tickets[i], now_ms);
        if (oldest ? other > age : other < age)
            age = other;
    }
    return age;
}

/* S62 */
uint64_t local_matcher_age(
        const local_rule_set *rule_set, local_candidate *const *candidates, size_t count, uint64_t now_ms)
{
    return extreme_age(candidates, count, now_ms, rule_set->oldest_expands);
}

static uint64_t youngest_age(const search *s, const lineup *l)
{
    return extreme_age(l->tickets, l->ticket_count, s->now_ms, false);
}

static uint64_t expansion_age(const search *s, const lineup *l)
{
    return local_matcher_age(s->matcher->rule_set, l->tickets, l->ticket_count, s->now_ms);
}

int local_matcher_seats(const local_rule_set *rule_set, uint64_t age_ms)
{
    int seats = 0;
    for (size_t i = 0; i < rule_set->team_count; i++)
        seats += local_rule_set_max_players(rule_set, i, age_ms);
    return seats;
}

static size_t most_players(const search *s, uint64_t age_ms)
{
    int most = local_matcher_seats(s->matcher->rule_set, age_ms) - s->matcher->additional_players;
    return most > 0 ? (size_t)most : 0;
}

static size_t missing_players(const search *s, const lineup *l, uint64_t age_ms)
{
    size_t missing = 0;
    for (size_t i = 0; i < s->matcher->rule_set->team_count; i++) {
        size_t least = (size_t)local_rule_set_min_players(s->matcher->rule_set, i, age_ms);
        missing += least > l->players_of[i] ? least - l->players_of[i] : 0;
    }
    return missing;
}

static size_t free_seats(const local_candidate *backfill)
{
    return backfill->free_seats > 0 ? (size_t)backfill->free_seats : 0;
}

static bool sizes_fit(const search *s, const lineup *l)
{
    uint64_t age_ms = expansion_age(s, l);
    if (l->newcomers == 0)
        return true; /* who plays already stays, whatever the sizes are */
    for (size_t i = 0; i < s->matcher->rule_set->team_count; i++) {
        if (l->players_of[i] > (size_t)local_rule_set_max_players(s->matcher->rule_set, i, age_ms))
            return false;
    }
    if (l->backfill != NULL && l->newcomers > free_seats(l->backfill))
        return false;
    return l->seat_count <= most_players(s, age_ms);
}

static const local_rule *failing_rule(const search *s, const lineup *l, local_check check)
{
    local_lineup seats = {l->seats, l->seat_count, s->matcher->rule_set->team_count,
            l->backfill != NULL ? l->backfill->location : NULL};
    return local_rules_failing(s->matcher->rule_set, &seats, expansion_age(s, l), check);
}

/* ---- seats ---- */

static bool is_among(const local_candidate *backfill, const char *player_id)
{
    for (size_t i = 0; i < backfill->seated_count; i++) {
        if (strcmp(backfill->seated[i], player_id) == 0)
            return true;
    }
    return false;
}

/* In the lineup already, or in the session that it would join. */
static bool plays_already(const lineup *l, const char *player_id, bool playing)
{
    for (size_t i = 0; i < l->seat_count; i++) {
        if (strcmp(l->seats[i].player->player_id, player_id) == 0)
            return true;
    }
    return !playing && l->backfill != NULL && is_among(l->backfill, player_id);
}

static bool seat_player(const search *s, lineup *l, const glift_player *player, int team, bool playing)
{
    if (l->seat_count == MAX_PLAYERS || plays_already(l, player->player_id, playing))
        return false;
    if (playing)
        team = local_rule_set_find_team(s->matcher->rule_set, player->team);
    if (team < 0)
        return false;
    l->seats[l->seat_count++] = (local_seat){player, team, l->parties, playing};
    l->players_of[team]++;
    l->newcomers += !playing;
    l->parties += playing; /* those who play already are no party any more */
    return true;
}

/* The whole ticket on one team, or a backfill's players on theirs. False: it does not fit; *l is spoilt. */
static bool place(const search *s, lineup *l, local_candidate *ticket, int team)
{
    if (l->ticket_count > MAX_PLAYERS || (ticket->backfill && l->backfill != NULL))
        return false;
    if (ticket->backfill)
        l->backfill = ticket;
    for (size_t i = 0; ticket->backfill && i < l->seat_count; i++) {
        if (is_among(ticket, l->seats[i].player->player_id))
            return false;
    }
    for (size_t i = 0; i < ticket->player_count; i++) {
        if (!seat_player(s, l, &ticket->players[i], team, ticket->backfill))
            return false;
    }
    l->parties++;
    l->tickets[l->ticket_count] = ticket;
    l->teams[l->ticket_count++] = team;
    return sizes_fit(s, l);
}

/* Teams below their minimum first, then those with most room; equal ones as declared. */
static size_t preferred_teams(const search *s, const lineup *l, int out[MAX_PLAYERS])
{
    const local_rule_set *rule_set = s->matcher->rule_set;
    uint64_t age_ms = expansion_age(s, l);
    int merit[MAX_PLAYERS];
    for (size_t i = 0; i < rule_set->team_count; i++) {
        int players = (int)l->players_of[i];
        int own = local_rule_set_max_players(rule_set, i, age_ms) - players;
        if (players < local_rule_set_min_players(rule_set, i, age_ms))
            own += MAX_PLAYERS + 1;
        size_t at = i;
        for (; at > 0 && merit[at - 1] < own; at--) {
            merit[at] = merit[at - 1];
            out[at] = out[at - 1];
        }
        merit[at] = own;
        out[at] = (int)i;
    }
    return rule_set->team_count;
}

/* ---- the search ---- */

static bool is_match(const search *s, const lineup *l)
{
    return l->newcomers > 0 && missing_players(s, l, expansion_age(s, l)) == 0;
}

static size_t seats_to_fill(const search *s, const lineup *l)
{
    size_t most = most_players(s, expansion_age(s, l));
    size_t open = most > l->seat_count ? most - l->seat_count : 0;
    if (l->backfill != NULL && open > free_seats(l->backfill) - l->newcomers)
        open = free_seats(l->backfill) - l->newcomers;
    return open;
}

static void note_progress(search *s, const lineup *l)
{
    if (l->seat_count > s->furthest.seat_count)
        s->furthest = *l;
}

static void consider(search *s)
{
    note_progress(s, &s->now);
    if (!is_match(s, &s->now) || (s->found && s->now.seat_count <= s->best.seat_count))
        return;
    const local_rule *failing = failing_rule(s, &s->now, LOCAL_CHECK_FINISHED);
    if (failing != NULL) {
        s->obstacle = failing;
        return;
    }
    s->best = s->now;
    s->found = true;
    s->full = seats_to_fill(s, &s->now) == 0;
}

/* Players of the tickets from here on, as far as they matter. */
static size_t players_ahead(const search *s, size_t from, size_t enough)
{
    size_t players = 0;
    for (size_t i = from; i < s->count && players < enough; i++)
        players += s->line[i]->match == 0 ? s->line[i]->player_count : 0;
    return players;
}

static void descend(search *s, size_t from);

static void try_ticket(search *s, size_t index)
{
    local_candidate *ticket = s->line[index];
    int teams[MAX_PLAYERS] = {-1};
    size_t team_count = ticket->backfill ? 1 : preferred_teams(s, &s->now, teams);
    lineup before = s->now;
    for (size_t i = 0; i < team_count && s->effort > 0 && !s->full; i++) {
        s->effort--;
        if (place(s, &s->now, ticket, teams[i])) {
            const local_rule *failing =
                    failing_rule(s, &s->now, s->greedy ? LOCAL_CHECK_FILLING : LOCAL_CHECK_HOPELESS);
            if (failing == NULL)
                descend(s, index + 1);
            else
                s->obstacle = ticket->turned_back = failing;
        }
        s->now = before;
    }
}

/* Everything that can be added to what there is now. */
static void descend(search *s, size_t from)
{
    consider(s);
    for (size_t i = from; i < s->count && s->effort > 0 && !s->full; i++) {
        if (s->line[i]->match != WAITING)
            continue;
        size_t wanted = missing_players(s, &s->now, expansion_age(s, &s->now));
        if (s->found && s->best.seat_count + 1 > s->now.seat_count + wanted)
            wanted = s->best.seat_count + 1 - s->now.seat_count;
        if (players_ahead(s, i, wanted) < wanted)
            return;
        try_ticket(s, i);
    }
}

static bool has_rules_that_mend(const local_rule_set *rule_set)
{
    for (size_t i = 0; i < rule_set->rule_count; i++) {
        if (local_rule_counts(&rule_set->rules[i]) && !rule_set->rules[i].tightens)
            return true;
    }
    return false;
}

/* First as if a failing rule stayed broken, which finds most matches at once; then, where one more player
 * might mend a rule (even teams, close averages), without that shortcut. */
static void find_match(search *s, size_t anchor, int effort)
{
    s->found = s->full = false;
    s->obstacle = NULL;
    s->furthest.seat_count = s->furthest.ticket_count = 0;
    for (int round = 0; round < 2 && !s->full; round++) {
        s->greedy = round == 0;
        s->effort = effort;
        s->now = (lineup){.seat_count = 0};
        try_ticket(s, anchor);
        if (!has_rules_that_mend(s->matcher->rule_set))
            return;
    }
}

/* ---- why a ticket waits ---- */

static void explain(local_candidate *const *tickets, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (tickets[i]->why[0] == '\0') /* else an older ticket has said what it lacks */
            snprintf(tickets[i]->why, sizeof tickets[i]->why, "%s", text);
    }
}

static void explain_failure(const search *s, local_candidate *anchor)
{
    const lineup *far = &s->furthest;
    const local_rule *obstacle = s->obstacle != NULL ? s->obstacle : anchor->turned_back;
    const char *rule = obstacle != NULL ? obstacle->name : NULL;
    size_t missing = missing_players(s, far, expansion_age(s, far));
    char text[sizeof anchor->why];
    if (far->seat_count == 0 && rule == NULL && anchor->backfill)
        snprintf(text, sizeof text, "the players of the session do not fit the teams");
    else if (far->seat_count == 0 && rule == NULL)
        snprintf(text, sizeof text, "a party of %zu fits into no team", anchor->player_count);
    else if (rule != NULL && (far->seat_count == 0 || missing == 0))
        snprintf(text, sizeof text, "the rule \"%.100s\" is not met", rule);
    else if (missing == 0)
        snprintf(text, sizeof text, "waiting for a new player");
    else if (rule != NULL)
        snprintf(text, sizeof text, "waiting for %zu more player%s; the rule \"%.100s\" keeps others out",
                missing, missing == 1 ? "" : "s", rule);
    else
        snprintf(text, sizeof text, "waiting for %zu more player%s", missing, missing == 1 ? "" : "s");
    explain(&anchor, 1, text);
    explain(far->tickets, far->ticket_count, text);
}

/* ---- a pass ---- */

/* A match with room left waits for more; its tickets are not given to others meanwhile. */
static bool settles(const search *s)
{
    return !s->full && youngest_age(s, &s->best) < s->matcher->settle_ms;
}

static void take(search *s, unsigned match)
{
    char text[64];
    uint64_t left_ms = match == SETTLING ? s->matcher->settle_ms - youngest_age(s, &s->best) : 0;
    snprintf(text, sizeof text, "%zu players found, waiting %.1f s for more", s->best.seat_count,
            (double)left_ms / 1000);
    for (size_t i = 0; i < s->best.ticket_count; i++) {
        s->best.tickets[i]->match = match;
        s->best.tickets[i]->team = s->best.teams[i];
        s->best.tickets[i]->why[0] = '\0';
    }
    if (match == SETTLING)
        explain(s->best.tickets, s->best.ticket_count, text);
}

/* Each waiting ticket in line is an anchor once; with backfills_only, only those are. */
static unsigned run_line(search *s, bool backfills_only, unsigned matches)
{
    int effort = s->count > 0 ? EFFORT_OF_PASS / (int)s->count : 0;
    effort = effort > EFFORT_PER_ANCHOR ? EFFORT_PER_ANCHOR : effort < LEAST_EFFORT ? LEAST_EFFORT : effort;
    for (size_t i = 0; i < s->count; i++) {
        local_candidate *anchor = s->line[i];
        if (anchor->match != WAITING || (backfills_only && !anchor->backfill))
            continue;
        find_match(s, i, effort);
        if (!s->found)
            explain_failure(s, anchor);
        else
            take(s, settles(s) ? SETTLING : ++matches);
    }
    return matches;
}

static int compare_age(const local_candidate *a, const local_candidate *b)
{
    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static int by_age(const void *left, const void *right)
{
    return compare_age(*(local_candidate *const *)left, *(local_candidate *const *)right);
}

static int backfills_first(const void *left, const void *right)
{
    const local_candidate *a = *(local_candidate *const *)left, *b = *(local_candidate *const *)right;
    return a->backfill != b->backfill ? (a->backfill ? -1 : 1) : compare_age(a, b);
}

/* What can never match steps out of the line, to its end. Returns how many are left in it. */
static size_t set_up(local_candidate **candidates, size_t count)
{
    size_t able = 0;
    for (size_t i = 0; i < count; i++) {
        local_candidate *candidate = candidates[i];
        candidate->match = WAITING;
        candidate->team = -1;
        candidate->turned_back = NULL;
        candidate->why[0] = '\0';
        const char *obstacle = candidate->obstacle;
        if (obstacle == NULL && candidate->backfill && free_seats(candidate) == 0)
            obstacle = "the session has no free seat";
        if (obstacle != NULL) {
            snprintf(candidate->why, sizeof candidate->why, "%s", obstacle);
        } else {
            candidates[i] = candidates[able];
            candidates[able++] = candidate;
        }
    }
    return able;
}

unsigned local_matcher_run(
        const local_matcher *matcher, local_candidate **candidates, size_t count, uint64_t now_ms)
{
    search s = {.matcher = matcher, .line = candidates, .now_ms = now_ms};
    unsigned matches = 0;
    bool low = matcher->rule_set->backfill_priority == LOCAL_BACKFILL_LOW;
    bool high = matcher->rule_set->backfill_priority == LOCAL_BACKFILL_HIGH;
    s.count = set_up(candidates, count);
    if (s.count > 0)
        qsort(candidates, s.count, sizeof *candidates, high || low ? backfills_first : by_age);
    if (low) { /* new matches first, from the part of the line without backfills */
        size_t all = s.count, backfills = 0;
        while (backfills < all && candidates[backfills]->backfill)
            backfills++;
        s.line = candidates + backfills;
        s.count = all - backfills;
        matches = run_line(&s, false, 0);
        s.line = candidates;
        s.count = all;
    }
    matches = run_line(&s, low, matches);
    for (size_t i = 0; i < count; i++) {
        if (candidates[i]->match == SETTLING)
            candidates[i]->match = 0;
    }
    return matches;
}

bool local_matcher_allows_location(const local_rule_set *rule_set, local_candidate *const *candidates,
        size_t count, uint64_t age_ms, const char *location)
{
    local_seat seats[MAX_PLAYERS];
    local_lineup all = {seats, 0, rule_set->team_count, NULL};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < candidates[i]->player_count && all.seat_count < MAX_PLAYERS; k++)
            seats[all.seat_count++] =
                    (local_seat){&candidates[i]->players[k], candidates[i]->team, i, candidates[i]->backfill};
    }
    return local_rules_allow_location(rule_set, &all, age_ms, location);
}

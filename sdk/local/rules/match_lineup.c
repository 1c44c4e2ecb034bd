/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets that are put together, and what they have in common. */

#include "rules/match.h"

#include <math.h>
#include <string.h>

/* ---- what one ticket has of what is looked for ---- */

static bool passes_test(const match_search *search, const match_test *test, double value)
{
    const local_rule *rule = &search->facts->rule_set->rules[test->rule];
    const double *limits = search->level->limits[test->rule];
    bool text =
            search->facts->columns[test->column].kind == MATCH_TEXT || isnan(limits[LOCAL_LIMIT_REFERENCE]);
    double to = text ? test->text_reference : limits[LOCAL_LIMIT_REFERENCE];
    if (rule->kind == LOCAL_RULE_DISTANCE) {
        double distance = fabs(value - to);
        return !(distance < limits[LOCAL_LIMIT_MIN_DISTANCE]) &&
               !(distance > limits[LOCAL_LIMIT_MAX_DISTANCE]);
    }
    switch (rule->operation) {
    case LOCAL_LESS:
        return value < to;
    case LOCAL_LESS_OR_EQUAL:
        return value <= to;
    case LOCAL_EQUAL:
        return value == to;
    case LOCAL_NOT_EQUAL:
        return value != to;
    case LOCAL_GREATER_OR_EQUAL:
        return value >= to;
    default:
        return value > to;
    }
}

/* Where the ticket may play, as far as it is judged by itself. */
static uint64_t teams_for(match_search *search, const match_ticket *ticket)
{
    const match_facts *facts = search->facts;
    uint64_t teams = UINT64_MAX;
    for (size_t i = 0; i < facts->test_count && teams != 0; i++) {
        const match_test *test = &facts->tests[i];
        for (int player = 0; player < ticket->players; player++) {
            double value = match_ticket_value(facts, ticket, test->column, player);
            if (!isnan(value) && !passes_test(search, test, value))
                teams &= ~test->teams;
        }
        size_t count = facts->rule_set->team_count;
        if (count < 64 && (teams & ((UINT64_C(1) << count) - 1)) == 0) {
            teams = 0;
            match_miss(search->pivot, test->rule, NAN);
        }
    }
    return teams;
}

static bool see_words(match_search *search, const match_ticket *ticket, size_t fact, uint64_t *out)
{
    const match_base *base = &search->base;
    const match_word_fact *about = &search->facts->word_facts[fact];
    const match_words *list = &ticket->lists[about->column];
    int common = 0;
    memset(out, 0, MATCH_WORD_BLOCKS * sizeof *out);
    for (size_t i = 0, j = 0; i < base->word_count[fact] && j < list->count;) {
        uint64_t a = base->words[fact][i], b = list->words[j];
        if (a == b) {
            out[i / 64] |= UINT64_C(1) << i % 64;
            common++;
        }
        i += a <= b;
        j += b <= a;
    }
    double wanted = search->level->limits[about->rule][LOCAL_LIMIT_MIN_COUNT];
    if (common >= wanted)
        return true;
    match_miss(search->pivot, about->rule, wanted - common);
    return false;
}

/* Who plays there already need not say how far away it is. */
static bool see_places(match_search *search, const match_ticket *ticket, size_t fact, uint64_t *out)
{
    size_t index = search->facts->latency_rules[fact];
    const local_rule *rule = &search->facts->rule_set->rules[index];
    double most = search->level->limits[index][LOCAL_LIMIT_MAX_LATENCY], nearest = NAN;
    bool playing = ticket->candidate == NULL;
    *out = 0;
    for (size_t i = 0; i < search->base.place_count; i++) {
        const match_place *place = match_ticket_place(ticket, search->base.places[i]);
        if (place == NULL && playing)
            *out |= UINT64_C(1) << i;
        if (place == NULL)
            continue;
        double latency = place->latency[rule->party];
        if (!(latency > most))
            *out |= UINT64_C(1) << i;
        else
            nearest = fmin(nearest, latency - most);
    }
    if (*out == 0)
        match_miss(search->pivot, index, nearest);
    return *out != 0;
}

bool match_see(match_search *search, match_ticket *ticket, match_near *out)
{
    const match_facts *facts = search->facts;
    out->ticket = ticket;
    out->rank[0] = out->rank[1] = 0;
    search->matcher->units -= 1 + (long)(facts->test_count + facts->window_count);
    if (ticket->mixed)
        return false;
    out->teams = teams_for(search, ticket);
    if (out->teams == 0)
        return false;
    for (size_t i = 0; i < facts->word_fact_count; i++) {
        search->matcher->units -= (long)(search->base.word_count[i] / 4);
        if (!see_words(search, ticket, i, out->words[i]))
            return false;
    }
    for (size_t i = 0; i < facts->latency_count; i++) {
        search->matcher->units -= 2 * (long)search->base.place_count;
        if (!see_places(search, ticket, i, &out->places[i]))
            return false;
    }
    return true;
}

/* ---- boxes ---- */

void match_box_clear(match_box *box, const match_search *search)
{
    for (size_t i = 0; i < search->facts->window_count; i++) {
        box->low[i] = INFINITY;
        box->high[i] = -INFINITY;
    }
    memset(box->words, 0xff, sizeof box->words);
    memset(box->places, 0xff, sizeof box->places);
}

static int count_bits(const uint64_t *blocks)
{
    int count = 0;
    for (int i = 0; i < MATCH_WORD_BLOCKS; i++)
        count += __builtin_popcountll(blocks[i]);
    return count;
}

size_t match_rule_of_window(const match_search *search, size_t window)
{
    for (size_t i = 0; i < search->facts->width_count; i++) {
        if (search->facts->widths[i].window == window)
            return search->facts->widths[i].rule;
    }
    return 0;
}

static bool widen(const match_search *search, match_box *box, size_t window, double value)
{
    double width = search->level->widths[window];
    box->low[window] = value < box->low[window] ? value : box->low[window];
    box->high[window] = value > box->high[window] ? value : box->high[window];
    double spread = box->high[window] - box->low[window];
    if (!(spread > width))
        return true;
    if (search->gathers) {
        bool number = search->facts->columns[search->facts->windows[window]].kind == MATCH_NUMBER;
        match_miss(search->pivot, match_rule_of_window(search, window), number ? spread - width : NAN);
    }
    return false;
}

bool match_box_add(const match_search *search, match_box *box, const match_near *near)
{
    const match_facts *facts = search->facts;
    for (size_t i = 0; i < facts->window_count; i++) {
        double value = near->ticket->windows[i];
        if (!isnan(value) && !widen(search, box, i, value))
            return false;
    }
    for (size_t i = 0; i < facts->word_fact_count; i++) {
        for (int block = 0; block < MATCH_WORD_BLOCKS; block++)
            box->words[i][block] &= near->words[i][block];
        size_t rule = facts->word_facts[i].rule;
        if (count_bits(box->words[i]) < search->level->limits[rule][LOCAL_LIMIT_MIN_COUNT])
            return false;
    }
    for (size_t i = 0; i < facts->latency_count; i++) {
        box->places[i] &= near->places[i];
        if (box->places[i] == 0)
            return false;
    }
    return true;
}

/* ---- lineups ---- */

/* How many players a match has at most, those included who play already. */
static int most_players(const match_search *search)
{
    int most = search->level->seats - search->matcher->look->additional_players;
    return most > 0 ? most : 0;
}

int match_room(const match_search *search, const match_lineup *lineup)
{
    int room = most_players(search) - lineup->players;
    if (lineup->backfill != NULL) {
        int seats = lineup->backfill->candidate->free_seats - lineup->newcomers;
        room = seats < room ? seats : room;
    }
    return room > 0 ? room : 0;
}

bool match_least_met(const match_search *search, const match_lineup *lineup)
{
    for (size_t i = 0; i < search->facts->rule_set->team_count; i++) {
        if (lineup->players_of[i] < search->level->least[i] || lineup->players_of[i] > search->level->most[i])
            return false;
    }
    return lineup->newcomers > 0;
}

bool match_is_there(const match_lineup *lineup, const match_ticket *ticket)
{
    if (lineup->backfill == NULL && ticket->players == 1) {
        bool there = false;
        for (int i = 0; i < lineup->count && !there; i++)
            there = lineup->tickets[i]->players == 1
                            ? lineup->tickets[i]->first_id == ticket->first_id
                            : match_ticket_has_id(lineup->tickets[i], ticket->first_id);
        return there;
    }
    for (int player = 0; player < ticket->players; player++) {
        uint64_t id = ticket->ids[player];
        if (lineup->backfill != NULL && match_ticket_has_id(lineup->backfill, id))
            return true;
        for (int i = 0; i < lineup->count; i++) {
            if (match_ticket_has_id(lineup->tickets[i], id))
                return true;
        }
    }
    return false;
}

bool match_fits(const match_search *search, const match_lineup *lineup, const match_near *near, int team)
{
    int players = near->ticket->players;
    return (near->teams >> (team & 63) & 1) != 0 && players <= match_room(search, lineup) &&
           lineup->players_of[team] + players <= search->level->most[team] && lineup->count < MATCH_PLAYERS;
}

int match_preferred_team(const match_search *search, const match_lineup *lineup, const match_near *near)
{
    int best = -1, merit = -1;
    search->matcher->units -= 1 + (long)search->facts->rule_set->team_count / 4;
    if (match_is_there(lineup, near->ticket))
        return -1;
    for (int i = 0; i < (int)search->facts->rule_set->team_count; i++) {
        int open = search->level->most[i] - lineup->players_of[i];
        if (open < near->ticket->players || !match_fits(search, lineup, near, i))
            continue;
        if (lineup->players_of[i] < search->level->least[i])
            open += MATCH_PLAYERS + 1;
        if (open > merit) {
            merit = open;
            best = i;
        }
    }
    return best;
}

void match_put(match_lineup *lineup, match_ticket *ticket, int team)
{
    lineup->tickets[lineup->count] = ticket;
    lineup->teams[lineup->count++] = team;
    lineup->players_of[team] += ticket->players;
    lineup->players += ticket->players;
    lineup->newcomers += ticket->candidate != NULL ? ticket->players : 0;
}

void match_take_back(match_lineup *lineup)
{
    const match_ticket *ticket = lineup->tickets[--lineup->count];
    lineup->players_of[lineup->teams[lineup->count]] -= ticket->players;
    lineup->players -= ticket->players;
    lineup->newcomers -= ticket->candidate != NULL ? ticket->players : 0;
}

/* The definition has the last word, with the true age of the match. */
static bool is_match(match_search *search, const match_lineup *lineup)
{
    const match_facts *facts = search->facts;
    local_seat seats[MATCH_PLAYERS];
    local_lineup all = {seats, 0, facts->rule_set->team_count,
            lineup->backfill != NULL ? lineup->backfill->candidate->location : NULL};
    uint64_t age_ms = lineup->backfill != NULL          ? match_age(search->matcher, lineup->backfill)
                      : facts->rule_set->oldest_expands ? 0
                                                        : UINT64_MAX;
    for (int i = 0; i < lineup->count; i++) {
        const match_ticket *ticket = lineup->tickets[i];
        uint64_t age = match_age(search->matcher, ticket);
        bool counts = ticket->candidate != NULL;
        if (counts && (facts->rule_set->oldest_expands ? age > age_ms : age < age_ms))
            age_ms = age;
        for (int player = 0; player < ticket->players && all.seat_count < MATCH_PLAYERS; player++)
            seats[all.seat_count++] =
                    (local_seat){&ticket->about[player], lineup->teams[i], (size_t)i, !counts};
    }
    int most = local_matcher_seats(facts->rule_set, age_ms) - search->matcher->look->additional_players;
    for (size_t i = 0; i < facts->rule_set->team_count; i++) {
        if (lineup->players_of[i] < local_rule_set_min_players(facts->rule_set, i, age_ms) ||
                lineup->players_of[i] > local_rule_set_max_players(facts->rule_set, i, age_ms))
            return false;
    }
    search->matcher->units -= 20;
    for (size_t i = 0; i < facts->rule_set->rule_count; i++) {
        if (local_rule_counts(&facts->rule_set->rules[i]))
            search->matcher->units -= match_cost_of_definition(&facts->rule_set->rules[i], lineup);
    }
    const local_rule *failing = local_rules_failing(facts->rule_set, &all, age_ms, LOCAL_CHECK_FINISHED);
    for (size_t i = 0; i < facts->rule_set->rule_count; i++) {
        if (failing == NULL && local_rule_counts(&facts->rule_set->rules[i]))
            search->matcher->metrics[i].passed++;
    }
    return failing == NULL && lineup->players <= most;
}

void match_offer(match_search *search, const match_lineup *lineup)
{
    match_outcome outcome = match_room(search, lineup) == 0 ? MATCH_FULL : MATCH_PARTIAL;
    if (search->outcome == MATCH_FULL ||
            (search->outcome == MATCH_PARTIAL && lineup->players <= search->best.players))
        return;
    if (!is_match(search, lineup)) {
        search->open = true; /* its age is that of another level, or a sum was off by a hair */
        return;
    }
    search->best = *lineup;
    search->outcome = outcome;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The search for a match with one ticket in it: at the levels that its age allows, into a new session or one
 * that asks for players. First the documented way, by age; where that fails, with every choice of windows,
 * places and words; and where rules are left that measure the whole, by swaps and by trying everything. */

#include "rules/match.h"

#include <stdlib.h>

#define FIRST_NEIGHBOURS 32
#define SWEEP_NEIGHBOURS 256 /* more are swept only when they are all there are */
#define UNITS_PER_PIVOT  40000

/* ---- what the start of a match asks of others ---- */

/* The words that all tickets of the start have: bit by bit what a box is made of. */
static void base_words(match_search *search)
{
    for (size_t fact = 0; fact < search->facts->word_fact_count; fact++) {
        size_t column = search->facts->word_facts[fact].column, count = 0;
        const match_words *first = &search->start.tickets[0]->lists[column];
        for (size_t i = 0; i < first->count; i++) {
            if (count < MATCH_WORDS)
                search->base.words[fact][count++] = first->words[i];
            else
                search->open = true;
        }
        search->base.word_count[fact] = count;
    }
}

static void base_places(match_search *search)
{
    search->base.place_count = 0;
    if (search->backfill != NULL && search->backfill->location != 0) {
        search->base.places[search->base.place_count++] = search->backfill->location;
        return;
    }
    const match_ticket *newest = search->start.tickets[search->start.count - 1];
    for (size_t i = 0; i < newest->place_count; i++) {
        if (search->base.place_count < MATCH_PLACES)
            search->base.places[search->base.place_count++] = newest->places[i].name;
        else
            search->open = true;
    }
}

/* The box of the start. False: its tickets do not go together. */
static bool make_box(match_search *search)
{
    match_near near;
    match_box_clear(&search->box, search);
    if (search->start.count == 0)
        return true;
    base_words(search);
    base_places(search);
    for (int i = 0; i < search->start.count; i++) {
        if (!match_see(search, search->start.tickets[i], &near) ||
                (near.teams >> (search->start.teams[i] & 63) & 1) == 0 ||
                !match_box_add(search, &search->box, &near))
            return false;
    }
    return true;
}

/* ---- sizes ---- */

/* Can sums of the party sizes on hand reach every team's range? Each team is looked at alone: necessary, not
 * enough. */
static bool sizes_reach(const match_search *search, const int *count)
{
    uint64_t sums[MATCH_PLAYERS / 64 + 1] = {1};
    int most = 0;
    for (size_t i = 0; i < search->facts->rule_set->team_count; i++)
        most = search->level->most[i] > most ? search->level->most[i] : most;
    if (count[1] >= most)
        return true;
    search->matcher->units -= most;
    for (int size = 1; size <= LOCAL_RULE_SET_SMALL_PLAYERS && size <= most; size++) {
        for (int used = 0; used < count[size] && used * size <= most; used++) {
            for (int to = most; to >= size; to--)
                sums[to / 64] |= (sums[(to - size) / 64] >> (to - size) % 64 & 1) << to % 64;
        }
    }
    for (size_t i = 0; i < search->facts->rule_set->team_count; i++) {
        int there = search->start.players_of[i];
        bool reached = false;
        for (int size = search->level->least[i]; size <= search->level->most[i] && !reached; size++) {
            int wanted = size - there;
            reached = wanted == 0 || (wanted < 0 && size == search->level->least[i]) ||
                      (wanted > 0 && (sums[wanted / 64] >> wanted % 64 & 1) != 0);
        }
        if (!reached)
            return false;
    }
    return true;
}

/* ---- the ways to fill a match ---- */

static void note_missing(match_search *search, const match_lineup *lineup)
{
    int missing = 0;
    for (size_t i = 0; i < search->facts->rule_set->team_count; i++) {
        int less = search->level->least[i] - lineup->players_of[i];
        missing += less > 0 ? less : 0;
    }
    if (missing < search->matcher->missing)
        search->matcher->missing = missing;
}

/* What was put together, as it is, mended, or without those who came last. */
static void use(match_search *search, const match_box *box, match_lineup *lineup,
        const match_near *const *near, size_t count)
{
    size_t worst;
    note_missing(search, lineup);
    if (!match_least_met(search, lineup))
        return;
    if (search->facts->measured_count == 0 || match_violation(search, lineup, &worst) == 0) {
        match_offer(search, lineup);
        return;
    }
    search->matcher->broken = worst;
    if (search->facts->mends && match_repair(search, box, lineup, near, count)) {
        match_offer(search, lineup);
        return;
    }
    while (lineup->count > lineup->fixed && search->outcome != MATCH_PARTIAL && search->matcher->units > 0) {
        match_take_back(lineup);
        if (!match_least_met(search, lineup))
            return;
        if (match_violation(search, lineup, &worst) == 0)
            match_offer(search, lineup);
    }
}

void match_fill(match_search *search, match_box box, match_lineup *lineup, const match_near *const *near,
        size_t count, bool careful)
{
    const match_box start = box;
    bool judged = search->facts->measured_count > 0;
    for (size_t i = 0; i < count && match_room(search, lineup) > 0 && search->matcher->units > 0; i++) {
        match_box with = box;
        search->matcher->units -= 5 + lineup->count / 4;
        if (near[i]->ticket->players > match_room(search, lineup) || !match_box_add(search, &with, near[i]))
            continue;
        int team = match_preferred_team(search, lineup, near[i]);
        if (team < 0)
            continue;
        match_put(lineup, near[i]->ticket, team);
        bool kept = !judged || match_is_hopeful(search, lineup);
        for (size_t k = 0; kept && careful && k < search->facts->measured_count; k++)
            kept = match_violation_of(search, lineup, search->facts->measured[k], true) == 0;
        if (kept)
            box = with;
        else
            match_take_back(lineup);
    }
    use(search, &start, lineup, near, count);
}

/* ---- one start ---- */

static int players_of(const match_near *const *near, size_t count, int enough)
{
    int players = 0;
    for (size_t i = 0; i < count && players < enough; i++)
        players += near[i]->ticket->players;
    return players;
}

static void try_neighbours(match_search *search, const match_near **near, bool all)
{
    size_t count = search->near_count;
    match_lineup lineup = search->start;
    int need = search->level->need;
    if (search->start.players + players_of(near, count, need) < need) {
        note_missing(search, &lineup);
        return;
    }
    if (!search->pivot->continues)
        match_fill(search, search->box, &lineup, near, count, false);
    if (search->outcome == MATCH_FULL || search->matcher->units <= 0)
        return;
    if (all || count <= SWEEP_NEIGHBOURS)
        match_sweep(search, near, count);
}

/* The neighbourhood in the order in which it is tried, and what can be made of it. */
static bool try_batch(match_search *search, size_t limit)
{
    bool all;
    match_gather(search, limit, &all);
    const match_near **near = malloc((search->near_count + 1) * sizeof(match_near *));
    if (near == NULL) {
        search->open = true;
        return true;
    }
    match_order(search, search->near, search->near_count, search->pivot);
    for (size_t i = 0; i < search->near_count; i++)
        near[i] = &search->near[i];
    search->open = search->open_start; /* what a smaller batch left out is in this one */
    try_neighbours(search, near, all);
    free(near);
    search->open = search->open || !all;
    return all;
}

static void try_start(match_search *search)
{
    size_t limit = FIRST_NEIGHBOURS;
    if (limit < 3 * (size_t)search->level->seats)
        limit = 3 * (size_t)search->level->seats;
    search->start.fixed = search->start.count;
    if (search->start.newcomers > 0 && match_room(search, &search->start) == 0) {
        use(search, &search->box, &search->start, NULL, 0);
        return;
    }
    search->open_start = search->open;
    while (!try_batch(search, limit) && search->outcome != MATCH_FULL && search->matcher->units > 0)
        limit *= 8;
}

/* ---- all starts of a pivot ---- */

/* The seats of the session, or nothing. False: somebody plays for a team that there is not. */
static bool seat_session(match_search *search)
{
    search->start = (match_lineup){.backfill = search->backfill};
    for (int i = 0; search->backfill != NULL && i < search->backfill->seat_count; i++) {
        match_ticket *seat = &search->backfill->seats[i];
        if (seat->team < 0)
            return false;
        match_put(&search->start, seat, seat->team);
    }
    return true;
}

/* With the pivot on each team that takes it; teams that are alike need no second try. */
static void try_teams(match_search *search)
{
    const match_lineup session = search->start;
    match_near near = {.ticket = search->pivot, .teams = UINT64_MAX};
    size_t teams = search->facts->rule_set->team_count;
    bool tried[MATCH_PLAYERS] = {false}, any = search->facts->alike && search->backfill == NULL;
    for (size_t i = 0; i < teams && search->outcome != MATCH_FULL && search->matcher->units > 0; i++) {
        int team = match_preferred_team(search, &session, &near);
        if (team < 0)
            return;
        for (size_t k = 0; team < 0 || tried[team]; k++) {
            if (k == teams)
                return;
            team = match_fits(search, &session, &near, (int)k) && !tried[k] ? (int)k : -1;
        }
        tried[team] = true;
        search->start = session;
        match_put(&search->start, search->pivot, team);
        if (make_box(search))
            try_start(search);
        if (any)
            return;
    }
}

static void try_session(match_search *search, match_ticket *backfill)
{
    search->backfill = backfill;
    search->matcher->units -= 20;
    if (!seat_session(search))
        return;
    match_near near = {.ticket = search->pivot, .teams = UINT64_MAX};
    int team = search->pivot->backfill ? -1 : match_preferred_team(search, &search->start, &near);
    search->matcher->placed = search->matcher->placed || search->pivot->backfill || team >= 0;
    if (!search->facts->rule_set->large && !sizes_reach(search, search->matcher->sizes)) {
        if (team >= 0)
            match_put(&search->start, search->pivot, team);
        note_missing(search, &search->start);
        return;
    }
    if (!search->pivot->backfill) {
        try_teams(search);
    } else if (make_box(search)) {
        try_start(search);
    }
}

/* The session of the pivot itself. Where nobody is left in it, or only newcomers can tell in which places it
 * may be, each ticket that waits is tried as the first one. */
static void try_own_session(match_search *search)
{
    match_ticket *pivot = search->pivot;
    const match_line *line = &search->matcher->by_age;
    if (pivot->seat_count > 0 && (pivot->location != 0 || search->facts->latency_count == 0)) {
        try_session(search, pivot);
        return;
    }
    for (size_t i = 0; i < line->count && search->outcome != MATCH_FULL && search->matcher->units > 0; i++) {
        search->pivot = line->tickets[i];
        size_t level = match_level_of(search->matcher, search->pivot);
        bool in_level = search->facts->rule_set->oldest_expands ? level <= search->level_index
                                                                : level >= search->level_index;
        if (!search->pivot->gone && in_level)
            try_session(search, pivot);
    }
    search->pivot = pivot;
}

/* Backfills that wait, before or after a new session: by priority, or by age. */
static void try_sessions(match_search *search)
{
    const match_line *backfills = &search->matcher->backfills;
    local_backfill_priority priority = search->level->backfill_priority;
    bool fresh = false;
    if (search->pivot->backfill) {
        try_own_session(search);
        return;
    }
    if (search->facts->rule_set->large)
        priority = LOCAL_BACKFILL_HIGH;
    for (size_t i = 0; i <= backfills->count && search->outcome != MATCH_FULL; i++) {
        match_ticket *backfill = i < backfills->count ? backfills->tickets[i] : NULL;
        bool turn = backfill == NULL || priority == LOCAL_BACKFILL_LOW ||
                    (priority == LOCAL_BACKFILL_NORMAL && match_by_age(search->pivot, backfill) < 0);
        if (turn && !fresh) {
            fresh = true;
            try_session(search, NULL);
        }
        if (backfill == NULL || search->outcome == MATCH_FULL || search->matcher->units <= 0)
            continue;
        size_t level = match_level_of(search->matcher, backfill);
        bool in_level = search->facts->rule_set->oldest_expands ? level <= search->level_index
                                                                : level >= search->level_index;
        if (!backfill->gone && in_level)
            try_session(search, backfill);
    }
}

static void try_level(match_search *search, size_t level)
{
    search->level_index = level;
    search->level = &search->facts->levels[level];
    search->outcome = MATCH_NONE;
    search->open = false;
    try_sessions(search);
}

match_outcome match_find(local_matcher *matcher, match_ticket *pivot, uint64_t since, match_lineup *out)
{
    match_search *search = &matcher->search;
    search->matcher = matcher;
    search->facts = &matcher->facts;
    search->pivot = pivot;
    search->since = since;
    matcher->missing = INT32_MAX;
    matcher->broken = SIZE_MAX;
    matcher->placed = matcher->starved = false;
    size_t own = match_level_of(matcher, pivot);
    bool oldest = search->facts->rule_set->oldest_expands,
         all = pivot->returned || pivot->tries > 0 || oldest;
    match_outcome best = MATCH_NONE;
    bool open = false;
    long whole = matcher->units, most = UNITS_PER_PIVOT << pivot->tries;
    if (matcher->units > most)
        matcher->units = most;
    long granted = matcher->units;
    size_t last = oldest ? search->facts->level_count - 1 : 0;
    for (size_t level = own; matcher->units > 0; level = oldest ? level + 1 : level - 1) {
        try_level(search, level);
        open = open || search->open;
        if (search->outcome > best && (best != MATCH_PARTIAL || search->outcome == MATCH_FULL)) {
            best = search->outcome;
            *out = search->best;
        }
        if (best == MATCH_FULL || level == last || !all)
            break;
    }
    open = open || matcher->units <= 0;
    matcher->units = whole - (granted - matcher->units);
    return best != MATCH_NONE ? best : open ? MATCH_OPEN : MATCH_NONE;
}

/* A new session with this ticket alone in it, and the box of those who may come. False: none is for it. */
static bool start_alone(local_matcher *matcher, match_ticket *ticket, uint64_t since)
{
    match_search *search = &matcher->search;
    match_near self = {.ticket = ticket, .teams = UINT64_MAX};
    search->matcher = matcher;
    search->facts = &matcher->facts;
    search->pivot = ticket;
    search->since = since;
    search->backfill = NULL;
    search->level_index = match_level_of(matcher, ticket);
    search->level = &search->facts->levels[search->level_index];
    seat_session(search);
    int team = match_preferred_team(search, &search->start, &self);
    if (team < 0)
        return false;
    match_put(&search->start, ticket, team);
    return make_box(search);
}

match_ticket *match_anchor(local_matcher *matcher, match_ticket *ticket)
{
    match_search *search = &matcher->search;
    match_ticket *oldest = ticket;
    bool all;
    if (!start_alone(matcher, ticket, ticket->changed))
        return ticket;
    match_gather(search, SWEEP_NEIGHBOURS, &all);
    for (size_t i = 0; i < search->near_count; i++) {
        if (match_by_age(search->near[i].ticket, oldest) < 0)
            oldest = search->near[i].ticket;
    }
    return oldest;
}

bool match_count_missing(local_matcher *matcher, match_ticket *ticket)
{
    match_search *search = &matcher->search;
    bool all;
    matcher->missing = INT32_MAX;
    matcher->broken = SIZE_MAX;
    /* Of those, too, who were shown to be in no match: together they may be enough soon. */
    matcher->placed = start_alone(matcher, ticket, UINT64_MAX);
    if (!matcher->placed)
        return false;
    match_box box = search->box;
    match_lineup lineup = search->start;
    match_gather(search, MATCH_PLAYERS, &all);
    for (size_t i = 0; i < search->near_count; i++) {
        match_box with = box;
        int team = match_preferred_team(search, &lineup, &search->near[i]);
        if (team < 0 || !match_box_add(search, &with, &search->near[i]))
            continue;
        match_put(&lineup, search->near[i].ticket, team);
        box = with;
    }
    note_missing(search, &lineup);
    return matcher->missing > 0;
}

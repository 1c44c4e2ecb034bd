/* SPDX-License-Identifier: Apache-2.0 */
/* The tickets that go together with the start of a match, one by one: found through whichever line of the
 * pool is shortest, the nearest first. */

#include "rules/match.h"

#include <math.h>
#include <stdlib.h>

typedef struct source {
    size_t window; /* by_value line; SIZE_MAX: another source */
    size_t fact;   /* postings; SIZE_MAX */
    size_t count;
} source;

/* The shortest lists of the words of the start, of which a partner has to be in one at least. */
static size_t shortest_lists(
        const match_search *search, size_t fact, const match_line *lists[MATCH_WORDS], size_t *count)
{
    size_t total = 0, words = search->base.word_count[fact];
    double wanted = search->level->limits[search->facts->word_facts[fact].rule][LOCAL_LIMIT_MIN_COUNT];
    *count = 0;
    if (!(wanted >= 1) || wanted > (double)words)
        return wanted >= 1 ? 0 : SIZE_MAX;
    for (size_t i = 0; i < words; i++) {
        const match_line *line =
                match_postings_find(&search->matcher->postings[fact], search->base.words[fact][i]);
        size_t at = i;
        for (; at > 0 && lists[at - 1]->count > line->count; at--)
            lists[at] = lists[at - 1];
        lists[at] = line;
    }
    *count = words - (size_t)wanted + 1;
    for (size_t i = 0; i < *count; i++)
        total += lists[i]->count;
    return total;
}

static source choose_source(match_search *search)
{
    source best = {SIZE_MAX, SIZE_MAX, search->matcher->by_age.count};
    for (size_t i = 0; i < search->facts->window_count; i++) {
        if (!(search->box.low[i] <= search->box.high[i]) || isinf(search->level->widths[i]))
            continue;
        size_t from = match_line_find(search->matcher, i, search->box.high[i] - search->level->widths[i]);
        size_t to = match_line_find(
                search->matcher, i, nextafter(search->box.low[i] + search->level->widths[i], INFINITY));
        if (to - from < best.count)
            best = (source){i, SIZE_MAX, to - from};
    }
    for (size_t i = 0; i < search->facts->word_fact_count && search->start.count > 0; i++) {
        const match_line *lists[MATCH_WORDS];
        size_t count, total = shortest_lists(search, i, lists, &count);
        search->matcher->units -= (long)search->base.word_count[i];
        if (total < best.count)
            best = (source){SIZE_MAX, i, total};
    }
    return best;
}

/* Whether the level lets the ticket into the match, and nobody has shown that there is none with it. */
static bool may_join(const match_search *search, match_ticket *ticket)
{
    const local_matcher *matcher = search->matcher;
    if (ticket->gone || ticket->stamp == matcher->stamp)
        return false;
    size_t level = match_level_of(matcher, ticket);
    if (search->facts->rule_set->oldest_expands)
        return level <= search->level_index;
    if (level < search->level_index)
        return false;
    return !(ticket->proven > search->since && ticket->proven_level == search->level_index &&
             level == search->level_index && match_level_of(matcher, search->pivot) == level);
}

static bool is_hopeful_beside(match_search *search, const match_near *near)
{
    match_lineup *lineup = &search->start;
    if (search->facts->measured_count == 0 || !search->facts->alike)
        return true;
    int team = match_preferred_team(search, lineup, near);
    if (team < 0)
        return true;
    match_put(lineup, near->ticket, team);
    bool hopeful = match_is_hopeful(search, lineup);
    match_take_back(lineup);
    return hopeful;
}

/* Into the neighbourhood, if it goes together with the start. */
static void look_at(match_search *search, match_ticket *ticket)
{
    local_matcher *matcher = search->matcher;
    matcher->units -= 7;
    if (!may_join(search, ticket))
        return;
    ticket->stamp = matcher->stamp;
    if (search->near_count == matcher->scratch_room) {
        size_t room = matcher->scratch_room == 0 ? 256 : matcher->scratch_room * 2;
        match_near *scratch = realloc(matcher->scratch, room * sizeof *scratch);
        if (scratch == NULL) {
            search->open = true;
            return;
        }
        matcher->scratch = scratch;
        matcher->scratch_room = room;
    }
    search->near = matcher->scratch;
    match_near *near = &search->near[search->near_count];
    match_box box = search->box;
    if (ticket->players <= match_room(search, &search->start) && match_see(search, ticket, near) &&
            match_box_add(search, &box, near) && is_hopeful_beside(search, near))
        search->near_count++;
}

/* The index spares the search whoever is outside of the window. The nearest of them are worth a word. */
static void note_outside(match_search *search, const match_line *line, size_t window, size_t inside)
{
    size_t rule = match_rule_of_window(search, window), column = search->facts->windows[window];
    bool number = search->facts->columns[column].kind == MATCH_NUMBER;
    double low = search->box.high[window] - search->level->widths[window];
    double high = search->box.low[window] + search->level->widths[window];
    size_t below = match_line_find(search->matcher, window, low);
    size_t above = match_line_find(search->matcher, window, nextafter(high, INFINITY));
    size_t outside = line->count - inside, noted = (below > 0) + (above < line->count);
    if (below > 0)
        match_miss(search->pivot, rule, number ? low - line->tickets[below - 1]->windows[window] : NAN);
    if (above < line->count)
        match_miss(search->pivot, rule, number ? line->tickets[above]->windows[window] - high : NAN);
    if (search->pivot->misses != NULL && outside > noted)
        search->pivot->misses[rule].kept_out += (uint32_t)(outside - noted);
}

static void look_through_window(match_search *search, const source *from, size_t limit, bool *all)
{
    const match_line *line = &search->matcher->by_value[from->window];
    double middle = (search->box.low[from->window] + search->box.high[from->window]) / 2;
    double low = search->box.high[from->window] - search->level->widths[from->window];
    double high = search->box.low[from->window] + search->level->widths[from->window];
    size_t right = match_line_find(search->matcher, from->window, middle), left = right;
    while (search->matcher->units > 0) {
        double below = left > 0 ? line->tickets[left - 1]->windows[from->window] : NAN;
        double above = right < line->count ? line->tickets[right]->windows[from->window] : NAN;
        bool lower = below >= low, upper = above <= high;
        if (!lower && !upper)
            return;
        if (search->near_count >= limit)
            break;
        if (lower && (!upper || middle - below < above - middle))
            look_at(search, line->tickets[--left]);
        else
            look_at(search, line->tickets[right++]);
    }
    *all = false;
}

static void look_through(match_search *search, const match_line *line, size_t limit, bool *all)
{
    for (size_t i = 0; i < line->count && *all; i++) {
        if (search->near_count >= limit || search->matcher->units <= 0)
            *all = false;
        else
            look_at(search, line->tickets[i]);
    }
}

void match_gather(match_search *search, size_t limit, bool *all)
{
    source from = choose_source(search);
    *all = true;
    search->near_count = 0;
    search->gathers = true;
    search->matcher->stamp++;
    for (int i = 0; i < search->start.count; i++)
        search->start.tickets[i]->stamp = search->matcher->stamp;
    if (from.window != SIZE_MAX) {
        note_outside(search, &search->matcher->by_value[from.window], from.window, from.count);
        look_through_window(search, &from, limit, all);
    } else if (from.fact != SIZE_MAX) {
        const match_line *lists[MATCH_WORDS];
        size_t count;
        shortest_lists(search, from.fact, lists, &count);
        for (size_t i = 0; i < count && *all; i++)
            look_through(search, lists[i], limit, all);
    } else {
        look_through(search, &search->matcher->by_age, limit, all);
    }
    search->gathers = false;
}

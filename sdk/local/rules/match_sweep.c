/* SPDX-License-Identifier: Apache-2.0 */
/* Every choice of a place, of words and of windows with which the start agrees. With all of them made, any of
 * the tickets that are left go together, and what is left to do is to fill the teams. */

#include "rules/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WORDS_TO_CHOOSE 20 /* of more, only these are chosen from */

typedef const match_near *const *near_list;

static bool is_over(const match_search *search)
{
    return search->outcome == MATCH_FULL || search->matcher->units <= 0;
}

static int count_players(near_list near, size_t count)
{
    int players = 0;
    for (size_t i = 0; i < count; i++)
        players += near[i]->ticket->players;
    return players;
}

static bool is_worth_it(const match_search *search, near_list near, size_t count)
{
    int players = search->start.players + count_players(near, count);
    return players >= search->level->need &&
           (search->outcome != MATCH_PARTIAL || players > search->best.players);
}

/* NULL when out of memory, which is noted. */
static const match_near **new_list(match_search *search, size_t count)
{
    const match_near **list = malloc((count + 1) * sizeof(match_near *));
    search->open = search->open || list == NULL;
    return list;
}

/* ---- with all choices made ---- */

static void shuffle(match_search *search, const match_near **list, size_t count)
{
    search->matcher->units -= (long)count;
    for (size_t i = count; i > 1; i--) {
        size_t k = (size_t)(match_random(search->matcher) % i);
        const match_near *swapped = list[i - 1];
        list[i - 1] = list[k];
        list[k] = swapped;
    }
}

static void fill_leaf(match_search *search, const match_box *box, near_list near, size_t count)
{
    bool mends = search->facts->measured_count > 0, parties = search->pivot->players > 1;
    match_lineup lineup;
    for (size_t i = 0; i < count && !parties; i++)
        parties = near[i]->ticket->players > 1;
    if (search->pivot->continues) {
        match_exact(search, box, near, count);
        return;
    }
    lineup = search->start;
    match_fill(search, *box, &lineup, near, count, false);
    if (is_over(search) || !(mends || parties || search->facts->test_count > 0))
        return;
    if (mends && search->matcher->hard > 0) {
        lineup = search->start;
        match_fill(search, *box, &lineup, near, count, true);
    }
    const match_near **shuffled = new_list(search, count);
    for (unsigned round = 0; shuffled != NULL && mends && round < search->pivot->tries + 1 &&
                             !is_over(search) && search->matcher->hard > 0;
            round++) {
        memcpy(shuffled, near, count * sizeof(match_near *));
        shuffle(search, shuffled, count);
        lineup = search->start;
        match_fill(search, *box, &lineup, (near_list)shuffled, count, false);
    }
    free(shuffled);
    if (!is_over(search) && is_worth_it(search, near, count))
        match_exact(search, box, near, count);
}

/* ---- windows ---- */

static void choose_windows(
        match_search *search, const match_box *box, near_list near, size_t count, size_t window);

static bool is_within(const match_near *near, size_t window, double low, double high)
{
    double value = near->ticket->windows[window];
    return isnan(value) || (value >= low && value <= high);
}

static double spread_of(const match_box *box, near_list near, size_t count, size_t window)
{
    double low = box->low[window], high = box->high[window];
    for (size_t i = 0; i < count; i++) {
        double value = near[i]->ticket->windows[window];
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    return high - low;
}

static int by_number(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The values at which a window may begin, ascending: those of the tickets, and the lowest of the start. */
static size_t list_beginnings(const match_search *search, const match_box *box, near_list near, size_t count,
        size_t window, double *out)
{
    size_t listed = 0;
    double width = search->level->widths[window];
    for (size_t i = 0; i < count; i++) {
        double value = near[i]->ticket->windows[window];
        if (value < box->low[window] && !(box->high[window] - value > width))
            out[listed++] = value;
    }
    if (box->low[window] <= box->high[window])
        out[listed++] = box->low[window];
    else
        for (listed = 0; listed < count; listed++)
            out[listed] = near[listed]->ticket->windows[window];
    qsort(out, listed, sizeof *out, by_number);
    return listed;
}

static void try_windows(
        match_search *search, const match_box *box, near_list near, size_t count, size_t window)
{
    const match_near **within = new_list(search, count);
    double *beginnings = malloc((count + 1) * sizeof *beginnings);
    size_t listed = beginnings != NULL ? list_beginnings(search, box, near, count, window, beginnings) : 0;
    double before = -INFINITY; /* the highest value in the window that was tried before */
    search->open = search->open || beginnings == NULL;
    search->matcher->units -= 4 * (long)count;
    for (size_t i = 0; within != NULL && i < listed && !is_over(search); i++) {
        double low = beginnings[i], high = low + search->level->widths[window];
        size_t kept = 0;
        if (isnan(low) || (i > 0 && low == beginnings[i - 1]))
            continue;
        double highest = -INFINITY;
        for (size_t k = 0; k < count; k++) {
            if (!is_within(near[k], window, low, high))
                continue;
            within[kept++] = near[k];
            highest = fmax(highest, near[k]->ticket->windows[window]);
        }
        search->matcher->units -= (long)count;
        if (i > 0 && !(highest > before))
            continue; /* all of them were in that one */
        match_box with = *box;
        with.low[window] = low < with.low[window] ? low : with.low[window];
        choose_windows(search, &with, (near_list)within, kept, window + 1);
        before = highest;
    }
    free(within);
    free(beginnings);
}

static void choose_windows(
        match_search *search, const match_box *box, near_list near, size_t count, size_t window)
{
    if (!is_worth_it(search, near, count) || is_over(search))
        return;
    while (window < search->facts->window_count &&
            !(spread_of(box, near, count, window) > search->level->widths[window]))
        window++;
    if (window == search->facts->window_count)
        fill_leaf(search, box, near, count);
    else
        try_windows(search, box, near, count, window);
}

/* ---- words ---- */

static int count_bits(const uint64_t *blocks)
{
    int count = 0;
    for (int i = 0; i < MATCH_WORD_BLOCKS; i++)
        count += __builtin_popcountll(blocks[i]);
    return count;
}

static bool has_all(const uint64_t *blocks, const uint64_t *wanted)
{
    for (int i = 0; i < MATCH_WORD_BLOCKS; i++) {
        if ((blocks[i] & wanted[i]) != wanted[i])
            return false;
    }
    return true;
}

static void choose_words(
        match_search *search, const match_box *box, near_list near, size_t count, size_t fact);

/* Every choice of `wanted` of the listed words. */
static void try_words(match_search *search, const match_box *box, near_list near, size_t count, size_t fact,
        const int *words, int listed, int wanted)
{
    const match_near **with = new_list(search, count);
    uint32_t last = UINT32_C(1) << listed, choice = (UINT32_C(1) << wanted) - 1;
    while (with != NULL && choice < last && !is_over(search)) {
        match_box chosen = *box;
        size_t kept = 0;
        memset(chosen.words[fact], 0, sizeof chosen.words[fact]);
        for (int i = 0; i < listed; i++) {
            if (choice >> i & 1)
                chosen.words[fact][words[i] / 64] |= UINT64_C(1) << words[i] % 64;
        }
        for (size_t i = 0; i < count; i++) {
            if (has_all(near[i]->words[fact], chosen.words[fact]))
                with[kept++] = near[i];
        }
        search->matcher->units -= (long)count;
        choose_words(search, &chosen, (near_list)with, kept, fact + 1);
        /* The next number with as many bits set. */
        uint32_t lowest = choice & -choice, ripple = choice + lowest;
        choice = (((ripple ^ choice) >> 2) / lowest) | ripple;
    }
    free(with);
}

static void choose_words(
        match_search *search, const match_box *box, near_list near, size_t count, size_t fact)
{
    if (!is_worth_it(search, near, count) || is_over(search))
        return;
    if (fact == search->facts->word_fact_count) {
        choose_windows(search, box, near, count, 0);
        return;
    }
    size_t rule = search->facts->word_facts[fact].rule;
    int wanted = (int)ceil(fmax(search->level->limits[rule][LOCAL_LIMIT_MIN_COUNT], 0)), listed = 0;
    int words[MOST_WORDS_TO_CHOOSE];
    match_box common = *box;
    for (size_t i = 0; i < count; i++) {
        for (int block = 0; block < MATCH_WORD_BLOCKS; block++)
            common.words[fact][block] &= near[i]->words[fact][block];
    }
    if (count_bits(common.words[fact]) >= wanted) {
        choose_words(search, box, near, count, fact + 1);
        return;
    }
    for (int i = 0; i < (int)search->base.word_count[fact]; i++) {
        if ((box->words[fact][i / 64] >> i % 64 & 1) == 0)
            continue;
        if (listed < MOST_WORDS_TO_CHOOSE)
            words[listed++] = i;
        else
            search->open = true;
    }
    if (wanted <= listed)
        try_words(search, box, near, count, fact, words, listed, wanted);
}

/* ---- places ---- */

static void choose_places(
        match_search *search, const match_box *box, near_list near, size_t count, size_t fact);

typedef struct place_choice {
    int place, players;
} place_choice;

static int by_players(const void *left, const void *right)
{
    const place_choice *a = left, *b = right;
    return a->players != b->players ? b->players - a->players : a->place - b->place;
}

/* The place that most of them reach comes first. */
static int list_places(const match_search *search, const match_box *box, near_list near, size_t count,
        size_t fact, place_choice *out)
{
    int listed = 0;
    for (int i = 0; i < (int)search->base.place_count; i++) {
        if ((box->places[fact] >> i & 1) == 0)
            continue;
        out[listed] = (place_choice){i, 0};
        for (size_t k = 0; k < count; k++)
            out[listed].players += (near[k]->places[fact] >> i & 1) != 0 ? near[k]->ticket->players : 0;
        listed++;
    }
    qsort(out, (size_t)listed, sizeof *out, by_players);
    return listed;
}

static void choose_places(
        match_search *search, const match_box *box, near_list near, size_t count, size_t fact)
{
    if (!is_worth_it(search, near, count) || is_over(search))
        return;
    if (fact == search->facts->latency_count) {
        choose_words(search, box, near, count, 0);
        return;
    }
    uint64_t common = box->places[fact];
    for (size_t i = 0; i < count; i++)
        common &= near[i]->places[fact];
    if (common != 0) {
        choose_places(search, box, near, count, fact + 1);
        return;
    }
    place_choice places[MATCH_PLACES];
    const match_near **there = new_list(search, count);
    int listed = list_places(search, box, near, count, fact, places);
    search->matcher->units -= (long)count * listed / 4;
    for (int i = 0; i < listed && there != NULL && !is_over(search); i++) {
        match_box chosen = *box;
        size_t kept = 0;
        chosen.places[fact] = UINT64_C(1) << places[i].place;
        for (size_t k = 0; k < count; k++) {
            if ((near[k]->places[fact] & chosen.places[fact]) != 0)
                there[kept++] = near[k];
        }
        search->matcher->units -= (long)count;
        choose_places(search, &chosen, (near_list)there, kept, fact + 1);
    }
    free(there);
}

void match_sweep(match_search *search, const match_near *const *near, size_t count)
{
    choose_places(search, &search->box, near, count, 0);
    search->open = search->open || search->matcher->units <= 0;
}

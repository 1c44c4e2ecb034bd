/* SPDX-License-Identifier: Apache-2.0 */
/* The tickets that wait, in the orders in which the search needs them. What leaves is flagged, and taken out
 * of the lines when it has become a quarter of them. */

#include "rules/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines ---- */

static bool reserve(match_line *line, size_t more)
{
    size_t room = line->room == 0 ? 16 : line->room;
    while (room < line->count + more)
        room *= 2;
    if (room == line->room)
        return true;
    match_ticket **tickets = realloc(line->tickets, room * sizeof(match_ticket *));
    if (tickets == NULL)
        return false;
    line->tickets = tickets;
    line->room = room;
    return true;
}

bool match_line_add(match_line *line, match_ticket *ticket)
{
    if (!reserve(line, 1))
        return false;
    line->tickets[line->count++] = ticket;
    return true;
}

/* An order of tickets: by age, or by their values in a window. */
typedef struct order {
    size_t window; /* SIZE_MAX: by age */
} order;

/* Those without a value come first. */
static double value_of(const match_ticket *ticket, size_t window)
{
    double value = ticket->windows[window];
    return isnan(value) ? -INFINITY : value;
}

static int compare(const order *by, const match_ticket *a, const match_ticket *b)
{
    if (by->window != SIZE_MAX) {
        double x = value_of(a, by->window), y = value_of(b, by->window);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return match_by_age(a, b);
}

static int compare_any(const void *left, const void *right, void *by)
{
    return compare(by, *(match_ticket *const *)left, *(match_ticket *const *)right);
}

/* Sorts what was added behind `sorted` into the rest; there is room for it in `fresh`. */
static void settle(match_line *line, size_t sorted, const order *by, match_ticket **fresh)
{
    size_t added = line->count - sorted;
    if (added > 0)
        memcpy(fresh, line->tickets + sorted, added * sizeof(match_ticket *));
    qsort_r(fresh, added, sizeof *fresh, compare_any, (void *)by);
    for (size_t i = sorted, j = added, at = line->count; j > 0; at--) {
        bool old = i > 0 && compare(by, line->tickets[i - 1], fresh[j - 1]) > 0;
        line->tickets[at - 1] = old ? line->tickets[--i] : fresh[--j];
    }
}

static void compact_line(match_line *line)
{
    size_t kept = 0;
    for (size_t i = 0; i < line->count; i++) {
        if (!line->tickets[i]->gone)
            line->tickets[kept++] = line->tickets[i];
    }
    line->count = kept;
}

size_t match_line_find(const local_matcher *matcher, size_t window, double value)
{
    const match_line *line = &matcher->by_value[window];
    size_t low = 0, high = line->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (value_of(line->tickets[middle], window) < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- postings ---- */

struct match_posting {
    uint64_t word;
    bool used;
    match_line line;
};

static struct match_posting *find_slot(const match_postings *postings, uint64_t word)
{
    size_t at = (size_t)word & (postings->room - 1);
    while (postings->slots[at].used && postings->slots[at].word != word)
        at = (at + 1) & (postings->room - 1);
    return &postings->slots[at];
}

const match_line *match_postings_find(const match_postings *postings, uint64_t word)
{
    static const match_line nothing;
    if (postings->room == 0)
        return &nothing;
    const struct match_posting *slot = find_slot(postings, word);
    return slot->used ? &slot->line : &nothing;
}

static void free_postings(match_postings *postings)
{
    for (size_t i = 0; i < postings->room; i++)
        free(postings->slots[i].line.tickets);
    free(postings->slots);
    *postings = (match_postings){0};
}

static bool grow_postings(match_postings *postings)
{
    match_postings larger = {.used = postings->used, .room = postings->room == 0 ? 64 : postings->room * 2};
    larger.slots = calloc(larger.room, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < postings->room; i++) {
        if (postings->slots[i].used)
            *find_slot(&larger, postings->slots[i].word) = postings->slots[i];
    }
    free(postings->slots);
    *postings = larger;
    return true;
}

/* Without memory, searches by the words that are left out do not meet the ticket; its own search goes on. */
static void post(match_postings *postings, match_ticket *ticket, const match_words *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (2 * (postings->used + 1) > postings->room && !grow_postings(postings))
            return;
        struct match_posting *slot = find_slot(postings, list->words[i]);
        postings->used += !slot->used;
        slot->used = true;
        slot->word = list->words[i];
        match_line_add(&slot->line, ticket);
    }
}

/* Words that nobody has any more must not stay: made anew from the tickets that are left. */
static void repost(local_matcher *matcher, size_t fact)
{
    size_t column = matcher->facts.word_facts[fact].column;
    free_postings(&matcher->postings[fact]);
    for (size_t i = 0; i < matcher->by_age.count; i++) {
        match_ticket *ticket = matcher->by_age.tickets[i];
        post(&matcher->postings[fact], ticket, &ticket->lists[column]);
    }
}

/* The orders themselves; the tickets in them belong to the lines by age. */
void match_pool_free(local_matcher *matcher)
{
    for (size_t i = 0; i < MATCH_WINDOWS; i++)
        free(matcher->by_value[i].tickets);
    for (size_t i = 0; i < MATCH_WORD_FACTS; i++)
        free_postings(&matcher->postings[i]);
}

/* ---- coming and going ---- */

void match_pool_mark(local_matcher *matcher, match_ticket *ticket)
{
    if (ticket->dirty || ticket->gone)
        return;
    /* Without memory it stays as it is; the next thing that happens to it marks it again. */
    ticket->dirty = match_line_add(&matcher->dirty, ticket);
    matcher->has_moved = true;
    ticket->changed = ++matcher->events;
    ticket->tries = ticket->looks = 0;
    ticket->continues = false;
}

void match_pool_take(local_matcher *matcher, match_ticket *ticket)
{
    if (ticket->gone)
        return;
    ticket->gone = true;
    matcher->has_moved = true;
    matcher->gone++;
    matcher->waiting--;
    if (!ticket->backfill && ticket->players <= MATCH_PLAYERS)
        matcher->sizes[ticket->players]--;
    ticket->candidate->ticket = NULL;
    ticket->candidate = NULL;
}

void match_pool_compact(local_matcher *matcher, bool all)
{
    if (!all && (matcher->gone == 0 || matcher->gone < matcher->by_age.count / 4 + 64))
        return;
    match_line every = {0};
    match_line *const lines[] = {&matcher->by_age, &matcher->backfills, &matcher->fresh};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < lines[k]->count; i++) {
            if (lines[k]->tickets[i]->gone && !match_line_add(&every, lines[k]->tickets[i])) {
                free(every.tickets); /* another time */
                return;
            }
        }
        compact_line(lines[k]);
    }
    for (size_t i = 0; i < MATCH_WINDOWS; i++)
        compact_line(&matcher->by_value[i]);
    compact_line(&matcher->dirty);
    compact_line(&matcher->settling);
    compact_line(&matcher->retries);
    for (size_t i = 0; i < matcher->facts.word_fact_count; i++)
        repost(matcher, i);
    for (size_t i = 0; i < every.count; i++)
        match_ticket_destroy(every.tickets[i]);
    free(every.tickets);
    matcher->gone = 0;
}

/* The first ticket of a line by age that started at this time or later. */
static size_t find_start(const match_line *line, uint64_t start_ms)
{
    size_t low = 0, high = line->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (line->tickets[middle]->start_ms < start_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What crossed an age since the last look has to be searched for: its limits are others now. */
static void mark_crossings(local_matcher *matcher)
{
    uint64_t now_ms = matcher->look->now_ms;
    match_line *const lines[] = {&matcher->by_age, &matcher->backfills};
    for (size_t level = 0; level + 1 < matcher->facts.level_count; level++) {
        uint64_t wait_ms = matcher->facts.waits_ms[level];
        if (now_ms < wait_ms)
            break;
        uint64_t from_ms = matcher->last_ms >= wait_ms ? matcher->last_ms - wait_ms + 1 : 0;
        for (size_t k = 0; k < 2; k++) {
            for (size_t i = find_start(lines[k], from_ms);
                    i < lines[k]->count && lines[k]->tickets[i]->start_ms <= now_ms - wait_ms; i++)
                match_pool_mark(matcher, lines[k]->tickets[i]);
        }
    }
    matcher->last_ms = now_ms;
}

/* Matches with room left whose time to wait for more is over. */
static void mark_settled(local_matcher *matcher)
{
    size_t kept = 0;
    for (size_t i = 0; i < matcher->settling.count; i++) {
        match_ticket *ticket = matcher->settling.tickets[i];
        if (ticket->due_ms > matcher->look->now_ms && !ticket->gone) {
            matcher->settling.tickets[kept++] = ticket;
        } else {
            ticket->settles = false;
            match_pool_mark(matcher, ticket);
        }
    }
    matcher->settling.count = kept;
}

/* Into every line that searches go through; there is room. */
static void enter(local_matcher *matcher, match_ticket *ticket)
{
    match_line_add(&matcher->by_age, ticket);
    for (size_t i = 0; i < matcher->facts.window_count; i++)
        match_line_add(&matcher->by_value[i], ticket);
    for (size_t i = 0; i < matcher->facts.word_fact_count; i++)
        post(&matcher->postings[i], ticket, &ticket->lists[matcher->facts.word_facts[i].column]);
}

static bool make_room(local_matcher *matcher, size_t count)
{
    bool made = reserve(&matcher->by_age, count) && reserve(&matcher->backfills, count) &&
                reserve(&matcher->dirty, count);
    for (size_t i = 0; made && i < matcher->facts.window_count; i++)
        made = reserve(&matcher->by_value[i], count);
    return made;
}

/* False: out of memory, and they are as fresh as before. */
static bool place_fresh(local_matcher *matcher)
{
    size_t before = matcher->by_age.count, backfills = matcher->backfills.count;
    const order by_age = {SIZE_MAX};
    match_ticket **scratch = malloc(matcher->fresh.count * sizeof(match_ticket *));
    if (scratch == NULL || !make_room(matcher, matcher->fresh.count)) {
        free(scratch);
        return false;
    }
    for (size_t i = 0; i < matcher->fresh.count; i++) {
        match_ticket *ticket = matcher->fresh.tickets[i];
        ticket->returned = ticket->backfill || match_level_of(matcher, ticket) > 0;
        match_pool_mark(matcher, ticket);
        if (ticket->backfill)
            match_line_add(&matcher->backfills, ticket);
        else
            enter(matcher, ticket);
    }
    settle(&matcher->by_age, before, &by_age, scratch);
    settle(&matcher->backfills, backfills, &by_age, scratch);
    for (size_t i = 0; i < matcher->facts.window_count; i++) {
        const order by_value = {i};
        settle(&matcher->by_value[i], before, &by_value, scratch);
    }
    matcher->units -= 6 * (long)(matcher->fresh.count * (1 + matcher->facts.window_count));
    matcher->fresh.count = 0;
    free(scratch);
    return true;
}

bool match_pool_update(local_matcher *matcher)
{
    match_pool_compact(matcher, false);
    if (matcher->fresh.count > 0 && !place_fresh(matcher))
        return false;
    mark_crossings(matcher);
    mark_settled(matcher);
    return true;
}

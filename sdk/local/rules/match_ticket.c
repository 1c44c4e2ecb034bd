/* SPDX-License-Identifier: Apache-2.0 */
/* A ticket as the search reads it: its values in the columns of the facts, worked out once when it comes. */

#include "rules/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

uint64_t match_hash(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    hash ^= hash >> 32; /* the upper half of short texts is not well mixed otherwise */
    hash *= 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

static int by_word(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* ---- numbers and texts ---- */

static const double *number_of(const match_column *column, const glift_player *player)
{
    const glift_player_attribute *attribute = &player->attributes[column->attribute];
    if (column->key == NULL)
        return &attribute->number;
    for (size_t i = 0; i < attribute->double_count; i++) {
        if (strcmp(attribute->double_map[i].key, column->key) == 0)
            return &attribute->double_map[i].value;
    }
    return NULL;
}

/* NaN: nobody has the key. */
static double party_number(const match_column *column, const match_ticket *ticket)
{
    double sum = 0, low = INFINITY, high = -INFINITY;
    int count = 0;
    for (int i = 0; i < ticket->players; i++) {
        const double *number = number_of(column, &ticket->about[i]);
        if (number == NULL)
            continue;
        sum += *number;
        low = fmin(low, *number);
        high = fmax(high, *number);
        count++;
    }
    if (count == 0)
        return NAN;
    return column->party == LOCAL_PARTY_MINIMUM   ? low
           : column->party == LOCAL_PARTY_MAXIMUM ? high
                                                  : sum / count;
}

/* ---- lists ---- */

static bool list_has(const glift_player_attribute *attribute, const char *text)
{
    for (size_t i = 0; i < attribute->string_count; i++) {
        if (strcmp(attribute->string_list[i], text) == 0)
            return true;
    }
    return false;
}

static bool party_wants(const match_column *column, const match_ticket *ticket, const char *text)
{
    for (int i = 0; column->party == LOCAL_PARTY_INTERSECTION && i < ticket->players; i++) {
        if (!list_has(&ticket->about[i].attributes[column->attribute], text))
            return false;
    }
    return true;
}

/* False: out of memory. */
static bool party_words(const match_column *column, match_ticket *ticket, match_words *out)
{
    size_t room = 0, count = 0, distinct = 0;
    for (int i = 0; i < ticket->players; i++)
        room += ticket->about[i].attributes[column->attribute].string_count;
    uint64_t *words = glift__memory_take(&ticket->memory, room + 1, sizeof *words);
    for (int i = 0; words != NULL && i < ticket->players; i++) {
        const glift_player_attribute *attribute = &ticket->about[i].attributes[column->attribute];
        for (size_t j = 0; j < attribute->string_count; j++) {
            if (party_wants(column, ticket, attribute->string_list[j]))
                words[count++] = match_hash(attribute->string_list[j]);
        }
    }
    if (words == NULL)
        return false;
    qsort(words, count, sizeof *words, by_word);
    for (size_t i = 0; i < count; i++) {
        if (distinct == 0 || words[i] != words[distinct - 1])
            words[distinct++] = words[i];
    }
    *out = (match_words){words, distinct};
    return true;
}

static bool party_contains(const match_column *column, const match_ticket *ticket)
{
    for (int i = 0; i < ticket->players; i++) {
        if (list_has(&ticket->about[i].attributes[column->attribute], column->word) &&
                party_wants(column, ticket, column->word))
            return true;
    }
    return false;
}

/* ---- columns ---- */

static bool fill_texts(const match_column *column, match_ticket *ticket, double *values)
{
    for (int i = 0; i < ticket->players; i++) {
        const char *text = column->kind == MATCH_PLAYER_IDS
                                   ? ticket->about[i].player_id
                                   : ticket->about[i].attributes[column->attribute].string;
        values[i] = (double)(match_hash(text) >> 11);
    }
    return true;
}

static bool fill_column(const match_facts *facts, match_ticket *ticket, size_t index, match_words *lists)
{
    const match_column *column = &facts->columns[index];
    if (column->kind == MATCH_LIST)
        return party_words(column, ticket, &lists[index]);
    bool each = column->kind == MATCH_TEXT || column->kind == MATCH_PLAYER_IDS;
    double *values = glift__memory_take(&ticket->memory, each ? (size_t)ticket->players : 1, sizeof *values);
    if (values == NULL)
        return false;
    ticket->values[index] = values;
    if (each)
        return fill_texts(column, ticket, values);
    values[0] =
            column->kind == MATCH_CONTAINS ? party_contains(column, ticket) : party_number(column, ticket);
    return true;
}

/* ---- places ---- */

static const int *latency_to(const glift_player *player, const char *region)
{
    for (size_t i = 0; i < player->latency_count; i++) {
        if (strcmp(player->latencies[i].region, region) == 0)
            return &player->latencies[i].latency_ms;
    }
    return NULL;
}

/* False: somebody has not measured it. */
static bool measure_place(const match_ticket *ticket, const char *region, match_place *out)
{
    double sum = 0, low = INFINITY, high = -INFINITY;
    for (int i = 0; i < ticket->players; i++) {
        const int *latency = latency_to(&ticket->about[i], region);
        if (latency == NULL)
            return false;
        sum += *latency;
        low = fmin(low, *latency);
        high = fmax(high, *latency);
    }
    *out = (match_place){.name = match_hash(region),
            .latency = {[LOCAL_PARTY_AVERAGE] = sum / ticket->players,
                    [LOCAL_PARTY_MINIMUM] = low,
                    [LOCAL_PARTY_MAXIMUM] = high}};
    return true;
}

static int by_place(const void *left, const void *right)
{
    return by_word(&((const match_place *)left)->name, &((const match_place *)right)->name);
}

/* Those that the whole party has measured. */
static bool fill_places(const match_facts *facts, match_ticket *ticket)
{
    const glift_player *first = ticket->about;
    if (facts->latency_count == 0 && !facts->rule_set->balanced)
        return true;
    match_place *places = glift__memory_take(&ticket->memory, first->latency_count + 1, sizeof *places);
    for (size_t i = 0; places != NULL && i < first->latency_count; i++)
        ticket->place_count +=
                measure_place(ticket, first->latencies[i].region, &places[ticket->place_count]);
    if (places != NULL)
        qsort(places, ticket->place_count, sizeof *places, by_place);
    ticket->places = places;
    return places != NULL;
}

const match_place *match_ticket_place(const match_ticket *ticket, uint64_t name)
{
    size_t low = 0, high = ticket->place_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ticket->places[middle].name < name)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ticket->place_count && ticket->places[low].name == name ? &ticket->places[low] : NULL;
}

/* ---- the ticket ---- */

static void fill_window(const match_facts *facts, match_ticket *ticket, size_t window)
{
    size_t column = facts->windows[window];
    ticket->windows[window] = ticket->values[column][0];
    for (int i = 1; i < ticket->players && facts->columns[column].kind != MATCH_NUMBER; i++)
        ticket->mixed = ticket->mixed || match_ticket_value(facts, ticket, column, i) !=
                                                 match_ticket_value(facts, ticket, column, 0);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* In order, and each word once: what follows is quick at lists that are. False: out of memory. */
static bool sort_list(match_ticket *ticket, glift_player_attribute *attribute)
{
    size_t count = attribute->string_count, distinct = 0;
    const char **words = glift__memory_take(&ticket->memory, count + 1, sizeof *words);
    if (words == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        words[i] = attribute->string_list[i];
    qsort(words, count, sizeof *words, by_text);
    for (size_t i = 0; i < count; i++) {
        if (distinct == 0 || strcmp(words[distinct - 1], words[i]) != 0)
            words[distinct++] = words[i];
    }
    attribute->string_list = words;
    attribute->string_count = distinct;
    ticket->most_words = (long)distinct > ticket->most_words ? (long)distinct : ticket->most_words;
    return true;
}

/* The players with lists of this ticket's own. False: out of memory. */
static bool sort_lists(const match_facts *facts, match_ticket *ticket)
{
    size_t count = (size_t)ticket->players, attributes = facts->rule_set->attribute_count;
    glift_player *players = glift__memory_take(&ticket->memory, count + 1, sizeof *players);
    glift_player_attribute *own = glift__memory_take(&ticket->memory, count * attributes + 1, sizeof *own);
    bool made = players != NULL && own != NULL;
    for (size_t i = 0; made && i < count; i++, own += attributes) {
        players[i] = ticket->about[i];
        players[i].attributes = own;
        for (size_t k = 0; made && k < attributes; k++) {
            own[k] = ticket->about[i].attributes[k];
            made = own[k].type != GLIFT_ATTRIBUTE_STRING_LIST || sort_list(ticket, &own[k]);
        }
    }
    ticket->about = made ? players : ticket->about;
    return made;
}

static bool fill_about(const match_facts *facts, match_ticket *ticket)
{
    bool has_lists = false;
    for (size_t i = 0; i < facts->rule_set->attribute_count; i++)
        has_lists = has_lists || facts->rule_set->attributes[i].value.type == GLIFT_ATTRIBUTE_STRING_LIST;
    for (int i = 0; i < ticket->players; i++) {
        long places = (long)ticket->about[i].latency_count;
        ticket->most_places = places > ticket->most_places ? places : ticket->most_places;
    }
    return !has_lists || sort_lists(facts, ticket);
}

static bool fill_values(const match_facts *facts, match_ticket *ticket)
{
    ticket->values = glift__memory_take(&ticket->memory, facts->column_count + 1, sizeof *ticket->values);
    match_words *lists = glift__memory_take(&ticket->memory, facts->column_count + 1, sizeof *lists);
    uint64_t *ids = glift__memory_take(&ticket->memory, (size_t)ticket->players + 1, sizeof *ids);
    bool made = ticket->values != NULL && lists != NULL && ids != NULL;
    for (size_t i = 0; made && i < facts->column_count; i++)
        made = fill_column(facts, ticket, i, lists);
    for (int i = 0; made && i < ticket->players; i++)
        ids[i] = match_hash(ticket->about[i].player_id);
    for (size_t i = 0; made && i < facts->window_count; i++)
        fill_window(facts, ticket, i);
    ticket->lists = lists;
    ticket->ids = ids;
    ticket->first_id = made ? ids[0] : 0;
    return made && fill_places(facts, ticket);
}

/* Who plays already is no party any more: each has their own values. */
static bool fill_seats(const match_facts *facts, match_ticket *ticket)
{
    ticket->seats = calloc((size_t)ticket->players + 1, sizeof *ticket->seats);
    for (int i = 0; ticket->seats != NULL && i < ticket->players; i++) {
        match_ticket *seat = &ticket->seats[ticket->seat_count++];
        *seat = (match_ticket){.start_ms = ticket->start_ms,
                .players = 1,
                .about = &ticket->about[i],
                .most_words = ticket->most_words,
                .most_places = ticket->most_places};
        seat->team = local_rule_set_find_team(facts->rule_set, seat->about->team);
        glift__memory_init(&seat->memory);
        if (!fill_values(facts, seat))
            return false;
    }
    return ticket->seats != NULL;
}

static bool fill_session(const match_facts *facts, match_ticket *ticket)
{
    const local_candidate *candidate = ticket->candidate;
    uint64_t *seated = glift__memory_take(&ticket->memory, candidate->seated_count + 1, sizeof *seated);
    for (size_t i = 0; seated != NULL && i < candidate->seated_count; i++)
        seated[i] = match_hash(candidate->seated[i]);
    if (seated != NULL)
        qsort(seated, candidate->seated_count, sizeof *seated, by_word);
    ticket->seated = seated;
    ticket->seated_count = candidate->seated_count;
    ticket->location = candidate->location != NULL ? match_hash(candidate->location) : 0;
    return seated != NULL && fill_seats(facts, ticket);
}

match_ticket *match_ticket_create(const match_facts *facts, local_candidate *candidate)
{
    match_ticket *ticket = calloc(1, sizeof *ticket);
    if (ticket == NULL)
        return NULL;
    *ticket = (match_ticket){.candidate = candidate,
            .start_ms = candidate->start_ms,
            .order = candidate->order,
            .players = (int)candidate->player_count,
            .about = candidate->players,
            .backfill = candidate->backfill,
            .team = -1};
    glift__memory_init(&ticket->memory);
    if (candidate->obstacle == NULL &&
            !(fill_about(facts, ticket) &&
                    (candidate->backfill ? fill_session(facts, ticket) : fill_values(facts, ticket)))) {
        match_ticket_destroy(ticket);
        return NULL;
    }
    return ticket;
}

void match_ticket_destroy(match_ticket *ticket)
{
    if (ticket == NULL)
        return;
    for (int i = 0; i < ticket->seat_count; i++)
        glift__memory_fini(&ticket->seats[i].memory);
    free(ticket->seats);
    match_cursor_destroy(ticket->cursor);
    glift__memory_fini(&ticket->memory);
    free(ticket);
}

double match_ticket_value(const match_facts *facts, const match_ticket *ticket, size_t column, int player)
{
    match_column_kind kind = facts->columns[column].kind;
    return ticket->values[column][kind == MATCH_TEXT || kind == MATCH_PLAYER_IDS ? player : 0];
}

static bool has(const uint64_t *words, size_t count, uint64_t word)
{
    return count > 0 && bsearch(&word, words, count, sizeof *words, by_word) != NULL;
}

bool match_ticket_has_id(const match_ticket *ticket, uint64_t id)
{
    for (int i = 0; ticket->ids != NULL && i < ticket->players; i++) {
        if (ticket->ids[i] == id)
            return true;
    }
    return has(ticket->seated, ticket->seated_count, id);
}

int match_by_age(const match_ticket *a, const match_ticket *b)
{
    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

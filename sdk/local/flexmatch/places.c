/* SPDX-License-Identifier: Apache-2.0 */
/* Where a game session runs: the places that its queues name, best first, until a process takes it
 * (service model 1.6). */
#include "flexmatch/tickets.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct place {
    local_fleet *fleet;
    const char *location;
    double latency;       /* average of those who measured it; DBL_MAX where nobody did */
    double cost;          /* 0: none was given */
    size_t order;         /* of the destination */
    size_t first;         /* in the caller's own list; past its end: not in it */
    size_t location_rank; /* in the queue's LocationOrder; past its end: not in it */
} place;

typedef struct place_list {
    place *items;
    size_t count, room;
    bool failed; /* out of memory */
} place_list;

/* ---- which come into question ---- */

static size_t index_of(const char *const *names, size_t count, const char *name)
{
    size_t at = 0;
    while (at < count && strcmp(names[at], name) != 0)
        at++;
    return at;
}

/* Of everyone who measured this location. */
static double average_latency(const local_place_search *search, const char *location)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < search->latency_count; i++) {
        if (strcmp(search->latencies[i].location, location) == 0) {
            sum += search->latencies[i].ms;
            count++;
        }
    }
    return count > 0 ? sum / count : DBL_MAX;
}

/* No player who measured anything has more, or has not measured this location. */
static bool all_have_at_most(const local_place_search *search, const char *location, double maximum_ms)
{
    const local_latency *latencies = search->latencies;
    for (size_t i = 0, end; i < search->latency_count; i = end) {
        bool near = false;
        for (end = i;
                end < search->latency_count && strcmp(latencies[end].player_id, latencies[i].player_id) == 0;
                end++)
            near = near ||
                   (strcmp(latencies[end].location, location) == 0 && latencies[end].ms <= maximum_ms);
        if (!near)
            return false;
    }
    return true;
}

/* The policy whose turn comes after that of `last` (NULL: the first one's). The lowest latency comes first,
 * and of equal ones the one that stands first. */
static const local_latency_policy *policy_after(
        const local_queue_terms *terms, const local_latency_policy *last)
{
    const local_latency_policy *next = NULL;
    for (const local_latency_policy *policy = terms->policies; policy < terms->policies + terms->policy_count;
            policy++) {
        bool later = last == NULL || policy->maximum_ms > last->maximum_ms ||
                     (policy->maximum_ms == last->maximum_ms && policy > last);
        if (later && (next == NULL || policy->maximum_ms < next->maximum_ms))
            next = policy;
    }
    return next;
}

/* The policy that is in force; *until_ms: how long. NULL: none is, or none any more. */
static const local_latency_policy *policy_at(
        const local_queue_terms *terms, uint64_t age_ms, uint64_t *until_ms)
{
    uint64_t end_ms = 0;
    const local_latency_policy *policy = NULL;
    while ((policy = policy_after(terms, policy)) != NULL) {
        end_ms += (uint64_t)policy->duration_s * 1000;
        *until_ms = policy->duration_s == 0 ? UINT64_MAX : end_ms;
        if (age_ms < *until_ms)
            return policy;
    }
    *until_ms = UINT64_MAX;
    return NULL;
}

/* A queue of the search, with what its policies say at the age of the search. */
typedef struct place_source {
    const local_queue_terms *terms;
    bool limited; /* a policy is in force */
    double maximum_ms;
} place_source;

static place_source source_at(const local_queue_terms *terms, uint64_t age_ms)
{
    uint64_t until_ms;
    const local_latency_policy *policy = policy_at(terms, age_ms, &until_ms);
    return (place_source){terms, policy != NULL, policy != NULL ? policy->maximum_ms : DBL_MAX};
}

static bool is_allowed(
        const place_source *from, const local_place_search *search, const char *location, size_t first)
{
    const local_queue_terms *terms = from->terms;
    size_t allowed = index_of(terms->allowed_locations, terms->allowed_count, location);
    bool by_latency = from->limited || search->measured_only;
    return (terms->allowed_count == 0 || allowed < terms->allowed_count) &&
           (!search->first_only || first < search->first_count) &&
           (!by_latency || all_have_at_most(search, location, from->maximum_ms)) &&
           (search->allows == NULL || search->allows(search->user, location));
}

/* ---- the list ---- */

static void add_place(place_list *list, const place *item)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 16 : list->room * 2;
        place *items = realloc(list->items, room * sizeof *items);
        if (items == NULL) {
            list->failed = true;
            return;
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = *item;
}

static void add_fleet(place_list *list, const local_place_search *search, const place_source *from,
        const local_queue_terms *leading, local_fleet *fleet, size_t order)
{
    for (size_t i = 0; i < fleet->location_count; i++) {
        const char *location = fleet->locations[i]->name;
        size_t first = index_of(search->first_locations, search->first_count, location);
        if (!is_allowed(from, search, location, first))
            continue;
        add_place(list, &(place){.fleet = fleet,
                                .location = location,
                                .latency = average_latency(search, location),
                                .cost = fleet->cost != NULL ? strtod(fleet->cost, NULL) : 0,
                                .order = order,
                                .first = first,
                                .location_rank = index_of(
                                        leading->location_order, leading->location_order_count, location)});
    }
}

/* ---- the order ---- */

/* The values of PriorityOrder, and behind them those that it does not name. */
typedef struct place_order {
    local_priority by[LOCAL_PRIORITIES];
    size_t count;
} place_order;

/* Without measurements and without a wish of the queue's: destination, then location (service model 1.6). */
static place_order order_of(const local_queue_terms *terms, const local_place_search *search)
{
    static const local_priority usual[] = {
            LOCAL_BY_LATENCY, LOCAL_BY_COST, LOCAL_BY_DESTINATION, LOCAL_BY_LOCATION};
    place_order order = {.count = 0};
    bool named[LOCAL_PRIORITIES] = {false};
    for (size_t i = 0; i < terms->priority_count; i++) {
        named[terms->priorities[i]] = true;
        order.by[order.count++] = terms->priorities[i];
    }
    bool plain = terms->priority_count == 0 && search->latency_count == 0;
    for (size_t i = plain ? LOCAL_BY_DESTINATION : 0; i < LOCAL_PRIORITIES; i++) {
        if (!named[usual[i]])
            order.by[order.count++] = usual[i];
    }
    return order;
}

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_locations(const place *a, const place *b)
{
    int order = compare_numbers((double)a->location_rank, (double)b->location_rank);
    return order != 0 ? order : strcmp(a->location, b->location);
}

static int compare_by(local_priority priority, const place *a, const place *b)
{
    switch (priority) {
    case LOCAL_BY_LATENCY:
        return compare_numbers(a->latency, b->latency);
    case LOCAL_BY_COST:
        return compare_numbers(a->cost, b->cost);
    case LOCAL_BY_DESTINATION:
        return compare_numbers((double)a->order, (double)b->order);
    case LOCAL_BY_LOCATION:
        return compare_locations(a, b);
    }
    return 0;
}

static int compare_places(const void *left, const void *right, void *order)
{
    const place *a = left, *b = right;
    const place_order *priorities = order;
    int result = compare_numbers((double)a->first, (double)b->first);
    for (size_t i = 0; result == 0 && i < priorities->count; i++)
        result = compare_by(priorities->by[i], a, b);
    return result;
}

/* All places that the queues name and that will do, best first. The caller frees the items. */
static place_list list_places(const local_service *service, const local_place_search *search)
{
    place_list list = {0};
    size_t order = 0;
    local_refusal ignored;
    const local_queue_terms *leading = NULL;
    for (size_t i = 0; i < search->queue_count; i++) {
        const local_queue *queue = local_find_queue(service, search->queue_names[i]);
        if (queue == NULL)
            continue;
        const local_queue_terms *terms = &queue->terms;
        place_source source = source_at(terms, search->age_ms);
        leading = leading != NULL ? leading : terms;
        for (size_t k = 0; k < terms->destination_count; k++) {
            local_fleet *fleet = local_need_destination(service, terms->destinations[k], &ignored);
            if (fleet != NULL && fleet->status == LOCAL_FLEET_ACTIVE)
                add_fleet(&list, search, &source, leading, fleet, order++);
        }
    }
    if (list.count > 0) {
        place_order priorities = order_of(leading, search);
        qsort_r(list.items, list.count, sizeof *list.items, compare_places, &priorities);
    }
    return list;
}

/* ---- what others ask for ---- */

uint64_t local_next_policy_ms(const local_service *service, const local_place_search *search)
{
    uint64_t soonest_ms = UINT64_MAX;
    for (size_t i = 0; i < search->queue_count; i++) {
        uint64_t until_ms = UINT64_MAX;
        const local_queue *queue = local_find_queue(service, search->queue_names[i]);
        if (queue != NULL)
            policy_at(&queue->terms, search->age_ms, &until_ms);
        soonest_ms = until_ms < soonest_ms ? until_ms : soonest_ms;
    }
    return soonest_ms;
}

static local_game_session *try_place(local_service *service, glift__time now, const place *where,
        local_game_session_wish *wish, char message[192])
{
    local_refusal why;
    wish->fleet = where->fleet;
    wish->location = where->location;
    local_game_session *session = local_create_game_session(service, now, wish, &why);
    if (session == NULL || local_game_session_is_over(session)) {
        snprintf(message, 192, "%.180s", session == NULL ? why.message : "a process was lost");
        return NULL;
    }
    snprintf(message, 192, "the game session is being activated by process %.100s", session->process_id);
    return session;
}

static const char *why_nowhere(const local_place_search *search, bool failed)
{
    if (failed)
        return "out of memory";
    return search->measured_only && search->latency_count > 0
                   ? "no fleet of the queue is active and near enough in a location for which every player "
                     "who gave "
                     "LatencyInMs has given one"
                   : "no fleet of the queue is active and near enough";
}

local_game_session *local_place_session(local_service *service, glift__time now,
        const local_place_search *search, local_game_session_wish *wish, char message[192])
{
    local_game_session *session = NULL;
    place_list places = list_places(service, search);
    if (places.count == 0)
        snprintf(message, 192, "%s", why_nowhere(search, places.failed));
    for (size_t i = 0; session == NULL && i < places.count; i++)
        session = try_place(service, now, &places.items[i], wish, message);
    free(places.items);
    return session;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Where the session of a match runs: the places that its queues name, best first, until a process takes it
 * (service model 1.6). */
#include "flexmatch/tickets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct destination {
    local_fleet *fleet;
    const char *location;
    double latency; /* average of those who measured it; 0 where nobody measured anything */
    size_t order;   /* of the destination */
} destination;

static double latency_to(const local_match *match, const char *location)
{
    double sum = 0, count = 0, measured = 0;
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        for (size_t i = 0; i < ticket->player_count; i++) {
            const glift_player *player = &ticket->players[i];
            measured += player->latency_count > 0;
            for (size_t k = 0; k < player->latency_count; k++) {
                if (strcmp(player->latencies[k].region, location) == 0) {
                    sum += player->latencies[k].latency_ms;
                    count++;
                }
            }
        }
    }
    return count > 0 ? sum / count : measured > 0 ? 1e9 : 0;
}

/* Lowest latency, then the order of the destinations, then the location's name (service model 1.6). */
static int compare_destinations(const void *left, const void *right)
{
    const destination *a = left, *b = right;
    if (a->latency != b->latency)
        return a->latency < b->latency ? -1 : 1;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return strcmp(a->location, b->location);
}

static bool is_near_enough(const local_match *match, const char *location)
{
    local_candidate *candidates[LOCAL_RULE_SET_MAX_PLAYERS + 1];
    size_t count = 0;
    local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    candidates[count++] = &ticket->candidate;
    return local_matcher_allows_location(
            match->configuration->rule_set->rule_set, candidates, count, match->age_ms, location);
}

typedef struct destination_list {
    destination *items;
    size_t count, room;
    bool failed; /* out of memory */
} destination_list;

static void add_destination(destination_list *list, const destination *item)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 16 : list->room * 2;
        destination *items = realloc(list->items, room * sizeof *items);
        if (items == NULL) {
            list->failed = true;
            return;
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = *item;
}

static void add_fleet(destination_list *list, const local_match *match, local_fleet *fleet, size_t order)
{
    for (size_t i = 0; i < fleet->location_count; i++) {
        const char *location = fleet->locations[i]->name;
        if (is_near_enough(match, location))
            add_destination(list, &(destination){fleet, location, latency_to(match, location), order});
    }
}

/* All places that the queues name, best first. The caller frees the items. */
static destination_list list_destinations(const local_service *service, const local_match *match)
{
    destination_list list = {0};
    size_t order = 0;
    for (size_t i = 0; i < match->configuration->queue_count; i++) {
        const local_queue *queue = local_find_queue(service, match->configuration->queue_names[i]);
        for (size_t k = 0; queue != NULL && k < queue->fleet_count; k++) {
            local_fleet *fleet = local_find_fleet(service, queue->fleet_ids[k]);
            if (fleet != NULL && fleet->status == LOCAL_FLEET_ACTIVE)
                add_fleet(&list, match, fleet, order++);
        }
    }
    if (list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, compare_destinations);
    return list;
}

int local_placement_timeout_s(const local_service *service, const local_configuration *configuration)
{
    int longest = 0;
    for (size_t i = 0; i < configuration->queue_count; i++) {
        const local_queue *queue = local_find_queue(service, configuration->queue_names[i]);
        if (queue != NULL && queue->timeout_s > longest)
            longest = queue->timeout_s;
    }
    return longest;
}

static bool try_place(local_service *service, glift__time now, local_match *match, const destination *where)
{
    local_refusal why;
    local_game_session_wish wish = {
            .fleet = where->fleet,
            .location = where->location,
            .game_session_data = match->configuration->game_session_data,
            .matchmaker_data = match->matchmaker_data,
            .matchmaking_configuration_arn = match->configuration->arn,
            .properties = match->configuration->properties,
            .property_count = match->configuration->property_count,
            .maximum = match->maximum,
    };
    local_game_session *session = local_create_game_session(service, now, &wish, &why);
    if (session == NULL || local_game_session_is_over(session)) {
        snprintf(match->why, sizeof match->why, "%.180s",
                session == NULL ? why.message : "a process was lost");
        return false;
    }
    match->game_session = session;
    snprintf(match->why, sizeof match->why, "the game session is being activated by process %.100s",
            session->process_id);
    return true;
}

void local_place_match(local_service *service, glift__time now, local_match *match)
{
    if (match->game_session != NULL)
        return;
    if (TAILQ_EMPTY(&match->tickets)) {
        local_dissolve_match(service, now, match, NULL);
        return;
    }
    destination_list places = list_destinations(service, match);
    if (places.count == 0)
        snprintf(match->why, sizeof match->why, "%s",
                places.failed ? "out of memory" : "no fleet of the queue is active and near enough");
    for (size_t i = 0; i < places.count; i++) {
        if (try_place(service, now, match, &places.items[i]))
            break;
    }
    free(places.items);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Game session queues (queues.c), and the search for a place that they rule (places.c): service model 1.6.
 * Matches and placements that a client asks for find their process here, and nowhere else. */
#ifndef LOCAL_QUEUES_H
#define LOCAL_QUEUES_H

#include "base/message_memory.h"
#include "model/model.h"

typedef enum local_priority {
    LOCAL_BY_LATENCY,
    LOCAL_BY_COST,
    LOCAL_BY_DESTINATION,
    LOCAL_BY_LOCATION
} local_priority;
#define LOCAL_PRIORITIES 4

typedef struct local_latency_policy {
    double maximum_ms; /* that a single player may have */
    int duration_s;    /* 0: to the end of the placement */
} local_latency_policy;

/* What a caller says of a queue, and what the queue keeps of it. */
typedef struct local_queue_terms {
    int timeout_s;
    const char *const *destinations; /* ids or ARNs; a queue keeps ARNs */
    size_t destination_count;
    const local_latency_policy *policies; /* as they were given; the lowest latency has its turn first */
    size_t policy_count;
    const local_priority *priorities; /* without any: the default order */
    size_t priority_count;
    const char *const *location_order;
    size_t location_order_count;
    const char *const *allowed_locations; /* without any: all of them */
    size_t allowed_count;
    const char *notification_target, *custom_event_data;
} local_queue_terms;

typedef struct local_queue {
    const char *name; /* the key of its index */
    char arn[LOCAL_ARN_SIZE];
    uint64_t serial;
    glift__memory memory; /* of the terms */
    local_queue_terms terms;
    local_record record;
    TAILQ_ENTRY(local_queue) link;
} local_queue;

/* ---- queues.c; names or ARNs ---- */

local_queue *local_find_queue(const local_service *service, const char *name_or_arn);
local_queue *local_create_queue(
        local_service *service, const char *name, const local_queue_terms *terms, local_refusal *why);
/* Refused: the queue is as it was. The terms may point to what the queue has now. */
bool local_update_queue(
        local_service *service, local_queue *queue, const local_queue_terms *terms, local_refusal *why);
void local_delete_queue(local_service *service, local_queue *queue);
/* False: a name stands in the list more than once, and is refused. */
bool local_names_once(const char *list, const char *const *names, size_t count, local_refusal *why);
/* The fleet that a destination means; NULL and a NotFound refusal where there is none. */
local_fleet *local_need_destination(
        const local_service *service, const char *destination, local_refusal *why);

/* ---- places.c ---- */

typedef struct local_latency {
    const char *player_id, *location;
    double ms;
} local_latency;

typedef struct local_place_search {
    const char *const *queue_names; /* the first one's priorities order the places of all */
    size_t queue_count;
    const local_latency *latencies; /* those of one player stand together */
    size_t latency_count;
    bool measured_only;                 /* only where everybody who measured anything has measured */
    uint64_t age_ms;                    /* since placing began: the latency policies go by it */
    const char *const *first_locations; /* come before all others, in this order */
    size_t first_count;
    bool first_only;                                        /* the others do not count */
    bool (*allows)(const void *user, const char *location); /* NULL: every location will do */
    const void *user;
} local_place_search;

/* On the process that has waited longest in the best place that has one. The wish lacks fleet and location.
 * NULL: nobody took it, and `message` says why. */
local_game_session *local_place_session(local_service *service, glift__time now,
        const local_place_search *search, local_game_session_wish *wish, char message[192]);
/* When the latency policies allow more than at this age; UINT64_MAX: never. */
uint64_t local_next_policy_ms(const local_service *service, const local_place_search *search);

#endif

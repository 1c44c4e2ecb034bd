/* SPDX-License-Identifier: Apache-2.0 */
/* Placements that a client asks a queue for (service model 1.6, S53 to S55). */
#ifndef LOCAL_SESSION_PLACEMENTS_H
#define LOCAL_SESSION_PLACEMENTS_H

#include "flexmatch/queues.h"

/* [E] Bounds, so that memory and the work of a look stay bounded (S83). */
#define LOCAL_PENDING_PLACEMENTS_MAX  1000
#define LOCAL_ENDED_PLACEMENTS_KEPT   10000
#define LOCAL_FIRST_LOCATIONS_MAX     10
#define LOCAL_PLACEMENT_LATENCIES_MAX 4000

typedef enum local_placement_status {
    LOCAL_PLACEMENT_PENDING,
    LOCAL_PLACEMENT_FULFILLED, /* this one and those after it are final */
    LOCAL_PLACEMENT_CANCELLED,
    LOCAL_PLACEMENT_TIMED_OUT,
    LOCAL_PLACEMENT_FAILED
} local_placement_status;

/* What a caller asks for, and what the placement keeps of it. */
typedef struct local_placement_wish {
    const char *id, *queue; /* name or ARN; the placement keeps the name */
    int maximum;
    const char *name, *game_session_data;
    const glift_game_property *properties;
    size_t property_count;
    const local_seat_wish *players; /* who gets a seat as soon as the session is ACTIVE */
    size_t player_count;
    const local_latency *latencies; /* the placement keeps them in the order of their players */
    size_t latency_count;
    const char *const *first_locations; /* PriorityConfigurationOverride */
    size_t first_count;
    bool first_only;
} local_placement_wish;

typedef struct local_placement {
    const char *id; /* the key of its index */
    glift__memory memory;
    uint64_t serial;
    local_placement_status status;
    local_placement_wish wish;
    local_game_session *game_session; /* that is being activated for it */
    /* Of the latest attempt (service model 1.6); NULL before the first. */
    char *game_session_arn, *ip_address, *dns_name;
    int port;
    char (*seat_ids)[LOCAL_ID_SIZE]; /* one for each player; "" until it is FULFILLED */
    int64_t start_unix_ms, end_unix_ms;
    uint64_t start_ms;          /* mono_ms */
    uint64_t next_try_ms;       /* mono_ms */
    uint64_t seen_of_processes; /* what the service had seen of processes when it was tried last */
    bool lost_a_session;
    char why[192]; /* it is not fulfilled */
    local_history history;
    local_timer timer;
    local_record record;
    TAILQ_ENTRY(local_placement) link;
} local_placement;
TAILQ_HEAD(local_placement_list, local_placement);

struct local_placements {
    struct local_placement_list pending, ended; /* oldest first */
    size_t pending_count, ended_count;
    local_index by_id;
};

const char *local_placement_status_name(local_placement_status status);
/* PENDING: a process is looked for at the next advance of the clock. */
local_placement *local_start_placement(
        local_service *service, glift__time now, const local_placement_wish *wish, local_refusal *why);
local_placement *local_find_placement(const local_service *service, const char *id);
/* CANCELLED. Refused once a game session was made for it, and once it has ended. */
bool local_stop_placement(
        local_service *service, glift__time now, local_placement *placement, local_refusal *why);

/* ---- for matchmaking.c, which hears of time and of the model ---- */

void local_placements_init(struct local_placements *all);
void local_placements_fini(local_service *service);
/* Looks for a process for all who may find one now. */
void local_try_placements(local_service *service, glift__time now);
void local_placement_session_active(local_service *service, glift__time now, local_game_session *session);
void local_placement_session_ended(local_service *service, glift__time now, local_game_session *session);

#endif

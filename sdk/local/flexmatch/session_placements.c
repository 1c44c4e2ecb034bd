/* SPDX-License-Identifier: Apache-2.0 */
/* A placement from its start to its end: tried on one process after the other until a game session is
 * ACTIVE, its players have seats, or its time is over (service model 1.6). */
#include "flexmatch/session_placements.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flexmatch/match_kinds.h"

/* A queue, an alias or a fleet may have changed meanwhile: then no process tells of it. */
#define TRY_AGAIN_MS 5000

/* [E] What one look may cost, in destinations times measurements: the next look goes on with the rest. */
#define LOOK_UNITS 500000

const char *local_placement_status_name(local_placement_status status)
{
    static const char *const names[] = {"PENDING", "FULFILLED", "CANCELLED", "TIMED_OUT", "FAILED"};
    return names[status];
}

static struct local_placements *all_of(const local_service *service)
{
    return &service->matchmaking->placements;
}

local_placement *local_find_placement(const local_service *service, const char *id)
{
    return local_index_find(&all_of(service)->by_id, id);
}

static void free_placement(local_service *service, local_placement *placement)
{
    local_timer_unmake(&service->timers, &placement->timer);
    local_keep_no_more(&placement->record);
    glift__memory_fini(&placement->memory);
    local_forget_history(service, &placement->history);
    free(placement->game_session_arn);
    free(placement->ip_address);
    free(placement->dns_name);
    free(placement);
}

/* The one place where its status changes. */
static void set_status(local_service *service, local_placement *placement, local_placement_status status,
        const char *message)
{
    local_changed(&placement->record);
    placement->status = status;
    local_note(service, &placement->history, local_placement_status_name(status), "%s", message);
}

/* ---- the end ---- */

static void forget_oldest_ended(local_service *service)
{
    struct local_placements *all = all_of(service);
    while (all->ended_count > LOCAL_ENDED_PLACEMENTS_KEPT) {
        local_placement *oldest = TAILQ_FIRST(&all->ended);
        TAILQ_REMOVE(&all->ended, oldest, link);
        all->ended_count--;
        local_index_remove(&all->by_id, oldest);
        free_placement(service, oldest);
    }
}

static void end_placement(local_service *service, glift__time now, local_placement *placement,
        local_placement_status status, const char *message)
{
    struct local_placements *all = all_of(service);
    set_status(service, placement, status, message);
    placement->end_unix_ms = now.unix_ms;
    placement->game_session = NULL;
    local_timer_stop(&service->timers, &placement->timer);
    snprintf(placement->why, sizeof placement->why, "%.180s", message);
    TAILQ_REMOVE(&all->pending, placement, link);
    all->pending_count--;
    TAILQ_INSERT_TAIL(&all->ended, placement, link);
    all->ended_count++;
    local_log(service, status == LOCAL_PLACEMENT_FULFILLED ? GLIFT_LOG_INFO : GLIFT_LOG_WARNING,
            "placement %s is %s: %s", placement->id, local_placement_status_name(status), placement->why);
    local_note_placement(service, now, placement);
    forget_oldest_ended(service);
}

/* The session that is being activated for it goes, too: nobody will come to it. */
static void drop_placement(local_service *service, glift__time now, local_placement *placement,
        local_placement_status status, const char *message)
{
    local_refusal ignored;
    local_game_session *session = placement->game_session;
    end_placement(service, now, placement, status, message);
    if (session != NULL)
        local_terminate_game_session(service, now, session, &ignored);
}

static void on_timeout(local_service *service, glift__time now, void *owner)
{
    local_placement *placement = owner;
    char message[sizeof placement->why];
    snprintf(message, sizeof message, "within the queue's time, %.150s", placement->why);
    drop_placement(service, now, placement, LOCAL_PLACEMENT_TIMED_OUT, message);
}

bool local_stop_placement(
        local_service *service, glift__time now, local_placement *placement, local_refusal *why)
{
    if (placement->status != LOCAL_PLACEMENT_PENDING)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "Placement %s is %s: it cannot be stopped any more.",
                placement->id, local_placement_status_name(placement->status));
    if (placement->game_session != NULL)
        return local_refuse(why, LOCAL_INVALID_REQUEST,
                "Game session %.300s was made for placement %s: it cannot be stopped any more.",
                placement->game_session->arn, placement->id);
    end_placement(service, now, placement, LOCAL_PLACEMENT_CANCELLED, "cancelled by request");
    return true;
}

/* ---- what becomes of its session ---- */

static local_placement *placement_of(const local_service *service, const local_game_session *session)
{
    local_placement *placement;
    TAILQ_FOREACH(placement, &all_of(service)->pending, link)
    {
        if (placement->game_session == session)
            return placement;
    }
    return NULL;
}

static bool reserve(local_service *service, glift__time now, local_placement *placement, local_refusal *why)
{
    local_player_session *seats[LOCAL_PLAYERS_MAX];
    const local_placement_wish *wish = &placement->wish;
    if (wish->player_count > 0 && !local_reserve_seats(service, now, placement->game_session, wish->players,
                                          wish->player_count, seats, why))
        return false;
    for (size_t i = 0; i < wish->player_count; i++)
        snprintf(placement->seat_ids[i], LOCAL_ID_SIZE, "%s", seats[i]->id);
    return true;
}

void local_placement_session_active(local_service *service, glift__time now, local_game_session *session)
{
    local_refusal why;
    local_placement *placement = placement_of(service, session);
    if (placement == NULL)
        return;
    if (reserve(service, now, placement, &why))
        end_placement(service, now, placement, LOCAL_PLACEMENT_FULFILLED, session->arn);
    else
        end_placement(service, now, placement, LOCAL_PLACEMENT_FAILED, why.message);
}

/* Another process may have it, if one is waiting (S54). */
void local_placement_session_ended(local_service *service, glift__time now, local_game_session *session)
{
    local_placement *placement = placement_of(service, session);
    if (placement == NULL)
        return;
    local_changed(&placement->record);
    placement->game_session = NULL;
    placement->lost_a_session = true;
    local_note(service, &placement->history, "attempt", "Its game session ended before it was ACTIVE.");
    placement->next_try_ms = now.mono_ms;
    local_matchmaking_wake(service, now);
}

/* ---- trying ---- */

static bool keep_attempt(local_placement *placement)
{
    const local_game_session *session = placement->game_session;
    placement->port = session->port;
    return local_keep_text(&placement->game_session_arn, session->arn) &&
           local_keep_text(&placement->ip_address, session->ip_address) &&
           local_keep_text(&placement->dns_name, session->dns_name);
}

/* What is as it was before is not worth a line. */
static void note_attempt(local_service *service, local_placement *placement, const char *why_before)
{
    if (placement->game_session != NULL)
        local_note(
                service, &placement->history, "attempt", "It is placed on %s.", placement->game_session->arn);
    else if (strcmp(why_before, placement->why) != 0)
        local_note(service, &placement->history, "attempt", "%s", placement->why);
}

static void try_once(local_service *service, glift__time now, local_placement *placement)
{
    const local_placement_wish *from = &placement->wish;
    local_place_search search = {
            .queue_names = &from->queue,
            .queue_count = 1,
            .latencies = from->latencies,
            .latency_count = from->latency_count,
            .age_ms = now.mono_ms - placement->start_ms,
            .first_locations = from->first_locations,
            .first_count = from->first_count,
            .first_only = from->first_only,
    };
    local_game_session_wish wish = {
            .name = from->name,
            .game_session_data = from->game_session_data,
            .properties = from->properties,
            .property_count = from->property_count,
            .maximum = from->maximum,
    };
    char before[sizeof placement->why];
    memcpy(before, placement->why, sizeof before);
    local_changed(&placement->record);
    placement->seen_of_processes = service->ready_count;
    placement->game_session = local_place_session(service, now, &search, &wish, placement->why);
    note_attempt(service, placement, before);
    uint64_t policy_ms = local_next_policy_ms(service, &search);
    placement->next_try_ms = now.mono_ms + TRY_AGAIN_MS;
    if (policy_ms < search.age_ms + TRY_AGAIN_MS)
        placement->next_try_ms = placement->start_ms + policy_ms;
    if (placement->game_session != NULL && !keep_attempt(placement))
        drop_placement(service, now, placement, LOCAL_PLACEMENT_FAILED, "out of memory");
}

static void try_placement(local_service *service, glift__time now, local_placement *placement)
{
    if (local_find_queue(service, placement->wish.queue) == NULL) {
        end_placement(service, now, placement, LOCAL_PLACEMENT_FAILED, "its queue has been deleted");
        return;
    }
    try_once(service, now, placement);
    if (placement->status == LOCAL_PLACEMENT_PENDING && placement->game_session == NULL &&
            placement->lost_a_session)
        end_placement(service, now, placement, LOCAL_PLACEMENT_FAILED,
                "its game session ended before it was ACTIVE, and no other process is free");
}

static size_t cost_of(const local_service *service, const local_placement *placement)
{
    const local_queue *queue = local_find_queue(service, placement->wish.queue);
    return queue != NULL ? (queue->terms.destination_count + 1) * (placement->wish.latency_count + 1) : 1;
}

void local_try_placements(local_service *service, glift__time now)
{
    struct local_placements *all = all_of(service);
    size_t units = 0;
    for (local_placement *one = TAILQ_FIRST(&all->pending), *next; one != NULL; one = next) {
        next = TAILQ_NEXT(one, link);
        bool due = one->next_try_ms <= now.mono_ms || one->seen_of_processes != service->ready_count;
        if (one->game_session != NULL || !due)
            continue;
        units += cost_of(service, one);
        try_placement(service, now, one);
        if (units > LOOK_UNITS)
            break;
    }
}

/* ---- the start ---- */

static int compare_players(const void *left, const void *right)
{
    const local_latency *a = left, *b = right;
    return strcmp(a->player_id, b->player_id);
}

static const local_latency *keep_latencies(
        glift__memory *memory, const local_placement_wish *wish, bool *failed)
{
    local_latency *to = glift__memory_take(memory, wish->latency_count + 1, sizeof *to);
    for (size_t i = 0; to != NULL && i < wish->latency_count; i++)
        to[i] = (local_latency){local_keep_in(memory, wish->latencies[i].player_id, failed),
                local_keep_in(memory, wish->latencies[i].location, failed), wish->latencies[i].ms};
    *failed = *failed || to == NULL;
    if (!*failed)
        qsort(to, wish->latency_count, sizeof *to, compare_players);
    return to;
}

static const local_seat_wish *keep_players(
        glift__memory *memory, const local_placement_wish *wish, bool *failed)
{
    local_seat_wish *to = glift__memory_take(memory, wish->player_count + 1, sizeof *to);
    for (size_t i = 0; to != NULL && i < wish->player_count; i++)
        to[i] = (local_seat_wish){local_keep_in(memory, wish->players[i].player_id, failed),
                local_keep_in(memory, wish->players[i].player_data, failed)};
    *failed = *failed || to == NULL;
    return to;
}

static const glift_game_property *keep_properties(
        glift__memory *memory, const local_placement_wish *wish, bool *failed)
{
    glift_game_property *to = glift__memory_take(memory, wish->property_count + 1, sizeof *to);
    for (size_t i = 0; to != NULL && i < wish->property_count; i++)
        to[i] = (glift_game_property){local_keep_in(memory, wish->properties[i].key, failed),
                local_keep_in(memory, wish->properties[i].value, failed)};
    *failed = *failed || to == NULL;
    return to;
}

/* False: out of memory. */
static bool keep_wish(local_placement *placement, const local_placement_wish *wish, const local_queue *queue)
{
    glift__memory *memory = &placement->memory;
    local_placement_wish *to = &placement->wish;
    bool failed = false;
    *to = *wish;
    to->id = placement->id = local_keep_in(memory, wish->id, &failed);
    to->queue = local_keep_in(memory, queue->name, &failed);
    to->name = local_keep_in(memory, wish->name, &failed);
    to->game_session_data = local_keep_in(memory, wish->game_session_data, &failed);
    to->properties = keep_properties(memory, wish, &failed);
    to->players = keep_players(memory, wish, &failed);
    to->latencies = keep_latencies(memory, wish, &failed);
    const char **first = glift__memory_take(memory, wish->first_count + 1, sizeof *first);
    for (size_t i = 0; first != NULL && i < wish->first_count; i++)
        first[i] = local_keep_in(memory, wish->first_locations[i], &failed);
    to->first_locations = first;
    placement->seat_ids = glift__memory_take(memory, wish->player_count + 1, sizeof *placement->seat_ids);
    return !failed && first != NULL && placement->seat_ids != NULL;
}

static bool prioritises_location(const local_queue_terms *terms)
{
    for (size_t i = 0; i < terms->priority_count; i++) {
        if (terms->priorities[i] == LOCAL_BY_LOCATION)
            return true;
    }
    return false;
}

/* S55 */
static bool may_override(const local_queue *queue, const local_placement_wish *wish, local_refusal *why)
{
    if (wish->first_count == 0)
        return true;
    if (wish->latency_count > 0)
        return local_refuse(why, LOCAL_INVALID_REQUEST,
                "A placement has PlayerLatencies or a PriorityConfigurationOverride, not both.");
    if (!local_names_once("LocationOrder", wish->first_locations, wish->first_count, why))
        return false;
    return prioritises_location(&queue->terms) ||
           local_refuse(why, LOCAL_INVALID_REQUEST,
                   "PriorityConfigurationOverride needs a queue with LOCATION in its PriorityOrder, which %s "
                   "has not.",
                   queue->name);
}

static bool may_start(const local_service *service, const local_queue *queue,
        const local_placement_wish *wish, local_refusal *why)
{
    if (local_find_placement(service, wish->id) != NULL) /* S55 */
        return local_refuse(why, LOCAL_INVALID_REQUEST, "PlacementId %s was used before.", wish->id);
    if (all_of(service)->pending_count >= LOCAL_PENDING_PLACEMENTS_MAX)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "%d placements are PENDING already.",
                LOCAL_PENDING_PLACEMENTS_MAX);
    if (wish->player_count > (size_t)wish->maximum)
        return local_refuse(why, LOCAL_INVALID_REQUEST,
                "DesiredPlayerSessions names %zu players, more than MaximumPlayerSessionCount, which is %d.",
                wish->player_count, wish->maximum);
    for (size_t i = 0; i < wish->player_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(wish->players[k].player_id, wish->players[i].player_id) == 0)
                return local_refuse(why, LOCAL_INVALID_REQUEST,
                        "DesiredPlayerSessions names player %.200s twice.", wish->players[i].player_id);
        }
    }
    return may_override(queue, wish, why);
}

static local_placement *make_placement(
        local_service *service, const local_placement_wish *wish, const local_queue *queue)
{
    local_placement *placement = calloc(1, sizeof *placement);
    if (placement == NULL)
        return NULL;
    glift__memory_init(&placement->memory);
    if (!keep_wish(placement, wish, queue) ||
            !local_timer_make(&service->timers, &placement->timer, on_timeout, placement) ||
            !local_index_add(&all_of(service)->by_id, placement)) {
        free_placement(service, placement);
        return NULL;
    }
    return placement;
}

local_placement *local_start_placement(
        local_service *service, glift__time now, const local_placement_wish *wish, local_refusal *why)
{
    struct local_placements *all = all_of(service);
    const local_queue *queue = local_find_queue(service, wish->queue);
    if (queue == NULL) {
        local_refuse(why, LOCAL_NOT_FOUND, "Game session queue %s was not found.", wish->queue);
        return NULL;
    }
    if (!may_start(service, queue, wish, why))
        return NULL;
    local_placement *placement = make_placement(service, wish, queue);
    if (placement == NULL) {
        local_refuse_memory(why);
        return NULL;
    }
    placement->serial = local_next_serial(service);
    placement->start_unix_ms = now.unix_ms;
    placement->start_ms = placement->next_try_ms = now.mono_ms;
    snprintf(placement->why, sizeof placement->why, "no process was looked for yet");
    set_status(service, placement, LOCAL_PLACEMENT_PENDING, "");
    TAILQ_INSERT_TAIL(&all->pending, placement, link);
    all->pending_count++;
    local_keep(service, &placement->record, &local_placement_kind);
    local_timer_set(
            &service->timers, &placement->timer, now.mono_ms + (uint64_t)queue->terms.timeout_s * 1000);
    local_matchmaking_wake(service, now);
    return placement;
}

/* ---- life ---- */

void local_placements_init(struct local_placements *all)
{
    TAILQ_INIT(&all->pending);
    TAILQ_INIT(&all->ended);
}

static void free_list(local_service *service, struct local_placement_list *list)
{
    local_placement *placement;
    while ((placement = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, placement, link);
        local_index_remove(&all_of(service)->by_id, placement);
        free_placement(service, placement);
    }
}

void local_placements_fini(local_service *service)
{
    free_list(service, &all_of(service)->pending);
    free_list(service, &all_of(service)->ended);
}

static void enter_lists(struct local_placements *all, local_placement *placement)
{
    if (placement->status == LOCAL_PLACEMENT_PENDING) {
        TAILQ_INSERT_TAIL(&all->pending, placement, link);
        all->pending_count++;
    } else {
        TAILQ_INSERT_TAIL(&all->ended, placement, link);
        all->ended_count++;
    }
}

bool local_enter_placement(local_service *service, glift__time now, void *entity)
{
    struct local_placements *all = all_of(service);
    local_placement *placement = entity;
    placement->wish.id = placement->id;
    (void)now;
    if (!local_timer_restore(&service->timers, &placement->timer, on_timeout, placement))
        return false;
    if (!local_index_add(&all->by_id, placement)) {
        local_timer_unmake(&service->timers, &placement->timer);
        return false;
    }
    enter_lists(all, placement);
    return true;
}

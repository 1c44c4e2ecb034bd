/* SPDX-License-Identifier: Apache-2.0 */
/* Queues: created, changed, deleted (service model 2.2). */
#include "flexmatch/match_kinds.h"

#include <stdlib.h>
#include <string.h>

#include "model/aliases.h"
#include "model/tags.h"
#include "model/texts.h"

local_queue *local_find_queue(const local_service *service, const char *name_or_arn)
{
    local_queue *queue =
            local_index_find(&service->matchmaking->queues_by_name, local_resource_name(name_or_arn));
    return queue != NULL && local_resource_is(name_or_arn, queue->arn) ? queue : NULL;
}

local_fleet *local_need_destination(const local_service *service, const char *destination, local_refusal *why)
{
    bool is_alias = strncmp(local_resource_name(destination), "alias-", strlen("alias-")) == 0;
    return is_alias ? local_alias_fleet(service, destination, why)
                    : local_need_fleet(service, destination, why);
}

static void free_queue(local_queue *queue)
{
    local_keep_no_more(&queue->record);
    glift__memory_fini(&queue->memory);
    free((char *)queue->name);
    free(queue);
}

/* ---- terms ---- */

/* A copy of so many items; *failed is kept. */
static const void *copy(glift__memory *memory, const void *items, size_t count, size_t size, bool *failed)
{
    void *to = glift__memory_take(memory, count + 1, size);
    *failed = *failed || to == NULL;
    if (to != NULL && count > 0)
        memcpy(to, items, count * size);
    return to;
}

static const char *const *copy_texts(
        glift__memory *memory, const char *const *texts, size_t count, bool *failed)
{
    const char **to = glift__memory_take(memory, count + 1, sizeof *to);
    *failed = *failed || to == NULL;
    for (size_t i = 0; to != NULL && i < count; i++)
        to[i] = local_keep_in(memory, texts[i], failed);
    return to;
}

/* ARNs of fleets, however they were named; an alias stays what it is. */
static bool copy_destinations(const local_service *service, glift__memory *memory, local_queue_terms *terms,
        bool *failed, local_refusal *why)
{
    const char **to = glift__memory_take(memory, terms->destination_count + 1, sizeof *to);
    for (size_t i = 0; to != NULL && i < terms->destination_count; i++) {
        const char *given = terms->destinations[i];
        const local_fleet *fleet = local_need_destination(service, given, why);
        if (fleet == NULL)
            return false;
        bool is_fleet = local_find_fleet(service, given) == fleet;
        to[i] = local_keep_in(memory, is_fleet ? fleet->arn : given, failed);
    }
    *failed = *failed || to == NULL;
    terms->destinations = to;
    return true;
}

bool local_names_once(const char *list, const char *const *names, size_t count, local_refusal *why)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(names[k], names[i]) == 0)
                return local_refuse(
                        why, LOCAL_INVALID_REQUEST, "%s names %s more than once.", list, names[i]);
        }
    }
    return true;
}

/* [E] A policy that another one would never make room for can only be a mistake. */
static bool check_policies(const local_queue_terms *terms, local_refusal *why)
{
    for (size_t i = 0; i < terms->policy_count; i++) {
        for (size_t k = 0; k < terms->policy_count; k++) {
            if (terms->policies[i].duration_s == 0 && k != i &&
                    terms->policies[i].maximum_ms <= terms->policies[k].maximum_ms)
                return local_refuse(why, LOCAL_INVALID_REQUEST,
                        "PlayerLatencyPolicies: only the last policy, which is the one of the greatest "
                        "latency, may lack PolicyDurationSeconds.");
        }
    }
    return true;
}

static bool make_sense(const local_queue_terms *terms, local_refusal *why)
{
    for (size_t i = 0; i < terms->priority_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (terms->priorities[k] == terms->priorities[i])
                return local_refuse(
                        why, LOCAL_INVALID_REQUEST, "PriorityOrder names a value more than once.");
        }
    }
    return check_policies(terms, why) &&
           local_names_once("LocationOrder", terms->location_order, terms->location_order_count, why);
}

static bool copy_terms(
        const local_service *service, glift__memory *memory, local_queue_terms *terms, local_refusal *why)
{
    bool failed = false;
    if (!make_sense(terms, why) || !copy_destinations(service, memory, terms, &failed, why))
        return false;
    terms->policies = copy(memory, terms->policies, terms->policy_count, sizeof *terms->policies, &failed);
    terms->priorities =
            copy(memory, terms->priorities, terms->priority_count, sizeof *terms->priorities, &failed);
    terms->location_order = copy_texts(memory, terms->location_order, terms->location_order_count, &failed);
    terms->allowed_locations = copy_texts(memory, terms->allowed_locations, terms->allowed_count, &failed);
    terms->notification_target = local_keep_in(memory, terms->notification_target, &failed);
    terms->custom_event_data = local_keep_in(memory, terms->custom_event_data, &failed);
    return !failed || local_refuse_memory(why);
}

bool local_update_queue(
        local_service *service, local_queue *queue, const local_queue_terms *terms, local_refusal *why)
{
    glift__memory memory;
    local_queue_terms fresh = *terms;
    glift__memory_init(&memory);
    if (!copy_terms(service, &memory, &fresh, why)) {
        glift__memory_fini(&memory);
        return false;
    }
    local_changed(&queue->record);
    glift__memory_fini(&queue->memory);
    queue->memory = memory;
    queue->terms = fresh;
    return true;
}

/* ---- life ---- */

local_queue *local_create_queue(
        local_service *service, const char *name, const local_queue_terms *terms, local_refusal *why)
{
    struct local_matchmaking *all = service->matchmaking;
    bool exists = local_find_queue(service, name) != NULL;
    if (!local_may_create("game session queue", name, exists, all->queue_count, why))
        return NULL;
    local_queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL) {
        local_refuse_memory(why);
        return NULL;
    }
    glift__memory_init(&queue->memory);
    bool filled = local_update_queue(service, queue, terms, why);
    queue->name = filled ? strdup(name) : NULL;
    if (queue->name == NULL || !local_index_add(&all->queues_by_name, queue)) {
        if (filled)
            local_refuse_memory(why);
        free_queue(queue);
        return NULL;
    }
    local_resource_arn(service, "gamesessionqueue", name, queue->arn);
    queue->serial = local_next_serial(service);
    TAILQ_INSERT_TAIL(&all->queues, queue, link);
    all->queue_count++;
    local_keep(service, &queue->record, &local_queue_kind);
    return queue;
}

void local_delete_queue(local_service *service, local_queue *queue)
{
    local_forget_tags(service, queue->arn);
    local_index_remove(&service->matchmaking->queues_by_name, queue);
    TAILQ_REMOVE(&service->matchmaking->queues, queue, link);
    service->matchmaking->queue_count--;
    free_queue(queue);
}

bool local_enter_queue(local_service *service, glift__time now, void *entity)
{
    struct local_matchmaking *all = service->matchmaking;
    local_queue *queue = entity;
    (void)now;
    if (!local_index_add(&all->queues_by_name, queue))
        return false;
    TAILQ_INSERT_TAIL(&all->queues, queue, link);
    all->queue_count++;
    return true;
}

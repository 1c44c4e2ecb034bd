/* SPDX-License-Identifier: Apache-2.0 */
/* Locations, Anywhere fleets, computes and their tokens (service model 1.1, 1.2). */
#include "model/kinds.h"
#include "model/model_faults.h"
#include "model/tags.h"
#include "model/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A token with less left is not handed out again (S21): 15 minutes, and of one that lives for less than
 * GameLift's 3 hours the same part. Else a short-lived one would never be handed out twice, and many servers
 * that start together would push out each other's. */
#define TOKEN_MIN_LEFT_MS (15 * 60 * 1000)
#define TOKEN_MIN_PART    12

/* ---- locations ---- */

void local_free_location(local_location *location)
{
    local_keep_no_more(&location->record);
    free((char *)location->name);
    free(location);
}

local_location *local_find_location(const local_service *service, const char *name_or_arn)
{
    local_location *location =
            local_index_find(&service->locations_by_name, local_resource_name(name_or_arn));
    return location != NULL && local_resource_is(name_or_arn, location->arn) ? location : NULL;
}

local_location *local_create_location(local_service *service, const char *name, local_refusal *why)
{
    if (local_find_location(service, name) != NULL) {
        local_refuse(why, LOCAL_CONFLICT, "Location %s already exists.", name);
        return NULL;
    }
    if (service->location_count >= LOCAL_LOCATIONS_MAX) {
        local_refuse(why, LOCAL_LIMIT_EXCEEDED, "There are %d locations already.", LOCAL_LOCATIONS_MAX);
        return NULL;
    }
    local_location *location = calloc(1, sizeof *location);
    char *copy = strdup(name);
    if (location != NULL)
        location->name = copy;
    if (location == NULL || copy == NULL || !local_index_add(&service->locations_by_name, location)) {
        free(copy);
        free(location);
        local_refuse_memory(why);
        return NULL;
    }
    snprintf(location->arn, sizeof location->arn, "arn:%s:gamelift:%s:%s:location/%s", service->partition,
            service->region, service->account, name);
    location->serial = local_next_serial(service);
    TAILQ_INSERT_TAIL(&service->locations, location, link);
    service->location_count++;
    local_keep(service, &location->record, &local_location_kind);
    return location;
}

static const local_fleet *fleet_that_uses(const local_service *service, const local_location *location)
{
    const local_fleet *fleet;
    TAILQ_FOREACH(fleet, &service->fleets, link)
    {
        if (local_fleet_location(fleet, location->name) != NULL)
            return fleet;
    }
    return NULL;
}

bool local_delete_location(local_service *service, const char *name, local_refusal *why)
{
    local_location *location = local_find_location(service, name);
    if (location == NULL)
        return local_refuse(why, LOCAL_NOT_FOUND, "Location %s was not found.", name);
    const local_fleet *fleet = fleet_that_uses(service, location);
    if (fleet != NULL)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "Location %s is used by fleet %s.", name, fleet->id);
    local_forget_tags(service, location->arn);
    local_index_remove(&service->locations_by_name, location);
    TAILQ_REMOVE(&service->locations, location, link);
    service->location_count--;
    local_free_location(location);
    return true;
}

/* ---- fleets ---- */

void local_free_fleet(local_fleet *fleet)
{
    local_keep_no_more(&fleet->record);
    free((char *)fleet->id);
    free(fleet->name);
    free(fleet->description);
    free(fleet->cost);
    free(fleet->metric_group);
    free(fleet->locations);
    free(fleet);
}

const char *local_fleet_status_name(local_fleet_status status)
{
    static const char *const names[] = {
            [LOCAL_FLEET_ACTIVE] = "ACTIVE",
            [LOCAL_FLEET_DELETING] = "DELETING",
            [LOCAL_FLEET_TERMINATED] = "TERMINATED",
    };
    return names[status];
}

local_fleet *local_find_fleet(const local_service *service, const char *id_or_arn)
{
    if (strncmp(id_or_arn, "arn:", 4) != 0)
        return local_index_find(&service->fleets_by_id, id_or_arn);
    const char *slash = strrchr(id_or_arn, '/');
    local_fleet *fleet = slash != NULL ? local_index_find(&service->fleets_by_id, slash + 1) : NULL;
    return fleet != NULL && strcmp(fleet->arn, id_or_arn) == 0 ? fleet : NULL;
}

local_fleet *local_need_fleet(const local_service *service, const char *id_or_arn, local_refusal *why)
{
    local_fleet *fleet = local_find_fleet(service, id_or_arn);
    if (fleet != NULL && fleet->status != LOCAL_FLEET_TERMINATED)
        return fleet;
    local_refuse(why, LOCAL_NOT_FOUND, "Fleet %s was not found.", id_or_arn);
    return NULL;
}

local_location *local_fleet_location(const local_fleet *fleet, const char *name)
{
    for (size_t i = 0; i < fleet->location_count; i++) {
        if (strcmp(fleet->locations[i]->name, name) == 0)
            return fleet->locations[i];
    }
    return NULL;
}

static bool take_locations(
        local_service *service, local_fleet *fleet, const local_fleet_wish *wish, local_refusal *why)
{
    fleet->locations = calloc(wish->location_count, sizeof(local_location *));
    if (fleet->locations == NULL)
        return local_refuse_memory(why);
    for (size_t i = 0; i < wish->location_count; i++) {
        local_location *location = local_find_location(service, wish->locations[i]);
        if (location == NULL)
            return local_refuse(why, LOCAL_NOT_FOUND, "Location %s was not found.", wish->locations[i]);
        if (local_fleet_location(fleet, location->name) == NULL)
            fleet->locations[fleet->location_count++] = location;
    }
    return true;
}

static bool fill_fleet(
        local_service *service, local_fleet *fleet, const local_fleet_wish *wish, local_refusal *why)
{
    char id[LOCAL_ID_SIZE];
    local_make_id(service, "fleet-", id);
    fleet->id = strdup(id);
    if (fleet->id == NULL || !local_keep_text(&fleet->name, wish->name) ||
            !local_keep_text(&fleet->description, wish->description) ||
            !local_keep_text(&fleet->cost, wish->cost) ||
            !local_keep_text(&fleet->metric_group, wish->metric_group))
        return local_refuse_memory(why);
    snprintf(fleet->arn, sizeof fleet->arn, "arn:%s:gamelift:%s:%s:fleet/%s", service->partition,
            service->region, service->account, id);
    fleet->protection_policy = wish->protection_policy != NULL ? wish->protection_policy : "NoProtection";
    fleet->creator_limit = wish->creator_limit;
    fleet->activation_ms =
            wish->activation_s != 0 ? (uint64_t)wish->activation_s * 1000 : service->patience.activation_ms;
    fleet->creator_period_minutes = wish->creator_period_minutes;
    if (!take_locations(service, fleet, wish, why))
        return false;
    return local_index_add(&service->fleets_by_id, fleet) || local_refuse_memory(why);
}

/* Deleted fleets that nothing refers to any more, the oldest first. */
static void forget_deleted_fleets(local_service *service)
{
    size_t deleted = 0;
    for (local_fleet *fleet = TAILQ_LAST(&service->fleets, local_fleet_list), *older; fleet != NULL;
            fleet = older) {
        older = TAILQ_PREV(fleet, local_fleet_list, link);
        if (fleet->status != LOCAL_FLEET_TERMINATED || ++deleted <= LOCAL_DELETED_FLEETS_KEPT ||
                fleet->held > 0)
            continue;
        TAILQ_REMOVE(&service->fleets, fleet, link);
        local_index_remove(&service->fleets_by_id, fleet);
        local_free_fleet(fleet);
    }
}

local_fleet *local_create_fleet(
        local_service *service, glift__time now, const local_fleet_wish *wish, local_refusal *why)
{
    if (service->fleet_count >= LOCAL_FLEETS_MAX) {
        local_refuse(why, LOCAL_LIMIT_EXCEEDED, "There are %d fleets already.", LOCAL_FLEETS_MAX);
        return NULL;
    }
    local_fleet *fleet = calloc(1, sizeof *fleet);
    if (fleet == NULL) {
        local_refuse_memory(why);
        return NULL;
    }
    forget_deleted_fleets(service);
    TAILQ_INIT(&fleet->computes);
    TAILQ_INIT(&fleet->processes);
    TAILQ_INIT(&fleet->game_sessions);
    TAILQ_INIT(&fleet->live_game_sessions);
    if (!fill_fleet(service, fleet, wish, why)) {
        local_free_fleet(fleet);
        return NULL;
    }
    fleet->creation_unix_ms = now.unix_ms;
    fleet->serial = local_next_serial(service);
    TAILQ_INSERT_TAIL(&service->fleets, fleet, link);
    service->fleet_count++;
    local_keep(service, &fleet->record, &local_fleet_kind);
    local_record_event(
            service, now, "FLEET_CREATED", fleet->id, fleet->id, "Fleet %s was created.", fleet->name);
    return fleet;
}

void local_fleet_may_be_gone(local_service *service, glift__time now, local_fleet *fleet)
{
    if (fleet->status != LOCAL_FLEET_DELETING || !TAILQ_EMPTY(&fleet->processes))
        return;
    local_changed(&fleet->record);
    fleet->status = LOCAL_FLEET_TERMINATED;
    local_forget_tags(service, fleet->arn);
    fleet->termination_unix_ms = now.unix_ms;
    /* Its record stays for its sessions and events, without holding on to locations. */
    fleet->location_count = 0;
    service->fleet_count--;
    local_record_event(
            service, now, "FLEET_DELETED", fleet->id, fleet->id, "Fleet %s was deleted.", fleet->name);
}

void local_delete_fleet(local_service *service, glift__time now, local_fleet *fleet)
{
    if (fleet->status != LOCAL_FLEET_ACTIVE)
        return;
    local_changed(&fleet->record);
    fleet->status = LOCAL_FLEET_DELETING;
    local_compute *compute;
    while ((compute = TAILQ_FIRST(&fleet->computes)) != NULL)
        local_deregister_compute(service, now, compute);
    local_fleet_may_be_gone(service, now, fleet);
}

/* ---- computes ---- */

void local_free_compute(local_compute *compute)
{
    local_keep_no_more(&compute->record);
    free((char *)compute->key);
    free(compute->arn);
    free(compute->ip_address);
    free(compute->dns_name);
    free(compute->certificate_path);
    free(compute);
}

static local_compute *find_compute(const local_service *service, const local_fleet *fleet, const char *name)
{
    char *key = local_format("%s/%s", fleet->id, name);
    local_compute *compute = key != NULL ? local_index_find(&service->computes_by_key, key) : NULL;
    free(key);
    return compute;
}

local_compute *local_need_compute(
        const local_service *service, const local_fleet *fleet, const char *name_or_arn, local_refusal *why)
{
    static const char mark[] = ":compute/";
    const char *name = name_or_arn;
    const char *in_arn = strncmp(name, "arn:", 4) == 0 ? strstr(name, mark) : NULL;
    if (in_arn != NULL)
        name = in_arn + strlen(mark);
    local_compute *compute = find_compute(service, fleet, name);
    if (compute != NULL && (in_arn == NULL || strcmp(compute->arn, name_or_arn) == 0))
        return compute;
    local_refuse(why, LOCAL_NOT_FOUND, "Compute %s was not found in fleet %s.", name_or_arn, fleet->id);
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool is_same_compute(const local_compute *compute, const local_compute_wish *wish)
{
    return same_text(compute->ip_address, wish->ip_address) && same_text(compute->dns_name, wish->dns_name) &&
           same_text(compute->certificate_path, wish->certificate_path) &&
           same_text(compute->location->name, wish->location);
}

static bool fill_compute(local_service *service, local_compute *compute, const local_compute_wish *wish)
{
    compute->key = local_format("%s/%s", compute->fleet->id, wish->name);
    compute->arn = local_format("arn:%s:gamelift:%s:%s:compute/%s", service->partition, service->region,
            service->account, wish->name);
    if (compute->key == NULL || compute->arn == NULL ||
            !local_keep_text(&compute->ip_address, wish->ip_address) ||
            !local_keep_text(&compute->dns_name, wish->dns_name) ||
            !local_keep_text(&compute->certificate_path, wish->certificate_path))
        return false;
    compute->name = compute->key + strlen(compute->fleet->id) + 1;
    return local_index_add(&service->computes_by_key, compute);
}

static local_compute *add_compute(local_service *service, glift__time now, local_fleet *fleet,
        local_location *location, const local_compute_wish *wish)
{
    local_compute *compute = calloc(1, sizeof *compute);
    if (compute == NULL)
        return NULL;
    compute->fleet = fleet;
    compute->location = location;
    if (!fill_compute(service, compute, wish)) {
        local_free_compute(compute);
        return NULL;
    }
    compute->creation_unix_ms = now.unix_ms;
    compute->serial = local_next_serial(service);
    TAILQ_INSERT_TAIL(&fleet->computes, compute, link);
    service->compute_count++;
    local_keep(service, &compute->record, &local_compute_kind);
    return compute;
}

/* The location, or NULL and why this compute cannot be registered. */
static local_location *may_register(
        local_service *service, const local_fleet *fleet, const local_compute_wish *wish, local_refusal *why)
{
    local_location *location = NULL;
    if (fleet->status != LOCAL_FLEET_ACTIVE)
        local_refuse(why, LOCAL_INVALID_REQUEST, "Fleet %s is %s.", fleet->id,
                local_fleet_status_name(fleet->status));
    else if (wish->ip_address == NULL && wish->dns_name == NULL)
        local_refuse(why, LOCAL_INVALID_REQUEST, "IpAddress or DnsName is required for an Anywhere fleet.");
    else if (wish->location == NULL)
        local_refuse(why, LOCAL_INVALID_REQUEST, "Location is required for an Anywhere fleet.");
    else if ((location = local_fleet_location(fleet, wish->location)) == NULL)
        local_refuse(why, LOCAL_INVALID_REQUEST, "Fleet %s has no location %s.", fleet->id, wish->location);
    else if (service->compute_count >= LOCAL_COMPUTES_MAX) {
        local_refuse(why, LOCAL_LIMIT_EXCEEDED, "There are %d computes already.", LOCAL_COMPUTES_MAX);
        return NULL;
    }
    return location;
}

local_compute *local_register_compute(local_service *service, glift__time now, local_fleet *fleet,
        const local_compute_wish *wish, local_refusal *why)
{
    local_location *location = may_register(service, fleet, wish, why);
    if (location == NULL)
        return NULL;
    local_compute *known = find_compute(service, fleet, wish->name);
    if (known != NULL && is_same_compute(known, wish))
        return known;
    if (known != NULL) {
        local_refuse(why, LOCAL_CONFLICT, "Compute %s is registered with other parameters.", wish->name);
        return NULL;
    }
    local_compute *compute = add_compute(service, now, fleet, location, wish);
    if (compute == NULL)
        local_refuse_memory(why);
    return compute;
}

void local_deregister_compute(local_service *service, glift__time now, local_compute *compute)
{
    local_fleet *fleet = compute->fleet;
    for (local_process *process = TAILQ_FIRST(&fleet->processes), *next; process != NULL; process = next) {
        next = TAILQ_NEXT(process, link);
        if (strcmp(process->compute_name, compute->name) == 0)
            local_terminate_process(service, now, process, service->patience.exit_ms, NULL);
    }
    TAILQ_REMOVE(&fleet->computes, compute, link);
    local_index_remove(&service->computes_by_key, compute);
    service->compute_count--;
    local_free_compute(compute);
}

const local_token *local_compute_token(local_service *service, glift__time now, local_compute *compute)
{
    size_t count = compute->token_count;
    uint64_t token_ms = local_token_ms(service);
    uint64_t least_ms = token_ms / TOKEN_MIN_PART;
    if (least_ms > TOKEN_MIN_LEFT_MS)
        least_ms = TOKEN_MIN_LEFT_MS;
    if (count > 0 && compute->tokens[count - 1].expires_ms > now.mono_ms + least_ms)
        return &compute->tokens[count - 1];
    local_changed(&compute->record);
    if (count == LOCAL_TOKENS_KEPT) {
        count--;
        memmove(compute->tokens, compute->tokens + 1, count * sizeof compute->tokens[0]);
    }
    local_token *token = &compute->tokens[count];
    local_make_id(service, LOCAL_AUTH_TOKEN_PREFIX, token->text);
    token->expires_ms = now.mono_ms + token_ms;
    token->expires_unix_ms = now.unix_ms + (int64_t)token_ms;
    compute->token_count = count + 1;
    return token;
}

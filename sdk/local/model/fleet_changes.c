/* SPDX-License-Identifier: Apache-2.0 */
/* What may change of a fleet while it lives: its attributes, how long its sessions may take to start, its
 * locations (service model 2.1, 2.3). */
#include "model/fleet_changes.h"

#include <stdlib.h>
#include <string.h>

static bool may_change(const local_fleet *fleet, local_refusal *why)
{
    return fleet->status == LOCAL_FLEET_ACTIVE ||
           local_refuse(why, LOCAL_INVALID_FLEET_STATUS, "Fleet %s is %s.", fleet->id,
                   local_fleet_status_name(fleet->status));
}

bool local_update_fleet(local_fleet *fleet, const local_fleet_change *change, local_refusal *why)
{
    const local_text_change all[] = {
            {&fleet->name, change->name},
            {&fleet->description, change->description},
            {&fleet->cost, change->cost},
            {&fleet->metric_group, change->metric_group},
    };
    local_text_change given[LOCAL_TEXT_CHANGES_MAX];
    size_t count = 0;
    if (!may_change(fleet, why))
        return false;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].text != NULL)
            given[count++] = all[i];
    }
    local_changed(&fleet->record);
    if (!local_keep_texts(given, count))
        return local_refuse_memory(why);
    if (change->protection_policy != NULL)
        fleet->protection_policy = change->protection_policy;
    if (change->limits_creators) {
        fleet->creator_limit = change->creator_limit;
        fleet->creator_period_minutes = change->creator_period_minutes;
    }
    if (change->activation_s != 0)
        fleet->activation_ms = (uint64_t)change->activation_s * 1000;
    return true;
}

/* ---- locations ---- */

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static bool may_add(const local_service *service, const local_fleet *fleet, const char *const *names,
        size_t count, local_refusal *why)
{
    for (size_t i = 0; i < count; i++) {
        if (local_find_location(service, names[i]) == NULL)
            return local_refuse(why, LOCAL_NOT_FOUND, "Location %s was not found.", names[i]);
        if (local_fleet_location(fleet, names[i]) != NULL)
            return local_refuse(
                    why, LOCAL_CONFLICT, "Fleet %s has location %s already.", fleet->id, names[i]);
        if (is_among(names[i], names, i))
            return local_refuse(why, LOCAL_INVALID_REQUEST, "Location %s is named twice.", names[i]);
    }
    if (fleet->location_count + count > LOCAL_FLEET_LOCATIONS_MAX)
        return local_refuse(why, LOCAL_LIMIT_EXCEEDED,
                "Fleet %s would have %zu locations; at most %d are allowed.", fleet->id,
                fleet->location_count + count, LOCAL_FLEET_LOCATIONS_MAX);
    return true;
}

bool local_add_fleet_locations(local_service *service, local_fleet *fleet, const char *const *names,
        size_t count, local_refusal *why)
{
    if (!may_change(fleet, why) || !may_add(service, fleet, names, count, why))
        return false;
    local_location **locations =
            realloc(fleet->locations, (fleet->location_count + count) * sizeof(local_location *));
    if (locations == NULL)
        return local_refuse_memory(why);
    local_changed(&fleet->record);
    fleet->locations = locations;
    for (size_t i = 0; i < count; i++)
        locations[fleet->location_count++] = local_find_location(service, names[i]);
    return true;
}

static bool may_remove(const local_fleet *fleet, const char *const *names, size_t count, local_refusal *why)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        if (local_fleet_location(fleet, names[i]) == NULL)
            return local_refuse(why, LOCAL_NOT_FOUND, "Fleet %s has no location %s.", fleet->id, names[i]);
    }
    for (size_t i = 0; i < fleet->location_count; i++)
        left += is_among(fleet->locations[i]->name, names, count) ? 0 : 1;
    return left > 0 ||
           local_refuse(why, LOCAL_INVALID_REQUEST,
                   "Fleet %s would have no location left; an Anywhere fleet has at least one.", fleet->id);
}

bool local_remove_fleet_locations(local_service *service, glift__time now, local_fleet *fleet,
        const char *const *names, size_t count, local_refusal *why)
{
    if (!may_change(fleet, why) || !may_remove(fleet, names, count, why))
        return false;
    for (local_compute *compute = TAILQ_FIRST(&fleet->computes), *next; compute != NULL; compute = next) {
        next = TAILQ_NEXT(compute, link);
        if (is_among(compute->location->name, names, count))
            local_deregister_compute(service, now, compute);
    }
    size_t kept = 0;
    for (size_t i = 0; i < fleet->location_count; i++) {
        if (!is_among(fleet->locations[i]->name, names, count))
            fleet->locations[kept++] = fleet->locations[i];
    }
    local_changed(&fleet->record);
    fleet->location_count = kept;
    return true;
}

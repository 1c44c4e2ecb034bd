/* SPDX-License-Identifier: Apache-2.0 */
/* Locations, fleets and computes as records (keep.h). */
#include <string.h>

#include "model/kinds.h"

static bool enter_location(local_service *service, glift__time now, void *entity)
{
    local_location *location = entity;
    (void)now;
    if (!local_index_add(&service->locations_by_name, location))
        return false;
    TAILQ_INSERT_TAIL(&service->locations, location, link);
    service->location_count++;
    return true;
}

static const local_field location_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, local_location, name),
        LOCAL_FIELD(LOCAL_CHARS, local_location, arn),
        LOCAL_FIELD(LOCAL_UINT64, local_location, serial),
        LOCAL_FIELDS_END,
};
const local_kind local_location_kind = {
        .name = "location",
        .size = sizeof(local_location),
        .record_at = offsetof(local_location, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = location_fields,
        .enter = enter_location,
};

static bool enter_fleet(local_service *service, glift__time now, void *entity)
{
    local_fleet *fleet = entity;
    (void)now;
    TAILQ_INIT(&fleet->computes);
    TAILQ_INIT(&fleet->processes);
    TAILQ_INIT(&fleet->game_sessions);
    TAILQ_INIT(&fleet->live_game_sessions);
    if (!local_index_add(&service->fleets_by_id, fleet))
        return false;
    TAILQ_INSERT_TAIL(&service->fleets, fleet, link);
    service->fleet_count += fleet->status != LOCAL_FLEET_TERMINATED;
    return true;
}

static const local_field location_of_fleet[] = {
        {.type = LOCAL_ENTITY, .kind = &local_location_kind},
        LOCAL_FIELDS_END,
};
static const local_field fleet_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, local_fleet, id),
        LOCAL_FIELD(LOCAL_CHARS, local_fleet, arn),
        LOCAL_FIELD(LOCAL_UINT64, local_fleet, serial),
        LOCAL_FIELD_ENUM(local_fleet, status, LOCAL_FLEET_TERMINATED),
        LOCAL_NEEDED(LOCAL_TEXT, local_fleet, name),
        LOCAL_FIELD(LOCAL_TEXT, local_fleet, description),
        LOCAL_FIELD(LOCAL_TEXT, local_fleet, cost),
        LOCAL_FIELD(LOCAL_TEXT, local_fleet, metric_group),
        LOCAL_FIELD(LOCAL_STATIC, local_fleet, protection_policy),
        LOCAL_FIELD(LOCAL_INT, local_fleet, creator_limit),
        LOCAL_FIELD(LOCAL_INT, local_fleet, creator_period_minutes),
        LOCAL_FIELD(LOCAL_UINT64, local_fleet, activation_ms),
        LOCAL_FIELD(LOCAL_INT64, local_fleet, creation_unix_ms),
        LOCAL_FIELD(LOCAL_INT64, local_fleet, termination_unix_ms),
        LOCAL_FIELD_LIST(local_fleet, locations, location_count, location_of_fleet, false),
        LOCAL_FIELDS_END,
};
const local_kind local_fleet_kind = {
        .name = "fleet",
        .size = sizeof(local_fleet),
        .record_at = offsetof(local_fleet, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = fleet_fields,
        .enter = enter_fleet,
};

/* Its name is the part of its key behind the fleet's id. */
static bool enter_compute(local_service *service, glift__time now, void *entity)
{
    local_compute *compute = entity;
    (void)now;
    size_t name_at = strlen(compute->fleet->id) + 1;
    if (strlen(compute->key) < name_at || !local_index_add(&service->computes_by_key, compute))
        return false;
    compute->name = compute->key + name_at;
    TAILQ_INSERT_TAIL(&compute->fleet->computes, compute, link);
    service->compute_count++;
    return true;
}

static const local_field token_fields[] = {
        LOCAL_FIELD(LOCAL_CHARS, local_token, text),
        LOCAL_FIELD(LOCAL_UINT64, local_token, expires_ms),
        LOCAL_FIELD(LOCAL_INT64, local_token, expires_unix_ms),
        LOCAL_FIELDS_END,
};
static const local_field compute_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, local_compute, key),
        LOCAL_NEEDED(LOCAL_TEXT, local_compute, arn),
        LOCAL_FIELD(LOCAL_UINT64, local_compute, serial),
        LOCAL_NEEDED_ENTITY(local_compute, fleet, &local_fleet_kind),
        LOCAL_NEEDED_ENTITY(local_compute, location, &local_location_kind),
        LOCAL_FIELD(LOCAL_TEXT, local_compute, ip_address),
        LOCAL_FIELD(LOCAL_TEXT, local_compute, dns_name),
        LOCAL_FIELD(LOCAL_TEXT, local_compute, certificate_path),
        LOCAL_FIELD(LOCAL_INT64, local_compute, creation_unix_ms),
        LOCAL_FIELD_ARRAY(local_compute, tokens, token_count, token_fields),
        LOCAL_FIELDS_END,
};
const local_kind local_compute_kind = {
        .name = "compute",
        .size = sizeof(local_compute),
        .record_at = offsetof(local_compute, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = compute_fields,
        .enter = enter_compute,
};

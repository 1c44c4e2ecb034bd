/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a fleet: all or nothing, and refused unless it is ACTIVE. */
#ifndef LOCAL_FLEET_CHANGES_H
#define LOCAL_FLEET_CHANGES_H

#include "model/model.h"

typedef struct local_fleet_change { /* NULL: as it is */
    const char *name, *description, *cost, *metric_group, *protection_policy;
    bool limits_creators; /* the two after it count */
    int creator_limit, creator_period_minutes;
    int activation_s; /* 0: as it is */
} local_fleet_change;
bool local_update_fleet(local_fleet *fleet, const local_fleet_change *change, local_refusal *why);
#define LOCAL_FLEET_LOCATIONS_MAX 100
bool local_add_fleet_locations(local_service *service, local_fleet *fleet, const char *const *names,
        size_t count, local_refusal *why);
/* Computes there are deregistered. One location has to stay. */
bool local_remove_fleet_locations(local_service *service, glift__time now, local_fleet *fleet,
        const char *const *names, size_t count, local_refusal *why);

#endif

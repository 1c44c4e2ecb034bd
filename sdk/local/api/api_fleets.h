/* SPDX-License-Identifier: Apache-2.0 */
/* What the operations on fleets share. */
#ifndef LOCAL_API_FLEETS_H
#define LOCAL_API_FLEETS_H

#include "api/api.h"
#include "model/fleet_changes.h"

extern const api_shape api_fleet_locations, api_anywhere_configuration, api_creation_limit_policy,
        api_runtime_configuration, api_metric_groups;

/* The fleet that FleetId names; NULL: the call is refused. */
local_fleet *api_need_fleet(api_call *call);
/* The one name that MetricGroups may have; NULL: none. */
const char *api_metric_group(const cJSON *input);
/* The names in the input's list of [{"Location"}]; its shape allows no more than fit. */
size_t api_read_locations(const cJSON *list, const char *names[LOCAL_FLEET_LOCATIONS_MAX]);
void api_add_location_state(
        api_call *call, cJSON *parent, const char *name, const char *location, const char *status);
/* All fleets, or those of FleetIds, in pages; without `add` the list stays empty. */
void api_describe_fleets(api_call *call, const char *list_name,
        void (*add)(api_call *call, cJSON *list, const char *name, const local_fleet *fleet));

#endif

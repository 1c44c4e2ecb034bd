/* SPDX-License-Identifier: Apache-2.0 */
#include "program/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flexmatch/tickets.h"
#include "program/launch.h"

#define DEMO_LOCATION "custom-local"
#define DEMO_COMPUTE  "local"

#define DEMO_NAME        "arena"
#define DEMO_DESCRIPTION "made by gamelift-local --demo"

/* Who is there plays; two are a match, and eight are a full one that does not wait for more. */
static const char demo_rule_set[] =
        "{\n"
        "  \"name\": \"arena\",\n"
        "  \"ruleLanguageVersion\": \"1.0\",\n"
        "  \"playerAttributes\": [{\"name\": \"name\", \"type\": \"string\", \"default\": \"player\"}],\n"
        "  \"teams\": [{\"name\": \"players\", \"minPlayers\": 2, \"maxPlayers\": 8}],\n"
        "  \"algorithm\": {\"backfillPriority\": \"normal\"}\n"
        "}\n";

/* What an earlier run has made and kept is not made again. */
static bool make_matchmaking(local_service *service, glift__time now, local_fleet *fleet, local_demo *out)
{
    local_refusal why;
    static const char *const queues[] = {DEMO_NAME};
    const char *const destinations[] = {fleet->id};
    local_queue_terms queue = {.timeout_s = 60, .destinations = destinations, .destination_count = 1};
    local_configuration_wish configuration = {.name = DEMO_NAME,
            .rule_set = DEMO_NAME,
            .description = DEMO_DESCRIPTION,
            .request_timeout_s = 60,
            .queues = queues,
            .queue_count = 1};
    snprintf(out->matchmaking_configuration, sizeof out->matchmaking_configuration, "%s", DEMO_NAME);
    return (local_find_queue(service, DEMO_NAME) != NULL ||
                   local_create_queue(service, DEMO_NAME, &queue, &why) != NULL) &&
           (local_find_rule_set(service, DEMO_NAME) != NULL ||
                   local_create_rule_set(service, now, DEMO_NAME, demo_rule_set, &why) != NULL) &&
           (local_find_configuration(service, DEMO_NAME) != NULL ||
                   local_create_configuration(service, now, &configuration, &why) != NULL);
}

static local_fleet *find_fleet(const local_service *service)
{
    local_fleet *fleet;
    TAILQ_FOREACH(fleet, &service->fleets, link)
    {
        if (fleet->status == LOCAL_FLEET_ACTIVE && fleet->description != NULL &&
                strcmp(fleet->description, DEMO_DESCRIPTION) == 0 &&
                local_fleet_location(fleet, DEMO_LOCATION) != NULL)
            return fleet;
    }
    return NULL;
}

static bool make(
        local_service *service, glift__time now, const char *ip_address, local_demo *out, local_refusal *why)
{
    static const char *const locations[] = {DEMO_LOCATION};
    local_fleet_wish fleet_wish = {.name = "demo",
            .description = DEMO_DESCRIPTION,
            .cost = "1",
            .locations = locations,
            .location_count = 1};
    local_compute_wish compute_wish = {
            .name = DEMO_COMPUTE, .ip_address = ip_address, .location = DEMO_LOCATION};
    if (local_find_location(service, DEMO_LOCATION) == NULL &&
            local_create_location(service, DEMO_LOCATION, why) == NULL)
        return false;
    local_fleet *fleet = find_fleet(service);
    if (fleet == NULL)
        fleet = local_create_fleet(service, now, &fleet_wish, why);
    if (fleet == NULL)
        return false;
    local_compute *kept = local_need_compute(service, fleet, DEMO_COMPUTE, why);
    if (kept != NULL) { /* by an earlier run, with another --demo-address perhaps */
        local_changed(&kept->record);
        if (!local_keep_text(&kept->ip_address, ip_address))
            return local_refuse_memory(why);
    }
    local_compute *compute = local_register_compute(service, now, fleet, &compute_wish, why);
    if (compute == NULL)
        return false;
    snprintf(out->fleet_id, sizeof out->fleet_id, "%s", fleet->id);
    snprintf(out->compute_name, sizeof out->compute_name, "%s", compute->name);
    snprintf(out->location, sizeof out->location, "%s", DEMO_LOCATION);
    snprintf(out->auth_token, sizeof out->auth_token, "%s", local_compute_token(service, now, compute)->text);
    return make_matchmaking(service, now, fleet, out) || local_refuse_memory(why);
}

glift_status local_service_demo(
        local_service *service, glift__time now, const char *ip_address, local_demo *out)
{
    local_refusal why;
    *out = (local_demo){0};
    if (make(service, now, ip_address != NULL ? ip_address : "127.0.0.1", out, &why))
        return GLIFT_OK;
    local_log(service, GLIFT_LOG_ERROR, "the demo could not be set up: %s", why.message);
    return why.error == LOCAL_INTERNAL ? GLIFT_ERR_MEMORY : GLIFT_ERR_STATE;
}

/* A process started by --launch dials with a token that still lives. */
glift_status local_service_demo_token(local_service *service, glift__time now, local_demo *demo)
{
    local_refusal why;
    const local_fleet *fleet = local_need_fleet(service, demo->fleet_id, &why);
    local_compute *compute =
            fleet != NULL ? local_need_compute(service, fleet, demo->compute_name, &why) : NULL;
    if (compute == NULL)
        return GLIFT_ERR_NOT_FOUND;
    snprintf(demo->auth_token, sizeof demo->auth_token, "%s",
            local_compute_token(service, now, compute)->text);
    return GLIFT_OK;
}

/* The number in "server-N"; 0: it is none of the launcher's names. */
static unsigned number_of(const char *process_id)
{
    static const char start[] = LAUNCH_ID_START;
    char *end = NULL;
    if (strncmp(process_id, start, strlen(start)) != 0)
        return 0;
    unsigned long number = strtoul(process_id + strlen(start), &end, 10);
    return *end == '\0' && number <= UINT32_MAX ? (unsigned)number : 0;
}

static bool is_of_demo(const local_process *process, const local_demo *demo)
{
    return strcmp(process->fleet->id, demo->fleet_id) == 0 &&
           strcmp(process->compute_name, demo->compute_name) == 0;
}

unsigned local_service_end_launched(local_service *service, glift__time now, const local_demo *demo)
{
    unsigned highest = 0;
    const local_fleet *fleet = local_find_fleet(service, demo->fleet_id);
    local_process *process, *next;
    TAILQ_FOREACH(process, &service->gone_processes, link)
    {
        if (is_of_demo(process, demo) && number_of(process->id) > highest)
            highest = number_of(process->id);
    }
    for (process = fleet != NULL ? TAILQ_FIRST(&fleet->processes) : NULL; process != NULL; process = next) {
        next = TAILQ_NEXT(process, link);
        unsigned number = is_of_demo(process, demo) ? number_of(process->id) : 0;
        if (number > highest)
            highest = number;
        if (number > 0)
            local_process_crashed(
                    service, now, process, "It was launched by a gamelift-local that has ended since.");
    }
    return highest;
}

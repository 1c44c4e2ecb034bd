/* SPDX-License-Identifier: Apache-2.0 */
/* An alias keeps the id of its fleet, not the fleet: it outlives it, and leads nowhere then. */
#include "model/aliases.h"
#include "model/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/tags.h"

static void free_alias(local_alias *alias)
{
    local_keep_no_more(&alias->record);
    free((char *)alias->id);
    free(alias->name);
    free(alias->description);
    free(alias->fleet_id);
    free(alias->message);
    free(alias);
}

/* The id of the fleet that the alias will lead to. False: refused. */
static bool route(
        local_service *service, const local_alias_wish *wish, const char **fleet_id, local_refusal *why)
{
    *fleet_id = NULL;
    if (wish->terminal) /* GameLift drops a fleet that is given beside it, too */
        return true;
    if (wish->fleet_id == NULL)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "A SIMPLE RoutingStrategy needs a FleetId.");
    const local_fleet *fleet = local_find_fleet(service, wish->fleet_id);
    if (fleet == NULL ||
            fleet->status == LOCAL_FLEET_TERMINATED) /* NotFound is not an error of CreateAlias */
        return local_refuse(why, LOCAL_INVALID_REQUEST, "Fleet %s was not found.", wish->fleet_id);
    *fleet_id = fleet->id;
    return true;
}

/* All or nothing. */
static bool change(local_alias *alias, const local_alias_wish *wish, const char *fleet_id)
{
    local_text_change changes[LOCAL_TEXT_CHANGES_MAX];
    size_t count = 0;
    if (wish->name != NULL)
        changes[count++] = (local_text_change){&alias->name, wish->name};
    if (wish->description != NULL)
        changes[count++] = (local_text_change){&alias->description, wish->description};
    if (wish->reroute) {
        changes[count++] = (local_text_change){&alias->fleet_id, fleet_id};
        changes[count++] = (local_text_change){&alias->message, wish->terminal ? wish->message : NULL};
    }
    if (!local_keep_texts(changes, count))
        return false;
    if (wish->reroute)
        alias->terminal = wish->terminal;
    return true;
}

local_alias *local_create_alias(
        local_service *service, glift__time now, const local_alias_wish *wish, local_refusal *why)
{
    const char *fleet_id;
    if (service->alias_count >= LOCAL_ALIASES_MAX) {
        local_refuse(why, LOCAL_LIMIT_EXCEEDED, "There are %d aliases already.", LOCAL_ALIASES_MAX);
        return NULL;
    }
    if (!route(service, wish, &fleet_id, why))
        return NULL;
    local_alias *alias = calloc(1, sizeof *alias);
    char id[LOCAL_ID_SIZE];
    local_make_id(service, "alias-", id);
    if (alias != NULL)
        alias->id = strdup(id);
    if (alias == NULL || alias->id == NULL || !change(alias, wish, fleet_id) ||
            !local_index_add(&service->aliases_by_id, alias)) {
        if (alias != NULL)
            free_alias(alias);
        local_refuse_memory(why);
        return NULL;
    }
    snprintf(alias->arn, sizeof alias->arn, "arn:%s:gamelift:%s::alias/%s", service->partition,
            service->region, id);
    alias->creation_unix_ms = alias->update_unix_ms = now.unix_ms;
    alias->serial = local_next_serial(service);
    TAILQ_INSERT_TAIL(&service->aliases, alias, link);
    service->alias_count++;
    local_keep(service, &alias->record, &local_alias_kind);
    return alias;
}

bool local_update_alias(local_service *service, glift__time now, local_alias *alias,
        const local_alias_wish *wish, local_refusal *why)
{
    const char *fleet_id = NULL;
    if (wish->reroute && !route(service, wish, &fleet_id, why))
        return false;
    local_changed(&alias->record);
    if (!change(alias, wish, fleet_id))
        return local_refuse_memory(why);
    alias->update_unix_ms = now.unix_ms;
    return true;
}

void local_delete_alias(local_service *service, local_alias *alias)
{
    local_forget_tags(service, alias->arn);
    local_index_remove(&service->aliases_by_id, alias);
    TAILQ_REMOVE(&service->aliases, alias, link);
    service->alias_count--;
    free_alias(alias);
}

local_alias *local_need_alias(const local_service *service, const char *id_or_arn, local_refusal *why)
{
    bool is_arn = strncmp(id_or_arn, "arn:", 4) == 0;
    const char *slash = is_arn ? strrchr(id_or_arn, '/') : NULL;
    local_alias *alias = local_index_find(&service->aliases_by_id, slash != NULL ? slash + 1 : id_or_arn);
    if (alias != NULL && (!is_arn || strcmp(alias->arn, id_or_arn) == 0))
        return alias;
    local_refuse(why, LOCAL_NOT_FOUND, "Alias %s was not found.", id_or_arn);
    return NULL;
}

local_fleet *local_alias_fleet(const local_service *service, const char *id_or_arn, local_refusal *why)
{
    const local_alias *alias = local_need_alias(service, id_or_arn, why);
    if (alias == NULL)
        return NULL;
    if (!alias->terminal)
        return local_need_fleet(service, alias->fleet_id, why);
    if (alias->message != NULL)
        local_refuse(why, LOCAL_TERMINAL_ROUTING_STRATEGY, "%s", alias->message);
    else
        local_refuse(why, LOCAL_TERMINAL_ROUTING_STRATEGY, "Alias %s is TERMINAL.", alias->id);
    return NULL;
}

void local_free_aliases(local_service *service)
{
    while (!TAILQ_EMPTY(&service->aliases))
        local_delete_alias(service, TAILQ_FIRST(&service->aliases));
}

/* ---- kept (keep.h) ---- */

static bool enter_alias(local_service *service, glift__time now, void *entity)
{
    local_alias *alias = entity;
    (void)now;
    if ((!alias->terminal && alias->fleet_id == NULL) || !local_index_add(&service->aliases_by_id, alias))
        return false;
    TAILQ_INSERT_TAIL(&service->aliases, alias, link);
    service->alias_count++;
    return true;
}

static const local_field alias_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, local_alias, id),
        LOCAL_FIELD(LOCAL_CHARS, local_alias, arn),
        LOCAL_FIELD(LOCAL_UINT64, local_alias, serial),
        LOCAL_NEEDED(LOCAL_TEXT, local_alias, name),
        LOCAL_FIELD(LOCAL_TEXT, local_alias, description),
        LOCAL_FIELD(LOCAL_BOOL, local_alias, terminal),
        LOCAL_FIELD(LOCAL_TEXT, local_alias, fleet_id),
        LOCAL_FIELD(LOCAL_TEXT, local_alias, message),
        LOCAL_FIELD(LOCAL_INT64, local_alias, creation_unix_ms),
        LOCAL_FIELD(LOCAL_INT64, local_alias, update_unix_ms),
        LOCAL_FIELDS_END,
};
const local_kind local_alias_kind = {
        .name = "alias",
        .size = sizeof(local_alias),
        .record_at = offsetof(local_alias, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = alias_fields,
        .enter = enter_alias,
};

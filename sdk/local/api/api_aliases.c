/* SPDX-License-Identifier: Apache-2.0 */
/* CreateAlias to ResolveAlias (service model 2.3). */
#include "api/api.h"

#include <string.h>

#include "model/aliases.h"

#define PAGE_DEFAULT 100

static const api_shape alias_name = {
        .kind = API_TEXT, .least = 1, .most = 1024, .pattern = ".*[^[:space:]].*"};
static const char *const routing_types[] = {"SIMPLE", "TERMINAL", NULL};
static const api_shape routing_type = {.kind = API_TEXT, .names = routing_types};
static const api_shape terminal_message = {.kind = API_TEXT, .most = 1000};
static const api_member routing_members[] = {
        {"Type", &routing_type, true},
        {"FleetId", &api_fleet_id, false},
        {"Message", &terminal_message, false},
        {0},
};
static const api_shape routing_strategy = {.kind = API_STRUCT, .members = routing_members};

static bool is_terminal(const char *type)
{
    return strcmp(type, routing_types[1]) == 0;
}

static local_alias_wish read_wish(const cJSON *input)
{
    const cJSON *routing = api_member_of(input, "RoutingStrategy");
    return (local_alias_wish){
            .name = api_text(input, "Name"),
            .description = api_text(input, "Description"),
            .reroute = routing != NULL,
            .terminal = routing != NULL && is_terminal(api_text(routing, "Type")),
            .fleet_id = api_text(routing, "FleetId"),
            .message = api_text(routing, "Message"),
    };
}

static void add_alias(api_call *call, cJSON *parent, const char *name, const local_alias *alias)
{
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "AliasId", alias->id);
    api_add_text(call, object, "Name", alias->name);
    api_add_text(call, object, "AliasArn", alias->arn);
    api_add_text(call, object, "Description", alias->description);
    cJSON *routing = api_add_object(call, object, "RoutingStrategy");
    api_add_text(call, routing, "Type", routing_types[alias->terminal ? 1 : 0]);
    api_add_text(call, routing, "FleetId", alias->fleet_id);
    api_add_text(call, routing, "Message", alias->message);
    api_add_time(call, object, "CreationTime", alias->creation_unix_ms);
    api_add_time(call, object, "LastUpdatedTime", alias->update_unix_ms);
}

static const api_member create_alias_members[] = {
        {"Name", &alias_name, true},
        {"Description", &api_free_text, false},
        {"RoutingStrategy", &routing_strategy, true},
        {"Tags", &api_tags, false},
        {0},
};

static void create_alias(api_call *call)
{
    local_alias_wish wish = read_wish(call->input);
    if (!api_tags_fit(call))
        return;
    const local_alias *alias = local_create_alias(call->service, call->now, &wish, &call->refusal);
    if (alias == NULL) {
        api_refuse_with(call);
        return;
    }
    api_keep_tags(call, alias->arn);
    add_alias(call, call->reply, "Alias", alias);
}

/* The alias that AliasId names; NULL: the call is refused. */
static local_alias *need_alias(api_call *call)
{
    local_alias *alias = local_need_alias(call->service, api_text(call->input, "AliasId"), &call->refusal);
    if (alias == NULL)
        api_refuse_with(call);
    return alias;
}

static const api_member alias_id_members[] = {{"AliasId", &api_alias_id, true}, {0}};

static void describe_alias(api_call *call)
{
    const local_alias *alias = need_alias(call);
    if (alias != NULL)
        add_alias(call, call->reply, "Alias", alias);
}

static const api_member update_alias_members[] = {
        {"AliasId", &api_alias_id, true},
        {"Name", &alias_name, false},
        {"Description", &api_free_text, false},
        {"RoutingStrategy", &routing_strategy, false},
        {0},
};

static void update_alias(api_call *call)
{
    local_alias *alias = need_alias(call);
    local_alias_wish wish = read_wish(call->input);
    if (alias == NULL)
        return;
    if (local_update_alias(call->service, call->now, alias, &wish, &call->refusal))
        add_alias(call, call->reply, "Alias", alias);
    else
        api_refuse_with(call);
}

static const api_member list_aliases_members[] = {
        {"RoutingStrategyType", &routing_type, false},
        {"Name", &api_free_text, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

static void list_aliases(api_call *call)
{
    const char *type = api_text(call->input, "RoutingStrategyType"), *name = api_text(call->input, "Name");
    local_page page;
    if (!api_page_begin(call, &page, PAGE_DEFAULT))
        return;
    cJSON *list = api_add_array(call, call->reply, "Aliases");
    const local_alias *alias;
    TAILQ_FOREACH(alias, &call->service->aliases, link)
    {
        bool wanted = (type == NULL || is_terminal(type) == alias->terminal) &&
                      (name == NULL || strcmp(name, alias->name) == 0);
        if (wanted && local_page_takes(&page, alias->serial))
            add_alias(call, list, NULL, alias);
    }
    api_page_end(call, &page);
}

static void delete_alias(api_call *call)
{
    local_alias *alias = need_alias(call);
    if (alias != NULL)
        local_delete_alias(call->service, alias);
}

static void resolve_alias(api_call *call)
{
    const local_fleet *fleet =
            local_alias_fleet(call->service, api_text(call->input, "AliasId"), &call->refusal);
    if (fleet == NULL) {
        api_refuse_with(call);
        return;
    }
    api_add_text(call, call->reply, "FleetId", fleet->id);
    api_add_text(call, call->reply, "FleetArn", fleet->arn);
}

const api_operation api_alias_operations[] = {
        {"CreateAlias", create_alias_members, create_alias}, /* S38 */
        {"DescribeAlias", alias_id_members, describe_alias}, /* S16 */
        {"UpdateAlias", update_alias_members, update_alias}, /* S14 */
        {"ListAliases", list_aliases_members, list_aliases}, /* S13 */
        {"DeleteAlias", alias_id_members, delete_alias},     /* S16 */
        {"ResolveAlias", alias_id_members, resolve_alias},   /* S16 */
        {0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets and matchmaking configurations behind the AWS API (service model 2.2). */
#include "api/api.h"

#include <string.h>

#include "flexmatch/tickets.h"

#define PAGE_DEFAULT           100
#define RULE_SETS_PAGE_DEFAULT 10

static const api_shape new_config_name = {
        .kind = API_TEXT, .least = 1, .most = 128, .pattern = "[a-zA-Z0-9.-]*"};
static const api_shape rule_set_name = {.kind = API_TEXT,
        .least = 1,
        .most = 256,
        .pattern = "[a-zA-Z0-9.-]*|arn:.*:matchmakingruleset/[a-zA-Z0-9.-]*"};
static const api_shape queue_arn = {
        .kind = API_TEXT, .least = 1, .most = 256, .pattern = "arn:.*:gamesessionqueue/[a-zA-Z0-9-]+"};
/* ---- rule sets ---- */

static const api_shape rule_set_body = {.kind = API_TEXT, .least = 1, .most = LOCAL_RULE_SET_MAX_BODY};
static const api_member validate_rule_set_members[] = {{"RuleSetBody", &rule_set_body, true}, {0}};

static void validate_rule_set(api_call *call)
{
    local_rule_set *rule_set;
    if (!local_check_rule_set(api_text(call->input, "RuleSetBody"), &rule_set, &call->refusal)) {
        api_refuse_with(call);
        return;
    }
    local_rule_set_destroy(rule_set);
    api_add_flag(call, call->reply, "Valid", true);
}

static void add_rule_set(api_call *call, cJSON *parent, const char *name, const local_rule_set_record *record)
{
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "RuleSetName", record->name);
    api_add_text(call, object, "RuleSetArn", record->arn);
    api_add_text(call, object, "RuleSetBody", record->body);
    api_add_time(call, object, "CreationTime", record->creation_unix_ms);
}

static const api_member create_rule_set_members[] = {{"Name", &new_config_name, true},
        {"RuleSetBody", &rule_set_body, true}, {"Tags", &api_tags, false}, {0}};

static void create_rule_set(api_call *call)
{
    if (!api_tags_fit(call))
        return;
    const local_rule_set_record *record = local_create_rule_set(call->service, call->now,
            api_text(call->input, "Name"), api_text(call->input, "RuleSetBody"), &call->refusal);
    if (record == NULL) {
        api_refuse_with(call);
        return;
    }
    api_keep_tags(call, record->arn);
    add_rule_set(call, call->reply, "RuleSet", record);
}

static void *find_rule_set(const local_service *service, const char *name)
{
    return local_find_rule_set(service, name);
}

static const api_shape rule_set_names = {.kind = API_LIST, .least = 1, .most = 10, .item = &rule_set_name};
static const api_shape rule_sets_limit = {.kind = API_INTEGER, .least = 1, .most = 10};
static const api_member describe_rule_sets_members[] = {{"Names", &rule_set_names, false},
        {"Limit", &rule_sets_limit, false}, {"NextToken", &api_next_token, false}, {0}};

static void describe_rule_sets(api_call *call)
{
    local_page page;
    const cJSON *name, *names = api_member_of(call->input, "Names");
    cJSON_ArrayForEach(name, names)
    {
        if (local_find_rule_set(call->service, name->valuestring) == NULL) {
            api_refuse(call, LOCAL_NOT_FOUND, "Matchmaking rule set %s was not found.", name->valuestring);
            return;
        }
    }
    if (!api_page_begin(call, &page, RULE_SETS_PAGE_DEFAULT))
        return;
    cJSON *list = api_add_array(call, call->reply, "RuleSets");
    const local_rule_set_record *record;
    TAILQ_FOREACH(record, &call->service->matchmaking->rule_sets, link)
    {
        if (api_is_wanted(names, record, find_rule_set, call->service) &&
                local_page_takes(&page, record->serial))
            add_rule_set(call, list, NULL, record);
    }
    api_page_end(call, &page);
}

static const api_member delete_rule_set_members[] = {{"Name", &rule_set_name, true}, {0}};

static void delete_rule_set(api_call *call)
{
    const char *name = api_text(call->input, "Name");
    local_rule_set_record *record = local_find_rule_set(call->service, name);
    if (record == NULL)
        api_refuse(call, LOCAL_NOT_FOUND, "Matchmaking rule set %s was not found.", name);
    else if (!local_delete_rule_set(call->service, record, &call->refusal))
        api_refuse_with(call);
}

/* ---- configurations ---- */

static const char *const flex_match_modes[] = {"STANDALONE", "WITH_QUEUE", NULL};
static const char *const backfill_modes[] = {"AUTOMATIC", "MANUAL", NULL};
static const api_shape flex_match_mode = {.kind = API_TEXT, .names = flex_match_modes};
static const api_shape backfill_mode = {.kind = API_TEXT, .names = backfill_modes};
static const api_shape request_timeout = {.kind = API_INTEGER, .least = 1, .most = 43200};
static const api_shape acceptance_timeout = {.kind = API_INTEGER, .least = 1, .most = 600};
static const api_shape additional_players = {.kind = API_INTEGER, .least = 0, .most = LOCAL_PLAYERS_MAX};
static const api_shape session_data = {.kind = API_TEXT, .least = 1, .most = 4096};
static const api_shape queue_arns = {.kind = API_LIST, .most = LOCAL_DESTINATIONS_MAX, .item = &queue_arn};
static const api_member create_configuration_members[] = {
        {"Name", &new_config_name, true},
        {"RuleSetName", &rule_set_name, true},
        {"RequestTimeoutSeconds", &request_timeout, true},
        {"AcceptanceRequired", &api_boolean, true},
        {"AcceptanceTimeoutSeconds", &acceptance_timeout, false},
        {"GameSessionQueueArns", &queue_arns, false},
        {"FlexMatchMode", &flex_match_mode, false},
        {"BackfillMode", &backfill_mode, false},
        {"AdditionalPlayerCount", &additional_players, false},
        {"GameProperties", &api_game_properties, false},
        {"GameSessionData", &session_data, false},
        {"NotificationTarget", &api_notification_target, false},
        {"CustomEventData", &api_custom_event_data, false},
        {"Description", &api_free_text, false},
        {"Tags", &api_tags, false},
        {0},
};

static void add_configuration(
        api_call *call, cJSON *parent, const char *name, const local_configuration *from)
{
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "Name", from->name);
    api_add_text(call, object, "ConfigurationArn", from->arn);
    api_add_text(call, object, "Description", from->description);
    cJSON *queues = from->standalone ? NULL : api_add_array(call, object, "GameSessionQueueArns");
    for (size_t i = 0; i < from->queue_count; i++) {
        const local_queue *queue = local_find_queue(call->service, from->queue_names[i]);
        if (queue != NULL)
            api_add_text(call, queues, NULL, queue->arn);
    }
    api_add_number(call, object, "RequestTimeoutSeconds", from->request_timeout_s);
    api_add_flag(call, object, "AcceptanceRequired", from->acceptance_required);
    if (from->acceptance_timeout_s > 0)
        api_add_number(call, object, "AcceptanceTimeoutSeconds", from->acceptance_timeout_s);
    api_add_text(call, object, "RuleSetName", from->rule_set->name);
    api_add_text(call, object, "RuleSetArn", from->rule_set->arn);
    api_add_text(call, object, "NotificationTarget", from->notification_target);
    api_add_number(call, object, "AdditionalPlayerCount", from->additional_players);
    api_add_text(call, object, "CustomEventData", from->custom_event_data);
    api_add_time(call, object, "CreationTime", from->creation_unix_ms);
    api_add_properties(call, object, "GameProperties", from->properties, from->property_count);
    api_add_text(call, object, "GameSessionData", from->game_session_data);
    if (!from->standalone)
        api_add_text(call, object, "BackfillMode", backfill_modes[from->automatic_backfill ? 0 : 1]);
    api_add_text(call, object, "FlexMatchMode", flex_match_modes[from->standalone ? 0 : 1]);
}

/* Room for what a wish points to. */
typedef struct wish_lists {
    const char *queues[LOCAL_DESTINATIONS_MAX];
    glift_game_property properties[LOCAL_PROPERTIES_MAX];
} wish_lists;

static const char *text_or(const cJSON *input, const char *name, const char *fallback)
{
    return api_member_of(input, name) != NULL ? api_text(input, name) : fallback;
}

/* Members that the input has; the others of the wish stay as they are. */
static void read_configuration_wish(const cJSON *input, local_configuration_wish *wish, wish_lists *lists)
{
    const cJSON *item, *queues = api_member_of(input, "GameSessionQueueArns");
    const char *mode = api_text(input, "FlexMatchMode"), *backfill = api_text(input, "BackfillMode");
    wish->rule_set = text_or(input, "RuleSetName", wish->rule_set);
    wish->game_session_data = text_or(input, "GameSessionData", wish->game_session_data);
    wish->description = text_or(input, "Description", wish->description);
    wish->notification_target = text_or(input, "NotificationTarget", wish->notification_target);
    wish->custom_event_data = text_or(input, "CustomEventData", wish->custom_event_data);
    wish->request_timeout_s = api_integer(input, "RequestTimeoutSeconds", wish->request_timeout_s);
    wish->acceptance_timeout_s = api_integer(input, "AcceptanceTimeoutSeconds", wish->acceptance_timeout_s);
    wish->additional_players = api_integer(input, "AdditionalPlayerCount", wish->additional_players);
    wish->acceptance_required = api_flag(input, "AcceptanceRequired", wish->acceptance_required);
    if (mode != NULL)
        wish->standalone = strcmp(mode, flex_match_modes[0]) == 0;
    if (backfill != NULL)
        wish->automatic_backfill = strcmp(backfill, backfill_modes[0]) == 0;
    if (queues != NULL) {
        wish->queues = lists->queues;
        wish->queue_count = 0;
        cJSON_ArrayForEach(item, queues) lists->queues[wish->queue_count++] = item->valuestring;
    }
    if (api_member_of(input, "GameProperties") != NULL) {
        wish->properties = lists->properties;
        wish->property_count = api_properties(input, "GameProperties", lists->properties);
    }
}

static void create_configuration(api_call *call)
{
    wish_lists lists;
    local_configuration_wish wish = {.name = api_text(call->input, "Name")};
    read_configuration_wish(call->input, &wish, &lists);
    if (!api_tags_fit(call))
        return;
    const local_configuration *configuration =
            local_create_configuration(call->service, call->now, &wish, &call->refusal);
    if (configuration == NULL) {
        api_refuse_with(call);
        return;
    }
    api_keep_tags(call, configuration->arn);
    add_configuration(call, call->reply, "Configuration", configuration);
}

static const api_member update_configuration_members[] = {
        {"Name", &api_configuration_name, true},
        {"RuleSetName", &rule_set_name, false},
        {"RequestTimeoutSeconds", &request_timeout, false},
        {"AcceptanceRequired", &api_boolean, false},
        {"AcceptanceTimeoutSeconds", &acceptance_timeout, false},
        {"GameSessionQueueArns", &queue_arns, false},
        {"FlexMatchMode", &flex_match_mode, false},
        {"BackfillMode", &backfill_mode, false},
        {"AdditionalPlayerCount", &additional_players, false},
        {"GameProperties", &api_game_properties, false},
        {"GameSessionData", &session_data, false},
        {"NotificationTarget", &api_notification_target, false},
        {"CustomEventData", &api_custom_event_data, false},
        {"Description", &api_free_text, false},
        {0},
};

static local_configuration_wish wish_as_it_is(const local_configuration *from)
{
    return (local_configuration_wish){
            .name = from->name,
            .rule_set = from->rule_set->name,
            .game_session_data = from->game_session_data,
            .description = from->description,
            .notification_target = from->notification_target,
            .custom_event_data = from->custom_event_data,
            .request_timeout_s = from->request_timeout_s,
            .acceptance_timeout_s = from->acceptance_timeout_s,
            .additional_players = from->additional_players,
            .acceptance_required = from->acceptance_required,
            .standalone = from->standalone,
            .automatic_backfill = from->automatic_backfill,
            .queues = from->queue_names,
            .queue_count = from->queue_count,
            .properties = from->properties,
            .property_count = from->property_count,
    };
}

static void update_configuration(api_call *call)
{
    const char *name = api_text(call->input, "Name");
    local_configuration *configuration = local_find_configuration(call->service, name);
    if (configuration == NULL) {
        api_refuse(call, LOCAL_NOT_FOUND, "Matchmaking configuration %s was not found.", name);
        return;
    }
    wish_lists lists;
    local_configuration_wish wish = wish_as_it_is(configuration);
    read_configuration_wish(call->input, &wish, &lists);
    if (local_update_configuration(call->service, configuration, &wish, &call->refusal))
        add_configuration(call, call->reply, "Configuration", configuration);
    else
        api_refuse_with(call);
}

static void *find_configuration(const local_service *service, const char *name)
{
    return local_find_configuration(service, name);
}

static const api_shape configuration_names = {.kind = API_LIST, .item = &api_configuration_name};
static const api_member describe_configurations_members[] = {{"Names", &configuration_names, false},
        {"RuleSetName", &rule_set_name, false}, {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false}, {0}};

static void describe_configurations(api_call *call)
{
    local_page page;
    if (!api_page_begin(call, &page, PAGE_DEFAULT))
        return;
    cJSON *list = api_add_array(call, call->reply, "Configurations");
    const cJSON *names = api_member_of(call->input, "Names");
    const char *with = api_text(call->input, "RuleSetName");
    const local_rule_set_record *record = with != NULL ? local_find_rule_set(call->service, with) : NULL;
    const local_configuration *configuration;
    TAILQ_FOREACH(configuration, &call->service->matchmaking->configurations, link)
    {
        bool wanted = api_is_wanted(names, configuration, find_configuration, call->service) &&
                      (with == NULL || configuration->rule_set == record);
        if (wanted && local_page_takes(&page, configuration->serial))
            add_configuration(call, list, NULL, configuration);
    }
    api_page_end(call, &page);
}

static const api_member delete_configuration_members[] = {{"Name", &api_configuration_name, true}, {0}};

static void delete_configuration(api_call *call)
{
    const char *name = api_text(call->input, "Name");
    local_configuration *configuration = local_find_configuration(call->service, name);
    if (configuration == NULL)
        api_refuse(call, LOCAL_NOT_FOUND, "Matchmaking configuration %s was not found.", name);
    else if (!local_delete_configuration(call->service, configuration, &call->refusal))
        api_refuse_with(call);
}

const api_operation api_matchmaking_operations[] = {
        {"ValidateMatchmakingRuleSet", validate_rule_set_members, validate_rule_set},    /* S67 */
        {"CreateMatchmakingRuleSet", create_rule_set_members, create_rule_set},          /* S60, S62, S67 */
        {"DescribeMatchmakingRuleSets", describe_rule_sets_members, describe_rule_sets}, /* S13 */
        {"DeleteMatchmakingRuleSet", delete_rule_set_members, delete_rule_set},          /* S14 */
        {"CreateMatchmakingConfiguration", create_configuration_members, create_configuration}, /* S66, S76 */
        {"UpdateMatchmakingConfiguration", update_configuration_members, update_configuration}, /* S66, S76 */
        {"DescribeMatchmakingConfigurations", describe_configurations_members,
                describe_configurations},                                                       /* S13 */
        {"DeleteMatchmakingConfiguration", delete_configuration_members, delete_configuration}, /* S14 */
        {0},
};

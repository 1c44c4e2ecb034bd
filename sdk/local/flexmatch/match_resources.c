/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets and matchmaking configurations: the named things that matchmaking works by, beside queues. */
#include "flexmatch/match_kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/tags.h"
#include "model/texts.h"

void local_resource_arn(
        const local_service *service, const char *kind, const char *name, char out[LOCAL_ARN_SIZE])
{
    snprintf(out, LOCAL_ARN_SIZE, "arn:%s:gamelift:%s:%s:%s/%.128s", service->partition, service->region,
            service->account, kind, name);
}

static void *find(const local_index *index, const char *name_or_arn)
{
    return local_index_find(index, local_resource_name(name_or_arn));
}

local_rule_set_record *local_find_rule_set(const local_service *service, const char *name_or_arn)
{
    local_rule_set_record *record = find(&service->matchmaking->rule_sets_by_name, name_or_arn);
    return record != NULL && local_resource_is(name_or_arn, record->arn) ? record : NULL;
}

local_configuration *local_find_configuration(const local_service *service, const char *name_or_arn)
{
    local_configuration *configuration = find(&service->matchmaking->configurations_by_name, name_or_arn);
    return configuration != NULL && local_resource_is(name_or_arn, configuration->arn) ? configuration : NULL;
}

const char *local_keep_in(glift__memory *memory, const char *text, bool *failed)
{
    const char *copy = text != NULL ? glift__memory_text(memory, text) : NULL;
    *failed = *failed || (text != NULL && copy == NULL);
    return copy;
}

bool local_may_create(const char *what, const char *name, bool exists, size_t count, local_refusal *why)
{
    if (exists) /* Conflict is not among the errors of these operations [M] */
        return local_refuse(why, LOCAL_INVALID_REQUEST, "A %s named %s exists already.", what, name);
    if (count >= LOCAL_RESOURCES_MAX)
        return local_refuse(
                why, LOCAL_LIMIT_EXCEEDED, "There are %d %ss already.", LOCAL_RESOURCES_MAX, what);
    return true;
}

/* ---- rule sets ---- */

bool local_check_rule_set(const char *body, local_rule_set **out, local_refusal *why)
{
    char what[LOCAL_WHAT_SIZE];
    glift_status status = local_rule_set_parse(body, out, what);
    if (status == GLIFT_OK)
        return true;
    if (status == GLIFT_ERR_MEMORY)
        return local_refuse_memory(why);
    return local_refuse(why, LOCAL_INVALID_REQUEST, "RuleSetBody: %s", what);
}

static void free_rule_set(local_rule_set_record *record)
{
    local_keep_no_more(&record->record);
    local_rule_set_destroy(record->rule_set);
    glift__memory_fini(&record->memory);
    free(record);
}

local_rule_set_record *local_create_rule_set(
        local_service *service, glift__time now, const char *name, const char *body, local_refusal *why)
{
    struct local_matchmaking *all = service->matchmaking;
    bool exists = local_find_rule_set(service, name) != NULL, failed = false;
    if (!local_may_create("matchmaking rule set", name, exists, all->rule_set_count, why))
        return NULL;
    local_rule_set *rule_set;
    if (!local_check_rule_set(body, &rule_set, why))
        return NULL;
    local_rule_set_record *record = calloc(1, sizeof *record);
    if (record == NULL) {
        local_rule_set_destroy(rule_set);
        local_refuse_memory(why);
        return NULL;
    }
    record->rule_set = rule_set;
    glift__memory_init(&record->memory);
    record->name = local_keep_in(&record->memory, name, &failed);
    record->body = local_keep_in(&record->memory, body, &failed);
    if (failed || !local_index_add(&all->rule_sets_by_name, record)) {
        free_rule_set(record);
        local_refuse_memory(why);
        return NULL;
    }
    local_resource_arn(service, "matchmakingruleset", name, record->arn);
    record->serial = local_next_serial(service);
    record->creation_unix_ms = now.unix_ms;
    TAILQ_INSERT_TAIL(&all->rule_sets, record, link);
    all->rule_set_count++;
    local_keep(service, &record->record, &local_rule_set_kind);
    return record;
}

bool local_delete_rule_set(local_service *service, local_rule_set_record *record, local_refusal *why)
{
    if (record->users > 0)
        return local_refuse(why, LOCAL_INVALID_REQUEST,
                "Matchmaking rule set %s is used by %zu matchmaking configuration(s).", record->name,
                record->users);
    local_forget_tags(service, record->arn);
    local_index_remove(&service->matchmaking->rule_sets_by_name, record);
    TAILQ_REMOVE(&service->matchmaking->rule_sets, record, link);
    service->matchmaking->rule_set_count--;
    free_rule_set(record);
    return true;
}

/* ---- configurations ---- */

static void free_configuration(local_configuration *configuration)
{
    local_keep_no_more(&configuration->record);
    local_matcher_destroy(configuration->matcher);
    glift__memory_fini(&configuration->memory);
    free(configuration);
}

/* S66, and what goes with acceptance [E]. */
static bool makes_sense(const local_configuration_wish *wish, local_refusal *why)
{
    if (wish->standalone && wish->queue_count > 0)
        return local_refuse(
                why, LOCAL_INVALID_REQUEST, "A STANDALONE configuration has no GameSessionQueueArns.");
    if (wish->standalone && wish->automatic_backfill)
        return local_refuse(
                why, LOCAL_INVALID_REQUEST, "A STANDALONE configuration has no AUTOMATIC BackfillMode.");
    if (!wish->standalone && wish->queue_count == 0)
        return local_refuse(why, LOCAL_INVALID_REQUEST,
                "A WITH_QUEUE configuration needs at least one of GameSessionQueueArns.");
    if (wish->acceptance_required && wish->acceptance_timeout_s == 0)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "AcceptanceRequired needs AcceptanceTimeoutSeconds.");
    return true;
}

static bool fill_texts(local_configuration *configuration, const local_configuration_wish *wish)
{
    glift__memory *memory = &configuration->memory;
    bool failed = false;
    configuration->name = local_keep_in(memory, wish->name, &failed);
    configuration->game_session_data = local_keep_in(memory, wish->game_session_data, &failed);
    configuration->description = local_keep_in(memory, wish->description, &failed);
    configuration->notification_target = local_keep_in(memory, wish->notification_target, &failed);
    configuration->custom_event_data = local_keep_in(memory, wish->custom_event_data, &failed);
    for (size_t i = 0; i < wish->property_count; i++) {
        glift_game_property *property = &configuration->properties[configuration->property_count++];
        property->key = local_keep_in(memory, wish->properties[i].key, &failed);
        property->value = local_keep_in(memory, wish->properties[i].value, &failed);
    }
    return !failed;
}

static bool fill_queues(const local_service *service, local_configuration *configuration,
        const local_configuration_wish *wish, local_refusal *why)
{
    bool failed = false;
    configuration->queue_names = glift__memory_take(
            &configuration->memory, wish->queue_count + 1, sizeof *configuration->queue_names);
    for (size_t i = 0; configuration->queue_names != NULL && i < wish->queue_count; i++) {
        const local_queue *queue = local_find_queue(service, wish->queues[i]);
        if (queue == NULL)
            return local_refuse(
                    why, LOCAL_NOT_FOUND, "Game session queue %s was not found.", wish->queues[i]);
        configuration->queue_names[configuration->queue_count++] =
                local_keep_in(&configuration->memory, queue->name, &failed);
    }
    return (configuration->queue_names != NULL && !failed) || local_refuse_memory(why);
}

static bool fill_configuration(local_service *service, local_configuration *configuration,
        const local_configuration_wish *wish, local_refusal *why)
{
    configuration->rule_set = local_find_rule_set(service, wish->rule_set);
    if (configuration->rule_set == NULL)
        return local_refuse(why, LOCAL_NOT_FOUND, "Matchmaking rule set %s was not found.", wish->rule_set);
    configuration->request_timeout_s = wish->request_timeout_s;
    configuration->acceptance_timeout_s = wish->acceptance_timeout_s;
    configuration->additional_players = wish->additional_players;
    configuration->acceptance_required = wish->acceptance_required;
    configuration->standalone = wish->standalone;
    configuration->automatic_backfill = wish->automatic_backfill;
    if (!fill_queues(service, configuration, wish, why))
        return false;
    configuration->matcher = local_matcher_create(configuration->rule_set->rule_set);
    if (configuration->matcher == NULL || !fill_texts(configuration, wish))
        return local_refuse_memory(why);
    return true;
}

/* Filled, and in no list or index yet. NULL: refused. */
static local_configuration *make_configuration(
        local_service *service, const local_configuration_wish *wish, local_refusal *why)
{
    local_configuration *configuration = calloc(1, sizeof *configuration);
    if (configuration == NULL) {
        local_refuse_memory(why);
        return NULL;
    }
    glift__memory_init(&configuration->memory);
    if (fill_configuration(service, configuration, wish, why))
        return configuration;
    free_configuration(configuration);
    return NULL;
}

local_configuration *local_create_configuration(
        local_service *service, glift__time now, const local_configuration_wish *wish, local_refusal *why)
{
    struct local_matchmaking *all = service->matchmaking;
    bool exists = local_find_configuration(service, wish->name) != NULL;
    if (!local_may_create("matchmaking configuration", wish->name, exists, all->configuration_count, why) ||
            !makes_sense(wish, why))
        return NULL;
    local_configuration *configuration = make_configuration(service, wish, why);
    if (configuration == NULL)
        return NULL;
    if (!local_index_add(&all->configurations_by_name, configuration)) {
        free_configuration(configuration);
        local_refuse_memory(why);
        return NULL;
    }
    local_resource_arn(service, "matchmakingconfiguration", configuration->name, configuration->arn);
    configuration->serial = local_next_serial(service);
    configuration->creation_unix_ms = now.unix_ms;
    configuration->rule_set->users++;
    TAILQ_INSERT_TAIL(&all->configurations, configuration, link);
    all->configuration_count++;
    local_keep(service, &configuration->record, &local_configuration_kind);
    return configuration;
}

/* What is set comes from `fresh`, which is freed with what was set before; what has grown stays. */
static void take_settings(local_configuration *configuration, local_configuration *fresh)
{
    local_configuration before = *configuration;
    local_matcher *unused = fresh->matcher;
    *configuration = *fresh;
    memcpy(configuration->arn, before.arn, sizeof before.arn);
    configuration->serial = before.serial;
    configuration->creation_unix_ms = before.creation_unix_ms;
    configuration->users = before.users;
    configuration->backlog = before.backlog;
    configuration->wait_s = before.wait_s;
    configuration->matched_count = before.matched_count;
    configuration->link = before.link;
    configuration->record = before.record;
    local_changed(&configuration->record);
    if (configuration->rule_set == before.rule_set) {
        configuration->matcher = before.matcher;
    } else {
        unused = before.matcher;
        before.rule_set->users--;
        configuration->rule_set->users++;
    }
    fresh->matcher = unused;
    fresh->memory = before.memory;
    free_configuration(fresh);
}

bool local_update_configuration(local_service *service, local_configuration *configuration,
        const local_configuration_wish *wish, local_refusal *why)
{
    if (!makes_sense(wish, why))
        return false;
    local_configuration *fresh = make_configuration(service, wish, why);
    if (fresh == NULL)
        return false;
    if (fresh->rule_set != configuration->rule_set && configuration->users > 0) {
        free_configuration(fresh);
        return local_refuse(why, LOCAL_INVALID_REQUEST,
                "Matchmaking configuration %s has active tickets: its rule set cannot be changed now.",
                configuration->name);
    }
    take_settings(configuration, fresh);
    return true;
}

static void remove_configuration(local_service *service, local_configuration *configuration)
{
    local_forget_tags(service, configuration->arn);
    local_index_remove(&service->matchmaking->configurations_by_name, configuration);
    TAILQ_REMOVE(&service->matchmaking->configurations, configuration, link);
    service->matchmaking->configuration_count--;
    configuration->rule_set->users--;
    free_configuration(configuration);
}

bool local_delete_configuration(
        local_service *service, local_configuration *configuration, local_refusal *why)
{
    if (configuration->users > 0)
        return local_refuse(why, LOCAL_INVALID_REQUEST, "Matchmaking configuration %s has active tickets.",
                configuration->name);
    remove_configuration(service, configuration);
    return true;
}

void local_free_match_resources(local_service *service)
{
    struct local_matchmaking *all = service->matchmaking;
    while (!TAILQ_EMPTY(&all->configurations))
        remove_configuration(service, TAILQ_FIRST(&all->configurations));
    local_rule_set_record *record;
    while ((record = TAILQ_FIRST(&all->rule_sets)) != NULL) {
        local_index_remove(&all->rule_sets_by_name, record);
        TAILQ_REMOVE(&all->rule_sets, record, link);
        free_rule_set(record);
    }
    while (!TAILQ_EMPTY(&all->queues))
        local_delete_queue(service, TAILQ_FIRST(&all->queues));
}

/* ---- kept (match_kinds.h) ---- */

bool local_enter_rule_set(local_service *service, glift__time now, void *entity)
{
    struct local_matchmaking *all = service->matchmaking;
    local_rule_set_record *record = entity;
    local_refusal why;
    (void)now;
    if (!local_check_rule_set(record->body, &record->rule_set, &why)) {
        local_log(service, GLIFT_LOG_ERROR, "matchmaking rule set %s: %s", record->name, why.message);
        return false;
    }
    if (!local_index_add(&all->rule_sets_by_name, record)) {
        local_rule_set_destroy(record->rule_set);
        return false;
    }
    TAILQ_INSERT_TAIL(&all->rule_sets, record, link);
    all->rule_set_count++;
    return true;
}

bool local_enter_configuration(local_service *service, glift__time now, void *entity)
{
    struct local_matchmaking *all = service->matchmaking;
    local_configuration *configuration = entity;
    (void)now;
    configuration->matcher = local_matcher_create(configuration->rule_set->rule_set);
    if (configuration->matcher == NULL || !local_index_add(&all->configurations_by_name, configuration)) {
        local_matcher_destroy(configuration->matcher);
        return false;
    }
    configuration->rule_set->users++;
    TAILQ_INSERT_TAIL(&all->configurations, configuration, link);
    all->configuration_count++;
    return true;
}

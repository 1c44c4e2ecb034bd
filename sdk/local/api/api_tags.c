/* SPDX-License-Identifier: Apache-2.0 */
/* TagResource, UntagResource, ListTagsForResource, and the tags of resources that are being created (service
 * model 2.3). */
#include "api/api.h"

#include <ctype.h>
#include <string.h>

#include "flexmatch/tickets.h"
#include "model/aliases.h"
#include "model/tags.h"

/* ---- which resource an ARN names ---- */

static const char *arn_of_fleet(const local_service *service, const char *arn)
{
    const local_fleet *fleet = local_find_fleet(service, arn);
    return fleet != NULL && fleet->status != LOCAL_FLEET_TERMINATED ? fleet->arn : NULL;
}

static const char *arn_of_alias(const local_service *service, const char *arn)
{
    local_refusal unused;
    const local_alias *alias = local_need_alias(service, arn, &unused);
    return alias != NULL ? alias->arn : NULL;
}

static const char *arn_of_location(const local_service *service, const char *arn)
{
    const local_location *location = local_find_location(service, arn);
    return location != NULL ? location->arn : NULL;
}

static const char *arn_of_queue(const local_service *service, const char *arn)
{
    const local_queue *queue = local_find_queue(service, arn);
    return queue != NULL ? queue->arn : NULL;
}

static const char *arn_of_rule_set(const local_service *service, const char *arn)
{
    const local_rule_set_record *record = local_find_rule_set(service, arn);
    return record != NULL ? record->arn : NULL;
}

static const char *arn_of_configuration(const local_service *service, const char *arn)
{
    const local_configuration *configuration = local_find_configuration(service, arn);
    return configuration != NULL ? configuration->arn : NULL;
}

static const struct {
    const char *mark; /* in the ARNs of its kind */
    const char *(*arn_of)(const local_service *service, const char *arn);
} kinds[] = {
        {":fleet/", arn_of_fleet},
        {":alias/", arn_of_alias},
        {":location/", arn_of_location},
        {":gamesessionqueue/", arn_of_queue},
        {":matchmakingruleset/", arn_of_rule_set},
        {":matchmakingconfiguration/", arn_of_configuration},
};

/* The ARN of a resource that is there and can have tags; NULL: the call is refused. */
static const char *need_resource(api_call *call)
{
    const char *given = api_text(call->input, "ResourceARN");
    bool is_taggable = false;
    for (size_t i = 0; strncmp(given, "arn:", 4) == 0 && i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strstr(given, kinds[i].mark) == NULL)
            continue;
        const char *arn = kinds[i].arn_of(call->service, given);
        is_taggable = true;
        if (arn != NULL && strcmp(arn, given) == 0)
            return arn;
    }
    if (is_taggable)
        api_refuse(call, LOCAL_NOT_FOUND, "Resource %s was not found.", given);
    else
        api_refuse(call, LOCAL_INVALID_REQUEST,
                "ResourceARN %.512s is not the ARN of a fleet, alias, location, game session queue, "
                "matchmaking "
                "rule set or matchmaking configuration.",
                given);
    return NULL;
}

/* AWS keeps the keys that begin with "aws:" for itself, in every service. */
static bool is_reserved(const char *key)
{
    static const char start[] = "aws:";
    size_t i = 0;
    while (start[i] != '\0' && tolower((unsigned char)key[i]) == start[i])
        i++;
    return start[i] == '\0';
}

static bool keys_are_free(api_call *call)
{
    const cJSON *tag, *tags = api_member_of(call->input, "Tags");
    cJSON_ArrayForEach(tag, tags)
    {
        if (is_reserved(api_text(tag, "Key")))
            api_refuse(call, LOCAL_TAGGING_FAILED, "The tag key %s begins with aws:, which is reserved.",
                    api_text(tag, "Key"));
    }
    return !call->refused;
}

/* ---- tags of what is being created ---- */

bool api_tags_fit(api_call *call)
{
    if (!keys_are_free(call))
        return false;
    const cJSON *tags = api_member_of(call->input, "Tags");
    size_t count = tags != NULL ? (size_t)cJSON_GetArraySize(tags) : 0;
    if (call->service->tag_count + count > LOCAL_TAGS_MAX)
        api_refuse(
                call, LOCAL_TAGGING_FAILED, "All resources together have at most %d tags.", LOCAL_TAGS_MAX);
    return !call->refused;
}

void api_keep_tags(api_call *call, const char *arn)
{
    const cJSON *tag, *tags = api_member_of(call->input, "Tags");
    cJSON_ArrayForEach(tag, tags)
    {
        if (!local_set_tag(
                    call->service, arn, api_text(tag, "Key"), api_text(tag, "Value"), &call->refusal)) {
            api_refuse_with(call);
            return;
        }
    }
}

/* ---- operations ---- */

static const api_shape resource_arn = {.kind = API_TEXT, .least = 1, .most = 1011};
static const api_member tag_resource_members[] = {
        {"ResourceARN", &resource_arn, true},
        {"Tags", &api_tags, true},
        {0},
};

/* All or nothing: how many tags there will be is known before the first is added. */
static bool tags_fit_resource(api_call *call, const char *arn)
{
    const local_tagged *tagged = local_find_tags(call->service, arn);
    const cJSON *tag, *tags = api_member_of(call->input, "Tags");
    size_t before = tagged != NULL ? tagged->count : 0, count = before;
    cJSON_ArrayForEach(tag, tags)
    {
        bool known = false;
        for (size_t i = 0; tagged != NULL && i < tagged->count && !known; i++)
            known = strcmp(tagged->tags[i].key, api_text(tag, "Key")) == 0;
        for (const cJSON *earlier = tags->child; earlier != tag && !known; earlier = earlier->next)
            known = strcmp(api_text(earlier, "Key"), api_text(tag, "Key")) == 0;
        count += known ? 0 : 1;
    }
    if (count > LOCAL_TAGS_OF_RESOURCE_MAX)
        api_refuse(call, LOCAL_TAGGING_FAILED, "Resource %s would have %zu tags; at most %d are allowed.",
                arn, count, LOCAL_TAGS_OF_RESOURCE_MAX);
    else if (call->service->tag_count + count - before > LOCAL_TAGS_MAX)
        api_refuse(
                call, LOCAL_TAGGING_FAILED, "All resources together have at most %d tags.", LOCAL_TAGS_MAX);
    return !call->refused;
}

static void tag_resource(api_call *call)
{
    const char *arn = need_resource(call);
    if (arn != NULL && keys_are_free(call) && tags_fit_resource(call, arn))
        api_keep_tags(call, arn);
}

static const api_shape tag_key = {.kind = API_TEXT, .least = 1, .most = 128};
static const api_shape tag_keys = {.kind = API_LIST, .most = LOCAL_TAGS_OF_RESOURCE_MAX, .item = &tag_key};
static const api_member untag_resource_members[] = {
        {"ResourceARN", &resource_arn, true},
        {"TagKeys", &tag_keys, true},
        {0},
};

static void untag_resource(api_call *call)
{
    const char *arn = need_resource(call);
    const cJSON *key, *keys = api_member_of(call->input, "TagKeys");
    if (arn == NULL)
        return;
    cJSON_ArrayForEach(key, keys) local_remove_tag(call->service, arn, key->valuestring);
}

static const api_member list_tags_members[] = {{"ResourceARN", &resource_arn, true}, {0}};

static void list_tags(api_call *call)
{
    const char *arn = need_resource(call);
    const local_tagged *tagged = arn != NULL ? local_find_tags(call->service, arn) : NULL;
    if (arn == NULL)
        return;
    cJSON *list = api_add_array(call, call->reply, "Tags");
    for (size_t i = 0; tagged != NULL && i < tagged->count; i++) {
        cJSON *tag = api_add_object(call, list, NULL);
        api_add_any_text(call, tag, "Key", tagged->tags[i].key);
        api_add_any_text(call, tag, "Value", tagged->tags[i].value);
    }
}

const api_operation api_tag_operations[] = {
        {"TagResource", tag_resource_members, tag_resource},       /* S14 */
        {"UntagResource", untag_resource_members, untag_resource}, /* S14 */
        {"ListTagsForResource", list_tags_members, list_tags},     /* S14 */
        {0},
};

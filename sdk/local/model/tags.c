/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever ends a resource calls local_forget_tags(): another one of the same name begins without tags. */
#include "model/tags.h"
#include "model/kinds.h"

#include <stdlib.h>
#include <string.h>

static local_tagged *find(const local_service *service, const char *arn)
{
    return local_index_find(&service->tags_by_arn, arn);
}

const local_tagged *local_find_tags(const local_service *service, const char *arn)
{
    return find(service, arn);
}

static void free_tagged(local_service *service, local_tagged *tagged)
{
    local_keep_no_more(&tagged->record);
    local_index_remove(&service->tags_by_arn, tagged);
    TAILQ_REMOVE(&service->tagged, tagged, link);
    service->tag_count -= tagged->count;
    for (size_t i = 0; i < tagged->count; i++) {
        free(tagged->tags[i].key);
        free(tagged->tags[i].value);
    }
    free(tagged->tags);
    free((char *)tagged->arn);
    free(tagged);
}

static local_tagged *make_tagged(local_service *service, const char *arn)
{
    local_tagged *tagged = calloc(1, sizeof *tagged);
    char *key = strdup(arn);
    if (tagged != NULL)
        tagged->arn = key;
    if (tagged == NULL || key == NULL || !local_index_add(&service->tags_by_arn, tagged)) {
        free(key);
        free(tagged);
        return NULL;
    }
    TAILQ_INSERT_TAIL(&service->tagged, tagged, link);
    local_keep(service, &tagged->record, &local_tagged_kind);
    return tagged;
}

static local_tag *tag_of(const local_tagged *tagged, const char *key)
{
    for (size_t i = 0; i < tagged->count; i++) {
        if (strcmp(tagged->tags[i].key, key) == 0)
            return &tagged->tags[i];
    }
    return NULL;
}

static bool add_tag(local_service *service, local_tagged *tagged, const char *key, const char *value)
{
    local_tag *tags = realloc(tagged->tags, (tagged->count + 1) * sizeof *tags);
    if (tags == NULL)
        return false;
    local_changed(&tagged->record);
    tagged->tags = tags;
    local_tag fresh = {.key = strdup(key), .value = strdup(value)};
    if (fresh.key == NULL || fresh.value == NULL) {
        free(fresh.key);
        free(fresh.value);
        return false;
    }
    tags[tagged->count++] = fresh;
    service->tag_count++;
    return true;
}

bool local_set_tag(
        local_service *service, const char *arn, const char *key, const char *value, local_refusal *why)
{
    local_tagged *tagged = find(service, arn);
    local_tag *known = tagged != NULL ? tag_of(tagged, key) : NULL;
    if (known != NULL) {
        char *copy = strdup(value); /* "" is a value */
        if (copy == NULL)
            return local_refuse_memory(why);
        local_changed(&tagged->record);
        free(known->value);
        known->value = copy;
        return true;
    }
    if (tagged != NULL && tagged->count >= LOCAL_TAGS_OF_RESOURCE_MAX)
        return local_refuse(
                why, LOCAL_TAGGING_FAILED, "A resource has at most %d tags.", LOCAL_TAGS_OF_RESOURCE_MAX);
    if (service->tag_count >= LOCAL_TAGS_MAX)
        return local_refuse(why, LOCAL_TAGGING_FAILED, "There are %d tags already.", LOCAL_TAGS_MAX);
    if (tagged == NULL)
        tagged = make_tagged(service, arn);
    return (tagged != NULL && add_tag(service, tagged, key, value)) || local_refuse_memory(why);
}

void local_remove_tag(local_service *service, const char *arn, const char *key)
{
    local_tagged *tagged = find(service, arn);
    local_tag *tag = tagged != NULL ? tag_of(tagged, key) : NULL;
    if (tag == NULL)
        return;
    local_changed(&tagged->record);
    free(tag->key);
    free(tag->value);
    size_t behind = tagged->count - 1 - (size_t)(tag - tagged->tags);
    memmove(tag, tag + 1, behind * sizeof *tag);
    tagged->count--;
    service->tag_count--;
    if (tagged->count == 0)
        free_tagged(service, tagged);
}

void local_forget_tags(local_service *service, const char *arn)
{
    local_tagged *tagged = find(service, arn);
    if (tagged != NULL)
        free_tagged(service, tagged);
}

void local_free_tags(local_service *service)
{
    while (!TAILQ_EMPTY(&service->tagged))
        free_tagged(service, TAILQ_FIRST(&service->tagged));
}

/* ---- kept (keep.h) ---- */

static bool enter_tagged(local_service *service, glift__time now, void *entity)
{
    local_tagged *tagged = entity;
    (void)now;
    if (!local_index_add(&service->tags_by_arn, tagged))
        return false;
    TAILQ_INSERT_TAIL(&service->tagged, tagged, link);
    service->tag_count += tagged->count;
    return true;
}

static const local_field tag_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, local_tag, key),
        LOCAL_NEEDED(LOCAL_TEXT, local_tag, value),
        LOCAL_FIELDS_END,
};
static const local_field tagged_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, local_tagged, arn),
        LOCAL_FIELD_LIST(local_tagged, tags, count, tag_fields, false),
        LOCAL_FIELDS_END,
};
const local_kind local_tagged_kind = {
        .name = "tags",
        .size = sizeof(local_tagged),
        .record_at = offsetof(local_tagged, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = tagged_fields,
        .enter = enter_tagged,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Tags: labels of a resource, kept by its ARN; they end with it (service model 2.3). */
#ifndef LOCAL_TAGS_H
#define LOCAL_TAGS_H

#include "model/model.h"

#define LOCAL_TAGS_OF_RESOURCE_MAX 200
#define LOCAL_TAGS_MAX             20000 /* [E] of all resources together: memory stays bounded */

typedef struct local_tag {
    char *key, *value;
} local_tag;

typedef struct local_tagged {
    const char *arn;
    local_tag *tags; /* in the order in which they came */
    size_t count;
    local_record record;
    TAILQ_ENTRY(local_tagged) link;
} local_tagged;

/* NULL: the resource has none. */
const local_tagged *local_find_tags(const local_service *service, const char *arn);
/* Adds a tag, or gives the one of that key another value. */
bool local_set_tag(
        local_service *service, const char *arn, const char *key, const char *value, local_refusal *why);
void local_remove_tag(local_service *service, const char *arn, const char *key);
void local_forget_tags(local_service *service, const char *arn); /* the resource has ended */
void local_free_tags(local_service *service);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/index.h"

#include <search.h>
#include <stddef.h>
#include <string.h>

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool local_index_add(local_index *index, void *entity)
{
    void **place = tsearch(entity, &index->root, by_key);
    return place != NULL && *place == entity;
}

void *local_index_find(const local_index *index, const char *key)
{
    void **found = tfind(&key, &index->root, by_key);
    return found != NULL ? *found : NULL;
}

void local_index_remove(local_index *index, void *entity)
{
    tdelete(entity, &index->root, by_key);
}

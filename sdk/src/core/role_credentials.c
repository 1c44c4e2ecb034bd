/* SPDX-License-Identifier: Apache-2.0 */

#include "core/role_credentials.h"

#include <string.h>

#define LEAST_REMAINING_MS (15 * 60 * 1000)

void glift__role_cache_fini(glift__role_cache *cache)
{
    for (unsigned i = 0; i < GLIFT__ROLE_COUNT; i++)
        glift__memory_fini(&cache->roles[i].memory);
}

/* The place of a role; GLIFT__ROLE_COUNT if the role has none. */
static unsigned place_of(const glift__role_cache *cache, const char *role_arn)
{
    unsigned i = 0;
    while (i < GLIFT__ROLE_COUNT &&
            (cache->roles[i].role_arn == NULL || strcmp(cache->roles[i].role_arn, role_arn) != 0))
        i++;
    return i;
}

const glift_fleet_role_credentials *glift__role_cache_find(
        const glift__role_cache *cache, const char *role_arn, int64_t now_unix_ms)
{
    unsigned place = place_of(cache, role_arn);
    if (place == GLIFT__ROLE_COUNT)
        return NULL;
    const glift_fleet_role_credentials *credentials = &cache->roles[place].credentials;
    return credentials->expiration_unix_ms - now_unix_ms > LEAST_REMAINING_MS ? credentials : NULL;
}

void glift__role_cache_keep(
        glift__role_cache *cache, const char *role_arn, const glift_fleet_role_credentials *credentials)
{
    unsigned place = place_of(cache, role_arn);
    if (place == GLIFT__ROLE_COUNT) {
        place = cache->next;
        cache->next = (cache->next + 1) % GLIFT__ROLE_COUNT;
    }
    glift__role *role = &cache->roles[place];
    glift__memory memory;
    glift__memory_init(&memory);
    const char *arn = glift__memory_text(&memory, role_arn);
    glift_fleet_role_credentials copy;
    bool copied = arn != NULL && glift__role_credentials_copy(&memory, credentials, &copy) == GLIFT_OK;
    glift__memory_fini(&role->memory);
    memset(role, 0, sizeof *role);
    if (!copied) {
        glift__memory_fini(&memory);
        return;
    }
    role->memory = memory;
    role->role_arn = arn;
    role->credentials = copy;
}

glift_status glift__role_credentials_copy(
        glift__memory *memory, const glift_fleet_role_credentials *from, glift_fleet_role_credentials *out)
{
    out->assumed_role_user_arn = glift__memory_text(memory, from->assumed_role_user_arn);
    out->assumed_role_id = glift__memory_text(memory, from->assumed_role_id);
    out->access_key_id = glift__memory_text(memory, from->access_key_id);
    out->secret_access_key = glift__memory_text(memory, from->secret_access_key);
    out->session_token = glift__memory_text(memory, from->session_token);
    out->expiration_unix_ms = from->expiration_unix_ms;
    bool complete = out->assumed_role_user_arn != NULL && out->assumed_role_id != NULL &&
                    out->access_key_id != NULL && out->secret_access_key != NULL &&
                    out->session_token != NULL;
    return complete ? GLIFT_OK : GLIFT_ERR_MEMORY;
}

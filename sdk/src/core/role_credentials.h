/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials of the fleet's roles, kept while more than 15 minutes remain (rules P89 to P91). */
#ifndef GLIFT_ROLE_CREDENTIALS_H
#define GLIFT_ROLE_CREDENTIALS_H

#include "core/core.h"

#define GLIFT__NOT_A_MANAGED_FLEET                                                                           \
    "Fleet role credentials only available for servers hosted on managed fleet."

typedef struct glift__role {
    glift__memory memory;
    const char *role_arn;
    glift_fleet_role_credentials credentials;
} glift__role;

/* A server has a role or two; more than these and the oldest is asked for again. */
#define GLIFT__ROLE_COUNT 8

typedef struct glift__role_cache {
    glift__role roles[GLIFT__ROLE_COUNT];
    unsigned next;            /* to be overwritten */
    bool not_a_managed_fleet; /* the service said so: it need not be asked again */
} glift__role_cache;

void glift__role_cache_fini(glift__role_cache *cache);

/* NULL if they are not here, or not for long any more. */
const glift_fleet_role_credentials *glift__role_cache_find(
        const glift__role_cache *cache, const char *role_arn, int64_t now_unix_ms);

/* Copied; without memory they are not kept. */
void glift__role_cache_keep(
        glift__role_cache *cache, const char *role_arn, const glift_fleet_role_credentials *credentials);

/* GLIFT_ERR_MEMORY: *out is not usable. */
glift_status glift__role_credentials_copy(
        glift__memory *memory, const glift_fleet_role_credentials *from, glift_fleet_role_credentials *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The credentials of the fleet's roles are kept here while more than 15 minutes remain (rules P89 to P91). */
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

/* A server has a role or two. With more roles than these, the credentials that were asked for first are asked
 * for again. */
#define GLIFT__ROLE_COUNT 8

typedef struct glift__role_cache {
    glift__role roles[GLIFT__ROLE_COUNT];
    unsigned next;            /* the place that is overwritten next */
    bool not_a_managed_fleet; /* the service said so, and need not be asked again */
} glift__role_cache;

void glift__role_cache_fini(glift__role_cache *cache);

/* The credentials of a role; NULL if they are not here, or will not be valid for long any more. */
const glift_fleet_role_credentials *glift__role_cache_find(
        const glift__role_cache *cache, const char *role_arn, int64_t now_unix_ms);

/* Keeps a copy of the credentials; without memory it does not. */
void glift__role_cache_keep(
        glift__role_cache *cache, const char *role_arn, const glift_fleet_role_credentials *credentials);

/* Copies the credentials into the memory. After GLIFT_ERR_MEMORY *out is not usable. */
glift_status glift__role_credentials_copy(
        glift__memory *memory, const glift_fleet_role_credentials *from, glift_fleet_role_credentials *out);

#endif

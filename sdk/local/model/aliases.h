/* SPDX-License-Identifier: Apache-2.0 */
/* Aliases: names that lead to a fleet, or to a message for those who come too late (service model 2.3). */
#ifndef LOCAL_ALIASES_H
#define LOCAL_ALIASES_H

#include "model/model.h"

#define LOCAL_ALIASES_MAX 1000 /* [E] */

typedef struct local_alias {
    const char *id;
    char arn[LOCAL_ARN_SIZE];
    uint64_t serial;
    char *name, *description; /* the description may be NULL */
    bool terminal;
    char *fleet_id; /* of a SIMPLE one */
    char *message;  /* of a TERMINAL one; may be NULL */
    int64_t creation_unix_ms, update_unix_ms;
    local_record record;
    TAILQ_ENTRY(local_alias) link;
} local_alias;

typedef struct local_alias_wish {
    const char *name, *description; /* NULL: as it is */
    bool reroute;                   /* the following members count */
    bool terminal;
    const char *fleet_id, *message;
} local_alias_wish;

local_alias *local_create_alias(
        local_service *service, glift__time now, const local_alias_wish *wish, local_refusal *why);
/* All or nothing. */
bool local_update_alias(local_service *service, glift__time now, local_alias *alias,
        const local_alias_wish *wish, local_refusal *why);
void local_delete_alias(local_service *service, local_alias *alias);
/* By id or ARN; NULL: refused. */
local_alias *local_need_alias(const local_service *service, const char *id_or_arn, local_refusal *why);
/* The fleet that it leads to; NULL: refused, with the message of a TERMINAL alias, or since the alias or its
 * fleet is not there. */
local_fleet *local_alias_fleet(const local_service *service, const char *id_or_arn, local_refusal *why);

void local_free_aliases(local_service *service);

#endif

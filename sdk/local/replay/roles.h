/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for what: ids, times and tokens of a recording, and those of its replay.
 *
 * Two messages are the same if they differ only in what is of the moment. An id of the recording stands for
 * one id of the replay, and the other way round: which, the first message that has both says. Whatever the
 * service has told the server it has to repeat as it is. */
#ifndef LOCAL_ROLES_H
#define LOCAL_ROLES_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROLES_DIFFERENCE_SIZE 512

typedef struct role_pair {
    int kind;
    char *recorded, *live;
} role_pair;

typedef struct local_roles {
    role_pair *pairs;
    size_t count, room;
    const char *endpoint, *token; /* of the replay: what RefreshConnection tells */
    bool keeps; /* ids that are new to both sides have to be the same text, and stand for no other one */
    bool out_of_memory;
} local_roles;

void roles_free(local_roles *roles);

/* Whether the server's message is the recorded one; if it is, its ids are learnt. If not, *difference says
 * where it begins to differ: "Port is 1 where the recording has 2". */
bool roles_same(
        local_roles *roles, const cJSON *recorded, const cJSON *live, char difference[ROLES_DIFFERENCE_SIZE]);

/* The recorded message of the service as the server of the replay is sent it: with its ids, its RequestId
 * (NULL: none), and times that are later_ms later. NULL: out of memory. */
cJSON *roles_translate(local_roles *roles, const cJSON *recorded, const char *request_id, double later_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of arguments before anything is sent (wire protocol 2.0), each text by its rule (text_rule.h). No
 * state. */
#ifndef GLIFT_VALIDATE_H
#define GLIFT_VALIDATE_H

#include "wire/message.h"
#include "wire/text_rule.h"

/* The arguments of a request, as the game gave them. GLIFT_OK, or GLIFT_ERR_ARGUMENT with a sentence in
 * `message` that has the name of the argument, as it is in C and Lua, and the limit. The default session and
 * names are filled in before. */
glift_status glift__validate_request(const glift__request_body *body, char message[GLIFT__MESSAGE_SIZE]);

typedef struct glift__identity { /* after environment and defaults were applied */
    const char *websocket_url, *auth_token, *process_id, *host_id, *fleet_id;
    const char *aws_region, *access_key, *secret_key, *session_token;
    bool container; /* compute type CONTAINER and no auth token */
} glift__identity;

/* Rules P28, P42 to P46, with the official texts. */
glift_status glift__validate_identity(const glift__identity *identity, char message[GLIFT__MESSAGE_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The reason why there is no connection, in a sentence that a studio can act on. */
#ifndef GLIFT_DIAL_FAILURE_H
#define GLIFT_DIAL_FAILURE_H

#include "core/core.h"

typedef struct glift__dial_failure {
    glift_status status;
    bool overloaded; /* the service asked for distance: HTTP 429 or 403 */
    char reason[640];
} glift__dial_failure;

/* Whether a text of the service repeats one of the secrets, or the beginning of a long one, or quotes our
 * query or a signature; also where it is percent-encoded. Secrets that are empty or NULL are skipped. */
bool glift__tells_a_secret(const char *text, const char *const *secrets, size_t count);

/* Says what the end of a socket means. `secrets` are texts that must not show up in the sentence, whatever
 * the service writes. */
void glift__dial_failure_of_end(glift__dial_failure *out, const glift__socket_end *end,
        const char *websocket_url, const char *const *secrets, size_t secret_count);

#endif

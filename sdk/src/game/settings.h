/* SPDX-License-Identifier: Apache-2.0 */
/* What a server is created with: desc and environment (wire protocol 1.6), defaults, all checked. */
#ifndef GLIFT_SETTINGS_H
#define GLIFT_SETTINGS_H

#include "core/core.h"
#include "wire/validate.h"

typedef struct glift__settings {
    glift__memory memory;    /* of all texts */
    glift__core_desc core;   /* random is left to the caller */
    const char *tls_ca_file; /* "" = the system's */
    bool tls_insecure;
    bool uses_tls;   /* the URL begins with wss:// */
    bool is_offline; /* the URL is GLIFT_OFFLINE_URL */
    uint32_t handshake_timeout_ms, shutdown_timeout_ms;
} glift__settings;

/* GLIFT_ERR_ARGUMENT with a sentence in `message` that names the field and the limit; GLIFT_ERR_MEMORY. Fini
 * it in any case. `desc` is a whole one (glift__sized_read). */
glift_status glift__settings_resolve(
        const glift_server_desc *desc, glift__settings *out, char message[GLIFT__MESSAGE_SIZE]);
void glift__settings_fini(glift__settings *settings);

#endif

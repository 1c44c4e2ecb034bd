/* SPDX-License-Identifier: Apache-2.0 */
/* What a container asks its surroundings by HTTP: who it is (wire protocol 1.4) and who is beside it (1.5).
 *
 * Two sequences of fetches, each a small state machine: it names a URL, is told what came of it, and names
 * the next one or ends. Nothing here fetches. */
#ifndef GLIFT_CONTAINER_H
#define GLIFT_CONTAINER_H

#include "wire/codec.h"

typedef enum glift__step {
    GLIFT__STEP_FETCH, /* fetch `url`, then call ..._fetched */
    GLIFT__STEP_DONE,
    GLIFT__STEP_FAILED /* `reason` says why */
} glift__step;

#define GLIFT__REASON_SIZE 256

/* Credentials and task id, for a dial. The task id stays the same and is asked for only once. */
typedef struct glift__container_login {
    glift__memory memory;      /* of this sequence */
    glift__memory task_memory; /* of the task id */
    const char *url;           /* to be fetched; lives until the next call */
    const char *metadata_url;
    glift__container_credentials credentials;
    const char *task_id; /* NULL until known */
    bool has_credentials;
    char reason[GLIFT__REASON_SIZE];
} glift__container_login;

/* The URLs must live as long as the sequence. */
glift__step glift__container_login_start(
        glift__container_login *login, const char *credentials_url, const char *metadata_url);
glift__step glift__container_login_fetched(
        glift__container_login *login, int http_status, const char *body, size_t length);
void glift__container_login_fini(glift__container_login *login);

/* The containers of this group. Ends in DONE with the body of the last fetch as the list. */
typedef struct glift__container_discovery {
    glift__memory memory;
    const char *url;
    const char *endpoint; /* as configured; "" if it is not */
    const char *metadata_url;
    int stage;
    char reason[GLIFT__REASON_SIZE];
} glift__container_discovery;

glift__step glift__container_discovery_start(
        glift__container_discovery *discovery, const char *endpoint, const char *metadata_url);
glift__step glift__container_discovery_fetched(
        glift__container_discovery *discovery, int http_status, const char *body, size_t length);
void glift__container_discovery_fini(glift__container_discovery *discovery);

#endif

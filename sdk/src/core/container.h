/* SPDX-License-Identifier: Apache-2.0 */
/* What a container asks its surroundings by HTTP: who it is (wire protocol 1.4) and who is beside it (1.5).
 *
 * Each question is a sequence of fetches, as a small state machine: the sequence names a URL, is told what
 * came of it, and names the next URL or ends. Nothing here fetches. */
#ifndef GLIFT_CONTAINER_H
#define GLIFT_CONTAINER_H

#include "wire/codec.h"

typedef enum glift__step {
    GLIFT__STEP_FETCH, /* `url` is to be fetched, and ..._fetched() called then */
    GLIFT__STEP_DONE,
    GLIFT__STEP_FAILED /* `reason` says why */
} glift__step;

#define GLIFT__REASON_SIZE 256

/* The sequence that gives a dial its credentials and task id. The task id stays the same and is asked for
 * only once. */
typedef struct glift__container_login {
    glift__memory memory;      /* of what this sequence holds */
    glift__memory task_memory; /* of the task id */
    const char *url;           /* what is to be fetched; lives until the next call */
    const char *metadata_url;
    glift__container_credentials credentials;
    const char *task_id; /* NULL until it is known */
    bool has_credentials;
    char reason[GLIFT__REASON_SIZE];
} glift__container_login;

/* The URLs must live as long as the sequence. */
glift__step glift__container_login_start(
        glift__container_login *login, const char *credentials_url, const char *metadata_url);
glift__step glift__container_login_fetched(
        glift__container_login *login, int http_status, const char *body, size_t length);
void glift__container_login_fini(glift__container_login *login);

/* The sequence that asks for the containers of this group. It ends in DONE, with the body of the last fetch
 * as the list. */
typedef struct glift__container_discovery {
    glift__memory memory;
    const char *url;
    const char *endpoint; /* "" if none is configured */
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

/* SPDX-License-Identifier: Apache-2.0 */
/* A service as --demo makes it, with two game servers: what the fuzz targets of gamelift-local begin with. */
#ifndef FUZZ_SERVICE_H
#define FUZZ_SERVICE_H

#include "fuzz.h"
#include "program/demo.h"

#include <cjson/cJSON.h>
#include <string.h>

typedef struct fuzz_service {
    local_service *service;
    local_demo demo;
    uint64_t connections[2]; /* of the processes "p0" and "p1" */
    glift__time now;
} fuzz_service;

/* As JSON; to be freed. */
static inline char *fuzz_state(const fuzz_service *self)
{
    glift__text text = {0};
    HOLDS(local_service_state(self->service, self->now, &text) == GLIFT_OK);
    return text.bytes;
}

static inline cJSON *fuzz_state_tree(const fuzz_service *self)
{
    char *text = fuzz_state(self);
    cJSON *tree = cJSON_Parse(text);
    HOLDS(cJSON_IsObject(tree));
    free(text);
    return tree;
}

static inline void fuzz_tell(fuzz_service *self, int process, const char *message)
{
    local_service_received(self->service, self->now, self->connections[process], message, strlen(message));
}

static inline void fuzz_connect(fuzz_service *self, int process)
{
    char query[512];
    glift__text refusal = {0};
    snprintf(query, sizeof query,
            "pID=p%d&sdkVersion=5.6.0&sdkLanguage=C&ComputeId=%s&FleetId=%s&Authorization=%s", process,
            self->demo.compute_name, self->demo.fleet_id, self->demo.auth_token);
    HOLDS(local_service_handshake(self->service, self->now, query, &self->connections[process], &refusal) ==
            101);
    fuzz_tell(self, process,
            "{\"Action\":\"ActivateServerProcess\",\"RequestId\":\"ready\",\"SdkVersion\":\"5.6.0\","
            "\"SdkLanguage\":\"C\",\"Port\":7777}");
}

static inline void fuzz_drop_outputs(fuzz_service *self)
{
    local_output output;
    while (local_service_next_output(self->service, &output))
        glift__text_free(&output.text);
}

static inline void fuzz_pass(fuzz_service *self, uint64_t ms)
{
    self->now.mono_ms += ms;
    self->now.unix_ms += (int64_t)ms;
    local_service_advance(self->service, self->now);
}

static inline void fuzz_begin(fuzz_service *self)
{
    local_service_desc desc = {.seed = 7, .log_level = GLIFT_LOG_ERROR};
    *self = (fuzz_service){.now = {.mono_ms = 1000, .unix_ms = 1700000000123}};
    HOLDS(local_service_create(&desc, self->now, &self->service) == GLIFT_OK);
    HOLDS(local_service_demo(self->service, self->now, NULL, &self->demo) == GLIFT_OK);
    for (int i = 0; i < 2; i++)
        fuzz_connect(self, i);
    fuzz_drop_outputs(self);
}

static inline void fuzz_end(fuzz_service *self)
{
    local_service_destroy(self->service);
}

/* One call that succeeds; the answer is to be deleted. */
static inline cJSON *fuzz_call(fuzz_service *self, const char *operation, const char *body)
{
    glift__text reply = {0};
    HOLDS(local_service_call(self->service, self->now, operation, body, strlen(body), &reply) == 200);
    cJSON *tree = cJSON_Parse(reply.bytes);
    HOLDS(cJSON_IsObject(tree));
    glift__text_free(&reply);
    return tree;
}

#endif

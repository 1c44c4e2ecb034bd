/* SPDX-License-Identifier: Apache-2.0 */
/* A service as --demo makes it, with two game servers: what the fuzz targets of gamelift-local begin with. It
 * keeps itself in a store that finds out whoever forgets to tell of a change, and that a new service has to
 * be made of in the end. */
#ifndef FUZZ_SERVICE_H
#define FUZZ_SERVICE_H

#include "fuzz.h"
#include "program/demo.h"

#include <cjson/cJSON.h>
#include <string.h>

#define CHECK                        HOLDS
#define CHECK_TEXT(actual, expected) HOLDS(strcmp(actual, expected) == 0)
#include "local_store.h"

typedef struct fuzz_service {
    local_service *service;
    local_demo demo;
    uint64_t connections[2]; /* of the processes "p0" and "p1" */
    glift__time now;
    test_store kept;
    size_t changes; /* written to the store, of anything but the service's own counters */
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

static inline void fuzz_commit(fuzz_service *self)
{
    HOLDS(local_service_commit(self->service, self->now));
}

static inline void fuzz_tell(fuzz_service *self, int process, const char *message)
{
    local_service_received(self->service, self->now, self->connections[process], message, strlen(message));
    fuzz_commit(self);
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
    fuzz_commit(self);
}

static inline bool fuzz_put(void *user, const char *kind, uint64_t row, const char *body, size_t length)
{
    fuzz_service *self = user;
    self->changes += strcmp(kind, "service") != 0;
    return test_store_put(&self->kept, kind, row, body, length);
}

static inline bool fuzz_remove(void *user, const char *kind, uint64_t row)
{
    fuzz_service *self = user;
    self->changes++;
    return test_store_remove(&self->kept, kind, row);
}

static inline bool fuzz_store_commit(void *user, glift__time now)
{
    (void)user;
    (void)now;
    return true;
}

static inline bool fuzz_each(void *user, const char *kind, local_row_fn row, void *arg)
{
    return test_store_each(&((fuzz_service *)user)->kept, kind, row, arg);
}

/* A service of what is in the store. */
static inline local_service *fuzz_start(fuzz_service *self)
{
    local_service_desc desc = {.seed = 7, .log_level = GLIFT_LOG_ERROR, .store = &self->kept.store};
    local_service *service = NULL;
    HOLDS(local_service_create(&desc, self->now, &service) == GLIFT_OK);
    return service;
}

static inline void fuzz_begin(fuzz_service *self)
{
    *self = (fuzz_service){.now = {.mono_ms = 1000, .unix_ms = 1700000000123}};
    test_store_init(&self->kept);
    self->kept.store.user = self;
    self->kept.store.checks_all = false; /* until the end: a look at everything after each call is slow */
    self->kept.store.put = fuzz_put;
    self->kept.store.remove = fuzz_remove;
    self->kept.store.commit = fuzz_store_commit;
    self->kept.store.each = fuzz_each;
    self->service = fuzz_start(self);
    HOLDS(local_service_demo(self->service, self->now, NULL, &self->demo) == GLIFT_OK);
    for (int i = 0; i < 2; i++)
        fuzz_connect(self, i);
    fuzz_drop_outputs(self);
    fuzz_commit(self);
}

/* A service that is made of what this one has kept has nothing to add, but for the processes, which are
 * waited for anew. */
static inline void fuzz_end(fuzz_service *self)
{
    self->kept.store.checks_all = true;
    fuzz_commit(self);
    self->kept.puts = 0;
    local_service *other = fuzz_start(self);
    HOLDS(local_service_commit(other, self->now) && self->kept.puts == 0);
    local_service_destroy(other);
    local_service_destroy(self->service);
    test_store_fini(&self->kept);
}

/* One call that succeeds; the answer is to be deleted. */
static inline cJSON *fuzz_call(fuzz_service *self, const char *operation, const char *body)
{
    glift__text reply = {0};
    HOLDS(local_service_call(self->service, self->now, operation, body, strlen(body), &reply) == 200);
    cJSON *tree = cJSON_Parse(reply.bytes);
    HOLDS(cJSON_IsObject(tree));
    fuzz_commit(self);
    glift__text_free(&reply);
    return tree;
}

#endif

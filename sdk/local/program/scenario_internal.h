/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of the scenario. */
#ifndef LOCAL_SCENARIO_INTERNAL_H
#define LOCAL_SCENARIO_INTERNAL_H

#include <cjson/cJSON.h>

#include "program/scenario.h"

#define SCENARIO_STEPS_MAX      1000
#define SCENARIO_TIMES_MAX      10000
#define SCENARIO_CALLS_AT_ONCE  50 /* then the others have their turn */
#define SCENARIO_SECONDS_MAX    86400
#define SCENARIO_WITHIN_SECONDS 30 /* where a step does not say it */

/* What a step does: the member that it has one of. */
typedef enum scenario_kind {
    STEP_WAIT,
    STEP_HOLD,
    STEP_EXPECT,
    STEP_CALL,
    STEP_CONTROL,
    STEP_FAULT,
    STEP_PAUSE,
    STEP_KINDS
} scenario_kind;

struct scenario {
    cJSON *root;      /* as scenario_read() has found it good */
    cJSON *variables; /* an object of texts */
    const cJSON *step;
    int number; /* of the step, from 1 */
    scenario_state state;
    bool has_begun;                            /* the step */
    int times_done;                            /* of its calls */
    uint64_t began_ms, step_began_ms, look_ms; /* mono_ms */
};

/* ---- scenario_read.c ---- */

scenario_kind scenario_kind_of(const cJSON *step); /* STEP_KINDS: none */
double scenario_number(const cJSON *step, const char *name, double fallback);

/* ---- scenario_match.c ---- */

/* A copy in which each ${name} of its texts is replaced; NULL: out of memory. */
cJSON *scenario_resolve(const cJSON *template, const cJSON *variables);
/* Whether the value is what was wanted: the same, or as "at_least", "at_most", "not", "contains" say; members
 * and entries that are not wanted do not matter. */
bool scenario_fits(const cJSON *wanted, const cJSON *value);
/* What lies at "GameSession.GameSessionId", "Tickets.0.Status"; NULL: nothing. */
const cJSON *scenario_at(const cJSON *value, const char *path);

/* ---- scenario_condition.c ---- */

/* Whether the condition, or each of a list of them, is true. False: *why says what there is instead. */
bool scenario_is_true(
        const cJSON *condition, local_service *service, glift__time now, char why[SCENARIO_WHY_SIZE]);
typedef int (*scenario_door)(local_service *service, glift__time now, const char *name, const char *body,
        size_t length, glift__text *reply);
/* By one of the service's doors, with the JSON answer in *reply, which the caller deletes. Returns the
 * status. */
int scenario_ask(scenario_door door, local_service *service, glift__time now, const char *name,
        const cJSON *input, cJSON **reply);

#endif

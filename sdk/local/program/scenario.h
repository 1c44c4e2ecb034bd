/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario: what happens to a game server, step by step, and what has to come of it (--scenario FILE).
 *
 * Pure: a step makes calls of the service that it is given, and looks at what the service holds; time is an
 * argument. assets/scenarios/scenario.schema.json describes the files, README.md tells of them. */
#ifndef LOCAL_SCENARIO_H
#define LOCAL_SCENARIO_H

#include "api/service.h"

#define SCENARIO_WHY_SIZE 600

typedef struct scenario scenario;

/* NULL: *why is a sentence that names the step. */
scenario *scenario_read(const char *text, size_t length, char why[SCENARIO_WHY_SIZE]);
void scenario_free(scenario *scenario); /* NULL is allowed */

/* ${name} in its texts stands for this value. False: out of memory. */
bool scenario_set(scenario *scenario, const char *name, const char *value);

typedef enum scenario_state { SCENARIO_RUNS, SCENARIO_PASSED, SCENARIO_FAILED } scenario_state;

/* Whoever runs it: where the lines of its report go. */
typedef struct scenario_stage {
    local_service *service;
    void (*say)(void *user, const char *line);
    void *user;
} scenario_stage;

/* One step, or one more look at what a step waits for. What the call of a step asks of the clock is for the
 * owner of the service to see to, before the next one. */
scenario_state scenario_advance(scenario *scenario, const scenario_stage *stage, glift__time now);
/* When it wants to look again at the latest (mono_ms); UINT64_MAX: it has ended. */
uint64_t scenario_deadline_ms(const scenario *scenario);
/* It does not go on: the rest of the report. */
void scenario_give_up(scenario *scenario, const scenario_stage *stage, const char *why);

#endif

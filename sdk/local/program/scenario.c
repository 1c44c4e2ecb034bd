/* SPDX-License-Identifier: Apache-2.0 */
/* The course of a scenario: one step after the other, a line of the report for each. */
#include "base/format.h"
#include "program/scenario_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS   50 /* between two looks at what a step waits for */
#define LINE_SIZE 1400

static void tell(const scenario_stage *stage, const char *format, ...) GLIFT__FORMAT(2, 3);
static void tell(const scenario_stage *stage, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    stage->say(stage->user, line);
}

static const char *text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text != NULL ? text : "";
}

/* ---- the report ---- */

static double seconds_since(uint64_t began_ms, glift__time now)
{
    return (double)(now.mono_ms - began_ms) / 1000;
}

static void tell_step(const scenario *self, const scenario_stage *stage, glift__time now, const char *why)
{
    tell(stage, "  %-6s %d. %s (%.1f s)%s%s", why == NULL ? "ok" : "FAILED", self->number,
            text_of(self->step, "name"), seconds_since(self->step_began_ms, now), why != NULL ? ": " : "",
            why != NULL ? why : "");
}

static void finish(scenario *self, const scenario_stage *stage, glift__time now)
{
    int count = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(self->root, "steps"));
    if (self->state == SCENARIO_PASSED)
        tell(stage, "Scenario %s passed: %d steps in %.1f s.", text_of(self->root, "scenario"), count,
                seconds_since(self->began_ms, now));
    else
        tell(stage, "Scenario %s failed at step %d of %d: %s.", text_of(self->root, "scenario"), self->number,
                count, text_of(self->step, "name"));
}

static void fail(scenario *self, const scenario_stage *stage, glift__time now, const char *why)
{
    tell_step(self, stage, now, why);
    self->state = SCENARIO_FAILED;
    finish(self, stage, now);
}

static void pass(scenario *self, const scenario_stage *stage, glift__time now)
{
    tell_step(self, stage, now, NULL);
    self->step = self->step->next;
    self->has_begun = false;
    self->look_ms = now.mono_ms;
    if (self->step != NULL)
        return;
    self->state = SCENARIO_PASSED;
    finish(self, stage, now);
}

/* ---- calls ---- */

/* Members of the answer under names of the scenario's own. */
static bool keep(scenario *self, const cJSON *reply, char why[SCENARIO_WHY_SIZE])
{
    const cJSON *kept;
    cJSON_ArrayForEach(kept, cJSON_GetObjectItemCaseSensitive(self->step, "keep"))
    {
        const cJSON *value = scenario_at(reply, kept->valuestring);
        if (!cJSON_IsString(value)) {
            snprintf(why, SCENARIO_WHY_SIZE, "the answer has no text at %s", kept->valuestring);
            return false;
        }
        if (!scenario_set(self, kept->string, value->valuestring)) {
            snprintf(why, SCENARIO_WHY_SIZE, "out of memory");
            return false;
        }
    }
    return true;
}

static bool is_wanted_answer(
        const cJSON *step, int status, const cJSON *reply, const cJSON *wanted, char why[SCENARIO_WHY_SIZE])
{
    const char *error = text_of(step, "error"), *type = text_of(reply, "__type");
    if (error[0] == '\0' && status != 200)
        snprintf(why, SCENARIO_WHY_SIZE, "it was refused with %s (HTTP %d): %.300s", type, status,
                text_of(reply, "Message"));
    else if (error[0] != '\0' && strcmp(error, type) != 0)
        snprintf(why, SCENARIO_WHY_SIZE, "%s was expected, and not %s", error,
                status == 200 ? "success" : type);
    else if (!scenario_fits(wanted, reply)) {
        char *text = cJSON_PrintUnformatted(reply);
        snprintf(why, SCENARIO_WHY_SIZE, "the answer is %.400s", text != NULL ? text : "nothing");
        free(text);
    } else
        return true;
    return false;
}

/* A fault is asked for by a control, whose body the step holds. */
static bool make_call(scenario *self, const scenario_stage *stage, glift__time now, scenario_kind kind,
        char why[SCENARIO_WHY_SIZE])
{
    bool is_fault = kind == STEP_FAULT;
    const char *name = is_fault ? "faults" : text_of(self->step, kind == STEP_CALL ? "call" : "control");
    cJSON *input = scenario_resolve(
            cJSON_GetObjectItemCaseSensitive(self->step, is_fault ? "fault" : "with"), self->variables);
    cJSON *wanted = scenario_resolve(cJSON_GetObjectItemCaseSensitive(self->step, "answer"), self->variables);
    cJSON *reply = NULL;
    bool good = input != NULL && wanted != NULL;
    snprintf(why, SCENARIO_WHY_SIZE, "out of memory");
    if (good) {
        int status = scenario_ask(kind == STEP_CALL ? local_service_call : local_service_control,
                stage->service, now, name, input, &reply);
        good = is_wanted_answer(self->step, status, reply, wanted, why) && keep(self, reply, why);
    }
    cJSON_Delete(input);
    cJSON_Delete(wanted);
    cJSON_Delete(reply);
    return good;
}

/* As many as may be made at once; the rest has its turn next time. */
static bool make_calls(scenario *self, const scenario_stage *stage, glift__time now, scenario_kind kind,
        char why[SCENARIO_WHY_SIZE])
{
    int times = (int)scenario_number(self->step, "times", 1);
    for (int i = 0; i < SCENARIO_CALLS_AT_ONCE && self->times_done < times; i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", ++self->times_done);
        if (!scenario_set(self, "i", number) || !make_call(self, stage, now, kind, why))
            return false;
    }
    return true;
}

/* ---- conditions ---- */

static bool is_true(const scenario *self, const scenario_stage *stage, glift__time now, const char *member,
        char why[SCENARIO_WHY_SIZE])
{
    cJSON *condition =
            scenario_resolve(cJSON_GetObjectItemCaseSensitive(self->step, member), self->variables);
    snprintf(why, SCENARIO_WHY_SIZE, "out of memory");
    bool result = condition != NULL && scenario_is_true(condition, stage->service, now, why);
    cJSON_Delete(condition);
    return result;
}

static bool time_is_over(const scenario *self, glift__time now, double seconds)
{
    return seconds_since(self->step_began_ms, now) >= seconds;
}

static void wait_for(scenario *self, const scenario_stage *stage, glift__time now)
{
    char why[SCENARIO_WHY_SIZE], whole[SCENARIO_WHY_SIZE + 64];
    double within = scenario_number(self->step, "within_seconds", SCENARIO_WITHIN_SECONDS);
    if (is_true(self, stage, now, "wait", why)) {
        pass(self, stage, now);
    } else if (time_is_over(self, now, within)) {
        snprintf(whole, sizeof whole, "not within %g s: %s", within, why);
        fail(self, stage, now, whole);
    }
}

static void hold(scenario *self, const scenario_stage *stage, glift__time now)
{
    char why[SCENARIO_WHY_SIZE];
    if (!is_true(self, stage, now, "hold", why))
        fail(self, stage, now, why);
    else if (time_is_over(self, now, scenario_number(self->step, "for_seconds", 0)))
        pass(self, stage, now);
}

static void run_step(scenario *self, const scenario_stage *stage, glift__time now)
{
    char why[SCENARIO_WHY_SIZE];
    scenario_kind kind = scenario_kind_of(self->step);
    bool good = true;
    switch (kind) {
    case STEP_WAIT:
        wait_for(self, stage, now);
        return;
    case STEP_HOLD:
        hold(self, stage, now);
        return;
    case STEP_PAUSE:
        if (time_is_over(self, now, scenario_number(self->step, "pause_seconds", 0)))
            pass(self, stage, now);
        return;
    case STEP_EXPECT:
        good = is_true(self, stage, now, "expect", why);
        break;
    case STEP_CALL:
    case STEP_CONTROL:
    case STEP_FAULT:
        good = make_calls(self, stage, now, kind, why);
        if (good && self->times_done < (int)scenario_number(self->step, "times", 1)) {
            self->look_ms = now.mono_ms;
            return;
        }
        break;
    case STEP_KINDS:
        return;
    }
    if (good)
        pass(self, stage, now);
    else
        fail(self, stage, now, why);
}

/* ---- from outside ---- */

scenario_state scenario_advance(scenario *self, const scenario_stage *stage, glift__time now)
{
    if (self->state != SCENARIO_RUNS)
        return self->state;
    if (self->number == 0) {
        self->began_ms = now.mono_ms;
        tell(stage, "Scenario %s: %s", text_of(self->root, "scenario"), text_of(self->root, "text"));
    }
    if (!self->has_begun) {
        self->has_begun = true;
        self->times_done = 0;
        self->step_began_ms = now.mono_ms;
        self->number++;
    }
    self->look_ms = now.mono_ms + LOOK_MS;
    run_step(self, stage, now);
    return self->state;
}

uint64_t scenario_deadline_ms(const scenario *self)
{
    return self->state == SCENARIO_RUNS ? self->look_ms : UINT64_MAX;
}

void scenario_give_up(scenario *self, const scenario_stage *stage, const char *why)
{
    if (self->state != SCENARIO_RUNS)
        return;
    self->state = SCENARIO_FAILED;
    tell(stage, "Scenario %s did not come to its end: %s.", text_of(self->root, "scenario"), why);
}

bool scenario_set(scenario *self, const char *name, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(self->variables, name);
    return cJSON_AddStringToObject(self->variables, name, value) != NULL;
}

void scenario_free(scenario *self)
{
    if (self == NULL)
        return;
    cJSON_Delete(self->root);
    cJSON_Delete(self->variables);
    free(self);
}

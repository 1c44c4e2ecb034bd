/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario as somebody wrote it: what is wrong is said before anything happens, in a sentence that names
 * the step. What depends on the course (an id that is not there) is said when its step has its turn. */
#include "program/scenario_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/format.h"

/* Where the reader is, and the names that a text may use by now. */
typedef struct reader {
    const cJSON *step;
    int number; /* 0: outside of the steps */
    cJSON *known;
    char *why;
} reader;

static bool refuse(const reader *self, const char *format, ...) GLIFT__FORMAT(2, 3);
static bool refuse(const reader *self, const char *format, ...)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(self->step, "name"));
    char where[200] = "", what[SCENARIO_WHY_SIZE - sizeof where];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (self->number > 0 && name != NULL)
        snprintf(where, sizeof where, "step %d (%.100s): ", self->number, name);
    else if (self->number > 0)
        snprintf(where, sizeof where, "step %d: ", self->number);
    snprintf(self->why, SCENARIO_WHY_SIZE, "%s%s", where, what);
    return false;
}

/* ---- members ---- */

typedef struct member_rule {
    const char *name;
    int type;    /* of cJSON */
    unsigned of; /* the kinds of steps that have it, as bits */
    double least, most;
} member_rule;

#define BIT(kind) (1u << (kind))
#define EVERY     (BIT(STEP_KINDS) - 1)
#define CALLS     (BIT(STEP_CALL) | BIT(STEP_CONTROL) | BIT(STEP_FAULT))
#define CONDITION 0 /* looked at by itself */

static const member_rule step_members[] = {
        {"name", cJSON_String, EVERY, 0, 0},
        {"wait", CONDITION, BIT(STEP_WAIT), 0, 0},
        {"within_seconds", cJSON_Number, BIT(STEP_WAIT), 0.001, SCENARIO_SECONDS_MAX},
        {"hold", CONDITION, BIT(STEP_HOLD), 0, 0},
        {"for_seconds", cJSON_Number, BIT(STEP_HOLD), 0.001, SCENARIO_SECONDS_MAX},
        {"expect", CONDITION, BIT(STEP_EXPECT), 0, 0},
        {"call", cJSON_String, BIT(STEP_CALL), 0, 0},
        {"control", cJSON_String, BIT(STEP_CONTROL), 0, 0},
        {"fault", cJSON_Object, BIT(STEP_FAULT), 0, 0},
        {"with", cJSON_Object, BIT(STEP_CALL) | BIT(STEP_CONTROL), 0, 0},
        {"answer", cJSON_Object, CALLS, 0, 0},
        {"error", cJSON_String, CALLS, 0, 0},
        {"keep", cJSON_Object, CALLS, 0, 0},
        {"times", cJSON_Number, CALLS, 1, SCENARIO_TIMES_MAX},
        {"pause_seconds", cJSON_Number, BIT(STEP_PAUSE), 0.001, SCENARIO_SECONDS_MAX},
};

/* What a step does is named by one of these, in the order of scenario_kind. */
static const char *const kind_members[STEP_KINDS] = {
        "wait", "hold", "expect", "call", "control", "fault", "pause_seconds"};

static const char *const lists[] = {"computes", "events", "faults", "fleets", "game_sessions", "locations",
        "player_sessions", "processes", "queues", "tickets"};
/* "reset" is none of them: a scenario begins with a new service, and ends with it. */
static const char *const controls[] = {"advance", "drop", "faults/clear", "refresh", "terminate"};

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0)
            return true;
    }
    return false;
}

static bool refuse_word(const reader *self, const char *name, const char *const *words, size_t count)
{
    char list[200] = "";
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s", i > 0 ? ", " : "", words[i]);
    }
    return refuse(self, "%s must be one of [%s].", name, list);
}

scenario_kind scenario_kind_of(const cJSON *step)
{
    int kind = 0;
    while (kind < STEP_KINDS && cJSON_GetObjectItemCaseSensitive(step, kind_members[kind]) == NULL)
        kind++;
    return (scenario_kind)kind;
}

double scenario_number(const cJSON *step, const char *name, double fallback)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(step, name);
    return number != NULL ? number->valuedouble : fallback;
}

static const char *type_name(int type)
{
    return type == cJSON_String ? "a text" : type == cJSON_Number ? "a number" : "an object";
}

static bool check_value(const reader *self, const member_rule *rule, const cJSON *member)
{
    if (rule->type != CONDITION && (member->type & 0xFF) != rule->type)
        return refuse(self, "%s must be %s.", rule->name, type_name(rule->type));
    if (rule->type == cJSON_Number &&
            (!(member->valuedouble >= rule->least) || !(member->valuedouble <= rule->most)))
        return refuse(self, "%s must be from %g to %g.", rule->name, rule->least, rule->most);
    if (rule->type == cJSON_String && (member->valuestring[0] == '\0' || strlen(member->valuestring) > 256))
        return refuse(self, "%s must have 1 to 256 bytes.", rule->name);
    return true;
}

static bool check_member(const reader *self, scenario_kind kind, const cJSON *member)
{
    for (size_t i = 0; i < sizeof step_members / sizeof step_members[0]; i++) {
        const member_rule *rule = &step_members[i];
        if (strcmp(rule->name, member->string) != 0)
            continue;
        if ((rule->of & BIT(kind)) == 0)
            return refuse(self, "%s means nothing beside %s.", rule->name, kind_members[kind]);
        return check_value(self, rule, member);
    }
    return refuse(self, "%.100s is no member of a step.", member->string);
}

/* ---- ${name} ---- */

static bool check_text(const reader *self, const char *text)
{
    for (const char *at = text; (at = strstr(at, "${")) != NULL; at += 2) {
        char name[64] = "";
        size_t length = strcspn(at + 2, "}");
        if (at[2 + length] != '}')
            return refuse(self, "\"%.100s\" has a ${ without its }.", text);
        if (length < sizeof name)
            memcpy(name, at + 2, length);
        if (cJSON_GetObjectItemCaseSensitive(self->known, name) == NULL)
            return refuse(self, "${%.*s} stands for nothing: no step before this one keeps it.",
                    (int)(length < 60 ? length : 60), at + 2);
    }
    return true;
}

static bool check_texts(const reader *self, const cJSON *value)
{
    if (cJSON_IsString(value) && !check_text(self, value->valuestring))
        return false;
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        if (!check_texts(self, child))
            return false;
    }
    return true;
}

static bool check_kept(const reader *self)
{
    const cJSON *kept;
    cJSON_ArrayForEach(kept, cJSON_GetObjectItemCaseSensitive(self->step, "keep"))
    {
        if (!cJSON_IsString(kept) || kept->valuestring[0] == '\0')
            return refuse(self, "keep.%.64s must be a text: where in the answer it is.", kept->string);
        if (strlen(kept->string) == 0 || strlen(kept->string) > 63 || strchr(kept->string, '}') != NULL)
            return refuse(self, "a name of keep must have 1 to 63 bytes, and no }.");
        cJSON_DeleteItemFromObjectCaseSensitive(self->known, kept->string);
        if (cJSON_AddTrueToObject(self->known, kept->string) == NULL)
            return refuse(self, "out of memory.");
    }
    return true;
}

/* ---- conditions ---- */

static bool check_bounds(const reader *self, const cJSON *condition)
{
    static const char *const bounds[] = {"count", "at_least", "at_most"};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        const cJSON *bound = cJSON_GetObjectItemCaseSensitive(condition, bounds[i]);
        if (bound != NULL && (!cJSON_IsNumber(bound) || bound->valuedouble < 0 || bound->valuedouble > 1e6 ||
                                     bound->valuedouble != bound->valueint))
            return refuse(self, "%s must be a whole number from 0 to 1000000.", bounds[i]);
    }
    return true;
}

static bool check_list(const reader *self, const cJSON *condition, const cJSON *list)
{
    static const char *const members[] = {"list", "where", "count", "at_least", "at_most"};
    const cJSON *where = cJSON_GetObjectItemCaseSensitive(condition, "where"), *member;
    cJSON_ArrayForEach(member, condition)
    {
        if (!is_one_of(member->string, members, sizeof members / sizeof members[0]))
            return refuse(self, "%.100s means nothing beside list.", member->string);
    }
    if (!cJSON_IsString(list) || !is_one_of(list->valuestring, lists, sizeof lists / sizeof lists[0]))
        return refuse_word(self, "list", lists, sizeof lists / sizeof lists[0]);
    if (where != NULL && !cJSON_IsObject(where))
        return refuse(self, "where must be an object.");
    return check_bounds(self, condition);
}

static bool check_operation(const reader *self, const cJSON *name)
{
    if (!cJSON_IsString(name) || !api_operation_is_known(name->valuestring))
        return refuse(self, "call must be an operation of the AWS API that gamelift-local emulates.");
    return true;
}

/* What a condition may ask again and again. */
static const char *const looks[] = {"Describe", "Get", "List", "Resolve", "Search"};

static bool check_poll(const reader *self, const cJSON *condition, const cJSON *call)
{
    static const char *const members[] = {"call", "with", "answer"};
    const cJSON *member;
    cJSON_ArrayForEach(member, condition)
    {
        if (!is_one_of(member->string, members, sizeof members / sizeof members[0]))
            return refuse(self, "%.100s means nothing beside call in a condition.", member->string);
        if (member != call && !cJSON_IsObject(member))
            return refuse(self, "%s must be an object.", member->string);
    }
    if (!check_operation(self, call))
        return false;
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        if (strncmp(call->valuestring, looks[i], strlen(looks[i])) == 0)
            return true;
    }
    return refuse(
            self, "call in a condition must be one that changes nothing, such as Describe... or List....");
}

static bool check_one(const reader *self, const cJSON *condition, const char *name)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(condition, "list");
    const cJSON *call = cJSON_GetObjectItemCaseSensitive(condition, "call");
    if (!cJSON_IsObject(condition) || (list == NULL) == (call == NULL))
        return refuse(self, "%s must be an object with either list or call, or a list of these.", name);
    return list != NULL ? check_list(self, condition, list) : check_poll(self, condition, call);
}

static bool check_condition(const reader *self, scenario_kind kind)
{
    const char *name = kind_members[kind];
    const cJSON *condition = cJSON_GetObjectItemCaseSensitive(self->step, name), *one;
    if (!cJSON_IsArray(condition))
        return check_one(self, condition, name);
    if (condition->child == NULL)
        return refuse(self, "%s must not be empty.", name);
    cJSON_ArrayForEach(one, condition)
    {
        if (!check_one(self, one, name))
            return false;
    }
    return true;
}

/* ---- steps ---- */

/* As POST /_local/faults would refuse it; texts with a ${name} are judged there. */
static bool check_fault(const reader *self)
{
    const cJSON *fault = cJSON_GetObjectItemCaseSensitive(self->step, "fault");
    char why[FAULT_WHY_SIZE];
    local_faults *faults = local_faults_create(1);
    bool good = faults != NULL && local_fault_begin(faults, (glift__time){0}, fault, why) != NULL;
    local_faults_destroy(faults);
    return good || refuse(self, "fault: %s", faults != NULL ? why : "out of memory.");
}

static bool check_kind(const reader *self, scenario_kind kind)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(self->step, kind_members[kind]);
    switch (kind) {
    case STEP_WAIT:
    case STEP_EXPECT:
        return check_condition(self, kind);
    case STEP_HOLD:
        if (cJSON_GetObjectItemCaseSensitive(self->step, "for_seconds") == NULL)
            return refuse(self, "for_seconds is missing beside hold.");
        return check_condition(self, kind);
    case STEP_CALL:
        return check_operation(self, member);
    case STEP_CONTROL:
        if (!is_one_of(member->valuestring, controls, sizeof controls / sizeof controls[0]))
            return refuse_word(self, "control", controls, sizeof controls / sizeof controls[0]);
        return true;
    case STEP_FAULT:
        return check_fault(self);
    case STEP_PAUSE:
    case STEP_KINDS:
        break;
    }
    return true;
}

static bool check_step(const reader *self)
{
    if (!cJSON_IsObject(self->step))
        return refuse(self, "a step must be an object.");
    if (cJSON_GetObjectItemCaseSensitive(self->step, "name") == NULL)
        return refuse(self, "name is missing: what this step is, in words.");
    scenario_kind kind = scenario_kind_of(self->step);
    if (kind == STEP_KINDS)
        return refuse(self, "a step has one of wait, hold, expect, call, control, fault, pause_seconds.");
    const cJSON *member;
    cJSON_ArrayForEach(member, self->step)
    {
        if (!check_member(self, kind, member))
            return false;
    }
    return check_kind(self, kind) && check_texts(self, self->step) && check_kept(self);
}

static bool check_head(const reader *self, const cJSON *root)
{
    static const char *const members[] = {"$schema", "scenario", "text", "steps"};
    const cJSON *member, *steps = cJSON_GetObjectItemCaseSensitive(root, "steps");
    if (!cJSON_IsObject(root))
        return refuse(self, "a scenario is a JSON object.");
    cJSON_ArrayForEach(member, root)
    {
        if (!is_one_of(member->string, members, sizeof members / sizeof members[0]))
            return refuse(self, "%.100s is none of scenario, text, steps.", member->string);
        if (member != steps && !cJSON_IsString(member))
            return refuse(self, "%s must be a text.", member->string);
    }
    if (cJSON_GetObjectItemCaseSensitive(root, "scenario") == NULL ||
            cJSON_GetObjectItemCaseSensitive(root, "text") == NULL)
        return refuse(self, "scenario (its name) and text (what it shows) are needed.");
    int count = cJSON_GetArraySize(steps);
    if (!cJSON_IsArray(steps) || count < 1 || count > SCENARIO_STEPS_MAX)
        return refuse(self, "steps must be a list of 1 to %d steps.", SCENARIO_STEPS_MAX);
    return true;
}

static bool check(const cJSON *root, char why[SCENARIO_WHY_SIZE])
{
    static const char *const given[] = {
            "i", "fleet_id", "location", "compute_name", "matchmaking_configuration"};
    reader self = {.known = cJSON_CreateObject(), .why = why};
    bool good = self.known != NULL;
    for (size_t i = 0; good && i < sizeof given / sizeof given[0]; i++)
        good = cJSON_AddTrueToObject(self.known, given[i]) != NULL;
    if (!good)
        refuse(&self, "out of memory.");
    good = good && check_head(&self, root);
    if (good) {
        cJSON_ArrayForEach(self.step, cJSON_GetObjectItemCaseSensitive(root, "steps"))
        {
            self.number++;
            if (!check_step(&self)) {
                good = false;
                break;
            }
        }
    }
    cJSON_Delete(self.known);
    return good;
}

scenario *scenario_read(const char *text, size_t length, char why[SCENARIO_WHY_SIZE])
{
    cJSON *root = cJSON_ParseWithLength(text, length);
    if (root == NULL) {
        snprintf(why, SCENARIO_WHY_SIZE, "it is not JSON.");
        return NULL;
    }
    scenario *self = check(root, why) ? calloc(1, sizeof *self) : NULL;
    if (self == NULL) {
        cJSON_Delete(root);
        return NULL;
    }
    self->root = root;
    self->variables = cJSON_CreateObject();
    self->step = cJSON_GetObjectItemCaseSensitive(root, "steps")->child;
    return self;
}

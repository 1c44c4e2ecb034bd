/* SPDX-License-Identifier: Apache-2.0 */
/* What a scenario waits for: so many rows of a list of the service, or an answer of the AWS API. */
#include "base/format.h"
#include "program/scenario_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_TOLD 4

int scenario_ask(scenario_door door, local_service *service, glift__time now, const char *name,
        const cJSON *input, cJSON **reply)
{
    glift__text answer = {0};
    char *body = cJSON_PrintUnformatted(input);
    int status = body != NULL ? door(service, now, name, body, strlen(body), &answer) : 500;
    free(body);
    *reply = answer.bytes != NULL ? cJSON_ParseWithLength(answer.bytes, answer.length) : NULL;
    glift__text_free(&answer);
    return status;
}

/* ---- words ---- */

typedef struct words {
    char *at;
    size_t room;
} words;

static void say(words *self, const char *format, ...) GLIFT__FORMAT(2, 3);
static void say(words *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(self->at, self->room, format, arguments);
    va_end(arguments);
    size_t taken = length < 0 ? 0 : (size_t)length < self->room ? (size_t)length : self->room - 1;
    self->at += taken;
    self->room -= taken;
}

static void say_value(words *self, const cJSON *value)
{
    char *text = value != NULL ? cJSON_PrintUnformatted(value) : NULL;
    say(self, "%.120s", text != NULL ? text : "absent");
    free(text);
}

static void say_members(words *self, const cJSON *wanted, const cJSON *row)
{
    const char *comma = "";
    const cJSON *member;
    cJSON_ArrayForEach(member, wanted)
    {
        say(self, "%s%s ", comma, member->string);
        say_value(self, row != NULL ? cJSON_GetObjectItemCaseSensitive(row, member->string) : member);
        comma = ", ";
    }
}

/* ---- rows of a list ---- */

static cJSON *read_list(local_service *service, glift__time now, const char *name)
{
    glift__text text = {0};
    bool is_of_faults = strcmp(name, "faults") == 0;
    glift_status status = is_of_faults ? local_service_faults(service, now, &text)
                                       : local_service_state(service, now, &text);
    cJSON *document = status == GLIFT_OK ? cJSON_ParseWithLength(text.bytes, text.length) : NULL;
    glift__text_free(&text);
    cJSON *list = cJSON_DetachItemFromObjectCaseSensitive(document, name);
    cJSON_Delete(document);
    return list;
}

static void say_rows(words *self, const cJSON *list, const cJSON *where)
{
    int told = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, list)
    {
        if (told++ == ROWS_TOLD) {
            say(self, " ...");
            return;
        }
        say(self, "%s{", told == 1 ? ": " : ", ");
        say_members(self, where, row);
        say(self, "}");
    }
}

static void say_count(words *self, const cJSON *condition)
{
    static const struct {
        const char *member, *text;
    } bounds[] = {{"count", ""}, {"at_least", "at least "}, {"at_most", "at most "}};
    const char *comma = "";
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        const cJSON *bound = cJSON_GetObjectItemCaseSensitive(condition, bounds[i].member);
        if (bound == NULL)
            continue;
        say(self, "%s%s%d", comma, bounds[i].text, bound->valueint);
        comma = ", ";
    }
    if (comma[0] == '\0')
        say(self, "at least 1");
}

static bool rows_are_so(
        const cJSON *condition, local_service *service, glift__time now, char why[SCENARIO_WHY_SIZE])
{
    const char *name = cJSON_GetObjectItemCaseSensitive(condition, "list")->valuestring;
    const cJSON *where = cJSON_GetObjectItemCaseSensitive(condition, "where");
    cJSON *list = read_list(service, now, name);
    int count = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, list) count += where == NULL || scenario_fits(where, row);
    const cJSON *exact = cJSON_GetObjectItemCaseSensitive(condition, "count");
    const cJSON *least = cJSON_GetObjectItemCaseSensitive(condition, "at_least");
    const cJSON *most = cJSON_GetObjectItemCaseSensitive(condition, "at_most");
    bool is_so = (exact == NULL || count == exact->valueint) && (least == NULL || count >= least->valueint) &&
                 (most == NULL || count <= most->valueint) &&
                 (exact != NULL || least != NULL || most != NULL || count > 0);
    if (!is_so) {
        words self = {why, SCENARIO_WHY_SIZE};
        say(&self, "there are %d %s%s", count, name, where != NULL ? " with " : "");
        say_members(&self, where, NULL);
        say(&self, ", not ");
        say_count(&self, condition);
        say(&self, "; of %d in all", cJSON_GetArraySize(list));
        say_rows(&self, list, where);
    }
    cJSON_Delete(list);
    return is_so;
}

/* ---- an answer ---- */

static bool answer_is_so(
        const cJSON *condition, local_service *service, glift__time now, char why[SCENARIO_WHY_SIZE])
{
    const char *name = cJSON_GetObjectItemCaseSensitive(condition, "call")->valuestring;
    const cJSON *wanted = cJSON_GetObjectItemCaseSensitive(condition, "answer");
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(condition, "with");
    cJSON *reply = NULL, *nothing = given == NULL ? cJSON_CreateObject() : NULL;
    int status =
            scenario_ask(local_service_look, service, now, name, given != NULL ? given : nothing, &reply);
    bool is_so = status == 200 && (wanted == NULL || scenario_fits(wanted, reply));
    if (!is_so) {
        words self = {why, SCENARIO_WHY_SIZE};
        say(&self, "%s is answered with ", name);
        char *text = reply != NULL ? cJSON_PrintUnformatted(reply) : NULL;
        say(&self, "%.400s", text != NULL ? text : "nothing");
        free(text);
    }
    cJSON_Delete(nothing);
    cJSON_Delete(reply);
    return is_so;
}

bool scenario_is_true(
        const cJSON *condition, local_service *service, glift__time now, char why[SCENARIO_WHY_SIZE])
{
    if (cJSON_IsArray(condition)) {
        const cJSON *one;
        cJSON_ArrayForEach(one, condition)
        {
            if (!scenario_is_true(one, service, now, why))
                return false;
        }
        return true;
    }
    if (cJSON_GetObjectItemCaseSensitive(condition, "list") != NULL)
        return rows_are_so(condition, service, now, why);
    return answer_is_so(condition, service, now, why);
}

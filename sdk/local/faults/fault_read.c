/* SPDX-License-Identifier: Apache-2.0 */
/* A fault as somebody asks for it: what is wrong with the wish is said in a sentence, and nothing is on then.
 */
#include "base/format.h"
#include "faults/faults.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEXT_MAX 1000000000

static bool refuse(char why[FAULT_WHY_SIZE], const char *format, ...) GLIFT__FORMAT(2, 3);
static bool refuse(char why[FAULT_WHY_SIZE], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, FAULT_WHY_SIZE, format, arguments);
    va_end(arguments);
    return false;
}

static const cJSON *member_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return value != NULL && !cJSON_IsNull(value) ? value : NULL;
}

/* ---- texts: they lie behind the fault, in the same piece of memory ---- */

typedef struct keeper {
    char *at; /* NULL: they are only counted */
    size_t bytes;
} keeper;

static const char *keep(keeper *self, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = self->at;
    self->bytes += size;
    if (copy == NULL)
        return "";
    self->at += size;
    return memcpy(copy, text, size);
}

/* ---- parameters ---- */

static bool is_choice(const local_fault_parameter *parameter, const char *text)
{
    for (const char *const *choice = parameter->choices; *choice != NULL; choice++) {
        if (strcmp(*choice, text) == 0)
            return true;
    }
    return false;
}

static bool refuse_choice(char why[FAULT_WHY_SIZE], const local_fault_parameter *parameter)
{
    char list[200] = "";
    for (const char *const *choice = parameter->choices; *choice != NULL; choice++) {
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s", length > 0 ? ", " : "", *choice);
    }
    return refuse(why, "parameters.%s must be one of [%s].", parameter->name, list);
}

static bool read_text(const local_fault_parameter *parameter, const cJSON *given, local_fault_value *out,
        keeper *texts, char why[FAULT_WHY_SIZE])
{
    const char *fallback = parameter->type == PARAMETER_CHOICE ? parameter->choices[0] : "";
    const char *text = given != NULL ? cJSON_GetStringValue(given) : fallback;
    if (text == NULL)
        return refuse(why, "parameters.%s must be a text.", parameter->name);
    if (strlen(text) > FAULT_TEXT_MAX)
        return refuse(why, "parameters.%s is longer than %d bytes.", parameter->name, FAULT_TEXT_MAX);
    if (parameter->type == PARAMETER_CHOICE && !is_choice(parameter, text))
        return refuse_choice(why, parameter);
    out->text = keep(texts, text);
    return true;
}

static bool read_integer(const local_fault_parameter *parameter, const cJSON *given, local_fault_value *out,
        char why[FAULT_WHY_SIZE])
{
    out->number = given != NULL ? given->valuedouble : parameter->number;
    if (given != NULL &&
            (!cJSON_IsNumber(given) || !(out->number >= parameter->least) ||
                    !(out->number <= parameter->most) || out->number != (double)(int64_t)out->number))
        return refuse(why, "parameters.%s must be a whole number from %.0f to %.0f.", parameter->name,
                parameter->least, parameter->most);
    return true;
}

static bool read_parameter(const local_fault_parameter *parameter, const cJSON *given, local_fault_value *out,
        keeper *texts, char why[FAULT_WHY_SIZE])
{
    out->text = "";
    switch (parameter->type) {
    case PARAMETER_INTEGER:
        return read_integer(parameter, given, out, why);
    case PARAMETER_FLAG:
        out->number = given != NULL ? cJSON_IsTrue(given) : parameter->number;
        return given == NULL || cJSON_IsBool(given) ||
               refuse(why, "parameters.%s must be true or false.", parameter->name);
    case PARAMETER_TEXT:
    case PARAMETER_CHOICE:
        return read_text(parameter, given, out, texts, why);
    }
    return false;
}

static bool is_parameter(const local_fault_row *row, const char *name)
{
    for (size_t i = 0; row->parameters[i].name != NULL; i++) {
        if (strcmp(row->parameters[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool read_parameters(const cJSON *input, local_fault *fault, keeper *texts, char why[FAULT_WHY_SIZE])
{
    const local_fault_row *row = local_fault_row_of(fault);
    const cJSON *given = member_of(input, "parameters");
    if (given != NULL && !cJSON_IsObject(given))
        return refuse(why, "parameters must be an object.");
    for (const cJSON *item = given != NULL ? given->child : NULL; item != NULL; item = item->next) {
        if (!is_parameter(row, item->string))
            return refuse(why, "parameters.%.100s is no parameter of the fault %s.", item->string, row->name);
    }
    for (size_t i = 0; row->parameters[i].name != NULL; i++) {
        const local_fault_parameter *parameter = &row->parameters[i];
        if (!read_parameter(parameter, member_of(given, parameter->name), &fault->values[i], texts, why))
            return false;
    }
    return true;
}

/* ---- scope ---- */

static bool read_limits(const cJSON *scope, local_fault *fault, char why[FAULT_WHY_SIZE])
{
    const cJSON *next = member_of(scope, "next"), *share = member_of(scope, "share");
    if ((next != NULL || share != NULL) && local_fault_row_of(fault)->acts_at_once)
        return refuse(why, "scope.%s means nothing to the fault %s, which acts at once.",
                next != NULL ? "next" : "share", local_fault_row_of(fault)->name);
    if (next != NULL &&
            (!cJSON_IsNumber(next) || !(next->valuedouble >= 1) || !(next->valuedouble <= NEXT_MAX) ||
                    next->valuedouble != (double)(int64_t)next->valuedouble))
        return refuse(why, "scope.next must be a whole number from 1 to %d.", NEXT_MAX);
    if (share != NULL && (!cJSON_IsNumber(share) || !(share->valuedouble > 0) || !(share->valuedouble <= 1)))
        return refuse(why, "scope.share must be a number above 0, up to 1.");
    fault->next = next != NULL ? (uint64_t)next->valuedouble : 0;
    fault->share = share != NULL ? share->valuedouble : 1;
    return true;
}

static bool read_whom(const cJSON *given, unsigned allowed, const local_fault_row *row, const char **out,
        keeper *texts, char why[FAULT_WHY_SIZE])
{
    *out = NULL;
    if (!allowed)
        return refuse(why, "scope.%s means nothing to the fault %s.", given->string, row->name);
    const char *text = cJSON_GetStringValue(given);
    if (text == NULL || text[0] == '\0' || strlen(text) > FAULT_TEXT_MAX)
        return refuse(why, "scope.%s must be a text of 1 to %d bytes.", given->string, FAULT_TEXT_MAX);
    *out = keep(texts, text);
    return true;
}

static bool read_scope(const cJSON *input, local_fault *fault, keeper *texts, char why[FAULT_WHY_SIZE])
{
    const local_fault_row *row = local_fault_row_of(fault);
    const cJSON *scope = member_of(input, "scope");
    if (scope != NULL && !cJSON_IsObject(scope))
        return refuse(why, "scope must be an object.");
    bool good = read_limits(scope, fault, why);
    for (const cJSON *item = scope != NULL ? scope->child : NULL; good && item != NULL; item = item->next) {
        if (cJSON_IsNull(item) || strcmp(item->string, "next") == 0 || strcmp(item->string, "share") == 0)
            continue;
        if (strcmp(item->string, "process_id") == 0)
            good = read_whom(item, row->scope & SCOPE_PROCESS, row, &fault->scope.process_id, texts, why);
        else if (strcmp(item->string, "action") == 0)
            good = read_whom(item, row->scope & SCOPE_ACTION, row, &fault->scope.action, texts, why);
        else if (strcmp(item->string, "ticket_id") == 0)
            good = read_whom(item, row->scope & SCOPE_TICKET, row, &fault->scope.ticket_id, texts, why);
        else
            good = refuse(
                    why, "scope.%.100s is none of process_id, action, ticket_id, next, share.", item->string);
    }
    return good;
}

/* ---- the whole ---- */

static bool read_seconds(const cJSON *input, glift__time now, local_fault *fault, char why[FAULT_WHY_SIZE])
{
    const cJSON *seconds = member_of(input, "seconds");
    fault->until_ms = UINT64_MAX;
    if (seconds == NULL)
        return true;
    if (!cJSON_IsNumber(seconds) || !(seconds->valuedouble >= 0.001) ||
            !(seconds->valuedouble <= FAULT_SECONDS_MAX))
        return refuse(why, "seconds must be a number from 0.001 to %d.", FAULT_SECONDS_MAX);
    fault->until_ms = now.mono_ms + (uint64_t)(seconds->valuedouble * 1000);
    fault->until_unix_ms = now.unix_ms + (int64_t)(seconds->valuedouble * 1000);
    return true;
}

static bool find_kind(const cJSON *input, local_fault_kind *out, char why[FAULT_WHY_SIZE])
{
    const char *name = cJSON_GetStringValue(member_of(input, "name"));
    if (name == NULL)
        return refuse(why, "name must be the name of a fault: GET /_local/faults lists them under known.");
    for (size_t i = 0; i < FAULT_KINDS; i++) {
        *out = (local_fault_kind)i;
        if (strcmp(local_fault_rows[i].name, name) == 0)
            return true;
    }
    return refuse(why, "name \"%.100s\" is no fault: GET /_local/faults lists them under known.", name);
}

static bool has_only_known_members(const cJSON *input, char why[FAULT_WHY_SIZE])
{
    static const char *const known[] = {"name", "parameters", "scope", "seconds"};
    for (const cJSON *item = input->child; item != NULL; item = item->next) {
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            found = found || strcmp(known[i], item->string) == 0;
        if (!found)
            return refuse(why, "%.100s is none of name, parameters, scope, seconds.", item->string);
    }
    return true;
}

static bool read(
        const cJSON *input, glift__time now, local_fault *fault, keeper *texts, char why[FAULT_WHY_SIZE])
{
    return has_only_known_members(input, why) && find_kind(input, &fault->kind, why) &&
           read_parameters(input, fault, texts, why) && read_scope(input, fault, texts, why) &&
           read_seconds(input, now, fault, why);
}

local_fault *local_fault_begin(
        local_faults *faults, glift__time now, const cJSON *input, char why[FAULT_WHY_SIZE])
{
    local_fault draft = {0};
    keeper texts = {0};
    if (faults->on_count >= FAULTS_MAX) {
        refuse(why, "%d faults are on already: end one of them first.", FAULTS_MAX);
        return NULL;
    }
    if (!read(input, now, &draft, &texts, why))
        return NULL;
    local_fault *fault = calloc(1, sizeof *fault + texts.bytes);
    if (fault == NULL) {
        refuse(why, "gamelift-local is out of memory.");
        return NULL;
    }
    texts.at = (char *)(fault + 1);
    read(input, now, fault, &texts, why);
    fault->acts_ms = UINT64_MAX;
    snprintf(fault->id, sizeof fault->id, "fault-%" PRIu64, ++faults->last_number);
    TAILQ_INSERT_TAIL(&faults->on, fault, link);
    faults->on_count++;
    faults->on_of[fault->kind]++;
    if (faults->tell != NULL)
        faults->tell(faults->user, fault, FAULT_BEGAN, NULL);
    return fault;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One walk over the input beside the operation's table. Everything that is wrong is listed, as AWS does it:
 * "2 validation errors detected: Value 'x' at 'name' failed to satisfy constraint: ...; Value ...". */
#include "api/api_check.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"

/* ---- the list of what is wrong ---- */

#define ERRORS_LISTED 8

typedef struct input_check {
    local_patterns *patterns;
    unsigned errors;
    char path[256];
    size_t path_length;
    char text[900];
    size_t text_length;
} input_check;

static void append(input_check *check, const char *format, ...) GLIFT__FORMAT(2, 3);
static void append(input_check *check, const char *format, ...)
{
    size_t room = sizeof check->text - check->text_length;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(check->text + check->text_length, room, format, arguments);
    va_end(arguments);
    if (length > 0)
        check->text_length += (size_t)length < room ? (size_t)length : room - 1;
}

/* The value as AWS shows it; long ones are cut, between characters. */
static void append_value(input_check *check, const cJSON *value)
{
    if (value == NULL || cJSON_IsNull(value)) {
        append(check, "Value null");
    } else if (cJSON_IsString(value)) {
        int shown = 64;
        if (strlen(value->valuestring) <= 64) {
            append(check, "Value '%s'", value->valuestring);
            return;
        }
        while (shown > 0 && ((unsigned char)value->valuestring[shown] & 0xC0) == 0x80)
            shown--;
        append(check, "Value '%.*s...'", shown, value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        append(check, "Value '%.15g'", value->valuedouble);
    } else if (cJSON_IsBool(value)) {
        append(check, "Value '%s'", cJSON_IsTrue(value) ? "true" : "false");
    } else {
        append(check, "Value");
    }
}

static void wrong(input_check *check, const cJSON *value, const char *format, ...) GLIFT__FORMAT(3, 4);
static void wrong(input_check *check, const cJSON *value, const char *format, ...)
{
    if (++check->errors > ERRORS_LISTED)
        return;
    char constraint[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(constraint, sizeof constraint, format, arguments);
    va_end(arguments);
    if (check->errors > 1)
        append(check, "; ");
    append_value(check, value);
    append(check, " at '%s' failed to satisfy constraint: %s", check->path, constraint);
}

/* "players.1.member.playerId": names in lower camel case, entries counted from 1. */
static size_t enter(input_check *check, const char *name)
{
    size_t before = check->path_length, room = sizeof check->path - before;
    int length = snprintf(check->path + before, room, "%s%.64s", before > 0 ? "." : "", name);
    if (before == 0)
        check->path[0] = (char)tolower((unsigned char)check->path[0]);
    else if (length > 1 && room > 1)
        check->path[before + 1] = (char)tolower((unsigned char)check->path[before + 1]);
    check->path_length += length > 0 && (size_t)length < room ? (size_t)length : room - 1;
    return before;
}

static void leave(input_check *check, size_t before)
{
    check->path_length = before;
    check->path[before] = '\0';
}

/* ---- one kind after the other ---- */

static void check_value(input_check *check, const api_shape *shape, const cJSON *value);

static void check_range(
        input_check *check, const api_shape *shape, const cJSON *value, double size, const char *what)
{
    if (size < shape->least)
        wrong(check, value, "Member must have %s greater than or equal to %.0f", what, shape->least);
    else if (shape->most > 0 && size > shape->most)
        wrong(check, value, "Member must have %s less than or equal to %.0f", what, shape->most);
}

static double count_characters(const char *text)
{
    size_t count = 0;
    for (const char *c = text; *c != '\0'; c++)
        count += ((unsigned char)*c & 0xC0) != 0x80;
    return (double)count;
}

static void check_names(input_check *check, const api_shape *shape, const cJSON *value)
{
    char all[200] = "";
    size_t length = 0;
    for (const char *const *name = shape->names; *name != NULL; name++) {
        if (strcmp(*name, value->valuestring) == 0)
            return;
        int added = snprintf(all + length, sizeof all - length, "%s%s", length > 0 ? ", " : "", *name);
        length += added > 0 && (size_t)added < sizeof all - length ? (size_t)added : 0;
    }
    wrong(check, value, "Member must satisfy enum value set: [%s]", all);
}

static void check_text(input_check *check, const api_shape *shape, const cJSON *value)
{
    if (!cJSON_IsString(value)) {
        wrong(check, value, "Member must be a string");
        return;
    }
    if (shape->names != NULL) {
        check_names(check, shape, value);
        return;
    }
    unsigned before = check->errors;
    check_range(check, shape, value, count_characters(value->valuestring), "length");
    if (check->errors == before && shape->pattern != NULL &&
            !local_pattern_fits(check->patterns, shape->pattern, value->valuestring))
        wrong(check, value, "Member must satisfy regular expression pattern: %s", shape->pattern);
}

static void check_number(input_check *check, const api_shape *shape, const cJSON *value)
{
    if (!cJSON_IsNumber(value) || !isfinite(value->valuedouble))
        wrong(check, value, "Member must be a number");
    else if (shape->kind == API_INTEGER && value->valuedouble != floor(value->valuedouble))
        wrong(check, value, "Member must be an integer");
    else if (shape->kind == API_INTEGER && fabs(value->valuedouble) > 2147483647.0)
        wrong(check, value, "Member must have value less than or equal to 2147483647");
    else if (shape->kind == API_INTEGER || shape->most > 0)
        check_range(check, shape, value, value->valuedouble, "value");
}

static void check_list(input_check *check, const api_shape *shape, const cJSON *value)
{
    if (!cJSON_IsArray(value)) {
        wrong(check, value, "Member must be a list");
        return;
    }
    check_range(check, shape, value, cJSON_GetArraySize(value), "length");
    unsigned number = 0;
    for (const cJSON *item = value->child; item != NULL && check->errors <= ERRORS_LISTED;
            item = item->next) {
        char name[32];
        snprintf(name, sizeof name, "%u.member", ++number);
        size_t before = enter(check, name);
        check_value(check, shape->item, item);
        leave(check, before);
    }
}

static void check_map(input_check *check, const api_shape *shape, const cJSON *value)
{
    if (!cJSON_IsObject(value)) {
        wrong(check, value, "Member must be a map");
        return;
    }
    check_range(check, shape, value, cJSON_GetArraySize(value), "length");
    for (const cJSON *item = value->child; item != NULL && check->errors <= ERRORS_LISTED;
            item = item->next) {
        size_t before = enter(check, item->string);
        if (shape->key != NULL) {
            cJSON key = {.type = cJSON_String, .valuestring = item->string};
            check_value(check, shape->key, &key);
        }
        check_value(check, shape->item, item);
        leave(check, before);
    }
}

static bool is_absent(const cJSON *value)
{
    return value == NULL || cJSON_IsNull(value);
}

/* Members that the table does not know are ignored (S17). */
static void check_members(input_check *check, const api_member *members, const cJSON *object)
{
    for (const api_member *member = members; member->name != NULL; member++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, member->name);
        if (is_absent(value) && !member->required)
            continue;
        size_t before = enter(check, member->name);
        check_value(check, member->shape, value);
        leave(check, before);
    }
}

static void check_value(input_check *check, const api_shape *shape, const cJSON *value)
{
    if (is_absent(value)) {
        wrong(check, value, "Member must not be null");
        return;
    }
    switch (shape->kind) {
    case API_TEXT:
        check_text(check, shape, value);
        break;
    case API_INTEGER:
    case API_NUMBER:
    case API_TIME:
        check_number(check, shape, value);
        break;
    case API_FLAG:
        if (!cJSON_IsBool(value))
            wrong(check, value, "Member must be true or false");
        break;
    case API_LIST:
        check_list(check, shape, value);
        break;
    case API_MAP:
        check_map(check, shape, value);
        break;
    case API_STRUCT:
        if (cJSON_IsObject(value))
            check_members(check, shape->members, value);
        else
            wrong(check, value, "Member must be a structure");
        break;
    case API_ANY:
        break;
    case API_WITHOUT_EFFECT:
        wrong(check, value,
                "Member must not be given: it would have no effect on the Anywhere fleets of gamelift-local");
        break;
    }
}

bool local_check_input(
        local_patterns *patterns, const api_member *members, const cJSON *input, local_refusal *why)
{
    input_check check = {.patterns = patterns};
    check_members(&check, members, input);
    if (check.errors == 0)
        return true;
    return local_refuse(why, LOCAL_INVALID_REQUEST, "%u validation error%s detected: %s", check.errors,
            check.errors > 1 ? "s" : "", check.text);
}

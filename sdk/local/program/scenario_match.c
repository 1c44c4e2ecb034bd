/* SPDX-License-Identifier: Apache-2.0 */
#include "program/scenario_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- ${name} ---- */

static const char *value_of(const cJSON *variables, const char *name, size_t length)
{
    const cJSON *variable;
    cJSON_ArrayForEach(variable, variables)
    {
        if (strlen(variable->string) == length && memcmp(variable->string, name, length) == 0)
            return variable->valuestring;
    }
    return "";
}

/* With the value of each ${name}; into out, if it is not NULL. The length. */
static size_t expand(const char *text, const cJSON *variables, char *out)
{
    size_t length = 0;
    while (*text != '\0') {
        const char *end = strncmp(text, "${", 2) == 0 ? strchr(text, '}') : NULL;
        const char *piece = text;
        size_t size = 1;
        if (end != NULL) {
            piece = value_of(variables, text + 2, (size_t)(end - text) - 2);
            size = strlen(piece);
        }
        if (out != NULL)
            memcpy(out + length, piece, size);
        length += size;
        text = end != NULL ? end + 1 : text + 1;
    }
    return length;
}

static bool expand_text(cJSON *item, const cJSON *variables)
{
    char *text = malloc(expand(item->valuestring, variables, NULL) + 1);
    if (text == NULL)
        return false;
    text[expand(item->valuestring, variables, text)] = '\0';
    bool good = cJSON_SetValuestring(item, text) != NULL;
    free(text);
    return good;
}

static bool expand_all(cJSON *item, const cJSON *variables)
{
    if (cJSON_IsString(item))
        return strstr(item->valuestring, "${") == NULL || expand_text(item, variables);
    bool good = true;
    for (cJSON *child = item->child; good && child != NULL; child = child->next)
        good = expand_all(child, variables);
    return good;
}

cJSON *scenario_resolve(const cJSON *template, const cJSON *variables)
{
    cJSON *copy = template != NULL ? cJSON_Duplicate(template, true) : cJSON_CreateObject();
    if (copy != NULL && expand_all(copy, variables))
        return copy;
    cJSON_Delete(copy);
    return NULL;
}

/* ---- what fits ---- */

static bool object_fits(const cJSON *wanted, const cJSON *value)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, wanted)
    {
        if (!scenario_fits(member, cJSON_GetObjectItemCaseSensitive(value, member->string)))
            return false;
    }
    return true;
}

static bool has_entry(const cJSON *list, const cJSON *wanted)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, list)
    {
        if (scenario_fits(wanted, entry))
            return true;
    }
    return false;
}

static bool list_fits(const cJSON *wanted, const cJSON *value)
{
    const cJSON *entry;
    if (!cJSON_IsArray(value))
        return false;
    cJSON_ArrayForEach(entry, wanted)
    {
        if (!has_entry(value, entry))
            return false;
    }
    return true;
}

/* {"at_least": 2} and the like: not an object to compare with, but what to make of the value. -1: it is none
 * of these. */
static int operator_fits(const cJSON *wanted, const cJSON *value)
{
    const cJSON *first = wanted->child;
    if (first == NULL || first->next != NULL)
        return -1;
    if (strcmp(first->string, "at_least") == 0)
        return cJSON_IsNumber(value) && value->valuedouble >= first->valuedouble;
    if (strcmp(first->string, "at_most") == 0)
        return cJSON_IsNumber(value) && value->valuedouble <= first->valuedouble;
    if (strcmp(first->string, "contains") == 0)
        return cJSON_IsString(value) && cJSON_IsString(first) &&
               strstr(value->valuestring, first->valuestring) != NULL;
    if (strcmp(first->string, "not") == 0)
        return !scenario_fits(first, value);
    return -1;
}

bool scenario_fits(const cJSON *wanted, const cJSON *value)
{
    int by_operator = cJSON_IsObject(wanted) ? operator_fits(wanted, value) : -1;
    if (by_operator >= 0)
        return by_operator == 1;
    if (cJSON_IsNull(wanted))
        return value == NULL || cJSON_IsNull(value);
    if (cJSON_IsObject(wanted))
        return cJSON_IsObject(value) && object_fits(wanted, value);
    if (cJSON_IsArray(wanted))
        return list_fits(wanted, value);
    return cJSON_Compare(wanted, value, true);
}

/* ---- paths ---- */

const cJSON *scenario_at(const cJSON *value, const char *path)
{
    while (value != NULL && *path != '\0') {
        char name[128];
        size_t length = strcspn(path, ".");
        if (length >= sizeof name)
            return NULL;
        memcpy(name, path, length);
        name[length] = '\0';
        value = cJSON_IsArray(value) ? cJSON_GetArrayItem(value, (int)strtol(name, NULL, 10))
                                     : cJSON_GetObjectItemCaseSensitive(value, name);
        path += length + (path[length] == '.');
    }
    return value;
}

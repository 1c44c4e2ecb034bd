/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule_reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAME_LENGTH 256

bool local_reader_refuse(local_reader *reader, const char *format, ...)
{
    if (reader->status != GLIFT_OK)
        return false;
    reader->status = GLIFT_ERR_ARGUMENT;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reader->what, LOCAL_WHAT_SIZE, format, arguments);
    va_end(arguments);
    return false;
}

bool local_reader_fail(local_reader *reader)
{
    if (reader->status == GLIFT_OK)
        reader->status = GLIFT_ERR_MEMORY;
    return false;
}

void *local_reader_take(local_reader *reader, size_t count, size_t size)
{
    void *bytes = glift__memory_take(&reader->rule_set->memory, count == 0 ? 1 : count, size);
    if (bytes == NULL)
        local_reader_fail(reader);
    return bytes;
}

/* What AWS says of RuleSetBody: "most elements support a description field". */
static const char description[] = "description";

static bool is_known(const char *key, const char *const *known)
{
    for (; *known != NULL; known++) {
        if (strcmp(*known, key) == 0)
            return true;
    }
    return strcmp(key, description) == 0;
}

bool local_reader_members(
        local_reader *reader, const cJSON *object, const char *place, const char *const *known)
{
    if (!cJSON_IsObject(object))
        return local_reader_refuse(reader, "%s must be an object", place);
    for (const cJSON *member = object->child; member != NULL; member = member->next) {
        if (!is_known(member->string, known))
            return local_reader_refuse(reader, "%s: property \"%.100s\" is unknown, or not implemented here",
                    place, member->string);
        if (cJSON_GetObjectItemCaseSensitive(object, member->string) != member)
            return local_reader_refuse(reader, "%s: \"%.100s\" appears twice", place, member->string);
        if (strcmp(member->string, description) == 0 && !cJSON_IsString(member))
            return local_reader_refuse(reader, "%s: \"%s\" must be text", place, description);
    }
    return true;
}

bool local_reader_text(
        local_reader *reader, const cJSON *object, const char *place, const char *key, const char **out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (member == NULL)
        return local_reader_refuse(reader, "%s: \"%s\" is missing", place, key);
    if (!cJSON_IsString(member) || member->valuestring[0] == '\0' ||
            strlen(member->valuestring) > MAX_NAME_LENGTH)
        return local_reader_refuse(
                reader, "%s.%s must be text of 1 to %d bytes", place, key, MAX_NAME_LENGTH);
    *out = glift__memory_text(&reader->rule_set->memory, member->valuestring);
    return *out != NULL || local_reader_fail(reader);
}

bool local_reader_word(local_reader *reader, const cJSON *object, const char *place, const char *key,
        const char *const *words, int *out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (member == NULL)
        return true;
    char known[256] = "";
    for (int i = 0; words[i] != NULL; i++) {
        if (cJSON_IsString(member) && strcmp(words[i], member->valuestring) == 0) {
            *out = i;
            return true;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    return local_reader_refuse(reader, "%s.%s: \"%.100s\" is unknown, or not implemented here; there is: %s",
            place, key, cJSON_IsString(member) ? member->valuestring : "(not text)", known);
}

bool local_reader_integer(local_reader *reader, const cJSON *object, const char *place, const char *key,
        int low, int high, int *out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (member == NULL && *out >= 0)
        return true;
    if (member == NULL)
        return local_reader_refuse(reader, "%s: \"%s\" is missing", place, key);
    double value;
    if (!local_reader_number(member, &value) || !(value >= low && value <= high && value == floor(value)))
        return local_reader_refuse(
                reader, "%s.%s must be a whole number from %d to %d", place, key, low, high);
    *out = (int)value;
    return true;
}

bool local_reader_number(const cJSON *value, double *out)
{
    *out = NAN;
    if (cJSON_IsNumber(value))
        *out = value->valuedouble;
    /* strtod() alone would take "inf", "0x10" and blanks too. */
    const char *text = cJSON_IsString(value) ? value->valuestring : "";
    if (text[0] != '\0' && text[strspn(text, "+-.0123456789eE")] == '\0') {
        char *end;
        double number = strtod(text, &end);
        if (*end == '\0')
            *out = number;
    }
    return isfinite(*out);
}

bool local_reader_list(local_reader *reader, const cJSON *object, const char *place, const char *key,
        const cJSON **list, size_t *count)
{
    *list = cJSON_GetObjectItemCaseSensitive(object, key);
    *count = 0;
    if (*list != NULL && !cJSON_IsArray(*list))
        return local_reader_refuse(reader, "%s%s%s must be a list", place, place[0] == '\0' ? "" : ".", key);
    *count = *list == NULL ? 0 : (size_t)cJSON_GetArraySize(*list);
    return true;
}

bool local_reader_texts(local_reader *reader, const cJSON *object, const char *place, const char *key,
        const char ***out, size_t *count)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key), *item = NULL;
    *count = 0;
    *out = local_reader_take(
            reader, cJSON_IsArray(member) ? (size_t)cJSON_GetArraySize(member) : 1, sizeof **out);
    if (*out == NULL || member == NULL)
        return *out != NULL;
    if (cJSON_IsString(member)) {
        (*out)[(*count)++] = member->valuestring;
        return true;
    }
    if (!cJSON_IsArray(member))
        return local_reader_refuse(reader, "%s.%s must be a list of texts", place, key);
    cJSON_ArrayForEach(item, member)
    {
        if (!cJSON_IsString(item))
            return local_reader_refuse(reader, "%s.%s must hold texts", place, key);
        (*out)[(*count)++] = item->valuestring;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What has to be known about cJSON 1.7:
 *
 * - Numbers are doubles. cJSON would print 15 digits if that is "almost equal", 2^53 as 9.00719925474099e+15,
 *   and NaN as null. So it only reads: json_write.c writes.
 * - Strings are C strings: \u0000 would cut them short. Bytes are not checked for being UTF-8.
 * - The length-limited parser of 1.7.15 can look one byte past a text that is cut off. So it is given a copy
 *   with a terminator.
 * - A parser that runs out of memory and one that meets garbage both return NULL; only errno tells.
 * - cJSON notes where a parse failed in a static variable, which nobody here reads. */

#include "wire/json.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_EXACT_INTEGER 9007199254740992.0 /* 2^53 */

/* ---- parsing ---- */

static void replace_escaped_nul(char *text, size_t length)
{
    char *end = text + length, *at = text;
    while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL && end - at >= 2) {
        if (end - at >= 6 && memcmp(at, "\\u0000", 6) == 0)
            memcpy(at, "\\ufffd", 6);
        at += 2;
    }
}

/* The end of the text whose quotation mark is before `at`; or where the document ends within it. */
static const char *end_of_text(const char *at)
{
    for (at += strcspn(at, "\"\\"); *at == '\\' && at[1] != '\0'; at += strcspn(at, "\"\\"))
        at += 2;
    return at;
}

/* cJSON calls itself for what lies in another value, up to 1,000 deep, on the stack of whoever ticks, and
 * takes 64 bytes for each value: 4 MiB of "[[],[],..." are 160 MiB. Who sends a document is not to say what
 * its reading takes. */
static bool is_bounded(const char *text)
{
    size_t depth = 0, values = 1;
    for (const char *at = text; *at != '\0' && values <= GLIFT__JSON_MOST_VALUES; at++) {
        switch (*at) {
        case '"':
            at = end_of_text(at + 1);
            if (*at != '"')
                return true; /* and cJSON refuses it, having read no more than was counted */
            break;
        case '[':
        case '{':
            values++;
            if (++depth > GLIFT__JSON_MOST_DEPTH)
                return false;
            break;
        case ']':
        case '}':
            depth -= depth > 0;
            break;
        case ',':
            values++;
        }
    }
    return values <= GLIFT__JSON_MOST_VALUES;
}

glift_status glift__json_parse(const char *bytes, size_t length, glift__json **out)
{
    *out = NULL;
    if (length == 0 || memchr(bytes, '\0', length) != NULL || !glift__utf8_is_valid(bytes, length))
        return GLIFT_ERR_ARGUMENT;
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return GLIFT_ERR_MEMORY;
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    replace_escaped_nul(copy, length);
    if (!is_bounded(copy)) {
        free(copy);
        return GLIFT_ERR_ARGUMENT;
    }
    int callers_errno = errno;
    errno = 0;
    *out = cJSON_ParseWithLengthOpts(copy, length + 1, NULL, true);
    glift_status status = *out != NULL ? GLIFT_OK : errno == ENOMEM ? GLIFT_ERR_MEMORY : GLIFT_ERR_ARGUMENT;
    errno = callers_errno;
    free(copy);
    return status;
}

void glift__json_free(glift__json *value)
{
    cJSON_Delete(value);
}

/* ---- looking ---- */

bool glift__json_is_object(const glift__json *value)
{
    return cJSON_IsObject(value);
}

bool glift__json_is_array(const glift__json *value)
{
    return cJSON_IsArray(value);
}

const glift__json *glift__json_get(const glift__json *object, const char *key)
{
    const glift__json *value = cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
    return cJSON_IsNull(value) ? NULL : value;
}

const glift__json *glift__json_first(const glift__json *container)
{
    return container != NULL ? container->child : NULL;
}

const glift__json *glift__json_next(const glift__json *member)
{
    return member->next;
}

const char *glift__json_key(const glift__json *member)
{
    return member->string;
}

const char *glift__json_text(const glift__json *value)
{
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

bool glift__json_double(const glift__json *value, double *out)
{
    if (!cJSON_IsNumber(value) || !isfinite(value->valuedouble)) /* 1e999 is read as infinity */
        return false;
    *out = value->valuedouble;
    return true;
}

bool glift__json_integer(const glift__json *value, int64_t *out)
{
    double number;
    if (!glift__json_double(value, &number) || number < -LARGEST_EXACT_INTEGER ||
            number > LARGEST_EXACT_INTEGER)
        return false;
    *out = (int64_t)number;
    return (double)*out == number;
}

bool glift__json_bool(const glift__json *value, bool *out)
{
    *out = cJSON_IsTrue(value);
    return cJSON_IsBool(value);
}

/* ---- reading ---- */

const char *glift__read_copy(glift__json_reader *reader, const char *text)
{
    const char *copy = glift__memory_text(reader->memory, text);
    if (copy == NULL) {
        reader->status = GLIFT_ERR_MEMORY;
        copy = "";
    }
    return copy;
}

const char *glift__read_text(glift__json_reader *reader, const glift__json *object, const char *key)
{
    return glift__read_copy(reader, glift__json_text(glift__json_get(object, key)));
}

int glift__read_int(const glift__json *object, const char *key)
{
    int64_t value = glift__read_int64(object, key);
    return value >= INT_MIN && value <= INT_MAX ? (int)value : 0;
}

int64_t glift__read_int64(const glift__json *object, const char *key)
{
    int64_t value = 0;
    return glift__json_integer(glift__json_get(object, key), &value) ? value : 0;
}

int64_t glift__read_time(const glift__json *object, const char *key)
{
    double value = 0;
    bool fits =
            glift__json_double(glift__json_get(object, key), &value) && fabs(value) <= LARGEST_EXACT_INTEGER;
    return fits ? (int64_t)value : 0;
}

void *glift__read_room(glift__json_reader *reader, const glift__json *container, size_t size)
{
    size_t count = 0;
    for (const glift__json *member = glift__json_first(container); member != NULL; member = member->next)
        count++;
    if (count == 0 || reader->status != GLIFT_OK)
        return NULL;
    void *room = glift__memory_take(reader->memory, count, size);
    if (room == NULL)
        reader->status = GLIFT_ERR_MEMORY;
    return room;
}

const char *const *glift__read_strings(glift__json_reader *reader, const glift__json *array, size_t *count)
{
    *count = 0;
    const char **strings = cJSON_IsArray(array) ? glift__read_room(reader, array, sizeof *strings) : NULL;
    if (strings == NULL)
        return NULL;
    for (const glift__json *item = array->child; item != NULL; item = item->next)
        if (cJSON_IsString(item))
            strings[(*count)++] = glift__read_copy(reader, item->valuestring);
    return strings;
}

const glift_double_entry *glift__read_doubles(
        glift__json_reader *reader, const glift__json *object, size_t *count)
{
    *count = 0;
    glift_double_entry *entries =
            cJSON_IsObject(object) ? glift__read_room(reader, object, sizeof *entries) : NULL;
    if (entries == NULL)
        return NULL;
    for (const glift__json *member = object->child; member != NULL; member = member->next)
        if (glift__json_double(member, &entries[*count].value))
            entries[(*count)++].key = glift__read_copy(reader, member->string);
    return entries;
}

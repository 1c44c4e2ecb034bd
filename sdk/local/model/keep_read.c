/* SPDX-License-Identifier: Apache-2.0 */
/* A record from its JSON, by the table of its kind. */
#include "model/keep_internal.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Static texts that were read: few, and each once. */
struct local_words {
    struct local_words *next;
    char text[];
};

typedef struct reader {
    local_keeper *keeper;
    glift__memory *memory; /* NULL: the entity has none */
    const char *fault;     /* the member that cannot be read */
} reader;

static const char *static_text(local_keeper *keeper, const char *text)
{
    for (const struct local_words *word = keeper->words; word != NULL; word = word->next) {
        if (strcmp(word->text, text) == 0)
            return word->text;
    }
    size_t size = strlen(text) + 1;
    struct local_words *fresh = malloc(sizeof *fresh + size);
    if (fresh == NULL)
        return NULL;
    memcpy(fresh->text, text, size);
    fresh->next = keeper->words;
    keeper->words = fresh;
    return fresh->text;
}

static bool read_item(reader *r, const local_field *fields, const cJSON *json, char *entity);

static bool put_pointer(char *entity, const local_field *field, const void *pointer)
{
    memcpy(entity + field->at, &pointer, sizeof pointer);
    return pointer != NULL;
}

static bool read_text(reader *r, const local_field *field, const cJSON *json, char *entity)
{
    if (!cJSON_IsString(json))
        return false;
    const char *text = json->valuestring;
    size_t size = strlen(text) + 1;
    if (field->type == LOCAL_TEXT)
        return put_pointer(entity, field, strdup(text));
    if (field->type == LOCAL_MTEXT)
        return put_pointer(entity, field, glift__memory_text(r->memory, text));
    if (field->type == LOCAL_STATIC)
        return put_pointer(entity, field, static_text(r->keeper, text));
    if (size > field->size)
        return false;
    memcpy(entity + field->at, text, size);
    return true;
}

static bool read_number(const local_field *field, const cJSON *json, char *entity)
{
    double number = cJSON_GetNumberValue(json);
    if (!cJSON_IsNumber(json) || (field->type == LOCAL_INT && fabs(number) > 2147483647.0) ||
            (field->type == LOCAL_INT64 && fabs(number) > 9007199254740992.0) ||
            (field->most > 0 && (number < 0 || number > (double)field->most)))
        return false;
    if (field->type == LOCAL_DOUBLE)
        memcpy(entity + field->at, &number, sizeof number);
    else if (field->type == LOCAL_INT)
        memcpy(entity + field->at, &(int){(int)number}, sizeof(int));
    else
        memcpy(entity + field->at, &(int64_t){(int64_t)number}, sizeof(int64_t));
    return true;
}

static bool parse_uint64(const cJSON *json, uint64_t *out)
{
    char *end;
    if (!cJSON_IsString(json) || json->valuestring[0] < '0' || json->valuestring[0] > '9')
        return false;
    *out = strtoull(json->valuestring, &end, 10);
    return *end == '\0';
}

static bool read_uint64(const local_field *field, const cJSON *json, char *entity)
{
    uint64_t value;
    if (!parse_uint64(json, &value))
        return false;
    if (field->type == LOCAL_UINT64)
        memcpy(entity + field->at, &value, sizeof value);
    else
        memcpy(entity + field->at, &(size_t){(size_t)value}, sizeof(size_t));
    return true;
}

/* Whoever enters the entity makes the timer of it, and resumes it. */
static bool read_timer(const local_field *field, const cJSON *json, char *entity)
{
    local_timer *timer = (local_timer *)(void *)(entity + field->at);
    return parse_uint64(cJSON_GetArrayItem(json, 0), &timer->at_ms) &&
           parse_uint64(cJSON_GetArrayItem(json, 1), &timer->order);
}

static const local_record *find_record(const local_reading *reading, const local_kind *kind, uint64_t row)
{
    size_t at = 0;
    while (at < reading->kind_count && reading->kinds[at] != kind)
        at++;
    if (at == reading->kind_count)
        return NULL;
    size_t low = reading->begin[at], high = reading->begin[at + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reading->records[middle]->row == row)
            return reading->records[middle];
        if (reading->records[middle]->row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool read_entity(reader *r, const local_field *field, const cJSON *json, char *entity)
{
    uint64_t row;
    if (!parse_uint64(json, &row))
        return false;
    const local_record *record = find_record(r->keeper->reading, field->kind, row);
    return record != NULL && put_pointer(entity, field, local_entity_of(record));
}

static bool read_list(reader *r, const local_field *field, const cJSON *json, char *entity)
{
    size_t count = (size_t)cJSON_GetArraySize(json), done = 0, before;
    char *items = entity + field->at;
    memcpy(&before, entity + field->count_at, sizeof before); /* of a list that has the same count */
    if (!cJSON_IsArray(json) || (field->type == LOCAL_ARRAY && count > field->most) ||
            (before != 0 && before != count))
        return false;
    if (field->type == LOCAL_LIST) {
        items = field->in_memory ? glift__memory_take(r->memory, count + 1, field->size)
                                 : calloc(count + 1, field->size);
        if (!put_pointer(entity, field, items))
            return false;
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, json)
    {
        char *to = items + done * field->size;
        memcpy(entity + field->count_at, &(size_t){++done}, sizeof done); /* what is read in part counts */
        if (!cJSON_IsNull(item) && !read_item(r, field->items, item, to))
            return false;
    }
    return true;
}

static bool read_value(reader *r, const local_field *field, const cJSON *json, char *entity)
{
    switch (field->type) {
    case LOCAL_TEXT:
    case LOCAL_MTEXT:
    case LOCAL_STATIC:
    case LOCAL_CHARS:
        return read_text(r, field, json, entity);
    case LOCAL_INT:
    case LOCAL_INT64:
    case LOCAL_DOUBLE:
        return read_number(field, json, entity);
    case LOCAL_UINT64:
    case LOCAL_SIZE:
        return read_uint64(field, json, entity);
    case LOCAL_BOOL:
        *(bool *)(entity + field->at) = cJSON_IsTrue(json);
        return cJSON_IsBool(json);
    case LOCAL_TIMER:
        return read_timer(field, json, entity);
    case LOCAL_ENTITY:
        return read_entity(r, field, json, entity);
    case LOCAL_LIST:
    case LOCAL_ARRAY:
        return read_list(r, field, json, entity);
    }
    return false;
}

static bool read_item(reader *r, const local_field *fields, const cJSON *json, char *entity)
{
    if (fields->name == NULL)
        return read_value(r, fields, json, entity);
    for (const local_field *field = fields; local_is_field(field); field++) {
        const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, field->name);
        if (member != NULL ? read_value(r, field, member, entity) : !field->is_needed)
            continue;
        if (r->fault == NULL)
            r->fault = field->name;
        return false;
    }
    return true;
}

const char *local_read_record(
        local_keeper *keeper, const local_kind *kind, void *entity, const char *body, size_t length)
{
    reader r = {.keeper = keeper};
    if (kind->memory_at != LOCAL_NO_MEMBER)
        r.memory = (glift__memory *)(void *)((char *)entity + kind->memory_at);
    cJSON *json = cJSON_ParseWithLength(body, length);
    bool good = cJSON_IsObject(json) && read_item(&r, kind->fields, json, entity);
    cJSON_Delete(json);
    return good ? NULL : r.fault != NULL ? r.fault : "(all of it)";
}

/* ---- what was read in vain, and what was read for good ---- */

static void discard_fields(const local_field *fields, char *entity)
{
    for (const local_field *field = fields; local_is_field(field); field++) {
        bool is_list = field->type == LOCAL_LIST && !field->in_memory;
        char *items = entity + field->at;
        size_t count = 0;
        if (field->type == LOCAL_TEXT || is_list)
            memcpy(&items, entity + field->at, sizeof items);
        if (is_list || field->type == LOCAL_ARRAY)
            memcpy(&count, entity + field->count_at, sizeof count);
        for (size_t i = 0; items != NULL && i < count; i++)
            discard_fields(field->items, items + i * field->size);
        if (field->type == LOCAL_TEXT || is_list)
            free(items);
    }
}

void local_discard_record(const local_kind *kind, void *entity)
{
    discard_fields(kind->fields, entity);
    if (kind->memory_at != LOCAL_NO_MEMBER)
        glift__memory_fini((glift__memory *)(void *)((char *)entity + kind->memory_at));
    free(entity);
}

void local_keeper_fini(local_keeper *keeper)
{
    struct local_words *word;
    while ((word = keeper->words) != NULL) {
        keeper->words = word->next;
        free(word);
    }
    free(keeper->text);
    *keeper = (local_keeper){0};
}

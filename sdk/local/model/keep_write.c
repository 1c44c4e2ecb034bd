/* SPDX-License-Identifier: Apache-2.0 */
/* A record as JSON, by the table of its kind. What has no value is left out: absent reads as zero. */
#include "model/keep_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(local_keeper *to, size_t more)
{
    if (to->length + more <= to->room)
        return true;
    size_t room = (to->length + more) * 2;
    char *text = realloc(to->text, room);
    if (text == NULL)
        return false;
    to->text = text;
    to->room = room;
    return true;
}

static bool write_bytes(local_keeper *to, const char *bytes, size_t length)
{
    if (!make_room(to, length))
        return false;
    memcpy(to->text + to->length, bytes, length);
    to->length += length;
    return true;
}

static bool write_raw(local_keeper *to, const char *text)
{
    return write_bytes(to, text, strlen(text));
}

static bool write_quoted(local_keeper *to, const char *text)
{
    static const char digits[] = "0123456789abcdef";
    size_t length = strlen(text);
    if (!make_room(to, length * 6 + 2)) /* each byte as \u00xx */
        return false;
    char *out = to->text + to->length;
    *out++ = '"';
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ') {
            memcpy(out, "\\u00", 4);
            out[4] = digits[c >> 4];
            out[5] = digits[c & 15];
            out += 6;
            continue;
        }
        if (c == '"' || c == '\\')
            *out++ = '\\';
        *out++ = (char)c;
    }
    *out++ = '"';
    to->length = (size_t)(out - to->text);
    return true;
}

static bool write_items(local_keeper *to, const local_field *fields, const char *entity);

static const char *text_of(const local_field *field, const char *entity)
{
    const char *text;
    if (field->type == LOCAL_CHARS)
        return entity + field->at;
    memcpy(&text, entity + field->at, sizeof text);
    return text;
}

static const char *items_of(const local_field *field, const char *entity)
{
    return field->type == LOCAL_ARRAY ? entity + field->at : text_of(field, entity);
}

static size_t count_of(const local_field *field, const char *entity)
{
    size_t count;
    memcpy(&count, entity + field->count_at, sizeof count);
    return items_of(field, entity) != NULL ? count : 0;
}

/* Digit by digit: a record is mostly such numbers, and printf() takes ten times as long for one. */
static size_t put_digits(char out[20], uint64_t value)
{
    char reversed[20];
    size_t length = 0;
    do {
        reversed[length++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < length; i++)
        out[i] = reversed[length - 1 - i];
    return length;
}

/* As text: cJSON's numbers are doubles, which hold 53 bits. */
static bool write_uint64(local_keeper *to, uint64_t value)
{
    char text[22] = "\"";
    size_t length = 1 + put_digits(text + 1, value);
    text[length++] = '"';
    return write_bytes(to, text, length);
}

static bool write_list(local_keeper *to, const local_field *field, const char *entity)
{
    const char *items = items_of(field, entity);
    size_t count = count_of(field, entity);
    bool good = write_raw(to, "[");
    for (size_t i = 0; good && i < count; i++) {
        good = i == 0 || write_raw(to, ",");
        good = good && write_items(to, field->items, items + i * field->size);
    }
    return good && write_raw(to, "]");
}

static bool write_timer(local_keeper *to, const local_timer *timer)
{
    return write_raw(to, "[") && write_uint64(to, timer->at_ms) && write_raw(to, ",") &&
           write_uint64(to, timer->order) && write_raw(to, "]");
}

static bool write_double(local_keeper *to, double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.17g", value);
    return write_raw(to, text);
}

static bool write_integer(local_keeper *to, int64_t value)
{
    char text[21] = "-";
    size_t sign = value < 0;
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    return write_bytes(to, text, sign + put_digits(text + sign, size));
}

static uint64_t row_of(const local_field *field, const char *entity)
{
    const char *other = text_of(field, entity);
    return other != NULL ? ((const local_record *)(const void *)(other + field->kind->record_at))->row : 0;
}

static int64_t integer_of(const local_field *field, const char *entity)
{
    int64_t wide;
    int plain;
    if (field->type == LOCAL_INT64) {
        memcpy(&wide, entity + field->at, sizeof wide);
        return wide;
    }
    memcpy(&plain, entity + field->at, sizeof plain);
    return plain;
}

static double double_of(const local_field *field, const char *entity)
{
    double number;
    memcpy(&number, entity + field->at, sizeof number);
    return number;
}

static uint64_t uint64_of(const local_field *field, const char *entity)
{
    uint64_t value;
    size_t size;
    if (field->type == LOCAL_UINT64) {
        memcpy(&value, entity + field->at, sizeof value);
        return value;
    }
    memcpy(&size, entity + field->at, sizeof size);
    return size;
}

static bool is_absent(const local_field *field, const char *entity)
{
    switch (field->type) {
    case LOCAL_TEXT:
    case LOCAL_MTEXT:
    case LOCAL_STATIC:
        return text_of(field, entity) == NULL;
    case LOCAL_CHARS:
        return entity[field->at] == '\0';
    case LOCAL_INT:
    case LOCAL_INT64:
        return integer_of(field, entity) == 0;
    case LOCAL_DOUBLE:
        return double_of(field, entity) == 0;
    case LOCAL_BOOL:
        return !*(const bool *)(entity + field->at);
    case LOCAL_UINT64:
    case LOCAL_SIZE:
        return uint64_of(field, entity) == 0;
    case LOCAL_TIMER:
        return ((const local_timer *)(const void *)(entity + field->at))->place == 0;
    case LOCAL_ENTITY:
        return row_of(field, entity) == 0;
    case LOCAL_LIST:
    case LOCAL_ARRAY:
        return count_of(field, entity) == 0;
    }
    return true;
}

static bool write_value(local_keeper *to, const local_field *field, const char *entity)
{
    switch (field->type) {
    case LOCAL_TEXT:
    case LOCAL_MTEXT:
    case LOCAL_STATIC:
    case LOCAL_CHARS:
        return write_quoted(to, text_of(field, entity));
    case LOCAL_INT:
    case LOCAL_INT64:
        return write_integer(to, integer_of(field, entity));
    case LOCAL_DOUBLE:
        return write_double(to, double_of(field, entity));
    case LOCAL_BOOL:
        return write_raw(to, "true");
    case LOCAL_UINT64:
    case LOCAL_SIZE:
        return write_uint64(to, uint64_of(field, entity));
    case LOCAL_TIMER:
        return write_timer(to, (const local_timer *)(const void *)(entity + field->at));
    case LOCAL_ENTITY:
        return write_uint64(to, row_of(field, entity));
    case LOCAL_LIST:
    case LOCAL_ARRAY:
        return write_list(to, field, entity);
    }
    return false;
}

/* An object; of the only field without a name: its value, which stands for itself also where it is empty. */
static bool write_items(local_keeper *to, const local_field *fields, const char *entity)
{
    if (fields->name == NULL)
        return is_absent(fields, entity) ? write_raw(to, "null") : write_value(to, fields, entity);
    bool first = true, good = write_raw(to, "{");
    for (const local_field *field = fields; good && local_is_field(field); field++) {
        if (is_absent(field, entity))
            continue;
        good = (first || write_raw(to, ",")) && write_raw(to, "\"") && write_raw(to, field->name) &&
               write_raw(to, "\":") && write_value(to, field, entity);
        first = false;
    }
    return good && write_raw(to, "}");
}

bool local_write_record(local_keeper *keeper, const local_record *record)
{
    keeper->length = 0;
    return write_items(keeper, record->kind->fields, local_entity_of(record));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The text grows as it is written: there is no tree of values in between, as cJSON would make one, with four
 * allocations and some four thousand instructions for a request of 140 bytes. */
#include "wire/json_write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ROOM = 512,    /* most messages fit */
    LONGEST_NUMBER = 64, /* with its end */
    LONGEST_ESCAPE = 6,  /* \u001f */
    FIRST_PRINTABLE = 0x20
};

/* ---- bytes ---- */

static bool grow(glift__json_writer *writer, size_t count)
{
    size_t room = 2 * writer->room + count + FIRST_ROOM;
    char *grown = writer->status == GLIFT_OK ? realloc(writer->bytes, room) : NULL;
    if (grown == NULL) {
        if (writer->status == GLIFT_OK)
            writer->status = GLIFT_ERR_MEMORY;
        return false;
    }
    writer->bytes = grown;
    writer->room = room;
    return true;
}

/* Makes room for so many more bytes. NULL where the writer has failed. */
static inline char *room_for(glift__json_writer *writer, size_t count)
{
    if (writer->status != GLIFT_OK || (count > writer->room - writer->length && !grow(writer, count)))
        return NULL;
    return writer->bytes + writer->length;
}

static void put(glift__json_writer *writer, const char *bytes, size_t count)
{
    char *to = room_for(writer, count);
    if (to == NULL)
        return;
    memcpy(to, bytes, count);
    writer->length += count;
}

static inline void put_byte(glift__json_writer *writer, char byte)
{
    char *to = room_for(writer, 1);
    if (to == NULL)
        return;
    *to = byte;
    writer->length++;
}

/* ---- strings ---- */

static inline bool is_plain(char byte)
{
    return (unsigned char)byte >= FIRST_PRINTABLE && byte != '"' && byte != '\\';
}

/* Looks at eight bytes at once. False where one of them may have to be escaped. */
static inline bool are_plain(const char bytes[8])
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high_bits = ones << 7;
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    uint64_t quotes = word ^ ones * '"', slashes = word ^ ones * '\\';
    uint64_t found = ((word - ones * FIRST_PRINTABLE) & ~word) | ((quotes - ones) & ~quotes) |
                     ((slashes - ones) & ~slashes);
    return (found & high_bits) == 0;
}

/* Counts the bytes up to the first that has to be escaped. */
static size_t plain_length(const char *text, size_t length)
{
    size_t plain = 0;
    while (length - plain >= 8 && are_plain(text + plain))
        plain += 8;
    while (plain < length && is_plain(text[plain]))
        plain++;
    return plain;
}

static void put_escape(glift__json_writer *writer, char byte)
{
    static const char named[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char *found = memchr(named, byte, sizeof named - 1);
    char escape[LONGEST_ESCAPE + 1] = {'\\', found != NULL ? names[found - named] : 'u'};
    size_t length = 2;
    if (found == NULL)
        length += (size_t)snprintf(escape + length, sizeof escape - length, "%04x", (unsigned)byte);
    put(writer, escape, length);
}

static void put_string(glift__json_writer *writer, const char *text)
{
    size_t left = strlen(text);
    put_byte(writer, '"');
    while (left > 0) {
        size_t plain = plain_length(text, left);
        put(writer, text, plain);
        if (plain < left)
            put_escape(writer, text[plain++]);
        text += plain;
        left -= plain;
    }
    put_byte(writer, '"');
}

/* ---- places ---- */

static void end_innermost(glift__json_writer *writer)
{
    put_byte(writer, (writer->arrays & 1) != 0 ? ']' : '}');
    writer->arrays >>= 1;
    writer->depth--;
}

/* Writes all that stands before a value. */
static void begin_value(glift__json_writer *writer, glift__json_place into, const char *key)
{
    while (writer->depth > into)
        end_innermost(writer);
    if (writer->status != GLIFT_OK)
        return;
    char last = writer->bytes[writer->length - 1];
    if (last != '{' && last != '[')
        put_byte(writer, ',');
    if (key == NULL)
        return;
    put_string(writer, key);
    put_byte(writer, ':');
}

static glift__json_place begin_place(
        glift__json_writer *writer, glift__json_place into, const char *key, bool is_array)
{
    begin_value(writer, into, key);
    put_byte(writer, is_array ? '[' : '{');
    writer->arrays = writer->arrays << 1 | is_array;
    return ++writer->depth;
}

glift__json_writer glift__write_begin(void)
{
    glift__json_writer writer = {.status = GLIFT_OK};
    put_byte(&writer, '{');
    return writer;
}

/* The text keeps the buffer with the room that is left in it: to cut it would be one more allocation. */
glift_status glift__write_end(glift__json_writer *writer, size_t limit, glift__text *out)
{
    *out = (glift__text){0};
    while (writer->depth > writer->root)
        end_innermost(writer);
    put(writer, "}", sizeof "}");
    glift_status status = writer->status;
    size_t length = writer->length - (status == GLIFT_OK); /* the terminator */
    if (status == GLIFT_OK && (length > limit || !glift__utf8_is_valid(writer->bytes, length)))
        status = GLIFT_ERR_ARGUMENT;
    if (status == GLIFT_OK)
        *out = (glift__text){writer->bytes, length};
    else
        free(writer->bytes);
    *writer = (glift__json_writer){.status = GLIFT_ERR_STATE};
    return status;
}

/* ---- values ---- */

glift__json_place glift__write_object(glift__json_writer *writer, glift__json_place into, const char *key)
{
    return begin_place(writer, into, key, false);
}

glift__json_place glift__write_array(glift__json_writer *writer, glift__json_place into, const char *key)
{
    return begin_place(writer, into, key, true);
}

static void write_raw(glift__json_writer *writer, glift__json_place into, const char *key, const char *text)
{
    begin_value(writer, into, key);
    put(writer, text, strlen(text));
}

void glift__write_null(glift__json_writer *writer, glift__json_place into, const char *key)
{
    write_raw(writer, into, key, "null");
}

void glift__write_bool(glift__json_writer *writer, glift__json_place into, const char *key, bool value)
{
    write_raw(writer, into, key, value ? "true" : "false");
}

void glift__write_int64(glift__json_writer *writer, glift__json_place into, const char *key, int64_t value)
{
    char text[LONGEST_NUMBER];
    snprintf(text, sizeof text, "%" PRId64, value);
    write_raw(writer, into, key, text);
}

/* Puts a point where printf() has put the decimal point of the locale, which may be any text. */
static void put_point(char *text)
{
    char *point = text + strspn(text, "-0123456789");
    if (*point == '\0' || *point == 'e')
        return;
    char *after = point + strcspn(point, "0123456789");
    *point++ = '.';
    while ((*point++ = *after++) != '\0')
        ;
}

static void put_fraction(char *text)
{
    char *end = text + strspn(text, "-0123456789");
    if (*end == '.')
        return;
    for (size_t left = strlen(end) + 1; left-- > 0;)
        end[left + 2] = end[left];
    memcpy(end, ".0", 2);
}

/* A number of 15 digits looks as it was typed; where it does not read back as the same number, one of 17
 * always does. */
void glift__write_double(glift__json_writer *writer, glift__json_place into, const char *key, double value)
{
    if (!isfinite(value)) {
        if (writer->status == GLIFT_OK)
            writer->status = GLIFT_ERR_ARGUMENT;
        return;
    }
    char text[LONGEST_NUMBER];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text - 2, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    put_point(text);
    if (writer->with_fraction)
        put_fraction(text);
    write_raw(writer, into, key, text);
}

void glift__write_text(glift__json_writer *writer, glift__json_place into, const char *key, const char *text)
{
    begin_value(writer, into, key);
    put_string(writer, text != NULL ? text : "");
}

void glift__write_text_if_any(
        glift__json_writer *writer, glift__json_place into, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        glift__write_text(writer, into, key, text);
}

void glift__write_text_or_null(
        glift__json_writer *writer, glift__json_place into, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        glift__write_text(writer, into, key, text);
    else
        glift__write_null(writer, into, key);
}

void glift__write_strings(glift__json_writer *writer, glift__json_place into, const char *key,
        const char *const *strings, size_t count)
{
    glift__json_place array = glift__write_array(writer, into, key);
    for (size_t i = 0; i < count; i++)
        glift__write_text(writer, array, NULL, strings[i]);
}

void glift__write_doubles(glift__json_writer *writer, glift__json_place into, const char *key,
        const glift_double_entry *entries, size_t count)
{
    glift__json_place object = glift__write_object(writer, into, key);
    for (size_t i = 0; i < count; i++)
        glift__write_double(writer, object, entries[i].key != NULL ? entries[i].key : "", entries[i].value);
}

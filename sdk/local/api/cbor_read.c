/* SPDX-License-Identifier: Apache-2.0 */
/* CBOR to a tree. The decoder calls back for each item; a stack says where it belongs. */
#include "api/cbor.h"

#include <cbor.h>
#include <stdlib.h>
#include <string.h>

/* An array or a map that is not at its end. */
typedef struct level {
    cJSON *container;
    size_t left;  /* values that are to come, a key and its value being one */
    bool endless; /* until a break, whatever `left` says */
    char *key;    /* of the value that is to come */
} level;

typedef struct reader {
    cJSON *root;
    level levels[LOCAL_CBOR_DEPTH_MAX];
    size_t depth, values;
    bool tagged;         /* a tag waits for its value */
    bool in_text;        /* inside a text that comes in pieces */
    glift__text pieces;  /* of that text */
    const char *problem; /* the first; after it nothing is done any more */
} reader;

static const char no_memory[] = "is too large for the memory that is left";

static void fail(reader *r, const char *problem)
{
    if (r->problem == NULL)
        r->problem = problem;
}

/* ---- where a value belongs ---- */

static level *innermost(reader *r)
{
    return r->depth > 0 ? &r->levels[r->depth - 1] : NULL;
}

/* One value more is there; whatever is complete with it is closed. */
static void count_value(reader *r)
{
    for (level *at; (at = innermost(r)) != NULL && !at->endless; r->depth--) {
        if (at->left > 0 && --at->left > 0)
            return;
    }
}

static bool is_whole(const reader *r)
{
    return r->root != NULL && r->depth == 0;
}

static void take_key(reader *r, level *map, cJSON *item)
{
    if (!cJSON_IsString(item)) {
        fail(r, "has a map with a key that is not a text");
    } else {
        map->key = item->valuestring;
        item->valuestring = NULL;
    }
    cJSON_Delete(item);
}

static bool attach(reader *r, cJSON *item)
{
    level *at = innermost(r);
    if (at == NULL) {
        r->root = item;
        return true;
    }
    if (cJSON_IsArray(at->container))
        return cJSON_AddItemToArray(at->container, item);
    bool added = cJSON_AddItemToObject(at->container, at->key, item);
    free(at->key);
    at->key = NULL;
    return added;
}

/* Takes the value over. True: it is in the tree. */
static bool put(reader *r, cJSON *item)
{
    level *at = innermost(r);
    r->tagged = false;
    if (item == NULL)
        fail(r, no_memory);
    else if (r->in_text)
        fail(r, "has a text with a piece that is not a text");
    else if (++r->values > LOCAL_CBOR_VALUES_MAX)
        fail(r, "has more than 500000 values");
    if (r->problem != NULL) {
        cJSON_Delete(item);
        return false;
    }
    if (at != NULL && cJSON_IsObject(at->container) && at->key == NULL) {
        take_key(r, at, item);
        return false;
    }
    if (attach(r, item))
        return true;
    cJSON_Delete(item);
    fail(r, no_memory);
    return false;
}

static void put_value(reader *r, cJSON *item)
{
    if (put(r, item))
        count_value(r);
}

/* A key that is an array or a map has been refused by put(). */
static void open_level(reader *r, cJSON *container, size_t count, bool endless)
{
    if (r->depth == LOCAL_CBOR_DEPTH_MAX)
        fail(r, "is nested more than 64 deep");
    if (!put(r, container))
        return;
    r->levels[r->depth++] = (level){.container = container, .left = count, .endless = endless};
    if (!endless && count == 0) {
        r->depth--;
        count_value(r);
    }
}

/* ---- what the decoder calls ---- */

static void on_number(reader *r, double value)
{
    put_value(r, cJSON_CreateNumber(value));
}

static void on_uint8(void *r, uint8_t value)
{
    on_number(r, value);
}

static void on_uint16(void *r, uint16_t value)
{
    on_number(r, value);
}

static void on_uint32(void *r, uint32_t value)
{
    on_number(r, value);
}

static void on_uint64(void *r, uint64_t value)
{
    on_number(r, (double)value);
}

/* CBOR writes -1 - value. */
static void on_negint8(void *r, uint8_t value)
{
    on_number(r, -1.0 - value);
}

static void on_negint16(void *r, uint16_t value)
{
    on_number(r, -1.0 - value);
}

static void on_negint32(void *r, uint32_t value)
{
    on_number(r, -1.0 - value);
}

static void on_negint64(void *r, uint64_t value)
{
    on_number(r, -1.0 - (double)value);
}

static void on_float(void *r, float value)
{
    on_number(r, (double)value);
}

static void on_double(void *r, double value)
{
    on_number(r, value);
}

static void on_boolean(void *r, bool value)
{
    put_value(r, cJSON_CreateBool(value));
}

static void on_null(void *r)
{
    put_value(r, cJSON_CreateNull());
}

static void put_text(reader *r, const char *bytes, size_t length)
{
    if (!glift__utf8_is_valid(bytes, length))
        fail(r, "has a text that is not UTF-8");
    else if (memchr(bytes, '\0', length) != NULL)
        fail(r, "has a text with a zero byte");
    glift__text copy = {0}; /* ends with a zero byte, which CBOR's texts do not */
    if (r->problem == NULL && glift__text_append(&copy, bytes, length) != GLIFT_OK)
        fail(r, no_memory);
    if (r->problem == NULL)
        put_value(r, cJSON_CreateString(copy.bytes != NULL ? copy.bytes : ""));
    glift__text_free(&copy);
}

static void on_text(void *user, cbor_data bytes, size_t length)
{
    reader *r = user;
    if (!r->in_text)
        put_text(r, (const char *)bytes, length);
    else if (glift__text_append(&r->pieces, (const char *)bytes, length) != GLIFT_OK)
        fail(r, no_memory);
}

static void on_text_start(void *user)
{
    reader *r = user;
    if (r->in_text)
        fail(r, "has a text with a piece that is not a text");
    r->in_text = true;
}

static void on_bytes(void *r, cbor_data bytes, size_t length)
{
    (void)bytes;
    (void)length;
    fail(r, "has a byte string, which no input has");
}

static void on_bytes_start(void *r)
{
    on_bytes(r, NULL, 0);
}

static void on_array(void *r, size_t count)
{
    open_level(r, cJSON_CreateArray(), count, false);
}

static void on_endless_array(void *r)
{
    open_level(r, cJSON_CreateArray(), 0, true);
}

static void on_map(void *r, size_t count)
{
    open_level(r, cJSON_CreateObject(), count, false);
}

static void on_endless_map(void *r)
{
    open_level(r, cJSON_CreateObject(), 0, true);
}

static void on_tag(void *user, uint64_t value)
{
    reader *r = user;
    (void)value;
    if (r->in_text)
        fail(r, "has a text with a piece that is not a text");
    r->tagged = true;
}

static void end_text(reader *r)
{
    glift__text text = r->pieces;
    r->pieces = (glift__text){0};
    r->in_text = false;
    put_text(r, text.bytes != NULL ? text.bytes : "", text.length);
    glift__text_free(&text);
}

static void on_break(void *user)
{
    reader *r = user;
    const level *at = innermost(r);
    if (r->in_text) {
        end_text(r);
    } else if (r->tagged || at == NULL || !at->endless || at->key != NULL) {
        fail(r, "has a break where there is nothing to end");
    } else {
        r->depth--;
        count_value(r);
    }
}

static const struct cbor_callbacks callbacks = {
        .uint8 = on_uint8,
        .uint16 = on_uint16,
        .uint32 = on_uint32,
        .uint64 = on_uint64,
        .negint64 = on_negint64,
        .negint32 = on_negint32,
        .negint16 = on_negint16,
        .negint8 = on_negint8,
        .byte_string_start = on_bytes_start,
        .byte_string = on_bytes,
        .string = on_text,
        .string_start = on_text_start,
        .indef_array_start = on_endless_array,
        .array_start = on_array,
        .indef_map_start = on_endless_map,
        .map_start = on_map,
        .tag = on_tag,
        .float2 = on_float,
        .float4 = on_float,
        .float8 = on_double,
        .undefined = on_null,
        .null = on_null,
        .boolean = on_boolean,
        .indef_break = on_break,
};

/* ---- a body ---- */

static void read_items(reader *r, const char *bytes, size_t length)
{
    size_t at = 0;
    while (r->problem == NULL && at < length && !is_whole(r)) {
        struct cbor_decoder_result result =
                cbor_stream_decode((cbor_data)bytes + at, length - at, &callbacks, r);
        if (result.status == CBOR_DECODER_ERROR)
            fail(r, "has a byte that begins no value");
        else if (result.status == CBOR_DECODER_NEDATA)
            break;
        at += result.read;
    }
    if (!is_whole(r))
        fail(r, "ends in the middle of a value");
    else if (at < length)
        fail(r, "goes on after its end");
}

static void forget(reader *r)
{
    for (size_t i = 0; i < r->depth; i++)
        free(r->levels[i].key);
    glift__text_free(&r->pieces);
}

cJSON *local_cbor_read(const char *bytes, size_t length, const char **why)
{
    reader r = {0};
    if (length == 0)
        return cJSON_CreateObject();
    read_items(&r, bytes, length);
    forget(&r);
    if (r.problem == NULL)
        return r.root;
    cJSON_Delete(r.root);
    *why = r.problem;
    return NULL;
}

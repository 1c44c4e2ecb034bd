/* SPDX-License-Identifier: Apache-2.0 */
/* A tree to CBOR: measured first, so that it is written without a further look at the room. */
#include "api/cbor.h"

#include <cbor.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Service model 3.3. The tree does not know what its numbers mean. */
static const char *const times[] = {"CreationTime", "LastUpdatedTime", "StartTime", "EndTime", "EventTime",
        "TerminationTime", "RegistrationTime", "LastClaimTime", "LastHealthCheckTime", "ExpirationTimestamp",
        "Expiration", "ExpirationTime", NULL};
static const char *const floats[] = {"N", "LatencyInMilliseconds", NULL};
/* Maps whose keys are the players' own words, whatever those are. */
static const char map_of_floats[] = "SDM", map_of_integers[] = "LatencyInMs";

typedef enum numbers { NUMBERS_BY_NAME, NUMBERS_ARE_FLOATS, NUMBERS_ARE_INTEGERS } numbers;

enum { HEAD_MAX = 9, TAG_SIZE = 1, EPOCH_TAG = 1 }; /* bytes of a head with an eight-byte number; of tag 1 */

static bool is_one_of(const char *name, const char *const *names)
{
    for (; name != NULL && *names != NULL; names++) {
        if (strcmp(name, *names) == 0)
            return true;
    }
    return false;
}

/* At most so many bytes, of this value and those after it in its list. */
static size_t measure(const cJSON *item)
{
    size_t size = 0;
    for (; item != NULL; item = item->next) {
        size += HEAD_MAX + TAG_SIZE;
        if (item->string != NULL)
            size += HEAD_MAX + strlen(item->string);
        if (cJSON_IsString(item))
            size += strlen(item->valuestring);
        size += measure(item->child);
    }
    return size;
}

typedef struct writer {
    unsigned char *at;
} writer;

static void write_text(writer *w, const char *text)
{
    size_t length = strlen(text);
    w->at += cbor_encode_string_start(length, w->at, HEAD_MAX);
    memcpy(w->at, text, length);
    w->at += length;
}

static void write_number(writer *w, const cJSON *item, numbers rule)
{
    double value = item->valuedouble;
    bool by_name = rule == NUMBERS_BY_NAME;
    bool is_time = by_name && is_one_of(item->string, times);
    bool is_float = rule == NUMBERS_ARE_FLOATS || (by_name && is_one_of(item->string, floats));
    bool is_whole = value == floor(value) && fabs(value) < 9007199254740992.0;
    if (is_time)
        w->at += cbor_encode_tag(EPOCH_TAG, w->at, TAG_SIZE);
    if (!is_whole || is_float)
        w->at += cbor_encode_double(value, w->at, HEAD_MAX);
    else if (value < 0)
        w->at += cbor_encode_negint((uint64_t)(-1 - value), w->at, HEAD_MAX);
    else
        w->at += cbor_encode_uint((uint64_t)value, w->at, HEAD_MAX);
}

static numbers rule_inside(const cJSON *item)
{
    const char *name = item->string != NULL ? item->string : "";
    return strcmp(name, map_of_floats) == 0     ? NUMBERS_ARE_FLOATS
           : strcmp(name, map_of_integers) == 0 ? NUMBERS_ARE_INTEGERS
                                                : NUMBERS_BY_NAME;
}

static void write_value(writer *w, const cJSON *item, numbers rule);

static void write_children(writer *w, const cJSON *item)
{
    bool is_map = cJSON_IsObject(item);
    numbers rule = rule_inside(item);
    size_t count = (size_t)cJSON_GetArraySize(item);
    w->at += is_map ? cbor_encode_map_start(count, w->at, HEAD_MAX)
                    : cbor_encode_array_start(count, w->at, HEAD_MAX);
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        if (is_map)
            write_text(w, child->string);
        write_value(w, child, rule);
    }
}

static void write_value(writer *w, const cJSON *item, numbers rule)
{
    if (cJSON_IsObject(item) || cJSON_IsArray(item))
        write_children(w, item);
    else if (cJSON_IsString(item))
        write_text(w, item->valuestring);
    else if (cJSON_IsNumber(item))
        write_number(w, item, rule);
    else if (cJSON_IsBool(item))
        w->at += cbor_encode_bool(cJSON_IsTrue(item), w->at, HEAD_MAX);
    else
        w->at += cbor_encode_null(w->at, HEAD_MAX);
}

bool local_cbor_write(const cJSON *tree, glift__text *out)
{
    unsigned char *bytes = malloc(measure(tree));
    *out = (glift__text){.bytes = (char *)bytes};
    if (bytes == NULL)
        return false;
    writer w = {bytes};
    write_value(&w, tree, NUMBERS_BY_NAME);
    out->length = (size_t)(w.at - bytes);
    return true;
}

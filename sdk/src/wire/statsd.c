/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/statsd.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- names and tags ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_plain(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
}

bool glift__statsd_is_key(const char *text)
{
    size_t length = 0;
    if (text == NULL || !is_letter(text[0]))
        return false;
    while (is_plain(text[length]) && length <= GLIFT_MAX_METRIC_NAME)
        length++;
    return text[length] == '\0' && length <= GLIFT_MAX_METRIC_NAME;
}

bool glift__statsd_is_value(const char *text)
{
    size_t length = 0;
    if (text == NULL)
        return false;
    while ((is_plain(text[length]) || text[length] == ':') && length <= GLIFT_MAX_METRIC_NAME)
        length++;
    return text[length] == '\0' && length <= GLIFT_MAX_METRIC_NAME;
}

/* ---- numbers ---- */

#define PLACES  6
#define ONE     1000000u /* 10 to the power of PLACES */
#define LARGEST 1.8e19   /* what a uint64_t holds; no sum of samples comes near it */

/* printf() would take the point from the locale. */
void glift__statsd_number(double value, char out[GLIFT__STATSD_NUMBER_SIZE])
{
    double size = fabs(value) < LARGEST ? fabs(value) : LARGEST;
    uint64_t whole = (uint64_t)size;
    unsigned part = (unsigned)((size - (double)whole) * ONE + 0.5);
    if (part == ONE) {
        whole++;
        part = 0;
    }
    bool is_negative = value < 0 && (whole > 0 || part > 0);
    int length = snprintf(
            out, GLIFT__STATSD_NUMBER_SIZE, "%s%llu", is_negative ? "-" : "", (unsigned long long)whole);
    if (part == 0)
        return;
    int places = PLACES;
    for (; part % 10 == 0; part /= 10)
        places--;
    snprintf(out + length, GLIFT__STATSD_NUMBER_SIZE - (size_t)length, ".%0*u", places, part);
}

/* ---- lines ---- */

/* Text as far as there is room, and how long the whole of it is. */
typedef struct writer {
    char *out;
    size_t size, length;
} writer;

static void put(writer *to, const char *text)
{
    size_t length = strlen(text);
    if (to->length < to->size) {
        size_t room = to->size - to->length - 1, part = length < room ? length : room;
        memcpy(to->out + to->length, text, part);
        to->out[to->length + part] = '\0';
    }
    to->length += length;
}

static void put_number(writer *to, double value)
{
    char number[GLIFT__STATSD_NUMBER_SIZE];
    glift__statsd_number(value, number);
    put(to, number);
}

static bool has_key(const glift__tags *tags, const char *key)
{
    for (size_t i = 0; i < tags->count; i++)
        if (strcmp(tags->tags[i].key, key) == 0)
            return true;
    return false;
}

/* Writes the tags whose key none of `others` has. */
static void put_tags(writer *to, const char **separator, const glift__tags *tags, const glift__tags *others)
{
    for (size_t i = 0; i < tags->count; i++) {
        if (has_key(others, tags->tags[i].key))
            continue;
        put(to, *separator);
        put(to, tags->tags[i].key);
        put(to, ":");
        put(to, tags->tags[i].value);
        *separator = ",";
    }
}

static const char *type_of(glift_metric_kind kind)
{
    switch (kind) {
    case GLIFT_METRIC_GAUGE:
        return "|g";
    case GLIFT_METRIC_COUNTER:
        return "|c";
    case GLIFT_METRIC_TIMER:
        return "|ms";
    }
    return "";
}

static void put_line(writer *to, const glift__statsd_line *line, double value)
{
    static const glift__tags none = {NULL, 0};
    const char *separator = "|#";
    put(to, line->name);
    put(to, line->suffix);
    put(to, ":");
    put_number(to, value);
    put(to, type_of(line->kind));
    if (line->sample_rate < 1) {
        put(to, "|@");
        put_number(to, line->sample_rate);
    }
    put_tags(to, &separator, &line->global, &none);
    put_tags(to, &separator, &line->own, &line->global);
}

size_t glift__statsd_write(const glift__statsd_line *line, char *out, size_t size)
{
    writer to = {out, size, 0};
    char number[GLIFT__STATSD_NUMBER_SIZE];
    glift__statsd_number(line->value, number);
    if (line->kind == GLIFT_METRIC_GAUGE && number[0] == '-') {
        put_line(&to, line, 0);
        put(&to, "\n");
    }
    put_line(&to, line, line->value);
    return to.length;
}

/* ---- datagrams ---- */

glift__packet_answer glift__packet_add(glift__packet *packet, const char *line, size_t length)
{
    size_t separator = packet->length > 0;
    if (length > packet->size)
        return GLIFT__PACKET_TOO_LONG;
    if (length + separator > packet->size - packet->length)
        return GLIFT__PACKET_FULL;
    if (separator > 0)
        packet->bytes[packet->length++] = '\n';
    memcpy(packet->bytes + packet->length, line, length);
    packet->length += length;
    return GLIFT__PACKET_TAKEN;
}

/* ---- derived values ---- */

double glift__percentile(const double *sorted, size_t count, double fraction)
{
    double position = fraction * (double)(count - 1);
    size_t below = (size_t)position;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

void glift__percentile_suffix(unsigned tenths, char out[GLIFT__PERCENTILE_SUFFIX_SIZE])
{
    if (tenths % 10 == 0)
        snprintf(out, GLIFT__PERCENTILE_SUFFIX_SIZE, ".p%u", tenths / 10 % 1000);
    else
        snprintf(out, GLIFT__PERCENTILE_SUFFIX_SIZE, ".p%u.%u", tenths / 10 % 1000, tenths % 10);
}

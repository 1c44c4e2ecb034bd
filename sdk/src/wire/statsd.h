/* SPDX-License-Identifier: Apache-2.0 */
/* StatsD lines and the datagrams that they travel in (wire protocol 7.2 to 7.4): pure. */
#ifndef GLIFT_STATSD_H
#define GLIFT_STATSD_H

#include <gamelift/metrics.h>

/* ---- names and tags ---- */

/* A letter, then letters, digits and _-./ up to GLIFT_MAX_METRIC_NAME bytes: a tag's key (P174), a name. */
bool glift__statsd_is_key(const char *text);
/* The same and ':', and nothing at all; the first byte may be any of them. */
bool glift__statsd_is_value(const char *text);

typedef struct glift__tags {
    const glift_metric_tag *tags;
    size_t count;
} glift__tags;

/* ---- lines ---- */

typedef struct glift__statsd_line {
    glift_metric_kind kind;
    const char *name, *suffix; /* "" or ".max" */
    double value;
    double sample_rate; /* 1: it is not said */
    glift__tags global, own;
} glift__statsd_line;

#define GLIFT__STATSD_NUMBER_SIZE 32

/* In decimal, whatever the locale: whole numbers without a point, others with up to six places. */
void glift__statsd_number(double value, char out[GLIFT__STATSD_NUMBER_SIZE]);

/* name:value|type[|@rate][|#key:value,...] with a terminator (P168); of an own tag whose key a global one
 * has, the global one (P175). A negative gauge is two lines: 0 and then the value (P170). Its length, which
 * is `size` or more where there was no room for it. */
size_t glift__statsd_write(const glift__statsd_line *line, char *out, size_t size);

/* ---- datagrams ---- */

typedef struct glift__packet {
    char *bytes; /* room for `size` */
    size_t size, length;
} glift__packet;

typedef enum glift__packet_answer {
    GLIFT__PACKET_TAKEN,
    GLIFT__PACKET_FULL,    /* it fits into an empty one */
    GLIFT__PACKET_TOO_LONG /* it fits into none (P172) */
} glift__packet_answer;

/* Adds a line, behind a separator where it is not the first. */
glift__packet_answer glift__packet_add(glift__packet *packet, const char *line, size_t length);

/* ---- derived values ---- */

/* Of `count` numbers, at least one, in rising order: linear interpolation at fraction * (count - 1) (P176).
 */
double glift__percentile(const double *sorted, size_t count, double fraction);

/* ".p50" of 500, ".p99.9" of 999: a percentile in tenths of a percent (P177). */
#define GLIFT__PERCENTILE_SUFFIX_SIZE 8
void glift__percentile_suffix(unsigned tenths, char out[GLIFT__PERCENTILE_SUFFIX_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* One metric: recorded on the game's threads, taken by the core once in each flush interval. It is a single
 * allocation with all that it will need, and travels to the core as a command, which hands it over. */
#ifndef GLIFT_METRIC_H
#define GLIFT_METRIC_H

#include "base/list.h"
#include "base/mailbox.h"
#include "base/samples.h"
#include "wire/statsd.h"

/* Samples of an interval that percentiles are made of. */
#define GLIFT__KEPT_SAMPLES 1024

struct glift_metric {
    glift__item item;          /* GLIFT__COMMAND_METRIC */
    glift__node made;          /* among the server's metrics, on the game's thread */
    struct glift_metric *next; /* among the core's */

    glift_metric_kind kind;
    const char *name;
    glift__tags tags;
    double sample_rate;
    unsigned derived;                            /* GLIFT_DERIVED_... */
    uint16_t percentiles[GLIFT_MAX_PERCENTILES]; /* in tenths of a percent */
    unsigned percentile_count;
    bool has_samples; /* gauges and counters without derived values need none */
    bool is_too_long; /* the core's: said once */

    atomic_uint_fast64_t draws; /* for the sample rate */
    _Atomic(double) value;      /* of a gauge */
    atomic_bool is_set;         /* of a gauge: it has a value */
    atomic_int_fast64_t sum;    /* of a counter */
    glift__samples samples;
};

/* Copies the desc, which has been checked: sample_rate is set, and so are what a timer has by default. NULL
 * without memory. `seed` is any number. */
glift_metric *glift__metric_new(const glift_metric_desc *desc, uint64_t seed);
bool glift__metric_is(
        const glift_metric *metric, const char *name, const glift_metric_tag *tags, size_t count);

/* Each is one sample; the arguments have been checked. */
void glift__metric_set(glift_metric *gauge, double value);
void glift__metric_add(glift_metric *gauge, double change);
void glift__metric_count(glift_metric *counter, int64_t times);
void glift__metric_time(glift_metric *timer, double ms);

/* What an interval brought. */
typedef struct glift__metric_taken {
    bool has_value; /* there is a line of the metric itself */
    double value;
    glift__summary summary;           /* for derived values; count 0 where there are none */
    double kept[GLIFT__KEPT_SAMPLES]; /* in rising order */
} glift__metric_taken;

/* False while a thread is in the middle of a sample: come again soon, or say that it is not to be waited for.
 */
bool glift__metric_take(glift_metric *metric, bool without_waiting, glift__metric_taken *out);

/* The line of this number, from 0: the metric itself, then its derived values. False past the last; the value
 * of a line that has nothing to say is left out by *has_value. `line` gets name, suffix, kind, value and
 * rate. */
bool glift__metric_line(const glift_metric *metric, const glift__metric_taken *taken, unsigned number,
        glift__statsd_line *line, char suffix[GLIFT__PERCENTILE_SUFFIX_SIZE], bool *has_value);

#endif

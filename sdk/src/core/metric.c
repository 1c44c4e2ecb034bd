/* SPDX-License-Identifier: Apache-2.0 */
#include "core/metric.h"

#include "base/random.h"

#include <stdlib.h>
#include <string.h>

/* ---- making ---- */

static size_t size_of_texts(const glift_metric_desc *desc)
{
    size_t size = strlen(desc->name) + 1;
    for (size_t i = 0; i < desc->tag_count; i++)
        size += strlen(desc->tags[i].key) + strlen(desc->tags[i].value) + 2;
    return size;
}

static const char *copy_text(char **to, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*to, text, size);
    *to += size;
    return copy;
}

static void copy_names(glift_metric *metric, const glift_metric_desc *desc, glift_metric_tag *tags)
{
    char *texts = (char *)(tags + desc->tag_count);
    metric->name = copy_text(&texts, desc->name);
    for (size_t i = 0; i < desc->tag_count; i++)
        tags[i] = (glift_metric_tag){
                copy_text(&texts, desc->tags[i].key), copy_text(&texts, desc->tags[i].value)};
    metric->tags = (glift__tags){tags, desc->tag_count};
}

glift_metric *glift__metric_new(const glift_metric_desc *desc, uint64_t seed)
{
    size_t room = desc->percentile_count > 0 ? GLIFT__KEPT_SAMPLES : 0;
    size_t kept_size = 2 * room * sizeof(_Atomic(double)), tags_size = desc->tag_count * sizeof *desc->tags;
    glift_metric *metric = malloc(sizeof *metric + kept_size + tags_size + size_of_texts(desc));
    if (metric == NULL)
        return NULL;
    _Atomic(double) *kept = (void *)(metric + 1);
    memset(metric, 0, sizeof *metric + kept_size);
    metric->kind = desc->kind;
    metric->sample_rate = desc->sample_rate;
    metric->derived = desc->derived & ~GLIFT_DERIVED_NONE;
    for (size_t i = 0; i < desc->percentile_count; i++)
        metric->percentiles[i] = (uint16_t)(desc->percentiles[i] * 10 + 0.5);
    metric->percentile_count = (unsigned)desc->percentile_count;
    metric->has_samples = desc->kind == GLIFT_METRIC_TIMER || metric->derived != 0 || room > 0;
    atomic_init(&metric->draws, seed);
    atomic_init(&metric->value, 0);
    atomic_init(&metric->sum, 0);
    atomic_init(&metric->is_set, false);
    glift__samples_init(&metric->samples, kept, room);
    copy_names(metric, desc, (glift_metric_tag *)(void *)(kept + 2 * room));
    return metric;
}

bool glift__metric_is(
        const glift_metric *metric, const char *name, const glift_metric_tag *tags, size_t count)
{
    if (strcmp(metric->name, name) != 0 || metric->tags.count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        const glift_metric_tag *own = &metric->tags.tags[i];
        if (strcmp(own->key, tags[i].key) != 0 || strcmp(own->value, tags[i].value) != 0)
            return false;
    }
    return true;
}

/* ---- recording ---- */

/* Drawn once for a sample: whether it is taken. */
static bool is_drawn(glift_metric *metric)
{
    if (metric->sample_rate >= 1)
        return true;
    uint64_t number = atomic_fetch_add_explicit(&metric->draws, 1, memory_order_relaxed);
    return (double)(glift__random_mix(number) >> 11) * 0x1p-53 < metric->sample_rate;
}

static void note_value(glift_metric *gauge, double value)
{
    atomic_store_explicit(&gauge->is_set, true, memory_order_release);
    if (gauge->has_samples)
        glift__samples_add(&gauge->samples, value);
}

void glift__metric_set(glift_metric *gauge, double value)
{
    atomic_store_explicit(&gauge->value, value, memory_order_relaxed);
    note_value(gauge, value);
}

void glift__metric_add(glift_metric *gauge, double change)
{
    double before = atomic_load_explicit(&gauge->value, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(
            &gauge->value, &before, before + change, memory_order_relaxed, memory_order_relaxed))
        ;
    note_value(gauge, before + change);
}

void glift__metric_count(glift_metric *counter, int64_t times)
{
    if (!is_drawn(counter))
        return;
    atomic_fetch_add_explicit(&counter->sum, times, memory_order_relaxed);
    if (counter->has_samples)
        glift__samples_add(&counter->samples, (double)times);
}

void glift__metric_time(glift_metric *timer, double ms)
{
    if (is_drawn(timer))
        glift__samples_add(&timer->samples, ms);
}

/* ---- taking ---- */

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void take_value(glift_metric *metric, glift__metric_taken *out)
{
    switch (metric->kind) {
    case GLIFT_METRIC_GAUGE:
        out->has_value = atomic_load_explicit(&metric->is_set, memory_order_acquire);
        out->value = atomic_load_explicit(&metric->value, memory_order_relaxed);
        break;
    case GLIFT_METRIC_COUNTER:
        out->value = (double)atomic_exchange_explicit(&metric->sum, 0, memory_order_relaxed);
        out->has_value = out->value > 0;
        break;
    case GLIFT_METRIC_TIMER:
        out->has_value = out->summary.count > 0;
        out->value = out->has_value ? out->summary.sum / (double)out->summary.count : 0;
        break;
    }
}

bool glift__metric_take(glift_metric *metric, bool without_waiting, glift__metric_taken *out)
{
    out->summary.count = out->summary.kept_count = 0;
    if (metric->has_samples) {
        if (!glift__samples_take(&metric->samples, without_waiting, &out->summary, out->kept))
            return false;
        qsort(out->kept, out->summary.kept_count, sizeof out->kept[0], compare);
    }
    take_value(metric, out);
    return true;
}

/* ---- lines ---- */

typedef struct derived {
    unsigned bit;
    const char *suffix;
} derived;

static const derived all_derived[] = {
        {GLIFT_DERIVED_LATEST, ".latest"},
        {GLIFT_DERIVED_MAX, ".max"},
        {GLIFT_DERIVED_MIN, ".min"},
        {GLIFT_DERIVED_MEAN, ".mean"},
        {GLIFT_DERIVED_SUM, ".sum"},
        {GLIFT_DERIVED_COUNT, ".count"},
};
enum { DERIVED_COUNT = sizeof all_derived / sizeof all_derived[0] };

static double derived_value(const glift__summary *of, unsigned bit)
{
    return bit == GLIFT_DERIVED_LATEST ? of->latest
           : bit == GLIFT_DERIVED_MAX  ? of->max
           : bit == GLIFT_DERIVED_MIN  ? of->min
           : bit == GLIFT_DERIVED_MEAN ? of->sum / (double)of->count
           : bit == GLIFT_DERIVED_SUM  ? of->sum
                                       : (double)of->count;
}

bool glift__metric_line(const glift_metric *metric, const glift__metric_taken *taken, unsigned number,
        glift__statsd_line *line, char suffix[GLIFT__PERCENTILE_SUFFIX_SIZE], bool *has_value)
{
    *line = (glift__statsd_line){
            .kind = metric->kind, .name = metric->name, .suffix = "", .sample_rate = 1, .own = metric->tags};
    *has_value = number == 0 ? taken->has_value : taken->summary.count > 0;
    if (number == 0) {
        line->value = taken->value;
        line->sample_rate = metric->sample_rate;
        return true;
    }
    if (number <= DERIVED_COUNT) {
        const derived *which = &all_derived[number - 1];
        *has_value = *has_value && (metric->derived & which->bit) != 0;
        line->suffix = which->suffix;
        line->value = *has_value ? derived_value(&taken->summary, which->bit) : 0;
        return true;
    }
    if (number > DERIVED_COUNT + metric->percentile_count)
        return false;
    uint16_t tenths = metric->percentiles[number - DERIVED_COUNT - 1];
    glift__percentile_suffix(tenths, suffix);
    line->suffix = suffix;
    line->value = *has_value ? glift__percentile(taken->kept, taken->summary.kept_count, tenths / 1000.0) : 0;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/draw.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"

#define LATENCY_MOST_MS 1000000

/* From 0 to below 1. */
static double throw_share(local_drawing *dice)
{
    uint64_t bits = glift__random_mix(dice->desc.seed + 0x9E3779B97F4A7C15u * ++dice->thrown);
    return (double)(bits >> 11) / 9007199254740992.0;
}

/* The sum of twelve throws is normal enough (up to six deviations), and the same on every machine, which
 * logarithms are not. */
static double throw_normal(local_drawing *dice)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += throw_share(dice);
    return sum - 6;
}

static size_t throw_place(local_drawing *dice, const double *weights, size_t count)
{
    double all = 0;
    for (size_t i = 0; weights != NULL && i < count; i++)
        all += weights[i];
    double rest = throw_share(dice) * (all > 0 ? all : (double)count);
    for (size_t i = 0; i + 1 < count; i++) {
        rest -= all > 0 ? weights[i] : 1;
        if (rest < 0)
            return i;
    }
    return count - 1;
}

/* ---- values ---- */

static double draw_number(local_drawing *dice, const local_draw *draw)
{
    double value = 0;
    switch (draw->kind) {
    case LOCAL_DRAW_NORMAL:
        value = fmin(draw->most, fmax(draw->least, draw->mean + draw->deviation * throw_normal(dice)));
        break;
    case LOCAL_DRAW_CHOICE:
        value = draw->numbers[throw_place(dice, draw->weights, draw->count)];
        break;
    case LOCAL_DRAW_UNIFORM:
    case LOCAL_DRAW_LIST: /* of words alone */
        value = draw->least + (draw->most - draw->least) * throw_share(dice);
        break;
    }
    return draw->whole ? round(value) : value;
}

/* Some of the words, by swapping those that were taken to the front. */
static bool draw_list(
        local_drawing *dice, const local_draw *draw, glift__memory *memory, glift_player_attribute *out)
{
    size_t wanted = (size_t)(draw->least + floor((draw->most - draw->least + 1) * throw_share(dice)));
    const char **words = glift__memory_take(memory, draw->count, sizeof *words);
    double weights[LOCAL_DRAW_MAX_WORDS];
    for (size_t i = 0; words != NULL && i < draw->count; i++) {
        words[i] = draw->words[i];
        weights[i] = draw->weights != NULL ? draw->weights[i] : 1;
    }
    for (size_t i = 0; words != NULL && i < wanted; i++) {
        size_t taken = i + throw_place(dice, weights + i, draw->count - i);
        const char *word = words[taken];
        words[taken] = words[i];
        weights[taken] = weights[i];
        words[i] = word;
    }
    out->type = GLIFT_ATTRIBUTE_STRING_LIST;
    out->string_list = words;
    out->string_count = wanted;
    return words != NULL;
}

static bool draw_entry(local_drawing *dice, const local_draw *draws, size_t count, glift__memory *memory,
        glift_player_attribute *out)
{
    glift_double_entry *entries = glift__memory_take(memory, count, sizeof *entries);
    for (size_t i = 0; entries != NULL && i < count; i++)
        entries[i] = (glift_double_entry){draws[i].key, draw_number(dice, &draws[i])};
    out->type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP;
    out->double_map = entries;
    out->double_count = count;
    return entries != NULL;
}

/* How many draws from this one on are one attribute. */
static size_t count_entries(const local_draw *draws, size_t left)
{
    size_t count = 1;
    while (draws[0].key != NULL && count < left && draws[count].key != NULL &&
            strcmp(draws[count].name, draws[0].name) == 0)
        count++;
    return count;
}

static bool draw_attribute(local_drawing *dice, const local_draw *draws, size_t count, glift__memory *memory,
        glift_player_attribute *out)
{
    out->name = draws[0].name;
    if (draws[0].key != NULL)
        return draw_entry(dice, draws, count, memory, out);
    if (draws[0].kind == LOCAL_DRAW_LIST)
        return draw_list(dice, draws, memory, out);
    if (draws[0].words != NULL) {
        out->type = GLIFT_ATTRIBUTE_STRING;
        out->string = draws[0].words[throw_place(dice, draws[0].weights, draws[0].count)];
        return true;
    }
    out->type = GLIFT_ATTRIBUTE_DOUBLE;
    out->number = draw_number(dice, draws);
    return true;
}

/* ---- players and tickets ---- */

static bool draw_attributes(local_drawing *dice, glift__memory *memory, glift_player *out)
{
    const local_draw *draws = dice->desc.attributes;
    size_t left = dice->desc.attribute_count;
    glift_player_attribute *attributes = glift__memory_take(memory, left + 1, sizeof *attributes);
    bool drawn = attributes != NULL;
    for (size_t count; drawn && left > 0; draws += count, left -= count) {
        count = count_entries(draws, left);
        drawn = draw_attribute(dice, draws, count, memory, &attributes[out->attribute_count++]);
    }
    out->attributes = attributes;
    return drawn;
}

static bool draw_player(local_drawing *dice, glift__memory *memory, glift_player *out)
{
    const local_draw_desc *desc = &dice->desc;
    char id[32];
    snprintf(id, sizeof id, "player-%zu", ++dice->players);
    out->player_id = glift__memory_text(memory, id);
    glift_player_latency *latencies = glift__memory_take(memory, desc->latency_count + 1, sizeof *latencies);
    if (out->player_id == NULL || latencies == NULL || !draw_attributes(dice, memory, out))
        return false;
    for (size_t i = 0; i < desc->latency_count; i++) {
        double ms = fmin(LATENCY_MOST_MS, fmax(1, draw_number(dice, &desc->latencies[i])));
        latencies[out->latency_count++] = (glift_player_latency){desc->latencies[i].name, (int)lround(ms)};
    }
    out->latencies = latencies;
    return true;
}

static size_t draw_size(local_drawing *dice)
{
    const double *weights = dice->desc.size_weights;
    for (size_t i = 0; i < LOCAL_DRAW_MAX_SIZES; i++) {
        if (weights[i] > 0)
            return 1 + throw_place(dice, weights, LOCAL_DRAW_MAX_SIZES);
    }
    return 1;
}

bool local_draw_ticket(local_drawing *drawing, glift__memory *memory, local_trial_ticket *out)
{
    double per_second = drawing->desc.per_second;
    size_t size = draw_size(drawing);
    char id[32];
    *out = (local_trial_ticket){.player_count = size};
    out->at_ms = per_second > 0 ? (uint64_t)((double)drawing->tickets * 1000 / per_second) : 0;
    snprintf(id, sizeof id, "ticket-%zu", ++drawing->tickets);
    out->id = glift__memory_text(memory, id);
    glift_player *all = glift__memory_take(memory, size, sizeof *all);
    bool drawn = out->id != NULL && all != NULL;
    for (size_t i = 0; drawn && i < size; i++)
        drawn = draw_player(drawing, memory, &all[i]);
    out->players = all;
    return drawn;
}

/* ---- how many there may be ---- */

static size_t most_values_of(const local_draw *draws, size_t count)
{
    size_t values = 0;
    for (size_t i = 0; i < count; i++)
        values += 1 + (draws[i].kind == LOCAL_DRAW_LIST ? draws[i].count : draws[i].key != NULL);
    return values;
}

static double mean_size(const local_draw_desc *desc)
{
    double all = 0, sum = 0;
    for (size_t i = 0; i < LOCAL_DRAW_MAX_SIZES; i++) {
        all += desc->size_weights[i];
        sum += desc->size_weights[i] * (double)(i + 1);
    }
    return all > 0 ? sum / all : 1;
}

bool local_draw_is_affordable(
        const local_draw_desc *desc, size_t declared_attributes, char what[LOCAL_WHAT_SIZE])
{
    size_t of_player = declared_attributes + most_values_of(desc->attributes, desc->attribute_count) +
                       desc->latency_count;
    double values = (double)desc->count * mean_size(desc) * (double)of_player;
    if (values <= LOCAL_TRIAL_MAX_VALUES)
        return true;
    snprintf(what, LOCAL_WHAT_SIZE,
            "The players of %zu tickets would have some %.0f attributes and latencies together; a trial "
            "takes %d at most.",
            desc->count, values, LOCAL_TRIAL_MAX_VALUES);
    return false;
}

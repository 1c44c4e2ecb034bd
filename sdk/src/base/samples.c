/* SPDX-License-Identifier: Apache-2.0 */
#include "base/samples.h"

#include "base/random.h"

#include <math.h>

#define BANK_BIT (UINT64_C(1) << 63)

static void reset(glift__samples_bank *bank)
{
    atomic_store_explicit(&bank->done, 0, memory_order_relaxed);
    atomic_store_explicit(&bank->sum, 0, memory_order_relaxed);
    atomic_store_explicit(&bank->latest, 0, memory_order_relaxed);
    atomic_store_explicit(&bank->min, INFINITY, memory_order_relaxed);
    atomic_store_explicit(&bank->max, -INFINITY, memory_order_relaxed);
}

void glift__samples_init(glift__samples *samples, _Atomic(double) *kept, size_t room)
{
    samples->room = room;
    samples->is_turned = false;
    atomic_init(&samples->head, 0);
    for (unsigned i = 0; i < 2; i++) {
        samples->banks[i].kept = room > 0 ? kept + i * room : NULL;
        reset(&samples->banks[i]);
    }
}

/* ---- adding ---- */

static void raise_sum(_Atomic(double) *sum, double value)
{
    double before = atomic_load_explicit(sum, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(
            sum, &before, before + value, memory_order_relaxed, memory_order_relaxed))
        ;
}

static void lower(_Atomic(double) *least, double value)
{
    double before = atomic_load_explicit(least, memory_order_relaxed);
    while (value < before && !atomic_compare_exchange_weak_explicit(
                                     least, &before, value, memory_order_relaxed, memory_order_relaxed))
        ;
}

static void raise(_Atomic(double) *most, double value)
{
    double before = atomic_load_explicit(most, memory_order_relaxed);
    while (value > before && !atomic_compare_exchange_weak_explicit(
                                     most, &before, value, memory_order_relaxed, memory_order_relaxed))
        ;
}

/* The n-th sample takes the place of a kept one with a chance of room / n, which leaves each of the n with
 * the same chance to be kept. Past four thousand million the chance falls no more: nobody takes so rarely. */
static void keep(glift__samples_bank *bank, size_t room, uint64_t number, double value)
{
    uint64_t place = number;
    if (number >= room) {
        uint64_t count = number < UINT32_MAX ? number + 1 : UINT32_MAX;
        place = (glift__random_mix(number) >> 32) * count >> 32;
    }
    if (place < room)
        atomic_store_explicit(&bank->kept[place], value, memory_order_relaxed);
}

void glift__samples_add(glift__samples *samples, double value)
{
    uint64_t head = atomic_fetch_add_explicit(&samples->head, 1, memory_order_acquire);
    glift__samples_bank *bank = &samples->banks[(head & BANK_BIT) != 0];
    raise_sum(&bank->sum, value);
    lower(&bank->min, value);
    raise(&bank->max, value);
    atomic_store_explicit(&bank->latest, value, memory_order_relaxed);
    if (samples->room > 0)
        keep(bank, samples->room, head & ~BANK_BIT, value);
    atomic_fetch_add_explicit(&bank->done, 1, memory_order_release);
}

/* ---- taking ---- */

static void turn(glift__samples *samples)
{
    uint64_t in_use = atomic_load_explicit(&samples->head, memory_order_relaxed) & BANK_BIT;
    uint64_t head = atomic_exchange_explicit(&samples->head, in_use ^ BANK_BIT, memory_order_acq_rel);
    samples->is_turned = true;
    samples->turned = in_use != 0;
    samples->begun = head & ~BANK_BIT;
}

static void read_bank(
        const glift__samples *samples, glift__samples_bank *bank, glift__summary *out, double *kept)
{
    out->count = samples->begun;
    out->sum = atomic_load_explicit(&bank->sum, memory_order_relaxed);
    out->min = atomic_load_explicit(&bank->min, memory_order_relaxed);
    out->max = atomic_load_explicit(&bank->max, memory_order_relaxed);
    out->latest = atomic_load_explicit(&bank->latest, memory_order_relaxed);
    out->kept_count = samples->begun < samples->room ? (size_t)samples->begun : samples->room;
    for (size_t i = 0; kept != NULL && i < out->kept_count; i++)
        kept[i] = atomic_load_explicit(&bank->kept[i], memory_order_relaxed);
}

bool glift__samples_take(glift__samples *samples, bool without_waiting, glift__summary *out, double *kept)
{
    if (!samples->is_turned)
        turn(samples);
    glift__samples_bank *bank = &samples->banks[samples->turned];
    if (atomic_load_explicit(&bank->done, memory_order_acquire) < samples->begun && !without_waiting)
        return false;
    read_bank(samples, bank, out, kept);
    reset(bank);
    samples->is_turned = false;
    return true;
}

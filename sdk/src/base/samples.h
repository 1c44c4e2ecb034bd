/* SPDX-License-Identifier: Apache-2.0 */
/* Samples of numbers, from any thread, summed up for one that comes by from time to time.
 *
 * Adding never waits and never fails: there are two banks, and one number says at once which of them is in
 * use and how many samples have begun in it. Taking turns the banks over with a single exchange, so that it
 * knows exactly how many samples belong to the bank that it turned away; that bank is complete when as many
 * are done. Only a thread that was interrupted in the middle of adding can make the taker come again. */
#ifndef GLIFT_SAMPLES_H
#define GLIFT_SAMPLES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct glift__samples_bank {
    atomic_uint_fast64_t done;
    _Atomic(double) sum, min, max, latest;
    _Atomic(double) *kept; /* `room` of them */
} glift__samples_bank;

typedef struct glift__samples {
    atomic_uint_fast64_t head; /* the highest bit: the bank in use; the others: samples begun in it */
    glift__samples_bank banks[2];
    size_t room; /* samples of one time that are kept one by one; of more, a random choice */

    /* The taker's own. */
    bool is_turned; /* a bank waits to become complete */
    unsigned turned;
    uint64_t begun; /* in it */
} glift__samples;

/* What came in one time. With count 0 the others mean nothing. */
typedef struct glift__summary {
    uint64_t count;
    double sum, min, max, latest;
    size_t kept_count;
} glift__summary;

/* `kept` holds 2 * room numbers and lives as long as the samples; NULL with room 0. */
void glift__samples_init(glift__samples *samples, _Atomic(double) *kept, size_t room);

void glift__samples_add(glift__samples *samples, double value);

/* Everything since the last time, with the kept samples copied to `kept` (`room` numbers; may be NULL). False
 * while some sample of that time is not done: come again soon, or say that it is not to be waited for. */
bool glift__samples_take(glift__samples *samples, bool without_waiting, glift__summary *out, double *kept);

#endif

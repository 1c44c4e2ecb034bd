/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces whose sizes the input chooses: the first byte of an input for a decoder. */
#ifndef FUZZ_CUT_H
#define FUZZ_CUT_H

#include <stddef.h>
#include <stdint.h>

typedef struct fuzz_cut {
    uint32_t state;
    uint32_t largest; /* 1 to 64 */
} fuzz_cut;

static inline fuzz_cut fuzz_cut_of(uint8_t chosen)
{
    return (fuzz_cut){.state = chosen, .largest = 1 + chosen % 64};
}

/* A trace_cut_fn. */
static inline size_t fuzz_cut_next(void *user)
{
    fuzz_cut *self = user;
    self->state = self->state * 1103515245u + 12345;
    return 1 + (self->state >> 16) % self->largest;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Random bits for jitter and ids. They are unique but not secret: nothing here is a key. */
#ifndef GLIFT_RANDOM_H
#define GLIFT_RANDOM_H

#include <stdint.h>

typedef uint32_t (*glift__random_fn)(void *user); /* gives 32 uniform bits */

/* The generator is xoshiro128**, which the kernel seeds, so that no two processes draw the same ids. */
typedef struct glift__random {
    uint32_t state[4];
} glift__random;

void glift__random_seed(glift__random *random);
uint32_t glift__random_next(void *random); /* a glift__random_fn */

/* A number made of another, so that neighbours have nothing in common: splitmix64, chance without state. */
uint64_t glift__random_mix(uint64_t number);

#define GLIFT__UUID_SIZE 37 /* with the terminator */

/* Writes a version 4 UUID in lower case. */
void glift__uuid(char out[GLIFT__UUID_SIZE], glift__random_fn random, void *user);

#endif

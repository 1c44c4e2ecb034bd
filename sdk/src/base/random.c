/* SPDX-License-Identifier: Apache-2.0 */

#include "base/random.h"

#include "platform/platform.h"

void glift__random_seed(glift__random *random)
{
    if (glift__random_bytes(random->state, sizeof random->state))
        return;
    /* Without random bytes from the system, time, process and address still tell processes apart. */
    random->state[0] = (uint32_t)glift__clock_mono_ms();
    random->state[1] = (uint32_t)glift__clock_unix_ms();
    random->state[2] = glift__process_number();
    random->state[3] = (uint32_t)(uintptr_t)random | 1; /* the state must never be all zero */
}

static uint32_t rotated(uint32_t value, unsigned bits)
{
    return (value << bits) | (value >> (32 - bits));
}

uint32_t glift__random_next(void *user)
{
    uint32_t *state = ((glift__random *)user)->state;
    uint32_t result = rotated(state[1] * 5, 7) * 9, shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotated(state[3], 11);
    return result;
}

uint64_t glift__random_mix(uint64_t number)
{
    number += UINT64_C(0x9e3779b97f4a7c15);
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
    return number ^ (number >> 31);
}

void glift__uuid(char out[GLIFT__UUID_SIZE], glift__random_fn random, void *user)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t bits = 0;
    unsigned drawn = 0; /* hexadecimal digits so far, of 32 */
    for (unsigned i = 0; i < GLIFT__UUID_SIZE - 1; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            out[i] = '-';
            continue;
        }
        if (drawn++ % 8 == 0)
            bits = random(user);
        out[i] = digits[bits & 15];
        bits >>= 4;
    }
    out[14] = '4';                                                               /* version: random */
    out[19] = "89ab"[(out[19] <= '9' ? out[19] - '0' : out[19] - 'a' + 10) & 3]; /* variant */
    out[GLIFT__UUID_SIZE - 1] = '\0';
}

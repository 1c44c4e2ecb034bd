/* SPDX-License-Identifier: Apache-2.0 */
/* The moment that an input happens at. Whoever has a clock passes it in; nothing pure reads a clock. */
#ifndef GLIFT_TIME_H
#define GLIFT_TIME_H

#include <stdint.h>

typedef struct glift__time {
    uint64_t mono_ms; /* never goes back; all deadlines are on it */
    int64_t unix_ms;  /* for SigV4 dates, and for when credentials expire */
} glift__time;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What a decoder says about a stream of bytes, written down as text, so that two ways of feeding it can be
 * compared. A broken promise of a decoder aborts: unit tests and fuzz targets both use this. */
#ifndef TRACE_H
#define TRACE_H

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMISED(property)                                                                                   \
    do {                                                                                                     \
        if (!(property)) {                                                                                   \
            fprintf(stderr, "%s:%d: a promise is broken: %s\n", __FILE__, __LINE__, #property);              \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

static inline void trace_text(glift__text *trace, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    PROMISED(length >= 0 && (size_t)length < sizeof text);
    PROMISED(glift__text_append(trace, text, (size_t)length) == GLIFT_OK);
}

/* Bytes that are not printable ASCII are written as \xNN; of many bytes, how many and their hash. */
static inline void trace_bytes(glift__text *trace, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    if (length > 400) {
        trace_text(trace, "%zu bytes of hash %016llx", length, (unsigned long long)hash);
        return;
    }
    char text[4 * 400 + 1];
    size_t written = 0;
    for (size_t i = 0; i < length; i++)
        written += (size_t)snprintf(text + written, sizeof text - written,
                at[i] >= ' ' && at[i] <= '~' && at[i] != '\\' ? "%c" : "\\x%02X", at[i]);
    PROMISED(glift__text_append(trace, text, written) == GLIFT_OK);
}

/* The size of the next piece, at least 1. NULL in place of the function: all in one piece. */
typedef size_t (*trace_cut_fn)(void *user);

static inline size_t trace_next_cut(trace_cut_fn cut, void *user, size_t left)
{
    size_t size = cut != NULL ? cut(user) : left;
    return size < left ? size : left;
}

/* A copy that ends where the piece ends, so that a sanitizer sees the first byte read past it. */
static inline uint8_t *trace_piece(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);
    PROMISED(copy != NULL);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

static inline size_t trace_cut_by_ones(void *user)
{
    (void)user;
    return 1;
}

/* Mostly short pieces, some long ones, from a seed. */
static inline size_t trace_cut_random(void *user)
{
    uint64_t *state = user;
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    uint32_t bits = (uint32_t)(*state >> 32);
    return 1 + (bits >> 8) % (bits % 4 == 0 ? 5000 : 12);
}

#endif

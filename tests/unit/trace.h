/* SPDX-License-Identifier: Apache-2.0 */
/* What a decoder says about a stream of bytes, written down as text, so that two ways of feeding it can be
 * compared. A broken promise of a decoder aborts: unit tests and fuzz targets both use this. */
#ifndef TRACE_H
#define TRACE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
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

#define TRACE_LONGEST_BYTES 400 /* that are written out */

typedef struct trace_buffer {
    char *bytes; /* NUL-terminated; NULL while nothing was appended */
    size_t length, capacity;
} trace_buffer;

/* There are many short pieces: the memory doubles. */
static inline void trace_append(trace_buffer *trace, const void *bytes, size_t length)
{
    if (trace->length + length >= trace->capacity) {
        trace->capacity = 2 * (trace->length + length) + 256;
        trace->bytes = realloc(trace->bytes, trace->capacity);
        PROMISED(trace->bytes != NULL);
    }
    if (length > 0)
        memcpy(trace->bytes + trace->length, bytes, length);
    trace->length += length;
    trace->bytes[trace->length] = '\0';
}

static inline void trace_free(trace_buffer *trace)
{
    free(trace->bytes);
    *trace = (trace_buffer){0};
}

static inline void trace_text(trace_buffer *trace, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    PROMISED(length >= 0 && (size_t)length < sizeof text);
    trace_append(trace, text, (size_t)length);
}

/* Bytes that are not printable ASCII are written as \xNN; of many bytes, how many and their hash. */
static inline void trace_bytes(trace_buffer *trace, const void *bytes, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[4 * TRACE_LONGEST_BYTES];
    const uint8_t *at = bytes;
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    size_t written = 0;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
        if (length > TRACE_LONGEST_BYTES)
            continue;
        if (at[i] >= ' ' && at[i] <= '~' && at[i] != '\\') {
            text[written++] = (char)at[i];
            continue;
        }
        text[written++] = '\\';
        text[written++] = 'x';
        text[written++] = digits[at[i] >> 4];
        text[written++] = digits[at[i] & 15];
    }
    if (length > TRACE_LONGEST_BYTES)
        trace_text(trace, "%zu bytes of hash %016llx", length, (unsigned long long)hash);
    else
        trace_append(trace, text, written);
}

/* The size of the next piece. NULL in place of the function: all in one piece. */
typedef size_t (*trace_cut_fn)(void *user);
#define TRACE_LONGEST_CUT 5000

/* The pieces of a stream, one after the other, each at the end of one block of memory, so that a sanitizer
 * sees the first byte read past it. */
typedef struct trace_pieces {
    const uint8_t *stream;
    size_t left;
    trace_cut_fn cut;
    void *user;
    uint8_t *block;
    size_t block_size;
} trace_pieces;

static inline trace_pieces trace_pieces_of(const uint8_t *stream, size_t length, trace_cut_fn cut, void *user)
{
    trace_pieces self = {.stream = stream, .left = length, .cut = cut, .user = user};
    self.block_size = cut == NULL || length < TRACE_LONGEST_CUT ? length : TRACE_LONGEST_CUT;
    self.block = malloc(self.block_size > 0 ? self.block_size : 1);
    PROMISED(self.block != NULL);
    return self;
}

/* False after the last one. */
static inline bool trace_next_piece(trace_pieces *self, const uint8_t **piece, size_t *length)
{
    if (self->left == 0) {
        free(self->block);
        self->block = NULL;
        return false;
    }
    size_t size = self->cut != NULL ? self->cut(self->user) : self->left;
    *length = size < self->left ? size : self->left;
    PROMISED(*length > 0 && *length <= self->block_size);
    *piece = memcpy(self->block + self->block_size - *length, self->stream, *length);
    self->stream += *length;
    self->left -= *length;
    return true;
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
    return 1 + (bits >> 8) % (bits % 4 == 0 ? TRACE_LONGEST_CUT : 12);
}

#endif

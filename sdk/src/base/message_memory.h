/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of one message: everything that a decoded or copied message holds is carved from one
 * glift__memory and freed in one call. Blocks are chained, so pointers stay where they are. */
#ifndef GLIFT_MESSAGE_MEMORY_H
#define GLIFT_MESSAGE_MEMORY_H

#include <stddef.h>

typedef struct glift__memory {
    struct glift__memory_block *first;
} glift__memory;

void glift__memory_init(glift__memory *memory);
void glift__memory_fini(glift__memory *memory); /* frees all that was taken; the memory may be used again */

/* Takes room that is zeroed and aligned for any type. NULL when out of memory, or when count * size
 * overflows. */
void *glift__memory_take(glift__memory *memory, size_t count, size_t size);

/* Takes a copy of the text, or "" where the text is NULL. NULL when out of memory. */
const char *glift__memory_text(glift__memory *memory, const char *text);

#endif

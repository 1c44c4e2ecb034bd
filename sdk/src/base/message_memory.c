/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks double in size, so that a long message takes few of them and a short one stays small: most
 * requests and answers fit the first. */

#include "base/message_memory.h"

#include "base/aligned.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK_BYTES 464 /* 512 with the header of the block and that of malloc() */
#define LAST_BLOCK_BYTES  65536

typedef struct glift__memory_block {
    struct glift__memory_block *next;
    size_t used, size;
    alignas(glift__aligned) unsigned char bytes[];
} memory_block;

void glift__memory_init(glift__memory *memory)
{
    memory->first = NULL;
}

void glift__memory_fini(glift__memory *memory)
{
    for (memory_block *block = memory->first, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    memory->first = NULL;
}

/* The newest block is the first in the chain, and the only one that is looked into: what is left in older
 * blocks is waste, but less than one request in each. */
static memory_block *block_with_room(glift__memory *memory, size_t bytes)
{
    memory_block *newest = memory->first;
    if (newest != NULL && newest->size - newest->used >= bytes)
        return newest;
    size_t size = newest == NULL ? FIRST_BLOCK_BYTES : 2 * newest->size;
    if (size > LAST_BLOCK_BYTES)
        size = LAST_BLOCK_BYTES;
    if (size < bytes)
        size = bytes;
    memory_block *block = malloc(sizeof *block + size);
    if (block == NULL)
        return NULL;
    *block = (memory_block){.next = newest, .size = size};
    memory->first = block;
    return block;
}

void *glift__memory_take(glift__memory *memory, size_t count, size_t size)
{
    const size_t alignment = alignof(glift__aligned);
    if (size != 0 && count > (SIZE_MAX / 2) / size)
        return NULL;
    size_t bytes = (count * size + alignment - 1) / alignment * alignment;
    memory_block *block = block_with_room(memory, bytes);
    if (block == NULL)
        return NULL;
    void *taken = block->bytes + block->used;
    block->used += bytes;
    return memset(taken, 0, bytes);
}

const char *glift__memory_text(glift__memory *memory, const char *text)
{
    if (text == NULL || *text == '\0')
        return "";
    size_t size = strlen(text) + 1;
    char *copy = glift__memory_take(memory, 1, size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

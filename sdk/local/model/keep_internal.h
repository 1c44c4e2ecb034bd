/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files that keep: keep.c (which records are written when), keep_write.c, keep_read.c (the
 * fields of one). */
#ifndef LOCAL_KEEP_INTERNAL_H
#define LOCAL_KEEP_INTERNAL_H

#include "model/model.h"

#define LOCAL_KINDS_MAX 32

/* The records that were read, by kind and row: what a pointer is written as. */
typedef struct local_reading {
    local_record **records;
    size_t count, room;
    size_t begin[LOCAL_KINDS_MAX + 1]; /* of each kind; of the one at hand: so far */
    const local_kind *kinds[LOCAL_KINDS_MAX];
    size_t kind_count;
} local_reading;

/* The record as JSON, in keeper->text. False: out of memory. */
bool local_write_record(local_keeper *keeper, const local_record *record);

/* Fills in a zeroed entity. NULL, or the name of the member that cannot be read. */
const char *local_read_record(
        local_keeper *keeper, const local_kind *kind, void *entity, const char *body, size_t length);
/* Frees an entity, and what was read into it so far. */
void local_discard_record(const local_kind *kind, void *entity);

static inline void *local_entity_of(const local_record *record)
{
    return (char *)(uintptr_t)record - record->kind->record_at;
}

static inline bool local_is_field(const local_field *field)
{
    return field->size != LOCAL_NO_MEMBER;
}

#endif

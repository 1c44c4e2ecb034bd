/* SPDX-License-Identifier: Apache-2.0 */
/* What of a service outlives its program: each entity is a record with a row in a store (--state).
 *
 * Whoever changes an entity says so by local_changed(), which costs nothing without a store. At the end of a
 * turn local_commit() writes those that really differ from what the store has, all of them or none. One table
 * of fields per kind serves both directions, so that reading cannot differ from writing. That nobody forgets
 * to say so is seen by a store that `checks_all`: it looks at every record at each commit, and all tests of
 * the service run on such a store. */
#ifndef LOCAL_KEEP_H
#define LOCAL_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/message_memory.h"
#include "base/time.h"

typedef struct local_service local_service;
typedef struct local_kind local_kind;
typedef struct local_keeper local_keeper;

/* ---- the store: rows of JSON, by kind and number ---- */

typedef bool (*local_row_fn)(void *arg, uint64_t row, const char *body, size_t length);

typedef struct local_store {
    void *user;
    bool checks_all;
    /* Put a row, new or in the place of the one of that number; take one out. What is put and removed counts
     * from commit() on, as a whole. False: it cannot be kept. */
    bool (*put)(void *user, const char *kind, uint64_t row, const char *body, size_t length);
    bool (*remove)(void *user, const char *kind, uint64_t row);
    bool (*commit)(void *user, glift__time now);
    /* All rows of a kind in the order of their numbers, until row() returns false. False: it did, or they
     * cannot be read. */
    bool (*each)(void *user, const char *kind, local_row_fn row, void *arg);
} local_store;

/* ---- a record: a member of every entity that is kept ---- */

typedef struct local_record {
    local_keeper *keeper; /* NULL: not kept, or not yet */
    const local_kind *kind;
    uint64_t row, hash; /* of what the store has; 0: nothing */
    bool is_changed;
    TAILQ_ENTRY(local_record) link, changed_link;
} local_record;

/* The entity is complete, and kept from now on. */
void local_keep(local_service *service, local_record *record, const local_kind *kind);
/* The record may differ from what the store has: it is written with the next commit. */
void local_changed(local_record *record);
/* The entity of the record is about to be freed. Nothing happens to a record that was never kept. */
void local_keep_no_more(local_record *record);

/* ---- fields ---- */

typedef enum local_field_type {
    LOCAL_TEXT,   /* char *, on the heap; NULL is a value */
    LOCAL_MTEXT,  /* the same in the entity's glift__memory */
    LOCAL_STATIC, /* const char *, static text; NULL is a value */
    LOCAL_CHARS,  /* char[size] */
    LOCAL_INT,    /* int, and enums */
    LOCAL_INT64,
    LOCAL_UINT64,
    LOCAL_SIZE,
    LOCAL_DOUBLE,
    LOCAL_BOOL,
    LOCAL_TIMER,  /* whether it is set, for when, and its place among those of the same moment */
    LOCAL_ENTITY, /* a pointer to a kept entity; NULL is a value */
    LOCAL_LIST,   /* a pointer to `size` bytes for each of *count items */
    LOCAL_ARRAY   /* as many of them within the struct; `most` at the most */
} local_field_type;

typedef struct local_field {
    const char *name; /* NULL: the only field of an item, which is its value */
    local_field_type type;
    size_t at, size;
    size_t count_at;
    size_t most; /* items; of a number: the highest value, 0 being the lowest. 0: there is no such bound */
    const struct local_field *items; /* ends with LOCAL_FIELDS_END */
    const local_kind *kind;          /* of the entity */
    bool is_needed;                  /* a text or an entity that is never NULL */
    bool in_memory;                  /* a list that lies in the entity's glift__memory, not on the heap */
} local_field;

#define LOCAL_NO_MEMBER ((size_t)-1)
#define LOCAL_FIELDS_END                                                                                     \
    {                                                                                                        \
        .size = LOCAL_NO_MEMBER                                                                              \
    }
#define LOCAL_FIELD(type_, struct_, member_)                                                                 \
    {                                                                                                        \
        .name = #member_, .type = (type_), .at = offsetof(struct_, member_),                                 \
        .size = sizeof(((struct_ *)0)->member_)                                                              \
    }
#define LOCAL_NEEDED(type_, struct_, member_)                                                                \
    {                                                                                                        \
        .name = #member_, .type = (type_), .at = offsetof(struct_, member_), .is_needed = true               \
    }
#define LOCAL_FIELD_ENUM(struct_, member_, last_)                                                            \
    {                                                                                                        \
        .name = #member_, .type = LOCAL_INT, .at = offsetof(struct_, member_), .most = (last_)               \
    }
#define LOCAL_FIELD_ENTITY(struct_, member_, kind_)                                                          \
    {                                                                                                        \
        .name = #member_, .type = LOCAL_ENTITY, .at = offsetof(struct_, member_), .kind = (kind_)            \
    }
#define LOCAL_NEEDED_ENTITY(struct_, member_, kind_)                                                         \
    {                                                                                                        \
        .name = #member_, .type = LOCAL_ENTITY, .at = offsetof(struct_, member_), .kind = (kind_),           \
        .is_needed = true                                                                                    \
    }
#define LOCAL_FIELD_LIST(struct_, member_, count_, items_, in_memory_)                                       \
    {                                                                                                        \
        .name = #member_, .type = LOCAL_LIST, .at = offsetof(struct_, member_),                              \
        .size = sizeof *((struct_ *)0)->member_, .count_at = offsetof(struct_, count_), .items = (items_),   \
        .in_memory = (in_memory_)                                                                            \
    }
#define LOCAL_FIELD_ARRAY(struct_, member_, count_, items_)                                                  \
    {                                                                                                        \
        .name = #member_, .type = LOCAL_ARRAY, .at = offsetof(struct_, member_),                             \
        .size = sizeof((struct_ *)0)->member_[0], .count_at = offsetof(struct_, count_),                     \
        .most = sizeof((struct_ *)0)->member_ / sizeof((struct_ *)0)->member_[0], .items = (items_)          \
    }

/* Kinds are read in the order of their table: what a field points to comes before. */
struct local_kind {
    const char *name;
    size_t size, record_at;
    size_t memory_at; /* of its glift__memory; LOCAL_NO_MEMBER: it has none */
    const local_field *fields;
    /* Puts an entity whose fields were read where it belongs: lists, indexes, timers. False: it cannot be;
     * nothing of it is anywhere then, and the caller frees what was read. */
    bool (*enter)(local_service *service, glift__time now, void *entity);
    void (*entered)(local_service *service); /* after the last of them; may be NULL */
};

/* ---- the whole ---- */

void local_keeper_init(local_keeper *keeper, const local_store *store);
void local_keeper_fini(local_keeper *keeper);
/* Nothing is written from here on: the service ends, what it kept stays. */
void local_keep_stop(local_keeper *keeper);
/* Writes what has changed since the last time. False: the store failed, now or before; what happened since
 * its last commit is not kept. */
bool local_commit(local_service *service, glift__time now);
/* Every row of these kinds becomes an entity. False, and a line in the log: that is not possible. */
bool local_restore(local_service *service, glift__time now, const local_kind *const *kinds, size_t count);

struct local_keeper {
    const local_store *store; /* NULL: nothing is kept */
    TAILQ_HEAD(, local_record) all, changed;
    uint64_t last_row;
    bool has_failed, is_dirty; /* dirty: a row was put or removed since the last commit */
    char *text;                /* what is being written */
    size_t length, room;
    struct local_words *words;     /* texts that LOCAL_STATIC fields point to after reading */
    struct local_reading *reading; /* what was read so far; NULL but in local_restore() */
};

#endif

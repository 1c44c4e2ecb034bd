/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON as the codec needs it. json.c is the only file of sdk/src that includes cJSON.h.
 *
 * Reading is forgiving about what a document lacks and strict about what JSON is: members of the wrong
 * type are read as absent (rule P106), text that is not JSON in UTF-8 is refused as a whole. Where a
 * document has a member twice, the first counts.
 *
 * A reader keeps its first failure; after it, it does nothing. So a message is read from top to bottom and
 * judged once, at the end. */
#ifndef GLIFT_JSON_H
#define GLIFT_JSON_H

#include "base/message_memory.h"
#include "base/text.h"

typedef struct cJSON glift__json; /* a value with all that is in it */

/* How deep values may lie in one another, and how many a document may have: GameLift's lie 5 deep, and the
 * matchmaker data of 200 players has some 30,000. */
#define GLIFT__JSON_MOST_DEPTH  64
#define GLIFT__JSON_MOST_VALUES 100000

/* Parses bytes, which need no terminator. GLIFT_ERR_ARGUMENT if they are not JSON, or go past the limits
 * above; GLIFT_ERR_MEMORY. U+0000, which a C string cannot hold, becomes U+FFFD. */
glift_status glift__json_parse(const char *bytes, size_t length, glift__json **out);
void glift__json_free(glift__json *value); /* NULL is allowed */

/* ---- looking; NULL is allowed everywhere and reads as absent ---- */

bool glift__json_is_object(const glift__json *value);
bool glift__json_is_array(const glift__json *value);
const glift__json *glift__json_get(
        const glift__json *object, const char *key); /* NULL where absent or null */
const glift__json *glift__json_first(const glift__json *container);
const glift__json *glift__json_next(const glift__json *member);
const char *glift__json_key(const glift__json *member); /* for a member of an object */

const char *glift__json_text(const glift__json *value);           /* NULL where it is no string */
bool glift__json_double(const glift__json *value, double *out);   /* true for a finite number */
bool glift__json_integer(const glift__json *value, int64_t *out); /* true for an integral one up to 2^53 */
bool glift__json_bool(const glift__json *value, bool *out);

/* ---- reading into a message's memory ---- */

typedef struct glift__json_reader {
    glift__memory *memory;
    glift_status status; /* GLIFT_OK or GLIFT_ERR_MEMORY */
} glift__json_reader;

const char *glift__read_copy(glift__json_reader *reader, const char *text); /* "" for NULL and on failure */
const char *glift__read_text(glift__json_reader *reader, const glift__json *object, const char *key);
int glift__read_int(const glift__json *object, const char *key);       /* 0 where it does not fit */
int64_t glift__read_int64(const glift__json *object, const char *key); /* 0 where it does not fit */
/* A moment or a span: of a number with a fraction the whole part counts. 0 where it does not fit. */
int64_t glift__read_time(const glift__json *object, const char *key);

/* Takes zeroed room for as many things as the container has members; NULL if it has none, or on failure. */
void *glift__read_room(glift__json_reader *reader, const glift__json *container, size_t size);

/* These read the strings of an array and the numbers of an object; members of other types are left out. */
const char *const *glift__read_strings(glift__json_reader *reader, const glift__json *array, size_t *count);
const glift_double_entry *glift__read_doubles(
        glift__json_reader *reader, const glift__json *object, size_t *count);

#endif

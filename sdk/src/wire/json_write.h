/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text, written from top to bottom as one document of which the root is an object.
 *
 * The writer keeps its first failure; after it nothing is written any more. So a message is written whole and
 * judged once, at the end. */
#ifndef GLIFT_JSON_WRITE_H
#define GLIFT_JSON_WRITE_H

#include "base/text.h"

/* An object or array that has been begun: how deep it lies. Whatever is written into it ends all that was
 * begun inside it before. */
typedef unsigned glift__json_place;

typedef struct glift__json_writer {
    glift__json_place root;
    glift_status
            status; /* GLIFT_OK, GLIFT_ERR_MEMORY, GLIFT_ERR_ARGUMENT: NaN, infinity, not UTF-8, too long */
    bool with_fraction; /* write 10.0 for a double, not 10 */
    char *bytes;        /* what follows is the writer's own */
    size_t length, room;
    glift__json_place depth; /* of the innermost that is open */
    uint64_t arrays;         /* a bit for each that is open, the lowest for the innermost: it is an array */
} glift__json_writer;

glift__json_writer glift__write_begin(void);
/* Gives the text and ends the writer. GLIFT_ERR_ARGUMENT if the text has more than `limit` bytes. */
glift_status glift__write_end(glift__json_writer *writer, size_t limit, glift__text *out);

/* The place is an object, or where the key is NULL an array. At most 63 of them lie in one another. */
glift__json_place glift__write_object(glift__json_writer *writer, glift__json_place into, const char *key);
glift__json_place glift__write_array(glift__json_writer *writer, glift__json_place into, const char *key);
void glift__write_null(glift__json_writer *writer, glift__json_place into, const char *key);
void glift__write_bool(glift__json_writer *writer, glift__json_place into, const char *key, bool value);
void glift__write_int64(glift__json_writer *writer, glift__json_place into, const char *key, int64_t value);
void glift__write_double(glift__json_writer *writer, glift__json_place into, const char *key, double value);
/* NULL is written as "". */
void glift__write_text(glift__json_writer *writer, glift__json_place into, const char *key, const char *text);
/* Where the text is NULL or "", the first of these leaves the member out, and the second writes null. */
void glift__write_text_if_any(
        glift__json_writer *writer, glift__json_place into, const char *key, const char *text);
void glift__write_text_or_null(
        glift__json_writer *writer, glift__json_place into, const char *key, const char *text);
void glift__write_strings(glift__json_writer *writer, glift__json_place into, const char *key,
        const char *const *strings, size_t count);
void glift__write_doubles(glift__json_writer *writer, glift__json_place into, const char *key,
        const glift_double_entry *entries, size_t count);

#endif

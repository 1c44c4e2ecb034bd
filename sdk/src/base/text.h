/* SPDX-License-Identifier: Apache-2.0 */
/* Text that is put together piece by piece, and checks of the bytes of a text. */
#ifndef GLIFT_TEXT_H
#define GLIFT_TEXT_H

#include <gamelift/gamelift.h>

/* Room for the longest message that a check of arguments writes. */
#define GLIFT__MESSAGE_SIZE 256

/* Heap, NUL-terminated, the caller frees it with glift__text_free(). Zeroed, it is an empty text. */
typedef struct glift__text {
    char *bytes; /* NULL while nothing was appended */
    size_t length;
} glift__text;
void glift__text_free(glift__text *text); /* a zeroed text is allowed; the text is zeroed */

/* Appends the bytes. After GLIFT_ERR_MEMORY the text is as it was. */
glift_status glift__text_append(glift__text *text, const char *bytes, size_t length);

/* A copy on the heap, to be freed; NULL when out of memory. */
char *glift__text_copy(const char *text);

/* Appends a text with everything but unreserved characters percent-encoded (RFC 3986). */
glift_status glift__percent_encode(const char *text, glift__text *out);

/* Of ASCII; other bytes stay as they are, whatever the program's locale says. */
char glift__to_lower(char c);
/* Whether a text begins with these letters, in any case; `start` is in lower case. */
bool glift__starts_with_letters(const char *text, const char *start);
/* Whether a text is this word, in any case; `word` is in lower case. */
bool glift__is_word(const char *text, const char *word);

/* Well-formed UTF-8: no surrogates, nothing overlong, nothing past U+10FFFF. */
bool glift__utf8_is_valid(const char *bytes, size_t length);

/* The same check for a text that comes in pieces, which may cut characters. A zeroed state is before the
 * first piece. */
typedef struct glift__utf8 {
    uint8_t more;      /* bytes of the character at hand that are still to come; 0 between characters */
    uint8_t low, high; /* the range of the next byte of it */
} glift__utf8;

/* Takes a piece. False if it makes the text ill-formed, whatever follows. */
bool glift__utf8_take(glift__utf8 *state, const char *bytes, size_t length);

#endif

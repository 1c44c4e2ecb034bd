/* SPDX-License-Identifier: Apache-2.0 */
/* Texts on the heap. */
#ifndef LOCAL_TEXTS_H
#define LOCAL_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/format.h"

/* Heap text as vasprintf makes it; NULL when out of memory. */
char *local_format(const char *format, ...) GLIFT__FORMAT(1, 2);
/* Drops what is no UTF-8: what is left of a character where a text was cut. Answers must not carry it. */
void local_mend_text(char *text);
/* What was percent-encoded as in a form is decoded, in place. */
void local_decode_form(char *text);
/* *slot becomes a copy of text (NULL and "" become NULL); what it held is freed. False: out of memory. */
bool local_keep_text(char **slot, const char *text);
/* The same for several, at most LOCAL_TEXT_CHANGES_MAX of them: all or none. */
#define LOCAL_TEXT_CHANGES_MAX 4
typedef struct local_text_change {
    char **slot;
    const char *text;
} local_text_change;
bool local_keep_texts(const local_text_change *changes, size_t count);

/* A resource may be given by its name or its ARN: the name that it has then, and whether the ARN, where it is
 * one, is the resource's own and not that of another region, account or kind (S16). */
const char *local_resource_name(const char *name_or_arn);
bool local_resource_is(const char *name_or_arn, const char *arn);

#endif

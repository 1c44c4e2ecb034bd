/* SPDX-License-Identifier: Apache-2.0 */
/* Texts on the heap. */
#ifndef LOCAL_TEXTS_H
#define LOCAL_TEXTS_H

#include <stdbool.h>

/* Heap text as vasprintf makes it; NULL when out of memory. */
char *local_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Drops what is no UTF-8: what is left of a character where a text was cut. Answers must not carry it. */
void local_mend_text(char *text);
/* *slot becomes a copy of text (NULL and "" become NULL); what it held is freed. False: out of memory. */
bool local_keep_text(char **slot, const char *text);

#endif

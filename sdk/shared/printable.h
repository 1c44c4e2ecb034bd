/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for a terminal or a log, of which others chose the words. */
#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stddef.h>

/* Every byte by which a text could do more than be read becomes a question mark: control characters (escape
 * sequences begin with them; a tab stays), those of C1 in UTF-8, and what is no UTF-8, since a terminal may
 * take a lone byte for a C1. The length stays as it is. */
void make_printable(char *text, size_t length);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The expressions of SearchGameSessions (service model 2.1, S42): read once, then asked of each game session.
 *
 * What AWS's pages leave open is decided here [E]: the words AND, OR, NOT, ASC, DESC, true and false are
 * written as there; a value that a game session does not have (no name, no property of that key) is equal to
 * nothing. */
#ifndef LOCAL_SEARCH_FILTER_H
#define LOCAL_SEARCH_FILTER_H

#include "model/model.h"

/* Parentheses and NOTs in one another; an expression has at most 1024 characters. */
#define LOCAL_FILTER_DEPTH_MAX 64

typedef struct local_filter local_filter;

/* NULL with a refusal that names the place, where the expression cannot be read. */
local_filter *local_filter_read(const char *expression, local_refusal *why);
bool local_filter_fits(const local_filter *filter, const local_game_session *session);
void local_filter_free(local_filter *filter); /* NULL is allowed */

typedef struct local_sort local_sort;

/* "<operand> ASC" or "<operand> DESC"; NULL as above. */
local_sort *local_sort_read(const char *expression, local_refusal *why);
/* As qsort() wants it; sessions that lack the value come last, and those that are equal in the order in which
 * they were made. */
int local_sort_compare(const local_sort *sort, const local_game_session *a, const local_game_session *b);
void local_sort_free(local_sort *sort); /* NULL is allowed */

#endif

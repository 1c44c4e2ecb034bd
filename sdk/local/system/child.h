/* SPDX-License-Identifier: Apache-2.0 */
/* A program that is started, with all that it starts itself: it is asked to end, or ended, as one. */
#ifndef LOCAL_CHILD_H
#define LOCAL_CHILD_H

#include <stdbool.h>

typedef struct local_child local_child;

/* Its words, NULL at their end; the environment is ours. NULL: errno says why it does not run. */
local_child *local_child_start(char *const *words);
bool local_child_has_ended(local_child *child, int *exit_code); /* -1: the code of one that was ended */
/* SIGTERM; on Windows, Ctrl+Break. */
void local_child_ask_to_end(const local_child *child);
void local_child_end(local_child *child); /* by force, if it runs; frees it. NULL is allowed */

#endif

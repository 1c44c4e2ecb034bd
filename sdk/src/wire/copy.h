/* SPDX-License-Identifier: Apache-2.0 */
/* Deep copies of what a caller hands in: nothing of the copy points to the caller's memory. */
#ifndef GLIFT_COPY_H
#define GLIFT_COPY_H

#include "base/message_memory.h"
#include "wire/message.h"

/* How many bytes the texts of a request take up, with their ends; what its lists hold is not among them. */
size_t glift__request_texts_size(const glift__request_body *body);

/* Replaces everything that the body points to by copies: its texts lie at `texts` from then on, which has
 * room for them, its lists in `memory`. A text of NULL stays NULL. False: without memory. */
bool glift__request_copy(glift__request_body *body, char *texts, glift__memory *memory);

/* Copies of the players with all that they point to; NULL without memory. Of an attribute only the members
 * of its type mean anything: the others may be garbage, and are zero in the copy. */
glift_player *glift__players_copy(glift__memory *memory, const glift_player *players, size_t count);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* GameLift's part in a game that is played without GameLift (GLIFT_OFFLINE_URL): a message of the server goes
 * in, what GameLift would say comes out.
 *
 * It places one game session as soon as the process is ready, and has a seat for everybody who comes, up to
 * GameLift's limit of 200. What needs an account (matchmaking, credentials, certificates) is refused with a
 * sentence. It opens no socket and keeps no time. */
#ifndef GLIFT_OFFLINE_H
#define GLIFT_OFFLINE_H

#include "core/core.h"

typedef struct glift__offline glift__offline;

glift__offline *glift__offline_create(void);       /* NULL when out of memory */
void glift__offline_destroy(glift__offline *self); /* NULL is allowed */

/* The answer to a request, and in `push` what GameLift says by itself thereafter; an empty text: nothing. The
 * caller frees both. GLIFT_ERR_MEMORY, GLIFT_ERR_ARGUMENT: what came is no request, and both texts are empty.
 */
glift_status glift__offline_take(glift__offline *self, glift__time now, const char *bytes, size_t length,
        glift__text *answer, glift__text *push);

#endif

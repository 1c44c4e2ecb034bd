/* SPDX-License-Identifier: Apache-2.0 */
/* As whom a game server comes to GameLift, where the environment does not say it once for the whole program.
 */
#ifndef HOST_SERVER_IDENTITY_H
#define HOST_SERVER_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

struct glift_host;
struct engine;

/* What the environment says of one server must not reach several. False: `reason` says what is in the way.
 * Before other threads begin. */
bool server_identity_prepare(struct engine *engine, char *reason, size_t reason_size);
/* For the server that is about to start: a process id that no other had, a token from the file. False:
 * `reason` says why not. */
bool server_identity_set(struct glift_host *place, char *reason, size_t reason_size);

/* At least 0, below 1. */
double random_part(void);

#endif

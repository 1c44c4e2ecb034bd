/* SPDX-License-Identifier: Apache-2.0 */
/* A door that is walked through before each call of OpenSSL, and that can be closed for good.
 *
 * exit() lets OpenSSL take itself apart while the I/O thread may be inside it, which crashes a game that has
 * ended well. So every gate closes at exit, before OpenSSL's own clean-up: that waits for the one call in
 * progress, and from then on nothing of ours enters OpenSSL. A destroy that has to leave its I/O thread
 * behind closes that thread's gate for the same reason. */
#ifndef GLIFT_GATE_H
#define GLIFT_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

typedef struct glift__gate {
    glift__node node; /* among all gates of the program */
    atomic_int inside;
    atomic_bool is_closed;
    uint32_t process; /* that made it */
} glift__gate;

/* The first time, makes the library ready (OpenSSL then registers its clean-up at exit) and registers ours,
 * which therefore runs before it. False when out of memory. Any thread. */
bool glift__gate_init(glift__gate *gate, bool (*start_library)(void));
void glift__gate_fini(glift__gate *gate);

/* False: the gate is closed, and the call may not be made. Else leave after it. */
bool glift__gate_enter(glift__gate *gate);
void glift__gate_leave(glift__gate *gate);

/* The gate of calls that belong to no io: it only closes at exit. */
glift__gate *glift__gate_of_program(void);

/* Waits for whoever is inside, at most for some seconds. */
void glift__gate_close(glift__gate *gate);

#endif

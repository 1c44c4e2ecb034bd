/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that are started by one command, whose output is read: --launch. Each is ended with all that it
 * has started itself, and none stays behind us. */
#ifndef LOCAL_CHILDREN_H
#define LOCAL_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/platform.h"
#include "system/limits.h"

#define LOCAL_CHILDREN_WHY_SIZE 256

typedef struct local_children local_children;
typedef struct local_running local_running;

/* The command is taken apart as the system's users expect: on Linux as a shell does it, without pipes,
 * redirections and the like. NULL: *why is a sentence. */
local_children *local_children_open(
        const char *command, local_file_limit files, char why[LOCAL_CHILDREN_WHY_SIZE]);
void local_children_close(local_children *children); /* after the last of them; NULL is allowed */

/* A descriptor of the caller's own that can be read when local_children_hear() has something to tell.
 * GLIFT__NO_SOCKET: there is none. */
glift__socket_handle local_children_watched(const local_children *children);
/* Calls heard() for each one that has said something, or ended; it may end that one. */
void local_children_hear(local_children *children, void (*heard)(void *user, void *child), void *user);

/* One more, in our environment; `child` is for heard(). NULL: errno says why not. */
local_running *local_running_start(local_children *children, void *child);
unsigned long local_running_number(const local_running *running); /* that the system gave it */
/* What it has said, in parts; 0: nothing for the moment. */
size_t local_running_read(local_running *running, char *bytes, size_t room);
bool local_running_has_ended(const local_running *running);
void local_running_ask_to_end(const local_running *running); /* SIGTERM; on Windows, Ctrl+Break */
void local_running_kill(const local_running *running);
/* Kills what is left of it, and waits for that. `how` is the end of a sentence: "ended with exit code 0".
 * Then what it has said can still be read. */
void local_running_end(local_running *running, char how[LOCAL_CHILDREN_WHY_SIZE]);
void local_running_free(local_running *running); /* after its end */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The live servers of this program.
 *
 * GameLift tells processes apart by their id, so a second server with the same id would take over the
 * connection of the first, from whichever library or script it was made. Only a list that all of them share
 * can tell (rule P41). */
#ifndef GLIFT_REGISTRY_H
#define GLIFT_REGISTRY_H

#include "base/list.h"

typedef struct glift__registered {
    glift__node node;
    const char *process_id; /* lives as long as this is in the registry */
} glift__registered;

/* False if a live server has this process id. Any thread. */
bool glift__registry_enter(glift__registered *self, const char *process_id);
void glift__registry_leave(glift__registered *self); /* also one that has not entered */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Tick hooks of plugins: who runs in which phase of a frame, in which order, and when again. */
#ifndef HOST_HOOKS_H
#define HOST_HOOKS_H

#include <gamelift/host.h>

typedef struct hook hook;
typedef struct hooks {
    hook *places;
    size_t count;
    uint32_t generation; /* of the hook added last */
} hooks;

/* 0 when out of memory. The hook runs in the next frame, and from then on when it asked to. */
glift_tick_id hooks_add(hooks *all, glift_phase phase, int order, glift_tick_fn fn, void *user);
/* GLIFT_ERR_ARGUMENT for an id that is not, or no longer, in use. */
glift_status hooks_remove(hooks *all, glift_tick_id id);
/* Run what is due in this phase. Hooks may add and remove hooks meanwhile. */
void hooks_run(hooks *all, glift_phase phase, uint64_t now_ns);
/* Everything is due in the next run. */
void hooks_wake(hooks *all);
/* Remove everything that is left; returns how many hooks that were. */
size_t hooks_clear(hooks *all);

#endif

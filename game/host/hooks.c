/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks.h"

#include <stdlib.h>

struct hook {
    glift_tick_fn fn; /* NULL: the place is free */
    void *user;
    uint64_t due_ns;
    uint32_t generation; /* also tells hooks of the same order apart: the older runs first */
    int order;
    glift_phase phase;
};

static glift_tick_id id_of(const hooks *all, const hook *one)
{
    return (uint64_t)one->generation << 32 | (uint64_t)(one - all->places + 1);
}

static hook *find(const hooks *all, glift_tick_id id)
{
    size_t place = (size_t)(id & UINT32_MAX);
    if (place == 0 || place > all->count)
        return NULL;
    hook *one = &all->places[place - 1];
    return one->fn != NULL && one->generation == id >> 32 ? one : NULL;
}

static hook *free_place(hooks *all)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->places[i].fn == NULL)
            return &all->places[i];
    }
    hook *larger = realloc(all->places, (all->count + 1) * sizeof *larger);
    if (larger == NULL)
        return NULL;
    all->places = larger;
    return &all->places[all->count++];
}

glift_tick_id hooks_add(hooks *all, glift_phase phase, int order, glift_tick_fn fn, void *user)
{
    if (fn == NULL || (phase != GLIFT_PHASE_BEFORE_GAME && phase != GLIFT_PHASE_AFTER_GAME))
        return 0;
    hook *one = free_place(all);
    if (one == NULL)
        return 0;
    *one = (hook){.fn = fn, .user = user, .generation = ++all->generation, .order = order, .phase = phase};
    return id_of(all, one);
}

glift_status hooks_remove(hooks *all, glift_tick_id id)
{
    hook *one = find(all, id);
    if (one == NULL)
        return GLIFT_ERR_ARGUMENT;
    one->fn = NULL;
    return GLIFT_OK;
}

/* The first hook of the phase that comes after (order, generation), due or not. */
static hook *next_in_order(hooks *all, glift_phase phase, int64_t order, uint32_t generation)
{
    hook *best = NULL;
    for (size_t i = 0; i < all->count; i++) {
        hook *one = &all->places[i];
        bool after = one->order > order || (one->order == order && one->generation > generation);
        if (one->fn == NULL || one->phase != phase || !after)
            continue;
        if (best == NULL || one->order < best->order ||
                (one->order == best->order && one->generation < best->generation))
            best = one;
    }
    return best;
}

void hooks_run(hooks *all, glift_phase phase, uint64_t now_ns)
{
    int64_t order = INT64_MIN;
    uint32_t generation = 0;
    hook *one;
    while ((one = next_in_order(all, phase, order, generation)) != NULL) {
        order = one->order;
        generation = one->generation;
        if (one->due_ns > now_ns)
            continue;
        glift_tick_id id = id_of(all, one);
        uint64_t delay_ns = one->fn(one->user);
        one = find(all, id); /* the hook may have gone, or moved with the array */
        if (one != NULL)
            one->due_ns = delay_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + delay_ns;
    }
}

void hooks_wake(hooks *all)
{
    for (size_t i = 0; i < all->count; i++)
        all->places[i].due_ns = 0;
}

size_t hooks_clear(hooks *all)
{
    size_t left = 0;
    for (size_t i = 0; i < all->count; i++)
        left += all->places[i].fn != NULL;
    free(all->places);
    all->places = NULL;
    all->count = 0;
    return left;
}

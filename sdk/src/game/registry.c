/* SPDX-License-Identifier: Apache-2.0 */
#include "game/registry.h"

#include <string.h>

#include "platform/platform.h"

static glift__node registry = {&registry, &registry};

bool glift__registry_enter(glift__registered *self, const char *process_id)
{
    bool is_new = true;
    glift__program_lock();
    for (glift__node *node = registry.next; node != &registry; node = node->next)
        if (strcmp(GLIFT__OWNER(node, glift__registered, node)->process_id, process_id) == 0)
            is_new = false;
    self->process_id = process_id;
    if (is_new)
        glift__list_insert_before(&registry, &self->node);
    glift__program_unlock();
    return is_new;
}

void glift__registry_leave(glift__registered *self)
{
    glift__program_lock();
    if (self->node.next != NULL)
        glift__list_remove(&self->node);
    glift__program_unlock();
}

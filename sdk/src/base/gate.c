/* SPDX-License-Identifier: Apache-2.0 */
#include "base/gate.h"

#include <stdlib.h>

#include "platform/platform.h"

/* A call of OpenSSL takes milliseconds. One that takes this long is stuck, and exit() must not be. */
#define PATIENCE_MS 5000

/* The gate of calls that belong to no io. */
static glift__gate program_gate;

/* All under the program's lock. */
static glift__node gates = {&gates, &gates};
static bool is_registered, is_exiting;

static void wait_until_empty(glift__gate *gate)
{
    for (int waited_ms = 0; atomic_load(&gate->inside) > 0 && waited_ms < PATIENCE_MS; waited_ms++)
        glift__sleep_ms(1);
}

void glift__gate_close(glift__gate *gate)
{
    atomic_store(&gate->is_closed, true);
    wait_until_empty(gate);
}

/* A child after fork() has none of the threads that its parent's gates would wait for. */
static void wait_if_ours(glift__gate *gate, uint32_t process)
{
    if (gate->process == process)
        wait_until_empty(gate);
}

static void close_all(void)
{
    uint32_t process = glift__process_number();
    glift__program_lock();
    is_exiting = true;
    atomic_store(&program_gate.is_closed, true);
    for (glift__node *node = gates.next; node != &gates; node = node->next)
        atomic_store(&GLIFT__OWNER(node, glift__gate, node)->is_closed, true);
    wait_if_ours(&program_gate, process);
    for (glift__node *node = gates.next; node != &gates; node = node->next)
        wait_if_ours(GLIFT__OWNER(node, glift__gate, node), process);
    glift__program_unlock();
}

glift__gate *glift__gate_of_program(void)
{
    return &program_gate;
}

bool glift__gate_init(glift__gate *gate, bool (*start_library)(void))
{
    atomic_init(&gate->inside, 0);
    gate->process = glift__process_number();
    glift__program_lock();
    if (!is_registered)
        is_registered = start_library() && atexit(close_all) == 0;
    program_gate.process = gate->process;
    atomic_init(&gate->is_closed, is_exiting);
    if (is_registered)
        glift__list_insert_before(&gates, &gate->node);
    glift__program_unlock();
    return is_registered;
}

void glift__gate_fini(glift__gate *gate)
{
    if (gate->node.next == NULL)
        return;
    glift__program_lock();
    glift__list_remove(&gate->node);
    glift__program_unlock();
}

bool glift__gate_enter(glift__gate *gate)
{
    atomic_fetch_add(&gate->inside, 1);
    if (!atomic_load(&gate->is_closed))
        return true;
    atomic_fetch_sub(&gate->inside, 1);
    return false;
}

void glift__gate_leave(glift__gate *gate)
{
    atomic_fetch_sub(&gate->inside, 1);
}

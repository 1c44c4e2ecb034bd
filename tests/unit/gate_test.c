/* SPDX-License-Identifier: Apache-2.0 */
#include "base/gate.h"

#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static int starts;

static bool start_library(void)
{
    starts++;
    return true;
}

/* atexit() calls in the reverse order: this is registered before the gates' own, and runs after it. */
static glift__gate watched;

static void report(void)
{
    bool is_closed = !glift__gate_enter(&watched) && !glift__gate_enter(glift__gate_of_program());
    _exit(is_closed ? 7 : 8);
}

static int exit_status_of(void (*run)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        run();
        exit(9);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void leave(void)
{
    atexit(report);
    if (!glift__gate_init(&watched, start_library))
        _exit(6);
}

/* The first tests: no gate has been made in this program yet, so the child is the first to register. */
TEST(at_exit_every_gate_closes_before_what_was_registered_earlier_runs)
{
    fflush(stdout);
    CHECK_INT(exit_status_of(leave), 7);
}

/* Somebody is inside a gate when the program ends: exit() waits for him, and nobody comes in meanwhile. */
static glift__gate *entered;
static atomic_bool has_left;

static void *stay_inside(void *argument)
{
    (void)argument;
    usleep(50000);
    atomic_store(&has_left, true);
    glift__gate_leave(entered);
    return NULL;
}

static void report_order(void)
{
    _exit(atomic_load(&has_left) ? 7 : 8);
}

static void leave_while_inside(glift__gate *gate)
{
    pthread_t thread;
    entered = gate;
    if (!glift__gate_enter(gate) || pthread_create(&thread, NULL, stay_inside, NULL) != 0)
        _exit(6);
}

static void leave_inside_own(void)
{
    atexit(report_order);
    if (!glift__gate_init(&watched, start_library))
        _exit(6);
    leave_while_inside(&watched);
}

static void leave_inside_the_programs(void)
{
    atexit(report_order);
    if (!glift__gate_init(&watched, start_library))
        _exit(6);
    leave_while_inside(glift__gate_of_program());
}

TEST(exit_waits_for_whoever_is_inside_a_gate_of_an_io_or_of_the_program)
{
    fflush(stdout);
    CHECK_INT(exit_status_of(leave_inside_own), 7);
    CHECK_INT(exit_status_of(leave_inside_the_programs), 7);
}

TEST(a_gate_lets_through_until_it_is_closed)
{
    glift__gate gate = {0};
    CHECK(glift__gate_init(&gate, start_library));
    CHECK(glift__gate_enter(&gate));
    CHECK(glift__gate_enter(&gate)); /* several may be inside */
    glift__gate_leave(&gate);
    glift__gate_leave(&gate);
    glift__gate_close(&gate);
    CHECK(!glift__gate_enter(&gate));
    glift__gate_fini(&gate);
}

TEST(the_library_is_made_ready_once)
{
    glift__gate gate = {0}, other = {0};
    CHECK(glift__gate_init(&gate, start_library));
    CHECK(glift__gate_init(&other, start_library));
    CHECK_INT(starts, 1);
    glift__gate_fini(&gate);
    glift__gate_fini(&other);
}

TEST(a_gate_that_was_never_made_can_be_ended)
{
    glift__gate gate = {0};
    glift__gate_fini(&gate);
}

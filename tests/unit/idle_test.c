/* SPDX-License-Identifier: Apache-2.0 */
/* The tick of a server to which nothing happens costs the frame next to nothing: it allocates nothing and
 * enters the kernel not once. */
#include "test.h"

#include "fail_alloc.h"
#include "game.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/seccomp.h>
#include <unistd.h>

enum { TICKS = 10000 };

static void hosting_game_at_rest(void)
{
    new_game();
    hosting_game();
    tick();
}

TEST(idle_ticks_allocate_nothing)
{
    hosting_game_at_rest();
    fail_alloc_start(); /* counts; nothing fails before fail_alloc_next() */
    for (int i = 0; i < TICKS; i++)
        tick();
    fail_alloc.on = false;
    CHECK_INT(fail_alloc.made, 0);
    fail_alloc.on = true;
    glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
    fail_alloc.on = false;
    CHECK(fail_alloc.made > 0); /* what allocates is seen */
    end_game();
}

#ifndef __SANITIZE_THREAD__ /* which makes system calls of its own */

enum { TICKED, REFUSED, NOT_RESTRICTED }; /* exit codes */

/* From here on the kernel kills this process for any system call but read, write and exit. */
static _Noreturn void tick_without_the_kernel(bool calls_kernel)
{
    long result = TICKED;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
        _exit(NOT_RESTRICTED);
    for (int i = 0; i < TICKS; i++)
        if (glift_server_tick(the.server) != GLIFT_OK)
            result = REFUSED;
    if (calls_kernel)
        getppid();
    syscall(SYS_exit, result); /* _exit() would be exit_group, which is not allowed either */
    __builtin_unreachable();
}

static int status_of_ticks_without_the_kernel(bool calls_kernel)
{
    int status = 0;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        tick_without_the_kernel(calls_kernel);
    CHECK_INT(waitpid(child, &status, 0), child);
    return status;
}

TEST(idle_ticks_make_no_system_call)
{
    hosting_game_at_rest();
    int status = status_of_ticks_without_the_kernel(true);
    CHECK(WIFSIGNALED(status)); /* what enters the kernel is seen */
    status = status_of_ticks_without_the_kernel(false);
    CHECK(WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), TICKED);
    end_game();
}

#endif

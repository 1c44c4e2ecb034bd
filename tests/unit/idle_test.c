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

enum { WORKED, REFUSED, NOT_RESTRICTED }; /* exit codes */

/* From here on the kernel kills this process for any system call but read, write and exit. */
static _Noreturn void work_without_the_kernel(glift_status (*work)(void), bool calls_kernel)
{
    long result = WORKED;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
        _exit(NOT_RESTRICTED);
    for (int i = 0; i < TICKS; i++)
        if (work() != GLIFT_OK)
            result = REFUSED;
    if (calls_kernel)
        getppid();
    syscall(SYS_exit, result); /* _exit() would be exit_group, which is not allowed either */
    __builtin_unreachable();
}

static int status_without_the_kernel(glift_status (*work)(void), bool calls_kernel)
{
    int status = 0;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        work_without_the_kernel(work, calls_kernel);
    CHECK_INT(waitpid(child, &status, 0), child);
    return status;
}

static void check_without_the_kernel(glift_status (*work)(void))
{
    int status = status_without_the_kernel(work, true);
    CHECK(WIFSIGNALED(status)); /* what enters the kernel is seen */
    status = status_without_the_kernel(work, false);
    CHECK(WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), WORKED);
}

static glift_status tick_once(void)
{
    return glift_server_tick(the.server);
}

TEST(idle_ticks_make_no_system_call)
{
    hosting_game_at_rest();
    check_without_the_kernel(tick_once);
    end_game();
}

static glift_metric *metrics[3];

static glift_status sample_once(void)
{
    glift_status statuses[] = {glift_metrics_set(metrics[0], 1), glift_metrics_add(metrics[0], 1),
            glift_metrics_count(metrics[1], 1), glift_metrics_time(metrics[2], 1),
            glift_metrics_tick(the.server, 16, 8, 4)};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (statuses[i] != GLIFT_OK)
            return statuses[i];
    return GLIFT_OK;
}

TEST(samples_of_metrics_make_no_system_call)
{
    static const char *const names[] = {"gauge", "counter", "timer"};
    hosting_game_at_rest();
    for (int i = 0; i < 3; i++) {
        const glift_metric_desc desc = {.size_bytes = sizeof desc,
                .kind = (glift_metric_kind)(GLIFT_METRIC_GAUGE + i),
                .name = names[i]};
        CHECK_INT(glift_metrics_create(the.server, &desc, &metrics[i]), GLIFT_OK);
    }
    const glift_metrics_desc desc = {.size_bytes = sizeof desc, .without_crash_reporter = true};
    CHECK_INT(glift_metrics_start(the.server, &desc), GLIFT_OK);
    tick();
    check_without_the_kernel(sample_once);
    end_game();
}

#endif

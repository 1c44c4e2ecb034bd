/* SPDX-License-Identifier: Apache-2.0 */
#include "system/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct local_child {
    pid_t pid;
    bool has_ended;
    int exit_code;
};

/* `tell` is closed where the program runs; else the reason goes there. */
static _Noreturn void become(char *const *words, int tell)
{
    sigset_t none;
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    execvp(words[0], words);
    int reason = errno;
    ssize_t written = write(tell, &reason, sizeof reason);
    _exit(written == sizeof reason ? 127 : 126);
}

/* 0, or why it does not run. */
static int spawn(char *const *words, pid_t *pid)
{
    int tell[2], reason = 0;
    if (pipe2(tell, O_CLOEXEC) != 0)
        return errno;
    fflush(NULL);
    *pid = fork();
    if (*pid == 0)
        become(words, tell[1]);
    if (*pid < 0)
        reason = errno;
    else
        setpgid(*pid, *pid); /* in either process: whichever comes first */
    close(tell[1]);
    if (reason == 0 && read(tell[0], &reason, sizeof reason) != sizeof reason)
        reason = 0;
    close(tell[0]);
    if (reason != 0 && *pid > 0)
        waitpid(*pid, NULL, 0);
    return reason;
}

local_child *local_child_start(char *const *words)
{
    local_child *child = calloc(1, sizeof *child);
    int reason = child != NULL ? spawn(words, &child->pid) : ENOMEM;
    if (reason == 0)
        return child;
    free(child);
    errno = reason;
    return NULL;
}

bool local_child_has_ended(local_child *child, int *exit_code)
{
    int status;
    if (!child->has_ended && waitpid(child->pid, &status, WNOHANG) == child->pid) {
        child->has_ended = true;
        child->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    *exit_code = child->exit_code;
    return child->has_ended;
}

void local_child_ask_to_end(const local_child *child)
{
    kill(-child->pid, SIGTERM);
}

void local_child_end(local_child *child)
{
    if (child == NULL)
        return;
    kill(-child->pid, SIGKILL);
    if (!child->has_ended)
        waitpid(child->pid, NULL, 0);
    free(child);
}

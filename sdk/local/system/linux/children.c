/* SPDX-License-Identifier: Apache-2.0 */
/* A child is a process group of its own: Ctrl-C in the terminal reaches only us, and what a child leaves
 * behind goes with it. One epoll descriptor stands for all children and their output. */
#include "system/children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#define EVENTS_AT_ONCE 32

struct local_children {
    wordexp_t words;
    bool has_words;
    int epoll;
    local_file_limit files;
};

struct local_running {
    pid_t pid;
    int pidfd, output; /* -1: it says no more */
};

/* ---- opening ---- */

static bool split_command(local_children *children, const char *command, char why[LOCAL_CHILDREN_WHY_SIZE])
{
    int result = wordexp(command, &children->words, WRDE_NOCMD);
    children->has_words = result == 0;
    if (result != 0)
        snprintf(why, LOCAL_CHILDREN_WHY_SIZE,
                "the command of --launch cannot be split into words: %s. Use --launch "
                "\"sh -c '...'\" for what a shell would do",
                result == WRDE_BADCHAR  ? "it has an unquoted | & ; < > ( ) { or }"
                : result == WRDE_CMDSUB ? "it has a command in it, $(...) or `...`"
                                        : "its quotes do not match");
    else if (children->words.we_wordc == 0)
        snprintf(why, LOCAL_CHILDREN_WHY_SIZE, "the command of --launch is empty");
    else if (strchr(children->words.we_wordv[0], '/') != NULL &&
             access(children->words.we_wordv[0], X_OK) != 0)
        snprintf(why, LOCAL_CHILDREN_WHY_SIZE, "--launch: cannot run %.180s: %s", children->words.we_wordv[0],
                strerror(errno));
    else
        return true;
    return false;
}

local_children *local_children_open(
        const char *command, local_file_limit files, char why[LOCAL_CHILDREN_WHY_SIZE])
{
    local_children *children = calloc(1, sizeof *children);
    if (children == NULL) {
        snprintf(why, LOCAL_CHILDREN_WHY_SIZE, "out of memory");
        return NULL;
    }
    children->files = files;
    children->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (children->epoll < 0)
        snprintf(why, LOCAL_CHILDREN_WHY_SIZE, "cannot watch child processes: %s", strerror(errno));
    else if (split_command(children, command, why))
        return children;
    local_children_close(children);
    return NULL;
}

void local_children_close(local_children *children)
{
    if (children == NULL)
        return;
    if (children->has_words)
        wordfree(&children->words);
    if (children->epoll >= 0)
        close(children->epoll);
    free(children);
}

glift__socket_handle local_children_watched(const local_children *children)
{
    return fcntl(children->epoll, F_DUPFD_CLOEXEC, 0);
}

void local_children_hear(local_children *children, void (*heard)(void *user, void *child), void *user)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(children->epoll, events, EVENTS_AT_ONCE, 0);
    for (int i = 0; i < count; i++)
        heard(user, events[i].data.ptr);
}

/* ---- starting ---- */

static _Noreturn void become(const local_children *children, int output)
{
    char *const *words = children->words.we_wordv;
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* whatever ends us, servers do not stay behind */
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){children->files.now, children->files.most});
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (nothing > STDERR_FILENO)
        close(nothing);
    execvp(words[0], words);
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", words[0], strerror(errno));
    _exit(127);
}

static bool watch(const local_children *children, void *child, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = child};
    return epoll_ctl(children->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Its output in *output; -1, and the reason in errno. */
static pid_t spawn(const local_children *children, int *output)
{
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    fcntl(pipe_ends[1], F_SETFL, 0); /* the child's end blocks, as programs expect */
    pid_t pid = fork();
    if (pid == 0)
        become(children, pipe_ends[1]);
    int error = errno;
    close(pipe_ends[1]);
    if (pid < 0) {
        close(pipe_ends[0]);
        errno = error;
        return -1;
    }
    setpgid(pid, pid); /* in either process: whichever comes first */
    *output = pipe_ends[0];
    return pid;
}

/* The function of this name came with glibc 2.36; Amazon Linux 2023 has 2.34, and a kernel that knows the
 * call. */
static int open_pidfd(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

local_running *local_running_start(local_children *children, void *child)
{
    char how[LOCAL_CHILDREN_WHY_SIZE];
    local_running *running = calloc(1, sizeof *running);
    if (running == NULL)
        return NULL;
    running->pid = spawn(children, &running->output);
    if (running->pid < 0) {
        free(running);
        return NULL;
    }
    running->pidfd = open_pidfd(running->pid);
    if (running->pidfd >= 0 && watch(children, child, running->pidfd) &&
            watch(children, child, running->output))
        return running;
    int error = errno;
    local_running_end(running, how);
    local_running_free(running);
    errno = error;
    return NULL;
}

unsigned long local_running_number(const local_running *running)
{
    return (unsigned long)running->pid;
}

/* ---- hearing ---- */

size_t local_running_read(local_running *running, char *bytes, size_t room)
{
    ssize_t length = running->output >= 0 ? read(running->output, bytes, room) : -1;
    if (length == 0) {
        close(running->output); /* leaves the epoll set by itself */
        running->output = -1;
    }
    return length > 0 ? (size_t)length : 0;
}

bool local_running_has_ended(const local_running *running)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)running->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

/* ---- ending ---- */

void local_running_ask_to_end(const local_running *running)
{
    kill(running->pid, SIGTERM);
}

void local_running_kill(const local_running *running)
{
    kill(-running->pid, SIGKILL);
}

/* Its group is ours until the child itself is waited for. */
void local_running_end(local_running *running, char how[LOCAL_CHILDREN_WHY_SIZE])
{
    int status = 0;
    kill(-running->pid, SIGKILL);
    waitpid(running->pid, &status, 0);
    if (WIFEXITED(status))
        snprintf(how, LOCAL_CHILDREN_WHY_SIZE, "ended with exit code %d", WEXITSTATUS(status));
    else
        snprintf(how, LOCAL_CHILDREN_WHY_SIZE, "was ended by signal %d", WTERMSIG(status));
}

void local_running_free(local_running *running)
{
    if (running->output >= 0)
        close(running->output);
    if (running->pidfd >= 0)
        close(running->pidfd);
    free(running);
}

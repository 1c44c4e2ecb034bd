/* SPDX-License-Identifier: Apache-2.0 */
/* GameLift hosts one game session per process, so the servers started here come and go all the time.
 *
 * A child is a process group of its own: Ctrl-C in the terminal reaches only us, and what a child leaves
 * behind goes with it. One epoll descriptor stands for all children and their output. */
#include "system/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#include "base/format.h"
#include "printable.h"
#include "system/files.h"

/* Who lived less than this died at once, and its successor waits, twice as long each time, up to 8 s. */
#define SHORT_LIFE_MS  5000
#define FIRST_DELAY_MS 250
#define DOUBLINGS_MAX  5

/* A terminal and a wrapper script may both pass on one Ctrl-C: only later than this is it a second one. */
#define INSIST_MS 1000

#define LINE_SIZE 2048

typedef struct launch_child {
    char id[LAUNCH_ID_SIZE];
    pid_t pid; /* 0: not running */
    int pidfd, output;
    FILE *log;
    char line[LINE_SIZE];
    size_t line_length;
    uint64_t started_ms, start_at_ms;
    unsigned short_lives; /* in a row */
} launch_child;

struct local_launcher {
    launcher_desc desc;
    wordexp_t words;
    bool has_words;
    int epoll;
    unsigned started;
    bool stopping;
    uint64_t asked_ms, kill_at_ms;
    launch_child children[];
};

static void say(const local_launcher *launcher, const char *format, ...) GLIFT__FORMAT(2, 3);
static void say(const local_launcher *launcher, const char *format, ...)
{
    char line[LINE_SIZE + LAUNCH_ID_SIZE + 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    launcher->desc.log(launcher->desc.user, line);
}

/* ---- opening ---- */

static bool split_command(local_launcher *launcher, char why[LAUNCH_WHY_SIZE])
{
    int result = wordexp(launcher->desc.command, &launcher->words, WRDE_NOCMD);
    launcher->has_words = result == 0;
    if (result != 0)
        snprintf(why, LAUNCH_WHY_SIZE,
                "the command of --launch cannot be split into words: %s. Use --launch "
                "\"sh -c '...'\" for what a shell would do",
                result == WRDE_BADCHAR  ? "it has an unquoted | & ; < > ( ) { or }"
                : result == WRDE_CMDSUB ? "it has a command in it, $(...) or `...`"
                                        : "its quotes do not match");
    else if (launcher->words.we_wordc == 0)
        snprintf(why, LAUNCH_WHY_SIZE, "the command of --launch is empty");
    else if (strchr(launcher->words.we_wordv[0], '/') != NULL &&
             access(launcher->words.we_wordv[0], X_OK) != 0)
        snprintf(why, LAUNCH_WHY_SIZE, "--launch: cannot run %.180s: %s", launcher->words.we_wordv[0],
                strerror(errno));
    else
        return true;
    return false;
}

/* errno says why not. */
static bool is_folder(const char *path)
{
    struct stat what;
    if (stat(path, &what) != 0)
        return false;
    errno = ENOTDIR;
    return S_ISDIR(what.st_mode) && access(path, W_OK | X_OK) == 0;
}

local_launcher *launcher_open(const launcher_desc *desc, char why[LAUNCH_WHY_SIZE])
{
    local_launcher *launcher = calloc(1, sizeof *launcher + (size_t)desc->instances * sizeof(launch_child));
    if (launcher == NULL) {
        snprintf(why, LAUNCH_WHY_SIZE, "out of memory");
        return NULL;
    }
    launcher->desc = *desc;
    launcher->started = desc->started;
    launcher->epoll = epoll_create1(EPOLL_CLOEXEC);
    bool made = launcher->epoll >= 0, has_folder = desc->log_dir == NULL || is_folder(desc->log_dir);
    if (!has_folder)
        snprintf(why, LAUNCH_WHY_SIZE, "--launch-log-dir: cannot write into %.200s: %s", desc->log_dir,
                strerror(errno));
    else if (!made)
        snprintf(why, LAUNCH_WHY_SIZE, "cannot watch child processes: %s", strerror(errno));
    if (!made || !has_folder || !split_command(launcher, why)) {
        launcher_close(launcher);
        return NULL;
    }
    return launcher;
}

glift__socket_handle launcher_watched(const local_launcher *launcher)
{
    return fcntl(launcher->epoll, F_DUPFD_CLOEXEC, 0);
}

/* ---- output ---- */

static void end_line(const local_launcher *launcher, launch_child *child)
{
    launcher->desc.said(launcher->desc.user, child->id, child->line, child->line_length);
    if (child->log != NULL) {
        make_printable(child->line, child->line_length);
        fwrite(child->line, 1, child->line_length, child->log);
        fputc('\n', child->log);
    } else {
        say(launcher, "[%s] %.*s", child->id, (int)child->line_length, child->line);
    }
    child->line_length = 0;
}

static void take_output(const local_launcher *launcher, launch_child *child, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n' || child->line_length == sizeof child->line)
            end_line(launcher, child);
        if (bytes[i] != '\n')
            child->line[child->line_length++] = bytes[i];
    }
    if (child->log != NULL)
        fflush(child->log);
}

/* One child that writes without end does not keep the others waiting: so much at a time. */
static void read_output(local_launcher *launcher, launch_child *child)
{
    char bytes[16384];
    for (int i = 0; i < 4 && child->output >= 0; i++) {
        ssize_t length = read(child->output, bytes, sizeof bytes);
        if (length > 0) {
            take_output(launcher, child, bytes, (size_t)length);
        } else if (length == 0) {
            close(child->output); /* leaves the epoll set by itself */
            child->output = -1;
        } else {
            break;
        }
    }
}

static FILE *open_log(const local_launcher *launcher, const char *process_id)
{
    char path[4096];
    if (launcher->desc.log_dir == NULL)
        return NULL;
    snprintf(path, sizeof path, "%s/%s.log", launcher->desc.log_dir, process_id);
    FILE *log = local_file_open_log(path);
    if (log == NULL)
        say(launcher, "cannot write %s: %s", path, strerror(errno));
    return log;
}

/* ---- starting ---- */

static _Noreturn void become(const local_launcher *launcher, int output)
{
    char *const *words = launcher->words.we_wordv;
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* whatever ends us, servers do not stay behind */
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    const local_file_limit *files = &launcher->desc.files;
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){files->now, files->most});
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

static bool watch(local_launcher *launcher, launch_child *child, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = child};
    return epoll_ctl(launcher->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static uint64_t delay_ms(unsigned short_lives)
{
    if (short_lives == 0)
        return 0;
    return (uint64_t)FIRST_DELAY_MS << (short_lives <= DOUBLINGS_MAX ? short_lives - 1 : DOUBLINGS_MAX);
}

static void not_started(
        const local_launcher *launcher, launch_child *child, uint64_t now_ms, const char *what)
{
    say(launcher, "%s was not started: %s", child->id, what);
    child->start_at_ms = now_ms + delay_ms(++child->short_lives);
}

/* Its output in *output; -1, and the reason in errno. */
static pid_t spawn(const local_launcher *launcher, int *output)
{
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    fcntl(pipe_ends[1], F_SETFL, 0); /* the child's end blocks, as programs expect */
    pid_t pid = fork();
    if (pid == 0)
        become(launcher, pipe_ends[1]);
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

/* With all that it started and left behind. Its group is ours until the child itself is waited for. */
static int end_child(local_launcher *launcher, launch_child *child)
{
    int status = 0;
    kill(-child->pid, SIGKILL);
    waitpid(child->pid, &status, 0);
    read_output(launcher, child);
    if (child->line_length > 0)
        end_line(launcher, child);
    if (child->output >= 0)
        close(child->output);
    if (child->pidfd >= 0)
        close(child->pidfd);
    if (child->log != NULL)
        fclose(child->log);
    child->log = NULL;
    child->output = child->pidfd = -1;
    child->pid = 0;
    return status;
}

/* The function of this name came with glibc 2.36; Amazon Linux 2023 has 2.34, and a kernel that knows the
 * call. */
static int open_pidfd(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static void start(local_launcher *launcher, launch_child *child, uint64_t now_ms)
{
    snprintf(child->id, sizeof child->id, LAUNCH_ID_START "%u", ++launcher->started);
    if (!launcher->desc.prepare(launcher->desc.user, child->id)) {
        not_started(launcher, child, now_ms, "it has no fleet to belong to");
        return;
    }
    pid_t pid = spawn(launcher, &child->output);
    if (pid < 0) {
        not_started(launcher, child, now_ms, strerror(errno));
        return;
    }
    child->pid = pid;
    child->pidfd = open_pidfd(pid);
    child->line_length = 0;
    child->started_ms = now_ms;
    if (child->pidfd < 0 || !watch(launcher, child, child->pidfd) || !watch(launcher, child, child->output)) {
        not_started(launcher, child, now_ms, strerror(errno));
        end_child(launcher, child);
        return;
    }
    child->log = open_log(launcher, child->id);
    say(launcher, "%s was started, pid %d", child->id, (int)pid);
}

/* ---- ending ---- */

static void describe_end(int status, char out[LAUNCH_WHY_SIZE])
{
    if (WIFEXITED(status))
        snprintf(out, LAUNCH_WHY_SIZE, "ended with exit code %d", WEXITSTATUS(status));
    else
        snprintf(out, LAUNCH_WHY_SIZE, "was ended by signal %d", WTERMSIG(status));
}

static bool has_ended(const launch_child *child)
{
    siginfo_t info = {0};
    return child->pid != 0 && waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
}

static void reap(local_launcher *launcher, launch_child *child, uint64_t now_ms)
{
    if (!has_ended(child))
        return;
    char how[LAUNCH_WHY_SIZE];
    int status = end_child(launcher, child);
    child->short_lives = now_ms - child->started_ms < SHORT_LIFE_MS ? child->short_lives + 1 : 0;
    child->start_at_ms = now_ms + delay_ms(child->short_lives);
    describe_end(status, how);
    say(launcher, "%s %s", child->id, how);
    launcher->desc.ended(launcher->desc.user, child->id, how);
}

static void signal_all(local_launcher *launcher, int number)
{
    for (int i = 0; i < launcher->desc.instances; i++) {
        const launch_child *child = &launcher->children[i];
        if (child->pid != 0)
            kill(number == SIGKILL ? -child->pid : child->pid, number);
    }
}

void launcher_stop(local_launcher *launcher, uint64_t now_ms)
{
    if (!launcher->stopping) {
        launcher->stopping = true;
        launcher->asked_ms = now_ms;
        launcher->kill_at_ms = now_ms + launcher->desc.grace_ms;
        signal_all(launcher, SIGTERM);
    } else if (now_ms - launcher->asked_ms >= INSIST_MS) {
        launcher->kill_at_ms = now_ms;
    }
}

void launcher_restart(local_launcher *launcher)
{
    for (int i = 0; i < launcher->desc.instances; i++) {
        launch_child *child = &launcher->children[i];
        if (child->pid != 0)
            end_child(launcher, child);
        child->short_lives = 0;
        child->start_at_ms = 0;
    }
    launcher->started = 0;
}

bool launcher_is_idle(const local_launcher *launcher)
{
    for (int i = 0; i < launcher->desc.instances; i++) {
        if (launcher->children[i].pid != 0)
            return false;
    }
    return true;
}

void launcher_close(local_launcher *launcher)
{
    if (launcher == NULL)
        return;
    signal_all(launcher, SIGKILL);
    for (int i = 0; i < launcher->desc.instances; i++) {
        if (launcher->children[i].pid != 0)
            waitpid(launcher->children[i].pid, NULL, 0);
    }
    if (launcher->has_words)
        wordfree(&launcher->words);
    if (launcher->epoll >= 0)
        close(launcher->epoll);
    free(launcher);
}

/* ---- the loop ---- */

uint64_t launcher_deadline_ms(const local_launcher *launcher)
{
    uint64_t earliest = UINT64_MAX;
    if (launcher->stopping)
        return launcher_is_idle(launcher) ? UINT64_MAX : launcher->kill_at_ms;
    for (int i = 0; i < launcher->desc.instances; i++) {
        const launch_child *child = &launcher->children[i];
        if (child->pid == 0 && child->start_at_ms < earliest)
            earliest = child->start_at_ms;
    }
    return earliest;
}

void launcher_read(local_launcher *launcher, uint64_t now_ms)
{
    struct epoll_event events[32];
    int count = epoll_wait(launcher->epoll, events, 32, 0);
    for (int i = 0; i < count; i++) {
        launch_child *child = events[i].data.ptr;
        read_output(launcher, child);
        reap(launcher, child, now_ms);
    }
}

void launcher_serve(local_launcher *launcher, uint64_t now_ms)
{
    if (launcher->stopping && now_ms >= launcher->kill_at_ms && !launcher_is_idle(launcher)) {
        signal_all(launcher, SIGKILL);
        launcher->kill_at_ms = now_ms + 1000;
    }
    for (int i = 0; i < launcher->desc.instances && !launcher->stopping; i++) {
        launch_child *child = &launcher->children[i];
        if (child->pid == 0 && now_ms >= child->start_at_ms)
            start(launcher, child, now_ms);
    }
}

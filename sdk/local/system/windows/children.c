/* SPDX-License-Identifier: Apache-2.0 */
/* A pipe can be waited for by a read alone: each child has a thread that reads its output, and the system
 * calls back once it has ended. Both tell the loop by a datagram to a socket that is connected to itself. */
#include "system/children.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "system/windows/alarm.h"
#include "system/windows/job.h"
#include "system/windows/wide.h"

#define BUFFER_SIZE     65536 /* then the child waits until it is read */
#define LONGEST_WAIT_MS 60000 /* then its reader looks again */

struct local_children {
    wchar_t *command;
    glift__socket_handle alarm;
    local_running *first;
};

struct local_running {
    local_children *all;
    local_running *next;
    void *child;
    local_job job;
    HANDLE output, ended; /* the second: what the system calls back by */
    glift__thread *reader;
    atomic_bool has_news;
    /* ---- both threads, inside the monitor ---- */
    glift__monitor *shared;
    char buffer[BUFFER_SIZE];
    size_t length;
    bool is_closing;
};

/* ---- opening ---- */

local_children *local_children_open(
        const char *command, local_file_limit files, char why[LOCAL_CHILDREN_WHY_SIZE])
{
    local_children *children = calloc(1, sizeof *children);
    (void)files; /* the system has no limit of them */
    snprintf(why, LOCAL_CHILDREN_WHY_SIZE, "out of memory");
    if (children == NULL)
        return NULL;
    children->alarm = local_alarm_open();
    children->command = local_widen(command);
    if (command[strspn(command, " ")] == '\0')
        snprintf(why, LOCAL_CHILDREN_WHY_SIZE, "the command of --launch is empty");
    else if (children->alarm == GLIFT__NO_SOCKET)
        snprintf(why, LOCAL_CHILDREN_WHY_SIZE, "cannot watch child processes");
    else if (children->command != NULL)
        return children;
    local_children_close(children);
    return NULL;
}

void local_children_close(local_children *children)
{
    if (children == NULL)
        return;
    free(children->command);
    free(children); /* whoever watches the alarm has it */
}

glift__socket_handle local_children_watched(const local_children *children)
{
    return children->alarm;
}

void local_children_hear(local_children *children, void (*heard)(void *user, void *child), void *user)
{
    local_alarm_empty(children->alarm);
    for (local_running *running = children->first, *next; running != NULL; running = next) {
        next = running->next;
        if (atomic_exchange(&running->has_news, false))
            heard(user, running->child);
    }
}

/* ---- other threads ---- */

static void tell(local_running *running)
{
    atomic_store(&running->has_news, true);
    local_alarm_ring(running->all->alarm);
}

/* False: nobody reads it any more. */
static bool put(local_running *running, const char *bytes, size_t length)
{
    glift__monitor_enter(running->shared);
    while (!running->is_closing && running->length + length > BUFFER_SIZE)
        glift__monitor_wait(running->shared, glift__clock_mono_ms() + LONGEST_WAIT_MS);
    bool fits = running->length + length <= BUFFER_SIZE;
    if (fits) {
        memcpy(running->buffer + running->length, bytes, length);
        running->length += length;
    }
    glift__monitor_leave(running->shared);
    tell(running);
    return fits;
}

static void read_all(void *user)
{
    local_running *running = user;
    char bytes[4096];
    DWORD length;
    while (ReadFile(running->output, bytes, sizeof bytes, &length, NULL) && put(running, bytes, length))
        ;
}

static void CALLBACK on_end(void *user, BOOLEAN timed_out)
{
    (void)timed_out;
    tell(user);
}

/* ---- starting ---- */

/* The end that the child writes to is inherited, ours is not. */
static bool make_pipe(HANDLE *read_end, HANDLE *write_end)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    return CreatePipe(read_end, write_end, &inherited, 0) &&
           SetHandleInformation(*read_end, HANDLE_FLAG_INHERIT, 0);
}

static bool start_program(local_running *running)
{
    HANDLE write_end = NULL;
    wchar_t *line = wcsdup(running->all->command); /* which the system may write to */
    bool started = line != NULL && make_pipe(&running->output, &write_end) &&
                   local_job_start(&running->job, line, write_end);
    int error = errno;
    if (write_end != NULL)
        CloseHandle(write_end);
    free(line);
    errno = error;
    return started;
}

static bool watch(local_running *running)
{
    running->shared = glift__monitor_create();
    return running->shared != NULL && glift__thread_start(read_all, running, 0, &running->reader) &&
           RegisterWaitForSingleObject(
                   &running->ended, running->job.process, on_end, running, INFINITE, WT_EXECUTEONLYONCE);
}

local_running *local_running_start(local_children *children, void *child)
{
    char how[LOCAL_CHILDREN_WHY_SIZE];
    local_running *running = calloc(1, sizeof *running);
    if (running == NULL)
        return NULL;
    running->all = children;
    running->child = child;
    running->next = children->first;
    children->first = running;
    bool started = start_program(running);
    if (started && watch(running))
        return running;
    int error = started ? ENOMEM : errno;
    if (started)
        local_running_end(running, how);
    local_running_free(running);
    errno = error;
    return NULL;
}

unsigned long local_running_number(const local_running *running)
{
    return running->job.group;
}

/* ---- hearing ---- */

size_t local_running_read(local_running *running, char *bytes, size_t room)
{
    glift__monitor_enter(running->shared);
    size_t length = running->length < room ? running->length : room;
    memcpy(bytes, running->buffer, length);
    running->length -= length;
    memmove(running->buffer, running->buffer + length, running->length);
    glift__monitor_wake_all(running->shared);
    glift__monitor_leave(running->shared);
    if (length > 0) /* there may be more */
        tell(running);
    return length;
}

bool local_running_has_ended(const local_running *running)
{
    return local_job_has_ended(&running->job);
}

/* ---- ending ---- */

void local_running_ask_to_end(const local_running *running)
{
    local_job_ask_to_end(&running->job);
}

void local_running_kill(const local_running *running)
{
    local_job_kill(&running->job);
}

/* With the last of the job the pipe has ended, and so does its reader, who waits for nobody any more. */
static void end_reader(local_running *running)
{
    glift__monitor_enter(running->shared);
    running->is_closing = true;
    glift__monitor_wake_all(running->shared);
    glift__monitor_leave(running->shared);
    glift__thread_join(running->reader);
    running->reader = NULL;
}

void local_running_end(local_running *running, char how[LOCAL_CHILDREN_WHY_SIZE])
{
    DWORD code = 0;
    bool was_killed = !local_running_has_ended(running);
    local_job_kill(&running->job);
    WaitForSingleObject(running->job.process, INFINITE);
    GetExitCodeProcess(running->job.process, &code);
    if (was_killed)
        snprintf(how, LOCAL_CHILDREN_WHY_SIZE, "was killed");
    else
        snprintf(how, LOCAL_CHILDREN_WHY_SIZE,
                code <= INT_MAX ? "ended with exit code %lu" : "ended with 0x%lX", (unsigned long)code);
    if (running->reader != NULL)
        end_reader(running);
}

void local_running_free(local_running *running)
{
    for (local_running **place = &running->all->first; *place != NULL; place = &(*place)->next) {
        if (*place == running) {
            *place = running->next;
            break;
        }
    }
    if (running->ended != NULL)
        UnregisterWaitEx(running->ended, INVALID_HANDLE_VALUE); /* once the callback is over */
    if (running->output != NULL)
        CloseHandle(running->output);
    glift__monitor_destroy(running->shared);
    local_job_close(&running->job);
    free(running);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

#include <process.h>
#include <stdlib.h>
#include <windows.h>

/* ---- the program's lock ---- */

static SRWLOCK program_lock = SRWLOCK_INIT;

void glift__program_lock(void)
{
    AcquireSRWLockExclusive(&program_lock);
}

void glift__program_unlock(void)
{
    ReleaseSRWLockExclusive(&program_lock);
}

/* ---- monitors ---- */

struct glift__monitor {
    SRWLOCK lock;
    CONDITION_VARIABLE changed;
};

glift__monitor *glift__monitor_create(void)
{
    glift__monitor *monitor = calloc(1, sizeof *monitor);
    if (monitor != NULL) {
        InitializeSRWLock(&monitor->lock);
        InitializeConditionVariable(&monitor->changed);
    }
    return monitor;
}

void glift__monitor_destroy(glift__monitor *monitor)
{
    free(monitor); /* the system keeps nothing of either */
}

void glift__monitor_enter(glift__monitor *monitor)
{
    AcquireSRWLockExclusive(&monitor->lock);
}

void glift__monitor_leave(glift__monitor *monitor)
{
    ReleaseSRWLockExclusive(&monitor->lock);
}

void glift__monitor_wake_all(glift__monitor *monitor)
{
    WakeAllConditionVariable(&monitor->changed);
}

/* The system may end a wait some milliseconds early: then it was for no reason. */
bool glift__monitor_wait(glift__monitor *monitor, uint64_t until_mono_ms)
{
    const uint64_t longest_ms = INFINITE - 1;
    uint64_t now_ms = glift__clock_mono_ms();
    uint64_t left_ms = until_mono_ms > now_ms ? until_mono_ms - now_ms : 0;
    DWORD wait_ms = (DWORD)(left_ms < longest_ms ? left_ms : longest_ms);
    return SleepConditionVariableSRW(&monitor->changed, &monitor->lock, wait_ms, 0) ||
           glift__clock_mono_ms() < until_mono_ms;
}

/* ---- threads ---- */

struct glift__thread {
    HANDLE handle;
};

typedef struct start {
    void (*run)(void *argument);
    void *argument;
} start;

static unsigned __stdcall run(void *argument)
{
    start given = *(start *)argument;
    free(argument);
    given.run(given.argument);
    return 0;
}

bool glift__thread_start(
        void (*run_it)(void *argument), void *argument, size_t stack_bytes, glift__thread **out)
{
    start *given = malloc(sizeof *given);
    glift__thread *thread = calloc(1, sizeof *thread);
    if (given != NULL && thread != NULL) {
        *given = (start){run_it, argument};
        thread->handle = (HANDLE)_beginthreadex(
                NULL, (unsigned)stack_bytes, run, given, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
        if (thread->handle != NULL) {
            if (out != NULL)
                *out = thread;
            else
                glift__thread_detach(thread);
            return true;
        }
    }
    free(given);
    free(thread);
    return false;
}

void glift__thread_join(glift__thread *thread)
{
    WaitForSingleObject(thread->handle, INFINITE);
    glift__thread_detach(thread);
}

void glift__thread_detach(glift__thread *thread)
{
    CloseHandle(thread->handle);
    free(thread);
}

void glift__sleep_ms(uint32_t ms)
{
    Sleep(ms);
}

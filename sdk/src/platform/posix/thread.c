/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* ---- the program's lock ---- */

static pthread_mutex_t program_lock = PTHREAD_MUTEX_INITIALIZER;

void glift__program_lock(void)
{
    pthread_mutex_lock(&program_lock);
}

void glift__program_unlock(void)
{
    pthread_mutex_unlock(&program_lock);
}

/* ---- monitors ---- */

struct glift__monitor {
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

/* macOS waits for a length of time instead of until a moment, and has no clock to choose. */
#ifdef __APPLE__

static bool init_condition(pthread_cond_t *condition)
{
    return pthread_cond_init(condition, NULL) == 0;
}

static int wait_until(glift__monitor *monitor, uint64_t until_mono_ms)
{
    uint64_t now_ms = glift__clock_mono_ms(), left_ms = until_mono_ms > now_ms ? until_mono_ms - now_ms : 0;
    struct timespec left = {.tv_sec = (time_t)(left_ms / 1000), .tv_nsec = (long)(left_ms % 1000) * 1000000};
    return pthread_cond_timedwait_relative_np(&monitor->changed, &monitor->lock, &left);
}

#else

static bool init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

static int wait_until(glift__monitor *monitor, uint64_t until_mono_ms)
{
    struct timespec until = {
            .tv_sec = (time_t)(until_mono_ms / 1000), .tv_nsec = (long)(until_mono_ms % 1000) * 1000000};
    return pthread_cond_timedwait(&monitor->changed, &monitor->lock, &until);
}

#endif

glift__monitor *glift__monitor_create(void)
{
    glift__monitor *monitor = calloc(1, sizeof *monitor);
    if (monitor == NULL)
        return NULL;
    if (pthread_mutex_init(&monitor->lock, NULL) == 0) {
        if (init_condition(&monitor->changed))
            return monitor;
        pthread_mutex_destroy(&monitor->lock);
    }
    free(monitor);
    return NULL;
}

void glift__monitor_destroy(glift__monitor *monitor)
{
    if (monitor == NULL)
        return;
    pthread_cond_destroy(&monitor->changed);
    pthread_mutex_destroy(&monitor->lock);
    free(monitor);
}

void glift__monitor_enter(glift__monitor *monitor)
{
    pthread_mutex_lock(&monitor->lock);
}

void glift__monitor_leave(glift__monitor *monitor)
{
    pthread_mutex_unlock(&monitor->lock);
}

void glift__monitor_wake_all(glift__monitor *monitor)
{
    pthread_cond_broadcast(&monitor->changed);
}

bool glift__monitor_wait(glift__monitor *monitor, uint64_t until_mono_ms)
{
    return wait_until(monitor, until_mono_ms) != ETIMEDOUT;
}

/* ---- threads ---- */

struct glift__thread {
    pthread_t id;
};

typedef struct start {
    void (*run)(void *argument);
    void *argument;
} start;

static void *run(void *argument)
{
    start given = *(start *)argument;
    free(argument);
    given.run(given.argument);
    return NULL;
}

static bool set_up(pthread_attr_t *attributes, size_t stack_bytes, bool is_detached)
{
    return (stack_bytes == 0 || pthread_attr_setstacksize(attributes, stack_bytes) == 0) &&
           (!is_detached || pthread_attr_setdetachstate(attributes, PTHREAD_CREATE_DETACHED) == 0);
}

/* A new thread inherits what its maker blocks: all signals, for a moment. */
static bool create(pthread_t *id, size_t stack_bytes, bool is_detached, start *given)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    bool created = false;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    sigfillset(&all);
    if (set_up(&attributes, stack_bytes, is_detached) && pthread_sigmask(SIG_SETMASK, &all, &before) == 0) {
        created = pthread_create(id, &attributes, run, given) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attributes);
    return created;
}

bool glift__thread_start(
        void (*run_it)(void *argument), void *argument, size_t stack_bytes, glift__thread **out)
{
    pthread_t unkept;
    start *given = malloc(sizeof *given);
    glift__thread *thread = out != NULL ? calloc(1, sizeof *thread) : NULL;
    if (given != NULL && (out == NULL || thread != NULL)) {
        *given = (start){run_it, argument};
        if (create(thread != NULL ? &thread->id : &unkept, stack_bytes, out == NULL, given)) {
            if (out != NULL)
                *out = thread;
            return true;
        }
    }
    free(given);
    free(thread);
    return false;
}

void glift__thread_join(glift__thread *thread)
{
    pthread_join(thread->id, NULL);
    free(thread);
}

void glift__thread_detach(glift__thread *thread)
{
    pthread_detach(thread->id);
    free(thread);
}

void glift__sleep_ms(uint32_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* GameLift hosts one game session per process, so the servers started here come and go all the time. */
#include "program/launch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "printable.h"
#include "system/children.h"
#include "system/paths.h"

/* Who lived less than this died at once, and its successor waits, twice as long each time, up to 8 s. */
#define SHORT_LIFE_MS  5000
#define FIRST_DELAY_MS 250
#define DOUBLINGS_MAX  5

/* A terminal and a wrapper script may both pass on one Ctrl-C: only later than this is it a second one. */
#define INSIST_MS 1000

#define LINE_SIZE 2048

typedef struct launch_child {
    char id[LAUNCH_ID_SIZE];
    local_running *running; /* NULL: it does not run */
    FILE *log;
    char line[LINE_SIZE];
    size_t line_length;
    uint64_t started_ms, start_at_ms;
    unsigned short_lives; /* in a row */
} launch_child;

struct local_launcher {
    launcher_desc desc;
    local_children *system;
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

local_launcher *launcher_open(const launcher_desc *desc, char why[LAUNCH_WHY_SIZE])
{
    local_launcher *launcher = calloc(1, sizeof *launcher + (size_t)desc->instances * sizeof(launch_child));
    if (launcher == NULL) {
        snprintf(why, LAUNCH_WHY_SIZE, "out of memory");
        return NULL;
    }
    launcher->desc = *desc;
    launcher->started = desc->started;
    if (desc->log_dir != NULL && !local_folder_is_writable(desc->log_dir))
        snprintf(why, LAUNCH_WHY_SIZE, "--launch-log-dir: cannot write into %.200s: %s", desc->log_dir,
                strerror(errno));
    else if ((launcher->system = local_children_open(desc->command, desc->files, why)) != NULL)
        return launcher;
    launcher_close(launcher);
    return NULL;
}

glift__socket_handle launcher_watched(const local_launcher *launcher)
{
    return local_children_watched(launcher->system);
}

/* ---- output ---- */

/* On Windows a line ends with \r\n. */
static void end_line(const local_launcher *launcher, launch_child *child)
{
    if (child->line_length > 0 && child->line[child->line_length - 1] == '\r')
        child->line_length--;
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
static void read_output(const local_launcher *launcher, launch_child *child)
{
    char bytes[16384];
    size_t length;
    for (int i = 0; i < 4 && (length = local_running_read(child->running, bytes, sizeof bytes)) > 0; i++)
        take_output(launcher, child, bytes, length);
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

static void end_child(const local_launcher *launcher, launch_child *child, char how[LAUNCH_WHY_SIZE])
{
    local_running_end(child->running, how);
    read_output(launcher, child);
    if (child->line_length > 0)
        end_line(launcher, child);
    if (child->log != NULL)
        fclose(child->log);
    child->log = NULL;
    local_running_free(child->running);
    child->running = NULL;
}

static void start(local_launcher *launcher, launch_child *child, uint64_t now_ms)
{
    snprintf(child->id, sizeof child->id, LAUNCH_ID_START "%u", ++launcher->started);
    if (!launcher->desc.prepare(launcher->desc.user, child->id)) {
        not_started(launcher, child, now_ms, "it has no fleet to belong to");
        return;
    }
    child->running = local_running_start(launcher->system, child);
    if (child->running == NULL) {
        not_started(launcher, child, now_ms, strerror(errno));
        return;
    }
    child->line_length = 0;
    child->started_ms = now_ms;
    child->log = open_log(launcher, child->id);
    say(launcher, "%s was started, pid %lu", child->id, local_running_number(child->running));
}

/* ---- ending ---- */

static void reap(local_launcher *launcher, launch_child *child, uint64_t now_ms)
{
    if (child->running == NULL || !local_running_has_ended(child->running))
        return;
    char how[LAUNCH_WHY_SIZE];
    end_child(launcher, child, how);
    child->short_lives = now_ms - child->started_ms < SHORT_LIFE_MS ? child->short_lives + 1 : 0;
    child->start_at_ms = now_ms + delay_ms(child->short_lives);
    say(launcher, "%s %s", child->id, how);
    launcher->desc.ended(launcher->desc.user, child->id, how);
}

static void tell_all(const local_launcher *launcher, void (*tell)(const local_running *running))
{
    for (int i = 0; i < launcher->desc.instances; i++) {
        if (launcher->children[i].running != NULL)
            tell(launcher->children[i].running);
    }
}

void launcher_stop(local_launcher *launcher, uint64_t now_ms)
{
    if (!launcher->stopping) {
        launcher->stopping = true;
        launcher->asked_ms = now_ms;
        launcher->kill_at_ms = now_ms + launcher->desc.grace_ms;
        tell_all(launcher, local_running_ask_to_end);
    } else if (now_ms - launcher->asked_ms >= INSIST_MS) {
        launcher->kill_at_ms = now_ms;
    }
}

void launcher_restart(local_launcher *launcher)
{
    char how[LAUNCH_WHY_SIZE];
    for (int i = 0; i < launcher->desc.instances; i++) {
        launch_child *child = &launcher->children[i];
        if (child->running != NULL)
            end_child(launcher, child, how);
        child->short_lives = 0;
        child->start_at_ms = 0;
    }
    launcher->started = 0;
}

bool launcher_is_idle(const local_launcher *launcher)
{
    for (int i = 0; i < launcher->desc.instances; i++) {
        if (launcher->children[i].running != NULL)
            return false;
    }
    return true;
}

void launcher_close(local_launcher *launcher)
{
    char how[LAUNCH_WHY_SIZE];
    if (launcher == NULL)
        return;
    tell_all(launcher, local_running_kill);
    for (int i = 0; i < launcher->desc.instances; i++) {
        if (launcher->children[i].running == NULL)
            continue;
        local_running_end(launcher->children[i].running, how);
        local_running_free(launcher->children[i].running);
    }
    local_children_close(launcher->system);
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
        if (child->running == NULL && child->start_at_ms < earliest)
            earliest = child->start_at_ms;
    }
    return earliest;
}

typedef struct hearing {
    local_launcher *launcher;
    uint64_t now_ms;
} hearing;

static void on_heard(void *user, void *of)
{
    const hearing *at = user;
    launch_child *child = of;
    if (child->running != NULL)
        read_output(at->launcher, child);
    reap(at->launcher, child, at->now_ms);
}

void launcher_read(local_launcher *launcher, uint64_t now_ms)
{
    hearing at = {launcher, now_ms};
    local_children_hear(launcher->system, on_heard, &at);
}

void launcher_serve(local_launcher *launcher, uint64_t now_ms)
{
    if (launcher->stopping && now_ms >= launcher->kill_at_ms && !launcher_is_idle(launcher)) {
        tell_all(launcher, local_running_kill);
        launcher->kill_at_ms = now_ms + 1000;
    }
    for (int i = 0; i < launcher->desc.instances && !launcher->stopping; i++) {
        launch_child *child = &launcher->children[i];
        if (child->running == NULL && now_ms >= child->start_at_ms)
            start(launcher, child, now_ms);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "program/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal/journal.h"
#include "platform/platform.h"
#include "replay/recording.h"
#include "system/paths.h"

#define WRITE_MOST (1u << 20) /* at once */

/* Then the writer looks again. */
#define LONGEST_WAIT_MS 3600000

struct local_recorder {
    char path[300];
    uint64_t last; /* the serial of the entry that was taken last */
    uint64_t lost; /* entries, since the last one that had room */
    bool has_told; /* that it does not go on */
    void (*log)(void *user, glift_log_level level, const char *text);
    void *user;
    int file;
    glift__thread *writer; /* NULL: it does not run */
    glift__monitor *shared;
    /* ---- both threads, inside the monitor ---- */
    glift__text waiting;
    bool is_closing;
    int error; /* 0: it goes on */
};

/* ---- the thread that writes ---- */

/* Whole lines. What a failure has left of them is taken away again, so that the file ends with a line.
 * 0, or the errno. */
static int write_lines(int file, const char *bytes, size_t length)
{
    off_t begin = lseek(file, 0, SEEK_CUR);
    while (length > 0) {
        ssize_t written = write(file, bytes, length < WRITE_MOST ? (unsigned)length : WRITE_MOST);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            int error = errno;
            bool is_whole = begin >= 0 && ftruncate(file, begin) == 0;
            (void)is_whole; /* else it ends with half a line, which its reader names */
            return error;
        }
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

static void write_all(void *user)
{
    local_recorder *self = user;
    glift__monitor_enter(self->shared);
    for (;;) {
        while (self->waiting.length == 0 && !self->is_closing)
            glift__monitor_wait(self->shared, glift__clock_mono_ms() + LONGEST_WAIT_MS);
        if (self->waiting.length == 0)
            break;
        glift__text lines = self->waiting;
        self->waiting = (glift__text){0};
        glift__monitor_leave(self->shared);
        int error = write_lines(self->file, lines.bytes, lines.length);
        glift__text_free(&lines);
        glift__monitor_enter(self->shared);
        self->error = error;
        if (error != 0)
            break;
    }
    glift__monitor_leave(self->shared);
}

/* No signal is for it. A file that may not grow (SIGXFSZ) is an error of write(). */
static bool start_writer(local_recorder *self)
{
    return glift__thread_start(write_all, self, 0, &self->writer);
}

/* ---- the loop's side ---- */

/* Lines of so many entries, and how many there are no lines of. */
typedef struct line_batch {
    glift__text lines;
    uint64_t count, lost;
} line_batch;

static void stop(local_recorder *self, const char *what, const char *why)
{
    char line[600];
    if (self->has_told)
        return;
    self->has_told = true;
    snprintf(line, sizeof line, "the recording has stopped: %s %s: %s", what, self->path, why);
    self->log(self->user, GLIFT_LOG_ERROR, line);
}

/* False: there is no room for it, or no memory. */
static bool put(local_recorder *self, const char *line, size_t length)
{
    return self->waiting.length + length < RECORDER_WAITING_MAX &&
           glift__text_append(&self->waiting, line, length) == GLIFT_OK;
}

/* Those that were lost before it are told in front of it. */
static void take_batch(local_recorder *self, const line_batch *batch)
{
    char gap[80];
    int size =
            snprintf(gap, sizeof gap, "{\"kind\":\"gap\",\"lost\":%llu}\n", (unsigned long long)self->lost);
    if (self->lost > 0 && put(self, gap, (size_t)size))
        self->lost = 0;
    if (self->lost > 0 || !put(self, batch->lines.bytes, batch->lines.length))
        self->lost += batch->count;
}

/* Entries since the last time, made into lines before the lock is taken. */
static void gather(local_recorder *self, const local_service *service, line_batch *out)
{
    const local_entry *entry;
    while ((entry = local_journal_after(service, self->last)) != NULL &&
            out->lines.length < RECORDER_WAITING_MAX) {
        glift__text line = {0};
        out->lost += entry->serial - self->last - 1; /* forgotten by the journal before we came */
        self->last = entry->serial;
        if (local_service_entry(entry, &line) == GLIFT_OK && glift__text_append(&line, "\n", 1) == GLIFT_OK &&
                glift__text_append(&out->lines, line.bytes, line.length) == GLIFT_OK)
            out->count++;
        else
            out->lost++;
        glift__text_free(&line);
    }
}

void recorder_serve(local_recorder *self, const local_service *service)
{
    line_batch batch = {0};
    if (self->has_told || local_journal_last(service) == self->last)
        return;
    gather(self, service, &batch);
    glift__monitor_enter(self->shared);
    int error = self->error;
    self->lost += batch.lost;
    if (batch.count > 0 && error == 0)
        take_batch(self, &batch);
    glift__monitor_wake_all(self->shared);
    glift__monitor_leave(self->shared);
    glift__text_free(&batch.lines);
    if (error != 0)
        stop(self, "cannot write", strerror(error));
}

void recorder_use_another(local_recorder *self)
{
    self->last = 0;
}

/* ---- life ---- */

static bool open_file(local_recorder *self, char why[RECORDER_WHY_SIZE])
{
    bool is_plain;
    self->file = local_file_open_recording(self->path, &is_plain);
    if (self->file < 0)
        snprintf(why, RECORDER_WHY_SIZE, "cannot record into %s: %s", self->path,
                is_plain ? strerror(errno) : "it is no regular file");
    return self->file >= 0;
}

static bool write_header(local_recorder *self, glift__time now, char why[RECORDER_WHY_SIZE])
{
    char line[200];
    int length = snprintf(line, sizeof line,
            "{\"recording\":\"%s\",\"version\":%d,\"gamelift_local\":\"%s\",\"unix_ms\":%lld}\n",
            RECORDING_NAME, RECORDING_VERSION, GLIFT_VERSION, (long long)now.unix_ms);
    int error = write_lines(self->file, line, (size_t)length);
    if (error != 0)
        snprintf(why, RECORDER_WHY_SIZE, "cannot record into %s: %s", self->path, strerror(error));
    return error == 0;
}

local_recorder *recorder_open(const char *path, glift__time now,
        void (*log)(void *user, glift_log_level level, const char *text), void *user,
        char why[RECORDER_WHY_SIZE])
{
    local_recorder *self = calloc(1, sizeof *self);
    snprintf(why, RECORDER_WHY_SIZE, "out of memory");
    if (self == NULL)
        return NULL;
    self->file = -1;
    self->log = log;
    self->user = user;
    self->shared = glift__monitor_create();
    if (self->shared == NULL)
        snprintf(why, RECORDER_WHY_SIZE, "out of memory");
    else if ((size_t)snprintf(self->path, sizeof self->path, "%s", path) >= sizeof self->path)
        snprintf(why, RECORDER_WHY_SIZE, "cannot record into %.100s...: the name is longer than %zu bytes",
                path, sizeof self->path - 1);
    else if (open_file(self, why) && write_header(self, now, why) && start_writer(self))
        return self;
    recorder_close(self);
    return NULL;
}

void recorder_close(local_recorder *self)
{
    if (self == NULL)
        return;
    if (self->writer != NULL) {
        glift__monitor_enter(self->shared);
        self->is_closing = true;
        glift__monitor_wake_all(self->shared);
        glift__monitor_leave(self->shared);
        glift__thread_join(self->writer);
        if (self->error != 0)
            stop(self, "cannot write", strerror(self->error));
    }
    if (self->file >= 0)
        close(self->file);
    glift__monitor_destroy(self->shared);
    glift__text_free(&self->waiting);
    free(self);
}

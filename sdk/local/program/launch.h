/* SPDX-License-Identifier: Apache-2.0 */
/* Game servers as child processes: so many at a time, a fresh one whenever one has ended. */
#ifndef LOCAL_LAUNCH_H
#define LOCAL_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/platform.h"
#include "system/children.h"
#include "system/limits.h"

#define LAUNCH_INSTANCES_MAX 256
#define LAUNCH_FILES_EACH    3 /* that we keep open for a child: its output, its end, its log */
#define LAUNCH_ID_SIZE       32
#define LAUNCH_ID_START      "server-"
#define LAUNCH_WHY_SIZE      LOCAL_CHILDREN_WHY_SIZE

typedef struct local_launcher local_launcher;

typedef struct launcher_desc {
    const char *command; /* see system/children.h */
    int instances;
    const char *log_dir;    /* one file per process; NULL: lines go to log() */
    uint64_t grace_ms;      /* from SIGTERM to SIGKILL */
    unsigned started;       /* in earlier runs: the next is numbered after them */
    local_file_limit files; /* how many a child may open */
    /* Before a start: sets the environment of this process id, with setenv(). False: not now. */
    bool (*prepare)(void *user, const char *process_id);
    void (*ended)(void *user, const char *process_id, const char *how); /* "ended with ..." */
    void (*log)(void *user, const char *line);
    /* Each line of a child's output, wherever else it goes; not NUL-terminated. */
    void (*said)(void *user, const char *process_id, const char *line, size_t length);
    void *user;
} launcher_desc;

/* NULL: *why is a sentence. Nothing is started before launcher_serve(). */
local_launcher *launcher_open(const launcher_desc *desc, char why[LAUNCH_WHY_SIZE]);
void launcher_close(local_launcher *launcher); /* kills what is left; NULL is allowed */

/* A descriptor of the caller's own that can be read when launcher_read() has something to do;
 * GLIFT__NO_SOCKET: there is none. */
glift__socket_handle launcher_watched(const local_launcher *launcher);
void launcher_read(local_launcher *launcher, uint64_t now_ms);  /* what children said, and which have ended */
uint64_t launcher_deadline_ms(const local_launcher *launcher);  /* UINT64_MAX: none */
void launcher_serve(local_launcher *launcher, uint64_t now_ms); /* when the deadline is there */

/* SIGTERM to each; asked again a second later or more: SIGKILL. Then serve until launcher_is_idle(). */
void launcher_stop(local_launcher *launcher, uint64_t now_ms);
/* Kills each at once, and starts them anew, numbered from 1, when it is served next. */
void launcher_restart(local_launcher *launcher);
bool launcher_is_idle(const local_launcher *launcher); /* no child is left */

#endif

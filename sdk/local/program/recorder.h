/* SPDX-License-Identifier: Apache-2.0 */
/* --record FILE: everything that the journal keeps, as JSON lines, on its way into a file.
 *
 * The loop never waits for a disk: a thread of its own writes. A recorder that cannot go on says so once, and
 * the service goes on without it. */
#ifndef LOCAL_RECORDER_H
#define LOCAL_RECORDER_H

#include "api/service.h"

typedef struct local_recorder local_recorder;

/* Room for the lines that wait for the disk: what is beyond is lost, and a line in the file says so. */
#define RECORDER_WAITING_MAX (16u * 1024 * 1024)

#define RECORDER_WHY_SIZE 512

/* NULL: *why is a sentence. What the file held before is gone. log is told at most one sentence later on. */
local_recorder *recorder_open(const char *path, glift__time now,
        void (*log)(void *user, glift_log_level level, const char *text), void *user,
        char why[RECORDER_WHY_SIZE]);
/* Takes what has been said since the last time. */
void recorder_serve(local_recorder *recorder, const local_service *service);
/* The service has another one in its place: the one before was served for the last time. */
void recorder_use_another(local_recorder *recorder);
/* All that waits is written first. NULL is allowed. */
void recorder_close(local_recorder *recorder);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A program in a job, which holds all that it starts. The job ends with the last handle of it, so that
 * nothing stays behind us. */
#ifndef LOCAL_WINDOWS_JOB_H
#define LOCAL_WINDOWS_JOB_H

#include <stdbool.h>
#include <winsock2.h>
#include <windows.h>

typedef struct local_job {
    HANDLE job, process; /* NULL: there is none */
    DWORD group;
} local_job;

/* `line` is written to. `output`: where it writes to, instead of where we do; it reads nothing then. NULL: it
 * has what we have. False: errno says why not. */
bool local_job_start(local_job *job, wchar_t *line, HANDLE output);
bool local_job_has_ended(const local_job *job);
void local_job_ask_to_end(const local_job *job);
void local_job_kill(const local_job *job);
void local_job_close(local_job *job); /* kills what is left; for one that was not started, too */

#endif

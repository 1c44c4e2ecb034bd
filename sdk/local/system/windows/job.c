/* SPDX-License-Identifier: Apache-2.0 */
#include "system/windows/job.h"

#include <errno.h>

static HANDLE make_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
            .BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (job == NULL ||
            SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits))
        return job;
    CloseHandle(job);
    return NULL;
}

static int errno_of(DWORD error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return ENOENT;
    case ERROR_ACCESS_DENIED:
        return EACCES;
    case ERROR_BAD_EXE_FORMAT:
        return ENOEXEC;
    }
    return EINVAL;
}

/* It stands still until it is in the job. */
static bool put_into_job(local_job *job, const PROCESS_INFORMATION *made)
{
    job->job = make_job();
    job->process = made->hProcess;
    job->group = made->dwProcessId;
    bool done = job->job != NULL && AssignProcessToJobObject(job->job, made->hProcess);
    if (done)
        ResumeThread(made->hThread);
    else
        TerminateProcess(made->hProcess, 1);
    CloseHandle(made->hThread);
    return done;
}

bool local_job_start(local_job *job, wchar_t *line, HANDLE output)
{
    const DWORD flags = CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP;
    STARTUPINFOW how = {.cb = sizeof how};
    PROCESS_INFORMATION made;
    if (output != NULL) {
        how.dwFlags = STARTF_USESTDHANDLES;
        how.hStdOutput = how.hStdError = output;
    }
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL, &how, &made)) {
        errno = errno_of(GetLastError());
        return false;
    }
    if (put_into_job(job, &made))
        return true;
    local_job_close(job);
    errno = EPERM;
    return false;
}

bool local_job_has_ended(const local_job *job)
{
    return WaitForSingleObject(job->process, 0) == WAIT_OBJECT_0;
}

void local_job_ask_to_end(const local_job *job)
{
    GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, job->group);
}

void local_job_kill(const local_job *job)
{
    if (job->job != NULL)
        TerminateJobObject(job->job, 1);
    TerminateProcess(job->process, 1);
}

void local_job_close(local_job *job)
{
    if (job->process != NULL)
        CloseHandle(job->process);
    if (job->job != NULL)
        CloseHandle(job->job);
    *job = (local_job){0};
}

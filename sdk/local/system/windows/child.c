/* SPDX-License-Identifier: Apache-2.0 */
/* A job holds the program and all that it starts. It ends with the last handle of it, so that nothing stays
 * behind us either. */
#include "system/child.h"

#include <errno.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#include "system/windows/wide.h"

#define LINE_SIZE 32768 /* which is the system's limit */

struct local_child {
    HANDLE job, process;
    DWORD group;
};

/* ---- the command line ---- */

typedef struct line {
    wchar_t text[LINE_SIZE];
    size_t length;
} line;

static void put(line *out, wchar_t c, size_t times)
{
    for (; times > 0 && out->length < LINE_SIZE - 1; times--)
        out->text[out->length++] = c;
}

/* As programs take their line apart: backslashes mean themselves, except in front of a quote. */
static void put_word(line *out, const wchar_t *word)
{
    size_t slashes = 0;
    put(out, L'"', 1);
    for (; *word != L'\0'; word++) {
        slashes = *word == L'\\' ? slashes + 1 : 0;
        if (*word == L'"') {
            for (const wchar_t *before = word; before[-1] == L'\\'; before--)
                put(out, L'\\', 1);
            put(out, L'\\', 1);
        }
        put(out, *word, 1);
    }
    put(out, L'\\', slashes);
    put(out, L'"', 1);
}

static bool write_line(line *out, char *const *words)
{
    out->length = 0;
    for (size_t i = 0; words[i] != NULL; i++) {
        wchar_t *wide = local_widen(words[i]);
        if (wide == NULL)
            return false;
        if (i > 0)
            put(out, L' ', 1);
        put_word(out, wide);
        free(wide);
    }
    out->text[out->length] = L'\0';
    errno = E2BIG;
    return out->length < LINE_SIZE - 1;
}

/* ---- the process ---- */

static HANDLE make_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
            .BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (job != NULL)
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return job;
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
static bool start(local_child *child, line *words)
{
    STARTUPINFOW how = {.cb = sizeof how};
    PROCESS_INFORMATION made;
    if (!CreateProcessW(NULL, words->text, NULL, NULL, TRUE, CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP,
                NULL, NULL, &how, &made)) {
        errno = errno_of(GetLastError());
        return false;
    }
    child->job = make_job();
    if (child->job != NULL)
        AssignProcessToJobObject(child->job, made.hProcess);
    ResumeThread(made.hThread);
    CloseHandle(made.hThread);
    child->process = made.hProcess;
    child->group = made.dwProcessId;
    return true;
}

local_child *local_child_start(char *const *words)
{
    local_child *child = calloc(1, sizeof *child);
    line *whole = malloc(sizeof *whole);
    bool started = child != NULL && whole != NULL && write_line(whole, words) && start(child, whole);
    int error = child == NULL || whole == NULL ? ENOMEM : errno;
    free(whole);
    if (started)
        return child;
    free(child);
    errno = error;
    return NULL;
}

bool local_child_has_ended(local_child *child, int *exit_code)
{
    DWORD code = 0;
    bool has_ended = WaitForSingleObject(child->process, 0) == WAIT_OBJECT_0;
    *exit_code = has_ended && GetExitCodeProcess(child->process, &code) && code <= INT_MAX ? (int)code : -1;
    return has_ended;
}

void local_child_ask_to_end(const local_child *child)
{
    GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child->group);
}

void local_child_end(local_child *child)
{
    if (child == NULL)
        return;
    if (child->job != NULL)
        TerminateJobObject(child->job, 1);
    TerminateProcess(child->process, 1);
    WaitForSingleObject(child->process, INFINITE);
    CloseHandle(child->process);
    if (child->job != NULL)
        CloseHandle(child->job);
    free(child);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "system/child.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <wchar.h>

#include "system/windows/job.h"
#include "system/windows/wide.h"

#define LINE_SIZE 32768 /* which is the system's limit */

struct local_child {
    local_job job;
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
        if (*word == L'"')
            put(out, L'\\', slashes + 1);
        slashes = *word == L'\\' ? slashes + 1 : 0;
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

local_child *local_child_start(char *const *words)
{
    local_child *child = calloc(1, sizeof *child);
    line *whole = malloc(sizeof *whole);
    bool started = child != NULL && whole != NULL && write_line(whole, words) &&
                   local_job_start(&child->job, whole->text, NULL);
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
    bool has_ended = local_job_has_ended(&child->job);
    *exit_code =
            has_ended && GetExitCodeProcess(child->job.process, &code) && code <= INT_MAX ? (int)code : -1;
    return has_ended;
}

void local_child_ask_to_end(const local_child *child)
{
    local_job_ask_to_end(&child->job);
}

void local_child_end(local_child *child)
{
    if (child == NULL)
        return;
    local_job_kill(&child->job);
    WaitForSingleObject(child->job.process, INFINITE);
    local_job_close(&child->job);
    free(child);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the module asks the system: its own file, the clock that sleeps go by, and which Lua has loaded it. */

#include "lgamelift.h"
#include "lmodule.h"

#if defined(_WIN32)

#include <windows.h>

/* In the form that Lua opens files by. */
bool lsystem_module_path(char *out, size_t size)
{
    static const char here;
    HMODULE self;
    if (!GetModuleHandleExA(
                GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, &here,
                &self))
        return false;
    DWORD length = GetModuleFileNameA(self, out, (DWORD)size);
    for (char *at = out; length > 0 && (at = strchr(at, '\\')) != NULL;)
        *at = '/';
    return length > 0 && length < size;
}

/* A module names the DLL of its Lua, so that no other one loads it. */
bool lsystem_program_has(const char *function)
{
    (void)function;
    return false;
}

uint64_t lsystem_clock_ns(void)
{
    LARGE_INTEGER ticks, per_second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&per_second);
    uint64_t seconds = (uint64_t)(ticks.QuadPart / per_second.QuadPart);
    uint64_t rest = (uint64_t)(ticks.QuadPart % per_second.QuadPart);
    return seconds * 1000000000 + rest * 1000000000 / (uint64_t)per_second.QuadPart;
}

#else

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

bool lsystem_module_path(char *out, size_t size)
{
    static const char here;
    Dl_info info;
    char path[PATH_MAX];
    if (dladdr(&here, &info) == 0 || realpath(info.dli_fname, path) == NULL)
        return false;
    int length = snprintf(out, size, "%s", path);
    return length > 0 && (size_t)length < size;
}

bool lsystem_program_has(const char *function)
{
    return dlsym(RTLD_DEFAULT, function) != NULL;
}

uint64_t lsystem_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#endif

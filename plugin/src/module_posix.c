/* SPDX-License-Identifier: Apache-2.0 */
#include "module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool plugin_module_folder(char *out, size_t size)
{
    static const char here;
    Dl_info info;
    char path[PATH_MAX];
    if (dladdr(&here, &info) == 0 || realpath(info.dli_fname, path) == NULL)
        return false;
    *strrchr(path, '/') = '\0';
    int length = snprintf(out, size, "%s", path);
    return length >= 0 && (size_t)length < size;
}

const char *plugin_module_file(void)
{
    return "gamelift.so";
}

bool plugin_module_exists(const char *path)
{
    return access(path, R_OK) == 0;
}

void *plugin_module_load(const char *path, char *reason, size_t reason_size)
{
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (module == NULL)
        snprintf(reason, reason_size, "%s", dlerror());
    return module;
}

/* ISO C has no conversion from a data pointer to a function pointer; POSIX says that the bytes are the same.
 */
bool plugin_module_find(void *module, const char *name, void *out)
{
    void *symbol = dlsym(module, name);
    memcpy(out, &symbol, sizeof symbol);
    return symbol != NULL;
}

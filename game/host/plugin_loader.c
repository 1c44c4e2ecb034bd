/* SPDX-License-Identifier: Apache-2.0 */
#include "plugin_loader.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct plugin_library {
    void *library;
    glift_plugin first; /* makes the others, and is never started itself */
};

/* ISO C has no conversion from a data pointer to a function pointer; POSIX says that the bytes are the same.
 */
static glift_plugin_query_fn find_query(void *library)
{
    glift_plugin_query_fn query = NULL;
    void *symbol = dlsym(library, GLIFT_PLUGIN_QUERY_SYMBOL);
    memcpy(&query, &symbol, sizeof query);
    return query;
}

static bool is_complete(const glift_plugin *table)
{
    return GLIFT_HAS(glift_plugin, table, destroy) && table->start != NULL && table->lua_attach != NULL &&
           table->lua_detach != NULL && table->before_reload != NULL && table->stop != NULL &&
           table->get_api != NULL && table->create != NULL && table->destroy != NULL;
}

static bool query(plugin_library *p, const char *file, char *reason, size_t reason_size)
{
    glift_plugin_query_fn ask = find_query(p->library);
    if (ask == NULL) {
        snprintf(reason, reason_size, "%s is no GameLift plugin: it has no " GLIFT_PLUGIN_QUERY_SYMBOL "()",
                file);
        return false;
    }
    p->first.size = sizeof p->first;
    if (ask(GLIFT_HOST_ABI, &p->first) == GLIFT_OK && is_complete(&p->first))
        return true;
    snprintf(reason, reason_size,
            "the plugin %s speaks host ABI %u.%u and this program %u.%u: use the plugin of the same release",
            file, p->first.abi >> 16, p->first.abi & 0xFFFFu, GLIFT_HOST_ABI >> 16, GLIFT_HOST_ABI & 0xFFFFu);
    return false;
}

plugin_library *plugin_load(const char *file, char *reason, size_t reason_size)
{
    plugin_library *p = calloc(1, sizeof *p);
    if (p == NULL) {
        snprintf(reason, reason_size, "out of memory for the plugin");
        return NULL;
    }
    if (access(file, R_OK) != 0)
        snprintf(reason, reason_size, "there is no plugin %s: build it, or give --plugin FILE", file);
    else if ((p->library = dlopen(file, RTLD_NOW | RTLD_LOCAL)) == NULL)
        snprintf(reason, reason_size, "the plugin cannot be loaded: %s; build it anew, or give --plugin FILE",
                dlerror());
    else if (query(p, file, reason, reason_size))
        return p;
    plugin_unload(p);
    return NULL;
}

bool plugin_create(const plugin_library *library, glift_plugin *out)
{
    *out = (glift_plugin){.size = sizeof *out};
    return library->first.create(out) == GLIFT_OK;
}

void plugin_unload(plugin_library *p)
{
    if (p == NULL)
        return;
    if (p->library != NULL)
        dlclose(p->library);
    free(p);
}

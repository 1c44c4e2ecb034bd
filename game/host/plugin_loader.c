/* SPDX-License-Identifier: Apache-2.0 */
#include "plugin_loader.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct plugin {
    void *library;
    glift_plugin table;
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
    return GLIFT_HAS(glift_plugin, table, get_api) && table->start != NULL && table->lua_attach != NULL &&
           table->lua_detach != NULL && table->before_reload != NULL && table->stop != NULL &&
           table->get_api != NULL;
}

static bool query(plugin *p, const char *file, char *reason, size_t reason_size)
{
    glift_plugin_query_fn ask = find_query(p->library);
    if (ask == NULL) {
        snprintf(reason, reason_size, "%s is no GameLift plugin: it has no " GLIFT_PLUGIN_QUERY_SYMBOL "()",
                file);
        return false;
    }
    p->table.size = sizeof p->table;
    if (ask(GLIFT_HOST_ABI, &p->table) == GLIFT_OK && is_complete(&p->table))
        return true;
    snprintf(reason, reason_size,
            "the plugin %s speaks host ABI %u.%u and this program %u.%u: use the plugin of the same release",
            file, p->table.abi >> 16, p->table.abi & 0xFFFFu, GLIFT_HOST_ABI >> 16, GLIFT_HOST_ABI & 0xFFFFu);
    return false;
}

plugin *plugin_load(const char *file, char *reason, size_t reason_size)
{
    plugin *p = calloc(1, sizeof *p);
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

const glift_plugin *plugin_table(const plugin *p)
{
    return &p->table;
}

void plugin_unload(plugin *p)
{
    if (p == NULL)
        return;
    if (p->library != NULL)
        dlclose(p->library);
    free(p);
}

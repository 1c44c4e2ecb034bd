/* SPDX-License-Identifier: Apache-2.0 */
/* Lua without linking Lua: the binding that fits the engine's Lua is loaded from lua/<version>/ beside the
 * plugin, and finds the engine's own Lua in the process. */

#include "module.h"
#include "plugin.h"

#include <stdio.h>
#include <string.h>

typedef glift_status (*attach_fn)(
        struct lua_State *L, const glift_plugin *plugin, char *reason, size_t reason_size);

/* "/folder/of/plugin/lua/5.4/gamelift.so" */
static bool module_path(char *out, size_t size, int lua_version)
{
    char folder[PLUGIN_MAX_PATH];
    if (!plugin_module_folder(folder, sizeof folder))
        return false;
    int length = snprintf(
            out, size, "%s/lua/%d.%d/%s", folder, lua_version / 100, lua_version % 100, plugin_module_file());
    return length > 0 && (size_t)length < size;
}

/* A Lua that is linked into the engine is seen by modules only where the engine exports it. */
static void log_failure(const plugin *p, const char *reason)
{
    static const char advice[] = ": this engine's own Lua is hidden from modules: link the engine with "
                                 "-rdynamic (CMake: ENABLE_EXPORTS) "
                                 "and all of liblua.a (-Wl,--whole-archive), or with a shared library of Lua";
    bool is_hidden = strstr(reason, "undefined symbol: lua") != NULL;
    plugin_log(p, GLIFT_LOG_ERROR, "the Lua module cannot be loaded: %s%s", reason, is_hidden ? advice : "");
}

static glift_status load(plugin *p, attach_fn *attach)
{
    char path[PLUGIN_MAX_PATH], reason[PLUGIN_MAX_PATH + 512]; /* which names the path */
    if (!module_path(path, sizeof path, p->lua->lua_version)) {
        plugin_log(p, GLIFT_LOG_ERROR, "the folder of the plugin cannot be found");
        return GLIFT_ERR_UNSUPPORTED;
    }
    if (!plugin_module_exists(path)) {
        plugin_log(p, GLIFT_LOG_ERROR,
                "there is no Lua module for this engine's Lua: %s is missing; build it, or "
                "copy the folder lua/ of the same release beside the plugin",
                path);
        return GLIFT_ERR_NOT_FOUND;
    }
    /* Lua states still run its code when the plugin has gone: it is never unloaded. */
    void *module = plugin_module_load(path, reason, sizeof reason);
    if (module == NULL) {
        log_failure(p, reason);
        return GLIFT_ERR_UNSUPPORTED;
    }
    if (plugin_module_find(module, "glift_lua_attach", attach) &&
            plugin_module_find(module, "glift_lua_detach", &p->lua_module_detach))
        return GLIFT_OK;
    plugin_log(p, GLIFT_LOG_ERROR, "%s is not the Lua module of this release: it has no glift_lua_attach()",
            path);
    return GLIFT_ERR_UNSUPPORTED;
}

glift_status plugin_lua_attach(void *self, struct lua_State *L)
{
    plugin *p = self;
    attach_fn attach = NULL;
    char reason[512] = "";
    if (p->core == NULL || L == NULL)
        return p->core == NULL ? GLIFT_ERR_STATE : GLIFT_ERR_ARGUMENT;
    if (p->lua == NULL) {
        plugin_log(p, GLIFT_LOG_ERROR, "this engine does not say which Lua it has (no \"lua\" service)");
        return GLIFT_ERR_UNSUPPORTED;
    }
    glift_status status = load(p, &attach);
    if (status == GLIFT_OK) {
        status = attach(L, p->table, reason, sizeof reason);
        if (status != GLIFT_OK)
            plugin_log(p, GLIFT_LOG_ERROR, "the scripts cannot use GameLift: %s", reason);
    }
    return status;
}

void plugin_lua_detach(void *self, struct lua_State *L)
{
    const plugin *p = self;
    if (L != NULL && p->lua_module_detach != NULL)
        p->lua_module_detach(L);
}

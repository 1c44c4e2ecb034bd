/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin's way in: the same module, with the plugin's server in gamelift.server().
 *
 * Called from the plugin, so everything runs protected and what goes wrong is a sentence. */

#include "lgamelift.h"
#include "lmodule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char plugin_server_key; /* registry: the userdata of the plugin's server */
static const char thread_key;        /* registry: the thread that its callbacks run on */

/* gamelift.server() -> server | nil, message, code. The plugin's server. */
int lattach_server(lua_State *L)
{
    lcompat_get_registry(L, &plugin_server_key);
    lserver *self = lua_touserdata(L, -1);
    if (self != NULL && lserver_handle(self) != NULL)
        return 1;
    return lwaiter_push_failure(L,
            "no plugin has attached this Lua state: make a server with gamelift.new_server", GLIFT_ERR_STATE);
}

static void detach(lua_State *L)
{
    lcompat_get_registry(L, &plugin_server_key);
    if (lua_isuserdata(L, -1))
        lserver_detach(L, lua_gettop(L));
    lua_pop(L, 1);
    lua_pushnil(L);
    lcompat_set_registry(L, &plugin_server_key);
}

/* Pushes the folder that holds gamelift/match.lua: the parent of the one that this module was loaded from. */
static bool push_script_folder(lua_State *L)
{
    char path[LSYSTEM_MAX_PATH];
    if (!lsystem_module_path(path, sizeof path))
        return false;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(path, '/');
        if (slash == NULL)
            return false;
        *slash = '\0';
    }
    lua_pushstring(L, path);
    return true;
}

/* package.path gets the module's own scripts, last, so that an installed or changed copy is preferred. */
static void extend_path(lua_State *L, int package)
{
    if (!push_script_folder(L))
        return;
    lua_pushfstring(L, ";%s/?.lua", lua_tostring(L, -1));
    lua_getfield(L, package, "path");
    const char *path = lua_tostring(L, -1), *addition = lua_tostring(L, -2);
    if (path != NULL && strstr(path, addition) == NULL) {
        lua_pushvalue(L, -1);
        lua_pushvalue(L, -3);
        lua_concat(L, 2);
        lua_setfield(L, package, "path");
    }
    lua_pop(L, 3);
}

static void make_requirable(lua_State *L)
{
    lua_getglobal(L, "package");
    if (!lua_istable(L, -1))
        luaL_error(L, "this Lua state has no package library, which require \"gamelift\" needs");
    int package = lua_gettop(L);
    extend_path(L, package);
    lua_getfield(L, package, "preload");
    if (!lua_istable(L, -1))
        luaL_error(L, "package.preload is not a table");
    lua_pushcfunction(L, luaopen_gamelift);
    lua_setfield(L, -2, "gamelift");
    lua_settop(L, package - 1);
}

/* Protected. */
static int attach(lua_State *L)
{
    const glift_plugin_server *server = lua_touserdata(L, 1);
    lmodule_check_version(L);
    lmodule_open_types(L);
    detach(L); /* what an earlier plugin left */
    make_requirable(L);
    /* Whatever coroutine the engine has called us in may be gone when the plugin ticks. */
    lua_State *thread = lua_newthread(L);
    lcompat_set_registry(L, &thread_key);
    lserver_make(L);
    lserver_attach(L, lua_gettop(L), server, thread);
    lcompat_set_registry(L, &plugin_server_key);
    return 0;
}

/* Protected. */
static int protected_detach(lua_State *L)
{
    lmodule_open_types(L);
    detach(L);
    return 0;
}

static glift_status run(
        lua_State *L, lua_CFunction function, void *argument, char *reason, size_t reason_size)
{
    int top = lua_gettop(L);
    if (!lua_checkstack(L, LUA_MINSTACK)) {
        snprintf(reason, reason_size, "the Lua stack is full");
        return GLIFT_ERR_MEMORY;
    }
    int status = lcompat_cpcall(L, function, argument);
    if (status != LUA_OK) {
        bool is_text = lua_gettop(L) > top && lua_type(L, -1) == LUA_TSTRING;
        snprintf(reason, reason_size, "%s", is_text ? lua_tostring(L, -1) : "not enough memory");
    }
    lua_settop(L, top);
    return status == LUA_OK ? GLIFT_OK : status == LUA_ERRMEM ? GLIFT_ERR_MEMORY : GLIFT_ERR_UNSUPPORTED;
}

LMODULE_EXPORT glift_status glift_lua_attach(
        lua_State *L, const glift_plugin *plugin, char *reason, size_t reason_size)
{
    const char *problem = lmodule_version_problem();
    const glift_plugin_server *server = plugin->get_api(plugin->self, "server", GLIFT_ABI_VERSION(1, 0));
    if (problem == NULL && server == NULL)
        problem = "the plugin has no \"server\" service of this module's version";
    if (problem != NULL) {
        snprintf(reason, reason_size, "%s", problem);
        return GLIFT_ERR_UNSUPPORTED;
    }
    return run(L, attach, (void *)server, reason, reason_size);
}

LMODULE_EXPORT void glift_lua_detach(lua_State *L)
{
    char reason[256];
    if (run(L, protected_detach, NULL, reason, sizeof reason) != GLIFT_OK)
        fprintf(stderr, "gamelift: error: detaching scripts: %s\n", reason);
}

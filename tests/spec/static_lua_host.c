/* SPDX-License-Identifier: Apache-2.0 */
/* static_lua_host PLUGIN [SCRIPT]: an engine with Lua linked into it. Built twice: without -rdynamic no
 * module can see that Lua, and the plugin must say what to do; with it scripts are attached, and the script
 * is run. */

#include <gamelift/host.h>

#include <dlfcn.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char said[8192];

static void on_log(glift_host *host, glift_log_level level, const char *tag, const char *message)
{
    (void)host, (void)level, (void)tag;
    size_t used = strlen(said);
    snprintf(said + used, sizeof said - used, "%s\n", message);
}

static uint64_t now_ns(glift_host *host)
{
    (void)host;
    return 1;
}

static glift_tick_id add_tick(glift_host *host, glift_phase phase, int order, glift_tick_fn fn, void *user)
{
    (void)host, (void)phase, (void)order, (void)fn, (void)user;
    return 1;
}

static glift_status remove_tick(glift_host *host, glift_tick_id id)
{
    (void)host, (void)id;
    return GLIFT_OK;
}

static glift_status wake(glift_host *host)
{
    (void)host;
    return GLIFT_OK;
}

static glift_status request_exit(glift_host *host, int exit_code)
{
    (void)host, (void)exit_code;
    return GLIFT_OK;
}

static const char *config(glift_host *host, const char *key)
{
    static const struct {
        const char *key, *value;
    } settings[] = {{"gamelift.websocket_url", "ws://127.0.0.1:1"}, {"gamelift.auth_token", "token"},
            {"gamelift.fleet_id", "fleet-1"}, {"gamelift.host_id", "host-1"},
            {"gamelift.process_id", "static_lua_host"}};
    (void)host;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (strcmp(settings[i].key, key) == 0)
            return settings[i].value;
    return NULL;
}

static void *static_block(glift_host *host, const char *id, size_t size)
{
    static void *block;
    (void)host, (void)id;
    return block != NULL ? block : (block = calloc(1, size));
}

static void report_error(glift_host *host, const char *message)
{
    on_log(host, GLIFT_LOG_ERROR, "script", message);
}

static const void *get_api(glift_host *host, const char *name, uint32_t min_version)
{
    static const glift_host_core core = {.size = sizeof core,
            .version = GLIFT_HOST_CORE_VERSION,
            .log = on_log,
            .now_ns = now_ns,
            .add_tick = add_tick,
            .remove_tick = remove_tick,
            .wake = wake,
            .request_exit = request_exit,
            .config = config,
            .static_block = static_block};
    static const glift_host_lua lua = {.size = sizeof lua,
            .version = GLIFT_HOST_LUA_VERSION,
            .lua_version = LUA_VERSION_NUM,
            .report_error = report_error};
    (void)host, (void)min_version;
    return strcmp(name, "core") == 0 ? (const void *)&core : strcmp(name, "lua") == 0 ? &lua : NULL;
}

static glift_plugin load(const char *path)
{
    glift_plugin plugin = {.size = sizeof plugin};
    glift_plugin_query_fn query = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = library != NULL ? dlsym(library, GLIFT_PLUGIN_QUERY_SYMBOL) : NULL;
    memcpy(&query, &symbol, sizeof query);
    if (query == NULL || query(GLIFT_HOST_ABI, &plugin) != GLIFT_OK) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    return plugin;
}

/* Whether scripts were attached, or refused with that advice; anything else is neither. */
static const char *outcome(glift_status status)
{
    if (status == GLIFT_OK)
        return "attached";
    bool advised = strstr(said, "undefined symbol: lua") != NULL && strstr(said, "-rdynamic") != NULL;
    return status == GLIFT_ERR_UNSUPPORTED && advised ? "told of -rdynamic" : "refused without advice";
}

/* What went wrong is printed. */
static bool run_script(lua_State *L, const char *script)
{
    if (luaL_dostring(L, script) == LUA_OK)
        return true;
    printf("%s\n", lua_tostring(L, -1));
    return false;
}

int main(int argc, char **argv)
{
    static const glift_host_api api = {
            .size = sizeof api, .abi = GLIFT_HOST_ABI, .host_name = "static_lua_host", .get_api = get_api};
    if (argc < 2)
        return 2;
    glift_plugin plugin = load(argv[1]);
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    glift_status status = plugin.start(plugin.self, &api);
    if (status == GLIFT_OK)
        status = plugin.lua_attach(plugin.self, L);
    printf("%s\n%s", outcome(status), said);
    bool done = argc < 3 || (status == GLIFT_OK && run_script(L, argv[2]));
    plugin.lua_detach(plugin.self, L);
    lua_close(L);
    plugin.stop(plugin.self, GLIFT_STOP_EXIT);
    return done ? 0 : 1;
}

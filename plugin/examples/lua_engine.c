/* SPDX-License-Identifier: Apache-2.0 */
/* The same engine with a script, which takes GameLift into its own hands by gamelift.match:
 *
 *     lua_engine PLUGIN PORT SCRIPT [gamelift.key=value ...]
 *
 * A script finds the table "engine" with port, send, close, exit, and puts functions into it:
 * tick(milliseconds), connect(player, text), message(player, text), terminate(seconds). */
#include "host.h"

#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <stdio.h>

enum { GRACE_S = 10 };

static struct glift_host engine;
static lua_State *script;
static volatile sig_atomic_t is_asked_to_end;

static void on_signal(int number)
{
    (void)number;
    is_asked_to_end = 1;
}

static void report_error(glift_host *host, const char *message)
{
    (void)host;
    fprintf(stderr, "script: %s\n", message);
}

/* ---- what scripts can do ---- */

static uint64_t check_player(lua_State *L)
{
    lua_Integer player = luaL_checkinteger(L, 1);
    luaL_argcheck(L, player >= 1 && player <= MAX_PLAYERS, 1, "players have numbers from 1 to 64");
    return (uint64_t)player;
}

static int engine_send(lua_State *L)
{
    udp_send(&engine, check_player(L), luaL_checkstring(L, 2));
    return 0;
}

static int engine_close(lua_State *L)
{
    engine_send(L);
    udp_forget(&engine, check_player(L));
    return 0;
}

static int engine_exit(lua_State *L)
{
    engine.is_over = true;
    engine.exit_code = (int)luaL_checkinteger(L, 1);
    return 0;
}

static void open_engine(lua_State *L, int port)
{
    static const luaL_Reg functions[] = {
            {"send", engine_send}, {"close", engine_close}, {"exit", engine_exit}, {NULL, NULL}};
    luaL_newlib(L, functions);
    lua_pushinteger(L, port);
    lua_setfield(L, -2, "port");
    lua_setglobal(L, "engine");
}

/* ---- what the engine does with them ---- */

static int with_traceback(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

/* engine.<name>(number, text) */
static void call(const char *name, lua_Integer number, const char *text)
{
    lua_pushcfunction(script, with_traceback);
    lua_getglobal(script, "engine");
    lua_getfield(script, -1, name);
    lua_remove(script, -2);
    lua_pushinteger(script, number);
    lua_pushstring(script, text);
    if (lua_pcall(script, 2, 0, 1) != LUA_OK)
        report_error(&engine, lua_tostring(script, -1));
    lua_settop(script, 0);
}

static void listen_to_players(void)
{
    char text[512];
    bool is_new = false;
    for (uint64_t player; (player = udp_receive(&engine, text, sizeof text, &is_new)) != 0;)
        call(is_new ? "connect" : "message", (lua_Integer)player, text);
}

static bool start_script(const glift_plugin *plugin, const char *file)
{
    if (plugin->lua_attach(plugin->self, script) != GLIFT_OK)
        return false; /* the plugin has said why */
    lua_pushcfunction(script, with_traceback);
    bool ok = luaL_loadfile(script, file) == LUA_OK && lua_pcall(script, 0, 0, 1) == LUA_OK;
    if (!ok)
        report_error(&engine, lua_tostring(script, -1));
    lua_settop(script, 0);
    return ok;
}

/* GameLift is told of the end by the script; one that does not come round has its time. */
static void play(void)
{
    bool was_asked = false;
    for (int frames = 0; !engine.is_over && frames < GRACE_S * 1000 / FRAME_MS; frames += was_asked) {
        udp_wait(&engine);
        host_run_hooks(&engine, GLIFT_PHASE_BEFORE_GAME);
        if (is_asked_to_end && !was_asked)
            call("terminate", GRACE_S, "");
        was_asked = is_asked_to_end;
        listen_to_players();
        call("tick", FRAME_MS, "");
        host_run_hooks(&engine, GLIFT_PHASE_AFTER_GAME);
    }
}

int main(int argc, char **argv)
{
    static glift_host_lua lua = {sizeof lua, GLIFT_HOST_LUA_VERSION, LUA_VERSION_NUM, 1, report_error};
    glift_plugin plugin;
    if (argc < 4)
        return fprintf(stderr, "usage: lua_engine PLUGIN PORT SCRIPT [key=value ...]\n"), 2;
    int port = host_read_port(argv[2]);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    engine.settings = argv + 4;
    engine.lua = &lua;
    script = luaL_newstate();
    luaL_openlibs(script);
    open_engine(script, port);
    if (port == 0 || !udp_open(&engine, port) || !host_load(&engine, argv[1], &plugin))
        return 1;
    if (start_script(&plugin, argv[3]))
        play();
    else
        engine.exit_code = 1;
    plugin.lua_detach(plugin.self, script);
    lua_close(script);
    plugin.stop(plugin.self, GLIFT_STOP_EXIT);
    return engine.exit_code;
}

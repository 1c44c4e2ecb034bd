/* SPDX-License-Identifier: Apache-2.0 */
/* require "bench_core": for lua_bench.lua, a service, a clock, the heap, and the same things done in C. */
#include "bench.h"

#include <lauxlib.h>
#include <lua.h>
#include <malloc.h>
#include <stdlib.h>

static place at;
static glift_server *server; /* of our own, for floors */

/* start() -> url. The service runs on a thread of this process. */
static int start(lua_State *L)
{
    at = open_place(false);
    server = ready_server(&at, NULL, 1);
    lua_pushstring(L, at.url);
    return 1;
}

/* What is asked from now on is never answered. */
static int stop_answering(lua_State *L)
{
    (void)L;
    echo_service_order(at.service, ECHO_STOP_ANSWERING);
    return 0;
}

static int now(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)now_ns());
    return 1;
}

/* In bytes, in all arenas. */
static int heap(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)mallinfo2().uordblks);
    return 1;
}

static int nothing(lua_State *L)
{
    (void)L;
    return 0;
}

/* object() -> a userdata with a method that does nothing */
static int object(lua_State *L)
{
    lua_newuserdata(L, 1);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushcfunction(L, nothing);
    lua_setfield(L, -2, "nothing");
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    return 1;
}

/* ticks(count) -> ns each, in C */
static int ticks(lua_State *L)
{
    int count = (int)luaL_checkinteger(L, 1);
    int64_t before = now_ns();
    for (int i = 0; i < count; i++)
        glift_server_tick(server);
    lua_pushnumber(L, (lua_Number)(now_ns() - before) / count);
    return 1;
}

/* trip() -> us: one AcceptPlayerSession in C, there and back */
static int trip(lua_State *L)
{
    int64_t before = now_ns();
    round_trip(server);
    lua_pushnumber(L, us_since(before));
    return 1;
}

static void on_answer(glift_server *of, const glift_result *result, void *user)
{
    (void)of, (void)result, (void)user;
}

/* ask(count): so many requests in C, which wait */
static int ask(lua_State *L)
{
    int count = (int)luaL_checkinteger(L, 1);
    for (int i = 0; i < count; i++)
        if (glift_accept_player_session(server, next_seat(), on_answer, NULL) != GLIFT_OK)
            return luaL_error(L, "accept");
    glift_server_tick(server);
    return 0;
}

int luaopen_bench_core(lua_State *L);

__attribute__((visibility("default"))) int luaopen_bench_core(lua_State *L)
{
    static const luaL_Reg functions[] = {{"start", start}, {"stop_answering", stop_answering},
            {"now_ns", now}, {"heap", heap}, {"object", object}, {"ticks", ticks}, {"trip", trip},
            {"ask", ask}, {NULL, NULL}};
    lua_newtable(L);
    for (const luaL_Reg *function = functions; function->name != NULL; function++) {
        lua_pushcfunction(L, function->func);
        lua_setfield(L, -2, function->name);
    }
    return 1;
}

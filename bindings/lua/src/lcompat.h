/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between Lua 5.1 (and LuaJIT), 5.2, 5.3 and 5.4, seen as Lua 5.2 with the resume of 5.4. */
#ifndef LCOMPAT_H
#define LCOMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#if LUA_VERSION_NUM == 501

#define LUA_OK     0
#define lua_rawlen lua_objlen
/* The environment table of a userdata stands for its user value. */
#define lua_setuservalue                      lua_setfenv
#define lua_getuservalue                      lua_getfenv
#define luaL_setfuncs(L, functions, upvalues) luaL_register(L, NULL, functions)

static inline int lua_absindex(lua_State *L, int index)
{
    return index < 0 && index > LUA_REGISTRYINDEX ? lua_gettop(L) + index + 1 : index;
}

/* Pushes the value as text, by __tostring where it has one. May raise; NULL where that gave no text. */
static inline const char *luaL_tolstring(lua_State *L, int index, size_t *length)
{
    index = lua_absindex(L, index);
    if (luaL_callmeta(L, index, "__tostring") == 0) {
        if (lua_isstring(L, index))
            lua_pushvalue(L, index);
        else
            lua_pushfstring(L, "(a %s)", luaL_typename(L, index));
    }
    return lua_tolstring(L, -1, length);
}

/* Pushes message and the stack of `thread`, by debug.traceback where it is there. May raise, and pushes
 * whatever a script's own debug.traceback returns. */
static inline void luaL_traceback(lua_State *L, lua_State *thread, const char *message, int level)
{
    (void)level;
    lua_pushstring(L, message);
    lua_getglobal(L, "debug");
    if (!lua_istable(L, -1)) {
        lua_pop(L, 1);
        return;
    }
    lua_getfield(L, -1, "traceback");
    lua_remove(L, -2);
    if (!lua_isfunction(L, -1)) {
        lua_pop(L, 1);
        return;
    }
    lua_pushthread(thread);
    lua_xmove(thread, L, 1);
    lua_pushvalue(L, -3);
    lua_call(L, 2, 1);
    lua_remove(L, -2);
}

#endif

#if LUA_VERSION_NUM < 503
static inline int lua_isyieldable(lua_State *L)
{
    /* Whether a C function or (5.1) a pcall lies in between cannot be asked here; lua_yield raises then, when
     * the request is on its way. */
    int is_main = lua_pushthread(L);
    lua_pop(L, 1);
    return !is_main;
}
#endif

/* Run `argument`'s function protected, without an allocation on the way there. */
static inline int lcompat_cpcall(lua_State *L, lua_CFunction function, void *argument)
{
#if LUA_VERSION_NUM == 501
    return lua_cpcall(L, function, argument);
#else
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, argument);
    return lua_pcall(L, 1, 0, 0);
#endif
}

/* Resume with `count` values on top of co's stack. What it yields is dropped, so that the next resume finds
 * nothing but its own values. */
static inline int lcompat_resume(lua_State *co, lua_State *from, int count)
{
#if LUA_VERSION_NUM >= 504
    int yielded;
    int status = lua_resume(co, from, count, &yielded);
    if (status == LUA_YIELD)
        lua_pop(co, yielded);
#else
#if LUA_VERSION_NUM == 501
    (void)from;
    int status = lua_resume(co, count);
#else
    int status = lua_resume(co, from, count);
#endif
    if (status == LUA_YIELD)
        lua_settop(co, 0);
#endif
    return status;
}

/* A coroutine has died of the error on top of it: run what it still has to close, and move the error to L; it
 * is another one if closing has failed. */
static inline void lcompat_close_thread(lua_State *co, lua_State *L)
{
#if LUA_VERSION_NUM >= 504
    lua_resetthread(co);
#endif
    lua_xmove(co, L, 1);
    lua_settop(co, 0); /* else coroutine.status takes it for one that has not begun */
}

/* The C function that runs in `co`, or that has yielded; NULL where it is none. */
static inline lua_CFunction lcompat_innermost(lua_State *co)
{
    lua_Debug frame;
    if (!lua_checkstack(co, 1) || lua_getstack(co, 0, &frame) == 0)
        return NULL;
    lua_getinfo(co, "f", &frame);
    lua_CFunction function = lua_tocfunction(co, -1);
    lua_pop(co, 1);
    return function;
}

static inline lua_State *lcompat_main_thread(lua_State *L)
{
#if LUA_VERSION_NUM >= 502
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
    L = lua_tothread(L, -1);
    lua_pop(L, 1);
#endif
    return L; /* 5.1 does not say; the caller's is what the engine holds */
}

/* registry[key], key being the address of something. */
static inline void lcompat_get_registry(lua_State *L, const void *key)
{
    lua_pushlightuserdata(L, (void *)key);
    lua_rawget(L, LUA_REGISTRYINDEX);
}

/* registry[key] = the value on top, which is popped. */
static inline void lcompat_set_registry(lua_State *L, const void *key)
{
    lua_pushlightuserdata(L, (void *)key);
    lua_insert(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
}

#endif

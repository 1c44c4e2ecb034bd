/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between Lua 5.1 (and LuaJIT), 5.2, 5.3 and 5.4, seen as Lua 5.2 with the resume of 5.4. */
#ifndef LCOMPAT_H
#define LCOMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdarg.h>
#include <string.h>

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
        else if (lua_isboolean(L, index))
            lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
        else if (lua_isnil(L, index))
            lua_pushliteral(L, "nil");
        else
            lua_pushfstring(L, "%s: %p", luaL_typename(L, index), lua_topointer(L, index));
    }
    return lua_tolstring(L, -1, length);
}

/* In 5.1 the methods that wait are Lua functions round the C ones (lyield.c), compiled from a chunk of this
 * name; errors are those of the script that called them. */
#define LCOMPAT_WRAPPER "gamelift"

static inline int lcompat_is_wrapped(lua_State *L)
{
    lua_Debug frame;
    return lua_getstack(L, 1, &frame) != 0 && lua_getinfo(L, "S", &frame) != 0 &&
           strcmp(frame.short_src, LCOMPAT_WRAPPER) == 0;
}

static inline int lcompat_error(lua_State *L, const char *format, ...)
{
    va_list arguments;
    luaL_where(L, lcompat_is_wrapped(L) ? 2 : 1);
    va_start(arguments, format);
    lua_pushvfstring(L, format, arguments);
    va_end(arguments);
    lua_concat(L, 2);
    return lua_error(L);
}

static inline int lcompat_argument_error(lua_State *L, int index, const char *message)
{
    lua_Debug frame;
    if (lua_getstack(L, lcompat_is_wrapped(L) ? 1 : 0, &frame) == 0 || lua_getinfo(L, "n", &frame) == 0 ||
            frame.name == NULL)
        return lcompat_error(L, "bad argument #%d (%s)", index, message);
    if (strcmp(frame.namewhat, "method") == 0 && --index == 0)
        return lcompat_error(L, "calling '%s' on bad self (%s)", frame.name, message);
    return lcompat_error(L, "bad argument #%d to '%s' (%s)", index, frame.name, message);
}

#define luaL_error    lcompat_error
#define luaL_argerror lcompat_argument_error

#endif

/* Pushes message and the stack of the coroutine at index `thread`. In 5.1 by debug.traceback where it is
 * there: then it may raise, and pushes whatever a script's own debug.traceback returns. Pushes nothing on the
 * coroutine, which may have no room. */
static inline void lcompat_traceback(lua_State *L, int thread, const char *message)
{
#if LUA_VERSION_NUM == 501
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
    lua_pushvalue(L, thread);
    lua_pushvalue(L, -3);
    lua_call(L, 2, 1);
    lua_remove(L, -2);
#else
    luaL_traceback(L, lua_tothread(L, thread), message, 0);
#endif
}

/* Raises, with the words of the argument error, unless the argument is of this type. */
static inline void lcompat_check_type(lua_State *L, int index, int type)
{
    if (lua_type(L, index) == type)
        return;
    const char *given = luaL_typename(L, index);
    luaL_argerror(L, index, lua_pushfstring(L, "%s expected, got %s", lua_typename(L, type), given));
}

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

/* The coroutine has died of the error at index `error` of L, which was taken from it: run what it still has
 * to close, and push the error that this leaves; it is another one if closing has failed. */
static inline void lcompat_close_thread(lua_State *L, lua_State *co, int error)
{
    lua_pushvalue(L, error);
#if LUA_VERSION_NUM >= 504
    lua_xmove(L, co, 1); /* it has the room: the error was there */
    lua_resetthread(co);
    lua_xmove(co, L, 1);
#endif
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

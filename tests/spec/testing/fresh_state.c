/* SPDX-License-Identifier: Apache-2.0 */
/* See fresh_state.h. */

#include "fresh_state.h"

#include "lmodule.h"
#include "plugin_stand_in.h"

#define TYPE_NAME "gamelift.testing.state"

static lua_State **check_box(lua_State *L)
{
    return luaL_checkudata(L, 1, TYPE_NAME);
}

static lua_State *check_state(lua_State *L)
{
    lua_State *state = *check_box(L);
    if (state == NULL)
        luaL_error(L, "the state is closed");
    return state;
}

/* Copies a plain value; anything else becomes its type's name. */
static void copy_value(lua_State *from, int index, lua_State *to)
{
    size_t length;
    switch (lua_type(from, index)) {
    case LUA_TNIL:
    case LUA_TNONE:
        lua_pushnil(to);
        break;
    case LUA_TBOOLEAN:
        lua_pushboolean(to, lua_toboolean(from, index));
        break;
    case LUA_TNUMBER:
        lua_pushnumber(to, lua_tonumber(from, index));
        break;
    case LUA_TSTRING: {
        const char *text = lua_tolstring(from, index, &length);
        lua_pushlstring(to, text, length);
        break;
    }
    default:
        lua_pushstring(to, luaL_typename(from, index));
    }
}

/* state:run(code, ...) -> what the chunk returns. Arguments and results are plain values. */
static int state_run(lua_State *L)
{
    lua_State *state = check_state(L);
    const char *code = luaL_checkstring(L, 2);
    int count = lua_gettop(L), top = lua_gettop(state);
    luaL_checkstack(state, count + LUA_MINSTACK, "arguments");
    int status = luaL_loadbuffer(state, code, strlen(code), "=state");
    for (int i = 3; i <= count && status == LUA_OK; i++)
        copy_value(L, i, state);
    if (status == LUA_OK)
        status = lua_pcall(state, count - 2, LUA_MULTRET, 0);
    int results = lua_gettop(state) - top;
    luaL_checkstack(L, results + LUA_MINSTACK, "results");
    for (int i = 1; i <= results; i++)
        copy_value(state, top + i, L);
    lua_settop(state, top);
    return status == LUA_OK ? results : lua_error(L);
}

/* state:attach() -> true | nil, reason. What lua_attach of the plugin does. */
static int state_attach(lua_State *L)
{
    char reason[256] = "";
    if (plugin_stand_in_attach(check_state(L), true, reason, sizeof reason) == GLIFT_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, reason);
    return 2;
}

static int state_detach(lua_State *L)
{
    glift_lua_detach(check_state(L));
    return 0;
}

static int state_close(lua_State *L)
{
    lua_State **box = check_box(L), *state = *box;
    *box = NULL;
    if (state != NULL)
        lua_close(state);
    return 0;
}

/* new_state() -> a Lua state of its own, with the standard libraries and this binding as "gamelift". */
static int new_state(lua_State *L)
{
    lua_State **box = lua_newuserdata(L, sizeof *box);
    *box = NULL;
    luaL_getmetatable(L, TYPE_NAME);
    lua_setmetatable(L, -2);
    *box = luaL_newstate();
    if (*box == NULL)
        return luaL_error(L, "not enough memory");
    luaL_openlibs(*box);
    if (luaL_dostring(*box, "require 'gamelift.testing_core'") != 0) {
        copy_value(*box, -1, L);
        return lua_error(L);
    }
    return 1;
}

void fresh_state_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
            {"run", state_run},
            {"attach", state_attach},
            {"detach", state_detach},
            {"close", state_close},
            {"__gc", state_close},
            {NULL, NULL},
    };
    if (luaL_newmetatable(L, TYPE_NAME)) {
        luaL_setfuncs(L, methods, 0);
        lua_pushvalue(L, -1);
        lua_setfield(L, -2, "__index");
    }
    lua_pop(L, 1);
    lua_pushcfunction(L, new_state);
    lua_setfield(L, -2, "new_state");
}

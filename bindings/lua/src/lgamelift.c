/* SPDX-License-Identifier: Apache-2.0 */
/* require "gamelift": the module's own functions, and opening it. */

#include "lgamelift.h"
#include "lmodule.h"

#include <limits.h>

/* gamelift.run(fn, ...) -> coroutine [, message]. Starts fn(...) as a coroutine; an error in it goes to the
 * log and to on_error of every server, and one that ends it at once is the message, too. */
static int gamelift_run(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lscript_run(L, lua_gettop(L) - 1);
    return 2;
}

static int free_data(lua_State *L)
{
    glift_matchmaker_data **data = lua_touserdata(L, 1);
    glift_matchmaker_data_free(*data);
    *data = NULL;
    return 0;
}

/* Pushes an owner for parsed data, so that a raise while it is copied frees it. */
static glift_matchmaker_data **push_owner(lua_State *L)
{
    glift_matchmaker_data **data = lua_newuserdata(L, sizeof *data);
    *data = NULL;
    if (luaL_newmetatable(L, "gamelift.matchmaker_data")) {
        lua_pushcfunction(L, free_data);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return data;
}

/* gamelift.matchmaker_data(json) -> table | nil, message, code. Nil and "" give data without players. */
static int gamelift_matchmaker_data(lua_State *L)
{
    const char *json = lua_isnoneornil(L, 1) ? "" : lread_argument_text(L, 1);
    glift_matchmaker_data **data = push_owner(L);
    int owner = lua_gettop(L);
    glift_status status = glift_matchmaker_data_parse(json, data);
    if (status != GLIFT_OK)
        return lwaiter_push_failure(L,
                status == GLIFT_ERR_MEMORY ? "not enough memory" : "matchmaker data is not a JSON object",
                status);
    lvalue_push_matchmaker_data(L, *data);
    glift_matchmaker_data_free(*data);
    *(glift_matchmaker_data **)lua_touserdata(L, owner) = NULL;
    return 1;
}

static const lmethod functions[] = {
        {"new_server", lserver_new, 1},
        {"server", lattach_server, 0},
        {"run", gamelift_run, INT_MAX},
        {"matchmaker_data", gamelift_matchmaker_data, 1},
        {"metrics", lmetrics_new, 1},
        {0},
};

const char *lmodule_version_problem(void)
{
#if LUA_VERSION_NUM == 501
    /* 5.1 has no version check of its own; whoever has this function is 5.2 or later. */
    if (lsystem_program_has("luaL_checkversion_"))
        return "this gamelift module was built for Lua 5.1 or LuaJIT, and another Lua has loaded it";
#endif
    return NULL;
}

void lmodule_check_version(lua_State *L)
{
    const char *problem = lmodule_version_problem();
    if (problem != NULL)
        luaL_error(L, "%s", problem);
#if LUA_VERSION_NUM > 501
    luaL_checkversion(L);
#endif
}

void lmodule_open_types(lua_State *L)
{
    static const char opened_key;
    lcompat_get_registry(L, &opened_key);
    if (!lua_toboolean(L, -1)) {
        lserver_open(L);
        lmetrics_open(L);
        lua_pushboolean(L, 1);
        lcompat_set_registry(L, &opened_key);
    }
    lua_pop(L, 1);
}

int luaopen_gamelift(lua_State *L)
{
    lmodule_check_version(L);
    lmodule_open_types(L);
    lrequire_open(L);
    lua_newtable(L);
    lcall_set_functions(L, functions);
    lua_pushstring(L, glift_version());
    lua_setfield(L, -2, "version");
    lua_pushstring(L, glift_sdk_version());
    lua_setfield(L, -2, "sdk_version");
    return 1;
}

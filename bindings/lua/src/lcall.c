/* SPDX-License-Identifier: Apache-2.0 */
/* Functions and methods that know how many arguments they take: one too many is a mistake that Lua would not
 * tell anybody of. */

#include "lgamelift.h"

static int call(lua_State *L, int own)
{
    const lmethod *method = lua_touserdata(L, lua_upvalueindex(1));
    lcall_check_count(L, method->name, lua_gettop(L) - own, method->most);
    return method->body(L);
}

static int call_function(lua_State *L)
{
    return call(L, 0);
}

static int call_method(lua_State *L)
{
    return call(L, 1);
}

void lcall_check_count(lua_State *L, const char *name, int count, int most)
{
    if (count > most)
        luaL_error(L, "%s: %d argument%s at most, got %d", name, most, most == 1 ? "" : "s", count);
}

static void set_all(lua_State *L, const lmethod *methods, lua_CFunction function)
{
    for (; methods->name != NULL; methods++) {
        lua_pushlightuserdata(L, (void *)methods);
        lua_pushcclosure(L, function, 1);
        lua_setfield(L, -2, methods->name);
    }
}

void lcall_set_functions(lua_State *L, const lmethod *functions)
{
    set_all(L, functions, call_function);
}

void lcall_set_methods(lua_State *L, const lmethod *methods)
{
    set_all(L, methods, call_method);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* gamelift.match where scripts may not require.
 *
 * An engine can give its scripts globals of its own, without a require that works, and hand the real one to
 * the scripts that it trusts (Minetest does). A file that the real one loads still sees the scripts' globals,
 * so the files of gamelift.match could not load each other. In such a state, whoever has required "gamelift"
 * can require "gamelift.match": each of its files sees the real require, while it loads and no longer, since
 * scripts that are not trusted may reach its globals later. */

#include "lgamelift.h"
#include "lmodule.h"

#if LUA_VERSION_NUM == 501
#define SEARCHERS "loaders"
#else
#define SEARCHERS "searchers"
#endif

#define PARTS "gamelift."

/* Where the searchers of files stand: behind that of package.preload. */
enum { FILE_SEARCHER = 2 };

static void push_globals(lua_State *L)
{
#if LUA_VERSION_NUM == 501
    lua_pushvalue(L, LUA_GLOBALSINDEX);
#else
    lua_pushglobaltable(L);
#endif
}

/* Pops the globals of the chunk at this index. */
static void set_globals(lua_State *L, int chunk)
{
#if LUA_VERSION_NUM == 501
    lua_setfenv(L, chunk);
#else
    if (lua_setupvalue(L, chunk, 1) == NULL) /* a chunk that uses no global */
        lua_pop(L, 1);
#endif
}

/* Pushes globals that are those of scripts, with the require at index `require` beside them. */
static void push_globals_with(lua_State *L, int require)
{
    lua_newtable(L);
    lua_pushvalue(L, require);
    lua_setfield(L, -2, "require");
    lua_newtable(L);
    push_globals(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__index");
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
}

/* Loader of a file, which is upvalue 1; upvalue 2 are its globals. */
static int load_part(lua_State *L)
{
    int count = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, count, 1);
    lua_pushnil(L);
    lua_setfield(L, lua_upvalueindex(2), "require");
    return 1;
}

/* Searcher round that of files, which is upvalue 1; upvalue 2 is the real require. */
static int find_part(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    if (strncmp(name, PARTS, strlen(PARTS)) != 0)
        return 0;
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 2);
    if (!lua_isfunction(L, 1) || lua_iscfunction(L, 1))
        return 0;
    lua_pushvalue(L, lua_upvalueindex(2));
    push_globals_with(L, 3);
    lua_pushvalue(L, -1);
    set_globals(L, 1);
    lua_pushvalue(L, 1);
    lua_insert(L, -2);
    lua_pushcclosure(L, load_part, 2);
    lua_pushvalue(L, 2); /* where the file lies */
    return 2;
}

/* Puts the searcher on top, which is popped, before that of files. */
static void insert_searcher(lua_State *L, int searchers)
{
    for (int i = (int)lua_rawlen(L, searchers); i >= FILE_SEARCHER; i--) {
        lua_rawgeti(L, searchers, i);
        lua_rawseti(L, searchers, i + 1);
    }
    lua_rawseti(L, searchers, FILE_SEARCHER);
}

/* Pushes a value of what Lua itself has loaded: the globals that it was made with ("_G") or a library. Nil
 * where an engine has taken it away. */
static void push_loaded(lua_State *L, const char *library, const char *field)
{
    lua_getfield(L, LUA_REGISTRYINDEX, "_LOADED");
    if (lua_istable(L, -1))
        lua_getfield(L, -1, library);
    if (lua_istable(L, -1))
        lua_getfield(L, -1, field);
}

void lrequire_open(lua_State *L)
{
    static const char opened_key;
    int top = lua_gettop(L);
    lcompat_get_registry(L, &opened_key);
    lua_getglobal(L, "require");
    push_loaded(L, "_G", "require");
    int require = lua_gettop(L);
    bool is_needed =
            !lua_toboolean(L, top + 1) && lua_isfunction(L, require) && !lua_rawequal(L, top + 2, require);
    push_loaded(L, "package", SEARCHERS);
    if (is_needed && lua_istable(L, -1)) {
        int searchers = lua_gettop(L);
        lua_rawgeti(L, searchers, FILE_SEARCHER);
        lua_pushvalue(L, require);
        lua_pushcclosure(L, find_part, 2);
        insert_searcher(L, searchers);
        lua_pushboolean(L, 1);
        lcompat_set_registry(L, &opened_key);
    }
    lua_settop(L, top);
}

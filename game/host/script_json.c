/* SPDX-License-Identifier: Apache-2.0 */
/* host.json_encode and host.json_decode; the only file of the host that knows cJSON. */

#include "script_internal.h"

#include <cJSON.h>
#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

static const char empty_array; /* its address is host.empty_array */

/* A cJSON tree as a Lua value, so that an error on the way frees it. */
static int tree_gc(lua_State *L)
{
    cJSON **tree = lua_touserdata(L, 1);
    cJSON_Delete(*tree);
    *tree = NULL;
    return 0;
}

static cJSON **new_tree(lua_State *L)
{
    cJSON **tree = lua_newuserdatauv(L, sizeof *tree, 0);
    *tree = NULL;
    if (luaL_newmetatable(L, "arena.json")) {
        lua_pushcfunction(L, tree_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return tree;
}

/* ---- decode ---- */

static void push_value(lua_State *L, const cJSON *value, int depth)
{
    if (depth > MAX_DEPTH)
        luaL_error(L, "JSON is nested deeper than %d", MAX_DEPTH);
    luaL_checkstack(L, 4, "JSON");
    if (cJSON_IsBool(value)) {
        lua_pushboolean(L, cJSON_IsTrue(value));
    } else if (cJSON_IsString(value)) {
        lua_pushstring(L, value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        lua_Integer whole;
        if (lua_numbertointeger(value->valuedouble, &whole) && (double)whole == value->valuedouble)
            lua_pushinteger(L, whole);
        else
            lua_pushnumber(L, value->valuedouble);
    } else if (cJSON_IsArray(value) || cJSON_IsObject(value)) {
        const cJSON *item;
        lua_Integer index = 0;
        lua_newtable(L);
        cJSON_ArrayForEach(item, value)
        {
            push_value(L, item, depth + 1);
            if (cJSON_IsArray(value))
                lua_rawseti(L, -2, ++index);
            else
                lua_setfield(L, -2, item->string);
        }
    } else {
        lua_pushnil(L);
    }
}

static int push_tree(lua_State *L)
{
    push_value(L, *(cJSON **)lua_touserdata(L, 1), 0);
    return 1;
}

static bool is_blank(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t' || *from == '\n' || *from == '\r'))
        from++;
    return from == to;
}

/* value | nil, message */
static int json_decode(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length), *end = NULL;
    cJSON **tree = new_tree(L);
    *tree = cJSON_ParseWithLengthOpts(text, length, &end, false);
    if (*tree == NULL || !is_blank(end, text + length)) {
        luaL_pushfail(L);
        lua_pushfstring(L, "bad JSON at byte %d", end != NULL ? (int)(end - text) + 1 : 1);
        return 2;
    }
    lua_pushcfunction(L, push_tree);
    lua_pushvalue(L, -2);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK)
        return 1;
    luaL_pushfail(L);
    lua_insert(L, -2);
    return 2;
}

/* ---- encode ---- */

static cJSON *build(lua_State *L, int index, int depth);

static size_t count_keys(lua_State *L, int index)
{
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1))
        count++;
    return count;
}

/* A string of JSON goes into C, where a zero byte would end it. */
static cJSON *build_string(lua_State *L, int index)
{
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    return strlen(text) == length ? cJSON_CreateString(text) : NULL;
}

static cJSON *build_array(lua_State *L, int index, size_t count, int depth)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 1; array != NULL && i <= count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i);
        cJSON *item = build(L, lua_gettop(L), depth);
        lua_pop(L, 1);
        if (item == NULL || !cJSON_AddItemToArray(array, item)) {
            cJSON_Delete(item);
            cJSON_Delete(array);
            return NULL;
        }
    }
    return array;
}

static cJSON *build_object(lua_State *L, int index, int depth)
{
    cJSON *object = cJSON_CreateObject();
    lua_pushnil(L);
    while (object != NULL && lua_next(L, index) != 0) {
        bool named = lua_type(L, -2) == LUA_TSTRING;
        cJSON *item = named ? build(L, lua_gettop(L), depth) : NULL;
        if (item == NULL || !cJSON_AddItemToObject(object, lua_tostring(L, -2), item)) {
            cJSON_Delete(item);
            cJSON_Delete(object);
            lua_pop(L, 2);
            return NULL;
        }
        lua_pop(L, 1);
    }
    return object;
}

/* NULL: something that JSON cannot say. Raises nothing, so that no tree is lost. */
static cJSON *build(lua_State *L, int index, int depth)
{
    if (depth > MAX_DEPTH || !lua_checkstack(L, 6))
        return NULL;
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        return cJSON_CreateNull();
    case LUA_TBOOLEAN:
        return cJSON_CreateBool(lua_toboolean(L, index));
    case LUA_TSTRING:
        return build_string(L, index);
    case LUA_TNUMBER:
        return isfinite(lua_tonumber(L, index)) ? cJSON_CreateNumber(lua_tonumber(L, index)) : NULL;
    case LUA_TLIGHTUSERDATA:
        return lua_touserdata(L, index) == &empty_array ? cJSON_CreateArray() : NULL;
    case LUA_TTABLE: {
        size_t count = (size_t)lua_rawlen(L, index);
        if (count == 0)
            return build_object(L, index, depth + 1);
        return count_keys(L, index) == count ? build_array(L, index, count, depth + 1) : NULL;
    }
    default:
        return NULL;
    }
}

void script_push_json(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    cJSON **tree = new_tree(L);
    *tree = build(L, index, 0);
    char *text = *tree != NULL ? cJSON_PrintUnformatted(*tree) : NULL;
    if (text == NULL)
        luaL_error(L,
                "JSON holds nil, booleans, finite numbers, strings without zero bytes, sequences, and tables "
                "with names, at most %d deep",
                MAX_DEPTH);
    lua_pushstring(L, text);
    cJSON_free(text);
    lua_remove(L, -2);
}

static int json_encode(lua_State *L)
{
    luaL_checkany(L, 1);
    script_push_json(L, 1);
    return 1;
}

void script_open_json(lua_State *L)
{
    lua_pushcfunction(L, json_encode);
    lua_setfield(L, -2, "json_encode");
    lua_pushcfunction(L, json_decode);
    lua_setfield(L, -2, "json_decode");
    lua_pushlightuserdata(L, (void *)&empty_array);
    lua_setfield(L, -2, "empty_array");
}

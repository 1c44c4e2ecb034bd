/* SPDX-License-Identifier: Apache-2.0 */
/* What a Lua state leaves to the next: plain values, kept by the SDK's server as bytes, so that they outlive
 * the state and can be read by another Lua.
 *
 * The bytes: MAGIC, then one value. A value is a tag and what goes with it; numbers are those of the machine.
 */

#include "lgamelift.h"

#include <stdint.h>
#include <stdio.h>

#define MAGIC     "Lua1"
#define MOST_DEEP 32

enum {
    TAG_FALSE = 'f',
    TAG_TRUE = 't',
    TAG_INTEGER = 'i',
    TAG_NUMBER = 'n',
    TAG_TEXT = 's',
    TAG_TABLE = '{',
    TAG_END = '}'
};

/* ---- writing ---- */

typedef struct writer {
    int buffer; /* the index of a userdata that holds the bytes */
    size_t size, capacity;
    int depth;
    int keys[MOST_DEEP]; /* the indices of the keys on the way to the value that is written */
} writer;

/* Pushes ".name" or "[3]". */
static void push_step(lua_State *L, int key)
{
    if (lua_type(L, key) == LUA_TSTRING) {
        lua_pushfstring(L, ".%s", lua_tostring(L, key));
    } else if (lua_type(L, key) == LUA_TBOOLEAN) {
        lua_pushfstring(L, "[%s]", lua_toboolean(L, key) ? "true" : "false");
    } else {
        lua_pushvalue(L, key); /* lua_tostring changes what it is given */
        lua_pushfstring(L, "[%s]", lua_type(L, key) == LUA_TNUMBER ? lua_tostring(L, -1) : "?");
        lua_remove(L, -2);
    }
}

/* Pushes "value.seats[3]". */
static void push_path(lua_State *L, const writer *w)
{
    luaL_checkstack(L, MOST_DEEP + LUA_MINSTACK, "keep");
    lua_pushliteral(L, "value");
    for (int i = 0; i < w->depth; i++)
        push_step(L, w->keys[i]);
    lua_concat(L, w->depth + 1);
}

static int refuse(lua_State *L, const writer *w, const char *why)
{
    push_path(L, w);
    return luaL_error(L, "keep: %s: %s", lua_tostring(L, -1), why);
}

static void grow(lua_State *L, writer *w, size_t needed)
{
    size_t capacity = w->capacity;
    while (capacity < needed)
        capacity *= 2;
    void *bigger = lua_newuserdata(L, capacity);
    memcpy(bigger, lua_touserdata(L, w->buffer), w->size);
    lua_replace(L, w->buffer);
    w->capacity = capacity;
}

static void write_bytes(lua_State *L, writer *w, const void *bytes, size_t size)
{
    if (size > GLIFT_MAX_KEPT_BYTES - w->size)
        refuse(L, w, "the value is larger than 4 MiB");
    if (w->size + size > w->capacity)
        grow(L, w, w->size + size);
    memcpy((char *)lua_touserdata(L, w->buffer) + w->size, bytes, size);
    w->size += size;
}

static void write_tag(lua_State *L, writer *w, int tag)
{
    char byte = (char)tag;
    write_bytes(L, w, &byte, 1);
}

static void write_number(lua_State *L, writer *w, int index)
{
#if LUA_VERSION_NUM >= 503
    if (lua_isinteger(L, index)) {
        int64_t integer = lua_tointeger(L, index);
        write_tag(L, w, TAG_INTEGER);
        write_bytes(L, w, &integer, sizeof integer);
        return;
    }
#endif
    double number = lua_tonumber(L, index);
    write_tag(L, w, TAG_NUMBER);
    write_bytes(L, w, &number, sizeof number);
}

static void write_text(lua_State *L, writer *w, int index)
{
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    uint32_t size = (uint32_t)length;
    if (length > GLIFT_MAX_KEPT_BYTES)
        refuse(L, w, "the value is larger than 4 MiB");
    write_tag(L, w, TAG_TEXT);
    write_bytes(L, w, &size, sizeof size);
    write_bytes(L, w, text, length);
}

static void write_value(lua_State *L, writer *w, int index);

static void write_table(lua_State *L, writer *w, int index)
{
    if (w->depth == MOST_DEEP)
        refuse(L, w, "tables lie in each other more than 32 deep, or one lies in itself");
    if (lua_getmetatable(L, index))
        refuse(L, w, "a table with a metatable cannot be kept");
    luaL_checkstack(L, LUA_MINSTACK, "keep");
    write_tag(L, w, TAG_TABLE);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        int value = lua_gettop(L), key = value - 1;
        w->keys[w->depth++] = key;
        if (lua_type(L, key) == LUA_TTABLE)
            refuse(L, w, "a table cannot be a key");
        write_value(L, w, key);
        write_value(L, w, value);
        w->depth--;
    }
    write_tag(L, w, TAG_END);
}

static void write_value(lua_State *L, writer *w, int index)
{
    char why[64];
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        write_tag(L, w, lua_toboolean(L, index) ? TAG_TRUE : TAG_FALSE);
        break;
    case LUA_TNUMBER:
        write_number(L, w, index);
        break;
    case LUA_TSTRING:
        write_text(L, w, index);
        break;
    case LUA_TTABLE:
        write_table(L, w, index);
        break;
    default:
        snprintf(why, sizeof why, "a %s cannot be kept", luaL_typename(L, index));
        refuse(L, w, why);
    }
}

/* ---- reading ---- */

typedef struct reader {
    const char *at;
    size_t left;
} reader;

static bool read_bytes(reader *r, void *to, size_t size)
{
    if (size > r->left)
        return false;
    memcpy(to, r->at, size);
    r->at += size;
    r->left -= size;
    return true;
}

static bool read_integer(lua_State *L, reader *r)
{
    int64_t integer = 0;
    bool is_whole = read_bytes(r, &integer, sizeof integer);
#if LUA_VERSION_NUM >= 503
    lua_pushinteger(L, (lua_Integer)integer);
#else
    lua_pushnumber(L, (lua_Number)integer);
#endif
    return is_whole;
}

static bool read_number(lua_State *L, reader *r)
{
    double number = 0;
    bool is_whole = read_bytes(r, &number, sizeof number);
    lua_pushnumber(L, number);
    return is_whole;
}

static bool read_text(lua_State *L, reader *r)
{
    uint32_t size = 0;
    if (!read_bytes(r, &size, sizeof size) || size > r->left)
        return false;
    lua_pushlstring(L, r->at, size);
    r->at += size;
    r->left -= size;
    return true;
}

/* Pushes the value. False where the bytes are not ours; then any number of values may have been pushed. */
static bool read_value(lua_State *L, reader *r, int depth);

static bool read_table(lua_State *L, reader *r, int depth)
{
    luaL_checkstack(L, LUA_MINSTACK, "kept");
    lua_newtable(L);
    int table = lua_gettop(L);
    while (r->left > 0 && r->at[0] != TAG_END) {
        if (!read_value(L, r, depth + 1) || !read_value(L, r, depth + 1))
            return false;
        lua_rawset(L, table);
    }
    char end;
    return read_bytes(r, &end, 1);
}

static bool read_value(lua_State *L, reader *r, int depth)
{
    char tag;
    if (depth > MOST_DEEP || !read_bytes(r, &tag, 1))
        return false;
    switch (tag) {
    case TAG_FALSE:
    case TAG_TRUE:
        lua_pushboolean(L, tag == TAG_TRUE);
        return true;
    case TAG_INTEGER:
        return read_integer(L, r);
    case TAG_NUMBER:
        return read_number(L, r);
    case TAG_TEXT:
        return read_text(L, r);
    case TAG_TABLE:
        return read_table(L, r, depth);
    default:
        return false;
    }
}

/* ---- the methods ---- */

static const char *check_name(lua_State *L, int index)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const char *name = lread_argument_text(L, index);
    size_t length = strlen(name);
    luaL_argcheck(L, length >= 1 && length <= GLIFT_MAX_KEPT_NAME_LENGTH && strspn(name, allowed) == length,
            index, "a name is 1 to 64 of a-z, A-Z, 0-9, '.', '_' and '-'");
    return name;
}

static int push_result(lua_State *L, glift_status status, size_t size)
{
    if (status == GLIFT_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    if (status == GLIFT_ERR_ARGUMENT)
        lua_pushfstring(L,
                "keep: these %d bytes do not fit: a server keeps up to %d names, and %d bytes under all of "
                "them",
                (int)size, GLIFT_MAX_KEPT_NAMES, GLIFT_MAX_KEPT_BYTES);
    else
        lua_pushfstring(L, "keep: %s", status == GLIFT_ERR_MEMORY ? "not enough memory" : "not possible now");
    return lwaiter_push_failure(L, lua_tostring(L, -1), status);
}

/* server:keep(name, value) -> true | nil, message, code. A value of nil forgets what is kept. */
int lkeep_keep(lua_State *L)
{
    enum { FIRST_CAPACITY = 1024 };
    lserver_check(L, 1);
    const char *name = check_name(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    lua_newuserdata(L, FIRST_CAPACITY);
    writer w = {.buffer = 4, .capacity = FIRST_CAPACITY};
    if (!lua_isnil(L, 3)) {
        write_bytes(L, &w, MAGIC, sizeof MAGIC - 1);
        write_value(L, &w, 3);
    }
    const lserver *self = lserver_check(L, 1); /* after what may run a finalizer */
    return push_result(
            L, glift_server_keep(lserver_handle(self), name, lua_touserdata(L, w.buffer), w.size), w.size);
}

/* Pushes a copy of the bytes, which a finalizer may change until it is made. */
static size_t push_bytes(lua_State *L, const char *name, uint64_t *age_ms)
{
    size_t size, room = 0;
    lua_pushnil(L);
    for (;;) {
        const void *bytes = glift_server_kept(lserver_handle(lserver_check(L, 1)), name, &size, age_ms);
        if (size <= room) {
            if (size > 0)
                memcpy(lua_touserdata(L, -1), bytes, size);
            return size;
        }
        lua_pop(L, 1);
        lua_newuserdata(L, room = size);
    }
}

/* server:kept(name) -> value, age in seconds | nil. */
int lkeep_kept(lua_State *L)
{
    uint64_t age_ms;
    lserver_check(L, 1);
    const char *name = check_name(L, 2);
    lua_settop(L, 2);
    size_t size = push_bytes(L, name, &age_ms);
    if (size == 0) {
        lua_pushnil(L);
        return 1;
    }
    reader r = {lua_touserdata(L, 3), size};
    char magic[sizeof MAGIC - 1];
    if (!read_bytes(&r, magic, sizeof magic) || memcmp(magic, MAGIC, sizeof magic) != 0 ||
            !read_value(L, &r, 0)) {
        lua_settop(L, 3);
        return lwaiter_push_failure(
                L, "kept: what is kept under this name is no value of a script", GLIFT_ERR_UNSUPPORTED);
    }
    lua_pushnumber(L, (lua_Number)age_ms / 1000);
    return 2;
}

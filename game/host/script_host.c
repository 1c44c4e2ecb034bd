/* SPDX-License-Identifier: Apache-2.0 */
/* The table `host`: game/arena/host_meta.lua is its contract. */

#include "script_internal.h"
#include "engine.h"
#include "log.h"
#include "place.h"

#include <string.h>

enum { MAX_HEADERS = 32 };

static struct glift_host *host_of(lua_State *L)
{
    return script_of(L)->host;
}

static int host_now(lua_State *L)
{
    lua_pushnumber(L, (double)net_now_ns() * 1e-9);
    return 1;
}

static int host_log(lua_State *L)
{
    static const char *const levels[] = {"debug", "info", "warn", "error", NULL};
    int level = luaL_checkoption(L, 1, NULL, levels);
    log_line_of_place(host_of(L)->number, (glift_log_level)level, "script", luaL_checkstring(L, 2));
    return 0;
}

static int host_config(lua_State *L)
{
    lua_pushstring(L, settings_get(&host_of(L)->settings, luaL_checkstring(L, 1)));
    return 1;
}

static int host_exit(lua_State *L)
{
    lua_Integer code = luaL_optinteger(L, 1, 0);
    luaL_argcheck(L, code >= 0 && code <= 255, 1, "an exit code is 0 to 255");
    place_exit(host_of(L), (int)code);
    return 0;
}

static int host_error_count(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)script_error_count(script_of(L)));
    return 1;
}

/* In the order of script_event. */
static const struct {
    const char *name;
    unsigned modes;
} events[EVENT_COUNT] = {
        {"tick", 1u << MODE_SERVER | 1u << MODE_LOBBY | 1u << MODE_BOTS},
        {"terminate", 1u << MODE_SERVER | 1u << MODE_LOBBY | 1u << MODE_BOTS},
        {"connect", 1u << MODE_SERVER},
        {"open", 1u << MODE_BOTS},
        {"message", 1u << MODE_SERVER | 1u << MODE_BOTS},
        {"disconnect", 1u << MODE_SERVER | 1u << MODE_BOTS},
        {"request", 1u << MODE_LOBBY},
};

static int host_on(lua_State *L)
{
    script *s = script_of(L);
    const char *name = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    for (int i = 0; i < EVENT_COUNT; i++) {
        if (strcmp(events[i].name, name) == 0 &&
                (events[i].modes & 1u << s->host->engine->options.mode) != 0) {
            lua_settop(L, 2);
            luaL_unref(L, LUA_REGISTRYINDEX, s->handler_refs[i]);
            s->handler_refs[i] = LUA_NOREF;
            s->handler_refs[i] = luaL_ref(L, LUA_REGISTRYINDEX);
            return 0;
        }
    }
    return luaL_error(L, "there is no event \"%s\" in mode \"%s\"", name,
            engine_mode_name(s->host->engine->options.mode));
}

/* The message may come in two pieces. */
static int host_send(lua_State *L)
{
    net_piece pieces[2] = {{0}};
    lua_Integer socket = luaL_checkinteger(L, 1);
    pieces[0].bytes = luaL_checklstring(L, 2, &pieces[0].length);
    pieces[1].bytes = luaL_optlstring(L, 3, "", &pieces[1].length);
    luaL_argcheck(L,
            pieces[0].length <= NET_MAX_QUEUE_BYTES &&
                    pieces[1].length <= NET_MAX_QUEUE_BYTES - pieces[0].length,
            2, "a message has at most 262144 bytes");
    lua_pushboolean(L, net_send(host_of(L)->net, (uint64_t)socket, pieces, 2));
    return 1;
}

static int host_close(lua_State *L)
{
    lua_Integer socket = luaL_checkinteger(L, 1);
    net_close_socket(host_of(L)->net, (uint64_t)socket, luaL_optstring(L, 2, ""));
    return 0;
}

/* number | nil, message */
static int host_dial(lua_State *L)
{
    char reason[512];
    uint64_t socket = net_dial(host_of(L)->net, luaL_checkstring(L, 1), reason, sizeof reason);
    if (socket != 0) {
        lua_pushinteger(L, (lua_Integer)socket);
        return 1;
    }
    luaL_pushfail(L);
    lua_pushstring(L, reason);
    return 2;
}

/* Headers go to the wire as they are: a line break in one would begin another, a zero byte end it. */
static const char *check_line(lua_State *L, int index)
{
    size_t length = 0;
    const char *text = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &length) : NULL;
    if (text == NULL || strcspn(text, "\r\n") != length)
        luaL_error(L, "host.http: headers are strings without line breaks and zero bytes");
    return text;
}

static size_t read_headers(lua_State *L, int index, net_header *headers)
{
    size_t count = 0;
    if (lua_isnil(L, index))
        return 0;
    if (!lua_istable(L, index))
        luaL_error(L, "host.http: headers is a table of strings, not a %s", luaL_typename(L, index));
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (count == MAX_HEADERS)
            luaL_error(L, "host.http: more than %d headers", MAX_HEADERS);
        headers[count++] = (net_header){.name = check_line(L, -2), .value = check_line(L, -1)};
    }
    return count;
}

/* The value of this field; NULL where it is absent. */
static const char *check_text(lua_State *L, int index, const char *field, size_t *length)
{
    if (lua_isnil(L, index))
        return NULL;
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "host.http: %s is a string, not a %s", field, luaL_typename(L, index));
    return lua_tolstring(L, index, length);
}

static void check_fields(lua_State *L, int table)
{
    static const char *const known[] = {"url", "method", "body", "headers", NULL};
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        const char *const *name = known;
        while (*name != NULL && (lua_type(L, -2) != LUA_TSTRING || strcmp(*name, lua_tostring(L, -2)) != 0))
            name++;
        if (*name == NULL)
            luaL_error(L, "host.http: unknown field '%s'", luaL_tolstring(L, -2, NULL));
    }
}

/* It goes to the wire as it is. */
static const char *check_method(lua_State *L, int index)
{
    const char *method = check_text(L, index, "method", NULL);
    bool ok = method == NULL ||
              (method[0] != '\0' && strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(method));
    if (!ok)
        luaL_error(L, "host.http: a method is capital letters, such as \"POST\"");
    return method;
}

/* { status, body } | nil, message */
static int host_http(lua_State *L)
{
    net_header headers[MAX_HEADERS];
    char reason[512];
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    check_fields(L, 1);
    lua_getfield(L, 1, "url");
    lua_getfield(L, 1, "method");
    lua_getfield(L, 1, "body");
    lua_getfield(L, 1, "headers");
    net_fetch what = {.url = check_text(L, 2, "url", NULL), .method = check_method(L, 3), .headers = headers};
    if (what.url == NULL)
        return luaL_error(L, "host.http: url is missing");
    what.body = check_text(L, 4, "body", &what.body_length);
    what.header_count = read_headers(L, 5, headers);
    script_check_can_wait(L);
    uint64_t fetch = net_fetch_begin(host_of(L)->net, &what, reason, sizeof reason);
    if (fetch != 0) {
        script_wait_begin(L)->fetch = fetch;
        return lua_yield(L, 0);
    }
    luaL_pushfail(L);
    lua_pushstring(L, reason);
    return 2;
}

static int host_sleep(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0 && seconds < 1e9, 1, "a time to wait is at least 0 seconds");
    script_check_can_wait(L);
    script_wait_begin(L)->wake_ns = net_now_ns() + (uint64_t)(seconds * 1e9);
    return lua_yield(L, 0);
}

void script_open_host(lua_State *L)
{
    static const luaL_Reg functions[] = {
            {"now", host_now},
            {"log", host_log},
            {"config", host_config},
            {"error_count", host_error_count},
            {"exit", host_exit},
            {"on", host_on},
            {"send", host_send},
            {"close", host_close},
            {"dial", host_dial},
            {"http", host_http},
            {"sleep", host_sleep},
            {NULL, NULL},
    };
    const struct glift_host *host = host_of(L);
    luaL_newlib(L, functions);
    script_open_json(L);
    lua_pushstring(L, engine_mode_name(host->engine->options.mode));
    lua_setfield(L, -2, "mode");
    lua_pushinteger(L, net_port(host->net));
    lua_setfield(L, -2, "port");
    lua_pushinteger(L, host->engine->options.tick_rate);
    lua_setfield(L, -2, "tick_rate");
    lua_pushliteral(L, ARENA_VERSION);
    lua_setfield(L, -2, "version");
    lua_setglobal(L, "host");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* gamelift.testing_core: the service in this program and a clock that specs move; testing.lua makes it
 * pleasant. Loading it makes require "gamelift" give the binding that talks to this service. */

#include "fresh_state.h"
#include "lgamelift.h"
#include "lmodule.h"
#include "plugin_stand_in.h"
#include "program/demo.h"
#include "service_bridge.h"
#include "troubles.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* ---- tables <-> JSON ---- */

static cJSON *to_json(lua_State *L, int index);

static cJSON *list_to_json(lua_State *L, int list)
{
    cJSON *json = cJSON_CreateArray();
    for (int i = 1; i <= (int)lua_rawlen(L, list); i++) {
        lua_rawgeti(L, list, i);
        cJSON_AddItemToArray(json, to_json(L, lua_gettop(L)));
        lua_pop(L, 1);
    }
    return json;
}

static cJSON *map_to_json(lua_State *L, int map)
{
    cJSON *json = cJSON_CreateObject();
    for (lua_pushnil(L); lua_next(L, map) != 0; lua_pop(L, 1))
        cJSON_AddItemToObject(json, luaL_checkstring(L, -2), to_json(L, lua_gettop(L)));
    return json;
}

static cJSON *to_json(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TTABLE:
        luaL_checkstack(L, LUA_MINSTACK, "nested table");
        return lua_rawlen(L, index) > 0 ? list_to_json(L, index) : map_to_json(L, index);
    case LUA_TNUMBER:
        return cJSON_CreateNumber(lua_tonumber(L, index));
    case LUA_TBOOLEAN:
        return cJSON_CreateBool(lua_toboolean(L, index));
    case LUA_TSTRING:
        return cJSON_CreateString(lua_tostring(L, index));
    default:
        return cJSON_CreateNull();
    }
}

static void push_json(lua_State *L, const cJSON *json)
{
    int i = 0;
    luaL_checkstack(L, 4, "nested JSON");
    if (cJSON_IsArray(json) || cJSON_IsObject(json)) {
        lua_newtable(L);
        for (const cJSON *item = json->child; item != NULL; item = item->next) {
            push_json(L, item);
            if (cJSON_IsArray(json))
                lua_rawseti(L, -2, ++i);
            else
                lua_setfield(L, -2, item->string);
        }
    } else if (cJSON_IsNumber(json)) {
        lua_pushnumber(L, json->valuedouble);
    } else if (cJSON_IsBool(json)) {
        lua_pushboolean(L, cJSON_IsTrue(json));
    } else if (cJSON_IsString(json)) {
        lua_pushstring(L, json->valuestring);
    } else {
        lua_pushnil(L);
    }
}

static void push_text_as_table(lua_State *L, glift__text *text)
{
    cJSON *json = cJSON_ParseWithLength(text->bytes, text->length);
    glift__text_free(text);
    push_json(L, json);
    cJSON_Delete(json);
}

/* ---- the service ---- */

static void set_text(lua_State *L, const char *field, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, field);
}

/* start { remember_request_ids = } -> the demo's ids. There is one service; a new one takes the old one's
 * place. */
static int start(lua_State *L)
{
    local_service_desc desc = {.seed = 1, .endpoint = "ws://127.0.0.1:9080"};
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_getfield(L, 1, "remember_request_ids");
    desc.remember_request_ids = lua_toboolean(L, -1);
    local_demo demo;
    if (bridge_begin(&desc) != GLIFT_OK ||
            local_service_demo(bridge.service, glift__io_now(), NULL, &demo) != GLIFT_OK)
        return luaL_error(L, "the service could not be made");
    lua_newtable(L);
    set_text(L, "fleet_id", demo.fleet_id);
    set_text(L, "host_id", demo.compute_name);
    set_text(L, "auth_token", demo.auth_token);
    set_text(L, "location", demo.location);
    set_text(L, "matchmaking_configuration", demo.matchmaking_configuration);
    return 1;
}

static int stop(lua_State *L)
{
    (void)L;
    bridge_end();
    return 0;
}

/* What an operation or a control answered: status, table. */
typedef int (*service_call)(local_service *, glift__time, const char *, const char *, size_t, glift__text *);

static int ask(lua_State *L, service_call call)
{
    const char *operation = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    glift__text reply = {0};
    cJSON *json = to_json(L, 2);
    char *body = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    if (bridge.service == NULL || body == NULL) {
        free(body);
        return luaL_error(L, "there is no service");
    }
    int status = call(bridge.service, glift__io_now(), operation, body, strlen(body), &reply);
    free(body);
    lua_pushinteger(L, status);
    push_text_as_table(L, &reply);
    return 2;
}

static int call(lua_State *L)
{
    return ask(L, local_service_call);
}

static int control(lua_State *L)
{
    return ask(L, local_service_control);
}

static int state(lua_State *L)
{
    glift__text text = {0};
    if (local_service_state(bridge.service, glift__io_now(), &text) != GLIFT_OK)
        return luaL_error(L, "the service's state could not be written");
    push_text_as_table(L, &text);
    return 1;
}

/* ---- time and the network ---- */

/* In place of the module's own clock. */
uint64_t lclock_ns(void)
{
    return glift__io_now().mono_ms * 1000000;
}

static int settle(lua_State *L)
{
    lua_pushboolean(L, bridge_settle());
    return 1;
}

static int advance(lua_State *L)
{
    bridge_pass((uint64_t)(luaL_checknumber(L, 1) * 1000));
    return 0;
}

static int unix_time(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)glift__io_now().unix_ms / 1000);
    return 1;
}

static int cut(lua_State *L)
{
    (void)L;
    bridge_cut();
    return 0;
}

/* down(true): dials are refused, and open connections cut. */
static int down(lua_State *L)
{
    bridge.is_down = lua_toboolean(L, 1);
    if (bridge.is_down)
        bridge_cut();
    return 0;
}

/* endings() -> how many different ProcessEndings servers have sent since start(). */
static int endings(lua_State *L)
{
    lua_pushinteger(L, bridge.endings);
    return 1;
}

/* datagrams() -> a list of all that were sent, each as it was. */
static int datagrams(lua_State *L)
{
    lua_newtable(L);
    for (size_t i = 0; i < fake.datagram_count; i++) {
        const fake_datagram *datagram = fake_sent(i);
        lua_pushlstring(L, datagram->bytes, datagram->length);
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}

/* hang(true): connections stay, and nothing passes them until hang(false). */
static int hang(lua_State *L)
{
    bridge.hangs = lua_toboolean(L, 1);
    return 0;
}

static const char *text_field(lua_State *L, const char *name)
{
    lua_getfield(L, 1, name);
    return lua_isnil(L, -1) ? NULL : luaL_checkstring(L, -1); /* stays on the stack */
}

static lua_Number number_field(lua_State *L, const char *name)
{
    lua_getfield(L, 1, name);
    return lua_isnil(L, -1) ? 0 : luaL_checknumber(L, -1);
}

/* trouble { action =, containing =, message =, status =, delay_s =, times = } */
static int add_trouble(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Number delay_s = number_field(L, "delay_s");
    luaL_argcheck(L, delay_s >= 0, 1, "delay_s must be 0 or more seconds");
    const trouble given = {
            .action = text_field(L, "action"),
            .containing = text_field(L, "containing"),
            .message = text_field(L, "message"),
            .status = (int)number_field(L, "status"),
            .delay_ms = delay_s < 1e9 ? (uint64_t)(delay_s * 1000) : UINT64_MAX,
            .times = (int)number_field(L, "times"),
    };
    luaL_argcheck(L, given.action != NULL, 1, "action is missing");
    if (!troubles_add(&given))
        return luaL_error(L, "not enough memory");
    return 0;
}

static int clear_troubles(lua_State *L)
{
    (void)L;
    troubles_clear();
    return 0;
}

/* say(message) -> whether there was a connection to say it on */
static int say(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    cJSON *json = to_json(L, 1);
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    lua_pushboolean(L, text != NULL && bridge_say(text));
    free(text);
    return 1;
}

static const luaL_Reg functions[] = {
        {"datagrams", datagrams},
        {"endings", endings},
        {"start", start},
        {"stop", stop},
        {"call", call},
        {"control", control},
        {"state", state},
        {"settle", settle},
        {"advance", advance},
        {"unix_time", unix_time},
        {"cut", cut},
        {"down", down},
        {"hang", hang},
        {"trouble", add_trouble},
        {"clear_troubles", clear_troubles},
        {"say", say},
        {NULL, NULL},
};

LMODULE_EXPORT int luaopen_gamelift_testing_core(lua_State *L);
int luaopen_gamelift_testing_core(lua_State *L)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "loaded");
    luaopen_gamelift(L);
    lua_setfield(L, -2, "gamelift");
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    plugin_stand_in_open(L);
    fresh_state_open(L);
    return 1;
}

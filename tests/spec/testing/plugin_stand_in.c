/* SPDX-License-Identifier: Apache-2.0 */
/* See plugin_stand_in.h. */

#include "plugin_stand_in.h"

#include "lgamelift.h"
#include "lmodule.h"

#include <stddef.h>
#include <string.h>

static struct {
    glift_server *server;
    const void *bound_user; /* whoever has the callbacks; NULL: nobody */
    int reports;
    char report[1024]; /* the latest script error */
    void (*alarm)(void *user);
    void *alarm_user;
    uint64_t alarm_at_ns;
    bool is_old; /* its service is of 1.0 */
} stand_in;

/* ---- the "server" service ---- */

static glift_server *get_server(void *self)
{
    (void)self;
    return stand_in.server;
}

/* Nobody bound: the server is parked, as the plugin does it for 10 s. */
static glift_status bind(void *self, const glift_server_desc *callbacks)
{
    (void)self;
    glift_status status =
            stand_in.server != NULL ? glift_server_rebind(stand_in.server, callbacks) : GLIFT_OK;
    if (status == GLIFT_OK)
        stand_in.bound_user = callbacks != NULL ? callbacks->user : NULL;
    return status;
}

static const void *bound_user(void *self)
{
    (void)self;
    return stand_in.bound_user;
}

static void report_error(void *self, const char *message)
{
    (void)self;
    stand_in.reports++;
    strncpy(stand_in.report, message, sizeof stand_in.report - 1);
}

static void call_in(void *self, uint64_t delay_ns, void (*fn)(void *user), void *user)
{
    (void)self;
    if (fn == NULL && user != stand_in.alarm_user)
        return;
    stand_in.alarm = fn;
    stand_in.alarm_user = user;
    stand_in.alarm_at_ns = lclock_ns() + delay_ns;
}

static void ring(void)
{
    if (stand_in.alarm == NULL || lclock_ns() < stand_in.alarm_at_ns)
        return;
    void (*fn)(void *user) = stand_in.alarm;
    stand_in.alarm = NULL;
    fn(stand_in.alarm_user);
}

static const void *get_api(void *self, const char *name, uint32_t min_version)
{
    static glift_plugin_server service = {
            .version = GLIFT_PLUGIN_SERVER_VERSION,
            .server = get_server,
            .bind = bind,
            .report_error = report_error,
            .bound_user = bound_user,
            .call_in = call_in,
    };
    (void)self;
    service.size = stand_in.is_old ? offsetof(glift_plugin_server, bound_user) : sizeof service;
    return strcmp(name, "server") == 0 && min_version <= service.version ? &service : NULL;
}

static const void *get_no_api(void *self, const char *name, uint32_t min_version)
{
    (void)self;
    (void)name;
    (void)min_version;
    return NULL;
}

/* ---- for specs ---- */

static const char *field(lua_State *L, const char *name)
{
    lua_getfield(L, 1, name);
    return luaL_checkstring(L, -1); /* stays on the stack */
}

/* plugin_start { fleet_id =, host_id =, auth_token =, process_id = } */
static int start(lua_State *L)
{
    memset(&stand_in, 0, sizeof stand_in);
    glift_server_desc desc = {
            .size_bytes = sizeof desc,
            .ignore_environment = true,
            .log_level = GLIFT_LOG_ERROR,
            .websocket_url = "ws://127.0.0.1:9080",
            .fleet_id = field(L, "fleet_id"),
            .host_id = field(L, "host_id"),
            .auth_token = field(L, "auth_token"),
            .process_id = field(L, "process_id"),
    };
    if (glift_server_create(&desc, &stand_in.server) != GLIFT_OK)
        return luaL_error(L, "the plugin's server could not be made");
    return 0;
}

/* plugin_alarm() -> in how many seconds scripts want to be called; nil: not at all */
static int alarm_of(lua_State *L)
{
    if (stand_in.alarm == NULL)
        lua_pushnil(L);
    else
        lua_pushnumber(L, ((lua_Number)stand_in.alarm_at_ns - (lua_Number)lclock_ns()) / 1e9);
    return 1;
}

/* plugin_ages(): it was built when the service was of 1.0. */
static int age(lua_State *L)
{
    (void)L;
    stand_in.is_old = true;
    return 0;
}

glift_status plugin_stand_in_attach(lua_State *L, bool has_service, char *reason, size_t reason_size)
{
    glift_plugin plugin = {.size = sizeof plugin, .get_api = has_service ? get_api : get_no_api};
    return glift_lua_attach(L, &plugin, reason, reason_size);
}

/* plugin_attach([false]) -> true | nil, reason. With false: a plugin without the service. */
static int attach(lua_State *L)
{
    char reason[256] = "";
    if (plugin_stand_in_attach(L, lua_isnone(L, 1) || lua_toboolean(L, 1), reason, sizeof reason) ==
            GLIFT_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, reason);
    return 2;
}

static int tick(lua_State *L)
{
    (void)L;
    glift_server_tick(stand_in.server);
    ring();
    return 0;
}

static int detach(lua_State *L)
{
    glift_lua_detach(L);
    return 0;
}

static int stop(lua_State *L)
{
    (void)L;
    glift_server_destroy(stand_in.server);
    stand_in.server = NULL;
    return 0;
}

/* plugin_state() -> whether scripts have the callbacks, how many script errors, the latest one */
static int state(lua_State *L)
{
    lua_pushboolean(L, stand_in.bound_user != NULL);
    lua_pushinteger(L, stand_in.reports);
    lua_pushstring(L, stand_in.report);
    return 3;
}

void plugin_stand_in_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
            {"plugin_start", start},
            {"plugin_attach", attach},
            {"plugin_tick", tick},
            {"plugin_alarm", alarm_of},
            {"plugin_ages", age},
            {"plugin_detach", detach},
            {"plugin_stop", stop},
            {"plugin_state", state},
            {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}

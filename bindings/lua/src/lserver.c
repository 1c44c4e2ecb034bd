/* SPDX-License-Identifier: Apache-2.0 */
/* The server object: its life, and the methods that need no answer from GameLift. */

#include "lgamelift.h"

#include <stdio.h>
#include <string.h>

#define TYPE_NAME "gamelift.server"

static const char known_key; /* registry: userdata -> true, weak: all servers */
static const char mark;      /* its address stands in each server, and in no other userdata */
static const char
        anchors_key; /* registry: light pointer -> the userdata while the SDK may call back, or false */

/* ---- the userdata ---- */

lserver *lserver_make(lua_State *L)
{
    lserver *self = lua_newuserdata(L, sizeof *self);
    memset(self, 0, sizeof *self);
    lua_newtable(L);
    lua_newtable(L);
    lua_setfield(L, -2, "handlers"); /* so that setting them later needs no memory */
    lua_setuservalue(L, -2);
    lcompat_get_registry(L, &anchors_key);
    lua_pushlightuserdata(L, self);
    lua_pushboolean(L, 0); /* so that anchoring later needs none either */
    lua_rawset(L, -3);
    lcompat_get_registry(L, &known_key);
    lua_pushvalue(L, -3);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
    lua_pop(L, 2);
    luaL_getmetatable(L, TYPE_NAME);
    lua_setmetatable(L, -2);
    self->mark = &mark;
    return self;
}

int lserver_push(lua_State *L, lserver *self)
{
    lcompat_get_registry(L, &anchors_key);
    lua_pushlightuserdata(L, self);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    if (!lua_isuserdata(L, -1))
        luaL_error(L, "a callback for a server that is gone");
    return lua_gettop(L);
}

/* The value on top is anchored for `self`; it is popped. Never raises: the key is there. */
static void set_anchor(lua_State *L, lserver *self)
{
    lcompat_get_registry(L, &anchors_key);
    lua_pushlightuserdata(L, self);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 2);
}

void lserver_push_user_value(lua_State *L, int server)
{
    lua_getuservalue(L, server);
    if (!lua_istable(L, -1))
        luaL_error(L, "the user value of a server has been replaced");
}

void lserver_push_all(lua_State *L)
{
    int count = 0;
    lcompat_get_registry(L, &known_key);
    int known = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, known) != 0; lua_pop(L, 1))
        count++;
    lua_createtable(L, count, 0); /* from here on nothing allocates, so that no finalizer makes a server */
    int list = lua_gettop(L), used = 0;
    for (lua_pushnil(L); used < count && lua_next(L, known) != 0; lua_pop(L, 1)) {
        if (lserver_handle(lua_touserdata(L, -2)) == NULL)
            continue;
        lua_pushvalue(L, -2);
        lua_rawseti(L, list, ++used);
    }
    lua_settop(L, list);
    lua_remove(L, known);
}

glift_server *lserver_handle(const lserver *self)
{
    if (self->closing)
        return NULL;
    return self->plugin != NULL ? self->plugin->server(self->plugin->self) : self->own;
}

/* Scripts can give anything any metatable, so that one says nothing. What a server is made of does. */
static lserver *check_type(lua_State *L, int index)
{
    lserver *self = lua_touserdata(L, index);
    if (self != NULL && lua_rawlen(L, index) == sizeof *self && self->mark == &mark)
        return self; /* a light userdata has no length */
    luaL_checkany(L, index);
    luaL_argerror(L, index, lua_pushfstring(L, "%s expected, got %s", TYPE_NAME, luaL_typename(L, index)));
    return NULL; /* never: luaL_argerror raises */
}

lserver *lserver_check(lua_State *L, int index)
{
    lserver *self = check_type(L, index);
    if (lserver_handle(self) == NULL)
        luaL_error(L, "server is closed");
    return self;
}

/* ---- calls that may call back ---- */

/* What an enter() inside of another one finds, and leave() brings back. */
typedef struct entry {
    lua_State *L;
    int at;
} entry;

/* The server at index `server` may call back from here to leave(). Raises before, never in between: the room
 * that callbacks need is there. */
static entry enter(lua_State *L, lserver *self, int server)
{
    entry before = {self->L, self->at};
    if (!lua_checkstack(L, 2 * LUA_MINSTACK))
        luaL_error(L, "stack overflow (server)");
    self->L = L;
    self->at = server;
    self->depth++;
    return before;
}

/* Only a callback needs it: a tick that has none costs no more than it must. */
void lserver_anchor(lserver *self)
{
    if (self->is_anchored)
        return;
    self->is_anchored = true;
    lua_pushvalue(self->L, self->at);
    set_anchor(self->L, self);
}

void lserver_let_go(lua_State *L, lserver *self)
{
    if (self->depth > 0 || self->plugin != NULL || !self->is_anchored)
        return;
    self->is_anchored = false;
    lua_pushboolean(L, 0);
    set_anchor(L, self);
}

/* Between enter() and leave(), or for garbage. Requests without an answer get CLOSED, in here. */
static void destroy(lserver *self)
{
    glift_server *server = self->own;
    self->own = NULL;
    self->closing = false;
    glift_server_destroy(server);
    lsleep_end(self, GLIFT_ERR_CLOSED, "the server was destroyed");
    lwaiter_answer_all(self, GLIFT_ERR_CLOSED, "the server was destroyed");
}

static void leave(lua_State *L, lserver *self, entry before)
{
    if (self->depth == 1 && self->closing && self->own != NULL)
        destroy(self);
    self->depth--;
    self->L = before.L;
    self->at = before.at;
    lserver_let_go(L, self);
}

/* ---- making and closing ---- */

enum { TEXT, MILLISECONDS, SWITCH };
typedef struct field {
    const char *name;
    int kind;
    size_t offset;
} field;

/* clang-format off */
#define FIELD(name, kind) {#name, kind, offsetof(glift_server_desc, name)}
/* clang-format on */
static const field fields[] = {
        FIELD(websocket_url, TEXT),
        FIELD(auth_token, TEXT),
        FIELD(process_id, TEXT),
        FIELD(host_id, TEXT),
        FIELD(fleet_id, TEXT),
        FIELD(aws_region, TEXT),
        FIELD(access_key, TEXT),
        FIELD(secret_key, TEXT),
        FIELD(session_token, TEXT),
        FIELD(compute_type, TEXT),
        FIELD(container_credentials_uri, TEXT),
        FIELD(container_metadata_uri, TEXT),
        FIELD(container_discovery_endpoint, TEXT),
        FIELD(tool_name, TEXT),
        FIELD(tool_version, TEXT),
        FIELD(tls_ca_file, TEXT),
        FIELD(ignore_environment, SWITCH),
        FIELD(tls_insecure, SWITCH),
        FIELD(request_timeout_ms, MILLISECONDS),
        FIELD(connect_timeout_ms, MILLISECONDS),
        FIELD(handshake_timeout_ms, MILLISECONDS),
        FIELD(shutdown_timeout_ms, MILLISECONDS),
        FIELD(reconnect_base_ms, MILLISECONDS),
        FIELD(reconnect_cap_ms, MILLISECONDS),
};
enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

static void check_desc(lua_State *L)
{
    const char *names[FIELD_COUNT + 2];
    for (size_t i = 0; i < FIELD_COUNT; i++)
        names[i] = fields[i].name;
    names[FIELD_COUNT] = "log_level";
    names[FIELD_COUNT + 1] = NULL;
    lhandlers_check(L, 1, "new_server", names);
}

static void read_desc(lua_State *L, glift_server_desc *desc)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        char *to = (char *)desc + fields[i].offset;
        if (fields[i].kind == TEXT) {
            const char *text = lread_text(L, 1, "new_server", fields[i].name);
            memcpy(to, &text, sizeof text);
        } else if (fields[i].kind == SWITCH) {
            bool on = lread_bool(L, 1, "new_server", fields[i].name);
            memcpy(to, &on, sizeof on);
        } else {
            uint32_t ms = (uint32_t)lread_int(L, 1, "new_server", fields[i].name, 0);
            memcpy(to, &ms, sizeof ms);
        }
    }
}

/* gamelift.new_server { ... } -> server | nil, message, code. Connects in the background. */
int lserver_new(lua_State *L)
{
    lua_settop(L, 1);
    lread_own(L, 1);
    check_desc(L);
    glift_server_desc desc = {.size_bytes = sizeof desc, .header_version = GLIFT_VERSION_NUMBER};
    read_desc(L, &desc);
    lserver *self = lserver_make(L);
    self->log_level = lread_choice(L, 1, "new_server", "log_level", lvalue_log_levels, GLIFT_LOG_DEBUG);
    lhandlers_fill(L, 1, self, &desc);
    lhandlers_push_table(L, 1);
    lhandlers_keep(L, 2);
    entry before = enter(L, self, 2);
    glift_status status = glift_server_create(&desc, &self->own);
    leave(L, self, before);
    if (status == GLIFT_OK)
        return 1;
    return lwaiter_push_failure(L, self->problem, status);
}

/* server:close(). In a handler it takes effect when the tick is over. */
static int server_close(lua_State *L)
{
    lserver *self = check_type(L, 1);
    if (self->plugin != NULL)
        return luaL_error(L, "close: this server belongs to the plugin");
    if (self->own != NULL && self->depth > 0) {
        self->closing = true;
    } else if (self->own != NULL) {
        entry before = enter(L, self, 1);
        destroy(self);
        leave(L, self, before);
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* Whom the plugin's callbacks go to: this server, another one, or nobody. */
static const void *bound_to(const lserver *self)
{
    if (GLIFT_HAS(glift_plugin_server, self->plugin, bound_user))
        return self->plugin->bound_user(self->plugin->self);
    return self->bound ? self : NULL;
}

/* What is under way stays with the plugin's server, for the next Lua state. */
static void give_back(lserver *self)
{
    const void *owner = bound_to(self);
    lsleep_forget(self);
    if (owner == self || (owner == NULL && self->waiting != NULL)) {
        self->plugin->bind(self->plugin->self, NULL);
        lwaiter_inherit_all(self);
        lwaiter_forget_all(self);
    } else {
        lwaiter_leave_all(self, self->plugin->server(self->plugin->self));
    }
    self->bound = false;
    self->plugin = NULL;
}

/* Scripts do not run in a finalizer: who waits is not answered, and last log lines go to stderr. In a handler
 * this is no garbage: a script has called its metamethod, or ends the whole state. */
static int server_gc(lua_State *L)
{
    lserver *self = check_type(L, 1);
    if (self->depth > 0 && self->plugin == NULL) {
        self->closing = true;
        return 0;
    }
    self->is_garbage = true;
    if (self->plugin != NULL)
        give_back(self);
    lsleep_forget(self);
    lwaiter_forget_all(self);
    destroy(self);
    lserver_let_go(L, self);
    return 0;
}

void lserver_attach(lua_State *L, int server, const glift_plugin_server *plugin, lua_State *thread)
{
    lserver *self = lua_touserdata(L, server);
    self->plugin = plugin;
    self->L = thread;
    self->is_anchored = true;
    lua_pushvalue(L, server);
    set_anchor(L, self);
}

/* The last moment of a Lua state that is detached, and works still. */
static void tell_detach(lua_State *L, int server)
{
    lserver *self = lua_touserdata(L, server);
    int top = lua_gettop(L);
    self->detaching = true;
    if (lserver_handle(self) != NULL && lhandlers_push(L, server, "on_detach")) {
        lua_pushvalue(L, server);
        if (lscript_start(L, server, 1) == LUA_YIELD)
            lscript_warn(L, server, "on_detach must not wait: it is left where it stands");
    }
    self->detaching = false;
    lua_settop(L, top);
}

void lserver_detach(lua_State *L, int server)
{
    lserver *self = lua_touserdata(L, server);
    if (self->plugin == NULL || self->detaching)
        return;
    entry before = enter(L, self, server);
    tell_detach(L, server);
    give_back(self);
    leave(L, self, before);
}

/* server:set_handlers { on_... = function } takes the place of all handlers before. Who waits goes on
 * waiting. */
static int server_set_handlers(lua_State *L)
{
    lserver_check(L, 1);
    lread_own(L, 2);
    lhandlers_check(L, 2, "set_handlers", NULL);
    lhandlers_push_table(L, 2);
    int kept = lua_gettop(L);
    lserver *self = lserver_check(L, 1); /* after what may run a finalizer */
    glift_server_desc desc = {.size_bytes = sizeof desc, .header_version = GLIFT_VERSION_NUMBER};
    lhandlers_fill(L, 2, self, &desc);
    entry before = enter(L, self, 1);
    glift_status status = GLIFT_ERR_STATE;
    if (self->plugin != NULL)
        status = self->plugin->bind(self->plugin->self, &desc);
    else if (!self->closing)
        status = glift_server_rebind(self->own, &desc);
    leave(L, self, before);
    if (status != GLIFT_OK)
        return lwaiter_push_failure(L, "the handlers were not taken", status);
    lwaiter_inherit_all(self);
    self->bound = self->plugin != NULL;
    lua_settop(L, kept);
    lhandlers_keep(L, 1);
    lua_pushboolean(L, 1);
    return 1;
}

/* ---- ticking ---- */

static lserver *check_own(lua_State *L, const char *what)
{
    lserver *self = lserver_check(L, 1);
    if (self->plugin != NULL)
        luaL_error(L, "%s: the plugin ticks this server", what);
    if (self->depth > 0)
        luaL_error(L, "%s: not inside a handler", what);
    return self;
}

/* Called in every frame, so it counts its arguments itself. */
static int server_tick(lua_State *L)
{
    lserver *self = check_own(L, "tick");
    lcall_check_count(L, "tick", lua_gettop(L) - 1, 0);
    entry before = enter(L, self, 1);
    glift_server_tick(self->own);
    if (self->first_sleep != NULL)
        lsleep_wake(self);
    leave(L, self, before);
    lua_pushboolean(L, 1);
    return 1;
}

/* server:wait(timeout_ms) -> true when there is something to tick, false when nothing came. */
static int server_wait(lua_State *L)
{
    check_own(L, "wait");
    lua_Number timeout_ms = lread_argument_number(L, 2);
    luaL_argcheck(L, timeout_ms >= 0 && timeout_ms <= UINT32_MAX, 2, "0 to 4294967295 milliseconds expected");
    lserver *self = check_own(L, "wait");
    uint32_t limit_ms = lsleep_limit_ms(self, (uint32_t)timeout_ms);
    bool has_something = glift_server_wait(self->own, limit_ms) == GLIFT_OK;
    lua_pushboolean(L, has_something || lsleep_is_due(self));
    return 1;
}

/* ---- what the server knows ---- */

int lserver_copy_out(lua_State *L, lua_CFunction push)
{
    lserver *self = lserver_check(L, 1);
    lua_pushcfunction(L, push);
    lua_pushlightuserdata(L, self);
    if (lserver_handle(self) == NULL)
        return luaL_error(L, "server is closed");
    entry before = enter(L, self, 1);
    int status = lua_pcall(L, 1, 1, 0);
    leave(L, self, before);
    return status == LUA_OK ? 1 : lua_error(L);
}

/* How many script errors there have been. A health handler may look at it. */
static int server_error_count(lua_State *L)
{
    lserver *self = check_type(L, 1);
    lua_pushinteger(L, (lua_Integer)self->error_count);
    return 1;
}

static int server_tostring(lua_State *L)
{
    lserver *self = check_type(L, 1);
    lua_pushfstring(L, "%s (%s)", TYPE_NAME, lserver_handle(self) != NULL ? "open" : "closed");
    return 1;
}

static const lmethod methods[] = {
        {"wait", server_wait, 1},
        {"close", server_close, 0},
        {"set_handlers", server_set_handlers, 1},
        {"cancel", lwaiter_cancel, 1},
        {"error_count", server_error_count, 0},
        {0},
};

static const luaL_Reg metamethods[] = {
        {"__gc", server_gc},
        {"__close", server_close},
        {"__tostring", server_tostring},
        {NULL, NULL},
};

static void make_weak_table(lua_State *L)
{
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
}

void lserver_open(lua_State *L)
{
    make_weak_table(L);
    lcompat_set_registry(L, &known_key);
    lua_newtable(L);
    lcompat_set_registry(L, &anchors_key);

    luaL_newmetatable(L, TYPE_NAME);
    luaL_setfuncs(L, metamethods, 0);
    lua_newtable(L);
    lcall_set_methods(L, methods);
    lcall_set_methods(L, lstate_methods);
    lua_pushcfunction(L, server_tick);
    lua_setfield(L, -2, "tick");
    for (const laction *action = lactions; action->name != NULL; action++)
        lyield_set_action(L, action);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers: what the SDK calls, handed on to the functions that the script gave.
 *
 * Each callback packs what it was handed, and a protected function unpacks it, pushes tables and starts the
 * handler as a coroutine. A callback is only registered where there is a handler, because the SDK does
 * something of its own where there is none (health: true; TerminateProcess: ProcessEnding). */

#include "lgamelift.h"

#include <stdio.h>
#include <string.h>

static const char *const handler_names[] = {
        "on_start_game_session",
        "on_update_game_session",
        "on_process_terminate",
        "on_health_check",
        "on_connection",
        "on_log",
        "on_error",
        "on_inherited_answer",
        "on_detach",
        NULL,
};

/* ---- the handlers of a server ---- */

void lhandlers_check(lua_State *L, int table, const char *what, const char *const *others)
{
    lread_check_fields(L, table, what, handler_names, others);
    for (const char *const *name = handler_names; *name != NULL; name++) {
        int type = lread_push_field(L, table, *name);
        if (type != LUA_TNIL && type != LUA_TFUNCTION)
            luaL_error(L, "%s: %s: function expected, got %s", what, *name, luaL_typename(L, -1));
        lua_pop(L, 1);
    }
}

void lhandlers_push_table(lua_State *L, int table)
{
    lua_newtable(L);
    for (const char *const *name = handler_names; *name != NULL; name++) {
        lread_push_field(L, table, *name);
        lua_setfield(L, -2, *name);
    }
}

void lhandlers_keep(lua_State *L, int server)
{
    lserver_push_user_value(L, server);
    lua_insert(L, -2);
    lua_setfield(L, -2, "handlers");
    lua_pop(L, 1);
}

bool lhandlers_push(lua_State *L, int server, const char *name)
{
    lserver_push_user_value(L, server);
    lua_pushliteral(L, "handlers");
    lua_rawget(L, -2);
    lua_remove(L, -2);
    if (lua_istable(L, -1)) {
        lua_pushstring(L, name);
        lua_rawget(L, -2);
        lua_remove(L, -2);
    }
    if (lua_isfunction(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

/* ---- the SDK's callbacks ---- */

typedef struct event {
    lserver *self;
    const glift_game_session *session;
    const glift_game_session_update *update;
    const glift_connection_event *connection;
    int64_t termination_time_unix_ms;
    glift_log_level level;
    const char *text;
    bool healthy;
} event;

/* The handler and the server, then one argument that the caller has pushed before. */
static void start_handler(lua_State *L, const event *e, const char *name)
{
    int argument = lua_gettop(L), server = lserver_push(L, e->self);
    if (!lhandlers_push(L, server, name))
        return;
    lua_pushvalue(L, server);
    lua_pushvalue(L, argument);
    lscript_start(L, server, 2);
}

static int start_game_session(lua_State *L)
{
    const event *e = lua_touserdata(L, 1);
    lvalue_push_game_session(L, e->session);
    start_handler(L, e, "on_start_game_session");
    return 0;
}

static int update_game_session(lua_State *L)
{
    const event *e = lua_touserdata(L, 1);
    lvalue_push_update(L, e->update);
    start_handler(L, e, "on_update_game_session");
    return 0;
}

static int process_terminate(lua_State *L)
{
    const event *e = lua_touserdata(L, 1);
    lvalue_push_time(L, e->termination_time_unix_ms);
    start_handler(L, e, "on_process_terminate");
    return 0;
}

/* One that waits or raises answers false. */
static int health_check(lua_State *L)
{
    event *e = lua_touserdata(L, 1);
    int server = lserver_push(L, e->self);
    if (!lhandlers_push(L, server, "on_health_check"))
        return 0;
    lua_pushvalue(L, server);
    int status = lscript_start(L, server, 1);
    if (status == LUA_OK)
        e->healthy = lua_toboolean(lua_tothread(L, -1), 1);
    else if (status == LUA_YIELD)
        lscript_warn(L, server, "on_health_check must not wait: the answer is false");
    return 0;
}

static int connection(lua_State *L)
{
    const event *e = lua_touserdata(L, 1);
    lvalue_push_connection_event(L, e->connection);
    start_handler(L, e, "on_connection");
    return 0;
}

static int log_line(lua_State *L)
{
    const event *e = lua_touserdata(L, 1);
    lscript_log(L, lserver_push(L, e->self), e->level, e->text);
    return 0;
}

static void on_start_game_session(glift_server *server, const glift_game_session *session, void *user)
{
    (void)server;
    event e = {.self = user, .session = session};
    lscript_protected(e.self, start_game_session, &e);
}

static void on_update_game_session(glift_server *server, const glift_game_session_update *update, void *user)
{
    (void)server;
    event e = {.self = user, .update = update};
    lscript_protected(e.self, update_game_session, &e);
}

static void on_process_terminate(glift_server *server, int64_t termination_time_unix_ms, void *user)
{
    (void)server;
    event e = {.self = user, .termination_time_unix_ms = termination_time_unix_ms};
    lscript_protected(e.self, process_terminate, &e);
}

static bool on_health_check(glift_server *server, void *user)
{
    (void)server;
    event e = {.self = user};
    lscript_protected(e.self, health_check, &e);
    return e.healthy;
}

static void on_connection(glift_server *server, const glift_connection_event *event_, void *user)
{
    (void)server;
    event e = {.self = user, .connection = event_};
    lscript_protected(e.self, connection, &e);
}

/* glift_server_create() says why it fails, before there is a server. */
static void keep_problem(lserver *self, const char *message)
{
    static const char prefix[] = "glift_server_create: ";
    if (strncmp(message, prefix, sizeof prefix - 1) == 0)
        message += sizeof prefix - 1;
    snprintf(self->problem, sizeof self->problem, "%s", message);
}

static void print_line(glift_log_level level, const char *message)
{
    if (level >= GLIFT_LOG_WARNING)
        fprintf(stderr, "gamelift: %s: %s\n", lvalue_log_levels[level], message);
}

static void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    event e = {.self = user, .level = level, .text = message};
    if (server == NULL)
        keep_problem(e.self, message);
    if (e.self->is_garbage)
        print_line(level, message);
    else
        lscript_protected(e.self, log_line, &e);
}

/* So that new_server can say why it failed, a server of our own always logs through us. */
static void on_log_without_handler(
        glift_server *server, glift_log_level level, const char *message, void *user)
{
    lserver *self = user;
    if (server == NULL)
        keep_problem(self, message);
    else
        print_line(level, message);
}

void lhandlers_fill(lua_State *L, int table, lserver *self, glift_server_desc *desc)
{
    bool given[sizeof handler_names / sizeof handler_names[0]];
    for (int i = 0; handler_names[i] != NULL; i++) {
        given[i] = lread_push_field(L, table, handler_names[i]) != LUA_TNIL;
        lua_pop(L, 1);
    }
    desc->on_start_game_session = given[0] ? on_start_game_session : NULL;
    desc->on_update_game_session = given[1] ? on_update_game_session : NULL;
    desc->on_process_terminate = given[2] ? on_process_terminate : NULL;
    desc->on_health_check = given[3] ? on_health_check : NULL;
    desc->on_connection = given[4] ? on_connection : NULL;
    desc->on_log = given[5] ? on_log : self->plugin == NULL ? on_log_without_handler : NULL;
    desc->on_inherited_answer = linherited_on_answer; /* also without a handler: for who waits here */
    desc->log_level = self->log_level;
    if (!given[5] && desc->log_level < GLIFT_LOG_WARNING)
        desc->log_level = GLIFT_LOG_WARNING;
    desc->user = self;
}

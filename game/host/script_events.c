/* SPDX-License-Identifier: Apache-2.0 */
/* Events on their way to the script: what each handler is given. */

#include "script_internal.h"
#include "place.h"

#include <string.h>

static bool call_handler(script *s, script_event event, script_push_fn push, const void *arguments)
{
    script_job j = {.s = s, .function_ref = s->handler_refs[event], .push = push, .arguments = arguments};
    if (j.function_ref == LUA_NOREF)
        return false;
    script_run_job(s, &j);
    return true;
}

/* ---- all modes ---- */

/* NULL: nobody sleeps. */
static script_wait **next_sleeper(script *s)
{
    script_wait **next = NULL;
    for (script_wait **at = &s->waits; *at != NULL; at = &(*at)->next) {
        bool sleeps = (*at)->fetch == 0 && (*at)->coroutine_ref != LUA_NOREF;
        if (sleeps && (next == NULL || (*at)->wake_ns < (*next)->wake_ns))
            next = at;
    }
    return next;
}

/* In the order of their times, whatever the coroutines that run begin and end meanwhile. */
static void wake_sleepers(script *s, uint64_t now_ns)
{
    script_wait **next;
    while ((next = next_sleeper(s)) != NULL && (*next)->wake_ns <= now_ns)
        script_end_wait(s, next, NULL, NULL);
}

static int push_two_numbers(lua_State *L, const void *arguments)
{
    const double *numbers = arguments;
    lua_pushnumber(L, numbers[0]);
    lua_pushnumber(L, numbers[1]);
    return 2;
}

void script_tick(script *s, double dt, double now)
{
    script_tell_errors(s, false);
    wake_sleepers(s, net_now_ns());
    call_handler(s, EVENT_TICK, push_two_numbers, (double[]){dt, now});
}

static int push_number(lua_State *L, const void *arguments)
{
    lua_pushnumber(L, *(const double *)arguments);
    return 1;
}

bool script_terminate(script *s, double grace_s)
{
    return call_handler(s, EVENT_TERMINATE, push_number, &grace_s);
}

typedef struct socket_event {
    uint64_t socket;
    const char *text, *address;
    size_t length;
    bool again;
} socket_event;

static int push_connect(lua_State *L, const void *arguments)
{
    const socket_event *what = arguments;
    lua_pushinteger(L, (lua_Integer)what->socket);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, what->text);
    lua_setfield(L, -2, "player_session_id");
    lua_pushstring(L, what->address);
    lua_setfield(L, -2, "address");
    lua_pushboolean(L, what->again);
    lua_setfield(L, -2, "again");
    return 2;
}

void script_connect(
        script *s, uint64_t socket, const char *player_session_id, const char *address, bool again)
{
    socket_event what = {.socket = socket, .text = player_session_id, .address = address, .again = again};
    if (!call_handler(s, EVENT_CONNECT, push_connect, &what) && !again)
        net_close_socket(s->host->net, socket, "this server's script takes no players");
}

static int push_socket(lua_State *L, const void *arguments)
{
    lua_pushinteger(L, (lua_Integer)((const socket_event *)arguments)->socket);
    return 1;
}

void script_open(script *s, uint64_t socket)
{
    call_handler(s, EVENT_OPEN, push_socket, &(socket_event){.socket = socket});
}

static int push_socket_and_text(lua_State *L, const void *arguments)
{
    const socket_event *what = arguments;
    lua_pushinteger(L, (lua_Integer)what->socket);
    lua_pushlstring(L, what->text, what->length);
    return 2;
}

void script_message(script *s, uint64_t socket, const char *bytes, size_t length)
{
    socket_event what = {.socket = socket, .text = bytes, .length = length};
    call_handler(s, EVENT_MESSAGE, push_socket_and_text, &what);
}

void script_disconnect(script *s, uint64_t socket, const char *reason)
{
    socket_event what = {.socket = socket, .text = reason, .length = strlen(reason)};
    call_handler(s, EVENT_DISCONNECT, push_socket_and_text, &what);
}

/* respond(status, table_or_string): the first answer counts. */
static int respond(lua_State *L)
{
    lua_Integer status = luaL_checkinteger(L, 1);
    luaL_argcheck(L, status >= 200 && status <= 599, 1, "a status is 200 to 599");
    const char *type = "text/plain; charset=utf-8";
    size_t length;
    if (lua_istable(L, 2)) {
        type = "application/json";
        script_push_json(L, 2);
    } else {
        luaL_checkstring(L, 2);
        lua_pushvalue(L, 2);
    }
    const char *body = lua_tolstring(L, -1, &length);
    lua_pushboolean(L, net_respond(script_of(L)->host->net, (uint64_t)lua_tointeger(L, lua_upvalueindex(1)),
                               (int)status, type, body, length));
    return 1;
}

typedef struct request_event {
    uint64_t request;
    const net_request *what;
} request_event;

static int push_request(lua_State *L, const void *arguments)
{
    const request_event *event = arguments;
    lua_createtable(L, 0, 5);
    lua_pushstring(L, event->what->method);
    lua_setfield(L, -2, "method");
    lua_pushstring(L, event->what->path);
    lua_setfield(L, -2, "path");
    lua_pushstring(L, event->what->address);
    lua_setfield(L, -2, "address");
    lua_pushlstring(L, event->what->body, event->what->body_length);
    lua_setfield(L, -2, "body");
    lua_createtable(L, 0, (int)event->what->query_count);
    for (size_t i = 0; i < event->what->query_count; i++) {
        lua_pushstring(L, event->what->query[i].name);
        lua_pushstring(L, event->what->query[i].value);
        lua_rawset(L, -3);
    }
    lua_setfield(L, -2, "query");
    lua_pushinteger(L, (lua_Integer)event->request);
    lua_pushcclosure(L, respond, 1);
    return 2;
}

void script_request(script *s, uint64_t request, const net_request *what)
{
    static const char none[] = "{\"message\":\"the lobby's script answers no requests\"}";
    script_job j = {.s = s,
            .function_ref = s->handler_refs[EVENT_REQUEST],
            .request = request,
            .push = push_request,
            .arguments = &(request_event){.request = request, .what = what}};
    if (j.function_ref == LUA_NOREF)
        net_respond(s->host->net, request, 501, "application/json", none, sizeof none - 1);
    else
        script_run_job(s, &j);
}

typedef struct response_event {
    int status;
    const char *body;
    size_t length;
} response_event;

static int push_response(lua_State *L, const void *arguments)
{
    const response_event *what = arguments;
    if (what->status == 0) {
        luaL_pushfail(L);
        lua_pushlstring(L, what->body, what->length);
        return 2;
    }
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, what->status);
    lua_setfield(L, -2, "status");
    lua_pushlstring(L, what->body, what->length);
    lua_setfield(L, -2, "body");
    return 1;
}

void script_response(script *s, uint64_t fetch, int status, const char *body, size_t length)
{
    response_event what = {.status = status, .body = body, .length = length};
    for (script_wait **at = &s->waits; *at != NULL; at = &(*at)->next) {
        if ((*at)->fetch == fetch) {
            script_end_wait(s, at, push_response, &what);
            return;
        }
    }
}

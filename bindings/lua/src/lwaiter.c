/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits for an answer, and how the answer gets there.
 *
 * A waiter is the `user` of one request. It is on the heap, not in Lua, because the SDK may answer after the
 * Lua state has gone (a plugin's server outlives it): then `self` is NULL and the answer goes nowhere. The
 * function or coroutine itself is kept in the server's user value, under `reference`. */

#include "lgamelift.h"

#include <stdlib.h>

struct lwaiter {
    lwaiter *next, **link; /* the server's list */
    lserver *self;
    const char *what; /* the method, for messages */
    lwaiter_push_fn push;
    int reference;
};

/* ---- making one ---- */

static void unlink_waiter(lwaiter *waiter)
{
    *waiter->link = waiter->next;
    if (waiter->next != NULL)
        waiter->next->link = waiter->link;
    waiter->self = NULL;
}

/* Keeps the function or coroutine on top, which is popped; a coroutine is marked as waiting here. */
static int keep(lua_State *L, int server)
{
    lserver_push_user_value(L, server);
    lua_insert(L, -2);
    lua_pushvalue(L, -1);
    int reference = luaL_ref(L, -3);
    if (lua_isthread(L, -1)) {
        lua_pushinteger(L, reference);
        lua_rawset(L, -3);
        lua_pop(L, 1);
    } else {
        lua_pop(L, 2);
    }
    return reference;
}

/* Pushes what was kept, and forgets it. False for a coroutine that does not wait for this any more. */
static bool take_back(lua_State *L, int server, int reference)
{
    bool waits = true;
    lserver_push_user_value(L, server);
    int kept = lua_gettop(L);
    lua_rawgeti(L, kept, reference);
    luaL_unref(L, kept, reference);
    if (lua_isthread(L, -1)) {
        lua_pushvalue(L, -1);
        lua_rawget(L, kept);
        waits = lua_tointeger(L, -1) == reference;
        lua_pop(L, 1);
        if (waits) {
            lua_pushvalue(L, -1);
            lua_pushnil(L);
            lua_rawset(L, kept);
        }
    }
    lua_remove(L, kept);
    return waits;
}

lwaiter *lwaiter_new(lua_State *L, lserver *self, int index, const char *what, lwaiter_push_fn push)
{
    if (lua_isnoneornil(L, index)) {
        lua_pushthread(L);
    } else {
        lcompat_check_type(L, index, LUA_TFUNCTION);
        lua_pushvalue(L, index);
    }
    int reference = keep(L, 1); /* first, since it may raise */
    lwaiter *waiter = malloc(sizeof *waiter);
    if (waiter == NULL) {
        take_back(L, 1, reference);
        luaL_error(L, "not enough memory");
        return NULL; /* never: luaL_error raises */
    }
    *waiter = (lwaiter){
            .next = self->waiting,
            .link = &self->waiting,
            .self = self,
            .what = what,
            .push = push,
            .reference = reference,
    };
    if (waiter->next != NULL)
        waiter->next->link = &waiter->next;
    self->waiting = waiter;
    return waiter;
}

/* ---- what the method returns ---- */

int lwaiter_push_failure(lua_State *L, const char *message, glift_status status)
{
    lua_pushnil(L);
    lua_pushstring(L, message);
    lua_pushstring(L, glift_status_name(status));
    return 3;
}

static const char *reason_of(glift_status status)
{
    switch (status) {
    case GLIFT_ERR_ARGUMENT:
        return "an argument is missing, too long, or not of the required form; the log says which";
    case GLIFT_ERR_STATE:
        return "not possible now; the log says why";
    case GLIFT_ERR_MEMORY:
        return "not enough memory";
    default:
        return glift_status_name(status);
    }
}

static int refuse(lua_State *L, lwaiter *waiter, glift_status status)
{
    const char *what = waiter->what;
    int reference = waiter->reference;
    bool is_closed = waiter->self == NULL || lserver_handle(waiter->self) == NULL;
    if (waiter->self != NULL)
        unlink_waiter(waiter);
    free(waiter); /* before anything that may raise */
    take_back(L, 1, reference);
    if (is_closed)
        return luaL_error(L, "server is closed"); /* by a finalizer, in this method */
    const char *message = lua_pushfstring(L, "%s was not sent: %s", what, reason_of(status));
    return lwaiter_push_failure(L, message, status);
}

void lwaiter_check_answered(lua_State *L)
{
    lserver_push_user_value(L, 1);
    lua_pushthread(L);
    lua_rawget(L, -2);
    bool still_waits = !lua_isnil(L, -1);
    lua_pop(L, 1);
    if (still_waits) {
        lua_pushthread(L);
        lua_pushnil(L);
        lua_rawset(L, -3);
        luaL_error(L, "something else has resumed a coroutine that waits for an answer of GameLift");
    }
    lua_pop(L, 1);
}

int lwaiter_finish(lua_State *L, lwaiter *waiter, glift_status status)
{
    if (status != GLIFT_OK)
        return refuse(L, waiter, status);
    lserver_push_user_value(L, 1);
    lua_rawgeti(L, -1, waiter->reference);
    bool is_coroutine = lua_isthread(L, -1);
    lua_pop(L, 2);
    if (is_coroutine)
        return lyield_wait(L);
    lua_pushboolean(L, 1);
    return 1;
}

/* ---- the answer ---- */

typedef struct answer {
    lserver *self;
    const char *what;
    lwaiter_push_fn push;
    int reference;
    const glift_result *result;
} answer;

static int push_result(lua_State *L, const answer *a)
{
    const glift_result *result = a->result;
    luaL_checkstack(L, LUA_MINSTACK, a->what);
    if (result->status == GLIFT_OK)
        return a->push(L, result);
    const char *message = result->message[0] != '\0' ? result->message : glift_status_name(result->status);
    return lwaiter_push_failure(L, message, result->status);
}

/* Protected. */
static int deliver(lua_State *L)
{
    const answer *a = lua_touserdata(L, 1);
    int server = lserver_push(L, a->self);
    bool waits = take_back(L, server, a->reference);
    int thread = lua_gettop(L);
    lua_State *co = lua_tothread(L, thread);
    if (co == NULL) {
        lscript_start(L, server, push_result(L, a));
    } else if (!waits || !lyield_is_waiting(co)) {
        lscript_warn(L, server, "the answer to %s found nobody: its coroutine does not wait for it any more",
                a->what);
    } else {
        int count = lyield_push_token(L);
        count += push_result(L, a);
        if (!lua_checkstack(co, count + LUA_MINSTACK))
            return luaL_error(L, "not enough memory");
        lua_xmove(L, co, count);
        lscript_resume(L, server, thread, count);
    }
    return 0;
}

static answer take_answer(lwaiter *waiter, const glift_result *result)
{
    answer a = {waiter->self, waiter->what, waiter->push, waiter->reference, result};
    unlink_waiter(waiter);
    return a;
}

void lwaiter_on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    lwaiter *waiter = user;
    if (waiter->self != NULL) {
        answer a = take_answer(waiter, result);
        lscript_protected(a.self, deliver, &a);
    }
    free(waiter);
}

void lwaiter_answer_all(lserver *self, glift_server *server, glift_status status, const char *message)
{
    glift_result result = {.status = status, .message = message};
    while (self->waiting != NULL) {
        glift_server_cancel(server, self->waiting);
        answer a = take_answer(self->waiting, &result);
        lscript_protected(self, deliver, &a);
    }
}

void lwaiter_forget_all(lserver *self)
{
    while (self->waiting != NULL)
        unlink_waiter(self->waiting);
}

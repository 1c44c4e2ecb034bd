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
    lua_CFunction method;
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
static int keep(lua_State *L, lserver *self)
{
    lserver_push_user_value(L, self);
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
static bool take_back(lua_State *L, lserver *self, int reference)
{
    bool waits = true;
    lserver_push_user_value(L, self);
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
        if (!lua_isyieldable(L))
            luaL_error(L,
                    "%s waits for its answer: call it in a coroutine (gamelift.run), or hand it a function",
                    what);
        lua_pushthread(L);
    } else {
        luaL_checktype(L, index, LUA_TFUNCTION);
        lua_pushvalue(L, index);
    }
    int reference = keep(L, self); /* first, since it may raise */
    lwaiter *waiter = malloc(sizeof *waiter);
    if (waiter == NULL) {
        take_back(L, self, reference);
        luaL_error(L, "not enough memory");
        return NULL; /* never: luaL_error raises */
    }
    *waiter = (lwaiter){
            .next = self->waiting,
            .link = &self->waiting,
            .self = self,
            .what = what,
            .push = push,
            .method = lcompat_innermost(L),
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
    take_back(L, waiter->self, waiter->reference);
    const char *what = waiter->what;
    unlink_waiter(waiter);
    free(waiter); /* before anything that may raise */
    const char *message = lua_pushfstring(L, "%s was not sent: %s", what, reason_of(status));
    return lwaiter_push_failure(L, message, status);
}

#if LUA_VERSION_NUM >= 503
/* The coroutine goes on. If it is still marked as waiting, somebody else has resumed it. */
static int after_wait(lua_State *L, int status, lua_KContext stack_size)
{
    (void)status;
    lua_getuservalue(L, 1);
    lua_pushthread(L);
    lua_rawget(L, -2);
    bool still_waits = !lua_isnil(L, -1);
    lua_pop(L, 1);
    if (still_waits) {
        lua_pushthread(L);
        lua_pushnil(L);
        lua_rawset(L, -3);
        return luaL_error(L, "something else has resumed a coroutine that waits for an answer of GameLift");
    }
    lua_pop(L, 1);
    return lua_gettop(L) - (int)stack_size;
}
#endif

static int wait_here(lua_State *L)
{
#if LUA_VERSION_NUM >= 503
    return lua_yieldk(L, 0, lua_gettop(L), after_wait);
#else
    return lua_yield(L, 0);
#endif
}

int lwaiter_finish(lua_State *L, lwaiter *waiter, glift_status status)
{
    if (status != GLIFT_OK)
        return refuse(L, waiter, status);
    lserver_push_user_value(L, waiter->self);
    lua_rawgeti(L, -1, waiter->reference);
    bool is_coroutine = lua_isthread(L, -1);
    lua_pop(L, 2);
    if (is_coroutine)
        return wait_here(L);
    lua_pushboolean(L, 1);
    return 1;
}

/* ---- the answer ---- */

typedef struct answer {
    lserver *self;
    const char *what;
    lwaiter_push_fn push;
    lua_CFunction method;
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

/* Not one that has raised in there, which 5.1 and 5.2 do when it cannot wait, and waits for something else
 * now. */
static bool waits_in(lua_State *co, lua_CFunction method)
{
    return lua_status(co) == LUA_YIELD && lcompat_innermost(co) == method;
}

/* Protected. */
static int deliver(lua_State *L)
{
    const answer *a = lua_touserdata(L, 1);
    bool waits = take_back(L, a->self, a->reference);
    lua_State *co = lua_tothread(L, -1);
    if (co == NULL) {
        lscript_start(L, a->self, push_result(L, a));
    } else if (!waits || !waits_in(co, a->method)) {
        lscript_warn(L, a->self, "the answer to %s found nobody: its coroutine does not wait for it any more",
                a->what);
    } else {
        int count = push_result(L, a);
        if (!lua_checkstack(co, count + LUA_MINSTACK))
            return luaL_error(L, "not enough memory");
        lua_xmove(L, co, count);
        lscript_resume(L, a->self, co, count);
    }
    return 0;
}

static answer take_answer(lwaiter *waiter, const glift_result *result)
{
    answer a = {waiter->self, waiter->what, waiter->push, waiter->method, waiter->reference, result};
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

void lwaiter_answer_all(
        lua_State *L, lserver *self, glift_server *server, glift_status status, const char *message)
{
    glift_result result = {.status = status, .message = message};
    lua_State *previous = self->L;
    self->L = L;
    while (self->waiting != NULL) {
        glift_server_cancel(server, self->waiting);
        answer a = take_answer(self->waiting, &result);
        lscript_protected(self, deliver, &a);
    }
    self->L = previous;
}

void lwaiter_forget_all(lserver *self)
{
    while (self->waiting != NULL)
        unlink_waiter(self->waiting);
}

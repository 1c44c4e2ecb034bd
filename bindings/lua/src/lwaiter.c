/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits for an answer, and how the answer gets there.
 *
 * A waiter is the `user` of one request. It is on the heap, not in Lua, because the SDK may answer after the
 * Lua state has gone: then `self` is NULL and the answer goes nowhere. The function or coroutine itself is
 * kept in the server's user value, under `reference`.
 *
 * After a rebind the SDK never comes back to the waiters of before, which are `inherited` then: the answers
 * are offered to the new callbacks, which are ours again where scripts have only set other handlers, and find
 * their waiters by the id of the request. */

#include "lgamelift.h"

#include <stdio.h>
#include <stdlib.h>

enum { MESSAGE_SIZE = 512 };

struct lwaiter {
    lwaiter *next, **link; /* the server's list */
    lserver *self;
    const char *what; /* the method, for messages */
    lwaiter_push_fn push;
    int reference;
    uint64_t request_id;
    bool is_inherited;
    lsleep *sleep;     /* what it waits for; NULL: an answer of the SDK */
    bool is_cancelled; /* the answer is on its way */
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

int lwaiter_push_refusal(lua_State *L, const glift_server *server, glift_status status)
{
    char message[MESSAGE_SIZE]; /* a finalizer may make the next call, or close the server */
    snprintf(message, sizeof message, "%s", glift_get_last_refusal(server));
    return lwaiter_push_failure(L, message, status);
}

void lwaiter_set_sleep(lwaiter *waiter, lsleep *sleep)
{
    waiter->sleep = sleep;
}

void lwaiter_drop(lwaiter *waiter)
{
    if (waiter->self != NULL)
        unlink_waiter(waiter);
    free(waiter);
}

static int refuse(lua_State *L, lwaiter *waiter, glift_status status)
{
    int reference = waiter->reference;
    const glift_server *server = waiter->self != NULL ? lserver_handle(waiter->self) : NULL;
    char message[MESSAGE_SIZE];
    snprintf(message, sizeof message, "%s",
            status == GLIFT_ERR_MEMORY ? "not enough memory" : glift_get_last_refusal(server));
    if (waiter->self != NULL)
        unlink_waiter(waiter);
    free(waiter); /* before anything that may raise */
    take_back(L, 1, reference);
    if (server == NULL)
        return luaL_error(L, "server is closed"); /* by a finalizer, in this method */
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
    if (waiter->sleep == NULL)
        waiter->request_id = glift_get_last_request_id(lserver_handle(waiter->self));
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

/* ---- cancelling ---- */

/* Whether it is the function or coroutine at index 2 that waits. */
static bool is_meant(lua_State *L, const lwaiter *waiter, int kept)
{
    lua_rawgeti(L, kept, waiter->reference);
    bool is_meant = lua_rawequal(L, -1, 2);
    lua_pop(L, 1);
    return is_meant;
}

static bool cancel(lserver *self, lwaiter *waiter)
{
    if (waiter->is_cancelled)
        return false;
    if (waiter->sleep != NULL)
        lsleep_cancel(self, waiter->sleep);
    else if (glift_cancel_request(lserver_handle(self), waiter->request_id) != GLIFT_OK)
        return false;
    waiter->is_cancelled = true;
    return true;
}

int lwaiter_cancel(lua_State *L)
{
    lserver *self = lserver_check(L, 1);
    bool is_one = !lua_isnone(L, 2);
    int count = 0;
    if (is_one && !lua_isthread(L, 2) && !lua_isfunction(L, 2))
        luaL_argerror(
                L, 2, lua_pushfstring(L, "coroutine or function expected, got %s", luaL_typename(L, 2)));
    lserver_push_user_value(L, 1);
    int kept = lua_gettop(L);
    for (lwaiter *waiter = self->waiting; waiter != NULL; waiter = waiter->next)
        if ((!is_one || is_meant(L, waiter, kept)) && cancel(self, waiter))
            count++;
    lua_pushinteger(L, count);
    return 1;
}

/* ---- after a rebind ---- */

void lwaiter_inherit_all(lserver *self)
{
    for (lwaiter *waiter = self->waiting; waiter != NULL; waiter = waiter->next)
        waiter->is_inherited = true;
}

static lwaiter *find_inherited(const lserver *self, uint64_t request_id)
{
    lwaiter *waiter = self->waiting;
    while (waiter != NULL && !(waiter->is_inherited && waiter->request_id == request_id))
        waiter = waiter->next;
    return waiter;
}

bool lwaiter_waits_for(const lserver *self, uint64_t request_id)
{
    return find_inherited(self, request_id) != NULL;
}

static void answer_inherited(lwaiter *waiter, const glift_result *result)
{
    answer a = take_answer(waiter, result);
    free(waiter);
    lscript_protected(a.self, deliver, &a);
}

bool lwaiter_on_inherited_answer(lserver *self, const glift_inherited_answer *inherited)
{
    lwaiter *waiter = find_inherited(self, inherited->request_id);
    if (waiter != NULL)
        answer_inherited(waiter, inherited->result);
    return waiter != NULL;
}

void lwaiter_answer_all(lserver *self, glift_status status, const char *message)
{
    const glift_result result = {.status = status, .message = message};
    while (self->waiting != NULL)
        answer_inherited(self->waiting, &result);
}

void lwaiter_forget_all(lserver *self)
{
    while (self->waiting != NULL) {
        lwaiter *waiter = self->waiting;
        unlink_waiter(waiter);
        if (waiter->is_inherited)
            free(waiter);
    }
}

/* Whether the SDK does not come back to the waiter: its request is inherited by somebody else, or the answer
 * was taken by them. One that is neither is cancelled, because nobody would learn of its answer. */
static bool is_lost(glift_server *server, const lwaiter *waiter)
{
    size_t count = glift_get_inherited_requests(server, NULL, 0);
    glift_inherited_request *list = calloc(count + 1, sizeof *list);
    if (list == NULL)
        return false;
    bool found = false;
    count = glift_get_inherited_requests(server, list, count);
    for (size_t i = 0; i < count && !found; i++)
        found = list[i].request_id == waiter->request_id;
    free(list);
    return found || glift_cancel_request(server, waiter->request_id) == GLIFT_ERR_NOT_FOUND;
}

void lwaiter_leave_all(lserver *self, glift_server *server)
{
    for (lwaiter *waiter = self->waiting; waiter != NULL; waiter = waiter->next)
        waiter->is_inherited = waiter->is_inherited || server == NULL || is_lost(server, waiter);
    lwaiter_forget_all(self);
}

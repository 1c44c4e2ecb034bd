/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting: whether the running coroutine can do it right here, which is judged before anything is sent, and
 * whether it was an answer of GameLift that ended the wait.
 *
 * Each Lua has its own way to tell the first:
 *   5.3, 5.4  lua_isyieldable.
 *   LuaJIT    lua_isyieldable, but in a debug hook or a finalizer it says yes for a coroutine that began
 * there, which LuaJIT then crashes on. No hook is called inside a hook or finalizer: one that we set shows.
 *   5.2       an error in lua_pcallk comes back through the continuation exactly where lua_yieldk is allowed.
 *   5.1       not under a C function, a hook, a finalizer, an iterator or a metamethod. The stack shows all
 * but the last, which is called like a function without a name: it is one if a variable of its caller has it
 * in its metatable. (One that ends in a tail call leaves no trace: there the raise is Lua's own, when the
 * request is on its way.)
 *
 * For the second, 5.2 and later have continuations. In 5.1 and LuaJIT a method is a Lua function round the C
 * one, so that something of ours runs after the wait. */

#include "lgamelift.h"

/* ---- may it yield? ---- */

#if LUA_VERSION_NUM == 501

/* LuaJIT has it, 5.1 has not. */
extern int lua_isyieldable(lua_State *L) __attribute__((weak));

/* ---- hooks and finalizers ---- */

static void on_probe(lua_State *L, lua_Debug *frame)
{
    (void)frame;
    lua_sethook(L, NULL, 0, 0);
}

static int do_nothing(lua_State *L)
{
    (void)L;
    return 0;
}

static bool is_in_hook(lua_State *L)
{
    lua_Hook hook = lua_gethook(L);
    int mask = lua_gethookmask(L), count = lua_gethookcount(L);
    luaL_checkstack(L, LUA_MINSTACK, "hook");
    lua_pushcfunction(L, do_nothing);
    lua_sethook(L, on_probe, LUA_MASKCALL, 0);
    lua_call(L, 0, 0);
    bool was_called = lua_gethook(L) != on_probe;
    lua_sethook(L, hook, mask, count);
    return !was_called;
}

/* ---- 5.1 ---- */

/* Whether the function at `function` is a metamethod of the value on top, or of what its __index leads to,
 * but not its __call, which can wait. Pops the value. */
static bool is_metamethod_of(lua_State *L, int function, int depth)
{
    bool found = false;
    int value = lua_gettop(L);
    if (depth > 0 && lua_getmetatable(L, value)) {
        for (lua_pushnil(L); !found && lua_next(L, value + 1) != 0; lua_settop(L, value + 2)) {
            const char *key = lua_type(L, value + 2) == LUA_TSTRING ? lua_tostring(L, value + 2) : "";
            if (strncmp(key, "__", 2) != 0 || strcmp(key, "__call") == 0)
                continue;
            found = lua_rawequal(L, value + 3, function) ||
                    (lua_istable(L, value + 3) && is_metamethod_of(L, function, depth - 1));
        }
    }
    lua_settop(L, value - 1);
    return found;
}

/* Whether the frame runs a metamethod: its caller then has the operand among its variables, or as its
 * globals. */
static bool is_metamethod(lua_State *L, lua_Debug *frame, int level)
{
    enum { DEPTH = 8 };
    bool found = false;
    lua_Debug caller;
    if (lua_getstack(L, level + 1, &caller) == 0)
        return false;
    lua_getinfo(L, "f", frame);
    int function = lua_gettop(L);
    for (int variable = 1; !found && lua_getlocal(L, &caller, variable) != NULL; variable++)
        found = is_metamethod_of(L, function, DEPTH);
    if (!found) {
        lua_getinfo(L, "f", &caller);
        lua_getfenv(L, -1);
        found = is_metamethod_of(L, function, DEPTH);
    }
    lua_settop(L, function - 1);
    return found;
}

/* From the wrapper at level 1 to the bottom. */
static bool has_boundary_below(lua_State *L)
{
    lua_Debug frame;
    luaL_checkstack(L, 100, "coroutine");
    for (int level = 1; lua_getstack(L, level, &frame) != 0; level++) {
        lua_getinfo(L, "Sn", &frame);
        if (strcmp(frame.what, "C") == 0)
            return true;
        if (frame.name != NULL && strcmp(frame.name, "(for generator)") == 0)
            return true;
        if (strcmp(frame.what, "Lua") == 0 && frame.namewhat[0] == '\0' && is_metamethod(L, &frame, level))
            return true;
    }
    return false;
}

static bool is_main_thread(lua_State *L)
{
    bool is_main = lua_pushthread(L) != 0;
    lua_pop(L, 1);
    return is_main;
}

static bool can_wait(lua_State *L)
{
    bool can = lua_isyieldable != NULL ? lua_isyieldable(L) : !is_main_thread(L) && !has_boundary_below(L);
    return can && !is_in_hook(L);
}

#endif

/* ---- the method ---- */

static int refuse_to_wait(lua_State *L, const laction *action)
{
    return luaL_error(L,
            "%s waits for its answer: call it in a coroutine (gamelift.run), and not where that coroutine "
            "cannot "
            "wait (in a metamethod, a hook, or a C function such as require or table.sort), or hand it a "
            "function",
            action->name);
}

static const laction *begin(lua_State *L)
{
    const laction *action = lua_touserdata(L, lua_upvalueindex(1));
    lcall_check_count(L, action->name, lua_gettop(L) - 1, action->function_at - 1);
    luaL_checkstack(L, LUA_MINSTACK, action->name); /* the answer's values find room, too */
    return action;
}

#if LUA_VERSION_NUM == 502

static int raise_nil(lua_State *L)
{
    lua_pushnil(L);
    return lua_error(L);
}

static int go_on(lua_State *L)
{
    const laction *action = lua_touserdata(L, lua_upvalueindex(1));
    lua_pop(L, 1); /* the error */
    return action->body(L);
}

static int call_body(lua_State *L, const laction *action)
{
    lua_pushcfunction(L, raise_nil);
    lua_pcallk(L, 0, 0, 0, 0, go_on);
    return refuse_to_wait(L, action);
}

#else

static int call_body(lua_State *L, const laction *action)
{
#if LUA_VERSION_NUM == 501
    bool can = can_wait(L);
#else
    bool can = lua_isyieldable(L);
#endif
    return can ? action->body(L) : refuse_to_wait(L, action);
}

#endif

static int call_action(lua_State *L)
{
    const laction *action = begin(L);
    if (!lua_isnoneornil(L, action->function_at))
        return action->body(L);
    return call_body(L, action);
}

/* ---- the wait and its end ---- */

#if LUA_VERSION_NUM == 501

#define METHOD call_wrapped

static const char token_key; /* its address goes before what GameLift has answered */

/* What the C function gave, or what it was resumed with: (server, token, ...) -> ... */
static int check_resume(lua_State *L)
{
    if (lua_touserdata(L, 2) != &token_key)
        lwaiter_check_answered(L);
    return lua_gettop(L) - 2;
}

static int call_wrapped(lua_State *L)
{
    int count = call_action(L);
    if (count < 0)
        return count; /* yields */
    lyield_push_token(L);
    lua_insert(L, -(count + 1));
    return count + 1;
}

int lyield_wait(lua_State *L)
{
    return lua_yield(L, 0);
}

int lyield_push_token(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)&token_key);
    return 1;
}

void lyield_set_action(lua_State *L, const laction *action)
{
    static const char source[] = "local act, check = ... return function(server, ...) "
                                 "return check(server, act(server, ...)) end";
    if (luaL_loadbuffer(L, source, sizeof source - 1, "=" LCOMPAT_WRAPPER) != LUA_OK)
        lua_error(L);
    lua_pushlightuserdata(L, (void *)action);
    lua_pushcclosure(L, call_wrapped, 1);
    lua_pushcfunction(L, check_resume);
    lua_call(L, 2, 1);
    lua_setfield(L, -2, action->name);
}

#else

#define METHOD call_action

#if LUA_VERSION_NUM == 502
static int after_wait(lua_State *L)
{
    int stack_size = 0;
    lua_getctx(L, &stack_size);
    lwaiter_check_answered(L);
    return lua_gettop(L) - stack_size;
}
#else
static int after_wait(lua_State *L, int status, lua_KContext stack_size)
{
    (void)status;
    lwaiter_check_answered(L);
    return lua_gettop(L) - (int)stack_size;
}
#endif

/* While a C function waits, 5.2 and 5.3 as their authors publish them take the value on top for the function
 * that runs. Whoever looks at the coroutine (debug.traceback, a debugger) is to find a function there. */
int lyield_wait(lua_State *L)
{
    lua_pushcfunction(L, call_action);
    return lua_yieldk(L, 0, lua_gettop(L), after_wait);
}

int lyield_push_token(lua_State *L)
{
    (void)L;
    return 0;
}

void lyield_set_action(lua_State *L, const laction *action)
{
    lua_pushlightuserdata(L, (void *)action);
    lua_pushcclosure(L, call_action, 1);
    lua_setfield(L, -2, action->name);
}

#endif

bool lyield_is_waiting(lua_State *co)
{
    return lua_status(co) == LUA_YIELD && lcompat_innermost(co) == METHOD;
}

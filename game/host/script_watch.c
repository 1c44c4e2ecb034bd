/* SPDX-License-Identifier: Apache-2.0 */
/* The watchdog: a script that does not return is made to raise an error, and the host lives on.
 *
 * The kernel counts the CPU time of the process and sends a signal after each quarter of the limit. Where the
 * script is then still in the call in which the last few signals found it, the signal handler sets a hook
 * that raises. Nothing is paid for this while scripts do what they should: no clock is read, and no hook is
 * set.
 *
 * A hook belongs to one coroutine. Which one runs is known of those that the host starts, and of those that
 * scripts start, since coroutine.resume and coroutine.wrap are ours. The coroutines of the plugin's callbacks
 * inherit a slow hook, which looks at the watchdog now and then; they run seldom.
 *
 * What waits in the operating system (os.execute, a read) uses no CPU time and cannot be ended like this. */

#include "script_internal.h"
#include "engine.h"
#include "place.h"

#include <sys/time.h>

enum { PARTS = 4, SLOW_HOOK_COUNT = 100000 };

static void raise_end(lua_State *L, lua_Debug *where)
{
    script *s = script_of(L);
    (void)where;
    if (s->verdict == SCRIPT_MAY_GO_ON) { /* the call is over, and this coroutine was not meant */
        lua_sethook(L, NULL, 0, 0);
        return;
    }
    /* For as long as this coroutine runs: a pcall in it does not help. */
    lua_sethook(L, raise_end, LUA_MASKCOUNT, 1);
    if (s->verdict == SCRIPT_IS_TO_END)
        luaL_error(L, "interrupted: the program is to end");
    luaL_error(L, "this call did not return within %d ms of CPU time (script_timeout_ms), and is ended",
            s->timeout_ms);
}

static void look_now_and_then(lua_State *L, lua_Debug *where)
{
    if (script_of(L)->verdict != SCRIPT_MAY_GO_ON)
        raise_end(L, where);
}

/* ---- what runs ---- */

void script_enter(script *s)
{
    if (s->depth++ > 0)
        return;
    s->calls++;
    s->host->engine->entered = s;
}

void script_leave(script *s)
{
    if (--s->depth > 0)
        return;
    s->host->engine->entered = NULL;
    s->verdict = SCRIPT_MAY_GO_ON;
}

lua_State *script_switch(script *s, lua_State *to)
{
    lua_State *from = s->running;
    s->running = to;
    return from;
}

void script_switch_back(script *s, lua_State *to)
{
    s->running = to;
    if (s->verdict == SCRIPT_MAY_GO_ON)
        return;
    if (to != NULL && s->depth > 0)
        lua_sethook(to, raise_end, LUA_MASKCOUNT, 1); /* it would only start the next one */
}

/* coroutine.resume */
static int resume(lua_State *L)
{
    script *s = script_of(L);
    lua_State *coroutine = lua_tothread(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    if (coroutine == NULL) { /* it raises */
        lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
        return lua_gettop(L);
    }
    lua_State *outer = script_switch(s, coroutine);
    int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    script_switch_back(s, outer);
    return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

/* The function that coroutine.wrap() made and, as its first upvalue, the coroutine. */
static int call_wrapped(lua_State *L)
{
    script *s = script_of(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_State *outer = script_switch(s, lua_tothread(L, lua_upvalueindex(2)));
    int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    script_switch_back(s, outer);
    if (status == LUA_OK)
        return lua_gettop(L);
    if (lua_type(L, -1) == LUA_TSTRING) { /* as Lua's own does, which sees only us */
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

/* coroutine.wrap */
static int wrap(lua_State *L)
{
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    if (lua_getupvalue(L, -1, 1) == NULL)
        lua_pushnil(L);
    lua_pushcclosure(L, call_wrapped, 2);
    return 1;
}

void script_open_watch(lua_State *L)
{
    static const luaL_Reg ours[] = {{"resume", resume}, {"wrap", wrap}};
    lua_getglobal(L, "coroutine");
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        lua_getfield(L, -1, ours[i].name);
        lua_pushcclosure(L, ours[i].func, 1);
        lua_setfield(L, -2, ours[i].name);
    }
    lua_pop(L, 1);
}

void script_watch_made(script *s, bool watch)
{
    if (watch)
        lua_sethook(s->L, look_now_and_then, LUA_MASKCOUNT, SLOW_HOOK_COUNT);
    else
        lua_sethook(s->L, NULL, 0, 0);
}

/* ---- the clock ---- */

void script_start_watch(int timeout_ms)
{
    long part_us = timeout_ms * 1000L / PARTS;
    struct timeval part = {.tv_sec = part_us / 1000000, .tv_usec = part_us % 1000000};
    setitimer(ITIMER_PROF, &(struct itimerval){.it_interval = part, .it_value = part}, NULL);
}

static void end_call(script *s, script_verdict verdict)
{
    lua_State *running = s->running;
    if (s->depth == 0)
        return;
    s->verdict = verdict;
    if (running != NULL) /* as in the stand-alone interpreter, setting a hook is safe at any moment */
        lua_sethook(running, raise_end, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

void script_interrupt(script *s)
{
    end_call(s, SCRIPT_IS_TO_END);
}

void script_watch(script *s)
{
    if (s->depth == 0 || s->calls != s->watched_call) {
        s->watched_call = s->calls;
        s->strikes = 0;
    } else if (++s->strikes >= PARTS && s->timeout_ms > 0) {
        s->cuts += s->verdict == SCRIPT_MAY_GO_ON;
        end_call(s, s->verdict == SCRIPT_IS_TO_END ? SCRIPT_IS_TO_END : SCRIPT_TOOK_TOO_LONG);
    }
}

int script_cuts(const script *s)
{
    return s->cuts;
}

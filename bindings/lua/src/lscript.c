/* SPDX-License-Identifier: Apache-2.0 */
/* Coroutines and script errors.
 *
 * Whatever a script gave us to call runs in a coroutine of its own, so that it can wait. An error in it stops
 * that coroutine and nothing else: it is counted, logged with its traceback and handed to on_error. What
 * fails in the same way every frame is logged the 1st, 2nd, 4th, 8th ... time, so as not to fill the disk;
 * on_error hears of every one, because a script may have to put something in order after it. */

#include "lgamelift.h"

#include <stdarg.h>
#include <stdio.h>

/* Errors in on_error that come while on_error runs, and so on, are told so deep. */
#define MOST_NESTED 3

/* Protected: (thread, error) -> its text, with the thread's stack. */
static int describe(lua_State *L)
{
    const char *text = luaL_tolstring(L, 2, NULL);
    if (text == NULL)
        return luaL_error(L, "'__tostring' must return a string");
    lcompat_traceback(L, 1, text);
    if (!lua_isstring(L, -1))
        lua_pop(L, 1);
    return 1;
}

/* Pushes the error at index `error`, of the coroutine at index `thread`, as text; scripts take part in that
 * (__tostring), and may fail. */
static void push_text(lua_State *L, int thread, int error)
{
    lua_pushcfunction(L, describe);
    lua_pushvalue(L, thread);
    lua_pushvalue(L, error);
    if (lua_pcall(L, 2, 1, 0) != LUA_OK) {
        bool is_text = lua_type(L, -1) == LUA_TSTRING;
        lua_pushfstring(
                L, "(an error without a text: %s)", is_text ? lua_tostring(L, -1) : "not enough memory");
        lua_remove(L, -2);
    }
}

/* A function and its arguments are on top: a new coroutine with them takes their place. */
static lua_State *make_coroutine(lua_State *L, int argument_count)
{
    luaL_checkstack(L, LUA_MINSTACK, "coroutine");
    lua_State *co = lua_newthread(L);
    lua_insert(L, -(argument_count + 2));
    if (!lua_checkstack(co, argument_count + LUA_MINSTACK))
        luaL_error(L, "too many arguments");
    lua_xmove(L, co, argument_count + 1);
    return co;
}

/* The coroutine at index `thread` has died of the error on top of it, which is moved to L: nothing may be
 * pushed on a dead one, which may have no room. Returns the error's index. */
static int take_error(lua_State *L, int thread)
{
    luaL_checkstack(L, LUA_MINSTACK, "script error");
    lua_xmove(lua_tothread(L, thread), L, 1);
    return lua_gettop(L);
}

/* As lscript_start(), for the handlers that errors go to: their own errors go to stderr. */
static void start_teller(lua_State *L, lserver *self, int argument_count)
{
    lua_State *co = make_coroutine(L, argument_count);
    int thread = lua_gettop(L);
    self->telling++;
    int status = lcompat_resume(co, L, argument_count);
    self->telling--;
    if (status != LUA_OK && status != LUA_YIELD) {
        int error = take_error(L, thread);
        push_text(L, thread, error);
        fprintf(stderr, "gamelift: error: %s\n", lua_tostring(L, -1));
        lcompat_close_thread(L, co, error);
    }
    lua_settop(L, thread - 1);
}

void lscript_log(lua_State *L, int server, glift_log_level level, const char *text)
{
    lserver *self = server != 0 ? lua_touserdata(L, server) : NULL;
    if (self != NULL && level < self->log_level)
        return;
    if (self != NULL && self->telling < MOST_NESTED && lhandlers_push(L, server, "on_log")) {
        lua_pushvalue(L, server);
        lua_pushstring(L, lvalue_log_levels[level]);
        lua_pushstring(L, text);
        start_teller(L, self, 3);
    } else if (self != NULL && self->plugin != NULL &&
               GLIFT_HAS(glift_plugin_server, self->plugin, report_error)) {
        self->plugin->report_error(self->plugin->self, text);
    } else if (level >= GLIFT_LOG_WARNING) {
        fprintf(stderr, "gamelift: %s: %s\n", lvalue_log_levels[level], text);
    }
}

static unsigned long long hash_of(const char *text)
{
    unsigned long long hash = 14695981039346656037ULL; /* FNV-1a */
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
    return hash;
}

/* True if this error is to be logged: it is new, or has come 2, 4, 8, ... times in a row. */
static bool count_error(lserver *self, const char *text)
{
    unsigned long long hash = hash_of(text);
    self->error_count++;
    self->repeated = hash == self->last_error ? self->repeated + 1 : 1;
    self->last_error = hash;
    return (self->repeated & (self->repeated - 1)) == 0;
}

static void log_error(lua_State *L, int server, int text)
{
    const lserver *self = lua_touserdata(L, server);
    if (self->repeated > 1)
        lua_pushfstring(L, "(%d times) %s", (int)self->repeated, lua_tostring(L, text));
    else
        lua_pushvalue(L, text);
    lscript_log(L, server, GLIFT_LOG_ERROR, lua_tostring(L, -1));
    lua_pop(L, 1);
}

/* The text is at index `text`, the coroutine that failed at index `thread`. */
static void report_to(lua_State *L, int server, int text, int thread)
{
    lserver *self = lua_touserdata(L, server);
    luaL_checkstack(L, LUA_MINSTACK, "script error");
    if (count_error(self, lua_tostring(L, text)))
        log_error(L, server, text);
    if (self->telling < MOST_NESTED && lhandlers_push(L, server, "on_error")) {
        lua_pushvalue(L, server);
        lua_pushvalue(L, text);
        lua_pushvalue(L, thread);
        start_teller(L, self, 3);
    }
}

/* An error that belongs to no server (gamelift.run) is told to all of them. */
static void report(lua_State *L, int server, int text, int thread)
{
    if (server != 0) {
        report_to(L, server, text, thread);
        return;
    }
    lserver_push_all(L);
    int all = lua_gettop(L), count = (int)lua_rawlen(L, all);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, all, i);
        report_to(L, all + 1, text, thread);
        lua_pop(L, 1);
    }
    if (count == 0)
        lscript_log(L, 0, GLIFT_LOG_ERROR, lua_tostring(L, text));
    lua_pop(L, 1);
}

/* The coroutine at index `thread` has died. Pushes the text of its error. */
static void report_death(lua_State *L, int server, int thread)
{
    int error = take_error(L, thread);
    push_text(L, thread, error);
    lcompat_close_thread(L, lua_tothread(L, thread), error);
    int text = error + 1, left = error + 2;
    report(L, server, text, thread);
    if (!lua_rawequal(L, error, left)) {
        push_text(L, thread, left);
        report(L, server, lua_gettop(L), thread);
    }
    lua_pushvalue(L, text);
}

/* Whoever dies leaves the text of the error on the stack; the others nil. */
static int resume(lua_State *L, int server, int thread, int value_count)
{
    int top = lua_gettop(L);
    int status = lcompat_resume(lua_tothread(L, thread), L, value_count);
    if (status != LUA_OK && status != LUA_YIELD)
        report_death(L, server, thread);
    else
        lua_pushnil(L);
    lua_insert(L, top + 1);
    lua_settop(L, top + 1);
    return status;
}

int lscript_resume(lua_State *L, int server, int thread, int value_count)
{
    int status = resume(L, server, thread, value_count);
    lua_pop(L, 1);
    return status;
}

void lscript_run(lua_State *L, int argument_count)
{
    make_coroutine(L, argument_count);
    resume(L, 0, lua_gettop(L), argument_count);
}

int lscript_start(lua_State *L, int server, int argument_count)
{
    make_coroutine(L, argument_count);
    return lscript_resume(L, server, lua_gettop(L), argument_count);
}

void lscript_protected(lserver *self, lua_CFunction function, void *argument)
{
    lua_State *L = self->L;
    if (self->is_garbage || L == NULL)
        return;
    int top = lua_gettop(L);
    lua_checkstack(L, LUA_MINSTACK); /* there is room already: see lserver.c */
    self->depth++;
    lserver_anchor(self);
    if (lcompat_cpcall(L, function, argument) != LUA_OK) {
        bool is_text = lua_gettop(L) > top && lua_type(L, -1) == LUA_TSTRING;
        fprintf(stderr, "gamelift: error: %s\n", is_text ? lua_tostring(L, -1) : "not enough memory");
    }
    self->depth--;
    lserver_let_go(L, self); /* if the plugin has taken it back meanwhile */
    lua_settop(L, top);
}

void lscript_warn(lua_State *L, int server, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lscript_log(L, server, GLIFT_LOG_WARNING, text);
}

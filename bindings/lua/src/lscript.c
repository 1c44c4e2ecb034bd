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
    luaL_traceback(L, lua_tothread(L, 1), text, 0);
    if (!lua_isstring(L, -1))
        lua_pop(L, 1);
    return 1;
}

/* Pushes the error on top of a dead coroutine as text; scripts take part in that (__tostring), and may fail.
 */
static void push_error(lua_State *L, lua_State *co)
{
    lua_pushcfunction(L, describe);
    lua_pushthread(co);
    lua_pushvalue(co, -2);
    lua_xmove(co, L, 2);
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

/* As lscript_start(), for the handlers that errors go to: their own errors go to stderr. */
static void start_teller(lua_State *L, lserver *self, int argument_count)
{
    lua_State *co = make_coroutine(L, argument_count);
    self->telling++;
    int status = lcompat_resume(co, L, argument_count);
    self->telling--;
    if (status != LUA_OK && status != LUA_YIELD) {
        luaL_checkstack(L, LUA_MINSTACK, "script error");
        push_error(L, co);
        fprintf(stderr, "gamelift: error: %s\n", lua_tostring(L, -1));
        lcompat_close_thread(co, L);
        lua_pop(L, 2);
    }
    lua_pop(L, 1);
}

void lscript_log(lua_State *L, lserver *self, glift_log_level level, const char *text)
{
    if (self != NULL && level < self->log_level)
        return;
    if (self != NULL && !self->is_garbage && self->telling < MOST_NESTED &&
            lhandlers_push(L, self, "on_log")) {
        lserver_push(L, self);
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

static void log_error(lua_State *L, lserver *self, int text)
{
    if (self->repeated > 1)
        lua_pushfstring(L, "(%d times) %s", (int)self->repeated, lua_tostring(L, text));
    else
        lua_pushvalue(L, text);
    lscript_log(L, self, GLIFT_LOG_ERROR, lua_tostring(L, -1));
    lua_pop(L, 1);
}

/* The text is at index `text`, the coroutine that failed at index `thread`. */
static void report_to(lua_State *L, lserver *self, int text, int thread)
{
    luaL_checkstack(L, LUA_MINSTACK, "script error");
    if (count_error(self, lua_tostring(L, text)))
        log_error(L, self, text);
    if (self->telling < MOST_NESTED && lhandlers_push(L, self, "on_error")) {
        lserver_push(L, self);
        lua_pushvalue(L, text);
        lua_pushvalue(L, thread);
        start_teller(L, self, 3);
    }
}

/* An error that belongs to no server (gamelift.run) is told to all of them. */
static void report(lua_State *L, lserver *self, int text, int thread)
{
    if (self != NULL) {
        report_to(L, self, text, thread);
        return;
    }
    lserver_push_all(L);
    int all = lua_gettop(L), count = (int)lua_rawlen(L, all);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, all, i);
        report_to(L, lua_touserdata(L, -1), text, thread);
        lua_pop(L, 1);
    }
    if (count == 0)
        lscript_log(L, NULL, GLIFT_LOG_ERROR, lua_tostring(L, text));
    lua_pop(L, 1);
}

int lscript_resume(lua_State *L, lserver *self, lua_State *co, int value_count)
{
    int status = lcompat_resume(co, L, value_count);
    if (status == LUA_OK || status == LUA_YIELD)
        return status;
    luaL_checkstack(L, LUA_MINSTACK, "script error");
    lua_pushthread(co);
    lua_pushvalue(co, -2);
    lua_xmove(co, L, 2);
    int thread = lua_gettop(L) - 1, error = thread + 1;
    push_error(L, co);
    lcompat_close_thread(co, L);
    report(L, self, error + 1, thread);
    if (!lua_rawequal(L, error, -1)) {
        lua_xmove(L, co, 1);
        push_error(L, co);
        lua_settop(co, 0);
        report(L, self, lua_gettop(L), thread);
    }
    lua_settop(L, thread - 1);
    return status;
}

int lscript_start(lua_State *L, lserver *self, int argument_count)
{
    lua_State *co = make_coroutine(L, argument_count);
    return lscript_resume(L, self, co, argument_count);
}

void lscript_protected(lserver *self, lua_CFunction function, void *argument)
{
    lua_State *L = self->L;
    int top = lua_gettop(L);
    if (lcompat_cpcall(L, function, argument) != LUA_OK) {
        bool is_text = lua_gettop(L) > top && lua_type(L, -1) == LUA_TSTRING;
        fprintf(stderr, "gamelift: error: %s\n", is_text ? lua_tostring(L, -1) : "not enough memory");
    }
    lua_settop(L, top);
}

void lscript_warn(lua_State *L, lserver *self, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lscript_log(L, self, GLIFT_LOG_WARNING, text);
}

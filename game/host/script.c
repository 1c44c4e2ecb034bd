/* SPDX-License-Identifier: Apache-2.0 */
/* The state and its coroutines: everything that runs Lua goes through script_run_job(). */

#include "script_internal.h"
#include "engine.h"
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- coroutines ---- */

static void report(script *s, lua_State *L, int index)
{
    script_report(s, lua_tostring(L, index));
}

/* A handler of a lobby request has failed: whoever asked is told. */
static void fail_request(script *s, lua_State *L, lua_State *coroutine)
{
    static const char failed[] = "{\"message\":\"the lobby's script failed: its log says where\"}";
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->requests_ref);
    lua_pushthread(coroutine);
    lua_xmove(coroutine, L, 1);
    lua_rawget(L, -2);
    if (lua_isinteger(L, -1))
        net_respond(s->host->net, (uint64_t)lua_tointeger(L, -1), 500, "application/json", failed,
                sizeof failed - 1);
    lua_pop(L, 2);
}

/* Pops the error of this coroutine. One that is a table has a sentence for who has started the program, and
 * who cannot do anything with a traceback. */
static void report_error(script *s, lua_State *L, lua_State *coroutine)
{
    int error = lua_gettop(L);
    const char *text = luaL_tolstring(L, error, NULL);
    if (!lua_istable(L, error))
        luaL_traceback(L, coroutine, text, 0);
    report(s, L, -1);
    lua_settop(L, error - 1);
}

/* Run a coroutine up to its next wait or its end. False: it raised, and that is in the log. */
static bool run(script *s, lua_State *L, lua_State *coroutine, int arguments)
{
    int results = 0;
    lua_State *outer = script_switch(s, coroutine);
    int status = lua_resume(coroutine, L, arguments, &results);
    script_switch_back(s, outer);
    lua_sethook(coroutine, NULL, 0, 0); /* what the watchdog may have set */
    if (status == LUA_OK || status == LUA_YIELD) {
        lua_pop(coroutine, results);
        return true;
    }
    lua_xmove(coroutine, L, 1);
    report_error(s, L, coroutine);
    lua_resetthread(coroutine);
    fail_request(s, L, coroutine);
    return false;
}

/* Pushes a coroutine with nothing on its stack. */
static lua_State *take_coroutine(script *s, lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->spare_ref);
    lua_State *spare = lua_tothread(L, -1);
    if (spare == NULL) {
        lua_pop(L, 1);
        return lua_newthread(L);
    }
    lua_pushboolean(L, false);
    lua_rawseti(L, LUA_REGISTRYINDEX, s->spare_ref);
    return spare;
}

/* Messages come by the thousand, and hardly any handler waits: one coroutine serves them all. One that has
 * waited or raised is not used again, since somebody may still know it. */
static void keep_coroutine(script *s, lua_State *L, lua_State *coroutine)
{
    if (lua_status(coroutine) != LUA_OK || lua_gettop(coroutine) != 0)
        return;
    lua_pushthread(coroutine);
    lua_xmove(coroutine, L, 1);
    lua_rawseti(L, LUA_REGISTRYINDEX, s->spare_ref);
}

/* Protected. */
static int run_job(lua_State *L)
{
    script_job *j = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, j->function_ref);
    lua_State *coroutine = lua_tothread(L, -1);
    if (j->is_coroutine) {
        luaL_unref(L, LUA_REGISTRYINDEX, j->function_ref);
        if (lua_status(coroutine) != LUA_YIELD)
            return luaL_error(
                    L, "a coroutine that waits in host.sleep or host.http was resumed by the script");
    } else {
        coroutine = take_coroutine(j->s, L);
        lua_pushvalue(L, -2);
        lua_xmove(L, coroutine, 1);
    }
    if (j->request != 0) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, j->s->requests_ref);
        lua_pushvalue(L, -2);
        lua_pushinteger(L, (lua_Integer)j->request);
        lua_rawset(L, -3);
        lua_pop(L, 1);
    }
    luaL_checkstack(L, LUA_MINSTACK, "event");
    int count = j->push != NULL ? j->push(L, j->arguments) : 0;
    if (!lua_checkstack(coroutine, count + 1))
        return luaL_error(L, "out of memory");
    lua_xmove(L, coroutine, count);
    j->ok = run(j->s, L, coroutine, count);
    if (j->ok && !j->is_coroutine && j->request == 0)
        keep_coroutine(j->s, L, coroutine);
    return 0;
}

bool script_run_job(script *s, script_job *j)
{
    script_enter(s);
    lua_pushcfunction(s->L, run_job);
    lua_pushlightuserdata(s->L, j);
    if (lua_pcall(s->L, 1, 0, 0) != LUA_OK) {
        report(s, s->L, -1);
        lua_pop(s->L, 1);
        j->ok = false;
    }
    script_leave(s);
    return j->ok;
}

script *script_of(lua_State *L)
{
    return *(script **)lua_getextraspace(L);
}

void script_check_can_wait(lua_State *L)
{
    if (!lua_isyieldable(L))
        luaL_error(L, "waiting is possible in a coroutine only: in a handler, or in the main script");
}

script_wait *script_wait_begin(lua_State *L)
{
    script *s = script_of(L);
    script_wait *one = calloc(1, sizeof *one);
    if (one == NULL) {
        luaL_error(L, "not enough memory");
        return NULL; /* never: luaL_error raises */
    }
    one->coroutine_ref = LUA_NOREF;
    one->next = s->waits;
    s->waits = one; /* before the reference, which can raise */
    lua_pushthread(L);
    one->coroutine_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    return one;
}

void script_end_wait(script *s, script_wait **at, script_push_fn push, const void *arguments)
{
    script_wait *one = *at;
    script_job j = {.s = s,
            .function_ref = one->coroutine_ref,
            .is_coroutine = true,
            .push = push,
            .arguments = arguments};
    *at = one->next;
    free(one);
    script_run_job(s, &j);
}

void script_begin_end(script *s)
{
    script_tell_errors(s, true);
    s->ending = true;
}

/* ---- the state ---- */

/* Scripts of several servers share the memory of the program: one that is past its limit gets Lua's error for
 * no memory, after a collection. */
static void *allocate(void *user, void *block, size_t old_size, size_t size)
{
    script *s = user;
    size_t had = block != NULL ? old_size : 0; /* else it is the kind of object */
    if (size > had &&
            (s->memory_bytes >= s->most_memory_bytes || size - had > s->most_memory_bytes - s->memory_bytes))
        return NULL;
    void *fresh = NULL;
    if (size == 0)
        free(block);
    else if ((fresh = realloc(block, size)) == NULL)
        return NULL;
    s->memory_bytes += size - had; /* unsigned: also where it is less */
    return fresh;
}

static void limit_memory(script *s)
{
    s->memory_bytes = (size_t)lua_gc(s->L, LUA_GCCOUNT) * 1024 + (size_t)lua_gc(s->L, LUA_GCCOUNTB);
    s->most_memory_bytes = engine_script_memory_bytes(s->host->engine);
    lua_setallocf(s->L, allocate, s);
}

lua_State *script_state(script *s)
{
    return s->L;
}

/* Modules come from the folder of the main script, from lua/ beside the plugin, and from where Lua looks. */
static int set_paths(lua_State *L)
{
    const engine_paths *paths = lua_touserdata(L, 1);
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "path");
    lua_pushfstring(L, "%s/?.lua;%s/lua/?.lua;%s/../share/lua/5.4/?.lua;%s", paths->script_folder,
            paths->plugin_folder, paths->program_folder, lua_tostring(L, -1));
    lua_setfield(L, -3, "path");
    lua_getfield(L, -2, "cpath");
    lua_pushfstring(L, "%s/lua/5.4/?.so;%s", paths->plugin_folder, lua_tostring(L, -1));
    lua_setfield(L, -4, "cpath");
    return 0;
}

static int open_libraries(lua_State *L)
{
    script *s = lua_touserdata(L, 1);
    luaL_openlibs(L);
    script_open_watch(L);
    script_open_host(L);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    s->requests_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushboolean(L, false);
    s->spare_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushcfunction(L, set_paths);
    lua_pushlightuserdata(L, &s->host->engine->paths);
    lua_call(L, 1, 0);
    return 0;
}

script *script_create(struct glift_host *host)
{
    script *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->host = host;
    s->timeout_ms = engine_script_timeout_ms(host->engine);
    s->main_ref = LUA_NOREF;
    for (int i = 0; i < EVENT_COUNT; i++)
        s->handler_refs[i] = LUA_NOREF;
    s->L = luaL_newstate();
    if (s->L != NULL) {
        limit_memory(s);
        *(script **)lua_getextraspace(s->L) = s; /* coroutines inherit it */
        lua_pushcfunction(s->L, open_libraries);
        lua_pushlightuserdata(s->L, s);
    }
    if (s->L == NULL || lua_pcall(s->L, 1, 0, 0) != LUA_OK) {
        script_destroy(s);
        return NULL;
    }
    return s;
}

void script_destroy(script *s)
{
    if (s == NULL)
        return;
    if (s->L != NULL)
        lua_close(s->L);
    while (s->waits != NULL) {
        script_wait *one = s->waits;
        s->waits = one->next;
        free(one);
    }
    free(s);
}

/* An editor may empty a file before it writes it; and a game of no line would stand still without a word. */
static bool is_empty(const char *file)
{
    struct stat about;
    return stat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size == 0;
}

bool script_load(script *s, const char *file, char *reason, size_t reason_size)
{
    if (is_empty(file)) {
        snprintf(reason, reason_size, "the script %s is empty", file);
        return false;
    }
    if (luaL_loadfilex(s->L, file, "t") != LUA_OK) {
        snprintf(reason, reason_size, "%s", lua_tostring(s->L, -1));
        lua_pop(s->L, 1);
        return false;
    }
    s->main_ref = luaL_ref(s->L, LUA_REGISTRYINDEX);
    return true;
}

bool script_run(script *s)
{
    script_job j = {.s = s, .function_ref = s->main_ref};
    return script_run_job(s, &j);
}

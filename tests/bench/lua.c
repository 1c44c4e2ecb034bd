/* SPDX-License-Identifier: Apache-2.0 */
/* The Lua binding, in Lua 5.4 and LuaJIT: lua_bench.lua measures, this runs it. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static void run_with(const char *program, const char *version, const char *what)
{
    char command[2048];
    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    if (system(command) != 0) {
        printf("# %s is not installed\n", program);
        return;
    }
    snprintf(command, sizeof command,
            "LUA_PATH='%s/lua/testing/?.lua;%s/lua/?.lua' "
            "LUA_CPATH='%s/bench_lua/%s/?.so;%s/lua/%s%s/?.so' "
            "%s '%s' %s %s",
            BUILD, BUILD, BUILD, version, BUILD, strcmp(what, "match") == 0 ? "testing/" : "", version,
            program, LUA_BENCH, what, program);
    fflush(stdout);
    if (system(command) != 0)
        fail("a scenario of lua_bench.lua");
}

static void run_with_both(const char *what)
{
    run_with("lua5.4", "5.4", what);
    run_with("luajit", "5.1", what);
}

static void idle_tick(void)
{
    run_with_both("idle_tick");
}

static void accept_player(void)
{
    run_with_both("accept");
}

static void waiting(void)
{
    run_with_both("waiting");
}

static void match(void)
{
    run_with_both("match");
}

const scenario lua_scenarios[] = {
        {"lua_idle_tick", 2, idle_tick, NULL,
                "server:tick() with nothing to do, on Lua 5.4 and LuaJIT, and its garbage; beside it the "
                "same "
                "in C and a call of a method that does nothing"},
        {"lua_accept", 1, accept_player, NULL,
                "AcceptPlayerSession from Lua, there and back, on one core; floor: the same in C"},
        {"lua_waiting", 2, waiting, NULL,
                "memory of a coroutine that waits for an answer, all included, and of a function that does; "
                "floor: "
                "a request in C, and a coroutine that has only yielded"},
        {"lua_match", 1, match, NULL, "match:tick() with 200 players, and its garbage"},
        {0},
};

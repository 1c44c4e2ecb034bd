/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the script share. */
#ifndef HOST_SCRIPT_INTERNAL_H
#define HOST_SCRIPT_INTERNAL_H

#include "script.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <signal.h>

typedef enum script_event {
    EVENT_TICK,
    EVENT_TERMINATE,
    EVENT_CONNECT,
    EVENT_OPEN,
    EVENT_MESSAGE,
    EVENT_DISCONNECT,
    EVENT_REQUEST,
    EVENT_COUNT
} script_event;

/* A coroutine that waits for the clock (fetch 0) or for an answer. The registry holds the coroutine. */
typedef struct script_wait {
    struct script_wait *next;
    uint64_t wake_ns, fetch;
    int coroutine_ref;
} script_wait;

/* One place where scripts have failed, and how often since that was told. */
typedef struct script_error {
    uint64_t hash, told_ns; /* told_ns 0: a free place */
    unsigned repeats;
    char first_line[200];
} script_error;

enum { SCRIPT_MOST_ERRORS = 16 };

/* Of the watchdog, on the call that runs. */
typedef enum script_verdict { SCRIPT_MAY_GO_ON, SCRIPT_TOOK_TOO_LONG, SCRIPT_IS_TO_END } script_verdict;

struct script {
    lua_State *L;
    struct glift_host *host;
    int main_ref, handler_refs[EVENT_COUNT];
    int spare_ref;    /* of a coroutine that a handler has run through without a wait, for the next handler */
    int requests_ref; /* coroutine -> the lobby request that it answers; weak keys */
    unsigned error_count;
    bool ending;
    script_wait *waits;
    script_error errors[SCRIPT_MOST_ERRORS];
    /* script_watch.c; signal handlers read and write them. */
    lua_State *volatile running; /* the coroutine that runs now, as far as it is known */
    volatile sig_atomic_t depth; /* of calls into scripts */
    volatile sig_atomic_t calls; /* the outermost ones, counted */
    volatile sig_atomic_t watched_call, strikes, verdict, cuts;
    int timeout_ms;                         /* 0: no limit */
    size_t memory_bytes, most_memory_bytes; /* of its Lua */
};

script *script_of(lua_State *L);

/* Pushes what a handler or a waiting coroutine is given; returns how many values that were. May raise. */
typedef int (*script_push_fn)(lua_State *L, const void *arguments);

/* What a protected call is to do: start a function in a coroutine of its own, or go on with one that waited.
 */
typedef struct script_job {
    script *s;
    int function_ref; /* of the function, or of the coroutine */
    bool is_coroutine;
    uint64_t request; /* of the lobby, that it is to answer; 0: none */
    script_push_fn push;
    const void *arguments;
    bool ok;
} script_job;

/* False: it raised, and that is in the log. */
bool script_run_job(script *s, script_job *j);

/* Raises where no coroutine runs that could wait. */
void script_check_can_wait(lua_State *L);
/* A wait of the running coroutine, or an error when out of memory. The caller fills it in and yields. */
script_wait *script_wait_begin(lua_State *L);

/* The wait at this place of the list is over: its coroutine goes on with what is pushed. */
void script_end_wait(script *s, script_wait **at, script_push_fn push, const void *arguments);

/* script_errors.c: tell how often errors were repeated. all: whatever was not told yet. */
void script_tell_errors(script *s, bool all);

/* script_watch.c. This coroutine runs now, until the other one is given back. */
lua_State *script_switch(script *s, lua_State *to);
void script_switch_back(script *s, lua_State *to);
void script_open_watch(lua_State *L);

/* script_host.c: registers the table `host`. Leaves the stack as it was. */
void script_open_host(lua_State *L);
/* script_json.c: on the stack: the table `host`. */
void script_open_json(lua_State *L);
/* Pushes the text of the value at the index, or raises. */
void script_push_json(lua_State *L, int index);

#endif

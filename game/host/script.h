/* SPDX-License-Identifier: Apache-2.0 */
/* The game's scripts: one Lua state, its handlers, its coroutines.
 *
 * Every handler runs in a coroutine of its own and may wait in it. An error in one is logged with its
 * traceback, counted, and changes nothing else. */
#ifndef HOST_SCRIPT_H
#define HOST_SCRIPT_H

#include "net.h"

#include <gamelift/gamelift.h>

typedef struct script script;
struct glift_host;
struct lua_State;

/* A new state with the table `host` and nothing run yet. NULL: out of memory. */
script *script_create(struct glift_host *host);
void script_destroy(script *s);
struct lua_State *script_state(script *s);

/* Compile the main script, and keep it for script_run(). False: `reason` says why, with file and line. */
bool script_load(script *s, const char *file, char *reason, size_t reason_size);
/* Run it, in a coroutine, up to its end or its first wait. False: it raised; the log has the traceback. */
bool script_run(script *s);

/* Events. A script without a handler for one does not hear of it. */
void script_tick(script *s, double dt, double now);
/* False: nobody handles it. */
bool script_terminate(script *s, double grace_s);
void script_connect(
        script *s, uint64_t socket, const char *player_session_id, const char *address, bool again);
void script_open(script *s, uint64_t socket);
void script_message(script *s, uint64_t socket, const char *bytes, size_t length);
void script_disconnect(script *s, uint64_t socket, const char *reason);
void script_request(script *s, uint64_t request, const net_request *what);
void script_response(script *s, uint64_t fetch, int status, const char *body, size_t length);

/* From now on an error is no news: who waits is told that its scripts end, and mostly raises. */
void script_begin_end(script *s);

/* Make the code that runs now raise an error. For signal handlers. */
void script_interrupt(script *s);

/* The watchdog: a call that takes longer than timeout_ms of CPU time raises an error. The clock is started
 * once; after each of its signals the handler calls script_watch(). */
void script_start_watch(int timeout_ms);
void script_watch(script *s);
/* How many calls the watchdog has ended since the script was loaded. */
int script_cuts(const script *s);
/* Round whatever may run scripts; the functions above do it themselves. */
void script_enter(script *s);
void script_leave(script *s);
/* True while others make coroutines for the script: those are watched from within. */
void script_watch_made(script *s, bool watch);

/* A script error that somebody else caught. */
void script_report(script *s, const char *message);
/* Since its script was loaded. */
unsigned script_error_count(const script *s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Lua module share. Functions named l..._ may raise Lua errors unless they say
 * otherwise; none of them is called from a frame of the SDK but through lscript_protected(). */
#ifndef LGAMELIFT_H
#define LGAMELIFT_H

#include "lcompat.h"
#include <gamelift/host.h>

typedef struct lwaiter lwaiter;

/* The userdata behind a server. Its user value is a table:
 *   handlers      the handlers as they were given
 *   [integer]     who waits for an answer: a function or a coroutine (luaL_ref)
 *   [coroutine]   the integer under which it waits now */
typedef struct lserver {
    glift_server *own;                 /* made by new_server; NULL when closed */
    const glift_plugin_server *plugin; /* or: the plugin's server; NULL when detached */
    bool bound;                        /* the plugin's callbacks are ours */
    lua_State *L;                      /* where callbacks run; NULL where none can come */
    int depth;                         /* SDK frames below us that may call back */
    bool closing;                      /* close() was called in such a frame */
    bool is_garbage;                   /* its finalizer runs */
    lwaiter *waiting;
    unsigned long error_count;
    unsigned long long last_error; /* hash of the text, so that a flood is not logged in full */
    unsigned long repeated;
    int telling;               /* how many on_error and on_log run at the moment, one inside the other */
    glift_log_level log_level; /* least level for on_log */
    char problem[256];         /* why new_server failed, in the SDK's words */
} lserver;

/* ---- lserver.c ---- */

void lserver_open(lua_State *L);     /* the metatable and the table of servers */
lserver *lserver_make(lua_State *L); /* pushes a closed server */
int lserver_new(lua_State *L);       /* gamelift.new_server */
void lserver_push(lua_State *L, lserver *self);
void lserver_push_user_value(lua_State *L, lserver *self);
void lserver_push_all(lua_State *L);               /* a list of every server of this state that can be used */
glift_server *lserver_handle(const lserver *self); /* NULL when closed. Never raises. */
lserver *lserver_check(lua_State *L, int index);   /* raises when closed */
void lserver_detach(lua_State *L, lserver *self);  /* give the plugin's server back */

/* ---- lactions.c ---- */

extern const luaL_Reg lactions[]; /* the methods that ask GameLift */

/* ---- lmetrics.c ---- */

void lmetrics_open(lua_State *L); /* the metatables */
int lmetrics_new(lua_State *L);   /* gamelift.metrics */

/* ---- lhandlers.c ---- */

/* Raises unless each handler in the table is a function; with `others`, a list of further fields that the
 * table may have, also when it has a field that is neither. */
void lhandlers_check(lua_State *L, int table, const char *what, const char *const *others);
/* The callbacks for those handlers, with `self` as their user pointer. */
void lhandlers_fill(lua_State *L, int table, lserver *self, glift_server_desc *desc);
/* Pushes the handler of this name, or nothing (false). */
bool lhandlers_push(lua_State *L, lserver *self, const char *name);
void lhandlers_push_table(lua_State *L, int table); /* the handlers in it, as they are kept */
void lhandlers_keep(lua_State *L, lserver *self);   /* keeps what was pushed; pops it, does not raise */

/* ---- lscript.c: coroutines and script errors ---- */

/* A function and its arguments are on top: run them as a coroutine, which takes their place. Errors are
 * reported, not raised. `self` may be NULL. Returns the coroutine's status. */
int lscript_start(lua_State *L, lserver *self, int argument_count);
/* Resume with values that are on top of its stack. Errors are reported. */
int lscript_resume(lua_State *L, lserver *self, lua_State *co, int value_count);
/* Run function(L, argument) on the server's state, from a frame of the SDK. Never raises. */
void lscript_protected(lserver *self, lua_CFunction function, void *argument);
/* One line for on_log, else for the plugin's log, else for stderr. `self` may be NULL. */
void lscript_log(lua_State *L, lserver *self, glift_log_level level, const char *text);
/* A sentence that no script caused but that somebody should know. */
void lscript_warn(lua_State *L, lserver *self, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- lwaiter.c ---- */

typedef int (*lwaiter_push_fn)(lua_State *L, const glift_result *result); /* the payload of a success */

/* Whoever called this method waits for its answer: the function at `index`, or this coroutine. Raises where
 * there is neither. The waiter goes to the SDK as `user`, and what the SDK says to lwaiter_finish(). */
lwaiter *lwaiter_new(lua_State *L, lserver *self, int index, const char *what, lwaiter_push_fn push);
void lwaiter_on_answer(glift_server *server, const glift_result *result, void *user);
/* What the method returns, given what the SDK said to the request. */
int lwaiter_finish(lua_State *L, lwaiter *waiter, glift_status status);
/* Everybody who waits is answered now, and the SDK's later answers go nowhere. */
void lwaiter_answer_all(
        lua_State *L, lserver *self, glift_server *server, glift_status status, const char *message);
/* The Lua side goes away: answers go nowhere. Never raises. */
void lwaiter_forget_all(lserver *self);
/* Pushes nil, message, code; returns 3. */
int lwaiter_push_failure(lua_State *L, const char *message, glift_status status);

/* ---- lvalue.c: structs <-> tables ---- */

void lvalue_push_game_session(lua_State *L, const glift_game_session *session);
void lvalue_push_update(lua_State *L, const glift_game_session_update *update);
void lvalue_push_connection_event(lua_State *L, const glift_connection_event *event);
void lvalue_push_matchmaker_data(lua_State *L, const glift_matchmaker_data *data);
void lvalue_push_time(lua_State *L, int64_t unix_ms); /* seconds; nil for 0 */
int lvalue_push_true(lua_State *L, const glift_result *result);
int lvalue_push_player_sessions(lua_State *L, const glift_result *result);
int lvalue_push_backfill(lua_State *L, const glift_result *result);
int lvalue_push_certificate(lua_State *L, const glift_result *result);
int lvalue_push_credentials(lua_State *L, const glift_result *result);
int lvalue_push_containers(lua_State *L, const glift_result *result);

/* ---- lread.c: tables -> structs; what is read lives as long as the table and, for arrays, the stack ---- */

/* Pushes table[field], raw; its type. */
int lread_push_field(lua_State *L, int table, const char *field);
/* Raises for a field that neither list has; `others` may be NULL. */
void lread_check_fields(
        lua_State *L, int table, const char *what, const char *const *known, const char *const *others);
const char *lread_text(lua_State *L, int table, const char *what, const char *field); /* NULL where absent */
const char *lread_required_text(lua_State *L, int table, const char *what, const char *field);
const char *lread_argument_text(lua_State *L, int index); /* refuses zero bytes */
int lread_int(lua_State *L, int table, const char *what, const char *field, int fallback);
double lread_number(lua_State *L, int table, const char *what, const char *field, double fallback);
bool lread_bool(lua_State *L, int table, const char *what, const char *field);
/* One of names[0 .. count - 1]; its index, or `fallback` where absent. */
int lread_choice(
        lua_State *L, int table, const char *what, const char *field, const char *const *names, int fallback);
/* Arrays are carved from userdata kept in a table at index `keep`. */
const char *const *lread_texts(
        lua_State *L, int keep, int table, const char *what, const char *field, size_t *count);
/* NULL where the field is absent. */
const double *lread_numbers(
        lua_State *L, int keep, int table, const char *what, const char *field, size_t *count);
const glift_metric_tag *lread_tags(lua_State *L, int keep, int table, const char *what, size_t *count);
const glift_player *lread_players(lua_State *L, int keep, int table, const char *what, size_t *count);

/* Levels as scripts see them, by glift_log_level; ends with NULL. */
extern const char *const lvalue_log_levels[];

#endif

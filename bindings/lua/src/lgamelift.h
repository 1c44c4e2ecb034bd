/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Lua module share. Functions named l..._ may raise Lua errors unless they say
 * otherwise; none of them is called from a frame of the SDK but through lscript_protected(). */
#ifndef LGAMELIFT_H
#define LGAMELIFT_H

#include "lcompat.h"
#include <gamelift/host.h>

typedef struct lwaiter lwaiter;
typedef struct lsleep lsleep;

/* The userdata behind a server. Its user value is a table:
 *   handlers      the handlers as they were given
 *   [integer]     who waits for an answer: a function or a coroutine (luaL_ref)
 *   [coroutine]   the integer under which it waits now
 *
 * Scripts run wherever Lua allocates: a finalizer may call any method in the middle of another one, also on a
 * server that is garbage like itself. So the userdata is always taken from the stack: a method has it at
 * index 1, and a callback gets it from lserver_push(), because it is anchored while the SDK may call back. */
typedef struct lserver {
    const char *mark;                  /* tells it from what is none */
    glift_server *own;                 /* made by new_server; NULL when closed */
    const glift_plugin_server *plugin; /* or: the plugin's server; NULL when detached */
    bool bound;                        /* the plugin's callbacks are ours */
    lua_State *L;                      /* where callbacks run; NULL where none can come */
    int at;           /* the index of the userdata there, in the function that is in the SDK */
    bool is_anchored; /* callbacks find the userdata */
    int depth;        /* SDK frames below us that may call back */
    bool closing;     /* close() was called in such a frame */
    bool detaching;   /* on_detach runs */
    bool is_garbage;  /* its finalizer runs */
    lwaiter *waiting;
    lsleep *first_sleep, *last_sleep; /* the first is due first */
    uint64_t sleep_count;             /* how many there have been */
    unsigned long error_count;
    unsigned long long last_error; /* hash of the text, so that a flood is not logged in full */
    unsigned long repeated;
    int telling;               /* how many on_error and on_log run at the moment, one inside the other */
    glift_log_level log_level; /* least level for on_log */
    char problem[256];         /* why new_server failed, in the SDK's words */
} lserver;

/* ---- lserver.c ---- */

void lserver_open(lua_State *L);     /* the metatable and the tables of servers */
lserver *lserver_make(lua_State *L); /* pushes a closed server */
int lserver_new(lua_State *L);       /* gamelift.new_server */
/* Pushes the userdata, from a callback of the SDK; its index. */
int lserver_push(lua_State *L, lserver *self);
void lserver_anchor(lserver *self);               /* in a callback, before anything else */
void lserver_let_go(lua_State *L, lserver *self); /* not anchored any more, if nothing can call back */
/* Pushes the user value of the server at index `server`. */
void lserver_push_user_value(lua_State *L, int server);
void lserver_push_all(lua_State *L);               /* a list of every server of this state that can be used */
glift_server *lserver_handle(const lserver *self); /* NULL when closed. Never raises. */
lserver *lserver_check(lua_State *L, int index);   /* raises when closed */
/* The plugin's server, whose userdata is at index `server`: lent to scripts, or given back. */
void lserver_attach(lua_State *L, int server, const glift_plugin_server *plugin, lua_State *thread);
void lserver_detach(lua_State *L, int server);

/* ---- lcall.c: functions and methods that refuse surplus arguments ---- */

typedef struct lmethod {
    const char *name;
    lua_CFunction body;
    int most; /* arguments that it takes, beside the object */
} lmethod;

/* For the table on top; a list of them ends with {0}. */
void lcall_set_functions(lua_State *L, const lmethod *functions);
void lcall_set_methods(lua_State *L, const lmethod *methods);
/* Raises for more arguments than that. */
void lcall_check_count(lua_State *L, const char *name, int count, int most);

/* While something of the SDK's is copied by push(L), which finds `self` at index 1, the server at index 1 is
 * as in a handler: a finalizer neither ticks nor closes it. Returns what is pushed: one value. */
int lserver_copy_out(lua_State *L, lua_CFunction push);

/* ---- lstate.c: the methods that tell what the server knows, until NULL ---- */

extern const lmethod lstate_methods[];

/* ---- lkeep.c: what a Lua state leaves to the next ---- */

int lkeep_keep(lua_State *L); /* server:keep */
int lkeep_kept(lua_State *L); /* server:kept */

/* ---- linherited.c: requests of a Lua state or plugin copy that is gone ---- */

/* glift_server_desc.on_inherited_answer; `user` is the lserver. */
bool linherited_on_answer(glift_server *server, const glift_inherited_answer *inherited, void *user);
int linherited_requests(lua_State *L); /* server:inherited_requests */

/* ---- lyield.c: whether the running coroutine can wait right here ---- */

/* A method that waits for an answer, unless it has a function in its last argument, at index `function_at`.
 */
typedef struct laction {
    const char *name;
    lua_CFunction body; /* called where it can wait, or need not */
    int function_at;
} laction;

/* methods[name] = the method, for the table on top. */
void lyield_set_action(lua_State *L, const laction *action);
/* For a body: wait until somebody resumes this coroutine. */
int lyield_wait(lua_State *L);
/* Push what goes before an answer: the method takes it for an answer of GameLift by that. How many values. */
int lyield_push_token(lua_State *L);
/* Whether the coroutine waits in a method. */
bool lyield_is_waiting(lua_State *co);

/* ---- lactions.c ---- */

extern const laction lactions[]; /* the methods that wait */

/* ---- lmetrics.c ---- */

void lmetrics_open(lua_State *L); /* the metatables */
int lmetrics_new(lua_State *L);   /* gamelift.metrics */

/* ---- lhandlers.c ---- */

/* Raises unless each handler in the table is a function; with `others`, a list of further fields that the
 * table may have, also when it has a field that is neither. */
void lhandlers_check(lua_State *L, int table, const char *what, const char *const *others);
/* The callbacks for those handlers, with `self` as their user pointer. */
void lhandlers_fill(lua_State *L, int table, lserver *self, glift_server_desc *desc);
/* Pushes the handler of this name of the server at index `server`, or nothing (false). */
bool lhandlers_push(lua_State *L, int server, const char *name);
void lhandlers_push_table(lua_State *L, int table); /* the handlers in it, as they are kept */
void lhandlers_keep(lua_State *L, int server);      /* keeps what was pushed, and pops it */

/* ---- lscript.c: coroutines and script errors; `server` is an index, or 0 where there is none ---- */

/* A function and its arguments are on top: run them as a coroutine, which takes their place. Errors are
 * reported, not raised. Returns the coroutine's status. */
int lscript_start(lua_State *L, int server, int argument_count);
/* The same for no server; behind the coroutine comes the text of the error that it has died of, or nil. */
void lscript_run(lua_State *L, int argument_count);
/* Resume the coroutine at index `thread` with values that are on top of its stack. Errors are reported. */
int lscript_resume(lua_State *L, int server, int thread, int value_count);
/* Run function(L, argument) on the server's state, from a frame of the SDK. Never raises. Does nothing for a
 * server that is garbage: no script runs in its finalizer. */
void lscript_protected(lserver *self, lua_CFunction function, void *argument);
/* One line for on_log, else for the plugin's log, else for stderr. */
void lscript_log(lua_State *L, int server, glift_log_level level, const char *text);
/* A sentence that no script caused but that somebody should know. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void lscript_warn(lua_State *L, int server, const char *format, ...);

/* ---- lwaiter.c ---- */

typedef int (*lwaiter_push_fn)(lua_State *L, const glift_result *result); /* the payload of a success */

/* Whoever called this method, with the server at index 1, waits for its answer: the function at `index`, or
 * this coroutine, which can wait here. The waiter goes to the SDK as `user`, and what the SDK says to
 * lwaiter_finish(), with nothing of Lua in between. */
lwaiter *lwaiter_new(lua_State *L, lserver *self, int index, const char *what, lwaiter_push_fn push);
void lwaiter_on_answer(glift_server *server, const glift_result *result, void *user);
/* What the method returns, given what the SDK said to the request. */
int lwaiter_finish(lua_State *L, lwaiter *waiter, glift_status status);
/* This coroutine goes on, in a method of the server at index 1. Raises if it still waits: then somebody else
 * has resumed it. */
void lwaiter_check_answered(lua_State *L);
/* The server was rebound: the SDK does not come back to who waits now. */
void lwaiter_inherit_all(lserver *self);
/* Whether somebody here waits for this request, made before a rebind. */
bool lwaiter_waits_for(const lserver *self, uint64_t request_id);
/* The answer to a request made before a rebind; false where nobody here waits for it. */
bool lwaiter_on_inherited_answer(lserver *self, const glift_inherited_answer *inherited);
/* Everybody who waits is answered now: the server is gone, and has answered the others itself. */
void lwaiter_answer_all(lserver *self, glift_status status, const char *message);
/* The Lua side goes away: answers go nowhere. Never raises. */
void lwaiter_forget_all(lserver *self);
/* The same, where somebody else is bound to the server; NULL: it has gone. */
void lwaiter_leave_all(lserver *self, glift_server *server);
/* Pushes nil, message, code; returns 3. */
int lwaiter_push_failure(lua_State *L, const char *message, glift_status status);
/* The same, with what the SDK said against the latest call of this server. */
int lwaiter_push_refusal(lua_State *L, const glift_server *server, glift_status status);

/* server:cancel([coroutine or function]) */
int lwaiter_cancel(lua_State *L);
/* It waits for this, and not for GameLift. */
void lwaiter_set_sleep(lwaiter *waiter, lsleep *sleep);
void lwaiter_drop(lwaiter *waiter); /* nobody waits any more */

/* ---- lsleep.c ---- */

int lsleep_sleep(lua_State *L); /* the body of server:sleep */
/* Whoever has slept long enough goes on, but nobody who falls asleep in here. */
void lsleep_wake(lserver *self);
bool lsleep_is_due(const lserver *self);
/* How long a host may sleep that wants to sleep so long. */
uint32_t lsleep_limit_ms(const lserver *self, uint32_t timeout_ms);
/* Answered with CANCELLED from the next tick. */
void lsleep_cancel(lserver *self, lsleep *sleep);
/* Everybody who sleeps is answered so now. */
void lsleep_end(lserver *self, glift_status status, const char *message);
/* The Lua side goes away: nobody is answered. */
void lsleep_forget(lserver *self);

/* ---- lclock.c ---- */

uint64_t lclock_ns(void); /* monotonic */

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

/* The argument at `index`, a table, is replaced by a copy that no script can reach, tables in it too. */
void lread_own(lua_State *L, int index);

/* Pushes table[field], raw; its type. */
int lread_push_field(lua_State *L, int table, const char *field);
/* Raises for a field that neither list has; `others` may be NULL. */
void lread_check_fields(
        lua_State *L, int table, const char *what, const char *const *known, const char *const *others);
const char *lread_text(lua_State *L, int table, const char *what, const char *field); /* NULL where absent */
const char *lread_required_text(lua_State *L, int table, const char *what, const char *field);
const char *lread_argument_text(lua_State *L, int index);                     /* refuses zero bytes */
lua_Number lread_argument_number(lua_State *L, int index);                    /* refuses "1", too */
int lread_argument_choice(lua_State *L, int index, const char *const *names); /* its index */
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

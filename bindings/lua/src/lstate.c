/* SPDX-License-Identifier: Apache-2.0 */
/* The methods of a server that tell what it knows, without asking GameLift. */

#include "lgamelift.h"

/* Protected: (self). */
static int push_game_session_id(lua_State *L)
{
    const char *id = glift_get_game_session_id(lserver_handle(lua_touserdata(L, 1)));
    if (id[0] != '\0')
        lua_pushstring(L, id);
    else
        lua_pushnil(L);
    return 1;
}

/* Protected: (self). */
static int push_game_session(lua_State *L)
{
    const glift_game_session *session = glift_get_game_session(lserver_handle(lua_touserdata(L, 1)));
    if (session != NULL)
        lvalue_push_game_session(L, session);
    else
        lua_pushnil(L);
    return 1;
}

static int server_game_session_id(lua_State *L)
{
    return lserver_copy_out(L, push_game_session_id);
}

static int server_game_session(lua_State *L)
{
    return lserver_copy_out(L, push_game_session);
}

static int server_termination_time(lua_State *L)
{
    int64_t unix_ms = 0;
    glift_get_termination_time(lserver_handle(lserver_check(L, 1)), &unix_ms);
    lvalue_push_time(L, unix_ms);
    return 1;
}

static int server_is_process_ready(lua_State *L)
{
    lua_pushboolean(L, glift_is_process_ready(lserver_handle(lserver_check(L, 1))));
    return 1;
}

/* Whether a TerminateProcess has come. */
static int server_is_terminating(lua_State *L)
{
    lua_pushboolean(L, glift_is_terminating(lserver_handle(lserver_check(L, 1))));
    return 1;
}

const lmethod lstate_methods[] = {
        {"game_session_id", server_game_session_id, 0},
        {"game_session", server_game_session, 0},
        {"termination_time", server_termination_time, 0},
        {"is_process_ready", server_is_process_ready, 0},
        {"is_terminating", server_is_terminating, 0},
        {"inherited_requests", linherited_requests, 0},
        {"keep", lkeep_keep, 2},
        {"kept", lkeep_kept, 1},
        {0},
};

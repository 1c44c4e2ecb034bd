/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that a Lua state or a copy of the plugin has made that is gone now: what they are about, and the
 * answers to them. */

#include "lgamelift.h"

/* By glift_request_kind: the method that makes such requests, and what it returns. */
static const struct {
    const char *action;
    lwaiter_push_fn push;
} kinds[] = {
        [GLIFT_REQUEST_PROCESS_READY] = {"process_ready", lvalue_push_true},
        [GLIFT_REQUEST_PROCESS_ENDING] = {"process_ending", lvalue_push_true},
        [GLIFT_REQUEST_ACTIVATE_GAME_SESSION] = {"activate_game_session", lvalue_push_true},
        [GLIFT_REQUEST_UPDATE_PLAYER_SESSION_CREATION_POLICY] = {"update_player_session_creation_policy",
                lvalue_push_true},
        [GLIFT_REQUEST_ACCEPT_PLAYER_SESSION] = {"accept_player_session", lvalue_push_true},
        [GLIFT_REQUEST_REMOVE_PLAYER_SESSION] = {"remove_player_session", lvalue_push_true},
        [GLIFT_REQUEST_DESCRIBE_PLAYER_SESSIONS] = {"describe_player_sessions", lvalue_push_player_sessions},
        [GLIFT_REQUEST_START_MATCH_BACKFILL] = {"start_match_backfill", lvalue_push_backfill},
        [GLIFT_REQUEST_STOP_MATCH_BACKFILL] = {"stop_match_backfill", lvalue_push_true},
        [GLIFT_REQUEST_GET_COMPUTE_CERTIFICATE] = {"get_compute_certificate", lvalue_push_certificate},
        [GLIFT_REQUEST_GET_FLEET_ROLE_CREDENTIALS] = {"get_fleet_role_credentials", lvalue_push_credentials},
        [GLIFT_REQUEST_LIST_CONTAINERS_NETWORK_INFO] = {"list_containers_network_info",
                lvalue_push_containers},
};

/* A later SDK may know kinds that this module does not. */
static bool is_known(glift_request_kind kind)
{
    return (size_t)kind < sizeof kinds / sizeof kinds[0] && kinds[kind].action != NULL;
}

static void push_request(lua_State *L, glift_request_kind kind, const char *subject)
{
    lua_newtable(L);
    lua_pushstring(L, is_known(kind) ? kinds[kind].action : "unknown");
    lua_setfield(L, -2, "action");
    lua_pushstring(L, subject);
    lua_setfield(L, -2, "subject");
}

/* ---- answers ---- */

typedef struct event {
    lserver *self;
    const glift_inherited_answer *inherited;
    bool taken;
} event;

/* { action =, subject =, result = }, or message = and code = in the place of the result. */
static void push_answer(lua_State *L, const glift_inherited_answer *inherited)
{
    const glift_result *result = inherited->result;
    push_request(L, inherited->kind, inherited->subject);
    if (result->status == GLIFT_OK) {
        if (is_known(inherited->kind))
            kinds[inherited->kind].push(L, result);
        else
            lua_pushboolean(L, 1);
        lua_setfield(L, -2, "result");
        return;
    }
    lua_pushstring(L, result->message[0] != '\0' ? result->message : glift_status_name(result->status));
    lua_setfield(L, -2, "message");
    lua_pushstring(L, glift_status_name(result->status));
    lua_setfield(L, -2, "code");
}

/* Protected. A handler that waits has taken the answer; one that raises has not. */
static int tell(lua_State *L)
{
    event *e = lua_touserdata(L, 1);
    int server = lserver_push(L, e->self);
    if (!lhandlers_push(L, server, "on_inherited_answer"))
        return 0;
    lua_pushvalue(L, server);
    push_answer(L, e->inherited);
    int status = lscript_start(L, server, 2);
    if (status == LUA_OK)
        e->taken = lua_toboolean(lua_tothread(L, -1), 1);
    else if (status == LUA_YIELD)
        e->taken = true;
    return 0;
}

bool linherited_on_answer(glift_server *server, const glift_inherited_answer *inherited, void *user)
{
    (void)server;
    event e = {.self = user, .inherited = inherited};
    if (lwaiter_on_inherited_answer(e.self, inherited))
        return true;
    lscript_protected(e.self, tell, &e);
    return e.taken;
}

/* ---- what is under way ---- */

/* Protected: (self). */
static int push_requests(lua_State *L)
{
    const lserver *self = lua_touserdata(L, 1);
    size_t capacity = glift_get_inherited_requests(lserver_handle(self), NULL, 0), used = 0;
    glift_inherited_request *list = lua_newuserdata(L, (capacity + 1) * sizeof *list);
    size_t count = glift_get_inherited_requests(lserver_handle(self), list, capacity);
    lua_newtable(L);
    for (size_t i = 0; i < count && i < capacity; i++) {
        if (lwaiter_waits_for(self, list[i].request_id))
            continue;
        push_request(L, list[i].kind, list[i].subject);
        lua_rawseti(L, -2, (int)++used);
    }
    return 1;
}

/* server:inherited_requests() -> { { action =, subject = }, ... } */
int linherited_requests(lua_State *L)
{
    return lserver_copy_out(L, push_requests);
}

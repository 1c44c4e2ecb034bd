/* SPDX-License-Identifier: Apache-2.0 */
/* The methods that ask GameLift, and the list of all that wait.
 *
 * All have one form: server:action(arguments [, fn]) -> result | nil, message, code. With fn: true means
 * queued, and fn(result) or fn(nil, message, code) runs once, in a coroutine, from a later tick. Without:
 * waits in the running coroutine; raises where there is none. `result` is true where there is nothing to
 * tell.
 *
 * Each checks everything that can raise, makes the waiter, and hands it to the SDK. Whether it can wait has
 * been judged before (lyield.c). */

#include "lgamelift.h"

/* ---- without arguments ---- */

typedef glift_status (*plain_request)(glift_server *server, glift_done_fn done, void *user);

static int plain(lua_State *L, const char *what, plain_request request, lwaiter_push_fn push)
{
    lserver *self = lserver_check(L, 1);
    lwaiter *waiter = lwaiter_new(L, self, 2, what, push);
    return lwaiter_finish(L, waiter, request(lserver_handle(self), lwaiter_on_answer, waiter));
}

static int process_ending(lua_State *L)
{
    return plain(L, "process_ending", glift_process_ending, lvalue_push_true);
}

static int activate_game_session(lua_State *L)
{
    return plain(L, "activate_game_session", glift_activate_game_session, lvalue_push_true);
}

static int get_compute_certificate(lua_State *L)
{
    return plain(L, "get_compute_certificate", glift_get_compute_certificate, lvalue_push_certificate);
}

static int list_containers_network_info(lua_State *L)
{
    return plain(
            L, "list_containers_network_info", glift_list_containers_network_info, lvalue_push_containers);
}

/* ---- with a player session id ---- */

typedef glift_status (*player_request)(glift_server *server, const char *id, glift_done_fn done, void *user);

static int player(lua_State *L, const char *what, player_request request)
{
    lserver *self = lserver_check(L, 1);
    const char *id = lread_argument_text(L, 2);
    lwaiter *waiter = lwaiter_new(L, self, 3, what, lvalue_push_true);
    return lwaiter_finish(L, waiter, request(lserver_handle(self), id, lwaiter_on_answer, waiter));
}

static int accept_player_session(lua_State *L)
{
    return player(L, "accept_player_session", glift_accept_player_session);
}

static int remove_player_session(lua_State *L)
{
    return player(L, "remove_player_session", glift_remove_player_session);
}

/* ---- with more ---- */

/* server:process_ready { port =, log_paths = { ... } } */
static int process_ready(lua_State *L)
{
    static const char *const known[] = {"port", "log_paths", NULL};
    lserver *self = lserver_check(L, 1);
    lread_own(L, 2);
    lread_check_fields(L, 2, "process_ready", known, NULL);
    lua_settop(L, 3);
    lua_newtable(L);
    glift_process_parameters parameters = {.size_bytes = sizeof parameters};
    parameters.port = lread_int(L, 2, "process_ready", "port", 0);
    parameters.log_paths = lread_texts(L, 4, 2, "process_ready", "log_paths", &parameters.log_path_count);
    lwaiter *waiter = lwaiter_new(L, self, 3, "process_ready", lvalue_push_true);
    return lwaiter_finish(
            L, waiter, glift_process_ready(lserver_handle(self), &parameters, lwaiter_on_answer, waiter));
}

/* server:update_player_session_creation_policy "ACCEPT_ALL" or "DENY_ALL" */
static int update_player_session_creation_policy(lua_State *L)
{
    static const char *const names[] = {"ACCEPT_ALL", "DENY_ALL", NULL};
    static const glift_player_session_creation_policy policies[] = {
            GLIFT_PLAYER_SESSION_CREATION_POLICY_ACCEPT_ALL, GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL};
    lserver *self = lserver_check(L, 1);
    int choice = lread_argument_choice(L, 2, names);
    lwaiter *waiter = lwaiter_new(L, self, 3, "update_player_session_creation_policy", lvalue_push_true);
    return lwaiter_finish(L, waiter,
            glift_update_player_session_creation_policy(
                    lserver_handle(self), policies[choice], lwaiter_on_answer, waiter));
}

/* server:describe_player_sessions { one of game_session_id, player_id, player_session_id; status_filter,
 * limit, next_token } -> { player_sessions = { ... }, next_token = } */
static int describe_player_sessions(lua_State *L)
{
    static const char what[] = "describe_player_sessions";
    static const char *const known[] = {"game_session_id", "player_id", "player_session_id", "status_filter",
            "limit", "next_token", NULL};
    static const char *const statuses[] = {"", "RESERVED", "ACTIVE", "COMPLETED", "TIMEDOUT", NULL};
    lserver *self = lserver_check(L, 1);
    lread_own(L, 2);
    lread_check_fields(L, 2, what, known, NULL);
    glift_describe_player_sessions_request request = {
            .size_bytes = sizeof request,
            .game_session_id = lread_text(L, 2, what, "game_session_id"),
            .player_id = lread_text(L, 2, what, "player_id"),
            .player_session_id = lread_text(L, 2, what, "player_session_id"),
            .status_filter =
                    lread_choice(L, 2, what, "status_filter", statuses, GLIFT_PLAYER_SESSION_NOT_SET),
            .next_token = lread_text(L, 2, what, "next_token"),
            .limit = lread_int(L, 2, what, "limit", 0),
    };
    lwaiter *waiter = lwaiter_new(L, self, 3, what, lvalue_push_player_sessions);
    return lwaiter_finish(L, waiter,
            glift_describe_player_sessions(lserver_handle(self), &request, lwaiter_on_answer, waiter));
}

/* server:start_match_backfill { matchmaking_configuration_arn =, players = { ... }, game_session_arn =,
 * ticket_id = } -> { ticket_id = } */
static int start_match_backfill(lua_State *L)
{
    static const char what[] = "start_match_backfill";
    static const char *const known[] = {
            "game_session_arn", "matchmaking_configuration_arn", "ticket_id", "players", NULL};
    lserver *self = lserver_check(L, 1);
    lread_own(L, 2);
    lread_check_fields(L, 2, what, known, NULL);
    lua_settop(L, 3);
    lua_newtable(L);
    glift_start_match_backfill_request request = {
            .size_bytes = sizeof request,
            .game_session_arn = lread_text(L, 2, what, "game_session_arn"),
            .matchmaking_configuration_arn = lread_required_text(L, 2, what, "matchmaking_configuration_arn"),
            .ticket_id = lread_text(L, 2, what, "ticket_id"),
    };
    request.players = lread_players(L, 4, 2, what, &request.player_count);
    lwaiter *waiter = lwaiter_new(L, self, 3, what, lvalue_push_backfill);
    return lwaiter_finish(
            L, waiter, glift_start_match_backfill(lserver_handle(self), &request, lwaiter_on_answer, waiter));
}

/* server:stop_match_backfill { matchmaking_configuration_arn =, ticket_id =, game_session_arn = } */
static int stop_match_backfill(lua_State *L)
{
    static const char what[] = "stop_match_backfill";
    static const char *const known[] = {
            "game_session_arn", "matchmaking_configuration_arn", "ticket_id", NULL};
    lserver *self = lserver_check(L, 1);
    lread_own(L, 2);
    lread_check_fields(L, 2, what, known, NULL);
    glift_stop_match_backfill_request request = {
            .size_bytes = sizeof request,
            .game_session_arn = lread_text(L, 2, what, "game_session_arn"),
            .matchmaking_configuration_arn = lread_required_text(L, 2, what, "matchmaking_configuration_arn"),
            .ticket_id = lread_required_text(L, 2, what, "ticket_id"),
    };
    lwaiter *waiter = lwaiter_new(L, self, 3, what, lvalue_push_true);
    return lwaiter_finish(
            L, waiter, glift_stop_match_backfill(lserver_handle(self), &request, lwaiter_on_answer, waiter));
}

/* server:get_fleet_role_credentials { role_arn =, role_session_name = } */
static int get_fleet_role_credentials(lua_State *L)
{
    static const char what[] = "get_fleet_role_credentials";
    static const char *const known[] = {"role_arn", "role_session_name", NULL};
    lserver *self = lserver_check(L, 1);
    lread_own(L, 2);
    lread_check_fields(L, 2, what, known, NULL);
    const char *role_arn = lread_required_text(L, 2, what, "role_arn");
    const char *session_name = lread_text(L, 2, what, "role_session_name");
    lwaiter *waiter = lwaiter_new(L, self, 3, what, lvalue_push_credentials);
    return lwaiter_finish(L, waiter,
            glift_get_fleet_role_credentials(
                    lserver_handle(self), role_arn, session_name, lwaiter_on_answer, waiter));
}

const laction lactions[] = {
        {"process_ready", process_ready, 3},
        {"process_ending", process_ending, 2},
        {"activate_game_session", activate_game_session, 2},
        {"update_player_session_creation_policy", update_player_session_creation_policy, 3},
        {"accept_player_session", accept_player_session, 3},
        {"remove_player_session", remove_player_session, 3},
        {"describe_player_sessions", describe_player_sessions, 3},
        {"start_match_backfill", start_match_backfill, 3},
        {"stop_match_backfill", stop_match_backfill, 3},
        {"get_compute_certificate", get_compute_certificate, 2},
        {"get_fleet_role_credentials", get_fleet_role_credentials, 3},
        {"list_containers_network_info", list_containers_network_info, 2},
        {"sleep", lsleep_sleep, 3},
        {NULL, NULL, 0},
};

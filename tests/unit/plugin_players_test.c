/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin's "players" service: who is let in, and whose seat is given back. Rules: host.h. */

#include "plugin_harness.h"

static glift_player_answer join(const glift_plugin *p, uint64_t player, char *reason)
{
    const glift_plugin_players *players = players_service(p);
    return players->connect(players->self, player, "psess-1", reason, 128);
}

static void leave(const glift_plugin *p, uint64_t player)
{
    const glift_plugin_players *players = players_service(p);
    players->disconnect(players->self, player);
}

static void answer_accept(glift_status status, const char *message)
{
    glift_done_fn done = sdk.accept_done;
    CHECK(done != NULL);
    sdk.accept_done = NULL;
    answer(done, sdk.accept_user, status, message);
}

static glift_plugin with_session(void)
{
    glift_plugin p = started();
    snprintf(sdk.session_id, sizeof sdk.session_id, "arn:1");
    return p;
}

TEST(a_player_without_a_game_session_is_denied)
{
    char reason[128] = "";
    glift_plugin p = started();
    CHECK_INT(join(&p, 1, reason), GLIFT_PLAYER_DENIED);
    CHECK_TEXT(reason, "no game session runs here yet");
    CHECK_INT(sdk.accepts, 0);
}

TEST(an_open_door_lets_players_in_while_there_is_no_game_session)
{
    char reason[128] = "";
    glift_plugin p = arranged();
    set("gamelift.open_door", "1");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(join(&p, 1, reason), GLIFT_PLAYER_ACCEPTED);
    leave(&p, 1);
    CHECK_INT(sdk.removes, 0);
}

TEST(a_player_is_let_in_when_the_service_has_accepted_it)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    CHECK_INT(join(&p, 5, reason), GLIFT_PLAYER_PENDING);
    CHECK_TEXT(sdk.accepted_id, "psess-1");
    CHECK_INT(engine.decisions, 0);
    answer_accept(GLIFT_OK, "");
    CHECK_INT(engine.decisions, 1);
    CHECK(engine.accepted);
    CHECK_INT(engine.decided, 5);
    leave(&p, 5);
    CHECK_TEXT(sdk.removed_id, "psess-1");
    leave(&p, 5);
    CHECK_INT(sdk.removes, 1);
}

TEST(a_player_is_refused_with_the_words_of_the_service)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    join(&p, 5, reason);
    answer_accept(GLIFT_ERR_REJECTED, "no reserved seat");
    CHECK(!engine.accepted);
    CHECK_TEXT(engine.reason, "no reserved seat");
    leave(&p, 5);
    CHECK_INT(sdk.removes, 0);
}

TEST(a_player_who_leaves_during_the_accept_is_removed_after_it)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    join(&p, 5, reason);
    leave(&p, 5);
    CHECK_INT(sdk.removes, 0);
    answer_accept(GLIFT_OK, "");
    CHECK_INT(engine.decisions, 0);
    CHECK_INT(sdk.removes, 1);
}

TEST(a_player_who_leaves_during_an_accept_that_fails_is_not_removed)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    join(&p, 5, reason);
    leave(&p, 5);
    answer_accept(GLIFT_ERR_REJECTED, "no reserved seat");
    CHECK_INT(engine.decisions, 0);
    CHECK_INT(sdk.removes, 0);
}

TEST(a_number_that_is_used_again_during_the_old_accept_is_a_player_of_its_own)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    join(&p, 5, reason);
    leave(&p, 5);
    glift_done_fn old_done = sdk.accept_done;
    void *old_user = sdk.accept_user;
    join(&p, 5, reason);
    answer(old_done, old_user, GLIFT_OK, "");
    CHECK_INT(engine.decisions, 0);
    CHECK_INT(sdk.removes, 1);
    answer_accept(GLIFT_OK, "");
    CHECK_INT(engine.decisions, 1);
}

TEST(a_request_that_cannot_be_made_denies_at_once)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    sdk.request_status = GLIFT_ERR_ARGUMENT;
    CHECK_INT(join(&p, 5, reason), GLIFT_PLAYER_DENIED);
    CHECK_TEXT(reason, "this is no player session id");
    sdk.request_status = GLIFT_OK;
    CHECK_INT(join(&p, 5, reason), GLIFT_PLAYER_PENDING);
}

TEST(an_accept_that_a_rebind_cancels_is_told_and_taken_back)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    join(&p, 5, reason);
    glift_server_desc desc = {.size_bytes = sizeof desc};
    CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_OK);
    CHECK(!engine.accepted);
    CHECK_CONTAINS(engine.reason, "join again");
    CHECK_INT(sdk.removes, 1);
    leave(&p, 5);
    CHECK_INT(sdk.removes, 1);
}

TEST(a_seat_outlives_a_reload_of_the_plugin)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    join(&p, 5, reason);
    answer_accept(GLIFT_OK, "");
    CHECK_INT(p.before_reload(p.self), GLIFT_OK);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_OK);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    leave(&p, 5);
    CHECK_INT(sdk.removes, 1);
}

TEST(nobody_joins_while_the_server_is_parked)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    CHECK_INT(p.before_reload(p.self), GLIFT_OK);
    CHECK_INT(join(&p, 5, reason), GLIFT_PLAYER_DENIED);
    CHECK_CONTAINS(reason, "join again");
}

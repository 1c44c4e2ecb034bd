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

TEST(offline_a_player_without_an_id_gets_one)
{
    char reason[128] = "";
    glift_plugin p = arranged();
    unsetenv("GAMELIFT_SDK_WEBSOCKET_URL");
    set("gamelift.offline", "1");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    snprintf(sdk.session_id, sizeof sdk.session_id, "gsess-1");
    const glift_plugin_players *players = players_service(&p);
    CHECK_INT(players->connect(players->self, 6, "", reason, sizeof reason), GLIFT_PLAYER_PENDING);
    CHECK_TEXT(sdk.accepted_id, "psess-player-6");
    answer_accept(GLIFT_OK, "");
    leave(&p, 6);
    CHECK_TEXT(sdk.removed_id, "psess-player-6");
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

/* ---- rebinds and reloads ---- */

static void rebind(const glift_plugin *p)
{
    glift_server_desc desc = {.size_bytes = sizeof desc};
    CHECK_INT(server_service(p)->bind(p->self, &desc), GLIFT_OK);
}

static void reload(const glift_plugin *p)
{
    CHECK_INT(p->before_reload(p->self), GLIFT_OK);
    CHECK_INT(p->stop(p->self, GLIFT_STOP_RELOAD), GLIFT_OK);
    CHECK_INT(p->start(p->self, &api), GLIFT_OK);
}

static bool inherit_accept(glift_status status, const char *message)
{
    return answer_inherited(GLIFT_REQUEST_ACCEPT_PLAYER_SESSION, "psess-1", status, message);
}

static bool inherit_remove(glift_status status)
{
    return answer_inherited(GLIFT_REQUEST_REMOVE_PLAYER_SESSION, "psess-1", status, "");
}

static void (*const handovers[])(const glift_plugin *p) = {rebind, reload};
#define EACH_HANDOVER(i) (size_t i = 0; i < sizeof handovers / sizeof handovers[0]; i++)

TEST(an_accept_in_flight_is_decided_by_its_answer_after_a_rebind_and_after_a_reload)
{
    for
        EACH_HANDOVER(i)
        {
            char reason[128] = "";
            glift_plugin p = with_session();
            join(&p, 5, reason);
            handovers[i](&p);
            CHECK_INT(engine.decisions, 0);
            CHECK_INT(sdk.accepts, 1);
            CHECK(inherit_accept(GLIFT_OK, ""));
            CHECK_INT(engine.decisions, 1);
            CHECK(engine.accepted);
            CHECK_INT(engine.decided, 5);
            CHECK(!inherit_accept(GLIFT_OK, "")); /* nobody waits for that */
            leave(&p, 5);
            CHECK_INT(sdk.removes, 1);
            CHECK(!inherit_remove(GLIFT_OK));
        }
}

TEST(an_accept_that_is_refused_after_a_reload_is_told_with_the_words_of_the_service)
{
    for
        EACH_HANDOVER(i)
        {
            char reason[128] = "";
            glift_plugin p = with_session();
            join(&p, 5, reason);
            handovers[i](&p);
            CHECK(inherit_accept(GLIFT_ERR_REJECTED, "no reserved seat"));
            CHECK(!engine.accepted);
            CHECK_TEXT(engine.reason, "no reserved seat");
            leave(&p, 5);
            CHECK_INT(sdk.removes, 0);
        }
}

TEST(a_player_who_leaves_before_or_after_a_reload_is_removed_when_the_accept_is_answered)
{
    for
        EACH_HANDOVER(i)
        {
            for (int before = 0; before < 2; before++) {
                char reason[128] = "";
                glift_plugin p = with_session();
                join(&p, 5, reason);
                if (before)
                    leave(&p, 5);
                handovers[i](&p);
                if (!before)
                    leave(&p, 5);
                CHECK_INT(sdk.removes, 0);
                CHECK(inherit_accept(GLIFT_OK, ""));
                CHECK_INT(engine.decisions, 0);
                CHECK_INT(sdk.removes, 1);
            }
        }
}

TEST(a_remove_in_flight_outlives_a_reload_and_is_made_again_when_it_was_not_answered)
{
    for
        EACH_HANDOVER(i)
        {
            char reason[128] = "";
            glift_plugin p = with_session();
            join(&p, 5, reason);
            answer_accept(GLIFT_OK, "");
            sdk.removes_wait = true;
            leave(&p, 5);
            handovers[i](&p);
            CHECK(inherit_remove(GLIFT_ERR_TIMEOUT));
            CHECK_INT(sdk.removes, 2);
            answer(sdk.remove_done, sdk.remove_user, GLIFT_OK, "");
            CHECK(!inherit_remove(GLIFT_OK));
            CHECK_INT(sdk.removes, 2);
        }
}

TEST(an_accept_that_was_not_answered_is_taken_back)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    join(&p, 5, reason);
    answer_accept(GLIFT_ERR_TIMEOUT, "no answer within 20000 ms");
    CHECK(!engine.accepted);
    CHECK_INT(sdk.removes, 1);
    leave(&p, 5);
    CHECK_INT(sdk.removes, 1);
}

TEST(two_players_with_one_seat_are_answered_in_their_order_after_a_reload)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    join(&p, 5, reason);
    join(&p, 6, reason);
    reload(&p);
    CHECK(inherit_accept(GLIFT_OK, ""));
    CHECK_INT(engine.decided, 5);
    CHECK(engine.accepted);
    CHECK(inherit_accept(GLIFT_ERR_REJECTED, "the seat is taken"));
    CHECK_INT(engine.decided, 6);
    CHECK(!engine.accepted);
}

static glift_inherited_answer handed_on;

static bool script_inherited(glift_server *server, const glift_inherited_answer *given, void *user)
{
    (void)server, (void)user;
    handed_on = *given;
    return given->kind == GLIFT_REQUEST_PROCESS_READY;
}

TEST(what_is_not_of_the_plugin_goes_to_who_has_the_callbacks)
{
    glift_plugin p = with_session();
    CHECK(!inherit_accept(GLIFT_OK, ""));
    glift_server_desc desc = {.size_bytes = sizeof desc, .on_inherited_answer = script_inherited};
    CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_OK);
    CHECK(!inherit_accept(GLIFT_OK, ""));
    CHECK_TEXT(handed_on.subject, "psess-1");
    CHECK(answer_inherited(GLIFT_REQUEST_PROCESS_READY, "", GLIFT_OK, ""));
}

TEST(a_seat_outlives_a_reload_of_the_plugin)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    join(&p, 5, reason);
    answer_accept(GLIFT_OK, "");
    reload(&p);
    leave(&p, 5);
    CHECK_INT(sdk.removes, 1);
}

TEST(who_joins_between_parking_and_the_end_of_a_copy_is_decided_by_the_next)
{
    char reason[128] = "";
    glift_plugin p = with_session();
    const glift_plugin_players *players = players_service(&p);
    CHECK_INT(p.before_reload(p.self), GLIFT_OK);
    CHECK_INT(join(&p, 5, reason), GLIFT_PLAYER_PENDING);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_OK);
    CHECK(players_service(&p) == NULL); /* a host that has kept it is told so: */
    CHECK_INT(players->connect(players->self, 6, "psess-1", reason, sizeof reason), GLIFT_PLAYER_DENIED);
    CHECK_CONTAINS(reason, "join again");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK(inherit_accept(GLIFT_OK, ""));
    CHECK_INT(engine.decided, 5);
    CHECK(engine.accepted);
}

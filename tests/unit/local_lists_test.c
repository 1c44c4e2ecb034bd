/* SPDX-License-Identifier: Apache-2.0 */
/* The lists by which the service finds game sessions and player sessions without a walk over all of them:
 * they hold what such a walk finds, whatever has ended or has been forgotten. */
#include "local_helper.h"
#include "model/model.h"

enum { LIVES = LOCAL_ENDED_SESSIONS_KEPT + 500, LOOK_EVERY = 700, SEATS = 2 };

static void check_sessions(const local_service *service, const local_fleet *fleet)
{
    const local_game_session *all, *listed = TAILQ_FIRST(&fleet->game_sessions),
                                   *live = TAILQ_FIRST(&fleet->live_game_sessions);
    TAILQ_FOREACH(all, &service->game_sessions, link)
    {
        if (all->fleet != fleet)
            continue;
        CHECK(listed == all);
        listed = TAILQ_NEXT(listed, fleet_link);
        if (all->termination_unix_ms != 0)
            continue;
        CHECK(live == all);
        live = TAILQ_NEXT(live, live_link);
    }
    CHECK(listed == NULL && live == NULL);
}

static void check_player(const local_service *service, const char *player_id)
{
    local_seat_query query = {.player_id = player_id};
    const local_player_session *all, *found;
    CHECK(local_seats_begin(service, &query, &(local_refusal){0}));
    found = local_seats_next(service, &query, NULL);
    TAILQ_FOREACH(all, &service->player_sessions, service_link)
    {
        if (strcmp(all->player_id, player_id) != 0)
            continue;
        CHECK(found == all);
        found = local_seats_next(service, &query, found);
    }
    CHECK(found == NULL);
}

static void check_lists(const local_service *service)
{
    const local_fleet *fleet;
    TAILQ_FOREACH(fleet, &service->fleets, link)
    {
        check_sessions(service, fleet);
    }
    check_player(service, "0"); /* in the first sessions, which are forgotten at the end */
    check_player(service, "regular");
    check_player(service, "nobody");
}

static void fill(local_service *service, game_server *server, const char *session, int number)
{
    CHECK_INT(ask(server, "ActivateGameSession", "activate", "\"GameSessionId\":\"%s\"", session), 200);
    CHECK_INT(call(service, "CreatePlayerSessions",
                      "{\"GameSessionId\":\"%s\",\"PlayerIds\":[\"%d\",\"regular\"]}", session, number),
            200);
}

static void live(local_service *service, game_server *server, int number, bool has_players)
{
    char session[300];
    create_session(service, SEATS, session);
    CHECK_TEXT(pushed(server), "CreateGameSession");
    if (has_players)
        fill(service, server, session, number);
    if (number % LOOK_EVERY == 0)
        check_lists(service);
    pass(service, 10);
    end_process(server);
    ready(server, 7777);
}

TEST(what_lists_hold_is_what_a_walk_over_everything_finds)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(
            call(service, "CreateFleet",
                    "{\"Name\":\"other\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"%s\"}]}",
                    demo.location),
            200);
    for (int i = 0; i < LIVES; i++)
        live(service, &server, i, i % 50 == 0);
    check_lists(service);
    CHECK(local_index_find(&service->players_by_id, "0") ==
            NULL); /* players are forgotten with their seats */
    finish(service, &server);
}

TEST(a_page_ends_where_it_is_full_and_the_next_one_goes_on)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    char token[64];
    for (int i = 0; i < 5; i++)
        live(service, &server, i, true);
    CHECK_INT(call(service, "DescribeGameSessions", "{\"FleetId\":\"%s\",\"Limit\":4}", demo.fleet_id), 200);
    CHECK_TEXT(field("GameSessions"), "[4]");
    snprintf(token, sizeof token, "%s", field("NextToken"));
    CHECK(token[0] != '\0');
    CHECK_INT(call(service, "DescribeGameSessions", "{\"FleetId\":\"%s\",\"Limit\":4,\"NextToken\":\"%s\"}",
                      demo.fleet_id, token),
            200);
    CHECK_TEXT(field("GameSessions"), "[1]");
    CHECK_TEXT(field("NextToken"), "");
    CHECK_INT(call(service, "DescribeGameSessions", "{\"FleetId\":\"%s\",\"StatusFilter\":\"ACTIVE\"}",
                      demo.fleet_id),
            200);
    CHECK_TEXT(field("GameSessions"), "[0]");
    CHECK_INT(call(service, "DescribePlayerSessions", "{\"PlayerId\":\"regular\",\"Limit\":5}"), 200);
    CHECK_TEXT(field("PlayerSessions"), "[5]");
    CHECK_TEXT(field("NextToken"), "");
    finish(service, &server);
}

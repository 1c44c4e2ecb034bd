/* SPDX-License-Identifier: Apache-2.0 */
/* Matchmaking in the service: tickets from StartMatchmaking to seats, backfill, and what game servers and
 * clients are told (service model 1.7, 1.8, S57 to S78). Who fits with whom: local_matcher_test.c. */
#include <math.h>

#include "local_helper.h"

#define ARENA_ARN "arn:aws:gamelift:us-east-1:000000000000:matchmakingconfiguration/arena"
#define QUEUE_ARN "arn:aws:gamelift:us-east-1:000000000000:gamesessionqueue/arena"

enum { MOST_SERVERS = 3 };
static game_server servers[MOST_SERVERS];

/* The demo (configuration arena: 2 to 8 players, 60 s) with so many processes that wait for a session. */
static local_service *begin(size_t processes)
{
    local_service *service = make_demo_service();
    memset(servers, 0, sizeof servers);
    for (size_t i = 0; i < processes; i++) {
        char id[24];
        snprintf(id, sizeof id, "p%zu", i + 1);
        CHECK_INT(connect_as(service, &servers[i], id, demo.auth_token), 101);
        ready(&servers[i], 7001 + (int)i);
    }
    return service;
}

static void end(local_service *service)
{
    for (size_t i = 1; i < MOST_SERVERS; i++)
        forget(&servers[i]);
    finish(service, &servers[0]);
}

/* Lets time pass as a clock does, half a second at a time. */
static void wait_s(local_service *service, unsigned seconds)
{
    for (unsigned i = 0; i < 2 * seconds; i++)
        pass(service, 500);
}

/* ---- players ---- */

static int start(local_service *service, const char *ticket, const char *player)
{
    return call(service, "StartMatchmaking",
            "{\"ConfigurationName\":\"arena\",\"TicketId\":\"%s\",\"Players\":[{\"PlayerId\":\"%s\"}]}",
            ticket, player);
}

static const char *ticket_field(local_service *service, const char *ticket, const char *name)
{
    char path[128];
    CHECK_INT(call(service, "DescribeMatchmaking", "{\"TicketIds\":[\"%s\"]}", ticket), 200);
    snprintf(path, sizeof path, "TicketList.0.%s", name);
    return field(path);
}

#define CHECK_STATUS(service, ticket, status) CHECK_TEXT(ticket_field(service, ticket, "Status"), status)

/* Of a ticket, from GET /_local/state. */
static const char *why_of(local_service *service, const char *ticket)
{
    static char why[512];
    glift__text state = {0};
    CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
    cJSON *root = cJSON_Parse(state.bytes), *item;
    why[0] = '\0';
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "tickets"))
    {
        if (strcmp(cJSON_GetObjectItemCaseSensitive(item, "ticket_id")->valuestring, ticket) == 0)
            snprintf(why, sizeof why, "%s", cJSON_GetObjectItemCaseSensitive(item, "why")->valuestring);
    }
    cJSON_Delete(root);
    glift__text_free(&state);
    return why;
}

/* "list.name.member" of GET /_local/state: of the first ticket, or the first configuration, of that name. */
static double state_number(
        local_service *service, const char *list, const char *name, const char *array, const char *member)
{
    glift__text state = {0};
    CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
    cJSON *root = cJSON_Parse(state.bytes), *item;
    const char *key = strcmp(list, "tickets") == 0 ? "ticket_id" : "name";
    double number = -1;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, list))
    {
        if (strcmp(cJSON_GetObjectItemCaseSensitive(item, key)->valuestring, name) != 0)
            continue;
        const cJSON *first = cJSON_GetObjectItemCaseSensitive(item, array)->child;
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(first, member);
        number = value != NULL ? value->valuedouble : -1;
    }
    cJSON_Delete(root);
    glift__text_free(&state);
    return number;
}

/* ---- resources ---- */

static void create_rule_set(local_service *service, const char *name, const char *body)
{
    char escaped[4096];
    size_t length = 0;
    for (const char *c = body; *c != '\0'; c++) {
        if (*c == '"')
            escaped[length++] = '\\';
        escaped[length++] = *c;
    }
    escaped[length] = '\0';
    CHECK_INT(call(service, "CreateMatchmakingRuleSet", "{\"Name\":\"%s\",\"RuleSetBody\":\"%s\"}", name,
                      escaped),
            200);
}

/* A configuration of this name over the rule set; members beside the usual ones. */
static int configure(local_service *service, const char *name, const char *rule_set, const char *more)
{
    return call(service, "CreateMatchmakingConfiguration",
            "{\"Name\":\"%s\",\"RuleSetName\":\"%s\",\"RequestTimeoutSeconds\":60%s%s}", name, rule_set,
            more[0] != '\0' ? "," : "", more);
}

#define NO_ACCEPTANCE "\"AcceptanceRequired\":false,\"GameSessionQueueArns\":[\"" QUEUE_ARN "\"]"
#define ACCEPTANCE                                                                                           \
    "\"AcceptanceRequired\":true,\"AcceptanceTimeoutSeconds\":10,\"GameSessionQueueArns\":[\"" QUEUE_ARN "\"]"

static int start_in(local_service *service, const char *configuration, const char *ticket, const char *player)
{
    return call(service, "StartMatchmaking",
            "{\"ConfigurationName\":\"%s\",\"TicketId\":\"%s\",\"Players\":[%s]}", configuration, ticket,
            player);
}

/* ---- a match with a session: alice and bob on p1 ---- */

static char session[300];

static void take_session(game_server *server)
{
    collect(servers, MOST_SERVERS);
    CHECK(take(server));
    CHECK_TEXT(field("Action"), "CreateGameSession");
    snprintf(session, sizeof session, "%s", field("GameSessionId"));
}

static local_service *begin_match(size_t processes)
{
    local_service *service = begin(processes);
    CHECK_INT(start(service, "t-alice", "alice"), 200);
    CHECK_INT(start(service, "t-bob", "bob"), 200);
    wait_s(service, 2);
    take_session(&servers[0]);
    CHECK_INT(ask(&servers[0], "ActivateGameSession", "a1", "\"GameSessionId\":\"%s\"", session), 200);
    CHECK_STATUS(service, "t-alice", "COMPLETED");
    return service;
}

#define ALICE "{\"PlayerId\":\"alice\",\"Team\":\"players\"}"
#define BOB   "{\"PlayerId\":\"bob\",\"Team\":\"players\"}"

/* Over the WebSocket, by the process of the session. */
static int ask_backfill(const char *ticket, const char *players)
{
    return ask(&servers[0], "StartMatchBackfill", "backfill",
            "\"GameSessionArn\":\"%s\",\"MatchmakingConfigurationArn\":\"" ARENA_ARN
            "\",\"TicketId\":\"%s\",\"Players\":[%s]",
            session, ticket, players);
}

/* The next push to p1 is UpdateGameSession with this reason and ticket. */
static void check_update(const char *reason, const char *ticket)
{
    collect(servers, MOST_SERVERS);
    CHECK(take(&servers[0]));
    CHECK_TEXT(field("Action"), "UpdateGameSession");
    CHECK_TEXT(field("UpdateReason"), reason);
    CHECK_TEXT(field("BackfillTicketId"), ticket);
    CHECK_TEXT(field("GameSession.GameSessionId"), session);
}

static void check_no_push(void)
{
    collect(servers, MOST_SERVERS);
    CHECK_INT(servers[0].count, 0);
}

/* ---- tickets ---- */

TEST(a_ticket_is_queued_in_the_answer_and_searching_within_a_tick) /* S57 */
{
    local_service *service = begin(0);
    CHECK_INT(start(service, "t-1", "alice"), 200);
    CHECK_TEXT(field("MatchmakingTicket.TicketId"), "t-1");
    CHECK_TEXT(field("MatchmakingTicket.Status"), "QUEUED");
    CHECK_TEXT(field("MatchmakingTicket.ConfigurationName"), "arena");
    CHECK_TEXT(field("MatchmakingTicket.ConfigurationArn"), ARENA_ARN);
    CHECK_TEXT(field("MatchmakingTicket.Players.0.PlayerId"), "alice");
    pass(service, 500);
    CHECK_STATUS(service, "t-1", "SEARCHING");
    CHECK_TEXT(why_of(service, "t-1"), "waiting for 1 more player");
    end(service);
}

TEST(a_ticket_without_an_id_is_given_one)
{
    local_service *service = begin(0);
    CHECK_INT(call(service, "StartMatchmaking",
                      "{\"ConfigurationName\":\"" ARENA_ARN "\",\"Players\":[{\"PlayerId\":\"alice\"}]}"),
            200);
    CHECK_INT(strlen(field("MatchmakingTicket.TicketId")), 36);
    end(service);
}

TEST(start_matchmaking_refuses_what_makes_no_sense) /* S14, S58 */
{
    local_service *service = begin(0);
    CHECK_INT(start(service, "t-1", "alice"), 200);
    CHECK_REFUSED(start(service, "t-1", "bob"), "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "t-1");
    CHECK_REFUSED(start_in(service, "nowhere", "t-2", ALICE), "NotFoundException");
    CHECK_REFUSED(start_in(service, "arena", "t-2", ALICE "," ALICE), "InvalidRequestException");
    CHECK_REFUSED(start_in(service, "arena", "t-2", ""), "InvalidRequestException");
    CHECK_REFUSED(start_in(service, "arena", "t 2", ALICE), "InvalidRequestException");
    CHECK_REFUSED(start_in(service, "arena", "t-2",
                          "{\"PlayerId\":\"a\",\"PlayerAttributes\":{\"x\":{\"N\":1,\"S\":\"1\"}}}"),
            "InvalidRequestException");
    CHECK_REFUSED(start_in(service, "arena", "t-2", "{\"PlayerId\":\"a\",\"LatencyInMs\":{\"home\":0}}"),
            "InvalidRequestException");
    CHECK_TEXT(ticket_field(service, "t-2", "Status"), "");
    end(service);
}

TEST(a_newer_ticket_of_a_player_cancels_the_older) /* S58 */
{
    local_service *service = begin(0);
    CHECK_INT(start(service, "t-1", "alice"), 200);
    CHECK_INT(start(service, "t-2", "alice"), 200);
    CHECK_STATUS(service, "t-1", "CANCELLED");
    CHECK_TEXT(ticket_field(service, "t-1", "StatusMessage"), "Player alice is in a newer ticket.");
    CHECK_STATUS(service, "t-2", "QUEUED");
    end(service);
}

TEST(describe_matchmaking_leaves_out_unknown_ids_and_takes_ten) /* S68 */
{
    local_service *service = begin(0);
    CHECK_INT(start(service, "t-1", "alice"), 200);
    CHECK_INT(call(service, "DescribeMatchmaking", "{\"TicketIds\":[\"t-0\",\"t-1\"]}"), 200);
    CHECK_TEXT(field("TicketList"), "[1]");
    CHECK_REFUSED(
            call(service, "DescribeMatchmaking",
                    "{\"TicketIds\":[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]}"),
            "InvalidRequestException");
    end(service);
}

TEST(a_ticket_times_out_and_says_what_it_lacked) /* S64 */
{
    local_service *service = begin(0);
    CHECK_INT(start(service, "t-1", "alice"), 200);
    wait_s(service, 59);
    CHECK_STATUS(service, "t-1", "SEARCHING");
    wait_s(service, 1);
    CHECK_STATUS(service, "t-1", "TIMED_OUT");
    CHECK_TEXT(ticket_field(service, "t-1", "StatusMessage"),
            "No match within 60 seconds: waiting for 1 more player");
    CHECK(strlen(ticket_field(service, "t-1", "EndTime")) > 0);
    CHECK_INT(local_service_deadline_ms(service) > clock_now.mono_ms + 1000, 1); /* nothing ticks any more */
    end(service);
}

/* The clock may leap: then its time is over before the matcher has looked at it again. */
TEST(a_ticket_that_times_out_as_it_searches_on_says_what_it_waited_for) /* S64 */
{
    local_service *service = begin(0);
    CHECK_INT(call(service, "UpdateGameSessionQueue", "{\"Name\":\"arena\",\"TimeoutInSeconds\":10}"), 200);
    CHECK_INT(start(service, "t-1", "alice"), 200);
    CHECK_INT(start(service, "t-2", "bob"), 200);
    wait_s(service, 2);
    CHECK_STATUS(service, "t-1", "PLACING");
    pass(service, 60000);
    CHECK_TEXT(ticket_field(service, "t-1", "StatusMessage"),
            "No match within 60 seconds: waiting for the next look at the tickets");
    end(service);
}

TEST(stop_matchmaking_ends_a_waiting_ticket_once) /* S64 */
{
    local_service *service = begin(0);
    CHECK_INT(start(service, "t-1", "alice"), 200);
    CHECK_INT(call(service, "StopMatchmaking", "{\"TicketId\":\"t-1\"}"), 200);
    CHECK_TEXT(last_answer, "{}");
    CHECK_STATUS(service, "t-1", "CANCELLED");
    CHECK_REFUSED(call(service, "StopMatchmaking", "{\"TicketId\":\"t-1\"}"), "InvalidRequestException");
    CHECK_REFUSED(call(service, "StopMatchmaking", "{\"TicketId\":\"t-9\"}"), "NotFoundException");
    end(service);
}

TEST(attributes_come_back_as_they_were_sent)
{
    local_service *service = begin(0);
    CHECK_INT(
            start_in(service, "arena", "t-1",
                    "{\"PlayerId\":\"alice\",\"LatencyInMs\":{\"home\":18},\"PlayerAttributes\":{"
                    "\"skill\":{\"N\":1420.5},\"mode\":{\"S\":\"ffa\"},\"maps\":{\"SL\":[\"pit\",\"spire\"]},"
                    "\"gear\":{\"SDM\":{\"sword\":3,\"bow\":1.5}}}}"),
            200);
    CHECK_TEXT(field("MatchmakingTicket.Players.0.PlayerAttributes.skill.N"), "1420.5");
    CHECK_TEXT(field("MatchmakingTicket.Players.0.PlayerAttributes.mode.S"), "ffa");
    CHECK_TEXT(field("MatchmakingTicket.Players.0.PlayerAttributes.maps.SL.1"), "spire");
    CHECK_TEXT(field("MatchmakingTicket.Players.0.PlayerAttributes.gear.SDM.bow"), "1.5");
    CHECK_TEXT(field("MatchmakingTicket.Players.0.LatencyInMs.home"), "18");
    end(service);
}

/* ---- a match ---- */

TEST(a_match_gets_a_session_and_its_players_get_seats) /* S65 */
{
    local_service *service = begin(1);
    CHECK_INT(start(service, "t-alice", "alice"), 200);
    CHECK_INT(start(service, "t-bob", "bob"), 200);
    pass(service, 500);
    CHECK_STATUS(service, "t-alice", "SEARCHING");
    CHECK_CONTAINS(why_of(service, "t-alice"), "2 players found");
    pass(service, 500);
    CHECK_STATUS(service, "t-alice", "PLACING");
    CHECK_TEXT(why_of(service, "t-bob"), "the game session is being activated by process p1");
    collect(servers, MOST_SERVERS);
    CHECK(take(&servers[0]));
    CHECK_TEXT(field("Action"), "CreateGameSession");
    CHECK_TEXT(field("MaximumPlayerSessionCount"), "8");
    snprintf(session, sizeof session, "%s", field("GameSessionId"));
    CHECK_INT(ask(&servers[0], "ActivateGameSession", "a1", "\"GameSessionId\":\"%s\"", session), 200);

    CHECK_STATUS(service, "t-alice", "COMPLETED");
    CHECK_TEXT(field("TicketList.0.GameSessionConnectionInfo.GameSessionArn"), session);
    CHECK_TEXT(field("TicketList.0.GameSessionConnectionInfo.IpAddress"), "127.0.0.1");
    CHECK_TEXT(field("TicketList.0.GameSessionConnectionInfo.Port"), "7001");
    CHECK_TEXT(field("TicketList.0.GameSessionConnectionInfo.MatchedPlayerSessions.0.PlayerId"), "alice");
    CHECK_TEXT(field("TicketList.0.Players.0.Team"), "players");
    char seat[64];
    snprintf(seat, sizeof seat, "%s",
            field("TicketList.0.GameSessionConnectionInfo.MatchedPlayerSessions.0.PlayerSessionId"));
    CHECK_INT(ask(&servers[0], "AcceptPlayerSession", "a2",
                      "\"GameSessionId\":\"%s\",\"PlayerSessionId\":\"%s\"", session, seat),
            200);
    CHECK_INT(call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", session), 200);
    CHECK_TEXT(field("GameSessions.0.CurrentPlayerSessionCount"), "2");
    end(service);
}

TEST(matchmaker_data_names_match_configuration_teams_and_attributes) /* S69 */
{
    local_service *service = begin(1);
    create_rule_set(service, "duel",
            "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":["
            "{\"name\":\"skill\",\"type\":\"number\",\"default\":1000},{\"name\":\"mode\",\"type\":"
            "\"string\"}],"
            "\"teams\":[{\"name\":\"red\",\"minPlayers\":1,\"maxPlayers\":1},"
            "{\"name\":\"blue\",\"minPlayers\":1,\"maxPlayers\":1}]}");
    CHECK_INT(configure(service, "duel", "duel",
                      NO_ACCEPTANCE ",\"GameSessionData\":\"seed 7\",\"GameProperties\":["
                                    "{\"Key\":\"map\",\"Value\":\"pit\"}]"),
            200);
    CHECK_INT(start_in(service, "duel", "t-1",
                      "{\"PlayerId\":\"alice\",\"PlayerAttributes\":{\"mode\":{\"S\":\"ffa\"},\"hat\":{\"N\":"
                      "1}}}"),
            200);
    CHECK_INT(start_in(service, "duel", "t-2",
                      "{\"PlayerId\":\"bob\",\"PlayerAttributes\":{\"mode\":{\"S\":\"ctf\"},\"skill\":{\"N\":"
                      "7}}}"),
            200);
    pass(service, 500); /* full: at once */
    take_session(&servers[0]);
    CHECK_TEXT(field("MaximumPlayerSessionCount"), "2");
    CHECK_TEXT(field("GameSessionData"), "seed 7");
    CHECK_TEXT(field("GameProperties.map"), "pit");
    char data[2048];
    snprintf(data, sizeof data, "%s", field("MatchmakerData"));
    CHECK_INT(strlen(field_of(data, "matchId")), 36);
    CHECK_TEXT(field_of(data, "matchmakingConfigurationArn"),
            "arn:aws:gamelift:us-east-1:000000000000:matchmakingconfiguration/duel");
    CHECK_TEXT(field_of(data, "teams.0.name"), "red");
    CHECK_TEXT(field_of(data, "teams.0.players.0.playerId"), "alice");
    CHECK_TEXT(field_of(data, "teams.0.players.0.attributes.skill.attributeType"), "DOUBLE");
    CHECK_CONTAINS(data, "\"valueAttribute\":1000.0");
    CHECK_TEXT(field_of(data, "teams.0.players.0.attributes.mode.valueAttribute"), "ffa");
    CHECK_TEXT(field_of(data, "teams.0.players.0.attributes"), "[2]");
    CHECK_TEXT(field_of(data, "teams.1.players.0.playerId"), "bob");
    CHECK_CONTAINS(data, "\"autoBackfillMode\":null");
    end(service);
}

TEST(a_ticket_that_lacks_an_attribute_never_matches_and_says_so) /* S61 */
{
    local_service *service = begin(1);
    create_rule_set(service, "solo",
            "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"}]"
            ","
            "\"teams\":[{\"name\":\"one\",\"minPlayers\":1,\"maxPlayers\":1}]}");
    CHECK_INT(configure(service, "solo", "solo", NO_ACCEPTANCE), 200);
    CHECK_INT(start_in(service, "solo", "t-1", "{\"PlayerId\":\"alice\"}"), 200);
    wait_s(service, 2);
    CHECK_STATUS(service, "t-1", "SEARCHING");
    CHECK_TEXT(
            why_of(service, "t-1"), "player \"alice\" lacks the attribute \"skill\", which has no default");
    end(service);
}

TEST(a_match_waits_for_a_process_and_gets_the_first_that_is_ready)
{
    local_service *service = begin(0);
    CHECK_INT(start(service, "t-alice", "alice"), 200);
    CHECK_INT(start(service, "t-bob", "bob"), 200);
    wait_s(service, 3);
    CHECK_STATUS(service, "t-alice", "PLACING");
    CHECK_CONTAINS(why_of(service, "t-alice"), "no server process");
    CHECK_INT(connect_as(service, &servers[0], "p1", demo.auth_token), 101);
    ready(&servers[0], 7001);
    local_service_advance(service, clock_now);
    take_session(&servers[0]);
    CHECK_STATUS(service, "t-alice", "PLACING");
    end(service);
}

TEST(a_match_that_finds_no_process_in_the_queues_time_is_dissolved_and_its_tickets_search_on) /* S64 */
{
    local_service *service = begin(0);
    CHECK_INT(call(service, "CreateGameSessionQueue",
                      "{\"Name\":\"short\",\"TimeoutInSeconds\":10,\"Destinations\":[{\"DestinationArn\":"
                      "\"arn:aws:"
                      "gamelift:us-east-1:000000000000:fleet/%s\"}]}",
                      demo.fleet_id),
            200);
    CHECK_INT(call(service, "CreateMatchmakingConfiguration",
                      "{\"Name\":\"hasty\",\"RuleSetName\":\"arena\",\"RequestTimeoutSeconds\":"
                      "25," NO_ACCEPTANCE
                      ",\"GameSessionQueueArns\":[\"arn:aws:gamelift:us-east-1:000000000000:gamesessionqueue/"
                      "short\"]}"),
            200);
    CHECK_INT(start_in(service, "hasty", "t-alice", "{\"PlayerId\":\"alice\"}"), 200);
    CHECK_INT(start_in(service, "hasty", "t-bob", "{\"PlayerId\":\"bob\"}"), 200);
    wait_s(service, 2);
    CHECK_STATUS(service, "t-alice", "PLACING");
    CHECK_REFUSED(call(service, "StopMatchmaking", "{\"TicketId\":\"t-alice\"}"), "InvalidRequestException");
    wait_s(service, 10); /* searched for, found and placed again */
    CHECK_STATUS(service, "t-alice", "PLACING");
    wait_s(service, 10);
    CHECK_STATUS(service, "t-alice", "PLACING");
    wait_s(service, 3); /* the end of the request comes before that of the third try */
    CHECK_STATUS(service, "t-alice", "TIMED_OUT");
    CHECK_CONTAINS(ticket_field(service, "t-alice", "StatusMessage"), "No game session within 25 seconds: ");
    CHECK_STATUS(service, "t-bob", "TIMED_OUT");
    end(service);
}

TEST(a_match_whose_queues_are_gone_fails) /* S64 */
{
    local_service *service = begin(0);
    CHECK_INT(call(service, "DeleteGameSessionQueue", "{\"Name\":\"arena\"}"), 200);
    CHECK_INT(start(service, "t-alice", "alice"), 200);
    CHECK_INT(start(service, "t-bob", "bob"), 200);
    wait_s(service, 2);
    CHECK_STATUS(service, "t-alice", "FAILED");
    CHECK_CONTAINS(ticket_field(service, "t-alice", "StatusMessage"), "have been deleted");
    end(service);
}

TEST(a_process_that_dies_while_activating_is_replaced) /* S54, S64 */
{
    local_service *service = begin(2);
    CHECK_INT(start(service, "t-alice", "alice"), 200);
    CHECK_INT(start(service, "t-bob", "bob"), 200);
    wait_s(service, 2);
    take_session(&servers[0]);
    local_service_process_exited(service, clock_now, "p1", "Its program ended.");
    pass(service, 500);
    take_session(&servers[1]);
    CHECK_INT(ask(&servers[1], "ActivateGameSession", "a1", "\"GameSessionId\":\"%s\"", session), 200);
    CHECK_STATUS(service, "t-alice", "COMPLETED");
    CHECK_TEXT(field("TicketList.0.GameSessionConnectionInfo.Port"), "7002");
    end(service);
}

TEST(a_session_that_is_not_active_in_the_queues_time_is_terminated)
{
    local_service *service = begin_match(1);
    CHECK_INT(connect_as(service, &servers[1], "p2", demo.auth_token), 101);
    ready(&servers[1], 7002);
    CHECK_INT(start(service, "t-cid", "cid"), 200);
    CHECK_INT(start(service, "t-dan", "dan"), 200);
    wait_s(service, 2);
    take_session(&servers[1]);
    wait_s(service, 60);
    CHECK_STATUS(service, "t-cid", "TIMED_OUT");
    collect(servers, MOST_SERVERS);
    CHECK(take(&servers[1]));
    CHECK_TEXT(field("Action"), "TerminateProcess");
    end(service);
}

/* A fleet in two places, each with a process that waits: p1 near, p2 far. */
static local_service *begin_in_two_places(void)
{
    local_service *service = begin(0);
    static const char *const places[] = {"custom-near", "custom-far"};
    char fleet[64], token[64];
    for (size_t i = 0; i < 2; i++)
        CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"%s\"}", places[i]), 200);
    CHECK_INT(call(service, "CreateFleet",
                      "{\"Name\":\"two\",\"ComputeType\":\"ANYWHERE\",\"AnywhereConfiguration\":{\"Cost\":"
                      "\"1\"},"
                      "\"Locations\":[{\"Location\":\"custom-far\"},{\"Location\":\"custom-near\"}]}"),
            200);
    snprintf(fleet, sizeof fleet, "%s", field("FleetAttributes.FleetId"));
    snprintf(demo.fleet_id, sizeof demo.fleet_id, "%s", fleet);
    for (size_t i = 0; i < 2; i++) {
        char process[24];
        snprintf(demo.compute_name, sizeof demo.compute_name, "box-%zu", i + 1);
        snprintf(process, sizeof process, "p%zu", i + 1);
        CHECK_INT(call(service, "RegisterCompute",
                          "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\",\"Location\":\"%s\","
                          "\"IpAddress\":\"127.0.0.1\"}",
                          fleet, demo.compute_name, places[i]),
                200);
        CHECK_INT(call(service, "GetComputeAuthToken", "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\"}", fleet,
                          demo.compute_name),
                200);
        snprintf(token, sizeof token, "%s", field("AuthToken"));
        CHECK_INT(connect_as(service, &servers[i], process, token), 101);
        ready(&servers[i], 7001 + (int)i);
    }
    CHECK_INT(call(service, "CreateGameSessionQueue",
                      "{\"Name\":\"two\",\"Destinations\":[{\"DestinationArn\":\"%s\"}]}", fleet),
            200);
    return service;
}

#define TWO_PLACES   "\"AcceptanceRequired\":false,\"GameSessionQueueArns\":[\"" QUEUE_OF_TWO "\"]"
#define QUEUE_OF_TWO "arn:aws:gamelift:us-east-1:000000000000:gamesessionqueue/two"

TEST(a_session_is_placed_where_its_players_are_nearest) /* S56 */
{
    local_service *service = begin_in_two_places();
    CHECK_INT(configure(service, "two", "arena", TWO_PLACES), 200);
    static const char near[] = "{\"PlayerId\":\"%s\",\"LatencyInMs\":{\"custom-near\":20,\"custom-far\":90}}";
    char alice[128], bob[128];
    snprintf(alice, sizeof alice, near, "alice");
    snprintf(bob, sizeof bob, near, "bob");
    CHECK_INT(start_in(service, "two", "t-1", alice), 200);
    CHECK_INT(start_in(service, "two", "t-2", bob), 200);
    wait_s(service, 2);
    take_session(&servers[0]);
    CHECK_INT(servers[1].count, 0);
    end(service);
}

TEST(a_match_goes_by_the_filter_and_the_latency_policies_of_its_queue) /* S56 */
{
    local_service *service = begin_in_two_places();
    CHECK_INT(configure(service, "two", "arena", TWO_PLACES), 200);
    CHECK_INT(call(service, "UpdateGameSessionQueue",
                      "{\"Name\":\"two\",\"FilterConfiguration\":{\"AllowedLocations\":[\"custom-far\"]},"
                      "\"PlayerLatencyPolicies\":[{\"MaximumIndividualPlayerLatencyMilliseconds\":50,"
                      "\"PolicyDurationSeconds\":10}]}"),
            200);
    static const char far[] = "{\"PlayerId\":\"%s\",\"LatencyInMs\":{\"custom-near\":20,\"custom-far\":90}}";
    char alice[128], bob[128];
    snprintf(alice, sizeof alice, far, "alice");
    snprintf(bob, sizeof bob, far, "bob");
    CHECK_INT(start_in(service, "two", "t-1", alice), 200);
    CHECK_INT(start_in(service, "two", "t-2", bob), 200);
    wait_s(service, 8);
    collect(servers, MOST_SERVERS);
    CHECK_INT(servers[0].count, 0);
    CHECK_INT(servers[1].count, 0);
    wait_s(service, 5); /* the policy counts from when placing began */
    take_session(&servers[1]);
    CHECK_INT(servers[0].count, 0);
    end(service);
}

TEST(without_latencies_the_order_is_that_of_the_location_names)
{
    local_service *service = begin_in_two_places();
    CHECK_INT(configure(service, "two", "arena", TWO_PLACES), 200);
    CHECK_INT(start_in(service, "two", "t-1", "{\"PlayerId\":\"alice\"}"), 200);
    CHECK_INT(start_in(service, "two", "t-2", "{\"PlayerId\":\"bob\"}"), 200);
    wait_s(service, 2);
    take_session(&servers[1]); /* custom-far */
    end(service);
}

TEST(a_session_is_never_placed_where_a_latency_rule_forbids_it)
{
    local_service *service = begin_in_two_places();
    create_rule_set(service, "pinged",
            "{\"ruleLanguageVersion\":\"1.0\",\"teams\":[{\"name\":\"one\",\"minPlayers\":1,\"maxPlayers\":1}"
            "],"
            "\"rules\":[{\"name\":\"Ping\",\"type\":\"latency\",\"maxLatency\":50}]}");
    CHECK_INT(configure(service, "two", "pinged", TWO_PLACES), 200);
    static const char player[] =
            "{\"PlayerId\":\"%s\",\"LatencyInMs\":{\"custom-near\":20,\"custom-far\":90}}";
    char alice[128], bob[128];
    snprintf(alice, sizeof alice, player, "alice");
    snprintf(bob, sizeof bob, player, "bob");
    CHECK_INT(start_in(service, "two", "t-1", alice), 200);
    wait_s(service, 1);
    take_session(&servers[0]);
    CHECK_INT(start_in(service, "two", "t-2", bob), 200);
    wait_s(service, 3);
    CHECK_STATUS(service, "t-2", "PLACING"); /* p2 waits, but too far away */
    CHECK_INT(servers[1].count, 0);
    CHECK_CONTAINS(why_of(service, "t-2"), "custom-near");
    end(service);
}

TEST(players_who_say_how_far_they_are_from_places_go_to_one_of_those_alone) /* S56 */
{
    local_service *service = begin_in_two_places();
    CHECK_INT(configure(service, "two", "arena", TWO_PLACES), 200);
    static const char near[] = "{\"PlayerId\":\"%s\",\"LatencyInMs\":{\"custom-near\":20,\"us-west-2\":9}}";
    static const char away[] = "{\"PlayerId\":\"%s\",\"LatencyInMs\":{\"us-west-2\":20}}";
    char alice[128], bob[128], carol[128];
    snprintf(alice, sizeof alice, away, "alice");
    snprintf(bob, sizeof bob, near, "bob");
    snprintf(carol, sizeof carol, near, "carol");
    CHECK_INT(start_in(service, "two", "t-1", alice), 200);
    CHECK_INT(start_in(service, "two", "t-2", bob), 200);
    wait_s(service, 3); /* both processes wait, but neither is where alice can be */
    CHECK_STATUS(service, "t-1", "PLACING");
    CHECK_CONTAINS(why_of(service, "t-1"), "LatencyInMs");
    CHECK_INT(start_in(service, "two", "t-3", carol), 200);
    CHECK_INT(start_in(service, "two", "t-4", "{\"PlayerId\":\"dave\"}"), 200); /* who measured nothing */
    wait_s(service, 3);
    take_session(&servers[0]);
    CHECK_INT(servers[1].count, 0);
    end(service);
}

TEST(standalone_has_no_seats_to_leave_free_and_tells_of_no_queues) /* S66 */
{
    local_service *service = begin(0);
    create_rule_set(service, "pair",
            "{\"ruleLanguageVersion\":\"1.0\",\"teams\":[{\"name\":\"one\",\"minPlayers\":2,\"maxPlayers\":2}"
            "]}");
    CHECK_INT(configure(service, "alone", "pair",
                      "\"AcceptanceRequired\":false,\"FlexMatchMode\":\"STANDALONE\","
                      "\"AdditionalPlayerCount\":1"),
            200);
    CHECK(strstr(last_answer, "GameSessionQueueArns") == NULL);
    CHECK_INT(start_in(service, "alone", "t-1", "{\"PlayerId\":\"alice\"}"), 200);
    CHECK_INT(start_in(service, "alone", "t-2", "{\"PlayerId\":\"bob\"}"), 200);
    wait_s(service, 2);
    CHECK_STATUS(service, "t-1", "COMPLETED");
    end(service);
}

TEST(standalone_completes_without_a_session) /* S66 */
{
    local_service *service = begin(1);
    CHECK_INT(configure(service, "alone", "arena",
                      "\"AcceptanceRequired\":false,\"FlexMatchMode\":\"STANDALONE\""),
            200);
    CHECK_INT(start_in(service, "alone", "t-1", "{\"PlayerId\":\"alice\"}"), 200);
    CHECK_INT(start_in(service, "alone", "t-2", "{\"PlayerId\":\"bob\"}"), 200);
    wait_s(service, 2);
    CHECK_STATUS(service, "t-1", "COMPLETED");
    CHECK_TEXT(ticket_field(service, "t-1", "Players.0.Team"), "players");
    CHECK_TEXT(ticket_field(service, "t-1", "GameSessionConnectionInfo"), "");
    check_no_push();
    end(service);
}

TEST(the_same_calls_at_the_same_times_give_the_same_ids) /* S70, S88 */
{
    const glift__time begin_time = clock_now;
    char first[300];
    for (int round = 0; round < 2; round++) {
        clock_now = begin_time;
        local_service *service = begin_match(1);
        if (round == 0)
            snprintf(first, sizeof first, "%s", session);
        else
            CHECK_TEXT(session, first);
        end(service);
    }
}

/* ---- acceptance (S63) ---- */

static local_service *begin_acceptance(void)
{
    local_service *service = begin(1);
    CHECK_INT(configure(service, "asking", "arena", ACCEPTANCE), 200);
    CHECK_INT(start_in(service, "asking", "t-1", "{\"PlayerId\":\"alice\"},{\"PlayerId\":\"anna\"}"), 200);
    CHECK_INT(start_in(service, "asking", "t-2", "{\"PlayerId\":\"bob\"}"), 200);
    wait_s(service, 2);
    CHECK_STATUS(service, "t-1", "REQUIRES_ACCEPTANCE");
    return service;
}

static int accept(local_service *service, const char *ticket, const char *player, const char *type)
{
    return call(service, "AcceptMatch",
            "{\"TicketId\":\"%s\",\"PlayerIds\":[\"%s\"],\"AcceptanceType\":\"%s\"}", ticket, player, type);
}

TEST(a_match_that_everybody_accepts_is_placed) /* S63 */
{
    local_service *service = begin_acceptance();
    CHECK_INT(accept(service, "t-1", "alice", "ACCEPT"), 200);
    CHECK_TEXT(last_answer, "{}");
    CHECK_INT(accept(service, "t-2", "bob", "ACCEPT"), 200);
    CHECK_STATUS(service, "t-1", "REQUIRES_ACCEPTANCE");
    CHECK_INT(accept(service, "t-1", "anna", "ACCEPT"), 200);
    CHECK_STATUS(service, "t-1", "PLACING");
    take_session(&servers[0]);
    CHECK_REFUSED(accept(service, "t-1", "anna", "ACCEPT"), "InvalidRequestException");
    end(service);
}

TEST(a_rejected_match_lets_the_others_search_on) /* S63 */
{
    local_service *service = begin_acceptance();
    char start_time[64];
    snprintf(start_time, sizeof start_time, "%s", ticket_field(service, "t-2", "StartTime"));
    CHECK_INT(accept(service, "t-2", "bob", "ACCEPT"), 200);
    CHECK_INT(accept(service, "t-1", "anna", "REJECT"), 200);
    CHECK_STATUS(service, "t-1", "CANCELLED");
    CHECK_STATUS(service, "t-2", "SEARCHING");
    CHECK_TEXT(ticket_field(service, "t-2", "StartTime"), start_time);
    CHECK_TEXT(ticket_field(service, "t-2", "Players.0.Team"), "");
    end(service);
}

TEST(who_does_not_answer_in_time_is_cancelled)
{
    local_service *service = begin_acceptance();
    CHECK_INT(accept(service, "t-2", "bob", "ACCEPT"), 200);
    CHECK_INT(accept(service, "t-1", "anna", "ACCEPT"), 200);
    wait_s(service, 10);
    CHECK_STATUS(service, "t-1", "CANCELLED");
    CHECK_STATUS(service, "t-2", "SEARCHING");
    wait_s(service, 49); /* its time still counts from the start */
    CHECK_STATUS(service, "t-2", "TIMED_OUT");
    end(service);
}

TEST(the_time_of_the_request_does_not_run_while_acceptance_is_awaited)
{
    local_service *service = begin(1);
    CHECK_INT(call(service, "CreateMatchmakingConfiguration",
                      "{\"Name\":\"slow\",\"RuleSetName\":\"arena\",\"RequestTimeoutSeconds\":4,"
                      "\"AcceptanceRequired\":true,\"AcceptanceTimeoutSeconds\":30,\"FlexMatchMode\":"
                      "\"STANDALONE\"}"),
            200);
    CHECK_INT(start_in(service, "slow", "t-1", "{\"PlayerId\":\"alice\"}"), 200);
    CHECK_INT(start_in(service, "slow", "t-2", "{\"PlayerId\":\"bob\"}"), 200);
    wait_s(service, 6);
    CHECK_STATUS(service, "t-1", "REQUIRES_ACCEPTANCE");
    CHECK_INT(accept(service, "t-1", "alice", "ACCEPT"), 200);
    CHECK_INT(accept(service, "t-2", "bob", "REJECT"), 200);
    pass(service, 1); /* it would search on, but its time is over */
    CHECK_STATUS(service, "t-1", "TIMED_OUT");
    end(service);
}

TEST(the_first_answer_of_a_player_is_final)
{
    local_service *service = begin_acceptance();
    CHECK_INT(accept(service, "t-2", "bob", "ACCEPT"), 200);
    CHECK_INT(accept(service, "t-2", "bob", "REJECT"), 200);
    CHECK_STATUS(service, "t-2", "REQUIRES_ACCEPTANCE");
    CHECK_REFUSED(accept(service, "t-2", "alice", "ACCEPT"), "InvalidRequestException");
    CHECK_REFUSED(accept(service, "t-9", "alice", "ACCEPT"), "NotFoundException");
    end(service);
}

TEST(stopping_a_ticket_of_a_proposed_match_frees_the_others)
{
    local_service *service = begin_acceptance();
    CHECK_INT(call(service, "StopMatchmaking", "{\"TicketId\":\"t-1\"}"), 200);
    CHECK_STATUS(service, "t-1", "CANCELLED");
    CHECK_STATUS(service, "t-2", "SEARCHING");
    end(service);
}

/* ---- resources (S66, S67) ---- */

TEST(a_rule_set_is_kept_verbatim_and_cannot_be_deleted_while_used)
{
    local_service *service = begin(0);
    static const char body[] =
            "{ \"ruleLanguageVersion\":\"1.0\",  \"teams\":[{\"name\":\"a\",\"minPlayers\":1,"
            "\"maxPlayers\":2}] }";
    create_rule_set(service, "pair", body);
    CHECK_TEXT(field("RuleSet.RuleSetBody"), body);
    CHECK_TEXT(
            field("RuleSet.RuleSetArn"), "arn:aws:gamelift:us-east-1:000000000000:matchmakingruleset/pair");
    CHECK_INT(configure(service, "pair", "pair", NO_ACCEPTANCE), 200);
    CHECK_REFUSED(
            call(service, "DeleteMatchmakingRuleSet", "{\"Name\":\"pair\"}"), "InvalidRequestException");
    CHECK_INT(call(service, "DeleteMatchmakingConfiguration", "{\"Name\":\"pair\"}"), 200);
    CHECK_INT(call(service, "DeleteMatchmakingRuleSet", "{\"Name\":\"pair\"}"), 200);
    CHECK_REFUSED(call(service, "DeleteMatchmakingRuleSet", "{\"Name\":\"pair\"}"), "NotFoundException");
    end(service);
}

TEST(validating_says_valid_or_where_it_is_wrong)
{
    local_service *service = begin(0);
    CHECK_INT(call(service, "ValidateMatchmakingRuleSet",
                      "{\"RuleSetBody\":\"{\\\"ruleLanguageVersion\\\":\\\"1.0\\\",\\\"teams\\\":[{"
                      "\\\"name\\\":"
                      "\\\"a\\\",\\\"minPlayers\\\":1,\\\"maxPlayers\\\":2}]}\"}"),
            200);
    CHECK_TEXT(last_answer, "{\"Valid\":true}");
    CHECK_REFUSED(call(service, "ValidateMatchmakingRuleSet", "{\"RuleSetBody\":\"{}\"}"),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "ruleLanguageVersion");
    CHECK_REFUSED(call(service, "CreateMatchmakingRuleSet", "{\"Name\":\"x\",\"RuleSetBody\":\"{\"}"),
            "InvalidRequestException");
    end(service);
}

TEST(names_are_taken_once_and_described_by_name_or_all)
{
    local_service *service = begin(0);
    CHECK_REFUSED(configure(service, "arena", "arena", NO_ACCEPTANCE), "InvalidRequestException");
    CHECK_INT(configure(service, "second", "arena", NO_ACCEPTANCE), 200);
    CHECK_INT(call(service, "DescribeMatchmakingConfigurations", "{}"), 200);
    CHECK_TEXT(field("Configurations"), "[2]");
    CHECK_INT(call(service, "DescribeMatchmakingConfigurations", "{\"Limit\":1}"), 200);
    CHECK_TEXT(field("Configurations"), "[1]");
    CHECK(field("NextToken")[0] != '\0');
    CHECK_INT(call(service, "DescribeMatchmakingConfigurations", "{\"Names\":[\"second\",\"none\"]}"), 200);
    CHECK_TEXT(field("Configurations"), "[1]");
    CHECK_TEXT(field("Configurations.0.Name"), "second");
    CHECK_INT(call(service, "DescribeMatchmakingConfigurations", "{\"RuleSetName\":\"none\"}"), 200);
    CHECK_TEXT(field("Configurations"), "[0]");
    CHECK_INT(call(service, "DescribeMatchmakingRuleSets", "{\"Names\":[\"arena\"]}"), 200);
    CHECK_TEXT(field("RuleSets.0.RuleSetName"), "arena");
    CHECK_REFUSED(
            call(service, "DescribeMatchmakingRuleSets", "{\"Names\":[\"none\"]}"), "NotFoundException");
    CHECK_INT(call(service, "DescribeGameSessionQueues", "{}"), 200);
    CHECK_TEXT(field("GameSessionQueues.0.GameSessionQueueArn"), QUEUE_ARN);
    CHECK_CONTAINS(field("GameSessionQueues.0.Destinations.0.DestinationArn"), demo.fleet_id);
    end(service);
}

TEST(a_configuration_must_make_sense) /* S66 */
{
    local_service *service = begin(0);
    static const char *const wrong[] = {
            "\"AcceptanceRequired\":false",
            "\"AcceptanceRequired\":true,\"GameSessionQueueArns\":[\"" QUEUE_ARN "\"]",
            NO_ACCEPTANCE ",\"FlexMatchMode\":\"STANDALONE\"",
            "\"AcceptanceRequired\":false,\"FlexMatchMode\":\"STANDALONE\",\"BackfillMode\":\"AUTOMATIC\"",
            "\"AcceptanceRequired\":false,\"GameSessionQueueArns\":[\"arena\"]",
            NO_ACCEPTANCE ",\"BackfillMode\":\"SOMETIMES\"",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK_REFUSED(configure(service, "x", "arena", wrong[i]), "InvalidRequestException");
    CHECK_REFUSED(configure(service, "x", "none", NO_ACCEPTANCE), "NotFoundException");
    CHECK_REFUSED(configure(service, "x", "arena",
                          "\"AcceptanceRequired\":false,\"GameSessionQueueArns\":[\"" QUEUE_ARN "2\"]"),
            "NotFoundException");
    end(service);
}

TEST(a_queue_needs_fleets_that_exist)
{
    local_service *service = begin(0);
    CHECK_REFUSED(call(service, "CreateGameSessionQueue",
                          "{\"Name\":\"q\",\"Destinations\":[{\"DestinationArn\":\"fleet-none\"}]}"),
            "NotFoundException");
    CHECK_REFUSED(call(service, "CreateGameSessionQueue", "{\"Name\":\"q\",\"TimeoutInSeconds\":5}"),
            "InvalidRequestException");
    CHECK_INT(call(service, "CreateGameSessionQueue",
                      "{\"Name\":\"q\",\"Destinations\":[{\"DestinationArn\":\"%s\"}]}", demo.fleet_id),
            200);
    CHECK_TEXT(field("GameSessionQueue.TimeoutInSeconds"), "600");
    CHECK_REFUSED(call(service, "CreateGameSessionQueue", "{\"Name\":\"q\"}"), "InvalidRequestException");
    CHECK_INT(call(service, "DeleteGameSessionQueue", "{\"Name\":\"q\"}"), 200);
    CHECK_REFUSED(call(service, "DeleteGameSessionQueue", "{\"Name\":\"q\"}"), "NotFoundException");
    end(service);
}

TEST(a_configuration_with_active_tickets_is_not_deleted)
{
    local_service *service = begin(0);
    CHECK_INT(start(service, "t-1", "alice"), 200);
    CHECK_REFUSED(call(service, "DeleteMatchmakingConfiguration", "{\"Name\":\"arena\"}"),
            "InvalidRequestException");
    CHECK_INT(call(service, "StopMatchmaking", "{\"TicketId\":\"t-1\"}"), 200);
    CHECK_INT(call(service, "DeleteMatchmakingConfiguration", "{\"Name\":\"arena\"}"), 200);
    CHECK_TEXT(ticket_field(service, "t-1", "ConfigurationName"), "arena");
    end(service);
}

/* ---- backfill ---- */

TEST(backfill_brings_a_newcomer_and_tells_the_process_before_the_client) /* S72 */
{
    local_service *service = begin_match(1);
    CHECK_INT(ask_backfill("b-1", ALICE "," BOB), 200);
    CHECK_TEXT(field("TicketId"), "b-1");
    CHECK_INT(start(service, "t-cid", "cid"), 200);
    pass(service, 500);
    check_no_push();
    pass(service, 500);
    check_update("MATCHMAKING_DATA_UPDATED", "b-1");
    char data[2048];
    snprintf(data, sizeof data, "%s", field("GameSession.MatchmakerData"));
    CHECK_TEXT(field_of(data, "teams.0.players"), "[3]");
    CHECK_TEXT(field_of(data, "teams.0.players.2.playerId"), "cid");
    CHECK_STATUS(service, "b-1", "COMPLETED");
    CHECK_STATUS(service, "t-cid", "COMPLETED");
    CHECK_TEXT(field("TicketList.0.GameSessionConnectionInfo.GameSessionArn"), session);
    char seat[64];
    snprintf(seat, sizeof seat, "%s",
            field("TicketList.0.GameSessionConnectionInfo.MatchedPlayerSessions.0.PlayerSessionId"));
    CHECK_INT(ask(&servers[0], "AcceptPlayerSession", "a2",
                      "\"GameSessionId\":\"%s\",\"PlayerSessionId\":\"%s\"", session, seat),
            200);
    CHECK_INT(call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", session), 200);
    CHECK_TEXT(field("GameSessions.0.CurrentPlayerSessionCount"), "3");
    CHECK_CONTAINS(field("GameSessions.0.MatchmakerData"), "cid");
    end(service);
}

TEST(players_that_the_backfill_does_not_name_leave_the_matchmaker_data)
{
    local_service *service = begin_match(1);
    CHECK_INT(ask_backfill("b-1", BOB), 200);
    CHECK_INT(start(service, "t-cid", "cid"), 200);
    wait_s(service, 2);
    check_update("MATCHMAKING_DATA_UPDATED", "b-1");
    char data[2048];
    snprintf(data, sizeof data, "%s", field("GameSession.MatchmakerData"));
    CHECK_TEXT(field_of(data, "teams.0.players"), "[2]");
    CHECK(strstr(data, "alice") == NULL);
    end(service);
}

TEST(backfill_through_the_api_is_the_same_ticket) /* S71 */
{
    local_service *service = begin_match(1);
    CHECK_INT(call(service, "StartMatchBackfill",
                      "{\"ConfigurationName\":\"arena\",\"GameSessionArn\":\"%s\",\"Players\":[" ALICE "]}",
                      session),
            200);
    CHECK_TEXT(field("MatchmakingTicket.Status"), "QUEUED");
    CHECK_TEXT(field("MatchmakingTicket.Players.0.Team"), "players");
    char ticket[64];
    snprintf(ticket, sizeof ticket, "%s", field("MatchmakingTicket.TicketId"));
    CHECK_INT(start(service, "t-cid", "cid"), 200);
    wait_s(service, 2);
    check_update("MATCHMAKING_DATA_UPDATED", ticket);
    end(service);
}

TEST(backfill_without_a_ticket_id_is_given_one) /* S71 */
{
    local_service *service = begin_match(1);
    CHECK_INT(ask_backfill("", ALICE), 200);
    CHECK_INT(strlen(field("TicketId")), 36);
    end(service);
}

TEST(attributes_of_all_sdks_reach_the_matchmaker_data) /* S77 */
{
    static const char *const encodings[] = {
            "{\"AttrType\":\"DOUBLE\",\"N\":7}",
            "{\"attrType\":\"DOUBLE\",\"N\":7,\"S\":null,\"SL\":null,\"SDM\":null}",
    };
    for (size_t i = 0; i < 2; i++) {
        local_service *service = begin_match(1);
        char players[512];
        create_rule_set(service, "skilled",
                "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":[{\"name\":\"skill\",\"type\":"
                "\"number\","
                "\"default\":1}],\"teams\":[{\"name\":\"players\",\"minPlayers\":2,\"maxPlayers\":8}]}");
        CHECK_INT(configure(service, "skilled", "skilled", NO_ACCEPTANCE), 200);
        snprintf(players, sizeof players,
                "{\"PlayerId\":\"alice\",\"Team\":\"players\",\"PlayerAttributes\":{\"skill\":%s},"
                "\"LatencyInMs\":null}",
                encodings[i]);
        CHECK_INT(ask(&servers[0], "StartMatchBackfill", "b-1",
                          "\"GameSessionArn\":\"%s\",\"MatchmakingConfigurationArn\":"
                          "\"arn:aws:gamelift:us-east-1:000000000000:matchmakingconfiguration/skilled\","
                          "\"TicketId\":\"b-1\",\"Players\":[%s]",
                          session, players),
                200);
        CHECK_INT(start_in(service, "skilled", "t-cid", "{\"PlayerId\":\"cid\"}"), 200);
        wait_s(service, 2);
        check_update("MATCHMAKING_DATA_UPDATED", "b-1");
        CHECK_CONTAINS(field("GameSession.MatchmakerData"), "\"valueAttribute\":7.0");
        end(service);
    }
}

TEST(a_backfill_that_times_out_tells_the_process) /* S73 */
{
    local_service *service = begin_match(1);
    CHECK_INT(ask_backfill("b-1", ALICE "," BOB), 200);
    wait_s(service, 60);
    check_update("BACKFILL_TIMED_OUT", "b-1");
    CHECK_CONTAINS(field("GameSession.MatchmakerData"), "bob");
    CHECK_STATUS(service, "b-1", "TIMED_OUT");
    end(service);
}

TEST(a_backfill_is_cancelled_from_either_side) /* S73 */
{
    local_service *service = begin_match(1);
    CHECK_INT(ask_backfill("b-1", ALICE), 200);
    CHECK_INT(call(service, "StopMatchmaking", "{\"TicketId\":\"b-1\"}"), 200);
    check_update("BACKFILL_CANCELLED", "b-1");
    CHECK_INT(ask_backfill("b-2", ALICE), 200);
    CHECK_INT(ask(&servers[0], "StopMatchBackfill", "s",
                      "\"GameSessionArn\":\"%s\",\"MatchmakingConfigurationArn\":\"" ARENA_ARN
                      "\",\"TicketId\":\"b-2\"",
                      session),
            200);
    check_update("BACKFILL_CANCELLED", "b-2");
    CHECK_STATUS(service, "b-2", "CANCELLED");
    CHECK_INT(ask(&servers[0], "StopMatchBackfill", "s2",
                      "\"GameSessionArn\":\"%s\",\"MatchmakingConfigurationArn\":\"" ARENA_ARN
                      "\",\"TicketId\":\"b-2\"",
                      session),
            400);
    CHECK_INT(ask(&servers[0], "StopMatchBackfill", "s3",
                      "\"GameSessionArn\":\"%s\",\"MatchmakingConfigurationArn\":\"" ARENA_ARN
                      "\",\"TicketId\":\"b-9\"",
                      session),
            404);
    end(service);
}

TEST(a_newer_backfill_replaces_the_older) /* S74 */
{
    local_service *service = begin_match(1);
    CHECK_INT(ask_backfill("b-1", ALICE), 200);
    char message[1024];
    snprintf(message, sizeof message,
            "{\"Action\":\"StartMatchBackfill\",\"RequestId\":\"r\",\"GameSessionArn\":\"%s\","
            "\"MatchmakingConfigurationArn\":\"" ARENA_ARN "\",\"TicketId\":\"b-2\",\"Players\":[" ALICE "]}",
            session);
    local_service_received(service, clock_now, servers[0].connection, message, strlen(message));
    check_update("BACKFILL_CANCELLED", "b-1");
    CHECK(take(&servers[0]));
    CHECK_TEXT(field("TicketId"), "b-2");
    CHECK_STATUS(service, "b-1", "CANCELLED");
    CHECK_STATUS(service, "b-2", "QUEUED");
    end(service);
}

TEST(a_backfill_that_is_refused_leaves_the_older_one_alone) /* S74 */
{
    local_service *service = begin_match(1);
    CHECK_INT(ask_backfill("b-1", ALICE), 200);
    CHECK_INT(ask_backfill("b-1", ALICE), 400);
    CHECK_INT(ask_backfill("b-2", "{\"PlayerId\":\"alice\",\"Team\":\"green\"}"), 400);
    CHECK_CONTAINS(field("ErrorMessage"), "green");
    CHECK_INT(ask_backfill("b-2", ""), 400);
    CHECK_STATUS(service, "b-1", "QUEUED");
    check_no_push();
    end(service);
}

TEST(backfill_is_for_sessions_that_a_match_made_and_that_are_active)
{
    local_service *service = begin(1);
    create_session(service, 4, session);
    collect(servers, MOST_SERVERS);
    CHECK(take(&servers[0]));
    CHECK_INT(ask_backfill("b-1", ALICE), 400);
    CHECK_CONTAINS(field("ErrorMessage"), "not ACTIVE");
    CHECK_INT(ask(&servers[0], "ActivateGameSession", "a", "\"GameSessionId\":\"%s\"", session), 200);
    CHECK_INT(ask_backfill("b-1", ALICE), 400);
    CHECK_CONTAINS(field("ErrorMessage"), "not made by matchmaking");
    CHECK_REFUSED(
            call(service, "StartMatchBackfill",
                    "{\"ConfigurationName\":\"arena\",\"GameSessionArn\":\"arn:none/x\",\"Players\":[" ALICE
                    "]}"),
            "NotFoundException");
    CHECK_REFUSED(
            call(service, "StartMatchBackfill", "{\"ConfigurationName\":\"arena\",\"Players\":[" ALICE "]}"),
            "InvalidRequestException");
    end(service);
}

TEST(the_end_of_a_session_cancels_its_backfill_without_a_push)
{
    local_service *service = begin_match(1);
    CHECK_INT(ask_backfill("b-1", ALICE), 200);
    CHECK_INT(ask(&servers[0], "TerminateServerProcess", "e", "%s", ""), 200);
    CHECK_STATUS(service, "b-1", "CANCELLED");
    check_no_push();
    CHECK_INT(start(service, "t-cid", "cid"), 200);
    wait_s(service, 3);
    CHECK_STATUS(service, "t-cid", "SEARCHING");
    end(service);
}

TEST(a_backfill_waits_while_the_session_is_full_or_closed)
{
    local_service *service = begin_match(1);
    CHECK_INT(ask_backfill("b-1", ALICE "," BOB), 200);
    CHECK_INT(ask(&servers[0], "UpdatePlayerSessionCreationPolicy", "u",
                      "\"GameSessionId\":\"%s\",\"PlayerSessionPolicy\":\"DENY_ALL\"", session),
            200);
    CHECK_INT(start(service, "t-cid", "cid"), 200);
    wait_s(service, 3);
    CHECK_TEXT(why_of(service, "b-1"), "the game session accepts no new players (DENY_ALL)");
    CHECK_STATUS(service, "t-cid", "SEARCHING");
    CHECK_INT(ask(&servers[0], "UpdatePlayerSessionCreationPolicy", "u2",
                      "\"GameSessionId\":\"%s\",\"PlayerSessionPolicy\":\"ACCEPT_ALL\"", session),
            200);
    wait_s(service, 1);
    CHECK_STATUS(service, "t-cid", "COMPLETED");
    end(service);
}

TEST(somebody_with_a_seat_is_not_matched_into_the_session_again)
{
    local_service *service = begin_match(1);
    CHECK_INT(ask_backfill("b-1", ALICE), 200); /* bob is not named, but has a seat */
    CHECK_INT(start(service, "t-bob-2", "bob"), 200);
    wait_s(service, 3);
    CHECK_STATUS(service, "t-bob-2", "SEARCHING");
    CHECK_STATUS(service, "b-1", "SEARCHING");
    end(service);
}

TEST(newcomers_of_a_backfill_accept_and_those_who_play_do_not)
{
    local_service *service = begin(1);
    CHECK_INT(configure(service, "asking", "arena", ACCEPTANCE), 200);
    CHECK_INT(start(service, "t-alice", "alice"), 200);
    CHECK_INT(start(service, "t-bob", "bob"), 200);
    wait_s(service, 2);
    take_session(&servers[0]);
    CHECK_INT(ask(&servers[0], "ActivateGameSession", "a1", "\"GameSessionId\":\"%s\"", session), 200);
    CHECK_INT(call(service, "StartMatchBackfill",
                      "{\"ConfigurationName\":\"asking\",\"TicketId\":\"b-1\",\"GameSessionArn\":\"%s\","
                      "\"Players\":[" ALICE "," BOB "]}",
                      session),
            200);
    CHECK_INT(start_in(service, "asking", "t-cid", "{\"PlayerId\":\"cid\"}"), 200);
    wait_s(service, 2);
    CHECK_STATUS(service, "t-cid", "REQUIRES_ACCEPTANCE");
    CHECK_INT(accept(service, "t-cid", "cid", "REJECT"), 200);
    CHECK_STATUS(service, "b-1", "SEARCHING");
    check_no_push();
    CHECK_INT(start_in(service, "asking", "t-dan", "{\"PlayerId\":\"dan\"}"), 200);
    wait_s(service, 2);
    CHECK_INT(accept(service, "t-dan", "dan", "ACCEPT"), 200);
    check_update("MATCHMAKING_DATA_UPDATED", "b-1");
    CHECK_STATUS(service, "t-dan", "COMPLETED");
    end(service);
}

/* ---- AUTOMATIC (S76) ---- */

static local_service *begin_automatic(void)
{
    local_service *service = begin(1);
    CHECK_INT(configure(service, "auto", "arena", NO_ACCEPTANCE ",\"BackfillMode\":\"AUTOMATIC\""), 200);
    CHECK_INT(start_in(service, "auto", "t-alice", "{\"PlayerId\":\"alice\"}"), 200);
    CHECK_INT(start_in(service, "auto", "t-bob", "{\"PlayerId\":\"bob\"}"), 200);
    wait_s(service, 2);
    take_session(&servers[0]);
    return service;
}

TEST(an_automatic_session_asks_for_players_once_it_is_active)
{
    local_service *service = begin_automatic();
    char data[2048], ticket[64];
    snprintf(data, sizeof data, "%s", field("MatchmakerData"));
    CHECK_TEXT(field_of(data, "autoBackfillMode"), "AUTOMATIC");
    snprintf(ticket, sizeof ticket, "%s", field_of(data, "autoBackfillTicketId"));
    CHECK(strncmp(ticket, "auto-backfill-", 14) == 0);
    CHECK_TEXT(ticket_field(service, ticket, "Status"), "");
    CHECK_INT(ask(&servers[0], "ActivateGameSession", "a", "\"GameSessionId\":\"%s\"", session), 200);
    pass(service, 500);
    CHECK_STATUS(service, ticket, "SEARCHING");
    CHECK_TEXT(field("TicketList.0.Players"), "[2]");
    CHECK_INT(start_in(service, "auto", "t-cid", "{\"PlayerId\":\"cid\"}"), 200);
    wait_s(service, 2);
    check_update("MATCHMAKING_DATA_UPDATED", ticket);
    CHECK_STATUS(service, "t-cid", "COMPLETED");
    end(service);
}

TEST(an_automatic_session_goes_on_asking_until_its_ticket_is_stopped)
{
    local_service *service = begin_automatic();
    CHECK_INT(ask(&servers[0], "ActivateGameSession", "a", "\"GameSessionId\":\"%s\"", session), 200);
    pass(service, 500);
    CHECK_INT(start_in(service, "auto", "t-cid", "{\"PlayerId\":\"cid\"}"), 200);
    wait_s(service, 2);
    collect(servers, MOST_SERVERS);
    CHECK(take(&servers[0])); /* of cid */
    char data[2048], next[64];
    snprintf(data, sizeof data, "%s", field("GameSession.MatchmakerData"));
    snprintf(next, sizeof next, "%s", field_of(data, "autoBackfillTicketId"));
    pass(service, 500);
    CHECK_STATUS(service, next, "SEARCHING");
    CHECK_TEXT(field("TicketList.0.Players"), "[3]");
    CHECK_INT(call(service, "StopMatchmaking", "{\"TicketId\":\"%s\"}", next), 200);
    check_update("BACKFILL_CANCELLED", next);
    CHECK_INT(start_in(service, "auto", "t-dan", "{\"PlayerId\":\"dan\"}"), 200);
    wait_s(service, 3);
    CHECK_STATUS(service, "t-dan", "SEARCHING");
    end(service);
}

/* The player of this ticket comes and goes. */
static void visit(local_service *service, const char *ticket)
{
    char seat[64];
    snprintf(seat, sizeof seat, "%s",
            ticket_field(
                    service, ticket, "GameSessionConnectionInfo.MatchedPlayerSessions.0.PlayerSessionId"));
    CHECK_INT(ask(&servers[0], "AcceptPlayerSession", "p",
                      "\"GameSessionId\":\"%s\",\"PlayerSessionId\":\"%s\"", session, seat),
            200);
    CHECK_INT(ask(&servers[0], "RemovePlayerSession", "q",
                      "\"GameSessionId\":\"%s\",\"PlayerSessionId\":\"%s\"", session, seat),
            200);
}

static char matchmaker_data[2048];

/* 2 to so many players, and the session, whose matchmaker data is above, has 2. */
static local_service *begin_automatic_up_to(int most)
{
    local_service *service = begin(1);
    char rule_set[256];
    snprintf(rule_set, sizeof rule_set,
            "{\"ruleLanguageVersion\":\"1.0\",\"teams\":[{\"name\":\"players\",\"minPlayers\":2,"
            "\"maxPlayers\":%d}]}",
            most);
    create_rule_set(service, "duel", rule_set);
    CHECK_INT(configure(service, "auto", "duel", NO_ACCEPTANCE ",\"BackfillMode\":\"AUTOMATIC\""), 200);
    CHECK_INT(start_in(service, "auto", "t-alice", "{\"PlayerId\":\"alice\"}"), 200);
    CHECK_INT(start_in(service, "auto", "t-bob", "{\"PlayerId\":\"bob\"}"), 200);
    wait_s(service, 2);
    take_session(&servers[0]);
    snprintf(matchmaker_data, sizeof matchmaker_data, "%s", field("MatchmakerData"));
    CHECK_INT(ask(&servers[0], "ActivateGameSession", "a", "\"GameSessionId\":\"%s\"", session), 200);
    wait_s(service, 1);
    return service;
}

/* How many tickets the session has opened by itself that are not over. */
static size_t open_automatic_tickets(local_service *service)
{
    enum { MOST_TICKETS = 16 };
    size_t count = 0;
    glift__text state = {0};
    CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
    for (int i = 0; i < MOST_TICKETS; i++) {
        char path[64];
        snprintf(path, sizeof path, "tickets.%d.automatic", i);
        bool is_automatic = strcmp(field_of(state.bytes, path), "true") == 0;
        snprintf(path, sizeof path, "tickets.%d.status", i);
        const char *status = field_of(state.bytes, path);
        bool is_open = strcmp(status, "QUEUED") == 0 || strcmp(status, "SEARCHING") == 0;
        count += is_automatic && is_open ? 1 : 0;
    }
    glift__text_free(&state);
    return count;
}

TEST(an_automatic_session_that_was_full_does_not_replace_a_player_who_leaves)
{
    local_service *service = begin_automatic_up_to(2);
    CHECK_INT(open_automatic_tickets(service), 0);
    CHECK_INT(start_in(service, "auto", "t-cid", "{\"PlayerId\":\"cid\"}"), 200);
    visit(service, "t-bob");
    wait_s(service, 3);
    CHECK_INT(open_automatic_tickets(service), 0);
    CHECK_STATUS(service, "t-cid", "SEARCHING");
    end(service);
}

TEST(an_automatic_session_that_was_filled_does_not_replace_a_player_who_leaves)
{
    local_service *service = begin_automatic_up_to(3);
    CHECK_INT(open_automatic_tickets(service), 1);
    CHECK_INT(start_in(service, "auto", "t-cid", "{\"PlayerId\":\"cid\"}"), 200);
    wait_s(service, 2);
    CHECK_STATUS(service, "t-cid", "COMPLETED");
    CHECK_INT(open_automatic_tickets(service), 0);
    collect(servers, MOST_SERVERS);
    CHECK(take(&servers[0])); /* of cid */
    visit(service, "t-bob");
    wait_s(service, 1);
    CHECK_INT(open_automatic_tickets(service), 0);
    end(service);
}

TEST(an_automatic_session_fills_no_more_seats_than_were_open_at_its_start) /* S76 */
{
    local_service *service = begin_automatic_up_to(3);
    visit(service, "t-bob");
    wait_s(service, 1);
    CHECK_INT(open_automatic_tickets(service), 1);
    CHECK_INT(start_in(service, "auto", "t-cid", "{\"PlayerId\":\"cid\"}"), 200);
    wait_s(service, 2);
    CHECK_STATUS(service, "t-cid", "COMPLETED");
    CHECK_INT(start_in(service, "auto", "t-dan", "{\"PlayerId\":\"dan\"}"), 200);
    wait_s(service, 3);
    CHECK_STATUS(service, "t-dan", "SEARCHING");
    CHECK_INT(open_automatic_tickets(service), 0);
    end(service);
}

TEST(a_backfill_that_the_server_asks_for_ends_automatic_backfill_for_good)
{
    local_service *service = begin_automatic_up_to(4);
    char automatic[64];
    snprintf(automatic, sizeof automatic, "%s", field_of(matchmaker_data, "autoBackfillTicketId"));
    CHECK_INT(open_automatic_tickets(service), 1);
    CHECK_INT(call(service, "StartMatchBackfill",
                      "{\"GameSessionArn\":\"%s\",\"TicketId\":\"ours\",\"ConfigurationName\":\"auto\","
                      "\"Players\":[{\"PlayerId\":\"alice\",\"Team\":\"players\"}]}",
                      session),
            200);
    check_update("BACKFILL_CANCELLED", automatic);
    CHECK_INT(open_automatic_tickets(service), 0);
    CHECK_STATUS(service, "ours", "QUEUED");
    CHECK_INT(call(service, "StopMatchmaking", "{\"TicketId\":\"ours\"}"), 200);
    wait_s(service, 3);
    CHECK_INT(open_automatic_tickets(service), 0);
    end(service);
}

/* ---- what the dashboard is shown ---- */

TEST(the_state_shows_tickets_configurations_rule_sets_and_queues)
{
    local_service *service = begin_match(1);
    glift__text state = {0};
    CHECK_INT(ask_backfill("b-1", ALICE "," BOB), 200);
    CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
    CHECK_TEXT(field_of(state.bytes, "tickets"), "[3]");
    CHECK_TEXT(field_of(state.bytes, "tickets.2.ticket_id"), "b-1");
    CHECK_TEXT(field_of(state.bytes, "tickets.2.kind"), "backfill");
    CHECK_TEXT(field_of(state.bytes, "tickets.2.players.1.team"), "players");
    CHECK_TEXT(field_of(state.bytes, "tickets.2.game_session_id"), session);
    CHECK_TEXT(field_of(state.bytes, "tickets.0.status"), "COMPLETED");
    CHECK_TEXT(field_of(state.bytes, "matchmaking_configurations.0.name"), "arena");
    CHECK_TEXT(field_of(state.bytes, "rule_sets.0.teams.0.max_players"), "8");
    CHECK_TEXT(field_of(state.bytes, "queues.0.fleet_ids.0"), demo.fleet_id);
    glift__text_free(&state);
    end(service);
}

TEST(a_player_of_an_automatic_session_who_asks_for_another_match_ends_its_backfill) /* S58, S76 */
{
    local_service *service = begin_automatic();
    char data[2048], ticket[64];
    snprintf(data, sizeof data, "%s", field("MatchmakerData"));
    snprintf(ticket, sizeof ticket, "%s", field_of(data, "autoBackfillTicketId"));
    CHECK_INT(ask(&servers[0], "ActivateGameSession", "a", "\"GameSessionId\":\"%s\"", session), 200);
    pass(service, 500);
    CHECK_INT(start_in(service, "auto", "t-cid", "{\"PlayerId\":\"cid\"}"), 200);
    CHECK_STATUS(service, ticket, "SEARCHING");
    CHECK_INT(call(service, "StopMatchmaking", "{\"TicketId\":\"t-cid\"}"), 200);
    CHECK_INT(start_in(service, "auto", "t-again", "{\"PlayerId\":\"alice\"}"), 200);
    CHECK_STATUS(service, ticket, "CANCELLED");
    check_update("BACKFILL_CANCELLED", ticket);
    wait_s(service, 5); /* and the session has no other one */
    CHECK_STATUS(service, "t-again", "SEARCHING");
    check_no_push();
    end(service);
}

/* ---- what a ticket and a configuration say of rules and of waiting ---- */

TEST(the_state_says_what_keeps_a_ticket_waiting_and_the_answer_how_long_others_waited)
{
    local_service *service = begin(0);
    create_rule_set(service, "close",
            "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"}]"
            ","
            "\"teams\":[{\"name\":\"pair\",\"minPlayers\":2,\"maxPlayers\":2}],\"rules\":[{\"name\":"
            "\"Close\","
            "\"type\":\"batchDistance\",\"batchAttribute\":\"skill\",\"maxDistance\":10}]}");
    CHECK_INT(configure(service, "close", "close",
                      "\"AcceptanceRequired\":false,\"FlexMatchMode\":\"STANDALONE\""),
            200);
    static const char player[] = "{\"PlayerId\":\"%s\",\"PlayerAttributes\":{\"skill\":{\"N\":%d}}}";
    static const struct {
        const char *name;
        int skill;
    } players[] = {{"ann", 10}, {"bob", 60}, {"cid", 65}};
    for (size_t i = 0; i < 2; i++) {
        char text[200];
        snprintf(text, sizeof text, player, players[i].name, players[i].skill);
        CHECK_INT(start_in(service, "close", players[i].name, text), 200);
    }
    wait_s(service, 4);
    CHECK(state_number(service, "tickets", "ann", "kept_out_by", "tickets") == 1);
    CHECK(fabs(state_number(service, "tickets", "ann", "kept_out_by", "nearest_is_beyond_by") - 40) < 0.01);
    CHECK(state_number(service, "matchmaking_configurations", "close", "rule_evaluation_metrics",
                  "passed_count") == 0);
    CHECK_TEXT(ticket_field(service, "ann", "EstimatedWaitTime"), "");
    char text[200];
    snprintf(text, sizeof text, player, players[2].name, players[2].skill);
    CHECK_INT(start_in(service, "close", "cid", text), 200);
    wait_s(service, 1);
    CHECK_STATUS(service, "cid", "COMPLETED");
    CHECK(state_number(service, "matchmaking_configurations", "close", "rule_evaluation_metrics",
                  "passed_count") == 1);
    CHECK_TEXT(ticket_field(service, "ann", "EstimatedWaitTime"), "4");
    end(service);
}

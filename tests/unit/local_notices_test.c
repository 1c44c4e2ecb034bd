/* SPDX-License-Identifier: Apache-2.0 */
/* Events of matchmaking and placements, in the envelopes of AWS (service model 1.9, S64). */
#include "local_helper.h"

static game_server server;

/* A demo fleet with a process that waits, a queue "q" and a configuration "c" of one against one. */
static local_service *begin(const char *configuration)
{
    local_service *service = make_ready_service(&server);
    CHECK_INT(
            call(service, "CreateMatchmakingRuleSet",
                    "{\"Name\":\"r\",\"RuleSetBody\":\"{\\\"ruleLanguageVersion\\\":\\\"1.0\\\","
                    "\\\"teams\\\":[{"
                    "\\\"name\\\":\\\"a\\\",\\\"minPlayers\\\":1,\\\"maxPlayers\\\":1},{\\\"name\\\":"
                    "\\\"b\\\","
                    "\\\"minPlayers\\\":1,\\\"maxPlayers\\\":1}],\\\"playerAttributes\\\":[{\\\"name\\\":"
                    "\\\"mode\\\","
                    "\\\"type\\\":\\\"string\\\",\\\"default\\\":\\\"any\\\"}],\\\"rules\\\":[{\\\"name\\\":"
                    "\\\"Alike\\\",\\\"type\\\":\\\"batchDistance\\\",\\\"batchAttribute\\\":\\\"mode\\\"}]}"
                    "\"}"),
            200);
    CHECK_INT(call(service, "CreateGameSessionQueue",
                      "{\"Name\":\"q\",\"TimeoutInSeconds\":10,\"CustomEventData\":\"of the queue\","
                      "\"NotificationTarget\":\"arn:aws:sns:us-east-1:1:topic\",\"Destinations\":[{"
                      "\"DestinationArn\":"
                      "\"%s\"}]}",
                      demo.fleet_id),
            200);
    CHECK_INT(
            call(service, "CreateMatchmakingConfiguration",
                    "{\"Name\":\"c\",\"RuleSetName\":\"r\",\"RequestTimeoutSeconds\":60,\"CustomEventData\":"
                    "\"mine\",%s}",
                    configuration),
            200);
    return service;
}

#define QUEUE "\"GameSessionQueueArns\":[\"arn:aws:gamelift:us-east-1:000000000000:gamesessionqueue/q\"]"

static void start(local_service *service, const char *ticket)
{
    CHECK_INT(
            call(service, "StartMatchmaking",
                    "{\"ConfigurationName\":\"c\",\"TicketId\":\"%s\",\"Players\":[{\"PlayerId\":\"p-%s\"}]}",
                    ticket, ticket),
            200);
}

static void accept(local_service *service, const char *ticket, const char *answer)
{
    CHECK_INT(call(service, "AcceptMatch",
                      "{\"TicketId\":\"%s\",\"PlayerIds\":[\"p-%s\"],\"AcceptanceType\":\"%s\"}", ticket,
                      ticket, answer),
            200);
}

static void wait_s(local_service *service, unsigned seconds)
{
    for (unsigned i = 0; i < 2 * seconds; i++)
        pass(service, 500);
}

/* The document of events after this one is last_answer. */
static void read_events(const local_service *service, uint64_t after)
{
    glift__text text = {0};
    CHECK_INT(local_service_events(service, after, &text), GLIFT_OK);
    free(last_answer);
    last_answer = text.bytes;
}

/* "Searching(t1) PotentialMatchCreated(t1,t2) ...", with what became of an acceptance behind a slash. */
static const char *told(const local_service *service)
{
    static char line[2048];
    size_t length = 0;
    line[0] = '\0';
    read_events(service, 0);
    for (int i = 0;; i++) {
        char path[128], *at = line + length;
        size_t room = sizeof line - length;
        snprintf(path, sizeof path, "events.%d.event.detail.type", i);
        if (field(path)[0] == '\0')
            return line;
        length += (size_t)snprintf(at, room, "%s%s", i > 0 ? " " : "", field(path));
        snprintf(path, sizeof path, "events.%d.event.detail.acceptance", i);
        length += (size_t)snprintf(
                line + length, sizeof line - length, "%s%s", field(path)[0] ? "/" : "", field(path));
        for (int k = 0; k < 2; k++) {
            snprintf(path, sizeof path, "events.%d.event.detail.tickets.%d.ticketId", i, k);
            if (field(path)[0] != '\0')
                length += (size_t)snprintf(line + length, sizeof line - length, ":%s", field(path));
        }
    }
}

TEST(a_match_is_told_from_the_search_to_its_seats)
{
    local_service *service =
            begin("\"AcceptanceRequired\":false,\"NotificationTarget\":\"http://127.0.0.1:1/x\"," QUEUE);
    start(service, "t1");
    start(service, "t2");
    wait_s(service, 2);
    CHECK_TEXT(pushed(&server), "CreateGameSession");
    char arn[300];
    snprintf(arn, sizeof arn, "%s", field("GameSessionId"));
    CHECK_INT(ask(&server, "ActivateGameSession", "a", "\"GameSessionId\":\"%s\"", arn), 200);
    CHECK_TEXT(told(service), "MatchmakingSearching:t1 MatchmakingSearching:t2 PotentialMatchCreated:t1:t2 "
                              "MatchmakingSucceeded:t1:t2");
    CHECK_TEXT(field("last"), "4");
    CHECK_TEXT(field("events.0.target"), "http://127.0.0.1:1/x");
    CHECK_TEXT(field("events.0.event.detail-type"), "GameLift Matchmaking Event");
    CHECK_TEXT(field("events.0.event.source"), "aws.gamelift");
    CHECK_TEXT(field("events.0.event.version"), "0");
    CHECK_TEXT(field("events.0.event.account"), "000000000000");
    CHECK_TEXT(field("events.0.event.region"), "us-east-1");
    CHECK_TEXT(field("events.0.event.resources.0"),
            "arn:aws:gamelift:us-east-1:000000000000:matchmakingconfiguration/c");
    CHECK_TEXT(field("events.0.event.detail.customEventData"), "mine");
    CHECK_TEXT(field("events.0.event.detail.estimatedWaitMillis"), "NOT_AVAILABLE");
    CHECK_TEXT(field("events.0.event.detail.gameSessionInfo.players.0.playerId"), "p-t1");
    CHECK_TEXT(field("events.2.event.detail.acceptanceRequired"), "false");
    CHECK_TEXT(field("events.2.event.detail.ruleEvaluationMetrics"), "[1]");
    CHECK(field("events.2.event.detail.matchId")[0] != '\0');
    CHECK(field("events.2.event.detail.gameSessionInfo.players.1.team")[0] != '\0');
    CHECK_TEXT(field("events.3.event.detail.gameSessionInfo.gameSessionArn"), arn);
    CHECK_TEXT(field("events.3.event.detail.gameSessionInfo.port"), "7777");
    CHECK_CONTAINS(field("events.3.event.detail.gameSessionInfo.players.0.playerSessionId"), "psess-");
    CHECK_CONTAINS(field("events.3.event.detail.tickets.1.players.0.playerSessionId"), "psess-");
    read_events(service, 3);
    CHECK_TEXT(field("events"), "[1]");
    CHECK_TEXT(field("events.0.serial"), "4");
    read_events(service, 4);
    CHECK_TEXT(field("events"), "[0]");
    CHECK_TEXT(field("last"), "4");
    finish(service, &server);
}

TEST(the_time_of_an_event_is_that_of_the_clock)
{
    glift__time before = clock_now;
    clock_now.unix_ms = 951868799123; /* the last second of a leap day */
    local_service *service = begin("\"AcceptanceRequired\":false," QUEUE);
    start(service, "t1");
    clock_now.unix_ms += 1000 - 500;
    pass(service, 500);
    read_events(service, 0);
    CHECK_TEXT(field("events.0.event.detail.tickets.0.startTime"), "2000-02-29T23:59:59.123Z");
    CHECK_TEXT(field("events.0.event.time"), "2000-03-01T00:00:00.123Z");
    finish(service, &server);
    clock_now = before;
}

TEST(S64_acceptance_is_told_call_by_call_and_with_what_became_of_it)
{
    static const char standalone[] =
            "\"AcceptanceRequired\":true,\"AcceptanceTimeoutSeconds\":5,\"FlexMatchMode\":\"STANDALONE\"";
    static const struct {
        const char *first, *second, *after;
    } cases[] = {
            {"ACCEPT", "ACCEPT",
                    "AcceptMatch:t1:t2 AcceptMatch:t1:t2 AcceptMatchCompleted/Accepted:t1:t2 "
                    "MatchmakingSucceeded:t1:t2"},
            {"ACCEPT", "REJECT",
                    "AcceptMatch:t1:t2 AcceptMatch:t1:t2 AcceptMatchCompleted/Rejected:t1:t2 "
                    "MatchmakingCancelled:t2 MatchmakingSearching:t1"},
            {"ACCEPT", NULL,
                    "AcceptMatch:t1:t2 AcceptMatchCompleted/TimedOut:t1:t2 MatchmakingCancelled:t2 "
                    "MatchmakingSearching:t1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[1024];
        local_service *service = begin(standalone);
        start(service, "t1");
        start(service, "t2");
        wait_s(service, 2);
        accept(service, "t1", cases[i].first);
        if (cases[i].second != NULL)
            accept(service, "t2", cases[i].second);
        else
            wait_s(service, 6);
        snprintf(expected, sizeof expected,
                "MatchmakingSearching:t1 MatchmakingSearching:t2 PotentialMatchCreated:t1:t2 %s",
                cases[i].after);
        CHECK_TEXT(told(service), expected);
        CHECK_TEXT(field("events.2.event.detail.acceptanceTimeout"), "5");
        CHECK_TEXT(field("events.3.event.detail.tickets.0.players.0.accepted"), "true");
        CHECK_TEXT(field("events.3.event.detail.tickets.1.players.0.accepted"), "");
        finish(service, &server);
    }
}

TEST(S64_a_ticket_that_times_out_or_is_stopped_says_so_with_a_reason)
{
    local_service *service = begin("\"AcceptanceRequired\":false," QUEUE);
    start(service, "t1");
    wait_s(service, 61);
    start(service, "t2");
    wait_s(service, 1);
    CHECK_INT(call(service, "StopMatchmaking", "{\"TicketId\":\"t2\"}"), 200);
    CHECK_TEXT(told(service), "MatchmakingSearching:t1 MatchmakingTimedOut:t1 MatchmakingSearching:t2 "
                              "MatchmakingCancelled:t2");
    CHECK_TEXT(field("events.1.event.detail.reason"), "TimedOut");
    CHECK_TEXT(field("events.3.event.detail.reason"), "Cancelled");
    CHECK_TEXT(field("events.3.event.detail.message"), "Cancelled by request.");
    CHECK_TEXT(field("events.1.event.detail.ruleEvaluationMetrics"), "[1]");
    CHECK_TEXT(field("events.3.event.detail.ruleEvaluationMetrics.0.ruleName"), "Alike");
    CHECK_TEXT(field("events.3.event.detail.ruleEvaluationMetrics.0.failedCount"), "0");
    CHECK_TEXT(field("events.3.event.detail.matchId"), "");
    finish(service, &server);
}

TEST(every_match_is_told_as_a_potential_one_first)
{
    local_service *service = begin("\"AcceptanceRequired\":false,\"FlexMatchMode\":\"STANDALONE\"");
    start(service, "t1");
    start(service, "t2");
    wait_s(service, 2);
    CHECK_TEXT(told(service), "MatchmakingSearching:t1 MatchmakingSearching:t2 PotentialMatchCreated:t1:t2 "
                              "MatchmakingSucceeded:t1:t2");
    CHECK_TEXT(field("events.2.event.detail.acceptanceRequired"), "false");
    finish(service, &server);
}

TEST(S64_the_end_of_a_ticket_in_a_match_names_the_match)
{
    local_service *service = begin("\"AcceptanceRequired\":true,\"AcceptanceTimeoutSeconds\":5," QUEUE);
    char match[64];
    start(service, "t1");
    start(service, "t2");
    wait_s(service, 2);
    accept(service, "t1", "REJECT");
    CHECK_TEXT(told(service), "MatchmakingSearching:t1 MatchmakingSearching:t2 PotentialMatchCreated:t1:t2 "
                              "AcceptMatch:t1:t2 AcceptMatchCompleted/Rejected:t1:t2 MatchmakingCancelled:t1 "
                              "MatchmakingSearching:t2");
    snprintf(match, sizeof match, "%s", field("events.2.event.detail.matchId"));
    CHECK(match[0] != '\0');
    CHECK_TEXT(field("events.5.event.detail.matchId"), match);
    CHECK_TEXT(field("events.6.event.detail.matchId"), "");
    CHECK_TEXT(field("events.6.event.detail.ruleEvaluationMetrics"), "");
    finish(service, &server);
}

TEST(tickets_that_come_back_from_a_placement_out_of_time_are_not_told_of)
{
    local_service *service = begin("\"AcceptanceRequired\":false," QUEUE);
    start(service, "t1");
    start(service, "t2");
    wait_s(service, 15); /* the process does not activate its session within the queue's 10 s */
    CHECK_TEXT(told(service), "MatchmakingSearching:t1 MatchmakingSearching:t2 PotentialMatchCreated:t1:t2 "
                              "PotentialMatchCreated:t1:t2");
    finish(service, &server);
}

TEST(every_end_of_a_placement_is_told)
{
    local_service *service = begin("\"AcceptanceRequired\":false," QUEUE);
    static const char *const ids[] = {"one", "two", "three"};
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(call(service, "StartGameSessionPlacement",
                          "{\"PlacementId\":\"%s\",\"GameSessionQueueName\":\"q\","
                          "\"MaximumPlayerSessionCount\":2,"
                          "\"DesiredPlayerSessions\":[{\"PlayerId\":\"a\"}]}",
                          ids[i]),
                200);
    pass(service, 0);
    CHECK_TEXT(pushed(&server), "CreateGameSession");
    char arn[300];
    snprintf(arn, sizeof arn, "%s", field("GameSessionId"));
    CHECK_INT(ask(&server, "ActivateGameSession", "a", "\"GameSessionId\":\"%s\"", arn), 200);
    CHECK_INT(call(service, "StopGameSessionPlacement", "{\"PlacementId\":\"two\"}"), 200);
    wait_s(service, 11);
    CHECK_TEXT(told(service), "PlacementFulfilled PlacementCancelled PlacementTimedOut");
    CHECK_TEXT(field("events.0.event.detail-type"), "GameLift Queue Placement Event");
    CHECK_TEXT(field("events.0.event.resources.0"),
            "arn:aws:gamelift:us-east-1:000000000000:gamesessionqueue/q");
    CHECK_TEXT(field("events.0.target"), "arn:aws:sns:us-east-1:1:topic");
    CHECK_TEXT(field("events.0.event.detail.placementId"), "one");
    CHECK_CONTAINS(last_answer, "\"port\":\"7777\"");
    CHECK_TEXT(field("events.0.event.detail.gameSessionArn"), arn);
    CHECK_TEXT(field("events.0.event.detail.gameSessionRegion"), "us-east-1");
    CHECK_CONTAINS(field("events.0.event.detail.placedPlayerSessions.0.playerSessionId"), "psess-");
    CHECK_TEXT(field("events.0.event.detail.customEventData"), "of the queue");
    CHECK(field("events.0.event.detail.endTime")[0] != '\0');
    CHECK_TEXT(field("events.1.event.detail.port"), "");
    finish(service, &server);
}

TEST(the_latest_thousand_are_kept)
{
    local_service *service = begin("\"AcceptanceRequired\":false," QUEUE);
    for (int i = 0; i < 1001; i++) {
        char id[16];
        snprintf(id, sizeof id, "p%d", i);
        CHECK_INT(call(service, "StartGameSessionPlacement",
                          "{\"PlacementId\":\"%s\",\"GameSessionQueueName\":\"q\","
                          "\"MaximumPlayerSessionCount\":2}",
                          id),
                200);
        CHECK_INT(call(service, "StopGameSessionPlacement", "{\"PlacementId\":\"%s\"}", id), 200);
    }
    read_events(service, 0);
    CHECK_TEXT(field("events"), "[1000]");
    CHECK_TEXT(field("events.0.serial"), "2");
    CHECK_TEXT(field("last"), "1001");
    read_events(service, 999);
    CHECK_TEXT(field("events"), "[2]");
    read_events(service, 5000);
    CHECK_TEXT(field("events"), "[0]");
    finish(service, &server);
}

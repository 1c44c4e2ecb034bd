/* SPDX-License-Identifier: Apache-2.0 */
/* Queues and the placements that clients ask them for (service model 1.6, S53 to S56). */
#include "local_helper.h"

/* Two fleets: one of cost 2 in custom-east and custom-west, one of cost 1 in custom-north. */
enum { EAST, WEST, NORTH, PLACES };
static const char *const places[PLACES] = {"custom-east", "custom-west", "custom-north"};
static char fleets[2][64];
static game_server servers[PLACES];

#define BOTH                                                                                                 \
    "\"Destinations\":[{\"DestinationArn\":\"%s\"},{\"DestinationArn\":\"%s\"}]", fleets[0], fleets[1]

static void make_fleet(local_service *service, char out[64], const char *cost, const char *locations)
{
    CHECK_INT(call(service, "CreateFleet",
                      "{\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"AnywhereConfiguration\":{\"Cost\":\"%"
                      "s\"},"
                      "\"Locations\":[%s]}",
                      cost, locations),
            200);
    snprintf(out, 64, "%s", field("FleetAttributes.FleetId"));
}

/* A process that waits there. */
static void open_place(local_service *service, size_t at)
{
    char token[64], process[24];
    snprintf(demo.fleet_id, sizeof demo.fleet_id, "%s", fleets[at == NORTH]);
    snprintf(demo.compute_name, sizeof demo.compute_name, "box-%zu", at);
    snprintf(process, sizeof process, "p%zu", at);
    CHECK_INT(call(service, "RegisterCompute",
                      "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\",\"Location\":\"%s\",\"IpAddress\":\"127.0."
                      "0.1\"}",
                      demo.fleet_id, demo.compute_name, places[at]),
            200);
    CHECK_INT(call(service, "GetComputeAuthToken", "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\"}",
                      demo.fleet_id, demo.compute_name),
            200);
    snprintf(token, sizeof token, "%s", field("AuthToken"));
    CHECK_INT(connect_as(service, &servers[at], process, token), 101);
    ready(&servers[at], 7000 + (int)at);
}

static local_service *begin(void)
{
    local_service *service = make_service();
    for (size_t i = 0; i < PLACES; i++) {
        servers[i] = (game_server){.service = service};
        CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"%s\"}", places[i]), 200);
    }
    make_fleet(service, fleets[0], "2", "{\"Location\":\"custom-west\"},{\"Location\":\"custom-east\"}");
    make_fleet(service, fleets[1], "1", "{\"Location\":\"custom-north\"}");
    return service;
}

static local_service *begin_open(void)
{
    local_service *service = begin();
    for (size_t i = 0; i < PLACES; i++)
        open_place(service, i);
    return service;
}

static void end(local_service *service)
{
    for (size_t i = 1; i < PLACES; i++)
        forget(&servers[i]);
    finish(service, &servers[0]);
}

static void make_queue(local_service *service, const char *terms)
{
    char destinations[512];
    snprintf(destinations, sizeof destinations, BOTH);
    CHECK_INT(call(service, "CreateGameSessionQueue", "{\"Name\":\"q\",%s%s}", destinations, terms), 200);
}

static int start(local_service *service, const char *id, const char *more)
{
    return call(service, "StartGameSessionPlacement",
            "{\"PlacementId\":\"%s\",\"GameSessionQueueName\":\"q\",\"MaximumPlayerSessionCount\":4%s}", id,
            more);
}

static const char *of_placement(local_service *service, const char *id, const char *name)
{
    char path[128];
    CHECK_INT(call(service, "DescribeGameSessionPlacement", "{\"PlacementId\":\"%s\"}", id), 200);
    snprintf(path, sizeof path, "GameSessionPlacement.%s", name);
    return field(path);
}

#define CHECK_STATUS(service, id, status) CHECK_TEXT(of_placement(service, id, "Status"), status)

/* The place whose process was asked for a session, and that it is the only one: "east"; "" for none. */
static const char *asked(void)
{
    const char *who = "";
    collect(servers, PLACES);
    for (size_t i = 0; i < PLACES; i++) {
        while (take(&servers[i])) {
            if (strcmp(field("Action"), "CreateGameSession") != 0)
                continue;
            CHECK_TEXT(who, "");
            who = places[i] + strlen("custom-");
        }
    }
    return who;
}

static void activate(local_service *service, size_t at, const char *id)
{
    char arn[300];
    snprintf(arn, sizeof arn, "%s", of_placement(service, id, "GameSessionArn"));
    CHECK_INT(ask(&servers[at], "ActivateGameSession", "a", "\"GameSessionId\":\"%s\"", arn), 200);
}

/* Where a placement on such a queue goes. */
static const char *goes_to(const char *terms, const char *more)
{
    static char place[32];
    local_service *service = begin_open();
    make_queue(service, terms);
    CHECK_INT(start(service, "one", more), 200);
    pass(service, 0);
    snprintf(place, sizeof place, "%s", asked());
    end(service);
    return place;
}

#define LATENCY(player, place, ms)                                                                           \
    "{\"PlayerId\":\"" player "\",\"RegionIdentifier\":\"custom-" place "\",\"LatencyInMilliseconds\":" #ms  \
    "}"
#define LATENCIES(list) ",\"PlayerLatencies\":[" list "]"

/* ---- where ---- */

TEST(S56_without_measurements_the_order_of_destinations_counts_and_then_the_location)
{
    CHECK_TEXT(goes_to("", ""), "east");
}

TEST(S56_the_lowest_average_latency_comes_first_and_what_nobody_measured_last)
{
    CHECK_TEXT(goes_to("", LATENCIES(LATENCY("a", "east", 90) "," LATENCY("a", "west", 20) "," LATENCY(
                                   "b", "east", 10) "," LATENCY("b", "west", 70))),
            "west");
    CHECK_TEXT(goes_to("", LATENCIES(LATENCY("a", "north", 500))), "north");
}

TEST(S56_at_equal_latency_the_cheaper_fleet_comes_first)
{
    CHECK_TEXT(goes_to("", LATENCIES(LATENCY("a", "east", 50) "," LATENCY("a", "north", 50.0))), "north");
}

TEST(S56_the_queue_sets_the_order_of_priorities)
{
    CHECK_TEXT(goes_to(",\"PriorityConfiguration\":{\"PriorityOrder\":[\"COST\"]}",
                       LATENCIES(LATENCY("a", "east", 1) "," LATENCY("a", "north", 99))),
            "north");
    CHECK_TEXT(goes_to(",\"PriorityConfiguration\":{\"PriorityOrder\":[\"LOCATION\",\"DESTINATION\"],"
                       "\"LocationOrder\":[\"custom-west\",\"custom-north\"]}",
                       LATENCIES(LATENCY("a", "east", 1))),
            "west");
    CHECK_TEXT(goes_to(",\"PriorityConfiguration\":{\"PriorityOrder\":[\"DESTINATION\",\"LOCATION\"],"
                       "\"LocationOrder\":[\"custom-north\",\"custom-west\"]}",
                       ""),
            "west");
}

TEST(S56_only_allowed_locations_come_into_question)
{
    CHECK_TEXT(goes_to(",\"FilterConfiguration\":{\"AllowedLocations\":[\"custom-north\",\"custom-west\"]}",
                       LATENCIES(LATENCY("a", "east", 1) "," LATENCY("a", "north", 9))),
            "north");
    CHECK_TEXT(goes_to(",\"FilterConfiguration\":{\"AllowedLocations\":[\"custom-moon\"]}", ""), "");
}

TEST(S56_latency_policies_allow_more_and_more_of_each_single_player)
{
    local_service *service = begin_open();
    make_queue(service, ",\"PlayerLatencyPolicies\":["
                        "{\"MaximumIndividualPlayerLatencyMilliseconds\":50,\"PolicyDurationSeconds\":20},"
                        "{\"MaximumIndividualPlayerLatencyMilliseconds\":100,\"PolicyDurationSeconds\":13}]");
    /* The average of east is low from the start, but not that of the player b. */
    CHECK_INT(start(service, "one",
                      LATENCIES(LATENCY("a", "east", 1) "," LATENCY("b", "east", 99) "," LATENCY(
                              "a", "north", 1))),
            200);
    CHECK_INT(start(service, "far", LATENCIES(LATENCY("a", "west", 300))), 200);
    for (int half = 0; half < 39; half++)
        pass(service, 500);
    CHECK_TEXT(asked(), "");
    pass(service, 500);
    CHECK_TEXT(asked(), "east");
    for (int half = 0; half < 25; half++)
        pass(service, 500);
    CHECK_TEXT(asked(), "");
    pass(service, 500); /* no policy is in force any more */
    CHECK_TEXT(asked(), "west");
    end(service);
}

TEST(S56_latency_policies_are_gone_through_from_the_lowest_latency_in_whatever_order_they_stand)
{
    local_service *service = begin_open();
    make_queue(service, ",\"PlayerLatencyPolicies\":[{\"MaximumIndividualPlayerLatencyMilliseconds\":200},"
                        "{\"MaximumIndividualPlayerLatencyMilliseconds\":100,\"PolicyDurationSeconds\":13},"
                        "{\"MaximumIndividualPlayerLatencyMilliseconds\":50,\"PolicyDurationSeconds\":20}]");
    CHECK_TEXT(field("GameSessionQueue.PlayerLatencyPolicies.0.MaximumIndividualPlayerLatencyMilliseconds"),
            "200"); /* told as it was given */
    CHECK_INT(start(service, "near", LATENCIES(LATENCY("a", "north", 50))), 200);
    CHECK_INT(start(service, "two", LATENCIES(LATENCY("a", "east", 99))), 200);
    CHECK_INT(start(service, "three", LATENCIES(LATENCY("a", "west", 200))), 200);
    pass(service, 500);
    CHECK_TEXT(asked(), "north");
    pass(service, 19000);
    CHECK_TEXT(asked(), "");
    pass(service, 1000);
    CHECK_TEXT(asked(), "east");
    pass(service, 12000);
    CHECK_TEXT(asked(), "");
    pass(service, 1000);
    CHECK_TEXT(asked(), "west");
    end(service);
}

TEST(S55_an_override_puts_its_locations_before_all_others)
{
    static const char by_location[] = ",\"PriorityConfiguration\":{\"PriorityOrder\":[\"LOCATION\"]}";
    CHECK_TEXT(goes_to(by_location, ""), "east");
    CHECK_TEXT(goes_to(by_location, ",\"PriorityConfigurationOverride\":{\"LocationOrder\":[\"custom-moon\","
                                    "\"custom-west\"]}"),
            "west");
    CHECK_TEXT(
            goes_to(by_location, ",\"PriorityConfigurationOverride\":{\"LocationOrder\":[\"custom-moon\"]}"),
            "east");
    CHECK_TEXT(goes_to(by_location, ",\"PriorityConfigurationOverride\":{\"LocationOrder\":[\"custom-moon\"],"
                                    "\"PlacementFallbackStrategy\":\"NONE\"}"),
            "");
}

TEST(S55_what_a_placement_may_not_be_started_with)
{
    local_service *service = begin();
    make_queue(service, "");
    CHECK_REFUSED(
            start(service, "one", ",\"PriorityConfigurationOverride\":{\"LocationOrder\":[\"custom-east\"]}"),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "LOCATION in its PriorityOrder");
    CHECK_REFUSED(
            start(service, "one",
                    ",\"PriorityConfigurationOverride\":{\"LocationOrder\":[\"custom-east\"]}" LATENCIES(
                            LATENCY("a", "east", 1))),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "not both");
    CHECK_REFUSED(start(service, "one",
                          ",\"PriorityConfigurationOverride\":{\"LocationOrder\":[\"custom-east\","
                          "\"custom-east\"]}"),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "custom-east more than once");
    CHECK_REFUSED(
            start(service, "one", ",\"DesiredPlayerSessions\":[{\"PlayerId\":\"a\"},{\"PlayerId\":\"a\"}]"),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "player a twice");
    CHECK_REFUSED(start(service, "one",
                          ",\"DesiredPlayerSessions\":[{\"PlayerId\":\"a\"},{\"PlayerId\":\"b\"},"
                          "{\"PlayerId\":\"c\"},{\"PlayerId\":\"d\"},{\"PlayerId\":\"e\"}]"),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "5 players");
    CHECK_REFUSED(call(service, "StartGameSessionPlacement",
                          "{\"PlacementId\":\"x\",\"GameSessionQueueName\":\"none\","
                          "\"MaximumPlayerSessionCount\":1}"),
            "NotFoundException");
    CHECK_REFUSED(
            call(service, "DescribeGameSessionPlacement", "{\"PlacementId\":\"one\"}"), "NotFoundException");
    CHECK_INT(start(service, "one", ""), 200);
    CHECK_INT(call(service, "StopGameSessionPlacement", "{\"PlacementId\":\"one\"}"), 200);
    CHECK_REFUSED(start(service, "one", ""), "InvalidRequestException"); /* also after its end */
    CHECK_CONTAINS(field("Message"), "used before");
    end(service);
}

/* ---- its life ---- */

TEST(S53_a_placement_is_fulfilled_when_its_session_is_active_and_its_players_have_seats)
{
    local_service *service = begin_open();
    make_queue(service, "");
    CHECK_INT(
            start(service, "one",
                    ",\"GameSessionName\":\"n\",\"GameSessionData\":\"d\",\"GameProperties\":[{\"Key\":\"k\","
                    "\"Value\":\"v\"}],\"DesiredPlayerSessions\":[{\"PlayerId\":\"a\",\"PlayerData\":\"pd\"},"
                    "{\"PlayerId\":\"b\"}]"),
            200);
    CHECK_TEXT(field("GameSessionPlacement.Status"), "PENDING");
    CHECK_TEXT(field("GameSessionPlacement.GameSessionQueueName"), "q");
    CHECK_TEXT(field("GameSessionPlacement.GameSessionArn"), "");
    pass(service, 0);
    collect(servers, PLACES);
    CHECK(take(&servers[EAST]));
    CHECK_TEXT(field("GameSessionName"), "n");
    CHECK_TEXT(field("GameSessionData"), "d");
    CHECK_TEXT(field("GameProperties.k"), "v");
    CHECK_TEXT(field("MaximumPlayerSessionCount"), "4");
    CHECK_STATUS(service, "one", "PENDING");
    CHECK_TEXT(field("GameSessionPlacement.PlacedPlayerSessions"), "");
    activate(service, EAST, "one");
    CHECK_STATUS(service, "one", "FULFILLED");
    CHECK_TEXT(field("GameSessionPlacement.IpAddress"), "127.0.0.1");
    CHECK_TEXT(field("GameSessionPlacement.Port"), "7000");
    CHECK_TEXT(field("GameSessionPlacement.GameSessionRegion"), "us-east-1");
    CHECK_TEXT(field("GameSessionPlacement.PlacedPlayerSessions.1.PlayerId"), "b");
    CHECK(field("GameSessionPlacement.EndTime")[0] != '\0');
    char seat[64];
    snprintf(seat, sizeof seat, "%s", field("GameSessionPlacement.PlacedPlayerSessions.0.PlayerSessionId"));
    CHECK_INT(call(service, "DescribePlayerSessions", "{\"PlayerSessionId\":\"%s\"}", seat), 200);
    CHECK_TEXT(field("PlayerSessions.0.PlayerData"), "pd");
    CHECK_TEXT(field("PlayerSessions.0.Status"), "RESERVED");
    end_process(&servers[EAST]); /* what becomes of the session later changes nothing */
    CHECK_STATUS(service, "one", "FULFILLED");
    end(service);
}

TEST(S54_a_placement_waits_for_a_process_and_is_tried_as_soon_as_there_is_one)
{
    local_service *service = begin();
    make_queue(service, "");
    CHECK_INT(start(service, "one", ""), 200);
    pass(service, 1000);
    CHECK_STATUS(service, "one", "PENDING");
    open_place(service, NORTH);
    pass(service, 0);
    CHECK_TEXT(asked(), "north");
    end(service);
}

TEST(S54_another_process_is_tried_when_one_is_lost_and_without_another_the_placement_fails)
{
    local_service *service = begin();
    open_place(service, EAST);
    open_place(service, WEST);
    make_queue(service, "");
    CHECK_INT(start(service, "one", ",\"DesiredPlayerSessions\":[{\"PlayerId\":\"a\"}]"), 200);
    pass(service, 0);
    CHECK_TEXT(asked(), "east");
    end_process(&servers[EAST]);
    pass(service, 0);
    CHECK_TEXT(asked(), "west");
    CHECK_STATUS(service, "one", "PENDING");
    CHECK_CONTAINS(field("GameSessionPlacement.GameSessionArn"), "custom-west");
    end_process(&servers[WEST]);
    pass(service, 0);
    CHECK_STATUS(service, "one", "FAILED");
    CHECK(field("GameSessionPlacement.EndTime")[0] != '\0');
    open_place(service, NORTH);
    pass(service, 1000);
    CHECK_TEXT(asked(), "");
    end(service);
}

TEST(S54_a_placement_whose_time_is_over_gives_its_session_up)
{
    local_service *service = begin();
    open_place(service, EAST);
    make_queue(service, ",\"TimeoutInSeconds\":10");
    CHECK_INT(start(service, "one", ""), 200);
    CHECK_INT(start(service, "two", ""), 200);
    pass(service, 0);
    CHECK_TEXT(asked(), "east"); /* and does not activate it */
    pass(service, 9999);
    CHECK_STATUS(service, "one", "PENDING");
    pass(service, 1);
    CHECK_STATUS(service, "one", "TIMED_OUT");
    CHECK_STATUS(service, "two", "TIMED_OUT");
    collect(servers, PLACES);
    CHECK(take(&servers[EAST]));
    CHECK_TEXT(field("Action"), "TerminateProcess");
    end(service);
}

TEST(S54_a_placement_is_cancelled_only_before_a_session_was_made_for_it)
{
    local_service *service = begin();
    make_queue(service, "");
    CHECK_INT(start(service, "one", ""), 200);
    CHECK_INT(call(service, "StopGameSessionPlacement", "{\"PlacementId\":\"one\"}"), 200);
    CHECK_TEXT(field("GameSessionPlacement.Status"), "CANCELLED");
    CHECK_REFUSED(call(service, "StopGameSessionPlacement", "{\"PlacementId\":\"one\"}"),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "CANCELLED");
    CHECK_REFUSED(call(service, "StopGameSessionPlacement", "{\"PlacementId\":\"no\"}"), "NotFoundException");
    open_place(service, EAST);
    pass(service, 1000);
    CHECK_TEXT(asked(), "");
    CHECK_INT(start(service, "two", ""), 200);
    pass(service, 0);
    CHECK_TEXT(asked(), "east");
    CHECK_REFUSED(call(service, "StopGameSessionPlacement", "{\"PlacementId\":\"two\"}"),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "was made for placement two");
    activate(service, EAST, "two");
    CHECK_STATUS(service, "two", "FULFILLED");
    end(service);
}

TEST(a_placement_of_a_queue_that_is_deleted_fails)
{
    local_service *service = begin();
    make_queue(service, "");
    CHECK_INT(start(service, "one", ""), 200);
    CHECK_INT(call(service, "DeleteGameSessionQueue", "{\"Name\":\"q\"}"), 200);
    pass(service, 0);
    CHECK_STATUS(service, "one", "FAILED");
    end(service);
}

TEST(a_session_that_cannot_seat_the_players_any_more_fails_its_placement)
{
    local_service *service = begin();
    open_place(service, EAST);
    make_queue(service, "");
    CHECK_INT(start(service, "one", ",\"DesiredPlayerSessions\":[{\"PlayerId\":\"a\"}]"), 200);
    pass(service, 0);
    CHECK_TEXT(asked(), "east");
    char arn[300];
    snprintf(arn, sizeof arn, "%s", of_placement(service, "one", "GameSessionArn"));
    CHECK_INT(call(service, "UpdateGameSession",
                      "{\"GameSessionId\":\"%s\",\"PlayerSessionCreationPolicy\":\"DENY_ALL\"}", arn),
            200);
    activate(service, EAST, "one");
    CHECK_STATUS(service, "one", "FAILED");
    end(service);
}

TEST(pending_placements_are_bounded)
{
    local_service *service = begin();
    make_queue(service, "");
    for (int i = 0; i < 1000; i++) {
        char id[16];
        snprintf(id, sizeof id, "p%d", i);
        CHECK_INT(start(service, id, ""), 200);
    }
    CHECK_REFUSED(start(service, "more", ""), "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "1000 placements are PENDING");
    end(service);
}

TEST(a_destination_may_be_an_alias_and_leads_where_the_alias_leads_at_the_moment)
{
    char alias[2][300];
    local_service *service = begin_open();
    CHECK_INT(call(service, "CreateAlias",
                      "{\"Name\":\"live\",\"RoutingStrategy\":{\"Type\":\"SIMPLE\",\"FleetId\":\"%s\"}}",
                      fleets[1]),
            200);
    snprintf(alias[0], sizeof alias[0], "%s", field("Alias.AliasArn"));
    snprintf(alias[1], sizeof alias[1], "%s", field("Alias.AliasId"));
    CHECK_INT(call(service, "CreateGameSessionQueue",
                      "{\"Name\":\"q\",\"Destinations\":[{\"DestinationArn\":\"%s\"}]}", alias[0]),
            200);
    CHECK_TEXT(field("GameSessionQueue.Destinations.0.DestinationArn"), alias[0]);
    CHECK_INT(start(service, "one", ""), 200);
    pass(service, 0);
    CHECK_TEXT(asked(), "north");
    CHECK_INT(call(service, "UpdateAlias",
                      "{\"AliasId\":\"%s\",\"RoutingStrategy\":{\"Type\":\"SIMPLE\",\"FleetId\":\"%s\"}}",
                      alias[1], fleets[0]),
            200);
    CHECK_INT(start(service, "two", ""), 200);
    pass(service, 500);
    CHECK_TEXT(asked(), "east");
    CHECK_INT(call(service, "DeleteAlias", "{\"AliasId\":\"%s\"}", alias[1]), 200);
    CHECK_INT(start(service, "three", ""), 200);
    pass(service, 500);
    CHECK_TEXT(asked(), "");
    CHECK_STATUS(service, "three", "PENDING");
    CHECK_REFUSED(call(service, "UpdateGameSessionQueue",
                          "{\"Name\":\"q\",\"Destinations\":[{\"DestinationArn\":\"%s\"}]}", alias[0]),
            "NotFoundException");
    end(service);
}

/* ---- the queue itself ---- */

TEST(a_queue_says_what_it_was_given_and_an_update_changes_only_what_it_names)
{
    local_service *service = begin();
    make_queue(service, ",\"PlayerLatencyPolicies\":[{\"MaximumIndividualPlayerLatencyMilliseconds\":50,"
                        "\"PolicyDurationSeconds\":20},{\"MaximumIndividualPlayerLatencyMilliseconds\":100}],"
                        "\"PriorityConfiguration\":{\"PriorityOrder\":[\"LOCATION\",\"COST\"],"
                        "\"LocationOrder\":[\"custom-west\"]},"
                        "\"FilterConfiguration\":{\"AllowedLocations\":[\"custom-east\",\"custom-west\"]},"
                        "\"CustomEventData\":\"mine\"");
    CHECK_INT(call(service, "UpdateGameSessionQueue",
                      "{\"Name\":\"q\",\"TimeoutInSeconds\":30,\"PriorityConfiguration\":{\"PriorityOrder\":["
                      "\"COST\"]}}"),
            200);
    CHECK_TEXT(field("GameSessionQueue.TimeoutInSeconds"), "30");
    CHECK_INT(call(service, "DescribeGameSessionQueues", "{\"Names\":[\"q\"]}"), 200);
    CHECK_TEXT(field("GameSessionQueues.0.PlayerLatencyPolicies"), "[2]");
    CHECK_TEXT(
            field("GameSessionQueues.0.PlayerLatencyPolicies.0.MaximumIndividualPlayerLatencyMilliseconds"),
            "50");
    CHECK_TEXT(field("GameSessionQueues.0.PlayerLatencyPolicies.0.PolicyDurationSeconds"), "20");
    CHECK_TEXT(field("GameSessionQueues.0.PlayerLatencyPolicies.1.PolicyDurationSeconds"), "");
    CHECK_TEXT(field("GameSessionQueues.0.PriorityConfiguration.PriorityOrder"), "[1]");
    CHECK_TEXT(field("GameSessionQueues.0.PriorityConfiguration.LocationOrder"), "");
    CHECK_TEXT(field("GameSessionQueues.0.FilterConfiguration.AllowedLocations.1"), "custom-west");
    CHECK_CONTAINS(field("GameSessionQueues.0.Destinations.1.DestinationArn"), fleets[1]);
    CHECK_TEXT(field("GameSessionQueues.0.CustomEventData"), "mine");
    CHECK_REFUSED(call(service, "UpdateGameSessionQueue",
                          "{\"Name\":\"q\",\"TimeoutInSeconds\":40,\"Destinations\":[{\"DestinationArn\":"
                          "\"fleet-no\"}]}"),
            "NotFoundException");
    CHECK_INT(call(service, "UpdateGameSessionQueue", "{\"Name\":\"q\",\"Destinations\":[]}"), 200);
    CHECK_TEXT(field("GameSessionQueue.TimeoutInSeconds"), "30");
    CHECK_TEXT(field("GameSessionQueue.Destinations"), "[0]");
    CHECK_REFUSED(call(service, "UpdateGameSessionQueue", "{\"Name\":\"no\"}"), "NotFoundException");
    end(service);
}

TEST(what_a_queue_may_not_be_given)
{
    static const char *const wrong[][2] = {
            {"\"PriorityConfiguration\":{\"PriorityOrder\":[\"COST\",\"COST\"]}", "more than once"},
            {"\"PriorityConfiguration\":{\"PriorityOrder\":[\"LUCK\"]}", "enum value set"},
            {"\"PlayerLatencyPolicies\":[{\"MaximumIndividualPlayerLatencyMilliseconds\":50},"
             "{\"MaximumIndividualPlayerLatencyMilliseconds\":60}]",
                    "only the last policy"},
            {"\"PlayerLatencyPolicies\":[{\"MaximumIndividualPlayerLatencyMilliseconds\":50,"
             "\"PolicyDurationSeconds\":5},{\"MaximumIndividualPlayerLatencyMilliseconds\":40}]",
                    "only the last policy"},
            {"\"PlayerLatencyPolicies\":[{\"PolicyDurationSeconds\":5}]",
                    "maximumIndividualPlayerLatencyMilliseconds"},
            {"\"PriorityConfiguration\":{\"LocationOrder\":[\"custom-east\",\"custom-west\",\"custom-east\"]"
             "}",
                    "custom-east more than once"},
            {"\"FilterConfiguration\":{\"AllowedLocations\":[]}", "allowedLocations"},
            {"\"Destinations\":[{}]", "DestinationArn"},
    };
    local_service *service = begin();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK_REFUSED(call(service, "CreateGameSessionQueue", "{\"Name\":\"q\",%s}", wrong[i][0]),
                "InvalidRequestException");
        CHECK_CONTAINS(field("Message"), wrong[i][1]);
    }
    CHECK_INT(call(service, "DescribeGameSessionQueues", "{}"), 200);
    CHECK_TEXT(field("GameSessionQueues"), "[0]");
    end(service);
}

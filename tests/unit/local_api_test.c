/* SPDX-License-Identifier: Apache-2.0 */
/* The AWS API's side of the service: protocol, validation, fleets, sessions, pages (service model 2, 3). */
#include "local_helper.h"
#include "model/model.h"

/* ---- protocol ---- */

TEST(unknown_operation_is_named) /* S2, S87 */
{
    local_service *service = make_service();
    CHECK_REFUSED(call(service, "CreateBuild", "{}"), "UnknownOperationException");
    CHECK_CONTAINS(field("Message"), "CreateBuild");
    CHECK_REFUSED(call(service, "", "{}"), "UnknownOperationException");
    local_service_destroy(service);
}

TEST(body_that_is_no_json_object_is_a_serialization_exception) /* S2 */
{
    local_service *service = make_service();
    static const char *const bodies[] = {
            "{", "[]", "7", "\"x\"", "null", "{} {}", "{}x", "{\"a\":\"b\\u0000c\"}"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        CHECK_REFUSED(call(service, "ListFleets", "%s", bodies[i]), "SerializationException");
    CHECK_INT(call(service, "ListFleets", "%s", " {} \n"), 200);
    CHECK_INT(call(service, "ListFleets", "%s", ""), 200);
    CHECK_INT(call(service, "ListFleets", "%s", "{\"a\":\"b\\\\u0000c\"}"), 200);
    local_service_destroy(service);
}

TEST(nesting_without_end_is_refused) /* S11 */
{
    local_service *service = make_service();
    char deep[60001];
    memset(deep, '[', 60000);
    deep[60000] = '\0';
    CHECK_REFUSED(call(service, "ListFleets", "%s", deep), "SerializationException");
    local_service_destroy(service);
}

TEST(times_are_seconds_with_three_decimals_at_most) /* S5 */
{
    local_service *service = make_demo_service();
    CHECK_INT(call(service, "DescribeFleetAttributes", "{}"), 200);
    char expected[64];
    snprintf(expected, sizeof expected, "\"CreationTime\":%lld.%03lld", (long long)clock_now.unix_ms / 1000,
            (long long)clock_now.unix_ms % 1000);
    CHECK_CONTAINS(last_answer, expected);
    local_service_destroy(service);
}

TEST(what_has_no_value_is_left_out) /* S6 */
{
    game_server server;
    char session[300];
    local_service *service = make_ready_service(&server);
    create_session(service, 2, session);
    CHECK(strstr(last_answer, "null") == NULL);
    CHECK(strstr(last_answer, "\"Name\"") == NULL);
    CHECK(strstr(last_answer, "StatusReason") == NULL);
    CHECK_CONTAINS(last_answer, "\"Port\":7777,");
    forget(&server);
    finish(service, &server);
}

/* ---- validation ---- */

TEST(missing_members_are_listed) /* S14 */
{
    local_service *service = make_service();
    CHECK_REFUSED(call(service, "RegisterCompute", "{\"FleetId\":null}"), "InvalidRequestException");
    CHECK_TEXT(field("Message"),
            "2 validation errors detected: "
            "Value null at 'fleetId' failed to satisfy constraint: Member must not be null; "
            "Value null at 'computeName' failed to satisfy constraint: Member must not be null");
    local_service_destroy(service);
}

/* Each of these breaks one constraint, and nothing else. */
TEST(each_constraint_has_its_sentence) /* S14, S15 */
{
    static const struct {
        const char *operation, *body, *sentence;
    } cases[] = {
            {"CreateLocation", "{\"LocationName\":7}", "Value '7' at 'locationName'"},
            {"CreateLocation", "{\"LocationName\":7}", "Member must be a string"},
            {"CreateLocation", "{\"LocationName\":\"custom-\"}", "length greater than or equal to 8"},
            {"CreateLocation", "{\"LocationName\":\"custom-home!\"}", "regular expression pattern"},
            {"CreateLocation", "{\"LocationName\":\"x custom-home\"}", "regular expression pattern"},
            {"CreateLocation", "{\"LocationName\":\"home-location\"}", "regular expression pattern"},
            {"ListLocations", "{\"Limit\":0}", "value greater than or equal to 1"},
            {"ListLocations", "{\"Limit\":201}", "value less than or equal to 200"},
            {"ListLocations", "{\"Limit\":1.5}", "Member must be an integer"},
            {"ListLocations", "{\"Limit\":\"5\"}", "Member must be a number"},
            {"ListLocations", "{\"Limit\":1e300}", "value less than or equal to 2147483647"},
            {"ListLocations", "{\"Filters\":[]}", "length greater than or equal to 1"},
            {"ListLocations", "{\"Filters\":[\"MOON\"]}", "at 'filters.1.member' failed"},
            {"ListLocations", "{\"Filters\":[\"MOON\"]}", "enum value set: [AWS, CUSTOM]"},
            {"ListLocations", "{\"Filters\":\"AWS\"}", "Member must be a list"},
            {"ListLocations", "{\"NextToken\":\"made-up\"}", "NextToken is not a token of ListLocations"},
            {"CreateFleet", "{\"Name\":\"x\",\"AnywhereConfiguration\":{}}",
                    "at 'anywhereConfiguration.cost'"},
            {"CreateFleet", "{\"Name\":\"x\",\"AnywhereConfiguration\":{\"Cost\":\"1,5\"}}",
                    "regular expression"},
            {"CreateFleet", "{\"Name\":\"x\",\"AnywhereConfiguration\":7}", "Member must be a structure"},
            {"CreateFleet", "{\"Name\":\"\"}", "length greater than or equal to 1"},
            {"CreateFleet", "{\"Name\":\"x\",\"Locations\":[{}]}", "at 'locations.1.member.location'"},
            {"CreateFleet", "{\"Name\":\"x\",\"ComputeType\":\"EC2\"}",
                    "only ANYWHERE is emulated"},                             /* S18 */
            {"CreateFleet", "{\"Name\":\"x\"}", "only ANYWHERE is emulated"}, /* S18 */
            {"CreateFleet", "{\"Name\":\"x\",\"ComputeType\":\"ANYWHERE\"}", "Locations"},
            {"DeleteFleet", "{\"FleetId\":\"no-fl\"}", "regular expression pattern"},
            {"CreateGameSession", "{\"FleetId\":\"fleet-1\",\"MaximumPlayerSessionCount\":-1}",
                    "value greater than or equal to 0"},
            {"CreateGameSession",
                    "{\"FleetId\":\"fleet-1\",\"MaximumPlayerSessionCount\":1,"
                    "\"GameProperties\":[{\"Key\":\"k\"}]}",
                    "at 'gameProperties.1.member.value'"},
            {"CreatePlayerSessions",
                    "{\"GameSessionId\":\"x\",\"PlayerIds\":[\"a\"],\"PlayerDataMap\":{\"a\":7}}",
                    "at 'playerDataMap.a' failed"},
            {"CreatePlayerSessions", "{\"GameSessionId\":\"x\",\"PlayerIds\":[\"a\"],\"PlayerDataMap\":[]}",
                    "Member must be a map"},
    };
    local_service *service = make_service();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_REFUSED(call(service, cases[i].operation, "%s", cases[i].body), "InvalidRequestException");
        CHECK_CONTAINS(field("Message"), cases[i].sentence);
    }
    CHECK_INT(call(service, "ListLocations", "{}"), 200);
    CHECK_TEXT(field("Locations"), "[0]");
    local_service_destroy(service);
}

TEST(long_values_are_cut_between_characters)
{
    local_service *service = make_service();
    char name[2100] = "";
    for (int i = 0; i < 1030; i++)
        strcat(name, "\xC3\xA9");
    CHECK_REFUSED(call(service, "CreateFleet", "{\"Name\":\"%s\"}", name), "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "\xC3\xA9...' at 'name'");
    CHECK_CONTAINS(field("Message"), "length less than or equal to 1024");
    local_service_destroy(service);
}

/* Bytes of which each cut leaves half a character. */
static const char *odd_text(size_t characters)
{
    static char text[2100];
    text[0] = 'x';
    for (size_t i = 0; i < characters; i++)
        memcpy(text + 1 + 2 * i, "\xC3\xA9", 3);
    return text;
}

TEST(answers_are_utf8_wherever_a_sentence_was_cut)
{
    char session[300], targets[][40] = {"GameLift\xFF", "\xC3"};
    game_server server;
    local_service *service = make_active_service(&server, 4, session);
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        CHECK_REFUSED(call(service, targets[i], "{}"), "UnknownOperationException");
        CHECK(glift__utf8_is_valid(last_answer, strlen(last_answer)));
    }
    for (size_t length = 50; length <= 1000; length += 19) {
        CHECK_REFUSED(call(service, "CreatePlayerSessions",
                              "{\"GameSessionId\":\"%s\",\"PlayerIds\":[1],\"PlayerDataMap\":{\"%s\":7}}",
                              session, odd_text(length)),
                "InvalidRequestException");
        CHECK(glift__utf8_is_valid(last_answer, strlen(last_answer)));
        CHECK_REFUSED(
                call(service, "StartMatchmaking",
                        "{\"ConfigurationName\":\"arena\",\"Players\":[{\"PlayerId\":\"%s\"},{\"PlayerId\":"
                        "\"%s\"}]}",
                        odd_text(length), odd_text(length)),
                "InvalidRequestException");
        CHECK(glift__utf8_is_valid(last_answer, strlen(last_answer)));
    }
    finish(service, &server);
}

TEST(why_a_ticket_ended_is_utf8)
{
    local_service *service = make_demo_service();
    for (int i = 0; i < 2; i++)
        CHECK_INT(call(service, "StartMatchmaking",
                          "{\"TicketId\":\"t-%d\",\"ConfigurationName\":\"arena\",\"Players\":[{\"PlayerId\":"
                          "\"%s\"}]}",
                          i, odd_text(100)),
                200);
    CHECK_INT(call(service, "DescribeMatchmaking", "{\"TicketIds\":[\"t-0\"]}"), 200);
    CHECK_CONTAINS(field("TicketList.0.StatusMessage"), "\xC3\xA9 is in a newer ticket.");
    CHECK(glift__utf8_is_valid(last_answer, strlen(last_answer)));
    local_service_destroy(service);
}

TEST(length_is_counted_in_characters)
{
    local_service *service = make_service();
    char name[2100] = "";
    for (int i = 0; i < 1024; i++)
        strcat(name, "\xC3\xA9");
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-home\"}"), 200);
    CHECK_INT(call(service, "CreateFleet",
                      "{\"Name\":\"%s\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"custom-"
                      "home\"}]}",
                      name),
            200);
    local_service_destroy(service);
}

TEST(members_that_are_not_known_are_ignored) /* S17 */
{
    local_service *service = make_service();
    CHECK_INT(call(service, "ListFleets", "{\"Colour\":\"red\",\"BuildId\":null}"), 200);
    local_service_destroy(service);
}

/* ---- locations, fleets, computes ---- */

TEST(location_is_made_once_and_cannot_go_while_used) /* S19 */
{
    local_service *service = make_service();
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-home\"}"), 200);
    CHECK_TEXT(field("Location.LocationArn"), "arn:aws:gamelift:us-east-1:000000000000:location/custom-home");
    CHECK_REFUSED(call(service, "CreateLocation", "{\"LocationName\":\"custom-home\"}"), "ConflictException");
    CHECK_INT(call(service, "CreateFleet",
                      "{\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"custom-"
                      "home\"}]}"),
            200);
    CHECK_TEXT(field("FleetAttributes.Status"), "ACTIVE"); /* S18 */
    CHECK_TEXT(field("LocationStates.0.Status"), "ACTIVE");
    char fleet[64];
    snprintf(fleet, sizeof fleet, "%s", field("FleetAttributes.FleetId"));
    CHECK_REFUSED(
            call(service, "DeleteLocation", "{\"LocationName\":\"custom-home\"}"), "InvalidRequestException");
    CHECK_INT(call(service, "DeleteFleet", "{\"FleetId\":\"%s\"}", fleet), 200);
    CHECK_INT(call(service, "DeleteLocation", "{\"LocationName\":\"custom-home\"}"), 200);
    CHECK_REFUSED(call(service, "DeleteLocation", "{\"LocationName\":\"custom-home\"}"), "NotFoundException");
    local_service_destroy(service);
}

TEST(fleet_needs_locations_that_exist)
{
    local_service *service = make_service();
    CHECK_REFUSED(call(service, "CreateFleet",
                          "{\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":"
                          "\"custom-x\"}]}"),
            "NotFoundException");
    CHECK_INT(call(service, "ListFleets", "{}"), 200);
    CHECK_TEXT(field("FleetIds"), "[0]");
    local_service_destroy(service);
}

TEST(ids_and_arns_are_the_same_in_requests) /* S16 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    char arn[256];
    snprintf(arn, sizeof arn, "arn:aws:gamelift:us-east-1:000000000000:fleet/%s", demo.fleet_id);
    CHECK_INT(call(service, "DescribeCompute",
                      "{\"FleetId\":\"%s\",\"ComputeName\":\"arn:aws:gamelift:us-east-1:000000000000:compute/"
                      "local\"}",
                      arn),
            200);
    CHECK_TEXT(field("Compute.ComputeName"), "local");
    CHECK_INT(call(service, "CreateGameSession",
                      "{\"FleetId\":\"%s\",\"Location\":\"custom-local\",\"MaximumPlayerSessionCount\":2}",
                      arn),
            200);
    CHECK_INT(call(service, "DescribeFleetAttributes", "{\"FleetIds\":[\"%s\"]}", arn), 200);
    CHECK_TEXT(field("FleetAttributes"), "[1]");
    CHECK_REFUSED(
            call(service, "DescribeFleetAttributes",
                    "{\"FleetIds\":[\"arn:aws:gamelift:eu-west-1:000000000000:fleet/%s\"]}", demo.fleet_id),
            "NotFoundException");
    forget(&server);
    finish(service, &server);
}

TEST(compute_needs_an_address_and_a_location_of_the_fleet) /* S20 */
{
    local_service *service = make_demo_service();
    CHECK_REFUSED(call(service, "RegisterCompute",
                          "{\"FleetId\":\"%s\",\"ComputeName\":\"c\",\"Location\":\"custom-local\"}",
                          demo.fleet_id),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "IpAddress");
    CHECK_REFUSED(
            call(service, "RegisterCompute",
                    "{\"FleetId\":\"%s\",\"ComputeName\":\"c\",\"IpAddress\":\"127.0.0.1\"}", demo.fleet_id),
            "InvalidRequestException");
    CHECK_CONTAINS(field("Message"), "Location");
    CHECK_REFUSED(call(service, "RegisterCompute",
                          "{\"FleetId\":\"%s\",\"ComputeName\":\"c\",\"IpAddress\":\"127.0.0.1\","
                          "\"Location\":\"custom-elsewhere\"}",
                          demo.fleet_id),
            "InvalidRequestException");
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-elsewhere\"}"), 200);
    CHECK_REFUSED(call(service, "RegisterCompute", /* it is there, and no place of this fleet */
                          "{\"FleetId\":\"%s\",\"ComputeName\":\"c\",\"IpAddress\":\"127.0.0.1\","
                          "\"Location\":\"custom-elsewhere\"}",
                          demo.fleet_id),
            "InvalidRequestException");
    CHECK_INT(call(service, "RegisterCompute",
                      "{\"FleetId\":\"%s\",\"ComputeName\":\"c\",\"IpAddress\":\"127.0.0.1\","
                      "\"Location\":\"custom-local\"}",
                      demo.fleet_id),
            200);
    CHECK_TEXT(field("Compute.GameLiftServiceSdkEndpoint"), "ws://127.0.0.1:9080");
    local_service_destroy(service);
}

TEST(compute_registered_again_is_the_same_or_a_conflict)
{
    local_service *service = make_demo_service();
    CHECK_INT(call(service, "RegisterCompute",
                      "{\"FleetId\":\"%s\",\"ComputeName\":\"local\",\"IpAddress\":\"127.0.0.1\","
                      "\"Location\":\"custom-local\"}",
                      demo.fleet_id),
            200);
    CHECK_REFUSED(call(service, "RegisterCompute",
                          "{\"FleetId\":\"%s\",\"ComputeName\":\"local\",\"IpAddress\":\"127.0.0.2\","
                          "\"Location\":\"custom-local\"}",
                          demo.fleet_id),
            "ConflictException");
    local_service_destroy(service);
}

TEST(auth_token_is_repeated_until_fifteen_minutes_before_its_end) /* S21 */
{
    local_service *service = make_demo_service();
    const char *name = "GetComputeAuthToken";
    pass(service, (3 * 3600 - 901) * 1000);
    CHECK_INT(call(service, name, "{\"FleetId\":\"%s\",\"ComputeName\":\"local\"}", demo.fleet_id), 200);
    CHECK_TEXT(field("AuthToken"), demo.auth_token);
    CHECK(atof(field("ExpirationTimestamp")) * 1000 > (double)clock_now.unix_ms);
    pass(service, 1000);
    CHECK_INT(call(service, name, "{\"FleetId\":\"%s\",\"ComputeName\":\"local\"}", demo.fleet_id), 200);
    CHECK(strcmp(field("AuthToken"), demo.auth_token) != 0);
    game_server server;
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token),
            101); /* the old one lives until its own end */
    finish(service, &server);
}

/* Else servers that start together push out each other's. */
TEST(auth_token_of_a_minute_is_repeated_too)
{
    local_service_desc desc = {.seed = 7, .patience.token_ms = 60000};
    local_service *service = NULL;
    char name[] = "GetComputeAuthToken";
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    for (int i = 0; i < 54; i++) {
        CHECK_INT(call(service, name, "{\"FleetId\":\"%s\",\"ComputeName\":\"local\"}", demo.fleet_id), 200);
        CHECK_TEXT(field("AuthToken"), demo.auth_token);
        pass(service, 1000);
    }
    pass(service, 1000);
    CHECK_INT(call(service, name, "{\"FleetId\":\"%s\",\"ComputeName\":\"local\"}", demo.fleet_id), 200);
    CHECK(strcmp(field("AuthToken"), demo.auth_token) != 0);
    local_service_destroy(service);
}

/* ---- game sessions ---- */

TEST(session_needs_one_fleet_and_a_location) /* S38 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_REFUSED(call(service, "CreateGameSession", "{\"MaximumPlayerSessionCount\":2}"),
            "InvalidRequestException");
    CHECK_REFUSED(call(service, "CreateGameSession",
                          "{\"FleetId\":\"%s\",\"AliasId\":\"alias-1\",\"MaximumPlayerSessionCount\":2}",
                          demo.fleet_id),
            "InvalidRequestException");
    CHECK_REFUSED(call(service, "CreateGameSession", "{\"FleetId\":\"%s\",\"MaximumPlayerSessionCount\":2}",
                          demo.fleet_id),
            "InvalidRequestException");
    CHECK_REFUSED(call(service, "CreateGameSession",
                          "{\"FleetId\":\"%s\",\"Location\":\"custom-x\",\"MaximumPlayerSessionCount\":2}",
                          demo.fleet_id),
            "InvalidRequestException");
    CHECK_REFUSED(try_session(service, 201), "InvalidRequestException");
    CHECK_REFUSED(call(service, "CreateGameSession",
                          "{\"FleetId\":\"fleet-none\",\"Location\":\"custom-local\","
                          "\"MaximumPlayerSessionCount\":2}"),
            "NotFoundException");
    collect(&server, 1);
    CHECK_INT(server.count, 0);
    finish(service, &server);
}

TEST(idempotency_token_gives_the_first_session_again) /* S37 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    char first[300];
    CHECK_INT(call(service, "CreateGameSession",
                      "{\"FleetId\":\"%s\",\"Location\":\"custom-local\",\"MaximumPlayerSessionCount\":2,"
                      "\"IdempotencyToken\":\"try-1\"}",
                      demo.fleet_id),
            200);
    snprintf(first, sizeof first, "%s", field("GameSession.GameSessionId"));
    CHECK_CONTAINS(first, "/custom-local/try-1");
    collect(&server, 1);
    forget(&server);
    CHECK_INT(ask(&server, "ActivateGameSession", "r1", "\"GameSessionId\":\"%s\"", first), 200);
    CHECK_INT(call(service, "CreateGameSession",
                      "{\"FleetId\":\"%s\",\"Location\":\"custom-local\",\"MaximumPlayerSessionCount\":2,"
                      "\"IdempotencyToken\":\"try-1\"}",
                      demo.fleet_id),
            200);
    CHECK_TEXT(field("GameSession.GameSessionId"), first);
    CHECK_TEXT(field("GameSession.Status"), "ACTIVE");
    collect(&server, 1);
    CHECK_INT(server.count, 0);
    CHECK_REFUSED(call(service, "CreateGameSession",
                          "{\"FleetId\":\"%s\",\"Location\":\"custom-local\",\"MaximumPlayerSessionCount\":3,"
                          "\"IdempotencyToken\":\"try-1\"}",
                          demo.fleet_id),
            "IdempotentParameterMismatchException");
    finish(service, &server);
}

TEST(creator_makes_one_session_a_second_without_a_policy) /* S40 */
{
    game_server servers[2];
    local_service *service = make_ready_service(&servers[0]);
    CHECK_INT(connect_as(service, &servers[1], "p2", demo.auth_token), 101);
    ready(&servers[1], 7002);
    for (int i = 0; i < 3; i++) {
        int status = call(service, "CreateGameSession",
                "{\"FleetId\":\"%s\",\"Location\":\"custom-local\",\"MaximumPlayerSessionCount\":2,"
                "\"CreatorId\":\"carol\"}",
                demo.fleet_id);
        if (i == 1)
            CHECK_REFUSED(status, "LimitExceededException");
        else
            CHECK_INT(status, 200);
        if (i == 1)
            pass(service, 1000);
    }
    finish(service, &servers[0]);
}

TEST(creator_policy_of_the_fleet_is_kept) /* S40 */
{
    game_server servers[3];
    char compute[64], token[64];
    local_service *service = make_demo_service();
    CHECK_INT(call(service, "CreateFleet",
                      "{\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"custom-"
                      "local\"}],"
                      "\"ResourceCreationLimitPolicy\":{\"NewGameSessionsPerCreator\":2,"
                      "\"PolicyPeriodInMinutes\":5}}"),
            200);
    snprintf(demo.fleet_id, sizeof demo.fleet_id, "%s", field("FleetAttributes.FleetId"));
    CHECK_INT(call(service, "RegisterCompute",
                      "{\"FleetId\":\"%s\",\"ComputeName\":\"c\",\"IpAddress\":\"127.0.0.1\","
                      "\"Location\":\"custom-local\"}",
                      demo.fleet_id),
            200);
    snprintf(compute, sizeof compute, "%s", field("Compute.ComputeName"));
    CHECK_INT(
            call(service, "GetComputeAuthToken", "{\"FleetId\":\"%s\",\"ComputeName\":\"c\"}", demo.fleet_id),
            200);
    snprintf(token, sizeof token, "%s", field("AuthToken"));
    snprintf(demo.compute_name, sizeof demo.compute_name, "%s", compute);
    for (int i = 0; i < 3; i++) {
        char id[8];
        snprintf(id, sizeof id, "p%d", i);
        CHECK_INT(connect_as(service, &servers[i], id, token), 101);
        ready(&servers[i], 7000 + i);
    }
    for (int i = 0; i < 3; i++) {
        int status = call(service, "CreateGameSession",
                "{\"FleetId\":\"%s\",\"Location\":\"custom-local\",\"MaximumPlayerSessionCount\":2,"
                "\"CreatorId\":\"carol\"}",
                demo.fleet_id);
        if (i < 2)
            CHECK_INT(status, 200);
        else
            CHECK_REFUSED(status, "LimitExceededException");
    }
    CHECK_REFUSED(try_session(service, 2), "InvalidRequestException");
    finish(service, &servers[0]);
}

TEST(sessions_are_described_by_id_fleet_location_and_status) /* S41 */
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    CHECK_INT(call(service, "DescribeGameSessionDetails", "{\"GameSessionId\":\"%s\"}", session), 200);
    CHECK_TEXT(field("GameSessionDetails.0.ProtectionPolicy"), "NoProtection");
    CHECK_TEXT(field("GameSessionDetails.0.GameSession.Status"), "ACTIVE");
    CHECK_INT(call(service, "DescribeGameSessions", "{\"FleetId\":\"%s\",\"StatusFilter\":\"TERMINATED\"}",
                      demo.fleet_id),
            200);
    CHECK_TEXT(field("GameSessions"), "[0]");
    CHECK_INT(call(service, "DescribeGameSessions", "{\"FleetId\":\"%s\",\"Location\":\"custom-local\"}",
                      demo.fleet_id),
            200);
    CHECK_TEXT(field("GameSessions.0.GameSessionId"), session);
    CHECK_REFUSED(
            call(service, "DescribeGameSessions", "{\"GameSessionId\":\"arn:none\"}"), "NotFoundException");
    CHECK_REFUSED(call(service, "DescribeGameSessions", "{}"), "InvalidRequestException");
    CHECK_REFUSED(call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\",\"FleetId\":\"%s\"}",
                          session, demo.fleet_id),
            "InvalidRequestException");
    finish(service, &server);
}

TEST(update_merges_properties_and_may_lower_the_maximum) /* S43 */
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    CHECK_INT(call(service, "CreatePlayerSessions", "{\"GameSessionId\":\"%s\",\"PlayerIds\":[\"a\",\"b\"]}",
                      session),
            200);
    CHECK_INT(call(service, "UpdateGameSession",
                      "{\"GameSessionId\":\"%s\",\"MaximumPlayerSessionCount\":1,\"Name\":\"new\","
                      "\"GameProperties\":[{\"Key\":\"map\",\"Value\":\"pit\"},{\"Key\":\"mode\",\"Value\":"
                      "\"\"}]}",
                      session),
            200);
    CHECK_INT(call(service, "UpdateGameSession",
                      "{\"GameSessionId\":\"%s\",\"GameProperties\":[{\"Key\":\"map\",\"Value\":\"spire\"}]}",
                      session),
            200);
    CHECK_TEXT(field("GameSession.Name"), "new");
    CHECK_TEXT(field("GameSession.MaximumPlayerSessionCount"), "1");
    CHECK_TEXT(field("GameSession.CurrentPlayerSessionCount"), "2");
    CHECK_TEXT(field("GameSession.GameProperties"), "[2]");
    CHECK_TEXT(field("GameSession.GameProperties.0.Value"), "spire");
    CHECK_REFUSED(
            call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"c\"}", session),
            "GameSessionFullException");
    collect(&server, 1);
    CHECK_INT(server.count, 0);
    end_process(&server);
    CHECK_REFUSED(call(service, "UpdateGameSession", "{\"GameSessionId\":\"%s\",\"Name\":\"x\"}", session),
            "InvalidGameSessionStatusException");
    finish(service, &server);
}

TEST(more_than_sixteen_properties_change_nothing) /* S43 */
{
    game_server server;
    char session[300], list[1024] = "";
    local_service *service = make_active_service(&server, 2, session);
    for (int i = 0; i < 16; i++) {
        char one[64];
        snprintf(one, sizeof one, "%s{\"Key\":\"k%d\",\"Value\":\"v\"}", i > 0 ? "," : "", i);
        strcat(list, one);
    }
    CHECK_INT(call(service, "UpdateGameSession", "{\"GameSessionId\":\"%s\",\"GameProperties\":[%s]}",
                      session, list),
            200);
    CHECK_REFUSED(call(service, "UpdateGameSession",
                          "{\"GameSessionId\":\"%s\",\"Name\":\"x\","
                          "\"GameProperties\":[{\"Key\":\"k0\",\"Value\":\"w\"},{\"Key\":\"one-more\","
                          "\"Value\":\"v\"}]}",
                          session),
            "InvalidRequestException");
    CHECK_INT(call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", session), 200);
    CHECK_TEXT(field("GameSessions.0.GameProperties.0.Value"), "v");
    CHECK_TEXT(field("GameSessions.0.Name"), "");
    finish(service, &server);
}

/* ---- player sessions ---- */

TEST(batch_of_seats_is_all_or_nothing) /* S49 */
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 3, session);
    CHECK_INT(call(service, "CreatePlayerSessions",
                      "{\"GameSessionId\":\"%s\",\"PlayerIds\":[\"a\",\"b\"],"
                      "\"PlayerDataMap\":{\"b\":\"x\",\"z\":\"y\"}}",
                      session),
            200);
    CHECK_TEXT(field("PlayerSessions"), "[2]");
    CHECK_TEXT(field("PlayerSessions.1.PlayerData"), "x");
    CHECK_REFUSED(call(service, "CreatePlayerSessions",
                          "{\"GameSessionId\":\"%s\",\"PlayerIds\":[\"c\",\"d\"]}", session),
            "GameSessionFullException");
    CHECK_REFUSED(call(service, "CreatePlayerSessions",
                          "{\"GameSessionId\":\"%s\",\"PlayerIds\":[\"c\",\"c\"]}", session),
            "InvalidRequestException");
    CHECK_REFUSED(
            call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"a\"}", session),
            "InvalidRequestException");
    CHECK_INT(call(service, "DescribePlayerSessions", "{\"GameSessionId\":\"%s\"}", session), 200);
    CHECK_TEXT(field("PlayerSessions"), "[2]");
    finish(service, &server);
}

TEST(session_that_is_not_active_takes_no_players) /* S50 */
{
    game_server server;
    char session[300];
    local_service *service = make_ready_service(&server);
    create_session(service, 2, session);
    CHECK_REFUSED(
            call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"a\"}", session),
            "InvalidGameSessionStatusException");
    CHECK_REFUSED(call(service, "CreatePlayerSession", "{\"GameSessionId\":\"arn:none\",\"PlayerId\":\"a\"}"),
            "NotFoundException");
    forget(&server);
    finish(service, &server);
}

TEST(seats_never_exceed_the_maximum) /* S52 */
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 5, session);
    int made = 0;
    for (int i = 0; i < 20; i++)
        made += call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"p%d\"}",
                        session, i) == 200;
    CHECK_INT(made, 5);
    finish(service, &server);
}

TEST(player_sessions_are_found_by_exactly_one_of_three) /* S51 */
{
    game_server server;
    char session[300], seat[64];
    local_service *service = make_active_service(&server, 5, session);
    CHECK_INT(call(service, "CreatePlayerSessions", "{\"GameSessionId\":\"%s\",\"PlayerIds\":[\"a\",\"b\"]}",
                      session),
            200);
    snprintf(seat, sizeof seat, "%s", field("PlayerSessions.1.PlayerSessionId"));
    CHECK_INT(call(service, "DescribePlayerSessions",
                      "{\"PlayerId\":\"b\",\"PlayerSessionStatusFilter\":\"ACTIVE\"}"),
            200);
    CHECK_TEXT(field("PlayerSessions.0.PlayerSessionId"), seat);
    CHECK_INT(call(service, "DescribePlayerSessions",
                      "{\"GameSessionId\":\"%s\",\"PlayerSessionStatusFilter\":\"ACTIVE\"}", session),
            200);
    CHECK_TEXT(field("PlayerSessions"), "[0]");
    CHECK_REFUSED(call(service, "DescribePlayerSessions", "{}"), "InvalidRequestException");
    CHECK_REFUSED(
            call(service, "DescribePlayerSessions", "{\"PlayerId\":\"b\",\"PlayerSessionId\":\"%s\"}", seat),
            "InvalidRequestException");
    CHECK_REFUSED(call(service, "DescribePlayerSessions", "{\"PlayerSessionId\":\"psess-none\"}"),
            "NotFoundException");
    finish(service, &server);
}

/* ---- pages ---- */

TEST(pages_give_each_item_once) /* S13 */
{
    local_service *service = make_service();
    for (int i = 0; i < 7; i++)
        CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-%d\"}", i), 200);
    char token[64] = "", seen[8] = "";
    int pages = 0;
    do {
        CHECK_INT(token[0] == '\0'
                          ? call(service, "ListLocations", "{\"Limit\":3}")
                          : call(service, "ListLocations", "{\"Limit\":3,\"NextToken\":\"%s\"}", token),
                200);
        for (int i = 0; i < 3; i++) {
            char path[64];
            snprintf(path, sizeof path, "Locations.%d.LocationName", i);
            if (field(path)[0] != '\0')
                strcat(seen, field(path) + strlen("custom-"));
        }
        snprintf(token, sizeof token, "%s", field("NextToken"));
        pages++;
    } while (token[0] != '\0');
    CHECK_TEXT(seen, "0123456");
    CHECK_INT(pages, 3);
    local_service_destroy(service);
}

TEST(token_of_another_list_is_refused) /* S13 */
{
    local_service *service = make_service();
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-1\"}"), 200);
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-2\"}"), 200);
    CHECK_INT(call(service, "ListLocations", "{\"Limit\":1}"), 200);
    char token[64];
    snprintf(token, sizeof token, "%s", field("NextToken"));
    CHECK_REFUSED(call(service, "ListFleets", "{\"NextToken\":\"%s\"}", token), "InvalidRequestException");
    local_service_destroy(service);
}

TEST(events_are_those_of_the_fleet_and_the_time) /* S86 */
{
    local_service *service = make_demo_service();
    CHECK_INT(call(service, "CreateFleet",
                      "{\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"custom-"
                      "local\"}]}"),
            200);
    CHECK_INT(call(service, "DescribeFleetEvents", "{\"FleetId\":\"%s\"}", demo.fleet_id), 200);
    CHECK_TEXT(field("Events"), "[1]");
    CHECK_TEXT(field("Events.0.EventCode"), "FLEET_CREATED");
    CHECK_INT(call(service, "DescribeFleetEvents", "{\"FleetId\":\"%s\",\"StartTime\":%lld}", demo.fleet_id,
                      (long long)clock_now.unix_ms / 1000 + 1),
            200);
    CHECK_TEXT(field("Events"), "[0]");
    local_service_destroy(service);
}

/* A game session that goes on for weeks has had any number of players. */
TEST(ended_player_sessions_are_forgotten_in_the_end) /* S83 */
{
    enum { SEATS = 200, ROUNDS = LOCAL_ENDED_SEATS_KEPT / SEATS + 2 };
    char id[300], names[SEATS][8], first[LOCAL_ID_SIZE] = "";
    game_server server;
    local_service *service = make_active_service(&server, SEATS, id);
    local_refusal why;
    local_game_session *session = local_need_game_session(service, id, &why);
    local_player_session *seats[SEATS];
    local_seat_wish wishes[SEATS];
    for (int i = 0; i < SEATS; i++) {
        snprintf(names[i], sizeof names[i], "p-%d", i);
        wishes[i] = (local_seat_wish){.player_id = names[i]};
    }
    for (int round = 0; round < ROUNDS; round++) {
        CHECK(local_reserve_seats(service, clock_now, session, wishes, SEATS, seats, &why));
        if (round == 0)
            snprintf(first, sizeof first, "%s", seats[0]->id);
        for (int i = 0; i < SEATS && round + 1 < ROUNDS; i++)
            CHECK(local_remove_player(service, clock_now, session, seats[i]->id, &why));
    }
    CHECK_REFUSED(call(service, "DescribePlayerSessions", "{\"PlayerSessionId\":\"%s\"}", first),
            "NotFoundException");
    CHECK_INT(call(service, "DescribePlayerSessions", "{\"PlayerSessionId\":\"%s\"}", seats[0]->id), 200);
    CHECK_TEXT(field("PlayerSessions.0.Status"), "RESERVED");
    CHECK_INT(service->ended_seat_count, LOCAL_ENDED_SEATS_KEPT);
    finish(service, &server);
}

TEST(ended_sessions_are_forgotten_in_the_end) /* S83 */
{
    game_server server;
    char session[300], first[300];
    local_service *service = make_ready_service(&server);
    for (int i = 0; i <= 10000; i++) {
        create_session(service, 2, session);
        if (i == 0)
            snprintf(first, sizeof first, "%s", session);
        collect(&server, 1);
        forget(&server);
        end_process(&server);
        ready(&server, 7777);
    }
    CHECK_REFUSED(
            call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", first), "NotFoundException");
    CHECK_INT(call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", session), 200);
    finish(service, &server);
}

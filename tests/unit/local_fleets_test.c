/* SPDX-License-Identifier: Apache-2.0 */
/* Fleets that change, and what may be asked about them and about one game session (service model 2.1, 2.3).
 */
#include "local_helper.h"

/* ---- fleets that change ---- */

static int of_fleet(local_service *service, const char *operation, const char *more)
{
    return call(
            service, operation, "{\"FleetId\":\"%s\"%s%s}", demo.fleet_id, more[0] != '\0' ? "," : "", more);
}

TEST(a_fleet_is_changed_member_by_member)
{
    local_service *service = make_demo_service();
    CHECK_INT(of_fleet(service, "UpdateFleetAttributes", "\"Description\":\"d\""), 200);
    CHECK_TEXT(field("FleetId"), demo.fleet_id);
    CHECK_INT(call(service, "DescribeFleetAttributes", "{}"), 200);
    char name[64];
    snprintf(name, sizeof name, "%s", field("FleetAttributes.0.Name"));
    CHECK(name[0] != '\0');
    CHECK_TEXT(field("FleetAttributes.0.Description"), "d");
    CHECK_TEXT(field("FleetAttributes.0.NewGameSessionProtectionPolicy"), "NoProtection");
    CHECK_INT(of_fleet(service, "UpdateFleetAttributes",
                      "\"Name\":\"n\",\"AnywhereConfiguration\":{\"Cost\":\"7\"},"
                      "\"NewGameSessionProtectionPolicy\":\"FullProtection\","
                      "\"ResourceCreationLimitPolicy\":{\"NewGameSessionsPerCreator\":1,"
                      "\"PolicyPeriodInMinutes\":5}"),
            200);
    CHECK_INT(call(service, "DescribeFleetAttributes", "{}"), 200);
    CHECK_TEXT(field("FleetAttributes.0.Name"), "n");
    CHECK_TEXT(field("FleetAttributes.0.Description"), "d");
    CHECK_TEXT(field("FleetAttributes.0.AnywhereConfiguration.Cost"), "7");
    CHECK_TEXT(field("FleetAttributes.0.NewGameSessionProtectionPolicy"), "FullProtection");
    CHECK_TEXT(field("FleetAttributes.0.ResourceCreationLimitPolicy.PolicyPeriodInMinutes"), "5");
    CHECK_REFUSED(
            call(service, "UpdateFleetAttributes", "{\"FleetId\":\"fleet-none\"}"), "NotFoundException");
    local_service_destroy(service);
}

TEST(a_policy_that_comes_later_counts_for_sessions_after_it) /* S40 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(of_fleet(service, "UpdateFleetAttributes",
                      "\"ResourceCreationLimitPolicy\":{\"NewGameSessionsPerCreator\":1,"
                      "\"PolicyPeriodInMinutes\":5}"),
            200);
    CHECK_REFUSED(try_session(service, 2), "InvalidRequestException"); /* a CreatorId is needed now */
    finish(service, &server);
}

TEST(the_activation_timeout_is_changed_while_the_fleet_lives) /* S39 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    char session[300];
    CHECK_INT(of_fleet(service, "DescribeRuntimeConfiguration", ""), 200);
    CHECK_TEXT(field("RuntimeConfiguration.GameSessionActivationTimeoutSeconds"), "300");
    CHECK_INT(of_fleet(service, "UpdateRuntimeConfiguration",
                      "\"RuntimeConfiguration\":{\"GameSessionActivationTimeoutSeconds\":3}"),
            200);
    CHECK_TEXT(field("RuntimeConfiguration.GameSessionActivationTimeoutSeconds"), "3");
    CHECK_REFUSED(of_fleet(service, "UpdateRuntimeConfiguration",
                          "\"RuntimeConfiguration\":{\"ServerProcesses\":[{}]}"),
            "InvalidRequestException");
    create_session(service, 2, session);
    pass(service, 2900);
    CHECK_INT(call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", session), 200);
    CHECK_TEXT(field("GameSessions.0.Status"), "ACTIVATING");
    pass(service, 200);
    CHECK_INT(call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", session), 200);
    CHECK_TEXT(field("GameSessions.0.Status"), "TERMINATED");
    finish(service, &server);
}

static void make_location(local_service *service, const char *name)
{
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"%s\"}", name), 200);
}

TEST(what_would_have_no_effect_on_an_anywhere_fleet_is_refused_by_name)
{
    static const char *const members[][2] = {{"eC2InstanceType", "\"EC2InstanceType\":\"c5.large\""},
            {"buildId", "\"BuildId\":\"build-1\""}, {"metricGroups", "\"MetricGroups\":[\"m\",\"n\"]"},
            {"certificateConfiguration.certificateType",
                    "\"CertificateConfiguration\":{\"CertificateType\":\"GENERATED\"}"},
            {"runtimeConfiguration.serverProcesses", "\"RuntimeConfiguration\":{\"ServerProcesses\":[]}"}};
    local_service *service = make_demo_service();
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        char place[80];
        CHECK_REFUSED(call(service, "CreateFleet",
                              "{\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"%"
                              "s\"}],%s}",
                              demo.location, members[i][1]),
                "InvalidRequestException");
        snprintf(place, sizeof place, "1 validation error detected: Value");
        CHECK_CONTAINS(field("Message"), place);
        snprintf(place, sizeof place, " at '%s' failed to satisfy constraint", members[i][0]);
        CHECK_CONTAINS(field("Message"), place);
    }
    CHECK_REFUSED(call(service, "ListCompute", "{\"FleetId\":\"%s\",\"ContainerGroupDefinitionName\":\"c\"}",
                          demo.fleet_id),
            "InvalidRequestException");
    CHECK_INT(call(service, "CreateFleet",
                      "{\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"%s\"}],"
                      "\"CertificateConfiguration\":{\"CertificateType\":\"DISABLED\"},\"BuildId\":null,"
                      "\"MetricGroups\":[]}",
                      demo.location),
            200);
    CHECK_TEXT(field("FleetAttributes.MetricGroups"), "");
    local_service_destroy(service);
}

TEST(a_metric_group_is_kept_and_told)
{
    local_service *service = make_demo_service();
    CHECK_INT(call(service, "CreateFleet",
                      "{\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"%s\"}],"
                      "\"MetricGroups\":[\"one\"]}",
                      demo.location),
            200);
    CHECK_TEXT(field("FleetAttributes.MetricGroups.0"), "one");
    CHECK_INT(call(service, "UpdateFleetAttributes", "{\"FleetId\":\"%s\",\"MetricGroups\":[\"two\"]}",
                      demo.fleet_id),
            200);
    CHECK_INT(call(service, "DescribeFleetAttributes", "{\"FleetIds\":[\"%s\"]}", demo.fleet_id), 200);
    CHECK_TEXT(field("FleetAttributes.0.MetricGroups.0"), "two");
    commit(service);
    local_service *again = restart_service();
    CHECK_INT(call(again, "DescribeFleetAttributes", "{\"FleetIds\":[\"%s\"]}", demo.fleet_id), 200);
    CHECK_TEXT(field("FleetAttributes.0.MetricGroups.0"), "two");
    local_service_destroy(again);
    local_service_destroy(service);
}

TEST(locations_come_to_a_fleet) /* S20 */
{
    local_service *service = make_demo_service();
    make_location(service, "custom-second");
    make_location(service, "custom-third");
    CHECK_REFUSED(of_fleet(service, "CreateFleetLocations",
                          "\"Locations\":[{\"Location\":\"custom-second\"},{\"Location\":\"custom-none\"}]"),
            "NotFoundException");
    CHECK_REFUSED(
            of_fleet(service, "CreateFleetLocations",
                    "\"Locations\":[{\"Location\":\"custom-second\"},{\"Location\":\"custom-second\"}]"),
            "InvalidRequestException");
    CHECK_INT(of_fleet(service, "DescribeFleetLocationAttributes", ""), 200);
    CHECK_TEXT(field("LocationAttributes"), "[1]");
    CHECK_INT(of_fleet(service, "CreateFleetLocations",
                      "\"Locations\":[{\"Location\":\"custom-second\"},{\"Location\":\"custom-third\"}]"),
            200);
    CHECK_TEXT(field("LocationStates.1.Location"), "custom-third");
    CHECK_TEXT(field("LocationStates.1.Status"), "ACTIVE");
    CHECK_REFUSED(
            of_fleet(service, "CreateFleetLocations", "\"Locations\":[{\"Location\":\"custom-second\"}]"),
            "ConflictException");
    CHECK_INT(of_fleet(service, "RegisterCompute",
                      "\"ComputeName\":\"c2\",\"IpAddress\":\"127.0.0.1\",\"Location\":\"custom-second\""),
            200);
    CHECK_REFUSED(call(service, "DeleteLocation", "{\"LocationName\":\"custom-third\"}"),
            "InvalidRequestException");
    CHECK_INT(of_fleet(service, "DescribeFleetLocationAttributes", "\"Limit\":2"), 200);
    CHECK_TEXT(field("LocationAttributes"), "[2]");
    char more[100];
    snprintf(more, sizeof more, "\"Limit\":2,\"NextToken\":\"%s\"", field("NextToken"));
    CHECK_INT(of_fleet(service, "DescribeFleetLocationAttributes", more), 200);
    CHECK_TEXT(field("LocationAttributes.0.LocationState.Location"), "custom-third");
    CHECK_TEXT(field("NextToken"), "");
    CHECK_INT(of_fleet(service, "DescribeFleetLocationAttributes", "\"Locations\":[\"custom-second\"]"), 200);
    CHECK_TEXT(field("LocationAttributes.0.LocationState.Location"), "custom-second");
    CHECK_REFUSED(of_fleet(service, "DescribeFleetLocationAttributes", "\"Locations\":[\"custom-none\"]"),
            "NotFoundException");
    local_service_destroy(service);
}

TEST(locations_that_are_asked_for_by_name_come_in_that_order_and_in_one_page)
{
    local_service *service = make_demo_service();
    char names[200];
    make_location(service, "custom-second");
    CHECK_INT(of_fleet(service, "CreateFleetLocations", "\"Locations\":[{\"Location\":\"custom-second\"}]"),
            200);
    snprintf(names, sizeof names, "\"Locations\":[\"custom-second\",\"%s\"],\"Limit\":1", demo.location);
    CHECK_INT(of_fleet(service, "DescribeFleetLocationAttributes", names), 200);
    CHECK_TEXT(field("LocationAttributes.0.LocationState.Location"), "custom-second");
    CHECK_TEXT(field("LocationAttributes.1.LocationState.Location"), demo.location);
    CHECK_TEXT(field("NextToken"), "");
    local_service_destroy(service);
}

/* "This parameter is ignored when the request specifies one or a list of fleet IDs", says AWS of both. */
TEST(fleets_that_are_asked_for_by_id_come_in_one_page)
{
    static const char *const lists[][2] = {
            {"DescribeFleetAttributes", "FleetAttributes"}, {"DescribeFleetUtilization", "FleetUtilization"}};
    local_service *service = make_demo_service();
    char other[64];
    CHECK_INT(
            call(service, "CreateFleet",
                    "{\"Name\":\"other\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"%s\"}]}",
                    demo.location),
            200);
    snprintf(other, sizeof other, "%s", field("FleetAttributes.FleetId"));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        CHECK_INT(
                call(service, lists[i][0], "{\"FleetIds\":[\"%s\",\"%s\"],\"Limit\":1,\"NextToken\":\"any\"}",
                        demo.fleet_id, other),
                200);
        CHECK_TEXT(field(lists[i][1]), "[2]");
        CHECK_TEXT(field("NextToken"), "");
        CHECK_INT(call(service, lists[i][0], "{\"Limit\":1}"), 200);
        CHECK_TEXT(field(lists[i][1]), "[1]");
        CHECK(field("NextToken")[0] != '\0');
    }
    local_service_destroy(service);
}

TEST(a_location_that_leaves_a_fleet_takes_its_computes_along) /* S20, S23 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    char first[100];
    snprintf(first, sizeof first, "\"Locations\":[\"%s\"]", demo.location);
    CHECK_REFUSED(
            of_fleet(service, "DeleteFleetLocations", first), "InvalidRequestException"); /* the last one */
    make_location(service, "custom-second");
    CHECK_INT(of_fleet(service, "CreateFleetLocations", "\"Locations\":[{\"Location\":\"custom-second\"}]"),
            200);
    CHECK_REFUSED(of_fleet(service, "DeleteFleetLocations", "\"Locations\":[\"custom-none\"]"),
            "NotFoundException");
    CHECK_INT(of_fleet(service, "DeleteFleetLocations", first), 200);
    CHECK_TEXT(field("LocationStates.0.Status"), "DELETING");
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK_INT(of_fleet(service, "ListCompute", ""), 200);
    CHECK_TEXT(field("ComputeList"), "[0]");
    CHECK_REFUSED(try_session(service, 2), "InvalidRequestException");
    CHECK_INT(call(service, "DeleteLocation", "{\"LocationName\":\"%s\"}", demo.location), 200);
    finish(service, &server);
}

TEST(a_fleet_has_at_most_100_locations)
{
    local_service *service = make_demo_service();
    for (int i = 1; i <= 100; i++) {
        char name[32], members[80];
        snprintf(name, sizeof name, "custom-%04d", i);
        make_location(service, name);
        snprintf(members, sizeof members, "\"Locations\":[{\"Location\":\"%s\"}]", name);
        if (i < 100)
            CHECK_INT(of_fleet(service, "CreateFleetLocations", members), 200);
        else
            CHECK_REFUSED(of_fleet(service, "CreateFleetLocations", members), "LimitExceededException");
    }
    local_service_destroy(service);
}

TEST(a_fleet_that_is_being_deleted_does_not_change)
{
    static const char *const changes[][2] = {{"UpdateFleetAttributes", "\"Name\":\"n\""},
            {"UpdateRuntimeConfiguration", "\"RuntimeConfiguration\":{}"},
            {"CreateFleetLocations", "\"Locations\":[{\"Location\":\"custom-x\"}]"},
            {"DeleteFleetLocations", "\"Locations\":[\"custom-x\"]"}};
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(of_fleet(service, "DeleteFleet", ""), 200);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        CHECK_REFUSED(of_fleet(service, changes[i][0], changes[i][1]), "InvalidFleetStatusException");
    finish(service, &server);
}

/* ---- what is asked about fleets ---- */

TEST(utilization_counts_processes_sessions_and_players)
{
    game_server server;
    char session[300], second[100];
    local_service *service = make_active_service(&server, 4, session);
    CHECK_INT(call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"a\"}", session),
            200);
    CHECK_INT(of_fleet(service, "DescribeFleetLocationUtilization", "\"Location\":\"custom-none\""), 400);
    CHECK_INT(call(service, "DescribeFleetUtilization", "{\"FleetIds\":[\"%s\"]}", demo.fleet_id), 200);
    CHECK_TEXT(field("FleetUtilization.0.ActiveServerProcessCount"), "1");
    CHECK_TEXT(field("FleetUtilization.0.ActiveGameSessionCount"), "1");
    CHECK_TEXT(field("FleetUtilization.0.CurrentPlayerSessionCount"), "1");
    CHECK_TEXT(field("FleetUtilization.0.MaximumPlayerSessionCount"), "4");
    CHECK_REFUSED(call(service, "DescribeFleetUtilization", "{\"FleetIds\":[\"fleet-none\"]}"),
            "NotFoundException");
    make_location(service, "custom-second");
    CHECK_INT(of_fleet(service, "CreateFleetLocations", "\"Locations\":[{\"Location\":\"custom-second\"}]"),
            200);
    CHECK_INT(of_fleet(service, "DescribeFleetLocationUtilization", "\"Location\":\"custom-second\""), 200);
    CHECK_TEXT(field("FleetUtilization.ActiveServerProcessCount"), "0");
    snprintf(second, sizeof second, "\"Location\":\"%s\"", demo.location);
    CHECK_INT(of_fleet(service, "DescribeFleetLocationUtilization", second), 200);
    CHECK_TEXT(field("FleetUtilization.MaximumPlayerSessionCount"), "4");
    CHECK_TEXT(field("FleetUtilization.Location"), demo.location);
    finish(service, &server);
}

TEST(what_only_managed_fleets_have_is_an_empty_list)
{
    static const char *const of_one[][2] = {{"DescribeInstances", "Instances"},
            {"DescribeScalingPolicies", "ScalingPolicies"},
            {"DescribeFleetPortSettings", "InboundPermissions"}};
    static const char *const of_all[][2] = {{"DescribeFleetCapacity", "FleetCapacity"},
            {"DescribeEC2InstanceLimits", "EC2InstanceLimits"}, {"ListBuilds", "Builds"},
            {"ListScripts", "Scripts"}};
    local_service *service = make_demo_service();
    for (size_t i = 0; i < sizeof of_one / sizeof of_one[0]; i++) {
        CHECK_INT(of_fleet(service, of_one[i][0], ""), 200);
        CHECK_TEXT(field(of_one[i][1]), "[0]");
        CHECK_REFUSED(call(service, of_one[i][0], "{\"FleetId\":\"fleet-none\"}"), "NotFoundException");
        CHECK_REFUSED(of_fleet(service, of_one[i][0], "\"Location\":\"custom-none\""), "NotFoundException");
    }
    for (size_t i = 0; i < sizeof of_all / sizeof of_all[0]; i++) {
        CHECK_INT(call(service, of_all[i][0], "{}"), 200);
        CHECK_TEXT(field(of_all[i][1]), "[0]");
    }
    CHECK_REFUSED(of_fleet(service, "DescribeInstances", "\"InstanceId\":\"i-1\""), "NotFoundException");
    CHECK_REFUSED(
            call(service, "DescribeFleetCapacity", "{\"FleetIds\":[\"fleet-none\"]}"), "NotFoundException");
    CHECK_REFUSED(call(service, "ListBuilds", "{\"NextToken\":\"mine\"}"), "InvalidRequestException");
    local_service_destroy(service);
}

/* ---- one game session ---- */

TEST(the_log_of_a_session_tells_what_is_known_of_it) /* S45 */
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 4, session);
    CHECK_INT(call(service, "CreatePlayerSession",
                      "{\"GameSessionId\":\"%s\",\"PlayerId\":\"\\u001b[2Jada\"}", session),
            200);
    CHECK_INT(call(service, "GetGameSessionLogUrl", "{\"GameSessionId\":\"%s\"}", session), 200);
    static const char start[] = "http://127.0.0.1:9080/logs/";
    CHECK(strncmp(field("PreSignedUrl"), start, strlen(start)) == 0);
    CHECK_TEXT(field("PreSignedUrl") + strlen(start), session);
    glift__text log = {0};
    CHECK_INT(local_service_session_log(service, session, &log), GLIFT_OK);
    CHECK(strstr(log.bytes, session) != NULL &&
            strstr(log.bytes, "process p1 at 127.0.0.1 port 7777") != NULL);
    CHECK(strstr(log.bytes, "of ?[2Jada: RESERVED") != NULL);
    glift__text_free(&log);
    pass(service, 400000); /* no heartbeat: the process is given up */
    pass(service, 400000);
    CHECK_INT(local_service_session_log(service, session, &log), GLIFT_OK);
    CHECK(strstr(log.bytes, "SERVER_PROCESS_TERMINATED_UNHEALTHY") != NULL);
    CHECK(strstr(log.bytes, "TERMINATED") != NULL);
    glift__text_free(&log);
    CHECK_INT(local_service_session_log(service, "none", &log), GLIFT_ERR_NOT_FOUND);
    CHECK_REFUSED(call(service, "GetGameSessionLogUrl", "{\"GameSessionId\":\"none\"}"), "NotFoundException");
    finish(service, &server);
}

TEST(players_with_a_seat_are_told_where_their_server_is) /* S50 */
{
    game_server server;
    char session[300];
    local_service *service = make_ready_service(&server);
    create_session(service, 4, session);
    CHECK_REFUSED(call(service, "GetPlayerConnectionDetails",
                          "{\"GameSessionId\":\"%s\",\"PlayerIds\":[\"ada\"]}", session),
            "InvalidGameSessionStatusException");
    CHECK_TEXT(pushed(&server), "CreateGameSession");
    CHECK_INT(ask(&server, "ActivateGameSession", "activate", "\"GameSessionId\":\"%s\"", session), 200);
    CHECK_INT(
            call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"ada\"}", session),
            200);
    CHECK_INT(call(service, "GetPlayerConnectionDetails",
                      "{\"GameSessionId\":\"%s\",\"PlayerIds\":[\"ada\"]}", session),
            200);
    CHECK_TEXT(field("GameSessionId"), session);
    CHECK_TEXT(field("PlayerConnectionDetails.0.PlayerId"), "ada");
    CHECK_TEXT(field("PlayerConnectionDetails.0.Endpoints.0.IpAddress"), "127.0.0.1");
    CHECK_TEXT(field("PlayerConnectionDetails.0.Endpoints.0.Port"), "7777");
    CHECK_TEXT(field("PlayerConnectionDetails.0.PlayerGatewayToken"), "");
    CHECK_REFUSED(call(service, "GetPlayerConnectionDetails",
                          "{\"GameSessionId\":\"%s\",\"PlayerIds\":[\"ada\",\"bob\"]}", session),
            "InvalidRequestException");
    finish(service, &server);
}

TEST(the_log_is_fetched_by_whoever_has_its_url_also_where_clients_show_a_token) /* S45 */
{
    static const char token[] = "0123456789abcdef";
    local_service_desc desc = {.seed = 7, .access_token = token};
    local_service *service = NULL;
    game_server server;
    char session[300], expected[400];
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    ready(&server, 7777);
    create_session(service, 2, session);
    CHECK_INT(call(service, "GetGameSessionLogUrl", "{\"GameSessionId\":\"%s\"}", session), 200);
    snprintf(expected, sizeof expected, "http://127.0.0.1:9080/logs/%s?token=%s", session, token);
    CHECK_TEXT(field("PreSignedUrl"), expected);
    finish(service, &server);
}

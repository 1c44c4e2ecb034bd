/* SPDX-License-Identifier: Apache-2.0 */
/* Aliases, tags, and what may be asked about fleets (service model 2.3). */
#include "local_helper.h"

/* ---- aliases ---- */

static char alias_id[64];

static int make_alias(local_service *service, const char *routing)
{
    int status = call(service, "CreateAlias", "{\"Name\":\"live\",\"RoutingStrategy\":{%s}}", routing);
    snprintf(alias_id, sizeof alias_id, "%s", field("Alias.AliasId"));
    return status;
}

static int make_alias_of_demo(local_service *service)
{
    char routing[200];
    snprintf(routing, sizeof routing, "\"Type\":\"SIMPLE\",\"FleetId\":\"%s\"", demo.fleet_id);
    return make_alias(service, routing);
}

static int by_alias(local_service *service, const char *operation)
{
    return call(service, operation, "{\"AliasId\":\"%s\"}", alias_id);
}

TEST(an_alias_stands_for_its_fleet_wherever_one_may_be_named) /* S38, S41, S42 */
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(make_alias_of_demo(service), 200);
    CHECK(strncmp(alias_id, "alias-", 6) == 0);
    CHECK_TEXT(field("Alias.RoutingStrategy.FleetId"), demo.fleet_id);
    CHECK_INT(call(service, "CreateGameSession",
                      "{\"AliasId\":\"%s\",\"Location\":\"%s\",\"MaximumPlayerSessionCount\":2}", alias_id,
                      demo.location),
            200);
    CHECK_TEXT(field("GameSession.FleetId"), demo.fleet_id);
    CHECK_INT(by_alias(service, "DescribeGameSessions"), 200);
    CHECK_TEXT(field("GameSessions"), "[1]");
    CHECK_INT(by_alias(service, "DescribeGameSessionDetails"), 200);
    CHECK_TEXT(field("GameSessionDetails"), "[1]");
    CHECK_INT(by_alias(service, "SearchGameSessions"), 200);
    CHECK_INT(by_alias(service, "ResolveAlias"), 200);
    CHECK_TEXT(field("FleetId"), demo.fleet_id);
    CHECK_INT(
            call(service, "ResolveAlias", "{\"AliasId\":\"arn:aws:gamelift:us-east-1::alias/%s\"}", alias_id),
            200);
    CHECK_REFUSED(
            call(service, "ResolveAlias", "{\"AliasId\":\"arn:aws:gamelift:eu-west-1::alias/%s\"}", alias_id),
            "NotFoundException");
    CHECK_REFUSED(call(service, "CreateGameSession",
                          "{\"AliasId\":\"%s\",\"FleetId\":\"%s\",\"Location\":\"%s\","
                          "\"MaximumPlayerSessionCount\":2}",
                          alias_id, demo.fleet_id, demo.location),
            "InvalidRequestException");
    finish(service, &server);
}

TEST(a_terminal_alias_refuses_with_its_message)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(make_alias(service,
                      "\"Type\":\"TERMINAL\",\"FleetId\":\"fleet-1\",\"Message\":\"Update, please.\""),
            200);
    CHECK_TEXT(field("Alias.RoutingStrategy.FleetId"), ""); /* dropped, as GameLift does */
    static const char *const operations[] = {"ResolveAlias", "DescribeGameSessions", "SearchGameSessions"};
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        CHECK_REFUSED(by_alias(service, operations[i]), "TerminalRoutingStrategyException");
        CHECK_TEXT(field("Message"), "Update, please.");
    }
    CHECK_INT(make_alias(service, "\"Type\":\"TERMINAL\""), 200);
    CHECK_REFUSED(by_alias(service, "ResolveAlias"), "TerminalRoutingStrategyException");
    finish(service, &server);
}

TEST(an_alias_is_changed_member_by_member)
{
    local_service *service = make_demo_service();
    CHECK_INT(make_alias_of_demo(service), 200);
    pass(service, 1000);
    CHECK_INT(call(service, "UpdateAlias", "{\"AliasId\":\"%s\",\"Description\":\"d\"}", alias_id), 200);
    CHECK_TEXT(field("Alias.Name"), "live");
    CHECK_TEXT(field("Alias.Description"), "d");
    CHECK_TEXT(field("Alias.RoutingStrategy.FleetId"), demo.fleet_id);
    CHECK(atof(field("Alias.LastUpdatedTime")) > atof(field("Alias.CreationTime")));
    CHECK_INT(call(service, "UpdateAlias",
                      "{\"AliasId\":\"%s\",\"RoutingStrategy\":{\"Type\":\"TERMINAL\",\"Message\":\"m\"}}",
                      alias_id),
            200);
    CHECK_INT(by_alias(service, "DescribeAlias"), 200);
    CHECK_TEXT(field("Alias.RoutingStrategy.Message"), "m");
    CHECK_TEXT(field("Alias.RoutingStrategy.FleetId"), "");
    CHECK_REFUSED(
            call(service, "UpdateAlias",
                    "{\"AliasId\":\"%s\",\"Name\":\"x\",\"RoutingStrategy\":{\"Type\":\"SIMPLE\",\"FleetId\":"
                    "\"fleet-none\"}}",
                    alias_id),
            "InvalidRequestException");
    CHECK_INT(by_alias(service, "DescribeAlias"), 200);
    CHECK_TEXT(field("Alias.Name"), "live"); /* nothing was changed */
    local_service_destroy(service);
}

TEST(aliases_are_listed_by_name_and_kind_and_end) /* S13 */
{
    local_service *service = make_demo_service();
    CHECK_INT(make_alias(service, "\"Type\":\"TERMINAL\""), 200);
    CHECK_INT(make_alias_of_demo(service), 200);
    CHECK_INT(call(service, "ListAliases", "{\"RoutingStrategyType\":\"SIMPLE\"}"), 200);
    CHECK_TEXT(field("Aliases"), "[1]");
    CHECK_TEXT(field("Aliases.0.AliasId"), alias_id);
    CHECK_INT(call(service, "ListAliases", "{\"Name\":\"dead\"}"), 200);
    CHECK_TEXT(field("Aliases"), "[0]");
    CHECK_INT(call(service, "ListAliases", "{\"Limit\":1}"), 200);
    CHECK(field("NextToken")[0] != '\0');
    CHECK_INT(by_alias(service, "DeleteAlias"), 200);
    CHECK_REFUSED(by_alias(service, "DescribeAlias"), "NotFoundException");
    CHECK_REFUSED(by_alias(service, "DeleteAlias"), "NotFoundException");
    CHECK_INT(call(service, "ListAliases", "{}"), 200);
    CHECK_TEXT(field("Aliases"), "[1]");
    local_service_destroy(service);
}

TEST(an_alias_that_leads_nowhere_is_refused)
{
    local_service *service = make_demo_service();
    CHECK_REFUSED(make_alias(service, "\"Type\":\"SIMPLE\""), "InvalidRequestException");
    CHECK_REFUSED(
            make_alias(service, "\"Type\":\"SIMPLE\",\"FleetId\":\"fleet-none\""), "InvalidRequestException");
    CHECK_REFUSED(make_alias(service, ""), "InvalidRequestException");
    CHECK_REFUSED(
            call(service, "CreateAlias", "{\"Name\":\" \",\"RoutingStrategy\":{\"Type\":\"TERMINAL\"}}"),
            "InvalidRequestException");
    CHECK_INT(make_alias_of_demo(service), 200);
    CHECK_INT(call(service, "DeleteFleet", "{\"FleetId\":\"%s\"}", demo.fleet_id), 200);
    CHECK_REFUSED(by_alias(service, "ResolveAlias"), "NotFoundException");
    for (int i = 1; i < 1000; i++)
        CHECK_INT(make_alias(service, "\"Type\":\"TERMINAL\""), 200);
    CHECK_REFUSED(make_alias(service, "\"Type\":\"TERMINAL\""), "LimitExceededException");
    local_service_destroy(service);
}

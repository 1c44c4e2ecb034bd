/* SPDX-License-Identifier: Apache-2.0 */
/* Aliases, tags, and matchmaking configurations that change (service model 2.2, 2.3). */
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

/* ---- names and ARNs ---- */

/* An operation that takes the name or the ARN of something of this kind; "Names" is a list of them. */
typedef struct named {
    const char *kind, *name, *operation, *member;
} named;

static int call_by_arn(local_service *service, const named *what, const char *start, const char *kind)
{
    bool list = strcmp(what->member, "Names") == 0;
    return call(service, what->operation, "{\"%s\":%s\"%s:%s/%s\"%s}", what->member, list ? "[" : "", start,
            kind, what->name, list ? "]" : "");
}

TEST(an_arn_names_nothing_but_what_it_is_the_arn_of) /* S16 */
{
    static const named all[] = {
            {"gamesessionqueue", "spare", "UpdateGameSessionQueue", "Name"},
            {"gamesessionqueue", "spare", "DeleteGameSessionQueue", "Name"},
            {"matchmakingruleset", "arena", "DescribeMatchmakingRuleSets", "Names"},
            {"matchmakingconfiguration", "arena", "UpdateMatchmakingConfiguration", "Name"},
            {"matchmakingconfiguration", "arena", "StartMatchmaking",
                    "Players\":[{\"PlayerId\":\"p\"}],\"ConfigurationName"},
            {"location", "custom-spare", "DeleteLocation", "LocationName"},
    };
    static const char *const elsewhere[] = {"arn:aws:gamelift:eu-west-1:000000000000",
            "arn:aws:gamelift:us-east-1:111111111111", "arn:aws-cn:gamelift:us-east-1:000000000000"};
    static const char here[] = "arn:aws:gamelift:us-east-1:000000000000";
    local_service *service = make_demo_service();
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-spare\"}"), 200);
    CHECK_INT(call(service, "CreateGameSessionQueue", "{\"Name\":\"spare\"}"), 200);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (size_t k = 0; k < sizeof elsewhere / sizeof elsewhere[0]; k++)
            CHECK_REFUSED(call_by_arn(service, &all[i], elsewhere[k], all[i].kind), "NotFoundException");
        CHECK_REFUSED(call_by_arn(service, &all[i], here, "containerfleet"), "InvalidRequestException");
        CHECK_INT(call_by_arn(service, &all[i], here, all[i].kind), 200);
    }
    local_service_destroy(service);
}

/* ---- tags ---- */

#define TAGS "\"Tags\":[{\"Key\":\"team\",\"Value\":\"a\"},{\"Key\":\"stage\",\"Value\":\"\"}]"

static void check_tags(local_service *service, const char *arn, const char *count)
{
    CHECK_INT(call(service, "ListTagsForResource", "{\"ResourceARN\":\"%s\"}", arn), 200);
    CHECK_TEXT(field("Tags"), count);
}

/* Creates with two tags what `path` of the answer then names, adds, changes and removes some, deletes it, and
 * makes it anew: that one has none. */
static void live_with_tags(local_service *service, const char *path, const char *create, const char *members,
        const char *delete, const char *id_member, const char *id_path)
{
    char arn[300], id[300];
    CHECK_INT(call(service, create, "{%s," TAGS "}", members), 200);
    snprintf(arn, sizeof arn, "%s", field(path));
    snprintf(id, sizeof id, "%s", field(id_path));
    check_tags(service, arn, "[2]");
    CHECK_TEXT(field("Tags.0.Value"), "a");
    CHECK_INT(call(service, "TagResource",
                      "{\"ResourceARN\":\"%s\",\"Tags\":[{\"Key\":\"team\",\"Value\":\"b\"},"
                      "{\"Key\":\"new\",\"Value\":\"c\"}]}",
                      arn),
            200);
    check_tags(service, arn, "[3]");
    CHECK_TEXT(field("Tags.0.Value"), "b");
    CHECK_INT(call(service, "UntagResource",
                      "{\"ResourceARN\":\"%s\",\"TagKeys\":[\"team\",\"stage\",\"unknown\"]}", arn),
            200);
    check_tags(service, arn, "[1]");
    CHECK_TEXT(field("Tags.0.Key"), "new");
    CHECK_INT(call(service, delete, "{\"%s\":\"%s\"}", id_member, id), 200);
    CHECK_REFUSED(call(service, "ListTagsForResource", "{\"ResourceARN\":\"%s\"}", arn), "NotFoundException");
    CHECK_INT(call(service, create, "{%s}", members), 200);
    check_tags(service, field(path), "[0]");
}

TEST(tags_live_as_long_as_what_they_are_on)
{
    local_service *service = make_demo_service();
    char fleet[300], configuration[300];
    snprintf(fleet, sizeof fleet,
            "\"Name\":\"f\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"%s\"}]",
            demo.location);
    live_with_tags(service, "FleetAttributes.FleetArn", "CreateFleet", fleet, "DeleteFleet", "FleetId",
            "FleetAttributes.FleetId");
    live_with_tags(service, "Location.LocationArn", "CreateLocation", "\"LocationName\":\"custom-tagged\"",
            "DeleteLocation", "LocationName", "Location.LocationName");
    live_with_tags(service, "Alias.AliasArn", "CreateAlias",
            "\"Name\":\"x\",\"RoutingStrategy\":{\"Type\":\"TERMINAL\"}", "DeleteAlias", "AliasId",
            "Alias.AliasId");
    live_with_tags(service, "GameSessionQueue.GameSessionQueueArn", "CreateGameSessionQueue",
            "\"Name\":\"tagged\"", "DeleteGameSessionQueue", "Name", "GameSessionQueue.Name");
    live_with_tags(service, "RuleSet.RuleSetArn", "CreateMatchmakingRuleSet",
            "\"Name\":\"tagged\",\"RuleSetBody\":\"{\\\"name\\\":\\\"r\\\",\\\"ruleLanguageVersion\\\":\\\"1."
            "0\\\","
            "\\\"teams\\\":[{\\\"name\\\":\\\"t\\\",\\\"minPlayers\\\":1,\\\"maxPlayers\\\":2}]}\"",
            "DeleteMatchmakingRuleSet", "Name", "RuleSet.RuleSetName");
    snprintf(configuration, sizeof configuration,
            "\"Name\":\"tagged\",\"RuleSetName\":\"tagged\",\"RequestTimeoutSeconds\":9,"
            "\"AcceptanceRequired\":false,\"FlexMatchMode\":\"STANDALONE\"");
    live_with_tags(service, "Configuration.ConfigurationArn", "CreateMatchmakingConfiguration", configuration,
            "DeleteMatchmakingConfiguration", "Name", "Configuration.Name");
    local_service_destroy(service);
}

TEST(what_cannot_have_tags_is_refused)
{
    static const char *const arns[] = {"arn:aws:gamelift:us-east-1:000000000000:compute/a", "fleet-1",
            "arn:", "arn:aws:gamelift:us-east-1:000000000000:build/build-1"};
    local_service *service = make_demo_service();
    for (size_t i = 0; i < sizeof arns / sizeof arns[0]; i++)
        CHECK_REFUSED(call(service, "ListTagsForResource", "{\"ResourceARN\":\"%s\"}", arns[i]),
                "InvalidRequestException");
    CHECK_REFUSED(call(service, "ListTagsForResource", "{\"ResourceARN\":\"arn:aws:x:fleet/fleet-1\"}"),
            "NotFoundException");
    CHECK_REFUSED(call(service, "ListTagsForResource", "{\"ResourceARN\":\"arn:aws:x:location/%s\"}",
                          demo.location),
            "NotFoundException");
    local_service_destroy(service);
}

TEST(keys_that_aws_keeps_for_itself_are_refused)
{
    local_service *service = make_demo_service();
    char arn[300];
    CHECK_REFUSED(
            call(service, "CreateLocation",
                    "{\"LocationName\":\"custom-tagged\",\"Tags\":[{\"Key\":\"aws:x\",\"Value\":\"v\"}]}"),
            "TaggingFailedException");
    CHECK_CONTAINS(field("Message"), "aws:x");
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-tagged\"}"), 200);
    snprintf(arn, sizeof arn, "%s", field("Location.LocationArn"));
    CHECK_REFUSED(
            call(service, "TagResource",
                    "{\"ResourceARN\":\"%s\",\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"},{\"Key\":\"AWS:y\","
                    "\"Value\":\"v\"}]}",
                    arn),
            "TaggingFailedException");
    check_tags(service, arn, "[0]");
    CHECK_INT(call(service, "TagResource",
                      "{\"ResourceARN\":\"%s\",\"Tags\":[{\"Key\":\"aws\",\"Value\":\"v\"}]}", arn),
            200);
    local_service_destroy(service);
}

/* A list of `count` tags whose keys begin with `first`. */
static const char *many_tags(int first, int count)
{
    static char text[16384];
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s{\"Key\":\"k%d\",\"Value\":\"v\"}",
                i > 0 ? "," : "", first + i);
    return text;
}

TEST(tags_are_bounded_for_each_resource_and_in_all)
{
    local_service *service = make_demo_service();
    char arn[300];
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-0000\",\"Tags\":[%s]}",
                      many_tags(0, 200)),
            200);
    snprintf(arn, sizeof arn, "%s", field("Location.LocationArn"));
    CHECK_REFUSED(call(service, "TagResource",
                          "{\"ResourceARN\":\"%s\",\"Tags\":[{\"Key\":\"k0\",\"Value\":\"w\"},%s]}", arn,
                          many_tags(200, 1)),
            "TaggingFailedException");
    check_tags(service, arn, "[200]");
    CHECK_TEXT(field("Tags.0.Value"), "v"); /* nothing was changed */
    CHECK_INT(call(service, "TagResource", "{\"ResourceARN\":\"%s\",\"Tags\":[%s]}", arn, many_tags(199, 1)),
            200);
    for (int i = 1; i < 100; i++)
        CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-%04d\",\"Tags\":[%s]}", i,
                          many_tags(0, 200)),
                200);
    CHECK_REFUSED(call(service, "CreateLocation", "{\"LocationName\":\"custom-late\",\"Tags\":[%s]}",
                          many_tags(0, 1)),
            "TaggingFailedException");
    CHECK_REFUSED(call(service, "DeleteLocation", "{\"LocationName\":\"custom-late\"}"), "NotFoundException");
    CHECK_INT(call(service, "TagResource", "{\"ResourceARN\":\"%s\",\"Tags\":[%s]}", arn, many_tags(0, 1)),
            200);
    CHECK_INT(call(service, "DeleteLocation", "{\"LocationName\":\"custom-0001\"}"), 200);
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-late\",\"Tags\":[%s]}",
                      many_tags(0, 200)),
            200);
    local_service_destroy(service);
}

/* ---- a matchmaking configuration that changes ---- */

static int update_configuration(local_service *service, const char *members)
{
    return call(service, "UpdateMatchmakingConfiguration", "{\"Name\":\"%s\",%s}",
            demo.matchmaking_configuration, members);
}

static void make_rule_set(local_service *service, const char *name)
{
    CHECK_INT(
            call(service, "CreateMatchmakingRuleSet",
                    "{\"Name\":\"%s\",\"RuleSetBody\":\"{\\\"name\\\":\\\"r\\\",\\\"ruleLanguageVersion\\\":"
                    "\\\"1.0\\\",\\\"teams\\\":[{\\\"name\\\":\\\"t\\\",\\\"minPlayers\\\":1,"
                    "\\\"maxPlayers\\\":1}]}\"}",
                    name),
            200);
}

TEST(a_configuration_is_changed_member_by_member) /* S66 */
{
    local_service *service = make_demo_service();
    char rule_set[64], arn[300];
    CHECK_INT(update_configuration(service, "\"Description\":\"d\",\"CustomEventData\":\"c\""), 200);
    snprintf(rule_set, sizeof rule_set, "%s", field("Configuration.RuleSetName"));
    snprintf(arn, sizeof arn, "%s", field("Configuration.ConfigurationArn"));
    CHECK(rule_set[0] != '\0' && arn[0] != '\0');
    CHECK_INT(update_configuration(service,
                      "\"RequestTimeoutSeconds\":7,\"GameProperties\":[{\"Key\":\"k\",\"Value\":\"v\"}]"),
            200);
    CHECK_INT(call(service, "DescribeMatchmakingConfigurations", "{\"Names\":[\"%s\"]}", arn), 200);
    CHECK_TEXT(field("Configurations.0.Description"), "d");
    CHECK_TEXT(field("Configurations.0.CustomEventData"), "c");
    CHECK_TEXT(field("Configurations.0.RequestTimeoutSeconds"), "7");
    CHECK_TEXT(field("Configurations.0.GameProperties.0.Key"), "k");
    CHECK_TEXT(field("Configurations.0.RuleSetName"), rule_set);
    CHECK_REFUSED(update_configuration(service, "\"FlexMatchMode\":\"STANDALONE\",\"Description\":\"e\""),
            "InvalidRequestException");
    CHECK_REFUSED(update_configuration(service, "\"RuleSetName\":\"none\",\"Description\":\"e\""),
            "NotFoundException");
    CHECK_INT(call(service, "DescribeMatchmakingConfigurations", "{\"Names\":[\"%s\"]}", arn), 200);
    CHECK_TEXT(field("Configurations.0.Description"), "d"); /* nothing was changed */
    CHECK_INT(update_configuration(service, "\"FlexMatchMode\":\"STANDALONE\",\"GameSessionQueueArns\":[],"
                                            "\"BackfillMode\":\"MANUAL\""),
            200);
    CHECK_TEXT(field("Configuration.FlexMatchMode"), "STANDALONE");
    CHECK_REFUSED(
            call(service, "UpdateMatchmakingConfiguration", "{\"Name\":\"none\"}"), "NotFoundException");
    local_service_destroy(service);
}

static int queue_up(local_service *service, const char *ticket)
{
    return call(service, "StartMatchmaking",
            "{\"ConfigurationName\":\"%s\",\"TicketId\":\"%s\",\"Players\":[{\"PlayerId\":\"%s\","
            "\"PlayerAttributes\":{\"skill\":{\"N\":1}}}]}",
            demo.matchmaking_configuration, ticket, ticket);
}

TEST(another_rule_set_counts_for_the_tickets_after_it) /* S67 */
{
    local_service *service = make_demo_service();
    char old[64];
    make_rule_set(service, "alone");
    CHECK_INT(update_configuration(service, "\"FlexMatchMode\":\"STANDALONE\",\"GameSessionQueueArns\":[],"
                                            "\"BackfillMode\":\"MANUAL\""),
            200);
    snprintf(old, sizeof old, "%s", field("Configuration.RuleSetName"));
    CHECK_INT(queue_up(service, "t1"), 200);
    CHECK_REFUSED(update_configuration(service, "\"RuleSetName\":\"alone\""), "InvalidRequestException");
    CHECK_INT(update_configuration(service, "\"Description\":\"d\""), 200); /* the ticket waits on */
    CHECK_INT(call(service, "StopMatchmaking", "{\"TicketId\":\"t1\"}"), 200);
    pass(service, 1000);
    CHECK_INT(update_configuration(service, "\"RuleSetName\":\"alone\""), 200);
    CHECK_TEXT(field("Configuration.RuleSetName"), "alone");
    CHECK_INT(call(service, "DeleteMatchmakingRuleSet", "{\"Name\":\"%s\"}", old), 200);
    CHECK_REFUSED(
            call(service, "DeleteMatchmakingRuleSet", "{\"Name\":\"alone\"}"), "InvalidRequestException");
    CHECK_INT(queue_up(service, "t2"), 200);
    pass(service, 5000);
    CHECK_INT(call(service, "DescribeMatchmaking", "{\"TicketIds\":[\"t2\"]}"), 200);
    CHECK_TEXT(field("TicketList.0.Status"), "COMPLETED");
    local_service_destroy(service);
}

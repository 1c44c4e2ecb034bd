/* SPDX-License-Identifier: Apache-2.0 */
/* More work than one look at the tickets may cost: the rest is done in the next looks, and the log says so
 * once. */

#include "local_helper.h"

static size_t backlog_lines;

static void count_backlog(void *user, glift_log_level level, const char *message)
{
    (void)user;
    if (strstr(message, "the work of one look is used up") == NULL)
        return;
    CHECK_INT(level, GLIFT_LOG_WARNING);
    CHECK_CONTAINS(message, "matchmaking configuration costly");
    backlog_lines++;
}

/* Two hundred rules that hardly any ten players keep. */
static void create_costly_rules(local_service *service)
{
    static char rules[60000];
    size_t at = 0;
    for (int i = 0; i < 200; i++)
        at += (size_t)snprintf(rules + at, sizeof rules - at,
                "%s{\\\"name\\\":\\\"r%d\\\",\\\"type\\\":\\\"distance\\\",\\\"maxDistance\\\":%d,"
                "\\\"measurements\\\":"
                "\\\"avg(teams[*].players.attributes[skill])\\\",\\\"referenceValue\\\":"
                "\\\"median(flatten(teams[*].players.attributes[skill]))\\\"}",
                i == 0 ? "" : ",", i, 5 + i);
    CHECK_INT(
            call(service, "CreateMatchmakingRuleSet",
                    "{\"Name\":\"costly\",\"RuleSetBody\":\"{\\\"ruleLanguageVersion\\\":\\\"1.0\\\","
                    "\\\"playerAttributes\\\":[{\\\"name\\\":\\\"skill\\\",\\\"type\\\":\\\"number\\\"}],"
                    "\\\"teams\\\":["
                    "{\\\"name\\\":\\\"t\\\",\\\"minPlayers\\\":5,\\\"maxPlayers\\\":5,\\\"quantity\\\":2}],"
                    "\\\"rules\\\":[%s]}\"}",
                    rules),
            200);
    CHECK_INT(call(service, "CreateMatchmakingConfiguration",
                      "{\"Name\":\"costly\",\"RuleSetName\":\"costly\",\"RequestTimeoutSeconds\":600,"
                      "\"AcceptanceRequired\":false,\"FlexMatchMode\":\"STANDALONE\"}"),
            200);
}

static void start_players(local_service *service, int count)
{
    for (int i = 0; i < count; i++)
        CHECK_INT(call(service, "StartMatchmaking",
                          "{\"ConfigurationName\":\"costly\",\"TicketId\":\"t%d\",\"Players\":[{\"PlayerId\":"
                          "\"p%d\","
                          "\"PlayerAttributes\":{\"skill\":{\"N\":%d}}}]}",
                          i, i, i * i),
                200);
}

TEST(a_look_that_is_not_enough_is_told_once_and_gone_on_with)
{
    local_service_desc desc = {.seed = 7, .log = count_backlog};
    local_service *service = NULL;
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    create_costly_rules(service);
    start_players(service, 150);
    pass(service, 500);
    CHECK_INT(backlog_lines, 1);
    for (int look = 0; look < 5; look++)
        pass(service, 100); /* not half a second later: there is work left */
    CHECK_INT(backlog_lines, 1);
    CHECK_INT(call(service, "DescribeMatchmaking", "{\"TicketIds\":[\"t0\"]}"), 200);
    CHECK_TEXT(field("TicketList.0.Status"), "SEARCHING");
    static game_server nobody;
    finish(service, &nobody);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "io/offline.h"
#include "fail_alloc.h"
#include "test.h"

static glift__offline *service;
static glift__text answer, push;

static void begin(void)
{
    glift__offline_destroy(service);
    service = glift__offline_create();
    CHECK(service != NULL);
}

static glift_status take(const char *text)
{
    glift__text_free(&answer);
    glift__text_free(&push);
    return glift__offline_take(
            service, (glift__time){1000, 1700000000000}, text, strlen(text), &answer, &push);
}

/* The answer to a request with these members, which all begin with a comma. */
static const char *ask(const char *action, const char *members)
{
    char text[2048];
    snprintf(text, sizeof text, "{\"Action\":\"%s\",\"RequestId\":\"r-1\"%s}", action, members);
    CHECK_INT(take(text), GLIFT_OK);
    CHECK(strstr(answer.bytes, "\"RequestId\":\"r-1\"") != NULL);
    return answer.bytes;
}

static void check_accepted(const char *text)
{
    if (strstr(text, "\"StatusCode\":200") == NULL)
        printf("# %s\n", text);
    CHECK(strstr(text, "\"StatusCode\":200") != NULL);
}

static void check_refused(const char *text, const char *why)
{
    if (strstr(text, why) == NULL)
        printf("# %s\n", text);
    CHECK(strstr(text, "\"StatusCode\":400") != NULL);
    CHECK(strstr(text, why) != NULL);
}

static const char *ask_about(const char *action, const char *player_session_id)
{
    char members[512];
    snprintf(members, sizeof members, ",\"GameSessionId\":\"g\",\"PlayerSessionId\":\"%s\"",
            player_session_id);
    return ask(action, members);
}

static size_t count(const char *text, const char *word)
{
    size_t found = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        found++;
    return found;
}

TEST(a_ready_process_gets_a_game_session_at_once_on_its_port)
{
    begin();
    check_accepted(ask("ActivateServerProcess", ",\"SdkVersion\":\"5\",\"SdkLanguage\":\"C\",\"Port\":7777"));
    CHECK(strstr(push.bytes, "\"Action\":\"CreateGameSession\"") != NULL);
    CHECK(strstr(push.bytes, "\"Port\":7777") != NULL);
    CHECK(strstr(push.bytes, "\"MaximumPlayerSessionCount\":200") != NULL);
    CHECK(strstr(push.bytes, "RequestId") == NULL);
    check_accepted(ask("ActivateGameSession", ",\"GameSessionId\":\"g\""));
    CHECK(push.bytes == NULL);
}

TEST(what_runs_by_itself_is_accepted)
{
    begin();
    check_accepted(ask("HeartbeatServerProcess", ",\"HealthStatus\":true"));
    check_accepted(ask("UpdatePlayerSessionCreationPolicy",
            ",\"GameSessionId\":\"g\",\"PlayerSessionPolicy\":\"DENY_ALL\""));
    check_accepted(ask("TerminateServerProcess", ""));
    CHECK(push.bytes == NULL);
}

TEST(whoever_comes_has_a_seat_which_is_held_once)
{
    begin();
    check_accepted(ask_about("AcceptPlayerSession", "anything-1"));
    check_refused(ask_about("AcceptPlayerSession", "anything-1"), "not RESERVED");
    check_accepted(ask_about("AcceptPlayerSession", "anything-2"));
    check_accepted(ask_about("RemovePlayerSession", "anything-1"));
    check_refused(ask_about("RemovePlayerSession", "anything-1"), "no such player session");
    check_accepted(ask_about("AcceptPlayerSession", "anything-1"));
    check_refused(ask_about("AcceptPlayerSession", ""), "PlayerSessionId");
}

TEST(a_seat_is_described_as_it_is)
{
    begin();
    const char *text = ask("DescribePlayerSessions", ",\"PlayerSessionId\":\"ann-1\"");
    check_accepted(text);
    CHECK(strstr(text, "\"PlayerId\":\"ann-1\"") != NULL && strstr(text, "\"Status\":\"RESERVED\"") != NULL);
    check_accepted(ask_about("AcceptPlayerSession", "ann-1"));
    text = ask("DescribePlayerSessions", ",\"PlayerSessionId\":\"ann-1\"");
    CHECK(strstr(text, "\"Status\":\"ACTIVE\"") != NULL && count(text, "\"PlayerId\"") == 1);
    text = ask("DescribePlayerSessions",
            ",\"PlayerSessionId\":\"ann-1\",\"PlayerSessionStatusFilter\":\"RESERVED\"");
    CHECK_INT(count(text, "\"PlayerId\""), 0);
}

TEST(a_player_who_is_known_by_name_alone_keeps_one_seat)
{
    begin();
    const char *text = ask("DescribePlayerSessions", ",\"PlayerId\":\"Ann of the North\"");
    CHECK(strstr(text, "\"PlayerSessionId\":\"psess-offline-1\"") != NULL);
    text = ask("DescribePlayerSessions", ",\"PlayerId\":\"Ann of the North\"");
    CHECK(strstr(text, "\"PlayerSessionId\":\"psess-offline-1\"") != NULL);
    check_accepted(ask_about("AcceptPlayerSession", "psess-offline-1"));
    text = ask("DescribePlayerSessions", ",\"GameSessionId\":\"g\"");
    CHECK(count(text, "\"PlayerId\"") == 1 && strstr(text, "\"PlayerId\":\"Ann of the North\"") != NULL);
}

TEST(there_are_200_seats_and_who_does_not_come_loses_his)
{
    char id[32];
    begin();
    check_accepted(ask("DescribePlayerSessions", ",\"PlayerSessionId\":\"who-never-comes\""));
    for (int i = 0; i < 200; i++) {
        snprintf(id, sizeof id, "p-%d", i);
        check_accepted(ask_about("AcceptPlayerSession", id));
    }
    CHECK_INT(count(ask("DescribePlayerSessions", ",\"GameSessionId\":\"g\""), "\"PlayerId\""), 200);
    check_refused(ask_about("AcceptPlayerSession", "p-200"), "no open seat");
    CHECK_INT(count(ask("DescribePlayerSessions", ",\"PlayerSessionId\":\"p-200\""), "\"PlayerId\""), 0);
    check_accepted(ask_about("RemovePlayerSession", "p-0"));
    check_accepted(ask_about("AcceptPlayerSession", "p-200"));
}

TEST(what_needs_an_account_is_refused_with_a_sentence)
{
    begin();
    check_refused(ask("GetComputeCertificate", ""), "no AWS account offline");
    check_refused(ask("GetFleetRoleCredentials", ",\"RoleArn\":\"arn:aws:iam::1:role/r\""), "no AWS account");
    check_refused(ask("StartMatchBackfill", ",\"GameSessionArn\":\"g\",\"MatchmakingConfigurationArn\":\"m\","
                                            "\"Players\":[{\"PlayerId\":"
                                            "\"p\"}]"),
            "no matchmaking offline");
    check_refused(
            ask("StopMatchBackfill",
                    ",\"GameSessionArn\":\"g\",\"MatchmakingConfigurationArn\":\"m\",\"TicketId\":\"t\""),
            "no matchmaking offline");
    check_refused(ask("MakeCoffee", ""), "not a request that the service knows");
}

TEST(any_allocation_may_fail)
{
    static const char *const life[] = {
            "{\"Action\":\"ActivateServerProcess\",\"RequestId\":\"1\",\"Port\":7777,\"SdkVersion\":\"5\","
            "\"SdkLanguage\":\"C\"}",
            "{\"Action\":\"DescribePlayerSessions\",\"RequestId\":\"2\",\"PlayerId\":\"ann\"}",
            "{\"Action\":\"AcceptPlayerSession\",\"RequestId\":\"3\",\"GameSessionId\":\"g\","
            "\"PlayerSessionId\":\"bob\"}",
            "{\"Action\":\"DescribePlayerSessions\",\"RequestId\":\"4\",\"GameSessionId\":\"g\"}"};
    begin();
    glift__offline_destroy(service);
    glift__text_free(&answer);
    glift__text_free(&push);
    for (fail_alloc_start(); fail_alloc_next();) {
        long live = fail_alloc.live;
        service = glift__offline_create();
        for (size_t i = 0; service != NULL && i < sizeof life / sizeof life[0]; i++) {
            glift_status status = take(life[i]);
            CHECK(status == GLIFT_OK ||
                    (status == GLIFT_ERR_MEMORY && answer.bytes == NULL && push.bytes == NULL));
            CHECK(status == GLIFT_OK || !fail_alloc_was_spared());
        }
        glift__offline_destroy(service);
        glift__text_free(&answer);
        glift__text_free(&push);
        CHECK_INT(fail_alloc.live, live);
    }
    service = NULL;
}

TEST(what_is_no_message_is_no_request)
{
    begin();
    CHECK_INT(take("hello"), GLIFT_ERR_ARGUMENT);
    CHECK(answer.bytes == NULL && push.bytes == NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A replay: recordings as they are read, what counts as the same, what is sent when, and the sentence for the
 * first thing that differs. */
#include <stdarg.h>

#include "replay/course.h"
#include "test.h"

/* ---- a recording of one short session ---- */

#define HEADER "{\"recording\":\"gamelift-local\",\"version\":1}\n"
#define ENTRY(serial, at, kind, direction, more)                                                             \
    "{\"serial\":" #serial ",\"unix_ms\":" #at "000,\"mono_ms\":" #at "000,\"kind\":\"" kind                 \
    "\",\"direction\":\"" direction "\",\"process_id\":\"p\",\"connection\":1," more "}\n"
#define CONNECT(serial, at)                                                                                  \
    ENTRY(serial, at, "note", "in", "\"action\":\"$connect\",\"status\":101,\"text\":\"opened\"")
#define ASK(serial, at, action, members)                                                                     \
    ENTRY(serial, at, "frame", "in",                                                                         \
            "\"action\":\"" action "\",\"request_id\":\"r" #serial                                           \
            "\",\"text\":\"{\\\"Action\\\":\\\"" action "\\\",\\\"RequestId\\\":\\\"r" #serial               \
            "\\\"" members "}\"")
#define ANSWER(serial, at, action, of, members)                                                              \
    ENTRY(serial, at, "frame", "out",                                                                        \
            "\"action\":\"" action "\",\"status\":200,\"pair\":" #of                                         \
            ",\"text\":\"{\\\"Action\\\":\\\"" action "\\\",\\\"RequestId\\\":\\\"r" #of                     \
            "\\\",\\\"StatusCode\\\":200" members "}\"")
#define PUSH(serial, at, action, members)                                                                    \
    ENTRY(serial, at, "frame", "out",                                                                        \
            "\"action\":\"" action "\",\"text\":\"{\\\"Action\\\":\\\"" action "\\\"" members "}\"")
#define TEXT(name, value)   ",\\\"" name "\\\":\\\"" value "\\\""
#define NUMBER(name, value) ",\\\"" name "\\\":" value

static const char *const session[] = {
        HEADER,
        CONNECT(1, 10),
        ASK(2, 10, "ActivateServerProcess", NUMBER("Port", "7777")),
        ANSWER(3, 10, "ActivateServerProcess", 2, ""),
        ENTRY(4, 11, "call", "in", "\"action\":\"CreateGameSession\",\"text\":\"{}\""),
        PUSH(5, 12, "CreateGameSession",
                TEXT("GameSessionId", "s1") NUMBER("MaximumPlayerSessionCount", "2")),
        ASK(6, 12, "ActivateGameSession", TEXT("GameSessionId", "s1")),
        ASK(7, 12, "HeartbeatServerProcess", NUMBER("HealthStatus", "true")),
        ANSWER(8, 12, "ActivateGameSession", 6, ""),
        ANSWER(9, 12, "HeartbeatServerProcess", 7, ""),
        ASK(10, 15, "AcceptPlayerSession", TEXT("GameSessionId", "s1") TEXT("PlayerSessionId", "a")),
        ANSWER(11, 15, "AcceptPlayerSession", 10, ""),
        ASK(12, 15, "AcceptPlayerSession", TEXT("GameSessionId", "s1") TEXT("PlayerSessionId", "b")),
        ANSWER(13, 15, "AcceptPlayerSession", 12, ""),
        ASK(14, 20, "RemovePlayerSession", TEXT("GameSessionId", "s1") TEXT("PlayerSessionId", "a")),
        ANSWER(15, 20, "RemovePlayerSession", 14, ""),
        PUSH(16, 30, "TerminateProcess", NUMBER("TerminationTime", "330000")),
        ASK(17, 31, "TerminateServerProcess", ""),
        ANSWER(18, 31, "TerminateServerProcess", 17, ""),
        NULL,
};

static local_recording recorded;
static local_course course;
static glift__time now;
static uint64_t socket_number;
static int asked;

/* A file with these lines. */
static void begin(const char *const *lines)
{
    char why[RECORDING_WHY_SIZE] = "", text[8192] = "";
    for (; *lines != NULL; lines++) {
        CHECK(strlen(text) + strlen(*lines) < sizeof text);
        strcat(text, *lines);
    }
    if (!recording_read(text, strlen(text), NULL, &recorded, why))
        test_fail(__FILE__, __LINE__, why);
    now = (glift__time){.mono_ms = 5000, .unix_ms = 1000000};
    asked = 0;
    CHECK(course_begin(&course, &recorded, "ws://here", 30000, now));
}

static void end(void)
{
    course_free(&course);
    recording_free(&recorded);
}

static void connect_now(void)
{
    glift__text body = {0};
    CHECK_INT(course_handshake(&course, now, "pID=p", &socket_number, &body), 101);
}

static void ask(const char *action, const char *members)
{
    char text[512];
    int length = snprintf(text, sizeof text, "{\"Action\":\"%s\",\"RequestId\":\"live-%d\"%s%s}", action,
            ++asked, members[0] != '\0' ? "," : "", members);
    course_received(&course, now, socket_number, text, (size_t)length);
}

/* The next message that was sent, in a buffer of its own. "": there is none. */
static const char *sent(void)
{
    static char text[1024];
    local_output output;
    text[0] = '\0';
    if (course_next_output(&course, &output)) {
        CHECK_INT(output.connection, socket_number);
        if (output.text.bytes != NULL)
            snprintf(text, sizeof text, "%s", output.text.bytes);
        else
            snprintf(text, sizeof text, "close %d", output.close_code);
        glift__text_free(&output.text);
    }
    return text;
}

#define CHECK_SENT(part)                                                                                     \
    do {                                                                                                     \
        const char *text_sent = sent();                                                                      \
        if (strstr(text_sent, part) == NULL)                                                                 \
            printf("# sent: %s\n", text_sent);                                                               \
        CHECK(strstr(text_sent, part) != NULL);                                                              \
    } while (0)
#define CHECK_DIFFERENCE(part)                                                                               \
    do {                                                                                                     \
        if (strstr(course.difference, part) == NULL)                                                         \
            printf("# difference: %s\n", course.difference);                                                 \
        CHECK(strstr(course.difference, part) != NULL);                                                      \
    } while (0)

static void play_until_active(void)
{
    begin(session);
    CHECK_TEXT(sent(), "");
    connect_now();
    CHECK_TEXT(sent(), "");
    ask("ActivateServerProcess", "\"Port\":9999");
    CHECK_SENT("\"RequestId\":\"live-1\"");
    CHECK_SENT("\"CreateGameSession\"");
    ask("ActivateGameSession", "\"GameSessionId\":\"s1\"");
    CHECK_SENT("\"RequestId\":\"live-2\"");
    CHECK_TEXT(course.difference, "");
}

/* ---- the course ---- */

TEST(a_server_that_does_the_same_is_played_to_the_end)
{
    play_until_active();
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"live-a\"");
    CHECK_SENT("AcceptPlayerSession");
    ask("HeartbeatServerProcess", "\"HealthStatus\":true");
    CHECK_SENT("\"HeartbeatServerProcess\",\"RequestId\":\"live-4\",\"StatusCode\":200");
    ask("AcceptPlayerSession", "\"PlayerSessionId\":\"live-b\",\"GameSessionId\":\"s1\"");
    CHECK_SENT("AcceptPlayerSession");
    ask("RemovePlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"live-a\"");
    CHECK_SENT("RemovePlayerSession");
    /* It had 300 s from 30 s on; so it has here, from 1000 s on. */
    CHECK_SENT("{\"Action\":\"TerminateProcess\",\"TerminationTime\":1300000}");
    ask("TerminateServerProcess", "");
    CHECK_SENT("TerminateServerProcess");
    CHECK(course_is_done(&course));
    course_program_ended(&course, 0);
    CHECK_TEXT(course.difference, "");
    end();
}

TEST(another_order_is_named)
{
    play_until_active();
    ask("TerminateServerProcess", "");
    CHECK_DIFFERENCE("message 3 of the server is TerminateServerProcess where the recording has "
                     "AcceptPlayerSession (line 11)");
    CHECK_TEXT(sent(), "");
    end();
}

TEST(a_wrong_field_is_named_with_both_values)
{
    play_until_active();
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s2\",\"PlayerSessionId\":\"x\"");
    CHECK_DIFFERENCE("message 3 of the server, AcceptPlayerSession (line 11): GameSessionId is \"s2\"");
    end();
    play_until_active();
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\"");
    CHECK_DIFFERENCE("PlayerSessionId is missing");
    end();
    play_until_active();
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"x\",\"Team\":\"red\"");
    CHECK_DIFFERENCE("Team is there, which the recording does not have");
    end();
    play_until_active();
    ask("AcceptPlayerSession", "\"GameSessionId\":7,\"PlayerSessionId\":\"x\"");
    CHECK_DIFFERENCE("GameSessionId is 7 where the recording has \"s1\"");
    end();
}

TEST(an_id_stands_for_one_id)
{
    play_until_active();
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"x\"");
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"x\"");
    CHECK_DIFFERENCE("PlayerSessionId is \"x\", which stands for \"a\", where the recording has \"b\"");
    end();
    play_until_active();
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"x\"");
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"y\"");
    ask("RemovePlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"y\"");
    CHECK_DIFFERENCE("PlayerSessionId is \"y\" where the recording has the one that is \"x\" here");
    end();
}

TEST(what_does_not_come_is_named_when_its_time_is_over)
{
    play_until_active();
    /* 3 s in the recording, and the 30 s of the replay. */
    CHECK_INT(course_deadline_ms(&course), now.mono_ms + 33000);
    now.mono_ms += 32999;
    course_advance(&course, now);
    CHECK_TEXT(course.difference, "");
    now.mono_ms++;
    course_advance(&course, now);
    CHECK_DIFFERENCE(
            "AcceptPlayerSession (line 11) has not come within 33 s, after 2 messages of the server");
    end();
}

TEST(heartbeats_go_by_their_rule)
{
    play_until_active();
    ask("HeartbeatServerProcess", "\"HealthStatus\":false");
    CHECK_DIFFERENCE("reports itself unhealthy");
    end();
    play_until_active();
    course.wait_ms = 3600000;
    now.mono_ms += 100000;
    ask("HeartbeatServerProcess", "\"HealthStatus\":true");
    CHECK_INT(course_deadline_ms(&course), now.mono_ms + 180000);
    now.mono_ms += 180000;
    course_advance(&course, now);
    CHECK_DIFFERENCE("no heartbeat for 180 s");
    end();
}

TEST(a_program_that_ends_too_early_or_says_too_much_differs)
{
    static const char *const farewell[] = {
            HEADER, CONNECT(1, 1), ASK(2, 1, "TerminateServerProcess", ""), NULL};
    play_until_active();
    course_program_ended(&course, 3);
    CHECK_DIFFERENCE(
            "the program has ended with exit code 3, where the recording has AcceptPlayerSession (line 11)");
    end();
    begin(farewell);
    connect_now();
    ask("TerminateServerProcess", "");
    CHECK(course_is_done(&course));
    ask("ActivateServerProcess", "");
    CHECK_DIFFERENCE("after the last message of the recording the server sends ActivateServerProcess");
    end();
    begin(farewell);
    connect_now();
    ask("TerminateServerProcess", "");
    course_program_ended(&course, -1);
    CHECK_DIFFERENCE("the program has ended by a signal");
    end();
}

TEST(connections_are_closed_and_renewed_as_in_the_recording)
{
    static const char *const lines[] = {
            HEADER,
            CONNECT(1, 1),
            PUSH(2, 2, "RefreshConnection",
                    TEXT("RefreshConnectionEndpoint", "ws://there") TEXT("AuthToken", "***")),
            CONNECT(3, 3),
            ENTRY(4, 4, "note", "out",
                    "\"action\":\"$close\",\"text\":\"the connection is closed with code 1001: x\""),
            CONNECT(5, 5),
            NULL,
    };
    begin(lines);
    connect_now();
    CHECK_SENT("{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"ws://"
               "here\",\"AuthToken\":\"replay\"}");
    uint64_t first = socket_number;
    connect_now();
    socket_number = first; /* connection 1 of the recording is both of them here: each is closed */
    CHECK_TEXT(sent(), "close 1001");
    socket_number = first + 1;
    CHECK_TEXT(sent(), "close 1001");
    ask("ActivateServerProcess", "");
    CHECK_DIFFERENCE(
            "message 1 of the server is ActivateServerProcess where the recording has a connection of the "
            "server (line 6)");
    end();
}

TEST(players_may_come_in_any_order)
{
#define PLAYER(id, team) "{\\\"PlayerId\\\":\\\"" id "\\\",\\\"Team\\\":\\\"" team "\\\"}"
    static const char *const backfill[] = {
            HEADER,
            CONNECT(1, 1),
            PUSH(2, 1, "CreateGameSession",
                    TEXT("MatchmakerData", "{\\\\\\\"playerId\\\\\\\":\\\\\\\"p1\\\\\\\"}")),
            ASK(3, 2, "StartMatchBackfill",
                    ",\\\"Players\\\":[" PLAYER("p1", "red") "," PLAYER("p2", "blue") "]"),
            NULL,
    };
    begin(backfill);
    connect_now();
    CHECK_SENT("playerId");
    ask("StartMatchBackfill",
            "\"Players\":[{\"PlayerId\":\"p2\",\"Team\":\"blue\"},{\"PlayerId\":\"p1\",\"Team\":\"red\"}]");
    CHECK_TEXT(course.difference, "");
    end();
    begin(backfill);
    connect_now();
    ask("StartMatchBackfill",
            "\"Players\":[{\"PlayerId\":\"p2\",\"Team\":\"red\"},{\"PlayerId\":\"p1\",\"Team\":\"red\"}]");
    CHECK_DIFFERENCE("Players.2.Team is \"red\" where the recording has \"blue\"");
    end();
    begin(backfill);
    connect_now();
    ask("StartMatchBackfill", "\"Players\":[{\"PlayerId\":\"p1\",\"Team\":\"red\"}]");
    CHECK_DIFFERENCE("Players has 1 members where the recording has 2");
    end();
}

TEST(messages_about_different_players_may_change_places)
{
    play_until_active();
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"b\"");
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"a\"");
    ask("RemovePlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"a\"");
    CHECK_TEXT(course.difference, "");
    ask("TerminateServerProcess", "");
    CHECK(course_is_done(&course));
    end();
    play_until_active();
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"a\"");
    ask("RemovePlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"a\"");
    CHECK_TEXT(course.difference, "");
    ask("AcceptPlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"b\"");
    CHECK_TEXT(course.difference, "");
    end();
    play_until_active();
    ask("RemovePlayerSession", "\"GameSessionId\":\"s1\",\"PlayerSessionId\":\"a\"");
    CHECK_DIFFERENCE(
            "message 3 of the server is RemovePlayerSession where the recording has AcceptPlayerSession "
            "(line 11)");
    end();
}

TEST(questions_may_come_at_other_times)
{
    static const char *const lines[] = {
            HEADER,
            CONNECT(1, 1),
            ASK(2, 1, "DescribePlayerSessions", TEXT("PlayerSessionStatusFilter", "RESERVED")),
            ANSWER(3, 1, "DescribePlayerSessions", 2, NUMBER("Time", "1")),
            ASK(4, 1, "ActivateServerProcess", ""),
            PUSH(5, 2, "CreateGameSession", ""),
            ASK(6, 3, "ActivateGameSession", ""),
            ASK(7, 3, "DescribePlayerSessions", TEXT("PlayerSessionStatusFilter", "RESERVED")),
            ANSWER(8, 3, "DescribePlayerSessions", 7, NUMBER("Time", "2")),
            NULL,
    };
    static const char reserved[] = "\"PlayerSessionStatusFilter\":\"RESERVED\"";
    begin(lines);
    connect_now();
    ask("ActivateServerProcess", "");
    CHECK_SENT("CreateGameSession");
    ask("DescribePlayerSessions", reserved);
    CHECK_SENT("\"Time\":2");
    ask("DescribePlayerSessions", reserved);
    CHECK_SENT("\"Time\":2");
    CHECK_TEXT(course.difference, "");
    ask("DescribePlayerSessions", "\"PlayerSessionStatusFilter\":\"ACTIVE\"");
    CHECK_DIFFERENCE("PlayerSessionStatusFilter is \"ACTIVE\" where the recording has \"RESERVED\"");
    end();
    begin(lines);
    connect_now();
    ask("DescribePlayerSessions", reserved);
    CHECK_SENT("\"Time\":1");
    end();
}

/* ---- files ---- */

static void check_unreadable(const char *text, const char *process, const char *part)
{
    char why[RECORDING_WHY_SIZE] = "";
    CHECK(!recording_read(text, strlen(text), process, &recorded, why));
    if (strstr(why, part) == NULL)
        printf("# %s\n", why);
    CHECK(strstr(why, part) != NULL);
    CHECK(recorded.steps == NULL);
}

TEST(what_cannot_be_replayed_is_told)
{
    check_unreadable("", NULL, "not that of a recording");
    check_unreadable("{}\n", NULL, "not that of a recording");
    check_unreadable("{\"recording\":\"gamelift-local\",\"version\":2}\n", NULL, "version 2");
    check_unreadable(HEADER, NULL, "no game server speaks in it");
    check_unreadable(HEADER CONNECT(1, 1) "{\"serial\":2,\"kind\":\"fr", NULL,
            "line 3 is no JSON object: the recording was cut off");
    check_unreadable(HEADER CONNECT(1, 1) "[]\n", NULL, "line 3 is no JSON object");
    check_unreadable(HEADER CONNECT(1, 1), "q", "process q does not speak in it, but p");
    check_unreadable(HEADER CONNECT(1, 1) "{\"kind\":\"frame\",\"direction\":\"in\",\"process_id\":\"q\"}\n",
            NULL, "2 processes speak in it (p, q): choose one with --process");
    check_unreadable(HEADER CONNECT(1, 1) ENTRY(2, 1, "frame", "out",
                             "\"action\":\"CreateGameSession\",\"cut\":true,\"text\":\"{\""),
            NULL, "line 3: the text of this CreateGameSession was too long");
    check_unreadable(HEADER CONNECT(1, 1) ENTRY(2, 1, "frame", "out", "\"text\":\"hello\""), NULL, "line 3");
}

/* Whatever is in a file, reading ends with a sentence or with steps. */
TEST(damaged_recordings_are_refused_or_read)
{
    char whole[8192] = "", text[8192], why[RECORDING_WHY_SIZE];
    uint64_t random = 12345;
    for (const char *const *line = session; *line != NULL; line++)
        strcat(whole, *line);
    size_t head = strlen(HEADER), length = strlen(whole);
    for (int i = 0; i < 3000; i++) {
        strcpy(text, whole);
        for (int k = 0; k < 1 + i % 4; k++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            text[head + (random >> 33) % (length - head)] = "\"{}[],:0\n\n "[(random >> 20) % 12];
        }
        if (recording_read(text, length, NULL, &recorded, why)) {
            glift__text body = {0};
            CHECK(course_begin(&course, &recorded, "ws://here", 1000, now));
            course_handshake(&course, now, "", &socket_number, &body);
            ask("ActivateServerProcess", "\"Port\":1");
            ask("ActivateGameSession", "\"GameSessionId\":\"s1\"");
            end();
        } else {
            CHECK(why[0] != '\0');
        }
    }
}

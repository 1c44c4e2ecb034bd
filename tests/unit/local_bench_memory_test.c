/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets on trial, and replays, without memory: at every single allocation there is an answer, and nothing
 * is lost. */
#include "api/service.h"
#include "fail_alloc.h"
#include "model/texts.h"
#include "replay/course.h"
#include "test.h"

static const glift__time clock_now = {.mono_ms = 1000, .unix_ms = 1700000000123};

/* ---- a rule set on trial ---- */

static const char request[] =
        "{\"rule_set\":{\"name\":\"x\",\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":["
        "{\"name\":\"skill\",\"type\":\"number\"},{\"name\":\"roles\",\"type\":\"string_list\"},"
        "{\"name\":\"maps\",\"type\":\"string_number_map\"}],\"teams\":[{\"name\":\"t\",\"minPlayers\":2,"
        "\"maxPlayers\":2}],\"rules\":[{\"name\":\"near\",\"type\":\"batchDistance\",\"batchAttribute\":"
        "\"skill\","
        "\"maxDistance\":50}]},\"minutes\":1,\"tickets\":";
static const char drawn[] =
        "{\"count\":5,\"distribution\":{\"attributes\":{\"roles\":{\"kind\":\"list\",\"values\":[\"a\",\"b\"]"
        ","
        "\"weights\":[1,2]},\"maps\":{\"kind\":\"map\",\"of\":{\"north\":{\"kind\":\"uniform\"}}},"
        "\"skill\":{\"kind\":\"choice\",\"values\":[1,2,99]}},\"latency\":{\"eu\":{\"kind\":\"normal\"}}}}}";
static const char given[] = "[{\"Players\":[{\"PlayerId\":\"p\",\"PlayerAttributes\":{\"skill\":{\"N\":1},"
                            "\"roles\":{\"SL\":[\"a\"]},"
                            "\"maps\":{\"SDM\":{\"north\":1}}},\"LatencyInMs\":{\"eu\":20}}]},{\"Players\":[{"
                            "\"PlayerId\":\"q\"}]}]}";

static int control(local_service *service, const char *name, const char *body, glift__text *reply)
{
    *reply = (glift__text){0};
    return local_service_control(service, clock_now, name, body, strlen(body), reply);
}

/* The bench of a request that was taken, to its end and away. */
static void run_bench(local_service *service, const char *reply)
{
    char id[64], body[128];
    glift__text text = {0};
    CHECK_INT(sscanf(reply, "{\"bench_id\":\"%63[^\"]", id), 1);
    for (long steps = 0; local_service_run_benches(service); steps++)
        CHECK(steps < 1000000);
    glift_status status = local_service_bench(service, id, &text);
    CHECK(status == GLIFT_OK || (status == GLIFT_ERR_MEMORY && !fail_alloc_was_spared()));
    if (fail_alloc_was_spared())
        CHECK(strstr(text.bytes, "\"DONE\"") != NULL);
    glift__text_free(&text);
    bool was_on = fail_alloc.on;
    fail_alloc.on = false; /* or it would stay */
    snprintf(body, sizeof body, "{\"bench_id\":\"%s\"}", id);
    CHECK_INT(control(service, "rule_set_bench/cancel", body, &text), 200);
    glift__text_free(&text);
    fail_alloc.on = was_on;
}

static void every_allocation_of_a_bench_fails(const char *tickets)
{
    local_service *service;
    local_service_desc desc = {.seed = 7};
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    char *body = local_format("%s%s", request, tickets);
    glift__text reply;
    CHECK_INT(control(service, "rule_set_bench", body, &reply), 200); /* what is kept from the first one on */
    run_bench(service, reply.bytes);
    glift__text_free(&reply);
    for (fail_alloc_start(); fail_alloc_next();) {
        int status = control(service, "rule_set_bench", body, &reply);
        CHECK(status == 200 || !fail_alloc_was_spared());
        if (status == 200 && reply.bytes != NULL)
            run_bench(service, reply.bytes);
        glift__text_free(&reply);
        while (local_service_run_benches(service)) /* one whose answer could not be made */
            ;
    }
    CHECK(fail_alloc.failing > 50);
    local_service_destroy(service);
    free(body);
}

TEST(every_allocation_of_a_bench_fails_once)
{
    every_allocation_of_a_bench_fails(drawn);
    every_allocation_of_a_bench_fails(given);
}

/* ---- a replay ---- */

static const char recorded_lines[] =
        "{\"recording\":\"gamelift-local\",\"version\":1}\n"
        "{\"kind\":\"note\",\"action\":\"$connect\",\"status\":101,\"process_id\":\"p\"}\n"
        "{\"kind\":\"frame\",\"direction\":\"in\",\"serial\":2,\"process_id\":\"p\",\"action\":"
        "\"AcceptPlayerSession\","
        "\"text\":\"{\\\"Action\\\":\\\"AcceptPlayerSession\\\",\\\"RequestId\\\":\\\"r\\\","
        "\\\"PlayerSessionId\\\":\\\"a\\\"}\"}\n"
        "{\"kind\":\"frame\",\"direction\":\"out\",\"pair\":2,\"status\":200,\"process_id\":\"p\","
        "\"action\":\"AcceptPlayerSession\",\"text\":\"{\\\"RequestId\\\":\\\"r\\\",\\\"PlayerSessionId\\\":"
        "\\\"a\\\"}\"}\n"
        "{\"kind\":\"frame\",\"direction\":\"out\",\"process_id\":\"p\",\"action\":\"CreateGameSession\","
        "\"text\":\"{\\\"GameSessionId\\\":\\\"s\\\",\\\"MatchmakerData\\\":\\\"{}\\\"}\"}\n";

static void play(const local_recording *recording)
{
    static const char message[] =
            "{\"Action\":\"AcceptPlayerSession\",\"RequestId\":\"live\",\"PlayerSessionId\":\"b\"}";
    local_course course;
    local_output output;
    glift__text body = {0};
    uint64_t connection = 0;
    if (course_begin(&course, recording, "ws://here", 1000, clock_now) &&
            course_handshake(&course, clock_now, "", &connection, &body) == 101) {
        course_received(&course, clock_now, connection, message, strlen(message));
        while (course_next_output(&course, &output))
            glift__text_free(&output.text);
    }
    if (fail_alloc_was_spared())
        CHECK(course_is_done(&course) && course.difference[0] == '\0');
    course_free(&course);
}

TEST(every_allocation_of_a_replay_fails_once)
{
    char why[RECORDING_WHY_SIZE];
    local_recording recording;
    long live = fail_alloc.live;
    for (fail_alloc_start(); fail_alloc_next();) {
        why[0] = '\0';
        if (recording_read(recorded_lines, strlen(recorded_lines), NULL, &recording, why))
            play(&recording);
        else
            CHECK(why[0] != '\0');
        recording_free(&recording);
        CHECK_INT(fail_alloc.live, live);
    }
    CHECK(fail_alloc.failing > 50);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: what is wrong with one is said before it begins, and its report says what came of each step. */
#include "local_helper.h"

#include "program/scenario.h"

static char report[16384], why[SCENARIO_WHY_SIZE];

static void say(void *user, const char *line)
{
    size_t length = strlen(report);
    (void)user;
    snprintf(report + length, sizeof report - length, "%s\n", line);
}

static scenario *read_steps(const char *steps)
{
    static char text[16384];
    why[0] = report[0] = '\0';
    snprintf(text, sizeof text, "{\"scenario\":\"s\",\"text\":\"t\",\"steps\":[%s]}", steps);
    return scenario_read(text, strlen(text), why);
}

/* Until it has ended, a look every 50 ms; what it asks of the clock is done. */
static scenario_state play(local_service *service, scenario *played)
{
    scenario_stage stage = {.service = service, .say = say};
    scenario_state state = SCENARIO_RUNS;
    for (int i = 0; i < 100000 && state == SCENARIO_RUNS; i++) {
        state = scenario_advance(played, &stage, clock_now);
        pass(service, local_service_take_jump(service) + 50);
    }
    return state;
}

static scenario_state play_steps(local_service *service, const char *steps)
{
    scenario *played = read_steps(steps);
    if (played == NULL)
        printf("# %s\n", why);
    CHECK(played != NULL);
    CHECK(scenario_set(played, "fleet_id", demo.fleet_id) && scenario_set(played, "location", demo.location));
    scenario_state state = play(service, played);
    scenario_free(played);
    return state;
}

#define CREATE                                                                                               \
    "{\"name\":\"create\",\"call\":\"CreateGameSession\",\"with\":{\"FleetId\":\"${fleet_id}\","             \
    "\"Location\":\"${location}\",\"MaximumPlayerSessionCount\":3},"                                         \
    "\"keep\":{\"session\":\"GameSession.GameSessionId\"}}"

TEST(what_is_wrong_with_a_scenario_is_said_with_its_step)
{
    static const struct {
        const char *steps, *why;
    } wrong[] = {
            {"", "steps must be a list of 1 to 1000 steps."},
            {"1", "step 1: a step must be an object."},
            {"{\"pause_seconds\":1}", "step 1: name is missing: what this step is, in words."},
            {"{\"name\":\"a\"}",
                    "step 1 (a): a step has one of wait, hold, expect, call, control, fault, pause_seconds."},
            {"{\"name\":\"a\",\"pause_seconds\":1},{\"name\":\"b\",\"pause_seconds\":0}",
                    "step 2 (b): pause_seconds must be from 0.001 to 86400."},
            {"{\"name\":\"a\",\"pause_seconds\":\"1\"}", "step 1 (a): pause_seconds must be a number."},
            {"{\"name\":\"a\",\"pause_seconds\":1,\"why\":1}", "step 1 (a): why is no member of a step."},
            {"{\"name\":\"a\",\"pause_seconds\":1,\"with\":{}}",
                    "step 1 (a): with means nothing beside pause_seconds."},
            {"{\"name\":\"a\",\"wait\":{\"list\":\"processes\"},\"call\":\"ListFleets\"}",
                    "step 1 (a): call means nothing beside wait."},
            {"{\"name\":\"a\",\"call\":\"FlyToTheMoon\"}",
                    "step 1 (a): call must be an operation of the AWS API that gamelift-local emulates."},
            {"{\"name\":\"a\",\"control\":\"reset\"}",
                    "step 1 (a): control must be one of [advance, drop, faults/clear, refresh, terminate]."},
            {"{\"name\":\"a\",\"fault\":{\"name\":\"gremlins\"}}",
                    "step 1 (a): fault: name \"gremlins\" is no fault: GET /_local/faults lists them under "
                    "known."},
            {"{\"name\":\"a\",\"wait\":{\"list\":\"castles\"}}",
                    "step 1 (a): list must be one of [computes, events, faults, fleets, game_sessions, "
                    "locations, "
                    "player_sessions, processes, queues, tickets]."},
            {"{\"name\":\"a\",\"wait\":{}}",
                    "step 1 (a): wait must be an object with either list or call, or a list of these."},
            {"{\"name\":\"a\",\"wait\":[]}", "step 1 (a): wait must not be empty."},
            {"{\"name\":\"a\",\"expect\":{\"list\":\"tickets\",\"count\":-1}}",
                    "step 1 (a): count must be a whole number from 0 to 1000000."},
            {"{\"name\":\"a\",\"expect\":{\"list\":\"tickets\",\"with\":{}}}",
                    "step 1 (a): with means nothing beside list."},
            {"{\"name\":\"a\",\"wait\":{\"call\":\"CreateLocation\"}}",
                    "step 1 (a): call in a condition must be one that changes nothing, such as Describe... "
                    "or List...."},
            {"{\"name\":\"a\",\"hold\":{\"list\":\"tickets\"}}",
                    "step 1 (a): for_seconds is missing beside hold."},
            {"{\"name\":\"a\",\"call\":\"DescribeGameSessions\",\"with\":{\"GameSessionId\":\"${session}\"}}"
             "," CREATE,
                    "step 1 (a): ${session} stands for nothing: no step before this one keeps it."},
            {"{\"name\":\"a\",\"call\":\"ListFleets\",\"with\":{\"Location\":\"${x\"}}",
                    "step 1 (a): \"${x\" has a ${ without its }."},
            {"{\"name\":\"a\",\"call\":\"ListFleets\",\"keep\":{\"x\":1}}",
                    "step 1 (a): keep.x must be a text: where in the answer it is."},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK(read_steps(wrong[i].steps) == NULL);
        CHECK_TEXT(why, wrong[i].why);
    }
    static const char *const heads[][2] = {{"[", "it is not JSON."}, {"[]", "a scenario is a JSON object."},
            {"{\"steps\":[]}", "scenario (its name) and text (what it shows) are needed."},
            {"{\"scenario\":\"s\",\"text\":\"t\",\"stepps\":[]}", "stepps is none of scenario, text, steps."},
            {"{\"scenario\":1}", "scenario must be a text."}};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        CHECK(scenario_read(heads[i][0], strlen(heads[i][0]), why) == NULL);
        CHECK_TEXT(why, heads[i][1]);
    }
}

TEST(steps_call_keep_and_repeat)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(play_steps(service, CREATE
                      ",{\"name\":\"too "
                      "early\",\"call\":\"CreatePlayerSession\",\"error\":"
                      "\"InvalidGameSessionStatusException\","
                      "\"with\":{\"GameSessionId\":\"${session}\",\"PlayerId\":\"p\"}},"
                      "{\"name\":\"once "
                      "more\",\"call\":\"CreateLocation\",\"times\":3,\"with\":{\"LocationName\":\"custom-${"
                      "i}\"}},"
                      "{\"name\":\"there are four\",\"expect\":[{\"list\":\"locations\",\"count\":4},"
                      "{\"list\":\"locations\",\"where\":{\"name\":\"custom-3\"}},"
                      "{\"list\":\"locations\",\"where\":{\"name\":{\"contains\":\"custom-\"}},\"at_least\":"
                      "4,\"at_most\":4}]},"
                      "{\"name\":\"as it "
                      "says\",\"call\":\"DescribeGameSessions\",\"with\":{\"GameSessionId\":\"${session}\"},"
                      "\"answer\":{\"GameSessions\":[{\"Status\":\"ACTIVATING\","
                      "\"MaximumPlayerSessionCount\":{\"at_least\":3},"
                      "\"StatusReason\":null,\"Name\":null}]}}"),
            SCENARIO_PASSED);
    CHECK(strstr(report, "Scenario s: t\n  ok     1. create (0.0 s)\n  ok     2. too early") == report);
    CHECK(strstr(report, "Scenario s passed: 5 steps in 0.2 s.\n") != NULL);
    collect(&server, 1);
    finish(service, &server);
}

TEST(a_wait_ends_when_it_is_so_or_says_what_there_is_instead)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(play_steps(service, CREATE
                      ",{\"name\":\"a "
                      "fault\",\"fault\":{\"name\":\"activation_timeout\",\"parameters\":{\"seconds\":9}}},"
                      "{\"name\":\"it is given "
                      "up\",\"wait\":{\"list\":\"game_sessions\",\"where\":{\"status\":\"TERMINATED\"}},"
                      "\"within_seconds\":5}"),
            SCENARIO_FAILED);
    CHECK(strstr(report,
                  "FAILED 3. it is given up (5.0 s): not within 5 s: there are 0 game_sessions with status "
                  "\"TERMINATED\", not at least 1; of 1 in all: {status \"ACTIVATING\"}\n"
                  "Scenario s failed at step 3 of 3: it is given up.\n") != NULL);
    collect(&server, 1);
    finish(service, &server);
}

TEST(S80_a_jump_of_the_clock_is_there_before_the_next_step)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(
            play_steps(service, CREATE
                    ",{\"name\":\"five minutes\",\"control\":\"advance\",\"with\":{\"Milliseconds\":300000}},"
                    "{\"name\":\"it is given "
                    "up\",\"expect\":{\"list\":\"game_sessions\",\"where\":{\"status\":\"TERMINATED\"}}},"
                    "{\"name\":\"why\",\"expect\":{\"list\":\"events\",\"where\":{\"code\":\"GAME_SESSION_"
                    "ACTIVATION_TIMEOUT\"}}}"),
            SCENARIO_PASSED);
    collect(&server, 1);
    finish(service, &server);
}

TEST(looking_meets_no_fault_and_many_calls_are_made_in_turns)
{
    game_server none = {0};
    local_service *service = make_demo_service();
    CHECK_INT(
            play_steps(service,
                    "{\"name\":\"the API fails\",\"fault\":{\"name\":\"api_errors\",\"scope\":{\"next\":1}}},"
                    "{\"name\":\"looking\",\"wait\":{\"call\":\"ListFleets\",\"answer\":{\"FleetIds\":[\"${"
                    "fleet_id}\"]}}},"
                    "{\"name\":\"calling\",\"call\":\"ListFleets\",\"error\":\"InternalServiceException\"},"
                    "{\"name\":\"many\",\"call\":\"CreateLocation\",\"times\":120,\"with\":{\"LocationName\":"
                    "\"custom-${i}\"}},"
                    "{\"name\":\"all\",\"expect\":{\"list\":\"locations\",\"count\":121}}"),
            SCENARIO_PASSED);
    CHECK(strstr(report, "4. many (0.1 s)") != NULL); /* three turns */
    finish(service, &none);
}

TEST(what_holds_has_to_hold_to_the_end)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(play_steps(service, "{\"name\":\"it "
                                  "stays\",\"hold\":{\"list\":\"processes\",\"where\":{\"state\":\"READY\"}},"
                                  "\"for_seconds\":20},{\"name\":\"a rest\",\"pause_seconds\":2}"),
            SCENARIO_PASSED);
    CHECK(strstr(report, "1. it stays (20.0 s)") != NULL && strstr(report, "2. a rest (2.0 s)") != NULL);
    CHECK_INT(play_steps(service, "{\"name\":\"it "
                                  "stays\",\"hold\":{\"list\":\"processes\",\"where\":{\"state\":\"READY\"}},"
                                  "\"for_seconds\":600}"),
            SCENARIO_FAILED); /* nobody beats */
    CHECK(strstr(report, "FAILED 1. it stays") != NULL);
    collect(&server, 1);
    finish(service, &server);
}

TEST(a_refusal_an_unexpected_success_and_a_missing_member_are_failures_in_words)
{
    static const char *const failures[][2] = {
            {"{\"name\":\"a\",\"call\":\"DescribeCompute\",\"with\":{\"FleetId\":\"${fleet_id}\","
             "\"ComputeName\":\"x\"}}",
                    "FAILED 1. a (0.0 s): it was refused with NotFoundException (HTTP 400): "},
            {"{\"name\":\"a\",\"call\":\"ListFleets\",\"error\":\"NotFoundException\"}",
                    "NotFoundException was expected, and not success"},
            {"{\"name\":\"a\",\"call\":\"ListFleets\",\"keep\":{\"x\":\"FleetIds.7\"}}",
                    "the answer has no text at FleetIds.7"},
            {"{\"name\":\"a\",\"call\":\"ListFleets\",\"answer\":{\"FleetIds\":[\"fleet-x\"]}}",
                    "the answer is {\"FleetIds\":[\"fleet-"},
            {"{\"name\":\"a\",\"wait\":{\"call\":\"ListFleets\",\"answer\":{\"FleetIds\":[\"fleet-x\"]}},"
             "\"within_seconds\":1}",
                    "not within 1 s: ListFleets is answered with {\"FleetIds\":"},
    };
    game_server none = {0};
    local_service *service = make_demo_service();
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        CHECK_INT(play_steps(service, failures[i][0]), SCENARIO_FAILED);
        if (strstr(report, failures[i][1]) == NULL)
            printf("# %s\n", report);
        CHECK(strstr(report, failures[i][1]) != NULL);
    }
    finish(service, &none);
}

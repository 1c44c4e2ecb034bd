/* SPDX-License-Identifier: Apache-2.0 */
/* Faults on demand (service model 6, S79, S81, S82): what they may be asked for, and what each one does. */
#include "local_helper.h"

#include "journal/journal.h"

static int control(local_service *service, const char *name, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
static int control(local_service *service, const char *name, const char *format, ...)
{
    char body[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(body, sizeof body, format, arguments);
    va_end(arguments);
    glift__text reply = {0};
    int status = local_service_control(service, clock_now, name, body, strlen(body), &reply);
    free(last_answer);
    last_answer = reply.bytes;
    return status;
}

#define BEGIN(service, ...) CHECK_INT(control(service, "faults", __VA_ARGS__), 200)

static void look(const local_service *service)
{
    glift__text text = {0};
    CHECK_INT(local_service_faults(service, clock_now, &text), GLIFT_OK);
    free(last_answer);
    last_answer = text.bytes;
}

static int heartbeat(game_server *server)
{
    return ask(server, "HeartbeatServerProcess", "beat", "\"HealthStatus\":true");
}

static bool has_event(local_service *service, const char *code)
{
    CHECK_INT(call(service, "DescribeFleetEvents", "{\"FleetId\":\"%s\"}", demo.fleet_id), 200);
    return strstr(last_answer, code) != NULL;
}

/* What it is asked goes without an answer, or with one that is not for it. */
static void say(game_server *server, const char *message)
{
    local_service_received(server->service, clock_now, server->connection, message, strlen(message));
    collect(server, 1);
}

#define BEAT "{\"Action\":\"HeartbeatServerProcess\",\"RequestId\":\"b\",\"HealthStatus\":true}"

/* ---- what may be asked for ---- */

TEST(S79_nothing_is_on_at_the_start_and_each_fault_is_known_with_its_parameters)
{
    local_service *service = make_demo_service();
    look(service);
    CHECK_TEXT(field("faults"), "[0]");
    CHECK_TEXT(field("ended"), "[0]");
    CHECK_INT(atoi(field("known") + 1), FAULT_KINDS);
    for (int i = 0; i < FAULT_KINDS; i++) {
        char path[64];
        snprintf(path, sizeof path, "known.%d.name", i);
        CHECK_TEXT(field(path), local_fault_rows[i].name);
        snprintf(path, sizeof path, "known.%d.text", i);
        CHECK(strlen(field(path)) > 20);
    }
    game_server none = {0};
    finish(service, &none);
}

TEST(what_is_wrong_with_a_wish_is_said_and_nothing_is_on)
{
    static const struct {
        const char *body, *why;
    } wrong[] = {
            {"{\"name\":\"gremlins\"}",
                    "name \"gremlins\" is no fault: GET /_local/faults lists them under known."},
            {"{\"name\":\"slow_api\",\"when\":1}", "when is none of name, parameters, scope, seconds."},
            {"{\"name\":\"slow_api\",\"parameters\":{\"seconds\":1}}",
                    "parameters.seconds is no parameter of the fault slow_api."},
            {"{\"name\":\"slow_api\",\"parameters\":{\"milliseconds\":0}}",
                    "parameters.milliseconds must be a whole number from 1 to 600000."},
            {"{\"name\":\"slow_api\",\"parameters\":{\"milliseconds\":1.5}}",
                    "parameters.milliseconds must be a whole number from 1 to 600000."},
            {"{\"name\":\"lost_answers\",\"parameters\":{\"effect\":1}}",
                    "parameters.effect must be true or false."},
            {"{\"name\":\"refused_requests\",\"parameters\":{\"message\":1}}",
                    "parameters.message must be a text."},
            {"{\"name\":\"drop_connection\",\"parameters\":{\"how\":\"gently\"}}",
                    "parameters.how must be one of [close, cut, reset, silence, half_open]."},
            {"{\"name\":\"slow_api\",\"scope\":{\"process_id\":\"p1\"}}",
                    "scope.process_id means nothing to the fault slow_api."},
            {"{\"name\":\"slow_api\",\"scope\":{\"player\":\"p1\"}}",
                    "scope.player is none of process_id, action, ticket_id, next, share."},
            {"{\"name\":\"slow_api\",\"scope\":{\"action\":\"\"}}",
                    "scope.action must be a text of 1 to 256 bytes."},
            {"{\"name\":\"slow_api\",\"scope\":{\"next\":0}}",
                    "scope.next must be a whole number from 1 to 1000000000."},
            {"{\"name\":\"slow_api\",\"scope\":{\"share\":0}}",
                    "scope.share must be a number above 0, up to 1."},
            {"{\"name\":\"token_expiry\",\"scope\":{\"next\":1}}",
                    "scope.next means nothing to the fault token_expiry, which acts at once."},
    };
    local_service *service = make_demo_service();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK_REFUSED(control(service, "faults", "%s", wrong[i].body), "InvalidRequestException");
        CHECK_TEXT(field("Message"), wrong[i].why);
    }
    CHECK_REFUSED(control(service, "faults", "{}"), "InvalidRequestException");
    CHECK_REFUSED(
            control(service, "faults", "{\"name\":\"slow_api\",\"seconds\":0}"), "InvalidRequestException");
    CHECK_REFUSED(control(service, "faults",
                          "{\"name\":\"drop_connection\",\"scope\":{\"process_id\":\"nobody\"}}"),
            "NotFoundException");
    look(service);
    CHECK_TEXT(field("faults"), "[0]");
    game_server none = {0};
    finish(service, &none);
}

TEST(no_more_than_64_faults_are_on_and_50_ended_ones_are_kept)
{
    local_service *service = make_demo_service();
    for (int i = 0; i < FAULTS_MAX; i++)
        BEGIN(service, "{\"name\":\"slow_api\"}");
    CHECK_REFUSED(control(service, "faults", "{\"name\":\"slow_api\"}"), "InvalidRequestException");
    CHECK_TEXT(field("Message"), "64 faults are on already: end one of them first.");
    CHECK_INT(control(service, "faults/clear", "{}"), 200);
    look(service);
    CHECK_TEXT(field("faults"), "[0]");
    CHECK_TEXT(field("ended"), "[50]");
    CHECK_TEXT(field("ended.49.fault_id"), "fault-64");
    game_server none = {0};
    finish(service, &none);
}

TEST(a_fault_ends_after_its_number_of_times_after_its_time_or_when_it_is_taken_back)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service,
            "{\"name\":\"refused_requests\",\"parameters\":{\"status_code\":409},\"scope\":{\"next\":2}}");
    CHECK_TEXT(field("fault_id"), "fault-1");
    CHECK_TEXT(field("parameters.status_code"), "409");
    CHECK_TEXT(field("scope.next"), "2");
    CHECK_INT(heartbeat(&server), 409);
    CHECK_TEXT(field("ErrorMessage"), "The fault refused_requests is on.");
    CHECK_INT(heartbeat(&server), 409);
    CHECK_INT(heartbeat(&server), 200);
    look(service);
    CHECK_TEXT(field("ended.0.hits"), "2");
    CHECK_TEXT(field("ended.0.ended"), "it has acted as often as it should");

    BEGIN(service, "{\"name\":\"refused_requests\",\"seconds\":10}");
    pass(service, 9999);
    CHECK_INT(heartbeat(&server), 500);
    pass(service, 1);
    CHECK_INT(heartbeat(&server), 200);
    look(service);
    CHECK_TEXT(field("ended.1.ended"), "its time is over");

    BEGIN(service, "{\"name\":\"refused_requests\"}");
    CHECK_INT(control(service, "faults/clear", "{\"fault_id\":\"fault-3\"}"), 200);
    CHECK_INT(heartbeat(&server), 200);
    CHECK_REFUSED(control(service, "faults/clear", "{\"fault_id\":\"fault-3\"}"), "NotFoundException");
    finish(service, &server);
}

TEST(a_scope_names_a_process_and_an_action)
{
    game_server server, other;
    local_service *service = make_ready_service(&server);
    CHECK_INT(connect_as(service, &other, "p2", demo.auth_token), 101);
    ready(&other, 7778);
    BEGIN(service, "{\"name\":\"refused_requests\",\"scope\":{\"process_id\":\"p2\",\"action\":"
                   "\"HeartbeatServerProcess\"}}");
    CHECK_INT(heartbeat(&server), 200);
    CHECK_INT(heartbeat(&other), 500);
    CHECK_INT(ask(&other, "DescribePlayerSessions", "d", "\"PlayerId\":\"x\""), 200);
    forget(&other);
    finish(service, &server);
}

TEST(S70_a_share_is_drawn_with_the_seed_and_does_not_touch_the_ids)
{
    char drawn[2][101], token[2][64];
    for (int run = 0; run < 2; run++) {
        game_server server;
        clock_now = (glift__time){.mono_ms = 1000, .unix_ms = 1700000000123};
        local_service *service = make_ready_service(&server);
        BEGIN(service, "{\"name\":\"refused_requests\",\"scope\":{\"share\":0.3}}");
        int refused = 0;
        for (int i = 0; i < 100; i++) {
            drawn[run][i] = heartbeat(&server) == 200 ? '.' : 'x';
            refused += drawn[run][i] == 'x';
        }
        drawn[run][100] = '\0';
        CHECK(refused > 10 && refused < 50);
        CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-x\"}"), 200);
        snprintf(token[run], sizeof token[run], "%s", demo.auth_token);
        finish(service, &server);
    }
    CHECK_TEXT(drawn[0], drawn[1]);
    CHECK_TEXT(token[0], token[1]);
}

/* How many entries of the journal have this in their text. */
static int said(const local_service *service, const char *words)
{
    int count = 0;
    uint64_t serial = 0;
    for (const local_entry *entry; (entry = local_journal_after(service, serial)) != NULL;
            serial = entry->serial)
        count += strstr(entry->text, words) != NULL;
    return count;
}

TEST(the_journal_tells_of_the_beginning_each_hit_and_the_end)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"lost_answers\",\"scope\":{\"next\":2}}");
    say(&server, BEAT);
    say(&server, BEAT);
    CHECK_INT(said(service, "fault lost_answers is on (fault-1)"), 1);
    CHECK_INT(said(service, "fault lost_answers acts (fault-1): process p1, action HeartbeatServerProcess, "
                            "ticket any"),
            2);
    CHECK_INT(said(service, "fault lost_answers has ended (fault-1): it has acted as often as it should"), 1);
    BEGIN(service, "{\"name\":\"drop_connection\",\"parameters\":{\"how\":\"half_open\"}}");
    collect(&server, 1);
    CHECK_INT(said(service, "the connection stays open and says nothing any more"), 1);
    CHECK_INT(call(service, "ListFleets", "{}"), 200);
    BEGIN(service, "{\"name\":\"api_errors\"}");
    CHECK_INT(call(service, "ListFleets", "{}"), 500);
    CHECK_INT(said(service, "The fault api_errors is on."),
            1); /* what was answered, not what would have been */
    finish(service, &server);
}

/* ---- heartbeats and time ---- */

TEST(heartbeat_loss_ends_a_process_that_is_well)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"heartbeat_loss\",\"scope\":{\"process_id\":\"p1\"}}");
    for (int minute = 0; minute < 2; minute++) {
        pass(service, 60000);
        CHECK_INT(heartbeat(&server), 200);
    }
    pass(service, 60000);
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK(has_event(service, "SERVER_PROCESS_TERMINATED_UNHEALTHY"));
    look(service);
    CHECK_TEXT(field("faults.0.hits"), "2");
    finish(service, &server);
}

TEST(heartbeat_loss_may_go_without_an_answer_and_with_less_patience)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service,
            "{\"name\":\"heartbeat_loss\",\"parameters\":{\"answered\":false,\"patience_seconds\":5}}");
    say(&server, BEAT);
    CHECK_INT(server.count, 0);
    pass(service, 4999);
    CHECK_TEXT(pushed(&server), "");
    pass(service, 1);
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    finish(service, &server);
}

TEST(unhealthy_reports_are_what_the_dashboard_shows_and_what_ends_the_process)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"unhealthy_reports\"}");
    pass(service, 60000);
    CHECK_INT(heartbeat(&server), 200);
    pass(service, 120000);
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    finish(service, &server);
}

TEST(activation_timeout_takes_new_sessions_only)
{
    game_server server;
    char session[300];
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"activation_timeout\",\"parameters\":{\"seconds\":2}}");
    create_session(service, 2, session);
    CHECK_TEXT(pushed(&server), "CreateGameSession");
    pass(service, 2000);
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK(has_event(service, "GAME_SESSION_ACTIVATION_TIMEOUT"));
    CHECK(strstr(last_answer, "within 2 seconds") != NULL);
    finish(service, &server);
}

TEST(exit_timeout_leaves_less_time_to_end)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"exit_timeout\",\"parameters\":{\"seconds\":3}}");
    CHECK_INT(control(service, "terminate", "{\"ProcessId\":\"p1\"}"), 200);
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK_INT(atoll(field("TerminationTime")), clock_now.unix_ms + 3000);
    pass(service, 3000);
    CHECK(has_event(service, "SERVER_PROCESS_PROCESS_EXIT_TIMEOUT"));
    finish(service, &server);
}

TEST(spot_interruption_gives_two_minutes_and_the_reason_interrupted)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    BEGIN(service, "{\"name\":\"spot_interruption\",\"parameters\":{\"compute_name\":\"local\"}}");
    CHECK_TEXT(field("hits"), "1");
    CHECK_TEXT(field("ended"), "it has acted");
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK_INT(atoll(field("TerminationTime")), clock_now.unix_ms + 120000);
    CHECK(has_event(service, "INSTANCE_INTERRUPTED"));
    end_process(&server);
    CHECK_INT(call(service, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", session), 200);
    CHECK_TEXT(field("GameSessions.0.StatusReason"), "INTERRUPTED");
    finish(service, &server);
}

/* ---- connections ---- */

TEST(refresh_connection_comes_once_or_again_and_again)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"refresh_connection\",\"parameters\":{\"endpoint\":\"ws://127.0.0.1:1\"}}");
    CHECK_TEXT(pushed(&server), "RefreshConnection");
    CHECK_TEXT(field("RefreshConnectionEndpoint"), "ws://127.0.0.1:1");
    pass(service, 100000);
    CHECK_TEXT(pushed(&server), "");
    BEGIN(service, "{\"name\":\"refresh_connection\",\"parameters\":{\"every_seconds\":10},\"seconds\":25}");
    for (int i = 0; i < 3; i++) {
        CHECK_TEXT(pushed(&server), "RefreshConnection");
        pass(service, 10000);
    }
    CHECK_TEXT(pushed(&server), "");
    look(service);
    CHECK_TEXT(field("ended.1.hits"), "3");
    finish(service, &server);
}

TEST(a_connection_is_dropped_in_five_ways)
{
    static const struct {
        const char *how;
        int code;
        bool is_known; /* to the service, afterwards */
    } ways[] = {{"close", 1001, false}, {"cut", LOCAL_CUT, false}, {"reset", LOCAL_RESET, false},
            {"silence", LOCAL_MUTE, true}, {"half_open", LOCAL_MUTE, false}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        game_server server;
        local_service *service = make_ready_service(&server);
        BEGIN(service,
                "{\"name\":\"drop_connection\",\"parameters\":{\"how\":\"%s\"},\"scope\":{\"process_id\":"
                "\"p1\"}}",
                ways[i].how);
        collect(&server, 1);
        CHECK(server.closed);
        CHECK_INT(server.close_code, ways[i].code);
        CHECK_INT(!TAILQ_EMPTY(&local_find_process(service, "p1")->connections), ways[i].is_known);
        finish(service, &server);
    }
}

TEST(connections_are_refused_with_any_status)
{
    game_server server;
    local_service *service = make_demo_service();
    BEGIN(service,
            "{\"name\":\"refused_connections\",\"parameters\":{\"status\":403},\"scope\":{\"next\":1}}");
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 403);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    finish(service, &server);
}

TEST(tokens_expire_at_once_and_later_ones_are_short)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"token_expiry\"}");
    CHECK_TEXT(field("hits"), "1");
    CHECK_INT(heartbeat(&server), 200); /* who is connected stays */
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 403);
    BEGIN(service, "{\"name\":\"short_tokens\",\"parameters\":{\"seconds\":60}}");
    CHECK_INT(call(service, "GetComputeAuthToken", "{\"FleetId\":\"%s\",\"ComputeName\":\"local\"}",
                      demo.fleet_id),
            200);
    char token[64];
    snprintf(token, sizeof token, "%s", field("AuthToken"));
    CHECK_INT((int)(atof(field("ExpirationTimestamp")) - (double)clock_now.unix_ms / 1000), 60);
    CHECK_INT(connect_as(service, &server, "p1", token), 101);
    pass(service, 60000);
    CHECK_INT(connect_as(service, &server, "p1", token), 403);
    CHECK_REFUSED(
            control(service, "faults", "{\"name\":\"token_expiry\",\"parameters\":{\"compute_name\":\"x\"}}"),
            "NotFoundException");
    finish(service, &server);
}

/* ---- answers and pushes ---- */

TEST(answers_are_late_or_lost_with_their_effect_or_without)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service,
            "{\"name\":\"slow_answers\",\"parameters\":{\"milliseconds\":5000},\"scope\":{\"next\":1}}");
    say(&server, BEAT);
    pass(service, 4999);
    collect(&server, 1);
    CHECK_INT(server.count, 0);
    pass(service, 1);
    collect(&server, 1);
    CHECK_INT(server.count, 1);
    forget(&server);
    BEGIN(service, "{\"name\":\"lost_answers\",\"parameters\":{\"effect\":false},\"scope\":{\"next\":1}}");
    say(&server, "{\"Action\":\"TerminateServerProcess\",\"RequestId\":\"e\"}");
    CHECK_INT(local_find_process(service, "p1")->state, LOCAL_PROCESS_READY);
    BEGIN(service, "{\"name\":\"lost_answers\",\"scope\":{\"next\":1}}");
    say(&server, "{\"Action\":\"TerminateServerProcess\",\"RequestId\":\"e\"}");
    CHECK_INT(server.count, 0);
    CHECK(local_find_process(service, "p1") == NULL); /* it has ended */
    finish(service, &server);
}

TEST(a_late_answer_to_a_connection_that_is_gone_harms_nobody)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"slow_answers\",\"parameters\":{\"milliseconds\":5000}}");
    say(&server, BEAT);
    local_service_closed(service, clock_now, server.connection);
    pass(service, 1000);
    say(&server, BEAT);
    finish(service, &server); /* with one that never went out */
}

TEST(malformed_answers_come_in_five_forms)
{
    static const char *const forms[][2] = {{"not_json", "{\"Action\": no JSON"},
            {"cut_short", "{\"Action\":\"HeartbeatServer"}, {"not_an_object", "[]"},
            {"unknown_action", "{\"Action\":\"ActionOfNobody\",\"RequestId\":\"b\",\"StatusCode\":200}"},
            {"unknown_request_id", "{\"Action\":\"HeartbeatServerProcess\",\"RequestId\":\"request-of-"
                                   "nobody\",\"StatusCode\":200}"}};
    game_server server;
    local_service *service = make_ready_service(&server);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        BEGIN(service,
                "{\"name\":\"malformed_answers\",\"parameters\":{\"how\":\"%s\",\"answer_follows\":%s},"
                "\"scope\":{\"next\":1}}",
                forms[i][0], i % 2 == 0 ? "true" : "false");
        say(&server, BEAT);
        CHECK_INT(server.count, i % 2 == 0 ? 2 : 1);
        CHECK(strncmp(server.received[0], forms[i][1], strlen(forms[i][1])) == 0);
        forget(&server);
    }
    finish(service, &server);
}

TEST(pushes_come_twice_and_frames_are_held_to_go_out_together_or_in_fragments)
{
    game_server server;
    char session[300];
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"duplicated_pushes\",\"scope\":{\"next\":1}}");
    create_session(service, 2, session);
    CHECK_TEXT(pushed(&server), "CreateGameSession");
    CHECK_TEXT(pushed(&server), "CreateGameSession");

    BEGIN(service, "{\"name\":\"joined_frames\",\"parameters\":{\"milliseconds\":200},\"seconds\":1}");
    BEGIN(service, "{\"name\":\"fragmented_frames\",\"parameters\":{\"bytes\":7},\"seconds\":0.01}");
    say(&server, BEAT);
    pass(service, 100);
    CHECK_INT(control(service, "refresh", "{\"ProcessId\":\"p1\"}"), 200);
    collect(&server, 1);
    CHECK_INT(server.count, 0);
    pass(service, 100);
    local_output first, second;
    CHECK(local_service_next_output(service, &first));
    CHECK(local_service_next_output(service, &second));
    CHECK(strstr(first.text.bytes, "Heartbeat") != NULL);
    CHECK(strstr(second.text.bytes, "RefreshConnection") != NULL);
    CHECK(first.joins && second.joins);
    CHECK_INT(first.fragment_bytes, 7);
    CHECK_INT(second.fragment_bytes, 0);
    glift__text_free(&first.text);
    glift__text_free(&second.text);
    finish(service, &server);
}

TEST(matchmaker_data_is_longer_than_anyone_expects)
{
    game_server server;
    char session[300];
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"oversized_matchmaker_data\",\"parameters\":{\"bytes\":5000}}");
    create_session(service, 2, session);
    collect(&server, 1);
    CHECK_INT(server.count, 1);
    CHECK(strlen(server.received[0]) > 5000);
    CHECK(take(&server));
    CHECK_TEXT(field("Action"), "CreateGameSession");
    finish(service, &server);
}

/* ---- the AWS API ---- */

TEST(S81_calls_are_throttled_by_the_published_buckets)
{
    local_service *service = make_demo_service();
    BEGIN(service, "{\"name\":\"api_throttling\"}");
    for (int i = 0; i < 4; i++)
        CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-%d\"}", i), 200);
    CHECK_REFUSED(call(service, "CreateLocation", "{\"LocationName\":\"custom-5\"}"), "ThrottlingException");
    CHECK_TEXT(field("Message"), "Rate exceeded");
    for (int i = 0; i < 500; i++)
        CHECK_INT(call(service, "ListLocations", "{}"), 200);
    CHECK_REFUSED(call(service, "ListLocations", "{}"), "ThrottlingException");
    pass(service, 1000); /* one token a second, and 500 of the others */
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-5\"}"), 200);
    CHECK_REFUSED(call(service, "CreateLocation", "{\"LocationName\":\"custom-6\"}"), "ThrottlingException");
    CHECK_INT(call(service, "ListLocations", "{}"), 200);
    look(service);
    CHECK_TEXT(field("faults.0.hits"), "3");
    game_server none = {0};
    finish(service, &none);
}

TEST(S81_requests_of_game_servers_are_throttled_by_the_published_buckets)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 4, session);
    BEGIN(service, "{\"name\":\"sdk_throttling\"}");
    for (int player = 0; player < 2; player++) { /* each has a bucket of its own */
        char seat[64];
        snprintf(seat, sizeof seat, "psess-%d", player);
        for (int i = 0; i < 4; i++)
            CHECK_INT(ask(&server, "AcceptPlayerSession", "a",
                              "\"GameSessionId\":\"%s\",\"PlayerSessionId\":\"%s\"", session, seat),
                    i < 3 ? 404 : 429);
    }
    for (int i = 0; i < 11; i++)
        CHECK_INT(ask(&server, "DescribePlayerSessions", "d", "\"PlayerId\":\"x\""), i < 10 ? 200 : 429);
    for (int i = 0; i < 20; i++)
        CHECK_INT(heartbeat(&server), 200);
    pass(service, 1000);
    CHECK_INT(ask(&server, "DescribePlayerSessions", "d", "\"PlayerId\":\"x\""), 200);
    for (int i = 0; i < 4; i++)
        CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), i < 3 ? 101 : 429);
    pass(service, 10000);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    finish(service, &server);
}

TEST(calls_fail_before_their_effect_or_after_it)
{
    local_service *service = make_demo_service();
    BEGIN(service, "{\"name\":\"api_errors\",\"scope\":{\"action\":\"CreateLocation\",\"next\":1}}");
    CHECK_REFUSED(
            call(service, "CreateLocation", "{\"LocationName\":\"custom-a\"}"), "InternalServiceException");
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-a\"}"), 200);
    BEGIN(service, "{\"name\":\"api_errors\",\"parameters\":{\"error\":\"none\",\"status\":503,\"effect\":"
                   "true},\"scope\":{\"next\":1}}");
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-b\"}"), 503);
    CHECK_TEXT(last_answer, "{}");
    CHECK_REFUSED(call(service, "CreateLocation", "{\"LocationName\":\"custom-b\"}"), "ConflictException");
    game_server none = {0};
    finish(service, &none);
}

TEST(S82_an_answer_that_is_lost_makes_two_sessions_without_a_token_and_one_with_it)
{
    game_server servers[3];
    local_service *service = make_demo_service();
    for (int i = 0; i < 3; i++) {
        char id[8];
        snprintf(id, sizeof id, "p%d", i);
        CHECK_INT(connect_as(service, &servers[i], id, demo.auth_token), 101);
        ready(&servers[i], 7777 + i);
    }
    for (int with_token = 0; with_token < 2; with_token++) {
        BEGIN(service, "{\"name\":\"reset_api\",\"scope\":{\"action\":\"CreateGameSession\",\"next\":1}}");
        for (int attempt = 0; attempt < 2; attempt++) {
            call(service, "CreateGameSession",
                    "{\"FleetId\":\"%s\",\"Location\":\"custom-local\",\"MaximumPlayerSessionCount\":2%s}",
                    demo.fleet_id, with_token ? ",\"IdempotencyToken\":\"once\"" : "");
            CHECK_INT(local_service_take_reply_fate(service).is_reset, attempt == 0);
        }
        CHECK_INT(call(service, "DescribeGameSessions", "{\"FleetId\":\"%s\"}", demo.fleet_id), 200);
        CHECK_TEXT(field("GameSessions"), with_token ? "[3]" : "[2]");
    }
    collect(servers, 3);
    for (int i = 0; i < 3; i++)
        forget(&servers[i]);
    finish(service, &servers[0]);
}

TEST(S36_ready_processes_can_be_hidden)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    BEGIN(service, "{\"name\":\"no_capacity\",\"scope\":{\"next\":1}}");
    CHECK_REFUSED(try_session(service, 2), "FleetCapacityExceededException");
    CHECK_INT(try_session(service, 2), 200);
    finish(service, &server);
}

/* ---- tickets ---- */

static const char *ticket_status(local_service *service, const char *id)
{
    CHECK_INT(call(service, "DescribeMatchmaking", "{\"TicketIds\":[\"%s\"]}", id), 200);
    return field("TicketList.0.Status");
}

static void start_ticket(local_service *service, const char *configuration, const char *id)
{
    CHECK_INT(
            call(service, "StartMatchmaking",
                    "{\"ConfigurationName\":\"%s\",\"TicketId\":\"%s\",\"Players\":[{\"PlayerId\":\"%s\"}]}",
                    configuration, id, id),
            200);
}

TEST(tickets_come_to_the_end_that_was_asked_for)
{
    local_service *service = make_demo_service();
    start_ticket(service, "arena", "a");
    start_ticket(service, "arena", "b");
    BEGIN(service, "{\"name\":\"matchmaking_outcome\",\"parameters\":{\"outcome\":\"TIMED_OUT\"},\"scope\":{"
                   "\"ticket_id\":\"b\"}}");
    pass(service, 500);
    CHECK_TEXT(ticket_status(service, "a"), "SEARCHING");
    CHECK_TEXT(ticket_status(service, "b"), "TIMED_OUT");
    BEGIN(service, "{\"name\":\"matchmaking_outcome\",\"scope\":{\"next\":2}}");
    start_ticket(service, "arena", "c");
    start_ticket(service, "arena", "d");
    pass(service, 500);
    CHECK_TEXT(ticket_status(service, "a"), "FAILED");
    CHECK_TEXT(ticket_status(service, "c"), "FAILED");
    CHECK_TEXT(ticket_status(service, "d"), "SEARCHING");
    game_server none = {0};
    finish(service, &none);
}

TEST(a_share_of_the_tickets_is_not_a_share_of_the_looks)
{
    local_service *service = make_demo_service();
    BEGIN(service, "{\"name\":\"matchmaking_outcome\",\"scope\":{\"share\":0.5}}");
    start_ticket(service, "arena", "a");
    pass(service, 500);
    const char *first = strcmp(ticket_status(service, "a"), "FAILED") == 0 ? "FAILED" : "SEARCHING";
    for (int i = 0; i < 50; i++)
        pass(service, 500);
    CHECK_TEXT(ticket_status(service, "a"), first);
    game_server none = {0};
    finish(service, &none);
}

TEST(S63_a_player_rejects_the_match)
{
    local_service *service = make_demo_service();
    CHECK_INT(call(service, "CreateMatchmakingConfiguration",
                      "{\"Name\":\"asks\",\"RuleSetName\":\"arena\",\"RequestTimeoutSeconds\":60,"
                      "\"AcceptanceRequired\":true,\"AcceptanceTimeoutSeconds\":30,\"FlexMatchMode\":"
                      "\"STANDALONE\"}"),
            200);
    start_ticket(service, "asks", "a");
    start_ticket(service, "asks", "b");
    BEGIN(service, "{\"name\":\"matchmaking_outcome\",\"parameters\":{\"outcome\":\"REJECTED\"},\"scope\":{"
                   "\"ticket_id\":\"b\"}}");
    for (int i = 0; i < 5; i++)
        pass(service, 500);
    CHECK_TEXT(ticket_status(service, "b"), "CANCELLED");
    CHECK_TEXT(ticket_status(service, "a"), "SEARCHING");
    game_server none = {0};
    finish(service, &none);
}

TEST(S73_a_backfill_fails_and_its_server_is_told)
{
    game_server server;
    char session[300];
    local_service *service = make_ready_service(&server);
    start_ticket(service, "arena", "m");
    start_ticket(service, "arena", "n");
    for (int i = 0; i < 4; i++)
        pass(service, 500);
    CHECK_TEXT(pushed(&server), "CreateGameSession");
    snprintf(session, sizeof session, "%s", field("GameSessionId"));
    CHECK_INT(ask(&server, "ActivateGameSession", "activate", "\"GameSessionId\":\"%s\"", session), 200);
    BEGIN(service, "{\"name\":\"matchmaking_outcome\",\"parameters\":{\"outcome\":\"BACKFILL_FAILED\"}}");
    CHECK_INT(ask(&server, "StartMatchBackfill", "backfill",
                      "\"GameSessionArn\":\"%s\",\"TicketId\":\"fill\",\"MatchmakingConfigurationArn\":"
                      "\"arn:aws:gamelift:us-east-1:000000000000:matchmakingconfiguration/arena\","
                      "\"Players\":[{\"PlayerId\":\"m\",\"Team\":\"players\"}]",
                      session),
            200);
    pass(service, 500);
    CHECK_TEXT(pushed(&server), "UpdateGameSession");
    CHECK_TEXT(field("UpdateReason"), "BACKFILL_FAILED");
    CHECK_TEXT(field("BackfillTicketId"), "fill");
    CHECK_TEXT(ticket_status(service, "fill"), "FAILED");
    finish(service, &server);
}

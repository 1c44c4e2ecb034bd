/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of a whole session fails once, in turn: nothing crashes or leaks, every call is answered
 * exactly once, and what fails says so. */
#include "test.h"

#include "fail_alloc.h"
#include "game.h"
#include "core/role_credentials.h"

#define REFRESH                                                                                              \
    "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"wss://"                               \
    "other.test\",\"AuthToken\":\"token-2\"}"

static void on_own_memory(bool own)
{
    fail_alloc.on = !own;
}

/* The service says yes to everything. */
static void on_message(fake_socket *socket, const char *message)
{
    char text[1024], action[64] = "", id[64] = "";
    bool fails = fail_alloc.on;
    fail_alloc.on = false; /* sscanf() is not on trial: that of mingw-w64 crashes where there is no memory */
    sscanf(strstr(message, "\"Action\":\""), "\"Action\":\"%63[A-Za-z]", action);
    sscanf(strstr(message, "\"RequestId\":\""), "\"RequestId\":\"%63[^\"]", id);
    fail_alloc.on = fails;
    snprintf(text, sizeof text,
            "{\"Action\":\"%s\",\"RequestId\":\"%s\",\"StatusCode\":200,\"TicketId\":\"t\",\"AccessKeyId\":"
            "\"AKIA\","
            "\"Expiration\":4000000000000,\"PlayerSessions\":[{\"PlayerSessionId\":\"p\",\"Status\":"
            "\"ACTIVE\"}]}",
            action, id);
    glift__core_received(socket->link->core, glift__io_now(), socket->number, text, strlen(text));
}

static bool service_is_silent;

static void let_time_pass(uint64_t ms)
{
    for (uint64_t passed = 0; passed < ms; passed += 100) {
        fake.on_message = service_is_silent ? NULL : on_message;
        if (fake_last_dial() != NULL && fake_last_dial()->state == FAKE_DIALLING)
            fake_open(fake_last_dial());
        fake_pass(100);
        CHECK_INT(glift_server_tick(the.server), GLIFT_OK);
    }
}

/* One call: refused for lack of memory and then made again, or queued and answered once. */
static void ask(glift_status (*call)(void))
{
    glift_status status = call();
    if (status == GLIFT_ERR_MEMORY) {
        CHECK(!fail_alloc_was_spared());
        status = call();
    }
    CHECK_INT(status, GLIFT_OK);
    int before = the.answer_count;
    let_time_pass(300);
    if (the.answer_count == before)
        let_time_pass(3000); /* a dial failed, or a message is read again */
    CHECK_INT(the.answer_count, before + 1);
    glift_status answered = last_answer()->status;
    CHECK(answered == GLIFT_OK || !fail_alloc_was_spared());
    CHECK(answered == GLIFT_OK || answered == GLIFT_ERR_MEMORY); /* it was not sent */
}

static glift_status call_ready(void)
{
    static const char *const paths[] = {"/logs/a", "/logs/b"};
    const glift_process_parameters parameters = {
            .size_bytes = sizeof parameters, .port = 7777, .log_paths = paths, .log_path_count = 2};
    return glift_process_ready(the.server, &parameters, on_answer, NULL);
}

static glift_status call_activate(void)
{
    return glift_activate_game_session(the.server, on_answer, NULL);
}

static glift_status call_accept(void)
{
    return glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
}

static glift_status call_describe(void)
{
    const glift_describe_player_sessions_request request = {.size_bytes = sizeof request, .player_id = "p"};
    return glift_describe_player_sessions(the.server, &request, on_answer, NULL);
}

static glift_status call_backfill(void)
{
    static const char *const list[] = {"a", "b"};
    static const glift_double_entry map = {"mind", 2.5};
    static const glift_player_attribute attributes[] = {
            {.name = "list", .type = GLIFT_ATTRIBUTE_STRING_LIST, .string_list = list, .string_count = 2},
            {.name = "map",
                    .type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP,
                    .double_map = &map,
                    .double_count = 1}};
    static const glift_player_latency latency = {"us-west-2", 42};
    static const glift_player player = {"p", "red", attributes, 2, &latency, 1};
    const glift_start_match_backfill_request request = {.size_bytes = sizeof request,
            .matchmaking_configuration_arn =
                    "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/M",
            .players = &player,
            .player_count = 1};
    return glift_start_match_backfill(the.server, &request, on_answer, NULL);
}

static glift_status call_role(void)
{
    return glift_get_fleet_role_credentials(the.server, "arn:aws:iam::1:role/r", NULL, on_answer, NULL);
}

static glift_status call_ending(void)
{
    return glift_process_ending(the.server, on_answer, NULL);
}

/* It comes once, and is delivered once. */
static void push(const char *text, const int *count)
{
    fake_say(fake_last_dial(), text);
    let_time_pass(400);
    CHECK_INT(*count, 1);
}

#define UPDATE(members)                                                                                      \
    "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION "\"," members "}}"

static void play(void)
{
    let_time_pass(1500);
    CHECK_INT(fake_last_dial()->state, FAKE_OPEN);
    ask(call_ready);
    if (!glift_is_process_ready(the.server))
        ask(call_ready);
    CHECK(glift_is_process_ready(the.server));
    push(CREATE_GAME_SESSION, &the.sessions);
    push(UPDATE("\"MatchmakerData\":\"{}\",\"GameProperties\":{\"map\":\"pit\"}"), &the.updates);
    the.updates = 0;
    push(UPDATE("\"Port\":7778"), &the.updates); /* keeps what the one before brought */
    CHECK_TEXT(glift_get_game_session(the.server)->game_properties[0].key, "map");
    ask(call_activate);
    ask(call_accept);
    ask(call_describe);
    ask(call_role);
    ask(call_role); /* from the cache */
    fake_say(fake_last_dial(), REFRESH);
    let_time_pass(1000);
    ask(call_backfill);
    service_is_silent = true;
    CHECK(call_accept() == GLIFT_OK || !fail_alloc_was_spared());
    let_time_pass(200);
    service_is_silent = false;
    fake_end(fake_last_dial(), GLIFT__END_CLOSED, 1001, "going away"); /* what was unanswered is sent again */
    let_time_pass(2000);
    service_is_silent = true;
    CHECK(call_accept() == GLIFT_OK || !fail_alloc_was_spared());
    glift_server_cancel(the.server, &the);
    CHECK(glift_server_keep(the.server, "a", "abc", 3) == GLIFT_OK || !fail_alloc_was_spared());
    CHECK(glift_server_rebind(the.server, &the.desc) == GLIFT_OK || !fail_alloc_was_spared());
    CHECK_INT(glift_server_rebind(the.server, NULL), GLIFT_OK); /* parking needs no memory */
    service_is_silent = false;
    let_time_pass(25000); /* the accept of before has its answer: by now it has timed out */
    CHECK(glift_server_rebind(the.server, &the.desc) == GLIFT_OK ||
            glift_server_rebind(the.server, &the.desc) == GLIFT_OK);
    push("{\"Action\":\"TerminateProcess\",\"TerminationTime\":5}", &the.terminations);
    ask(call_ending);
}

static void run(void)
{
    new_game();
    fake.on_own_memory = on_own_memory;
    service_is_silent = false;
    glift_status status = glift_server_create(&the.desc, &the.server);
    if (status != GLIFT_OK) {
        CHECK_INT(status, GLIFT_ERR_MEMORY);
        CHECK(!fail_alloc_was_spared());
        CHECK_INT(glift_server_create(&the.desc, &the.server), GLIFT_OK); /* P47: as if never tried */
    }
    play();
    CHECK_INT(glift_server_destroy(the.server), GLIFT_OK);
}

/* 8.2, 12: the cancel did not reach the core, so the first is still under way there. */
TEST(P164_a_process_ready_whose_cancel_had_no_memory_stays_the_only_one)
{
    new_game();
    fake_socket *socket = connected_game();
    CHECK_INT(call_ready(), GLIFT_OK);
    tick();
    fail_alloc_start();
    fail_alloc.failing = 0;
    CHECK_INT(glift_server_cancel(the.server, NULL), GLIFT_OK);
    fail_alloc.on = false;
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_CANCELLED);
    CHECK_INT(call_ready(), GLIFT_OK);
    tick();
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(last_answer()->status, GLIFT_ERR_STATE);
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    CHECK(glift_is_process_ready(the.server));
    hear(socket, "HeartbeatServerProcess");
    CHECK(fake_hear(socket) == NULL);
    end_game();
}

TEST(role_credentials_are_kept_whole_or_not_at_all)
{
    static char text[70000]; /* an allocation each */
    static glift__role_cache cache;
    memset(text, 'c', sizeof text - 1);
    const glift_fleet_role_credentials credentials = {text, text, text, text, text, 3600 * 1000};
    for (fail_alloc_start(); fail_alloc_next();) {
        glift__role_cache_keep(&cache, text, &credentials);
        const glift_fleet_role_credentials *kept = glift__role_cache_find(&cache, text, 0);
        CHECK_INT(kept != NULL, fail_alloc_was_spared());
        glift__role_cache_fini(&cache);
        memset(&cache, 0, sizeof cache);
    }
    CHECK_INT(fail_alloc.made, 6);
}

TEST(every_allocation_of_a_session_fails_once_and_every_call_is_answered_once)
{
    new_game();
    for (fail_alloc_start(); fail_alloc_next();) {
        long before = fail_alloc.live;
        run();
        fail_alloc.on = false;
        fake_begin();
        CHECK_INT(fail_alloc.live, before);
        fail_alloc.on = true;
    }
    CHECK(fail_alloc.made > 100);
}

/* ---- no memory to read with, for a while ---- */

static bool reading_fails;

static void *allocate_for_json(size_t size)
{
    if (reading_fails)
        errno = ENOMEM;
    return reading_fails ? NULL : malloc(size);
}

static fake_socket *begin_without_memory(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){allocate_for_json, free});
    reading_fails = false;
    new_game();
    fake_socket *socket = ready_game();
    the.events[0] = the.log[0] = '\0';
    reading_fails = true;
    return socket;
}

TEST(what_cannot_be_read_for_want_of_memory_is_read_later_and_in_order)
{
    fake_socket *socket = begin_without_memory();
    fake_say(socket, CREATE_GAME_SESSION);
    fake_pass(1000);
    tick();
    CHECK_TEXT(the.events, "");
    CHECK_CONTAINS(the.log, "out of memory: a message from the service is read again");
    fake_say(socket, UPDATE("\"Port\":7778"));
    reading_fails = false;
    fake_say(socket, "{\"Action\":\"TerminateProcess\"}"); /* which brings the others along */
    tick();
    CHECK_TEXT(the.events, "start update terminate ");
    end_game();
}

TEST(what_cannot_be_read_waits_for_memory_and_for_no_further_message)
{
    fake_socket *socket = begin_without_memory();
    reading_fails = false;
    CHECK_INT(glift_get_compute_certificate(the.server, on_answer, NULL), GLIFT_OK);
    tick();
    char request[600];
    snprintf(request, sizeof request, "{\"RequestId\":\"%s\",\"StatusCode\":200}",
            id_of(hear(socket, "GetComputeCertificate")));
    reading_fails = true;
    fake_say(socket, request);
    fake_say(socket, CREATE_GAME_SESSION);
    fake_end(socket, GLIFT__END_LOST, 0, "reset"); /* what has been received counts all the same */
    reading_fails = false;
    fake_pass(500);
    tick();
    CHECK_INT(the.answer_count, 1);
    CHECK_INT(last_answer()->status, GLIFT_OK);
    CHECK_INT(the.sessions, 1);
    end_game();
}

TEST(what_waits_to_be_read_is_bounded)
{
    static char text[100000];
    fake_socket *socket = begin_without_memory();
    snprintf(text, sizeof text,
            "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"x\",\"Name\":\"%"
            "090000d\"}}",
            0);
    for (int i = 0; i < 200; i++) /* 18 MB */
        fake_say(socket, text);
    reading_fails = false;
    tick();
    CHECK_CONTAINS(the.log, "out of memory: a message from the service was lost");
    for (int i = 0; i < 10; i++) {
        fake_pass(1000);
        tick();
    }
    CHECK(the.updates > 40 && the.updates < 60);
    end_game();
}

TEST(what_still_waits_to_be_read_ends_with_the_server)
{
    fake_say(begin_without_memory(), CREATE_GAME_SESSION);
    end_game();
    CHECK_INT(the.sessions, 0);
    reading_fails = false;
}

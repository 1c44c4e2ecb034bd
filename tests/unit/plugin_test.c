/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin through its ABI. Its rules are in host.h. */

#include "plugin_harness.h"

/* ---- the query ---- */

TEST(a_host_of_another_major_version_is_refused_and_told_ours)
{
    glift_plugin p = {.size = sizeof p, .name = "untouched"};
    CHECK_INT(glift_plugin_query(GLIFT_ABI_VERSION(2, 0), &p), GLIFT_ERR_UNSUPPORTED);
    CHECK_INT(p.abi, GLIFT_HOST_ABI);
    CHECK_INT(p.size, sizeof p);
    CHECK_TEXT(p.name, "untouched");
}

TEST(a_host_of_a_later_minor_version_is_served)
{
    glift_plugin p = {.size = sizeof p};
    CHECK_INT(glift_plugin_query(GLIFT_ABI_VERSION(1, 9), &p), GLIFT_OK);
    CHECK_TEXT(p.name, "gamelift");
}

TEST(an_older_host_with_a_smaller_table_gets_no_more_than_it_has)
{
    glift_plugin p;
    memset(&p, 0xEE, sizeof p);
    p.size = offsetof(glift_plugin, before_reload);
    CHECK_INT(glift_plugin_query(GLIFT_HOST_ABI, &p), GLIFT_OK);
    CHECK_INT(p.size, offsetof(glift_plugin, before_reload));
    CHECK(p.start != NULL);
    const unsigned char *beyond = (const unsigned char *)&p + p.size;
    for (size_t i = 0; i < sizeof p - p.size; i++)
        CHECK_INT(beyond[i], 0xEE);
}

TEST(a_newer_host_with_a_larger_table_is_told_how_much_was_filled)
{
    struct {
        glift_plugin known;
        void *later[4];
    } table = {.known.size = sizeof table};
    table.later[0] = &table;
    CHECK_INT(glift_plugin_query(GLIFT_HOST_ABI, &table.known), GLIFT_OK);
    CHECK_INT(table.known.size, sizeof table.known);
    CHECK(table.later[0] == &table);
}

TEST(a_table_too_small_for_its_own_head_is_refused)
{
    glift_plugin p = {.size = sizeof p.size};
    CHECK_INT(glift_plugin_query(GLIFT_HOST_ABI, &p), GLIFT_ERR_ARGUMENT);
    CHECK_INT(p.abi, 0);
}

/* ---- start ---- */

TEST(start_makes_the_server_from_the_settings)
{
    glift_plugin p = arranged();
    unsetenv("GAMELIFT_SDK_WEBSOCKET_URL");
    set("gamelift.websocket_url", "ws://127.0.0.1:9080");
    set("gamelift.auth_token", "token-1");
    set("gamelift.request_timeout_ms", "1234");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_TEXT(sdk.websocket_url, "ws://127.0.0.1:9080");
    CHECK_TEXT(sdk.auth_token, "token-1");
    CHECK_INT(sdk.desc.request_timeout_ms, 1234);
    CHECK_INT(sdk.desc.size_bytes, sizeof sdk.desc);
}

TEST(a_setting_that_is_no_number_is_named_and_left_out)
{
    glift_plugin p = arranged();
    set("gamelift.request_timeout_ms", "soon");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(sdk.desc.request_timeout_ms, 0);
    CHECK_CONTAINS(engine.log, "gamelift.request_timeout_ms is \"soon\"");
}

TEST(without_an_address_of_the_service_start_says_what_to_set)
{
    glift_plugin p = arranged();
    unsetenv("GAMELIFT_SDK_WEBSOCKET_URL");
    CHECK_INT(p.start(p.self, &api), GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(engine.log, "no GameLift service is named");
    CHECK_INT(engine.hooks, 0);
    CHECK_INT(sdk.created, 0);
}

TEST(offline_needs_no_service_and_no_identity)
{
    glift_plugin p = arranged();
    unsetenv("GAMELIFT_SDK_WEBSOCKET_URL");
    set("gamelift.offline", "1");
    set("gamelift.websocket_url", "ws://somewhere");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_TEXT(sdk.websocket_url, GLIFT_OFFLINE_URL);
}

TEST(offline_by_the_environment_is_offline_as_well)
{
    glift_plugin p = arranged();
    setenv("GAMELIFT_SDK_WEBSOCKET_URL", GLIFT_OFFLINE_URL, 1);
    set("gamelift.offline", "1");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_TEXT(sdk.websocket_url, GLIFT_OFFLINE_URL);
}

TEST(offline_is_refused_where_the_environment_names_a_service)
{
    glift_plugin p = arranged();
    set("gamelift.offline", "1");
    CHECK_INT(p.start(p.self, &api), GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(engine.log, "GAMELIFT_SDK_WEBSOCKET_URL names a GameLift service: unset one of them");
    CHECK_INT(sdk.created, 0);
}

TEST(start_without_core_is_refused)
{
    glift_plugin p = arranged();
    engine.no_core = true;
    CHECK_INT(p.start(p.self, &api), GLIFT_ERR_UNSUPPORTED);
    CHECK_INT(sdk.created, 0);
}

TEST(a_core_that_ends_before_its_last_member_is_refused)
{
    glift_plugin p = arranged();
    engine.core.size = offsetof(glift_host_core, static_block);
    CHECK_INT(p.start(p.self, &api), GLIFT_ERR_UNSUPPORTED);
    CHECK_INT(sdk.created, 0);
}

TEST(a_larger_core_of_a_newer_host_is_fine)
{
    glift_plugin p = arranged();
    engine.core.size = sizeof engine.core + 64;
    engine.core.version = GLIFT_ABI_VERSION(1, 7);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
}

TEST(a_host_api_of_another_major_version_is_refused)
{
    glift_plugin p = arranged();
    glift_host_api other = api;
    other.abi = GLIFT_ABI_VERSION(2, 0);
    CHECK_INT(p.start(p.self, &other), GLIFT_ERR_UNSUPPORTED);
}

TEST(a_start_that_fails_leaves_no_hook_and_can_be_tried_again)
{
    glift_plugin p = arranged();
    sdk.create_status = GLIFT_ERR_ARGUMENT;
    CHECK_INT(p.start(p.self, &api), GLIFT_ERR_ARGUMENT);
    CHECK_INT(engine.hooks, 0);
    sdk.create_status = GLIFT_OK;
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(engine.hooks, 1);
}

TEST(a_second_start_is_refused)
{
    glift_plugin p = started();
    CHECK_INT(p.start(p.self, &api), GLIFT_ERR_STATE);
    CHECK_INT(sdk.created, 1);
}

TEST(without_a_static_block_there_is_no_server)
{
    glift_plugin p = arranged();
    engine.no_memory = true;
    CHECK_INT(p.start(p.self, &api), GLIFT_ERR_MEMORY);
    CHECK_INT(engine.hooks, 0);
    CHECK_INT(sdk.created, 0);
}

/* ---- the tick ---- */

TEST(the_hook_ticks_the_server_and_sleeps_until_it_is_woken)
{
    started();
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
    CHECK_INT(sdk.ticked, 1);
    sdk.desc.on_wake(sdk.desc.user);
    CHECK_INT(engine.wakes, 1);
}

TEST(a_process_that_has_ended_asks_for_exit_0_once)
{
    started();
    connection(GLIFT_CONNECTED, GLIFT_OK, "");
    connection(GLIFT_ENDED, GLIFT_OK, "");
    connection(GLIFT_ENDED, GLIFT_OK, "");
    CHECK_INT(engine.exits, 1);
    CHECK_INT(engine.exit_code, 0);
}

TEST(a_service_that_cannot_be_reached_ends_the_program_after_the_time_allowed)
{
    glift_plugin p = arranged();
    set("gamelift.first_connect_timeout_ms", "8000");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    connection(GLIFT_RECONNECTING, GLIFT_ERR_CONNECT, "connection refused");
    CHECK(engine.tick(engine.tick_user) == 8000000000u);
    CHECK_INT(engine.exits, 0);
    clock_ns += 8000000000u;
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
    CHECK_INT(engine.exit_code, 1);
    CHECK_CONTAINS(engine.log, "no connection to GameLift: connection refused; start");
}

TEST(a_token_that_is_refused_ends_the_program_at_once)
{
    glift_plugin p = arranged();
    set("gamelift.first_connect_timeout_ms", "8000");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    connection(GLIFT_RECONNECTING, GLIFT_ERR_FORBIDDEN, "the service answers 403");
    CHECK_INT(engine.exits, 1);
    CHECK_INT(engine.exit_code, 1);
    CHECK_CONTAINS(engine.log, "the service answers 403; check GAMELIFT_SDK_AUTH_TOKEN");
}

TEST(a_connection_that_was_there_once_may_be_lost_for_as_long_as_it_takes)
{
    glift_plugin p = arranged();
    set("gamelift.first_connect_timeout_ms", "8000");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    connection(GLIFT_CONNECTED, GLIFT_OK, "");
    connection(GLIFT_RECONNECTING, GLIFT_ERR_FORBIDDEN, "the service answers 403");
    clock_ns += 100000000000u;
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
    CHECK_INT(engine.exits, 0);
}

TEST(without_the_setting_the_first_connection_is_waited_for_for_ever)
{
    started();
    connection(GLIFT_RECONNECTING, GLIFT_ERR_FORBIDDEN, "the service answers 403");
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
    CHECK_INT(engine.exits, 0);
}

/* ---- lending the callbacks ---- */

static int calls;
static void *call_user;

static bool script_health(glift_server *server, void *user)
{
    (void)server;
    calls++;
    call_user = user;
    return false;
}

static void script_terminate(glift_server *server, int64_t time, void *user)
{
    (void)server, (void)time;
    calls++;
    call_user = user;
}

TEST(bound_callbacks_are_called_with_their_own_user_pointer)
{
    glift_plugin p = started();
    int mine = 0;
    glift_server_desc desc = {.size_bytes = sizeof desc, .on_health_check = script_health, .user = &mine};
    CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_OK);
    CHECK(!sdk.desc.on_health_check(&sdk.server, sdk.desc.user));
    CHECK(call_user == &mine);
}

TEST(a_callback_that_the_script_has_not_is_missing_for_the_sdk_too)
{
    glift_plugin p = started();
    glift_server_desc desc = {.size_bytes = sizeof desc, .on_health_check = script_health};
    CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_OK);
    CHECK(sdk.desc.on_process_terminate == NULL);
    CHECK(sdk.desc.on_start_game_session == NULL);
    CHECK(sdk.desc.on_wake != NULL);
    CHECK(sdk.desc.on_log != NULL);
}

TEST(a_desc_of_an_older_module_is_read_no_further_than_its_size)
{
    glift_plugin p = started();
    glift_server_desc desc = {.size_bytes = offsetof(glift_server_desc, on_health_check),
            .on_process_terminate = script_terminate,
            .on_health_check = script_health};
    CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_OK);
    CHECK(sdk.desc.on_process_terminate != NULL);
    CHECK(sdk.desc.on_health_check == NULL);
}

static glift_plugin lent(void)
{
    glift_plugin p = started();
    glift_server_desc desc = {
            .size_bytes = sizeof desc, .on_process_terminate = script_terminate, .user = &sdk};
    CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_OK);
    CHECK(server_service(&p)->bound_user(p.self) == &sdk);
    return p;
}

TEST(letting_go_of_the_callbacks_parks_the_server_for_the_next)
{
    glift_plugin p = lent();
    engine.wakes = 0;
    CHECK_INT(server_service(&p)->bind(p.self, NULL), GLIFT_OK);
    CHECK_INT(
            engine.wakes, 1); /* so that the tick hook comes back in time, however long it has said to wait */
    CHECK(server_service(&p)->bound_user(p.self) == NULL);
    CHECK(sdk.parked);
    CHECK(engine.tick(engine.tick_user) <= 10000000000u);
    CHECK_INT(sdk.ticked, 1); /* health questions go on */
    glift_server_desc desc = {.size_bytes = sizeof desc};
    CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_OK);
    CHECK(!sdk.parked);
    CHECK(server_service(&p)->bound_user(p.self) != NULL);
    clock_ns += 20000000000u;
    engine.tick(engine.tick_user);
    CHECK(strstr(engine.log, "goes on alone") == NULL);
}

TEST(the_plugin_takes_the_callbacks_back_when_nobody_comes_within_10_s)
{
    glift_plugin p = lent();
    CHECK_INT(server_service(&p)->bind(p.self, NULL), GLIFT_OK);
    clock_ns += 9000000000u;
    CHECK(engine.tick(engine.tick_user) == 1000000000u);
    CHECK(sdk.parked);
    clock_ns += 1000000000u;
    sdk.rebind_status = GLIFT_ERR_MEMORY;
    engine.tick(engine.tick_user);
    CHECK(sdk.parked);
    sdk.rebind_status = GLIFT_OK;
    engine.tick(engine.tick_user);
    CHECK(!sdk.parked);
    CHECK(sdk.desc.on_process_terminate == NULL); /* the SDK sends ProcessEnding itself */
    CHECK_CONTAINS(engine.log, "within 10 s");
    connection(GLIFT_ENDED, GLIFT_OK, "");
    CHECK_INT(engine.exits, 1);
}

TEST(a_first_connection_between_two_owners_is_in_time)
{
    for (int connects = 0; connects < 2; connects++) {
        glift_plugin p = arranged();
        set("gamelift.first_connect_timeout_ms", "8000");
        CHECK_INT(p.start(p.self, &api), GLIFT_OK);
        glift_server_desc desc = {.size_bytes = sizeof desc};
        CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_OK);
        CHECK_INT(server_service(&p)->bind(p.self, NULL), GLIFT_OK);
        clock_ns += 9000000000u;
        engine.tick(engine.tick_user);
        CHECK_INT(engine.exits, 0); /* what became of the connection waits for the next owner */
        CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_OK);
        if (connects)
            connection(GLIFT_CONNECTED, GLIFT_OK, "");
        engine.tick(engine.tick_user);
        CHECK_INT(engine.exits, connects ? 0 : 1);
    }
}

TEST(a_server_that_nobody_took_is_not_parked)
{
    glift_plugin p = started();
    CHECK(!sdk.parked);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_OK);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK(!sdk.parked);
}

TEST(a_reload_leaves_the_server_parked_for_who_had_its_callbacks)
{
    for (int let_go = 0; let_go < 2; let_go++) {
        glift_plugin p = lent();
        if (let_go)
            CHECK_INT(server_service(&p)->bind(p.self, NULL), GLIFT_OK);
        CHECK_INT(p.before_reload(p.self), GLIFT_OK);
        CHECK_INT(server_service(&p)->bind(p.self, NULL), GLIFT_OK);
        CHECK(sdk.parked);
        glift_server_desc desc = {.size_bytes = sizeof desc};
        CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_ERR_STATE);
        CHECK(sdk.parked);
        CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_OK);
        CHECK_INT(p.start(p.self, &api), GLIFT_OK);
        CHECK(sdk.parked);
        clock_ns += 10000000000u;
        engine.tick(engine.tick_user);
        CHECK(!sdk.parked);
        CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_OK);
        CHECK_INT(p.start(p.self, &api), GLIFT_OK); /* nobody has them */
        CHECK(!sdk.parked);
    }
}

TEST(a_server_that_waits_for_somebody_logs_to_the_host_while_it_ends)
{
    glift_plugin p = lent();
    CHECK_INT(server_service(&p)->bind(p.self, NULL), GLIFT_OK);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_EXIT), GLIFT_OK);
    CHECK(sdk.desc.on_log != NULL);
    CHECK_INT(sdk.destroyed, 1);
}

TEST(a_bind_that_fails_changes_nothing)
{
    glift_plugin p = started();
    int first = 0, second = 0;
    glift_server_desc desc = {.size_bytes = sizeof desc, .on_health_check = script_health, .user = &first};
    CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_OK);
    sdk.rebind_status = GLIFT_ERR_MEMORY;
    desc.user = &second;
    CHECK_INT(server_service(&p)->bind(p.self, &desc), GLIFT_ERR_MEMORY);
    sdk.desc.on_health_check(&sdk.server, sdk.desc.user);
    CHECK(call_user == &first);
}

TEST(a_script_error_goes_to_the_host_or_to_its_log)
{
    glift_plugin p = started();
    server_service(&p)->report_error(p.self, "main.lua:1: boom");
    CHECK_TEXT(engine.script_error, "main.lua:1: boom");
    p = arranged();
    engine.no_lua = true;
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    server_service(&p)->report_error(p.self, "main.lua:2: boom");
    CHECK_CONTAINS(engine.log, "main.lua:2: boom");
}

/* ---- reload and stop ---- */

TEST(a_reload_parks_the_server_and_the_next_copy_takes_it_up)
{
    glift_plugin p = started();
    connection(GLIFT_CONNECTED, GLIFT_OK, "");
    CHECK_INT(p.before_reload(p.self), GLIFT_OK);
    CHECK(sdk.parked);
    engine.tick(engine.tick_user);
    CHECK_INT(sdk.ticked, 0);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_OK);
    CHECK_INT(engine.hooks, 0);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK(!sdk.parked);
    CHECK_INT(sdk.created, 1);
    CHECK_INT(sdk.destroyed, 0);
    CHECK_INT(sdk.endings, 0);
    CHECK(server_service(&p)->server(p.self) == &sdk.server);
}

TEST(the_time_for_the_first_connection_does_not_begin_again_after_a_reload)
{
    glift_plugin p = arranged();
    set("gamelift.first_connect_timeout_ms", "8000");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    connection(GLIFT_CONNECTED, GLIFT_OK, "");
    CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_OK);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
}

TEST(stop_for_a_reload_parks_by_itself)
{
    glift_plugin p = started();
    CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_OK);
    CHECK(sdk.parked);
    CHECK_INT(sdk.destroyed, 0);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK(!sdk.parked);
    CHECK_INT(sdk.created, 1);
}

TEST(stop_for_exit_says_process_ending_and_waits_for_the_answer)
{
    glift_plugin p = started();
    connection(GLIFT_CONNECTED, GLIFT_OK, "");
    CHECK_INT(p.stop(p.self, GLIFT_STOP_EXIT), GLIFT_OK);
    CHECK_INT(sdk.endings, 1);
    CHECK(sdk.ending_done == NULL);
    CHECK_INT(sdk.destroyed, 1);
    CHECK_INT(engine.hooks, 0);
    CHECK(server_service(&p)->server(p.self) == NULL);
}

TEST(stop_for_exit_waits_no_longer_than_it_may)
{
    glift_plugin p = arranged();
    set("gamelift.exit_timeout_ms", "700");
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    connection(GLIFT_CONNECTED, GLIFT_OK, "");
    sdk.ending_result = GLIFT_ERR_TIMEOUT; /* no answer */
    uint64_t before_ns = clock_ns;
    CHECK_INT(p.stop(p.self, GLIFT_STOP_EXIT), GLIFT_OK);
    CHECK_INT((clock_ns - before_ns) / 1000000, 700);
    CHECK_INT(sdk.destroyed, 1);
    CHECK_CONTAINS(engine.log, "did not answer ProcessEnding within 700 ms");
}

TEST(stop_says_nothing_to_a_service_that_was_never_reached)
{
    glift_plugin p = started();
    CHECK_INT(p.stop(p.self, GLIFT_STOP_EXIT), GLIFT_OK);
    CHECK_INT(sdk.endings, 0);
    CHECK_INT(sdk.destroyed, 1);
}

TEST(stop_says_process_ending_no_second_time)
{
    glift_plugin p = started();
    connection(GLIFT_CONNECTED, GLIFT_OK, "");
    connection(GLIFT_ENDED, GLIFT_OK, "");
    CHECK_INT(p.stop(p.self, GLIFT_STOP_EXIT), GLIFT_OK);
    CHECK_INT(sdk.endings, 0);
}

TEST(unload_is_refused_while_a_game_session_is_active)
{
    glift_plugin p = started();
    snprintf(sdk.session_id, sizeof sdk.session_id, "arn:1");
    CHECK_INT(p.stop(p.self, GLIFT_STOP_UNLOAD), GLIFT_ERR_STATE);
    CHECK_INT(sdk.destroyed, 0);
    CHECK_INT(engine.hooks, 1);
    sdk.session_id[0] = '\0';
    CHECK_INT(p.stop(p.self, GLIFT_STOP_UNLOAD), GLIFT_OK);
    CHECK_INT(sdk.destroyed, 1);
}

/* ---- being called later ---- */

static int rings;

static void ring(void *user)
{
    CHECK(user == &rings);
    rings++;
}

static void ring_again(void *user)
{
    glift_plugin p = loaded_plugin();
    ring(user);
    server_service(&p)->call_in(p.self, 3000, ring, user);
}

TEST(a_call_that_was_asked_for_comes_from_a_tick_and_the_hook_asks_for_that_tick)
{
    glift_plugin p = started();
    rings = 0;
    server_service(&p)->call_in(p.self, 5000, ring, &rings);
    CHECK_INT(engine.wakes, 1); /* so that a hook that sleeps says how long, now */
    CHECK(engine.tick(engine.tick_user) == 5000);
    clock_ns += 4999;
    CHECK(engine.tick(engine.tick_user) == 1);
    CHECK_INT(rings, 0);
    clock_ns += 1;
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
    CHECK_INT(rings, 1);
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
    CHECK_INT(rings, 1);
}

TEST(who_is_called_may_ask_for_the_next_call)
{
    glift_plugin p = started();
    rings = 0;
    server_service(&p)->call_in(p.self, 0, ring_again, &rings);
    CHECK(engine.tick(engine.tick_user) == 3000);
    CHECK_INT(rings, 1);
    CHECK_INT(engine.wakes, 1); /* the hook runs: it says itself how long */
    clock_ns += 3000;
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
    CHECK_INT(rings, 2);
}

TEST(the_latest_call_takes_the_place_of_the_one_before_and_none_of_both)
{
    glift_plugin p = started();
    rings = 0;
    server_service(&p)->call_in(p.self, 1000, ring, &rings);
    server_service(&p)->call_in(p.self, UINT64_MAX, ring, &rings);
    clock_ns += 1000;
    CHECK(engine.tick(engine.tick_user) > 1000000000000000000u);
    server_service(&p)->call_in(p.self, 0, NULL, &p); /* another one's is none of its business */
    CHECK(engine.tick(engine.tick_user) != UINT64_MAX);
    server_service(&p)->call_in(p.self, 0, NULL, &rings);
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
    CHECK_INT(rings, 0);
}

TEST(a_parked_or_stopped_plugin_calls_nobody)
{
    glift_plugin p = started();
    rings = 0;
    server_service(&p)->call_in(p.self, 0, ring, &rings);
    CHECK_INT(p.before_reload(p.self), GLIFT_OK);
    server_service(&p)->call_in(p.self, 0, ring, &rings);
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_OK);
    server_service(&p)->call_in(p.self, 0, ring, &rings);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK(engine.tick(engine.tick_user) == UINT64_MAX);
    CHECK_INT(rings, 0);
}

/* ---- several plugins of one copy ---- */

static glift_plugin created_by(const glift_plugin *first)
{
    glift_plugin p = {.size = sizeof p};
    CHECK_INT(first->create(&p), GLIFT_OK);
    CHECK(p.self != first->self);
    return p;
}

TEST(created_plugins_have_servers_of_their_own_on_one_io_thread)
{
    static int second_host;
    glift_plugin first = arranged(), a = created_by(&first), b = created_by(&first);
    glift_host_api other = api;
    other.host = (glift_host *)&second_host;
    CHECK_INT(sdk.ios, 1);
    CHECK_INT(a.start(a.self, &api), GLIFT_OK);
    CHECK(sdk.desc.io == (glift_io *)&sdk.ios);
    void *user_of_a = sdk.desc.user;
    CHECK_INT(b.start(b.self, &other), GLIFT_OK);
    CHECK(sdk.desc.user != user_of_a);
    CHECK_INT(sdk.created, 2);
    CHECK(server_service(&a)->self == a.self);
    CHECK(players_service(&b)->self == b.self);

    CHECK_INT(a.stop(a.self, GLIFT_STOP_EXIT), GLIFT_OK);
    CHECK(server_service(&a)->server(a.self) == NULL);
    CHECK(server_service(&b)->server(b.self) == &sdk.server);
    CHECK_INT(a.destroy(a.self), GLIFT_OK);
    CHECK_INT(sdk.ios, 1);
    CHECK_INT(b.stop(b.self, GLIFT_STOP_EXIT), GLIFT_OK);
    CHECK_INT(b.destroy(b.self), GLIFT_OK);
    CHECK_INT(sdk.ios, 0);
}

TEST(a_created_plugin_serves_one_life_after_another)
{
    glift_plugin first = arranged(), p = created_by(&first);
    for (int life = 1; life <= 2; life++) {
        CHECK_INT(p.start(p.self, &api), GLIFT_OK);
        CHECK_INT(sdk.created, life);
        CHECK(sdk.desc.io == (glift_io *)&sdk.ios);
        CHECK_INT(p.stop(p.self, GLIFT_STOP_EXIT), GLIFT_OK);
    }
    CHECK_INT(p.destroy(p.self), GLIFT_OK);
}

TEST(the_first_plugin_has_an_io_thread_of_its_own_and_stays)
{
    glift_plugin p = started();
    CHECK(sdk.desc.io == NULL);
    CHECK_INT(p.destroy(p.self), GLIFT_ERR_STATE);
}

TEST(a_plugin_that_is_started_is_not_destroyed)
{
    glift_plugin first = arranged(), p = created_by(&first);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(p.destroy(p.self), GLIFT_ERR_STATE);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_EXIT), GLIFT_OK);
    CHECK_INT(p.destroy(p.self), GLIFT_OK);
}

TEST(a_created_plugin_is_not_left_to_the_next_copy)
{
    glift_plugin first = arranged(), p = created_by(&first);
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(p.before_reload(p.self), GLIFT_ERR_UNSUPPORTED);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_RELOAD), GLIFT_ERR_UNSUPPORTED);
    CHECK(!sdk.parked);
    CHECK_INT(p.stop(p.self, GLIFT_STOP_EXIT), GLIFT_OK);
    CHECK_INT(p.destroy(p.self), GLIFT_OK);
}

TEST(without_an_io_thread_no_plugin_is_created)
{
    glift_plugin first = arranged(), p = {.size = sizeof p};
    sdk.io_status = GLIFT_ERR_MEMORY;
    CHECK_INT(first.create(&p), GLIFT_ERR_MEMORY);
    CHECK(p.self == NULL);
    CHECK_INT(first.create(NULL), GLIFT_ERR_ARGUMENT);
    sdk.io_status = GLIFT_OK;
    p = created_by(&first);
    CHECK_INT(sdk.ios, 1);
    CHECK_INT(p.destroy(p.self), GLIFT_OK);
}

/* ---- services of the plugin ---- */

TEST(a_service_is_found_by_name_and_least_version)
{
    glift_plugin p = started();
    CHECK(p.get_api(p.self, "server", GLIFT_ABI_VERSION(1, 0)) != NULL);
    CHECK(p.get_api(p.self, "server", GLIFT_ABI_VERSION(1, 2)) == NULL);
    CHECK(p.get_api(p.self, "server", GLIFT_ABI_VERSION(2, 0)) == NULL);
    CHECK(p.get_api(p.self, "sarver", GLIFT_ABI_VERSION(1, 0)) == NULL);
}

TEST(a_host_that_cannot_be_told_decisions_is_offered_no_players)
{
    glift_plugin p = arranged();
    engine.no_players = true;
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK(players_service(&p) == NULL);
}

/* ---- Lua ---- */

static struct lua_State *const some_state = (struct lua_State *)&engine;

TEST(lua_needs_a_host_that_says_which_lua_it_has)
{
    glift_plugin p = arranged();
    engine.no_lua = true;
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(p.lua_attach(p.self, some_state), GLIFT_ERR_UNSUPPORTED);
    CHECK_CONTAINS(engine.log, "does not say which Lua it has");
}

TEST(a_missing_lua_module_is_named_with_its_place)
{
    glift_plugin p = arranged();
    engine.lua.lua_version = 509;
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    CHECK_INT(p.lua_attach(p.self, some_state), GLIFT_ERR_NOT_FOUND);
    CHECK_CONTAINS(engine.log, "/lua/5.9/gamelift.so is missing");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin between an engine that is only a table above it and an SDK that only takes notes below it. */
#ifndef PLUGIN_HARNESS_H
#define PLUGIN_HARNESS_H

#include "test.h"

#include <gamelift/host.h>

glift_status glift_plugin_query(uint32_t host_abi, glift_plugin *out);

/* ---- the SDK below ---- */

struct glift_server {
    int unused;
};

static struct {
    struct glift_server server;
    glift_server_desc desc; /* of the last create or rebind */
    char websocket_url[64], auth_token[64], session_id[64];
    glift_status create_status, rebind_status, request_status, ending_result;
    bool parked, ready;
    int created, destroyed, rebound, ticked, endings;
    char accepted_id[300], removed_id[300];
    int accepts, removes;
    glift_done_fn accept_done, remove_done;
    void *accept_user, *remove_user;
    bool removes_wait; /* else they are answered at once */
    glift_done_fn ending_done;
    void *ending_user;
    bool metrics_run;
    glift_status metrics_status;
    int metrics_started, frames;
    double delta_ms, tick_ms, world_tick_ms;
    void (*on_tick)(void); /* what a callback does */
    glift_status io_status;
    int ios; /* I/O threads that are there */
} sdk;

glift_status glift_io_create(const glift_io_desc *desc, glift_io **out)
{
    CHECK(desc == NULL);
    *out = sdk.io_status == GLIFT_OK ? (glift_io *)&sdk.ios : NULL;
    sdk.ios += sdk.io_status == GLIFT_OK;
    return sdk.io_status;
}

glift_status glift_io_destroy(glift_io *io)
{
    CHECK(io == (glift_io *)&sdk.ios);
    sdk.ios--;
    return GLIFT_OK;
}

static inline void answer(glift_done_fn done, void *user, glift_status status, const char *message)
{
    glift_result result = {.status = status, .message = message};
    done(&sdk.server, &result, user);
}

glift_status glift_server_create(const glift_server_desc *desc, glift_server **out)
{
    *out = NULL;
    if (sdk.create_status != GLIFT_OK)
        return sdk.create_status;
    sdk.created++;
    sdk.desc = *desc;
    snprintf(sdk.websocket_url, sizeof sdk.websocket_url, "%s",
            desc->websocket_url ? desc->websocket_url : "");
    snprintf(sdk.auth_token, sizeof sdk.auth_token, "%s", desc->auth_token ? desc->auth_token : "");
    *out = &sdk.server;
    return GLIFT_OK;
}

glift_status glift_server_destroy(glift_server *server)
{
    CHECK(server == &sdk.server);
    sdk.destroyed++;
    return GLIFT_OK;
}

glift_status glift_server_rebind(glift_server *server, const glift_server_desc *desc)
{
    CHECK(server == &sdk.server);
    if (sdk.rebind_status != GLIFT_OK)
        return sdk.rebind_status;
    sdk.rebound++;
    sdk.parked = desc == NULL;
    sdk.accept_done = sdk.remove_done = NULL; /* inherited: they may be unloaded code */
    sdk.desc = desc != NULL ? *desc : (glift_server_desc){0};
    return GLIFT_OK;
}

glift_status glift_server_tick(glift_server *server)
{
    CHECK(server == &sdk.server);
    sdk.ticked++;
    if (sdk.on_tick != NULL)
        sdk.on_tick();
    if (sdk.ending_done != NULL && sdk.ending_result != GLIFT_ERR_TIMEOUT) {
        glift_done_fn done = sdk.ending_done;
        sdk.ending_done = NULL;
        answer(done, sdk.ending_user, sdk.ending_result, "");
    }
    return GLIFT_OK;
}

/* A request of before the latest rebind is answered. */
static inline bool answer_inherited(
        glift_request_kind kind, const char *subject, glift_status status, const char *message)
{
    glift_result result = {.status = status, .message = message};
    const glift_inherited_answer inherited = {1, kind, subject, &result};
    CHECK(sdk.desc.on_inherited_answer != NULL);
    return sdk.desc.on_inherited_answer(&sdk.server, &inherited, sdk.desc.user);
}

static uint64_t clock_ns;

glift_status glift_server_wait(glift_server *server, uint32_t timeout_ms)
{
    (void)server;
    clock_ns += timeout_ms * 1000000ull;
    return GLIFT_ERR_TIMEOUT;
}

glift_status glift_metrics_start(glift_server *server, const glift_metrics_desc *desc)
{
    CHECK(server == &sdk.server);
    CHECK(desc == NULL); /* P180: the environment is asked */
    sdk.metrics_started++;
    sdk.metrics_run = sdk.metrics_status == GLIFT_OK;
    return sdk.metrics_status;
}

bool glift_metrics_is_running(const glift_server *server)
{
    CHECK(server == &sdk.server);
    return sdk.metrics_run;
}

glift_status glift_metrics_tick(glift_server *server, double delta_ms, double tick_ms, double world_tick_ms)
{
    CHECK(server == &sdk.server);
    sdk.frames++;
    sdk.delta_ms = delta_ms;
    sdk.tick_ms = tick_ms;
    sdk.world_tick_ms = world_tick_ms;
    return GLIFT_OK;
}

const char *glift_get_game_session_id(const glift_server *server)
{
    (void)server;
    return sdk.session_id;
}

bool glift_is_process_ready(const glift_server *server)
{
    (void)server;
    return sdk.ready;
}

glift_status glift_process_ending(glift_server *server, glift_done_fn done, void *user)
{
    (void)server;
    sdk.endings++;
    sdk.ending_done = done;
    sdk.ending_user = user;
    return GLIFT_OK;
}

glift_status glift_accept_player_session(glift_server *server, const char *id, glift_done_fn done, void *user)
{
    (void)server;
    if (sdk.request_status != GLIFT_OK)
        return sdk.request_status;
    sdk.accepts++;
    snprintf(sdk.accepted_id, sizeof sdk.accepted_id, "%s", id);
    sdk.accept_done = done;
    sdk.accept_user = user;
    return GLIFT_OK;
}

glift_status glift_remove_player_session(glift_server *server, const char *id, glift_done_fn done, void *user)
{
    (void)server;
    sdk.removes++;
    snprintf(sdk.removed_id, sizeof sdk.removed_id, "%s", id);
    sdk.remove_done = done;
    sdk.remove_user = user;
    if (!sdk.removes_wait)
        answer(done, user, GLIFT_OK, "");
    return GLIFT_OK;
}

const char *glift_status_name(glift_status status)
{
    (void)status;
    return "STATUS";
}

/* ---- the engine above ---- */

static struct {
    char log[4096];
    glift_tick_fn tick, after;
    void *tick_user;
    bool takes_no_second_hook;
    int hooks, wakes, exits, exit_code;
    struct {
        const char *key, *value;
    } config[8];
    unsigned char blocks[2][256]; /* of the host, and of a second one */
    size_t block_size;
    int decisions;
    bool accepted;
    uint64_t decided;
    char reason[128], script_error[128];
    bool no_core, no_lua, no_players, no_memory;
    glift_host_core core;
    glift_host_lua lua;
} engine;

static inline void engine_log(glift_host *host, glift_log_level level, const char *tag, const char *message)
{
    size_t used = strlen(engine.log);
    (void)host, (void)level, (void)tag;
    snprintf(engine.log + used, sizeof engine.log - used, "%s\n", message);
}

static inline uint64_t engine_now_ns(glift_host *host)
{
    (void)host;
    return clock_ns;
}

static inline glift_tick_id engine_add_tick(
        glift_host *host, glift_phase phase, int order, glift_tick_fn fn, void *user)
{
    (void)host, (void)order;
    if (phase == GLIFT_PHASE_AFTER_GAME) {
        if (engine.takes_no_second_hook)
            return 0;
        CHECK(engine.after == NULL);
        engine.hooks++;
        engine.after = fn;
        return 78;
    }
    CHECK_INT(phase, GLIFT_PHASE_BEFORE_GAME);
    engine.hooks++;
    engine.tick = fn;
    engine.tick_user = user;
    return 77;
}

static inline glift_status engine_remove_tick(glift_host *host, glift_tick_id id)
{
    (void)host;
    CHECK(id == 77 || id == 78);
    engine.hooks--;
    return GLIFT_OK;
}

static inline glift_status engine_wake(glift_host *host)
{
    (void)host;
    engine.wakes++;
    return GLIFT_OK;
}

static inline glift_status engine_request_exit(glift_host *host, int code)
{
    (void)host;
    engine.exits++;
    engine.exit_code = code;
    return GLIFT_OK;
}

static inline const char *engine_config(glift_host *host, const char *key)
{
    (void)host;
    for (size_t i = 0; i < 8 && engine.config[i].key != NULL; i++) {
        if (strcmp(engine.config[i].key, key) == 0)
            return engine.config[i].value;
    }
    return NULL;
}

static inline void *engine_static_block(glift_host *host, const char *id, size_t size)
{
    (void)id;
    if (engine.no_memory || size > sizeof engine.blocks[0] ||
            (engine.block_size != 0 && engine.block_size != size))
        return NULL;
    engine.block_size = size;
    return engine.blocks[host != NULL];
}

static inline void engine_decide(glift_host *host, uint64_t player, bool accepted, const char *reason)
{
    (void)host;
    engine.decisions++;
    engine.decided = player;
    engine.accepted = accepted;
    snprintf(engine.reason, sizeof engine.reason, "%s", reason);
}

static inline void engine_report_error(glift_host *host, const char *message)
{
    (void)host;
    snprintf(engine.script_error, sizeof engine.script_error, "%s", message);
}

static const glift_host_players engine_players = {
        .size = sizeof engine_players, .version = GLIFT_HOST_PLAYERS_VERSION, .decide = engine_decide};

static inline const void *engine_get_api(glift_host *host, const char *name, uint32_t min_version)
{
    (void)host, (void)min_version;
    if (strcmp(name, "core") == 0)
        return engine.no_core ? NULL : &engine.core;
    if (strcmp(name, "lua") == 0)
        return engine.no_lua ? NULL : &engine.lua;
    return engine.no_players ? NULL : &engine_players;
}

static const glift_host_api api = {.size = sizeof api,
        .abi = GLIFT_HOST_ABI,
        .host_name = "test",
        .host_version = "1",
        .get_api = engine_get_api};

/* ---- arrangements ---- */

static inline glift_plugin loaded_plugin(void)
{
    glift_plugin p = {.size = sizeof p};
    CHECK_INT(glift_plugin_query(GLIFT_HOST_ABI, &p), GLIFT_OK);
    return p;
}

/* A fresh engine and SDK; what an earlier test left running is stopped. */
static inline glift_plugin arranged(void)
{
    glift_plugin p = loaded_plugin();
    sdk.ready = false;
    sdk.ending_result = GLIFT_OK;
    p.stop(p.self, GLIFT_STOP_EXIT);
    memset(&sdk, 0, sizeof sdk);
    memset(&engine, 0, sizeof engine);
    clock_ns = 1000000000;
    setenv("GAMELIFT_SDK_WEBSOCKET_URL", "ws://127.0.0.1:1", 1);
    unsetenv("GAMELIFT_STATSD_HOST");
    unsetenv("GAMELIFT_STATSD_PORT");
    engine.core = (glift_host_core){.size = sizeof engine.core,
            .version = GLIFT_HOST_CORE_VERSION,
            .log = engine_log,
            .now_ns = engine_now_ns,
            .add_tick = engine_add_tick,
            .remove_tick = engine_remove_tick,
            .wake = engine_wake,
            .request_exit = engine_request_exit,
            .config = engine_config,
            .static_block = engine_static_block};
    engine.lua = (glift_host_lua){.size = sizeof engine.lua,
            .version = GLIFT_HOST_LUA_VERSION,
            .lua_version = 504,
            .generation = 1,
            .report_error = engine_report_error};
    return p;
}

static inline void set(const char *key, const char *value)
{
    size_t i = 0;
    while (engine.config[i].key != NULL)
        i++;
    engine.config[i].key = key;
    engine.config[i].value = value;
}

static inline glift_plugin started(void)
{
    glift_plugin p = arranged();
    CHECK_INT(p.start(p.self, &api), GLIFT_OK);
    return p;
}

static inline void connection(glift_connection_state state, glift_status status, const char *reason)
{
    glift_connection_event event = {.state = state, .status = status, .reason = reason};
    sdk.desc.on_connection(&sdk.server, &event, sdk.desc.user);
}

static inline const glift_plugin_server *server_service(const glift_plugin *p)
{
    return p->get_api(p->self, "server", GLIFT_PLUGIN_SERVER_VERSION);
}

static inline const glift_plugin_players *players_service(const glift_plugin *p)
{
    return p->get_api(p->self, "players", GLIFT_PLUGIN_PLAYERS_VERSION);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A small engine in C that reloads the plugin in a running game session: unloads the library, loads it again,
 * and goes on where it was; most of all while a request is under way, whose answer then reaches the next
 * copy. Run by reload_test.py, which watches the service meanwhile.
 *
 * Says on stdout what it has come to: "ready", "active", "accepted", "ended". */

#include <gamelift/host.h>

#include <dlfcn.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FRAME_MS = 5, PATIENCE_S = 20, PLAYER = 7 };

struct glift_host {
    glift_tick_fn tick;
    void *tick_user;
    unsigned char block[256];
    bool accepted, answered;
    glift_status status;
    glift_request_kind inherited; /* the latest request of a copy before that was answered */
};

static struct glift_host engine;

static void fail(const char *what)
{
    printf("failed: %s\n", what);
    exit(1);
}

static void say(const char *what)
{
    puts(what);
    fflush(stdout);
}

/* ---- the host's side ---- */

static void engine_log(glift_host *host, glift_log_level level, const char *tag, const char *message)
{
    (void)host;
    fprintf(stderr, "%d %s: %s\n", level, tag, message);
}

static uint64_t engine_now_ns(glift_host *host)
{
    struct timespec now;
    (void)host;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static glift_tick_id engine_add_tick(
        glift_host *host, glift_phase phase, int order, glift_tick_fn fn, void *user)
{
    (void)phase, (void)order;
    if (host->tick != NULL)
        fail("a second tick hook");
    host->tick = fn;
    host->tick_user = user;
    return 1;
}

static glift_status engine_remove_tick(glift_host *host, glift_tick_id id)
{
    host->tick = NULL;
    return id == 1 ? GLIFT_OK : GLIFT_ERR_ARGUMENT;
}

static glift_status engine_wake(glift_host *host)
{
    (void)host; /* every frame runs the hook */
    return GLIFT_OK;
}

static glift_status engine_request_exit(glift_host *host, int code)
{
    (void)host, (void)code; /* after ProcessEnding, which is the last that happens here */
    return GLIFT_OK;
}

static const char *engine_config(glift_host *host, const char *key)
{
    (void)host, (void)key;
    return NULL;
}

static void *engine_static_block(glift_host *host, const char *id, size_t size)
{
    (void)id;
    return size <= sizeof host->block ? host->block : NULL;
}

static void engine_decide(glift_host *host, uint64_t player, bool accepted, const char *reason)
{
    host->accepted = accepted && player == PLAYER && reason[0] == '\0';
}

static const void *engine_get_api(glift_host *host, const char *name, uint32_t min_version)
{
    static const glift_host_core core = {.size = sizeof core,
            .version = GLIFT_HOST_CORE_VERSION,
            .log = engine_log,
            .now_ns = engine_now_ns,
            .add_tick = engine_add_tick,
            .remove_tick = engine_remove_tick,
            .wake = engine_wake,
            .request_exit = engine_request_exit,
            .config = engine_config,
            .static_block = engine_static_block};
    static const glift_host_players players = {
            .size = sizeof players, .version = GLIFT_HOST_PLAYERS_VERSION, .decide = engine_decide};
    (void)host, (void)min_version;
    if (strcmp(name, "core") == 0)
        return &core;
    return strcmp(name, "players") == 0 ? &players : NULL;
}

/* ---- loading ---- */

static void *library;
static glift_plugin plugin;

static void load(const char *file)
{
    static const glift_host_api api = {.size = sizeof api,
            .abi = GLIFT_HOST_ABI,
            .host = &engine,
            .host_name = "reload",
            .host_version = "1",
            .get_api = engine_get_api};
    glift_plugin_query_fn query = NULL;
    library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    void *symbol = library != NULL ? dlsym(library, GLIFT_PLUGIN_QUERY_SYMBOL) : NULL;
    memcpy(&query, &symbol, sizeof query);
    plugin = (glift_plugin){.size = sizeof plugin};
    if (query == NULL || query(GLIFT_HOST_ABI, &plugin) != GLIFT_OK)
        fail("loading");
    if (plugin.start(plugin.self, &api) != GLIFT_OK)
        fail("start");
}

static void reload(const char *file)
{
    if (plugin.before_reload(plugin.self) != GLIFT_OK ||
            plugin.stop(plugin.self, GLIFT_STOP_RELOAD) != GLIFT_OK)
        fail("stop for a reload");
    dlclose(library);
    if (dlopen(file, RTLD_NOW | RTLD_NOLOAD) != NULL)
        fail("the library is still there");
    load(file);
}

static const glift_plugin_server *server_service(void)
{
    return plugin.get_api(plugin.self, "server", GLIFT_PLUGIN_SERVER_VERSION);
}

static glift_server *server(void)
{
    return server_service()->server(plugin.self);
}

/* ---- the game ---- */

static bool session_came;

static void on_start_game_session(glift_server *s, const glift_game_session *session, void *user)
{
    (void)s, (void)session, (void)user;
    session_came = true;
}

static bool on_inherited_answer(glift_server *s, const glift_inherited_answer *answer, void *user)
{
    (void)s, (void)user;
    engine.inherited = answer->kind;
    engine.answered = true;
    engine.status = answer->result->status;
    return true;
}

static void take_callbacks(void)
{
    glift_server_desc desc = {.size_bytes = sizeof desc,
            .on_start_game_session = on_start_game_session,
            .on_inherited_answer = on_inherited_answer};
    if (server_service()->bind(plugin.self, &desc) != GLIFT_OK)
        fail("bind");
}

/* Never runs: a reload comes before every answer. */
static void on_done(glift_server *s, const glift_result *result, void *user)
{
    (void)s, (void)result, (void)user;
    fail("an answer to who is gone");
}

static void frames_until(const bool *condition, const char *what)
{
    uint64_t until_ns = engine_now_ns(&engine) + PATIENCE_S * 1000000000ull;
    while (!*condition) {
        if (engine_now_ns(&engine) > until_ns)
            fail(what);
        engine.tick(engine.tick_user);
        poll(NULL, 0, FRAME_MS);
    }
}

/* The one who has asked is unloaded before the answer comes. */
static void reload_until_answered(
        const char *file, glift_status asked, glift_request_kind kind, const char *what)
{
    if (asked != GLIFT_OK)
        fail(what);
    engine.answered = false;
    engine.inherited = (glift_request_kind)0;
    reload(file);
    reload(file);
    take_callbacks();
    frames_until(&engine.answered, what);
    if (engine.status != GLIFT_OK || engine.inherited != kind)
        fail(what);
}

static const glift_plugin_players *players_service(void)
{
    return plugin.get_api(plugin.self, "players", GLIFT_PLUGIN_PLAYERS_VERSION);
}

/* A FIFO: opening it waits for the test to write the id. */
static void read_player_session(const char *file, char id[300])
{
    FILE *input = fopen(file, "r");
    if (input == NULL || fgets(id, 300, input) == NULL)
        fail("a player session id");
    fclose(input);
    id[strcspn(id, "\n")] = '\0';
}

static void play(const char *file, const char *player_session_file)
{
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    char id[300] = "", reason[128] = "";
    take_callbacks();
    reload_until_answered(file, glift_process_ready(server(), &parameters, on_done, NULL),
            GLIFT_REQUEST_PROCESS_READY, "ProcessReady");
    if (!glift_is_process_ready(server()))
        fail("still ready after the reload");
    say("ready");
    frames_until(&session_came, "a game session");
    reload_until_answered(file, glift_activate_game_session(server(), on_done, NULL),
            GLIFT_REQUEST_ACTIVATE_GAME_SESSION, "ActivateGameSession");
    say("active");

    read_player_session(player_session_file, id);
    if (players_service()->connect(plugin.self, PLAYER, id, reason, sizeof reason) != GLIFT_PLAYER_PENDING)
        fail(reason);
    reload(file);
    take_callbacks();
    frames_until(&engine.accepted, "the player's acceptance");
    say("accepted");

    reload(file);
    players_service()->disconnect(plugin.self, PLAYER); /* a seat that an earlier copy took */
    reload(file);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        fail("usage: reload_engine PLUGIN PLAYER_SESSION_FIFO");
    load(argv[1]);
    play(argv[1], argv[2]);
    if (plugin.stop(plugin.self, GLIFT_STOP_EXIT) != GLIFT_OK || engine.tick != NULL)
        fail("the end");
    dlclose(library);
    say("ended");
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The GameLift plugin in ioquake3 and OpenArena: a game module that stands before the real one.
 *
 * The engine loads it as qagame, it loads the real one (the cvar gamelift_module) and hands every call on.
 * Who connects has its player session id in the userinfo, under "psess". A game session may name a map (game
 * property "map").
 *
 * The engine unloads the game module with every map. This one is linked with -z nodelete: its memory, and
 * with it the connection to GameLift, stays; the real module is unloaded and loaded as it would be without
 * it. */
#include "host.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* ---- what is used of the engine: numbers that have been the same since 1999 ---- */

enum { INIT = 0, SHUTDOWN = 1, CLIENT_CONNECT = 2, CLIENT_DISCONNECT = 5, RUN_FRAME = 8 };

enum {
    CVAR_INTEGER = 6,
    CVAR_TEXT = 7,
    CONSOLE_COMMAND = 14,
    DROP_CLIENT = 16,
    GET_USERINFO = 20,
};

enum { AT_THE_END_OF_FRAME = 2, USERINFO_SIZE = 1024 };

typedef intptr_t (*engine_call)(intptr_t number, ...);
typedef intptr_t (*game_main)(int command, intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e,
        intptr_t f, intptr_t g, intptr_t h, intptr_t i, intptr_t j, intptr_t k, intptr_t l);
typedef void (*game_entry)(engine_call call);

static engine_call call; /* a new one with each map */

/* ---- the real game ---- */

static struct {
    void *library;
    game_main main;
} game;

static bool load_game(void)
{
    char file[512] = "";
    game_entry entry = NULL;
    call(CVAR_TEXT, "gamelift_module", file, sizeof file);
    game.library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    void *symbols[2] = {NULL, NULL};
    if (game.library != NULL) {
        symbols[0] = dlsym(game.library, "dllEntry");
        symbols[1] = dlsym(game.library, "vmMain");
    }
    memcpy(&entry, &symbols[0], sizeof entry);
    memcpy(&game.main, &symbols[1], sizeof game.main);
    if (entry == NULL || game.main == NULL) {
        fprintf(stderr, "the cvar gamelift_module names no game module: \"%s\"\n", file);
        return false;
    }
    entry(call);
    return true;
}

static void unload_game(void)
{
    dlclose(game.library);
    game.library = NULL;
    game.main = NULL;
}

/* ---- GameLift ---- */

static struct glift_host host;
static glift_plugin plugin;
static bool is_started, is_ready, awaits_map, is_leaving;
static volatile sig_atomic_t is_asked_to_end;

/* The engine's own handler would end the game in the middle of whatever it is doing, with exit code 1. */
static void on_signal(int number)
{
    (void)number;
    is_asked_to_end = 1;
}

static void run_command(const char *text)
{
    call(CONSOLE_COMMAND, (intptr_t)AT_THE_END_OF_FRAME, text);
}

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    if (result->status != GLIFT_OK)
        fprintf(stderr, "GameLift says no: %s\n", result->message);
}

static const char *wanted_map(const glift_game_session *session)
{
    static const char name_bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    for (size_t i = 0; i < session->game_property_count; i++) {
        const char *map = session->game_properties[i].value;
        if (strcmp(session->game_properties[i].key, "map") == 0 && map[strspn(map, name_bytes)] == '\0')
            return map; /* it becomes part of a console command */
    }
    return "";
}

/* Players may come when the map is there. */
static void on_start_game_session(glift_server *server, const glift_game_session *session, void *user)
{
    char command[128];
    const char *map = wanted_map(session);
    fprintf(stderr, "game session %s\n", session->game_session_id);
    awaits_map = map[0] != '\0';
    if (awaits_map) {
        snprintf(command, sizeof command, "map %.64s\n", map);
        run_command(command);
    } else {
        glift_activate_game_session(server, on_answer, user);
    }
}

static const glift_plugin_server *server_service(void)
{
    return plugin.get_api(plugin.self, "server", GLIFT_PLUGIN_SERVER_VERSION);
}

static const glift_plugin_players *door(void)
{
    return plugin.get_api(plugin.self, "players", GLIFT_PLUGIN_PLAYERS_VERSION);
}

/* Whoever was let in while GameLift was asked, and has no seat, goes. */
static void decide(glift_host *unused, uint64_t player, bool accepted, const char *reason)
{
    (void)unused;
    fprintf(stderr, "client %d: %s\n", (int)player - 1, accepted ? "accepted" : reason);
    if (!accepted)
        call(DROP_CLIENT, (intptr_t)player - 1, reason);
}

/* At exit, however that has come about. The engine's "quit" is exit code 0 always. */
static void stop_plugin(void)
{
    plugin.stop(plugin.self, GLIFT_STOP_EXIT);
    if (host.exit_code == 0)
        return;
    fflush(NULL);
    _exit(host.exit_code);
}

static void start_plugin(void)
{
    static const glift_host_players players = {sizeof players, GLIFT_HOST_PLAYERS_VERSION, decide};
    static char *no_settings[] = {NULL}; /* the environment says it all */
    char file[512] = "";
    const glift_server_desc callbacks = {
            .size_bytes = sizeof callbacks, .on_start_game_session = on_start_game_session};
    call(CVAR_TEXT, "gamelift_plugin", file, sizeof file);
    host.settings = no_settings;
    host.players = &players;
    is_started = host_load(&host, file, &plugin);
    if (!is_started)
        exit(1); /* the plugin has said why */
    atexit(stop_plugin);
    signal(SIGTERM, on_signal);
    server_service()->bind(plugin.self, &callbacks);
}

/* A map is there. */
static void map_loaded(void)
{
    if (!is_started)
        start_plugin();
    if (awaits_map)
        glift_activate_game_session(server_service()->server(plugin.self), on_answer, NULL);
    awaits_map = false;
}

static void run_frame(void)
{
    glift_process_parameters ready = {.size_bytes = sizeof ready};
    if (!is_started)
        return;
    host_run_hooks(&host, GLIFT_PHASE_BEFORE_GAME);
    if (!is_ready) {
        is_ready = true;
        ready.port = (int)call(CVAR_INTEGER, "net_port");
        glift_process_ready(server_service()->server(plugin.self), &ready, on_answer, NULL);
    }
    if ((host.is_over || is_asked_to_end) && !is_leaving) {
        is_leaving = true;
        run_command("quit\n");
    }
}

/* The value behind "\psess\" in "\name\ann\psess\psess-1"; "" without it. */
static void read_player_session_id(int client, char out[GLIFT_MAX_ID_LENGTH + 1])
{
    static const char key[] = "\\psess\\";
    char userinfo[USERINFO_SIZE] = "";
    call(GET_USERINFO, (intptr_t)client, userinfo, (intptr_t)sizeof userinfo);
    const char *value = strstr(userinfo, key);
    value = value != NULL ? value + strlen(key) : "";
    snprintf(out, GLIFT_MAX_ID_LENGTH + 1, "%.*s", (int)strcspn(value, "\\"), value);
}

static void client_goes(int client)
{
    if (is_started)
        door()->disconnect(plugin.self, (uint64_t)client + 1);
}

/* The address of why this client may not come in; 0: it may. The engine wants to know at once, so one that
 * GameLift is still asked about comes in. */
static intptr_t client_comes(int client)
{
    static char reason[256];
    char id[GLIFT_MAX_ID_LENGTH + 1];
    client_goes(client); /* who connects anew takes his own place over, and nobody has said that he left */
    read_player_session_id(client, id);
    if (door()->connect(plugin.self, (uint64_t)client + 1, id, reason, sizeof reason) != GLIFT_PLAYER_DENIED)
        return 0;
    game.main(CLIENT_DISCONNECT, client, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0); /* it has just let the client in */
    return (intptr_t)reason;
}

/* ---- what the engine calls ---- */

EXPORT void dllEntry(engine_call from_engine);
EXPORT void dllEntry(engine_call from_engine)
{
    call = from_engine; /* which must not be called in here yet */
}

EXPORT intptr_t vmMain(int command, intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e, intptr_t f,
        intptr_t g, intptr_t h, intptr_t i, intptr_t j, intptr_t k, intptr_t l);
EXPORT intptr_t vmMain(int command, intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e, intptr_t f,
        intptr_t g, intptr_t h, intptr_t i, intptr_t j, intptr_t k, intptr_t l)
{
    if (command == INIT && !load_game())
        exit(1);
    intptr_t result = game.main(command, a, b, c, d, e, f, g, h, i, j, k, l);
    if (command == INIT)
        map_loaded();
    else if (command == SHUTDOWN)
        unload_game();
    else if (command == RUN_FRAME)
        run_frame();
    else if (command == CLIENT_DISCONNECT)
        client_goes((int)a);
    /* b: the client is new, and not one that comes along to the next map; c: it is a bot, which needs no
     * seat. A result is why the game itself turns it away. */
    else if (command == CLIENT_CONNECT && result == 0 && is_started && (int)b && !(int)c)
        return client_comes((int)a);
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The GameLift plugin in Godot 3: a GDNative library, whose functions GDScript calls by name.
 *
 *     gamelift_start(plugin_file, port)     "", when the plugin is there and ProcessReady is said, or
 * "failed" gamelift_frame()                      once a frame: "", "terminate" for SIGTERM, or "exit CODE"
 *     gamelift_connect(number, id)          "pending", "accepted", or why not; players have numbers from 1 to
 * 64 gamelift_decision()                   "NUMBER accepted", "NUMBER reason", or "" when there is none
 *     gamelift_disconnect(number)           ""
 *     gamelift_stop()                       says ProcessEnding, where GameLift has not ended the process
 * itself
 *
 * What Godot hands in is declared here as far as it is used, so its headers are not needed. */
#include "host.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

/* ---- what is used of Godot ---- */

typedef struct godot_variant {
    uint64_t opaque[3];
} godot_variant;
typedef struct godot_text {
    void *opaque;
} godot_text;
typedef struct godot_bytes {
    void *opaque;
} godot_bytes;

/* Places in the table of core functions 1.0. Later 3.x tables hang behind it, and leave it as it is. */
enum {
    ARRAY_GET = 333,
    VARIANT_NEW_STRING = 514,
    VARIANT_AS_STRING = 541,
    VARIANT_DESTROY = 570,
    CHAR_STRING_GET_DATA = 572,
    CHAR_STRING_DESTROY = 573,
    STRING_UTF8 = 678,
    STRING_CHARS_TO_UTF8 = 681,
    STRING_DESTROY = 721
};

typedef void (*godot_function)(void);

typedef struct godot_core {
    unsigned type, major, minor;
    const void *next;
    unsigned extension_count;
    const void *extensions;
    godot_function functions[];
} godot_core;

typedef struct godot_init_options {
    bool in_editor;
    uint64_t hashes[3];
    void *report[2];
    void *library;
    const godot_core *core;
} godot_init_options;

static const godot_core *godot;

static void read_argument(const void *arguments, int index, char *out, size_t size)
{
    godot_function const *call = godot->functions;
    godot_variant value = ((godot_variant(*)(const void *, int))call[ARRAY_GET])(arguments, index);
    godot_text text = ((godot_text(*)(const godot_variant *))call[VARIANT_AS_STRING])(&value);
    godot_bytes bytes = ((godot_bytes(*)(const godot_text *))call[STRING_UTF8])(&text);
    snprintf(out, size, "%s", ((const char *(*)(const godot_bytes *))call[CHAR_STRING_GET_DATA])(&bytes));
    ((void (*)(godot_bytes *))call[CHAR_STRING_DESTROY])(&bytes);
    ((void (*)(godot_text *))call[STRING_DESTROY])(&text);
    ((void (*)(godot_variant *))call[VARIANT_DESTROY])(&value);
}

static godot_variant text_of(const char *utf8)
{
    godot_function const *call = godot->functions;
    godot_variant value;
    godot_text text = ((godot_text(*)(const char *))call[STRING_CHARS_TO_UTF8])(utf8);
    ((void (*)(godot_variant *, const godot_text *))call[VARIANT_NEW_STRING])(&value, &text);
    ((void (*)(godot_text *))call[STRING_DESTROY])(&text);
    return value;
}

/* ---- the engine's side of the plugin ---- */

static struct glift_host engine;
static glift_plugin plugin;
static char decisions[MAX_PLAYERS + 1][256]; /* by player; "": none */
static volatile sig_atomic_t is_asked_to_end;

static void on_signal(int number)
{
    (void)number;
    is_asked_to_end = 1;
}

/* Godot leaves SIGTERM as it is, which ends the process without a word. Somebody else's handler stays. */
static void take_over_sigterm(void)
{
    struct sigaction now;
    if (sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        signal(SIGTERM, on_signal);
}

static void decide(glift_host *host, uint64_t player, bool accepted, const char *reason)
{
    (void)host;
    snprintf(decisions[player], sizeof decisions[player], "%s", accepted ? "accepted" : reason);
}

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    if (result->status != GLIFT_OK)
        fprintf(stderr, "GameLift says no: %s\n", result->message);
}

static void on_start_game_session(glift_server *server, const glift_game_session *session, void *user)
{
    fprintf(stderr, "game session %s\n", session->game_session_id);
    glift_activate_game_session(server, on_answer, user);
}

static void say_ready(int port)
{
    const glift_plugin_server *service = plugin.get_api(plugin.self, "server", GLIFT_PLUGIN_SERVER_VERSION);
    const glift_server_desc callbacks = {
            .size_bytes = sizeof callbacks, .on_start_game_session = on_start_game_session};
    const glift_process_parameters ready = {.size_bytes = sizeof ready, .port = port};
    service->bind(service->self, &callbacks);
    glift_process_ready(service->server(service->self), &ready, on_answer, NULL);
}

static const glift_plugin_players *door(void)
{
    return plugin.get_api(plugin.self, "players", GLIFT_PLUGIN_PLAYERS_VERSION);
}

/* 0 for what is no number of a player. */
static uint64_t read_player(const void *arguments)
{
    char text[32];
    read_argument(arguments, 0, text, sizeof text);
    long number = strtol(text, NULL, 10);
    return number >= 1 && number <= MAX_PLAYERS ? (uint64_t)number : 0;
}

/* ---- what GDScript calls ---- */

EXPORT void gamelift_gdnative_init(const godot_init_options *options);
EXPORT void gamelift_gdnative_init(const godot_init_options *options)
{
    godot = options->core;
}

EXPORT void gamelift_gdnative_terminate(void *options);
EXPORT void gamelift_gdnative_terminate(void *options)
{
    (void)options;
}

EXPORT godot_variant gamelift_start(const void *arguments);
EXPORT godot_variant gamelift_start(const void *arguments)
{
    static const glift_host_players players = {sizeof players, GLIFT_HOST_PLAYERS_VERSION, decide};
    static char *no_settings[] = {NULL}; /* the environment says it all */
    char file[1024], port[16];
    read_argument(arguments, 0, file, sizeof file);
    read_argument(arguments, 1, port, sizeof port);
    int number = host_read_port(port);
    engine.settings = no_settings;
    engine.players = &players;
    take_over_sigterm();
    if (number == 0 || !host_load(&engine, file, &plugin))
        return text_of("failed");
    say_ready(number);
    return text_of("");
}

EXPORT godot_variant gamelift_frame(const void *arguments);
EXPORT godot_variant gamelift_frame(const void *arguments)
{
    char exit[32];
    (void)arguments;
    host_run_hooks(&engine, GLIFT_PHASE_BEFORE_GAME);
    host_run_hooks(&engine, GLIFT_PHASE_AFTER_GAME);
    snprintf(exit, sizeof exit, "exit %d", engine.exit_code);
    return text_of(engine.is_over ? exit : is_asked_to_end ? "terminate" : "");
}

EXPORT godot_variant gamelift_connect(const void *arguments);
EXPORT godot_variant gamelift_connect(const void *arguments)
{
    static const char *const answers[] = {"accepted", NULL, "pending"};
    char id[300], reason[256] = "the server has 64 places";
    uint64_t player = read_player(arguments);
    read_argument(arguments, 1, id, sizeof id);
    glift_player_answer answer = GLIFT_PLAYER_DENIED;
    if (player != 0)
        answer = door()->connect(plugin.self, player, id, reason, sizeof reason);
    return text_of(answer == GLIFT_PLAYER_DENIED ? reason : answers[answer]);
}

EXPORT godot_variant gamelift_decision(const void *arguments);
EXPORT godot_variant gamelift_decision(const void *arguments)
{
    char text[300] = "";
    (void)arguments;
    for (int player = 1; player <= MAX_PLAYERS && text[0] == '\0'; player++) {
        if (decisions[player][0] == '\0')
            continue;
        snprintf(text, sizeof text, "%d %s", player, decisions[player]);
        decisions[player][0] = '\0';
    }
    return text_of(text);
}

EXPORT godot_variant gamelift_disconnect(const void *arguments);
EXPORT godot_variant gamelift_disconnect(const void *arguments)
{
    uint64_t player = read_player(arguments);
    decisions[player][0] = '\0';
    if (player != 0)
        door()->disconnect(plugin.self, player);
    return text_of("");
}

EXPORT godot_variant gamelift_stop(const void *arguments);
EXPORT godot_variant gamelift_stop(const void *arguments)
{
    (void)arguments;
    plugin.stop(plugin.self, GLIFT_STOP_EXIT);
    return text_of("");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* An engine with the GameLift plugin and without a script: the plugin checks its players.
 *
 *     engine PLUGIN PORT [gamelift.key=value ...]      for example: engine gamelift_plugin.so 7777
 * gamelift.offline=1
 *
 * A player sends its player session id as its first datagram, and is told "welcome", or why not. What it says
 * then comes back to it, and "bye" ends it. */
#include "host.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct glift_host engine;
static glift_plugin plugin;
static bool plays[MAX_PLAYERS + 1];
static volatile sig_atomic_t is_asked_to_end;

static void on_signal(int number)
{
    (void)number;
    is_asked_to_end = 1;
}

/* GameLift's answer on a player who was GLIFT_PLAYER_PENDING. */
static void decide(glift_host *host, uint64_t player, bool accepted, const char *reason)
{
    plays[player] = accepted;
    udp_send(host, player, accepted ? "welcome" : reason);
    if (!accepted)
        udp_forget(host, player);
}

static void player_comes(const glift_plugin_players *door, uint64_t player, const char *player_session_id)
{
    char reason[256] = "";
    glift_player_answer answer = door->connect(door->self, player, player_session_id, reason, sizeof reason);
    if (answer != GLIFT_PLAYER_PENDING)
        decide(&engine, player, answer == GLIFT_PLAYER_ACCEPTED, reason);
}

static void player_goes(const glift_plugin_players *door, uint64_t player)
{
    plays[player] = false;
    udp_forget(&engine, player);
    door->disconnect(door->self, player);
}

static void listen_to_players(const glift_plugin_players *door)
{
    char text[512];
    bool is_new = false;
    for (uint64_t player; (player = udp_receive(&engine, text, sizeof text, &is_new)) != 0;) {
        if (is_new)
            player_comes(door, player, text);
        else if (strcmp(text, "bye") == 0)
            player_goes(door, player);
        else if (plays[player])
            udp_send(&engine, player, text);
    }
}

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    if (result->status != GLIFT_OK)
        fprintf(stderr, "GameLift says no: %s\n", result->message);
}

/* A game session was placed here. There is nothing to load: players may come. */
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

int main(int argc, char **argv)
{
    static const glift_host_players players = {sizeof players, GLIFT_HOST_PLAYERS_VERSION, decide};
    if (argc < 3)
        return fprintf(stderr, "usage: engine PLUGIN PORT [key=value ...]\n"), 2;
    int port = host_read_port(argv[2]);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    engine.settings = argv + 3;
    engine.players = &players;
    if (port == 0 || !udp_open(&engine, port) || !host_load(&engine, argv[1], &plugin))
        return 1;
    const glift_plugin_players *door = plugin.get_api(plugin.self, "players", GLIFT_PLUGIN_PLAYERS_VERSION);
    say_ready(port);
    while (!engine.is_over && !is_asked_to_end) {
        udp_wait(&engine);
        host_run_hooks(&engine, GLIFT_PHASE_BEFORE_GAME);
        listen_to_players(door);
        host_run_hooks(&engine, GLIFT_PHASE_AFTER_GAME);
    }
    plugin.stop(
            plugin.self, GLIFT_STOP_EXIT); /* says ProcessEnding, where GameLift has not ended it itself */
    return engine.exit_code;
}

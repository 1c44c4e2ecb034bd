/* SPDX-License-Identifier: Apache-2.0 */
/* An engine on Windows that takes the plugin out of its process while a game session is active, and loads it
 * anew:
 *
 *     windows_reload PLUGIN */
#include "host.h"

#include <stdio.h>
#include <windows.h>

static struct glift_host engine;
static glift_plugin plugin;
static bool is_active;

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    is_active |= user != NULL && result->status == GLIFT_OK;
    puts(result->status == GLIFT_OK ? "yes" : result->message);
}

static void on_start_game_session(glift_server *server, const glift_game_session *session, void *user)
{
    (void)session, (void)user;
    glift_activate_game_session(server, on_answer, &engine);
}

/* Takes the callbacks of the plugin's server. */
static glift_server *take_over(void)
{
    const glift_plugin_server *service = plugin.get_api(plugin.self, "server", GLIFT_PLUGIN_SERVER_VERSION);
    const glift_server_desc callbacks = {
            .size_bytes = sizeof callbacks, .on_start_game_session = on_start_game_session};
    service->bind(service->self, &callbacks);
    return service->server(service->self);
}

static bool reload(const char *file)
{
    plugin.before_reload(plugin.self);
    plugin.stop(plugin.self, GLIFT_STOP_RELOAD);
    FreeLibrary(GetModuleHandleA("gamelift_plugin.dll"));
    puts(GetModuleHandleA("gamelift_plugin.dll") == NULL ? "unloaded" : "not unloaded");
    if (!host_load(&engine, file, &plugin))
        return false;
    puts(glift_is_process_ready(take_over()) ? "still ready" : "no longer ready");
    return true;
}

int main(int argc, char **argv)
{
    const glift_process_parameters ready = {.size_bytes = sizeof ready, .port = 7777};
    engine.settings = argv + argc;
    setvbuf(stdout, NULL, _IONBF, 0);
    if (argc != 2 || !host_load(&engine, argv[1], &plugin))
        return 2;
    glift_process_ready(take_over(), &ready, on_answer, NULL);
    for (bool is_reloaded = false; !engine.is_over; Sleep(FRAME_MS)) {
        host_run_hooks(&engine, GLIFT_PHASE_BEFORE_GAME);
        host_run_hooks(&engine, GLIFT_PHASE_AFTER_GAME);
        if (is_active && !is_reloaded && !reload(argv[1]))
            return 3;
        is_reloaded = is_active;
    }
    plugin.stop(plugin.self, GLIFT_STOP_EXIT);
    return engine.exit_code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: what every part of the host can see, and the loop that drives them. */
#ifndef HOST_ENGINE_H
#define HOST_ENGINE_H

#include "hooks.h"
#include "net.h"
#include "options.h"
#include "players.h"
#include "plugin_loader.h"
#include "script.h"
#include "settings.h"

#include <limits.h>
#include <stdatomic.h>

typedef struct engine_paths {
    char script[PATH_MAX], plugin[PATH_MAX], assets[PATH_MAX];
    char script_folder[PATH_MAX], plugin_folder[PATH_MAX], program_folder[PATH_MAX];
} engine_paths;

/* The host of the plugin ABI is the engine itself. */
struct glift_host {
    options options;
    settings settings;
    engine_paths paths;
    net *net;
    script *script;
    hooks hooks;
    plugin *plugin; /* NULL without GameLift */
    players players;
    struct static_block *static_blocks;
    glift_host_lua lua; /* the service's table: its generation counts the script's reloads */
    atomic_bool woken, exiting;
    atomic_int exit_code;
};

const char *engine_mode_name(engine_mode mode);
/* The setting of the watchdog; 0: it is off. */
int engine_script_timeout_ms(const struct glift_host *host);

/* Run until somebody asks for the exit; returns the exit code. What goes wrong is in the log. */
int engine_run(struct glift_host *host);
/* Leave the loop after this tick. The first code counts. Also for signal handlers. */
void engine_exit(struct glift_host *host, int code);

#endif

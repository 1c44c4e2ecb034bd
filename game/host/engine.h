/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: what all of the program shares, and the loop that drives its places. */
#ifndef HOST_ENGINE_H
#define HOST_ENGINE_H

#include "net.h"
#include "options.h"
#include "plugin_loader.h"
#include "script.h"
#include "settings.h"

#include <limits.h>

typedef struct engine_paths {
    char script[PATH_MAX], plugin[PATH_MAX], assets[PATH_MAX];
    char script_folder[PATH_MAX], plugin_folder[PATH_MAX], program_folder[PATH_MAX];
} engine_paths;

typedef struct engine {
    options options;
    settings settings;
    engine_paths paths;
    net_loop *net_loop;
    plugin_library *plugin; /* NULL without GameLift */
    struct glift_host *places;
    unsigned place_count;
    unsigned connections;     /* that a place may have */
    bool ending;              /* no server has a successor any more */
    script *volatile entered; /* the one that runs now; signal handlers read it */
} engine;

const char *engine_mode_name(engine_mode mode);
/* The setting of the watchdog; 0: it is off. */
int engine_script_timeout_ms(const engine *e);
/* What one Lua state may take. */
size_t engine_script_memory_bytes(const engine *e);
/* What the net of a place is to be, but for its handlers. */
net_desc engine_net_desc(const engine *e, unsigned number);
/* Whether a server that has ended has a successor. */
bool engine_goes_on(const engine *e);
/* A server begins to end: the program as well, where it was the last one, and it may not hang then. */
void engine_limit_end(engine *e);
/* Every server ends after this tick. Also for signal handlers. */
void engine_exit_all(engine *e, int code);

/* Run until all servers have ended; returns the exit code. What goes wrong is in the log. */
int engine_run(engine *e);

#endif

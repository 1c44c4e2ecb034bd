/* SPDX-License-Identifier: Apache-2.0 */
/* A place for game servers: one server at a time, with a port, a script, players and a plugin of its own. Of
 * the host of the plugin ABI there is one in each place. The lobby and the bots have a place, too. */
#ifndef HOST_PLACE_H
#define HOST_PLACE_H

#include "hooks.h"
#include "net.h"
#include "players.h"
#include "plugin_loader.h"
#include "script.h"
#include "settings.h"

#include <pthread.h>
#include <stdatomic.h>

struct engine;

typedef enum place_state {
    PLACE_WAITS, /* until start_at_ns, for its next server */
    PLACE_RUNS,
    PLACE_SAYS_GOODBYE, /* players are sent what was queued, until goodbye_ns */
    PLACE_LEAVES,       /* GameLift is told, on a thread of its own */
    PLACE_IS_DONE
} place_state;

struct glift_host {
    struct engine *engine;
    unsigned number; /* for the log; 0: it is the only place */
    place_state state;
    net *net; /* also between two servers, so that no other program takes the port */

    /* Of the server that is here. */
    settings settings; /* with those of the program behind them */
    script *script;
    hooks hooks;
    glift_plugin plugin; /* all zero without GameLift */
    bool has_plugin;
    players players;
    struct static_block *static_blocks;
    glift_host_lua lua; /* the service's table: its generation counts the script's reloads */
    atomic_bool woken, exiting;
    atomic_int exit_code;
    bool is_to_reload;
    uint64_t started_ns, goodbye_ns;
    int cuts;           /* of its script, that are known */
    uint64_t cut_ns[2]; /* the last two */
    pthread_t leaver;
    bool has_leaver;
    atomic_bool has_left;

    /* From one server to the next. */
    uint64_t start_at_ns;
    unsigned failures; /* of servers, one after another */
};

/* Opens the port. False: `reason` says why. */
bool place_open(
        struct glift_host *place, struct engine *engine, unsigned number, char *reason, size_t reason_size);
/* The next server. What goes wrong is in the log, and the server ends by itself. */
void place_start(struct glift_host *place);
void place_reload(struct glift_host *place);
/* SIGTERM has come: the script has so long. Without a server the place is done. */
void place_terminate(struct glift_host *place, double grace_s);
/* Ends the server after this tick. The first code counts. Also for signal handlers. */
void place_exit(struct glift_host *place, int code);
bool place_is_running(const struct glift_host *place);

void place_tick(struct glift_host *place, double dt, double now, uint64_t now_ns);
/* Between ticks a wake runs the plugin's hooks at once: answers of GameLift do not wait for the frame. */
void place_follow_wake(struct glift_host *place);
/* The next steps of a server that ends. */
void place_follow_end(struct glift_host *place);
/* Whether its latest servers have failed, and none since has shown that it works. */
bool place_has_failed(const struct glift_host *place);

#endif

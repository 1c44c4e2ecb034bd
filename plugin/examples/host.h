/* SPDX-License-Identifier: Apache-2.0 */
/* What an engine writes once to take GameLift in: the services that the plugin asks for (host.c), and loading
 * it. Beside it, udp.c is the network of these examples, and system.h what both ask of the operating system.
 */
#ifndef EXAMPLE_HOST_H
#define EXAMPLE_HOST_H

#include <gamelift/host.h>

#include "system.h"

enum { MAX_HOOKS = 8, MAX_PLAYERS = 64, FRAME_MS = 20 };

struct glift_host {
    char **settings; /* "key=value", NULL at the end */
    struct {
        glift_tick_id id; /* 0: free */
        glift_phase phase;
        glift_tick_fn run;
        void *user;
    } hooks[MAX_HOOKS];
    glift_tick_id last_id;
    struct static_block *blocks;
    bool is_over;
    int exit_code;
    const glift_host_lua *lua;         /* NULL: the engine has no Lua */
    const glift_host_players *players; /* NULL: a script checks the players */
    uintptr_t socket;
    system_address addresses[MAX_PLAYERS];
};

/* The port of the players as GameLift allows it, 1 to 60000; 0: it is none, which stands on stderr. */
int host_read_port(const char *text);

/* Loads the plugin and starts it. False: what failed stands on stderr. */
bool host_load(struct glift_host *host, const char *file, glift_plugin *out);
void host_run_hooks(struct glift_host *host, glift_phase phase);
/* GLIFT_HOST_CORE... of this engine, and whatever else it has. */
const void *host_get_api(glift_host *host, const char *name, uint32_t min_version);

/* A player is whoever sends datagrams, and is known by the number of his place plus one. */
bool udp_open(struct glift_host *host, int port);
/* The next datagram as text: its sender, 0 if there is none. */
uint64_t udp_receive(struct glift_host *host, char *text, size_t size, bool *is_new);
void udp_send(struct glift_host *host, uint64_t player, const char *text);
void udp_forget(struct glift_host *host, uint64_t player);
/* Sleeps until a datagram comes, or the next frame is due. */
void udp_wait(struct glift_host *host);

#endif

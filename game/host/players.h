/* SPDX-License-Identifier: Apache-2.0 */
/* Who of the connected may be heard by the script.
 *
 * Usually everybody: the script itself asks GameLift. With gamelift.check_players=1 the plugin asks, and the
 * script hears of a player when GameLift has accepted it. */
#ifndef HOST_PLAYERS_H
#define HOST_PLAYERS_H

#include "net.h"

#include <gamelift/host.h>

struct glift_host;

typedef struct players {
    const glift_plugin_players *service; /* NULL: the script checks */
    uint64_t undecided[NET_MAX_SOCKETS]; /* by net_place_of() the socket; 0: nobody */
} players;

void players_connect(
        struct glift_host *host, uint64_t socket, const char *player_session_id, const char *address);
void players_message(struct glift_host *host, uint64_t socket, const char *bytes, size_t length);
void players_disconnect(struct glift_host *host, uint64_t socket, const char *reason);
/* The plugin's decision on one that it called pending. */
void players_decide(struct glift_host *host, uint64_t socket, bool accepted, const char *reason);
/* Tell a new script of everybody who is here. */
void players_introduce(struct glift_host *host);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "players.h"
#include "place.h"

/* NULL: it is decided, or unknown. */
static uint64_t *find_undecided(players *all, uint64_t socket)
{
    uint64_t *place = &all->undecided[net_place_of(socket)];
    return *place == socket ? place : NULL;
}

void players_connect(
        struct glift_host *host, uint64_t socket, const char *player_session_id, const char *address)
{
    const glift_plugin_players *service = host->players.service;
    char reason[NET_MAX_REASON + 1] = "";
    if (service == NULL) {
        script_connect(host->script, socket, player_session_id, address, false);
        return;
    }
    host->players.undecided[net_place_of(socket)] = socket;
    glift_player_answer answer =
            service->connect(service->self, socket, player_session_id, reason, sizeof reason);
    if (answer != GLIFT_PLAYER_PENDING)
        players_decide(host, socket, answer == GLIFT_PLAYER_ACCEPTED, reason);
}

typedef struct search {
    struct glift_host *host;
    uint64_t socket; /* 0: everybody */
    bool again;
} search;

static void introduce(void *user, uint64_t socket, const char *player_session_id, const char *address)
{
    const search *wanted = user;
    if ((wanted->socket == 0 || wanted->socket == socket) &&
            find_undecided(&wanted->host->players, socket) == NULL)
        script_connect(wanted->host->script, socket, player_session_id, address, wanted->again);
}

void players_decide(struct glift_host *host, uint64_t socket, bool accepted, const char *reason)
{
    uint64_t *place = find_undecided(&host->players, socket);
    if (place == NULL)
        return; /* gone meanwhile */
    if (!accepted) {
        net_close_socket(host->net, socket, reason);
        return; /* stays undecided: the script never hears of it */
    }
    *place = 0;
    net_each_player(host->net, introduce, &(search){.host = host, .socket = socket});
}

void players_introduce(struct glift_host *host)
{
    net_each_player(host->net, introduce, &(search){.host = host, .again = true});
}

void players_message(struct glift_host *host, uint64_t socket, const char *bytes, size_t length)
{
    if (find_undecided(&host->players, socket) == NULL)
        script_message(host->script, socket, bytes, length);
}

void players_disconnect(struct glift_host *host, uint64_t socket, const char *reason)
{
    const glift_plugin_players *service = host->players.service;
    uint64_t *place = find_undecided(&host->players, socket);
    if (service != NULL)
        service->disconnect(service->self, socket);
    if (place != NULL)
        *place = 0;
    else
        script_disconnect(host->script, socket, reason);
}

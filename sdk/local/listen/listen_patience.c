/* SPDX-License-Identifier: Apache-2.0 */
/* How long the listener waits for a client. Each kind of wait is equally long for all, so whoever began it
 * first is the first whose patience ends: a list for each kind keeps the order by itself. libwebsockets keeps
 * all deadlines in one sorted list, which it walks for each new one. */
#include "listen/listen_internal.h"

/* Longer than any client on one machine needs: whoever takes more keeps our memory or our places busy. */
static const uint32_t length_ms[PATIENCE_KINDS] = {
        [PATIENCE_HEAD] = 20000,
        [PATIENCE_REST] = 60000,
        [PATIENCE_BODY] = 30000,
        [PATIENCE_LEAVE] = 2000,
        [PATIENCE_PING] = 60000,
        [PATIENCE_PONG] = 15000,
};

void listen_wait_for_nothing(listen_peer *peer)
{
    if (peer->until_ms != 0)
        TAILQ_REMOVE(&peer->listener->patience[peer->patience], peer, patience_link);
    peer->until_ms = 0;
}

void listen_wait(listen_peer *peer, listen_patience kind)
{
    listen_wait_for_nothing(peer);
    peer->patience = kind;
    peer->until_ms = local_listener_machine_ms() + length_ms[kind];
    TAILQ_INSERT_TAIL(&peer->listener->patience[kind], peer, patience_link);
}

uint64_t listen_patience_ends_ms(const local_listener *listener)
{
    uint64_t first_ms = UINT64_MAX;
    for (int kind = 0; kind < PATIENCE_KINDS; kind++) {
        const listen_peer *peer = TAILQ_FIRST(&listener->patience[kind]);
        if (peer != NULL && peer->until_ms < first_ms)
            first_ms = peer->until_ms;
    }
    return first_ms;
}

void listen_end_patience(local_listener *listener, uint64_t machine_ms)
{
    for (int kind = 0; kind < PATIENCE_KINDS; kind++) {
        listen_peer *peer;
        while ((peer = TAILQ_FIRST(&listener->patience[kind])) != NULL && peer->until_ms <= machine_ms) {
            listen_wait_for_nothing(peer);
            if (peer->phase != PHASE_SOCKET || !listen_ping(peer))
                listen_cut(peer);
        }
    }
}

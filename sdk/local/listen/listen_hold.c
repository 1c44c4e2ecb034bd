/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that a fault holds up. There are few of them: the first one that is due is looked for. */
#include "listen/listen_internal.h"

void listen_hold(listen_peer *peer, uint64_t milliseconds)
{
    listen_wait_for_nothing(peer);
    peer->phase = PHASE_HELD;
    peer->is_stopped = true;
    peer->held_ms = local_listener_machine_ms() + milliseconds;
    TAILQ_INSERT_TAIL(&peer->listener->held, peer, held_link);
}

void listen_forget_hold(listen_peer *peer)
{
    if (peer->held_ms != 0)
        TAILQ_REMOVE(&peer->listener->held, peer, held_link);
    peer->held_ms = 0;
}

uint64_t listen_holds_end_ms(const local_listener *listener)
{
    uint64_t first_ms = UINT64_MAX;
    const listen_peer *peer;
    TAILQ_FOREACH(peer, &listener->held, held_link)
    {
        if (peer->held_ms < first_ms)
            first_ms = peer->held_ms;
    }
    return first_ms;
}

void listen_end_holds(local_listener *listener, uint64_t machine_ms)
{
    for (listen_peer *peer = TAILQ_FIRST(&listener->held), *next; peer != NULL; peer = next) {
        next = TAILQ_NEXT(peer, held_link);
        if (peer->held_ms > machine_ms)
            continue;
        listen_forget_hold(peer);
        peer->phase = peer->stays ? PHASE_REPLY : PHASE_LEAVING;
        listen_wait(peer, PATIENCE_BODY);
        listen_rouse(peer);
    }
}

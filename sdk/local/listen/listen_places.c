/* SPDX-License-Identifier: Apache-2.0 */
/* Who may come, and who gives way.
 *
 * Places are bounded, and whoever asks for nothing gives way first: a connection that has never asked, of the
 * address that has most of those; then the one that has rested longest between two requests. A crowd of
 * silent connections is so in its own way, and not in that of a newcomer (S84). */
#include "listen/listen_internal.h"

#include <arpa/inet.h>

#define CROWD_IS_TOLD_MS 60000

/* Addresses that share a slot share what one of them may have: that costs nothing but their patience. */
static uint16_t *silent_of(local_listener *listener, uint32_t address)
{
    return &listener->silent_of[address * 2654435761u >> 20];
}

void listen_take_place(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    peer->is_silent = true;
    listener->peer_count++;
    ++*silent_of(listener, peer->address);
}

void listen_leave_place(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    if (peer->is_pushed_out)
        return;
    listener->peer_count--;
    if (peer->is_silent)
        --*silent_of(listener, peer->address);
}

void listen_was_heard(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    if (peer->is_silent && !peer->is_pushed_out)
        --*silent_of(listener, peer->address);
    peer->is_silent = false;
    TAILQ_REMOVE(&listener->peers, peer, link);
    TAILQ_INSERT_TAIL(&listener->peers, peer, link);
}

static void push_out(listen_peer *peer)
{
    listen_leave_place(peer);
    peer->is_pushed_out = true;
    listen_cut(peer);
}

/* The oldest connection of this slot that has never asked for anything. */
static listen_peer *find_silent(local_listener *listener, uint32_t address)
{
    listen_peer *peer;
    const uint16_t *slot = silent_of(listener, address);
    TAILQ_FOREACH(peer, &listener->peers, link)
    {
        if (peer->is_silent && !peer->is_pushed_out && silent_of(listener, peer->address) == slot)
            return peer;
    }
    return NULL;
}

/* Who gives way to a newcomer; NULL: nobody can. */
static listen_peer *find_idle(local_listener *listener)
{
    listen_peer *peer, *rests = NULL, *silent = NULL;
    TAILQ_FOREACH(peer, &listener->peers, link)
    {
        if (peer->is_pushed_out || peer->phase != PHASE_HEAD)
            continue;
        if (!peer->is_silent && rests == NULL)
            rests = peer;
        if (peer->is_silent && (silent == NULL || *silent_of(listener, peer->address) >
                                                          *silent_of(listener, silent->address)))
            silent = peer;
    }
    return silent != NULL ? silent : rests;
}

/* One line in so long a time, however many come. */
static void tell_crowd(local_listener *listener, uint32_t address)
{
    uint64_t machine_ms = local_listener_machine_ms();
    struct in_addr from = {.s_addr = htonl(address)};
    char text[INET_ADDRSTRLEN] = "?";
    if (machine_ms < listener->crowd_is_told_ms)
        return;
    listener->crowd_is_told_ms = machine_ms + CROWD_IS_TOLD_MS;
    inet_ntop(AF_INET, &from, text, sizeof text);
    listen_log(listener, GLIFT_LOG_WARNING,
            "there are as many connections as there may be, the last one from %s: those that ask for "
            "nothing are closed to make room",
            text);
}

bool listen_make_room(local_listener *listener, uint32_t address)
{
    listen_peer *gone = NULL;
    if (*silent_of(listener, address) >= LISTEN_SILENT_OF_ADDRESS)
        gone = find_silent(listener, address);
    else if (listener->peer_count >= listener->places)
        gone = find_idle(listener);
    else
        return true;
    tell_crowd(listener, address);
    if (gone != NULL)
        push_out(gone);
    return gone != NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Who may come, and who gives way.
 *
 * Places are bounded, and whoever asks for nothing gives way first: a connection that has never asked, of the
 * address that has most of those; then the one that has rested longest between two requests. A crowd of
 * silent connections is so in its own way, and not in that of a newcomer (S84). */
#include "listen/listen_internal.h"

#define CROWD_IS_TOLD_MS 60000

/* Addresses that share a slot share what one of them may have: that costs nothing but their patience. */
static listen_slot *slot_of(local_listener *listener, uint32_t address)
{
    return &listener->slots[address * 2654435761u >> 20];
}

/* ---- who can be asked to go ---- */

static void list(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    listen_slot *slot = slot_of(listener, peer->address);
    peer->is_listed = true;
    peer->order = ++listener->last_order;
    if (peer->is_silent) {
        TAILQ_INSERT_TAIL(&slot->silent, peer, link);
        slot->count++;
    } else {
        TAILQ_INSERT_TAIL(&listener->asked, peer, link);
    }
}

static void unlist(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    listen_slot *slot = slot_of(listener, peer->address);
    if (!peer->is_listed)
        return;
    peer->is_listed = false;
    if (peer->is_silent) {
        TAILQ_REMOVE(&slot->silent, peer, link);
        slot->count--;
    } else {
        TAILQ_REMOVE(&listener->asked, peer, link);
    }
}

void listen_take_place(listen_peer *peer)
{
    peer->listener->peer_count++;
    peer->is_silent = true;
    list(peer);
}

void listen_keep_place(listen_peer *peer)
{
    unlist(peer);
}

void listen_leave_place(listen_peer *peer)
{
    if (peer->is_pushed_out)
        return;
    peer->listener->peer_count--;
    unlist(peer);
}

void listen_was_heard(listen_peer *peer)
{
    unlist(peer);
    peer->is_silent = false;
    if (!peer->is_pushed_out)
        list(peer);
}

static void push_out(listen_peer *peer)
{
    listen_leave_place(peer);
    peer->is_pushed_out = true;
    listen_cut(peer);
}

/* ---- who is asked to go ---- */

/* The oldest of the address that has most. NULL: all have asked for something. */
static listen_peer *find_silent(const local_listener *listener)
{
    const listen_slot *most = &listener->slots[0];
    for (const listen_slot *slot = most + 1; slot < listener->slots + LISTEN_ADDRESS_SLOTS; slot++) {
        if (slot->count > most->count ||
                (slot->count == most->count && slot->count > 0 &&
                        TAILQ_FIRST(&slot->silent)->order < TAILQ_FIRST(&most->silent)->order))
            most = slot;
    }
    return TAILQ_FIRST(&most->silent);
}

/* The one that has rested longest. NULL: nobody rests. */
static listen_peer *find_resting(const local_listener *listener)
{
    listen_peer *peer;
    TAILQ_FOREACH(peer, &listener->asked, link)
    {
        if (peer->phase == PHASE_HEAD)
            return peer;
    }
    return NULL;
}

/* One line in so long a time, however many come. */
static void tell_crowd(local_listener *listener, uint32_t address)
{
    uint64_t machine_ms = local_listener_machine_ms();
    if (machine_ms < listener->crowd_is_told_ms)
        return;
    listener->crowd_is_told_ms = machine_ms + CROWD_IS_TOLD_MS;
    listen_log(listener, GLIFT_LOG_WARNING,
            "there are as many connections as there may be, the last one from %u.%u.%u.%u: those that ask "
            "for "
            "nothing are closed to make room",
            address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

bool listen_free_place(local_listener *listener)
{
    listen_peer *gone = find_silent(listener);
    if (gone == NULL)
        gone = find_resting(listener);
    if (gone != NULL)
        push_out(gone);
    return gone != NULL;
}

bool listen_make_room(local_listener *listener, uint32_t address)
{
    const listen_slot *slot = slot_of(listener, address);
    bool is_crowd = slot->count >= LISTEN_SILENT_OF_ADDRESS;
    if (!is_crowd && listener->peer_count < listener->places)
        return true;
    tell_crowd(listener, address);
    if (!is_crowd)
        return listen_free_place(listener);
    push_out(TAILQ_FIRST(&slot->silent));
    return true;
}

void listen_init_places(local_listener *listener)
{
    TAILQ_INIT(&listener->asked);
    for (size_t i = 0; i < LISTEN_ADDRESS_SLOTS; i++)
        TAILQ_INIT(&listener->slots[i].silent);
}

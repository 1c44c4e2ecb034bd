/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that watch (GET /_local/live): when they are looked after, and how much of the processor they may
 * have.
 *
 * Where something may have changed, each subscription is looked at once in ROUND_MS; a new one at once. All
 * pages together have one part in PART of the time: what took long is done less often, and calls and game
 * servers do not wait for it. A page that does not read is not looked at before it has. */
#include "listen/listen_internal.h"

#include <string.h>

#define ROUND_MS 250
#define SLICE_US 5000
#define PART     5
/* What may wait for a page before it gets more. */
#define UNREAD_MAX 65536

static bool has_room(const listen_peer *peer)
{
    return !peer->is_closing && peer->phase == PHASE_SOCKET && peer->outbox_bytes < UNREAD_MAX &&
           !lws_partial_buffered(peer->wsi);
}

static bool is_due(const listen_peer *peer)
{
    return has_room(peer) && local_live_is_due(peer->live);
}

/* NULL: nobody is. */
static listen_peer *find_due(const local_listener *listener)
{
    listen_peer *peer;
    TAILQ_FOREACH(peer, &listener->pages, page_link)
    {
        if (is_due(peer))
            return peer;
    }
    return NULL;
}

static void begin_round(local_listener *listener, uint64_t machine_ms, uint64_t changes)
{
    listen_peer *peer;
    listener->pages_saw = changes;
    listener->next_round_ms = machine_ms + ROUND_MS;
    TAILQ_FOREACH(peer, &listener->pages, page_link)
    local_live_look_again(peer->live);
}

static void take_turn(local_listener *listener, listen_peer *peer)
{
    local_clock_view clock = listen_view_clock(listener);
    glift__text text;
    TAILQ_REMOVE(&listener->pages, peer, page_link); /* the others come first next time */
    TAILQ_INSERT_TAIL(&listener->pages, peer, page_link);
    local_live_take_turn(peer->live, listener->service, local_listener_now(listener), &clock, &text);
    if (text.bytes == NULL)
        return;
    if (listen_queue_text(peer, text.bytes, text.length))
        listen_rouse(peer);
    else
        listen_cut(peer);
    glift__text_free(&text);
}

/* Returns whether somebody is left. */
static bool take_turns(local_listener *listener)
{
    lws_usec_t began_us = lws_now_usecs(), spent_us = 0;
    listen_peer *peer = NULL;
    while (spent_us < SLICE_US && (peer = find_due(listener)) != NULL) {
        take_turn(listener, peer);
        spent_us = lws_now_usecs() - began_us;
    }
    listener->next_slice_us = began_us + spent_us * PART;
    return find_due(listener) != NULL;
}

uint64_t listen_serve_pages(local_listener *listener)
{
    if (TAILQ_EMPTY(&listener->pages))
        return UINT64_MAX;
    uint64_t machine_ms = local_listener_machine_ms(), changes = local_service_changes(listener->service);
    if (changes != listener->pages_saw && machine_ms >= listener->next_round_ms)
        begin_round(listener, machine_ms, changes);
    lws_usec_t left_us = listener->next_slice_us - lws_now_usecs();
    bool somebody_is_left = left_us > 0 ? find_due(listener) != NULL : take_turns(listener);
    if (somebody_is_left) {
        left_us = listener->next_slice_us - lws_now_usecs();
        return machine_ms + (left_us > 0 ? (uint64_t)left_us / 1000 + 1 : 0);
    }
    return changes != listener->pages_saw ? listener->next_round_ms : UINT64_MAX;
}

void listen_begin_pages_anew(local_listener *listener)
{
    listen_peer *peer;
    listener->pages_saw = 0;
    TAILQ_FOREACH(peer, &listener->pages, page_link)
    local_live_begin_anew(peer->live);
}

/* ---- a page comes and goes ---- */

int listen_open_page(listen_peer *peer, const listen_request *request)
{
    local_listener *listener = peer->listener;
    if (!listen_is_admitted(listener, request))
        return listen_reply_with(
                peer, 401, "www-authenticate: Bearer\r\n", "This gamelift-local wants its token.\n");
    if (listener->page_count >= LISTEN_PAGES_MAX)
        return listen_refuse(peer, 503, "As many pages watch as there may be: close one of the 16.");
    peer->live = local_live_create();
    if (peer->live == NULL)
        return -1;
    TAILQ_INSERT_TAIL(&listener->pages, peer, page_link);
    listener->page_count++;
    peer->phase = PHASE_SOCKET;
    listen_keep_place(peer);
    glift__ws_decoder_init(&peer->decoder, LOCAL_LIVE_MESSAGE_MAX);
    listen_wait(peer, PATIENCE_PING);
    return listen_reply_upgrade(peer, request->key);
}

void listen_forget_page(listen_peer *peer)
{
    if (peer->live == NULL)
        return;
    TAILQ_REMOVE(&peer->listener->pages, peer, page_link);
    peer->listener->page_count--;
    local_live_destroy(peer->live);
    peer->live = NULL;
}

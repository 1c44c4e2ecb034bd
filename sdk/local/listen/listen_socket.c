/* SPDX-License-Identifier: Apache-2.0 */
/* A game server's WebSocket: the handshake, messages joined from their fragments, and the way back. */
#include "listen/listen_internal.h"

#include <stdlib.h>
#include <string.h>

#include "wire/ws_handshake.h"

/* "The service is restarting": the client may dial again (registry of RFC 6455 11.7). */
#define CODE_RESTART 1012

/* ---- messages out ---- */

static bool queue_fragment(listen_peer *peer, int opcode, bool is_last, const void *payload, size_t length)
{
    uint8_t head[LISTEN_FRAME_HEAD_MAX];
    size_t size = listen_frame_head(head, opcode, length);
    if (!is_last)
        head[0] &= LISTEN_FRAME_GOES_ON;
    listen_message *message = listen_message_of(size + length);
    if (message == NULL)
        return false;
    memcpy(message->bytes + LWS_PRE, head, size);
    if (length > 0)
        memcpy(message->bytes + LWS_PRE + size, payload, length);
    return listen_queue(peer, message);
}

static bool queue_frame(listen_peer *peer, int opcode, const void *payload, size_t length)
{
    return queue_fragment(peer, opcode, true, payload, length);
}

/* By a fault: each fragment is a frame of its own. */
static bool queue_fragments(listen_peer *peer, const char *bytes, size_t length, size_t most)
{
    bool good = true;
    for (size_t at = 0, taken; good && at < length; at += taken) {
        taken = length - at < most ? length - at : most;
        good = queue_fragment(peer, at == 0 ? GLIFT__WS_TEXT : GLIFT__WS_CONTINUATION, at + taken == length,
                bytes + at, taken);
    }
    return good;
}

/* By a fault: the last message of the outbox and the one before it go out in one piece. */
static bool join_last_two(listen_peer *peer)
{
    listen_message *last = TAILQ_LAST(&peer->outbox, listen_outbox);
    listen_message *before = last != NULL ? TAILQ_PREV(last, listen_outbox, link) : NULL;
    if (before == NULL || before->sent > 0)
        return true;
    listen_message *both = listen_message_of(before->length + last->length);
    if (both == NULL)
        return false;
    memcpy(both->bytes + LWS_PRE, before->bytes + LWS_PRE, before->length);
    memcpy(both->bytes + LWS_PRE + before->length, last->bytes + LWS_PRE, last->length);
    TAILQ_REMOVE(&peer->outbox, before, link);
    TAILQ_REMOVE(&peer->outbox, last, link);
    TAILQ_INSERT_TAIL(&peer->outbox, both, link);
    free(before);
    free(last);
    return true;
}

static bool queue_message(listen_peer *peer, const local_output *output)
{
    const char *bytes = output->text.bytes;
    size_t length = output->text.length;
    if (output->fragment_bytes > 0)
        return queue_fragments(peer, bytes, length, output->fragment_bytes);
    return queue_frame(peer, GLIFT__WS_TEXT, bytes, length) && (!output->joins || join_last_two(peer));
}

bool listen_queue_text(listen_peer *peer, const char *text, size_t length)
{
    return queue_frame(peer, GLIFT__WS_TEXT, text, length);
}

/* A Close frame is the last that we send; then the client has a moment to answer it. */
static bool queue_close(listen_peer *peer, int code, const char *reason, size_t length)
{
    uint8_t payload[GLIFT__WS_MAX_CONTROL] = {(uint8_t)(code >> 8), (uint8_t)code};
    size_t most = sizeof payload - 2;
    if (length > most)
        length = most;
    if (length > 0)
        memcpy(payload + 2, reason, length);
    peer->is_closing = true;
    listen_wait(peer, PATIENCE_LEAVE);
    return queue_frame(peer, GLIFT__WS_CLOSE, payload, code == GLIFT__WS_CODE_NONE ? 0 : length + 2);
}

static listen_peer *find_socket(local_listener *listener, uint64_t connection)
{
    listen_peer *peer;
    LIST_FOREACH(peer, &listener->sockets[connection % LISTEN_SOCKET_SLOTS], socket_link)
    {
        if (peer->connection == connection)
            return peer;
    }
    return NULL;
}

/* A reader that is megabytes behind is not coming back: its connection goes, not our memory. */
static void send_output(listen_peer *peer, const local_output *output)
{
    bool good = true;
    if (peer->is_closing || peer->is_mute)
        return;
    if (output->text.bytes == NULL && output->close_code == LOCAL_MUTE) {
        peer->is_mute = true;
        return;
    }
    if (output->text.bytes == NULL && output->close_code == LOCAL_RESET) {
        listen_reset(peer);
        return;
    }
    if (output->text.bytes != NULL)
        good = queue_message(peer, output);
    else
        good = output->close_code != LOCAL_CUT &&
               queue_close(peer, output->close_code, output->close_reason, strlen(output->close_reason));
    if (!good)
        listen_cut(peer);
    else
        listen_rouse(peer);
}

/* What was lost on mute connections cannot be taken back, but they can begin anew. */
static void undo_faults(local_listener *listener)
{
    for (size_t slot = 0; slot < LISTEN_SOCKET_SLOTS; slot++) {
        listen_peer *peer;
        LIST_FOREACH(peer, &listener->sockets[slot], socket_link)
        {
            if (peer->is_mute)
                listen_cut(peer);
        }
    }
    listen_end_holds(listener, UINT64_MAX);
}

void listen_take_outputs(local_listener *listener)
{
    local_output output;
    while (listen_next_output(listener, &output)) {
        if (output.text.bytes == NULL && output.close_code == LOCAL_UNDO)
            undo_faults(listener);
        listen_peer *peer = find_socket(listener, output.connection);
        if (peer != NULL)
            send_output(peer, &output);
        glift__text_free(&output.text);
    }
}

bool listen_ping(listen_peer *peer)
{
    if (peer->is_mute) {
        listen_wait(peer, PATIENCE_PING);
        return true;
    }
    if (peer->is_closing || peer->is_asked)
        return false;
    peer->is_asked = true;
    listen_wait(peer, PATIENCE_PONG);
    listen_rouse(peer);
    return queue_frame(peer, GLIFT__WS_PING, NULL, 0);
}

/* ---- handshake ---- */

/* What is wrong with an upgrade, whoever asks; NULL: nothing (RFC 6455 4.2.1). */
static const char *upgrade_problem(const listen_request *request)
{
    if (!request->head.is_websocket || !request->head.is_upgrade)
        return "gamelift-local upgrades connections to WebSocket only, by Upgrade and Connection: Upgrade.";
    if (strcmp(request->method, "GET") != 0 || request->head.minor_version == 0)
        return "A WebSocket is opened by a GET of HTTP/1.1.";
    if (request->head.content_length > 0 || request->head.is_chunked)
        return "The request for a WebSocket has no body.";
    if (strlen(request->key) != GLIFT__WS_KEY_SIZE - 1)
        return "The Sec-WebSocket-Key is not 16 bytes in base64.";
    return NULL;
}

/* The last places are for the API and the dashboard. */
static bool has_place(local_listener *listener)
{
    size_t kept = listener->places / 4 < LISTEN_KEPT_PLACES ? listener->places / 4 : LISTEN_KEPT_PLACES;
    if (listener->socket_count < listener->places - kept) {
        listener->full_was_told = false;
        return true;
    }
    if (!listener->full_was_told)
        listen_log(listener, GLIFT_LOG_WARNING,
                "%zu connections of game servers are as many as there may be: the next ones are refused. "
                "More "
                "take a higher limit of open files (ulimit -n), up to %d",
                listener->socket_count, LISTEN_SOCKETS_MAX);
    listener->full_was_told = true;
    return false;
}

static int shake_hands(listen_peer *peer, const listen_request *request)
{
    local_listener *listener = peer->listener;
    glift__text refusal = {0};
    int status = listen_handshake(listener, request->query, &peer->connection, &refusal);
    if (status != 101) {
        int result = listen_reply_text(
                peer, status, "application/json", refusal.bytes != NULL ? refusal.bytes : "{}");
        glift__text_free(&refusal);
        return result;
    }
    glift__text_free(&refusal);
    LIST_INSERT_HEAD(&listener->sockets[peer->connection % LISTEN_SOCKET_SLOTS], peer, socket_link);
    listener->socket_count++;
    peer->phase = PHASE_SOCKET;
    listen_keep_place(peer);
    glift__ws_decoder_init(&peer->decoder, LISTEN_MESSAGE_MAX);
    listen_wait(peer, PATIENCE_PING);
    listen_take_outputs(listener);
    return listen_reply_upgrade(peer, request->key);
}

int listen_open_socket(listen_peer *peer, const listen_request *request)
{
    const char *refusal = listen_refuse_request(peer->listener, request), *problem = upgrade_problem(request);
    if (refusal[0] != '\0')
        return listen_refuse(peer, 403, refusal);
    if (problem != NULL)
        return listen_refuse(peer, 400, problem);
    if (strcmp(request->version, "13") != 0)
        return listen_reply_with(peer, 426, "Sec-WebSocket-Version: 13\r\n",
                "gamelift-local speaks version 13 of WebSocket.\n");
    if (strcmp(request->path, "/_local/live") == 0)
        return listen_open_page(peer, request);
    if (!has_place(peer->listener))
        return listen_refuse(peer, 503, "gamelift-local has no place for one more game server.");
    return shake_hands(peer, request);
}

/* ---- messages in ---- */

static bool append(listen_peer *peer, const uint8_t *bytes, size_t length)
{
    if (peer->message_length + length > peer->message_room) {
        size_t room = (peer->message_length + length) * 2;
        char *message = realloc(peer->message, room);
        if (message == NULL)
            return false;
        peer->message = message;
        peer->message_room = room;
    }
    if (length > 0)
        memcpy(peer->message + peer->message_length, bytes, length);
    peer->message_length += length;
    return true;
}

static int close_with(listen_peer *peer, int code, const char *reason)
{
    return queue_close(peer, code, reason, strlen(reason)) ? 0 : -1;
}

static int take_message(listen_peer *peer, const char *bytes, size_t length)
{
    local_listener *listener = peer->listener;
    if (peer->live != NULL)
        return local_live_received(peer->live, bytes, length)
                       ? 0
                       : close_with(peer, 1008, "too many messages that mean nothing");
    listen_hand_in(listener, peer->connection, bytes, length);
    listen_take_outputs(listener);
    return 0;
}

/* Most messages come in one piece, which is not copied. Binary ones mean nothing in the protocol of game
 * servers (P3). */
static int take_part(listen_peer *peer, const glift__ws_event *event)
{
    const char *bytes = (const char *)event->bytes;
    size_t length = event->length;
    if (!event->is_text)
        return peer->live == NULL
                       ? 0
                       : close_with(peer, 1003, "the live feed takes text, and no binary messages");
    if (!event->is_first || !event->is_last) {
        if (!append(peer, event->bytes, event->length))
            return close_with(peer, GLIFT__WS_CODE_NO_MEMORY, "out of memory");
        bytes = peer->message;
        length = peer->message_length;
    }
    if (!event->is_last)
        return 0;
    peer->message_length = 0;
    return take_message(peer, length > 0 ? bytes : "", length);
}

static int take_event(listen_peer *peer, const glift__ws_event *event)
{
    switch (event->kind) {
    case GLIFT__WS_EVENT_MORE:
    case GLIFT__WS_EVENT_PONG:
        return 0;
    case GLIFT__WS_EVENT_PART:
        return peer->is_closing ? 0 : take_part(peer, event);
    case GLIFT__WS_EVENT_PING:
        return peer->is_closing || queue_frame(peer, GLIFT__WS_PONG, event->bytes, event->length) ? 0 : -1;
    case GLIFT__WS_EVENT_CLOSE: /* theirs is answered; ours has been: that is the end */
        if (!peer->is_closing && !queue_close(peer, event->code, "", 0))
            return -1;
        peer->phase = PHASE_LEAVING;
        return 0;
    case GLIFT__WS_EVENT_FAULT:
        if (!peer->is_closing && !queue_close(peer, event->code, event->message, strlen(event->message)))
            return -1;
        peer->phase = PHASE_LEAVING;
        return 0;
    }
    return -1;
}

int listen_on_frames(listen_peer *peer, const char *bytes, size_t length)
{
    static const glift__ws_event not_masked = {.kind = GLIFT__WS_EVENT_FAULT,
            .code = GLIFT__WS_CODE_PROTOCOL_ERROR,
            .message = "a frame of a client that is not masked"};
    if (peer->is_mute)
        return 0;
    uint8_t *unmasked = peer->listener->unmasked;
    size_t left;
    bool is_masked = listen_unmask(&peer->unmasker, (const uint8_t *)bytes, length, unmasked, &left);
    const uint8_t *at = unmasked;
    int result = 0;
    peer->is_asked = false;
    if (!peer->is_closing)
        listen_wait(peer, PATIENCE_PING);
    while (result == 0 && peer->phase == PHASE_SOCKET) {
        glift__ws_event event = glift__ws_decoder_next(&peer->decoder, &at, &left);
        if (event.kind == GLIFT__WS_EVENT_MORE)
            break;
        result = take_event(peer, &event);
    }
    if (result == 0 && !is_masked && peer->phase == PHASE_SOCKET)
        result = take_event(peer, &not_masked);
    return result;
}

static void take_from_list(listen_peer *peer)
{
    LIST_REMOVE(peer, socket_link);
    peer->listener->socket_count--;
}

void listen_forget_socket(listen_peer *peer)
{
    free(peer->message);
    listen_forget_page(peer);
    if (peer->connection == 0)
        return;
    take_from_list(peer);
    listen_tell_closed(peer->listener, peer->connection);
}

static void end_socket(listen_peer *peer, const char *reason)
{
    take_from_list(peer);
    peer->connection = 0;
    if (!peer->is_closing && !queue_close(peer, CODE_RESTART, reason, strlen(reason)))
        listen_cut(peer);
    else
        listen_rouse(peer);
}

void listen_end_sockets(local_listener *listener, const char *reason)
{
    for (size_t slot = 0; slot < LISTEN_SOCKET_SLOTS; slot++) {
        listen_peer *peer;
        while ((peer = LIST_FIRST(&listener->sockets[slot])) != NULL)
            end_socket(peer, reason);
    }
}

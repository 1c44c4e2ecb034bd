/* SPDX-License-Identifier: Apache-2.0 */
/* A game server's WebSocket: the handshake, messages joined from their fragments, and the way back. */
#include "listen/listen_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- handshake ---- */

/* libwebsockets has taken the query apart and decoded it; the core reads it as it travels. */
static bool copy_query(struct lws *wsi, glift__text *out)
{
    char parameter[GLIFT_MAX_URL_LENGTH + 1];
    for (int i = 0;; i++) {
        int length = lws_hdr_copy_fragment(wsi, parameter, sizeof parameter, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (length < 0)
            return true;
        parameter[length] = '\0';
        char *value = strchr(parameter, '=');
        if (value == NULL)
            continue;
        *value++ = '\0';
        if ((out->length > 0 && glift__text_append(out, "&", 1) != GLIFT_OK) ||
                glift__percent_encode(parameter, out) != GLIFT_OK ||
                glift__text_append(out, "=", 1) != GLIFT_OK || glift__percent_encode(value, out) != GLIFT_OK)
            return false;
    }
}

/* Before the upgrade is decided libwebsockets would answer with HTTP/1.0, which some clients refuse. */
static int shake_hands(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    glift__text query = {0}, refusal = {0};
    int status = 500;
    if (copy_query(peer->wsi, &query))
        status = local_service_handshake(listener->service, local_listener_now(listener),
                query.bytes != NULL ? query.bytes : "", &peer->connection, &refusal);
    int result = 0;
    if (status == 101)
        TAILQ_INSERT_TAIL(&listener->sockets, peer, link);
    else
        result = listen_reply_and_close(
                peer, status, "application/json", refusal.bytes != NULL ? refusal.bytes : "{}");
    glift__text_free(&query);
    glift__text_free(&refusal);
    return result;
}

int listen_on_upgrade(listen_peer *peer, const char *protocol)
{
    static const char only[] = "gamelift-local upgrades connections to WebSocket only.\n";
    const char *refusal = listen_refuse_request(peer->wsi);
    if (refusal[0] != '\0')
        return listen_reply_and_close(peer, 403, LISTEN_TEXT_TYPE, refusal);
    if (strcmp(protocol, "websocket") != 0)
        return listen_reply_and_close(peer, 400, LISTEN_TEXT_TYPE, only);
    if (peer->connection != 0) /* one upgrade per connection */
        return -1;
    return shake_hands(peer);
}

/* ---- messages in ---- */

static int end_with(listen_peer *peer, enum lws_close_status code, const char *why)
{
    lws_close_reason(peer->wsi, code, (unsigned char *)why, strlen(why));
    return -1;
}

static bool append(listen_peer *peer, const char *bytes, size_t length)
{
    if (peer->in_length + length > peer->in_room) {
        size_t room = (peer->in_length + length) * 2;
        char *in = realloc(peer->in, room);
        if (in == NULL)
            return false;
        peer->in = in;
        peer->in_room = room;
    }
    if (length > 0)
        memcpy(peer->in + peer->in_length, bytes, length);
    peer->in_length += length;
    return true;
}

static void deliver(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    local_service_received(listener->service, local_listener_now(listener), peer->connection,
            peer->in != NULL ? peer->in : "", peer->in_length);
    peer->in_length = 0;
    listen_take_outputs(listener);
}

static int receive(listen_peer *peer, const char *bytes, size_t length)
{
    bool last = lws_is_final_fragment(peer->wsi) && lws_remaining_packet_payload(peer->wsi) == 0;
    if (lws_is_first_fragment(peer->wsi))
        peer->skipping = lws_frame_is_binary(peer->wsi) != 0;
    if (peer->skipping) { /* binary messages mean nothing in this protocol (P3) */
        peer->skipping = !last;
        return 0;
    }
    if (peer->in_length + length > LISTEN_MESSAGE_MAX)
        return end_with(peer, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "messages are at most 131072 bytes long");
    if (!append(peer, bytes, length))
        return end_with(peer, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, "out of memory");
    if (last)
        deliver(peer);
    return 0;
}

/* ---- messages out ---- */

static void cut(listen_peer *peer)
{
    lws_set_timeout(peer->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
}

/* A reader that is megabytes behind is not coming back: its connection goes, not our memory. */
static void queue(listen_peer *peer, const glift__text *text)
{
    listen_message *message = NULL;
    if (peer->outbox_bytes + text->length <= LISTEN_OUTBOX_MAX)
        message = listen_message_of(text->bytes, text->length);
    if (message == NULL) {
        cut(peer);
        return;
    }
    TAILQ_INSERT_TAIL(&peer->outbox, message, link);
    peer->outbox_bytes += message->length;
    if (peer->established)
        lws_callback_on_writable(peer->wsi);
}

static listen_peer *find_socket(local_listener *listener, uint64_t connection)
{
    listen_peer *peer;
    TAILQ_FOREACH(peer, &listener->sockets, link)
    {
        if (peer->connection == connection)
            return peer;
    }
    return NULL;
}

void listen_take_outputs(local_listener *listener)
{
    local_output output;
    while (local_service_next_output(listener->service, &output)) {
        listen_peer *peer = find_socket(listener, output.connection);
        if (peer != NULL && output.text.bytes != NULL) {
            queue(peer, &output.text);
        } else if (peer != NULL && output.close_code == LOCAL_CUT) {
            cut(peer);
        } else if (peer != NULL) {
            peer->close_code = output.close_code;
            if (peer->established)
                lws_callback_on_writable(peer->wsi);
        }
        glift__text_free(&output.text);
    }
}

static int write_next(listen_peer *peer)
{
    listen_message *message = TAILQ_FIRST(&peer->outbox);
    if (message == NULL)
        return peer->close_code != 0 ? end_with(peer, (enum lws_close_status)peer->close_code, "") : 0;
    TAILQ_REMOVE(&peer->outbox, message, link);
    peer->outbox_bytes -= message->length;
    int length = (int)message->length;
    int written = lws_write(peer->wsi, message->bytes + LWS_PRE, message->length, LWS_WRITE_TEXT);
    free(message);
    if (written < length)
        return -1;
    if (!TAILQ_EMPTY(&peer->outbox) || peer->close_code != 0)
        lws_callback_on_writable(peer->wsi);
    return 0;
}

/* ---- the socket's life ---- */

int listen_on_socket(listen_peer *peer, enum lws_callback_reasons reason, const char *in, size_t length)
{
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        peer->established = true;
        lws_callback_on_writable(peer->wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        return receive(peer, in, length);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return write_next(peer);
    default: /* LWS_CALLBACK_CLOSED: the end is the wsi's destruction */
        return 0;
    }
}

void listen_forget_socket(listen_peer *peer)
{
    listen_message *message;
    while ((message = TAILQ_FIRST(&peer->outbox)) != NULL) {
        TAILQ_REMOVE(&peer->outbox, message, link);
        free(message);
    }
    free(peer->in);
    if (peer->connection == 0)
        return;
    local_listener *listener = peer->listener;
    TAILQ_REMOVE(&listener->sockets, peer, link);
    local_service_closed(listener->service, local_listener_now(listener), peer->connection);
}

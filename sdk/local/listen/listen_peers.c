/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: what came from them to whoever reads it, what goes to them, and their patience. */
#include "listen/listen_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/sockets.h"

/* What is written at once: the others get their turn in between. */
#define SLICE 65536

#define TLS_IS_TOLD_MS 60000
#define TLS_HANDSHAKE  0x16 /* the first byte of what a TLS client says (RFC 8446 5.1) */

/* ---- messages ---- */

void listen_log(const local_listener *listener, glift_log_level level, const char *format, ...)
{
    char text[512];
    va_list arguments;
    if (listener->log == NULL || level < listener->log_level)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    listener->log(listener->log_user, level, text);
}

listen_message *listen_message_of(size_t length)
{
    listen_message *message = malloc(sizeof *message + LWS_PRE + length);
    if (message == NULL)
        return NULL;
    message->length = length;
    message->sent = 0;
    return message;
}

bool listen_queue(listen_peer *peer, listen_message *message)
{
    if (peer->outbox_bytes + message->length > LISTEN_OUTBOX_MAX) {
        free(message);
        return false;
    }
    TAILQ_INSERT_TAIL(&peer->outbox, message, link);
    peer->outbox_bytes += message->length;
    return true;
}

static void drop_first(listen_peer *peer)
{
    listen_message *message = TAILQ_FIRST(&peer->outbox);
    TAILQ_REMOVE(&peer->outbox, message, link);
    peer->outbox_bytes -= message->length;
    free(message);
}

void listen_rouse(listen_peer *peer)
{
    if (peer->is_roused)
        return;
    peer->is_roused = true;
    if (peer->phase ==
            PHASE_SOCKET) /* whoever is told that a session was created can be sure that its server is */
        TAILQ_INSERT_HEAD(&peer->listener->roused, peer, roused_link);
    else
        TAILQ_INSERT_TAIL(&peer->listener->roused, peer, roused_link);
}

void listen_cut(listen_peer *peer)
{
    peer->is_cut = true;
    listen_rouse(peer);
}

void listen_reset(listen_peer *peer)
{
    local_socket_reset_at_close(peer->source.fd);
    listen_cut(peer);
}

/* ---- bytes out ---- */

/* The client learns that this was all, and still gets it: bytes of its own that are on their way would make
 * the kernel throw away ours, if the connection ended now. Over TLS the end has a message of its own. */
static int leave(listen_peer *peer)
{
    if (lws_is_ssl(peer->wsi))
        return -1;
    if (peer->has_left)
        return 0;
    peer->has_left = true;
    glift__socket_end_sending(peer->source.fd);
    listen_wait(peer, PATIENCE_LEAVE);
    return 0;
}

static int write_slice(listen_peer *peer)
{
    listen_message *message = TAILQ_FIRST(&peer->outbox);
    size_t left = message->length - message->sent, length = left < SLICE ? left : SLICE;
    int written = lws_write(peer->wsi, message->bytes + LWS_PRE + message->sent, length, LWS_WRITE_RAW);
    if (written < (int)length)
        return -1;
    message->sent += length;
    if (message->sent == message->length)
        drop_first(peer);
    return 0;
}

static bool is_flushed(const listen_peer *peer)
{
    return TAILQ_EMPTY(&peer->outbox) && !lws_partial_buffered(peer->wsi);
}

int listen_flush(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    if (!TAILQ_EMPTY(&peer->outbox) && listener->is_waiting_to_send) {
        listen_rouse(peer);
        return 0;
    }
    if (!TAILQ_EMPTY(&peer->outbox) && listener->keep != NULL && !listener->keep(listener->user))
        return -1;
    while (!TAILQ_EMPTY(&peer->outbox) && !lws_partial_buffered(peer->wsi)) {
        if (write_slice(peer) != 0)
            return -1;
    }
    if (!is_flushed(peer))
        return 0;
    return peer->phase == PHASE_LEAVING ? leave(peer) : 0;
}

/* ---- bytes in ---- */

/* Some SDKs speak TLS whatever the URL says, and tell nobody why they are not understood. One line in so long
 * a time says it here. */
static void tell_of_tls(local_listener *listener)
{
    uint64_t machine_ms = local_listener_machine_ms();
    if (machine_ms < listener->tls_is_told_ms)
        return;
    listener->tls_is_told_ms = machine_ms + TLS_IS_TOLD_MS;
    listen_log(listener, GLIFT_LOG_WARNING,
            "a client speaks TLS to this port, which has none: game servers with the SDKs for C++, Unreal, "
            "C# and "
            "Unity, and URLs with https or wss, need --tls-cert and --tls-key");
}

/* The head that begins here, once it is whole. Empty lines before it are skipped (RFC 9112 2.2). */
static int take_head(listen_peer *peer, char **bytes, size_t *length)
{
    while (peer->looked == 0 && *length >= 2 && memcmp(*bytes, "\r\n", 2) == 0) {
        *bytes += 2;
        *length -= 2;
    }
    if (*length > 0 && !listen_may_be_head(**bytes)) {
        if (**bytes == TLS_HANDSHAKE)
            tell_of_tls(peer->listener);
        peer->stays = false;
        *length = 0;
        return listen_refuse(peer, 400, "This is not a request of HTTP/1.");
    }
    size_t head_length = listen_head_length(*bytes, *length, &peer->looked);
    if (head_length > LISTEN_HEAD_MAX || (head_length == 0 && *length > LISTEN_HEAD_MAX)) {
        peer->stays = false;
        *length = 0;
        return listen_refuse(peer, 431, "The head of the request is longer than 16384 bytes.");
    }
    if (head_length == 0)
        return 1; /* the rest is to come */
    peer->looked = 0;
    char *head = *bytes;
    *bytes += head_length;
    *length -= head_length;
    return listen_on_head(peer, head, head_length);
}

static int take_frames(listen_peer *peer, char **bytes, size_t *length)
{
    size_t taken = *length < LISTEN_READ_MAX ? *length : LISTEN_READ_MAX;
    const char *frames = *bytes;
    *bytes += taken;
    *length -= taken;
    int result = listen_on_frames(peer, frames, taken);
    return result == 0 ? listen_flush(peer) : result;
}

/* An answer goes out; the next request begins when it is gone. */
static int finish_reply(listen_peer *peer)
{
    if (listen_flush(peer) != 0)
        return -1;
    if (!is_flushed(peer)) {
        peer->is_stopped = true; /* what is asked behind an answer waits until the answer is gone */
        return 1;
    }
    listen_forget_request(peer);
    peer->is_stopped = false;
    peer->phase = PHASE_HEAD;
    listen_wait(peer, PATIENCE_REST);
    return 0;
}

/* One step: 0 when there may be another one, 1 when something has to happen first, -1: the end. */
static int step(listen_peer *peer, char **bytes, size_t *length)
{
    switch (peer->phase) {
    case PHASE_HEAD:
        return *length == 0 ? 1 : take_head(peer, bytes, length);
    case PHASE_BODY:
        listen_take_body(peer, (const char **)bytes, length);
        if (peer->body_left == 0)
            return listen_finish_request(peer);
        return listen_flush(peer) == 0 ? 1 : -1;
    case PHASE_REPLY:
        return finish_reply(peer);
    case PHASE_HELD:
        return 1;
    case PHASE_SOCKET:
        if (*length > 0)
            return take_frames(peer, bytes, length);
        return listen_flush(peer) == 0 ? 1 : -1;
    case PHASE_LEAVING:
        *length = 0;
        return listen_flush(peer) == 0 ? 1 : -1;
    }
    return -1;
}

/* What was not taken stays for the next time. */
static bool keep(listen_peer *peer, const char *bytes, size_t length)
{
    if (length > peer->in_room) {
        size_t room = length + 4096;
        char *in = malloc(room);
        if (in == NULL)
            return false;
        if (length > 0)
            memcpy(in, bytes, length);
        free(peer->in);
        peer->in = in;
        peer->in_room = room;
    } else if (length > 0) {
        memmove(peer->in, bytes, length);
    }
    peer->in_length = length;
    if (length == 0) {
        free(peer->in);
        peer->in = NULL;
        peer->in_room = 0;
    }
    return true;
}

/* More than a head, and what libwebsockets had read before it was told to stop. */
static bool join(listen_peer *peer, const char *bytes, size_t length)
{
    size_t total = peer->in_length + length;
    if (total > LISTEN_HEAD_MAX + 4 * LISTEN_READ_MAX)
        return false;
    if (total > peer->in_room) {
        char *in = realloc(peer->in, total * 2);
        if (in == NULL)
            return false;
        peer->in = in;
        peer->in_room = total * 2;
    }
    if (length > 0)
        memcpy(peer->in + peer->in_length, bytes, length);
    peer->in_length = total;
    return true;
}

int listen_received(listen_peer *peer, char *bytes, size_t length)
{
    if (peer->in_length > 0 || peer->in != NULL) {
        if (!join(peer, bytes, length))
            return -1;
        bytes = peer->in;
        length = peer->in_length;
    }
    int result = 0;
    while (result == 0)
        result = step(peer, &bytes, &length);
    return result > 0 && keep(peer, bytes, length) ? 0 : -1;
}

/* ---- coming, being served, going ---- */

/* What libwebsockets has kept goes out first, and until then it reads nothing. Of TLS it is enough to know
 * when there is something to read: the buffer of libwebsockets takes more than a whole record, and a
 * handshake writes less than the kernel takes. */
static void await(listen_peer *peer)
{
    uint32_t events = LOCAL_READY_OUT;
    if (!lws_partial_buffered(peer->wsi))
        events = (peer->is_stopped ? 0 : LOCAL_READY_IN) | (TAILQ_EMPTY(&peer->outbox) ? 0 : LOCAL_READY_OUT);
    local_loop_await(peer->listener->loop, &peer->source, events);
}

/* libwebsockets calls back for what has happened; then the peer may be gone. "Hung up" is what it takes for
 * the end without delay. */
static void serve(listen_peer *peer, short happened)
{
    local_listener *listener = peer->listener;
    struct lws_pollfd ready = {
            .fd = (lws_sockfd_type)peer->source.fd, .events = LWS_POLLIN | LWS_POLLOUT, .revents = happened};
    listener->served = peer;
    lws_service_fd(listener->context, &ready);
    if (listener->served != NULL)
        await(peer);
    listener->served = NULL;
}

static void on_ready(local_source *source, uint32_t events)
{
    short happened = (events & LOCAL_READY_IN) != 0 ? LWS_POLLIN : 0;
    if ((events & LOCAL_READY_OUT) != 0)
        happened |= LWS_POLLOUT;
    if ((events & LOCAL_READY_END) != 0)
        happened |= LWS_POLLHUP;
    serve(lws_container_of(source, listen_peer, source), happened);
}

void listen_serve_roused(local_listener *listener)
{
    listen_peer *peer;
    while ((peer = TAILQ_FIRST(&listener->roused)) != NULL) {
        TAILQ_REMOVE(&listener->roused, peer, roused_link);
        peer->is_roused = false;
        serve(peer, peer->is_cut ? LWS_POLLHUP : LWS_POLLOUT);
    }
}

/* NULL: no memory. libwebsockets does not know of it yet. */
static listen_peer *make_peer(local_listener *listener, glift__socket_handle fd, uint32_t address)
{
    listen_peer *peer = calloc(1, sizeof *peer);
    if (peer == NULL)
        return NULL;
    peer->listener = listener;
    peer->source = (local_source){.fd = fd, .ready = on_ready};
    peer->address = address;
    TAILQ_INIT(&peer->outbox);
    listen_take_place(peer);
    listen_wait(peer, PATIENCE_HEAD);
    return peer;
}

/* If libwebsockets does not want it, it has closed the descriptor. */
static void adopt(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    lws_sock_file_fd_type descriptor = {.sockfd = (lws_sockfd_type)peer->source.fd};
    lws_adoption_type type = LWS_ADOPT_SOCKET | (listener->is_secure ? LWS_ADOPT_ALLOW_SSL : 0);
    peer->wsi = lws_adopt_descriptor_vhost(listener->vhost, type, descriptor, "gamelift", NULL);
    if (peer->wsi == NULL) {
        peer->source.fd = GLIFT__NO_SOCKET;
        listen_peer_left(peer);
        return;
    }
    lws_set_timeout(peer->wsi, NO_PENDING_TIMEOUT, 0); /* it would never end, and cost each newcomer a look */
    lws_set_opaque_user_data(peer->wsi, peer);
    if (!local_loop_add(listener->loop, &peer->source, LOCAL_READY_IN))
        listen_cut(peer);
}

void listen_peer_came(local_listener *listener, glift__socket_handle fd, uint32_t address)
{
    listen_peer *peer = listen_make_room(listener, address) ? make_peer(listener, fd, address) : NULL;
    if (peer == NULL)
        glift__socket_close(fd);
    else
        adopt(peer);
}

void listen_peer_left(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    listen_leave_place(peer);
    listen_wait_for_nothing(peer);
    local_loop_remove(listener->loop, &peer->source);
    if (peer->is_roused)
        TAILQ_REMOVE(&listener->roused, peer, roused_link);
    if (listener->served == peer)
        listener->served = NULL;
    listen_forget_request(peer);
    while (!TAILQ_EMPTY(&peer->outbox))
        drop_first(peer);
    listen_forget_hold(peer);
    listen_forget_socket(peer);
    free(peer->in);
    free(peer);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Answers over HTTP: a head, a body, and then the connection is free for the next request. */
#include "listen/listen_internal.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/random.h"

/* ---- head ---- */

static bool add_header(
        struct lws *wsi, const char *name, const char *value, unsigned char **at, unsigned char *end)
{
    return lws_add_http_header_by_name(wsi, (const unsigned char *)name, (const unsigned char *)value,
                   (int)strlen(value), at, end) == 0;
}

/* Pages are kept from being framed or from loading anything that is not ours. */
static bool add_safety_headers(struct lws *wsi, unsigned char **at, unsigned char *end)
{
    return add_header(wsi, "x-content-type-options:", "nosniff", at, end) &&
           add_header(wsi, "cache-control:", "no-store", at, end) &&
           add_header(wsi, "content-security-policy:",
                   "default-src 'self' 'unsafe-inline' data:; frame-ancestors 'none'", at, end);
}

/* Service model 3.3: a client of that protocol looks for it. */
static bool add_protocol(struct lws *wsi, const char *type, unsigned char **at, unsigned char *end)
{
    return strcmp(type, LISTEN_CBOR_TYPE) != 0 || add_header(wsi, "smithy-protocol:", "rpc-v2-cbor", at, end);
}

/* Status line, headers and the body's length. False: the connection cannot be used any more. */
static bool write_head(listen_peer *peer, int status, const char *type, size_t length)
{
    unsigned char buffer[LWS_PRE + 1024], *start = buffer + LWS_PRE, *at = start,
                                          *end = buffer + sizeof buffer - 1;
    char request_id[GLIFT__UUID_SIZE];
    glift__random random;
    glift__random_seed(&random);
    glift__uuid(request_id, glift__random_next, &random);
    return lws_add_http_common_headers(peer->wsi, (unsigned)status, type, length, &at, end) == 0 &&
           add_header(peer->wsi, "x-amzn-requestid:", request_id, &at, end) &&
           add_protocol(peer->wsi, type, &at, end) && add_safety_headers(peer->wsi, &at, end) &&
           (!peer->close_after_reply || add_header(peer->wsi, "connection:", "close", &at, end)) &&
           lws_finalize_write_http_header(peer->wsi, start, &at, end) == 0;
}

/* ---- the way of a reply ---- */

/* What libwebsockets has read from this connection so far; 0: this system does not tell. Two questions, which
 * belong together if nothing has come in between. */
static uint64_t bytes_read(const listen_peer *peer)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    int before, after, on = 1, fd = lws_get_socket_fd(peer->wsi);
    setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on); /* urgent bytes would be counted elsewhere */
    do {
        if (ioctl(fd, SIOCINQ, &before) != 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
                ioctl(fd, SIOCINQ, &after) != 0)
            return 0;
    } while (before != after);
    uint64_t received = info.tcpi_bytes_received;
    return received > (uint64_t)after ? received - (uint64_t)after : 0;
}

bool listen_came_too_early(const listen_peer *peer)
{
    /* The end of the client's side counts as a byte. */
    return peer->bytes_read != 0 && bytes_read(peer) <= peer->bytes_read + 1;
}

void listen_forget_reply(listen_peer *peer)
{
    free(peer->reply);
    peer->reply = NULL;
    peer->listener->replies_bytes -= peer->reply_bytes;
    peer->reply_bytes = 0;
}

/* libwebsockets has but one time-out per connection. */
static int wait_for_reader(listen_peer *peer)
{
    lws_usec_t left_us = peer->reply_until_us - lws_now_usecs();
    if (left_us <= 0)
        return -1;
    lws_set_timeout(peer->wsi, PENDING_TIMEOUT_USER_OK, (int)(left_us / LWS_USEC_PER_SEC) + 1);
    return 0;
}

int listen_reply(listen_peer *peer, int status, const char *type, listen_message *body)
{
    local_listener *listener = peer->listener;
    peer->reply = body;
    if (body == NULL || listener->replies_bytes > LISTEN_REPLIES_MAX ||
            !write_head(peer, status, type, body->length))
        return -1;
    peer->reply_bytes = body->length;
    listener->replies_bytes += body->length;
    peer->reply_until_us = lws_now_usecs() + LISTEN_PATIENCE_S * LWS_USEC_PER_SEC;
    lws_callback_on_writable(peer->wsi);
    return wait_for_reader(peer);
}

/* What the kernel does not take, libwebsockets keeps, and ends the transaction when it is gone. */
int listen_write_reply(listen_peer *peer)
{
    listen_message *reply = peer->reply;
    if (reply == NULL)
        return 0;
    peer->reply = NULL;
    int length = (int)reply->length;
    int written = lws_write(peer->wsi, reply->bytes + LWS_PRE, reply->length, LWS_WRITE_HTTP_FINAL);
    free(reply);
    peer->bytes_read = bytes_read(peer);
    if (!lws_partial_buffered(peer->wsi))
        listen_forget_reply(peer);
    if (written < length || peer->close_after_reply)
        return -1;
    return lws_http_transaction_completed(peer->wsi) ? -1 : 0;
}

int listen_on_more(listen_peer *peer)
{
    peer->bytes_read = bytes_read(peer);
    return peer->reply_bytes > 0 ? wait_for_reader(peer) : 0;
}

/* ---- by hand ---- */

static const char *reason_phrase(int status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    default:
        return "Internal Server Error";
    }
}

int listen_reply_and_close(listen_peer *peer, int status, const char *type, const char *body)
{
    char *reply = NULL;
    int length = asprintf(&reply,
            "HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %zu\r\nconnection: close\r\n\r\n%s",
            status, reason_phrase(status), type, strlen(body), body);
    if (length < 0)
        return -1;
    listen_message *message = listen_message_of(reply, (size_t)length);
    free(reply);
    if (message != NULL)
        lws_write(peer->wsi, message->bytes + LWS_PRE, message->length, LWS_WRITE_HTTP_FINAL);
    free(message);
    return -1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Answers over HTTP: head and body in one piece, so that one system call sends most of them. */
#include "listen/listen_internal.h"

#include <stdio.h>
#include <string.h>

#include "wire/ws_handshake.h"

#define HEAD_SIZE 1024

/* The page loads and runs the program's own files alone: no script or style inside a document, no frame, no
 * form. Its address may carry the token, which no other site is told. */
#define SAFETY                                                                                               \
    "x-content-type-options: nosniff\r\n"                                                                    \
    "cache-control: no-store\r\n"                                                                            \
    "referrer-policy: no-referrer\r\n"                                                                       \
    "cross-origin-resource-policy: same-origin\r\n"                                                          \
    "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "     \
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"

static const char *reason_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } known[] = {
            {200, "OK"},
            {400, "Bad Request"},
            {401, "Unauthorized"},
            {403, "Forbidden"},
            {404, "Not Found"},
            {405, "Method Not Allowed"},
            {411, "Length Required"},
            {413, "Content Too Large"},
            {426, "Upgrade Required"},
            {431, "Request Header Fields Too Large"},
            {500, "Internal Server Error"},
            {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].status == status)
            return known[i].phrase;
    }
    return "Error";
}

/* Takes over the message (NULL: no memory). */
static int answer_with(listen_peer *peer, listen_message *message)
{
    local_listener *listener = peer->listener;
    if (message != NULL && listener->replies_bytes <= LISTEN_REPLIES_MAX) {
        peer->reply_bytes = message->length;
        listener->replies_bytes += message->length;
        peer->phase = peer->stays ? PHASE_REPLY : PHASE_LEAVING;
        listen_wait(peer, PATIENCE_BODY);
        TAILQ_INSERT_TAIL(&peer->outbox, message, link);
        peer->outbox_bytes += message->length;
        return 0;
    }
    free(message);
    return -1;
}

static int reply(
        listen_peer *peer, int status, const char *type, const char *header, const char *body, size_t length)
{
    char head[HEAD_SIZE], request_id[GLIFT__UUID_SIZE];
    glift__uuid(request_id, glift__random_next, &peer->listener->random);
    int size = snprintf(head, sizeof head,
            "HTTP/1.1 %d %s\r\n"
            "content-type: %s\r\n"
            "content-length: %zu\r\n"
            "x-amzn-requestid: %s\r\n" SAFETY "%s%s\r\n",
            status, reason_phrase(status), type, length, request_id, header,
            peer->stays ? "" : "connection: close\r\n");
    listen_message *message = listen_message_of((size_t)size + length);
    if (message != NULL) {
        memcpy(message->bytes + LWS_PRE, head, (size_t)size);
        if (length > 0)
            memcpy(message->bytes + LWS_PRE + size, body, length);
    }
    return answer_with(peer, message);
}

int listen_reply(listen_peer *peer, int status, const char *type, const char *body, size_t length)
{
    /* A client of that protocol looks for it (service model 3.3). */
    const char *protocol = strcmp(type, LISTEN_CBOR_TYPE) == 0 ? "smithy-protocol: rpc-v2-cbor\r\n" : "";
    return reply(peer, status, type, protocol, body, length);
}

int listen_reply_text(listen_peer *peer, int status, const char *type, const char *text)
{
    return reply(peer, status, type, "", text, strlen(text));
}

int listen_refuse(listen_peer *peer, int status, const char *sentence)
{
    char text[400];
    snprintf(text, sizeof text, "%s\n", sentence);
    listen_log(peer->listener, GLIFT_LOG_DEBUG, "a request was refused with HTTP %d: %s", status, sentence);
    return listen_reply_text(peer, status, LISTEN_TEXT_TYPE, text);
}

int listen_reply_with(listen_peer *peer, int status, const char *header, const char *text)
{
    return reply(peer, status, LISTEN_TEXT_TYPE, header, text, strlen(text));
}

int listen_reply_upgrade(listen_peer *peer, const char *key)
{
    char accept[GLIFT__WS_ACCEPT_SIZE], head[256];
    if (!glift__ws_accept(key, accept))
        return -1;
    int size = snprintf(head, sizeof head,
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: %s\r\n\r\n",
            accept);
    listen_message *message = listen_message_of((size_t)size);
    if (message == NULL)
        return -1;
    memcpy(message->bytes + LWS_PRE, head, (size_t)size);
    TAILQ_INSERT_HEAD(&peer->outbox, message, link); /* before what the service has to say already */
    peer->outbox_bytes += message->length;
    return 0;
}

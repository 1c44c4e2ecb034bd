/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of the listener; the only ones that include libwebsockets.h. */
#ifndef LOCAL_LISTEN_INTERNAL_H
#define LOCAL_LISTEN_INTERNAL_H

#include <libwebsockets.h>
#include <sys/queue.h>

#include "listen/listen.h"

/* Bounds (S8, S84): one body, all bodies together, all replies that were not taken yet, one message in, and
 * all that waits for a slow reader. */
#define LISTEN_BODY_MAX    (4u * 1024 * 1024)
#define LISTEN_BODIES_MAX  (64u * 1024 * 1024)
#define LISTEN_REPLIES_MAX (64u * 1024 * 1024) /* beyond one that is longer */
#define LISTEN_MESSAGE_MAX GLIFT_MAX_MESSAGE_LENGTH
#define LISTEN_OUTBOX_MAX  (4u * 1024 * 1024)
#define LISTEN_HEADER_SIZE 300
#define LISTEN_TEXT_TYPE   "text/plain; charset=utf-8"
#define LISTEN_CBOR_TYPE   "application/cbor"
/* For a body to come, or a reply to go. Longer than any client needs on one machine: whoever takes more keeps
 * our memory busy. */
#define LISTEN_PATIENCE_S 30

typedef struct listen_message {
    TAILQ_ENTRY(listen_message) link;
    size_t length;
    unsigned char bytes[]; /* LWS_PRE bytes of room, then the text */
} listen_message;

typedef enum listen_route {
    ROUTE_NONE,    /* nothing asked yet, or answered */
    ROUTE_REFUSED, /* the answer is made, the body is read and dropped first */
    ROUTE_API,
    ROUTE_CBOR,
    ROUTE_CONTROL
} listen_route;

/* A TCP connection: what is asked over HTTP, one request after the other, until it becomes a WebSocket. */
typedef struct listen_peer {
    local_listener *listener;
    struct lws *wsi;
    /* HTTP */
    listen_route route;
    char name[LISTEN_HEADER_SIZE]; /* the operation or control */
    char *body;
    size_t body_length, body_expected;
    lws_usec_t asked_us;
    int refusal_status;
    listen_message *reply; /* to be written; NULL once it was */
    size_t reply_bytes;    /* 0: taken */
    lws_usec_t reply_until_us;
    bool close_after_reply;
    uint64_t bytes_read; /* of the connection, up to the end of the last answer; 0: there was none */
    /* WebSocket */
    uint64_t connection;               /* its number in the service; 0: not a WebSocket */
    bool established, ended, skipping; /* skipping: inside a binary message */
    char *in;
    size_t in_length, in_room;
    TAILQ_HEAD(, listen_message) outbox;
    size_t outbox_bytes;
    int close_code;                /* once the outbox is empty */
    TAILQ_ENTRY(listen_peer) link; /* WebSockets only */
} listen_peer;

typedef struct listen_watch {
    struct lws *wsi;
    void (*ready)(void *user);
    void *user;
    struct listen_watch *next;
} listen_watch;

struct local_listener {
    local_service *service;
    struct lws_context *context;
    struct lws_vhost *vhost;
    lws_sorted_usec_list_t timer;
    int port;
    int64_t clock_offset_ms;
    size_t bodies_bytes, replies_bytes;
    TAILQ_HEAD(, listen_peer) sockets;
    listen_watch *watches;
    void (*log)(void *user, glift_log_level level, const char *text);
    void *log_user;
};

/* What the core put out since the last time, to the outboxes of its sockets. */
void listen_take_outputs(local_listener *listener);

/* "" or a sentence: why whoever sent this request, by its Host and Origin, may not talk to us. */
const char *listen_refuse_request(struct lws *wsi);

/* Answers of callbacks: 0, or -1 and the connection ends. The first takes over the body (NULL: no memory). */
int listen_reply(listen_peer *peer, int status, const char *type, listen_message *body);
int listen_write_reply(listen_peer *peer); /* when it can be written */
int listen_on_more(listen_peer *peer);     /* something came behind a request that is being answered */
void listen_forget_reply(listen_peer *peer);
/* This request was read together with the one before it. libwebsockets 4.1 takes the head of such a request
 * for its body, and never comes to an end with it: one that has a body must be refused, by its head. */
bool listen_came_too_early(const listen_peer *peer);
/* At once, and the end of the connection: where libwebsockets' own way of answering does not do. */
int listen_reply_and_close(listen_peer *peer, int status, const char *type, const char *body);

int listen_on_http(listen_peer *peer, enum lws_callback_reasons reason, const char *in, size_t length);
int listen_on_upgrade(listen_peer *peer, const char *protocol);
int listen_on_socket(listen_peer *peer, enum lws_callback_reasons reason, const char *in, size_t length);
void listen_forget_http(listen_peer *peer);
void listen_forget_socket(listen_peer *peer);

listen_message *listen_message_of(const char *bytes, size_t length); /* NULL: out of memory */

/* sdk/local/listen/dashboard.html, put into the program by CMake. */
extern const unsigned char local_dashboard[];
extern const size_t local_dashboard_length;

#endif

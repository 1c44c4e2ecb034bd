/* SPDX-License-Identifier: Apache-2.0 */
/* The state machine of one game server: (now, input) -> (orders for the transport, events for the game).
 *
 * The core knows no socket, clock, thread or global: time, random bits and transport are arguments, so a test
 * plays an hour of heartbeats in a millisecond and replays any interleaving. The I/O thread steps the core.
 *
 * The driver (io, or a test) hands in an input, then pulls orders until there are none, moves the
 * events to the game, and comes back at the deadline at the latest. Since the driver pulls, and the core
 * never calls back, the core is never entered twice.
 *
 * Sockets carry numbers that are never used again, so what happens to an old socket cannot touch the
 * new one (P142). */
#ifndef GLIFT_CORE_H
#define GLIFT_CORE_H

#include "wire/codec.h"
#include "base/list.h"
#include "base/mailbox.h"
#include "base/random.h"
#include "base/time.h"

typedef struct glift__core glift__core;

/* ---- settings: resolved and checked (settings.h), copied by core_create ---- */

typedef struct glift__core_desc {
    const char *websocket_url, *auth_token, *process_id, *host_id, *fleet_id;
    const char *aws_region, *access_key, *secret_key, *session_token;
    bool container;       /* compute type CONTAINER and no auth token: FETCH gets the credentials */
    bool container_fleet; /* compute type CONTAINER, with or without a token */
    const char *container_credentials_url, *container_metadata_url; /* full URLs; "" where unset */
    const char *container_discovery_endpoint;
    const char *tool_name, *tool_version;
    uint32_t request_timeout_ms, connect_timeout_ms, shutdown_timeout_ms;
    uint32_t reconnect_base_ms, reconnect_cap_ms;
    glift_log_level log_level;
    glift__random_fn random;
    void *random_user;
} glift__core_desc;

glift_status glift__core_create(const glift__core_desc *desc, glift__time now, glift__core **out);
void glift__core_destroy(glift__core *core); /* frees the items that are still inside too; NULL is allowed */

/* ---- inputs ---- */

/* Takes a command from the game, and owns the item from here on. */
void glift__core_command(glift__core *core, glift__time now, glift__item *command);

/* The handshake of this socket was answered 101. */
void glift__core_opened(glift__core *core, glift__time now, uint32_t socket);

typedef enum glift__end_kind {
    GLIFT__END_NO_ADDRESS,        /* the name could not be looked up */
    GLIFT__END_NO_CONNECTION,     /* TCP: the address refused, or cannot be reached */
    GLIFT__END_TLS,               /* the certificate, host name or protocol is wrong; text says which */
    GLIFT__END_HANDSHAKE_REFUSED, /* the HTTP status is in code, the body in text */
    GLIFT__END_HANDSHAKE_TIMEOUT,
    GLIFT__END_CLOSED, /* by a Close frame; its code is in code (1005 where it has none) */
    GLIFT__END_LOST    /* by a reset, the end of the stream, no pong, or garbage in the framing */
} glift__end_kind;

typedef struct glift__socket_end {
    glift__end_kind kind;
    int code;
    const char *text; /* one sentence, without secrets; not NULL */
} glift__socket_end;

/* A dial failed or an open socket ended. This is told exactly once per DIAL, also after a CLOSE order. */
void glift__core_closed(glift__core *core, glift__time now, uint32_t socket, const glift__socket_end *end);

/* One whole text message arrived, its fragments joined, not NUL-terminated. Binary messages are not handed in
 * (P3). */
void glift__core_received(
        glift__core *core, glift__time now, uint32_t socket, const char *bytes, size_t length);

/* A FETCH has ended. Where http_status is 0 the transport failed, and body is the reason. */
void glift__core_fetched(
        glift__core *core, glift__time now, uint32_t fetch, int http_status, const char *body, size_t length);

/* A DATAGRAM was not sent, or an earlier one is known to have reached nobody; the reason is one sentence's
 * end. */
void glift__core_datagram_failed(glift__core *core, glift__time now, const char *reason);

/* Time has passed. */
void glift__core_advance(glift__core *core, glift__time now);

/* ---- outputs ---- */

typedef enum glift__order_kind {
    GLIFT__ORDER_DIAL,     /* open this socket to url; the order ends in opened or closed */
    GLIFT__ORDER_WRITE,    /* messages wait for this open socket: pull them when it can be written */
    GLIFT__ORDER_CLOSE,    /* give up the dial, or write what waits, close with code, and end within 1 s */
    GLIFT__ORDER_FETCH,    /* get url by HTTP, the whole body of up to 1 MiB, within timeout_ms */
    GLIFT__ORDER_DATAGRAM, /* send bytes by UDP to address and port, now or never; where that fails, the
                              driver says so by glift__core_datagram_failed() */
    GLIFT__ORDER_DETACH    /* the core is done: detach, and do not call the core again */
} glift__order_kind;

typedef struct glift__order {
    glift__order_kind kind;
    uint32_t number; /* of the socket; of the fetch, where it is a FETCH */
    const char *url; /* lives until the next call on the core */
    int close_code;
    uint32_t timeout_ms;
    const char *bytes; /* these three live until the next call on the core */
    size_t length;
    const char *address; /* IPv4 or IPv6, without brackets */
    uint16_t port;
} glift__order;

bool glift__core_next_order(glift__core *core, glift__order *order);

/* The next message to write on this socket; false when there is none. The text lives until the next call
 * on the core, and is the original: write from a copy (libwebsockets masks in place). From here on the
 * message counts as sent on this socket. */
bool glift__core_next_message(glift__core *core, glift__time now, uint32_t socket, const glift__text **text);

/* Whether a request that was sent on this socket is still without its answer, a heartbeat included. Costs the
 * same with any number of requests in flight for the socket that carries what is sent now. */
bool glift__core_awaits_answer(const glift__core *core, uint32_t socket);

/* The time on mono_ms at which to call glift__core_advance() at the latest; UINT64_MAX: never. */
uint64_t glift__core_deadline_ms(const glift__core *core);

/* Takes the events for the game, oldest first, linked; NULL if there is none. The taker owns them. */
glift__item *glift__core_take_events(glift__core *core);

/* ---- items: what travels in the mailboxes ---- */

typedef enum glift__command_kind {
    GLIFT__COMMAND_CALL,          /* glift__call: the same item comes back as EVENT_ANSWER */
    GLIFT__COMMAND_CANCEL,        /* glift__cancel */
    GLIFT__COMMAND_HEALTH,        /* glift__health: the game's answer to a question */
    GLIFT__COMMAND_LOG_LEVEL,     /* glift__level */
    GLIFT__COMMAND_METRIC,        /* glift_metric: the core keeps it */
    GLIFT__COMMAND_METRICS_START, /* glift__metrics_start: the core keeps it until the stop */
    GLIFT__COMMAND_METRICS_TAG,   /* glift__metrics_tag */
    GLIFT__COMMAND_METRICS_STOP,  /* glift__item */
    GLIFT__COMMAND_SHUTDOWN       /* glift__item: close the connection, then DETACH */
} glift__command_kind;

typedef enum glift__event_kind {
    GLIFT__EVENT_ANSWER,
    GLIFT__EVENT_START_GAME_SESSION,
    GLIFT__EVENT_UPDATE_GAME_SESSION,
    GLIFT__EVENT_PROCESS_TERMINATE,
    GLIFT__EVENT_HEALTH_CHECK,
    GLIFT__EVENT_CONNECTION,
    GLIFT__EVENT_LOG
} glift__event_kind;

/* One request of the game, there and back again: the same allocation is the command, what is in flight and
 * the answer, so answering cannot fail. calls.c makes it with everything that it will need. */
typedef struct glift__call {
    glift__item item;
    glift__memory memory; /* of the answer; arguments too where they are more than a few strings */
    glift__request_body body;
    uint64_t deadline_ms; /* mono_ms; 0: the core sets it (ProcessReady) */
    uint64_t id;          /* unique in its server; 0 where the SDK itself made the call */
    void *user;
    bool is_internal;    /* the SDK itself made the call: no cancel reaches it, and nobody inherits it */
    glift_result result; /* points into memory, answer, or static text */
    glift__answer_body answer;

    /* These belong to the game's side (calls.c, deliver.c, owner.c) and its thread alone, also while the
     * core has the call. */
    struct {
        glift__node pending; /* in one of the server's lists, until `done` has run or the answer is taken */
        glift_done_fn done;
        glift_request_kind kind;
        const char *subject;  /* what the request is about, for who inherits it; among the texts of `body` */
        int state;            /* GLIFT__CALL_PENDING and others, in server_state.h */
        bool returned;        /* the core is through with the call */
        bool is_cancelled;    /* of an inherited call: its answer is CANCELLED, whatever comes */
        unsigned declined_by; /* the number of the owner that has not taken the answer; 0: none */
    } game;

    /* These belong to request.c, but for what names another file. */
    struct {
        glift__node due, lane; /* among all by deadline; among the queued or the sent */
        struct glift__call *next_in_bucket;
        uint64_t sequence, sent_ms;
        uint32_t socket; /* the socket that carries the call */
        unsigned times_sent;
        int state;
        glift__action settles; /* the refused request whose DescribePlayerSessions this is (inbound.c) */
        const char *seat;      /* the player session that the call is about, where it is about one */
        struct glift__call *next_asking; /* seats.c */
        char request_id[GLIFT__UUID_SIZE];
    } flight;
} glift__call;

/* The other items are in items.h. */

#endif

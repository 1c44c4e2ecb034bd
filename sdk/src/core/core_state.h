/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the core share: the state of one game server, and who may ask whom for what.
 *
 *     core.c        inputs and outputs, commands, deadlines
 *     inbound.c     messages from the service: answers and pushes
 *     connection.c  sockets, from open to end; refresh
 *     dial.c        one dial: when, where to, as whom
 *     discovery.c   the containers beside this one
 *     metrics.c     what is measured: flushes and the crash reporter; own_metrics.c  what the SDK measures
 *     role_credentials.c, request.c, heartbeat.c, container.c, outbox.c, metric.c, crash_reporter.c
 *                   parts that know nothing of the core
 */
#ifndef GLIFT_CORE_STATE_H
#define GLIFT_CORE_STATE_H

#include "core/backoff.h"
#include "core/container.h"
#include "core/dial_failure.h"
#include "core/heartbeat.h"
#include "core/metrics.h"
#include "core/needs.h"
#include "core/outbox.h"
#include "core/request.h"
#include "core/role_credentials.h"
#include "core/seats.h"

/* ---- connection.c ---- */

/* There is room for a socket that is open, one that is being dialled, one or two that drain, and some whose
 * end has not been reported yet. */
#define GLIFT__SOCKET_COUNT 8

typedef enum glift__socket_state {
    GLIFT__SOCKET_FREE,
    GLIFT__SOCKET_WANTED, /* the order to dial has not been taken yet */
    GLIFT__SOCKET_DIALLING,
    GLIFT__SOCKET_OPEN,
    GLIFT__SOCKET_CLOSING /* the end of the socket has not been reported yet */
} glift__socket_state;

typedef struct glift__socket {
    uint32_t number;
    glift__socket_state state;
    bool close_due;       /* the order to close has not been taken yet */
    bool write_announced; /* the driver knows that messages wait */
    uint64_t opened_ms;
    uint64_t drained_at_ms; /* a superseded socket is read until then; 0: not superseded */
} glift__socket;

typedef enum glift__dial_state {
    GLIFT__DIAL_NONE,
    GLIFT__DIAL_WAITING, /* until dial_at_ms */
    GLIFT__DIAL_LOGIN,   /* for the container agent */
    GLIFT__DIAL_UNDER_WAY
} glift__dial_state;

typedef enum glift__dial_purpose {
    GLIFT__DIAL_TO_CONNECT, /* there is no connection */
    GLIFT__DIAL_TO_REFRESH, /* the service asked for a new connection; the one in use goes on */
    GLIFT__DIAL_TO_REPLACE  /* the connection in use does not answer; it goes on until the new one is open */
} glift__dial_purpose;

/* Where a refresh wants us to connect, and as whom. */
typedef struct glift__identity_offer {
    glift__memory memory;
    const char *endpoint, *token;
    bool is_set;
} glift__identity_offer;

typedef enum glift__identity_kind {
    GLIFT__IDENTITY_ORIGINAL,  /* that of the settings */
    GLIFT__IDENTITY_REFRESHED, /* that of the last refresh that succeeded */
    GLIFT__IDENTITY_OFFERED    /* that of a refresh that has not succeeded yet */
} glift__identity_kind;

typedef struct glift__connection {
    glift__socket sockets[GLIFT__SOCKET_COUNT];
    glift__socket *current; /* the socket that carries what is sent; NULL: not connected */

    glift__dial_state dial;
    glift__dial_purpose purpose;
    glift__socket *dialled;
    uint64_t dial_at_ms;
    unsigned dials;              /* how many dials this connect operation has made */
    uint64_t refreshes_until_ms; /* the refreshes dialled so far last until then, at the pace of
                                    glift__dial_refresh() */
    char idempotency_token[GLIFT__UUID_SIZE];
    glift__text url;
    glift__identity_offer refreshed, offered;
    glift__identity_kind identity; /* the one that this dial uses */
    glift__container_login login;
    uint32_t login_fetch; /* the number of the fetch under way */
    bool login_fetch_due; /* the order for that fetch has not been taken yet */

    glift__backoff backoff;
    bool ever_connected, lost;
    uint64_t outage_since_ms;
    unsigned timeouts_in_a_row;
    glift__dial_failure failure; /* the last failure: why there is no connection */

    glift_connection_state state; /* the state as it was reported last, or is to be reported */
    bool report_due;              /* there was no room or memory to report the state */
} glift__connection;

void glift__connection_init(glift__core *core);
void glift__connection_advance(glift__core *core);
uint64_t glift__connection_deadline_ms(const glift__core *core);
bool glift__connection_next_order(glift__core *core, glift__order *order);

/* The service wants a new connection, with this endpoint and token, which are copied. */
void glift__connection_refresh(glift__core *core, const char *endpoint, const char *token);
/* A message arrived on this socket. False if the socket is none of ours. */
bool glift__connection_heard(glift__core *core, uint32_t socket);
/* A request that was sent on this socket was not answered in time. */
void glift__connection_unanswered(glift__core *core, uint32_t socket);

void glift__connection_shut_down(glift__core *core);
bool glift__connection_is_shut_down(const glift__core *core);

/* These are for dial.c. */
void glift__connection_report(glift__core *core, glift_connection_state state);
glift__socket *glift__connection_free_socket(glift__connection *self); /* NULL: all are in use */
void glift__connection_close_socket(glift__socket *socket);

/* ---- dial.c ---- */

/* Begins a new connect operation, with a new idempotency token (P16), which dials at `dial_at_ms`. */
void glift__dial_prepare(glift__core *core, glift__dial_purpose purpose, uint64_t dial_at_ms);
/* Dials now. */
void glift__dial_begin(glift__core *core);
void glift__dial_refresh(glift__core *core); /* to where the offer leads, in place of a dial under way */
/* Gives up the dial under way, for a better one. */
void glift__dial_abandon(glift__core *core);

/* Notes why a socket has ended, that of the dial or that of the connection, and what follows from it for the
 * dial. */
void glift__dial_note_failure(glift__core *core, const glift__socket_end *end, bool of_dial);

/* Whether a text of the service may not be logged, since it repeats what this process proves itself with. */
bool glift__dial_tells_a_secret(const glift__core *core, const char *text);
void glift__dial_failed(glift__core *core);

/* Whether this endpoint would give up the TLS that the connection has. */
bool glift__dial_is_downgrade(const glift__core *core, const char *endpoint);
/* The endpoint and token of a refresh, copied; false without memory. */
bool glift__dial_offer(glift__core *core, const char *endpoint, const char *token);
/* Makes the identity that connected the one that the next dial uses. */
void glift__dial_adopt(glift__core *core);

/* Takes what came of a fetch. False if the fetch is none of ours. */
bool glift__dial_fetched(glift__core *core, uint32_t fetch, int http_status, const char *body, size_t length);
bool glift__dial_next_order(glift__core *core, glift__order *order);
void glift__dial_fini(glift__core *core);

/* ---- inbound.c ---- */

/* A message that there was no memory to read. */
typedef struct glift__unread glift__unread;

/* Reads the messages that could not be read, as far as there is memory now, in their order. */
void glift__inbound_read_again(glift__core *core);
void glift__inbound_fini(glift__core *core);

/* ---- discovery.c ---- */

void glift__discovery_list(glift__core *core, glift__call *call);
/* Takes what came of a fetch. A fetch that is none of ours is ignored. */
void glift__discovery_fetched(
        glift__core *core, uint32_t fetch, int http_status, const char *body, size_t length);
bool glift__discovery_next_order(glift__core *core, glift__order *order);

/* ---- the state of one game server ---- */

struct glift__core {
    glift__core_desc desc;
    glift__memory memory; /* holds the strings of the desc */
    glift__time now;      /* the time of the input that is being worked on */
    uint32_t last_number; /* the last number that a socket or a fetch was given */

    glift__outbox outbox;
    glift__requests requests;
    glift__connection connection;
    glift__text outgoing; /* the message that was handed out last */
    glift__unread *unread, *last_unread;
    size_t unread_bytes;

    bool ready, ended;
    glift__call *process_ready; /* the ProcessReady under way */
    glift__items held;          /* sessions that arrived before the answer to ProcessReady */
    glift__memory session_memory;
    const char *game_session_id; /* that of the last session that was pushed; NULL: none yet */

    glift__heartbeat heartbeat;
    glift__call beat;     /* the HeartbeatServerProcess in flight */
    bool beat_unanswered; /* the last beat was not answered */

    glift__seats seats;
    glift__role_cache roles;
    glift__container_discovery discovery;
    uint32_t discovery_fetch; /* 0: no fetch is under way */
    bool discovery_fetch_due;
    glift__metrics metrics;

    bool shutting_down, detached;
    uint64_t shutdown_deadline_ms;
};

/* In core.c: hands a call that is in nobody's list any more back to the game. The message is copied. */
void glift__core_answer(glift__core *core, glift__call *call, glift_status status, const char *message);
/* In core.c: sees that the next session that is pushed counts as new. */
void glift__core_forget_game_session(glift__core *core);
/* In core.c: a connection opened. */
void glift__core_connected(glift__core *core, bool for_the_first_time);
uint32_t glift__core_random(glift__core *core);

#endif

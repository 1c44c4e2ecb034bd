/* SPDX-License-Identifier: Apache-2.0 */
/* The network of the arena: players and bots over WebSocket, the lobby's pages, HTTP requests.
 *
 * A loop has one libwebsockets context, served by the engine's thread inside net_service(): every handler
 * below runs there. Only net_wake() may be called on another thread, or in a signal handler. Each net of a
 * loop has a port, sockets and limits of its own. */
#ifndef HOST_NET_H
#define HOST_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits, and what crossing one means: the player is dropped with a reason. */
enum {
    NET_MAX_SOCKETS = 320,            /* WebSockets at the same time; one more is refused with 503 */
    NET_MAX_MESSAGE_IN = 4096,        /* bytes, from a player */
    NET_MAX_MESSAGE_DIALLED = 65536,  /* bytes, from a server that a bot dialled */
    NET_MAX_QUEUE_BYTES = 262144,     /* waiting to be sent to one player */
    NET_MESSAGES_PER_SECOND = 120,    /* from one player, over time */
    NET_MESSAGES_BURST = 240,         /* from one player, at once: two seconds of a stalled network */
    NET_PLAYERS_PER_ADDRESS = 32,     /* unless a setting says otherwise */
    NET_JOINS_PER_SECOND = 8,         /* of one address, unless a setting says otherwise */
    NET_MAX_SESSION_ID = 256,         /* bytes, PlayerSessionId */
    NET_MAX_REASON = 120,             /* bytes, of a close reason; a close frame holds 123 */
    NET_MAX_REQUEST_BODY = 65536,     /* bytes, to /api/ */
    NET_MAX_REQUESTS = 128,           /* lobby requests without an answer; one more is refused with 503 */
    NET_MAX_REQUESTS_OF_ADDRESS = 64, /* the same, of one address */
    NET_MAX_RESPONSE_BODY = 4 << 20,  /* bytes, of an answer that a script fetched */
    NET_MAX_URL = 2000,               /* bytes; libwebsockets cuts longer request lines */
    NET_MAX_QUERY_VALUES = 32,        /* of a lobby request */
    NET_MAX_CONNECTIONS = 4 * NET_MAX_SOCKETS, /* of all kinds, of one net */
    NET_LEAST_CONNECTIONS = 32,                /* a game of 16, and as many who wait */
};

typedef struct net_loop net_loop;
typedef struct net net;

typedef struct net_query_value {
    const char *name, *value;
} net_query_value;

typedef struct net_request {
    const char *method, *path, *address, *body; /* the body may hold zero bytes */
    size_t body_length;
    const net_query_value *query;
    size_t query_count;
} net_request;

typedef struct net_header {
    const char *name, *value;
} net_header;

typedef struct net_fetch {
    const char *url, *method, *body; /* http:// only; method NULL: GET, or POST with a body */
    size_t body_length;
    const net_header *headers;
    size_t header_count;
} net_fetch;

/* What a handler receives dies when it returns. Handlers may call anything here but
 * net_loop_close(). */
typedef struct net_handlers {
    void (*on_connect)(void *user, uint64_t socket, const char *player_session_id, const char *address);
    void (*on_open)(void *user, uint64_t socket); /* a dialled one */
    void (*on_message)(void *user, uint64_t socket, const char *bytes, size_t length);
    /* Once for each on_connect and each net_dial(), the latter also when it never opened. */
    void (*on_disconnect)(void *user, uint64_t socket, const char *reason, bool dialled);
    void (*on_request)(void *user, uint64_t request, const net_request *what);
    /* Once for each net_fetch(). status 0: no answer, and the body says why. */
    void (*on_response)(void *user, uint64_t fetch, int status, const char *body, size_t length);
    void *user;
} net_handlers;

typedef struct net_desc {
    const char *address;        /* to listen on; an IPv4 address */
    int port;                   /* 0: a free one in 20000..29999; -1: do not listen */
    bool players;               /* serve players; else pages and /api/ */
    const char *assets;         /* the folder of the pages */
    const char *const *origins; /* allowed besides loopback, "https://play.example" */
    size_t origin_count;
    unsigned players_per_address; /* one more is refused with 429 */
    double joins_per_second;      /* of one address, over time; five times as many at once */
    unsigned connections;         /* of all kinds at the same time; one more has to go */
    unsigned place;               /* for the log; 0: there is only one */
    net_handlers handlers;
} net_desc;

/* For so many nets. NULL: `reason` holds one sentence. */
net_loop *net_loop_open(unsigned nets, char *reason, size_t reason_size);
/* Closes what is open, without a reason, and all nets; no handler is called any more. NULL is allowed. */
void net_loop_close(net_loop *loop);

/* NULL: `reason` holds one sentence. The strings of the desc must outlive the net, which lives as long as the
 * loop. It lets players in from net_admit() on. */
net *net_open(net_loop *loop, const net_desc *desc, char *reason, size_t reason_size);
/* False: players are refused, since no game server is here at the moment. */
void net_admit(net *n, bool players);

int net_port(const net *n);
/* A number below NET_MAX_SOCKETS that no two sockets of the same time share. */
static inline size_t net_place_of(uint64_t socket)
{
    return (size_t)(socket % NET_MAX_SOCKETS);
}
/* Serve sockets. Sleeps until there was something to do, a wake, or this time. */
void net_service(net_loop *loop, uint64_t until_ns);
void net_wake(net_loop *loop);

typedef struct net_piece {
    const void *bytes;
    size_t length;
} net_piece;

/* One message of these pieces, one behind the other. False: the socket is gone, or closing, or its queue is
 * full (it is then closed, as too slow). */
bool net_send(net *n, uint64_t socket, const net_piece *pieces, size_t count);
/* What was queued is sent first. A socket that is gone already is no error. */
void net_close_socket(net *n, uint64_t socket, const char *reason);
void net_close_all(net *n, const char *reason);
/* Whoever is still here is gone after the next net_service(). */
void net_drop_all(net *n);
size_t net_open_sockets(const net *n);
/* Calls `each` for every player that is connected. */
void net_each_player(net *n,
        void (*each)(void *user, uint64_t socket, const char *player_session_id, const char *address),
        void *user);

/* Both return 0 and a sentence when nothing was begun. */
uint64_t net_dial(net *n, const char *url, char *reason, size_t reason_size);
uint64_t net_fetch_begin(net *n, const net_fetch *what, char *reason, size_t reason_size);

/* Answers a request of on_request. False: it has been answered, or the client has gone. */
bool net_respond(
        net *n, uint64_t request, int status, const char *content_type, const void *body, size_t length);

/* Monotonic. */
uint64_t net_now_ns(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the network share. */
#ifndef HOST_NET_INTERNAL_H
#define HOST_NET_INTERNAL_H

#include "net.h"
#include "net_url.h"

#include <libwebsockets.h>

typedef struct net_socket net_socket;
typedef struct net_exchange net_exchange; /* a request to the lobby */
typedef struct net_guest net_guest;       /* a connection that came to our port */

enum { NET_MAX_JOINERS = 256, NET_ADDRESS_SIZE = 16 };

/* How often an address may still join. */
typedef struct net_joiner {
    uint32_t address;
    double allowance;
    uint64_t at_ns; /* 0: a free place */
} net_joiner;

struct net_loop {
    struct lws_context *context;
    lws_sorted_usec_list_t alarm; /* ends the sleep of net_service() in time for the next tick */
    net *nets;
    uint64_t looked_ns; /* when it was last looked whether refusals are to be told */
    bool closing;       /* net_loop_close() is at work: nothing is told any more */
};

struct net {
    net_desc desc;
    net_loop *loop;
    net *next;
    struct lws_vhost *vhost;
    uint64_t serial; /* of the last socket, request or fetch */
    int port;
    bool admits;
    bool beginning; /* inside net_begin_client(): a failure is returned, not told */
    char begin_failure[NET_MAX_REASON + 1];
    net_socket *sockets[NET_MAX_SOCKETS];
    size_t socket_count;
    net_exchange *exchanges;
    net_guest *guests; /* the newest first */
    net_joiner joiners[NET_MAX_JOINERS];
    unsigned refusals;         /* of joins, since the last log line of them */
    uint64_t refusals_told_ns; /* 0: none for a while */
};

enum { NET_TIMEOUT_S = 10 }; /* for a handshake, a request, or an answer that does not come */

enum { NET_PROTOCOL_SERVER, NET_PROTOCOL_DIAL, NET_PROTOCOL_FETCH };

/* NULL in callbacks that are of no net. */
static inline net *net_of(struct lws *wsi)
{
    struct lws_vhost *vhost = wsi != NULL ? lws_get_vhost(wsi) : NULL;
    return vhost != NULL ? lws_vhost_user(vhost) : NULL;
}

/* Begin to connect; `state` becomes the socket's opaque pointer. libwebsockets may fail at once, with or
 * without the callbacks of a failure. On NULL: if n->begin_failure says why, they ran and the state is freed;
 * if it is empty, the state is still the caller's. Names are looked up on this thread: what an arena dials is
 * a loopback address or a game server's. */
struct lws *net_begin_client(net *n, const net_url *url, const char *method, int protocol, void *state);

/* net_guests.c */
uint32_t net_address_of(struct lws *wsi); /* 0: unknown */
const char *net_address_text(uint32_t address, char text[NET_ADDRESS_SIZE]);
int net_guest_came(net *n, struct lws *wsi);   /* -1: it has to go */
void net_guest_asked(net *n, struct lws *wsi); /* a whole request, or an upgrade */
void net_guest_left(net *n, struct lws *wsi);  /* also of a connection that is no guest */
void net_free_guests(net *n);
/* NULL: fine; else the sentence that refuses, which is logged too. */
const char *net_refuse_join(net *n, struct lws *wsi);
void net_tell_refusals(net *n);

/* net_access.c: who may talk to us. NULL: fine; else the sentence that refuses. */
const char *net_refuse(const net *n, struct lws *wsi);

/* net_sockets.c */
int net_on_upgrade(struct lws *wsi);
int net_on_socket(struct lws *wsi, enum lws_callback_reasons reason, void *in, size_t length);
int net_on_dialled(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length);
size_t net_players_of(const net *n, uint32_t address);
void net_free_sockets(net *n);

/* net_http.c */
int net_on_http(struct lws *wsi, enum lws_callback_reasons reason, void *in, size_t length);

/* net_fetch.c */
int net_on_fetch(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the I/O thread share. This header is the one place that includes libwebsockets.h.
 *
 *   io_lws.c     the context, its thread, links: commands in, orders out
 *   io_dial.c    from a URL to a finished handshake, and how everything that was dialled ends
 *   io_socket.c  an open WebSocket: messages in and out, pings, closing
 *   fetch.c      one HTTP GET
 *
 * libwebsockets calls us back while it works in buffers that our own calls would overwrite. So a callback
 * only feeds a core and notes what is due; orders are carried out between two turns of its loop. */
#ifndef GLIFT_IO_LWS_H
#define GLIFT_IO_LWS_H

#include <libwebsockets.h>
#include <pthread.h>
#include <semaphore.h>

#include "wire/connect_url.h"
#include "wire/ws_frame.h"
#include "io/io.h"
#include "io/resolve.h"

typedef struct glift__attachment glift__attachment;
typedef struct glift__endpoint glift__endpoint;

/* libwebsockets' scratch buffer: a whole handshake has to fit, with 4,096 bytes of URL. */
#define GLIFT__SERVICE_BUFFER 8192
/* What one write hands to the kernel or to TLS at once. */
#define GLIFT__WRITE_LIMIT 65536

/* ---- endpoints: what was dialled, a WebSocket or a fetch ---- */

typedef struct glift__endpoint_kind {
    const char *method; /* NULL: upgrade to a WebSocket */
    size_t size;
    int (*on_event)(glift__endpoint *self, enum lws_callback_reasons reason, void *in, size_t length);
    void (*on_timer)(glift__endpoint *self, uint64_t now_ms);
    void (*on_end)(glift__endpoint *self, glift__core *core, glift__time now); /* tell the core */
    void (*fini)(glift__endpoint *self);
} glift__endpoint_kind;

/* What is needed only until the connection is open. */
typedef struct glift__dial {
    char *url_text;
    glift__url url; /* points into url_text */
    uint32_t timeout_ms;
    uint64_t deadline_ms;
    glift__lookup *lookup; /* under way or finished */
    bool is_looked_up;
    size_t next_address;
    bool in_call;      /* inside lws_client_connect_via_info() */
    bool is_connected; /* TCP is up */
} glift__dial;

struct glift__endpoint {
    const glift__endpoint_kind *kind;
    glift_io *io;
    glift__attachment *owner; /* NULL: given up, nobody hears of it any more */
    uint32_t number;          /* the core's */
    struct lws *wsi;          /* NULL before the connect and after its end */
    lws_sorted_usec_list_t timer;
    glift__dial *dial; /* NULL once open */
    bool has_end;      /* the first cause counts */
    bool is_killed;    /* the timer is for that */
    bool is_ended;     /* in the io's list of ended endpoints */
    glift__end_kind end_kind;
    int end_code;
    char *end_text;        /* heap; NULL: out of memory */
    glift__endpoint *next; /* of the same owner */
    glift__endpoint *next_ended;
};

/* Starts an endpoint of this kind; how it ends, however early, comes through kind->on_end. NULL when out of
 * memory, which ends nothing: the caller tells the core. */
glift__endpoint *glift__dial_start(glift__attachment *owner, const glift__endpoint_kind *kind,
        uint32_t number, const char *url, uint32_t timeout_ms);
/* The handshake is over: frees what dialling needed. */
void glift__dial_done(glift__endpoint *self);
/* How it ends, unless a cause is known already. Does not end it. */
void glift__endpoint_cause(glift__endpoint *self, glift__end_kind kind, int code, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* End it soon, wherever it stands; the cause first. Through kind->on_end, later. */
void glift__endpoint_kill(glift__endpoint *self);
/* The owner is no more: ends soon, unheard. */
void glift__endpoint_orphan(glift__endpoint *self);
void glift__endpoint_set_timer(glift__endpoint *self, uint64_t delay_ms);
/* Every event of every connection, from libwebsockets. */
int glift__endpoint_event(
        struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length);
/* Finished look-ups and ended endpoints, until there are none. True if there was one. */
bool glift__dial_settle(glift_io *io);

extern const glift__endpoint_kind glift__socket_kind, glift__fetch_kind;

/* ---- open WebSockets (io_socket.c) ---- */

void glift__socket_write(glift__endpoint *self);
void glift__socket_close(glift__endpoint *self, int code);

/* ---- links and the io (io_lws.c) ---- */

struct glift__attachment {
    glift__link *link;
    glift_io *io;
    glift__endpoint *endpoints;
    lws_sorted_usec_list_t timer;
    uint64_t timer_ms; /* what it is set to; UINT64_MAX: it is not */
    bool is_due, is_detached;
    glift__attachment *next_due;
};

/* A set of accepted certificates, and the connections made under it. */
typedef struct glift__trust {
    struct lws_vhost *vhost;
    bool tls, insecure;
    char *ca_file;
    struct ssl_ctx_st *tls_context;
    struct glift__trust *next;
} glift__trust;

struct glift_io {
    struct lws_context *context; /* made and used on the thread; others only cancel its sleep */
    pthread_t thread;
    sem_t has_started, may_end;
    atomic_bool is_stopping;
    atomic_int link_count; /* -1: being destroyed */
    glift__mailbox line;   /* links with commands */
    bool has_worked;       /* in this turn of the loop something happened */
    unsigned idle_turns;   /* in a row */
    glift__lookups *lookups;
    glift__trust *trusts;
    glift__endpoint *ended, **ended_end;
    glift__attachment *due;
    unsigned char *out; /* frames to be written, behind LWS_PRE bytes of room */
    uint8_t random[256];
    size_t random_left;
};

/* The core of this link has had an input: look for orders and events before the next sleep. */
void glift__link_is_due(glift__attachment *self);

/* NULL on failure, with the reason in *why (static text). */
glift__trust *glift__io_trust(glift_io *io, bool tls, const char *ca_file, bool insecure, const char **why);

/* Four unpredictable bytes. False if the system has none, which ends the connection that wants them. */
bool glift__io_mask(glift_io *io, uint8_t mask[4]);

#endif

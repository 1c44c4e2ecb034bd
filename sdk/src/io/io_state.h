/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the io share.
 *
 *   io.c         the io: its thread or its steps, its links, what they trust
 *   link.c       one server: commands in, orders out
 *   offline.c    what a link that dials nobody has in the place of a service
 *   endpoint.c   what was dialled, a WebSocket or a fetch: its life from the dial to its end
 *   dialling.c   from a URL to a connection: look-up, addresses in turn (RFC 8305), TLS
 *   websocket.c  the handshake; an open WebSocket: messages in and out, pings, closing
 *   fetch.c      one HTTP GET
 *
 * The loop calls an endpoint in the middle of its step. Such a call feeds the core and notes what is due;
 * orders are carried out, and endpoints freed, between two steps. */
#ifndef GLIFT_IO_STATE_H
#define GLIFT_IO_STATE_H

#include "base/format.h"
#include "base/gate.h"
#include "io/io.h"
#include "io/offline.h"
#include "io/resolver.h"
#include "io/stream.h"
#include "wire/connect_url.h"

typedef struct glift__attachment glift__attachment;
typedef struct glift__endpoint glift__endpoint;

/* How much one read takes, and how much one connection may read before the others have their turn. */
#define GLIFT__READ_SIZE  16384
#define GLIFT__READ_SHARE 65536
/* How much one write hands to the kernel or to TLS at once. */
#define GLIFT__WRITE_SIZE 65536

/* ---- endpoints ---- */

typedef struct glift__endpoint_kind {
    size_t size;
    void (*on_open)(glift__endpoint *self); /* TCP, and TLS, are up */
    void (*on_bytes)(glift__endpoint *self, const uint8_t *bytes, size_t length);
    void (*on_drained)(glift__endpoint *self);    /* all that was written has gone out */
    void (*on_stream_end)(glift__endpoint *self); /* nothing more comes: stream.is_failed says how it ended */
    void (*on_late)(
            glift__endpoint *self); /* the dial takes too long: notes a better cause; NULL: knows none */
    void (*on_timer)(
            glift__endpoint *self, uint64_t now_ms); /* for an endpoint that is not dialled any more */
    void (*on_end)(glift__endpoint *self, glift__core *core, glift__time now); /* tells the core */
    void (*fini)(glift__endpoint *self);
} glift__endpoint_kind;

/* A connect to one address. */
typedef struct glift__attempt {
    glift__watch watch;
    glift__endpoint *of;
    glift__address address;
    struct glift__attempt *next;
} glift__attempt;

/* What is needed only until the dial is done. */
typedef struct glift__dialling {
    char *url_text;
    glift__url url;  /* points into url_text */
    glift__tls *tls; /* NULL: plain */
    uint32_t timeout_ms;
    glift__asker asker;
    bool is_looked_up;
    glift__address *addresses;
    size_t address_count, next_address;
    glift__attempt *attempts; /* under way */
    glift__timer next_attempt;
    bool no_descriptor; /* of this process was free */
    bool is_connected;  /* TCP is up */
    glift__endpoint *of;
} glift__dialling;

struct glift__endpoint {
    const glift__endpoint_kind *kind;
    glift_io *io;
    glift__attachment *owner;
    uint32_t number; /* the core's */
    glift__stream stream;
    bool is_stream_open;
    glift__timer timer;        /* the limit of the dial; then the kind's */
    glift__dialling *dialling; /* NULL once the dial is done */
    bool is_ended;             /* in the io's list of ended endpoints */
    bool has_cause;            /* the first one counts */
    glift__end_kind end_kind;
    int end_code;
    char *end_message;     /* heap; NULL: out of memory */
    glift__endpoint *next; /* of the same owner */
    glift__endpoint *next_ended;
};

/* Starts an endpoint of this kind; how it ends, however early, comes through kind->on_end. NULL when out of
 * memory, which ends nothing: the caller tells the core. */
glift__endpoint *glift__endpoint_start(glift__attachment *owner, const glift__endpoint_kind *kind,
        uint32_t number, const char *url, uint32_t timeout_ms);
/* Notes how the endpoint ends, unless a cause is known already. This does not end the endpoint. */
void glift__endpoint_cause(glift__endpoint *self, glift__end_kind kind, int code, const char *format, ...)
        GLIFT__FORMAT(4, 5);
/* Ends the endpoint, wherever it stands, with this cause first. kind->on_end is told before the next step. */
void glift__endpoint_end(glift__endpoint *self);
/* Closes and frees the endpoint of an owner that is gone, without telling anyone. */
void glift__endpoint_free(glift__endpoint *self);
void glift__endpoint_set_timer(glift__endpoint *self, uint64_t at_ms); /* on glift__clock_mono_ms() */
/* Tells owners which endpoints have ended. True if there were any. */
bool glift__endpoints_settle(glift_io *io);

extern const glift__endpoint_kind glift__websocket_kind, glift__fetch_kind;

/* ---- dialling.c ---- */

/* Starts the dial. False when out of memory. The endpoint may have ended when this returns. */
bool glift__dialling_start(glift__endpoint *self, const char *url, uint32_t timeout_ms);
/* The time for the dial is over. */
void glift__dialling_timed_out(glift__endpoint *self);
/* The stream has ended before the dial was done. */
void glift__dialling_lost(glift__endpoint *self);
/* The descriptors of this process were closed by somebody else: none is closed again. */
void glift__dialling_forget_sockets(glift__endpoint *self);
/* The dial is done, or given up. */
void glift__dialling_fini(glift__endpoint *self);

/* ---- open WebSockets (websocket.c) ---- */

void glift__websocket_write(glift__endpoint *self);
void glift__websocket_close(glift__endpoint *self, int code);

/* ---- links (link.c) ---- */

struct glift__attachment {
    glift__node node; /* among all of the io */
    glift__link *link;
    glift_io *io;
    glift__endpoint *endpoints;
    glift__offline *offline; /* NULL before the first dial, and where the link is not offline */
    glift__udp *udp;         /* for metrics; NULL before the first datagram */
    glift__timer timer;      /* of the core's deadline */
    bool is_due, is_detached;
    glift__attachment *next_due;
};

/* Notes that the core of this link has had an input: its orders and events are looked for before the next
 * step. */
void glift__link_is_due(glift__attachment *self);
/* Takes the commands of all links that have some. */
void glift__links_take_commands(glift_io *io);
/* Carries out what the cores want, until none wants anything. */
void glift__links_settle(glift_io *io);

/* ---- the io (io.c) ---- */

/* The time as of the loop's last look at the clock, for all inputs of the cores. */
glift__time glift__io_time(glift_io *io);

/* A set of accepted certificates. */
typedef struct glift__trust {
    bool insecure;
    bool is_stale; /* gone as soon as nobody holds it */
    char *ca_file;
    glift__tls *tls;
    struct glift__trust *next;
} glift__trust;

struct glift_io {
    glift__loop loop;
    int64_t unix_offset_ms; /* from the loop's time to that of the wall, as of wall_seen_ms of the loop's */
    uint64_t wall_seen_ms;
    glift__thread *thread; /* NULL: threadless */
    bool is_threadless;
    int ticks_asked; /* of a threadless io: the servers that wait for their tick */
    atomic_bool is_stopping, is_abandoned;
    atomic_int link_count; /* -1: being destroyed */
    glift__mailbox line;   /* links with commands */
    glift__gate gate;
    glift__resolver *resolver;
    glift__trust *trusts;
    glift__endpoint *ended, **ended_end;
    glift__attachment *due;
    glift__node attachments;
    uint8_t *in, *out; /* what was read just now; frames to be written */
    uint8_t random[256];
    size_t random_left;
};

/* The set of certificates that a link trusts; NULL on failure, with a sentence in *message (static text). */
glift__tls *glift__io_trust(glift_io *io, const char *ca_file, bool insecure, const char **message);
/* A handshake under it has failed: the next dial loads the certificates anew. They may have been replaced
 * meanwhile, and what OpenSSL could not read for want of memory stays unread in its store. */
void glift__io_distrust(glift_io *io, const glift__tls *tls);

/* Unpredictable bytes, at most 64. False if the system has none, which ends the connection that wants them.
 */
bool glift__io_random(glift_io *io, uint8_t *out, size_t size);

/* Ends the sleep of the io, which has something to do. Any thread. */
void glift__io_wake(glift_io *io);

#endif

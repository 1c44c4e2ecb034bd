/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of the listener; the only ones that include libwebsockets.h.
 *
 * libwebsockets carries bytes: it speaks TLS, reads and writes ("raw" sockets). What the bytes mean is
 * decided here: heads by listen_request.c, frames by listen_frames.c and the SDK's decoder. Its own parsers
 * forgive what a peer must not do (README.md names what), and could not be told otherwise.
 *
 * Who waits is system/loop.h, by epoll on Linux. The wait of libwebsockets is poll(2) over all connections,
 * and Debian's build cannot be told of another one (no LWS_WITH_EXTERNAL_POLL; own event loops came
 * with 4.2). It need not be: lws_service_fd() serves one connection that somebody has found ready, and what a
 * raw one waits for follows from what we asked of it (listen_serve). The timers of libwebsockets never run,
 * since they belong to its wait: nothing here may rely on them. */
#ifndef LOCAL_LISTEN_INTERNAL_H
#define LOCAL_LISTEN_INTERNAL_H

#include <libwebsockets.h>
#include <sys/queue.h>

#include "base/format.h"
#include "base/random.h"
#include "api/live.h"
#include "web_access.h"
#include "wire/ws_decoder.h"
#include "listen/listen.h"
#include "listen/listen_clock.h"
#include "listen/listen_files.h"
#include "listen/listen_frames.h"
#include "listen/listen_request.h"
#include "system/loop.h"

/* Bounds (S8, S84): one body, all bodies together, all replies that were not taken yet, one message in, and
 * all that waits for a slow reader. */
#define LISTEN_BODY_MAX    (4u * 1024 * 1024)
#define LISTEN_BODIES_MAX  (64u * 1024 * 1024)
#define LISTEN_REPLIES_MAX (64u * 1024 * 1024) /* beyond one that is longer */
#define LISTEN_MESSAGE_MAX GLIFT_MAX_MESSAGE_LENGTH
#define LISTEN_OUTBOX_MAX  (4u * 1024 * 1024)
#define LISTEN_READ_MAX    65536 /* that libwebsockets reads at once */
#define LISTEN_FILES_PATH  "/dashboard/"
#define LISTEN_TEXT_TYPE   "text/plain; charset=utf-8"
#define LISTEN_CBOR_TYPE   "application/cbor"

/* Of one address, how many connections may be open without ever having asked for anything. */
#define LISTEN_SILENT_OF_ADDRESS 256
#define LISTEN_ADDRESS_SLOTS     4096
#define LISTEN_SOCKET_SLOTS      1024
/* Places that WebSockets do not take: for the API and the dashboard. */
#define LISTEN_KEPT_PLACES 64
#define LISTEN_PAGES_MAX   16 /* that watch */

typedef struct listen_message {
    TAILQ_ENTRY(listen_message) link;
    size_t length, sent;
    unsigned char bytes[]; /* LWS_PRE bytes of room, then the text */
} listen_message;

typedef enum listen_phase {
    PHASE_HEAD, /* a request is awaited, or its head is coming in */
    PHASE_BODY,
    PHASE_REPLY, /* what else comes waits */
    PHASE_HELD,  /* the same, for a fault holds the answer up */
    PHASE_SOCKET,
    PHASE_LEAVING /* the last word goes out, what still comes in is dropped */
} listen_phase;

/* What a client is given time for; listen_patience.c says how much. */
typedef enum listen_patience {
    PATIENCE_HEAD,  /* for the first head to come, TLS included */
    PATIENCE_REST,  /* between two requests */
    PATIENCE_BODY,  /* for a body to come, or a reply to go */
    PATIENCE_LEAVE, /* for a client to take a last word */
    PATIENCE_PING,  /* of silence, before a WebSocket is asked whether it is there */
    PATIENCE_PONG,  /* for the answer */
    PATIENCE_KINDS
} listen_patience;

typedef enum listen_route {
    ROUTE_REFUSED, /* the answer is made, the body is read and dropped first */
    ROUTE_API,
    ROUTE_CBOR,
    ROUTE_CONTROL,
    ROUTE_PAGE
} listen_route;

/* A TCP connection: what is asked over HTTP, one request after the other, until it becomes a WebSocket. */
typedef struct listen_peer {
    local_listener *listener;
    local_source source;
    struct lws *wsi; /* NULL: not made yet */
    uint32_t address;
    listen_phase phase;
    bool is_silent; /* has never asked for anything whole */
    bool is_listed; /* among those that give way */
    uint64_t order; /* in which they were listed */
    bool is_pushed_out;
    bool is_stopped; /* nothing is read for the moment */
    bool has_left;   /* our side of the connection has ended */
    bool is_ending;  /* libwebsockets was told to end it, and may take a moment */
    bool is_cut;     /* it ends at the next opportunity, whatever it waits for */
    bool is_mute;    /* by a fault: nothing is sent, and what comes in is dropped */
    bool is_roused;
    listen_patience patience;
    uint64_t until_ms; /* of the machine, when our patience ends; 0: never */
    uint64_t held_ms;  /* of the machine, until when a fault holds the answer up; 0: none does */
    char *in;          /* what came and was not dealt with yet */
    size_t in_length, in_room, looked;
    TAILQ_HEAD(listen_outbox, listen_message) outbox;
    size_t outbox_bytes;
    /* HTTP */
    listen_route route;
    bool stays;
    bool is_stranger; /* does not show the token: its call is refused without a look at the body */
    char name[300];   /* the operation, the control, the path or the refusal */
    char *query;      /* of a page, as it came; NULL: it has none */
    int refusal_status;
    char *body; /* NULL: dropped */
    size_t body_length, body_expected;
    uint64_t body_left;
    size_t reply_bytes; /* that count in replies_bytes */
    /* WebSocket */
    uint64_t connection; /* its number in the service; 0: not a WebSocket */
    bool is_closing;     /* our Close frame is on its way */
    bool is_asked;       /* our ping is on its way */
    listen_unmasker unmasker;
    glift__ws_decoder decoder;
    char *message;
    size_t message_length, message_room;
    local_live *live; /* of a page that watches; NULL: it is none */
    TAILQ_ENTRY(listen_peer) link, patience_link, roused_link, page_link, held_link;
    LIST_ENTRY(listen_peer) socket_link;
} listen_peer;

typedef struct listen_watch {
    local_source source;
    void (*ready)(void *user);
    void *user;
    struct listen_watch *next;
} listen_watch;

/* Connections of the same addresses that have never asked for anything, in the order in which they came. */
typedef struct listen_slot {
    TAILQ_HEAD(, listen_peer) silent;
    size_t count;
} listen_slot;

struct local_listener {
    local_service *service;
    const local_stand_in *stand_in; /* NULL: the service itself */
    struct lws_context *context;
    struct lws_vhost *vhost;
    local_loop *loop;
    local_source door;        /* the socket that listens */
    uint64_t door_opens_ms;   /* of the machine; UINT64_MAX: it is open */
    uint64_t door_is_told_ms; /* of the machine: when it is told again that it was shut */
    int port;
    bool is_secure;
    uint64_t tls_is_told_ms; /* of the machine: when a TLS client at a plain port is told of again */
    web_access access;
    listen_clock clock;
    size_t places, peer_count, socket_count;
    bool full_was_told;
    uint64_t crowd_is_told_ms;               /* of the machine: when it is told again */
    listen_slot slots[LISTEN_ADDRESS_SLOTS]; /* by a hash of the address */
    TAILQ_HEAD(, listen_peer) asked;         /* of HTTP, in the order in which they asked last */
    uint64_t last_order;
    size_t bodies_bytes, replies_bytes;
    TAILQ_HEAD(, listen_peer) roused;
    TAILQ_HEAD(, listen_peer) held;                     /* whose answers a fault holds up */
    TAILQ_HEAD(, listen_peer) patience[PATIENCE_KINDS]; /* in the order in which it ends */
    listen_peer *served;                                /* whom libwebsockets serves right now, if anybody */
    LIST_HEAD(, listen_peer) sockets[LISTEN_SOCKET_SLOTS]; /* WebSockets only, by their numbers */
    TAILQ_HEAD(, listen_peer) pages;                       /* that watch: whose turn comes first */
    size_t page_count;
    uint64_t pages_saw, next_round_ms; /* what local_service_changes() was; of the machine */
    lws_usec_t next_slice_us;
    listen_watch *watches;
    glift__random random;
    uint8_t unmasked[LISTEN_READ_MAX + LISTEN_FRAME_HEAD_MAX];
    bool (*reset)(void *user);
    bool (*keep)(void *user);
    bool is_waiting_to_send; /* what happened in this turn has to be kept before anybody is told of it */
    void *user;
    void (*log)(void *user, glift_log_level level, const char *text);
    void *log_user;
    glift_log_level log_level;
};

/* listen.c */
local_clock_view listen_view_clock(const local_listener *listener);

/* ---- listen_peers.c; results of all functions that have one: 0, or -1 and the connection ends ---- */

void listen_peer_came(
        local_listener *listener, glift__socket_handle fd, uint32_t address); /* takes over the descriptor */
void listen_peer_left(listen_peer *peer);
/* Those that were roused: outside the callbacks of all others, which may be the end of them. */
void listen_serve_roused(local_listener *listener);
int listen_received(listen_peer *peer, char *bytes, size_t length);
int listen_flush(listen_peer *peer); /* as much as can be written now */
/* Takes over the message, to go out behind those before it. False, and nothing is taken: too much waits. */
bool listen_queue(listen_peer *peer, listen_message *message);
/* It has something to write, or it is at its end: it gets its turn before the next wait. */
void listen_rouse(listen_peer *peer);
void listen_cut(listen_peer *peer);
/* By RST, whatever is still to be sent. */
void listen_reset(listen_peer *peer);
listen_message *listen_message_of(size_t length); /* NULL: out of memory */
void listen_log(const local_listener *listener, glift_log_level level, const char *format, ...)
        GLIFT__FORMAT(3, 4);

/* ---- listen_door.c ---- */

bool listen_open_door(local_listener *listener, int port, char why[LOCAL_WHY_SIZE]);
void listen_close_door(local_listener *listener);
/* Newcomers are accepted again, where that was put off for a while and the time is over. */
void listen_open_door_again(local_listener *listener, uint64_t machine_ms);

/* ---- listen_hold.c ---- */

/* The answer that is in the outbox goes out so much later. */
void listen_hold(listen_peer *peer, uint64_t milliseconds);
void listen_forget_hold(listen_peer *peer);
/* When the next one goes out, by the machine's clock; UINT64_MAX: there is none. */
uint64_t listen_holds_end_ms(const local_listener *listener);
void listen_end_holds(local_listener *listener, uint64_t machine_ms); /* UINT64_MAX: all of them */

/* ---- listen_patience.c ---- */

/* From now on it is waited for this. */
void listen_wait(listen_peer *peer, listen_patience kind);
void listen_wait_for_nothing(listen_peer *peer);
/* When the next one's patience ends, by the machine's clock; UINT64_MAX: nobody's. */
uint64_t listen_patience_ends_ms(const local_listener *listener);
void listen_end_patience(local_listener *listener, uint64_t machine_ms);

/* ---- listen_places.c ---- */

void listen_init_places(local_listener *listener);
/* Room for one more, by ending another one where it must be. */
bool listen_make_room(local_listener *listener, uint32_t address);
/* Whoever gives way first is on the way out. False: nobody gives way. */
bool listen_free_place(local_listener *listener);
void listen_take_place(listen_peer *peer);
void listen_leave_place(listen_peer *peer);
/* It has become a WebSocket, which gives way to nobody. */
void listen_keep_place(listen_peer *peer);
/* It asked for something whole: it is silent no more, and the last to be pushed out. */
void listen_was_heard(listen_peer *peer);

/* ---- listen_http.c: take from the front of *bytes; true while the phase that follows may go on ---- */

int listen_on_head(listen_peer *peer, char *head, size_t length);
void listen_take_body(listen_peer *peer, const char **bytes, size_t *length);
int listen_finish_request(listen_peer *peer); /* the body is there */
void listen_forget_request(listen_peer *peer);

/* ---- listen_reply.c ---- */

/* The answer, and the phase that follows: the connection's last word unless it stays. */
int listen_reply(listen_peer *peer, int status, const char *type, const char *body, size_t length);
int listen_reply_text(listen_peer *peer, int status, const char *type, const char *text);
/* A sentence, which is logged too. */
int listen_refuse(listen_peer *peer, int status, const char *sentence);
/* The same with a header of its own: "Name: value\r\n". */
int listen_reply_with(listen_peer *peer, int status, const char *header, const char *text);
/* The head that opens a WebSocket. */
int listen_reply_upgrade(listen_peer *peer, const char *key);

/* ---- listen_socket.c ---- */

int listen_open_socket(listen_peer *peer, const listen_request *request);
int listen_on_frames(listen_peer *peer, const char *bytes, size_t length);
bool listen_ping(listen_peer *peer); /* false: it is not worth it any more */
void listen_forget_socket(listen_peer *peer);
/* A message behind those that wait. False: too much waits. */
bool listen_queue_text(listen_peer *peer, const char *text, size_t length);
/* All of them, without a word to the service. */
void listen_end_sockets(local_listener *listener, const char *reason);
/* What the core put out since the last time, to the outboxes of its sockets. */
void listen_take_outputs(local_listener *listener);

/* ---- listen_servers.c: the messages of game servers, to whoever answers them (servers.h) ---- */

int listen_handshake(local_listener *listener, const char *query, uint64_t *connection, glift__text *body);
void listen_hand_in(local_listener *listener, uint64_t connection, const char *bytes, size_t length);
void listen_tell_closed(local_listener *listener, uint64_t connection);
bool listen_next_output(local_listener *listener, local_output *out);
/* ---- listen_live.c ---- */

int listen_open_page(listen_peer *peer, const listen_request *request);
void listen_forget_page(listen_peer *peer);
/* Looks after those whose turn it is. When the next turn comes, by the machine's clock; UINT64_MAX: when
 * something happens. */
uint64_t listen_serve_pages(local_listener *listener);
/* There is another service. */
void listen_begin_pages_anew(local_listener *listener);

/* listen_access.c: "" or a sentence: why whoever sent this request may not talk to us. */
const char *listen_refuse_request(const local_listener *listener, const listen_request *request);
/* Whether the request shows the token, where one is needed for it. */
bool listen_is_admitted(const local_listener *listener, const listen_request *request);

/* openapi.json of this folder, put into the program by CMake. */
extern const unsigned char local_openapi[];
extern const size_t local_openapi_length;

#endif

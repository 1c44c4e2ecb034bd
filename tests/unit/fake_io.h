/* SPDX-License-Identifier: Apache-2.0 */
/* The I/O thread of unit tests: no thread, no socket, a clock of its own. Implements io.h.
 *
 * Waking runs everything at once, on the caller's thread. What a core dials becomes a fake_socket, and the
 * test plays the service: opens or refuses it, says something, hears what was written, drops it. */
#ifndef FAKE_IO_H
#define FAKE_IO_H

#include "io/io.h"

typedef enum fake_state { FAKE_DIALLING, FAKE_OPEN, FAKE_ENDED } fake_state;

typedef struct fake_socket {
    struct fake_socket *next; /* in the order of the dials */
    glift__link *link;
    uint32_t number;
    fake_state state;
    uint64_t opened_ms;
    char *url;
    bool write_ordered; /* and not carried out yet */
    bool close_ordered;
    int close_code;
    char **said; /* what the core wrote, oldest first */
    size_t said_count, said_capacity, heard_count;
} fake_socket;

typedef struct fake_fetch {
    struct fake_fetch *next;
    glift__link *link;
    uint32_t number;
    char *url;
    bool answered;
} fake_fetch;

typedef struct fake_datagram {
    struct fake_datagram *next; /* in the order of sending */
    const glift__link *link;
    uint64_t sent_ms;
    char *address;
    uint16_t port;
    size_t length;
    char *bytes; /* with a terminator behind them */
} fake_datagram;

typedef struct fake_world {
    uint64_t now_ms;   /* monotonic; unix_ms runs along, from 2026 on */
    unsigned wakes;    /* of the I/O thread */
    unsigned steps;    /* of a threadless io: looks at its sockets */
    bool asleep;       /* waking has no effect: the thread is busy elsewhere */
    bool writes_stall; /* sockets accept no message */
    bool closes_stall; /* the peer does not answer Close frames */
    bool forgets; /* what on_message was told, and did not answer at once, is not kept: for months of time */
    fake_socket *sockets;
    fake_fetch *fetches;
    fake_datagram *datagrams;
    size_t dial_count, fetch_count, datagram_count;
    const char *datagrams_fail; /* why they do; NULL: they do not */
    /* Called with true before the fake allocates for itself, and with false after: what must not fail. */
    void (*on_own_memory)(bool own);
    /* Called with every message that a core writes; may say something back. */
    void (*on_message)(fake_socket *socket, const char *text);
} fake_world;

extern fake_world fake;

/* A fresh world. What a failed test left behind is forgotten. */
void fake_begin(void);

/* Let the I/O thread run until it has nothing to do. */
void fake_run(void);

/* Let time pass; every deadline in between is kept. */
void fake_pass(uint64_t ms);

fake_socket *fake_dial(size_t index); /* the n-th dial since the beginning, from 0; NULL if there was none */
fake_socket *fake_last_dial(void);
fake_fetch *fake_last_fetch(void);

fake_datagram *fake_sent(size_t index); /* the n-th datagram, from 0; NULL if there was none */

/* The service's side. Each runs the I/O thread afterwards. */
void fake_open(fake_socket *socket);
void fake_end(fake_socket *socket, glift__end_kind kind, int code, const char *text);
void fake_say(fake_socket *socket, const char *text);
void fake_say_together(fake_socket *socket, const char *first, const char *second); /* in one packet */
void fake_answer_fetch(fake_fetch *fetch, int http_status, const char *body);

/* The next message that was written and not looked at yet; NULL if there is none. */
const char *fake_hear(fake_socket *socket);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A WebSocket service that does exactly what a test says, step by step, on a free port of the loopback.
 *
 * The calls block, for at most WS_PATIENCE_MS; the client under test runs on its own thread meanwhile. A
 * failure ends the program: a test cannot go on from there. */
#ifndef WS_SERVICE_H
#define WS_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WS_PATIENCE_MS = 10000,
    WS_CONTINUATION = 0,
    WS_TEXT = 1,
    WS_BINARY = 2,
    WS_CLOSE = 8,
    WS_PING = 9,
    WS_PONG = 10
};

typedef struct ws_service {
    int listener;
    uint16_t port;
    struct ssl_ctx_st *tls; /* NULL: plain */
} ws_service;

typedef struct ws_peer {
    int fd;
    struct ssl_st *tls;
} ws_peer;

typedef struct ws_frame {
    int opcode;
    bool is_final;
    uint8_t mask[4];
    size_t length;
    char *payload; /* unmasked, NUL-terminated, heap */
} ws_frame;

/* On 127.0.0.1, or on `address`. With certificate and key files: TLS. */
ws_service ws_service_open(const char *address, const char *certificate_file, const char *key_file);
void ws_service_close(ws_service *service);

/* The next connection; over TLS its handshake is made, and false means that the client did not like it. */
bool ws_try_accept(ws_service *service, ws_peer *peer);
bool ws_try_begin(ws_service *service, int fd, ws_peer *peer); /* the same with one that was accepted */
ws_peer ws_accept(ws_service *service);

char *ws_try_read_request(ws_peer *peer);                   /* NULL: the end, or nothing in time */
char *ws_read_request(ws_peer *peer);                       /* up to the empty line; heap */
void ws_accept_value(const char *request, char out[32]);    /* Sec-WebSocket-Accept for its key */
void ws_answer_upgrade(ws_peer *peer, const char *request); /* 101 */
ws_peer ws_accept_upgraded(ws_service *service);            /* the three above in one */

void ws_write(ws_peer *peer, const void *bytes, size_t size);
bool ws_try_write(ws_peer *peer, const void *bytes, size_t size); /* false: the client has gone */
void ws_write_text(ws_peer *peer, const char *text);              /* as it is, not as a frame */
/* Over TLS: all bytes as one record, of which only the first `limit` bytes are sent. Returns the size of the
 * record; the connection is of no use any more if the limit is less, but for closing. */
size_t ws_write_record(ws_peer *peer, const void *bytes, size_t size, size_t limit);
/* A frame as a service sends it: without a mask. Returns its size; `out` has 10 bytes of room. */
size_t ws_encode(char *out, int opcode, bool is_final, const void *payload, size_t length);
void ws_send(ws_peer *peer, int opcode, bool is_final, const void *payload, size_t length);
void ws_send_close(ws_peer *peer, int code);

void ws_read(ws_peer *peer, void *out, size_t size);     /* bytes as they come, frames or not */
bool ws_try_read(ws_peer *peer, void *out, size_t size); /* false: the end, or too little in time */
ws_frame ws_receive(ws_peer *peer);
bool ws_try_receive(ws_peer *peer, ws_frame *frame); /* false: the end, or no frame in time */
/* The next frame must be this one. */
void ws_expect(ws_peer *peer, int opcode, const char *payload);
void ws_expect_close(ws_peer *peer, int code);
void ws_expect_end(ws_peer *peer); /* end of file or reset */

void ws_close(ws_peer *peer);
void ws_reset(ws_peer *peer); /* RST instead of FIN */

#endif

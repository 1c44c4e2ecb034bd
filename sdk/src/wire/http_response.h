/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP/1 response to a GET, decoded from any split of the bytes (RFC 9112).
 *
 * The decoder owns no memory and calls nobody: the caller hands in bytes and asks for the next event until
 * there is none. It reads what a client of GameLift and of a container agent needs. It is strict where
 * leniency could be used to say two things at once (folded lines, a length beside a transfer coding, two
 * lengths, control characters), and ends lines of the head at LF alone too, as RFC 9112 2.2 allows: small
 * servers of container tools write that. Chunks must be ended by CRLF. */
#ifndef GLIFT_HTTP_RESPONSE_H
#define GLIFT_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bounds are in bytes, without the LF of a line. */
#define GLIFT__HTTP_MAX_LINE       4096  /* a line of a head, or a trailer */
#define GLIFT__HTTP_MAX_HEAD       16384 /* all lines of heads and trailers, and all extensions of chunks */
#define GLIFT__HTTP_MAX_FIELDS     100   /* how many headers and trailers, of all heads together */
#define GLIFT__HTTP_MAX_CHUNK_LINE 256   /* the line before a chunk */

#define GLIFT__WS_ACCEPT_SIZE 29 /* Sec-WebSocket-Accept with a terminator */

typedef enum glift__http_event_kind {
    GLIFT__HTTP_EVENT_MORE, /* all bytes have been taken */
    GLIFT__HTTP_EVENT_HEAD, /* the head of the response has been read; this comes once */
    GLIFT__HTTP_EVENT_BODY, /* some of the body; never empty */
    GLIFT__HTTP_EVENT_DONE, /* the response is complete; what is left of the input does not belong to it */
    GLIFT__HTTP_EVENT_FAULT /* what came is not such a response */
} glift__http_event_kind;

typedef struct glift__http_event {
    glift__http_event_kind kind;
    const uint8_t *bytes; /* BODY: a part of the input, without chunk marks */
    size_t length;
    const char *message; /* FAULT: what is wrong; static text */
} glift__http_event;

/* What a head says. */
typedef struct glift__http_head {
    int status;                   /* 101, or 200 to 999: interim responses are skipped */
    int minor_version;            /* 0 or 1 of HTTP/1.x */
    bool is_websocket;            /* Upgrade is "websocket" and nothing else */
    bool is_upgrade;              /* Connection has "upgrade" among its words */
    bool has_extensions;          /* Sec-WebSocket-Extensions names an extension */
    bool has_subprotocol;         /* there is a Sec-WebSocket-Protocol */
    bool is_chunked;              /* Transfer-Encoding is "chunked" */
    bool has_upgrade, has_accept; /* the header is there, whatever it says */
    bool has_content_length;
    uint64_t content_length;
    char accept[GLIFT__WS_ACCEPT_SIZE]; /* Sec-WebSocket-Accept; "" if it has another length */
} glift__http_head;

typedef struct glift__http_response {
    glift__http_head head; /* to be read from EVENT_HEAD on */

    /* The rest is the decoder's own. */
    int state;
    const char *fault;               /* what is wrong, in the state FAULT */
    uint64_t left;                   /* bytes of the chunk, or of the whole body, that are still to come */
    uint64_t body_room;              /* what the body may still grow by */
    size_t head_length, field_count; /* what counts against the bounds */
    size_t line_length;              /* a line that comes in pieces is gathered here: */
    char line[GLIFT__HTTP_MAX_LINE];
} glift__http_response;

/* The message of the fault of a body over its limit, to be told by its address: only the caller knows that
 * limit in words. */
extern const char glift__http_body_too_long[];

/* A body of more than `body_limit` bytes is a fault, which is told as soon as it is known: by Content-Length
 * or by the size of a chunk, before their bytes. With UINT64_MAX the caller counts for itself. */
void glift__http_response_init(glift__http_response *response, uint64_t body_limit);

/* Takes bytes from the front of *bytes (moves *bytes and *length) until there is an event. After DONE and
 * FAULT nothing is taken and the same event comes again. *bytes may be NULL with *length 0.
 *
 * A 101 is DONE right after its head: the bytes that follow are the new protocol's. */
glift__http_event glift__http_response_next(
        glift__http_response *response, const uint8_t **bytes, size_t *length);

/* The peer has ended its stream, and all bytes were taken: DONE where the response is complete (it was, or
 * its body goes until the end of the stream), FAULT where it was cut short. */
glift__http_event glift__http_response_end(glift__http_response *response);

#endif

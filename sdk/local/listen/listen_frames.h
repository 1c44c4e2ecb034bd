/* SPDX-License-Identifier: Apache-2.0 */
/* The server's side of WebSocket frames (RFC 6455 section 5), pure. What a client sends is masked: without
 * its masks it is what glift__ws_decoder reads. */
#ifndef LOCAL_LISTEN_FRAMES_H
#define LOCAL_LISTEN_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LISTEN_FRAME_GOES_ON  0x7F /* in its first byte, where the message is not at its end */
#define LISTEN_FRAME_HEAD_MAX 10   /* of a frame that is not masked */

typedef struct listen_unmasker { /* zeroed: before the first frame */
    uint8_t head[LISTEN_FRAME_HEAD_MAX + 4];
    uint8_t head_length; /* of the head at hand that has come */
    uint8_t at;          /* in the mask */
    uint8_t mask[4];
    uint64_t left; /* bytes of payload that are still to come */
} listen_unmasker;

/* Takes any split of the bytes, and writes them without masks to `out`, which has room for
 * LISTEN_FRAME_HEAD_MAX more; *written of them. False: a frame is not masked, and nothing behind the frames
 * before it was written. */
bool listen_unmask(listen_unmasker *self, const uint8_t *bytes, size_t length, uint8_t *out, size_t *written);

/* The head of an unmasked frame that is a whole message, or a control frame. Returns its length. */
size_t listen_frame_head(uint8_t out[LISTEN_FRAME_HEAD_MAX], int opcode, uint64_t length);

#endif

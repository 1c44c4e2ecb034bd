/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/ws_frame.h"

#include <string.h>

static void copy_masked(
        unsigned char *out, const unsigned char *payload, size_t length, const uint8_t mask[4])
{
    uint64_t mask8, word;
    size_t at = 0;
    memcpy(&mask8, mask, 4);
    memcpy((char *)&mask8 + 4, mask, 4);
    for (; at + 8 <= length; at += 8) {
        memcpy(&word, payload + at, 8);
        word ^= mask8;
        memcpy(out + at, &word, 8);
    }
    for (; at < length; at++)
        out[at] = payload[at] ^ mask[at & 3];
}

size_t glift__ws_frame(unsigned char *out, int opcode, bool is_final, const void *payload, size_t length,
        const uint8_t mask[4])
{
    size_t size = 0;
    out[size++] = (unsigned char)((is_final ? 0x80 : 0) | opcode);
    if (length < 126) {
        out[size++] = (unsigned char)(0x80 | length);
    } else {
        out[size++] = 0x80 | 126;
        out[size++] = (unsigned char)(length >> 8);
        out[size++] = (unsigned char)length;
    }
    memcpy(out + size, mask, 4);
    size += 4;
    copy_masked(out + size, payload, length, mask);
    return size + length;
}

size_t glift__ws_control_frame(
        unsigned char *out, int opcode, const void *payload, size_t length, const uint8_t mask[4])
{
    return glift__ws_frame(out, opcode, true, payload, length, mask);
}

size_t glift__ws_close_frame(unsigned char *out, int code, const uint8_t mask[4])
{
    const unsigned char payload[2] = {(unsigned char)(code >> 8), (unsigned char)code};
    size_t length = code == GLIFT__WS_CODE_NONE ? 0 : sizeof payload;
    return glift__ws_control_frame(out, GLIFT__WS_CLOSE, payload, length, mask);
}

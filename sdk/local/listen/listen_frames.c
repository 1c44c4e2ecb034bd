/* SPDX-License-Identifier: Apache-2.0 */
#include "listen/listen_frames.h"

#include <string.h>

#define FINAL  0x80
#define MASKED 0x80

/* Without the mask. */
static size_t head_size(const uint8_t *head)
{
    uint8_t length = head[1] & 127;
    return length == 127 ? 10 : length == 126 ? 4 : 2;
}

static uint64_t payload_length(const uint8_t *head, size_t size)
{
    uint64_t length = size == 2 ? head[1] & 127 : 0;
    for (size_t i = 2; i < size; i++)
        length = length << 8 | head[i];
    return length;
}

/* A whole head: it goes on without its mask. The number of bytes written. */
static size_t begin_frame(listen_unmasker *self, uint8_t *out)
{
    size_t size = head_size(self->head);
    memcpy(out, self->head, size);
    out[1] &= (uint8_t)~MASKED;
    memcpy(self->mask, self->head + size, sizeof self->mask);
    self->left = payload_length(self->head, size);
    self->head_length = self->at = 0;
    return size;
}

static bool head_is_whole(const listen_unmasker *self)
{
    return self->head_length >= 2 && self->head_length == head_size(self->head) + sizeof self->mask;
}

static void copy_payload(listen_unmasker *self, const uint8_t *bytes, size_t length, uint8_t *out)
{
    for (size_t i = 0; i < length; i++)
        out[i] = bytes[i] ^ self->mask[(self->at + i) & 3];
    self->at = (uint8_t)((self->at + length) & 3);
    self->left -= length;
}

bool listen_unmask(listen_unmasker *self, const uint8_t *bytes, size_t length, uint8_t *out, size_t *written)
{
    *written = 0;
    while (length > 0) {
        size_t taken = 1;
        if (self->left > 0) {
            taken = self->left < length ? (size_t)self->left : length;
            copy_payload(self, bytes, taken, out + *written);
            *written += taken;
        } else {
            self->head[self->head_length++] = *bytes;
            if (self->head_length == 2 && (self->head[1] & MASKED) == 0)
                return false;
            if (head_is_whole(self))
                *written += begin_frame(self, out + *written);
        }
        bytes += taken;
        length -= taken;
    }
    return true;
}

size_t listen_frame_head(uint8_t out[LISTEN_FRAME_HEAD_MAX], int opcode, uint64_t length)
{
    size_t size = length < 126 ? 2 : length <= UINT16_MAX ? 4 : 10;
    out[0] = (uint8_t)(FINAL | opcode);
    out[1] = size == 2 ? (uint8_t)length : size == 4 ? 126 : 127;
    for (size_t i = size; i > 2; i--, length >>= 8)
        out[i - 1] = (uint8_t)length;
    return size;
}

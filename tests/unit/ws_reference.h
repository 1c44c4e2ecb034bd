/* SPDX-License-Identifier: Apache-2.0 */
/* A second decoder of WebSocket frames, the plain way: over the whole stream at once, one frame after the
 * other, characters taken apart by their bits. It writes the same lines as ws_trace.h, and shares no code
 * with the decoder that it is compared with. */
#ifndef WS_REFERENCE_H
#define WS_REFERENCE_H

#include "trace.h"

typedef struct ws_reference {
    const uint8_t *at, *end;
    uint64_t limit;
    trace_buffer lines, message;
    int message_kind; /* 0: no message is open; 1: text; 2: binary */
    bool is_over;
} ws_reference;

/* The size of the well-formed character at the start; 0: none; -1: what is there may be the start of one. */
static inline int ws_reference_character(const uint8_t *at, size_t length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int size = at[0] < 0x80 ? 1 : at[0] >> 5 == 6 ? 2 : at[0] >> 4 == 14 ? 3 : at[0] >> 3 == 30 ? 4 : 0;
    if (size < 2)
        return size;
    /* Whatever is missing could be the smallest or the largest continuation. */
    uint32_t low = at[0] & (0x7F >> size), high = low;
    for (int i = 1; i < size; i++) {
        bool is_missing = (size_t)i >= length;
        if (!is_missing && at[i] >> 6 != 2)
            return 0;
        low = low << 6 | (is_missing ? 0 : at[i] & 63);
        high = high << 6 | (is_missing ? 63 : at[i] & 63);
    }
    bool is_character = high >= least[size] && low <= 0x10FFFF && !(low >= 0xD800 && high <= 0xDFFF);
    return !is_character ? 0 : (size_t)size <= length ? size : -1;
}

/* Is it the start of a text, or the whole of one? */
static inline bool ws_reference_utf8(const void *bytes, size_t length, bool is_whole)
{
    const uint8_t *at = bytes;
    while (length > 0) {
        int size = ws_reference_character(at, length);
        if (size <= 0)
            return size < 0 && !is_whole;
        at += size;
        length -= (size_t)size;
    }
    return true;
}

static inline void ws_reference_fault(ws_reference *self, int code)
{
    trace_text(&self->lines, "fault %d\n", code);
    self->is_over = true;
}

static inline void ws_reference_line(ws_reference *self, const char *name, const void *bytes, size_t length)
{
    trace_text(&self->lines, "%s ", name);
    trace_bytes(&self->lines, bytes, length);
    trace_text(&self->lines, "\n");
}

static inline void ws_reference_close(ws_reference *self, size_t length)
{
    char name[16] = "close 1005";
    int code = length >= 2 ? self->at[0] * 256 + self->at[1] : 1005;
    bool is_listed = code == 1000 || code == 1001 || code == 1002 || code == 1003 || code == 1007 ||
                     code == 1008 || code == 1009 || code == 1010 || code == 1011 || code == 1012 ||
                     code == 1013 || code == 1014 || code / 1000 == 3 || code / 1000 == 4;
    if (length == 1 || (length >= 2 && !is_listed)) {
        ws_reference_fault(self, 1002);
        return;
    }
    size_t skipped = length >= 2 ? 2 : 0;
    if (!ws_reference_utf8(self->at + skipped, length - skipped, true)) {
        ws_reference_fault(self, 1007);
        return;
    }
    snprintf(name, sizeof name, "close %d", code);
    ws_reference_line(self, name, self->at + skipped, length - skipped);
    self->is_over = true;
}

/* As much of the frame's payload as there is. */
static inline void ws_reference_data(ws_reference *self, size_t there, uint64_t length, bool is_final)
{
    bool is_text = self->message_kind == 1, is_whole = is_final && there == length;
    trace_append(&self->message, self->at, there);
    if (is_text && !ws_reference_utf8(self->message.bytes, self->message.length, is_whole)) {
        ws_reference_fault(self, 1007);
    } else if (is_whole) {
        ws_reference_line(self, is_text ? "text" : "binary", self->message.bytes, self->message.length);
        trace_free(&self->message);
        self->message_kind = 0;
    }
}

/* False: the stream ends inside the head. */
static inline bool ws_reference_head(const ws_reference *self, size_t *head_size, uint64_t *length)
{
    size_t left = (size_t)(self->end - self->at);
    if (left < 2)
        return false;
    *length = self->at[1] % 128;
    *head_size = *length < 126 ? 2 : *length == 126 ? 4 : 10;
    if (left < *head_size)
        return false;
    if (*head_size > 2)
        *length = 0;
    for (size_t i = 2; i < *head_size; i++)
        *length = *length * 256 + self->at[i];
    return true;
}

static inline int ws_reference_fault_of_head(const ws_reference *self, size_t head_size, uint64_t length)
{
    int first = self->at[0], kind = first % 16;
    bool is_known = kind <= 2 || (kind >= 8 && kind <= 10), is_control = kind >= 8;
    bool is_final = first >= 128, is_masked = self->at[1] >= 128;
    uint64_t least = head_size == 2 ? 0 : head_size == 4 ? 126 : 65536;
    if (first / 16 % 8 != 0 || is_masked || !is_known || (is_control && (!is_final || head_size > 2)) ||
            length < least || length >= UINT64_C(1) << 63)
        return 1002;
    if (!is_control && (kind == 0) != (self->message_kind != 0))
        return 1002;
    if (!is_control && length > self->limit - self->message.length)
        return 1009;
    return 0;
}

static inline bool ws_reference_frame(ws_reference *self)
{
    size_t head_size;
    uint64_t length;
    if (self->is_over || !ws_reference_head(self, &head_size, &length))
        return false;
    int kind = self->at[0] % 16, code = ws_reference_fault_of_head(self, head_size, length);
    bool is_final = self->at[0] >= 128;
    if (code != 0) {
        ws_reference_fault(self, code);
        return false;
    }
    self->at += head_size;
    size_t left = (size_t)(self->end - self->at), there = length < left ? (size_t)length : left;
    if (kind == 1 || kind == 2)
        self->message_kind = kind;
    if (kind <= 2)
        ws_reference_data(self, there, length, is_final);
    else if (there == length && kind == 8)
        ws_reference_close(self, there);
    else if (there == length)
        ws_reference_line(self, kind == 9 ? "ping" : "pong", self->at, there);
    self->at += there;
    return there == length;
}

/* The caller frees the lines. */
static inline char *ws_reference_of(const uint8_t *bytes, size_t length, uint64_t limit)
{
    ws_reference self = {.at = bytes, .end = bytes + length, .limit = limit};
    trace_text(&self.lines, "%s", "");
    while (ws_reference_frame(&self))
        continue;
    if (self.message.length > 0 && !self.is_over)
        ws_reference_line(&self, self.message_kind == 1 ? "open text" : "open binary", self.message.bytes,
                self.message.length);
    trace_free(&self.message);
    return self.lines.bytes;
}

#endif

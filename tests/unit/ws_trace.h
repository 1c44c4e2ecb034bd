/* SPDX-License-Identifier: Apache-2.0 */
/* What the WebSocket decoder makes of a stream, as lines: "text hello", "ping x", "close 1000 bye",
 * "fault 1002"; what has come of a message that the stream does not end is "open text hel". */
#ifndef WS_TRACE_H
#define WS_TRACE_H

#include "trace.h"
#include "wire/ws_decoder.h"

typedef struct ws_trace {
    glift__ws_decoder decoder;
    uint64_t limit;
    trace_buffer lines, message;
    bool is_in_message, is_text, is_over;
    const char *fault; /* its message */
} ws_trace;

static inline void ws_trace_part(ws_trace *self, const glift__ws_event *event)
{
    PROMISED(event->is_first != self->is_in_message);
    PROMISED(event->is_first || event->is_text == self->is_text);
    trace_append(&self->message, event->bytes, event->length);
    PROMISED(self->message.length <= self->limit);
    self->is_in_message = !event->is_last;
    self->is_text = event->is_text;
    if (!event->is_last)
        return;
    PROMISED(!self->is_text || glift__utf8_is_valid(self->message.bytes, self->message.length));
    trace_text(&self->lines, self->is_text ? "text " : "binary ");
    trace_bytes(&self->lines, self->message.bytes, self->message.length);
    trace_text(&self->lines, "\n");
    trace_free(&self->message);
}

static inline void ws_trace_control(ws_trace *self, const char *name, const glift__ws_event *event)
{
    PROMISED(event->length <= GLIFT__WS_MAX_CONTROL);
    trace_text(&self->lines, "%s ", name);
    trace_bytes(&self->lines, event->bytes, event->length);
    trace_text(&self->lines, "\n");
}

static inline void ws_trace_close(ws_trace *self, const glift__ws_event *event)
{
    char name[16];
    PROMISED(event->code >= 1000 && event->code < 5000);
    PROMISED(glift__utf8_is_valid((const char *)event->bytes, event->length));
    snprintf(name, sizeof name, "close %d", event->code);
    ws_trace_control(self, name, event);
    self->is_over = true;
}

static inline void ws_trace_fault(ws_trace *self, const glift__ws_event *event)
{
    PROMISED(event->code == 1002 || event->code == 1007 || event->code == 1009);
    PROMISED(event->message != NULL && event->message[0] != '\0');
    trace_text(&self->lines, "fault %d\n", event->code);
    self->fault = event->message;
    self->is_over = true;
}

static inline void ws_trace_event(ws_trace *self, const glift__ws_event *event)
{
    PROMISED(!self->is_over);
    switch (event->kind) {
    case GLIFT__WS_EVENT_MORE:
        break;
    case GLIFT__WS_EVENT_PART:
        ws_trace_part(self, event);
        break;
    case GLIFT__WS_EVENT_PING:
        ws_trace_control(self, "ping", event);
        break;
    case GLIFT__WS_EVENT_PONG:
        ws_trace_control(self, "pong", event);
        break;
    case GLIFT__WS_EVENT_CLOSE:
        ws_trace_close(self, event);
        break;
    case GLIFT__WS_EVENT_FAULT:
        ws_trace_fault(self, event);
        break;
    }
}

static inline void ws_trace_feed(ws_trace *self, const uint8_t *piece, size_t length)
{
    const uint8_t *at = piece;
    size_t left = length;
    for (;;) {
        glift__ws_event event = glift__ws_decoder_next(&self->decoder, &at, &left);
        PROMISED(at + left == piece + length);
        if (event.kind == GLIFT__WS_EVENT_MORE)
            break;
        PROMISED(event.kind != GLIFT__WS_EVENT_PART ||
                 (event.bytes >= piece && event.bytes + event.length == at));
        ws_trace_event(self, &event);
    }
    PROMISED(left == 0);
}

/* The caller frees the lines. *fault is the message of the fault, or NULL; it may be NULL itself. */
static inline char *ws_trace_of(
        const uint8_t *bytes, size_t length, uint64_t limit, trace_cut_fn cut, void *user, const char **fault)
{
    ws_trace self = {.limit = limit};
    trace_pieces pieces = trace_pieces_of(bytes, length, cut, user);
    const uint8_t *piece;
    size_t size;
    glift__ws_decoder_init(&self.decoder, limit);
    trace_text(&self.lines, "%s", "");
    while (trace_next_piece(&pieces, &piece, &size))
        ws_trace_feed(&self, piece, size);
    if (self.message.length > 0 && !self.is_over) {
        trace_text(&self.lines, "open %s ", self.is_text ? "text" : "binary");
        trace_bytes(&self.lines, self.message.bytes, self.message.length);
        trace_text(&self.lines, "\n");
    }
    trace_free(&self.message);
    if (fault != NULL)
        *fault = self.fault;
    return self.lines.bytes;
}

#endif

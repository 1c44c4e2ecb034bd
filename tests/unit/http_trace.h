/* SPDX-License-Identifier: Apache-2.0 */
/* What the HTTP decoder makes of a stream, as lines: "head 200 length 5", "body hello", "done" or "fault". */
#ifndef HTTP_TRACE_H
#define HTTP_TRACE_H

#include "trace.h"
#include "wire/http_response.h"

typedef struct http_trace {
    glift__http_response response;
    uint64_t limit;
    trace_buffer lines, body;
    bool has_head, is_over;
    size_t used;       /* bytes of the stream that belong to the response */
    const char *fault; /* its message */
} http_trace;

static inline void http_trace_head(http_trace *self)
{
    const glift__http_head *head = &self->response.head;
    PROMISED(!self->has_head);
    PROMISED(head->status == 101 || (head->status >= 200 && head->status <= 999));
    PROMISED(head->accept[GLIFT__WS_ACCEPT_SIZE - 1] == '\0');
    PROMISED(!head->is_chunked || (!head->has_content_length && head->minor_version == 1));
    self->has_head = true;
    trace_text(&self->lines, "head %d", head->status);
    if (head->minor_version == 0)
        trace_text(&self->lines, " of 1.0");
    if (head->is_chunked)
        trace_text(&self->lines, " chunked");
    if (head->has_content_length)
        trace_text(&self->lines, " length %llu", (unsigned long long)head->content_length);
    trace_text(&self->lines, "%s%s%s%s", head->is_websocket ? " websocket" : "",
            head->is_upgrade ? " upgrade" : "", head->has_extensions ? " extensions" : "",
            head->has_subprotocol ? " subprotocol" : "");
    if (head->accept[0] != '\0')
        trace_text(&self->lines, " accept %s", head->accept);
    trace_text(&self->lines, "\n");
}

static inline void http_trace_body(http_trace *self, const glift__http_event *event)
{
    PROMISED(self->has_head && event->length > 0);
    trace_append(&self->body, event->bytes, event->length);
    PROMISED(self->body.length <= self->limit);
}

static inline void http_trace_over(http_trace *self, const glift__http_event *event)
{
    const glift__http_head *head = &self->response.head;
    if (self->body.length > 0) {
        trace_text(&self->lines, "body ");
        trace_bytes(&self->lines, self->body.bytes, self->body.length);
        trace_text(&self->lines, "\n");
    }
    self->is_over = true;
    if (event->kind == GLIFT__HTTP_EVENT_FAULT) {
        PROMISED(event->message != NULL && event->message[0] != '\0');
        self->fault = event->message;
        trace_text(&self->lines, "fault\n");
        return;
    }
    PROMISED(self->has_head);
    PROMISED(!head->has_content_length || head->status == 101 || head->status == 204 || head->status == 304 ||
             head->content_length == self->body.length);
    trace_text(&self->lines, "done\n");
}

static inline void http_trace_event(http_trace *self, const glift__http_event *event)
{
    switch (event->kind) {
    case GLIFT__HTTP_EVENT_MORE:
        break;
    case GLIFT__HTTP_EVENT_HEAD:
        http_trace_head(self);
        break;
    case GLIFT__HTTP_EVENT_BODY:
        http_trace_body(self, event);
        break;
    case GLIFT__HTTP_EVENT_DONE:
    case GLIFT__HTTP_EVENT_FAULT:
        http_trace_over(self, event);
        break;
    }
}

static inline void http_trace_feed(http_trace *self, const uint8_t *piece, size_t length)
{
    const uint8_t *at = piece;
    size_t left = length;
    glift__http_event event;
    do {
        event = glift__http_response_next(&self->response, &at, &left);
        PROMISED(at + left == piece + length);
        PROMISED(event.kind != GLIFT__HTTP_EVENT_MORE || left == 0);
        PROMISED(event.kind != GLIFT__HTTP_EVENT_BODY ||
                 (event.bytes >= piece && event.bytes + event.length == at));
        http_trace_event(self, &event);
    } while (event.kind != GLIFT__HTTP_EVENT_MORE && !self->is_over);
    self->used += length - left;
    if (self->is_over) {
        PROMISED(glift__http_response_next(&self->response, &at, &left).kind == event.kind);
        PROMISED(at + left == piece + length);
    }
}

/* The whole stream, then its end. The caller frees the lines. *fault is the message of the fault, or NULL;
 * *used how many bytes belong to a response that is done. */
static inline char *http_trace_of(const uint8_t *bytes, size_t length, uint64_t limit, trace_cut_fn cut,
        void *user, const char **fault, size_t *used)
{
    http_trace self = {.limit = limit};
    trace_pieces pieces = trace_pieces_of(bytes, length, cut, user);
    const uint8_t *piece;
    size_t size;
    glift__http_response_init(&self.response, limit);
    while (trace_next_piece(&pieces, &piece, &size))
        if (!self.is_over)
            http_trace_feed(&self, piece, size);
    if (!self.is_over) {
        glift__http_event event = glift__http_response_end(&self.response);
        PROMISED(event.kind == GLIFT__HTTP_EVENT_DONE || event.kind == GLIFT__HTTP_EVENT_FAULT);
        http_trace_event(&self, &event);
    }
    glift__http_event_kind last = self.fault != NULL ? GLIFT__HTTP_EVENT_FAULT : GLIFT__HTTP_EVENT_DONE;
    const uint8_t *late = (const uint8_t *)"late";
    size_t late_length = 4;
    PROMISED(glift__http_response_end(&self.response).kind == last);
    PROMISED(glift__http_response_next(&self.response, &late, &late_length).kind == last && late_length == 4);
    trace_free(&self.body);
    *fault = self.fault;
    *used = self.used;
    return self.lines.bytes;
}

#endif

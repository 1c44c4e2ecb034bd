/* SPDX-License-Identifier: Apache-2.0 */
/* One WebSocket, from its opening over messages in and out to its closing, and whether the other end is still
 * there. Every byte of the peer goes through the decoders of wire/. */
#include "io/io_state.h"

#include "io/liveness.h"
#include "wire/digest.h"
#include "wire/ws_decoder.h"
#include "wire/ws_opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long the peer may take to answer our Close frame. */
#define CLOSE_PATIENCE_MS 1000
/* API Gateway sends at most 128 KB; other services may send more, but not without bound. */
#define MAX_MESSAGE (4 * 1024 * 1024)
/* A joined message larger than this is not worth keeping its buffer for the next one. */
#define KEEP_BUFFER 8192
/* An open connection is looked at again after this long while messages are sent on it. */
#define BUSY_CHECK_MS 3000

typedef struct websocket {
    glift__endpoint endpoint;
    glift__ws_opening *opening; /* NULL before the handshake, and once it is open */
    glift__ws_decoder decoder;
    glift__liveness liveness;
    uint64_t check_ms; /* when liveness is to be looked at */
    bool is_open;
    bool is_closing;   /* a Close frame is to be sent, or was */
    bool is_close_out; /* the Close frame was sent: nothing may follow */
    bool is_over;      /* the peer's Close frame has come, or garbage: nothing more is read */
    bool is_garbage;
    bool owes_pong;
    int close_code;
    size_t pong_length;
    uint8_t pong[GLIFT__WS_MAX_CONTROL]; /* what the newest ping brought (RFC 6455 5.5.3) */
    char *message;                       /* what has come of a message in parts */
    size_t length, capacity;
} websocket;

static glift__core *core_of(const websocket *self)
{
    return self->endpoint.owner->link->core;
}

/* ---- writing ---- */

static void fail(websocket *self, const char *message)
{
    glift__endpoint_cause(&self->endpoint, GLIFT__END_LOST, 0, "%s", message);
    glift__endpoint_end(&self->endpoint);
}

static bool write_out(websocket *self, size_t size)
{
    if (glift__stream_write(&self->endpoint.stream, self->endpoint.io->out, size))
        return true;
    fail(self, "out of memory for what the connection does not take");
    return false;
}

static bool make_mask(websocket *self, uint8_t mask[4])
{
    if (glift__io_random(self->endpoint.io, mask, 4))
        return true;
    fail(self, "the system has no random bytes for a mask");
    return false;
}

static bool write_control(websocket *self, int opcode, const void *payload, size_t length)
{
    uint8_t mask[4];
    return make_mask(self, mask) &&
           write_out(self, glift__ws_control_frame(self->endpoint.io->out, opcode, payload, length, mask));
}

/* Adds a message as frames of at most 32 KB (rule P7), behind what the buffer holds already. */
static bool append_message(websocket *self, size_t *used, const glift__text *text)
{
    uint8_t *out = self->endpoint.io->out;
    size_t at = 0;
    do {
        size_t part = text->length - at < GLIFT__WS_MAX_PAYLOAD ? text->length - at : GLIFT__WS_MAX_PAYLOAD;
        uint8_t mask[4];
        if (*used + GLIFT__WS_MAX_HEADER + part > GLIFT__WRITE_SIZE) {
            if (!write_out(self, *used))
                return false;
            *used = 0;
        }
        if (!make_mask(self, mask))
            return false;
        *used += glift__ws_frame(out + *used, at == 0 ? GLIFT__WS_TEXT : GLIFT__WS_CONTINUATION,
                at + part == text->length, text->bytes + at, part, mask);
        at += part;
    } while (at < text->length);
    return true;
}

static void look_soon(websocket *self)
{
    uint64_t now_ms = self->endpoint.io->loop.now_ms;
    glift__liveness_asked(&self->liveness, now_ms);
    if (self->is_closing || self->check_ms <= now_ms + BUSY_CHECK_MS)
        return;
    self->check_ms = now_ms + BUSY_CHECK_MS;
    glift__endpoint_set_timer(&self->endpoint, self->check_ms);
}

/* Sends as many messages at once as fit one write. What the connection does not take is kept, and until that
 * is gone no further message is pulled. */
static bool write_messages(websocket *self)
{
    const glift__text *text;
    size_t used = 0;
    while (glift__stream_is_drained(&self->endpoint.stream) &&
            glift__core_next_message(
                    core_of(self), glift__io_time(self->endpoint.io), self->endpoint.number, &text))
        if (!append_message(self, &used, text))
            return false;
    if (used == 0)
        return true;
    look_soon(self);
    return write_out(self, used);
}

static bool write_pong(websocket *self)
{
    if (!self->owes_pong || !glift__stream_is_drained(&self->endpoint.stream))
        return true;
    self->owes_pong = false;
    return write_control(self, GLIFT__WS_PONG, self->pong, self->pong_length);
}

static bool write_close(websocket *self)
{
    uint8_t mask[4];
    if (!glift__stream_is_drained(&self->endpoint.stream))
        return true;
    self->is_close_out = true;
    return make_mask(self, mask) &&
           write_out(self, glift__ws_close_frame(self->endpoint.io->out, self->close_code, mask));
}

/* After the peer's own Close frame none is to come. After garbage the peer's end is waited for, as long as it
 * may take to answer ours: closing at once, with bytes unread, would reset the connection under our frame. */
static void finish_closing(websocket *self)
{
    if (!self->is_close_out || !self->is_over || !glift__stream_is_drained(&self->endpoint.stream))
        return;
    if (self->is_garbage)
        glift__stream_end_writing(&self->endpoint.stream);
    else
        glift__endpoint_end(&self->endpoint);
}

/* Writes whatever can be written now. */
static void pump(websocket *self)
{
    if (!self->is_open || self->endpoint.is_ended)
        return;
    if (!self->is_close_out && write_pong(self) && (self->is_over || write_messages(self)) &&
            self->is_closing)
        write_close(self);
    finish_closing(self);
}

void glift__websocket_write(glift__endpoint *endpoint)
{
    pump((websocket *)endpoint);
}

static void on_drained(glift__endpoint *endpoint)
{
    pump((websocket *)endpoint);
}

/* ---- closing ---- */

static void start_closing(websocket *self, int code)
{
    if (self->is_closing)
        return;
    self->is_closing = true;
    self->close_code = code;
    glift__endpoint_set_timer(&self->endpoint, glift__clock_mono_ms() + CLOSE_PATIENCE_MS);
}

void glift__websocket_close(glift__endpoint *endpoint, int code)
{
    websocket *self = (websocket *)endpoint;
    glift__endpoint_cause(endpoint, GLIFT__END_CLOSED, code, "closed from this side");
    if (!self->is_open) {
        glift__endpoint_end(endpoint);
        return;
    }
    start_closing(self, code);
    pump(self);
}

static void on_peer_closes(websocket *self, const glift__ws_event *event)
{
    glift__endpoint_cause(&self->endpoint, GLIFT__END_CLOSED, event->code,
            "the service closed the connection with code %d: %.*s", event->code,
            event->length > 0 ? (int)event->length : (int)strlen("no reason given"),
            event->length > 0 ? (const char *)event->bytes : "no reason given");
    self->is_over = true;
    start_closing(self, event->code); /* the answer carries the same code */
    pump(self);
}

/* What came is no WebSocket of a service, or more than there is room for. */
static void refuse(websocket *self, int code, const char *message)
{
    glift__endpoint_cause(&self->endpoint, GLIFT__END_LOST, code, "%s", message);
    self->is_over = self->is_garbage = true;
    start_closing(self, code);
    pump(self);
}

static void on_fault(websocket *self, const glift__ws_event *event)
{
    char message[160];
    if (event->code == GLIFT__WS_CODE_TOO_BIG)
        snprintf(message, sizeof message, "the service sent a message of over 4 MiB");
    else
        snprintf(message, sizeof message, "what came is not of a WebSocket service: %s", event->message);
    refuse(self, event->code, message);
}

/* ---- is it still there? ---- */

static void check(websocket *self, uint64_t now_ms)
{
    bool awaits_answer = glift__core_awaits_answer(core_of(self), self->endpoint.number);
    unsigned silent_s = (unsigned)((now_ms - self->liveness.heard_ms) / 1000);
    switch (glift__liveness_check(&self->liveness, now_ms, awaits_answer)) {
    case GLIFT__LIVENESS_FINE:
        break;
    case GLIFT__LIVENESS_PING:
        if (!write_control(self, GLIFT__WS_PING, NULL, 0))
            return;
        break;
    case GLIFT__LIVENESS_DEAD:
        glift__endpoint_cause(&self->endpoint, GLIFT__END_LOST, 0,
                "the service has been silent for %u s and did not answer a ping", silent_s);
        glift__endpoint_end(&self->endpoint);
        return;
    }
    self->check_ms = glift__liveness_next_ms(&self->liveness); /* later than now */
    glift__endpoint_set_timer(&self->endpoint, self->check_ms);
}

static void on_timer(glift__endpoint *endpoint, uint64_t now_ms)
{
    websocket *self = (websocket *)endpoint;
    if (self->is_closing)
        glift__endpoint_end(endpoint);
    else
        check(self, now_ms);
}

/* ---- reading ---- */

static void free_message(websocket *self)
{
    free(self->message);
    self->message = NULL;
    self->length = self->capacity = 0;
}

/* The decoder lets no message grow beyond MAX_MESSAGE, so that these sums stay small. */
static bool append_part(websocket *self, const uint8_t *bytes, size_t length)
{
    if (self->length + length > self->capacity) {
        size_t capacity = self->capacity > 0 ? self->capacity : 2048;
        while (capacity < self->length + length)
            capacity *= 2;
        char *message = realloc(self->message, capacity);
        if (message == NULL)
            return false;
        self->message = message;
        self->capacity = capacity;
    }
    if (length > 0)
        memcpy(self->message + self->length, bytes, length);
    self->length += length;
    return true;
}

static void deliver(websocket *self, const char *bytes, size_t length)
{
    glift__core_received(
            core_of(self), glift__io_time(self->endpoint.io), self->endpoint.number, bytes, length);
    glift__link_is_due(self->endpoint.owner);
}

/* A message that comes whole is read where it lies. */
static void on_part(websocket *self, const glift__ws_event *event)
{
    if (!event->is_text)
        return; /* rule P3 */
    if (event->is_first && event->is_last) {
        deliver(self, event->length > 0 ? (const char *)event->bytes : "", event->length);
        return;
    }
    if (event->is_first)
        self->length = 0;
    if (!append_part(self, event->bytes, event->length)) {
        refuse(self, GLIFT__WS_CODE_NO_MEMORY, "out of memory for a message of the service");
        return;
    }
    if (!event->is_last)
        return;
    deliver(self, self->message, self->length);
    if (self->capacity > KEEP_BUFFER)
        free_message(self);
}

static void on_ping(websocket *self, const glift__ws_event *event)
{
    memcpy(self->pong, event->bytes, event->length);
    self->pong_length = event->length;
    self->owes_pong = true;
}

static void on_event(websocket *self, const glift__ws_event *event)
{
    switch (event->kind) {
    case GLIFT__WS_EVENT_MORE:
    case GLIFT__WS_EVENT_PONG:
        break;
    case GLIFT__WS_EVENT_PART:
        on_part(self, event);
        break;
    case GLIFT__WS_EVENT_PING:
        on_ping(self, event);
        break;
    case GLIFT__WS_EVENT_CLOSE:
        on_peer_closes(self, event);
        break;
    case GLIFT__WS_EVENT_FAULT:
        on_fault(self, event);
        break;
    }
}

static void decode(websocket *self, const uint8_t *bytes, size_t length)
{
    glift__ws_event event;
    glift__liveness_heard(&self->liveness, self->endpoint.io->loop.now_ms);
    do {
        event = glift__ws_decoder_next(&self->decoder, &bytes, &length);
        on_event(self, &event);
    } while (event.kind != GLIFT__WS_EVENT_MORE && !self->is_over && !self->endpoint.is_ended);
    if (self->owes_pong)
        pump(self);
}

/* ---- opening ---- */

static void free_opening(websocket *self)
{
    free(self->opening);
    self->opening = NULL;
}

static bool make_opening(websocket *self)
{
    uint8_t nonce[GLIFT__WS_NONCE_SIZE];
    self->opening = malloc(sizeof *self->opening);
    if (self->opening == NULL) {
        fail(self, "out of memory for the handshake");
        return false;
    }
    if (!glift__io_random(self->endpoint.io, nonce, sizeof nonce)) {
        fail(self, "the system has no random bytes for the handshake");
        return false;
    }
    glift__ws_opening_init(self->opening, nonce);
    return true;
}

static void on_open(glift__endpoint *endpoint)
{
    websocket *self = (websocket *)endpoint;
    glift__text request = {0};
    if (!make_opening(self))
        return;
    if (glift__ws_request(&endpoint->dialling->url, self->opening->key, &request) != GLIFT_OK ||
            !glift__stream_write(&endpoint->stream, request.bytes, request.length))
        fail(self, "out of memory for the handshake");
    if (request.bytes != NULL)
        glift__cleanse(request.bytes, request.length); /* the request holds the token */
    glift__text_free(&request);
}

static void opened(websocket *self)
{
    free_opening(self);
    glift__dialling_fini(&self->endpoint);
    glift__ws_decoder_init(&self->decoder, MAX_MESSAGE);
    glift__liveness_init(&self->liveness, glift__clock_mono_ms());
    self->is_open = true;
    self->check_ms = glift__liveness_next_ms(&self->liveness);
    glift__endpoint_set_timer(&self->endpoint, self->check_ms);
    glift__core_opened(core_of(self), glift__io_time(self->endpoint.io), self->endpoint.number);
    glift__link_is_due(self->endpoint.owner);
}

static void note_refusal(websocket *self)
{
    const glift__ws_opening *opening = self->opening;
    glift__endpoint_cause(&self->endpoint, GLIFT__END_HANDSHAKE_REFUSED, opening->status, "%.*s",
            (int)opening->body_length, opening->body);
}

static void on_verdict(websocket *self, glift__ws_verdict verdict)
{
    const glift__ws_opening *opening = self->opening;
    switch (verdict) {
    case GLIFT__WS_VERDICT_MORE:
        return;
    case GLIFT__WS_VERDICT_OPEN:
        opened(self);
        return;
    case GLIFT__WS_VERDICT_REFUSED:
        note_refusal(self);
        break;
    case GLIFT__WS_VERDICT_FAULT:
        glift__endpoint_cause(&self->endpoint, GLIFT__END_LOST, 0, "%s did not complete the handshake: %s",
                self->endpoint.dialling->url.host, opening->message);
        break;
    }
    glift__endpoint_end(&self->endpoint);
}

static void on_bytes(glift__endpoint *endpoint, const uint8_t *bytes, size_t length)
{
    websocket *self = (websocket *)endpoint;
    if (self->opening != NULL)
        on_verdict(self, glift__ws_opening_take(self->opening, &bytes, &length));
    if (self->is_open && !self->is_over && !endpoint->is_ended && length > 0)
        decode(self, bytes, length);
}

/* An open WebSocket that ends so is lost: the peer has sent no Close frame. What was read of a refusal
 * counts. */
static void on_stream_end(glift__endpoint *endpoint)
{
    websocket *self = (websocket *)endpoint;
    if (self->opening != NULL)
        on_verdict(self, glift__ws_opening_end(self->opening));
}

/* A refusal whose body does not come to its end is one all the same. */
static void on_late(glift__endpoint *endpoint)
{
    websocket *self = (websocket *)endpoint;
    if (self->opening != NULL && glift__ws_opening_end(self->opening) == GLIFT__WS_VERDICT_REFUSED)
        note_refusal(self);
}

/* ---- the end ---- */

static void on_end(glift__endpoint *endpoint, glift__core *core, glift__time now)
{
    glift__socket_end end = {
            .kind = endpoint->end_kind,
            .code = endpoint->end_code,
            .text = endpoint->end_message != NULL ? endpoint->end_message : "out of memory",
    };
    glift__core_closed(core, now, endpoint->number, &end);
}

static void fini(glift__endpoint *endpoint)
{
    free_opening((websocket *)endpoint);
    free_message((websocket *)endpoint);
}

const glift__endpoint_kind glift__websocket_kind = {
        .size = sizeof(websocket),
        .on_open = on_open,
        .on_bytes = on_bytes,
        .on_drained = on_drained,
        .on_stream_end = on_stream_end,
        .on_late = on_late,
        .on_timer = on_timer,
        .on_end = on_end,
        .fini = fini,
};

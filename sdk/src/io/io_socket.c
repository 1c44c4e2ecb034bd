/* SPDX-License-Identifier: Apache-2.0 */
/* An open WebSocket: messages in and out, whether the other end is still there, and closing. */
#include "io/io_lws.h"

#include <stdlib.h>
#include <string.h>

/* A peer that has been silent this long is asked with a ping, and given up when it stays silent for as long
 * again as the second says: a half-open connection is found within 50 s. */
#define PING_AFTER_MS    30000
#define PONG_PATIENCE_MS 20000
/* How long the peer may take to answer our Close frame. */
#define CLOSE_PATIENCE_MS 1000
/* API Gateway sends at most 128 KB; other services may send more, but not without bound. */
#define MAX_MESSAGE (4 * 1024 * 1024)
/* A joined message larger than this is not worth keeping its buffer for the next one. */
#define KEEP_BUFFER 8192
#define MAX_REFUSAL 4096

typedef struct websocket {
    glift__endpoint endpoint;
    bool is_open;
    bool is_closing;    /* ordered, or after a message that cannot be taken */
    bool is_write_over; /* a Close frame has come or gone */
    int close_code;
    uint64_t heard_ms, pinged_ms; /* pinged_ms 0: no ping is out */
    bool wants_ping;
    bool drops_message; /* a binary one (rule P3) */
    char *message;      /* what has come of a fragmented message; or the body of a refusal */
    size_t length, capacity;
} websocket;

static glift__core *core_of(const websocket *self)
{
    return self->endpoint.owner->link->core;
}

/* ---- writing ---- */

static bool write_out(websocket *self, size_t *used)
{
    size_t size = *used;
    *used = 0;
    return size == 0 ||
           lws_write(self->endpoint.wsi, self->endpoint.io->out + LWS_PRE, size, LWS_WRITE_RAW) >= 0;
}

/* As frames of at most 32 KB (rule P7), behind what the buffer holds already. */
static bool append_message(websocket *self, size_t *used, const glift__text *text)
{
    unsigned char *out = self->endpoint.io->out + LWS_PRE;
    size_t at = 0;
    do {
        size_t part = text->length - at < GLIFT__WS_MAX_PAYLOAD ? text->length - at : GLIFT__WS_MAX_PAYLOAD;
        bool is_final = at + part == text->length;
        uint8_t mask[4];
        if (*used + GLIFT__WS_MAX_HEADER + part > GLIFT__WRITE_LIMIT && !write_out(self, used))
            return false;
        if (!glift__io_mask(self->endpoint.io, mask))
            return false;
        *used += glift__ws_frame(out + *used, at == 0 ? GLIFT__WS_TEXT : GLIFT__WS_CONTINUATION, is_final,
                text->bytes + at, part, mask);
        at += part;
    } while (at < text->length);
    return true;
}

/* libwebsockets keeps what the kernel does not take; until that is gone, no further message is pulled. */
static bool write_messages(websocket *self)
{
    const glift__text *text;
    size_t used = 0;
    while (!lws_partial_buffered(self->endpoint.wsi) &&
            glift__core_next_message(core_of(self), glift__io_now(), self->endpoint.number, &text))
        if (!append_message(self, &used, text))
            return false;
    return write_out(self, &used);
}

/* At once, without waiting to be called back: that would be one more system call per request. */
void glift__socket_write(glift__endpoint *endpoint)
{
    websocket *self = (websocket *)endpoint;
    if (self->is_open && !self->is_write_over && !endpoint->is_killed && endpoint->wsi != NULL &&
            !write_messages(self))
        glift__endpoint_kill(endpoint);
}

static int on_writable(websocket *self)
{
    struct lws *wsi = self->endpoint.wsi;
    if (self->is_write_over)
        return 0;
    if (self->wants_ping) {
        self->wants_ping = false;
        if (lws_write(wsi, self->endpoint.io->out + LWS_PRE, 0, LWS_WRITE_PING) < 0)
            return -1;
    }
    if (!write_messages(self))
        return -1;
    if (!self->is_closing || lws_partial_buffered(wsi))
        return 0;
    self->is_write_over = true;
    lws_close_reason(wsi, (enum lws_close_status)self->close_code, NULL, 0);
    return -1; /* libwebsockets sends the Close frame and waits for the peer's */
}

/* ---- closing ---- */

static void start_closing(websocket *self, int code)
{
    self->is_closing = true;
    self->close_code = code;
    glift__endpoint_set_timer(&self->endpoint, CLOSE_PATIENCE_MS);
}

void glift__socket_close(glift__endpoint *endpoint, int code)
{
    websocket *self = (websocket *)endpoint;
    glift__endpoint_cause(endpoint, GLIFT__END_CLOSED, code, "closed from this side");
    if (!self->is_open) {
        glift__endpoint_kill(endpoint);
    } else if (endpoint->wsi != NULL && !self->is_closing && !endpoint->is_killed) {
        start_closing(self, code);
        lws_callback_on_writable(endpoint->wsi);
    }
}

static int on_peer_closes(websocket *self, const unsigned char *payload, size_t length)
{
    int code = length >= 2 ? payload[0] << 8 | payload[1] : 1005;
    const char *text = length > 2 ? (const char *)payload + 2 : "no reason given";
    glift__endpoint_cause(&self->endpoint, GLIFT__END_CLOSED, code,
            "the service closed the connection with code %d: %.*s", code,
            length > 2 ? (int)length - 2 : (int)strlen(text), text);
    self->is_write_over = true;
    return 0; /* libwebsockets answers with the same code */
}

/* ---- is it still there? ---- */

static void heard(websocket *self)
{
    self->heard_ms = glift__io_now().mono_ms;
    self->pinged_ms = 0;
}

static void on_timer(glift__endpoint *endpoint, uint64_t now_ms)
{
    websocket *self = (websocket *)endpoint;
    uint64_t silent_ms = now_ms - self->heard_ms;
    if (self->is_closing) {
        glift__endpoint_kill(endpoint);
    } else if (self->pinged_ms != 0) {
        glift__endpoint_cause(endpoint, GLIFT__END_LOST, 0,
                "the service has been silent for %u s and did not answer a ping",
                (unsigned)(silent_ms / 1000));
        glift__endpoint_kill(endpoint);
    } else if (silent_ms >= PING_AFTER_MS) {
        self->pinged_ms = now_ms;
        self->wants_ping = true;
        lws_callback_on_writable(endpoint->wsi);
        glift__endpoint_set_timer(endpoint, PONG_PATIENCE_MS);
    } else {
        glift__endpoint_set_timer(endpoint, PING_AFTER_MS - silent_ms);
    }
}

/* ---- reading ---- */

static void free_message(websocket *self)
{
    free(self->message);
    self->message = NULL;
    self->capacity = 0;
}

static bool append_part(websocket *self, const char *bytes, size_t length)
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

static int refuse_message(websocket *self, int code, const char *why)
{
    glift__endpoint_cause(&self->endpoint, GLIFT__END_LOST, code, "%s", why);
    start_closing(self, code);
    self->is_write_over = true;
    lws_close_reason(self->endpoint.wsi, (enum lws_close_status)code, NULL, 0);
    return -1;
}

static void deliver(websocket *self, const char *bytes, size_t length)
{
    glift__core_received(core_of(self), glift__io_now(), self->endpoint.number, bytes, length);
    glift__link_is_due(self->endpoint.owner);
}

static int on_received(websocket *self, const char *bytes, size_t length)
{
    struct lws *wsi = self->endpoint.wsi;
    bool is_first = lws_is_first_fragment(wsi) != 0, is_final = lws_is_final_fragment(wsi) != 0;
    heard(self);
    if (is_first) {
        self->drops_message = lws_frame_is_binary(wsi) != 0;
        self->length = 0;
    }
    if (self->drops_message)
        return 0;
    if (is_first && is_final) {
        deliver(self, bytes, length);
        return 0;
    }
    if (self->length + length > MAX_MESSAGE)
        return refuse_message(self, 1009, "the service sent a message of over 4 MiB");
    if (!append_part(self, bytes, length))
        return refuse_message(self, 1011, "out of memory for a message of the service");
    if (!is_final)
        return 0;
    deliver(self, self->message, self->length);
    if (self->capacity > KEEP_BUFFER)
        free_message(self);
    return 0;
}

/* ---- the handshake's answer ---- */

static int on_opened(websocket *self)
{
    glift__dial_done(&self->endpoint);
    self->is_open = true;
    heard(self);
    glift__endpoint_set_timer(&self->endpoint, PING_AFTER_MS);
    glift__core_opened(core_of(self), glift__io_now(), self->endpoint.number);
    glift__link_is_due(self->endpoint.owner);
    return 0;
}

/* Not 101: as much of the body as has come with the headers goes into the report (rule P17). */
static int on_http_answer(websocket *self)
{
    struct lws *wsi = self->endpoint.wsi;
    int status = (int)lws_http_client_http_response(wsi);
    size_t before;
    int result;
    if (status == 101)
        return 0;
    do {
        char *start = NULL;
        int size = 0;
        before = self->length;
        result = lws_http_client_read(wsi, &start, &size);
    } while (result == 0 && self->length > before && self->length < MAX_REFUSAL);
    glift__endpoint_cause(&self->endpoint, GLIFT__END_HANDSHAKE_REFUSED, status, "%.*s", (int)self->length,
            self->length > 0 ? self->message : "");
    free_message(self);
    return -1;
}

static int on_refusal_part(websocket *self, const char *bytes, size_t length)
{
    size_t room = MAX_REFUSAL - self->length;
    append_part(self, bytes, length < room ? length : room); /* without memory: a shorter report */
    return 0;
}

/* ---- what libwebsockets tells ---- */

static int on_event(glift__endpoint *endpoint, enum lws_callback_reasons reason, void *in, size_t length)
{
    websocket *self = (websocket *)endpoint;
    switch ((int)reason) {
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        return on_http_answer(self);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
        return on_refusal_part(self, in, length);
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        return on_opened(self);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return on_writable(self);
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return on_received(self, in, length);
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
        heard(self);
        return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return on_peer_closes(self, in, length);
    default:
        return 0;
    }
}

static void on_end(glift__endpoint *endpoint, glift__core *core, glift__time now)
{
    glift__socket_end end = {
            .kind = endpoint->end_kind,
            .code = endpoint->end_code,
            .text = endpoint->end_text != NULL ? endpoint->end_text : "out of memory",
    };
    glift__core_closed(core, now, endpoint->number, &end);
}

static void fini(glift__endpoint *endpoint)
{
    free_message((websocket *)endpoint);
}

const glift__endpoint_kind glift__socket_kind = {
        .size = sizeof(websocket),
        .on_event = on_event,
        .on_timer = on_timer,
        .on_end = on_end,
        .fini = fini,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP GET: container credentials and metadata (wire protocol 1.4, 1.5), the crash reporter (7.5). */
#include "io/io_state.h"

#include "wire/http_request.h"
#include "wire/http_response.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BODY (1024 * 1024)

typedef struct fetch {
    glift__endpoint endpoint;
    glift__http_response response;
    bool is_complete;
    char *body;
    size_t length, capacity;
} fetch;

static void fail(fetch *self, const char *message)
{
    glift__endpoint_cause(&self->endpoint, GLIFT__END_LOST, 0, "%s", message);
    glift__endpoint_end(&self->endpoint);
}

/* The decoder lets no body grow beyond MAX_BODY, so that these sums stay small. */
static bool append(fetch *self, const uint8_t *bytes, size_t length)
{
    if (self->length + length > self->capacity) {
        size_t capacity = 2 * (self->length + length);
        char *body = realloc(self->body, capacity);
        if (body == NULL)
            return false;
        self->body = body;
        self->capacity = capacity;
    }
    memcpy(self->body + self->length, bytes, length);
    self->length += length;
    return true;
}

static void on_event(fetch *self, const glift__http_event *event)
{
    switch (event->kind) {
    case GLIFT__HTTP_EVENT_MORE:
    case GLIFT__HTTP_EVENT_HEAD:
        break;
    case GLIFT__HTTP_EVENT_BODY:
        if (!append(self, event->bytes, event->length))
            fail(self, "out of memory for the answer");
        break;
    case GLIFT__HTTP_EVENT_DONE:
        self->is_complete = true;
        glift__endpoint_end(&self->endpoint);
        break;
    case GLIFT__HTTP_EVENT_FAULT:
        fail(self, event->message == glift__http_body_too_long ? "the answer is over 1048576 bytes long"
                                                               : event->message);
        break;
    }
}

static void on_open(glift__endpoint *endpoint)
{
    fetch *self = (fetch *)endpoint;
    glift__text request = {0};
    glift__http_response_init(&self->response, MAX_BODY);
    if (glift__http_get(&endpoint->dialling->url, &request) != GLIFT_OK ||
            !glift__stream_write(&endpoint->stream, request.bytes, request.length))
        fail(self, "out of memory for the request");
    glift__text_free(&request);
}

static void on_bytes(glift__endpoint *endpoint, const uint8_t *bytes, size_t length)
{
    fetch *self = (fetch *)endpoint;
    glift__http_event event;
    do {
        event = glift__http_response_next(&self->response, &bytes, &length);
        on_event(self, &event);
    } while (event.kind != GLIFT__HTTP_EVENT_MORE && !endpoint->is_ended);
}

static void on_stream_end(glift__endpoint *endpoint)
{
    fetch *self = (fetch *)endpoint;
    if (endpoint->stream.is_failed)
        return; /* lost */
    glift__http_event event = glift__http_response_end(&self->response);
    on_event(self, &event);
}

static void on_drained(glift__endpoint *endpoint)
{
    (void)endpoint; /* the one request has been sent */
}

static void on_end(glift__endpoint *endpoint, glift__core *core, glift__time now)
{
    const fetch *self = (fetch *)endpoint;
    const char *message = endpoint->end_message != NULL ? endpoint->end_message : "out of memory";
    if (self->is_complete)
        glift__core_fetched(core, now, endpoint->number, self->response.head.status,
                self->length > 0 ? self->body : "", self->length);
    else
        glift__core_fetched(core, now, endpoint->number, 0, message, strlen(message));
}

static void fini(glift__endpoint *endpoint)
{
    free(((fetch *)endpoint)->body);
}

/* The limit of the dial covers the whole exchange: the dial is never declared done, so on_timer is not
 * called. */
const glift__endpoint_kind glift__fetch_kind = {
        .size = sizeof(fetch),
        .on_open = on_open,
        .on_bytes = on_bytes,
        .on_drained = on_drained,
        .on_stream_end = on_stream_end,
        .on_end = on_end,
        .fini = fini,
};

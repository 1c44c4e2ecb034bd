/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP GET: container credentials and metadata (wire protocol 1.4, 1.5). */
#include "io/io_lws.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BODY (1024 * 1024)

typedef struct fetch {
    glift__endpoint endpoint;
    int status;
    bool is_complete;
    char *body;
    size_t length, capacity;
} fetch;

static int append(fetch *self, const char *bytes, size_t length)
{
    if (self->length + length > MAX_BODY) {
        glift__endpoint_cause(
                &self->endpoint, GLIFT__END_LOST, 0, "the answer is over %d bytes long", MAX_BODY);
        return -1;
    }
    if (self->length + length > self->capacity) {
        size_t capacity = 2 * (self->length + length);
        char *body = realloc(self->body, capacity);
        if (body == NULL) {
            glift__endpoint_cause(&self->endpoint, GLIFT__END_LOST, 0, "out of memory for the answer");
            return -1;
        }
        self->body = body;
        self->capacity = capacity;
    }
    memcpy(self->body + self->length, bytes, length);
    self->length += length;
    return 0;
}

/* libwebsockets reads when it is asked to, and then hands over what it read without chunk marks. */
static int read_some(fetch *self)
{
    char buffer[LWS_PRE + 4096];
    char *start = buffer + LWS_PRE;
    int size = sizeof buffer - LWS_PRE;
    return lws_http_client_read(self->endpoint.wsi, &start, &size) < 0 || self->is_complete ? -1 : 0;
}

static void on_end(glift__endpoint *endpoint, glift__core *core, glift__time now)
{
    const fetch *self = (fetch *)endpoint;
    const char *text = endpoint->end_text != NULL ? endpoint->end_text : "out of memory";
    if (self->is_complete)
        glift__core_fetched(
                core, now, endpoint->number, self->status, self->length > 0 ? self->body : "", self->length);
    else
        glift__core_fetched(core, now, endpoint->number, 0, text, strlen(text));
}

/* Told at once: libwebsockets keeps a connection whose answer had no body for seconds, and refusing that
 * would leave it open for good. */
static int on_completed(fetch *self)
{
    glift__attachment *owner = self->endpoint.owner;
    self->is_complete = true;
    on_end(&self->endpoint, owner->link->core, glift__io_now());
    glift__link_is_due(owner);
    glift__endpoint_orphan(&self->endpoint);
    return 0;
}

static int on_event(glift__endpoint *endpoint, enum lws_callback_reasons reason, void *in, size_t length)
{
    fetch *self = (fetch *)endpoint;
    switch ((int)reason) {
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        self->status = (int)lws_http_client_http_response(endpoint->wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
        return read_some(self);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
        return append(self, in, length);
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
        return on_completed(self);
    default:
        return 0;
    }
}

static void fini(glift__endpoint *endpoint)
{
    free(((fetch *)endpoint)->body);
}

/* The deadline of the dial covers the whole exchange: the dial is never declared done, so there is no
 * on_timer. */
const glift__endpoint_kind glift__fetch_kind = {
        .method = "GET",
        .size = sizeof(fetch),
        .on_event = on_event,
        .on_end = on_end,
        .fini = fini,
};

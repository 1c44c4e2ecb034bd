/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/ws_opening.h"

#include <string.h>

void glift__ws_opening_init(glift__ws_opening *self, const uint8_t nonce[GLIFT__WS_NONCE_SIZE])
{
    glift__ws_key(nonce, self->key);
    glift__http_response_init(&self->response, UINT64_MAX);
    self->status = 0;
    self->message = NULL;
    self->body_length = 0;
}

static glift__ws_verdict refused(glift__ws_opening *self)
{
    self->status = self->response.head.status;
    return GLIFT__WS_VERDICT_REFUSED;
}

static glift__ws_verdict fault(glift__ws_opening *self, const char *message)
{
    self->message = message;
    return GLIFT__WS_VERDICT_FAULT;
}

static bool is_refusal(const glift__ws_opening *self)
{
    int status = self->response.head.status;
    return status != 0 && status != 101;
}

static glift__ws_verdict keep_body(glift__ws_opening *self, const glift__http_event *event)
{
    size_t room = sizeof self->body - self->body_length;
    size_t kept = event->length < room ? event->length : room;
    memcpy(self->body + self->body_length, event->bytes, kept);
    self->body_length += kept;
    return self->body_length < sizeof self->body ? GLIFT__WS_VERDICT_MORE : refused(self);
}

static glift__ws_verdict judge_whole(glift__ws_opening *self)
{
    if (is_refusal(self))
        return refused(self);
    const char *problem = glift__ws_handshake_problem(&self->response.head, self->key);
    return problem == NULL ? GLIFT__WS_VERDICT_OPEN : fault(self, problem);
}

static glift__ws_verdict judge(glift__ws_opening *self, const glift__http_event *event)
{
    switch (event->kind) {
    case GLIFT__HTTP_EVENT_MORE:
    case GLIFT__HTTP_EVENT_HEAD:
        return GLIFT__WS_VERDICT_MORE;
    case GLIFT__HTTP_EVENT_BODY:
        return keep_body(self, event);
    case GLIFT__HTTP_EVENT_DONE:
        return judge_whole(self);
    case GLIFT__HTTP_EVENT_FAULT: /* a status counts, however its body ends */
        return is_refusal(self) ? refused(self) : fault(self, event->message);
    }
    return GLIFT__WS_VERDICT_FAULT;
}

glift__ws_verdict glift__ws_opening_take(glift__ws_opening *self, const uint8_t **bytes, size_t *length)
{
    glift__http_event event;
    glift__ws_verdict verdict;
    do {
        event = glift__http_response_next(&self->response, bytes, length);
        verdict = judge(self, &event);
    } while (verdict == GLIFT__WS_VERDICT_MORE && event.kind != GLIFT__HTTP_EVENT_MORE);
    return verdict;
}

glift__ws_verdict glift__ws_opening_end(glift__ws_opening *self)
{
    const glift__http_event event = glift__http_response_end(&self->response);
    return judge(self, &event);
}

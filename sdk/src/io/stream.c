/* SPDX-License-Identifier: Apache-2.0 */
#include "io/stream.h"

#include <stdlib.h>
#include <string.h>

/* A buffer larger than this is not worth keeping once all has been sent. */
#define KEPT_SIZE 8192

static glift__stream *stream_of(glift__watch *watch)
{
    return GLIFT__OWNER(watch, glift__stream, watch);
}

static void end(glift__stream *self, bool is_failed)
{
    if (self->state == GLIFT__STREAM_ENDED)
        return;
    self->state = GLIFT__STREAM_ENDED;
    self->is_failed = is_failed;
}

/* ---- what the socket is watched for ---- */

static bool can_send(const glift__stream *self)
{
    return !self->is_write_over && !self->is_write_broken;
}

static bool waits_to_write(const glift__stream *self)
{
    if (self->session != NULL && glift__tls_waits_to_write(self->session))
        return true;
    return self->state == GLIFT__STREAM_OPEN && self->unsent_length > 0 && can_send(self);
}

static void update_wanted(glift__stream *self)
{
    unsigned wanted = GLIFT__POLL_READ | (waits_to_write(self) ? GLIFT__POLL_WRITE : 0u);
    if (self->state != GLIFT__STREAM_ENDED && !glift__loop_want(self->loop, &self->watch, wanted))
        end(self, true);
}

/* ---- writing ---- */

static glift__transfer send_some(glift__stream *self, const char *bytes, size_t size, size_t *sent)
{
    return self->session != NULL ? glift__tls_send(self->session, bytes, size, sent)
                                 : glift__socket_send(self->watch.socket, bytes, size, sent);
}

/* Returns how much was taken. What went wrong shows when the rest of what the peer sent has been read. */
static size_t send_all(glift__stream *self, const char *bytes, size_t size)
{
    size_t at = 0, sent;
    while (at < size && can_send(self)) {
        glift__transfer transfer = send_some(self, bytes + at, size - at, &sent);
        at += sent;
        if (transfer == GLIFT__TRANSFER_LATER)
            break;
        if (transfer != GLIFT__TRANSFER_DONE) {
            self->is_write_broken = true;
            glift__loop_again(self->loop, &self->watch);
        }
    }
    return at;
}

static bool keep(glift__stream *self, const char *bytes, size_t size)
{
    if (self->unsent_length + size > self->unsent_size) {
        size_t room = self->unsent_length + size;
        char *unsent = realloc(self->unsent, room);
        if (unsent == NULL)
            return false;
        self->unsent = unsent;
        self->unsent_size = room;
    }
    memcpy(self->unsent + self->unsent_length, bytes, size);
    self->unsent_length += size;
    return true;
}

bool glift__stream_write(glift__stream *self, const void *bytes, size_t size)
{
    size_t sent = 0;
    if (self->state == GLIFT__STREAM_OPEN && self->unsent_length == 0)
        sent = send_all(self, bytes, size);
    if (!can_send(self) || self->state == GLIFT__STREAM_ENDED)
        return true;
    if (sent < size && !keep(self, (const char *)bytes + sent, size - sent)) {
        end(self, true);
        return false;
    }
    update_wanted(self);
    return true;
}

static void flush(glift__stream *self)
{
    size_t sent = send_all(self, self->unsent, self->unsent_length);
    self->unsent_length -= sent;
    self->has_drained = glift__stream_is_drained(self);
    if (self->unsent_length > 0) {
        memmove(self->unsent, self->unsent + sent, self->unsent_length);
    } else if (self->unsent_size > KEPT_SIZE) {
        free(self->unsent);
        self->unsent = NULL;
        self->unsent_size = 0;
    }
}

bool glift__stream_is_drained(const glift__stream *self)
{
    return self->unsent_length == 0 || !can_send(self);
}

bool glift__stream_has_drained(glift__stream *self)
{
    bool has_drained = self->has_drained;
    self->has_drained = false;
    return has_drained;
}

void glift__stream_end_writing(glift__stream *self)
{
    if (self->is_write_over)
        return;
    self->is_write_over = true;
    glift__socket_end_sending(self->watch.socket);
}

/* ---- reading ---- */

size_t glift__stream_read(glift__stream *self, void *bytes, size_t room)
{
    size_t received = 0;
    if (self->state != GLIFT__STREAM_OPEN)
        return 0;
    glift__transfer transfer = self->session != NULL
                                       ? glift__tls_receive(self->session, bytes, room, &received)
                                       : glift__socket_receive(self->watch.socket, bytes, room, &received);
    if (transfer == GLIFT__TRANSFER_END)
        end(self, false);
    else if (transfer == GLIFT__TRANSFER_ERROR ||
             (transfer == GLIFT__TRANSFER_LATER && self->is_write_broken))
        end(self, true);
    else if (transfer == GLIFT__TRANSFER_LATER)
        update_wanted(self);
    return received;
}

/* The poller knows what waits in the socket, not what waits in TLS. */
void glift__stream_read_later(glift__stream *self)
{
    if (self->session != NULL && glift__tls_has_more(self->session))
        glift__loop_again(self->loop, &self->watch);
}

/* ---- what the loop tells ---- */

static void shake_hands(glift__stream *self)
{
    glift__transfer transfer = glift__tls_handshake(self->session);
    if (transfer == GLIFT__TRANSFER_DONE)
        self->state = GLIFT__STREAM_OPEN;
    else if (transfer != GLIFT__TRANSFER_LATER)
        end(self, true);
    update_wanted(self);
}

static void on_ready(glift__watch *watch, unsigned ready)
{
    glift__stream *self = stream_of(watch);
    (void)ready;
    if (self->session != NULL)
        glift__tls_look_again(self->session);
    if (self->state == GLIFT__STREAM_HANDSHAKE) {
        shake_hands(self);
        if (self->state == GLIFT__STREAM_HANDSHAKE)
            return;
    }
    if (self->state == GLIFT__STREAM_OPEN) {
        if (self->unsent_length > 0)
            flush(self);
        update_wanted(self);
    }
    self->on_ready(self);
}

/* ---- opening, closing ---- */

bool glift__stream_open(glift__stream *self, glift__loop *loop, glift__socket_handle socket, glift__tls *tls,
        const char *host, void (*on_stream_ready)(glift__stream *self))
{
    *self = (glift__stream){.loop = loop, .on_ready = on_stream_ready};
    self->watch = (glift__watch){
            .socket = socket, .wanted = GLIFT__POLL_READ | GLIFT__POLL_WRITE, .on_ready = on_ready};
    self->state = tls != NULL ? GLIFT__STREAM_HANDSHAKE : GLIFT__STREAM_OPEN;
    if (tls != NULL)
        self->session = glift__tls_open(tls, socket, host);
    if ((tls == NULL || self->session != NULL) && glift__loop_add(loop, &self->watch))
        return true;
    glift__tls_close(self->session, false);
    glift__socket_close(socket);
    *self = (glift__stream){0};
    return false;
}

static void release(glift__stream *self, bool is_polite, bool closes)
{
    if (self->state == GLIFT__STREAM_NONE)
        return;
    glift__loop_remove(self->loop, &self->watch);
    glift__tls_close(self->session, is_polite && self->state == GLIFT__STREAM_OPEN);
    if (closes)
        glift__socket_close(self->watch.socket);
    free(self->unsent);
    *self = (glift__stream){0};
}

void glift__stream_close(glift__stream *self, bool is_polite)
{
    release(self, is_polite, true);
}

void glift__stream_abandon(glift__stream *self)
{
    release(self, false, false);
}

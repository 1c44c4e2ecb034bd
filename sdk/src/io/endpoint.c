/* SPDX-License-Identifier: Apache-2.0 */
#include "io/io_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- how endpoints end ---- */

static char *format_text(const char *format, va_list arguments)
{
    va_list measured;
    va_copy(measured, arguments);
    int length = vsnprintf(NULL, 0, format, measured);
    va_end(measured);
    char *text = length >= 0 ? malloc((size_t)length + 1) : NULL;
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

void glift__endpoint_cause(glift__endpoint *self, glift__end_kind kind, int code, const char *format, ...)
{
    va_list arguments;
    if (self->has_cause)
        return;
    self->has_cause = true;
    self->end_kind = kind;
    self->end_code = code;
    va_start(arguments, format);
    self->end_message = format_text(format, arguments);
    va_end(arguments);
}

void glift__endpoint_end(glift__endpoint *self)
{
    if (self->is_ended)
        return;
    glift__timers_cancel(&self->io->loop.timers, &self->timer);
    glift__dialling_fini(self);
    self->is_ended = true;
    self->next_ended = NULL;
    *self->io->ended_end = self;
    self->io->ended_end = &self->next_ended;
}

static void leave_ended(glift__endpoint *self)
{
    glift_io *io = self->io;
    glift__endpoint **at = &io->ended;
    while (*at != self)
        at = &(*at)->next_ended;
    *at = self->next_ended;
    if (io->ended_end == &self->next_ended)
        io->ended_end = at;
    self->is_ended = false;
}

static void leave_owner(glift__endpoint *self)
{
    glift__endpoint **at = &self->owner->endpoints;
    while (*at != self)
        at = &(*at)->next;
    *at = self->next;
}

void glift__endpoint_free(glift__endpoint *self)
{
    glift__timers_cancel(&self->io->loop.timers, &self->timer);
    glift__dialling_fini(self);
    if (self->is_ended)
        leave_ended(self);
    leave_owner(self);
    glift__stream_close(&self->stream, true);
    self->kind->fini(self);
    free(self->end_message);
    free(self);
}

/* The stream is closed before the core hears of it: what follows may need its descriptor. */
static void finish(glift__endpoint *self)
{
    glift__attachment *owner = self->owner;
    glift__endpoint_cause(self, GLIFT__END_LOST, 0, "the connection was lost");
    glift__stream_close(&self->stream, true);
    self->kind->on_end(self, owner->link->core, glift__io_time(self->io));
    glift__link_is_due(owner);
    glift__endpoint_free(self);
}

bool glift__endpoints_settle(glift_io *io)
{
    bool any = io->ended != NULL;
    while (io->ended != NULL)
        finish(io->ended);
    return any;
}

/* ---- what the stream tells ---- */

static void on_stream_end(glift__endpoint *self)
{
    if (self->dialling != NULL && !self->is_stream_open)
        glift__dialling_lost(self);
    else
        self->kind->on_stream_end(self);
    glift__endpoint_end(self);
}

static void read_share(glift__endpoint *self)
{
    size_t taken = 0, length;
    while (taken < GLIFT__READ_SHARE && !self->is_ended) {
        length = glift__stream_read(&self->stream, self->io->in, GLIFT__READ_SIZE);
        if (length == 0)
            return;
        taken += length;
        self->kind->on_bytes(self, self->io->in, length);
        /* A short read has emptied the socket; asking it once more would be a system call for nothing. */
        if (self->stream.session == NULL && length < GLIFT__READ_SIZE)
            return;
    }
    if (!self->is_ended)
        glift__stream_read_later(&self->stream);
}

static void on_stream_ready(glift__stream *stream)
{
    glift__endpoint *self = GLIFT__OWNER(stream, glift__endpoint, stream);
    if (self->is_ended)
        return;
    if (stream->state == GLIFT__STREAM_OPEN && !self->is_stream_open) {
        self->is_stream_open = true;
        self->kind->on_open(self);
    }
    if (!self->is_ended)
        read_share(self);
    if (!self->is_ended && stream->state == GLIFT__STREAM_ENDED)
        on_stream_end(self);
    else if (!self->is_ended && glift__stream_has_drained(stream))
        self->kind->on_drained(self);
}

/* ---- timers ---- */

void glift__endpoint_set_timer(glift__endpoint *self, uint64_t at_ms)
{
    glift__timers_set(&self->io->loop.timers, &self->timer, at_ms);
}

static void on_timer(glift__timer *timer)
{
    glift__endpoint *self = GLIFT__OWNER(timer, glift__endpoint, timer);
    if (self->dialling != NULL)
        glift__dialling_timed_out(self);
    else
        self->kind->on_timer(self, self->io->loop.now_ms);
}

/* ---- starting ---- */

glift__endpoint *glift__endpoint_start(glift__attachment *owner, const glift__endpoint_kind *kind,
        uint32_t number, const char *url, uint32_t timeout_ms)
{
    glift__endpoint *self = calloc(1, kind->size);
    if (self == NULL)
        return NULL;
    self->kind = kind;
    self->io = owner->io;
    self->owner = owner;
    self->number = number;
    glift__timer_init(&self->timer, on_timer);
    self->stream.on_ready = on_stream_ready;
    self->next = owner->endpoints;
    owner->endpoints = self;
    if (glift__dialling_start(self, url, timeout_ms))
        return self;
    glift__endpoint_free(self);
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes in order over a TCP connection, with or without TLS, without ever waiting. Whoever owns a stream is
 * told when something can be read or has been written; nothing is freed from inside such a call. */
#ifndef GLIFT_STREAM_H
#define GLIFT_STREAM_H

#include "io/loop.h"
#include "io/tls.h"

typedef enum glift__stream_state {
    GLIFT__STREAM_NONE,      /* no socket yet, or not any more */
    GLIFT__STREAM_HANDSHAKE, /* TLS */
    GLIFT__STREAM_OPEN,
    GLIFT__STREAM_ENDED /* nothing more comes */
} glift__stream_state;

typedef struct glift__stream {
    glift__watch watch;
    glift__loop *loop;
    glift__tls_session *session; /* NULL: plain TCP */
    glift__stream_state state;
    bool is_failed;       /* the stream has ended by an error, not by the peer's end */
    bool is_write_over;   /* nothing more is to be written */
    bool is_write_broken; /* writing has failed: what the peer has sent is still read, up to the end */
    bool has_drained;
    char *unsent; /* what the connection has not taken yet */
    size_t unsent_length, unsent_size;
    void (*on_ready)(struct glift__stream *self); /* opened, ended, readable, or all has been sent */
} glift__stream;

/* Takes over a connected socket; `tls` NULL: plain. False when out of memory: the socket is closed. */
bool glift__stream_open(glift__stream *stream, glift__loop *loop, glift__socket_handle socket,
        glift__tls *tls, const char *host, void (*on_ready)(glift__stream *self));
/* Closes and frees what the stream holds, also of a stream that was never opened. TLS says goodbye first. */
void glift__stream_close(glift__stream *stream, bool is_polite);
/* Does what close does for a stream whose descriptor was closed behind our back: that is not closed again. */
void glift__stream_abandon(glift__stream *stream);

/* Writes bytes. What the connection does not take now is kept and sent later; wait for
 * glift__stream_is_drained() before the next large write. An error is told by reading. False when out of
 * memory: the stream has ended. */
bool glift__stream_write(glift__stream *stream, const void *bytes, size_t size);
bool glift__stream_is_drained(const glift__stream *stream);
/* Whether what was kept has all gone out since this was last asked. */
bool glift__stream_has_drained(glift__stream *stream);
/* Notes that nothing more will be written. */
void glift__stream_end_writing(glift__stream *stream);

/* Reads what there is now. Returns how many bytes that are; 0: none, or the stream has ended. */
size_t glift__stream_read(glift__stream *stream, void *bytes, size_t room);
/* Notes that something is left to read, and that its reader has had its share of this step. */
void glift__stream_read_later(glift__stream *stream);

#endif

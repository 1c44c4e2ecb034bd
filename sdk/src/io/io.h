/* SPDX-License-Identifier: Apache-2.0 */
/* Drives cores with real sockets: on a thread of its own, or threadless, stepped by the game.
 *
 * A link is one server as the I/O side sees it. Two mailboxes are all that the threads share. Links with new
 * commands stand in a line (a third mailbox, in the io), so a wake-up costs the same with one link or with a
 * thousand idle ones beside it. */
#ifndef GLIFT_IO_H
#define GLIFT_IO_H

#include "core/core.h"

typedef struct glift__link {
    glift__core *core;       /* I/O thread only, from attach to on_detached */
    glift__mailbox commands; /* game -> core */
    glift__mailbox events;   /* core -> game */
    const char *tls_ca_file; /* "" = the system's; lives as long as the link */
    bool tls_insecure;
    bool uses_tls;   /* the URL of the service begins with wss:// */
    bool is_offline; /* nothing is dialled: offline.h plays the service */
    uint32_t handshake_timeout_ms;
    void (*on_events)(void *user);   /* I/O thread: the events box was empty and is not any more */
    void (*on_detached)(void *user); /* I/O thread: the io has touched the link for the last time; the link
                                        may be freed from now on */
    void *user;

    /* These belong to the io, and attach sets them. */
    glift_io *io;
    bool is_threadless;  /* the io is */
    glift__item in_line; /* this link in io's line of links with commands */
    atomic_bool is_in_line;
    void *attachment;
} glift__link;

/* glift_io_create(), glift_io_destroy() and the other calls of the public header are in io.c. Destroying
 * waits for the thread, which is bounded: nothing on it blocks, look-ups run in threads of their own. */

/* Hands a link to the io, on any thread. The link must stay until on_detached. GLIFT_ERR_MEMORY,
 * GLIFT_ERR_STATE (io is stopping). A threadless io loads the roots of a link that uses TLS in here. */
glift_status glift__io_attach(glift_io *io, glift__link *link);

/* Tells the io, on any thread, that this link has commands: by one system call, or none where the io knows
 * already. Call it after pushing into an empty command box; then a command is never overlooked. Safe while
 * the link detaches, for as long as the link is there. */
void glift__io_wake_link(glift__link *link);

/* The one link of this io did not detach in time: nothing of the io enters OpenSSL any more once this has
 * returned, and it frees itself when its thread comes round. Never a threadless one. */
void glift__io_abandon(glift_io *io);

/* A threadless io has nobody who steps it but the game. */
bool glift__io_is_threadless(const glift_io *io);
/* Carries out what is due, waits up to `timeout_ms` for sockets and timers, and carries out what follows. */
void glift__io_step(glift_io *io, uint32_t timeout_ms);
/* Does what step does, but without looking at the sockets: commands that were queued just now are sent. */
void glift__io_flush(glift_io *io);

/* Counts one server more (1) or less (-1) that waits for its tick: glift_io_next_ms() is 0 while there is
 * one. */
void glift__io_ask_for_tick(glift_io *io, int change);

/* The monotonic and the wall clock, as the I/O thread reads them. */
glift__time glift__io_now(void);

#endif

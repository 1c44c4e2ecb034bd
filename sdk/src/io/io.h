/* SPDX-License-Identifier: Apache-2.0 */
/* The I/O thread: drives cores with real sockets. io_lws.c is the only file that knows libwebsockets.
 *
 * A link is one server as the I/O thread sees it. Two mailboxes are all that the threads share. Links with
 * new commands stand in a line (a third mailbox, in the io), so a wake-up costs the same with one link or
 * with five hundred idle ones beside it. */
#ifndef GLIFT_IO_H
#define GLIFT_IO_H

#include "core/core.h"

typedef struct glift__link {
    glift__core *core;       /* I/O thread only, from attach to on_detached */
    glift__mailbox commands; /* game -> core */
    glift__mailbox events;   /* core -> game */
    const char *tls_ca_file; /* "" = the system's; lives as long as the link */
    bool tls_insecure;
    uint32_t handshake_timeout_ms;
    void (*on_events)(void *user);   /* I/O thread: the events box was empty and is not any more */
    void (*on_detached)(void *user); /* I/O thread: the last touch; the link may be freed from now on */
    void *user;

    /* io_lws.c's own, set by attach. */
    glift_io *io;
    glift__item in_line; /* this link in io's line of links with commands */
    atomic_bool is_in_line;
    void *attachment;
} glift__link;

/* glift_io_create() and glift_io_destroy() of the public header are in io_lws.c too. Destroying waits for
 * the thread, which is bounded: nothing on it blocks, look-ups run in threads of their own. */

/* Any thread. The link must stay until on_detached. GLIFT_ERR_MEMORY, GLIFT_ERR_STATE (io is stopping). */
glift_status glift__io_attach(glift_io *io, glift__link *link);

/* Any thread: this link has commands. One system call, or none where the I/O thread was told already.
 * Call it after pushing into an empty command box; then a command is never overlooked. Safe while the link
 * detaches, for as long as the link is there. */
void glift__io_wake_link(glift__link *link);

/* Monotonic and wall clock as the I/O thread reads them. */
glift__time glift__io_now(void);

#endif

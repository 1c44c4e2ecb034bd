/* SPDX-License-Identifier: Apache-2.0 */
/* The resolver turns names into addresses, without waiting.
 *
 * The system's look-up can block for 30 s, and a thread that it blocks can neither be woken nor cancelled. So
 * each look-up runs in a thread of its own that owns all it touches and ends by itself; whoever asked may
 * have gone long before. Whoever asks for a name that is being looked up already waits for the same answer,
 * so a name server that hangs costs one thread for each name, of which there are 64 at most. A threadless io
 * has the game look names up. */
#ifndef GLIFT_RESOLVER_H
#define GLIFT_RESOLVER_H

#include <gamelift/gamelift.h>

#include "base/list.h"
#include "platform/platform.h"

/* Addresses beyond these are dropped. */
#define GLIFT__MAX_ADDRESSES 64

typedef struct glift__resolver glift__resolver;

/* Somebody on the I/O thread who waits for addresses, which live until on_found() returns. */
typedef struct glift__asker {
    glift__node node;
    /* `message`: NULL, or why there are no addresses. */
    void (*on_found)(
            struct glift__asker *self, const glift__address *addresses, size_t count, const char *message);
} glift__asker;

/* `wake` is called on foreign threads when there is something to settle; not any more once _close() has
 * returned. With `is_threadless` the desc's resolve() does the looking up, for `io`. NULL when out of memory.
 */
typedef struct glift__resolver_desc {
    void (*wake)(void *user);
    void *user;
    bool is_threadless;
    glift_io *io;
    void (*resolve)(glift_io *io, uint32_t lookup, const char *host, void *user);
    void *resolve_user;
} glift__resolver_desc;

glift__resolver *glift__resolver_open(const glift__resolver_desc *desc);
/* Closes the resolver, which nobody asks any more. What is still being looked up is dropped when it comes.
 * NULL is allowed. */
void glift__resolver_close(glift__resolver *resolver);

/* Asks for the addresses of a name. The answer comes from glift__resolver_settle(), never from in here. NULL
 * on success, else why the name cannot be looked up. */
const char *glift__resolver_ask(glift__resolver *resolver, const char *host, glift__asker *asker);
void glift__resolver_forget(glift__asker *asker); /* an asker that waits for nothing is allowed */

/* The game's answer to resolve(): numeric addresses. GLIFT_ERR_NOT_FOUND for a look-up that nobody waits for.
 */
glift_status glift__resolver_resolved(
        glift__resolver *resolver, uint32_t lookup, const char *const *addresses, size_t count);

/* Whether there is something to settle. */
bool glift__resolver_has_found(const glift__resolver *resolver);
/* Hands out what has been found. True if there was anything. */
bool glift__resolver_settle(glift__resolver *resolver);

/* Notes that this address of the host has just worked: it is the first of the next answer. */
void glift__resolver_worked(glift__resolver *resolver, const char *host, const glift__address *address);

/* The order in which to try addresses (RFC 8305 4): families in turn, beginning with that of the first, and
 * before them all the one that worked last time, where it is among them. `worked` may be NULL. */
void glift__addresses_arrange(glift__address *addresses, size_t count, const glift__address *worked);

#endif

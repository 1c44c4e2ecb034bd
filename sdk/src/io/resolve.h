/* SPDX-License-Identifier: Apache-2.0 */
/* Names to addresses, without waiting: getaddrinfo() can block for 30 s, and a thread that it blocks can
 * neither be woken nor cancelled. So each look-up runs in a thread of its own that owns all it touches and
 * ends by itself; whoever asked may have gone long before. */
#ifndef GLIFT_RESOLVE_H
#define GLIFT_RESOLVE_H

#include <gamelift/status.h>

#include "base/mailbox.h"

#define GLIFT__MAX_ADDRESSES 8
#define GLIFT__ADDRESS_SIZE  64 /* a numeric IPv6 address with its scope */

/* Finished look-ups wait here for the one thread that takes them. */
typedef struct glift__lookups glift__lookups;

typedef struct glift__lookup {
    glift__item item;
    void *asker; /* of the thread that takes; NULL: given up, free it when it comes */
    char addresses[GLIFT__MAX_ADDRESSES][GLIFT__ADDRESS_SIZE]; /* in the order in which to try them */
    size_t address_count;
    const char *error; /* why there is none; static text; NULL on success */
    glift__lookups *box;
    char host[256];
} glift__lookup;

/* `wake` is called on foreign threads when the box was empty; not any more once _close() has returned.
 * NULL when out of memory. */
glift__lookups *glift__lookups_open(void (*wake)(void *user), void *user);
/* Results that are still to come are dropped. NULL is allowed. */
void glift__lookups_close(glift__lookups *box);

/* A look-up under way. GLIFT_ERR_MEMORY: out of memory, or no thread could be started. */
glift_status glift__lookup_start(glift__lookups *box, const char *host, void *asker, glift__lookup **out);

/* A numeric address needs no look-up: finished at once. NULL where `host` is a name, or out of memory. */
glift__lookup *glift__lookup_of_address(const char *host);

/* The next finished look-up, which is the caller's from now on; NULL if there is none. */
glift__lookup *glift__lookups_take(glift__lookups *box);
void glift__lookup_free(glift__lookup *lookup); /* a finished one; NULL is allowed */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The calls in flight, which wait to be sent or to be answered, by id, by order and by deadline.
 *
 * Nothing here can fail: everything lies inside the calls. Finding a call by its RequestId costs the same
 * with ten and with ten thousand in flight. */
#ifndef GLIFT_REQUEST_H
#define GLIFT_REQUEST_H

#include "core/core.h"

typedef enum glift__flight_state {
    GLIFT__FLIGHT_NONE,
    GLIFT__FLIGHT_QUEUED, /* waits for a connection, or for its turn */
    GLIFT__FLIGHT_SENT,
    GLIFT__FLIGHT_LOCAL /* needs no connection: only the deadline of the call is kept here */
} glift__flight_state;

typedef struct glift__requests {
    glift__node due;    /* all, earliest deadline first */
    glift__node queued; /* in the order in which the calls were made */
    glift__node sent;
    uint64_t next_sequence;
    glift__random_fn random;
    void *random_user;
    size_t count, bucket_count; /* bucket_count is a power of two */
    glift__call **buckets;      /* first_buckets, or a table on the heap */
    glift__call *first_buckets[64];
} glift__requests;

void glift__requests_init(glift__requests *requests, glift__random_fn random, void *random_user);
void glift__requests_fini(glift__requests *requests); /* the calls stay: their owner frees them */

/* Gives the call a RequestId of its own and queues it. */
void glift__requests_add(glift__requests *requests, glift__call *call);
/* Keeps the deadline of the call, and no more; until the call is queued, if it is to be sent later. */
void glift__requests_add_local(glift__requests *requests, glift__call *call);
void glift__requests_queue(glift__requests *requests, glift__call *call);
void glift__requests_remove(glift__requests *requests, glift__call *call);

glift__call *glift__requests_find(const glift__requests *requests, const char *request_id);

/* The call to be sent next; NULL if there is none. */
glift__call *glift__requests_next(const glift__requests *requests);
void glift__requests_mark_sent(
        glift__requests *requests, glift__call *call, uint32_t socket, uint64_t now_ms);

/* Whether this socket carries a call that is not answered. Sockets carry requests one after the other, in the
 * order of their numbers. */
bool glift__requests_any_sent_on(const glift__requests *requests, uint32_t socket);

/* The socket is gone: the calls that it carried take their old places in the queue again, with the same
 * RequestIds. */
void glift__requests_send_again(glift__requests *requests, uint32_t socket);

/* The earliest deadline, UINT64_MAX if there is none; and the call whose deadline has passed, NULL if there
 * is none. */
uint64_t glift__requests_deadline_ms(const glift__requests *requests);
glift__call *glift__requests_overdue(const glift__requests *requests, uint64_t now_ms);
void glift__requests_set_deadline(glift__requests *requests, glift__call *call, uint64_t deadline_ms);

/* These go through all calls: the first, and the one after a call; NULL at the end. */
glift__call *glift__requests_first(const glift__requests *requests);
glift__call *glift__requests_after(const glift__requests *requests, const glift__call *call);

#endif

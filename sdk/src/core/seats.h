/* SPDX-License-Identifier: Apache-2.0 */
/* The seats that the service has accepted, as far as we have heard, and who asks for one at the moment.
 *
 * A refused, re-sent Accept is a success if the seat turns out to be ACTIVE, since the first copy may have
 * done it. Unless an earlier call did: then somebody came with an id that is in use. So that "earlier" means
 * something whatever is sent again, one Accept of a seat is out at a time, and the next one waits for it. */
#ifndef GLIFT_SEATS_H
#define GLIFT_SEATS_H

#include "core/core.h"

/* A game session has at most 200 seats. */
#define GLIFT__SEAT_COUNT 256

/* All zero: none. */
typedef struct glift__seats {
    uint64_t hashes[GLIFT__SEAT_COUNT]; /* of player session ids, which the service makes and we cannot choose
                                         */
    unsigned next;                      /* to be overwritten */
    glift__call *asking[64]; /* Accepts that are not answered, by seat, in the order of the calls */
} glift__seats;

void glift__seats_add(glift__seats *seats, const char *player_session_id);
void glift__seats_remove(glift__seats *seats, const char *player_session_id);
bool glift__seats_has(const glift__seats *seats, const char *player_session_id);

/* This call asks for the seat in flight.seat, from now on. False if one before it does. */
bool glift__seats_ask(glift__seats *seats, glift__call *call);
/* It does not any more. The one whose turn it is now; NULL if there is none, or its turn was before. */
glift__call *glift__seats_answered(glift__seats *seats, glift__call *call);

#endif

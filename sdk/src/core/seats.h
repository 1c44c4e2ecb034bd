/* SPDX-License-Identifier: Apache-2.0 */
/* The seats that the service has accepted, as far as we have heard, and the calls that ask for one at the
 * moment.
 *
 * A refused Accept that was sent twice is a success if the seat turns out to be ACTIVE, since its first copy
 * may have made it so; but not if an earlier call did, for then somebody came with an id that is in use. So
 * that "earlier" means something whatever is sent again, only one Accept of a seat is under way at a time,
 * and the next one waits for its answer. */
#ifndef GLIFT_SEATS_H
#define GLIFT_SEATS_H

#include "core/core.h"

/* A game session has at most 200 seats. */
#define GLIFT__SEAT_COUNT 256

/* All zero, it holds no seats. */
typedef struct glift__seats {
    /* The hashes are of player session ids, which the service makes and a player cannot choose. */
    uint64_t hashes[GLIFT__SEAT_COUNT];
    unsigned next;           /* the place that is overwritten next */
    glift__call *asking[64]; /* the Accepts without an answer, by seat, in the order of the calls */
} glift__seats;

void glift__seats_add(glift__seats *seats, const char *player_session_id);
void glift__seats_remove(glift__seats *seats, const char *player_session_id);
bool glift__seats_has(const glift__seats *seats, const char *player_session_id);

/* Notes that the call asks for the seat in its flight.seat. False if a call before it does, and it has to
 * wait. */
bool glift__seats_ask(glift__seats *seats, glift__call *call);
/* Notes that the call does not ask any more. Returns the call whose turn has come by that, or NULL. */
glift__call *glift__seats_answered(glift__seats *seats, glift__call *call);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The seats that the service has accepted, as far as we have heard.
 *
 * A refused, re-sent Accept is a success if the seat turns out to be ACTIVE, since the first copy may have
 * done it. Unless an earlier call did: then somebody came with an id that is in use. */
#ifndef GLIFT_SEATS_H
#define GLIFT_SEATS_H

#include <stdbool.h>
#include <stdint.h>

/* A game session has at most 200 seats. */
#define GLIFT__SEAT_COUNT 256

typedef struct glift__seats {
    uint64_t hashes[GLIFT__SEAT_COUNT]; /* of player session ids, which the service makes and we cannot choose
                                         */
    unsigned next;                      /* to be overwritten */
} glift__seats;

void glift__seats_add(glift__seats *seats, const char *player_session_id);
void glift__seats_remove(glift__seats *seats, const char *player_session_id);
bool glift__seats_has(const glift__seats *seats, const char *player_session_id);

#endif

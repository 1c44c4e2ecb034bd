/* SPDX-License-Identifier: Apache-2.0 */

#include "seats.h"

/* FNV-1a; never 0, which marks an empty place. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash | 1;
}

void glift__seats_add(glift__seats *seats, const char *player_session_id)
{
    seats->hashes[seats->next++ % GLIFT__SEAT_COUNT] = hash_of(player_session_id);
}

void glift__seats_remove(glift__seats *seats, const char *player_session_id)
{
    uint64_t hash = hash_of(player_session_id);
    for (unsigned i = 0; i < GLIFT__SEAT_COUNT; i++) {
        if (seats->hashes[i] == hash)
            seats->hashes[i] = 0;
    }
}

bool glift__seats_has(const glift__seats *seats, const char *player_session_id)
{
    uint64_t hash = hash_of(player_session_id);
    for (unsigned i = 0; i < GLIFT__SEAT_COUNT; i++) {
        if (seats->hashes[i] == hash)
            return true;
    }
    return false;
}

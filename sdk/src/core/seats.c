/* SPDX-License-Identifier: Apache-2.0 */

#include "core/seats.h"

#include <string.h>

/* The hash is FNV-1a, but never 0, which marks an empty place. */
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

static glift__call **bucket_of(glift__seats *seats, const glift__call *call)
{
    return &seats->asking[hash_of(call->flight.seat) / 2 % (sizeof seats->asking / sizeof seats->asking[0])];
}

static glift__call *first_of_seat(glift__call *bucket, const glift__call *call)
{
    while (bucket != NULL && strcmp(bucket->flight.seat, call->flight.seat) != 0)
        bucket = bucket->flight.next_asking;
    return bucket;
}

bool glift__seats_ask(glift__seats *seats, glift__call *call)
{
    glift__call **end = bucket_of(seats, call);
    bool is_first = first_of_seat(*end, call) == NULL;
    while (*end != NULL)
        end = &(*end)->flight.next_asking;
    *end = call;
    call->flight.next_asking = NULL;
    return is_first;
}

glift__call *glift__seats_answered(glift__seats *seats, glift__call *call)
{
    glift__call **bucket = bucket_of(seats, call), **link = bucket;
    bool was_first = first_of_seat(*bucket, call) == call;
    while (*link != NULL && *link != call)
        link = &(*link)->flight.next_asking;
    if (*link != NULL)
        *link = call->flight.next_asking;
    return was_first ? first_of_seat(*bucket, call) : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* When to ask the game how it is, and what to tell GameLift (rules P62, P92, P131 to P133).
 *
 * Every 50 to 70 s there is a question. Its answer is sent on at once; without an answer within 50 s it is
 * "not healthy". A stuck game never holds back the next question. */
#ifndef GLIFT_HEARTBEAT_H
#define GLIFT_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct glift__heartbeat {
    bool running;
    bool waiting;      /* for the answer to `question` */
    uint32_t question; /* the last one asked; they count up from 1 */
    uint64_t ask_at_ms, give_up_at_ms;
} glift__heartbeat;

typedef enum glift__beat {
    GLIFT__BEAT_NOTHING,
    GLIFT__BEAT_ASK,           /* ask the game `question` */
    GLIFT__BEAT_SEND_UNHEALTHY /* the game did not answer in time */
} glift__beat;

/* The first question is due at once. */
void glift__heartbeat_start(glift__heartbeat *heartbeat, uint64_t now_ms);
void glift__heartbeat_stop(glift__heartbeat *heartbeat);

/* What is to be done now; call it until there is nothing. `random`: 32 uniform bits. */
glift__beat glift__heartbeat_advance(glift__heartbeat *heartbeat, uint64_t now_ms, uint32_t random);

/* The game answered this question. True if its answer is still wanted: then send it. */
bool glift__heartbeat_answer(glift__heartbeat *heartbeat, uint32_t question);

/* The last beat did not arrive: ask again at once instead of at the next turn. */
void glift__heartbeat_hurry(glift__heartbeat *heartbeat, uint64_t now_ms);

uint64_t glift__heartbeat_deadline_ms(const glift__heartbeat *heartbeat); /* UINT64_MAX: never */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* When the game is asked how it is, and what GameLift is told (rules P62, P92, P131 to P133).
 *
 * Every 50 to 70 s there is a question. The game's answer is sent on at once; where none comes within 50 s,
 * GameLift is told "not healthy". A stuck game never holds back the next question. */
#ifndef GLIFT_HEARTBEAT_H
#define GLIFT_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct glift__heartbeat {
    bool running;
    bool waiting;      /* the answer to `question` is awaited */
    uint32_t question; /* the number of the last question; they count up from 1 */
    uint64_t ask_at_ms, give_up_at_ms;
} glift__heartbeat;

typedef enum glift__beat {
    GLIFT__BEAT_NOTHING,
    GLIFT__BEAT_ASK,           /* the game is to be asked `question` */
    GLIFT__BEAT_SEND_UNHEALTHY /* the game did not answer in time: GameLift is to be told */
} glift__beat;

/* Starts the questions; the first one is due at once. */
void glift__heartbeat_start(glift__heartbeat *heartbeat, uint64_t now_ms);
void glift__heartbeat_stop(glift__heartbeat *heartbeat);

/* Says what is to be done now; to be called until there is nothing. `random` are 32 uniform bits. */
glift__beat glift__heartbeat_advance(glift__heartbeat *heartbeat, uint64_t now_ms, uint32_t random);

/* Notes that the game answered this question. True if the answer is still wanted, and is to be sent. */
bool glift__heartbeat_answer(glift__heartbeat *heartbeat, uint32_t question);

/* Notes that the last beat did not arrive: the game is asked again at once instead of at the next turn. */
void glift__heartbeat_hurry(glift__heartbeat *heartbeat, uint64_t now_ms);

uint64_t glift__heartbeat_deadline_ms(const glift__heartbeat *heartbeat); /* UINT64_MAX: never */

#endif

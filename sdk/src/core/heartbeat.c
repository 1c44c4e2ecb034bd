/* SPDX-License-Identifier: Apache-2.0 */

#include "core/heartbeat.h"

#define SHORTEST_INTERVAL_MS 50000
#define JITTER_MS            20000
#define ANSWER_WITHIN_MS     50000

void glift__heartbeat_start(glift__heartbeat *heartbeat, uint64_t now_ms)
{
    heartbeat->running = true;
    heartbeat->waiting = false;
    heartbeat->ask_at_ms = now_ms;
}

void glift__heartbeat_stop(glift__heartbeat *heartbeat)
{
    heartbeat->running = false;
    heartbeat->waiting = false;
}

glift__beat glift__heartbeat_advance(glift__heartbeat *heartbeat, uint64_t now_ms, uint32_t random)
{
    if (heartbeat->waiting && now_ms >= heartbeat->give_up_at_ms) {
        heartbeat->waiting = false;
        return GLIFT__BEAT_SEND_UNHEALTHY;
    }
    if (!heartbeat->running || now_ms < heartbeat->ask_at_ms)
        return GLIFT__BEAT_NOTHING;

    heartbeat->waiting = true;
    heartbeat->question++;
    heartbeat->give_up_at_ms = now_ms + ANSWER_WITHIN_MS;
    heartbeat->ask_at_ms = now_ms + SHORTEST_INTERVAL_MS + (((uint64_t)random * (JITTER_MS + 1)) >> 32);
    return GLIFT__BEAT_ASK;
}

bool glift__heartbeat_answer(glift__heartbeat *heartbeat, uint32_t question)
{
    if (!heartbeat->waiting || question != heartbeat->question)
        return false;
    heartbeat->waiting = false;
    return true;
}

void glift__heartbeat_hurry(glift__heartbeat *heartbeat, uint64_t now_ms)
{
    if (!heartbeat->waiting)
        heartbeat->ask_at_ms = now_ms;
}

uint64_t glift__heartbeat_deadline_ms(const glift__heartbeat *heartbeat)
{
    uint64_t deadline = heartbeat->running ? heartbeat->ask_at_ms : UINT64_MAX;
    if (heartbeat->waiting && heartbeat->give_up_at_ms < deadline)
        deadline = heartbeat->give_up_at_ms;
    return deadline;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A rule set on trial: tickets come over simulated minutes, the matcher of the service puts them together,
 * and whoever asks learns who played with whom, after how long, and why the others did not.
 *
 * It holds what it needs and touches no service. Its time is its own, so an hour takes as long as the work in
 * it. That work is done in small steps, between which an owner does other things. Same tickets, same course.
 */
#ifndef LOCAL_TRIAL_H
#define LOCAL_TRIAL_H

#include "bench/draw.h"

/* The shortest pauses between two looks that the service makes. */
#define LOCAL_TRIAL_BUSY_TICK_MS 100

typedef struct local_trial_desc {
    local_rule_set *rule_set;
    local_trial_tickets tickets;
    const local_draw_desc *draw; /* NULL, or how the tickets are drawn: in the memory of `tickets`, and all
                                  * that it points to */
    uint64_t duration_ms, request_timeout_ms; /* 0: tickets wait to the end */
    uint32_t tick_ms, settle_ms;
    int additional_players;
} local_trial_desc;

typedef enum local_trial_end {
    LOCAL_TRIAL_RUNNING,
    LOCAL_TRIAL_TIME_IS_OVER,
    LOCAL_TRIAL_NOBODY_WAITS,
    LOCAL_TRIAL_WORK_IS_OVER,
    LOCAL_TRIAL_NO_MEMORY
} local_trial_end;

/* What a rule did in the whole trial, and for those who were left over. */
typedef struct local_trial_rule {
    uint64_t tickets;  /* without a match, that this rule kept others away from */
    uint64_t kept_out; /* others that it kept away from them, in their last search */
    double nearest;    /* NaN: not a matter of numbers */
} local_trial_rule;

typedef struct local_trial {
    local_rule_set *rule_set;
    local_trial_tickets tickets;
    local_trial_desc desc;
    local_drawing drawing;
    local_matcher *matcher;
    uint64_t now_ms, next_look_ms;      /* UINT64_MAX: nobody waits for one */
    size_t arrived, oldest;             /* tickets before these have come, and have had their time */
    size_t matches, matched, timed_out; /* matches, tickets in them, and those whose time was over before */
    long units, look_units; /* done so far; what is left of the look that is under way, 0: none is */
    local_trial_end end;
    uint64_t *waits_ms;      /* of the matched tickets, ascending, once it has ended */
    local_trial_rule *rules; /* by rule; of all tickets once it has ended */
} local_trial;

/* Rule set and tickets are the trial's from here on, whatever comes of it. GLIFT_ERR_ARGUMENT: it would take
 * too much, and of what is in `what`. GLIFT_ERR_MEMORY. */
glift_status local_trial_create(local_trial_desc *desc, local_trial **out, char what[LOCAL_WHAT_SIZE]);
void local_trial_destroy(local_trial *trial); /* NULL is allowed */

/* One step: a few milliseconds of a processor at most. False: the trial has ended. */
bool local_trial_step(local_trial *trial);

/* From 0 to 1. */
double local_trial_progress(const local_trial *trial);
/* The wait below which this share of the matched tickets lies; 0 where there are none. */
uint64_t local_trial_wait_ms(const local_trial *trial, double share);

#endif

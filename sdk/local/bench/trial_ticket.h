/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets of a trial (trial.h), and how many there may be. */
#ifndef LOCAL_TRIAL_TICKET_H
#define LOCAL_TRIAL_TICKET_H

#include "rules/matcher.h"

/* [E] What one trial may take of memory and of time. */
#define LOCAL_TRIAL_MAX_TICKETS 10000
#define LOCAL_TRIAL_MAX_MINUTES 240
#define LOCAL_TRIAL_MAX_VALUES  200000 /* attributes, their words, and latencies, of all players together */
#define LOCAL_TRIAL_MAX_UNITS   1000000000L /* of the matcher's work: under a minute of a processor */

typedef struct local_trial_ticket {
    const char *id;
    uint64_t at_ms;              /* when it comes, after the start; not before the ticket in front of it */
    const glift_player *players; /* as they were given; the trial replaces them by what the rules see */
    size_t player_count;
    /* the trial's own from here */
    local_candidate candidate;
    size_t match; /* 1, 2, ...; 0: none */
    uint64_t ended_ms;
    bool timed_out;
    local_miss strictest; /* of the rule that kept most others away, where it ended without a match */
    const local_rule *strictest_rule; /* NULL: none did */
} local_trial_ticket;

/* Tickets, and all that they point to. */
typedef struct local_trial_tickets {
    glift__memory memory;
    local_trial_ticket *all;
    size_t count;
} local_trial_tickets;

void local_trial_tickets_free(local_trial_tickets *tickets);

#endif

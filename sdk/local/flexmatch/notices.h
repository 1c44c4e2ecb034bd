/* SPDX-License-Identifier: Apache-2.0 */
/* What GameLift tells the world of matchmaking and placements: events in the envelopes of AWS
 * (service model 1.9), the latest of which are kept. */
#ifndef LOCAL_NOTICES_H
#define LOCAL_NOTICES_H

#include "flexmatch/session_placements.h"

/* At most so many, and so many bytes of them: one of 200 players is long. */
#define LOCAL_NOTICES_KEPT      1000
#define LOCAL_NOTICE_BYTES_KEPT (16u * 1024 * 1024)

struct local_ticket;
struct local_match;

typedef struct local_notice {
    uint64_t serial; /* from 1, without gaps */
    char *target;    /* NotificationTarget of the configuration or the queue; NULL: none */
    char *text;      /* the envelope */
    local_record record;
    TAILQ_ENTRY(local_notice) link;
} local_notice;

struct local_notices {
    TAILQ_HEAD(local_notice_list, local_notice) kept; /* oldest first */
    size_t count, bytes;
    uint64_t last_serial;
};

void local_notices_init(struct local_notices *all);
void local_notices_fini(struct local_notices *all);
/* The oldest one that is kept and came after this one; NULL: there is none. */
const local_notice *local_notice_after(const local_service *service, uint64_t serial);

/* MatchmakingSearching, and the three ends of a single ticket; type and reason are static texts. */
void local_note_ticket(local_service *service, glift__time now, const struct local_ticket *ticket,
        const char *type, const char *reason, const char *message);
/* PotentialMatchCreated, AcceptMatch, AcceptMatchCompleted (with what became of it), MatchmakingSucceeded. */
void local_note_match(local_service *service, glift__time now, const struct local_match *match,
        const char *type, const char *acceptance);
/* After it has ended. */
void local_note_placement(local_service *service, glift__time now, const local_placement *placement);

#endif

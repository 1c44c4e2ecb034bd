/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the live feed. */
#ifndef LOCAL_LIVE_INTERNAL_H
#define LOCAL_LIVE_INTERNAL_H

#include "api/live.h"
#include "api/views.h"

/* A row as it was sent: which, and a hash of its text. */
typedef struct live_row {
    uint64_t serial, hash;
} live_row;

typedef struct live_subscription {
    unsigned id;
    api_wish wish;
    bool is_due;
    bool is_whole_due; /* what was sent does not count any more */
    bool is_gone;      /* the page was told that there is no such thing */
    /* what was sent */
    live_row *rows; /* of a list, in its order */
    size_t row_count, total;
    cJSON *document;  /* of a detail, or the overview */
    uint64_t message; /* the serial of the last one that was looked at */
} live_subscription;

/* One look, where it leads to a message. */
typedef struct live_turn {
    const local_service *service;
    glift__time now;
    const local_clock_view *clock;
    live_subscription *subscription;
    glift__text *out;
} live_turn;

/* live_list.c, live_document.c: each writes the message into turn->out, which stays empty where nothing
 * changed. False: out of memory; the subscription is as it was. */
bool live_look_at_list(live_turn *turn);
bool live_look_at_document(live_turn *turn);
bool live_look_at_messages(live_turn *turn);

/* {"id":N,"error":"..."} */
bool live_tell_error(glift__text *out, unsigned id, const char *sentence);

#endif

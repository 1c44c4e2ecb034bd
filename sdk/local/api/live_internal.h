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

/* The members of an object as they were sent: hashes of their names and values. What a page watches may be
 * long, and it may watch much. */
#define LIVE_MEMBERS_MOST 64
typedef struct live_members {
    struct {
        uint64_t name, value;
    } of[LIVE_MEMBERS_MOST];
    size_t count;
} live_members;

typedef struct live_subscription {
    unsigned id;
    api_wish wish;
    bool is_due;
    bool is_whole_due; /* what was sent does not count any more */
    bool is_gone;      /* the page was told that there is no such thing */
    /* what was sent */
    live_row *rows; /* of a list, in its order */
    size_t row_count, total;
    live_members members, row; /* of a detail, or the overview; of the row in it */
    uint64_t key;              /* of a detail: which thing it was, as a hash */
    double moment;             /* the number of the last one of its history */
    uint64_t message;          /* the serial of the last one that was looked at */
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

uint64_t live_hash(const char *text);
/* {"id":N,"error":"..."} */
bool live_tell_error(glift__text *out, unsigned id, const char *sentence);

#endif

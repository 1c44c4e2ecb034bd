/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets for a trial, drawn by chance: how many, how large, with which attributes. A seed and a wish always
 * give the same tickets. */
#ifndef LOCAL_DRAW_H
#define LOCAL_DRAW_H

#include "bench/trial_ticket.h"

#define LOCAL_DRAW_MAX_WORDS 100 /* that one attribute chooses from */
#define LOCAL_DRAW_MAX_SIZES 10  /* of parties */

typedef enum local_draw_kind {
    LOCAL_DRAW_UNIFORM, /* numbers from least to most */
    LOCAL_DRAW_NORMAL,  /* round mean, in the limits of least and most */
    LOCAL_DRAW_CHOICE,  /* one of the words, or of the numbers */
    LOCAL_DRAW_LIST     /* least to most of the words, none twice */
} local_draw_kind;

typedef struct local_draw {
    const char *name; /* of the attribute, or of the region whose latency it is */
    const char *key;  /* of a map's entry; draws of one name are one map. NULL: no map */
    local_draw_kind kind;
    double least, most, mean, deviation;
    bool whole;                      /* rounded to whole numbers */
    const char *const *words;        /* of CHOICE and LIST; NULL: `numbers` */
    const double *numbers, *weights; /* weights NULL: all alike */
    size_t count;
} local_draw;

typedef struct local_draw_desc {
    size_t count; /* of tickets */
    uint64_t seed;
    const local_draw *attributes, *latencies; /* entries of one map stand beside each other */
    size_t attribute_count, latency_count;
    double size_weights[LOCAL_DRAW_MAX_SIZES]; /* of parties of 1, 2, ... players; all 0: parties of one */
    double per_second;                         /* arrivals; 0: all at once */
} local_draw_desc;

/* The tickets of a wish, on their way. */
typedef struct local_drawing {
    local_draw_desc desc;
    uint64_t thrown;
    size_t tickets, players; /* so far */
} local_drawing;

/* Whether a trial with a rule set of so many attributes can take so many; why not, in `what`. */
bool local_draw_is_affordable(
        const local_draw_desc *desc, size_t declared_attributes, char what[LOCAL_WHAT_SIZE]);

/* The next ticket, into the memory of those before it, which has to outlive what the wish points to. False:
 * out of memory. */
bool local_draw_ticket(local_drawing *drawing, glift__memory *memory, local_trial_ticket *out);

#endif

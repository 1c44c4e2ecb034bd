/* SPDX-License-Identifier: Apache-2.0 */
/* When a request may be made. The game's side judges by the events that it has seen (calls.c), the core again
 * by those that have happened since (core.c). */
#ifndef GLIFT_NEEDS_H
#define GLIFT_NEEDS_H

#include "wire/message.h"

typedef enum glift__need {
    GLIFT__NEEDS_NOTHING,
    GLIFT__NEEDS_A_BEGINNING, /* not ready yet, nor about to be, nor ended */
    GLIFT__NEEDS_NO_END,      /* not ended yet */
    GLIFT__NEEDS_READY,
    GLIFT__NEEDS_SESSION,           /* and ready (P71) */
    GLIFT__NEEDS_TO_HAVE_BEEN_READY /* or what an earlier call has brought (P89) */
} glift__need;

glift__need glift__need_of(glift__action action);

#endif

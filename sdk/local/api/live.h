/* SPDX-License-Identifier: Apache-2.0 */
/* The live feed of one page: subscriptions in, changes out. Pure: the listener carries the messages.
 *
 * A subscription remembers what it has sent, and is compared with what there is now whenever it is its turn.
 * So no change can be missed, however it came about; a page that reads slowly gets fewer, larger changes; and
 * nothing is queued. Messages (JSON) of the page:
 *   {"subscribe": N, "what": "list" | "detail" | "messages" | "overview", and the parameters of wish.h}
 *   {"unsubscribe": N}
 * N, from 1 to 64, is the page's number for it: the same again replaces it. Messages to the page:
 *   {"id": N, "whole": true, and the document of the GET}       first, and whenever nothing else will do
 *   list      {"id": N, "total", "keys"?: those of all rows, if the order changed, "rows": those that
 * changed} detail    {"id": N, "row"?: members that changed, "history"?: new entries, and other members that
 * changed} messages  {"id": N, "messages": new ones, "dropped": so many before them} overview  {"id": N, and
 * members that changed}
 *   {"id": N, "error": "a sentence"}; N is 0 where a message names none */
#ifndef LOCAL_LIVE_H
#define LOCAL_LIVE_H

#include "api/service.h"

#define LOCAL_LIVE_SUBSCRIPTIONS 64
#define LOCAL_LIVE_MESSAGE_MAX   16384 /* of the page */
#define LOCAL_LIVE_FRAME_MAX     (3u * 1024 * 1024)

typedef struct local_live local_live;

local_live *local_live_create(void); /* NULL: out of memory */
void local_live_destroy(local_live *live);

/* A message of the page. False: it has sent so much that means nothing, and read so few of the answers, that
 * it is to be cut off. */
bool local_live_received(local_live *live, const char *bytes, size_t length);
/* Something may have changed: each subscription gets a turn. */
void local_live_look_again(local_live *live);
/* Another service took the place of the one before: everything is sent whole. */
void local_live_begin_anew(local_live *live);
/* Whether a subscription waits for its turn, or an error to be told. */
bool local_live_is_due(const local_live *live);
/* One subscription that is due has its turn. *out is a message to send, which the caller frees, or empty:
 * nothing changed. */
void local_live_take_turn(local_live *live, const local_service *service, glift__time now,
        const local_clock_view *clock, glift__text *out);

#endif

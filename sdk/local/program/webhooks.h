/* SPDX-License-Identifier: Apache-2.0 */
/* Events of matchmaking and placements, posted to whoever wants them (service model 1.9).
 *
 * Each receiver gets its events one after the other, on non-blocking sockets that live for one event. Whoever
 * is slower than the events come loses the oldest of them; nothing here ever waits. */
#ifndef LOCAL_WEBHOOKS_H
#define LOCAL_WEBHOOKS_H

#include "api/service.h"
#include "system/loop.h"

#define WEBHOOKS_MAX      16 /* receivers at a time; one descriptor each */
#define WEBHOOK_URL_SIZE  512
#define WEBHOOK_TRIES_MAX 5

typedef struct webhooks webhooks;

typedef struct webhooks_desc {
    const local_service *service;
    local_loop *loop; /* that waits for their sockets; it outlives them */
    bool as_sns;      /* wrapped as SNS posts its notifications */
    void (*log)(void *user, glift_log_level level, const char *text);
    void *user;
} webhooks_desc;

webhooks *webhooks_open(const webhooks_desc *desc); /* NULL: out of memory */
void webhooks_close(webhooks *self);                /* what is on its way is dropped; NULL is allowed */
/* A new service took the place of the one before: receivers get its events, and none of the old one any more.
 */
void webhooks_use(webhooks *self, const local_service *service);

/* "http://127.0.0.1:8000/path" gets all events, "arn:...=http://..." those of one NotificationTarget. NULL,
 * or a sentence about what is wrong. */
const char *webhooks_check(const char *text);
bool webhooks_add(webhooks *self, const char *text); /* one that was checked. False: there are too many */

uint64_t webhooks_deadline_ms(const webhooks *self);
/* When the deadline is there, and when events may have come; where there are none, it costs no system call.
 */
void webhooks_serve(webhooks *self, uint64_t now_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0 */

#include "core/request.h"

#include <stdlib.h>
#include <string.h>

static glift__call *of_due(glift__node *node)
{
    return GLIFT__OWNER(node, glift__call, flight.due);
}

static glift__call *of_lane(glift__node *node)
{
    return GLIFT__OWNER(node, glift__call, flight.lane);
}

void glift__requests_init(glift__requests *requests, glift__random_fn random, void *random_user)
{
    memset(requests, 0, sizeof *requests);
    glift__list_init(&requests->due);
    glift__list_init(&requests->queued);
    glift__list_init(&requests->sent);
    requests->random = random;
    requests->random_user = random_user;
    requests->buckets = requests->first_buckets;
    requests->bucket_count = sizeof requests->first_buckets / sizeof requests->first_buckets[0];
}

void glift__requests_fini(glift__requests *requests)
{
    if (requests->buckets != requests->first_buckets)
        free(requests->buckets);
}

/* ---- by RequestId ---- */

/* The ids that we make are random: their first eight digits are as good as a hash. Foreign text lands in
 * some bucket too, and is not found there. */
static glift__call **bucket_of(const glift__requests *requests, const char *request_id)
{
    size_t hash = 0;
    for (int i = 0; i < 8 && request_id[i] != '\0'; i++) {
        char digit = request_id[i];
        hash = hash << 4 | (size_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10) % 16;
    }
    return &requests->buckets[hash & (requests->bucket_count - 1)];
}

static void put_in_bucket(glift__requests *requests, glift__call *call)
{
    glift__call **bucket = bucket_of(requests, call->flight.request_id);
    call->flight.next_in_bucket = *bucket;
    *bucket = call;
}

/* Makes room for more calls. Without memory the chains grow longer, and nothing else happens. */
static void make_room(glift__requests *requests)
{
    if (requests->count < requests->bucket_count)
        return;
    glift__call **old = requests->buckets, **wider = calloc(requests->bucket_count * 4, sizeof *wider);
    size_t old_count = requests->bucket_count;
    if (wider == NULL)
        return;
    requests->buckets = wider;
    requests->bucket_count = old_count * 4;
    for (size_t i = 0; i < old_count; i++) {
        for (glift__call *call = old[i], *next; call != NULL; call = next) {
            next = call->flight.next_in_bucket;
            put_in_bucket(requests, call);
        }
    }
    if (old != requests->first_buckets)
        free(old);
}

glift__call *glift__requests_find(const glift__requests *requests, const char *request_id)
{
    glift__call *call = *bucket_of(requests, request_id);
    while (call != NULL && strcmp(call->flight.request_id, request_id) != 0)
        call = call->flight.next_in_bucket;
    return call;
}

static void forget_id(glift__requests *requests, glift__call *call)
{
    glift__call **link = bucket_of(requests, call->flight.request_id);
    while (*link != call)
        link = &(*link)->flight.next_in_bucket;
    *link = call->flight.next_in_bucket;
    requests->count--;
}

/* ---- by deadline ---- */

/* Looks for the place from the end, since deadlines mostly come in the order of the calls. */
static void insert_due(glift__requests *requests, glift__call *call)
{
    glift__node *place = &requests->due;
    while (place->previous != &requests->due && of_due(place->previous)->deadline_ms > call->deadline_ms)
        place = place->previous;
    glift__list_insert_before(place, &call->flight.due);
}

uint64_t glift__requests_deadline_ms(const glift__requests *requests)
{
    return glift__list_is_empty(&requests->due) ? UINT64_MAX : of_due(requests->due.next)->deadline_ms;
}

glift__call *glift__requests_overdue(const glift__requests *requests, uint64_t now_ms)
{
    return glift__requests_deadline_ms(requests) <= now_ms ? of_due(requests->due.next) : NULL;
}

void glift__requests_set_deadline(glift__requests *requests, glift__call *call, uint64_t deadline_ms)
{
    glift__list_remove(&call->flight.due);
    call->deadline_ms = deadline_ms;
    insert_due(requests, call);
}

glift__call *glift__requests_first(const glift__requests *requests)
{
    return glift__list_is_empty(&requests->due) ? NULL : of_due(requests->due.next);
}

glift__call *glift__requests_after(const glift__requests *requests, const glift__call *call)
{
    glift__node *next = call->flight.due.next;
    return next == &requests->due ? NULL : of_due(next);
}

/* ---- by order ---- */

void glift__requests_queue(glift__requests *requests, glift__call *call)
{
    do {
        glift__uuid(call->flight.request_id, requests->random, requests->random_user);
    } while (glift__requests_find(requests, call->flight.request_id) != NULL); /* P49 */

    make_room(requests);
    put_in_bucket(requests, call);
    requests->count++;
    call->flight.state = GLIFT__FLIGHT_QUEUED;
    call->flight.sequence = requests->next_sequence++;
    call->flight.times_sent = 0;
    glift__list_insert_before(&requests->queued, &call->flight.lane);
}

void glift__requests_add_local(glift__requests *requests, glift__call *call)
{
    call->flight.state = GLIFT__FLIGHT_LOCAL;
    insert_due(requests, call);
}

void glift__requests_add(glift__requests *requests, glift__call *call)
{
    glift__requests_add_local(requests, call);
    glift__requests_queue(requests, call);
}

void glift__requests_remove(glift__requests *requests, glift__call *call)
{
    glift__list_remove(&call->flight.due);
    if (call->flight.state != GLIFT__FLIGHT_LOCAL) {
        glift__list_remove(&call->flight.lane);
        forget_id(requests, call);
    }
    call->flight.state = GLIFT__FLIGHT_NONE;
}

glift__call *glift__requests_next(const glift__requests *requests)
{
    return glift__list_is_empty(&requests->queued) ? NULL : of_lane(requests->queued.next);
}

void glift__requests_mark_sent(glift__requests *requests, glift__call *call, uint32_t socket, uint64_t now_ms)
{
    glift__list_remove(&call->flight.lane);
    glift__list_insert_before(&requests->sent, &call->flight.lane);
    call->flight.state = GLIFT__FLIGHT_SENT;
    call->flight.socket = socket;
    call->flight.sent_ms = now_ms;
    call->flight.times_sent++;
}

bool glift__requests_any_sent_on(const glift__requests *requests, uint32_t socket)
{
    glift__node *node = requests->sent.previous; /* the last socket's are at the end */
    while (node != &requests->sent && of_lane(node)->flight.socket > socket)
        node = node->previous;
    return node != &requests->sent && of_lane(node)->flight.socket == socket;
}

/* Looks for the place from the front: a call that was sent is nearly always older than all that wait. */
static void queue_again(glift__requests *requests, glift__call *call)
{
    glift__node *place = requests->queued.next;
    while (place != &requests->queued && of_lane(place)->flight.sequence < call->flight.sequence)
        place = place->next;
    glift__list_remove(&call->flight.lane);
    glift__list_insert_before(place, &call->flight.lane);
    call->flight.state = GLIFT__FLIGHT_QUEUED;
}

void glift__requests_send_again(glift__requests *requests, uint32_t socket)
{
    /* The newest goes first, so that each call finds its place at the front. */
    for (glift__node *node = requests->sent.previous, *before; node != &requests->sent; node = before) {
        before = node->previous;
        if (of_lane(node)->flight.socket == socket)
            queue_again(requests, of_lane(node));
    }
}

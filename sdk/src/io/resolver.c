/* SPDX-License-Identifier: Apache-2.0 */
#include "io/resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mailbox.h"

/* Enough for the resolver's modules; the default of 8 MiB would count against memory limits. */
#define STACK_SIZE (256 * 1024)
/* Hosts whose last address is remembered: the service, what refreshes led to, the container's agent. */
#define REMEMBERED 8
#define HOST_SIZE  256
/* Names that are looked up at a time: a peer whose refreshes name ever new hosts must not start ever new
 * threads. */
#define MOST_LOOKUPS 64
#define TOO_MANY     "64 names are being looked up already"

/* What the threads of look-ups share with the I/O thread. */
typedef struct box {
    glift__monitor *lock; /* guards wake and holders; held for moments only */
    void (*wake)(void *user);
    void *user;
    unsigned holders; /* look-ups under way, and the resolver */
    glift__mailbox finished;
} box;

typedef struct lookup {
    glift__item item;
    glift__node node; /* among those that are not settled; of the I/O thread, as are these: */
    glift__node askers;
    uint32_t number;
    bool is_answered; /* by the game */
    box *box;
    char host[HOST_SIZE];
    glift__address addresses[GLIFT__MAX_ADDRESSES];
    size_t count;
    const char *message; /* why there is no address; static text; NULL on success */
} lookup;

typedef struct memory {
    char host[HOST_SIZE]; /* "": none */
    glift__address address;
} memory;

struct glift__resolver {
    glift__resolver_desc desc;
    box *box;
    glift__node lookups;
    unsigned lookup_count;
    uint32_t last_number;
    memory worked[REMEMBERED];
    unsigned next_worked;
};

/* ---- the box ---- */

static void let_go(box *shared)
{
    glift__monitor_enter(shared->lock);
    bool is_last = --shared->holders == 0;
    glift__monitor_leave(shared->lock);
    if (!is_last)
        return;
    for (glift__item *item = glift__mailbox_take(&shared->finished), *next; item != NULL; item = next) {
        next = item->next;
        free(GLIFT__OWNER(item, lookup, item));
    }
    glift__monitor_destroy(shared->lock);
    free(shared);
}

static void hand_over(lookup *self)
{
    box *shared = self->box; /* once pushed, the look-up can go at any moment */
    glift__monitor_enter(shared->lock);
    self->item.next = NULL;
    if (glift__mailbox_push(&shared->finished, &self->item) && shared->wake != NULL)
        shared->wake(shared->user);
    glift__monitor_leave(shared->lock);
    let_go(shared);
}

/* ---- the thread of a look-up ---- */

static void run(void *argument)
{
    lookup *self = argument;
    self->message = glift__address_look_up(self->host, self->addresses, GLIFT__MAX_ADDRESSES, &self->count);
    hand_over(self);
}

static bool start_thread(lookup *self)
{
    box *shared = self->box;
    glift__monitor_enter(shared->lock);
    shared->holders++;
    glift__monitor_leave(shared->lock);
    if (glift__thread_start(run, self, STACK_SIZE, NULL))
        return true;
    let_go(shared);
    return false;
}

/* ---- order ---- */

static size_t next_of_family(const glift__address *addresses, size_t count, size_t from, bool is_ipv6)
{
    while (from < count && addresses[from].is_ipv6 != is_ipv6)
        from++;
    return from;
}

/* Brings the address at `from` to the place `to` before it; those in between keep their order. */
static void bring_forward(glift__address *addresses, size_t from, size_t to)
{
    glift__address moved = addresses[from];
    memmove(addresses + to + 1, addresses + to, (from - to) * sizeof *addresses);
    addresses[to] = moved;
}

void glift__addresses_arrange(glift__address *addresses, size_t count, const glift__address *worked)
{
    for (size_t at = 1; at < count; at++) {
        size_t from = next_of_family(addresses, count, at, !addresses[at - 1].is_ipv6);
        if (from == count)
            break;
        bring_forward(addresses, from, at);
    }
    for (size_t at = 0; worked != NULL && at < count; at++)
        if (glift__address_equals(&addresses[at], worked)) {
            bring_forward(addresses, at, 0);
            return;
        }
}

static memory *memory_of(glift__resolver *self, const char *host)
{
    for (size_t i = 0; i < REMEMBERED; i++)
        if (strcmp(self->worked[i].host, host) == 0)
            return &self->worked[i];
    return NULL;
}

void glift__resolver_worked(glift__resolver *self, const char *host, const glift__address *address)
{
    memory *known = memory_of(self, host);
    if (strlen(host) >= HOST_SIZE)
        return;
    if (known == NULL) {
        known = &self->worked[self->next_worked++ % REMEMBERED];
        snprintf(known->host, sizeof known->host, "%s", host);
    }
    known->address = *address;
}

/* ---- asking ---- */

static lookup *find(glift__resolver *self, const char *host)
{
    for (glift__node *node = self->lookups.next; node != &self->lookups; node = node->next) {
        lookup *other = GLIFT__OWNER(node, lookup, node);
        if (strcmp(other->host, host) == 0)
            return other;
    }
    return NULL;
}

static void discard(glift__resolver *self, lookup *given_up)
{
    glift__list_remove(&given_up->node);
    self->lookup_count--;
    free(given_up);
}

/* A thread keeps its look-up to itself; the game may have forgotten one that nobody waits for. */
static bool make_room(glift__resolver *self)
{
    if (self->lookup_count < MOST_LOOKUPS)
        return true;
    for (glift__node *node = self->lookups.next; self->desc.is_threadless && node != &self->lookups;
            node = node->next) {
        lookup *oldest = GLIFT__OWNER(node, lookup, node);
        if (oldest->is_answered || !glift__list_is_empty(&oldest->askers))
            continue;
        discard(self, oldest);
        let_go(self->box);
        return true;
    }
    return false;
}

/* Answers names that need no look-up (RFC 6761 6.3). */
static bool is_local(lookup *self)
{
    if (strcmp(self->host, "localhost") != 0)
        return false;
    self->count = glift__address_parse("127.0.0.1", &self->addresses[0]) &&
                                  glift__address_parse("::1", &self->addresses[1])
                          ? 2
                          : 0;
    return self->count > 0;
}

/* The game's resolve() may answer at once. */
static const char *ask_game(glift__resolver *self, lookup *made)
{
    glift__monitor_enter(self->box->lock);
    self->box->holders++;
    glift__monitor_leave(self->box->lock);
    if (is_local(made)) {
        made->is_answered = true;
        hand_over(made);
        return NULL;
    }
    if (self->desc.resolve != NULL) {
        self->desc.resolve(self->desc.io, made->number, made->host, self->desc.resolve_user);
        return NULL;
    }
    let_go(self->box);
    return "a threadless glift_io looks names up through glift_io_desc.resolve, which is not set";
}

static const char *start(glift__resolver *self, const char *host, glift__asker *asker)
{
    if (!make_room(self))
        return TOO_MANY;
    lookup *made = calloc(1, sizeof *made);
    const char *message = NULL;
    if (made == NULL)
        return "no memory for it";
    snprintf(made->host, sizeof made->host, "%s", host);
    made->box = self->box;
    made->number = ++self->last_number;
    glift__list_init(&made->askers);
    glift__list_insert_before(&self->lookups, &made->node);
    self->lookup_count++;
    glift__list_insert_before(&made->askers, &asker->node);
    if (self->desc.is_threadless)
        message = ask_game(self, made);
    else if (!start_thread(made))
        message = "no memory or no thread for it";
    if (message != NULL) {
        glift__list_remove(&asker->node);
        discard(self, made);
    }
    return message;
}

const char *glift__resolver_ask(glift__resolver *self, const char *host, glift__asker *asker)
{
    if (strlen(host) >= HOST_SIZE)
        return "it is longer than 255 bytes";
    lookup *same = find(self, host);
    if (same == NULL)
        return start(self, host, asker);
    glift__list_insert_before(&same->askers, &asker->node);
    return NULL;
}

void glift__resolver_forget(glift__asker *asker)
{
    if (asker->node.next != NULL)
        glift__list_remove(&asker->node);
}

/* ---- answers ---- */

static void take_addresses(lookup *self, const char *const *addresses, size_t count)
{
    self->message = count > 0 ? NULL : "the game's resolve() found no address";
    for (size_t i = 0; i < count && self->count < GLIFT__MAX_ADDRESSES; i++)
        if (addresses[i] != NULL && glift__address_parse(addresses[i], &self->addresses[self->count]))
            self->count++;
    if (count > 0 && self->count == 0)
        self->message = "the game's resolve() gave no numeric address";
}

glift_status glift__resolver_resolved(
        glift__resolver *self, uint32_t number, const char *const *addresses, size_t count)
{
    for (glift__node *node = self->lookups.next; node != &self->lookups; node = node->next) {
        lookup *asked = GLIFT__OWNER(node, lookup, node);
        if (asked->number != number || asked->is_answered)
            continue;
        asked->is_answered = true;
        take_addresses(asked, addresses, count);
        hand_over(asked);
        return GLIFT_OK;
    }
    return GLIFT_ERR_NOT_FOUND;
}

static void answer(glift__resolver *self, lookup *found)
{
    const memory *known = memory_of(self, found->host);
    glift__list_remove(&found->node);
    self->lookup_count--;
    glift__addresses_arrange(found->addresses, found->count, known != NULL ? &known->address : NULL);
    while (!glift__list_is_empty(&found->askers)) {
        glift__asker *asker = GLIFT__OWNER(found->askers.next, glift__asker, node);
        glift__list_remove(&asker->node);
        asker->on_found(asker, found->addresses, found->count, found->message);
    }
    free(found);
}

bool glift__resolver_has_found(const glift__resolver *self)
{
    return !glift__mailbox_is_empty(&self->box->finished);
}

bool glift__resolver_settle(glift__resolver *self)
{
    glift__item *item = glift__mailbox_take(&self->box->finished);
    bool any = item != NULL;
    for (glift__item *next; item != NULL; item = next) {
        next = item->next;
        answer(self, GLIFT__OWNER(item, lookup, item));
    }
    return any;
}

/* ---- opening, closing ---- */

static box *make_box(const glift__resolver_desc *desc)
{
    box *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    made->lock = glift__monitor_create();
    if (made->lock == NULL) {
        free(made);
        return NULL;
    }
    made->wake = desc->wake;
    made->user = desc->user;
    made->holders = 1;
    return made;
}

glift__resolver *glift__resolver_open(const glift__resolver_desc *desc)
{
    glift__resolver *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->box = make_box(desc);
    if (self->box == NULL) {
        free(self);
        return NULL;
    }
    self->desc = *desc;
    glift__list_init(&self->lookups);
    return self;
}

/* Look-ups that a thread works on come to the box when they are done, and are freed with it. */
void glift__resolver_close(glift__resolver *self)
{
    if (self == NULL)
        return;
    glift__monitor_enter(self->box->lock);
    self->box->wake = NULL;
    glift__monitor_leave(self->box->lock);
    while (self->desc.is_threadless && !glift__list_is_empty(&self->lookups)) {
        lookup *left = GLIFT__OWNER(self->lookups.next, lookup, node);
        glift__list_remove(&left->node);
        if (!left->is_answered)
            hand_over(left);
    }
    let_go(self->box);
    free(self);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "io/resolve.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Enough for the resolver's modules; the default of 8 MiB would count against memory limits. */
#define STACK_SIZE (256 * 1024)

struct glift__lookups {
    pthread_mutex_t lock; /* guards wake and holders; held for moments only */
    void (*wake)(void *user);
    void *user;
    unsigned holders; /* look-ups under way, and the taker until it closes */
    glift__mailbox finished;
    glift__item *taken; /* the taker's own */
};

glift__lookups *glift__lookups_open(void (*wake)(void *user), void *user)
{
    glift__lookups *box = calloc(1, sizeof *box);
    if (box == NULL)
        return NULL;
    if (pthread_mutex_init(&box->lock, NULL) != 0) {
        free(box);
        return NULL;
    }
    box->wake = wake;
    box->user = user;
    box->holders = 1;
    return box;
}

/* Called with the lock held, which it releases. */
static void let_go(glift__lookups *box)
{
    bool is_last = --box->holders == 0;
    pthread_mutex_unlock(&box->lock);
    if (is_last) {
        pthread_mutex_destroy(&box->lock);
        free(box);
    }
}

void glift__lookups_close(glift__lookups *box)
{
    glift__lookup *lookup;
    if (box == NULL)
        return;
    pthread_mutex_lock(&box->lock);
    box->wake = NULL;
    pthread_mutex_unlock(&box->lock);
    /* Nothing is pushed any more: look-ups that finish from now on see that nobody takes. */
    while ((lookup = glift__lookups_take(box)) != NULL)
        glift__lookup_free(lookup);
    pthread_mutex_lock(&box->lock);
    let_go(box);
}

/* Addresses that cannot be dialled, or do not fit, are left out. */
static void keep_addresses(glift__lookup *lookup, const struct addrinfo *found)
{
    for (; found != NULL && lookup->address_count < GLIFT__MAX_ADDRESSES; found = found->ai_next) {
        char *address = lookup->addresses[lookup->address_count];
        if ((found->ai_family == AF_INET || found->ai_family == AF_INET6) &&
                getnameinfo(found->ai_addr, found->ai_addrlen, address, GLIFT__ADDRESS_SIZE, NULL, 0,
                        NI_NUMERICHOST) == 0)
            lookup->address_count++;
    }
}

static void look_up(glift__lookup *lookup, int flags)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *found = NULL;
    int result = getaddrinfo(lookup->host, NULL, &hints, &found);
    if (result == 0) {
        keep_addresses(lookup, found);
        freeaddrinfo(found);
    }
    if (lookup->address_count == 0)
        lookup->error = result != 0 ? gai_strerror(result) : "it has no address";
}

static void hand_over(glift__lookup *lookup)
{
    glift__lookups *box = lookup->box;
    pthread_mutex_lock(&box->lock);
    if (box->wake == NULL)
        glift__lookup_free(lookup);
    else if (glift__mailbox_push(&box->finished, &lookup->item))
        box->wake(box->user);
    let_go(box);
}

static void *run(void *argument)
{
    glift__lookup *lookup = argument;
    look_up(lookup, 0);
    hand_over(lookup);
    return NULL;
}

/* A detached thread that no signal of the program can interrupt. */
static bool start_thread(glift__lookup *lookup)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    bool started = false;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    sigfillset(&all);
    if (pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
            pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0 &&
            pthread_sigmask(SIG_SETMASK, &all, &before) == 0) {
        started = pthread_create(&thread, &attributes, run, lookup) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attributes);
    return started;
}

static glift__lookup *new_lookup(const char *host)
{
    glift__lookup *lookup = calloc(1, sizeof *lookup);
    size_t length = strlen(host);
    if (lookup == NULL || length >= sizeof lookup->host) {
        free(lookup);
        return NULL;
    }
    memcpy(lookup->host, host, length + 1);
    return lookup;
}

glift_status glift__lookup_start(glift__lookups *box, const char *host, void *asker, glift__lookup **out)
{
    glift__lookup *lookup = new_lookup(host);
    if (lookup == NULL)
        return GLIFT_ERR_MEMORY;
    lookup->asker = asker;
    lookup->box = box;
    pthread_mutex_lock(&box->lock);
    box->holders++;
    pthread_mutex_unlock(&box->lock);
    *out = lookup;
    if (start_thread(lookup))
        return GLIFT_OK;
    *out = NULL;
    glift__lookup_free(lookup);
    pthread_mutex_lock(&box->lock);
    let_go(box);
    return GLIFT_ERR_MEMORY;
}

glift__lookup *glift__lookup_of_address(const char *host)
{
    glift__lookup *lookup = new_lookup(host);
    if (lookup == NULL)
        return NULL;
    look_up(lookup, AI_NUMERICHOST);
    if (lookup->address_count > 0)
        return lookup;
    glift__lookup_free(lookup);
    return NULL;
}

glift__lookup *glift__lookups_take(glift__lookups *box)
{
    if (box->taken == NULL)
        box->taken = glift__mailbox_take(&box->finished);
    glift__lookup *lookup = (glift__lookup *)box->taken; /* the item is its first member */
    if (lookup != NULL)
        box->taken = lookup->item.next;
    return lookup;
}

void glift__lookup_free(glift__lookup *lookup)
{
    free(lookup);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever connects to us, by address: how many of them may wait, and how many may join.
 *
 * A guest is a connection that came to our port. It waits until a whole request or an upgrade has come from
 * it. Only so many may wait, of all and of one address, and who comes pushes out the oldest of the address
 * that has most of them: a flood of silent or trickling connections is in its own way, not in that of others.
 */

#include "net_internal.h"
#include "log.h"

#include <arpa/inet.h>
#include <stdlib.h>

enum {
    MAX_WAITING = 256,        /* guests that wait, and no more than half of those who may be here */
    REQUESTS_OF_ADDRESS = 96, /* guests of one address that are no players */
    JOIN_BURST_S = 5,         /* an address that was quiet may join as often at once as in so many seconds */
    TELL_S = 5,               /* between two log lines of refused joins */
};

static const uint64_t second_ns = 1000000000;

struct net_guest {
    net_guest *next; /* the older one */
    struct lws *wsi;
    uint32_t address;
    bool waits, pushed_out;
};

uint32_t net_address_of(struct lws *wsi)
{
    struct sockaddr_in from = {0};
    socklen_t length = sizeof from;
    if (getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&from, &length) != 0 ||
            from.sin_family != AF_INET)
        return 0;
    return from.sin_addr.s_addr;
}

const char *net_address_text(uint32_t address, char text[NET_ADDRESS_SIZE])
{
    struct in_addr from = {.s_addr = address};
    return inet_ntop(AF_INET, &from, text, NET_ADDRESS_SIZE);
}

/* ---- those who wait ---- */

static size_t count_guests(const net *n, uint32_t address, bool only_waiting)
{
    size_t count = 0;
    for (const net_guest *one = n->guests; one != NULL; one = one->next)
        count += one->address == address && !one->pushed_out && (one->waits || !only_waiting);
    return count;
}

/* The oldest one of this address that waits; NULL: none does. */
static net_guest *find_oldest(const net *n, uint32_t address)
{
    net_guest *found = NULL;
    for (net_guest *one = n->guests; one != NULL; one = one->next) { /* the list begins with the newest */
        if (one->waits && !one->pushed_out && one->address == address)
            found = one;
    }
    return found;
}

/* The oldest one that waits, of the address that has most of them; NULL: nobody waits. */
static net_guest *find_oldest_of_most(const net *n)
{
    net_guest *found = NULL;
    size_t most = 0;
    for (net_guest *one = n->guests; one != NULL; one = one->next) {
        if (!one->waits || one->pushed_out)
            continue;
        size_t count =
                found != NULL && found->address == one->address ? most : count_guests(n, one->address, true);
        if (count >= most) {
            found = one;
            most = count;
        }
    }
    return found;
}

static void push_out(net_guest *one)
{
    one->pushed_out = true;
    lws_set_timeout(one->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

static size_t count_waiting(const net *n)
{
    size_t count = 0;
    for (const net_guest *one = n->guests; one != NULL; one = one->next)
        count += one->waits && !one->pushed_out;
    return count;
}

/* Other nets of the loop need descriptors, too. */
static bool is_full(const net *n)
{
    size_t count = 0;
    for (const net_guest *one = n->guests; one != NULL; one = one->next)
        count++;
    return count >= n->desc.connections;
}

int net_guest_came(net *n, struct lws *wsi)
{
    uint32_t address = net_address_of(wsi);
    size_t most_waiting = n->desc.connections / 2 < MAX_WAITING ? n->desc.connections / 2 : MAX_WAITING;
    if (is_full(n))
        return -1;
    bool full = count_guests(n, address, false) >= REQUESTS_OF_ADDRESS + n->desc.players_per_address;
    net_guest *oldest = full ? find_oldest(n, address) : NULL;
    net_guest *one = full && oldest == NULL ? NULL : calloc(1, sizeof *one);
    if (one == NULL)
        return -1;
    if (oldest != NULL)
        push_out(oldest);
    *one = (net_guest){.next = n->guests, .wsi = wsi, .address = address, .waits = true};
    n->guests = one;
    if (count_waiting(n) > most_waiting)
        push_out(find_oldest_of_most(n));
    return 0;
}

void net_guest_asked(net *n, struct lws *wsi)
{
    for (net_guest *one = n->guests; one != NULL; one = one->next) {
        if (one->wsi == wsi)
            one->waits = one->pushed_out = false;
    }
}

void net_guest_left(net *n, struct lws *wsi)
{
    for (net_guest **at = &n->guests; *at != NULL; at = &(*at)->next) {
        if ((*at)->wsi == wsi) {
            net_guest *one = *at;
            *at = one->next;
            free(one);
            return;
        }
    }
}

void net_free_guests(net *n)
{
    while (n->guests != NULL)
        net_guest_left(n, n->guests->wsi);
}

/* ---- those who join ---- */

/* What is known of an address that joined; of those that are not known, the place that was used longest ago.
 */
static net_joiner *find_joiner(net *n, uint32_t address, uint64_t now_ns)
{
    net_joiner *oldest = &n->joiners[0];
    for (size_t i = 0; i < NET_MAX_JOINERS; i++) {
        net_joiner *one = &n->joiners[i];
        if (one->at_ns != 0 && one->address == address)
            return one;
        if (one->at_ns < oldest->at_ns)
            oldest = one;
    }
    *oldest = (net_joiner){
            .address = address, .at_ns = now_ns, .allowance = n->desc.joins_per_second * JOIN_BURST_S};
    return oldest;
}

static bool within_joins(net *n, uint32_t address)
{
    uint64_t now_ns = net_now_ns();
    net_joiner *one = find_joiner(n, address, now_ns);
    double most = n->desc.joins_per_second * JOIN_BURST_S;
    one->allowance += (double)(now_ns - one->at_ns) * 1e-9 * n->desc.joins_per_second;
    one->at_ns = now_ns;
    if (one->allowance > most)
        one->allowance = most;
    if (one->allowance < 1)
        return false;
    one->allowance -= 1;
    return true;
}

/* The first one at once, the further ones by their number. */
static void note_refusal(net *n, uint32_t address, const char *why)
{
    char text[NET_ADDRESS_SIZE];
    if (n->refusals_told_ns == 0) {
        log_of_place(n->desc.place, GLIFT_LOG_WARNING, "arena", "a join from %s was refused: %s",
                net_address_text(address, text), why);
        n->refusals_told_ns = net_now_ns();
    } else {
        n->refusals++;
    }
}

void net_tell_refusals(net *n)
{
    if (n->refusals_told_ns == 0 || net_now_ns() - n->refusals_told_ns < TELL_S * second_ns)
        return;
    if (n->refusals > 0)
        log_of_place(n->desc.place, GLIFT_LOG_WARNING, "arena", "%u further joins were refused within %d s",
                n->refusals, (int)TELL_S);
    n->refusals_told_ns = n->refusals > 0 ? net_now_ns() : 0;
    n->refusals = 0;
}

const char *net_refuse_join(net *n, struct lws *wsi)
{
    static const char many[] = "Too many connections to this server from one address.",
                      often[] = "Too many joins from one address: try again in a moment.";
    uint32_t address = net_address_of(wsi);
    if (net_players_of(n, address) >= n->desc.players_per_address) {
        note_refusal(n, address, "that address has as many connections as one may have");
        return many;
    }
    if (!within_joins(n, address)) {
        note_refusal(n, address, "that address joins too often");
        return often;
    }
    return NULL;
}

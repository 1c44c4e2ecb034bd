/* SPDX-License-Identifier: Apache-2.0 */
/* bench_storm [SERVERS]: the load on the service when all servers of a studio lose it in the same instant and
 * come back.
 *
 * Each server is the real core on the clock of the unit tests, one after the other, since a core knows
 * nothing of the others. What they share is the service: while it is away no dial succeeds; then it lets in
 * so many in a second and refuses the others with HTTP 429, as Amazon does. Of those that come in one second
 * the servers simulated first are let in: the load is the same whoever is preferred, and how long the last
 * one waits is the worst case.
 *
 * Fails where a server does not come back, or where servers dial in step. */
#include "arguments.h"
#include "yes_service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SERVERS = 100000,
    MOST_SERVERS = 1000000,
    CONNECTIONS_PER_S =
            500, /* Amazon's default quota of new WebSocket connections of an account in a region */
    SECONDS = 3600,
    READY_FOR_MS = 50000 /* at most, before the outage: heartbeats are at different places of their minute */
};

typedef struct storm {
    unsigned servers, outage_s, limit; /* limit 0: everybody is let in */
    unsigned dials[SECONDS], let_in[SECONDS], messages[SECONDS];
    unsigned refused;
} storm;

static storm now;

static void on_done(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    if (result->status != GLIFT_OK)
        yes_fail("ProcessReady failed");
}

/* Lets time pass until the server dials; the second of the outage in which it does. */
static unsigned next_dial(glift_server *server, uint64_t start_ms)
{
    while (fake_last_dial()->state != FAKE_DIALLING) {
        uint64_t deadline_ms = glift__core_deadline_ms(fake_last_dial()->link->core);
        if (deadline_ms - start_ms >= (uint64_t)SECONDS * 1000)
            yes_fail("a server does not come back within an hour");
        fake_pass(deadline_ms > fake.now_ms ? deadline_ms - fake.now_ms : 0);
        glift_server_tick(server);
    }
    unsigned second = (unsigned)((fake.now_ms - start_ms) / 1000);
    if (second >= SECONDS)
        yes_fail("a server does not come back within an hour");
    return second;
}

static void come_back(unsigned run, glift__random *dice)
{
    glift_server *server = yes_ready_server(run, on_done);
    fake_pass(((uint64_t)glift__random_next(dice) * READY_FOR_MS) >> 32);
    uint64_t start_ms = fake.now_ms;
    fake_end(fake_dial(0), GLIFT__END_LOST, 0, "reset");
    for (;;) {
        unsigned second = next_dial(server, start_ms);
        now.dials[second]++;
        if (second < now.outage_s) {
            fake_end(fake_last_dial(), GLIFT__END_NO_CONNECTION, 0, "refused");
        } else if (now.limit > 0 && now.let_in[second] >= now.limit) {
            now.refused++;
            fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 429, "");
        } else {
            now.let_in[second]++;
            fake_open(fake_last_dial());
            now.messages[second] += (unsigned)fake_last_dial()->said_count;
            break;
        }
    }
    yes_answer_all(fake_last_dial());
    glift_server_tick(server);
    glift_server_destroy(server);
}

/* The largest number of a span of seconds. */
static unsigned peak(const unsigned *counts, unsigned from, unsigned to)
{
    unsigned most = 0;
    for (unsigned i = from; i < to; i++)
        most = counts[i] > most ? counts[i] : most;
    return most;
}

/* How many seconds after the service's return this share of the servers is connected. */
static unsigned back_after_s(double share)
{
    unsigned sum = 0, second = now.outage_s;
    while (second < SECONDS && (sum += now.let_in[second]) < share * now.servers)
        second++;
    return second + 1 - now.outage_s;
}

/* After ten minutes each server dials about every 16 s, at moments of its own. Without jitter all would dial
 * in one second. */
static void judge(void)
{
    if (now.outage_s >= 600 && peak(now.dials, now.outage_s - 32, SECONDS) > now.servers / 8)
        yes_fail("servers dial in step");
    if (now.limit > 0 && peak(now.let_in, 0, SECONDS) > now.limit)
        yes_fail("more were let in than the limit");
}

static void play(unsigned servers, unsigned outage_s, unsigned limit)
{
    memset(&now, 0, sizeof now);
    now.servers = servers, now.outage_s = outage_s, now.limit = limit;
    glift__random dice = {{1, 2, 3, 4}};
    for (unsigned run = 0; run < servers; run++)
        come_back(run, &dice);
    judge();
    printf("| %u s | %s | %u | %u | %u | %u | %.1f | %u s | %u s | %u s |\n", outage_s,
            limit > 0 ? "yes" : "no", peak(now.dials, 0, outage_s), now.dials[outage_s - 1],
            peak(now.dials, outage_s, SECONDS), peak(now.messages, outage_s, SECONDS),
            (double)now.refused / servers, back_after_s(0.5), back_after_s(0.99), back_after_s(1));
    fflush(stdout);
}

static const char help[] = "Usage: bench_storm [SERVERS]\n"
                           "\n"
                           "Plays so many servers (100000) that lose the service together, and prints what "
                           "they ask of it on its\n"
                           "return. It takes some minutes; sdk/docs/scale.md says what follows.\n";

int main(int count, char **arguments)
{
    static const unsigned outages_s[] = {5, 60, 600};
    int code = arguments_read(count, arguments, 1, help);
    if (code >= 0)
        return code;
    long servers = arguments_number(count, arguments, 1, "SERVERS", 1000, MOST_SERVERS, SERVERS);
    /* A thousand servers against a hundredth of the limit are what a hundred thousand are against all of it.
     */
    unsigned limit = (unsigned)((long long)CONNECTIONS_PER_S * servers / SERVERS);
    printf("%ld servers; limit: %u connections in a second\n\n"
           "| outage | limit | dials/s, most | at its end | on the return, most | messages/s, most |"
           " 429 a server | half back | 99 %% | all |\n|---|---|---|---|---|---|---|---|---|---|\n",
            servers, limit);
    for (size_t i = 0; i < sizeof outages_s / sizeof outages_s[0]; i++) {
        play((unsigned)servers, outages_s[i], 0);
        play((unsigned)servers, outages_s[i], limit);
    }
    return 0;
}

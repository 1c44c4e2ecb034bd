/* SPDX-License-Identifier: Apache-2.0 */
/* bench_matcher: what matches the matcher finds in pools of 10,000, and what a look costs. Seconds are of the
 * processor. The floor of a crowd is a sorted greedy pass: tickets in the order of their value, in the region
 * that is fastest for each, cut into runs that keep the rules about single tickets. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            test_fail(__FILE__, __LINE__, #condition);                                                       \
    } while (0)

_Noreturn static void test_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "bench_matcher: %s:%d: %s\n", file, line, what);
    exit(1);
}

#include "arguments.h"
#include "local_matcher_pools.h"

enum { CROWD = 10000, REGIONS = 3 };

#define CLOSE(limit)                                                                                         \
    "{\"name\":\"Close\",\"type\":\"batchDistance\",\"batchAttribute\":\"skill\",\"maxDistance\":" #limit "}"
#define FAIR(limit)                                                                                          \
    "{\"name\":\"Fair\",\"type\":\"distance\",\"measurements\":[\"avg(teams[*].players.attributes[skill])"   \
    "\"],"                                                                                                   \
    "\"referenceValue\":\"avg(flatten(teams[*].players.attributes[skill]))\",\"maxDistance\":" #limit "}"
#define PING "{\"name\":\"Ping\",\"type\":\"latency\",\"maxLatency\":100}"

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void figure(const char *name, double value, const char *unit)
{
    printf("figure %s %.6g %s\n", name, value, unit);
    fflush(stdout);
}

static void begin(pool *p, int players, const char *rules, size_t room, uint64_t seed)
{
    char text[2048];
    snprintf(text, sizeof text,
            "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"}]"
            ",\"teams\":["
            "{\"name\":\"t\",\"minPlayers\":%d,\"maxPlayers\":%d,\"quantity\":2}],\"rules\":[%s]}",
            players, players, rules);
    pool_begin(p, text, room, seed);
}

static pool_ticket *make_at_random(pool *p)
{
    static const char *const regions[REGIONS] = {"north", "south", "west"};
    pool_ticket *ticket = pool_add(p, 1);
    ticket->attributes[0][0].number = floor(pool_number(p, 0, 3000));
    for (size_t i = 0; i < REGIONS; i++)
        ticket->latencies[0][i] = (glift_player_latency){regions[i], 10 + (int)(pool_random(p) % 190)};
    ticket->players[0].latency_count = REGIONS;
    return ticket;
}

typedef struct cost {
    double longest_s, all_s;
} cost;

static void look(pool *p, cost *spent)
{
    local_matcher_look what = {.now_ms = p->now_ms, .settle_ms = 1000, .units = LOCAL_MATCHER_UNITS};
    local_candidate *const *matched;
    double before = cpu_s();
    unsigned matches = local_matcher_run(p->matcher, &what);
    double took = cpu_s() - before;
    p->matches += matches;
    p->matched += matches > 0 ? local_matcher_matched(p->matcher, &matched) : 0;
    spent->all_s += took;
    spent->longest_s = took > spent->longest_s ? took : spent->longest_s;
}

/* ---- crowds ---- */

typedef struct sorted_ticket {
    double value;
    int home;
} sorted_ticket;

static int in_order(const void *left, const void *right)
{
    const sorted_ticket *a = left, *b = right;
    if (a->home != b->home)
        return a->home - b->home;
    return (a->value > b->value) - (a->value < b->value);
}

static size_t greedy(const pool *p, double width, bool latency)
{
    static sorted_ticket sorted[CROWD];
    size_t matches = 0, count = 0;
    for (size_t i = 0; i < p->count; i++) {
        const glift_player_latency *to = p->tickets[i].latencies[0];
        sorted_ticket *at = &sorted[count];
        *at = (sorted_ticket){p->tickets[i].attributes[0][0].number, 0};
        for (int k = 1; latency && k < REGIONS; k++)
            at->home = to[k].latency_ms < to[at->home].latency_ms ? k : at->home;
        count += !latency || to[at->home].latency_ms <= 100;
    }
    qsort(sorted, count, sizeof *sorted, in_order);
    for (size_t i = 0; i + 10 <= count;) {
        size_t end = i;
        while (end < i + 10 && sorted[end].home == sorted[i].home &&
                sorted[end].value - sorted[i].value <= width)
            end++;
        matches += end == i + 10;
        i = end == i + 10 ? end : i + 1;
    }
    return matches;
}

static void crowd(const char *name, const char *rules, double width, bool latency)
{
    pool p;
    cost spent = {0};
    char text[64];
    begin(&p, 5, rules, CROWD, 7);
    for (int i = 0; i < CROWD; i++)
        pool_enter(&p, make_at_random(&p));
    size_t floor_of = greedy(&p, width, latency);
    for (p.now_ms = 0; p.now_ms <= 2000; p.now_ms += 100)
        look(&p, &spent);
    snprintf(text, sizeof text, "crowd_%s", name);
    figure(text, (double)p.matches, "matches");
    snprintf(text, sizeof text, "crowd_%s_floor", name);
    figure(text, (double)floor_of, "matches");
    snprintf(text, sizeof text, "crowd_%s_longest_look", name);
    figure(text, spent.longest_s * 1e3, "ms");
    pool_end(&p);
}

/* ---- a stream ---- */

static void enter_now(pool *p, pool_ticket *ticket)
{
    ticket->candidate.start_ms = p->now_ms;
    pool_enter(p, ticket);
}

/* The tickets are made before: their texts, in memory that is touched for the first time, cost more than a
 * third of what the matcher takes for them. */
static void stream(size_t per_second, int seconds)
{
    pool p;
    cost spent = {0};
    size_t all = per_second * (size_t)seconds, entered = 0;
    begin(&p, 5, CLOSE(100), all, 9);
    for (size_t i = 0; i < all; i++)
        make_at_random(&p);
    double before = cpu_s();
    for (int half = 0; half < 2 * seconds; half++) {
        p.now_ms = (uint64_t)half * 500;
        for (size_t i = 0; i < per_second / 2; i++)
            enter_now(&p, &p.tickets[entered++]);
        look(&p, &spent);
        for (int more = 0; more < 4 && local_matcher_is_busy(p.matcher); more++) {
            p.now_ms += 100;
            look(&p, &spent);
        }
    }
    figure("stream_of_5000_a_second", (cpu_s() - before) / seconds * 100, "% of a core");
    figure("stream_matched", (double)p.matched * 100 / (double)p.count, "%");
    figure("stream_longest_look", spent.longest_s * 1e3, "ms");
    pool_end(&p);
}

/* ---- a pair among strangers, and nobody who fits ---- */

static void strangers(bool pair)
{
    pool p;
    cost spent = {0};
    begin(&p, 1, CLOSE(10), CROWD + 600, 3);
    for (int i = 0; i < CROWD; i++)
        pool_skilled(&p, pair && i == CROWD - 1 ? 5 : i * 100);
    while (p.matches == 0 && p.now_ms <= 10000) {
        look(&p, &spent);
        p.now_ms += 100;
    }
    if (pair) {
        figure("pair_among_10000_after", (double)(p.matches > 0 ? p.now_ms - 100 : 10000), "simulated ms");
        pool_end(&p);
        return;
    }
    spent = (cost){0};
    for (int half = 0; half < 10; half++, p.now_ms += 500) {
        for (int i = 0; i < 50; i++)
            pool_skilled(&p, (double)(CROWD + half * 50 + i) * 100);
        look(&p, &spent);
    }
    figure("never_10000_and_100_arrivals_a_second", spent.all_s / 5 * 100, "% of a core");
    figure("never_longest_look", spent.longest_s * 1e3, "ms");
    pool_end(&p);
}

/* ---- teams that balance in one way ---- */

/* Ten of the tickets, anywhere among them, make two teams whose sums are equal. */
static void plant(pool *p, size_t tickets)
{
    double values[64], sum = 0;
    for (size_t i = 0; i < tickets; i++) {
        values[i] = i == 9 ? sum : floor(pool_number(p, 0, 1000000));
        sum += i < 5 ? values[i] : -values[i];
    }
    for (size_t i = tickets; i > 1; i--) {
        size_t k = pool_random(p) % i;
        double swapped = values[i - 1];
        values[i - 1] = values[k];
        values[k] = swapped;
    }
    for (size_t i = 0; i < tickets; i++)
        pool_skilled(p, values[i]);
}

static void subset_sums(size_t tickets, int pools)
{
    int found = 0;
    uint64_t longest_ms = 0;
    cost spent = {0};
    for (int i = 0; i < pools; i++) {
        pool p;
        begin(&p, 5, FAIR(0.01), tickets, (uint64_t)i + 100);
        plant(&p, tickets);
        for (; p.matches == 0 && p.now_ms <= 60000; p.now_ms += 100)
            look(&p, &spent);
        found += p.matches > 0;
        longest_ms = p.now_ms > longest_ms ? p.now_ms : longest_ms;
        pool_end(&p);
    }
    figure("subset_sums_of_14_found", found, "of 20");
    figure("subset_sums_of_14_longest", (double)longest_ms - 100, "simulated ms");
    figure("subset_sums_longest_look", spent.longest_s * 1e3, "ms");
}

static const char help[] = "Usage: bench_matcher\n"
                           "\n"
                           "Prints what the matcher of gamelift-local finds in large pools beside a sorted "
                           "greedy pass, and what "
                           "a\n"
                           "look costs.\n";

int main(int count, char **arguments)
{
    int code = arguments_read(count, arguments, 0, help);
    if (code >= 0)
        return code;
    crowd("one_rule", CLOSE(100), 100, false);
    crowd("two_rules_and_latency", CLOSE(100) "," FAIR(20) "," PING, 100, true);
    crowd("tight_rule", CLOSE(10), 10, false);
    stream(5000, 10);
    strangers(true);
    strangers(false);
    subset_sums(14, 20);
    return 0;
}

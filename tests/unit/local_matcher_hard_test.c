/* SPDX-License-Identifier: Apache-2.0 */
/* Pools that are hard to match: two who fit among thousands who do not, teams that balance in one way alone,
 * crowds, and tickets that never match. Time is simulated, and work is counted in units. GLIFT_LONG=1: larger
 * ones. */

#include <stdarg.h>

#include "local_matcher_pools.h"

static bool is_long(void)
{
    return getenv("GLIFT_LONG") != NULL;
}

static const char one_each[] = "{\"name\":\"a\",\"minPlayers\":1,\"maxPlayers\":1},"
                               "{\"name\":\"b\",\"minPlayers\":1,\"maxPlayers\":1}";
static const char five_each[] = "{\"name\":\"a\",\"minPlayers\":5,\"maxPlayers\":5},"
                                "{\"name\":\"b\",\"minPlayers\":5,\"maxPlayers\":5}";

/* Attributes skill, rank (numbers) and words (a list). */
static const char *rule_set(const char *teams, const char *rules)
{
    static char text[4096];
    snprintf(text, sizeof text,
            "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"},"
            "{\"name\":\"rank\",\"type\":\"number\",\"default\":0},"
            "{\"name\":\"words\",\"type\":\"string_list\",\"default\":[]}],\"teams\":[%s],\"rules\":[%s]}",
            teams, rules);
    return text;
}

#define CLOSE(limit)                                                                                         \
    "{\"name\":\"Close\",\"type\":\"batchDistance\",\"batchAttribute\":\"skill\",\"maxDistance\":" #limit "}"
#define FAIR(limit)                                                                                          \
    "{\"name\":\"Fair\",\"type\":\"distance\",\"measurements\":[\"avg(teams[*].players.attributes[skill])"   \
    "\"],"                                                                                                   \
    "\"referenceValue\":\"avg(flatten(teams[*].players.attributes[skill]))\",\"maxDistance\":" #limit "}"
#define WORDS                                                                                                \
    "{\"name\":\"Words\",\"type\":\"collection\",\"operation\":\"intersection\",\"minCount\":3,"             \
    "\"measurements\":[\"flatten(teams[*].players.attributes[words])\"]}"
#define PING "{\"name\":\"Ping\",\"type\":\"latency\",\"maxLatency\":100}"

/* ---- two who fit among many who do not ---- */

static char texts[20000][16];

/* Three words that nobody else has together. */
static void set_words(pool_ticket *ticket, size_t number)
{
    static const size_t steps[] = {1, 37, 1009};
    for (size_t i = 0; i < 3; i++) {
        size_t word = (number * steps[i] + i * 7) % 20000;
        snprintf(texts[word], sizeof texts[word], "w%zu", word);
        ticket->words[0][i] = texts[word];
    }
    ticket->attributes[0][2].string_list = ticket->words[0];
    ticket->attributes[0][2].string_count = 3;
}

static void add_stranger(pool *p, size_t number)
{
    pool_ticket *ticket = pool_add(p, 1);
    ticket->attributes[0][0].number = (double)number * 100;
    ticket->attributes[0][1].number = (double)(pool_random(p) % 1000);
    set_words(ticket, number);
    ticket->latencies[0][0] = (glift_player_latency){"home", number % 2 == 0 ? 40 : 90};
    ticket->players[0].latency_count = 1;
    pool_enter(p, ticket);
}

TEST(two_who_fit_are_found_among_any_number_of_strangers)
{
    static const char *const rules[] = {CLOSE(10), FAIR(5), WORDS, WORDS "," PING,
            "{\"name\":\"Wide\",\"type\":\"batchDistance\",\"batchAttribute\":\"rank\",\"maxDistance\":900}"
            "," CLOSE(10)};
    size_t strangers = is_long() ? 9990 : 3000;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        pool p;
        pool_begin(&p, rule_set(one_each, rules[i]), strangers + 2, i);
        for (size_t k = 0; k <= strangers + 1; k++)
            add_stranger(&p, k == strangers + 1 ? 1 : k + 1); /* the last one is like the first */
        uint64_t found_ms = 0;
        while (p.matches == 0 && p.now_ms < 20000) {
            pool_look(&p, p.now_ms);
            found_ms = p.now_ms;
            p.now_ms += 100;
        }
        printf("# rule %zu: found after %llu ms, %ld units in a look\n", i, (unsigned long long)found_ms,
                p.most_units);
        CHECK_INT(p.matches, 1);
        CHECK(p.tickets[0].candidate.match != 0 && p.tickets[strangers + 1].candidate.match != 0);
        CHECK(found_ms <= 2000);
        CHECK(p.most_units < LOCAL_MATCHER_UNITS + LOCAL_MATCHER_UNITS / 10);
        pool_end(&p);
    }
}

/* ---- teams that balance in few ways ---- */

/* Ten of them make two teams whose sums are equal, and no other ten do but by chance. */
static void plant(pool *p, size_t tickets, double noise)
{
    double values[64], left = 0, right = 0;
    for (size_t i = 0; i < tickets; i++)
        values[i] = floor(pool_number(p, 0, 1000000));
    for (size_t i = 0; i < 5; i++) {
        left += values[i];
        right += i < 4 ? values[5 + i] : 0;
    }
    values[9] = left - right +
                noise; /* may be outside of the range of the others, which helps nobody to find it */
    for (size_t i = tickets; i > 1; i--) {
        size_t k = pool_random(p) % i;
        double swapped = values[i - 1];
        values[i - 1] = values[k];
        values[k] = swapped;
    }
    for (size_t i = 0; i < tickets; i++)
        pool_skilled(p, values[i]);
}

TEST(one_balanced_match_hidden_among_others_is_found)
{
    int found = 0, pools = is_long() ? 20 : 3;
    size_t tickets = is_long() ? 14 : 12;
    uint64_t longest_ms = 0;
    for (int i = 0; i < pools; i++) {
        pool p;
        pool_begin(&p, rule_set(five_each, FAIR(0.01)), tickets, (uint64_t)i + 100);
        plant(&p, tickets, 0);
        while (p.matches == 0 && p.now_ms < 60000) {
            pool_look(&p, p.now_ms);
            longest_ms = p.matches > 0 && p.now_ms > longest_ms ? p.now_ms : longest_ms;
            p.now_ms += 100;
        }
        found += p.matches > 0;
        CHECK(p.most_units < LOCAL_MATCHER_UNITS);
        pool_end(&p);
    }
    printf("# %d of %d, the last after %llu ms\n", found, pools, (unsigned long long)longest_ms);
    CHECK_INT(found, pools);
}

/* ---- crowds ---- */

static void burst(const char *rules, size_t tickets, size_t least, bool latency)
{
    pool p;
    static const char *const regions[] = {"north", "south", "west"};
    pool_begin(&p, rule_set(five_each, rules), tickets, 7);
    for (size_t i = 0; i < tickets; i++) {
        pool_ticket *ticket = pool_add(&p, 1);
        ticket->attributes[0][0].number = floor(pool_number(&p, 0, 3000));
        for (size_t k = 0; latency && k < 3; k++)
            ticket->latencies[0][k] = (glift_player_latency){regions[k], 10 + (int)(pool_random(&p) % 190)};
        ticket->players[0].latency_count = latency ? 3 : 0;
        pool_enter(&p, ticket);
    }
    pool_run(&p, 2000);
    printf("# %zu matches of %zu tickets after %llu ms, %ld units in a look\n", p.matches, tickets,
            (unsigned long long)p.now_ms, p.most_units);
    CHECK(p.matches >= least);
    pool_end(&p);
}

TEST(a_crowd_loses_few_matches)
{
    /* The thinner the crowd, the more are left over between two windows. */
    size_t tickets = is_long() ? 10000 : 3000, whole = tickets / 10, most = is_long() ? 98 : 96;
    burst(CLOSE(100), tickets, whole * most / 100, false);
    burst(CLOSE(30), tickets, whole * (most - 10) / 100, false);
    burst(FAIR(10), tickets, whole * 98 / 100, false);
    burst(CLOSE(100) "," FAIR(20) "," PING, tickets, whole * 7 / 10, true);
}

/* ---- what never matches ---- */

TEST(tickets_that_never_match_cost_nothing_once_they_were_looked_at)
{
    static const char *const rules[] = {CLOSE(10), WORDS, WORDS "," PING, FAIR(5)};
    size_t strangers = is_long() ? 10000 : 2000;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        pool p;
        pool_begin(&p, rule_set(one_each, rules[i]), strangers + 1, i);
        for (size_t k = 0; k < strangers; k++)
            add_stranger(&p, k);
        pool_run(&p, 60000);
        CHECK_INT(p.matches, 0);
        CHECK(!local_matcher_is_busy(p.matcher));
        printf("# rule %zu: quiet after %llu ms\n", i, (unsigned long long)p.now_ms);
        p.most_units = 0;
        pool_look(&p, p.now_ms + 100);
        CHECK_INT(p.most_units, 0);
        add_stranger(&p, strangers);
        pool_look(&p, p.now_ms + 200);
        printf("# rule %zu: one arrival costs %ld units\n", i, p.most_units);
        CHECK(p.most_units < 40000);
        pool_end(&p);
    }
}

/* ---- rule sets that cost much ---- */

TEST(no_rule_set_makes_a_look_cost_more_than_its_share)
{
    static char text[60000];
    static const char *const teams[] = {
            "{\"name\":\"t\",\"minPlayers\":1,\"maxPlayers\":1,\"quantity\":40}", five_each};
    for (size_t i = 0; i < 2; i++) {
        int rules = i == 0 ? 20 : LOCAL_RULE_SET_MAX_RULES;
        size_t at = (size_t)snprintf(text, sizeof text,
                "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":[{\"name\":\"skill\",\"type\":"
                "\"number\"}],"
                "\"teams\":[%s],\"rules\":[",
                teams[i]);
        for (int k = 0; k < rules; k++)
            at += (size_t)snprintf(text + at, sizeof text - at,
                    "%s{\"name\":\"r%d\",\"type\":\"distance\",\"measurements\":["
                    "\"avg(teams[*].players.attributes[skill])\"],\"referenceValue\":"
                    "\"median(flatten(teams[*].players.attributes[skill]))\",\"maxDistance\":%d}",
                    k == 0 ? "" : ",", k, 5 + k);
        snprintf(text + at, sizeof text - at, "]}");
        pool p;
        pool_begin(&p, text, 200, i);
        for (int k = 0; k < 160; k++)
            pool_skilled(&p, pool_number(&p, 0, 3000));
        for (int look = 0; look < 10; look++)
            pool_look(&p, p.now_ms + 100);
        printf("# %d rules: %ld units in a look\n", rules, p.most_units);
        CHECK(p.most_units < LOCAL_MATCHER_UNITS + LOCAL_MATCHER_UNITS / 10);
        pool_end(&p);
    }
}

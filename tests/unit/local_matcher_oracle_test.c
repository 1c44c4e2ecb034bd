/* SPDX-License-Identifier: Apache-2.0 */
/* Does the matcher find a match wherever there is one? Small pools at random, of every kind of rule, against
 * an oracle that tries everything by the definition of the rules. GLIFT_LONG=1: many more of them. */

#include <stdarg.h>

#include "local_matcher_pools.h"

enum { MOST_TICKETS = 9 };

static const char *const words[] = {"pit", "ice", "sky", "sea", "fog"};

/* ---- rule sets at random ---- */

/* Of one rule without its name; %g is a limit. */
static const struct {
    const char *text;
    double low, high;
} kinds[] = {
        {"\"type\":\"batchDistance\",\"batchAttribute\":\"a\",\"maxDistance\":%g", 5, 60},
        {"\"type\":\"batchDistance\",\"batchAttribute\":\"b\",\"maxDistance\":%g,\"partyAggregation\":"
         "\"max\"",
                5, 60},
        {"\"type\":\"batchDistance\",\"batchAttribute\":\"mode\"", 0, 0},
        {"\"type\":\"comparison\",\"operation\":\">=\",\"referenceValue\":%g,"
         "\"measurements\":[\"players.attributes[a]\"]",
                0, 50},
        {"\"type\":\"comparison\",\"operation\":\"!=\",\"referenceValue\":\"x\","
         "\"measurements\":[\"teams[t1].players.attributes[mode]\"]",
                0, 0},
        {"\"type\":\"comparison\",\"operation\":\"=\",\"measurements\":[\"flatten(teams[*].players."
         "attributes[mode])\"]",
                0, 0},
        {"\"type\":\"comparison\",\"operation\":\"=\",\"measurements\":[\"max(count(teams[*].players))\"],"
         "\"referenceValue\":\"min(count(teams[*].players))\"",
                0, 0},
        {"\"type\":\"distance\",\"measurements\":[\"avg(teams[*].players.attributes[a])\"],"
         "\"referenceValue\":\"avg(flatten(teams[*].players.attributes[a]))\",\"maxDistance\":%g",
                1, 15},
        {"\"type\":\"distance\",\"measurements\":[\"flatten(teams[*].players.attributes[b])\"],"
         "\"referenceValue\":\"avg(flatten(teams[*].players.attributes[b]))\",\"maxDistance\":%g",
                5, 30},
        {"\"type\":\"distance\",\"measurements\":[\"max(flatten(teams[*].players.attributes[b]))\"],"
         "\"referenceValue\":\"min(flatten(teams[*].players.attributes[b]))\",\"maxDistance\":%g",
                10, 60},
        {"\"type\":\"distance\",\"measurements\":[\"median(flatten(teams[*].players.attributes[a]))\"],"
         "\"referenceValue\":50,\"minDistance\":%g",
                1, 20},
        {"\"type\":\"comparison\",\"operation\":\"<=\",\"measurements\":[\"stddev(flatten(teams[*].players."
         "attributes[a]))\"],"
         "\"referenceValue\":%g",
                5, 25},
        {"\"type\":\"comparison\",\"operation\":\">=\",\"measurements\":[\"sum(teams[t1].players.attributes["
         "b])\"],"
         "\"referenceValue\":\"%g\"",
                20, 120},
        {"\"type\":\"collection\",\"operation\":\"intersection\",\"minCount\":1,"
         "\"measurements\":[\"flatten(teams[*].players.attributes[maps])\"]",
                0, 0},
        {"\"type\":\"collection\",\"operation\":\"intersection\",\"minCount\":1,\"partyAggregation\":"
         "\"intersection\","
         "\"measurements\":[\"teams[*].players.attributes[maps]\"]",
                0, 0},
        {"\"type\":\"collection\",\"operation\":\"contains\",\"referenceValue\":\"pit\",\"minCount\":1,"
         "\"maxCount\":2,"
         "\"measurements\":[\"teams[*].players.attributes[maps]\"]",
                0, 0},
        {"\"type\":\"collection\",\"operation\":\"reference_intersection_count\",\"maxCount\":0,"
         "\"measurements\":[\"flatten(teams[*].players.attributes[foes])\"],"
         "\"referenceValue\":\"flatten(teams[*].players[playerId])\"",
                0, 0},
        {"\"type\":\"collection\",\"operation\":\"reference_intersection_count\",\"minCount\":1,"
         "\"measurements\":[\"flatten(teams[*].players.attributes[maps])\"],"
         "\"referenceValue\":\"set_intersection(flatten(teams[*].players.attributes[maps]))\"",
                0, 0},
        {"\"type\":\"latency\",\"maxLatency\":%g", 30, 120},
        {"\"type\":\"latency\",\"maxLatency\":150,\"maxDistance\":%g,\"distanceReference\":\"avg\"", 10, 60},
        {"\"type\":\"latency\",\"maxDistance\":%g,\"distanceReference\":\"min\"", 20, 90},
        {"\"type\":\"absoluteSort\",\"sortDirection\":\"descending\",\"sortAttribute\":\"a\"", 0, 0},
        {"\"type\":\"distanceSort\",\"sortDirection\":\"ascending\",\"sortAttribute\":\"b\"", 0, 0},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

typedef struct writer {
    char text[8192];
    size_t length;
} writer;

__attribute__((format(printf, 2, 3))) static void write_text(writer *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    w->length += (size_t)vsnprintf(w->text + w->length, sizeof w->text - w->length, format, arguments);
    va_end(arguments);
}

static void write_rule(writer *w, pool *p, size_t index, const char *name)
{
    char text[512];
    double limit = floor(pool_number(p, kinds[index].low, kinds[index].high + 1));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, kinds[index].text, limit);
#pragma GCC diagnostic pop
    write_text(w, "{\"name\":\"%s\",%s}", name, text);
}

/* Some rules count through a statement alone. */
static void write_compound(writer *w, pool *p)
{
    static const char *const statements[] = {"or(c0, c1)", "xor(c0, c1)", "and(c0, not(c1))", "and(c0, c1)"};
    size_t first = 3 + pool_random(p) % 9, second = 3 + pool_random(p) % 9;
    write_rule(w, p, first, "c0");
    write_text(w, ",");
    write_rule(w, p, second, "c1");
    write_text(w, ",{\"name\":\"c\",\"type\":\"compound\",\"statement\":\"%s\"}",
            statements[pool_random(p) % 4]);
}

static void write_rules(writer *w, pool *p)
{
    size_t rules = 1 + pool_random(p) % 3;
    write_text(w, "\"rules\":[");
    for (size_t i = 0; i < rules; i++) {
        char name[24];
        snprintf(name, sizeof name, "r%zu", i);
        if (i > 0)
            write_text(w, ",");
        write_rule(w, p, pool_random(p) % KINDS, name);
    }
    if (pool_random(p) % 4 == 0) {
        write_text(w, ",");
        write_compound(w, p);
    }
    write_text(w, "]");
}

static void write_teams(writer *w, pool *p)
{
    int teams = 1 + (int)(pool_random(p) % 3);
    write_text(w, "\"teams\":[");
    for (int i = 1; i <= teams; i++) {
        int least = (int)(pool_random(p) % 3) + (teams == 1),
            most = least + (int)(pool_random(p) % 2) + (least == 0);
        write_text(w, "%s{\"name\":\"t%d\",\"minPlayers\":%d,\"maxPlayers\":%d}", i > 1 ? "," : "", i, least,
                most);
    }
    write_text(w, "],");
}

/* Limits that change with age, wider or narrower, of the kinds of rule that have a maxDistance at r0. */
static void write_expansion(writer *w, pool *p)
{
    const char *at = strstr(w->text, "\"name\":\"r0\""), *end = at != NULL ? strchr(at, '}') : NULL;
    const char *limit = at != NULL ? strstr(at, "\"maxDistance\"") : NULL;
    if (limit == NULL || limit > end || pool_random(p) % 2 == 0)
        return;
    write_text(w,
            ",\"expansions\":[{\"target\":\"rules[r0].maxDistance\",\"steps\":[{\"waitTimeSeconds\":5,"
            "\"value\":%u},{\"waitTimeSeconds\":10,\"value\":%u}]}]",
            pool_random(p) % 3 == 0 ? 2 : 40, pool_random(p) % 3 == 0 ? 5 : 80);
}

static const char *make_rule_set(writer *w, pool *p)
{
    w->length = 0;
    write_text(w,
            "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":[{\"name\":\"a\",\"type\":\"number\"},"
            "{\"name\":\"b\",\"type\":\"number\"},{\"name\":\"mode\",\"type\":\"string\",\"default\":\"x\"},"
            "{\"name\":\"maps\",\"type\":\"string_list\",\"default\":[]},"
            "{\"name\":\"foes\",\"type\":\"string_list\",\"default\":[]}],");
    write_text(w, "\"algorithm\":{\"expansionAgeSelection\":\"%s\"},",
            pool_random(p) % 4 == 0 ? "oldest" : "newest");
    write_teams(w, p);
    write_rules(w, p);
    write_expansion(w, p);
    write_text(w, "}");
    return w->text;
}

/* ---- tickets at random ---- */

static void make_player(pool *p, pool_ticket *ticket, size_t at)
{
    static const char *const modes[] = {"x", "y", "z"};
    static const char *const regions[] = {"north", "south", "west"};
    glift_player_attribute *attributes = ticket->attributes[at];
    attributes[0].number = floor(pool_number(p, 0, 100));
    attributes[1].number = floor(pool_number(p, 0, 100));
    attributes[2].string = modes[pool_random(p) % 3];
    size_t first = pool_random(p) % 5;
    ticket->words[at][0] = words[first];
    ticket->words[at][1] = words[(first + 1 + pool_random(p) % 4) % 5];
    attributes[3].string_list = ticket->words[at];
    attributes[3].string_count = 2;
    static char foes[8][24];
    size_t foe = pool_random(p) % 8;
    snprintf(foes[foe], sizeof foes[foe], "p%zu-0", foe);
    ticket->words[at][2] = foes[foe];
    attributes[4].string_list = &ticket->words[at][2];
    attributes[4].string_count = pool_random(p) % 3 == 0;
    for (size_t i = 0; i < 3; i++) {
        if (pool_random(p) % 4 != 0)
            ticket->latencies[at][ticket->players[at].latency_count++] =
                    (glift_player_latency){regions[i], 10 + (int)(pool_random(p) % 190)};
    }
}

static void make_ticket(pool *p)
{
    size_t players = pool_random(p) % 4 == 0 ? 2 + pool_random(p) % 2 : 1;
    bool backfill = pool_random(p) % 10 == 0;
    pool_ticket *ticket = pool_add(p, players);
    for (size_t i = 0; i < players; i++)
        make_player(p, ticket, i);
    ticket->candidate.start_ms = 1000 * (pool_random(p) % 14);
    if (!backfill)
        return;
    ticket->candidate.backfill = true;
    ticket->candidate.free_seats = 1 + (int)(pool_random(p) % 3);
    for (size_t i = 0; i < players; i++)
        ticket->players[i].team = p->rule_set->teams[pool_random(p) % p->rule_set->team_count].name;
}

/* ---- the oracle ---- */

typedef struct oracle {
    pool *p;
    local_candidate *chosen[MOST_TICKETS];
    size_t count;
    int players[3];
} oracle;

static bool is_too_many(const oracle *o)
{
    for (size_t i = 0; i < o->p->rule_set->team_count; i++) {
        int most = 0; /* at any age */
        for (uint64_t age_ms = 0; age_ms <= 20000; age_ms += 5000) {
            int then = local_rule_set_max_players(o->p->rule_set, i, age_ms);
            most = then > most ? then : most;
        }
        if (o->players[i] > most)
            return true;
    }
    return false;
}

/* Is there a match among the chosen and the tickets from here on? */
static bool there_is_a_match(oracle *o, size_t from)
{
    if (o->count > 0 && pool_fault(o->p, o->chosen, o->count) == NULL)
        return true;
    for (size_t i = from; i < o->p->count; i++) {
        local_candidate *ticket = &o->p->tickets[i].candidate;
        int teams = ticket->backfill ? 1 : (int)o->p->rule_set->team_count;
        for (int team = 0; team < teams; team++) {
            const oracle before = *o;
            ticket->team = ticket->backfill ? -1 : team;
            o->chosen[o->count++] = ticket;
            for (size_t k = 0; k < ticket->player_count; k++)
                o->players[ticket->backfill
                                   ? local_rule_set_find_team(o->p->rule_set, ticket->players[k].team)
                                   : team]++;
            if (!is_too_many(o) && there_is_a_match(o, i + 1))
                return true;
            *o = before;
        }
    }
    return false;
}

/* ---- the two of them ---- */

static size_t solvable, missed;

/* Until there is no work left. Time stands still, as it does for the oracle. */
static void look_out(pool *p)
{
    for (int look = 0; look == 0 || (local_matcher_is_busy(p->matcher) && look < 1000); look++)
        pool_look(p, p->now_ms);
}

/* All tickets come together, or one after the other until there is a match. */
static void compare(uint64_t seed, bool one_by_one)
{
    pool p, source = {.random = seed * 0x9E3779B97F4A7C15u + 77};
    writer w;
    const char *rule_set = make_rule_set(&w, &source);
    pool_begin(&p, rule_set, MOST_TICKETS, seed);
    p.settle_ms = 0;
    p.now_ms = 14000;
    size_t tickets = 2 + pool_random(&p) % (MOST_TICKETS - 3);
    for (size_t i = 0; i < tickets; i++)
        make_ticket(&p);
    oracle o = {.p = &p};
    bool expected = there_is_a_match(&o, 0);
    for (size_t i = 0; i < p.count && p.matches == 0; i++) {
        pool_enter(&p, &p.tickets[i]);
        if (one_by_one)
            look_out(&p);
    }
    look_out(&p);
    if (one_by_one && !expected && p.matches == 0) { /* nobody comes any more, and all grow older */
        p.now_ms = 25000;
        expected = there_is_a_match(&(oracle){.p = &p}, 0);
        look_out(&p);
    }
    solvable += expected;
    if ((p.matches > 0) != expected) {
        printf("# seed %llu: %s\n# %s\n", (unsigned long long)seed, expected ? "missed" : "invented",
                rule_set);
        missed++;
    }
    pool_end(&p);
}

TEST(a_match_is_found_wherever_there_is_one_whoever_came_last)
{
    uint64_t pools = getenv("GLIFT_LONG") != NULL ? 20000 : 800;
    for (int one_by_one = 0; one_by_one < 2; one_by_one++) {
        solvable = 0;
        for (uint64_t seed = 1; seed <= pools; seed++)
            compare(seed, one_by_one);
        printf("# %zu of %llu pools have a match\n", solvable, (unsigned long long)pools);
        CHECK_INT(missed, 0);
        CHECK(solvable > pools / 5);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The eleven kinds of rule set that the FlexMatch guide describes as examples, written anew from the
 * descriptions: each is read, and makes the match that it is meant to make. */

#include "local_matcher_pools.h"

#define HEAD "{\"ruleLanguageVersion\":\"1.0\","

static pool p;

/* A player whose attributes are the defaults; set before pool_enter(). */
static pool_ticket *player(void)
{
    return pool_add(&p, 1);
}

static void set_latency(pool_ticket *ticket, const char *region, int latency_ms)
{
    ticket->latencies[0][ticket->players[0].latency_count++] = (glift_player_latency){region, latency_ms};
}

static void set_words(pool_ticket *ticket, size_t attribute, size_t at, const char *one, const char *other)
{
    ticket->words[0][at] = one;
    ticket->words[0][at + 1] = other;
    ticket->attributes[0][attribute].string_list = &ticket->words[0][at];
    ticket->attributes[0][attribute].string_count = other != NULL ? 2 : 1;
}

static size_t matched_on_team(int team)
{
    size_t count = 0;
    for (size_t i = 0; i < p.count; i++)
        count += p.tickets[i].candidate.match != 0 && p.tickets[i].candidate.team == team;
    return count;
}

TEST(example_1_two_teams_of_like_skill_and_size)
{
    pool_begin(&p,
            HEAD
            "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\",\"default\":10}],"
            "\"teams\":[{\"name\":\"cowboys\",\"minPlayers\":4,\"maxPlayers\":8},"
            "{\"name\":\"aliens\",\"minPlayers\":4,\"maxPlayers\":8}],\"rules\":["
            "{\"name\":\"Fair\",\"type\":\"distance\",\"measurements\":[\"avg(teams[*].players.attributes["
            "skill])\"],"
            "\"referenceValue\":\"avg(flatten(teams[*].players.attributes[skill]))\",\"maxDistance\":10},"
            "{\"name\":\"Even\",\"type\":\"comparison\",\"measurements\":[\"count(teams[cowboys].players)\"],"
            "\"referenceValue\":\"count(teams[aliens].players)\",\"operation\":\"=\"}],"
            "\"expansions\":[{\"target\":\"rules[Fair].maxDistance\",\"steps\":["
            "{\"waitTimeSeconds\":5,\"value\":50},{\"waitTimeSeconds\":15,\"value\":100}]}]}",
            16, 1);
    for (size_t i = 0; i < 9; i++)
        pool_skilled(&p, (double)(i * i * 10));
    CHECK_INT(pool_look(&p, 500), 0);
    CHECK_INT(pool_look(&p, 1000), 1);
    CHECK_INT(matched_on_team(0), 4);
    CHECK_INT(matched_on_team(1), 4);
    pool_end(&p);
}

TEST(example_2_hunters_against_one_who_wants_to_be_the_monster)
{
    pool_begin(&p,
            HEAD
            "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\",\"default\":10},"
            "{\"name\":\"foeSkill\",\"type\":\"number\",\"default\":10},"
            "{\"name\":\"monster\",\"type\":\"number\",\"default\":0}],"
            "\"teams\":[{\"name\":\"hunters\",\"minPlayers\":5,\"maxPlayers\":5},"
            "{\"name\":\"beast\",\"minPlayers\":1,\"maxPlayers\":1}],\"rules\":["
            "{\"name\":\"Beast\",\"type\":\"comparison\",\"measurements\":[\"teams[beast].players.attributes["
            "monster]\"],"
            "\"referenceValue\":1,\"operation\":\"=\"},"
            "{\"name\":\"Hunter\",\"type\":\"comparison\",\"measurements\":[\"teams[hunters].players."
            "attributes[monster]\"],"
            "\"referenceValue\":0,\"operation\":\"=\"},"
            "{\"name\":\"Strong\",\"type\":\"comparison\",\"measurements\":[\"avg(teams[beast].players."
            "attributes[skill])\"],"
            "\"referenceValue\":\"max(teams[hunters].players.attributes[foeSkill])\",\"operation\":\">=\"}],"
            "\"expansions\":[{\"target\":\"teams[hunters].minPlayers\",\"steps\":["
            "{\"waitTimeSeconds\":30,\"value\":4},{\"waitTimeSeconds\":60,\"value\":3}]}]}",
            16, 1);
    for (size_t i = 0; i < 6; i++) {
        pool_ticket *ticket = player();
        ticket->attributes[0][2].number =
                i == 2 || i == 4; /* two want to be it, and one of them is too weak */
        ticket->attributes[0][0].number = i == 2 ? 5 : 20;
        pool_enter(&p, ticket);
    }
    CHECK_INT(pool_look(&p, 1000), 0);
    CHECK_INT(pool_look(&p, 29000), 0);
    CHECK_INT(pool_look(&p, 30000), 1); /* four hunters are enough now */
    CHECK_INT(p.tickets[4].candidate.team, 1);
    CHECK_INT(p.tickets[2].candidate.match, 0);
    CHECK_INT(matched_on_team(0), 4);
    pool_end(&p);
}

TEST(example_3_three_teams_with_a_limit_of_medics_and_a_common_place)
{
    pool_begin(&p,
            HEAD
            "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\",\"default\":10},"
            "{\"name\":\"role\",\"type\":\"string_list\",\"default\":[\"peasant\"]}],"
            "\"teams\":[{\"name\":\"trio\",\"minPlayers\":3,\"maxPlayers\":5,\"quantity\":3}],\"rules\":["
            "{\"name\":\"Fair\",\"type\":\"distance\",\"measurements\":[\"avg(teams[*].players.attributes["
            "skill])\"],"
            "\"referenceValue\":\"avg(flatten(teams[*].players.attributes[skill]))\",\"maxDistance\":10},"
            "{\"name\":\"Sizes\",\"type\":\"distance\",\"measurements\":[\"max(count(teams[*].players))\"],"
            "\"referenceValue\":\"min(count(teams[*].players))\",\"maxDistance\":1},"
            "{\"name\":\"Medics\",\"type\":\"collection\",\"measurements\":[\"flatten(teams[*].players."
            "attributes[role])\"],"
            "\"operation\":\"contains\",\"referenceValue\":\"medic\",\"maxCount\":5},"
            "{\"name\":\"Ping\",\"type\":\"latency\",\"maxLatency\":50}],"
            "\"expansions\":[{\"target\":\"rules[Ping].maxLatency\",\"steps\":["
            "{\"waitTimeSeconds\":10,\"value\":100},{\"waitTimeSeconds\":20,\"value\":150}]}]}",
            20, 1);
    for (size_t i = 0; i < 15; i++) {
        pool_ticket *ticket = player();
        ticket->attributes[0][0].number = (double)i;
        set_latency(ticket, "home", i == 14 ? 120 : 40);
        if (i < 7)
            set_words(ticket, 1, 0, "medic", NULL);
        pool_enter(&p, ticket);
    }
    CHECK_INT(pool_look(&p, 0), 0);
    CHECK_INT(pool_look(&p, 1000), 1);
    CHECK_INT(p.matched, 12); /* five of seven medics, and seven of eight others: one is too far away */
    CHECK_INT(p.tickets[14].candidate.match, 0);
    pool_end(&p);
}

TEST(example_4_sorts_prefer_the_same_map_and_then_like_experience)
{
    pool_begin(&p,
            HEAD "\"playerAttributes\":[{\"name\":\"experience\",\"type\":\"number\",\"default\":50},"
                 "{\"name\":\"modes\",\"type\":\"string_list\",\"default\":[\"deathmatch\",\"coop\"]},"
                 "{\"name\":\"likes\",\"type\":\"string_number_map\",\"default\":{\"pit\":100}},"
                 "{\"name\":\"maps\",\"type\":\"string_list\",\"default\":[\"pit\"]}],"
                 "\"teams\":[{\"name\":\"red\",\"minPlayers\":3,\"maxPlayers\":3},"
                 "{\"name\":\"blue\",\"minPlayers\":3,\"maxPlayers\":3}],\"rules\":["
                 "{\"name\":\"Likes\",\"type\":\"absoluteSort\",\"sortDirection\":\"descending\","
                 "\"sortAttribute\":\"likes\","
                 "\"mapKey\":\"maxValue\"},"
                 "{\"name\":\"Near\",\"type\":\"distanceSort\",\"sortDirection\":\"ascending\","
                 "\"sortAttribute\":\"experience\"},"
                 "{\"name\":\"Mode\",\"type\":\"collection\",\"operation\":\"intersection\",\"minCount\":1,"
                 "\"measurements\":[\"flatten(teams[*].players.attributes[modes])\"]},"
                 "{\"name\":\"Map\",\"type\":\"collection\",\"operation\":\"intersection\",\"minCount\":1,"
                 "\"measurements\":[\"flatten(teams[*].players.attributes[maps])\"]}]}",
            20, 1);
    for (size_t i = 0; i < 10; i++) {
        pool_ticket *ticket = player();
        ticket->attributes[0][0].number = i == 0 ? 50 : 100 - (double)i * 5; /* the later, the nearer */
        pool_enter(&p, ticket);
    }
    CHECK_INT(pool_look(&p, 0), 1);
    for (size_t i = 0; i < 10; i++)
        CHECK_INT(p.tickets[i].candidate.match != 0, i == 0 || i >= 5);
    pool_end(&p);
}

TEST(example_5_characters_that_all_others_want_to_play_against)
{
    static const char *const own[] = {"orc", "elf", "orc", "imp", "elf", "orc"};
    pool_begin(&p,
            HEAD "\"playerAttributes\":[{\"name\":\"own\",\"type\":\"string_list\"},"
                 "{\"name\":\"foes\",\"type\":\"string_list\"}],"
                 "\"teams\":[{\"name\":\"all\",\"minPlayers\":5,\"maxPlayers\":5}],\"rules\":["
                 "{\"name\":\"Foes\",\"type\":\"collection\",\"operation\":\"reference_intersection_count\","
                 "\"minCount\":1,"
                 "\"measurements\":[\"flatten(teams[*].players.attributes[own])\"],"
                 "\"referenceValue\":\"set_intersection(flatten(teams[*].players.attributes[foes]))\"}],"
                 "\"expansions\":[{\"target\":\"rules[Foes].minCount\",\"steps\":[{\"waitTimeSeconds\":15,"
                 "\"value\":0}]}]}",
            8, 1);
    for (size_t i = 0; i < 6; i++) {
        pool_ticket *ticket = player();
        set_words(ticket, 0, 0, own[i], NULL);
        set_words(ticket, 1, 2, "orc", "elf");
        pool_enter(&p, ticket);
    }
    CHECK_INT(pool_look(&p, 0), 1);
    CHECK_INT(p.tickets[3].candidate.match, 0); /* nobody wants an imp */
    pool_end(&p);
}

TEST(example_6_the_same_mode_and_map_and_other_characters)
{
    static const char *const modes[] = {"turns", "turns", "live", "turns"};
    static const char *const characters[] = {"king", "king", "fool", "fool"};
    pool_begin(&p,
            HEAD "\"playerAttributes\":[{\"name\":\"mode\",\"type\":\"string\",\"default\":\"turns\"},"
                 "{\"name\":\"map\",\"type\":\"number\",\"default\":1},{\"name\":\"character\",\"type\":"
                 "\"string\"}],"
                 "\"teams\":[{\"name\":\"red\",\"minPlayers\":1,\"maxPlayers\":1},"
                 "{\"name\":\"blue\",\"minPlayers\":1,\"maxPlayers\":1}],\"rules\":["
                 "{\"name\":\"Mode\",\"type\":\"comparison\",\"operation\":\"=\","
                 "\"measurements\":[\"flatten(teams[*].players.attributes[mode])\"]},"
                 "{\"name\":\"Map\",\"type\":\"comparison\",\"operation\":\"=\","
                 "\"measurements\":[\"flatten(teams[*].players.attributes[map])\"]},"
                 "{\"name\":\"Other\",\"type\":\"comparison\",\"operation\":\"!=\","
                 "\"measurements\":[\"flatten(teams[*].players.attributes[character])\"]}]}",
            8, 1);
    for (size_t i = 0; i < 4; i++) {
        pool_ticket *ticket = player();
        ticket->attributes[0][0].string = modes[i];
        ticket->attributes[0][2].string = characters[i];
        pool_enter(&p, ticket);
    }
    CHECK_INT(pool_look(&p, 0), 1);
    CHECK_INT(p.tickets[0].candidate.match, 1);
    CHECK_INT(p.tickets[3].candidate.match, 1);
    pool_end(&p);
}

TEST(example_7_one_team_of_up_to_200_that_takes_fewer_with_time)
{
    pool_begin(&p,
            HEAD "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"}],"
                 "\"algorithm\":{\"balancedAttribute\":\"skill\",\"strategy\":\"balanced\","
                 "\"batchingPreference\":\"largestPopulation\"},"
                 "\"teams\":[{\"name\":\"crowd\",\"minPlayers\":175,\"maxPlayers\":200}],"
                 "\"rules\":[{\"name\":\"Ping\",\"type\":\"latency\",\"maxLatency\":150}],\"expansions\":["
                 "{\"target\":\"teams[crowd].minPlayers\",\"steps\":[{\"waitTimeSeconds\":10,\"value\":150},"
                 "{\"waitTimeSeconds\":15,\"value\":100}]},{\"target\":\"rules[Ping].maxLatency\",\"steps\":["
                 "{\"waitTimeSeconds\":12,\"value\":200}]}]}",
            400, 1);
    for (size_t i = 0; i < 160; i++) {
        pool_ticket *ticket = player();
        ticket->attributes[0][0].number = (double)i;
        set_latency(ticket, "home", i < 120 ? 100 : 180);
        pool_enter(&p, ticket);
    }
    CHECK_INT(pool_look(&p, 1000), 0);
    CHECK_INT(pool_look(&p, 10000), 0); /* 120 are near enough, and 150 are wanted */
    CHECK_INT(pool_look(&p, 12000), 1);
    CHECK_INT(p.matched, 160);
    pool_end(&p);
}

#define HUNT                                                                                                 \
    HEAD "\"playerAttributes\":[{\"name\":\"kills\",\"type\":\"number\",\"default\":5}],"                    \
         "\"algorithm\":{\"balancedAttribute\":\"kills\",\"strategy\":\"balanced\","                         \
         "\"batchingPreference\":\"fastestRegion\"},\"teams\":["                                             \
         "{\"name\":\"monsters\",\"minPlayers\":5,\"maxPlayers\":5},"                                        \
         "{\"name\":\"hunters\",\"minPlayers\":12,\"maxPlayers\":15,\"quantity\":10}],"                      \
         "\"rules\":[{\"name\":\"Ping\",\"type\":\"latency\",\"maxLatency\":200}],\"expansions\":["          \
         "{\"target\":\"teams[hunters].minPlayers\",\"steps\":[{\"waitTimeSeconds\":15,\"value\":10},"       \
         "{\"waitTimeSeconds\":20,\"value\":8}]}]}"

static void add_hunters(size_t count, const char *region)
{
    for (size_t i = 0; i < count; i++) {
        pool_ticket *ticket = player();
        ticket->attributes[0][0].number = (double)(i * 7 % 50);
        set_latency(ticket, region, 30);
        set_latency(ticket, "far", 190);
        pool_enter(&p, ticket);
    }
}

TEST(example_8_many_teams_that_fill_evenly_from_one_region)
{
    pool_begin(&p, HUNT, 400, 1);
    add_hunters(155, "north");
    add_hunters(100, "south");
    CHECK_INT(pool_look(&p, 0), 1);
    for (size_t i = 0; i < p.count; i++) /* everybody is in reach of "far", and the nearest are taken */
        CHECK_INT(p.tickets[i].candidate.match != 0, i < 155);
    double least = 1e9, most = 0;
    for (int team = 0; team <= 10; team++) {
        double sum = 0;
        for (size_t i = 0; i < 155; i++)
            sum += p.tickets[i].candidate.team == team ? p.tickets[i].attributes[0][0].number : 0;
        size_t players = matched_on_team(team);
        CHECK_INT(players, team == 0 ? 5 : 15);
        least = fmin(least, sum / (double)players);
        most = fmax(most, sum / (double)players);
    }
    CHECK(most - least < 2); /* balanced */
    pool_end(&p);
}

TEST(example_8_takes_smaller_teams_after_a_while)
{
    pool_begin(&p, HUNT, 400, 1);
    add_hunters(106, "north");
    CHECK_INT(pool_look(&p, 14900), 0);
    CHECK_INT(pool_look(&p, 15000), 1);
    CHECK_INT(p.matched, 106);
    pool_end(&p);
}

TEST(example_9_a_large_match_of_like_players)
{
    pool_begin(&p,
            HEAD "\"playerAttributes\":[{\"name\":\"league\",\"type\":\"number\"},{\"name\":\"mode\","
                 "\"type\":\"string\"}],"
                 "\"algorithm\":{\"balancedAttribute\":\"league\",\"strategy\":\"balanced\"},"
                 "\"teams\":[{\"name\":\"crowd\",\"minPlayers\":50,\"maxPlayers\":100}],\"rules\":["
                 "{\"name\":\"League\",\"type\":\"batchDistance\",\"batchAttribute\":\"league\","
                 "\"maxDistance\":\"2\"},"
                 "{\"name\":\"Mode\",\"type\":\"batchDistance\",\"batchAttribute\":\"mode\"}],"
                 "\"expansions\":[{\"target\":\"rules[League].maxDistance\",\"steps\":["
                 "{\"waitTimeSeconds\":10,\"value\":10}]}]}",
            400, 1);
    for (size_t i = 0; i < 300; i++) {
        pool_ticket *ticket = player();
        ticket->attributes[0][0].number = (double)(i % 5 < 3 ? i % 3 : 6 + i % 3);
        ticket->attributes[0][1].string = i % 5 < 3 ? "day" : "night";
        pool_enter(&p, ticket);
    }
    CHECK_INT(pool_look(&p, 0), 2); /* 180 by day make one, 120 by night another */
    CHECK_INT(p.matched, 200);
    CHECK_INT(pool_look(&p, 1000), 1); /* and 80 are left of the day */
    CHECK_INT(p.matched, 280);
    pool_end(&p);
}

TEST(example_10_serious_players_close_together_or_casual_ones_less_so)
{
    static const char *const statement = "or(and(Serious, VeryClose), and(Casual, RatherClose))";
    char text[2048];
    snprintf(text, sizeof text,
            HEAD
            "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"},{\"name\":\"mode\",\"type\":"
            "\"string\"}],"
            "\"teams\":[{\"name\":\"red\",\"minPlayers\":1,\"maxPlayers\":1},{\"name\":\"blue\","
            "\"minPlayers\":1,"
            "\"maxPlayers\":1}],\"rules\":["
            "{\"name\":\"Serious\",\"type\":\"comparison\",\"operation\":\"=\",\"referenceValue\":"
            "\"serious\","
            "\"measurements\":[\"flatten(teams[*].players.attributes[mode])\"]},"
            "{\"name\":\"Casual\",\"type\":\"comparison\",\"operation\":\"=\",\"referenceValue\":\"casual\","
            "\"measurements\":[\"flatten(teams[*].players.attributes[mode])\"]},"
            "{\"name\":\"VeryClose\",\"type\":\"distance\",\"maxDistance\":5,"
            "\"measurements\":[\"max(flatten(teams[*].players.attributes[skill]))\"],"
            "\"referenceValue\":\"min(flatten(teams[*].players.attributes[skill]))\"},"
            "{\"name\":\"RatherClose\",\"type\":\"distance\",\"maxDistance\":50,"
            "\"measurements\":[\"max(flatten(teams[*].players.attributes[skill]))\"],"
            "\"referenceValue\":\"min(flatten(teams[*].players.attributes[skill]))\"},"
            "{\"name\":\"Either\",\"type\":\"compound\",\"statement\":\"%s\"}]}",
            statement);
    pool_begin(&p, text, 8, 1);
    static const double skills[] = {10, 30, 14, 20, 60};
    for (size_t i = 0; i < 5; i++) {
        pool_ticket *ticket = player();
        ticket->attributes[0][0].number = skills[i];
        ticket->attributes[0][1].string = i < 3 ? "serious" : "casual";
        pool_enter(&p, ticket);
    }
    CHECK_INT(pool_look(&p, 0), 2);
    CHECK_INT(p.tickets[0].candidate.match, p.tickets[2].candidate.match);
    CHECK_INT(p.tickets[3].candidate.match, p.tickets[4].candidate.match);
    CHECK_INT(p.tickets[1].candidate.match, 0);
    pool_end(&p);
}

TEST(example_11_nobody_meets_a_player_on_their_block_list)
{
    pool_begin(&p,
            HEAD
            "\"playerAttributes\":[{\"name\":\"BlockList\",\"type\":\"string_list\",\"default\":[]}],"
            "\"teams\":[{\"name\":\"red\",\"minPlayers\":5,\"maxPlayers\":5},"
            "{\"name\":\"blue\",\"minPlayers\":5,\"maxPlayers\":5}],\"rules\":["
            "{\"name\":\"Blocked\",\"type\":\"collection\",\"operation\":\"reference_intersection_count\","
            "\"measurements\":\"flatten(teams[*].players.attributes[BlockList])\","
            "\"referenceValue\":\"flatten(teams[*].players[playerId])\",\"maxCount\":0}]}",
            16, 1);
    for (size_t i = 0; i < 11; i++) {
        pool_ticket *ticket = player();
        if (i == 4)
            set_words(ticket, 0, 0, "p0-0", "nobody"); /* pool_add() names the first player so */
        pool_enter(&p, ticket);
    }
    CHECK_INT(pool_look(&p, 0), 1);
    CHECK_INT((p.tickets[0].candidate.match != 0) + (p.tickets[4].candidate.match != 0), 1);
    CHECK_INT(p.matched, 10);
    pool_end(&p);
}

/* ---- what users asked about ---- */

#define MMR  HEAD "\"playerAttributes\":[{\"name\":\"mmr\",\"type\":\"number\",\"default\":5}],"
#define PAIR "\"teams\":[{\"name\":\"crew\",\"minPlayers\":2,\"maxPlayers\":2}]"

TEST(sorted_batches_pair_neighbours)
{
    static const double values[] = {10, 90, 12, 88};
    pool_begin(&p,
            MMR PAIR ",\"algorithm\":{\"strategy\":\"exhaustiveSearch\",\"batchingPreference\":\"sorted\","
                     "\"sortByAttributes\":[\"mmr\"]}}",
            8, 1);
    for (size_t i = 0; i < 4; i++)
        pool_skilled(&p, values[i]);
    CHECK_INT(pool_look(&p, 0), 2);
    CHECK_INT(p.tickets[0].candidate.match, p.tickets[2].candidate.match);
    CHECK_INT(p.tickets[1].candidate.match, p.tickets[3].candidate.match);
    pool_end(&p);
}

TEST(equal_sizes_make_two_against_two_of_five)
{
    pool_begin(&p,
            HEAD "\"teams\":[{\"name\":\"north\",\"minPlayers\":1,\"maxPlayers\":4},{\"name\":\"south\","
                 "\"minPlayers\":1,\"maxPlayers\":4}],\"rules\":[{\"name\":\"Even\",\"type\":\"comparison\","
                 "\"measurements\":[\"count(teams[north].players)\"],\"operation\":\"=\","
                 "\"referenceValue\":\"count(teams[south].players)\"}]}",
            8, 1);
    for (size_t i = 0; i < 5; i++)
        pool_enter(&p, player());
    CHECK_INT(pool_look(&p, 1000), 1);
    CHECK_INT(matched_on_team(0), 2);
    CHECK_INT(matched_on_team(1), 2);
    CHECK_INT(p.tickets[4].candidate.match, 0); /* the youngest waits */
    pool_end(&p);
}

TEST(a_party_is_judged_by_its_best_player_on_demand)
{
    static const char rule[] =
            MMR PAIR ",\"rules\":[{\"name\":\"Cap\",\"type\":\"comparison\",\"operation\":\"<=\","
                     "\"measurements\":[\"max(flatten(teams[*].players.attributes[mmr]))\"],"
                     "\"referenceValue\":30,\"partyAggregation\":\"%s\"}]}";
    for (int i = 0; i < 2; i++) {
        char text[1024];
        snprintf(text, sizeof text, rule, i == 0 ? "avg" : "max");
        pool_begin(&p, text, 2, 1);
        pool_ticket *party = pool_add(&p, 2);
        party->attributes[0][0].number = 10;
        party->attributes[1][0].number = 40;
        pool_enter(&p, party);
        CHECK_INT(pool_look(&p, 0), i == 0);
        pool_end(&p);
    }
}

TEST(fifty_in_ten_teams_are_balanced)
{
    pool_begin(&p,
            MMR "\"algorithm\":{\"strategy\":\"balanced\",\"balancedAttribute\":\"mmr\"},"
                "\"teams\":[{\"name\":\"pack\",\"minPlayers\":5,\"maxPlayers\":5,\"quantity\":10}]}",
            50, 1);
    for (size_t i = 0; i < 50; i++)
        pool_skilled(&p, (double)i);
    CHECK_INT(pool_look(&p, 0), 1);
    for (int team = 0; team < 10; team++) {
        double sum = 0;
        for (size_t i = 0; i < 50; i++)
            sum += p.tickets[i].candidate.team == team ? (double)i : 0;
        CHECK(fabs(sum / 5 - 24.5) < 1);
    }
    pool_end(&p);
}

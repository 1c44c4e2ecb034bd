/* SPDX-License-Identifier: Apache-2.0 */
/* The rule language of FlexMatch beyond its five plain rules: compound rules, sorts, lists against lists,
 * distances of latencies, the algorithm, large matches, expansions of all of these, and both spellings of a
 * value. */

#include "local_rules.h"

/* ---- both spellings ---- */

TEST(a_number_may_stand_in_quotes_and_one_measurement_alone)
{
    const char *rule = "\"type\":\"distance\",\"measurements\":\"players.attributes[skill]\","
                       "\"referenceValue\":\"50\",\"minDistance\":\"5\"";
    CHECK(passes(rule, (person[]){{.skill = 45}, {.skill = 60}}, 2));
    CHECK(!passes(rule, (person[]){{.skill = 45}, {.skill = 54}}, 2));
}

TEST(quoted_numbers_are_read_in_every_place_that_takes_one)
{
    local_rule_set *rule_set = parse(document(
            "[{\"name\":\"trio\",\"minPlayers\":\"1\",\"maxPlayers\":\"3\",\"quantity\":\"2\"}]",
            "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\",\"default\":\"10\"}],"
            "\"rules\":[{\"name\":\"r\",\"type\":\"batchDistance\",\"batchAttribute\":\"skill\","
            "\"maxDistance\":\"500\"}],\"expansions\":[{\"target\":\"rules[r].maxDistance\",\"steps\":["
            "{\"waitTimeSeconds\":\"5\",\"value\":\"700\"}]}]"));
    CHECK_INT(rule_set->team_count, 2);
    CHECK_INT(rule_set->teams[1].max_players, 3);
    CHECK(rule_set->attributes[0].value.number == 10);
    CHECK(local_rule_set_limit(rule_set, rule_set->rules, LOCAL_LIMIT_MAX_DISTANCE, 4999) == 500);
    CHECK(local_rule_set_limit(rule_set, rule_set->rules, LOCAL_LIMIT_MAX_DISTANCE, 5000) == 700);
    local_rule_set_destroy(rule_set);
}

TEST(text_that_is_no_plain_number_is_no_number)
{
    static const char *const texts[] = {"", "5 ", "0x10", "inf", "nan", "1e999", "five", "1-2"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char rule[256];
        snprintf(rule, sizeof rule,
                "\"type\":\"batchDistance\",\"batchAttribute\":\"skill\",\"maxDistance\":\"%s\"", texts[i]);
        refused(with_rule(rule), "maxDistance must be a number");
    }
}

TEST(a_reference_may_be_negative_and_expand_to_a_negative_number)
{
    local_rule_set *rule_set = parse(document(NULL,
            "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"}],"
            "\"rules\":[{\"name\":\"r\",\"type\":\"comparison\",\"operation\":\">=\",\"referenceValue\":-5,"
            "\"measurements\":[\"players.attributes[skill]\"]}],\"expansions\":[{\"target\":"
            "\"rules[r].referenceValue\",\"steps\":[{\"waitTimeSeconds\":3,\"value\":-20}]}]"));
    CHECK(local_rule_set_limit(rule_set, rule_set->rules, LOCAL_LIMIT_REFERENCE, 0) == -5);
    CHECK(local_rule_set_limit(rule_set, rule_set->rules, LOCAL_LIMIT_REFERENCE, 3000) == -20);
    local_rule_set_destroy(rule_set);
}

/* AWS's own pages write "count (teams[*].players)". */
TEST(blanks_between_a_function_and_its_bracket_leave_it_a_function)
{
    const char *count =
            "\"type\":\"comparison\",\"operation\":\"=\",\"measurements\":[\"count (teams[red].players)\"],"
            "\"referenceValue\":\"count (teams[blue].players)\"";
    const char *shared =
            "\"type\":\"collection\",\"operation\":\"reference_intersection_count\",\"minCount\":1,"
            "\"measurements\":[\"flatten(teams[*].players.attributes[maps])\"],\"referenceValue\":"
            "\" set_intersection\\t ( flatten (teams[*].players.attributes[maps]))\"";
    CHECK(passes(count, (person[]){{.team = 0}, {.team = 1}}, 2));
    CHECK(!passes(count, (person[]){{.team = 0}}, 1));
    CHECK(passes(shared, (person[]){{.maps = {"a", "b"}}, {.maps = {"b"}}}, 2));
    CHECK(!passes(shared, (person[]){{.maps = {"a"}}, {.maps = {"b"}}}, 2));
}

TEST(a_plain_word_may_have_brackets)
{
    const char *rule = "\"type\":\"comparison\",\"operation\":\"=\","
                       "\"measurements\":[\"players.attributes[mode]\"],\"referenceValue\":\"duel (ranked)\"";
    CHECK(passes(rule, (person[]){{.mode = "duel (ranked)"}}, 1));
    CHECK(!passes(rule, (person[]){{.mode = "duel"}}, 1));
}

/* ---- compound ---- */

#define LOW_AND_DUEL                                                                                         \
    "{\"name\":\"Low\",\"type\":\"comparison\",\"operation\":\"<=\",\"referenceValue\":100,"                 \
    "\"measurements\":[\"max(players.attributes[skill])\"]},"                                                \
    "{\"name\":\"Duel\",\"type\":\"comparison\",\"operation\":\"=\",\"referenceValue\":\"duel\","            \
    "\"measurements\":[\"players.attributes[mode]\"]},"

static bool statement_passes(const char *statement, const person *people, size_t count)
{
    char rules[1024];
    snprintf(rules, sizeof rules,
            LOW_AND_DUEL "{\"name\":\"Both\",\"type\":\"compound\",\"statement\":\"%s\"}", statement);
    return passes(rules, people, count);
}

TEST(a_statement_joins_rules_which_then_count_through_it_alone)
{
    static const struct {
        const char *statement;
        bool neither, low, duel, both;
    } cases[] = {
            {"and(Low, Duel)", false, false, false, true},
            {"or(Low,Duel)", false, true, true, true},
            {"xor(Low, Duel)", false, true, true, false},
            {"and(not(Low), not(Duel))", true, false, false, false},
            {" or ( and( Low,Duel ) , and(not(Low) , not(Duel)) ) ", true, false, false, true},
            {"xor(Low, Duel, not(Low))", true, true, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *s = cases[i].statement;
        CHECK_INT(statement_passes(s, (person[]){{.skill = 200, .mode = "ffa"}}, 1), cases[i].neither);
        CHECK_INT(statement_passes(s, (person[]){{.skill = 20, .mode = "ffa"}}, 1), cases[i].low);
        CHECK_INT(statement_passes(s, (person[]){{.skill = 200, .mode = "duel"}}, 1), cases[i].duel);
        CHECK_INT(statement_passes(s, (person[]){{.skill = 20, .mode = "duel"}}, 1), cases[i].both);
    }
}

TEST(not_of_a_rule_that_measures_nothing_yet_does_not_reject)
{
    const char *rules =
            "{\"name\":\"Weak\",\"type\":\"comparison\",\"operation\":\"<\",\"referenceValue\":10,"
            "\"measurements\":[\"avg(teams[blue].players.attributes[skill])\"]},"
            "{\"name\":\"Strong\",\"type\":\"compound\",\"statement\":\"not(Weak)\"}";
    const person red[] = {{.team = 0, .skill = 5}},
                 both[] = {{.team = 0, .skill = 5}, {.team = 1, .skill = 5}};
    CHECK(passes_at(rules, red, 1, LOCAL_CHECK_FILLING, 0, NULL));
    CHECK(!passes_at(rules, red, 1, LOCAL_CHECK_FINISHED, 0, NULL));
    CHECK(!passes_at(rules, both, 2, LOCAL_CHECK_FILLING, 0, NULL));
}

TEST(statements_that_mean_nothing_are_refused_with_their_column)
{
    static const struct {
        const char *statement, *reason;
    } cases[] = {
            {"", "is expected"},
            {"or(Low", "')' is missing"},
            {"or(Low)", "at least two"},
            {"not(Low, Duel)", "not takes one"},
            {"nor(Low, Duel)", "no operator nor"},
            {"or(Low, High)", "column 13: no rule before this one is called High"},
            {"or(Low, Both)", "no rule before this one is called Both"},
            {"or(Low, Duel) and", "the text does not"},
            {"and(Low, Duel) Low", "the text does not"},
            {"not(not(not(not(not(not(not(not(not(not(not(not(not(not(not(not(not(Low)))))))))))))))))",
                    "16 operators"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char rules[1024];
        snprintf(rules, sizeof rules,
                LOW_AND_DUEL "{\"name\":\"Both\",\"type\":\"compound\",\"statement\":\"%s\"}",
                cases[i].statement);
        refused(with_rule(rules), cases[i].reason);
        CHECK_CONTAINS(what, "rules[2] \"Both\"");
    }
}

TEST(a_statement_names_neither_batches_nor_sorts_and_does_not_expand)
{
    refused(with_rule(
                    "{\"name\":\"Near\",\"type\":\"batchDistance\",\"batchAttribute\":\"skill\","
                    "\"maxDistance\":5},{\"name\":\"c\",\"type\":\"compound\",\"statement\":\"not(Near)\"}"),
            "batchDistance");
    refused(with_rule("{\"name\":\"s\",\"type\":\"absoluteSort\",\"sortDirection\":\"ascending\","
                      "\"sortAttribute\":\"skill\"},{\"name\":\"c\",\"type\":\"compound\",\"statement\":"
                      "\"not(s)\"}"),
            "sort rule");
    refused(document(NULL,
                    "\"rules\":[{\"name\":\"a\",\"type\":\"latency\",\"maxLatency\":5},"
                    "{\"name\":\"c\",\"type\":\"compound\",\"statement\":\"not(a)\"}],\"expansions\":["
                    "{\"target\":\"rules[c].statement\",\"steps\":[{\"waitTimeSeconds\":1,\"value\":1}]}]"),
            "has no number \"statement\"");
}

TEST(a_statement_of_65_parts_is_refused)
{
    char rules[2048] = LOW_AND_DUEL "{\"name\":\"c\",\"type\":\"compound\",\"statement\":\"or(Low";
    for (int i = 0; i < 64; i++)
        strcat(rules, ",Low");
    strcat(rules, ")\"}");
    refused(with_rule(rules), "64 operators and names");
}

/* ---- collections ---- */

TEST(reference_intersection_count_looks_at_every_list)
{
    const char *rule =
            "\"type\":\"collection\",\"operation\":\"reference_intersection_count\",\"minCount\":1,"
            "\"measurements\":\"flatten(teams[*].players.attributes[maps])\","
            "\"referenceValue\":[\"pit\",\"spire\"]";
    CHECK(passes(rule, (person[]){{.maps = {"pit", "ice"}}, {.maps = {"spire"}}}, 2));
    CHECK(!passes(rule, (person[]){{.maps = {"pit"}}, {.maps = {"ice"}}}, 2));
}

TEST(a_block_list_keeps_the_players_on_it_out)
{
    const char *rule =
            "\"type\":\"collection\",\"operation\":\"reference_intersection_count\",\"maxCount\":0,"
            "\"measurements\":\"flatten(teams[*].players.attributes[maps])\","
            "\"referenceValue\":\"flatten(teams[*].players[playerId])\"";
    CHECK(passes(rule, (person[]){{.maps = {"p7"}}, {.maps = {"p5"}}}, 2));
    CHECK(!passes(rule, (person[]){{.maps = {"p7"}}, {.maps = {"p0"}}}, 2));
}

TEST(what_all_players_have_in_common_may_be_the_reference)
{
    const char *rule =
            "\"type\":\"collection\",\"operation\":\"reference_intersection_count\",\"minCount\":1,"
            "\"measurements\":[\"flatten(teams[*].players.attributes[maps])\"],\"referenceValue\":"
            "\"set_intersection(flatten(teams[*].players.attributes[maps]))\"";
    CHECK(passes(rule, (person[]){{.maps = {"a", "b"}}, {.maps = {"b"}}}, 2));
    CHECK(!passes(rule, (person[]){{.maps = {"a"}}, {.maps = {"b"}}}, 2));
}

TEST(collections_refuse_references_of_the_wrong_shape)
{
    refused(with_rule("\"type\":\"collection\",\"operation\":\"contains\",\"minCount\":1,"
                      "\"measurements\":[\"players.attributes[maps]\"],\"referenceValue\":[\"a\"]"),
            "referenceValue");
    refused(with_rule("\"type\":\"collection\",\"operation\":\"reference_intersection_count\",\"minCount\":1,"
                      "\"measurements\":[\"players.attributes[maps]\"],"
                      "\"referenceValue\":\"teams[*].players[playerId]\""),
            "not a list of lists");
    refused(with_rule("\"type\":\"collection\",\"operation\":\"reference_intersection_count\",\"minCount\":1,"
                      "\"measurements\":[\"players.attributes[maps]\"],\"referenceValue\":4"),
            "must be a string");
    refused(with_rule("\"type\":\"collection\",\"operation\":\"contains\",\"minCount\":1,"
                      "\"measurements\":[\"players.attributes[mode]\"],\"referenceValue\":\"a\""),
            "string lists");
}

/* ---- latency ---- */

TEST(latency_distances_are_measured_from_the_fastest_or_from_the_average)
{
    const char *from_fastest = "\"type\":\"latency\",\"maxDistance\":30,\"distanceReference\":\"min\"";
    const char *from_average = "\"type\":\"latency\",\"maxDistance\":30,\"distanceReference\":\"avg\"";
    const person apart[] = {{.latency_home = 20}, {.latency_home = 80}};
    const person near[] = {{.latency_home = 20}, {.latency_home = 50}};
    CHECK(passes(from_fastest, near, 2));
    CHECK(!passes(from_fastest, apart, 2));
    CHECK(passes(from_average, apart, 2));
    CHECK(!passes(from_average, (person[]){{.latency_home = 20}, {.latency_home = 81}}, 2));
    CHECK(passes(from_fastest,
            (person[]){{.latency_home = 20, .latency_away = 90}, {.latency_home = 80, .latency_away = 90}},
            2)); /* away is as far for both */
}

TEST(a_latency_distance_and_its_reference_come_together)
{
    refused(with_rule("\"type\":\"latency\",\"maxLatency\":90,\"maxDistance\":5"), "distanceReference");
    refused(with_rule("\"type\":\"latency\",\"maxLatency\":90,\"distanceReference\":\"avg\""), "maxDistance");
    refused(with_rule("\"type\":\"latency\",\"maxDistance\":9,\"distanceReference\":\"max\""),
            "there is: min, avg");
}

/* ---- sorts ---- */

TEST(sort_rules_name_an_attribute_a_direction_and_for_maps_a_key)
{
    refused(with_rule("\"type\":\"absoluteSort\",\"sortDirection\":\"ascending\""), "sortAttribute");
    refused(with_rule("\"type\":\"absoluteSort\",\"sortAttribute\":\"skill\""), "sortDirection");
    refused(with_rule(
                    "\"type\":\"distanceSort\",\"sortAttribute\":\"speed\",\"sortDirection\":\"ascending\""),
            "does not declare \"speed\"");
    refused(with_rule("\"type\":\"distanceSort\",\"sortAttribute\":\"mode\",\"sortDirection\":\"ascending\""),
            "not of a type that sorts");
    refused(with_rule("\"type\":\"absoluteSort\",\"sortAttribute\":\"gear\",\"sortDirection\":\"ascending\""),
            "mapKey is missing");
    refused(with_rule("\"type\":\"absoluteSort\",\"sortAttribute\":\"skill\",\"sortDirection\":\"ascending\","
                      "\"mapKey\":\"minValue\""),
            "string_number_map only");
}

TEST(sort_rules_never_fail)
{
    const char *rule =
            "\"type\":\"distanceSort\",\"sortAttribute\":\"skill\",\"sortDirection\":\"descending\"";
    CHECK(passes(rule, (person[]){{.skill = 1}, {.skill = 1000}}, 2));
}

/* ---- the algorithm, and large matches ---- */

#define BALANCED                                                                                             \
    "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"},{\"name\":\"mode\",\"type\":\"string\"}" \
    "],"                                                                                                     \
    "\"algorithm\":{\"strategy\":\"balanced\",\"balancedAttribute\":\"skill\"}"
#define CROWD "[{\"name\":\"crowd\",\"minPlayers\":20,\"maxPlayers\":60}]"

TEST(the_algorithm_is_read_whole)
{
    local_rule_set *rule_set = parse(
            document(NULL, "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"}],\"algorithm\":{"
                           "\"batchingPreference\":\"sorted\",\"sortByAttributes\":[\"skill\"],"
                           "\"backfillPriority\":\"high\","
                           "\"expansionAgeSelection\":\"oldest\"}"));
    CHECK_INT(rule_set->batching, LOCAL_BATCHING_SORTED);
    CHECK_INT(rule_set->sort_attribute_count, 1);
    CHECK_INT(rule_set->backfill_priority, LOCAL_BACKFILL_HIGH);
    CHECK(rule_set->oldest_expands && !rule_set->balanced);
    local_rule_set_destroy(rule_set);
    rule_set = parse(document(CROWD, BALANCED));
    CHECK(rule_set->large && rule_set->balanced);
    CHECK_INT(rule_set->batching, LOCAL_BATCHING_LARGEST_POPULATION);
    local_rule_set_destroy(rule_set);
}

TEST(properties_of_the_algorithm_that_do_not_go_together_are_refused)
{
    static const struct {
        const char *algorithm, *reason;
    } cases[] = {
            {"\"strategy\":\"fast\"", "exhaustiveSearch, balanced"},
            {"\"strategy\":\"balanced\"", "balancedAttribute"},
            {"\"strategy\":\"balanced\",\"balancedAttribute\":\"mode\"", "a number \"mode\""},
            {"\"balancedAttribute\":\"skill\"", "strategy \"balanced\" only"},
            {"\"batchingPreference\":\"fastestRegion\"",
                    "does not go with the strategy \"exhaustiveSearch\""},
            {"\"strategy\":\"balanced\",\"balancedAttribute\":\"skill\",\"batchingPreference\":\"random\"",
                    "does not go with the strategy \"balanced\""},
            {"\"sortByAttributes\":[\"skill\"]", "\"sorted\" only"},
            {"\"batchingPreference\":\"sorted\",\"sortByAttributes\":\"speed\"", "\"speed\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char parts[512];
        snprintf(parts, sizeof parts,
                "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"},"
                "{\"name\":\"mode\",\"type\":\"string\"}],\"algorithm\":{%s}",
                cases[i].algorithm);
        refused(document(NULL, parts), cases[i].reason);
    }
}

TEST(more_than_40_players_make_a_large_match_with_few_kinds_of_rule)
{
    refused(document("[{\"name\":\"a\",\"minPlayers\":1,\"maxPlayers\":41}]", ""), "strategy \"balanced\"");
    refused(document("[{\"name\":\"a\",\"minPlayers\":1,\"maxPlayers\":101,\"quantity\":2}]", BALANCED),
            "200 players at most");
    static const struct {
        const char *rule;
        bool fits;
    } cases[] = {
            {"\"type\":\"latency\",\"maxLatency\":5", true},
            {"\"type\":\"batchDistance\",\"batchAttribute\":\"skill\",\"maxDistance\":5", true},
            {"\"type\":\"batchDistance\",\"batchAttribute\":\"mode\"", true},
            {"\"type\":\"latency\",\"maxDistance\":5,\"distanceReference\":\"avg\"", false},
            {"\"type\":\"comparison\",\"operation\":\"=\",\"measurements\":[\"players.attributes[mode]\"]",
                    false},
            {"\"type\":\"absoluteSort\",\"sortAttribute\":\"skill\",\"sortDirection\":\"ascending\"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char parts[512];
        snprintf(parts, sizeof parts, BALANCED ",\"rules\":[{\"name\":\"r\",%s}]", cases[i].rule);
        if (cases[i].fits)
            local_rule_set_destroy(parse(document(CROWD, parts)));
        else
            refused(document(CROWD, parts), "rules[0] \"r\": a match of more than 40 players");
    }
}

/* ---- expansions ---- */

TEST(an_expansion_may_be_about_several_teams_or_all)
{
    local_rule_set *rule_set = parse(document(
            "[{\"name\":\"north\",\"minPlayers\":2,\"maxPlayers\":3},{\"name\":\"south\",\"minPlayers\":2,"
            "\"maxPlayers\":3},{\"name\":\"pair\",\"minPlayers\":2,\"maxPlayers\":2,\"quantity\":2}]",
            "\"expansions\":[{\"target\":\"teams[north, pair].minPlayers\",\"steps\":[{\"waitTimeSeconds\":5,"
            "\"value\":1}]},{\"target\":\"teams[*].maxPlayers\",\"steps\":[{\"waitTimeSeconds\":9,\"value\":"
            "4}]}]"));
    static const int least[] = {1, 2, 1, 1};
    for (size_t i = 0; i < 4; i++) {
        CHECK_INT(local_rule_set_min_players(rule_set, i, 4999), 2);
        CHECK_INT(local_rule_set_min_players(rule_set, i, 5000), least[i]);
        CHECK_INT(local_rule_set_max_players(rule_set, i, 9000), 4);
    }
    local_rule_set_destroy(rule_set);
}

TEST(properties_of_the_algorithm_expand)
{
    local_rule_set *rule_set = parse(document(CROWD,
            BALANCED ",\"expansions\":[{\"target\":\"algorithm.batchingPreference\",\"steps\":["
                     "{\"waitTimeSeconds\":10,\"value\":\"fastestRegion\"}]},"
                     "{\"target\":\"algorithm.backfillPriority\",\"steps\":["
                     "{\"waitTimeSeconds\":20,\"value\":\"high\"}]}]"));
    CHECK_INT(local_rule_set_batching(rule_set, 9999), LOCAL_BATCHING_LARGEST_POPULATION);
    CHECK_INT(local_rule_set_batching(rule_set, 10000), LOCAL_BATCHING_FASTEST_REGION);
    CHECK_INT(local_rule_set_backfill_priority(rule_set, 19999), LOCAL_BACKFILL_NORMAL);
    CHECK_INT(local_rule_set_backfill_priority(rule_set, 20000), LOCAL_BACKFILL_HIGH);
    local_rule_set_destroy(rule_set);
}

TEST(expansions_of_the_algorithm_refuse_what_it_would_refuse)
{
    static const struct {
        const char *target, *value, *reason;
    } cases[] = {
            {"algorithm.strategy", "\"balanced\"", "does not expand"},
            {"algorithm.batchingPreference", "\"random\"", "does not go with"},
            {"algorithm.batchingPreference", "\"slowest\"", "\"slowest\""},
            {"algorithm.batchingPreference", "4", "not text"},
            {"algorithm.balancedAttribute", "\"mode\"", "must name a number"},
            {"algorithm", "4", "is none of"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char parts[1024];
        snprintf(parts, sizeof parts,
                BALANCED
                ",\"expansions\":[{\"target\":\"%s\",\"steps\":[{\"waitTimeSeconds\":1,\"value\":%s}]}]",
                cases[i].target, cases[i].value);
        refused(document(CROWD, parts), cases[i].reason);
    }
}

/* ---- bounds ---- */

static char long_text[60000];

TEST(rule_sets_that_would_cost_without_bound_are_refused_with_the_bound)
{
    size_t at = (size_t)snprintf(long_text, sizeof long_text,
            "{\"ruleLanguageVersion\":\"1.0\",\"teams\":["
            "{\"name\":\"a\",\"minPlayers\":1,\"maxPlayers\":2}],\"rules\":[");
    for (int i = 0; i < 201; i++)
        at += (size_t)snprintf(long_text + at, sizeof long_text - at,
                "%s{\"name\":\"r%d\",\"type\":\"latency\",\"maxLatency\":5}", i == 0 ? "" : ",", i);
    snprintf(long_text + at, sizeof long_text - at, "]}");
    refused(long_text, "more than 200");

    at = (size_t)snprintf(
            long_text, sizeof long_text, "\"type\":\"comparison\",\"operation\":\"=\",\"measurements\":[");
    static char measurements[4000];
    at = 0;
    for (int i = 0; i < 401; i++)
        at += (size_t)snprintf(measurements + at, sizeof measurements - at, "%s\"5\"", i == 0 ? "" : ",");
    snprintf(long_text, sizeof long_text, "\"type\":\"comparison\",\"operation\":\"=\",\"measurements\":[%s]",
            measurements);
    refused(with_rule(long_text), "more than 400 measurements");

    at = 0;
    for (int i = 0; i < 201; i++)
        at += (size_t)snprintf(long_text + at, sizeof long_text - at,
                "%s{\"waitTimeSeconds\":%d,\"value\":2}", i == 0 ? "" : ",", i);
    static char parts[61000];
    snprintf(parts, sizeof parts,
            "\"expansions\":[{\"target\":\"teams[players].minPlayers\",\"steps\":[%s]}]", long_text);
    refused(document(NULL, parts), "more than 200 steps");
}

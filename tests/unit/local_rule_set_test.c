/* SPDX-License-Identifier: Apache-2.0 */
/* Reading FlexMatch rule sets, and what their rules say of a lineup. */

#include "local_rules.h"

/* ---- the document (S67) ---- */

TEST(the_example_of_the_documentation_parses)
{
    local_rule_set *rule_set = parse(
            "{\"name\":\"arena-2v2\",\"ruleLanguageVersion\":\"1.0\","
            "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\",\"default\":1000},"
            "{\"name\":\"maps\",\"type\":\"string_list\",\"default\":[\"pit\"]}],"
            "\"teams\":[{\"name\":\"red\",\"minPlayers\":1,\"maxPlayers\":2},"
            "{\"name\":\"blue\",\"minPlayers\":1,\"maxPlayers\":2}],"
            "\"rules\":[{\"name\":\"FairTeams\",\"type\":\"distance\","
            "\"measurements\":[\"avg(teams[*].players.attributes[skill])\"],"
            "\"referenceValue\":\"avg(flatten(teams[*].players.attributes[skill]))\",\"maxDistance\":100},"
            "{\"name\":\"SharedMap\",\"type\":\"collection\",\"operation\":\"intersection\","
            "\"measurements\":[\"flatten(teams[*].players.attributes[maps])\"],\"minCount\":1},"
            "{\"name\":\"EvenSides\",\"type\":\"comparison\",\"measurements\":[\"count(teams[red].players)\"]"
            ","
            "\"referenceValue\":\"count(teams[blue].players)\",\"operation\":\"=\"},"
            "{\"name\":\"Ping\",\"type\":\"latency\",\"maxLatency\":120}],"
            "\"expansions\":[{\"target\":\"rules[FairTeams].maxDistance\",\"steps\":["
            "{\"waitTimeSeconds\":5,\"value\":300},{\"waitTimeSeconds\":15,\"value\":1000}]}]}");
    CHECK_INT(rule_set->team_count, 2);
    CHECK_INT(rule_set->rule_count, 4);
    CHECK_INT(rule_set->attribute_count, 2);
    CHECK(rule_set->attributes[0].value.number == 1000);
    CHECK_TEXT(rule_set->attributes[1].value.string_list[0], "pit");
    local_rule_set_destroy(rule_set);
}

TEST(quantity_makes_numbered_teams)
{
    local_rule_set *rule_set =
            parse(document("[{\"name\":\"trio\",\"minPlayers\":1,\"maxPlayers\":3,\"quantity\":3}]", ""));
    CHECK_INT(rule_set->team_count, 3);
    CHECK_TEXT(rule_set->teams[0].name, "trio_1");
    CHECK_INT(local_rule_set_find_team(rule_set, "trio_3"), 2);
    CHECK_INT(local_rule_set_find_team(rule_set, "trio"), -1);
    local_rule_set_destroy(rule_set);
}

TEST(the_version_must_be_the_text_1_0)
{
    refused("{\"teams\":[]}", "ruleLanguageVersion");
    refused("{\"ruleLanguageVersion\":1.0}", "ruleLanguageVersion");
    refused("{\"ruleLanguageVersion\":\"2.0\"}", "ruleLanguageVersion");
}

TEST(text_that_is_no_json_is_refused_with_its_line)
{
    refused("{\"ruleLanguageVersion\":\"1.0\",\n  // a comment\n}", "line 2");
    refused("[]", "must be an object");
    refused("{\"ruleLanguageVersion\":\"1.0\"} x", "not JSON");
}

TEST(a_rule_set_of_over_65535_bytes_is_refused)
{
    char *text = malloc(70000);
    CHECK(text != NULL);
    memset(text, ' ', 69999);
    text[69999] = '\0';
    refused(text, "65535");
    free(text);
}

TEST(unknown_properties_are_named_with_their_place) /* S67 */
{
    refused(document(NULL, "\"expansion\":[]"), "\"expansion\"");
    refused(document("[{\"name\":\"a\",\"minPlayers\":1,\"maxPlayers\":2,\"colour\":\"red\"}]", ""),
            "teams[0]");
    refused(document(NULL,
                    "\"rules\":[{\"name\":\"r\",\"type\":\"latency\",\"maxLatency\":5,\"minLatency\":2}]"),
            "\"minLatency\"");
    refused(document(NULL, "\"rules\":[],\"rules\":[]"), "appears twice");
}

TEST(every_object_may_have_a_description)
{
    local_rule_set_destroy(parse(document(
            "[{\"name\":\"a\",\"description\":\"d\",\"minPlayers\":1,\"maxPlayers\":2}]",
            "\"description\":\"d\",\"algorithm\":{\"description\":\"d\"},"
            "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\",\"description\":\"d\"}],"
            "\"rules\":[{\"name\":\"r\",\"type\":\"latency\",\"maxLatency\":5,\"description\":\"d\"}],"
            "\"expansions\":[{\"target\":\"rules[r].maxLatency\",\"description\":\"d\","
            "\"steps\":[{\"waitTimeSeconds\":5,\"value\":9,\"description\":\"d\"}]}]")));
    refused(document("[{\"name\":\"a\",\"description\":5,\"minPlayers\":1,\"maxPlayers\":2}]", ""),
            "\"description\" must be text");
}

TEST(teams_need_a_name_sizes_and_sense)
{
    refused("{\"ruleLanguageVersion\":\"1.0\"}", "\"teams\"");
    refused(document("[]", ""), "at least one team");
    refused(document("[{\"minPlayers\":1,\"maxPlayers\":2}]", ""), "\"name\"");
    refused(document("[{\"name\":\"a\",\"minPlayers\":3,\"maxPlayers\":2}]", ""), "minPlayers 3");
    refused(document("[{\"name\":\"a\",\"minPlayers\":1,\"maxPlayers\":1.5}]", ""), "whole number");
    refused(document("[{\"name\":\"a\",\"minPlayers\":0,\"maxPlayers\":0}]", ""), "maxPlayers");
    refused(document("[{\"name\":\"a\",\"minPlayers\":1,\"maxPlayers\":2},"
                     "{\"name\":\"a\",\"minPlayers\":1,\"maxPlayers\":2}]",
                    ""),
            "twice");
}

TEST(attributes_need_a_type_and_a_default_of_it)
{
    refused(document(NULL, "\"playerAttributes\":[{\"name\":\"a\"}]"), "\"type\"");
    refused(document(NULL, "\"playerAttributes\":[{\"name\":\"a\",\"type\":\"bool\"}]"), "\"bool\"");
    refused(document(NULL, "\"playerAttributes\":[{\"name\":\"a\",\"type\":\"number\",\"default\":\"one\"}]"),
            "default of \"a\"");
    refused(document(
                    NULL, "\"playerAttributes\":[{\"name\":\"a\",\"type\":\"string_list\",\"default\":[1]}]"),
            "texts only");
    refused(document(NULL, "\"playerAttributes\":[{\"name\":\"a\",\"type\":\"number\"},"
                           "{\"name\":\"a\",\"type\":\"number\"}]"),
            "declared twice");
}

TEST(bad_expressions_are_refused_with_column_and_reason)
{
    static const struct {
        const char *expression, *reason;
    } cases[] = {
            {"avg(teams[*].players.attributes[skill]", "')' is missing"},
            {"mean(players.attributes[skill])", "no function \\\"mean\\\""},
            {"avg(teams[green].players.attributes[skill])", "no team \\\"green\\\""},
            {"avg(players.attributes[speed])", "\\\"speed\\\""},
            {"avg(players.attributes[mode])", "a list of numbers"},
            {"avg(avg(players.attributes[skill]))", "a list of numbers"},
            {"flatten(players.attributes[skill])", "a list of lists"},
            {"avg(players.attributes[gear])", "a list of numbers"},
            {"avg(players.attributes[skill][x])", "has keys"},
            {"avg(players.attributes[skill]) + 1", "the text does not"},
            {"teams[red]", "'.players' is expected"},
            {"count(teams[].players)", "a name is missing"},
            {"count(count(count(count(count(count(count(count(count(count(players))))))))))",
                    "functions within"},
            {"", "is expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char rule[512], reason[128];
        snprintf(rule, sizeof rule,
                "\"type\":\"comparison\",\"operation\":\"=\",\"measurements\":[\"%s\"],\"referenceValue\":1",
                cases[i].expression);
        size_t length = 0; /* the reason, without the escapes of JSON */
        for (const char *at = cases[i].reason; *at != '\0'; at++) {
            if (*at != '\\')
                reason[length++] = *at;
        }
        reason[length] = '\0';
        refused(with_rule(rule), reason);
        CHECK_CONTAINS(what, "rules[0] \"r\"");
    }
}

TEST(rules_that_lack_or_confuse_their_properties_are_refused)
{
    static const struct {
        const char *rule, *reason;
    } cases[] = {
            {"\"type\":\"latency\"", "maxLatency"},
            {"\"type\":\"latency\",\"maxLatency\":-5", "negative"},
            {"\"measurements\":[\"players\"]", "\"type\""},
            {"\"type\":\"comparison\",\"measurements\":[\"players.attributes[skill]\"]", "\"operation\""},
            {"\"type\":\"comparison\",\"operation\":\"<\",\"measurements\":[\"players.attributes[skill]\"]",
                    "only = and !="},
            {"\"type\":\"comparison\",\"operation\":\"<\",\"measurements\":[\"players.attributes[mode]\"],"
             "\"referenceValue\":\"ffa\"",
                    "= and != only"},
            {"\"type\":\"comparison\",\"operation\":\"=\",\"measurements\":[\"players.attributes[mode]\"],"
             "\"referenceValue\":4",
                    "not of the type"},
            {"\"type\":\"comparison\",\"operation\":\"=\",\"measurements\":[\"players\"]",
                    "numbers or strings"},
            {"\"type\":\"comparison\",\"operation\":\"=\",\"measurements\":[]", "empty"},
            {"\"type\":\"distance\",\"measurements\":[\"players.attributes[skill]\"],\"referenceValue\":5",
                    "maxDistance"},
            {"\"type\":\"distance\",\"measurements\":[\"players.attributes[skill]\"],\"maxDistance\":5",
                    "referenceValue"},
            {"\"type\":\"distance\",\"measurements\":[\"players.attributes[skill]\"],\"maxDistance\":5,"
             "\"referenceValue\":\"players.attributes[skill]\"",
                    "not a list"},
            {"\"type\":\"distance\",\"measurements\":[\"players.attributes[skill]\"],\"referenceValue\":1,"
             "\"minDistance\":9,\"maxDistance\":5",
                    "more than"},
            {"\"type\":\"batchDistance\",\"batchAttribute\":\"skill\"", "maxDistance"},
            {"\"type\":\"batchDistance\",\"batchAttribute\":\"maps\",\"maxDistance\":2", "number or string"},
            {"\"type\":\"collection\",\"operation\":\"contains\",\"minCount\":1,"
             "\"measurements\":[\"players.attributes[maps]\"]",
                    "referenceValue"},
            {"\"type\":\"collection\",\"operation\":\"intersection\",\"minCount\":1,"
             "\"measurements\":[\"players.attributes[mode]\"]",
                    "string lists"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(with_rule(cases[i].rule), cases[i].reason);
}

TEST(two_rules_of_one_name_are_refused)
{
    refused(document(NULL, "\"rules\":[{\"name\":\"r\",\"type\":\"latency\",\"maxLatency\":5},"
                           "{\"name\":\"r\",\"type\":\"latency\",\"maxLatency\":6}]"),
            "already");
}

TEST(expansions_name_what_exists_and_grow)
{
    static const struct {
        const char *expansion, *reason;
    } cases[] = {
            {"{\"target\":\"rules[x].maxLatency\",\"steps\":[{\"waitTimeSeconds\":1,\"value\":1}]}",
                    "no rule \"x\""},
            {"{\"target\":\"rules[r].minCount\",\"steps\":[{\"waitTimeSeconds\":1,\"value\":1}]}",
                    "no number"},
            {"{\"target\":\"teams[x].minPlayers\",\"steps\":[{\"waitTimeSeconds\":1,\"value\":1}]}",
                    "no team \"x\""},
            {"{\"target\":\"teams[players].name\",\"steps\":[{\"waitTimeSeconds\":1,\"value\":1}]}",
                    "does not expand"},
            {"{\"target\":\"rules[r].maxLatency\",\"steps\":[]}", "\"steps\""},
            {"{\"target\":\"rules[r].maxLatency\",\"steps\":[{\"waitTimeSeconds\":2,\"value\":1},"
             "{\"waitTimeSeconds\":2,\"value\":3}]}",
                    "grow"},
            {"{\"target\":\"teams[players].minPlayers\",\"steps\":[{\"waitTimeSeconds\":1,\"value\":5}]}",
                    "5 to 4 players"},
            {"{\"target\":\"teams[players].maxPlayers\",\"steps\":[{\"waitTimeSeconds\":1,\"value\":41}]}",
                    "40"},
            {"{\"target\":\"teams[players].maxPlayers\",\"steps\":[{\"waitTimeSeconds\":1,\"value\":2.5}]}",
                    "whole number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char parts[1024];
        snprintf(parts, sizeof parts,
                "\"rules\":[{\"name\":\"r\",\"type\":\"latency\",\"maxLatency\":5}],\"expansions\":[%s]",
                cases[i].expansion);
        refused(document(NULL, parts), cases[i].reason);
    }
}

TEST(expansions_hold_from_their_second_on) /* S62 */
{
    local_rule_set *rule_set = parse(document(NULL,
            "\"rules\":[{\"name\":\"r\",\"type\":\"latency\",\"maxLatency\":50}],"
            "\"expansions\":[{\"target\":\"rules[r].maxLatency\",\"steps\":[{\"waitTimeSeconds\":5,\"value\":"
            "100},"
            "{\"waitTimeSeconds\":9,\"value\":200}]},"
            "{\"target\":\"teams[players].maxPlayers\",\"steps\":[{\"waitTimeSeconds\":3,\"value\":6}]}]"));
    const local_rule *rule = &rule_set->rules[0];
    CHECK(local_rule_set_limit(rule_set, rule, LOCAL_LIMIT_MAX_LATENCY, 4999) == 50);
    CHECK(local_rule_set_limit(rule_set, rule, LOCAL_LIMIT_MAX_LATENCY, 5000) == 100);
    CHECK(local_rule_set_limit(rule_set, rule, LOCAL_LIMIT_MAX_LATENCY, 3600000) == 200);
    CHECK_INT(local_rule_set_max_players(rule_set, 0, 2999), 4);
    CHECK_INT(local_rule_set_max_players(rule_set, 0, 3000), 6);
    CHECK_INT(local_rule_set_min_players(rule_set, 0, 3000), 1);
    local_rule_set_destroy(rule_set);
}

TEST(a_missing_attribute_takes_its_default) /* S61 */
{
    local_rule_set *rule_set = parse(
            document(NULL, "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\",\"default\":7},"
                           "{\"name\":\"mode\",\"type\":\"string\"}]"));
    glift_player_attribute mode = {.name = "mode", .type = GLIFT_ATTRIBUTE_STRING, .string = "duel"};
    glift_player_attribute number = {.name = "mode", .type = GLIFT_ATTRIBUTE_DOUBLE, .number = 1};
    glift_player good = {.player_id = "ann", .attributes = &mode, .attribute_count = 1};
    glift_player bare = {.player_id = "bob"};
    glift_player wrong = {.player_id = "cid", .attributes = &number, .attribute_count = 1};
    glift__memory memory;
    glift__memory_init(&memory);
    const glift_player_attribute *resolved;
    CHECK(local_rule_set_resolve(rule_set, &good, &memory, &resolved, what));
    CHECK(resolved[0].number == 7);
    CHECK_TEXT(resolved[1].string, "duel");
    CHECK(!local_rule_set_resolve(rule_set, &bare, &memory, &resolved, what));
    CHECK_TEXT(what, "player \"bob\" lacks the attribute \"mode\", which has no default");
    CHECK(!local_rule_set_resolve(rule_set, &wrong, &memory, &resolved, what));
    CHECK_CONTAINS(what, "not of the declared type");
    glift__memory_fini(&memory);
    local_rule_set_destroy(rule_set);
}

/* ---- rules, each with a lineup it accepts and one it rejects (S60) ---- */

TEST(comparison_judges_every_value_against_the_reference) /* S60 */
{
    const char *rule = "\"type\":\"comparison\",\"operation\":\">=\","
                       "\"measurements\":[\"players.attributes[skill]\"],\"referenceValue\":10";
    CHECK(passes(rule, (person[]){{.skill = 10}, {.skill = 11}}, 2));
    CHECK(!passes(rule, (person[]){{.skill = 10}, {.skill = 9}}, 2));
}

TEST(each_operation_of_a_comparison_judges_less_equal_and_more) /* S60 */
{
    static const struct {
        const char *operation;
        bool less, equal, more;
    } operations[] = {{"<", true, false, false}, {"<=", true, true, false}, {"=", false, true, false},
            {"!=", true, false, true}, {">=", false, true, true}, {">", false, false, true}};
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        char rule[256];
        snprintf(rule, sizeof rule,
                "\"type\":\"comparison\",\"operation\":\"%s\","
                "\"measurements\":[\"players.attributes[skill]\"],\"referenceValue\":10",
                operations[i].operation);
        CHECK_INT(passes(rule, (person[]){{.skill = 9}}, 1), operations[i].less);
        CHECK_INT(passes(rule, (person[]){{.skill = 10}}, 1), operations[i].equal);
        CHECK_INT(passes(rule, (person[]){{.skill = 11}}, 1), operations[i].more);
    }
}

TEST(comparison_of_strings_takes_a_plain_word) /* S60 */
{
    const char *rule = "\"type\":\"comparison\",\"operation\":\"!=\","
                       "\"measurements\":[\"players.attributes[mode]\"],\"referenceValue\":\"duel\"";
    CHECK(passes(rule, (person[]){{.mode = "ffa"}, {.mode = "ctf"}}, 2));
    CHECK(!passes(rule, (person[]){{.mode = "ffa"}, {.mode = "duel"}}, 2));
}

TEST(comparison_without_a_reference_wants_all_equal_or_all_distinct) /* S60 */
{
    const char *equal = "\"type\":\"comparison\",\"operation\":\"=\","
                        "\"measurements\":[\"flatten(teams[*].players.attributes[mode])\"]";
    const char *distinct = "\"type\":\"comparison\",\"operation\":\"!=\","
                           "\"measurements\":[\"players.attributes[skill]\"]";
    CHECK(passes(equal, (person[]){{.mode = "ffa"}, {.mode = "ffa", .team = 1}}, 2));
    CHECK(!passes(equal, (person[]){{.mode = "ffa"}, {.mode = "ctf", .team = 1}}, 2));
    CHECK(passes(distinct, (person[]){{.skill = 1}, {.skill = 3}, {.skill = 2}}, 3));
    CHECK(!passes(distinct, (person[]){{.skill = 1}, {.skill = 2}, {.skill = 1}}, 3));
}

TEST(comparison_of_team_sizes) /* S60 */
{
    const char *rule = "\"type\":\"comparison\",\"operation\":\"=\","
                       "\"measurements\":[\"count(teams[red].players[playerId])\"],"
                       "\"referenceValue\":\"count(teams[blue].players)\"";
    CHECK(passes(rule, (person[]){{.team = 0}, {.team = 1}}, 2));
    CHECK(!passes(rule, (person[]){{.team = 0}, {.team = 1}, {.team = 1}}, 3));
}

TEST(an_empty_team_does_not_reject_before_the_match_is_full) /* S60 */
{
    const char *even = "\"type\":\"comparison\",\"operation\":\"=\","
                       "\"measurements\":[\"count(teams[red].players)\"],"
                       "\"referenceValue\":\"count(teams[blue].players)\"";
    const char *fair = "\"type\":\"distance\",\"measurements\":[\"avg(teams[*].players.attributes[skill])\"],"
                       "\"referenceValue\":0,\"maxDistance\":100";
    const person one[] = {{.team = 0, .skill = 5}};
    CHECK(passes_at(even, one, 1, LOCAL_CHECK_FILLING, 0, NULL));
    CHECK(!passes_at(even, one, 1, LOCAL_CHECK_FINISHED, 0, NULL));
    CHECK(passes_at(fair, one, 1, LOCAL_CHECK_FILLING, 0, NULL));
    CHECK(!passes_at(fair, one, 1, LOCAL_CHECK_FINISHED, 0, NULL));
}

TEST(distance_keeps_averages_of_teams_together) /* S60 */
{
    const char *rule = "\"type\":\"distance\",\"measurements\":[\"avg(teams[*].players.attributes[skill])\"],"
                       "\"referenceValue\":\"avg(flatten(teams[*].players.attributes[skill]))\","
                       "\"maxDistance\":10";
    CHECK(passes(rule, (person[]){{.team = 0, .skill = 10}, {.team = 1, .skill = 30}}, 2));
    CHECK(!passes(rule, (person[]){{.team = 0, .skill = 10}, {.team = 1, .skill = 31}}, 2));
}

TEST(distance_can_keep_apart) /* S60 */
{
    const char *rule = "\"type\":\"distance\",\"measurements\":[\"players.attributes[skill]\"],"
                       "\"referenceValue\":50,\"minDistance\":5";
    CHECK(passes(rule, (person[]){{.skill = 45}, {.skill = 60}}, 2));
    CHECK(!passes(rule, (person[]){{.skill = 45}, {.skill = 54}}, 2));
}

TEST(functions_compute_what_they_say) /* S60 */
{
    static const struct {
        const char *expression;
        double value;
    } cases[] = {
            {"min(players.attributes[skill])", 1},
            {"max(players.attributes[skill])", 9},
            {"sum(players.attributes[skill])", 16},
            {"avg(players.attributes[skill])", 4},
            {"median(players.attributes[skill])", 3},
            {"count(players)", 4},
            {"stddev(players.attributes[skill])", 3}, /* of 1, 3, 3, 9 */
            {"sum(players.attributes[gear][sword])", 12},
            {"max(count(teams[*].players))", 3},
            {"min(avg(team[red, blue].players.attributes[skill]))", 1},
            {"count(set_intersection(players.attributes[maps]))", 1},
            {"max(count(players.attributes[maps]))", 2},
    };
    const person people[] = {{.team = 0, .skill = 3, .maps = {"a", "b"}},
            {.team = 0, .skill = 9, .maps = {"a"}}, {.team = 0, .skill = 3, .maps = {"b", "a"}},
            {.team = 1, .skill = 1, .maps = {"a", "c"}}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char rule[512];
        snprintf(rule, sizeof rule,
                "\"type\":\"distance\",\"measurements\":[\"%s\"],\"referenceValue\":%g,\"maxDistance\":0."
                "0001",
                cases[i].expression, cases[i].value);
        if (!passes(rule, people, 4))
            test_fail(__FILE__, __LINE__, cases[i].expression);
    }
}

TEST(a_party_counts_by_its_aggregate) /* S60 */
{
    static const struct {
        const char *how;
        bool passes;
    } cases[] = {{"min", false}, {"max", true}, {"avg", false}};
    /* The party has 4 and 12: 4, 12 or 8 against "at least 10". */
    const person party[] = {{.party = 1, .skill = 4}, {.party = 1, .skill = 12}};
    for (size_t i = 0; i < 3; i++) {
        char rule[256];
        snprintf(rule, sizeof rule,
                "\"type\":\"comparison\",\"operation\":\">=\",\"measurements\":[\"players.attributes[skill]"
                "\"],"
                "\"referenceValue\":10,\"partyAggregation\":\"%s\"",
                cases[i].how);
        CHECK_INT(passes(rule, party, 2), cases[i].passes);
    }
}

TEST(batch_distance_bounds_the_spread_or_wants_equal_strings) /* S60 */
{
    const char *numbers = "\"type\":\"batchDistance\",\"batchAttribute\":\"skill\",\"maxDistance\":5";
    const char *words = "\"type\":\"batchDistance\",\"batchAttribute\":\"mode\"";
    CHECK(passes(numbers, (person[]){{.skill = 1}, {.skill = 6}, {.skill = 3}}, 3));
    CHECK(!passes(numbers, (person[]){{.skill = 1}, {.skill = 7}, {.skill = 3}}, 3));
    CHECK(passes(words, (person[]){{.mode = "ffa"}, {.mode = "ffa"}}, 2));
    CHECK(!passes(words, (person[]){{.mode = "ffa"}, {.mode = "ctf"}}, 2));
}

TEST(collection_intersection_counts_common_values) /* S60 */
{
    const char *rule = "\"type\":\"collection\",\"operation\":\"intersection\",\"minCount\":1,"
                       "\"measurements\":[\"flatten(teams[*].players.attributes[maps])\"]";
    CHECK(passes(rule, (person[]){{.maps = {"pit", "spire"}}, {.team = 1, .maps = {"spire"}}}, 2));
    CHECK(!passes(rule, (person[]){{.maps = {"pit"}}, {.team = 1, .maps = {"spire"}}}, 2));
}

TEST(collection_contains_counts_the_lists_with_a_value) /* S60 */
{
    const char *rule = "\"type\":\"collection\",\"operation\":\"contains\",\"referenceValue\":\"healer\","
                       "\"minCount\":1,\"maxCount\":2,\"measurements\":[\"players.attributes[maps]\"]";
    const person healer = {.maps = {"healer"}}, tank = {.maps = {"tank"}};
    CHECK(passes(rule, (person[]){healer, tank, healer}, 3));
    CHECK(!passes(rule, (person[]){tank, tank}, 2));
    CHECK(!passes(rule, (person[]){healer, healer, healer}, 3));
}

TEST(collection_takes_the_union_or_the_intersection_of_a_party) /* S60 */
{
    const char *rule = "\"type\":\"collection\",\"operation\":\"intersection\",\"minCount\":1,"
                       "\"measurements\":[\"players.attributes[maps]\"],\"partyAggregation\":\"%s\"";
    const person people[] = {{.party = 1, .maps = {"a"}}, {.party = 1, .maps = {"b"}}, {.maps = {"b"}}};
    char text[256];
    snprintf(text, sizeof text, rule, "union");
    CHECK(passes(text, people, 3));
    snprintf(text, sizeof text, rule, "intersection");
    CHECK(!passes(text, people, 3));
}

TEST(latency_wants_one_place_that_is_near_for_everyone) /* S60 */
{
    const char *rule = "\"type\":\"latency\",\"maxLatency\":100";
    const person near_home = {.latency_home = 20, .latency_away = 150};
    const person near_away = {.latency_home = 150, .latency_away = 20};
    const person near_both = {.latency_home = 90, .latency_away = 100};
    const person silent = {.skill = 1};
    CHECK(passes(rule, (person[]){near_home, near_both}, 2));
    CHECK(passes(rule, (person[]){near_away, near_both}, 2));
    CHECK(!passes(rule, (person[]){near_home, near_away}, 2));
    CHECK(!passes(rule, (person[]){near_home, silent}, 2));
    CHECK(!passes_at(rule, (person[]){near_home}, 1, LOCAL_CHECK_FINISHED, 0, "away"));
    CHECK(passes_at(rule, (person[]){near_home}, 1, LOCAL_CHECK_FINISHED, 0, "home"));
}

TEST(only_rules_that_stay_broken_end_a_search)
{
    const char *mends = "\"type\":\"distance\",\"measurements\":[\"avg(players.attributes[skill])\"],"
                        "\"referenceValue\":10,\"maxDistance\":1";
    const char *stays = "\"type\":\"distance\",\"measurements\":[\"players.attributes[skill]\"],"
                        "\"referenceValue\":10,\"maxDistance\":1";
    const person far[] = {{.skill = 50}};
    CHECK(passes_at(mends, far, 1, LOCAL_CHECK_HOPELESS, 0, NULL));
    CHECK(!passes_at(stays, far, 1, LOCAL_CHECK_HOPELESS, 0, NULL));
}

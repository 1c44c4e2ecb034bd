/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of the rule language: documents, and people who are judged by one rule. */
#ifndef LOCAL_RULES_H
#define LOCAL_RULES_H

#include "rules/rule_check.h"
#include "rules/rule_set.h"
#include "test.h"

static char what[LOCAL_WHAT_SIZE];

/* "parts" are the members beside version and teams; NULL teams: one team of 1 to 4. */
static inline char *document(const char *teams, const char *parts)
{
    static char text[70000];
    snprintf(text, sizeof text, "{\"ruleLanguageVersion\":\"1.0\",\"teams\":%s%s%s}",
            teams != NULL ? teams : "[{\"name\":\"players\",\"minPlayers\":1,\"maxPlayers\":4}]",
            parts[0] != '\0' ? "," : "", parts);
    return text;
}

static inline local_rule_set *parse(const char *text)
{
    local_rule_set *rule_set = NULL;
    glift_status status = local_rule_set_parse(text, &rule_set, what);
    if (status != GLIFT_OK) {
        printf("# %s\n", what);
        test_fail(__FILE__, __LINE__, "the rule set parses");
    }
    return rule_set;
}

static inline void refused(const char *text, const char *reason)
{
    local_rule_set *rule_set = NULL;
    CHECK_INT(local_rule_set_parse(text, &rule_set, what), GLIFT_ERR_ARGUMENT);
    CHECK(rule_set == NULL);
    CHECK_CONTAINS(what, reason);
}

#define SKILL                                                                                                \
    "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\",\"default\":10},"                         \
    "{\"name\":\"mode\",\"type\":\"string\",\"default\":\"ffa\"},"                                           \
    "{\"name\":\"maps\",\"type\":\"string_list\",\"default\":[\"pit\"]},"                                    \
    "{\"name\":\"gear\",\"type\":\"string_number_map\",\"default\":{\"sword\":1}}],"

/* The properties of one rule but for its name, or several whole rules: "{...},{...}". */
static inline char *with_rule(const char *rule)
{
    static char parts[66000];
    bool whole = rule[0] == '{';
    snprintf(parts, sizeof parts, SKILL "\"rules\":[%s%s%s]", whole ? "" : "{\"name\":\"r\",", rule,
            whole ? "" : "}");
    return document("[{\"name\":\"red\",\"minPlayers\":0,\"maxPlayers\":3},"
                    "{\"name\":\"blue\",\"minPlayers\":0,\"maxPlayers\":3}]",
            parts);
}

typedef struct person {
    int team;
    size_t party;
    double skill;
    const char *mode;
    const char *maps[3];            /* up to the first NULL */
    int latency_home, latency_away; /* 0: not measured */
} person;

/* Does the rule pass for these people? red is team 0, blue 1. */
static inline bool passes_at(const char *rule, const person *people, size_t count, local_check check,
        uint64_t age_ms, const char *location)
{
    enum { MOST = 8 };
    local_rule_set *rule_set = parse(with_rule(rule));
    static glift_player_attribute attributes[MOST][4];
    static glift_player_latency latencies[MOST][2];
    static const char *const ids[MOST] = {"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"};
    static const glift_double_entry gear = {"sword", 3};
    glift_player players[MOST] = {{0}};
    local_seat seats[MOST];
    for (size_t i = 0; i < count; i++) {
        const person *p = &people[i];
        attributes[i][0] = (glift_player_attribute){.type = GLIFT_ATTRIBUTE_DOUBLE, .number = p->skill};
        attributes[i][1] = (glift_player_attribute){.type = GLIFT_ATTRIBUTE_STRING, .string = p->mode};
        attributes[i][2] =
                (glift_player_attribute){.type = GLIFT_ATTRIBUTE_STRING_LIST, .string_list = p->maps};
        attributes[i][3] = (glift_player_attribute){
                .type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP, .double_map = &gear, .double_count = 1};
        while (attributes[i][2].string_count < 3 && p->maps[attributes[i][2].string_count] != NULL)
            attributes[i][2].string_count++;
        players[i] =
                (glift_player){.player_id = ids[i], .attributes = attributes[i], .latencies = latencies[i]};
        if (p->latency_home > 0)
            latencies[i][players[i].latency_count++] = (glift_player_latency){"home", p->latency_home};
        if (p->latency_away > 0)
            latencies[i][players[i].latency_count++] = (glift_player_latency){"away", p->latency_away};
        seats[i] = (local_seat){&players[i], p->team, p->party == 0 ? 100 + i : p->party, false};
    }
    local_lineup lineup = {seats, count, 2, location};
    bool passes = local_rules_failing(rule_set, &lineup, age_ms, check) == NULL;
    local_rule_set_destroy(rule_set);
    return passes;
}

static inline bool passes(const char *rule, const person *people, size_t count)
{
    return passes_at(rule, people, count, LOCAL_CHECK_FINISHED, 0, NULL);
}

#endif

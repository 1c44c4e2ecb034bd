/* SPDX-License-Identifier: Apache-2.0 */
/* The statement of a compound rule: "or(and(Serious, VeryClose), not(Casual))". Its leaves are rules that the
 * rule set declares before it, so that no rule can stand for itself. */

#include "rules/rule_reader.h"

#include <stdio.h>
#include <string.h>

#define MAX_NESTING 16

typedef struct parser {
    local_reader *reader;
    const char *place, *text, *at;
    const local_rule *compound;
    size_t parts;
    unsigned nesting;
} parser;

static bool refuse(parser *p, const char *reason, const char *about)
{
    return local_reader_refuse(p->reader, "%s.statement \"%.120s\", column %zu: %s%.100s", p->place, p->text,
            (size_t)(p->at - p->text) + 1, reason, about);
}

static void skip_blanks(parser *p)
{
    p->at += strspn(p->at, " \t\r\n");
}

static bool take(parser *p, char token)
{
    skip_blanks(p);
    if (*p->at != token)
        return false;
    p->at++;
    return true;
}

/* What there is up to a bracket, a comma or the end, blanks round it dropped. */
static bool take_word(parser *p, char word[257])
{
    skip_blanks(p);
    size_t length = strcspn(p->at, "(),"), trimmed = length;
    while (trimmed > 0 && strchr(" \t\r\n", p->at[trimmed - 1]) != NULL)
        trimmed--;
    if (trimmed == 0 || trimmed > 256)
        return refuse(p, "the name of a rule, or and, or, not, xor is expected", "");
    snprintf(word, 257, "%.*s", (int)trimmed, p->at);
    p->at += length;
    return true;
}

static bool find_rule(parser *p, const char *name, local_statement *out)
{
    local_rule *rules = p->reader->rule_set->rules;
    for (out->rule = 0; &rules[out->rule] < p->compound; out->rule++) {
        local_rule *rule = &rules[out->rule];
        if (strcmp(rule->name, name) != 0)
            continue;
        if (rule->kind == LOCAL_RULE_BATCH_DISTANCE || rule->kind == LOCAL_RULE_ABSOLUTE_SORT ||
                rule->kind == LOCAL_RULE_DISTANCE_SORT)
            return refuse(p, "neither a batchDistance nor a sort rule can be part of it, as is ", name);
        rule->inside = true;
        return true;
    }
    return refuse(p, "no rule before this one is called ", name);
}

static bool read_part(parser *p, local_statement *out);

/* "a, b)": the parts of an operator. */
static bool read_parts(parser *p, local_statement *out)
{
    if (++p->nesting > MAX_NESTING)
        return refuse(p, "more than 16 operators stand within each other", "");
    out->parts = local_reader_take(p->reader, LOCAL_RULE_SET_MAX_PARTS, sizeof *out->parts);
    do {
        if (out->parts == NULL || !read_part(p, &out->parts[out->part_count]))
            return false;
        out->part_count++;
    } while (take(p, ','));
    p->nesting--;
    if (!take(p, ')'))
        return refuse(p, "')' is missing", "");
    if (out->kind == LOCAL_STATEMENT_NOT ? out->part_count != 1 : out->part_count < 2)
        return refuse(p,
                out->kind == LOCAL_STATEMENT_NOT ? "not takes one part" : "at least two parts are expected",
                "");
    return true;
}

static bool read_part(parser *p, local_statement *out)
{
    static const char *const operators[] = {[LOCAL_STATEMENT_AND] = "and",
            [LOCAL_STATEMENT_OR] = "or",
            [LOCAL_STATEMENT_NOT] = "not",
            [LOCAL_STATEMENT_XOR] = "xor"};
    char word[257];
    if (++p->parts > LOCAL_RULE_SET_MAX_PARTS)
        return refuse(p, "it has more than 64 operators and names", "");
    if (!take_word(p, word))
        return false;
    if (!take(p, '('))
        return find_rule(p, word, out);
    for (int kind = LOCAL_STATEMENT_AND; kind <= LOCAL_STATEMENT_XOR; kind++) {
        out->kind = (local_statement_kind)kind;
        if (strcmp(operators[kind], word) == 0)
            return read_parts(p, out);
    }
    return refuse(p, "there is no operator ", word);
}

/* More players cannot mend it: true for rules of which that is true, joined by and, or. */
static bool tightens(const local_rule_set *rule_set, const local_statement *statement)
{
    if (statement->kind == LOCAL_STATEMENT_RULE)
        return rule_set->rules[statement->rule].tightens;
    bool all = statement->kind == LOCAL_STATEMENT_AND || statement->kind == LOCAL_STATEMENT_OR;
    for (size_t i = 0; i < statement->part_count; i++)
        all = all && tightens(rule_set, &statement->parts[i]);
    return all;
}

bool local_read_statement(local_reader *reader, const char *place, const char *text, local_rule *rule)
{
    parser p = {.reader = reader, .place = place, .text = text, .at = text, .compound = rule};
    local_statement *statement = local_reader_take(reader, 1, sizeof *statement);
    if (statement == NULL || !read_part(&p, statement))
        return false;
    skip_blanks(&p);
    if (*p.at != '\0')
        return refuse(&p, "the statement ends here, but the text does not", "");
    rule->statement = statement;
    rule->tightens = tightens(reader->rule_set, statement);
    return true;
}

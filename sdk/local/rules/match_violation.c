/* SPDX-License-Identifier: Apache-2.0 */
/* By how much a lineup breaks a rule that measures it as a whole, worked out from the tickets' columns. */

#include "rules/match_program.h"

#include <math.h>
#include <stdlib.h>

/* The violation of a rule that measures nothing, in a match that is to be whole. */
#define NEVER_TO_MEND 1000

/* ---- working out expressions ---- */

/* Numbers in groups: of depth 2 a group is a list, of depth 1 there is one group, of depth 0 one number. */
typedef struct numbers {
    double values[MATCH_PLAYERS];
    int ends[MATCH_PLAYERS], groups;
    unsigned depth;
} numbers;

/* at[group] is where the group ends. Whoever lacks the value, being NaN, is not in the list. */
static void drop_absent(numbers *out, const int *at)
{
    int kept = 0, from = 0;
    for (int group = 0; group < out->groups; group++) {
        for (; from < at[group]; from++) {
            if (!isnan(out->values[from]))
                out->values[kept++] = out->values[from];
        }
        out->ends[group] = kept;
    }
}

/* The group of each team of the path; -1: it is not about that team. */
static void map_teams(const match_facts *facts, const local_expression *path, int *group_of)
{
    for (size_t team = 0; team < facts->rule_set->team_count; team++)
        group_of[team] = path->by_team ? -1 : 0;
    for (size_t i = 0; path->by_team && i < path->team_count; i++)
        group_of[path->teams[i]] = (int)i;
}

/* Group by group, in the order of the path: counted first, then put in their places. */
static void read_path(
        const match_facts *facts, const match_lineup *lineup, const program_node *from, numbers *out)
{
    const local_expression *path = from->expression;
    int group_of[MATCH_PLAYERS], at[MATCH_PLAYERS + 1] = {0},
                                                    groups = path->by_team ? (int)path->team_count : 1;
    out->groups = groups;
    out->depth = path->several_teams ? 2 : 1;
    map_teams(facts, path, group_of);
    for (int i = 0; i < lineup->count; i++) {
        if (group_of[lineup->teams[i]] >= 0)
            at[group_of[lineup->teams[i]] + 1] += lineup->tickets[i]->players;
    }
    for (int group = 0; group < groups; group++)
        at[group + 1] += at[group];
    for (int i = 0; i < lineup->count; i++) {
        const match_ticket *ticket = lineup->tickets[i];
        int group = group_of[lineup->teams[i]];
        for (int player = 0; group >= 0 && player < ticket->players; player++)
            out->values[at[group]++] =
                    from->column == NO_COLUMN ? 0 : match_ticket_value(facts, ticket, from->column, player);
    }
    drop_absent(out, at);
}

static int by_number(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double spread_of(const double *values, int count, double mean)
{
    double squares = 0;
    for (int i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / count);
}

/* NaN: there is nothing to measure. */
static double aggregate(local_function function, double *values, int count, bool filling)
{
    double sum = 0, low = INFINITY, high = -INFINITY;
    if (count == 0)
        return !filling && (function == LOCAL_FUNCTION_COUNT || function == LOCAL_FUNCTION_SUM) ? 0 : NAN;
    for (int i = 0; i < count; i++) {
        sum += values[i];
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    switch (function) {
    case LOCAL_FUNCTION_COUNT:
        return count;
    case LOCAL_FUNCTION_SUM:
        return sum;
    case LOCAL_FUNCTION_MIN:
        return low;
    case LOCAL_FUNCTION_MAX:
        return high;
    case LOCAL_FUNCTION_STDDEV:
        return spread_of(values, count, sum / count);
    case LOCAL_FUNCTION_MEDIAN:
        qsort(values, (size_t)count, sizeof *values, by_number);
        return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
    default:
        return sum / count;
    }
}

static void apply(local_function function, numbers *in, bool filling)
{
    int begin = 0;
    if (function == LOCAL_FUNCTION_FLATTEN) {
        in->ends[0] = in->groups > 0 ? in->ends[in->groups - 1] : 0;
        in->groups = 1;
        in->depth--;
        return;
    }
    for (int group = 0; group < in->groups; group++) {
        int end = in->ends[group];
        in->values[group] = aggregate(function, in->values + begin, end - begin, filling);
        begin = end;
    }
    in->ends[0] = in->groups;
    in->groups = 1;
    in->depth--;
}

static void evaluate(const match_facts *facts, const match_lineup *lineup, const program_node *from,
        bool filling, const match_program *program, numbers *out)
{
    if (from->expression->kind == LOCAL_CONSTANT) {
        out->values[0] = from->expression->text != NULL ? program->constant : from->expression->number;
        out->ends[0] = out->groups = 1;
        out->depth = 0;
    } else if (from->expression->kind == LOCAL_PATH) {
        read_path(facts, lineup, from, out);
    } else {
        evaluate(facts, lineup, from->argument, filling, program, out);
        apply(from->expression->function, out, filling);
    }
}

static int count_of(const numbers *all)
{
    return all->depth == 0 ? 1 : all->groups > 0 ? all->ends[all->groups - 1] : 0;
}

/* ---- violations ---- */

static double beyond(double value, double low, double high)
{
    return value < low ? low - value : value > high ? value - high : 0;
}

/* A hair is no violation: sums are not exact, and the definition has the last word. */
static double share(double amount, double limit)
{
    double scale = 1 + (isnan(limit) ? 0 : fabs(limit));
    return amount <= 1e-9 * scale ? 0 : amount / scale;
}

static double compare(const local_rule *rule, double value, double to)
{
    double difference = value - to;
    switch (rule->operation) {
    case LOCAL_LESS:
        return difference < 0 ? 0 : share(difference + 1e-3, to);
    case LOCAL_LESS_OR_EQUAL:
        return difference <= 0 ? 0 : share(difference, to);
    case LOCAL_EQUAL:
        return share(fabs(difference), to);
    case LOCAL_NOT_EQUAL:
        return difference != 0 ? 0 : 1;
    case LOCAL_GREATER_OR_EQUAL:
        return difference >= 0 ? 0 : share(-difference, to);
    default:
        return difference > 0 ? 0 : share(1e-3 - difference, to);
    }
}

static double judge_value(const local_rule *rule, const double *limits, double value, double to, bool text)
{
    if (rule->kind == LOCAL_RULE_DISTANCE) {
        double low = limits[LOCAL_LIMIT_MIN_DISTANCE], high = limits[LOCAL_LIMIT_MAX_DISTANCE];
        return share(beyond(fabs(value - to), low, high), isnan(high) ? low : high);
    }
    if (text)
        return (value == to) == (rule->operation == LOCAL_EQUAL) ? 0 : 1;
    return compare(rule, value, to);
}

/* Without a reference: all are equal, or all distinct. */
static double judge_among(const local_rule *rule, double *values, int count)
{
    double broken = 0;
    qsort(values, (size_t)count, sizeof *values, by_number);
    for (int i = 1; i < count; i++)
        broken += (values[i] == values[i - 1]) != (rule->operation == LOCAL_EQUAL);
    return broken;
}

static double judge_values(match_search *search, const match_lineup *lineup, size_t index, bool filling,
        const match_program *program)
{
    const local_rule *rule = &search->facts->rule_set->rules[index];
    const double *limits = search->level->limits[index];
    bool text = rule->measurements[0]->shape.element == LOCAL_ELEMENT_TEXT;
    bool among = !program->has_reference && isnan(limits[LOCAL_LIMIT_REFERENCE]);
    double to = limits[LOCAL_LIMIT_REFERENCE], total = 0;
    numbers all;
    if (program->has_reference) {
        evaluate(search->facts, lineup, &program->reference, filling, program, &all);
        to = all.values[0];
        if (isnan(to))
            return filling ? 0 : NEVER_TO_MEND;
    }
    if (among && rule->measurement_count > 1)
        return -1;
    for (size_t i = 0; i < rule->measurement_count; i++) {
        evaluate(search->facts, lineup, &program->measurements[i], filling, program, &all);
        int count = count_of(&all);
        for (int k = 0; k < count; k++) {
            if (isnan(all.values[k]))
                total += filling ? 0 : NEVER_TO_MEND;
            else if (!among)
                total += judge_value(rule, limits, all.values[k], to, text);
        }
        if (among)
            total += judge_among(rule, all.values, count);
    }
    return total;
}

static double judge_contains(match_search *search, const match_lineup *lineup, size_t index, bool filling,
        const match_program *program)
{
    const local_rule *rule = &search->facts->rule_set->rules[index];
    const double *limits = search->level->limits[index];
    double total = 0;
    numbers all;
    for (size_t i = 0; i < rule->measurement_count; i++) {
        evaluate(search->facts, lineup, &program->measurements[i], filling, program, &all);
        apply(LOCAL_FUNCTION_SUM, &all, filling);
        for (int k = 0; k < count_of(&all); k++)
            total += isnan(all.values[k]) ? 0
                                          : beyond(all.values[k], limits[LOCAL_LIMIT_MIN_COUNT],
                                                    limits[LOCAL_LIMIT_MAX_COUNT]);
    }
    return total;
}

static int words_among_ids(const match_words *list, const match_lineup *lineup)
{
    int count = 0;
    for (size_t i = 0; i < list->count; i++) {
        bool found = false;
        for (int k = 0; k < lineup->count && !found; k++) {
            for (int player = 0; player < lineup->tickets[k]->players && !found; player++)
                found = lineup->tickets[k]->ids[player] == list->words[i];
        }
        count += found;
    }
    return count;
}

static double judge_blocks(
        match_search *search, const match_lineup *lineup, size_t index, const match_program *program)
{
    const double *limits = search->level->limits[index];
    double total = 0;
    for (int i = 0; i < lineup->count; i++) {
        const match_words *list = &lineup->tickets[i]->lists[program->column];
        search->matcher->units -= (long)list->count * lineup->players / 16;
        total += beyond(
                words_among_ids(list, lineup), limits[LOCAL_LIMIT_MIN_COUNT], limits[LOCAL_LIMIT_MAX_COUNT]);
    }
    return total;
}

static long count_leaves(const local_statement *statement)
{
    long leaves = statement->kind == LOCAL_STATEMENT_RULE;
    for (size_t i = 0; i < statement->part_count; i++)
        leaves += count_leaves(&statement->parts[i]);
    return leaves;
}

/* By the players, the words of their lists and the places that they measured. A statement may name rules of
 * each kind. */
long match_cost_of_definition(const local_rule *rule, const match_lineup *lineup)
{
    long words = 0, places = 0, most = 0;
    for (int i = 0; i < lineup->count; i++) {
        words += lineup->tickets[i]->most_words * lineup->tickets[i]->players;
        places += lineup->tickets[i]->most_places * lineup->tickets[i]->players;
        most = lineup->tickets[i]->most_places > most ? lineup->tickets[i]->most_places : most;
    }
    long people = 40 + 8 * lineup->players, lists = (long)(rule->measurement_count + 1) * words,
         distances = most * places / 16;
    if (rule->kind == LOCAL_RULE_COLLECTION)
        return people + lists;
    if (rule->kind == LOCAL_RULE_LATENCY)
        return people + distances;
    return rule->kind == LOCAL_RULE_COMPOUND
                   ? count_leaves(rule->statement) * (people + 2 * words + distances)
                   : people;
}

/* By the definition: 0 or 1. */
static double judge_by_definition(
        match_search *search, const match_lineup *lineup, size_t index, bool filling)
{
    const match_facts *facts = search->facts;
    local_seat seats[MATCH_PLAYERS];
    local_lineup all = {seats, 0, facts->rule_set->team_count,
            lineup->backfill != NULL ? lineup->backfill->candidate->location : NULL};
    for (int i = 0; i < lineup->count; i++) {
        const match_ticket *ticket = lineup->tickets[i];
        for (int player = 0; player < ticket->players && all.seat_count < MATCH_PLAYERS; player++)
            seats[all.seat_count++] = (local_seat){
                    &ticket->about[player], lineup->teams[i], (size_t)i, ticket->candidate == NULL};
    }
    search->matcher->units -= match_cost_of_definition(&facts->rule_set->rules[index], lineup);
    uint64_t age_ms = search->level_index == 0 ? 0 : facts->waits_ms[search->level_index - 1];
    return local_rule_passes(facts->rule_set, &facts->rule_set->rules[index], &all, age_ms,
                   filling ? LOCAL_CHECK_FILLING : LOCAL_CHECK_FINISHED)
                   ? 0
                   : 1;
}

static double judge_statement(
        match_search *search, const match_lineup *lineup, const local_statement *statement, bool filling)
{
    if (statement->kind == LOCAL_STATEMENT_RULE)
        return match_violation_of(search, lineup, statement->rule, filling);
    double sum = 0, least = INFINITY;
    size_t kept = 0;
    for (size_t i = 0; i < statement->part_count; i++) {
        double part = judge_statement(search, lineup, &statement->parts[i], filling);
        sum += part;
        least = part < least ? part : least;
        kept += part == 0;
    }
    switch (statement->kind) {
    case LOCAL_STATEMENT_AND:
        return sum;
    case LOCAL_STATEMENT_OR:
        return least;
    case LOCAL_STATEMENT_XOR:
        return kept == 1 ? 0 : kept == 0 ? least : (double)(kept - 1);
    default: /* not */
        return kept > 0 ? 1 : 0;
    }
}

double match_violation_of(match_search *search, const match_lineup *lineup, size_t index, bool filling)
{
    const match_program *program = search->facts->programs[index];
    const local_rule *rule = &search->facts->rule_set->rules[index];
    long parts = (long)rule->measurement_count + program->has_reference;
    search->matcher->units -=
            2 + (2 * lineup->players + (long)search->facts->rule_set->team_count) * parts / 4;
    switch (program->kind) {
    case PROGRAM_VALUES: {
        double violation = judge_values(search, lineup, index, filling, program);
        return violation >= 0 ? violation : judge_by_definition(search, lineup, index, filling);
    }
    case PROGRAM_CONTAINS:
        return judge_contains(search, lineup, index, filling, program);
    case PROGRAM_BLOCKS:
        return judge_blocks(search, lineup, index, program);
    case PROGRAM_STATEMENT:
        /* "not" of what measures nothing yet is not known: the definition knows three verdicts. */
        if (filling)
            return judge_by_definition(search, lineup, index, true);
        return judge_statement(search, lineup, rule->statement, false);
    case PROGRAM_DEFINITION:
        break;
    }
    return judge_by_definition(search, lineup, index, filling);
}

double match_violation(match_search *search, const match_lineup *lineup, size_t *worst)
{
    double total = 0, most = 0;
    *worst = SIZE_MAX;
    for (size_t i = 0; i < search->facts->measured_count; i++) {
        double violation = match_violation_of(search, lineup, search->facts->measured[i], false);
        total += violation;
        if (violation > most) {
            most = violation;
            *worst = search->facts->measured[i];
        }
    }
    return total;
}

bool match_is_hopeful(match_search *search, const match_lineup *lineup)
{
    for (size_t i = 0; i < search->facts->measured_count; i++) {
        size_t index = search->facts->measured[i];
        if (search->facts->rule_set->rules[index].tightens &&
                match_violation_of(search, lineup, index, true) > 0)
            return false;
    }
    return true;
}

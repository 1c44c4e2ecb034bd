/* SPDX-License-Identifier: Apache-2.0 */
/* Makes rules that measure a lineup ready for the search, which asks for them some hundred thousand times a
 * second. What is not known here is left to the definition, which says yes or no. */

#include "rules/match_program.h"

static bool is_number_or_text(local_element element)
{
    return element == LOCAL_ELEMENT_NUMBER || element == LOCAL_ELEMENT_TEXT;
}

/* lists: string lists count as "does it contain the word". False where this file has no way to work it out.
 */
static bool read_node(match_facts *facts, const local_expression *expression, const local_rule *rule,
        bool lists, program_node *out)
{
    out->expression = expression;
    out->column = NO_COLUMN;
    if (expression->kind == LOCAL_CONSTANT)
        return expression->shape.depth == 0;
    if (expression->kind == LOCAL_CALL) {
        out->argument = glift__memory_take(&facts->memory, 1, sizeof *out->argument);
        return out->argument != NULL && expression->function != LOCAL_FUNCTION_SET_INTERSECTION &&
               read_node(facts, expression->argument, rule, lists, out->argument);
    }
    bool list = expression->has_attribute && expression->type == GLIFT_ATTRIBUTE_STRING_LIST;
    if (list != lists || (expression->shape.element == LOCAL_ELEMENT_MAP))
        return false;
    match_column column = {.attribute = expression->attribute, .party = rule->party, .key = expression->key};
    if (list)
        column = (match_column){.kind = MATCH_CONTAINS,
                .attribute = expression->attribute,
                .party = rule->party,
                .word = rule->reference->text};
    else if (expression->player_ids)
        column = (match_column){.kind = MATCH_PLAYER_IDS};
    else if (expression->shape.element == LOCAL_ELEMENT_TEXT)
        column = (match_column){.kind = MATCH_TEXT, .attribute = expression->attribute};
    if (expression->has_attribute || expression->player_ids)
        out->column = match_column_of(facts, column);
    return true;
}

static bool read_values(match_facts *facts, const local_rule *rule, match_program *program)
{
    bool known = true;
    for (size_t i = 0; i < rule->measurement_count && known; i++)
        known = is_number_or_text(rule->measurements[i]->shape.element) &&
                read_node(facts, rule->measurements[i], rule, false, &program->measurements[i]);
    program->has_reference = rule->reference != NULL;
    if (known && rule->reference != NULL && rule->reference->text != NULL)
        program->constant = (double)(match_hash(rule->reference->text) >> 11);
    return known &&
           (rule->reference == NULL || read_node(facts, rule->reference, rule, false, &program->reference));
}

static bool read_contains(match_facts *facts, const local_rule *rule, match_program *program)
{
    bool known = rule->operation == LOCAL_CONTAINS && rule->reference->text != NULL;
    for (size_t i = 0; i < rule->measurement_count && known; i++)
        known = rule->measurements[i]->shape.depth >= 2 &&
                read_node(facts, rule->measurements[i], rule, true, &program->measurements[i]);
    return known;
}

static const local_expression *path_of_all(const match_facts *facts, const local_expression *expression)
{
    while (expression->kind == LOCAL_CALL && expression->function == LOCAL_FUNCTION_FLATTEN)
        expression = expression->argument;
    bool all = !expression->by_team || expression->team_count == facts->rule_set->team_count;
    return expression->kind == LOCAL_PATH && all ? expression : NULL;
}

/* Everybody's list against everybody's id: block lists. */
static bool read_blocks(match_facts *facts, const local_rule *rule, match_program *program)
{
    if (rule->operation != LOCAL_REFERENCE_INTERSECTION_COUNT || rule->measurement_count != 1)
        return false;
    const local_expression *lists = path_of_all(facts, rule->measurements[0]);
    const local_expression *ids = path_of_all(facts, rule->reference);
    if (lists == NULL || ids == NULL || !ids->player_ids || !lists->has_attribute ||
            lists->type != GLIFT_ATTRIBUTE_STRING_LIST)
        return false;
    program->column = match_column_of(
            facts, (match_column){.kind = MATCH_LIST, .attribute = lists->attribute, .party = rule->party});
    return true;
}

static bool create_parts(match_facts *facts, const local_statement *statement)
{
    if (statement->kind == LOCAL_STATEMENT_RULE)
        return match_program_create(facts, statement->rule);
    for (size_t i = 0; i < statement->part_count; i++) {
        if (!create_parts(facts, &statement->parts[i]))
            return false;
    }
    return true;
}

bool match_program_create(match_facts *facts, size_t index)
{
    const local_rule *rule = &facts->rule_set->rules[index];
    if (facts->programs[index] != NULL)
        return true;
    match_program *program = glift__memory_take(&facts->memory, 1, sizeof *program);
    if (program == NULL)
        return false;
    facts->programs[index] = program;
    program->measurements =
            glift__memory_take(&facts->memory, rule->measurement_count + 1, sizeof *program->measurements);
    if (program->measurements == NULL)
        return false;
    if (rule->kind == LOCAL_RULE_COMPOUND) {
        program->kind = PROGRAM_STATEMENT;
        return create_parts(facts, rule->statement);
    }
    bool values = rule->kind == LOCAL_RULE_COMPARISON || rule->kind == LOCAL_RULE_DISTANCE;
    if (values && read_values(facts, rule, program))
        program->kind = PROGRAM_VALUES;
    else if (rule->kind == LOCAL_RULE_COLLECTION && read_contains(facts, rule, program))
        program->kind = PROGRAM_CONTAINS;
    else if (rule->kind == LOCAL_RULE_COLLECTION && read_blocks(facts, rule, program))
        program->kind = PROGRAM_BLOCKS;
    return true;
}

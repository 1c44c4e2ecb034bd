/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the type collection: how many words lists have in common, or how many lists contain a word. */

#include "rules/rule_judge.h"

#include <string.h>

static size_t words_of_all(const local_value *lists)
{
    size_t common = 0;
    for (size_t i = 0; lists->count > 0 && i < lists->items[0].count; i++) {
        bool everywhere = true;
        for (size_t j = 1; j < lists->count && everywhere; j++)
            everywhere = local_value_has(&lists->items[j], lists->items[0].items[i].text);
        common += everywhere;
    }
    return common;
}

static size_t lists_with(const local_value *lists, const char *text)
{
    if (lists->depth == 1)
        return local_value_has(lists, text);
    size_t count = 0;
    for (size_t i = 0; i < lists->count; i++)
        count += local_value_has(&lists->items[i], text);
    return count;
}

static size_t words_among(const local_value *list, const local_value *reference)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *text = list->items[i].text;
        count +=
                reference->depth == 0 ? strcmp(reference->text, text) == 0 : local_value_has(reference, text);
    }
    return count;
}

/* The lists that are counted over together: a list of lists, but for the operation that looks at every list.
 */
static unsigned depth_of_one(local_operation operation)
{
    return operation == LOCAL_REFERENCE_INTERSECTION_COUNT ? 1 : 2;
}

static local_verdict judge_value(
        const local_judge *judge, const local_value *reference, const local_value *value)
{
    const local_rule *rule = judge->rule;
    if (value->depth > depth_of_one(rule->operation)) {
        local_verdict all = value->count == 0 && judge->filling ? LOCAL_WAITS : LOCAL_PASSES;
        for (size_t i = 0; i < value->count; i++)
            all = local_judge_both(all, judge_value(judge, reference, &value->items[i]));
        return all;
    }
    if (value->count == 0 && judge->filling && rule->operation != LOCAL_REFERENCE_INTERSECTION_COUNT)
        return LOCAL_WAITS;
    size_t count = rule->operation == LOCAL_INTERSECTION ? words_of_all(value)
                   : rule->operation == LOCAL_CONTAINS   ? lists_with(value, reference->text)
                                                         : words_among(value, reference);
    return local_judge_within(judge, (double)count, LOCAL_LIMIT_MIN_COUNT, LOCAL_LIMIT_MAX_COUNT)
                   ? LOCAL_PASSES
                   : LOCAL_FAILS;
}

local_verdict local_judge_collection(local_judge *judge)
{
    static const local_value nothing = {0};
    const local_rule *rule = judge->rule;
    const local_value *reference =
            rule->reference != NULL ? local_judge_evaluate(judge, rule->reference) : &nothing;
    local_verdict all = reference != NULL ? LOCAL_PASSES : LOCAL_FAILS;
    for (size_t i = 0; i < rule->measurement_count && all != LOCAL_FAILS; i++) {
        const local_value *value = local_judge_evaluate(judge, rule->measurements[i]);
        all = local_judge_both(all, value != NULL ? judge_value(judge, reference, value) : LOCAL_FAILS);
    }
    return all;
}

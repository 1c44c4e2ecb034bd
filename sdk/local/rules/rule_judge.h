/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files that judge a lineup by one rule: rule_check.c, rule_collection.c, rule_latency.c. */
#ifndef LOCAL_RULE_JUDGE_H
#define LOCAL_RULE_JUDGE_H

#include "rules/rule_check.h"

/* A rule that measures nothing yet waits: it passes while a match is being filled, and fails once it is. */
typedef enum local_verdict { LOCAL_FAILS, LOCAL_WAITS, LOCAL_PASSES } local_verdict;

typedef struct local_judge {
    const local_rule_set *rule_set;
    const local_rule *rule;
    const local_lineup *lineup;
    uint64_t age_ms;
    bool filling;
    glift__memory memory;
} local_judge;

double local_judge_limit(const local_judge *judge, local_limit limit);
bool local_judge_within(const local_judge *judge, double value, local_limit low, local_limit high);
/* NULL when out of memory. */
const local_value *local_judge_evaluate(local_judge *judge, const local_expression *expression);
/* What is true of both: the worse of two verdicts. */
local_verdict local_judge_both(local_verdict one, local_verdict other);

local_verdict local_judge_collection(local_judge *judge);
bool local_judge_latency(const local_judge *judge);

#endif

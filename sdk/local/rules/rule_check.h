/* SPDX-License-Identifier: Apache-2.0 */
/* Does a match, or a match that is being filled, keep the rules? Service-model 4.1, S60. */
#ifndef LOCAL_RULE_CHECK_H
#define LOCAL_RULE_CHECK_H

#include "rules/rule_set.h"

typedef enum local_check {
    LOCAL_CHECK_FINISHED, /* every rule counts, and must have something to measure */
    LOCAL_CHECK_FILLING,  /* a rule that measures an empty team does not count yet */
    LOCAL_CHECK_HOPELESS  /* only rules that more players cannot mend */
} local_check;

/* The first rule that fails; NULL: none. */
const local_rule *local_rules_failing(
        const local_rule_set *rule_set, const local_lineup *lineup, uint64_t age_ms, local_check check);

/* One rule alone, whether a statement names it or not. */
bool local_rule_passes(const local_rule_set *rule_set, const local_rule *rule, const local_lineup *lineup,
        uint64_t age_ms, local_check check);

/* Would the latency rules pass if the session ran there? */
bool local_rules_allow_location(
        const local_rule_set *rule_set, const local_lineup *lineup, uint64_t age_ms, const char *location);

#endif

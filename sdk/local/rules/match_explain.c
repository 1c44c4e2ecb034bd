/* SPDX-License-Identifier: Apache-2.0 */
/* Why a ticket waits: what its last search met, in a sentence, and rule by rule. */

#include "rules/match.h"

#include <math.h>
#include <stdio.h>

void match_miss(match_ticket *ticket, size_t rule, double beyond)
{
    local_miss *miss = ticket->misses != NULL ? &ticket->misses[rule] : NULL;
    if (miss == NULL)
        return;
    miss->kept_out++;
    if (!(miss->nearest <= beyond) && !isnan(beyond))
        miss->nearest = beyond;
}

/* The rule that kept most others out; SIZE_MAX: none did. */
static size_t strictest(const local_matcher *matcher, const match_ticket *ticket)
{
    size_t most = SIZE_MAX;
    for (size_t i = 0; ticket->misses != NULL && i < matcher->facts.rule_set->rule_count; i++) {
        if (ticket->misses[i].kept_out > 0 &&
                (most == SIZE_MAX || ticket->misses[i].kept_out > ticket->misses[most].kept_out))
            most = i;
    }
    return most;
}

static void explain_failure(const local_matcher *matcher, match_ticket *ticket)
{
    local_candidate *candidate = ticket->candidate;
    char *why = candidate->why;
    size_t room = sizeof candidate->why, index = strictest(matcher, ticket);
    bool unmet = matcher->broken != SIZE_MAX && matcher->missing == 0;
    if (unmet)
        index = matcher->broken;
    const char *rule = index != SIZE_MAX ? matcher->facts.rule_set->rules[index].name : NULL;
    int missing = matcher->missing;
    if (!matcher->placed && rule == NULL && ticket->backfill)
        snprintf(why, room, "the players of the session do not fit the teams");
    else if (!matcher->placed && rule == NULL)
        snprintf(why, room, "a party of %d fits into no team", ticket->players);
    else if (rule != NULL && (missing == 0 || missing == INT32_MAX))
        snprintf(why, room, "the rule \"%.100s\" is not met", rule);
    else if (missing == 0 || missing == INT32_MAX)
        snprintf(why, room, "waiting for a new player");
    else if (rule != NULL)
        snprintf(why, room, "waiting for %d more player%s; the rule \"%.100s\" keeps others out", missing,
                missing == 1 ? "" : "s", rule);
    else
        snprintf(why, room, "waiting for %d more player%s", missing, missing == 1 ? "" : "s");
}

void match_explain(
        local_matcher *matcher, match_ticket *ticket, match_outcome outcome, const match_lineup *best)
{
    uint64_t now_ms = matcher->look->now_ms;
    if (outcome != MATCH_PARTIAL) {
        explain_failure(matcher, ticket);
        return;
    }
    double left_s = ticket->due_ms > now_ms ? (double)(ticket->due_ms - now_ms) / 1000 : 0;
    snprintf(ticket->candidate->why, sizeof ticket->candidate->why,
            "%d players found, waiting %.1f s for more", best->players, left_s);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a ticket, for its history (history.h). */
#include "flexmatch/tickets.h"

#include <math.h>
#include <stdio.h>

/* Of the rules that kept others away, so many are named: those of the last search. */
#define RULES_NAMED 10

void local_set_ticket_status(local_service *service, local_ticket *ticket, local_ticket_status status,
        const char *reason, const char *message)
{
    local_changed(&ticket->record);
    ticket->status = status;
    ticket->status_reason = reason;
    local_note(service, &ticket->history, local_ticket_status_name(status), "%s%s%s",
            reason != NULL ? reason : "", reason != NULL && message[0] != '\0' ? ": " : "", message);
}

void local_note_match_found(local_service *service, local_ticket *ticket, const local_match *match)
{
    const local_ticket *other;
    size_t tickets = 0, players = 0;
    TAILQ_FOREACH(other, &match->tickets, match_link)
    {
        tickets++;
        players += other->player_count;
    }
    local_note(service, &ticket->history, "match", "It is in match %s: %zu tickets, %zu players.", match->id,
            tickets, players);
}

/* A rule of which nobody knows by how much it was missed has no figure. */
static void note_miss(local_service *service, local_ticket *ticket, const char *rule, const local_miss *miss)
{
    const char *ending = miss->kept_out == 1 ? "" : "s";
    if (isnan(miss->nearest))
        local_note(service, &ticket->history, "kept out", "Rule \"%.200s\" kept out %u ticket%s.", rule,
                (unsigned)miss->kept_out, ending);
    else
        local_note(service, &ticket->history, "kept out",
                "Rule \"%.200s\" kept out %u ticket%s, the nearest of which was beyond it by %.6g.", rule,
                (unsigned)miss->kept_out, ending, miss->nearest);
}

void local_note_misses(local_service *service, local_ticket *ticket)
{
    const local_miss *misses = local_matcher_misses(&ticket->candidate);
    const local_rule_set *rule_set = misses != NULL ? ticket->configuration->rule_set->rule_set : NULL;
    int named = 0;
    for (size_t i = 0; rule_set != NULL && i < rule_set->rule_count && named < RULES_NAMED; i++) {
        if (misses[i].kept_out == 0)
            continue;
        note_miss(service, ticket, rule_set->rules[i].name, &misses[i]);
        named++;
    }
}

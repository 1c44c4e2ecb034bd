/* SPDX-License-Identifier: Apache-2.0 */
/* The fault matchmaking_outcome: a ticket comes to an end that has nothing to do with its players. */
#include "flexmatch/tickets.h"

#include <string.h>

static bool waits_for_acceptance(const local_ticket *ticket)
{
    return ticket->status == LOCAL_TICKET_REQUIRES_ACCEPTANCE && !ticket->backfill;
}

static bool is_fit_for(const local_ticket *ticket, const local_fault *fault)
{
    const char *outcome = local_fault_text(fault, "outcome");
    if (strcmp(outcome, "REJECTED") == 0)
        return waits_for_acceptance(ticket);
    if (ticket->status != LOCAL_TICKET_SEARCHING)
        return false;
    return strcmp(outcome, "BACKFILL_FAILED") != 0 || ticket->backfill;
}

/* Each ticket is judged once by each fault, and anew when it is in another state: a share of the tickets is
 * not the share of the looks. */
static bool is_new_to(local_ticket *ticket, const local_faults *faults)
{
    uint64_t judged = faults->last_number * 2 + waits_for_acceptance(ticket);
    bool is_new = ticket->judged != judged;
    ticket->judged = judged;
    return is_new;
}

static local_fault *fault_of(local_service *service, local_ticket *ticket)
{
    const local_fault_scope where = {.ticket_id = ticket->id};
    if (ticket->status != LOCAL_TICKET_SEARCHING && !waits_for_acceptance(ticket))
        return NULL;
    if (!is_new_to(ticket, service->faults))
        return NULL;
    local_fault *fault = local_fault_due(service->faults, FAULT_MATCHMAKING_OUTCOME, &where);
    return fault != NULL && is_fit_for(ticket, fault) ? fault : NULL;
}

static void apply(local_service *service, glift__time now, local_ticket *ticket, local_fault *fault)
{
    const char *outcome = local_fault_text(fault, "outcome");
    const local_fault_scope where = {.ticket_id = ticket->id};
    bool times_out = strcmp(outcome, "TIMED_OUT") == 0, rejects = strcmp(outcome, "REJECTED") == 0;
    local_refusal why;
    local_fault_count(service->faults, fault, &where);
    if (rejects)
        local_accept_match(service, now, ticket, &ticket->places[0].player_id, 1, false, &why);
    else
        local_end_ticket(service, now, ticket, times_out ? LOCAL_TICKET_TIMED_OUT : LOCAL_TICKET_FAILED,
                times_out ? "TimedOut" : "Failed", "The fault matchmaking_outcome is on.");
}

/* One end may bring others with it, and change the list: it is walked from its start after each. */
void local_apply_ticket_faults(local_service *service, glift__time now)
{
    local_ticket *ticket = TAILQ_FIRST(&service->matchmaking->active);
    while (service->faults->on_of[FAULT_MATCHMAKING_OUTCOME] > 0 && ticket != NULL) {
        local_fault *fault = fault_of(service, ticket);
        if (fault != NULL)
            apply(service, now, ticket, fault);
        ticket = fault != NULL ? TAILQ_FIRST(&service->matchmaking->active) : TAILQ_NEXT(ticket, link);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* GET /_local/rule_set_bench: how far a trial is, and what came of it. */
#include <math.h>
#include <stdlib.h>

#include "api/benches.h"

/* So that an answer stays well below what a page can show: the counts beside them are of all. */
#define MATCHES_SHOWN   1000
#define UNMATCHED_SHOWN 500

static double seconds(uint64_t ms)
{
    return (double)ms / 1000;
}

/* ---- matches ---- */

static int by_match(const void *left, const void *right)
{
    const local_trial_ticket *a = *(const local_trial_ticket *const *)left,
                             *b = *(const local_trial_ticket *const *)right;
    if (a->match != b->match)
        return a->match < b->match ? -1 : 1;
    return (a->candidate.order > b->candidate.order) - (a->candidate.order < b->candidate.order);
}

/* The tickets of one match, which lie beside each other. */
static void add_match(api_call *call, cJSON *list, const local_trial *trial,
        const local_trial_ticket *const *tickets, size_t count)
{
    cJSON *object = api_add_object(call, list, NULL);
    size_t players = 0;
    for (size_t i = 0; i < count; i++)
        players += tickets[i]->player_count;
    api_add_number(call, object, "match", (double)tickets[0]->match);
    api_add_number(call, object, "at_s", seconds(tickets[0]->ended_ms));
    api_add_number(call, object, "players", (double)players);
    api_add_number(call, object, "longest_wait_s", seconds(tickets[0]->ended_ms - tickets[0]->at_ms));
    cJSON *teams = api_add_object(call, object, "teams");
    for (size_t team = 0; team < trial->rule_set->team_count; team++) {
        cJSON *members = NULL;
        for (size_t i = 0; i < count; i++) {
            if (tickets[i]->candidate.team != (int)team)
                continue;
            if (members == NULL)
                members = api_add_array(call, teams, trial->rule_set->teams[team].name);
            api_add_any_text(call, members, NULL, tickets[i]->id);
        }
    }
}

static void add_matches(api_call *call, cJSON *object, const local_trial *trial)
{
    cJSON *list = api_add_array(call, object, "matches");
    const local_trial_ticket **tickets = calloc(trial->matched + 1, sizeof *tickets);
    size_t count = 0;
    call->out_of_memory = call->out_of_memory || tickets == NULL;
    for (size_t i = 0; tickets != NULL && i < trial->arrived; i++) {
        if (trial->tickets.all[i].match != 0)
            tickets[count++] = &trial->tickets.all[i];
    }
    if (count > 0)
        qsort(tickets, count, sizeof *tickets, by_match);
    for (size_t i = 0, end; i < count && tickets[i]->match <= MATCHES_SHOWN; i = end) {
        for (end = i + 1; end < count && tickets[end]->match == tickets[i]->match;)
            end++;
        add_match(call, list, trial, tickets + i, end - i);
    }
    free(tickets);
}

/* ---- who has no match ---- */

static void add_nearest(api_call *call, cJSON *object, double nearest)
{
    if (!isnan(nearest))
        api_add_number(call, object, "nearest_is_beyond_by", nearest);
}

static void add_unmatched(api_call *call, cJSON *object, const local_trial *trial)
{
    cJSON *list = api_add_array(call, object, "unmatched");
    size_t shown = 0;
    for (size_t i = 0; i < trial->arrived && shown < UNMATCHED_SHOWN; i++) {
        const local_trial_ticket *ticket = &trial->tickets.all[i];
        uint64_t until_ms = ticket->timed_out ? ticket->ended_ms : trial->now_ms;
        if (ticket->match != 0)
            continue;
        cJSON *row = api_add_object(call, list, NULL);
        api_add_any_text(call, row, "ticket", ticket->id);
        api_add_number(call, row, "players", (double)ticket->player_count);
        api_add_number(call, row, "waited_s", seconds(until_ms - ticket->at_ms));
        api_add_flag(call, row, "timed_out", ticket->timed_out);
        api_add_any_text(call, row, "why", ticket->candidate.why);
        shown++;
        if (ticket->strictest_rule == NULL)
            continue;
        api_add_any_text(call, row, "rule", ticket->strictest_rule->name);
        api_add_number(call, row, "kept_out", ticket->strictest.kept_out);
        add_nearest(call, row, ticket->strictest.nearest);
    }
}

static void add_rules(api_call *call, cJSON *object, const local_trial *trial)
{
    cJSON *list = api_add_array(call, object, "rules");
    const local_rule_metrics *metrics = local_matcher_metrics(trial->matcher);
    for (size_t i = 0; i < trial->rule_set->rule_count; i++) {
        cJSON *row = api_add_object(call, list, NULL);
        api_add_any_text(call, row, "rule", trial->rule_set->rules[i].name);
        api_add_number(call, row, "passed", (double)metrics[i].passed);
        api_add_number(call, row, "failed", (double)metrics[i].failed);
        api_add_number(call, row, "unmatched_tickets", (double)trial->rules[i].tickets);
        api_add_number(call, row, "kept_out", (double)trial->rules[i].kept_out);
        add_nearest(call, row, trial->rules[i].nearest);
    }
}

/* ---- how long it took ---- */

static void add_histogram(api_call *call, cJSON *object, const local_trial *trial)
{
    static const unsigned edges_s[] = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400};
    cJSON *list = api_add_array(call, object, "histogram");
    size_t counted = 0;
    for (size_t i = 0; i < sizeof edges_s / sizeof edges_s[0] && counted < trial->matched; i++) {
        size_t before = counted;
        while (counted < trial->matched && trial->waits_ms[counted] <= edges_s[i] * 1000ull)
            counted++;
        cJSON *bar = api_add_object(call, list, NULL);
        api_add_number(call, bar, "up_to_s", edges_s[i]);
        api_add_number(call, bar, "tickets", (double)(counted - before));
    }
}

static void add_times(api_call *call, cJSON *object, const local_trial *trial)
{
    cJSON *times = api_add_object(call, object, "time_to_match");
    api_add_number(call, times, "p50", seconds(local_trial_wait_ms(trial, 0.5)));
    api_add_number(call, times, "p90", seconds(local_trial_wait_ms(trial, 0.9)));
    api_add_number(call, times, "p99", seconds(local_trial_wait_ms(trial, 0.99)));
    api_add_number(call, times, "max", seconds(local_trial_wait_ms(trial, 1)));
    add_histogram(call, times, trial);
}

/* ---- the whole ---- */

static const char *state_of(const local_trial *trial)
{
    if (trial->end == LOCAL_TRIAL_RUNNING)
        return "RUNNING";
    return trial->end == LOCAL_TRIAL_NO_MEMORY ? "FAILED" : "DONE";
}

static const char *end_of(const local_trial *trial)
{
    switch (trial->end) {
    case LOCAL_TRIAL_RUNNING:
        break;
    case LOCAL_TRIAL_TIME_IS_OVER:
        return "The time is over.";
    case LOCAL_TRIAL_NOBODY_WAITS:
        return "Nobody waits any more.";
    case LOCAL_TRIAL_WORK_IS_OVER:
        return "The work that a bench may take is used up.";
    case LOCAL_TRIAL_NO_MEMORY:
        return "gamelift-local is out of memory.";
    }
    return NULL;
}

void api_add_bench(api_call *call, cJSON *object, const local_bench *bench)
{
    const local_trial *trial = bench->trial;
    size_t wanted = trial->desc.draw != NULL ? trial->drawing.desc.count : trial->tickets.count;
    api_add_text(call, object, "bench_id", bench->id);
    api_add_text(call, object, "state", state_of(trial));
    api_add_text(call, object, "ended_by", end_of(trial));
    api_add_number(call, object, "progress", local_trial_progress(trial));
    api_add_number(call, object, "simulated_s", seconds(trial->now_ms));
    api_add_number(call, object, "work_units", (double)trial->units);
    api_add_number(call, object, "ticket_count", (double)wanted);
    api_add_number(call, object, "arrived_count", (double)trial->arrived);
    api_add_number(call, object, "match_count", (double)trial->matches);
    api_add_number(call, object, "matched_count", (double)trial->matched);
    api_add_number(call, object, "unmatched_count", (double)(trial->arrived - trial->matched));
    if (trial->end == LOCAL_TRIAL_RUNNING || trial->end == LOCAL_TRIAL_NO_MEMORY)
        return;
    add_matches(call, object, trial);
    add_unmatched(call, object, trial);
    add_times(call, object, trial);
    add_rules(call, object, trial);
}

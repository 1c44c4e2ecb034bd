/* SPDX-License-Identifier: Apache-2.0 */
/* The course of a trial: arrivals, looks at the tickets, ends; at the moments at which the service would do
 * the same (matchmaking.c). */
#include "bench/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What one step may do: units of the matcher, of some 40 ns each, and tickets that arrive. */
#define STEP_UNITS    50000
#define STEP_ARRIVALS 100

/* So that no ticket starts at time 0. */
#define BEGIN_MS 1000

/* ---- life ---- */

void local_trial_tickets_free(local_trial_tickets *tickets)
{
    glift__memory_fini(&tickets->memory);
    tickets->all = NULL;
    tickets->count = 0;
}

void local_trial_destroy(local_trial *trial)
{
    if (trial == NULL)
        return;
    local_matcher_destroy(trial->matcher); /* refers to both of these */
    local_rule_set_destroy(trial->rule_set);
    local_trial_tickets_free(&trial->tickets);
    free(trial->waits_ms);
    free(trial->rules);
    free(trial);
}

/* What the rule set makes of the players (S61). False: out of memory. */
static bool resolve(local_trial *trial, local_trial_ticket *ticket)
{
    glift__memory *memory = &trial->tickets.memory;
    char what[LOCAL_WHAT_SIZE];
    glift_player *players = glift__memory_take(memory, ticket->player_count, sizeof *players);
    for (size_t i = 0; players != NULL && i < ticket->player_count; i++) {
        players[i] = ticket->players[i];
        bool fits = local_rule_set_resolve(
                trial->rule_set, &ticket->players[i], memory, &players[i].attributes, what);
        players[i].attribute_count = trial->rule_set->attribute_count;
        if (players[i].attributes == NULL)
            return false;
        if (!fits && ticket->candidate.obstacle == NULL &&
                (ticket->candidate.obstacle = glift__memory_text(memory, what)) == NULL)
            return false;
    }
    ticket->players = players;
    return players != NULL;
}

static size_t count_values(const glift_player *player)
{
    size_t count = player->attribute_count + player->latency_count;
    for (size_t i = 0; i < player->attribute_count; i++)
        count += player->attributes[i].string_count + player->attributes[i].double_count;
    return count;
}

/* A rule set may declare many attributes, and each player has a value of each. */
static bool is_affordable(
        const local_rule_set *rule_set, const local_trial_tickets *tickets, char what[LOCAL_WHAT_SIZE])
{
    size_t values = 0;
    for (size_t i = 0; i < tickets->count; i++) {
        for (size_t k = 0; k < tickets->all[i].player_count; k++)
            values += rule_set->attribute_count + count_values(&tickets->all[i].players[k]);
    }
    if (values <= LOCAL_TRIAL_MAX_VALUES)
        return true;
    snprintf(what, LOCAL_WHAT_SIZE,
            "The players have %zu attributes and latencies together; a trial takes %d at most.", values,
            LOCAL_TRIAL_MAX_VALUES);
    return false;
}

/* All that the end needs, too, so that only drawing and arrivals can fail. */
static bool make_room(local_trial *trial, size_t tickets)
{
    size_t rules = trial->rule_set->rule_count;
    trial->matcher = local_matcher_create(trial->rule_set);
    trial->waits_ms = calloc(tickets + 1, sizeof *trial->waits_ms);
    trial->rules = calloc(rules + 1, sizeof *trial->rules);
    for (size_t i = 0; trial->rules != NULL && i < rules; i++)
        trial->rules[i].nearest = (double)NAN;
    return trial->matcher != NULL && trial->waits_ms != NULL && trial->rules != NULL;
}

/* Room for the tickets that are drawn. */
static bool prepare_drawing(local_trial *trial)
{
    const local_draw_desc *desc = trial->desc.draw;
    trial->drawing.desc = *desc;
    trial->tickets.count = 0;
    trial->tickets.all = glift__memory_take(&trial->tickets.memory, desc->count, sizeof *trial->tickets.all);
    return trial->tickets.all != NULL;
}

static glift_status fill(local_trial *trial, char what[LOCAL_WHAT_SIZE])
{
    const local_draw_desc *draw = trial->desc.draw;
    if (draw != NULL ? !local_draw_is_affordable(draw, trial->rule_set->attribute_count, what)
                     : !is_affordable(trial->rule_set, &trial->tickets, what))
        return GLIFT_ERR_ARGUMENT;
    bool filled = make_room(trial, draw != NULL ? draw->count : trial->tickets.count) &&
                  (draw == NULL || prepare_drawing(trial));
    return filled ? GLIFT_OK : GLIFT_ERR_MEMORY;
}

glift_status local_trial_create(local_trial_desc *desc, local_trial **out, char what[LOCAL_WHAT_SIZE])
{
    local_trial *trial = calloc(1, sizeof *trial);
    *out = NULL;
    if (trial == NULL) {
        local_rule_set_destroy(desc->rule_set);
        local_trial_tickets_free(&desc->tickets);
        return GLIFT_ERR_MEMORY;
    }
    trial->desc = *desc;
    trial->rule_set = desc->rule_set;
    trial->tickets = desc->tickets;
    trial->next_look_ms = UINT64_MAX;
    glift_status status = fill(trial, what);
    if (status == GLIFT_OK)
        *out = trial;
    else
        local_trial_destroy(trial);
    return status;
}

/* ---- arrivals and departures ---- */

static bool arrive(local_trial *trial, local_trial_ticket *ticket)
{
    local_candidate *candidate = &ticket->candidate;
    if (!resolve(trial, ticket))
        return false;
    candidate->start_ms = BEGIN_MS + ticket->at_ms;
    candidate->order = trial->arrived;
    candidate->players = ticket->players;
    candidate->player_count = ticket->player_count;
    candidate->free_seats = LOCAL_RULE_SET_MAX_PLAYERS;
    return local_matcher_add(trial->matcher, candidate);
}

static bool somebody_is_due(const local_trial *trial)
{
    return trial->arrived < trial->tickets.count && trial->tickets.all[trial->arrived].at_ms <= trial->now_ms;
}

static bool is_drawing(const local_trial *trial)
{
    return trial->drawing.tickets < trial->drawing.desc.count;
}

static void draw_some(local_trial *trial)
{
    local_trial_tickets *tickets = &trial->tickets;
    for (int i = 0; i < STEP_ARRIVALS && is_drawing(trial); i++) {
        if (!local_draw_ticket(&trial->drawing, &tickets->memory, &tickets->all[tickets->count])) {
            trial->end = LOCAL_TRIAL_NO_MEMORY;
            return;
        }
        tickets->count++;
    }
}

/* The first look follows the first ticket by a whole pause, as that of the service does. */
static void let_come(local_trial *trial)
{
    for (int i = 0; i < STEP_ARRIVALS && somebody_is_due(trial); i++) {
        if (!arrive(trial, &trial->tickets.all[trial->arrived])) {
            trial->end = LOCAL_TRIAL_NO_MEMORY;
            return;
        }
        trial->arrived++;
    }
    if (trial->next_look_ms == UINT64_MAX)
        trial->next_look_ms = trial->now_ms + trial->desc.tick_ms;
}

static uint64_t leaves_at_ms(const local_trial *trial)
{
    uint64_t timeout_ms = trial->desc.request_timeout_ms;
    return timeout_ms == 0 || trial->oldest == trial->arrived
                   ? UINT64_MAX
                   : trial->tickets.all[trial->oldest].at_ms + timeout_ms;
}

/* Tickets that can never match are among those that wait. */
static size_t count_waiting(const local_trial *trial)
{
    return trial->arrived - trial->matched - trial->timed_out;
}

/* ---- looks ---- */

static local_trial_ticket *ticket_of(local_candidate *candidate)
{
    return (local_trial_ticket *)((char *)candidate - offsetof(local_trial_ticket, candidate));
}

static void note_matches(local_trial *trial)
{
    local_candidate *const *matched;
    size_t count = local_matcher_matched(trial->matcher, &matched), most = 0;
    for (size_t i = 0; i < count; i++) {
        local_trial_ticket *ticket = ticket_of(matched[i]);
        ticket->match = trial->matches + matched[i]->match;
        ticket->ended_ms = trial->now_ms;
        if (matched[i]->match > most)
            most = matched[i]->match;
    }
    trial->matches += most;
    trial->matched += count;
}

/* A part of a look: the whole of it costs what a look of the service costs. */
static void look(local_trial *trial)
{
    long units = trial->look_units < STEP_UNITS ? trial->look_units : STEP_UNITS;
    local_matcher_look now = {
            .now_ms = BEGIN_MS + trial->now_ms,
            .settle_ms = trial->desc.settle_ms,
            .additional_players = trial->desc.additional_players,
            .units = units,
    };
    if (local_matcher_run(trial->matcher, &now) > 0)
        note_matches(trial);
    trial->units += units - now.units;
    trial->look_units -= units - now.units;
    bool busy = local_matcher_is_busy(trial->matcher);
    if (busy && now.units <= 0 && trial->look_units > 0)
        return;
    trial->look_units = 0;
    uint32_t pause_ms = trial->desc.tick_ms;
    if (busy && pause_ms > LOCAL_TRIAL_BUSY_TICK_MS)
        pause_ms = LOCAL_TRIAL_BUSY_TICK_MS;
    trial->next_look_ms = count_waiting(trial) > 0 ? trial->now_ms + pause_ms : UINT64_MAX;
}

/* ---- the end ---- */

/* Of a ticket that leaves without a match: what its last search met. */
static void note_leftover(local_trial *trial, local_trial_ticket *ticket)
{
    const local_miss *misses = local_matcher_misses(&ticket->candidate);
    for (size_t i = 0; misses != NULL && i < trial->rule_set->rule_count; i++) {
        local_trial_rule *rule = &trial->rules[i];
        if (misses[i].kept_out == 0)
            continue;
        rule->tickets++;
        rule->kept_out += misses[i].kept_out;
        rule->nearest = fmin(rule->nearest, misses[i].nearest); /* the other one where one is NaN */
        if (misses[i].kept_out > ticket->strictest.kept_out) {
            ticket->strictest = misses[i];
            ticket->strictest_rule = &trial->rule_set->rules[i];
        }
    }
}

static int by_size(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void finish(local_trial *trial, local_trial_end end)
{
    size_t waits = 0;
    for (size_t i = 0; i < trial->arrived; i++) {
        local_trial_ticket *ticket = &trial->tickets.all[i];
        if (ticket->match != 0)
            trial->waits_ms[waits++] = ticket->ended_ms - ticket->at_ms;
        else if (!ticket->timed_out)
            note_leftover(trial, ticket);
    }
    qsort(trial->waits_ms, waits, sizeof *trial->waits_ms, by_size);
    trial->end = end;
}

/* ---- steps ---- */

static void let_go(local_trial *trial)
{
    while (leaves_at_ms(trial) <= trial->now_ms) {
        local_trial_ticket *ticket = &trial->tickets.all[trial->oldest++];
        if (ticket->match != 0)
            continue;
        note_leftover(trial, ticket);
        ticket->timed_out = true;
        trial->timed_out++;
        ticket->ended_ms = trial->now_ms;
        local_matcher_remove(trial->matcher, &ticket->candidate);
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* To the next moment at which anything may happen. */
static void go_on(local_trial *trial)
{
    uint64_t next_ms = earlier(leaves_at_ms(trial), trial->next_look_ms);
    bool all_came = trial->arrived == trial->tickets.count;
    if (!all_came)
        next_ms = earlier(next_ms, trial->tickets.all[trial->arrived].at_ms);
    if (all_came && local_matcher_waiting(trial->matcher) == 0)
        finish(trial, LOCAL_TRIAL_NOBODY_WAITS);
    else if (next_ms > trial->desc.duration_ms)
        finish(trial, LOCAL_TRIAL_TIME_IS_OVER);
    else if (trial->units >= LOCAL_TRIAL_MAX_UNITS)
        finish(trial, LOCAL_TRIAL_WORK_IS_OVER);
    else
        trial->now_ms = next_ms;
}

bool local_trial_step(local_trial *trial)
{
    if (trial->end != LOCAL_TRIAL_RUNNING)
        return false;
    if (trial->look_units > 0) {
        look(trial);
        return true;
    }
    let_go(trial);
    if (is_drawing(trial)) {
        draw_some(trial);
    } else if (trial->next_look_ms <= trial->now_ms) {
        trial->look_units = LOCAL_MATCHER_UNITS;
    } else if (somebody_is_due(trial)) {
        let_come(trial);
    } else {
        go_on(trial);
    }
    return trial->end == LOCAL_TRIAL_RUNNING;
}

/* ---- what came of it ---- */

double local_trial_progress(const local_trial *trial)
{
    double share = (double)trial->now_ms / (double)trial->desc.duration_ms;
    double work = (double)trial->units / (double)LOCAL_TRIAL_MAX_UNITS;
    return trial->end != LOCAL_TRIAL_RUNNING ? 1 : fmin(1, fmax(share, work));
}

uint64_t local_trial_wait_ms(const local_trial *trial, double share)
{
    size_t place = (size_t)ceil(share * (double)trial->matched);
    return trial->matched == 0 ? 0 : trial->waits_ms[place > 0 ? place - 1 : 0];
}

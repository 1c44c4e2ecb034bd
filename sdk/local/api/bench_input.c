/* SPDX-License-Identifier: Apache-2.0 */
/* What POST /_local/rule_set_bench is given: a rule set, tickets or how they are drawn, and how long it goes
 * on. Everything that the trial keeps is copied: the call's input ends with the call. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_bench.h"
#include "api/api_check.h"
#include "api/api_players.h"
#include "api/benches.h"
#include "flexmatch/tickets.h"
#include "wire/copy.h"

/* ---- shapes ---- */

#define SECONDS_MOST (LOCAL_TRIAL_MAX_MINUTES * 60)

static const api_shape anything = {.kind = API_ANY};
static const api_shape minutes = {.kind = API_NUMBER, .least = 0.01, .most = LOCAL_TRIAL_MAX_MINUTES};
static const api_shape additional_players = {.kind = API_INTEGER, .least = 0, .most = LOCAL_PLAYERS_MAX};
static const api_shape request_timeout = {.kind = API_INTEGER, .least = 1, .most = 43200};
static const char *const arrival_kinds[] = {"at_once", "per_second", NULL};
static const api_shape arrival_kind = {.kind = API_TEXT, .names = arrival_kinds};
static const api_shape rate = {.kind = API_NUMBER, .least = 0.001, .most = LOCAL_TRIAL_MAX_TICKETS};
static const api_member arrival_members[] = {{"kind", &arrival_kind, true}, {"rate", &rate, false}, {0}};
static const api_shape arrival = {.kind = API_STRUCT, .members = arrival_members};

const api_member api_bench_members[] = {{"rule_set", &anything, true}, {"tickets", &anything, true},
        {"minutes", &minutes, false}, {"arrival", &arrival, false},
        {"additional_player_count", &additional_players, false},
        {"request_timeout_seconds", &request_timeout, false}, {0}};

/* Tickets that are given. */
static const api_shape at_seconds = {.kind = API_NUMBER, .least = 0, .most = SECONDS_MOST};
static const api_shape players = {
        .kind = API_LIST, .least = 1, .most = LOCAL_TICKET_PLAYERS_MAX, .item = &api_player};
static const api_member ticket_members[] = {
        {"TicketId", &api_ticket_id, false}, {"Players", &players, true}, {"at_s", &at_seconds, false}, {0}};
static const api_shape ticket = {.kind = API_STRUCT, .members = ticket_members};
static const api_shape tickets = {
        .kind = API_LIST, .least = 1, .most = LOCAL_TRIAL_MAX_TICKETS, .item = &ticket};
static const api_member given_members[] = {{"tickets", &tickets, true}, {0}};

/* Tickets that are drawn. */
static const api_shape ticket_count = {.kind = API_INTEGER, .least = 1, .most = LOCAL_TRIAL_MAX_TICKETS};
static const api_member drawn_members[] = {{"count", &ticket_count, true},
        {"distribution", &api_distribution, false}, {"seed", &api_count, false}, {0}};
static const api_shape drawn = {.kind = API_STRUCT, .members = drawn_members};
static const api_member wanted_members[] = {{"tickets", &drawn, true}, {0}};

/* Checks members that depend on others, which the table of the operation cannot say. False: it is refused. */
static bool fits(api_call *call, const api_member *members)
{
    if (!call->refused && !local_check_input(call->service->patterns, members, call->input, &call->refusal))
        api_refuse_with(call);
    return !call->refused;
}

/* ---- the rule set, as JSON or as a text that is JSON ---- */

static local_rule_set *read_rule_set(api_call *call)
{
    const cJSON *given = api_member_of(call->input, "rule_set");
    char *printed = cJSON_IsString(given) ? NULL : cJSON_PrintUnformatted(given);
    const char *body = cJSON_IsString(given) ? given->valuestring : printed;
    local_rule_set *rule_set = NULL;
    if (body == NULL)
        call->out_of_memory = true;
    else if (strlen(body) > LOCAL_RULE_SET_MAX_BODY)
        api_refuse(call, LOCAL_INVALID_REQUEST, "The rule set is longer than %d bytes.",
                LOCAL_RULE_SET_MAX_BODY);
    else if (!local_check_rule_set(body, &rule_set, &call->refusal))
        api_refuse_with(call);
    cJSON_free(printed);
    return rule_set;
}

/* ---- tickets that are given ---- */

static double arrivals_per_second(const api_call *call)
{
    const cJSON *object = api_member_of(call->input, "arrival");
    const char *kind = api_text(object, "kind");
    return kind != NULL && strcmp(kind, arrival_kinds[1]) == 0 ? api_number(object, "rate", 1) : 0;
}

static int by_arrival(const void *left, const void *right)
{
    const local_trial_ticket *a = left, *b = right;
    if (a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms ? -1 : 1;
    return (a->candidate.order > b->candidate.order) - (a->candidate.order < b->candidate.order);
}

static bool read_ticket(api_call *call, const cJSON *from, local_trial_tickets *out, double per_second)
{
    local_trial_ticket *to = &out->all[out->count];
    api_player_reader reader = {.call = call};
    char id[32];
    const char *given_id = api_text(from, "TicketId");
    double evenly_s = per_second > 0 ? (double)out->count / per_second : 0;
    glift__memory_init(&reader.memory);
    const glift_player *read = api_read_players(&reader, api_member_of(from, "Players"), &to->player_count);
    snprintf(id, sizeof id, "ticket-%zu", out->count + 1);
    to->id = glift__memory_text(&out->memory, given_id != NULL && given_id[0] != '\0' ? given_id : id);
    to->at_ms = (uint64_t)(api_number(from, "at_s", evenly_s) * 1000);
    to->candidate.order = out->count++; /* until all are in the order of their coming */
    to->players = read != NULL ? glift__players_copy(&out->memory, read, to->player_count) : NULL;
    glift__memory_fini(&reader.memory);
    return to->id != NULL && to->players != NULL;
}

static void read_tickets(api_call *call, local_trial_tickets *out)
{
    const cJSON *from, *list = api_member_of(call->input, "tickets");
    out->all = glift__memory_take(&out->memory, (size_t)cJSON_GetArraySize(list), sizeof *out->all);
    bool taken = out->all != NULL;
    cJSON_ArrayForEach(from, list)
    {
        taken = taken && read_ticket(call, from, out, arrivals_per_second(call));
    }
    if (!taken)
        call->out_of_memory = true;
    else
        qsort(out->all, out->count, sizeof *out->all, by_arrival);
}

/* ---- tickets that are drawn ---- */

/* NULL: the call is refused, or memory is out. */
static const local_draw_desc *read_wish(api_call *call, const local_rule_set *rule_set, glift__memory *memory)
{
    const cJSON *wish = api_member_of(call->input, "tickets");
    local_draw_desc *out = glift__memory_take(memory, 1, sizeof *out);
    call->out_of_memory = call->out_of_memory || out == NULL;
    if (out == NULL || !api_read_draws(call, rule_set, api_member_of(wish, "distribution"), memory, out))
        return NULL;
    out->count = (size_t)api_integer(wish, "count", 1);
    out->seed = (uint64_t)api_integer(wish, "seed", 1);
    out->per_second = arrivals_per_second(call);
    return out;
}

/* ---- the whole ---- */

static local_trial *make_trial(api_call *call, local_trial_desc *desc)
{
    char what[LOCAL_WHAT_SIZE] = "";
    local_trial *trial = NULL;
    glift_status status = local_trial_create(desc, &trial, what);
    if (status == GLIFT_ERR_ARGUMENT)
        api_refuse(call, LOCAL_INVALID_REQUEST, "%s", what);
    else if (status != GLIFT_OK)
        call->out_of_memory = true;
    return trial;
}

local_trial *api_read_trial(api_call *call)
{
    const local_patience *patience = &call->service->patience;
    bool is_list = cJSON_IsArray(api_member_of(call->input, "tickets"));
    if (!fits(call, is_list ? given_members : wanted_members))
        return NULL;
    local_trial_desc desc = {
            .rule_set = read_rule_set(call),
            .duration_ms = (uint64_t)(api_number(call->input, "minutes", 10) * 60000),
            .request_timeout_ms = (uint64_t)api_integer(call->input, "request_timeout_seconds", 0) * 1000,
            .tick_ms = (uint32_t)patience->match_tick_ms,
            .settle_ms = (uint32_t)patience->match_settle_ms,
            .additional_players = api_integer(call->input, "additional_player_count", 0),
    };
    glift__memory_init(&desc.tickets.memory);
    if (desc.rule_set != NULL && is_list)
        read_tickets(call, &desc.tickets);
    else if (desc.rule_set != NULL)
        desc.draw = read_wish(call, desc.rule_set, &desc.tickets.memory);
    if (desc.rule_set != NULL && !call->refused && !call->out_of_memory)
        return make_trial(call, &desc);
    local_rule_set_destroy(desc.rule_set);
    local_trial_tickets_free(&desc.tickets);
    return NULL;
}

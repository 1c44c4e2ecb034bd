/* SPDX-License-Identifier: Apache-2.0 */
/* The faults that are on: whom they are for, how often they acted, and their end. */
#include "faults/faults.h"

#include <stdlib.h>
#include <string.h>

#include "faults/throttling.h"

/* ---- a fault ---- */

const local_fault_row *local_fault_row_of(const local_fault *fault)
{
    return &local_fault_rows[fault->kind];
}

static const local_fault_value *value_of(const local_fault *fault, const char *name)
{
    const local_fault_parameter *parameters = local_fault_row_of(fault)->parameters;
    for (size_t i = 0; parameters[i].name != NULL; i++) {
        if (strcmp(parameters[i].name, name) == 0)
            return &fault->values[i];
    }
    return NULL;
}

double local_fault_number(const local_fault *fault, const char *name)
{
    const local_fault_value *value = value_of(fault, name);
    return value != NULL ? value->number : 0;
}

const char *local_fault_text(const local_fault *fault, const char *name)
{
    const local_fault_value *value = value_of(fault, name);
    return value != NULL ? value->text : "";
}

/* ---- all of them ---- */

local_faults *local_faults_create(uint64_t seed)
{
    local_faults *faults = calloc(1, sizeof *faults);
    if (faults == NULL)
        return NULL;
    TAILQ_INIT(&faults->on);
    TAILQ_INIT(&faults->ended);
    faults->random_state = seed;
    return faults;
}

static void free_all(local_fault_list *list)
{
    local_fault *fault;
    while ((fault = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, fault, link);
        free(fault);
    }
}

void local_faults_destroy(local_faults *faults)
{
    if (faults == NULL)
        return;
    free_all(&faults->on);
    free_all(&faults->ended);
    local_buckets_destroy(faults->buckets);
    free(faults);
}

static void tell(const local_faults *faults, const local_fault *fault, local_fault_news news,
        const local_fault_scope *where)
{
    if (faults->tell != NULL)
        faults->tell(faults->user, fault, news, where);
}

void local_fault_end(local_faults *faults, local_fault *fault, const char *why)
{
    TAILQ_REMOVE(&faults->on, fault, link);
    faults->on_count--;
    faults->on_of[fault->kind]--;
    fault->ended = why;
    TAILQ_INSERT_TAIL(&faults->ended, fault, link);
    if (faults->ended_count == FAULTS_ENDED_KEPT) {
        local_fault *oldest = TAILQ_FIRST(&faults->ended);
        TAILQ_REMOVE(&faults->ended, oldest, link);
        free(oldest);
    } else {
        faults->ended_count++;
    }
    tell(faults, fault, FAULT_ENDED, NULL);
}

void local_faults_end_all(local_faults *faults, const char *why)
{
    while (!TAILQ_EMPTY(&faults->on))
        local_fault_end(faults, TAILQ_FIRST(&faults->on), why);
}

local_fault *local_fault_find(const local_faults *faults, const char *id)
{
    local_fault *fault;
    TAILQ_FOREACH(fault, &faults->on, link)
    {
        if (strcmp(fault->id, id) == 0)
            return fault;
    }
    return NULL;
}

/* ---- whether one acts ---- */

static bool is_for(const char *wanted, const char *given)
{
    return wanted == NULL || (given != NULL && strcmp(wanted, given) == 0);
}

/* splitmix64, of its own: ids that the service makes do not depend on faults. From 0 up to 1. */
static double chance(local_faults *faults)
{
    uint64_t z = (faults->random_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

local_fault *local_fault_due(local_faults *faults, local_fault_kind kind, const local_fault_scope *where)
{
    if (faults->on_of[kind] == 0)
        return NULL;
    local_fault *fault;
    TAILQ_FOREACH(fault, &faults->on, link)
    {
        if (fault->kind == kind && is_for(fault->scope.process_id, where->process_id) &&
                is_for(fault->scope.action, where->action) &&
                is_for(fault->scope.ticket_id, where->ticket_id) &&
                (fault->share >= 1 || chance(faults) < fault->share))
            return fault;
    }
    return NULL;
}

void local_fault_count(local_faults *faults, local_fault *fault, const local_fault_scope *where)
{
    fault->hits++;
    tell(faults, fault, FAULT_HIT, where);
    if (fault->next > 0 && --fault->next == 0)
        local_fault_end(faults, fault, "it has acted as often as it should");
}

const local_fault *local_fault_hit(
        local_faults *faults, local_fault_kind kind, const local_fault_scope *where)
{
    local_fault *fault = local_fault_due(faults, kind, where);
    if (fault != NULL)
        local_fault_count(faults, fault, where);
    return fault;
}

/* ---- time ---- */

static uint64_t next_ms_of(const local_fault *fault)
{
    return fault->acts_ms < fault->until_ms ? fault->acts_ms : fault->until_ms;
}

uint64_t local_faults_next_ms(const local_faults *faults)
{
    uint64_t next_ms = UINT64_MAX;
    const local_fault *fault;
    TAILQ_FOREACH(fault, &faults->on, link)
    {
        if (next_ms_of(fault) < next_ms)
            next_ms = next_ms_of(fault);
    }
    return next_ms;
}

static local_fault *first_due(const local_faults *faults, uint64_t now_ms)
{
    local_fault *fault;
    TAILQ_FOREACH(fault, &faults->on, link)
    {
        if (next_ms_of(fault) <= now_ms)
            return fault;
    }
    return NULL;
}

local_fault *local_faults_advance(local_faults *faults, uint64_t now_ms)
{
    local_fault *fault;
    while ((fault = first_due(faults, now_ms)) != NULL) {
        if (fault->until_ms <= now_ms) {
            local_fault_end(faults, fault, "its time is over");
            continue;
        }
        /* A clock that was put forward an hour makes it act once, not sixty times. */
        fault->acts_ms = now_ms + (uint64_t)(local_fault_number(fault, "every_seconds") * 1000);
        return fault;
    }
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Throttling with the numbers that AWS publishes (service model 6, S81): a bucket holds `burst` tokens, gets
 * `rate` new ones a second, and each call takes one. */
#include "faults/throttling.h"

#include <stdlib.h>
#include <string.h>

typedef struct rate {
    const char *name;
    double burst, per_second;
    bool is_by_player;
} rate;

/* Of the account, in each region. */
static const rate call_rates[] = {
        {"AcceptMatch", 100, 100, false},
        {"CreateFleet", 4, 1, false},
        {"CreateGameSession", 50, 50, false},
        {"CreateGameSessionQueue", 4, 1, false},
        {"CreateLocation", 4, 1, false},
        {"CreateMatchmakingConfiguration", 4, 1, false},
        {"CreateMatchmakingRuleSet", 4, 1, false},
        {"CreatePlayerSession", 200, 200, false},
        {"CreatePlayerSessions", 150, 150, false},
};
static const rate other_calls = {"", 500, 500, false};

/* Of a process; the published table has internal names for some of them, and InitSDK is the handshake. */
static const rate request_rates[] = {
        {"AcceptPlayerSession", 3, 1, true},
        {"ActivateGameSession", 3, 1, false},
        {"ActivateServerProcess", 3, 1, false},
        {"DescribePlayerSessions", 10, 5, false},
        {"GetComputeCertificate", 3, 0.1, false},
        {"GetFleetRoleCredentials", 3, 0.1, false},
        {"InitSDK", 3, 0.1, false},
        {"RemovePlayerSession", 3, 1, true},
        {"StartMatchBackfill", 3, 1, false},
        {"StopMatchBackfill", 3, 1, false},
        {"TerminateServerProcess", 3, 1, false},
};

static const rate *find_rate(const rate *rates, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rates[i].name, name) == 0)
            return &rates[i];
    }
    return NULL;
}

/* ---- buckets: a table by hash, in which whoever has not been there for longest gives way ---- */

#define BUCKETS    4096
#define NEIGHBOURS 8

typedef struct bucket {
    uint64_t hash; /* 0: the place is free */
    uint64_t at_ms;
    double tokens;
} bucket;

struct local_buckets {
    bucket places[BUCKETS];
};

local_buckets *local_buckets_create(void)
{
    return calloc(1, sizeof(local_buckets));
}

void local_buckets_destroy(local_buckets *buckets)
{
    free(buckets);
}

/* FNV-1a; two names of one hash would share a bucket, which nobody lives long enough to see. */
static uint64_t add_text(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * 0x100000001B3u;
    while (*text++ != '\0');
    return hash;
}

static bucket *place_of(local_buckets *buckets, uint64_t hash, uint64_t now_ms, double burst)
{
    bucket *oldest = NULL;
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        bucket *place = &buckets->places[(hash + i) % BUCKETS];
        if (place->hash == hash)
            return place;
        if (oldest == NULL || place->hash == 0 || (oldest->hash != 0 && place->at_ms < oldest->at_ms))
            oldest = place;
    }
    *oldest = (bucket){.hash = hash, .at_ms = now_ms, .tokens = burst};
    return oldest;
}

static bool take(local_faults *faults, uint64_t now_ms, const rate *limits, uint64_t hash)
{
    if (faults->buckets == NULL)
        faults->buckets = local_buckets_create();
    if (faults->buckets == NULL)
        return true; /* without memory nobody is throttled */
    bucket *found = place_of(faults->buckets, hash | 1, now_ms, limits->burst);
    found->tokens += (double)(now_ms - found->at_ms) / 1000 * limits->per_second;
    if (found->tokens > limits->burst)
        found->tokens = limits->burst;
    found->at_ms = now_ms;
    if (found->tokens < 1)
        return false;
    found->tokens -= 1;
    return true;
}

#define HASH_START 0xCBF29CE484222325u

bool local_throttle_call(local_faults *faults, uint64_t now_ms, const char *operation)
{
    const rate *limits = find_rate(call_rates, sizeof call_rates / sizeof call_rates[0], operation);
    return take(faults, now_ms, limits != NULL ? limits : &other_calls,
            add_text(add_text(HASH_START, "call"), operation));
}

bool local_throttle_request(
        local_faults *faults, uint64_t now_ms, const char *process_id, const char *action, const char *player)
{
    const rate *limits = find_rate(request_rates, sizeof request_rates / sizeof request_rates[0], action);
    if (limits == NULL)
        return true;
    uint64_t hash = add_text(add_text(add_text(HASH_START, "request"), process_id), action);
    if (limits->is_by_player && player != NULL)
        hash = add_text(hash, player);
    return take(faults, now_ms, limits, hash);
}

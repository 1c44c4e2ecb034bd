/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the type latency: is there a location that is near enough to everyone, and, with maxDistance,
 * about as near to one as to another? */

#include "rules/rule_judge.h"

#include <math.h>
#include <string.h>

static const int *latency_to(const glift_player *player, const char *location)
{
    for (size_t i = 0; i < player->latency_count; i++) {
        if (strcmp(player->latencies[i].region, location) == 0)
            return &player->latencies[i].latency_ms;
    }
    return NULL;
}

/* Of the party that a seat belongs to. False: somebody in it has not measured this location. */
static bool party_latency(const local_judge *judge, size_t party, const char *location, double *out)
{
    double sum = 0, low = INFINITY, high = -INFINITY, count = 0;
    for (size_t i = 0; i < judge->lineup->seat_count; i++) {
        if (judge->lineup->seats[i].party != party)
            continue;
        const int *latency = latency_to(judge->lineup->seats[i].player, location);
        if (latency == NULL)
            return false;
        sum += *latency;
        low = fmin(low, *latency);
        high = fmax(high, *latency);
        count++;
    }
    *out = judge->rule->party == LOCAL_PARTY_MINIMUM   ? low
           : judge->rule->party == LOCAL_PARTY_MAXIMUM ? high
                                                       : sum / count;
    return true;
}

/* What the players say of a location. */
typedef struct spread {
    double low, high, sum, count;
} spread;

/* False: somebody has not measured it. */
static bool measure(const local_judge *judge, const char *location, spread *out)
{
    double latency = 0;
    const local_seat *before = NULL; /* whose party this latency is of; members stand together */
    *out = (spread){INFINITY, -INFINITY, 0, 0};
    for (size_t i = 0; i < judge->lineup->seat_count; i++) {
        const local_seat *seat = &judge->lineup->seats[i];
        /* Who plays there already need not say how far away it is. */
        if (seat->playing && latency_to(seat->player, location) == NULL)
            continue;
        if ((before == NULL || before->party != seat->party) &&
                !party_latency(judge, seat->party, location, &latency))
            return false;
        before = seat;
        out->low = fmin(out->low, latency);
        out->high = fmax(out->high, latency);
        out->sum += latency;
        out->count++;
    }
    return true;
}

static bool location_passes(const local_judge *judge, const char *location)
{
    spread all;
    if (!measure(judge, location, &all))
        return false;
    if (all.count == 0)
        return true;
    /* An absent limit is NaN, and nothing is more than that. */
    double from = judge->rule->distance_from_average ? all.sum / all.count : all.low;
    double most = local_judge_limit(judge, LOCAL_LIMIT_MAX_DISTANCE);
    return !(all.high > local_judge_limit(judge, LOCAL_LIMIT_MAX_LATENCY)) && !(all.high - from > most) &&
           !(from - all.low > most);
}

bool local_judge_latency(const local_judge *judge)
{
    if (judge->lineup->location != NULL)
        return location_passes(judge, judge->lineup->location);
    if (judge->lineup->seat_count == 0)
        return true;
    /* A place must be near to whoever is new, so that it is enough to look at those that one of them names.
     */
    size_t at = 0;
    while (at + 1 < judge->lineup->seat_count && judge->lineup->seats[at].playing)
        at++;
    const glift_player *first = judge->lineup->seats[at].player;
    for (size_t i = 0; i < first->latency_count; i++) {
        if (location_passes(judge, first->latencies[i].region))
            return true;
    }
    return false;
}

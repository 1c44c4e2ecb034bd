/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets on trial, as callers of POST /_local/rule_set_bench ask for them. Nothing of the service takes
 * part: it only keeps them, until newer ones take their place or it ends. */
#ifndef LOCAL_BENCHES_H
#define LOCAL_BENCHES_H

#include "api/api.h"
#include "bench/trial.h"

#define LOCAL_BENCHES_MAX 4 /* those that run, and those whose answer is kept */

typedef struct local_bench {
    char id[24];
    local_trial *trial;
    TAILQ_ENTRY(local_bench) link;
} local_bench;

struct local_benches {
    TAILQ_HEAD(, local_bench) all; /* the one whose turn it is comes first */
    size_t count;
    uint64_t last_number;
};

void local_benches_free(local_service *service);

/* bench_input.c: what a bench is asked for. NULL: the call is refused, or memory is out. */
local_trial *api_read_trial(api_call *call);

/* bench_draws.c: the draws of "distribution", into the memory that they stay in. False: refused. */
extern const api_shape api_distribution;
bool api_read_draws(api_call *call, const local_rule_set *rule_set, const cJSON *distribution,
        glift__memory *memory, local_draw_desc *out);

/* bench_json.c: what has come of it so far. */
void api_add_bench(api_call *call, cJSON *object, const local_bench *bench);

#endif

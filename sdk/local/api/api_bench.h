/* SPDX-License-Identifier: Apache-2.0 */
/* The controls of rule sets on trial, for the table of controls. */
#ifndef LOCAL_API_BENCH_H
#define LOCAL_API_BENCH_H

#include "api/api.h"

extern const api_member api_bench_members[], api_cancel_bench_members[];
void api_start_bench(api_call *call);
void api_cancel_bench(api_call *call);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* gamelift-local bench RULESET.json: a rule set on trial without a service, for people and for scripts. */
#ifndef LOCAL_BENCH_COMMAND_H
#define LOCAL_BENCH_COMMAND_H

/* The arguments from "bench" on. The exit code: 0 where the trial was made, 2 where it was not. */
int local_bench_command(int count, char **arguments);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of gamelift-local. */
#ifndef LOCAL_OPTIONS_H
#define LOCAL_OPTIONS_H

#include "api/service.h"
#include "program/webhooks.h"

#define LOCAL_HOSTS_MAX 16

typedef struct local_options {
    bool demo;
    const char *demo_address; /* NULL: the loopback */
    bool check_health;        /* ask the one that runs, instead of being one */
    int port;
    const char *address;    /* to listen on */
    const char *token_file; /* NULL: clients need no token */
    const char *hosts[LOCAL_HOSTS_MAX];
    size_t host_count;
    const char *env_file;
    const char *state; /* NULL: nothing outlives the program */
    const char *launch, *launch_log_dir;
    const char *scenario;    /* its file; NULL: none */
    bool launch_is_detailed; /* by options that mean nothing without a launch */
    int instances;
    uint64_t launch_grace_ms;
    const char *tls_cert, *tls_key;
    const char *region, *account;
    double clock_scale;
    uint64_t seed;
    bool remember_request_ids;
    glift_log_level log_level;
    local_patience patience;
    const char *webhooks[WEBHOOKS_MAX];
    size_t webhook_count;
    bool webhook_sns;
    const char *record; /* NULL: nothing is recorded */
} local_options;

/* -1: go on. Else the exit code: --help and --version were printed (0), or what is wrong was said (2). */
int local_options_read(int count, char **arguments, local_options *out);

/* What stands behind "--" is the game server of a scenario, one word each, which the launcher splits as a
 * shell does. False: it was said what is wrong. */
bool local_options_command(int count, char **arguments, local_options *out);

/* Whether there is something to be said of options that are not wrong. */
#define OPTIONS_WARNING_SIZE 200
bool local_options_warning(const local_options *options, char out[OPTIONS_WARNING_SIZE]);

/* An option that getopt_long() did not take (':' or '?') is refused in one sentence; `help` is where all are
 * listed. */
void local_options_refuse(int option, char **arguments, const char *help);

/* Whether the value that getopt_long() has found is empty: then it was refused. */
bool local_options_is_empty(const char *name, const char *help);

/* A text to stdout; the exit code of a program that is asked for nothing else. */
int local_options_print(const char *text);

/* What --help and --help-all print. */
extern const char local_help[];
extern const char *const local_help_all[]; /* parts; NULL: the end */

#endif

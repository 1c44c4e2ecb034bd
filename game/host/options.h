/* SPDX-License-Identifier: Apache-2.0 */
/* The command line. */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include "settings.h"

#include <stddef.h>

enum { MAX_SERVERS = 500, MAX_ORIGINS = 16, DEFAULT_TICK_RATE = 30, MAX_TICK_RATE = 240, MAX_BOTS = 64 };

typedef enum engine_mode { MODE_SERVER, MODE_LOBBY, MODE_BOTS } engine_mode;

typedef struct options {
    engine_mode mode;
    const char *script, *plugin, *assets; /* NULL: the default place */
    const char *address;
    int port, tick_rate;
    int servers; /* at the same time, one after another in each place; 0: one, and then the program ends */
    const char *origins[MAX_ORIGINS];
    size_t origin_count;
} options;

/* What to do next. */
typedef enum options_result { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_BAD } options_result;

/* --set, --endpoint and --bots also go to the settings. What is wrong is told on stderr. The strings of argv
 * must outlive the options. */
options_result options_parse(options *out, settings *all, int argc, char **argv);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* SIGTERM and SIGINT, SIGHUP, and what happens when a script does not let the program end. */
#ifndef HOST_SIGNALS_H
#define HOST_SIGNALS_H

#include <stdbool.h>

struct engine;

/* From now on signals wake this engine, and SIGTERM and SIGINT set the limit below. NULL: it is about to go.
 */
void signals_attach(struct engine *engine, unsigned limit_s);
/* SIGTERM and SIGINT so far. */
int signals_terminations(void);
/* Whether SIGHUP has come since the last time this was asked. */
bool signals_take_reload(void);
/* The program is to end within this time, counted from now: a script that still runs then is interrupted, and
 * if that does not help the process ends with code 1. */
void signals_limit(unsigned seconds);

#endif

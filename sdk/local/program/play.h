/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario from its file to its report on stdout. */
#ifndef LOCAL_PLAY_H
#define LOCAL_PLAY_H

#include "listen/listen.h"
#include "program/demo.h"
#include "program/scenario.h"

/* NULL: it cannot be played, and stderr says why. */
scenario *play_read(const char *path);
/* The names of the demo are what its texts may use. False: out of memory. */
bool play_prepare(scenario *played, const local_demo *demo);
/* One step of it; the listener's clock goes where the step puts it. */
scenario_state play_on(scenario *played, local_service *service, local_listener *listener);
/* It does not come to its end, and the report says why. */
void play_stop(scenario *played, const char *why);

#endif

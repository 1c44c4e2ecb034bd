/* SPDX-License-Identifier: Apache-2.0 */
/* How the program is told to end: Ctrl+C and, on Linux, SIGTERM; on Windows, Ctrl+Break, and the closed
 * window. */
#ifndef LOCAL_STOP_H
#define LOCAL_STOP_H

#include <stdbool.h>

#include "platform/platform.h"

/* Can be read once for each time that somebody wants the program to end, which then ends by nothing else.
 * GLIFT__NO_SOCKET: it cannot be had. */
glift__socket_handle local_stop_open(void);
bool local_stop_was_asked(glift__socket_handle stop);

#endif

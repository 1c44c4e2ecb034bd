/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOCAL_LOG_LINE_H
#define LOCAL_LOG_LINE_H

#include <gamelift/gamelift.h>

/* To stderr, with the time of day. Names in it are a client's, and lines a game server's: none makes a line
 * of its own, or moves the cursor. */
void log_line(glift_log_level level, const char *text);

#endif

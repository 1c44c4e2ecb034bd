/* SPDX-License-Identifier: Apache-2.0 */
/* The log of the program: one line per message on stderr. */
#ifndef HOST_LOG_H
#define HOST_LOG_H

#include <gamelift/gamelift.h>

/* What is below this level is left out; GLIFT_LOG_INFO unless set. Before other threads begin. */
void log_set_level(glift_log_level level);

/* One write() per message, so that lines of different threads never mix. Further lines of a message are
 * indented: no text from outside can look like a message of its own. Any thread. */
void log_line(glift_log_level level, const char *tag, const char *message);
void log_format(glift_log_level level, const char *tag, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* The same, of one of several game servers: its place stands before the message. 0: there is only one. */
void log_line_of_place(unsigned place, glift_log_level level, const char *tag, const char *message);
void log_of_place(unsigned place, glift_log_level level, const char *tag, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with an argument, a file or the machine, in one line for whoever started the program. */
#ifndef LOCAL_COMPLAIN_H
#define LOCAL_COMPLAIN_H

#include <stdbool.h>

#include "base/format.h"

/* To stderr, without what would move its cursor: names in it may be anybody's. Always false. */
bool complain(const char *format, ...) GLIFT__FORMAT(1, 2);

/* Whether all that was printed to stdout has arrived there. False: it was said why not. */
bool has_printed(void);

#endif

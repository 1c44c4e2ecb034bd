/* SPDX-License-Identifier: Apache-2.0 */
#include "system/start.h"

#include <signal.h>

char **local_begin(int count, char **arguments)
{
    (void)count;
    signal(SIGPIPE, SIG_IGN);
    return arguments;
}

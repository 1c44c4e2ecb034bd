/* SPDX-License-Identifier: Apache-2.0 */
#include "program/open_files.h"

#include "listen/listen.h"
#include "program/launch.h"

/* Files that are neither sockets of clients nor kept for servers: logs, signals, the listener's own. */
#define OWN_FILES     64
#define LEAST_SOCKETS 16

int take_files(int instances, local_file_limit *before)
{
    uint64_t others = OWN_FILES + (uint64_t)instances * LAUNCH_FILES_EACH;
    uint64_t files = local_take_files(LISTEN_SOCKETS_MAX + others, before);
    return (int)(files > others + LEAST_SOCKETS ? files - others : LEAST_SOCKETS);
}

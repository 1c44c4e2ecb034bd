/* SPDX-License-Identifier: Apache-2.0 */
#include "program/open_files.h"

#include "listen/listen.h"
#include "program/launch.h"

/* Files that are neither sockets of clients nor kept for servers: logs, signals, the listener's own. */
#define OWN_FILES     64
#define LEAST_SOCKETS 16

int take_files(int instances, struct rlimit *before)
{
    rlim_t others = OWN_FILES + (rlim_t)instances * LAUNCH_FILES_EACH;
    rlim_t wanted = LISTEN_SOCKETS_MAX + others;
    getrlimit(RLIMIT_NOFILE, before);
    rlim_t files = wanted < before->rlim_max ? wanted : before->rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){files, before->rlim_max}) != 0)
        files = before->rlim_cur;
    return (int)(files > others + LEAST_SOCKETS ? files - others : LEAST_SOCKETS);
}

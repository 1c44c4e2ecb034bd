/* SPDX-License-Identifier: Apache-2.0 */
#include "system/stop.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

glift__socket_handle local_stop_open(void)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    return signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool local_stop_was_asked(glift__socket_handle stop)
{
    struct signalfd_siginfo info;
    return read((int)stop, &info, sizeof info) == (ssize_t)sizeof info;
}

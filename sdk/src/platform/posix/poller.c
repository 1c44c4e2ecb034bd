/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/posix/poller.h"

glift__poller *glift__poller_create(bool portable)
{
    glift__poller *poller = portable ? NULL : glift__poller_create_epoll();
    return poller != NULL ? poller : glift__poller_create_poll();
}

void glift__poller_destroy(glift__poller *poller)
{
    if (poller != NULL)
        poller->kind->destroy(poller);
}

bool glift__poller_reopen(glift__poller *poller)
{
    return poller->kind->reopen(poller);
}

bool glift__poller_add(glift__poller *poller, glift__socket_handle socket, unsigned wanted, void *user)
{
    return poller->kind->add(poller, (int)socket, wanted, user);
}

bool glift__poller_change(glift__poller *poller, glift__socket_handle socket, unsigned wanted, void *user)
{
    return poller->kind->change(poller, (int)socket, wanted, user);
}

void glift__poller_remove(glift__poller *poller, glift__socket_handle socket)
{
    poller->kind->remove(poller, (int)socket);
}

int glift__poller_wait(glift__poller *poller, int timeout_ms, glift__poll_event *events, size_t room)
{
    return poller->kind->wait(poller, timeout_ms, events, room);
}

void glift__poller_wake(glift__poller *poller)
{
    poller->kind->wake(poller);
}

int glift__poller_descriptor(const glift__poller *poller)
{
    return poller->kind->descriptor(poller);
}

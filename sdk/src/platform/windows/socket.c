/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/windows/winsock.h"

#include <limits.h>

glift__socket_handle glift__socket_connect(const glift__address *address, uint16_t port, bool *no_descriptor)
{
    struct sockaddr_storage to;
    int one = 1, size = glift__winsock_address(address, port, &to);
    SOCKET opened = glift__winsock_open(to.ss_family, SOCK_STREAM);
    *no_descriptor = opened == INVALID_SOCKET && WSAGetLastError() == WSAEMFILE;
    if (opened == INVALID_SOCKET)
        return GLIFT__NO_SOCKET;
    setsockopt(opened, IPPROTO_TCP, TCP_NODELAY, (const char *)&one, sizeof one);
    if (connect(opened, (const struct sockaddr *)&to, size) == 0 || WSAGetLastError() == WSAEWOULDBLOCK)
        return (glift__socket_handle)opened;
    closesocket(opened);
    return GLIFT__NO_SOCKET;
}

bool glift__socket_is_connected(glift__socket_handle socket)
{
    int error = 0, size = sizeof error;
    return getsockopt((SOCKET)socket, SOL_SOCKET, SO_ERROR, (char *)&error, &size) == 0 && error == 0;
}

static glift__transfer judge_failure(void)
{
    return WSAGetLastError() == WSAEWOULDBLOCK ? GLIFT__TRANSFER_LATER : GLIFT__TRANSFER_ERROR;
}

static int limited(size_t size)
{
    return size < INT_MAX ? (int)size : INT_MAX;
}

glift__transfer glift__socket_send(glift__socket_handle socket, const void *bytes, size_t size, size_t *sent)
{
    int done = send((SOCKET)socket, bytes, limited(size), 0);
    *sent = done > 0 ? (size_t)done : 0;
    return done >= 0 ? GLIFT__TRANSFER_DONE : judge_failure();
}

glift__transfer glift__socket_receive(glift__socket_handle socket, void *bytes, size_t size, size_t *received)
{
    int done = recv((SOCKET)socket, bytes, limited(size), 0);
    *received = done > 0 ? (size_t)done : 0;
    if (done == 0)
        return GLIFT__TRANSFER_END;
    return done > 0 ? GLIFT__TRANSFER_DONE : judge_failure();
}

void glift__socket_end_sending(glift__socket_handle socket)
{
    shutdown((SOCKET)socket, SD_SEND);
}

void glift__socket_close(glift__socket_handle socket)
{
    closesocket((SOCKET)socket);
}

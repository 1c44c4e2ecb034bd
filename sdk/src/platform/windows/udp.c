/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/windows/winsock.h"

#include <stdlib.h>
#include <string.h>

struct glift__udp {
    SOCKET socket; /* INVALID_SOCKET: it could not be opened again */
    glift__address address;
    uint16_t port;
    struct sockaddr_storage to;
    int to_size;
};

static const char *reason_of(int error)
{
    switch (error) {
    case WSAECONNRESET:
    case WSAECONNREFUSED:
        return "nobody listens there";
    case WSAENETUNREACH:
    case WSAEHOSTUNREACH:
        return "there is no way to that address";
    case WSAEMSGSIZE:
        return "the datagram is too large";
    case WSAEMFILE:
        return "there is no free descriptor";
    case WSAEWOULDBLOCK:
    case WSAENOBUFS:
        return "the system's buffers are full";
    }
    return "the system refuses to send";
}

/* Connected, so that the system tells when nobody listens there. */
static bool open_socket(glift__udp *udp)
{
    udp->socket = glift__winsock_open(udp->to.ss_family, SOCK_DGRAM);
    if (udp->socket == INVALID_SOCKET)
        return false;
    if (connect(udp->socket, (const struct sockaddr *)&udp->to, udp->to_size) == 0)
        return true;
    int error = WSAGetLastError();
    closesocket(udp->socket);
    udp->socket = INVALID_SOCKET;
    WSASetLastError(error);
    return false;
}

glift__udp *glift__udp_open(const char *address, uint16_t port, const char **reason)
{
    glift__udp *udp = calloc(1, sizeof *udp);
    *reason = "out of memory";
    if (udp == NULL)
        return NULL;
    udp->socket = INVALID_SOCKET;
    udp->port = port;
    *reason = "it is no address";
    if (glift__address_parse(address, &udp->address)) {
        udp->to_size = glift__winsock_address(&udp->address, port, &udp->to);
        if (open_socket(udp))
            return udp;
        *reason = reason_of(WSAGetLastError());
    }
    glift__udp_close(udp);
    return NULL;
}

/* Where the handle was closed behind our back, its number may by now be somebody else's. */
static bool is_still_ours(const glift__udp *udp)
{
    struct sockaddr_storage peer = {0};
    int size = sizeof peer;
    if (udp->socket == INVALID_SOCKET || getpeername(udp->socket, (struct sockaddr *)&peer, &size) != 0)
        return false;
    if (peer.ss_family != udp->to.ss_family)
        return false;
    const struct sockaddr_in *a = (const struct sockaddr_in *)(const void *)&peer;
    const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)(const void *)&peer;
    const void *at = udp->address.is_ipv6 ? (const void *)&a6->sin6_addr : (const void *)&a->sin_addr;
    return a->sin_port == htons(udp->port) && /* which lies at the same place in both */
           memcmp(at, udp->address.bytes, udp->address.is_ipv6 ? 16 : 4) == 0;
}

/* That an earlier datagram reached nobody is told to whoever receives, never to whoever sends. */
static int refusal_of_earlier(const glift__udp *udp)
{
    char ignored;
    int error = recv(udp->socket, &ignored, sizeof ignored, 0) < 0 ? WSAGetLastError() : 0;
    return error == WSAECONNRESET || error == WSAECONNREFUSED ? error : 0;
}

bool glift__udp_send(glift__udp *udp, const void *bytes, size_t size, const char **reason)
{
    if (!is_still_ours(udp) && !open_socket(udp)) {
        *reason = reason_of(WSAGetLastError());
        return false;
    }
    int error = refusal_of_earlier(udp);
    if (send(udp->socket, bytes, (int)size, 0) < 0)
        error = WSAGetLastError();
    if (error != 0)
        *reason = reason_of(error);
    return error == 0;
}

bool glift__udp_is_for(const glift__udp *udp, const char *address, uint16_t port)
{
    glift__address wanted;
    return port == udp->port && glift__address_parse(address, &wanted) &&
           glift__address_equals(&wanted, &udp->address);
}

void glift__udp_close(glift__udp *udp)
{
    if (udp == NULL)
        return;
    if (is_still_ours(udp))
        closesocket(udp->socket);
    free(udp);
}

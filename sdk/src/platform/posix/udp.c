/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/posix/descriptor.h"

#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS, where no datagram raises SIGPIPE either */
#endif

struct glift__udp {
    int socket; /* -1: somebody else has closed it */
    glift__address address;
    uint16_t port;
    struct sockaddr_storage to;
    socklen_t to_size;
};

static const char *reason_of(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return "nobody listens there";
    case ENETUNREACH:
    case EHOSTUNREACH:
        return "there is no way to that address";
    case EMSGSIZE:
        return "the datagram is too large";
    case EMFILE:
    case ENFILE:
        return "there is no free descriptor";
    case EAGAIN:
    case ENOBUFS:
        return "the system's buffers are full";
    case ENOMEM:
        return "out of memory";
    }
    return "the system refuses to send";
}

static void write_address(glift__udp *udp)
{
    if (udp->address.is_ipv6) {
        struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&udp->to;
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_port = htons(udp->port);
        ipv6->sin6_scope_id = udp->address.scope;
        memcpy(&ipv6->sin6_addr, udp->address.bytes, 16);
        udp->to_size = sizeof *ipv6;
    } else {
        struct sockaddr_in *ipv4 = (struct sockaddr_in *)&udp->to;
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(udp->port);
        memcpy(&ipv4->sin_addr, udp->address.bytes, 4);
        udp->to_size = sizeof *ipv4;
    }
}

/* Connected, so that the system tells when nobody listens there. */
static bool open_socket(glift__udp *udp)
{
    udp->socket = glift__above_standard_files(socket(udp->to.ss_family, SOCK_DGRAM, 0));
    if (udp->socket < 0)
        return false;
    fcntl(udp->socket, F_SETFL, O_NONBLOCK);
    fcntl(udp->socket, F_SETFD, FD_CLOEXEC);
    if (connect(udp->socket, (const struct sockaddr *)&udp->to, udp->to_size) == 0)
        return true;
    int error = errno;
    close(udp->socket);
    udp->socket = -1;
    errno = error;
    return false;
}

glift__udp *glift__udp_open(const char *address, uint16_t port, const char **reason)
{
    glift__udp *udp = calloc(1, sizeof *udp);
    *reason = "out of memory";
    if (udp == NULL)
        return NULL;
    udp->socket = -1;
    udp->port = port;
    *reason = "it is no address";
    if (glift__address_parse(address, &udp->address)) {
        write_address(udp);
        if (open_socket(udp))
            return udp;
        *reason = reason_of(errno);
    }
    glift__udp_close(udp);
    return NULL;
}

/* Where the descriptor was closed behind our back, its number may by now be somebody else's. */
static bool is_still_ours(const glift__udp *udp)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    memset(&peer, 0, sizeof peer);
    return udp->socket >= 0 && getpeername(udp->socket, (struct sockaddr *)&peer, &size) == 0 &&
           size == udp->to_size && memcmp(&peer, &udp->to, sizeof peer) == 0;
}

/* A refusal is of an earlier datagram, and comes instead of sending this one. */
static int send_once_more(const glift__udp *udp, const void *bytes, size_t size)
{
    int error = 0;
    for (int tries = 0; tries < 2; tries++) {
        if (send(udp->socket, bytes, size, MSG_NOSIGNAL) >= 0)
            break;
        error = errno;
        if (error != ECONNREFUSED)
            break;
    }
    return error;
}

bool glift__udp_send(glift__udp *udp, const void *bytes, size_t size, const char **reason)
{
    if (!is_still_ours(udp) && !open_socket(udp)) {
        *reason = reason_of(errno);
        return false;
    }
    int error = send_once_more(udp, bytes, size);
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
        close(udp->socket);
    free(udp);
}

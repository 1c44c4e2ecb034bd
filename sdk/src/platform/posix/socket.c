/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/posix/descriptor.h"

#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static socklen_t write_address(const glift__address *from, uint16_t port, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (from->is_ipv6) {
        struct sockaddr_in6 *address = (struct sockaddr_in6 *)out;
        address->sin6_family = AF_INET6;
        address->sin6_port = htons(port);
        address->sin6_scope_id = from->scope;
        memcpy(&address->sin6_addr, from->bytes, 16);
        return sizeof *address;
    }
    struct sockaddr_in *address = (struct sockaddr_in *)out;
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    memcpy(&address->sin_addr, from->bytes, 4);
    return sizeof *address;
}

static int open_socket(int family)
{
#ifdef SOCK_CLOEXEC
    return glift__above_standard_files(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
#else
    int socket_fd = glift__above_standard_files(socket(family, SOCK_STREAM, 0));
    if (socket_fd >= 0) {
        fcntl(socket_fd, F_SETFL, O_NONBLOCK);
        fcntl(socket_fd, F_SETFD, FD_CLOEXEC);
    }
    return socket_fd;
#endif
}

/* A peer that has gone is an error here, and no signal: it is said at each send or, on macOS, of the socket.
 */
#ifdef MSG_NOSIGNAL
#define SEND_FLAGS MSG_NOSIGNAL
static void ask_for_no_signal(int socket_fd)
{
    (void)socket_fd;
}
#else
#define SEND_FLAGS 0
static void ask_for_no_signal(int socket_fd)
{
    int one = 1;
    setsockopt(socket_fd, SOL_SOCKET, SO_NOSIGPIPE, &one, sizeof one);
}
#endif

glift__socket_handle glift__socket_connect(const glift__address *address, uint16_t port, bool *no_descriptor)
{
    struct sockaddr_storage to;
    socklen_t size = write_address(address, port, &to);
    int one = 1, socket_fd = open_socket(to.ss_family);
    *no_descriptor = socket_fd < 0 && (errno == EMFILE || errno == ENFILE);
    if (socket_fd < 0)
        return GLIFT__NO_SOCKET;
    ask_for_no_signal(socket_fd);
    setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(socket_fd, (const struct sockaddr *)&to, size) == 0 || errno == EINPROGRESS || errno == EINTR)
        return socket_fd;
    close(socket_fd);
    return GLIFT__NO_SOCKET;
}

bool glift__socket_is_connected(glift__socket_handle socket)
{
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt((int)socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

static glift__transfer judge_failure(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? GLIFT__TRANSFER_LATER
                                                                     : GLIFT__TRANSFER_ERROR;
}

glift__transfer glift__socket_send(glift__socket_handle socket, const void *bytes, size_t size, size_t *sent)
{
    ssize_t done = send((int)socket, bytes, size, SEND_FLAGS);
    *sent = done > 0 ? (size_t)done : 0;
    return done >= 0 ? GLIFT__TRANSFER_DONE : judge_failure();
}

glift__transfer glift__socket_receive(glift__socket_handle socket, void *bytes, size_t size, size_t *received)
{
    ssize_t done = recv((int)socket, bytes, size, 0);
    *received = done > 0 ? (size_t)done : 0;
    if (done == 0)
        return GLIFT__TRANSFER_END;
    return done > 0 ? GLIFT__TRANSFER_DONE : judge_failure();
}

void glift__socket_end_sending(glift__socket_handle socket)
{
    shutdown((int)socket, SHUT_WR);
}

void glift__socket_close(glift__socket_handle socket)
{
    close((int)socket);
}

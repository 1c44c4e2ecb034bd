/* SPDX-License-Identifier: Apache-2.0 */
#include "system/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int local_socket_listen(const char *address, int port, glift__socket_handle *out, int *out_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t length = sizeof at;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    at.sin_addr.s_addr = inet_addr(address);
    if (fd < 0)
        return errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, SOMAXCONN) != 0 ||
            getsockname(fd, (struct sockaddr *)&at, &length) != 0) {
        int error = errno;
        close(fd);
        return error;
    }
    *out = fd;
    *out_port = ntohs(at.sin_port);
    return 0;
}

static bool is_gone_already(int error)
{
    return error == ECONNABORTED || error == EINTR || error == EPROTO || error == ENETDOWN ||
           error == EHOSTUNREACH || error == ENETUNREACH || error == ETIMEDOUT;
}

local_knock local_socket_accept(
        glift__socket_handle door, glift__socket_handle *out, uint32_t *address, int *error)
{
    struct sockaddr_in from = {0};
    socklen_t length = sizeof from;
    int on = 1, fd = accept4((int)door, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        *error = errno;
        return is_gone_already(errno)                    ? LOCAL_KNOCK_LEFT
               : errno == EAGAIN || errno == EWOULDBLOCK ? LOCAL_KNOCK_NOBODY
                                                         : LOCAL_KNOCK_REFUSED;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    *out = fd;
    *address = ntohl(from.sin_addr.s_addr);
    return LOCAL_KNOCK_CAME;
}

int local_socket_dial(int port, int patience_ms, glift__socket_handle *out)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval patience = {.tv_sec = patience_ms / 1000, .tv_usec = patience_ms % 1000 * 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *out = fd;
    if (fd < 0)
        return errno;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
            setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
            connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return 0;
    int error = errno;
    close(fd);
    return error;
}

void local_socket_reset_at_close(glift__socket_handle socket)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt((int)socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

int local_socket_error(glift__socket_handle socket)
{
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt((int)socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

int local_socket_last_error(void)
{
    return errno;
}

bool local_socket_is_in_use(int error)
{
    return error == EADDRINUSE;
}

bool local_socket_has_broken(int error)
{
    return error == ECONNRESET || error == EPIPE;
}

const char *local_socket_error_text(int error)
{
    return strerror(error);
}

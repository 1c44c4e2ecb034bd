/* SPDX-License-Identifier: Apache-2.0 */
/* The port: who knocks is let in where there is room, and handed to libwebsockets.
 *
 * libwebsockets is not asked to listen: it would not tell of a connection before TLS has been agreed upon, so
 * that whoever never finishes that would be counted by nobody. */
#include "listen/listen_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Newcomers that are accepted in one turn: connections that make room for them are closed before the next. */
#define COME_AT_ONCE 16

/* How long nobody is accepted where the system has no descriptor or no memory, and how often the log says so.
 */
#define DOOR_SHUT_MS    1000
#define DOOR_IS_TOLD_MS 60000

/* ---- knocking ---- */

/* Whoever gives way makes room for the next time; where nobody does, the door stays shut for a while. */
static void refuse(local_listener *listener, int error)
{
    uint64_t machine_ms = local_listener_machine_ms();
    if (machine_ms >= listener->door_is_told_ms) {
        listener->door_is_told_ms = machine_ms + DOOR_IS_TOLD_MS;
        listen_log(listener, GLIFT_LOG_WARNING, "a connection could not be accepted: %s", strerror(error));
    }
    if (listen_free_place(listener))
        return;
    listen_loop_await(&listener->loop, &listener->door, 0);
    listener->door_opens_ms = machine_ms + DOOR_SHUT_MS;
}

void listen_open_door_again(local_listener *listener, uint64_t machine_ms)
{
    if (listener->door_opens_ms > machine_ms)
        return;
    listener->door_opens_ms = UINT64_MAX;
    listen_loop_await(&listener->loop, &listener->door, EPOLLIN);
}

static bool is_gone_already(int error)
{
    return error == ECONNABORTED || error == EINTR || error == EPROTO || error == ENETDOWN ||
           error == EHOSTUNREACH || error == ENETUNREACH || error == ETIMEDOUT;
}

/* False: there is nobody more. */
static bool let_in(local_listener *listener)
{
    struct sockaddr_in from = {0};
    socklen_t length = sizeof from;
    int on = 1,
        fd = accept4(listener->door.fd, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && is_gone_already(errno))
        return true;
    if (fd < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            refuse(listener, errno);
        return false;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    listen_peer_came(listener, fd, ntohl(from.sin_addr.s_addr));
    return true;
}

static void on_knock(listen_source *source, uint32_t events)
{
    local_listener *listener = lws_container_of(source, local_listener, door);
    (void)events;
    for (int i = 0; i < COME_AT_ONCE && let_in(listener); i++)
        ;
}

/* ---- opening ---- */

/* 0, or the error of the kernel. */
static int open_socket(local_listener *listener, int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t length = sizeof at;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    at.sin_addr.s_addr = inet_addr(listener->access.address);
    if (fd < 0)
        return errno;
    listener->door = (listen_source){.fd = fd, .ready = on_knock};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, SOMAXCONN) != 0 ||
            getsockname(fd, (struct sockaddr *)&at, &length) != 0 ||
            !listen_loop_add(&listener->loop, &listener->door, EPOLLIN))
        return errno;
    listener->port = ntohs(at.sin_port);
    return 0;
}

bool listen_open_door(local_listener *listener, int port, char why[LOCAL_WHY_SIZE])
{
    int error = open_socket(listener, port);
    listener->door_opens_ms = UINT64_MAX;
    if (error == EADDRINUSE)
        snprintf(why, LOCAL_WHY_SIZE,
                "port %d is in use: stop the program that has it, or give --port another number "
                "(0: any free one)",
                port);
    else if (error != 0)
        snprintf(why, LOCAL_WHY_SIZE, "cannot listen on %s, port %d: %s", listener->access.address, port,
                strerror(error));
    return error == 0;
}

void listen_close_door(local_listener *listener)
{
    int fd = listener->door.fd;
    listen_loop_remove(&listener->loop, &listener->door);
    if (fd >= 0)
        close(fd);
}

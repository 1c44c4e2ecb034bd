/* SPDX-License-Identifier: Apache-2.0 */
/* The port: who knocks is let in where there is room, and handed to libwebsockets.
 *
 * libwebsockets is not asked to listen: it would not tell of a connection before TLS has been agreed upon, so
 * that whoever never finishes that would be counted by nobody. */
#include "listen/listen_internal.h"

#include <stdio.h>

#include "system/sockets.h"

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
        listen_log(listener, GLIFT_LOG_WARNING, "a connection could not be accepted: %s",
                local_socket_error_text(error));
    }
    if (listen_free_place(listener))
        return;
    local_loop_await(listener->loop, &listener->door, 0);
    listener->door_opens_ms = machine_ms + DOOR_SHUT_MS;
}

void listen_open_door_again(local_listener *listener, uint64_t machine_ms)
{
    if (listener->door_opens_ms > machine_ms)
        return;
    listener->door_opens_ms = UINT64_MAX;
    local_loop_await(listener->loop, &listener->door, LOCAL_READY_IN);
}

/* False: there is nobody more. */
static bool let_in(local_listener *listener)
{
    glift__socket_handle fd = GLIFT__NO_SOCKET;
    uint32_t address = 0;
    int error = 0;
    switch (local_socket_accept(listener->door.fd, &fd, &address, &error)) {
    case LOCAL_KNOCK_CAME:
        listen_peer_came(listener, fd, address);
        return true;
    case LOCAL_KNOCK_LEFT:
        return true;
    case LOCAL_KNOCK_NOBODY:
        return false;
    case LOCAL_KNOCK_REFUSED:
        refuse(listener, error);
        return false;
    }
    return false;
}

static void on_knock(local_source *source, uint32_t happened)
{
    local_listener *listener = lws_container_of(source, local_listener, door);
    (void)happened;
    for (int i = 0; i < COME_AT_ONCE && let_in(listener); i++)
        ;
}

/* ---- opening ---- */

/* 0, or the error of the system. */
static int open_socket(local_listener *listener, int port)
{
    glift__socket_handle fd = GLIFT__NO_SOCKET;
    int error = local_socket_listen(listener->access.address, port, &fd, &listener->port);
    if (error != 0)
        return error;
    listener->door = (local_source){.fd = fd, .ready = on_knock};
    return local_loop_add(listener->loop, &listener->door, LOCAL_READY_IN) ? 0 : local_socket_last_error();
}

bool listen_open_door(local_listener *listener, int port, char why[LOCAL_WHY_SIZE])
{
    int error = open_socket(listener, port);
    listener->door_opens_ms = UINT64_MAX;
    if (local_socket_is_in_use(error))
        snprintf(why, LOCAL_WHY_SIZE,
                "port %d is in use: stop the program that has it, or give --port another number "
                "(0: any free one)",
                port);
    else if (error != 0)
        snprintf(why, LOCAL_WHY_SIZE, "cannot listen on %s, port %d: %s", listener->access.address, port,
                local_socket_error_text(error));
    return error == 0;
}

void listen_close_door(local_listener *listener)
{
    glift__socket_handle fd = listener->door.fd;
    if (fd == GLIFT__NO_SOCKET)
        return;
    local_loop_remove(listener->loop, &listener->door);
    glift__socket_close(fd);
}

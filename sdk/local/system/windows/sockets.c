/* SPDX-License-Identifier: Apache-2.0 */
#include "system/sockets.h"

#include <winsock2.h>
#include <ws2tcpip.h>

/* SO_REUSEADDR would let two programs listen on one port here; what Linux needs it for needs nothing. */
static bool listen_alone(SOCKET socket, struct sockaddr_in *at)
{
    u_long on = 1;
    int alone = 1, length = sizeof *at;
    return ioctlsocket(socket, (long)FIONBIO, &on) == 0 &&
           setsockopt(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&alone, sizeof alone) == 0 &&
           bind(socket, (struct sockaddr *)at, sizeof *at) == 0 && listen(socket, SOMAXCONN) == 0 &&
           getsockname(socket, (struct sockaddr *)at, &length) == 0;
}

int local_socket_listen(const char *address, int port, glift__socket_handle *out, int *out_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, address, &at.sin_addr) != 1)
        return WSAEINVAL;
    SOCKET made =
            WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (made == INVALID_SOCKET)
        return WSAGetLastError();
    if (!listen_alone(made, &at)) {
        int error = WSAGetLastError();
        closesocket(made);
        return error;
    }
    *out = (glift__socket_handle)made;
    *out_port = ntohs(at.sin_port);
    return 0;
}

local_knock local_socket_accept(
        glift__socket_handle door, glift__socket_handle *out, uint32_t *address, int *error)
{
    struct sockaddr_in from = {0};
    int on = 1, length = sizeof from;
    u_long unblocked = 1;
    SOCKET came = accept((SOCKET)door, (struct sockaddr *)&from, &length);
    if (came == INVALID_SOCKET) {
        *error = WSAGetLastError();
        return *error == WSAECONNRESET    ? LOCAL_KNOCK_LEFT
               : *error == WSAEWOULDBLOCK ? LOCAL_KNOCK_NOBODY
                                          : LOCAL_KNOCK_REFUSED;
    }
    SetHandleInformation((HANDLE)came, HANDLE_FLAG_INHERIT, 0);
    ioctlsocket(came, (long)FIONBIO, &unblocked);
    setsockopt(came, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof on);
    *out = (glift__socket_handle)came;
    *address = ntohl(from.sin_addr.s_addr);
    return LOCAL_KNOCK_CAME;
}

int local_socket_dial(int port, int patience_ms, glift__socket_handle *out)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    DWORD patience = (DWORD)patience_ms;
    SOCKET made =
            WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *out = (glift__socket_handle)made;
    if (made == INVALID_SOCKET)
        return WSAGetLastError();
    if (setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience) == 0 &&
            setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, (const char *)&patience, sizeof patience) == 0 &&
            connect(made, (const struct sockaddr *)&to, sizeof to) == 0)
        return 0;
    int error = WSAGetLastError();
    closesocket(made);
    return error;
}

void local_socket_reset_at_close(glift__socket_handle socket)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt((SOCKET)socket, SOL_SOCKET, SO_LINGER, (const char *)&at_once, sizeof at_once);
}

int local_socket_error(glift__socket_handle socket)
{
    int error = 0, size = sizeof error;
    return getsockopt((SOCKET)socket, SOL_SOCKET, SO_ERROR, (char *)&error, &size) == 0 ? error
                                                                                        : WSAGetLastError();
}

int local_socket_last_error(void)
{
    return WSAGetLastError();
}

bool local_socket_is_in_use(int error)
{
    return error == WSAEADDRINUSE || error == WSAEACCES; /* the second where the other one listens alone */
}

bool local_socket_has_broken(int error)
{
    return error == WSAECONNRESET || error == WSAECONNABORTED || error == WSAESHUTDOWN;
}

/* In the words of Linux: what the documents say of them holds. */
const char *local_socket_error_text(int error)
{
    switch (error) {
    case WSAECONNREFUSED:
        return "Connection refused";
    case WSAECONNRESET:
        return "Connection reset by peer";
    case WSAETIMEDOUT:
        return "Connection timed out";
    case WSAEADDRNOTAVAIL:
        return "Cannot assign requested address";
    case WSAENETUNREACH:
        return "Network is unreachable";
    case WSAEHOSTUNREACH:
        return "No route to host";
    case WSAEMFILE:
        return "Too many open files";
    case WSAENOBUFS:
        return "No buffer space available";
    }
    return "the system refuses it";
}

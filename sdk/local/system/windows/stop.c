/* SPDX-License-Identifier: Apache-2.0 */
/* The system runs a handler in a thread of its own, which sends a datagram to a socket that is connected to
 * itself. */
#include "system/stop.h"

#include <stdatomic.h>
#include <winsock2.h>
#include <ws2tcpip.h>

static atomic_uintptr_t told = INVALID_SOCKET;

/* Once this returns for a window that is closed, or a user who leaves, the system ends the process. */
static BOOL WINAPI on_event(DWORD event)
{
    send((SOCKET)atomic_load(&told), "", 1, 0);
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

static bool connect_to_itself(SOCKET made)
{
    struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof self;
    u_long on = 1;
    return ioctlsocket(made, (long)FIONBIO, &on) == 0 &&
           bind(made, (const struct sockaddr *)&self, sizeof self) == 0 &&
           getsockname(made, (struct sockaddr *)&self, &size) == 0 &&
           connect(made, (const struct sockaddr *)&self, size) == 0;
}

glift__socket_handle local_stop_open(void)
{
    SOCKET made =
            WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (made == INVALID_SOCKET)
        return GLIFT__NO_SOCKET;
    atomic_store(&told, made);
    /* Whoever started us in a process group of its own has taken Ctrl+C from us. */
    SetConsoleCtrlHandler(NULL, FALSE);
    if (connect_to_itself(made) && SetConsoleCtrlHandler(on_event, TRUE))
        return (glift__socket_handle)made;
    closesocket(made);
    return GLIFT__NO_SOCKET;
}

bool local_stop_was_asked(glift__socket_handle stop)
{
    char byte;
    return recv((SOCKET)stop, &byte, 1, 0) >= 0;
}

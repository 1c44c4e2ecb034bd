/* SPDX-License-Identifier: Apache-2.0 */
#include "system/windows/alarm.h"

#include <winsock2.h>
#include <ws2tcpip.h>

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

glift__socket_handle local_alarm_open(void)
{
    SOCKET made =
            WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (made == INVALID_SOCKET)
        return GLIFT__NO_SOCKET;
    if (connect_to_itself(made))
        return (glift__socket_handle)made;
    closesocket(made);
    return GLIFT__NO_SOCKET;
}

void local_alarm_ring(glift__socket_handle alarm)
{
    send((SOCKET)alarm, "", 1, 0);
}

bool local_alarm_take(glift__socket_handle alarm)
{
    char byte;
    return recv((SOCKET)alarm, &byte, 1, 0) >= 0;
}

void local_alarm_empty(glift__socket_handle alarm)
{
    while (local_alarm_take(alarm))
        ;
}

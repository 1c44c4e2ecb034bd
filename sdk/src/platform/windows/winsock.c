/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/windows/winsock.h"

#include <string.h>
#include <windows.h>

/* The sockets are never stopped: they end with the process, as the connection of a server may outlive the
 * plugin that made it. For the same reason this library stays loaded from now on. */
static BOOL CALLBACK start(INIT_ONCE *once, void *unused, void **context)
{
    WSADATA about;
    HMODULE self;
    (void)unused;
    (void)context;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
            (const wchar_t *)(const void *)once, &self);
    WSAStartup(MAKEWORD(2, 2), &about); /* where it fails, so does each call of a socket, with its reason */
    return TRUE;
}

void glift__winsock_start(void)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    InitOnceExecuteOnce(&once, start, NULL, NULL);
}

int glift__winsock_address(const glift__address *from, uint16_t port, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (from->is_ipv6) {
        struct sockaddr_in6 *address = (struct sockaddr_in6 *)(void *)out;
        address->sin6_family = AF_INET6;
        address->sin6_port = htons(port);
        address->sin6_scope_id = from->scope;
        memcpy(&address->sin6_addr, from->bytes, 16);
        return sizeof *address;
    }
    struct sockaddr_in *address = (struct sockaddr_in *)(void *)out;
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    memcpy(&address->sin_addr, from->bytes, 4);
    return sizeof *address;
}

SOCKET glift__winsock_open(int family, int type)
{
    u_long on = 1;
    glift__winsock_start();
    SOCKET opened = WSASocketW(family, type, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (opened != INVALID_SOCKET && ioctlsocket(opened, (long)FIONBIO, &on) != 0) {
        closesocket(opened);
        return INVALID_SOCKET;
    }
    return opened;
}

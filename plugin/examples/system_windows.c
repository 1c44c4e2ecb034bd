/* SPDX-License-Identifier: Apache-2.0 */
#include "system.h"

#include <winsock2.h> /* before windows.h, which would take an older one */

#include <mswsock.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

enum { MAX_PATH_LENGTH = 4096 };

static void describe(DWORD error, char *reason, size_t reason_size)
{
    DWORD length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0,
            reason, (DWORD)reason_size, NULL);
    if (length == 0)
        snprintf(reason, reason_size, "error %lu of the system", error);
    reason[strcspn(reason, "\r\n")] = '\0';
}

/* Only of a whole path does the system look for the plugin's libraries beside the plugin. */
static HMODULE load_library(const char *file)
{
    wchar_t wide[MAX_PATH_LENGTH], whole[MAX_PATH_LENGTH];
    if (MultiByteToWideChar(CP_ACP, 0, file, -1, wide, MAX_PATH_LENGTH) <= 0) /* as main() has got it */
        return NULL;
    DWORD length = GetFullPathNameW(wide, MAX_PATH_LENGTH, whole, NULL);
    if (length >= MAX_PATH_LENGTH)
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
    if (length == 0 || length >= MAX_PATH_LENGTH)
        return NULL;
    return LoadLibraryExW(whole, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

bool system_load(const char *file, const char *function, void *out, char *reason, size_t reason_size)
{
    HMODULE library = load_library(file);
    FARPROC symbol = library != NULL ? GetProcAddress(library, function) : NULL;
    if (symbol == NULL)
        describe(GetLastError(), reason, reason_size);
    memcpy(out, &symbol, sizeof symbol);
    return symbol != NULL;
}

uint64_t system_now_ns(void)
{
    LARGE_INTEGER ticks, per_second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&per_second);
    uint64_t seconds = (uint64_t)(ticks.QuadPart / per_second.QuadPart);
    uint64_t rest = (uint64_t)(ticks.QuadPart % per_second.QuadPart);
    return seconds * 1000000000 + rest * 1000000000 / (uint64_t)per_second.QuadPart;
}

/* Without it, a datagram that reached nobody fails the next receive, which is of another player. */
static bool ignore_players_who_left(SOCKET opened)
{
    BOOL is_told = FALSE;
    DWORD size = 0;
    return WSAIoctl(opened, SIO_UDP_CONNRESET, &is_told, sizeof is_told, NULL, 0, &size, NULL, NULL) == 0;
}

bool system_udp_open(uint16_t port, uintptr_t *out)
{
    const struct sockaddr_in address = {
            .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    WSADATA about;
    u_long on = 1;
    char reason[256];
    WSAStartup(MAKEWORD(2, 2), &about); /* where it fails, so does the socket */
    SOCKET opened = socket(AF_INET, SOCK_DGRAM, 0);
    *out = opened;
    if (opened != INVALID_SOCKET && ioctlsocket(opened, (long)FIONBIO, &on) == 0 &&
            ignore_players_who_left(opened) &&
            bind(opened, (const struct sockaddr *)&address, sizeof address) == 0)
        return true;
    describe((DWORD)WSAGetLastError(), reason, sizeof reason);
    fprintf(stderr, "the port of the players: %s\n", reason);
    return false;
}

size_t system_udp_receive(uintptr_t socket, char *bytes, size_t size, system_address *from)
{
    struct sockaddr_in address = {0};
    int address_size = sizeof address;
    int length = recvfrom(socket, bytes, (int)size, 0, (struct sockaddr *)&address, &address_size);
    *from = (system_address){.host = address.sin_addr.s_addr, .port = address.sin_port};
    return length > 0 ? (size_t)length : 0;
}

void system_udp_send(uintptr_t socket, const char *bytes, size_t size, const system_address *to)
{
    const struct sockaddr_in address = {
            .sin_family = AF_INET, .sin_addr.s_addr = to->host, .sin_port = to->port};
    sendto(socket, bytes, (int)size, 0, (const struct sockaddr *)&address, sizeof address);
}

void system_udp_wait(uintptr_t socket, int most_ms)
{
    WSAPOLLFD readable = {.fd = socket, .events = POLLIN};
    WSAPoll(&readable, 1, most_ms);
}

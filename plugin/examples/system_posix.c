/* SPDX-License-Identifier: Apache-2.0 */
#include "system.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* ISO C has no conversion from a data pointer to a function pointer; POSIX says that the bytes are the same.
 */
bool system_load(const char *file, const char *function, void *out, char *reason, size_t reason_size)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    void *symbol = library != NULL ? dlsym(library, function) : NULL;
    if (symbol == NULL)
        snprintf(reason, reason_size, "%s", dlerror());
    memcpy(out, &symbol, sizeof symbol);
    return symbol != NULL;
}

uint64_t system_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

bool system_udp_open(uint16_t port, uintptr_t *out)
{
    const struct sockaddr_in address = {
            .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    int opened = socket(AF_INET, SOCK_DGRAM, 0);
    *out = (uintptr_t)opened;
    if (opened >= 0 && fcntl(opened, F_SETFL, O_NONBLOCK) == 0 && fcntl(opened, F_SETFD, FD_CLOEXEC) == 0 &&
            bind(opened, (const struct sockaddr *)&address, sizeof address) == 0)
        return true;
    perror("the port of the players");
    return false;
}

size_t system_udp_receive(uintptr_t socket, char *bytes, size_t size, system_address *from)
{
    struct sockaddr_in address = {0};
    socklen_t address_size = sizeof address;
    ssize_t length = recvfrom((int)socket, bytes, size, 0, (struct sockaddr *)&address, &address_size);
    *from = (system_address){.host = address.sin_addr.s_addr, .port = address.sin_port};
    return length > 0 ? (size_t)length : 0;
}

void system_udp_send(uintptr_t socket, const char *bytes, size_t size, const system_address *to)
{
    const struct sockaddr_in address = {
            .sin_family = AF_INET, .sin_addr.s_addr = to->host, .sin_port = to->port};
    sendto((int)socket, bytes, size, 0, (const struct sockaddr *)&address, sizeof address);
}

void system_udp_wait(uintptr_t socket, int most_ms)
{
    poll(&(struct pollfd){.fd = (int)socket, .events = POLLIN}, 1, most_ms);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

bool udp_open(struct glift_host *host, int port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
            .sin_port = htons((uint16_t)port)};
    host->socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(host->socket, (const struct sockaddr *)&address, sizeof address) == 0)
        return true;
    perror("the port of the players");
    return false;
}

/* The place of this sender, or a free one; MAX_PLAYERS: there is none. */
static size_t place_of(const struct glift_host *host, const struct sockaddr_in *from)
{
    size_t place = MAX_PLAYERS;
    for (size_t i = 0; i < MAX_PLAYERS; i++) {
        const struct sockaddr_in *known = &host->addresses[i];
        if (known->sin_port == from->sin_port && known->sin_addr.s_addr == from->sin_addr.s_addr)
            return i;
        if (known->sin_port == 0 && place == MAX_PLAYERS)
            place = i;
    }
    return place;
}

uint64_t udp_receive(struct glift_host *host, char *text, size_t size, bool *is_new)
{
    struct sockaddr_in from = {0};
    socklen_t from_size = sizeof from;
    ssize_t length = recvfrom(host->socket, text, size - 1, 0, (struct sockaddr *)&from, &from_size);
    size_t place = length > 0 ? place_of(host, &from) : MAX_PLAYERS;
    if (place == MAX_PLAYERS)
        return 0;
    text[length] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    *is_new = host->addresses[place].sin_port == 0;
    host->addresses[place] = from;
    return place + 1;
}

void udp_send(struct glift_host *host, uint64_t player, const char *text)
{
    const struct sockaddr_in *to = &host->addresses[player - 1];
    sendto(host->socket, text, strlen(text), 0, (const struct sockaddr *)to, sizeof *to);
}

void udp_forget(struct glift_host *host, uint64_t player)
{
    host->addresses[player - 1].sin_port = 0;
}

void udp_wait(struct glift_host *host)
{
    poll(&(struct pollfd){.fd = host->socket, .events = POLLIN}, 1, FRAME_MS);
}

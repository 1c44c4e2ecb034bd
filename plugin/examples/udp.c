/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include <string.h>

bool udp_open(struct glift_host *host, int port)
{
    return system_udp_open((uint16_t)port, &host->socket);
}

/* The place of this sender, or a free one; MAX_PLAYERS: there is none. */
static size_t place_of(const struct glift_host *host, const system_address *from)
{
    size_t place = MAX_PLAYERS;
    for (size_t i = 0; i < MAX_PLAYERS; i++) {
        const system_address *known = &host->addresses[i];
        if (known->port == from->port && known->host == from->host)
            return i;
        if (known->port == 0 && place == MAX_PLAYERS)
            place = i;
    }
    return place;
}

uint64_t udp_receive(struct glift_host *host, char *text, size_t size, bool *is_new)
{
    system_address from;
    size_t length = system_udp_receive(host->socket, text, size - 1, &from);
    size_t place = length > 0 ? place_of(host, &from) : MAX_PLAYERS;
    if (place == MAX_PLAYERS)
        return 0;
    text[length] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    *is_new = host->addresses[place].port == 0;
    host->addresses[place] = from;
    return place + 1;
}

void udp_send(struct glift_host *host, uint64_t player, const char *text)
{
    system_udp_send(host->socket, text, strlen(text), &host->addresses[player - 1]);
}

void udp_forget(struct glift_host *host, uint64_t player)
{
    host->addresses[player - 1].port = 0;
}

void udp_wait(struct glift_host *host)
{
    system_udp_wait(host->socket, FRAME_MS);
}

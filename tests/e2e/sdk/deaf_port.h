/* SPDX-License-Identifier: Apache-2.0 */
/* A port that answers no SYN: the one place in its queue is taken. Include it after test.h. */
#ifndef DEAF_PORT_H
#define DEAF_PORT_H

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct deaf_port {
    int listener, filler;
    uint16_t port;
} deaf_port;

/* Port 0: any. */
static inline deaf_port deaf_port_open(const char *address, uint16_t port)
{
    deaf_port self = {socket(AF_INET, SOCK_STREAM, 0), socket(AF_INET, SOCK_STREAM, 0), 0};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t size = sizeof at;
    inet_pton(AF_INET, address, &at.sin_addr);
    CHECK_INT(bind(self.listener, (struct sockaddr *)&at, size), 0);
    CHECK_INT(listen(self.listener, 0), 0);
    CHECK_INT(getsockname(self.listener, (struct sockaddr *)&at, &size), 0);
    CHECK_INT(connect(self.filler, (struct sockaddr *)&at, size), 0);
    self.port = ntohs(at.sin_port);
    return self;
}

static inline void deaf_port_close(deaf_port *self)
{
    close(self->listener);
    close(self->filler);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "program/health.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "printable.h"

#define PATIENCE_S 5

static const char question[] = "GET /_local/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

/* A socket whose calls end after PATIENCE_S; -1, with errno, where nothing listens. */
static int dial(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
            setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
            connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* The first line of the answer, or what there is of it. */
static void ask(int fd, char *line, size_t size)
{
    size_t length = 0;
    ssize_t got = send(fd, question, sizeof question - 1, MSG_NOSIGNAL);
    while (got > 0 && length < size - 1 && memchr(line, '\n', length) == NULL) {
        got = recv(fd, line + length, size - 1 - length, 0);
        length += got > 0 ? (size_t)got : 0;
    }
    line[length] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    make_printable(line, strlen(line));
}

int health_check(int port)
{
    char line[64];
    int fd = dial(port);
    if (fd < 0) {
        fprintf(stderr, "gamelift-local: nothing serves at 127.0.0.1:%d: %s\n", port, strerror(errno));
        return 1;
    }
    ask(fd, line, sizeof line);
    close(fd);
    if (strncmp(line, "HTTP/1.1 200", strlen("HTTP/1.1 200")) == 0)
        return 0;
    fprintf(stderr, "gamelift-local: what listens at 127.0.0.1:%d answers %s\n", port,
            line[0] != '\0' ? line : "nothing");
    return 1;
}

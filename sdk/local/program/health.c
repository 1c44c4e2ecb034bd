/* SPDX-License-Identifier: Apache-2.0 */
#include "program/health.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "program/complain.h"

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
typedef struct reply {
    char line[64];
    size_t length;
} reply;

static bool wants_more(const reply *self)
{
    return self->length < sizeof self->line - 1 && memchr(self->line, '\n', self->length) == NULL;
}

static void finish(reply *self)
{
    self->line[self->length] = '\0';
    self->line[strcspn(self->line, "\r\n")] = '\0';
}

/* False: the connection has ended without a word, as a port that waits for TLS ends it. */
static bool ask(int fd, reply *out)
{
    ssize_t got = send(fd, question, sizeof question - 1, MSG_NOSIGNAL);
    while (got > 0 && wants_more(out)) {
        got = recv(fd, out->line + out->length, sizeof out->line - 1 - out->length, 0);
        out->length += got > 0 ? (size_t)got : 0;
    }
    return out->length > 0 || (got < 0 && errno != ECONNRESET && errno != EPIPE);
}

/* Whose certificate it is does not matter: the port is one of this machine. */
static void ask_over_tls(int fd, reply *out)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *session = context != NULL ? SSL_new(context) : NULL;
    if (session != NULL && SSL_set_fd(session, fd) == 1 && SSL_connect(session) == 1) {
        int got = SSL_write(session, question, (int)sizeof question - 1);
        while (got > 0 && wants_more(out)) {
            got = SSL_read(session, out->line + out->length, (int)(sizeof out->line - 1 - out->length));
            out->length += got > 0 ? (size_t)got : 0;
        }
    }
    SSL_free(session);
    SSL_CTX_free(context);
}

/* False, with errno: nothing listens there. */
static bool ask_port(int port, reply *out)
{
    int fd = dial(port);
    if (fd < 0)
        return false;
    bool is_told = ask(fd, out);
    close(fd);
    if (is_told)
        return true;
    fd = dial(port);
    if (fd < 0)
        return false;
    ask_over_tls(fd, out);
    close(fd);
    return true;
}

int health_check(int port)
{
    reply answer = {.length = 0};
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    if (!ask_port(port, &answer)) {
        complain("nothing serves at 127.0.0.1:%d: %s", port, strerror(errno));
        return 1;
    }
    finish(&answer);
    if (strncmp(answer.line, "HTTP/1.1 200", strlen("HTTP/1.1 200")) == 0)
        return 0;
    complain("what listens at 127.0.0.1:%d answers %s", port,
            answer.line[0] != '\0' ? answer.line : "nothing");
    return 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "echo_service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IN_SIZE = 65536, OUT_SIZE = 262144, MAX_FDS = 4096, STOP = 255 };

typedef struct connection {
    int fd;
    SSL *tls;
    bool is_open, is_mute;
    char *in;
    size_t in_length;
} connection;

struct echo_service {
    int listener, epoll;
    int orders[2]; /* a pair of sockets, the first for the thread: one byte each way per order */
    uint16_t port;
    SSL_CTX *tls;
    pthread_t thread;
    atomic_int accepted;
    connection *connections[MAX_FDS]; /* by descriptor */
    char out[OUT_SIZE];
    size_t out_length;
};

static void check(bool condition, const char *what)
{
    if (!condition) {
        perror(what);
        exit(1);
    }
}

/* ---- bytes ---- */

static void end(echo_service *self, connection *who, bool by_reset)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (by_reset)
        setsockopt(who->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    self->connections[who->fd] = NULL;
    SSL_free(who->tls);
    close(who->fd);
    free(who->in);
    free(who);
}

static long receive(connection *who)
{
    char *to = who->in + who->in_length;
    size_t room = IN_SIZE - who->in_length;
    if (who->tls == NULL)
        return recv(who->fd, to, room, 0);
    ERR_clear_error(); /* what another connection has left would be taken for this one's */
    int got = SSL_read(who->tls, to, (int)room);
    if (got > 0)
        return got;
    errno = SSL_get_error(who->tls, got) == SSL_ERROR_WANT_READ ? EAGAIN : ECONNRESET;
    return -1;
}

static void flush(echo_service *self, connection *who)
{
    for (size_t at = 0; at < self->out_length;) {
        const char *from = self->out + at;
        size_t size = self->out_length - at;
        ERR_clear_error();
        long sent = who->tls != NULL ? SSL_write(who->tls, from, (int)size)
                                     : (long)send(who->fd, from, size, MSG_NOSIGNAL);
        if (sent > 0)
            at += (size_t)sent;
        else if (who->tls == NULL ? errno == EAGAIN
                                  : SSL_get_error(who->tls, (int)sent) == SSL_ERROR_WANT_WRITE)
            poll(&(struct pollfd){.fd = who->fd, .events = POLLOUT}, 1, -1);
        else
            break;
    }
    self->out_length = 0;
}

static void put_frame(echo_service *self, int opcode, const char *text, size_t length)
{
    char *out = self->out + self->out_length;
    size_t size = 0;
    if (OUT_SIZE - self->out_length < length + 4)
        return;
    out[size++] = (char)(0x80 | opcode);
    if (length < 126) {
        out[size++] = (char)length;
    } else {
        out[size++] = 126;
        out[size++] = (char)(length >> 8);
        out[size++] = (char)length;
    }
    memcpy(out + size, text, length);
    self->out_length += size + length;
}

/* ---- the protocol ---- */

/* The value of a string field in JSON as our client writes it; its length through *length. */
static const char *field(const char *text, size_t text_length, const char *name, int *length)
{
    const char *found = memmem(text, text_length, name, strlen(name)), *value;
    if (found == NULL)
        return "";
    value = found + strlen(name);
    *length = (int)((const char *)memchr(value, '"', (size_t)(text + text_length - value)) - value);
    return value;
}

static void answer(echo_service *self, const char *text, size_t length)
{
    static const char session[] = "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"gsess-1\","
                                  "\"MaximumPlayerSessionCount\":16,\"Port\":7777}";
    char out[512];
    int id_length = 0, action_length = 0;
    const char *id = field(text, length, "\"RequestId\":\"", &id_length);
    const char *action = field(text, length, "\"Action\":\"", &action_length);
    int size = snprintf(out, sizeof out, "{\"Action\":\"%.*s\",\"RequestId\":\"%.*s\",\"StatusCode\":200}",
            action_length, action, id_length, id);
    put_frame(self, 1, out, (size_t)size);
    if (strncmp(action, "ActivateServerProcess", (size_t)action_length) == 0)
        put_frame(self, 1, session, sizeof session - 1); /* in the same packet */
}

/* One whole frame, if there is one; its size, or 0. */
static size_t take_frame(echo_service *self, connection *who, unsigned char *frame, size_t available)
{
    if (available < 6)
        return 0;
    size_t length = frame[1] & 0x7f, head = 6;
    if (length == 126) {
        if (available < 8)
            return 0;
        length = (size_t)frame[2] << 8 | frame[3];
        head = 8;
    }
    if (available < head + length)
        return 0;
    for (size_t i = 0; i < length; i++)
        frame[head + i] ^= frame[head - 4 + (i & 3)];
    int opcode = frame[0] & 15;
    if (opcode == 1 && !who->is_mute)
        answer(self, (char *)frame + head, length);
    else if (opcode == 8 || opcode == 9)
        put_frame(self, opcode == 9 ? 10 : 8, (char *)frame + head, length);
    return head + length;
}

static bool upgrade(echo_service *self, connection *who)
{
    static const char name[] = "Sec-WebSocket-Key: ", guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char joined[128], accept[32];
    unsigned char digest[SHA_DIGEST_LENGTH];
    char *stop = memmem(who->in, who->in_length, "\r\n\r\n", 4);
    char *key = memmem(who->in, who->in_length, name, sizeof name - 1);
    if (stop == NULL || key == NULL)
        return false;
    key += sizeof name - 1;
    snprintf(joined, sizeof joined, "%.*s%s", (int)strcspn(key, "\r"), key, guid);
    SHA1((unsigned char *)joined, strlen(joined), digest);
    EVP_EncodeBlock((unsigned char *)accept, digest, sizeof digest);
    self->out_length = (size_t)snprintf(self->out, OUT_SIZE,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: %s\r\n\r\n",
            accept);
    who->is_open = true;
    who->in_length = 0;
    return true;
}

static void serve(echo_service *self, connection *who)
{
    long got;
    while ((got = receive(who)) > 0) {
        size_t at = 0, size;
        who->in_length += (size_t)got;
        if (!who->is_open) {
            upgrade(self, who);
        } else {
            while ((size = take_frame(self, who, (unsigned char *)who->in + at, who->in_length - at)) > 0)
                at += size;
            memmove(who->in, who->in + at, who->in_length -= at);
        }
        if (who->tls == NULL)
            break; /* what is left comes with the next event */
        if (self->out_length > OUT_SIZE / 2)
            flush(self, who);
    }
    int why = errno;
    flush(self, who);
    if (got == 0 || (got < 0 && why != EAGAIN))
        end(self, who, false);
}

static void take_connection(echo_service *self)
{
    int fd = accept4(self->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
    if (fd < 0 || fd >= MAX_FDS)
        return;
    atomic_fetch_add(&self->accepted, 1);
    connection *who = calloc(1, sizeof *who);
    who->fd = fd;
    who->in = malloc(IN_SIZE);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (self->tls != NULL) {
        who->tls = SSL_new(self->tls);
        SSL_set_fd(who->tls, fd);
        SSL_set_accept_state(who->tls);
    }
    self->connections[fd] = who;
    epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.fd = fd});
}

/* ---- orders ---- */

static void refresh(echo_service *self, uint16_t port)
{
    char text[256];
    int size = snprintf(text, sizeof text,
            "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"ws%s://127.0.0.1:%u\","
            "\"AuthToken\":\"fresh\"}",
            self->tls != NULL ? "s" : "", port);
    put_frame(self, 1, text, (size_t)size);
}

static void carry_out(echo_service *self, connection *who, echo_command command)
{
    switch (command) {
    case ECHO_RESET_ALL:
        end(self, who, true);
        return;
    case ECHO_CLOSE_1001:
        put_frame(self, 8, "\x03\xe9", 2);
        break;
    case ECHO_REFRESH:
        refresh(self, self->port);
        break;
    case ECHO_REFRESH_AWAY:
        refresh(self, 1);
        break;
    case ECHO_STOP_ANSWERING:
        who->is_mute = true;
        break;
    }
    flush(self, who);
}

/* False: stop. */
static bool take_orders(echo_service *self)
{
    unsigned char order;
    if (read(self->orders[0], &order, 1) != 1)
        return true;
    if (order == STOP)
        return false;
    for (int fd = 0; fd < MAX_FDS; fd++)
        if (self->connections[fd] != NULL && self->connections[fd]->is_open)
            carry_out(self, self->connections[fd], (echo_command)order);
    check(write(self->orders[0], &order, 1) == 1, "order");
    return true;
}

static void *run(void *argument)
{
    echo_service *self = argument;
    struct epoll_event events[64];
    sigset_t all;
    sigfillset(&all); /* writing to a client that has gone is SIGPIPE over TLS */
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    for (;;) {
        int count = epoll_wait(self->epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == self->listener)
                take_connection(self);
            else if (fd == self->orders[0]) {
                if (!take_orders(self))
                    return NULL;
            } else if (self->connections[fd] != NULL)
                serve(self, self->connections[fd]);
        }
    }
}

/* ---- life ---- */

static void watch(echo_service *self, int fd)
{
    epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.fd = fd});
}

echo_service *echo_service_start(const char *certificate_file, const char *key_file)
{
    echo_service *self = calloc(1, sizeof *self);
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof where;
    self->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    check(bind(self->listener, (struct sockaddr *)&where, size) == 0 && listen(self->listener, 1024) == 0 &&
                    getsockname(self->listener, (struct sockaddr *)&where, &size) == 0,
            "listen");
    self->port = ntohs(where.sin_port);
    if (certificate_file != NULL) {
        self->tls = SSL_CTX_new(TLS_server_method());
        SSL_CTX_set_read_ahead(self->tls, 1); /* many records with one recv() */
        check(SSL_CTX_use_certificate_chain_file(self->tls, certificate_file) == 1 &&
                        SSL_CTX_use_PrivateKey_file(self->tls, key_file, SSL_FILETYPE_PEM) == 1,
                "certificate");
    }
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, self->orders) == 0, "socketpair");
    watch(self, self->listener);
    watch(self, self->orders[0]);
    check(pthread_create(&self->thread, NULL, run, self) == 0, "thread");
    return self;
}

uint16_t echo_service_port(const echo_service *self)
{
    return self->port;
}

int echo_service_accepted(const echo_service *self)
{
    return atomic_load(&self->accepted);
}

void echo_service_order(echo_service *self, echo_command command)
{
    unsigned char order = (unsigned char)command;
    check(write(self->orders[1], &order, 1) == 1 && read(self->orders[1], &order, 1) == 1, "order");
}

void echo_service_stop(echo_service *self)
{
    unsigned char order = STOP;
    check(write(self->orders[1], &order, 1) == 1, "order");
    pthread_join(self->thread, NULL);
    for (int fd = 0; fd < MAX_FDS; fd++)
        if (self->connections[fd] != NULL)
            end(self, self->connections[fd], false);
    SSL_CTX_free(self->tls);
    close(self->listener);
    close(self->epoll);
    close(self->orders[0]);
    close(self->orders[1]);
    free(self);
}

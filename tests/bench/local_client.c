/* SPDX-License-Identifier: Apache-2.0 */
#include "local_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void fail(const char *what)
{
    fprintf(stderr, "bench_local: %s\n", what);
    exit(1);
}

/* ---- the service's process ---- */

program start_program(const char *path)
{
    int out[2];
    if (pipe(out) != 0)
        fail("pipe");
    program self = {.pid = fork()};
    if (self.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a bench that fails leaves nothing behind */
        dup2(out[1], STDOUT_FILENO);
        close(out[0]);
        execl(path, path, "--port", "0", "--log-level", "error", "--seed", "1", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    FILE *lines = fdopen(out[0], "r");
    char line[256];
    const char *at =
            lines != NULL && fgets(line, sizeof line, lines) != NULL ? strstr(line, "http://") : NULL;
    const char *port = at != NULL ? strchr(at + 7, ':') : NULL;
    if (self.pid < 0 || port == NULL) {
        char why[400];
        snprintf(why, sizeof why, "%.300s did not start", path);
        fail(why);
    }
    self.port = (uint16_t)strtoul(port + 1, NULL, 10);
    fclose(lines);
    return self;
}

void stop_program(program *self)
{
    kill(self->pid, SIGTERM);
    waitpid(self->pid, NULL, 0);
}

double cpu_us_of(pid_t pid)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        fail("the service has ended");
    return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

double resident_kb_of(pid_t pid)
{
    char path[64], line[256];
    double kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtod(line + 6, NULL);
    }
    if (file != NULL)
        fclose(file);
    return kb;
}

/* ---- bytes ---- */

int connect_to(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        fail("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void send_all(int fd, const void *bytes, size_t length)
{
    if (send(fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length)
        fail("a connection takes no more");
}

static size_t receive(int fd, void *bytes, size_t room)
{
    ssize_t got = recv(fd, bytes, room, 0);
    if (got <= 0)
        fail("a connection has ended");
    return (size_t)got;
}

/* ---- the API ---- */

static void read_answer(api_client *self, const char *operation)
{
    size_t length = 0, body_at = 0, whole = SIZE_MAX;
    while (length < whole) {
        if (self->room < length + 65536) {
            self->room = (length + 65536) * 2;
            self->answer = realloc(self->answer, self->room);
            if (self->answer == NULL)
                fail("out of memory");
        }
        length += receive(self->fd, self->answer + length, self->room - length - 1);
        self->answer[length] = '\0';
        const char *end = body_at == 0 ? strstr(self->answer, "\r\n\r\n") : NULL;
        if (end != NULL) {
            body_at = (size_t)(end + 4 - self->answer);
            whole = body_at + strtoul(strstr(self->answer, "content-length: ") + 16, NULL, 10);
        }
    }
    if (strncmp(self->answer, "HTTP/1.1 200", 12) != 0) {
        fprintf(stderr, "%s: %s\n", operation, self->answer + body_at);
        fail("the API refused a call");
    }
    memmove(self->answer, self->answer + body_at, whole - body_at + 1);
}

const char *call_api(api_client *self, const char *operation, const char *format, ...)
{
    char body[4096], request[8192];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(body, sizeof body, format, arguments);
    va_end(arguments);
    length = snprintf(request, sizeof request,
            "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.1\r\n"
            "X-Amz-Target: GameLift.%s\r\nContent-Length: %d\r\n\r\n%s",
            operation, length, body);
    send_all(self->fd, request, (size_t)length);
    read_answer(self, operation);
    self->calls++;
    return self->answer;
}

void copy_member(const char *document, const char *name, char *out, size_t size)
{
    char member[64];
    snprintf(member, sizeof member, "\"%s\":\"", name);
    const char *at = strstr(document, member);
    if (at == NULL)
        fail("an answer lacks a member");
    at += strlen(member);
    snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
}

/* ---- game servers ---- */

void connect_server(
        game_server *self, uint16_t port, const char *fleet, const char *token, const char *process_id)
{
    char request[1024];
    *self = (game_server){.fd = connect_to(port)};
    int length = snprintf(request, sizeof request,
            "GET /?pID=%s&sdkVersion=5.6.0&sdkLanguage=C&ComputeId=bench&FleetId=%s&Authorization=%s "
            "HTTP/1.1\r\n"
            "Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            process_id, fleet, token);
    send_all(self->fd, request, (size_t)length);
    while (strstr(self->in, "\r\n\r\n") == NULL)
        self->in_length +=
                receive(self->fd, self->in + self->in_length, sizeof self->in - self->in_length - 1);
    if (strncmp(self->in, "HTTP/1.1 101", 12) != 0)
        fail("a game server was not let in");
    self->in_length = 0;
}

/* The next message: texts alone matter here. */
static void next_message(game_server *self, char *out, size_t size)
{
    const unsigned char *in = (const unsigned char *)self->in;
    for (;;) {
        size_t head = self->in_length >= 2 && in[1] == 126 ? 4 : 2, length = 0;
        if (self->in_length >= head)
            length = head == 4 ? (size_t)in[2] << 8 | in[3] : in[1];
        if (self->in_length >= head && self->in_length >= head + length) {
            if (in[0] != 0x81 || in[1] == 127)
                fail("not the frame that was expected");
            snprintf(out, size, "%.*s", (int)length, self->in + head);
            self->in_length -= head + length;
            memmove(self->in, self->in + head + length, self->in_length);
            return;
        }
        self->in_length += receive(self->fd, self->in + self->in_length, sizeof self->in - self->in_length);
    }
}

/* The mask is zero, and leaves the text as it is. */
static void send_text(const game_server *self, const char *text, size_t length)
{
    unsigned char frame[4096] = {0x81, 0x80 | 126, (unsigned char)(length >> 8), (unsigned char)length};
    size_t head = length < 126 ? 6 : 8;
    if (length < 126)
        memcpy(frame + 1, (unsigned char[]){(unsigned char)(0x80 | length), 0, 0}, 3);
    memcpy(frame + head, text, length);
    send_all(self->fd, frame, head + length);
}

void ask_service(game_server *self, const char *action, const char *format, ...)
{
    char text[2048], members[1024], expected[128], answer[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(members, sizeof members, format, arguments);
    va_end(arguments);
    int length = snprintf(text, sizeof text, "{\"Action\":\"%s\",\"RequestId\":\"request-%u\"%s}", action,
            ++self->request, members);
    send_text(self, text, (size_t)length);
    snprintf(expected, sizeof expected, "\"RequestId\":\"request-%u\"", self->request);
    next_message(self, answer, sizeof answer);
    if (strstr(answer, expected) == NULL || strstr(answer, "\"StatusCode\":200") == NULL) {
        fprintf(stderr, "%s: %s\n", text, answer);
        fail("a game server was refused");
    }
}

void await_push(game_server *self, const char *action)
{
    char message[8192];
    next_message(self, message, sizeof message);
    if (strstr(message, action) == NULL)
        fail("not the push that was expected");
}

void leave_service(game_server *self)
{
    close(self->fd);
}

/* ---- the floor ---- */

static void take_all(int fd, size_t size)
{
    char bytes[65536];
    for (size_t got = 0; got < size;)
        got += receive(fd, bytes, sizeof bytes < size - got ? sizeof bytes : size - got);
}

static _Noreturn void serve_echo(int listener, size_t request_size, size_t answer_size)
{
    int poller = epoll_create1(0), fd = accept(listener, NULL, NULL), on = 1;
    struct epoll_event event = {.events = EPOLLIN};
    char *answer = calloc(1, answer_size);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    for (;;) {
        if (answer == NULL || epoll_wait(poller, &event, 1, -1) < 0)
            fail("echo");
        take_all(fd, request_size);
        send_all(fd, answer, answer_size);
    }
}

program start_echo(size_t request_size, size_t answer_size)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t length = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 1) != 0 ||
            getsockname(listener, (struct sockaddr *)&at, &length) != 0)
        fail("echo: cannot listen");
    program self = {.pid = fork(), .port = ntohs(at.sin_port)};
    if (self.pid == 0)
        serve_echo(listener, request_size, answer_size);
    close(listener);
    return self;
}

void echo_once(int fd, size_t request_size, size_t answer_size)
{
    static char request[65536];
    send_all(fd, request, request_size);
    take_all(fd, answer_size);
}

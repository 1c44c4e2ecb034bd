/* SPDX-License-Identifier: Apache-2.0 */
/* gamelift-local in a process of its own, for bench_local, and its clients: calls of the API over a
 * connection that stays, and game servers over WebSockets. Sockets block, and whatever fails ends the
 * program. */
#ifndef LOCAL_CLIENT_H
#define LOCAL_CLIENT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

_Noreturn void fail(const char *what);

typedef struct program {
    pid_t pid;
    uint16_t port;
} program;

/* Starts gamelift-local on a free port. */
program start_program(const char *path);
void stop_program(program *self);
/* What it has used of the processor so far, and the memory that it has now. */
double cpu_us_of(pid_t pid);
double resident_kb_of(pid_t pid);

int connect_to(uint16_t port);

/* One call of the API. The body of the answer is valid until the next call. */
typedef struct api_client {
    int fd;
    unsigned calls;
    char *answer;
    size_t room;
} api_client;

const char *call_api(api_client *self, const char *operation, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* The text of the first member of this name, in a document that has one. */
void copy_member(const char *document, const char *name, char *out, size_t size);

/* A game server. */
typedef struct game_server {
    int fd;
    unsigned request;
    char in[8192];
    size_t in_length;
} game_server;

void connect_server(
        game_server *self, uint16_t port, const char *fleet, const char *token, const char *process_id);
/* A request, with members of its own behind Action and RequestId: ",\"Port\":7777". The service must agree.
 */
void ask_service(game_server *self, const char *action, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* The next message that is not an answer has this Action. */
void await_push(game_server *self, const char *action);
void leave_service(game_server *self);

/* The floor of a call: a bare epoll loop in a process of its own that reads a request and writes an answer.
 */
program start_echo(size_t request_size, size_t answer_size);
void echo_once(int fd, size_t request_size, size_t answer_size);

#endif

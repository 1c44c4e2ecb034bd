/* SPDX-License-Identifier: Apache-2.0 */
#include "program/health.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "platform/platform.h"
#include "program/complain.h"
#include "system/sockets.h"

#define PATIENCE_MS 5000

static const char question[] = "GET /_local/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

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
static bool ask(glift__socket_handle socket, reply *out)
{
    size_t moved;
    glift__transfer state = glift__socket_send(socket, question, sizeof question - 1, &moved);
    while (state == GLIFT__TRANSFER_DONE && wants_more(out)) {
        state = glift__socket_receive(
                socket, out->line + out->length, sizeof out->line - 1 - out->length, &moved);
        out->length += moved;
    }
    if (out->length > 0 || state == GLIFT__TRANSFER_LATER)
        return true;
    return state == GLIFT__TRANSFER_ERROR && !local_socket_has_broken(local_socket_last_error());
}

/* Whose certificate it is does not matter: the port is one of this machine. */
static void ask_over_tls(glift__socket_handle socket, reply *out)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *session = context != NULL ? SSL_new(context) : NULL;
    if (session != NULL && SSL_set_fd(session, (int)socket) == 1 && SSL_connect(session) == 1) {
        int got = SSL_write(session, question, (int)sizeof question - 1);
        while (got > 0 && wants_more(out)) {
            got = SSL_read(session, out->line + out->length, (int)(sizeof out->line - 1 - out->length));
            out->length += got > 0 ? (size_t)got : 0;
        }
    }
    SSL_free(session);
    SSL_CTX_free(context);
}

/* 0, or the error: nothing listens there. */
static int ask_port(int port, reply *out)
{
    glift__socket_handle socket;
    int error = local_socket_dial(port, PATIENCE_MS, &socket);
    if (error != 0)
        return error;
    bool is_told = ask(socket, out);
    glift__socket_close(socket);
    if (is_told || (error = local_socket_dial(port, PATIENCE_MS, &socket)) != 0)
        return error;
    ask_over_tls(socket, out);
    glift__socket_close(socket);
    return 0;
}

int health_check(int port)
{
    reply answer = {.length = 0};
    int error = ask_port(port, &answer);
    if (error != 0) {
        complain("nothing serves at 127.0.0.1:%d: %s", port, local_socket_error_text(error));
        return 1;
    }
    finish(&answer);
    if (strncmp(answer.line, "HTTP/1.1 200", strlen("HTTP/1.1 200")) == 0)
        return 0;
    complain("what listens at 127.0.0.1:%d answers %s", port,
            answer.line[0] != '\0' ? answer.line : "nothing");
    return 1;
}

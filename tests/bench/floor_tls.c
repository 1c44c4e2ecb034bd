/* SPDX-License-Identifier: Apache-2.0 */
/* The floor of connecting, of memory and of a dial over TLS: a blocking OpenSSL client, with the same roots.
 * It has no thread, no JSON library and no random numbers for its mask and key. */
#include "bench.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tls_floor {
    SSL_CTX *context;
    SSL *connection;
    int fd;
};

static void upgrade(tls_floor *self)
{
    static const char request[] =
            "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    char answer[1024] = "";
    int length = 0, got;
    SSL_write(self->connection, request, sizeof request - 1);
    while (strstr(answer, "\r\n\r\n") == NULL) {
        got = SSL_read(self->connection, answer + length, (int)sizeof answer - 1 - length);
        if (got <= 0)
            fail("floor: no answer to the upgrade");
        length += got;
    }
    if (strstr(answer, " 101 ") == NULL)
        fail("floor: not 101");
}

tls_floor *tls_floor_connect(const place *at, const char *ca_file)
{
    tls_floor *self = calloc(1, sizeof *self);
    struct sockaddr_in where = {
            .sin_family = AF_INET, .sin_port = htons(at->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    self->context = SSL_CTX_new(TLS_client_method());
    if (SSL_CTX_load_verify_file(self->context, ca_file) != 1)
        fail("floor: roots");
    SSL_CTX_set_verify(self->context, SSL_VERIFY_PEER, NULL);
    self->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(self->fd, (struct sockaddr *)&where, sizeof where) != 0)
        fail("floor: connect");
    self->connection = SSL_new(self->context);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(self->connection), "127.0.0.1");
    SSL_set_fd(self->connection, self->fd);
    if (SSL_connect(self->connection) != 1)
        fail("floor: TLS");
    upgrade(self);
    return self;
}

void tls_floor_round_trip(tls_floor *self)
{
    /* Masked with zeros: the text as it is. */
    static const char request[] =
            "\x81\xfe\0\x89\0\0\0\0"
            "{\"Action\":\"AcceptPlayerSession\",\"RequestId\":\"00000000-0000-4000-8000-"
            "000000000000\",\"GameSessionId\":\"gsess-1\",\"PlayerSessionId\":\"psess-1\"}";
    _Static_assert(sizeof request - 1 - 8 == 0x89, "the length in the frame's header");
    unsigned char answer[1024];
    SSL_write(self->connection, request, sizeof request - 1);
    if (SSL_read(self->connection, answer, sizeof answer) <= 2 || answer[0] != 0x81)
        fail("floor: no answer");
}

void tls_floor_close(tls_floor *self)
{
    SSL_free(self->connection);
    SSL_CTX_free(self->context);
    close(self->fd);
    free(self);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The floor of connecting, of memory, and of a round trip without a thread: a client on blocking sockets and
 * OpenSSL, with nothing between them and the game. A request is one cJSON document made and printed, masked
 * with bytes of the kernel's (for 64 frames at a time), and one write; its answer is read, parsed with cJSON
 * and compared. There are no sessions, deadlines, reconnects, UTF-8 checks, log lines and copies in it. */
#include "bench.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_TEXT = 1024, MASKS = 64, MASK_SIZE = 4, HEAD_SIZE = 4, LONG_LENGTH = 126 };

struct bare_floor {
    const place *at;
    SSL_CTX *context; /* NULL: plain */
    bool owns_context;
    SSL *tls;
    int fd;
    unsigned serial;
    unsigned char masks[MASKS * MASK_SIZE];
    int masks_left;
    unsigned char in[MAX_TEXT];
    size_t in_length;
};

/* ---- bytes ---- */

static void write_all(bare_floor *self, const void *bytes, size_t size)
{
    long sent = self->tls != NULL ? SSL_write(self->tls, bytes, (int)size)
                                  : (long)send(self->fd, bytes, size, MSG_NOSIGNAL);
    if (sent != (long)size) /* both block until all of it is taken */
        fail("floor: the connection takes no more");
}

static void read_some(bare_floor *self)
{
    size_t room = sizeof self->in - self->in_length;
    unsigned char *to = self->in + self->in_length;
    long got = self->tls != NULL ? SSL_read(self->tls, to, (int)room) : (long)recv(self->fd, to, room, 0);
    if (got <= 0)
        fail("floor: the connection has ended");
    self->in_length += (size_t)got;
}

/* ---- connecting ---- */

static SSL_CTX *make_context(const char *ca_file)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (SSL_CTX_load_verify_file(context, ca_file) != 1)
        fail("floor: roots");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return context;
}

static void connect_tcp(bare_floor *self)
{
    struct sockaddr_in where = {.sin_family = AF_INET,
            .sin_port = htons(self->at->port),
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    self->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(self->fd, (struct sockaddr *)&where, sizeof where) != 0)
        fail("floor: connect");
    setsockopt(self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void connect_tls(bare_floor *self)
{
    if (self->context == NULL)
        return;
    self->tls = SSL_new(self->context);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(self->tls), "127.0.0.1");
    SSL_set_fd(self->tls, self->fd);
    if (SSL_connect(self->tls) != 1)
        fail("floor: TLS");
}

static void upgrade(bare_floor *self)
{
    static const char request[] =
            "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    write_all(self, request, sizeof request - 1);
    while (memmem(self->in, self->in_length, "\r\n\r\n", 4) == NULL)
        read_some(self);
    if (memmem(self->in, self->in_length, " 101 ", 5) == NULL)
        fail("floor: not 101");
    self->in_length = 0;
}

static bare_floor *connect_with(const place *at, SSL_CTX *context, bool owns_context)
{
    bare_floor *self = calloc(1, sizeof *self);
    self->at = at;
    self->context = context;
    self->owns_context = owns_context;
    connect_tcp(self);
    connect_tls(self);
    upgrade(self);
    return self;
}

bare_floor *bare_floor_connect(const place *at, const char *ca_file)
{
    return connect_with(at, at->tls ? make_context(ca_file) : NULL, true);
}

bare_floor *bare_floor_connect_another(const bare_floor *first)
{
    return connect_with(first->at, first->context, false);
}

/* ---- a round trip ---- */

static const unsigned char *next_mask(bare_floor *self)
{
    if (self->masks_left == 0) {
        if (getentropy(self->masks, sizeof self->masks) != 0)
            fail("floor: no random bytes");
        self->masks_left = MASKS;
    }
    return self->masks + --self->masks_left * MASK_SIZE;
}

static void write_text(bare_floor *self, const char *text, size_t length)
{
    unsigned char frame[HEAD_SIZE + MASK_SIZE + MAX_TEXT] = {0x81};
    size_t at = 1;
    const unsigned char *mask = next_mask(self);
    if (length < LONG_LENGTH) {
        frame[at++] = (unsigned char)(0x80 | length);
    } else {
        frame[at++] = 0x80 | LONG_LENGTH;
        frame[at++] = (unsigned char)(length >> 8);
        frame[at++] = (unsigned char)length;
    }
    memcpy(frame + at, mask, MASK_SIZE);
    at += MASK_SIZE;
    for (size_t i = 0; i < length; i++)
        frame[at + i] = (unsigned char)text[i] ^ mask[i & 3];
    write_all(self, frame, at + length);
}

static void write_request(bare_floor *self, const char *id)
{
    char text[MAX_TEXT];
    cJSON *request = cJSON_CreateObject();
    cJSON_AddStringToObject(request, "Action", "AcceptPlayerSession");
    cJSON_AddStringToObject(request, "RequestId", id);
    cJSON_AddStringToObject(request, "GameSessionId", "gsess-1");
    cJSON_AddStringToObject(request, "PlayerSessionId", "psess-1");
    cJSON_PrintPreallocated(request, text, sizeof text, false);
    cJSON_Delete(request);
    write_text(self, text, strlen(text));
}

/* The text of the one frame that is in, and its length; NULL: not all of it is. */
static const char *whole_text(const bare_floor *self, size_t *length)
{
    const unsigned char *in = self->in;
    size_t head = 2;
    if (self->in_length < HEAD_SIZE)
        return NULL;
    *length = in[1];
    if (in[1] == LONG_LENGTH) {
        head = HEAD_SIZE;
        *length = (size_t)in[2] << 8 | in[3];
    }
    if (in[0] != 0x81 || in[1] > LONG_LENGTH)
        fail("floor: not the frame that was expected");
    return self->in_length >= head + *length ? (const char *)in + head : NULL;
}

static void read_answer(bare_floor *self, const char *id)
{
    const char *text;
    size_t length;
    while ((text = whole_text(self, &length)) == NULL)
        read_some(self);
    cJSON *answer = cJSON_ParseWithLength(text, length);
    const char *answered = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "RequestId"));
    if (answered == NULL || strcmp(answered, id) != 0 ||
            cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(answer, "StatusCode")) != 200)
        fail("floor: not the answer that was expected");
    cJSON_Delete(answer);
    self->in_length = 0;
}

void bare_floor_round_trip(bare_floor *self)
{
    char id[64];
    snprintf(id, sizeof id, "00000000-0000-4000-8000-%012u", self->serial++);
    write_request(self, id);
    read_answer(self, id);
}

/* ---- leaving ---- */

/* As RFC 6455 has it: a Close frame, the answer to it, then TLS and TCP. */
void bare_floor_close(bare_floor *self)
{
    static const unsigned char normal[] = {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8};
    write_all(self, normal, sizeof normal);
    while (self->in_length < 2)
        read_some(self);
    if (self->in[0] != 0x88)
        fail("floor: not the Close that was expected");
    if (self->tls != NULL)
        SSL_shutdown(self->tls);
    SSL_free(self->tls);
    if (self->owns_context)
        SSL_CTX_free(self->context);
    close(self->fd);
    free(self);
}

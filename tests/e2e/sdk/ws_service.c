/* SPDX-License-Identifier: Apache-2.0 */
#include "ws_service.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MAX_REQUEST 16384

static _Noreturn void die(const char *what)
{
    printf("Bail out! ws_service: %s\n", what);
    exit(1);
}

/* ---- listening ---- */

static SSL_CTX *server_context(const char *certificate_file, const char *key_file)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL || SSL_CTX_use_certificate_chain_file(context, certificate_file) != 1 ||
            SSL_CTX_use_PrivateKey_file(context, key_file, SSL_FILETYPE_PEM) != 1)
        die("the certificate cannot be used");
    return context;
}

static socklen_t make_address(const char *address, struct sockaddr_storage *out)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        return sizeof *v6;
    }
    v4->sin_family = AF_INET;
    inet_pton(AF_INET, address, &v4->sin_addr);
    return sizeof *v4;
}

ws_service ws_service_open(const char *address, const char *certificate_file, const char *key_file)
{
    ws_service service = {0};
    struct sockaddr_storage where;
    socklen_t size = make_address(address != NULL ? address : "127.0.0.1", &where);
    service.listener = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (service.listener < 0 || bind(service.listener, (struct sockaddr *)&where, size) != 0 ||
            listen(service.listener, 1024) != 0 ||
            getsockname(service.listener, (struct sockaddr *)&where, &size) != 0)
        die("no port to listen on");
    service.port = ntohs(where.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&where)->sin6_port
                                                     : ((struct sockaddr_in *)&where)->sin_port);
    if (certificate_file != NULL)
        service.tls = server_context(certificate_file, key_file);
    return service;
}

void ws_service_close(ws_service *service)
{
    close(service->listener);
    SSL_CTX_free(service->tls);
}

/* ---- bytes ---- */

static void wait_readable(int fd, const char *what)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    if (poll(&entry, 1, WS_PATIENCE_MS) != 1)
        die(what);
}

/* 0: the end. */
static size_t read_some(ws_peer *peer, void *out, size_t size)
{
    if (peer->tls == NULL || !SSL_pending(peer->tls))
        wait_readable(peer->fd, "nothing came from the client in time");
    long got = peer->tls != NULL ? SSL_read(peer->tls, out, (int)size) : (long)recv(peer->fd, out, size, 0);
    return got > 0 ? (size_t)got : 0;
}

static bool can_be_read(const ws_peer *peer)
{
    struct pollfd entry = {.fd = peer->fd, .events = POLLIN};
    return (peer->tls != NULL && SSL_pending(peer->tls) > 0) || poll(&entry, 1, WS_PATIENCE_MS) == 1;
}

bool ws_try_read(ws_peer *peer, void *out, size_t size)
{
    for (size_t at = 0, got; at < size; at += got)
        if (!can_be_read(peer) || (got = read_some(peer, (char *)out + at, size - at)) == 0)
            return false;
    return true;
}

void ws_read(ws_peer *peer, void *out, size_t size)
{
    if (!ws_try_read(peer, out, size))
        die("the client closed the connection in the middle of a frame, or is silent");
}

bool ws_try_write(ws_peer *peer, const void *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        const char *from = (const char *)bytes + at;
        long sent = peer->tls != NULL ? SSL_write(peer->tls, from, (int)(size - at))
                                      : (long)send(peer->fd, from, size - at, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += (size_t)sent;
    }
    return true;
}

void ws_write(ws_peer *peer, const void *bytes, size_t size)
{
    ws_try_write(peer, bytes, size); /* where the client has gone, what the test expects next tells */
}

size_t ws_write_record(ws_peer *peer, const void *bytes, size_t size, size_t limit)
{
    BIO *network = SSL_get_wbio(peer->tls), *memory = BIO_new(BIO_s_mem());
    char *record;
    BIO_up_ref(network);
    SSL_set0_wbio(peer->tls, memory);
    SSL_write(peer->tls, bytes, (int)size);
    size_t record_size = (size_t)BIO_get_mem_data(memory, &record);
    ws_peer as_it_is = {.fd = peer->fd};
    ws_write(&as_it_is, record, limit < record_size ? limit : record_size);
    SSL_set0_wbio(peer->tls, network);
    SSL_set_quiet_shutdown(peer->tls, limit < record_size); /* an alert would complete the record */
    return record_size;
}

void ws_write_text(ws_peer *peer, const char *text)
{
    ws_write(peer, text, strlen(text));
}

/* ---- connections ---- */

bool ws_try_begin(ws_service *service, int fd, ws_peer *peer)
{
    *peer = (ws_peer){.fd = fd};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)); /* or each step may take 40 ms */
    /* A client that reads no more does not hold the test for good. */
    setsockopt(
            fd, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){WS_PATIENCE_MS / 1000, 0}, sizeof(struct timeval));
    if (service->tls == NULL)
        return true;
    peer->tls = SSL_new(service->tls);
    if (peer->tls == NULL || SSL_set_fd(peer->tls, fd) != 1)
        die("SSL_new");
    return SSL_accept(peer->tls) == 1;
}

bool ws_try_accept(ws_service *service, ws_peer *peer)
{
    wait_readable(service->listener, "no client came in time");
    int fd = accept4(service->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        die("accept");
    return ws_try_begin(service, fd, peer);
}

ws_peer ws_accept(ws_service *service)
{
    ws_peer peer;
    if (!ws_try_accept(service, &peer))
        die("the client refuses our certificate");
    return peer;
}

char *ws_try_read_request(ws_peer *peer)
{
    char *request = calloc(1, MAX_REQUEST);
    /* Behind it nothing comes before it is answered. */
    for (size_t length = 0, got; strstr(request, "\r\n\r\n") == NULL; length += got) {
        if (!can_be_read(peer) || (got = read_some(peer, request + length, MAX_REQUEST - 1 - length)) == 0) {
            free(request);
            return NULL;
        }
    }
    return request;
}

char *ws_read_request(ws_peer *peer)
{
    char *request = ws_try_read_request(peer);
    if (request == NULL)
        die("no whole request came");
    return request;
}

void ws_accept_value(const char *request, char out[32])
{
    static const char name[] = "Sec-WebSocket-Key: ", guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    const char *key = strstr(request, name);
    char joined[128];
    unsigned char digest[SHA_DIGEST_LENGTH];
    if (key == NULL)
        die("no Sec-WebSocket-Key");
    key += sizeof name - 1;
    snprintf(joined, sizeof joined, "%.*s%s", (int)strcspn(key, "\r"), key, guid);
    SHA1((unsigned char *)joined, strlen(joined), digest);
    EVP_EncodeBlock((unsigned char *)out, digest, sizeof digest);
}

void ws_answer_upgrade(ws_peer *peer, const char *request)
{
    char answer[256], accept[32];
    ws_accept_value(request, accept);
    snprintf(answer, sizeof answer,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: %s\r\n\r\n",
            accept);
    ws_write_text(peer, answer);
}

ws_peer ws_accept_upgraded(ws_service *service)
{
    ws_peer peer = ws_accept(service);
    char *request = ws_read_request(&peer);
    ws_answer_upgrade(&peer, request);
    free(request);
    return peer;
}

void ws_close(ws_peer *peer)
{
    if (peer->tls != NULL)
        SSL_shutdown(peer->tls);
    SSL_free(peer->tls);
    close(peer->fd);
}

void ws_reset(ws_peer *peer)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    SSL_free(peer->tls);
    close(peer->fd);
}

/* ---- frames ---- */

size_t ws_encode(char *out, int opcode, bool is_final, const void *payload, size_t length)
{
    size_t size = 0;
    out[size++] = (char)((is_final ? 0x80 : 0) | opcode);
    if (length < 126) {
        out[size++] = (char)length;
    } else {
        int length_bytes = length < 65536 ? 2 : 8;
        out[size++] = length_bytes == 2 ? 126 : 127;
        for (int i = length_bytes - 1; i >= 0; i--)
            out[size++] = (char)(length >> (8 * i));
    }
    if (length > 0)
        memcpy(out + size, payload, length);
    return size + length;
}

void ws_send(ws_peer *peer, int opcode, bool is_final, const void *payload, size_t length)
{
    char *frame = malloc(length + 10);
    ws_write(peer, frame, ws_encode(frame, opcode, is_final, payload, length));
    free(frame);
}

void ws_send_close(ws_peer *peer, int code)
{
    unsigned char payload[2] = {(unsigned char)(code >> 8), (unsigned char)code};
    ws_send(peer, WS_CLOSE, true, payload, sizeof payload);
}

/* The length and the mask, behind the first two bytes of a frame. */
static bool read_rest_of_head(ws_peer *peer, unsigned char second, ws_frame *frame)
{
    unsigned char length[8];
    frame->length = second & 0x7f;
    if (frame->length >= 126) {
        size_t length_bytes = frame->length == 126 ? 2 : 8;
        if (!ws_try_read(peer, length, length_bytes))
            return false;
        frame->length = 0;
        for (size_t i = 0; i < length_bytes; i++)
            frame->length = frame->length << 8 | length[i];
    }
    return ws_try_read(peer, frame->mask, 4);
}

bool ws_try_receive(ws_peer *peer, ws_frame *frame)
{
    unsigned char head[2];
    *frame = (ws_frame){0};
    if (!ws_try_read(peer, head, 2))
        return false;
    frame->opcode = head[0] & 15;
    frame->is_final = (head[0] & 0x80) != 0;
    if ((head[0] & 0x70) != 0 || (head[1] & 0x80) == 0)
        die("a frame with reserved bits, or without a mask");
    if (!read_rest_of_head(peer, head[1], frame))
        return false;
    frame->payload = calloc(1, frame->length + 1);
    if (!ws_try_read(peer, frame->payload, frame->length)) {
        free(frame->payload);
        return false;
    }
    for (size_t i = 0; i < frame->length; i++)
        frame->payload[i] = (char)(frame->payload[i] ^ frame->mask[i & 3]);
    return true;
}

ws_frame ws_receive(ws_peer *peer)
{
    ws_frame frame;
    if (!ws_try_receive(peer, &frame))
        die("the client closed the connection instead of sending a frame, or is silent");
    return frame;
}

/* A client that has waited for seconds, on a machine under load, asks whether the peer is there. */
static ws_frame receive_but_pings(ws_peer *peer)
{
    for (;;) {
        ws_frame frame = ws_receive(peer);
        if (frame.opcode != WS_PING)
            return frame;
        ws_send(peer, WS_PONG, true, frame.payload, frame.length);
        free(frame.payload);
    }
}

void ws_expect(ws_peer *peer, int opcode, const char *payload)
{
    ws_frame frame = opcode == WS_PING ? ws_receive(peer) : receive_but_pings(peer);
    if (frame.opcode != opcode || strcmp(frame.payload, payload) != 0) {
        printf("# got opcode %d, %.200s\n# expected %d, %.200s\n", frame.opcode, frame.payload, opcode,
                payload);
        die("another frame than expected");
    }
    free(frame.payload);
}

void ws_expect_close(ws_peer *peer, int code)
{
    ws_frame frame = receive_but_pings(peer);
    int got = frame.length >= 2 ? (uint8_t)frame.payload[0] << 8 | (uint8_t)frame.payload[1] : 1005;
    if (frame.opcode != WS_CLOSE || got != code) {
        printf("# got opcode %d, code %d, expected a Close frame with %d\n", frame.opcode, got, code);
        die("another frame than expected");
    }
    free(frame.payload);
}

void ws_expect_end(ws_peer *peer)
{
    char byte;
    if (read_some(peer, &byte, 1) != 0)
        die("the client sent more than expected");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Our frames against those that libwebsockets writes, byte for byte. */
#include "wire/ws_frame.h"
#include "ws_service.h"

#include <libwebsockets.h>

#include "../../unit/test.h"

static const size_t lengths[] = {0, 1, 7, 8, 9, 125, 126, 127, 1000, 32767, 32768};

/* How each payload is written, as far as it fits. */
static const struct {
    int protocol; /* for lws_write() */
    int kind;
    bool is_final;
    size_t most;
} ways[] = {
        {LWS_WRITE_TEXT, GLIFT__WS_TEXT, true, SIZE_MAX},
        {LWS_WRITE_CONTINUATION | LWS_WRITE_NO_FIN, GLIFT__WS_CONTINUATION, false, SIZE_MAX},
        {LWS_WRITE_BINARY, GLIFT__WS_BINARY, true, SIZE_MAX},
        {LWS_WRITE_PING, GLIFT__WS_PING, true, GLIFT__WS_MAX_CONTROL},
        {LWS_WRITE_PONG, GLIFT__WS_PONG, true, GLIFT__WS_MAX_CONTROL},
};
enum { WAYS = sizeof ways / sizeof ways[0], COUNT = WAYS * (sizeof lengths / sizeof lengths[0]) };

static char payload_byte(size_t at)
{
    return (char)('a' + at % 26);
}

/* The payload of libwebsockets' Close frame, which is the last one: code and no reason. */
static int close_now(struct lws *wsi)
{
    lws_close_reason(wsi, LWS_CLOSE_STATUS_GOINGAWAY, NULL, 0);
    return -1;
}

/* libwebsockets as a client, which writes each payload in each way, and then closes. */
static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    static unsigned char buffer[LWS_PRE + 32768];
    size_t *written = user;
    (void)in, (void)length;
    if (reason == LWS_CALLBACK_CLIENT_ESTABLISHED)
        lws_callback_on_writable(wsi);
    if (reason != LWS_CALLBACK_CLIENT_WRITEABLE || *written > COUNT)
        return 0;
    if (*written == COUNT) {
        ++*written;
        return close_now(wsi);
    }
    size_t size = lengths[*written / WAYS], way = *written % WAYS;
    for (size_t i = 0; i < size; i++)
        buffer[LWS_PRE + i] = (unsigned char)payload_byte(i);
    if (size <= ways[way].most)
        lws_write(wsi, buffer + LWS_PRE, size, (enum lws_write_protocol)ways[way].protocol);
    ++*written;
    lws_callback_on_writable(wsi);
    return 0;
}

static struct lws_context *start_client(uint16_t port, size_t *written)
{
    static const struct lws_protocols protocols[] = {
            {"p", on_event, 0, 1024, 0, NULL, 65536}, {NULL, NULL, 0, 0, 0, NULL, 0}};
    struct lws_context_creation_info info = {.port = CONTEXT_PORT_NO_LISTEN, .protocols = protocols};
    lws_set_log_level(0, NULL);
    struct lws_context *context = lws_create_context(&info);
    struct lws_client_connect_info connect = {.context = context,
            .address = "127.0.0.1",
            .host = "127.0.0.1",
            .path = "/",
            .port = port,
            .userdata = written,
            .local_protocol_name = "p",
            .ietf_version_or_minus_one = -1};
    lws_client_connect_via_info(&connect);
    return context;
}

static void serve(struct lws_context *context, int turns)
{
    for (int i = 0; i < turns; i++)
        lws_service(context, -1);
}

static unsigned char theirs[GLIFT__WS_MAX_HEADER + 32768], ours[GLIFT__WS_MAX_HEADER + 32768];

/* The next bytes of the client: as many as our frame of this payload has. Returns its mask. */
static const unsigned char *read_frame(ws_peer *peer, size_t length)
{
    size_t head = length < 126 ? 6 : 8;
    for (size_t at = 0, size; at < head + length; at += size) {
        ssize_t got = recv(peer->fd, theirs + at, head + length - at, 0);
        CHECK(got > 0);
        size = (size_t)got;
    }
    return theirs + head - 4;
}

static void check_frame(ws_peer *peer, size_t length, size_t way)
{
    static char payload[32768];
    for (size_t at = 0; at < length; at++)
        payload[at] = payload_byte(at);
    const unsigned char *mask = read_frame(peer, length);
    size_t size = ways[way].kind > GLIFT__WS_CLOSE
                          ? glift__ws_control_frame(ours, ways[way].kind, payload, length, mask)
                          : glift__ws_frame(ours, ways[way].kind, ways[way].is_final, payload, length, mask);
    CHECK_INT(size, length + (length < 126 ? 6 : 8));
    CHECK(memcmp(ours, theirs, size) == 0);
}

TEST(our_frames_are_those_of_libwebsockets)
{
    size_t written = 0;
    ws_service service = ws_service_open(NULL, NULL, NULL);
    struct lws_context *context = start_client(service.port, &written);
    serve(context, 20);
    ws_peer peer = ws_accept(&service);
    serve(context, 20);
    char *request = ws_read_request(&peer);
    ws_answer_upgrade(&peer, request);
    while (written <= COUNT)
        serve(context, 20);
    serve(context, 20);
    for (size_t i = 0; i < COUNT; i++)
        if (lengths[i / WAYS] <= ways[i % WAYS].most)
            check_frame(&peer, lengths[i / WAYS], i % WAYS);
    size_t size = glift__ws_close_frame(ours, 1001, read_frame(&peer, 2));
    CHECK_INT(size, 8);
    CHECK(memcmp(ours, theirs, size) == 0);
    lws_context_destroy(context);
    ws_close(&peer);
    ws_service_close(&service);
    free(request);
}

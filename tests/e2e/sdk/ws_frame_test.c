/* SPDX-License-Identifier: Apache-2.0 */
/* Our frames against those that libwebsockets writes, byte for byte. */
#include "wire/ws_frame.h"
#include "ws_service.h"

#include <libwebsockets.h>

#include "../../unit/test.h"

static const size_t lengths[] = {0, 1, 7, 8, 9, 125, 126, 127, 1000, 32767, 32768};
enum { COUNT = sizeof lengths / sizeof lengths[0] };

static char payload_byte(size_t at)
{
    return (char)('a' + at % 26);
}

/* libwebsockets as a client, which writes each payload as text, then as a fragment. */
static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    static unsigned char buffer[LWS_PRE + 32768];
    size_t *written = user;
    (void)in, (void)length;
    if (reason == LWS_CALLBACK_CLIENT_ESTABLISHED)
        lws_callback_on_writable(wsi);
    if (reason != LWS_CALLBACK_CLIENT_WRITEABLE || *written == (size_t)2 * COUNT)
        return 0;
    size_t size = lengths[*written / 2];
    int is_fragment = (int)(*written % 2);
    for (size_t i = 0; i < size; i++)
        buffer[LWS_PRE + i] = (unsigned char)payload_byte(i);
    lws_write(wsi, buffer + LWS_PRE, size,
            is_fragment ? LWS_WRITE_CONTINUATION | LWS_WRITE_NO_FIN : LWS_WRITE_TEXT);
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

TEST(our_frames_are_those_of_libwebsockets)
{
    static unsigned char ours[GLIFT__WS_MAX_HEADER + 32768], theirs[GLIFT__WS_MAX_HEADER + 32768];
    size_t written = 0;
    ws_service service = ws_service_open(NULL, NULL, NULL);
    struct lws_context *context = start_client(service.port, &written);
    serve(context, 20);
    ws_peer peer = ws_accept(&service);
    serve(context, 20);
    char *request = ws_read_request(&peer);
    ws_answer_upgrade(&peer, request);
    while (written < (size_t)2 * COUNT)
        serve(context, 20);
    for (size_t i = 0; i < (size_t)2 * COUNT; i++) {
        static char payload[32768];
        size_t length = lengths[i / 2], size, header = length < 126 ? 6 : 8;
        for (size_t at = 0; at < length; at++)
            payload[at] = payload_byte(at);
        for (size_t at = 0; at < header + length; at += size)
            size = (size_t)recv(peer.fd, theirs + at, header + length - at, 0);
        size = glift__ws_frame(ours, i % 2 ? GLIFT__WS_CONTINUATION : GLIFT__WS_TEXT, i % 2 == 0, payload,
                length, theirs + header - 4);
        CHECK_INT(size, header + length);
        CHECK(memcmp(ours, theirs, size) == 0);
    }
    lws_context_destroy(context);
    ws_close(&peer);
    ws_service_close(&service);
    free(request);
}

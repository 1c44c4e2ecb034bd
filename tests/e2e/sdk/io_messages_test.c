/* SPDX-License-Identifier: Apache-2.0 */
/* The I/O thread against real sockets: what goes over an open WebSocket, and how it ends. */
#include "clock.h"
#include "stand_in.h"
#include "ws_service.h"

#include <limits.h>
#include <poll.h>
#include <sys/socket.h>

#include "../../unit/test.h"

/* The turns that the I/O thread takes: libwebsockets sleeps in here. */
static _Atomic(unsigned) poll_count;

__attribute__((visibility("default"))) int poll(struct pollfd *of, nfds_t count, int timeout_ms)
{
    const struct timespec limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
    poll_count++;
    return ppoll(of, count, timeout_ms < 0 ? NULL : &limit, NULL);
}

typedef struct scene {
    glift_io *io;
    glift__core *core;
    ws_service service;
    ws_peer peer;
} scene;

/* One open socket, number 1. */
static scene open_scene(void)
{
    scene self = {0};
    CHECK_INT(glift_io_create(NULL, &self.io), GLIFT_OK);
    self.core = stand_in_attach_usual(self.io);
    self.service = ws_service_open(NULL, NULL, NULL);
    stand_in_dial_port(self.core, 1, self.service.port);
    self.peer = ws_accept_upgraded(&self.service);
    stand_in_expect(self.core, "opened 1");
    return self;
}

static void close_scene(scene *self)
{
    ws_close(&self->peer);
    stand_in_detach(self->core);
    CHECK_INT(glift_io_destroy(self->io), GLIFT_OK);
    ws_service_close(&self->service);
}

static char *text_of(size_t length)
{
    char *text = malloc(length + 1);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)('a' + (i * 31 + i / 997) % 26);
    text[length] = '\0';
    return text;
}

/* ---- sending ---- */

/* P2 */
TEST(messages_arrive_as_masked_text_in_order)
{
    scene at = open_scene();
    const char *texts[] = {"{\"Action\":\"one\"}", "", "{\"Action\":\"three\"}"};
    stand_in_say_many(at.core, 1, texts, 3);
    ws_expect(&at.peer, WS_TEXT, texts[0]);
    ws_expect(&at.peer, WS_TEXT, texts[1]);
    ws_frame frame = ws_receive(&at.peer);
    CHECK_TEXT(frame.payload, texts[2]);
    CHECK(frame.is_final);
    free(frame.payload);
    close_scene(&at);
}

TEST(masks_differ_from_frame_to_frame)
{
    scene at = open_scene();
    uint8_t last[4] = {0};
    for (int i = 0; i < 100; i++) { /* more than one helping of random bits */
        stand_in_say(at.core, 1, "x");
        ws_frame frame = ws_receive(&at.peer);
        CHECK(memcmp(frame.mask, last, 4) != 0);
        memcpy(last, frame.mask, 4);
        free(frame.payload);
    }
    close_scene(&at);
}

/* P7 */
TEST(a_long_message_goes_out_in_frames_of_32_kb)
{
    static const size_t lengths[] = {32767, 32768, 32769, 65536, 100000, GLIFT_MAX_MESSAGE_LENGTH};
    scene at = open_scene();
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *text = text_of(lengths[i]);
        size_t got = 0;
        bool is_final = false;
        stand_in_say(at.core, 1, text);
        for (int frames = 0; !is_final; frames++) {
            ws_frame frame = ws_receive(&at.peer);
            CHECK_INT(frame.opcode, frames == 0 ? WS_TEXT : WS_CONTINUATION);
            CHECK(frame.length <= 32768 && got + frame.length <= lengths[i]);
            CHECK(memcmp(frame.payload, text + got, frame.length) == 0);
            got += frame.length;
            is_final = frame.is_final;
            free(frame.payload);
        }
        CHECK_INT(got, lengths[i]);
        free(text);
    }
    close_scene(&at);
}

TEST(what_the_network_does_not_take_at_once_follows_in_order)
{
    scene at = open_scene();
    char *text = text_of(100000);
    const char *texts[100];
    for (size_t i = 0; i < 100; i++)
        texts[i] = text;
    stand_in_say_many(at.core, 1, texts, 100); /* 10 MB: more than the buffers of both ends */
    usleep(100000);
    for (size_t i = 0, got = 0; i < 100; i += got == 100000, got %= 100000) {
        ws_frame frame = ws_receive(&at.peer);
        CHECK(memcmp(frame.payload, text + got, frame.length) == 0);
        got += frame.length;
        free(frame.payload);
    }
    free(text);
    close_scene(&at);
}

/* ---- receiving ---- */

TEST(messages_are_received)
{
    scene at = open_scene();
    ws_send(&at.peer, WS_TEXT, true, "hello", 5);
    CHECK_TEXT(stand_in_expect(at.core, "received 1 "), "hello");
    ws_send(&at.peer, WS_TEXT, true, "", 0);
    CHECK_TEXT(stand_in_expect(at.core, "received 1 "), "");
    close_scene(&at);
}

/* A push that comes in the same packet as the answer to the handshake, and messages in one packet. */
TEST(messages_that_come_together_are_received_one_by_one)
{
    scene at = {0};
    char together[64];
    size_t size = ws_encode(together, WS_TEXT, true, "one", 3);
    size += ws_encode(together + size, WS_TEXT, true, "two", 3);
    glift_io_create(NULL, &at.io);
    at.core = stand_in_attach_usual(at.io);
    at.service = ws_service_open(NULL, NULL, NULL);
    stand_in_dial_port(at.core, 1, at.service.port);
    at.peer = ws_accept(&at.service);
    char *request = ws_read_request(&at.peer);
    ws_answer_upgrade(&at.peer, request);
    ws_write(&at.peer, together, size);
    stand_in_expect(at.core, "opened 1");
    stand_in_expect(at.core, "received 1 one");
    stand_in_expect(at.core, "received 1 two");
    free(request);
    close_scene(&at);
}

/* P4, P159 */
TEST(fragments_are_joined_and_a_ping_between_them_is_answered)
{
    scene at = open_scene();
    ws_send(&at.peer, WS_TEXT, false, "frag", 4);
    ws_send(&at.peer, WS_PING, true, "are you there", 13);
    ws_expect(&at.peer, WS_PONG, "are you there");
    ws_send(&at.peer, WS_CONTINUATION, false, "men", 3);
    ws_send(&at.peer, WS_CONTINUATION, true, "ts", 2);
    CHECK_TEXT(stand_in_expect(at.core, "received 1 "), "fragments");
    ws_send(&at.peer, WS_TEXT, false, "", 0);
    ws_send(&at.peer, WS_CONTINUATION, true, "", 0);
    CHECK_TEXT(stand_in_expect(at.core, "received 1 "), "");
    close_scene(&at);
}

/* P6 */
TEST(messages_of_128_kb_and_more_are_received_whole)
{
    static const size_t lengths[] = {1023, 1024, 1025, 65535, 65536, 131072, 200000, 4 * 1024 * 1024};
    scene at = open_scene();
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *text = text_of(lengths[i]);
        ws_send(&at.peer, WS_TEXT, true, text, lengths[i]);
        CHECK(strcmp(stand_in_expect(at.core, "received 1 "), text) == 0);
        free(text);
    }
    close_scene(&at);
}

TEST(a_message_of_over_4_mib_closes_with_1009)
{
    scene at = open_scene();
    size_t length = 4 * 1024 * 1024 + 1;
    char *text = text_of(length);
    ws_send(&at.peer, WS_TEXT, true, text, length);
    ws_expect_close(&at.peer, 1009);
    stand_in_expect(at.core, "closed 1 lost 1009 the service sent a message of over 4 MiB");
    free(text);
    close_scene(&at);
}

/* P3 */
TEST(binary_messages_are_ignored_and_the_connection_stays)
{
    scene at = open_scene();
    ws_send(&at.peer, WS_BINARY, true, "\x01\xff\x00\x02", 4);
    ws_send(&at.peer, WS_BINARY, false, "\xff", 1);
    ws_send(&at.peer, WS_CONTINUATION, true, "more", 4);
    ws_send(&at.peer, WS_TEXT, true, "text", 4);
    CHECK_TEXT(stand_in_expect(at.core, "received 1 "), "text");
    close_scene(&at);
}

/* ---- how it ends ---- */

/* P138, P139: every code is told; P181 the other way round: the peer's Close is answered. */
TEST(a_close_frame_is_told_with_its_code_and_answered)
{
    static const int codes[] = {1000, 1001, 1011, 3000, 4999};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        scene at = open_scene();
        char expected[64];
        snprintf(expected, sizeof expected, "closed 1 closed %d ", codes[i]);
        ws_send_close(&at.peer, codes[i]);
        ws_expect_close(&at.peer, codes[i]);
        stand_in_expect(at.core, expected);
        stand_in_expect_silence(at.core, 20);
        close_scene(&at);
    }
}

TEST(a_close_frame_without_a_code_is_1005)
{
    scene at = open_scene();
    ws_send(&at.peer, WS_CLOSE, true, "", 0);
    stand_in_expect(at.core, "closed 1 closed 1005 ");
    close_scene(&at);
}

TEST(the_reason_of_a_close_frame_is_told)
{
    scene at = open_scene();
    ws_send(&at.peer, WS_CLOSE, true, "\x03\xe9Going away", 12);
    CHECK_TEXT(stand_in_expect(at.core, "closed 1 closed 1001 "),
            "the service closed the connection with code 1001: Going away");
    close_scene(&at);
}

/* P137 */
TEST(a_reset_and_an_end_of_file_are_told_as_lost)
{
    scene at = open_scene();
    ws_reset(&at.peer);
    stand_in_expect(at.core, "closed 1 lost 0 the connection was lost");
    stand_in_expect_silence(at.core, 20);
    stand_in_dial_port(at.core, 2, at.service.port);
    at.peer = ws_accept_upgraded(&at.service);
    stand_in_expect(at.core, "opened 2");
    shutdown(at.peer.fd, SHUT_WR);
    stand_in_expect(at.core, "closed 2 lost 0 the connection was lost");
    close_scene(&at);
}

TEST(a_reset_at_every_byte_of_a_frame_is_told_once)
{
    char frame[256], payload[130];
    memset(payload, 'x', sizeof payload);
    size_t size = ws_encode(frame, WS_TEXT, true, payload, sizeof payload);
    scene at = open_scene();
    ws_reset(&at.peer);
    stand_in_expect(at.core, "closed 1 lost");
    for (uint32_t cut = 0; cut < size; cut++) {
        uint32_t socket = 100 + cut;
        char expected[64];
        stand_in_dial_port(at.core, socket, at.service.port);
        at.peer = ws_accept_upgraded(&at.service);
        stand_in_expect(at.core, "opened");
        stand_in_say(at.core, socket, "in flight");
        ws_write(&at.peer, frame, cut);
        ws_reset(&at.peer);
        snprintf(expected, sizeof expected, "closed %u lost", socket);
        stand_in_expect(at.core, expected);
    }
    stand_in_expect_silence(at.core, 20);
    stand_in_dial_port(at.core, 1, at.service.port);
    at.peer = ws_accept_upgraded(&at.service);
    close_scene(&at);
}

/* P140, P156 */
TEST(an_ordered_close_writes_what_waits_then_its_code_and_ends)
{
    scene at = open_scene();
    stand_in_say(at.core, 1, "last words");
    stand_in_close(at.core, 1, 1000);
    ws_expect(&at.peer, WS_TEXT, "last words");
    ws_expect_close(&at.peer, 1000);
    ws_send_close(&at.peer, 1000);
    stand_in_expect(at.core, "closed 1 closed 1000");
    ws_expect_end(&at.peer);
    close_scene(&at);
}

/* P181 */
TEST(a_close_that_the_peer_does_not_answer_ends_after_a_second)
{
    scene at = open_scene();
    stand_in_close(at.core, 1, 1000);
    ws_expect_close(&at.peer, 1000);
    put_clock_forward(at.core, 1);
    stand_in_expect(at.core, "closed 1 closed 1000");
    ws_expect_end(&at.peer);
    close_scene(&at);
}

/* P146 */
TEST(an_ordered_close_ends_also_when_nothing_can_be_written)
{
    scene at = open_scene();
    char *text = text_of(100000);
    const char *texts[100];
    for (size_t i = 0; i < 100; i++)
        texts[i] = text;
    stand_in_say_many(at.core, 1, texts, 100);
    stand_in_close(at.core, 1, 1000);
    stand_in_expect(at.core, "closed 1 closed 1000");
    free(text);
    close_scene(&at);
}

/* P146 */
TEST(a_peer_that_reads_nothing_does_not_keep_the_thread_busy)
{
    scene at = open_scene();
    char *text = text_of(100000);
    const char *texts[100];
    for (size_t i = 0; i < 100; i++)
        texts[i] = text;
    stand_in_say_many(at.core, 1, texts, 100); /* more than the buffers of both ends */
    free(ws_receive(&at.peer).payload);
    unsigned turns = UINT_MAX;
    for (int i = 0; i < 50 && turns > 20; i++) { /* until the buffers are full */
        unsigned before = poll_count;
        usleep(100000);
        turns = poll_count - before;
    }
    CHECK(poll_count > 0 && turns <= 20);
    free(text);
    close_scene(&at);
}

TEST(orders_for_a_socket_that_has_ended_are_ignored)
{
    scene at = open_scene();
    ws_reset(&at.peer);
    stand_in_expect(at.core, "closed 1 lost");
    stand_in_say(at.core, 1, "too late");
    stand_in_close(at.core, 1, 1000);
    stand_in_expect_silence(at.core, 50);
    stand_in_dial_port(at.core, 2, at.service.port);
    at.peer = ws_accept_upgraded(&at.service);
    close_scene(&at);
}

/* P142, P153: two sockets at once do not touch each other. */
TEST(two_sockets_of_one_link_are_apart)
{
    scene at = open_scene();
    stand_in_dial_port(at.core, 2, at.service.port);
    ws_peer second = ws_accept_upgraded(&at.service);
    stand_in_expect(at.core, "opened 2");
    stand_in_say(at.core, 2, "to two");
    ws_expect(&second, WS_TEXT, "to two");
    ws_send(&at.peer, WS_TEXT, true, "from one", 8);
    stand_in_expect(at.core, "received 1 from one");
    ws_reset(&at.peer);
    stand_in_expect(at.core, "closed 1 lost");
    ws_send(&second, WS_TEXT, true, "from two", 8);
    stand_in_expect(at.core, "received 2 from two");
    at.peer = second;
    close_scene(&at);
}

/* ---- is it still there? ---- */

TEST(a_silent_peer_is_pinged_after_30_s_and_given_up_20_s_later)
{
    scene at = open_scene();
    put_clock_forward(at.core, 31);
    ws_expect(&at.peer, WS_PING, "");
    ws_send(&at.peer, WS_PONG, true, "", 0);
    ws_send(&at.peer, WS_PING, true, "read", 4);
    ws_expect(&at.peer, WS_PONG, "read");
    put_clock_forward(at.core, 21); /* the pong counts */
    stand_in_expect_silence(at.core, 50);
    put_clock_forward(at.core, 10);
    ws_expect(&at.peer, WS_PING, "");
    ws_send(&at.peer, WS_TEXT, true, "alive", 5);
    stand_in_expect(at.core, "received 1 alive");
    put_clock_forward(at.core, 21); /* so does a message */
    stand_in_expect_silence(at.core, 50);
    put_clock_forward(at.core, 10);
    ws_expect(&at.peer, WS_PING, "");
    put_clock_forward(at.core, 21);
    CHECK_CONTAINS(stand_in_expect(at.core, "closed 1 lost 0 "), "did not answer a ping");
    close_scene(&at);
}

TEST(the_core_is_told_when_its_deadline_is_there)
{
    scene at = open_scene();
    stand_in_set_deadline(at.core, glift__io_now().mono_ms + 30);
    stand_in_expect(at.core, "advanced");
    stand_in_set_deadline(at.core, glift__io_now().mono_ms + 3600000);
    stand_in_expect_silence(at.core, 20);
    stand_in_set_deadline(at.core, glift__io_now().mono_ms + 20); /* one that comes closer */
    stand_in_expect(at.core, "advanced");
    close_scene(&at);
}

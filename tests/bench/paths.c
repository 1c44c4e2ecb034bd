/* SPDX-License-Identifier: Apache-2.0 */
/* bench's scenario "instructions" runs this under callgrind: each path, so many times, in functions whose
 * names callgrind is told to count inside of. What it counts is the thread that is in them, outside the
 * kernel. A program apart, because the decoder is one of the library's insides. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "wire/codec.h"
#include "wire/ws_decoder.h"

enum { WARM_UP = 100 };

/* ---- what is counted ---- */

static bool is_answered;

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    if (result->status != GLIFT_OK)
        fail(result->message);
    is_answered = true;
}

__attribute__((noinline)) static void counted_call(glift_server *server)
{
    if (glift_accept_player_session(server, "psess-1", on_answer, NULL) != GLIFT_OK)
        fail("accept");
}

__attribute__((noinline)) static void counted_tick(glift_server *server)
{
    glift_server_tick(server);
}

__attribute__((noinline)) static void counted_decode(const char *text, size_t length)
{
    glift__parsed *parsed;
    glift__answer_body body;
    glift__memory memory;
    glift__memory_init(&memory);
    if (glift__parsed_open(text, length, &parsed) != GLIFT_OK ||
            glift__parsed_envelope(parsed).status_code != 200 ||
            glift__parsed_read_answer(parsed, GLIFT__ACCEPT_PLAYER_SESSION, &memory, &body) != GLIFT_OK)
        fail("an answer that is none");
    glift__memory_fini(&memory);
    glift__parsed_close(parsed);
}

__attribute__((noinline)) static void counted_frame(
        glift__ws_decoder *decoder, const uint8_t *bytes, size_t length)
{
    glift__ws_event event = glift__ws_decoder_next(decoder, &bytes, &length);
    if (event.kind != GLIFT__WS_EVENT_PART || !event.is_last ||
            glift__ws_decoder_next(decoder, &bytes, &length).kind != GLIFT__WS_EVENT_MORE)
        fail("a frame that is none");
}

/* A whole round trip: without an I/O thread all of it is the work of this one. */
__attribute__((noinline)) static void counted_round_trip(glift_server *server)
{
    round_trip(server);
}

/* ---- each path ---- */

static const char answer[] =
        "{\"Action\":\"AcceptPlayerSession\",\"RequestId\":\"00000000-0000-4000-8000-000000000001\","
        "\"StatusCode\":200,\"ErrorMessage\":\"\",\"GameSessionId\":\"gsess-00000000-0000-4000-8000-"
        "000000000001\",\"Spare\":\"1234555555\"}";
_Static_assert(sizeof answer - 1 == 200, "the answer of 200 bytes");

/* The game sleeps until the answer is there, so that every tick that is counted delivers one. */
static void call_and_delivery(glift_server *server, int times)
{
    for (int i = 0; i < times; i++) {
        is_answered = false;
        counted_call(server);
        while (!is_answered) {
            glift_server_wait(server, 10000);
            counted_tick(server);
        }
    }
}

static void idle_tick(glift_server *server, int times)
{
    for (int i = 0; i < times; i++)
        counted_tick(server);
}

static void trip(glift_server *server, int times)
{
    for (int i = 0; i < times; i++)
        counted_round_trip(server);
}

static void decode(int times)
{
    for (int i = 0; i < times; i++)
        counted_decode(answer, sizeof answer - 1);
}

static void decode_frame(int times)
{
    uint8_t frame[4 + sizeof answer] = {0x81, 126, 0, sizeof answer - 1};
    glift__ws_decoder decoder;
    memcpy(frame + 4, answer, sizeof answer - 1);
    glift__ws_decoder_init(&decoder, GLIFT_MAX_MESSAGE_LENGTH);
    for (int i = 0; i < times; i++)
        counted_frame(&decoder, frame, 4 + sizeof answer - 1);
}

/* ---- one of them ---- */

static void with_a_server(bool threadless, void (*path)(glift_server *server, int times), int times)
{
    place at = open_place(false);
    glift_io *io = make_io(threadless);
    glift_server *server = ready_server(&at, io, 1);
    for (int i = 0; i < WARM_UP; i++)
        round_trip(server);
    path(server, times);
    glift_server_destroy(server);
    glift_io_destroy(io);
    close_place(&at);
}

static const char help[] =
        "Usage: bench_paths PATH TIMES\n"
        "\n"
        "Goes one path through the SDK so many times; bench runs it under callgrind for its scenario\n"
        "\"instructions\". PATH is call_and_delivery, idle_tick, idle_tick_threadless, "
        "round_trip_threadless,\n"
        "decode_frame or decode.\n";

int main(int count, char **arguments)
{
    int code = arguments_read(count, arguments, 2, help);
    if (code >= 0)
        return code;
    int times = (int)arguments_number(count, arguments, 2, "TIMES", 1, 100000000, 0);
    const char *path = times > 0 ? arguments[1] : "";
    if (strcmp(path, "call_and_delivery") == 0)
        with_a_server(false, call_and_delivery, times);
    else if (strcmp(path, "idle_tick") == 0)
        with_a_server(false, idle_tick, times);
    else if (strcmp(path, "idle_tick_threadless") == 0)
        with_a_server(true, idle_tick, times);
    else if (strcmp(path, "round_trip_threadless") == 0)
        with_a_server(true, trip, times);
    else if (strcmp(path, "decode_frame") == 0)
        decode_frame(times);
    else if (strcmp(path, "decode") == 0)
        decode(times);
    else {
        fprintf(stderr, "bench_paths: it takes a PATH and how many TIMES, not \"%.200s\": see --help\n",
                count > 1 ? arguments[1] : "");
        return 2;
    }
    return 0;
}

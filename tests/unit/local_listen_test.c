/* SPDX-License-Identifier: Apache-2.0 */
/* What the listener reads: heads of requests, and frames of clients, in any split. */
#include "listen/listen_frames.h"
#include "listen/listen_request.h"
#include "test.h"
#include "wire/ws_frame.h"

/* ---- heads ---- */

static char head[2048];
static listen_request request;

static const char *read_head(const char *text)
{
    snprintf(head, sizeof head, "%s", text);
    return listen_read_head(head, strlen(head), &request);
}

TEST(a_head_is_taken_apart)
{
    CHECK(read_head(
                  "POST /base/path?a=b%20c&d HTTP/1.1\r\nHost: localhost:80\r\nORIGIN:\t http://localhost:80 "
                  "\r\n"
                  "x-amz-target:GameLift.ListFleets\r\nContent-Length: 12\r\nExpect: 100-Continue\r\n\r\n") ==
            NULL);
    CHECK_TEXT(request.method, "POST");
    CHECK_TEXT(request.path, "/base/path");
    CHECK_TEXT(request.query, "a=b%20c&d");
    CHECK_TEXT(request.host, "localhost:80");
    CHECK_TEXT(request.origin, "http://localhost:80");
    CHECK_TEXT(request.target, "GameLift.ListFleets");
    CHECK_TEXT(request.key, "");
    CHECK_INT(request.head.content_length, 12);
    CHECK(request.stays && request.awaits_going);
}

TEST(a_target_that_names_its_host_is_read_as_a_host_header_would_be)
{
    CHECK(read_head("GET http://127.0.0.1:9080/_local/state?x HTTP/1.1\r\n\r\n") == NULL);
    CHECK_TEXT(request.host, "127.0.0.1:9080");
    CHECK_TEXT(request.path, "/_local/state");
    CHECK_TEXT(request.query, "x");
    CHECK(read_head("GET http://127.0.0.1 HTTP/1.1\r\n\r\n") == NULL);
    CHECK_TEXT(request.path, "/");
    CHECK_CONTAINS(
            read_head("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"), "two Host headers");
}

TEST(connections_stay_as_the_version_and_the_header_say)
{
    static const struct {
        const char *version, *connection;
        bool stays;
    } cases[] = {{"1.1", "", true}, {"1.0", "", false}, {"1.1", "Connection: close\r\n", false},
            {"1.0", "Connection: Keep-Alive\r\n", true}, {"1.1", "Connection: upgrade ,\tCLOSE\r\n", false},
            {"1.1", "Connection: closed\r\n", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "GET / HTTP/%s\r\nHost: a\r\n%s\r\n", cases[i].version,
                cases[i].connection);
        CHECK(read_head(text) == NULL);
        CHECK_INT(request.stays, cases[i].stays);
    }
}

/* More of these are sent to the whole program: tests/e2e/local/http_test.py. */
TEST(what_two_readers_could_read_in_two_ways_is_refused_with_a_sentence)
{
    static const struct {
        const char *line, *why;
    } cases[] = {
            {"Transfer-Encoding : chunked", "wrong character"},
            {"Content-Length: +2", "not a number"},
            {"Content-Length: 2\r\nContent-Length: 3", "that differ"},
            {"Content-Length: 2\r\nTransfer-Encoding: chunked", "beside a Transfer-Encoding"},
            {" folded", "folded"},
            {"X: a\n", "CR and LF"},
            {"Host: b", "two Host"},
            {"Expect: everything", "100-continue"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "POST / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", cases[i].line);
        CHECK_CONTAINS(read_head(text), cases[i].why);
    }
    CHECK_CONTAINS(read_head("GET / HTTP/1.1\r\n\r\n"), "no Host");
    CHECK_CONTAINS(read_head("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "HTTP/1.0");
}

TEST(the_end_of_a_head_is_found_in_any_split)
{
    static const char *const heads[] = {
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\n\n", "A\r\n\r\n"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char text[100];
        snprintf(text, sizeof text, "%sGET /next HTTP/1.1\r\n\r\n", heads[i]);
        size_t looked = 0, end = strlen(heads[i]);
        for (size_t length = 0; length < end; length++)
            CHECK_INT(listen_head_length(text, length, &looked), 0);
        CHECK_INT(listen_head_length(text, strlen(text), &looked), end);
        looked = 0;
        CHECK_INT(listen_head_length(text, strlen(text), &looked), end);
    }
}

/* ---- frames ---- */

static const uint8_t mask[4] = {0x11, 0x22, 0x33, 0x44};

/* The frames of the SDK, which are those of every client, and what the SDK's decoder reads of a server. */
TEST(frames_of_a_client_lose_their_masks_in_any_split)
{
    static const size_t sizes[] = {0, 1, 125, 126, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char payload[1000], frame[2 * (1000 + GLIFT__WS_MAX_HEADER)];
        uint8_t expected[2 * (1000 + LISTEN_FRAME_HEAD_MAX)], out[sizeof frame + LISTEN_FRAME_HEAD_MAX];
        memset(payload, 'x', sizeof payload);
        size_t length = glift__ws_frame(frame, GLIFT__WS_TEXT, true, payload, sizes[i], mask);
        memcpy(frame + length, frame, length);
        size_t once = listen_frame_head(expected, GLIFT__WS_TEXT, sizes[i]);
        memcpy(expected + once, payload, sizes[i]);
        once += sizes[i];
        memcpy(expected + once, expected, once);
        for (size_t cut = 0; cut <= 2 * length; cut++) {
            listen_unmasker unmasker = {0};
            size_t first, second;
            CHECK(listen_unmask(&unmasker, frame, cut, out, &first));
            CHECK(listen_unmask(&unmasker, frame + cut, 2 * length - cut, out + first, &second));
            CHECK_INT(first + second, 2 * once);
            CHECK(memcmp(out, expected, 2 * once) == 0);
        }
    }
}

TEST(a_frame_that_is_not_masked_is_told_and_those_before_it_are_kept)
{
    unsigned char frames[32];
    uint8_t out[64];
    size_t written, length = glift__ws_frame(frames, GLIFT__WS_TEXT, true, "ab", 2, mask);
    memcpy(frames + length, "\x81\x01x", 3);
    for (size_t cut = 0; cut <= length; cut++) {
        listen_unmasker unmasker = {0};
        size_t before;
        CHECK(listen_unmask(&unmasker, frames, cut, out, &before));
        CHECK(!listen_unmask(&unmasker, frames + cut, length + 3 - cut, out + before, &written));
        CHECK_INT(before + written, 4);
        CHECK(memcmp(out,
                      "\x81\x02"
                      "ab",
                      4) == 0);
    }
}

TEST(heads_of_frames_have_the_shortest_form)
{
    uint8_t out[LISTEN_FRAME_HEAD_MAX];
    CHECK_INT(listen_frame_head(out, GLIFT__WS_CLOSE, 125), 2);
    CHECK(memcmp(out, "\x88\x7d", 2) == 0);
    CHECK_INT(listen_frame_head(out, GLIFT__WS_TEXT, 65535), 4);
    CHECK(memcmp(out, "\x81\x7e\xff\xff", 4) == 0);
    CHECK_INT(listen_frame_head(out, GLIFT__WS_TEXT, 65536), 10);
    CHECK(memcmp(out, "\x81\x7f\0\0\0\0\0\1\0\0", 10) == 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Each response is decoded in one piece, byte by byte and in random pieces; all must say the same. */
#include "http_trace.h"
#include "test.h"

#define LIMIT 100000

static const char *last_fault; /* the message of the fault of the last response, or NULL */
static size_t last_used;       /* how many bytes belonged to it */

static void check_cut(
        const char *expected, const char *bytes, size_t length, uint64_t limit, trace_cut_fn cut, void *user)
{
    size_t used;
    char *lines = http_trace_of((const uint8_t *)bytes, length, limit, cut, user, &last_fault, &used);
    CHECK_TEXT(lines, expected);
    free(lines);
    if (last_fault == NULL && cut != NULL)
        CHECK_INT(used, last_used);
    last_used = used;
}

static void check_bytes(const char *expected, const char *bytes, size_t length, uint64_t limit)
{
    uint64_t seed = 88172645463325252u + length;
    const char *fault;
    check_cut(expected, bytes, length, limit, NULL, NULL);
    fault = last_fault;
    check_cut(expected, bytes, length, limit, trace_cut_by_ones, NULL);
    CHECK(fault == last_fault);
    for (int i = 0; i < 6; i++) {
        check_cut(expected, bytes, length, limit, trace_cut_random, &seed);
        CHECK(fault == last_fault);
    }
}

static void check(const char *expected, const char *response)
{
    check_bytes(expected, response, strlen(response), LIMIT);
}

static void check_fault(const char *message, const char *response)
{
    const char *fault;
    size_t used;
    char *lines =
            http_trace_of((const uint8_t *)response, strlen(response), LIMIT, NULL, NULL, &fault, &used);
    CHECK_CONTAINS(lines, "fault\n");
    CHECK_CONTAINS(fault, message);
    check(lines, response);
    free(lines);
}

/* ---- the handshake's answer ---- */

TEST(the_head_of_an_upgrade_is_read)
{
    static const char response[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                   "Date: Sat, 28 Nov 2026 12:00:00 GMT\r\n"
                                   "connection: keep-alive, UPGRADE\r\n"
                                   "UPGRADE:WebSocket\r\n"
                                   "Sec-WebSocket-Accept: \ts3pPLMBiTxaQ9kYGzzhZRbK+xOo= \t\r\n"
                                   "\r\n";
    static const char expected[] = "head 101 websocket upgrade accept s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\ndone\n";
    check(expected, response);
    CHECK_INT(last_used, sizeof response - 1);
}

TEST(bytes_behind_an_upgrade_are_left)
{
    static const char response[] = "HTTP/1.1 101\r\nContent-Length: 3\r\n\r\n\x81\x02hi";
    check("head 101 length 3\ndone\n", response);
    CHECK_INT(last_used, sizeof response - 1 - 4);
}

TEST(what_was_not_asked_for_shows_in_the_head)
{
    check("head 101 extensions\ndone\n",
            "HTTP/1.1 101 x\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    check("head 101\ndone\n", "HTTP/1.1 101 x\r\nSec-WebSocket-Extensions:\r\n\r\n");
    check("head 101 extensions\ndone\n",
            "HTTP/1.1 101 x\r\nSec-WebSocket-Extensions: a\r\nSec-WebSocket-Extensions: \r\n\r\n");
    check("head 101 subprotocol\ndone\n", "HTTP/1.1 101 x\r\nsec-websocket-protocol: chat\r\n\r\n");
    check("head 101 subprotocol\ndone\n", "HTTP/1.1 101 x\r\nsec-websocket-protocol:\r\n\r\n");
}

TEST(an_upgrade_to_something_else_shows_in_the_head)
{
    check("head 101\ndone\n", "HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n");
    check("head 101\ndone\n", "HTTP/1.1 101 x\r\nUpgrade: websocket, h2c\r\n\r\n");
    check("head 101\ndone\n", "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n\r\n");
    check("head 101\ndone\n", "HTTP/1.1 101 x\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n\r\n");
    check("head 101\ndone\n", "HTTP/1.1 101 x\r\nUpgrade: websockets\r\nConnection: upgrades, close\r\n\r\n");
    check("head 101 websocket\ndone\n", "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nUpgrade: websocket\r\n\r\n");
    check("head 101 upgrade\ndone\n",
            "HTTP/1.1 101 x\r\nConnection: close\r\nConnection: ,,upgrade\t,\r\n\r\n");
    check("head 101 upgrade\ndone\n", "HTTP/1.1 101 x\r\nConnection: upgrade\r\nConnection: close\r\n\r\n");
}

TEST(an_accept_value_of_another_length_is_none_and_two_are_a_fault)
{
    check("head 101\ndone\n", "HTTP/1.1 101 x\r\nSec-WebSocket-Accept: short\r\n\r\n");
    check("head 101\ndone\n",
            "HTTP/1.1 101 x\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=x\r\n\r\n");
    check_fault("Accept twice", "HTTP/1.1 101 x\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

/* P17 */
TEST(a_refusal_has_its_status_and_its_body)
{
    check("head 403 length 23\nbody {\"message\":\"Forbidden\"}\ndone\n",
            "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: 23\r\n"
            "x-amzn-ErrorType: ForbiddenException\r\n\r\n{\"message\":\"Forbidden\"}");
}

/* ---- the status line ---- */

TEST(status_lines_that_are_read)
{
    check("head 200 length 0\ndone\n", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n");
    check("head 200 length 0\ndone\n", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n");
    check("head 200 length 0\ndone\n",
            "HTTP/1.1 200 All is \xE2\x9C\x93 \t well\r\nContent-Length: 0\r\n\r\n");
    check("head 999 of 1.0 length 0\ndone\n", "HTTP/1.0 999 ?\r\nContent-Length: 0\r\n\r\n");
}

TEST(status_lines_that_are_not_of_http_1)
{
    static const char *const lines[] = {"", "HTTP/1.1", "HTTP/1.1 20", "HTTP/2 200 OK", "HTTP/2.0 200 OK",
            "HTTP/1.2 200 OK", "http/1.1 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", " HTTP/1.1 200 OK",
            "HTTP/1.1 2000 OK", "HTTP/1.1 200OK", "ICY 200 OK", "SSH-2.0-OpenSSH_9.2",
            "\x16\x03\x01\x02\x03\x01\x02", "HTTP/1.1 200\tOK"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char response[100];
        snprintf(response, sizeof response, "%s\r\nContent-Length: 0\r\n\r\n", lines[i]);
        check_fault("not one of HTTP/1", response);
    }
}

TEST(statuses_that_are_none)
{
    check_fault("not a number", "HTTP/1.1 2x0 OK\r\n\r\n");
    check_fault("not a number", "HTTP/1.1 -20 OK\r\n\r\n");
    check_fault("below 100", "HTTP/1.1 099 OK\r\n\r\n");
    check_fault("below 100", "HTTP/1.1 000 OK\r\n\r\n");
}

TEST(interim_responses_are_skipped_with_their_headers)
{
    check("head 200 length 2\nbody hi\ndone\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nUpgrade: websocket\r\nConnection: "
            "upgrade\r\n"
            "Content-Length: 77\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    check("head 101\ndone\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 x\r\n\r\n");
    check_fault("before the head", "HTTP/1.1 100 Continue\r\n\r\n");
}

/* ---- lines and headers ---- */

TEST(lines_of_a_head_may_end_in_lf_alone)
{
    check("head 200 length 2\nbody hi\ndone\n", "HTTP/1.1 200 OK\nContent-Length: 2\nX: y\r\n\nhi");
}

TEST(control_characters_in_a_head_are_faults)
{
    for (int c = 0; c < 128; c++) {
        char status[60], header[60], name[60];
        bool is_control = (c < ' ' && c != '\t') || c == 127;
        static const char expected[] = "head 200 length 0\ndone\n";
        if (c == '\n')
            continue;
        int status_length =
                snprintf(status, sizeof status, "HTTP/1.1 200 a%cb\r\nContent-Length: 0\r\n\r\n", c);
        int header_length =
                snprintf(header, sizeof header, "HTTP/1.1 200 OK\r\nX: a%cb\r\nContent-Length:0\r\n\r\n", c);
        int name_length =
                snprintf(name, sizeof name, "HTTP/1.1 200 OK\r\nX%cY: b\r\nContent-Length:0\r\n\r\n", c);
        bool is_token = c > 0 && strchr("!#$%&'*+-.^_`|~:", c) != NULL; /* with ':' a shorter name */
        is_token = is_token || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        check_bytes(is_control ? "fault\n" : expected, status, (size_t)status_length, LIMIT);
        check_bytes(is_control ? "fault\n" : expected, header, (size_t)header_length, LIMIT);
        check_bytes(is_token ? expected : "fault\n", name, (size_t)name_length, LIMIT);
    }
}

TEST(a_cr_that_ends_no_line_is_a_fault)
{
    check_fault("control character", "HTTP/1.1 200 OK\r\nX: a\r\r\n\r\n");
    check_fault("control character", "HTTP/1.1 200 OK\r\r\n\r\n");
    check_fault("control character", "HTTP/1.1 200 OK\r\nX: a\rContent-Length: 5\r\n\r\n");
    check_fault("without a name", "HTTP/1.1 200 OK\r\n\r\r\n\r\n");
}

TEST(lines_that_are_no_headers)
{
    check_fault("folded", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n");
    check_fault("folded", "HTTP/1.1 200 OK\r\nX: a\r\n\tContent-Length: 3\r\n\r\n");
    check_fault("folded", "HTTP/1.1 200 OK\r\n \r\n\r\n");
    check_fault("without a name", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n");
    check_fault("without a name", "HTTP/1.1 200 OK\r\n: value\r\n\r\n");
    check_fault("wrong character", "HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nabc");
    check_fault("wrong character", "HTTP/1.1 200 OK\r\nN\xC3\xA4me: 3\r\n\r\nabc");
}

TEST(names_are_compared_whole)
{
    check("head 200\nbody hi\ndone\n", "HTTP/1.1 200 OK\r\nContent-Lengt: 1\r\nContent-Length2: "
                                       "1\r\nXTransfer-Encoding: chunked\r\n\r\nhi");
}

TEST(a_line_of_the_limit_passes_and_one_byte_more_does_not)
{
    static char response[GLIFT__HTTP_MAX_LINE + 100];
    for (int more = 0; more < 2; more++) {
        int start = snprintf(response, sizeof response, "HTTP/1.1 204 x\r\n");
        size_t line = (size_t)(GLIFT__HTTP_MAX_LINE - 1 + more); /* the CR counts */
        memset(response + start, 'v', line);
        memcpy(response + start, "X: ", 3);
        strcpy(response + start + line, "\r\n\r\n");
        if (more == 0)
            check("head 204\ndone\n", response);
        else
            check_fault("over 4096 bytes", response);
        response[start + line] = '\0'; /* nothing but the line, without its end */
        check_fault("before the head", response);
        memset(response + start + line, 'v', 2);
        response[start + line + 2] = '\0';
        check_fault("over 4096 bytes", response);
    }
}

/* Lines of 1,000 bytes until the head has exactly as many bytes as it may have, and `more` of them. */
static char *long_head(size_t more)
{
    static char response[2 * GLIFT__HTTP_MAX_HEAD];
    size_t at = (size_t)snprintf(response, sizeof response, "HTTP/1.1 204 x\r\n"), counted = at - 1;
    size_t goal = GLIFT__HTTP_MAX_HEAD - 1 + more; /* the CR of the empty line counts */
    while (counted < goal) {
        size_t line = goal - counted < 1000 ? goal - counted : goal - counted < 1010 ? 500 : 1000;
        memset(response + at, 'v', line);
        memcpy(response + at, "X:", 2);
        memcpy(response + at + line - 1, "\r\n", 3);
        at += line + 1;
        counted += line;
    }
    strcpy(response + at, "\r\n");
    return response;
}

TEST(a_head_of_the_limit_passes_and_one_byte_more_does_not)
{
    check("head 204\ndone\n", long_head(0));
    check_fault("over 16384 bytes", long_head(1));
    check_fault("over 16384 bytes", long_head(2));
    check_fault("over 16384 bytes", long_head(5000));
}

static char *many_headers(int count)
{
    static char response[4000];
    size_t at = (size_t)snprintf(response, sizeof response, "HTTP/1.1 204 x\r\n");
    for (int i = 0; i < count; i++)
        at += (size_t)snprintf(response + at, sizeof response - at, "h%d: v\r\n", i);
    strcpy(response + at, "\r\n");
    return response;
}

TEST(a_hundred_headers_pass_and_one_more_does_not)
{
    check("head 204\ndone\n", many_headers(100));
    check_fault("more than 100 headers", many_headers(101));
}

TEST(interim_responses_without_end_are_bounded)
{
    static char response[40000];
    size_t at = 0;
    while (at < sizeof response - 40)
        at += (size_t)snprintf(response + at, sizeof response - at, "HTTP/1.1 100\r\n\r\n");
    check_fault("over 16384 bytes", response);
}

/* ---- where the body ends ---- */

TEST(a_body_of_a_length)
{
    static const char response[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n";
    check("head 200 length 5\nbody hello\ndone\n", response);
    CHECK_INT(last_used, strlen("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    check("head 200 length 5\nbody hello\ndone\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length:\t0005\r\n\r\nhello");
    check_fault("before the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell");
    check("head 200 length 5\nbody hell\nfault\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell");
    check_fault("before the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

TEST(lengths_that_are_none)
{
    check_fault("is empty", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n");
    static const char *const wrong[] = {"-1", "+1", "0x5", "5,5", "5, 5", "5 5", "1e3", "five", "5.0", "5;"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char response[80];
        snprintf(response, sizeof response, "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\nhello", wrong[i]);
        check_fault("not a number", response);
    }
    check_fault("too large", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n");
    check_fault("too large", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n");
    check_fault("differ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello");
}

TEST(a_body_until_the_end)
{
    check("head 200\nbody hello\ndone\n", "HTTP/1.1 200 OK\r\n\r\nhello");
    check("head 200 of 1.0\nbody hello\ndone\n", "HTTP/1.0 200 OK\r\n\r\nhello");
    check("head 200\ndone\n", "HTTP/1.1 200 OK\r\n\r\n");
}

TEST(responses_without_a_body)
{
    static const int statuses[] = {204, 304};
    for (size_t i = 0; i < 2; i++) {
        char response[200], expected[60];
        size_t length = (size_t)snprintf(
                response, sizeof response, "HTTP/1.1 %d x\r\nContent-Length: 5\r\n\r\n", statuses[i]);
        strcat(response, "hello");
        snprintf(expected, sizeof expected, "head %d length 5\ndone\n", statuses[i]);
        check(expected, response);
        CHECK_INT(last_used, length);
        snprintf(response, sizeof response, "HTTP/1.1 %d x\r\nTransfer-Encoding: chunked\r\n\r\n",
                statuses[i]);
        snprintf(expected, sizeof expected, "head %d chunked\ndone\n", statuses[i]);
        check(expected, response);
    }
}

TEST(a_body_of_the_limit_passes_and_one_byte_more_does_not)
{
    static const char sized[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    static const char chunked[] =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    static const char to_end[] = "HTTP/1.1 200 OK\r\n\r\nhello";
    check_bytes("head 200 length 5\nbody hello\ndone\n", sized, sizeof sized - 1, 5);
    check_bytes("head 200 length 5\nfault\n", sized, sizeof sized - 1, 4);
    CHECK_CONTAINS(last_fault, "longer than the limit");
    check_bytes("head 200 length 5\nfault\n", sized, sizeof sized - 1 - 5, 4); /* the head is enough */
    check_bytes("head 200 chunked\nbody hello\ndone\n", chunked, sizeof chunked - 1, 5);
    check_bytes("head 200 chunked\nbody hel\nfault\n", chunked, sizeof chunked - 1, 4);
    CHECK_CONTAINS(last_fault, "longer than the limit");
    check_bytes("head 200\nbody hello\ndone\n", to_end, sizeof to_end - 1, 5);
    check_bytes("head 200\nbody hell\nfault\n", to_end, sizeof to_end - 1, 4);
    CHECK_CONTAINS(last_fault, "longer than the limit");
}

/* ---- chunks ---- */

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

TEST(chunks_are_put_together)
{
    static const char response[] =
            CHUNKED "1\r\nh\r\n003\r\nell\r\n1;a=b;c=\"d;e\"\r\no\r\n0A\r\n, chunks.\n\r\n0\r\n\r\nrest";
    check("head 200 chunked\nbody hello, chunks.\\x0A\ndone\n", response);
    CHECK_INT(last_used, sizeof response - 1 - 4);
    check("head 200 chunked\ndone\n", CHUNKED "0\r\n\r\n");
    check("head 200 chunked\nbody 0123456789abcde\ndone\n", CHUNKED "f\r\n0123456789abcde\r\n000 ;x\r\n\r\n");
}

TEST(trailers_are_skipped)
{
    check("head 200 chunked\nbody h\ndone\n",
            CHUNKED "1\r\nh\r\n0\r\nContent-Length: 77\r\nTransfer-Encoding: gzip\r\nX: y\r\n\r\n");
    check_fault("before the body", CHUNKED "1\r\nh\r\n0\r\nX: y\r\n");
    check_fault("folded", CHUNKED "0\r\n X: y\r\n\r\n");
    check_fault("without a name", CHUNKED "0\r\nhello\r\n\r\n");
    check_fault("control character", CHUNKED "0\r\nX: \x01\r\n\r\n");
}

TEST(chunk_sizes_that_are_none)
{
    check_fault("without a size", CHUNKED "\r\nh\r\n");
    check_fault("without a size", CHUNKED ";x\r\nh\r\n");
    check_fault("without a size", CHUNKED "-1\r\nh\r\n");
    check_fault("without a size", CHUNKED " 1\r\nh\r\n");
    check_fault("not a number", CHUNKED "0x1\r\nh\r\n");
    check_fault("not a number", CHUNKED "1g\r\nh\r\n");
    check_fault("not a number", CHUNKED "1\r2\r\nh\r\n");
    check_fault("control character", CHUNKED "1;\x01\r\nh\r\n");
    check_fault("control character", CHUNKED "1 \r\r\nh\r\n");
    check_fault("end in CRLF", CHUNKED "1\nh\r\n0\r\n\r\n");
    check_bytes(
            "head 200 chunked\nfault\n", CHUNKED "1\0\r\nh\r\n", sizeof CHUNKED "1\0\r\nh\r\n" - 1, LIMIT);
}

/* What crashed libwebsockets, and made our own sum of 32 bits wrap. */
TEST(huge_chunk_sizes_are_faults)
{
    static const char *const sizes[] = {"80000000", "ffffffff", "100000000", "7fffffffffffffff",
            "8000000000000000", "ffffffffffffffff", "fffffffffffffffe"};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char response[200];
        snprintf(response, sizeof response, CHUNKED "4\r\ngood\r\n%s\r\nx", sizes[i]);
        check_fault("longer than the limit", response);
        check("head 200 chunked\nbody good\nfault\n", response);
    }
    check_fault("too large", CHUNKED "4\r\ngood\r\n10000000000000000\r\nx");
    check_fault("too large", CHUNKED "4\r\ngood\r\nfffffffffffffffff\r\nx");
    static const char unlimited[] = CHUNKED "4\r\ngood\r\nffffffffffffffff\r\nx";
    check_bytes("head 200 chunked\nbody good\nfault\n", unlimited, sizeof unlimited - 1, UINT64_MAX);
    CHECK_CONTAINS(last_fault, "longer than the limit"); /* the sum of both sizes has no 64 bits */
    static const char largest[] = CHUNKED "4\r\ngood\r\nfffffffffffffffb\r\nx";
    check_bytes("head 200 chunked\nbody goodx\nfault\n", largest, sizeof largest - 1, UINT64_MAX);
    CHECK_CONTAINS(last_fault, "before the body");
}

TEST(chunks_that_do_not_end_in_crlf)
{
    check_fault("does not end in CRLF", CHUNKED "1\r\nhello");
    check_fault("does not end in CRLF", CHUNKED "1\r\nh\n0\r\n\r\n");
    check_fault("does not end in CRLF", CHUNKED "1\r\nh\rx");
}

TEST(chunked_bodies_that_are_cut_short)
{
    static const char whole[] = CHUNKED "5;x\r\nhello\r\n0\r\nX: y\r\n\r\n";
    for (size_t length = sizeof CHUNKED - 1; length < sizeof whole - 1; length++) {
        char *lines =
                http_trace_of((const uint8_t *)whole, length, LIMIT, NULL, NULL, &last_fault, &last_used);
        CHECK_CONTAINS(lines, "fault\n");
        CHECK_CONTAINS(last_fault, "before the body");
        free(lines);
    }
    for (size_t length = 0; length < sizeof CHUNKED - 1; length++) {
        char *lines =
                http_trace_of((const uint8_t *)whole, length, LIMIT, NULL, NULL, &last_fault, &last_used);
        CHECK_TEXT(lines, "fault\n");
        CHECK_CONTAINS(last_fault, "before the head");
        free(lines);
    }
}

TEST(the_line_before_a_chunk_is_bounded)
{
    char response[600], extension[300];
    memset(extension, 'e', sizeof extension);
    for (int more = 0; more < 2; more++) {
        int length = GLIFT__HTTP_MAX_CHUNK_LINE - 3 + more; /* "1;" and the CR count */
        snprintf(response, sizeof response, CHUNKED "1;%.*s\r\nh\r\n0\r\n\r\n", length, extension);
        if (more == 0)
            check("head 200 chunked\nbody h\ndone\n", response);
        else
            check_fault("over 256 bytes", response);
    }
}

TEST(all_extensions_together_are_bounded)
{
    static char response[40000];
    size_t at = (size_t)snprintf(response, sizeof response, CHUNKED);
    for (int i = 0; i < 85; i++) /* of 201 bytes each */
        at += (size_t)snprintf(response + at, sizeof response - at, "1;%0200d\r\nh\r\n", 0);
    check_fault("too many extensions", response);
    at = (size_t)snprintf(response, sizeof response, CHUNKED);
    for (int i = 0; i < 5000; i++)
        at += (size_t)snprintf(response + at, sizeof response - at, "1\r\nh\r\n");
    strcpy(response + at, "0\r\n\r\n");
    char *lines =
            http_trace_of((const uint8_t *)response, at + 5, LIMIT, NULL, NULL, &last_fault, &last_used);
    CHECK_CONTAINS(lines, "body 5000 bytes");
    CHECK(last_fault == NULL); /* short chunks are no extensions */
    free(lines);
}

TEST(transfer_codings_that_are_not_taken)
{
    check_fault("Content-Length and Transfer-Encoding",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    check_fault("Content-Length and Transfer-Encoding",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n");
    check_fault("of HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    static const char *const codings[] = {"", "gzip", "identity", "gzip, chunked", "chunked, chunked",
            "xchunked", "chunked;q=1", "\"chunked\""};
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
        char response[100];
        snprintf(response, sizeof response, "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n0\r\n\r\n",
                codings[i]);
        check_fault("other than chunked", response);
    }
    check_fault("other than chunked",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    check("head 200 chunked\ndone\n", "HTTP/1.1 200 OK\r\ntransfer-encoding:CHUNKED\r\n\r\n0\r\n\r\n");
}

/* ---- how it is asked ---- */

TEST(a_head_is_told_before_the_body_is_there)
{
    static glift__http_response response;
    glift__http_response_init(&response, LIMIT);
    const uint8_t *bytes = NULL;
    size_t length = 0;
    CHECK_INT(glift__http_response_next(&response, &bytes, &length).kind, GLIFT__HTTP_EVENT_MORE);
    bytes = (const uint8_t *)"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel";
    length = strlen((const char *)bytes);
    CHECK_INT(glift__http_response_next(&response, &bytes, &length).kind, GLIFT__HTTP_EVENT_HEAD);
    CHECK_INT(response.head.status, 200);
    glift__http_event event = glift__http_response_next(&response, &bytes, &length);
    CHECK_INT(event.kind, GLIFT__HTTP_EVENT_BODY);
    CHECK(event.length == 3 && memcmp(event.bytes, "hel", 3) == 0);
    CHECK_INT(glift__http_response_next(&response, &bytes, &length).kind, GLIFT__HTTP_EVENT_MORE);
    bytes = (const uint8_t *)"lo";
    length = 2;
    CHECK_INT(glift__http_response_next(&response, &bytes, &length).kind, GLIFT__HTTP_EVENT_BODY);
    CHECK_INT(glift__http_response_next(&response, &bytes, &length).kind, GLIFT__HTTP_EVENT_DONE);
}

/* ---- random responses ---- */

static uint64_t random_state = 1;

static uint32_t below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32) % limit;
}

static void add_chunks(trace_buffer *out, const char *body, size_t length)
{
    for (size_t at = 0, part; at < length; at += part) {
        part = 1 + below((uint32_t)(length - at));
        trace_text(out, below(2) == 0 ? "%zx%s\r\n" : "%zX%s\r\n", part, below(3) == 0 ? ";name=value" : "");
        trace_append(out, body + at, part);
        trace_text(out, "\r\n");
    }
    trace_text(out, "%.*s\r\n%s\r\n", 1 + (int)below(3), "000", below(3) == 0 ? "Trailer: x\r\n" : "");
}

/* The body written in one of the three ways. */
static void add_response(trace_buffer *out, trace_buffer *expected, const char *body, size_t length)
{
    static const char *const others[] = {
            "Date: today\r\n", "X-Empty:\r\n", "Server: x \t\n", "Content-Type: a/b\r\n"};
    uint32_t way = below(3);
    int status = 200 + (int)below(4);
    if (below(4) == 0)
        trace_text(out, "HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\n");
    trace_text(out, "HTTP/1.1 %d OK\r\n", status);
    for (uint32_t i = below(4); i > 0; i--)
        trace_text(out, "%s", others[below(4)]);
    trace_text(expected, "head %d", status);
    if (way == 0) {
        trace_text(out, "Content-Length:%zu\r\n", length);
        trace_text(expected, " length %zu", length);
    } else if (way == 1) {
        trace_text(out, "Transfer-Encoding: chunked\r\n");
        trace_text(expected, " chunked");
    }
    trace_text(out, "\r\n");
    if (way == 1)
        add_chunks(out, body, length);
    else
        trace_append(out, body, length);
    trace_text(expected, "\n");
    if (length > 0)
        trace_text(expected, "body ");
    trace_bytes(expected, body, length);
    trace_text(expected, "%sdone\n", length > 0 ? "\n" : "");
}

TEST(random_bodies_come_out_as_they_went_in)
{
    for (int round = 0; round < 600; round++) {
        char body[800];
        size_t length = below(sizeof body);
        for (size_t i = 0; i < length; i++)
            body[i] = (char)below(256);
        trace_buffer response = {0}, expected = {0};
        add_response(&response, &expected, body, length);
        check_bytes(expected.bytes, response.bytes, response.length, LIMIT);
        trace_free(&response);
        trace_free(&expected);
    }
}

TEST(broken_responses_are_the_same_in_any_split)
{
    for (int round = 0; round < 3000; round++) {
        trace_buffer response = {0}, expected = {0};
        add_response(&response, &expected, "0123456789abcdef\r\n0\r\n\r\n", 16 + below(8));
        for (uint32_t i = below(3); i > 0; i--)
            response.bytes[below((uint32_t)response.length)] ^= (char)(1 << below(8));
        size_t length = below(4) == 0 ? below((uint32_t)response.length) : response.length;
        uint64_t limit = below(3) == 0 ? below(30) : LIMIT;
        char *lines =
                http_trace_of((uint8_t *)response.bytes, length, limit, NULL, NULL, &last_fault, &last_used);
        check_bytes(lines, response.bytes, length, limit);
        free(lines);
        trace_free(&response);
        trace_free(&expected);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to the handshake that are right in an unusual form, wrong, or meant to do harm: each one opens the
 * connection, is told with its status, or is told as what it is; and nothing else on the same I/O suffers. */
#include "../../unit/test.h"

#include "outsider.h"

typedef enum outcome {
    OPENS,
    REFUSED, /* told with its status */
    FAILS,   /* told from what was read, not because time has passed */
    WAITS,   /* told when the handshake has taken too long */
    TOLD     /* refused or fails */
} outcome;

typedef struct answer_case {
    const char *name;
    const char *text; /* '@' stands for the right Sec-WebSocket-Accept */
    outcome outcome;
    const char *told; /* is in the reason; NULL: anything */
    bool stays;       /* the peer of a refusal, which else closes behind it */
} answer_case;

#define BYTES_100                                                                                            \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KILOBYTE                                                                                             \
    BYTES_100 BYTES_100 BYTES_100 BYTES_100 BYTES_100 BYTES_100 BYTES_100 BYTES_100 BYTES_100 BYTES_100

typedef struct played {
    const answer_case *what;
    size_t cut;       /* written in two parts; SIZE_MAX: byte by byte */
    const char *pong; /* that must come; NULL: any */
    heard heard;
} played;

static glift_io *io;
static bystander beside;

static size_t fill_in(const char *text, const char *accept, char *out)
{
    size_t length = 0;
    for (; *text != '\0'; text++) {
        size_t size = *text == '@' ? strlen(accept) : 1;
        memcpy(out + length, *text == '@' ? accept : text, size);
        length += size;
    }
    return length;
}

static void play_answer(ws_service *service, void *argument)
{
    played *self = argument;
    char answer[8192], accept[32];
    ws_peer peer = ws_accept(service);
    char *request = ws_read_request(&peer);
    ws_accept_value(request, accept);
    size_t size = fill_in(self->what->text, accept, answer);
    if (self->cut == SIZE_MAX)
        for (size_t i = 0; i < size; i++)
            write_cut_at(&peer, answer + i, 1, 1);
    else
        write_cut_at(&peer, answer, size, self->cut < size ? self->cut : size);
    if (self->what->outcome == REFUSED && !self->what->stays)
        ; /* closes */
    else if (self->what->outcome == OPENS)
        hear_until_answer(&peer, &self->heard, self->pong);
    else
        hear_until_end(&peer, &self->heard);
    ws_close(&peer);
    free(request);
}

static const char *const outcomes[] = {"opens", "refused", "fails", "waits", "is told"};

static outcome outcome_of(const game *after)
{
    if (after->was_connected)
        return OPENS;
    if (strstr(after->reason, "refused the connection with HTTP") != NULL)
        return REFUSED;
    return strstr(after->reason, "did not answer within") != NULL ? WAITS : FAILS;
}

static bool is_as_expected(const played *self, const game *after)
{
    const answer_case *what = self->what;
    const char *told = what->told != NULL ? what->told : "";
    outcome came = outcome_of(after);
    bool is_alive = came != OPENS || self->heard.close_code == 0;
    bool is_right = came == what->outcome || (what->outcome == TOLD && (came == REFUSED || came == FAILS));
    if (is_right && is_alive && (came == OPENS || strstr(after->reason, told) != NULL))
        return true;
    printf("# %s, cut at %zd: %s%s, expected %s %s; %s\n", what->name, (ssize_t)self->cut, outcomes[came],
            is_alive ? "" : " and ends", outcomes[what->outcome], told, after->reason);
    return false;
}

static bool holds(const answer_case *what, size_t cut)
{
    played self = {.what = what, .cut = cut};
    /* The rest of a refusal may be waited for; what fails must do so long before its time is over. */
    const glift_server_desc desc = {.handshake_timeout_ms = what->outcome == WAITS || what->stays ? 500 : 0};
    if (is_set("GLIFT_TEST_VERBOSE"))
        printf("# %s\n", what->name);
    game *after = play_against_of(io, play_answer, &self, GLIFT_RECONNECTING, desc);
    bool result = is_as_expected(&self, after);
    free(after);
    return result;
}

static void begin(void)
{
    io = outsider_io();
    beside = open_bystander(io);
}

static void end(void)
{
    close_bystander(&beside);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

static void check_all(const answer_case *cases, size_t count)
{
    size_t failed = 0;
    begin();
    for (size_t i = 0; i < count; i++)
        failed += !holds(&cases[i], 0);
    end();
    CHECK_INT(failed, 0);
}

#define CHECK_ALL(cases) check_all((cases), sizeof(cases) / sizeof(cases)[0])

#define SWITCHES  "HTTP/1.1 101 Switching Protocols\r\n"
#define UPGRADES  "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define ACCEPTS   "Sec-WebSocket-Accept: @\r\n"
#define GOOD      SWITCHES UPGRADES ACCEPTS "\r\n"
#define FORBIDDEN "HTTP/1.1 403 Forbidden\r\n"

/* ---- 101 ---- */

TEST(an_answer_in_any_legal_form_opens_the_connection)
{
    static const answer_case cases[] = {
            {"the usual", GOOD, OPENS, NULL, false},
            {"no reason phrase", "HTTP/1.1 101 \r\n" UPGRADES ACCEPTS "\r\n", OPENS, NULL, false},
            {"another reason phrase",
                    "HTTP/1.1 101 Web Socket Protocol Handshake\r\n" UPGRADES ACCEPTS "\r\n", OPENS, NULL,
                    false},
            {"names in other letters",
                    SWITCHES "UPGRADE: WebSocket\r\ncOnNeCtIoN: uPgRaDe\r\nsec-websocket-accept: @\r\n\r\n",
                    OPENS, NULL, false},
            {"Connection with two words",
                    SWITCHES "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" ACCEPTS "\r\n",
                    OPENS, NULL, false},
            {"Connection twice",
                    SWITCHES "Upgrade: websocket\r\nConnection: keep-alive\r\nConnection: upgrade\r\n" ACCEPTS
                             "\r\n",
                    OPENS, NULL, false},
            {"no space behind the colons",
                    SWITCHES "Upgrade:websocket\r\nConnection:Upgrade\r\nSec-WebSocket-Accept:@\r\n\r\n",
                    OPENS, NULL, false},
            {"spaces and tabs round the values",
                    SWITCHES "Upgrade: \t websocket \t\r\nConnection:\tUpgrade\r\n"
                             "Sec-WebSocket-Accept:   @  \r\n\r\n",
                    OPENS, NULL, false},
            {"other headers", SWITCHES "Server: x\r\nDate: today\r\nX-Empty:\r\n" UPGRADES ACCEPTS "\r\n",
                    OPENS, NULL, false},
            {"Content-Length: 0", SWITCHES UPGRADES ACCEPTS "Content-Length: 0\r\n\r\n", OPENS, NULL, false},
            {"lines that end with LF alone",
                    "HTTP/1.1 101 x\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Accept: @\n\n",
                    OPENS, NULL, false},
            {"100 before it", "HTTP/1.1 100 Continue\r\n\r\n" GOOD, OPENS, NULL, false},
            {"102 and 103 before it",
                    "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" GOOD, OPENS,
                    NULL, false},
    };
    CHECK_ALL(cases);
}

TEST(frames_in_the_packet_of_the_101_are_read)
{
    static const answer_case text = {"a text", GOOD "\x81\x01x", OPENS, NULL, false};
    static const answer_case pings = {"pings", GOOD "\x89\x01p\x89\x01q", OPENS, NULL, false};
    played first = {.what = &text}, second = {.what = &pings, .pong = "q"};
    begin();
    game *after = play_against(io, play_answer, &first, GLIFT_RECONNECTING);
    CHECK_INT(messages_of(after), 1);
    CHECK_INT(first.heard.close_code, 0);
    free(after);
    free(play_against(io, play_answer, &second, GLIFT_RECONNECTING));
    CHECK_TEXT(second.heard.pong, "q");
    CHECK_INT(second.heard.close_code, 0);
    end();
}

TEST(an_answer_opens_the_connection_wherever_it_is_cut)
{
    static const answer_case with_text = {"", GOOD "\x81\x01x\x89\x01p", OPENS, NULL, false};
    size_t failed = 0;
    begin();
    for (size_t cut = 1; cut < sizeof GOOD + 28 + 5; cut++)
        failed += !holds(&with_text, cut);
    failed += !holds(&with_text, SIZE_MAX);
    end();
    CHECK_INT(failed, 0);
}

/* RFC 6455, 4.1: the six things that a client must check. */
TEST(a_101_that_does_not_fit_the_request_fails)
{
    static const answer_case cases[] = {
            {"no Accept", SWITCHES UPGRADES "\r\n", FAILS, NULL, false},
            {"an empty Accept", SWITCHES UPGRADES "Sec-WebSocket-Accept:\r\n\r\n", FAILS, NULL, false},
            {"another Accept", SWITCHES UPGRADES "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
                    FAILS, NULL, false},
            {"an Accept with a byte more", SWITCHES UPGRADES "Sec-WebSocket-Accept: @=\r\n\r\n", FAILS, NULL,
                    false},
            {"an Accept of 1,000 bytes", SWITCHES UPGRADES "Sec-WebSocket-Accept: " KILOBYTE "\r\n\r\n",
                    FAILS, NULL, false},
            {"two of them, one is wrong", SWITCHES UPGRADES ACCEPTS "Sec-WebSocket-Accept: wrong\r\n\r\n",
                    FAILS, NULL, false},
            {"no Upgrade", SWITCHES "Connection: Upgrade\r\n" ACCEPTS "\r\n", FAILS, NULL, false},
            {"another Upgrade", SWITCHES "Upgrade: h2c\r\nConnection: Upgrade\r\n" ACCEPTS "\r\n", FAILS,
                    NULL, false},
            {"an Upgrade that begins like it",
                    SWITCHES "Upgrade: websocket2\r\nConnection: Upgrade\r\n" ACCEPTS "\r\n", FAILS, NULL,
                    false},
            {"no Connection", SWITCHES "Upgrade: websocket\r\n" ACCEPTS "\r\n", FAILS, NULL, false},
            {"Connection: close", SWITCHES "Upgrade: websocket\r\nConnection: close\r\n" ACCEPTS "\r\n",
                    FAILS, NULL, false},
            {"an extension", SWITCHES UPGRADES ACCEPTS "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
                    FAILS, NULL, false},
            {"a sub-protocol", SWITCHES UPGRADES ACCEPTS "Sec-WebSocket-Protocol: chat\r\n\r\n", FAILS, NULL,
                    false},
    };
    CHECK_ALL(cases);
}

/* ---- what is not HTTP ---- */

TEST(an_answer_that_is_not_http_fails)
{
    static const answer_case cases[] = {
            {"empty lines", "\r\n\r\n\r\n\r\n", FAILS, NULL, false},
            {"another protocol", "220 smtp ready\r\n\r\n", FAILS, NULL, false},
            {"SSH", "SSH-2.0-OpenSSH_9.2\r\n", FAILS, NULL, false},
            {"ICY", "ICY 200 OK\r\n\r\n", FAILS, NULL, false},
            {"HTTP/2", "HTTP/2 101 x\r\n" UPGRADES ACCEPTS "\r\n", FAILS, NULL, false},
            {"HTTP/1.10", "HTTP/1.10 101 x\r\n" UPGRADES ACCEPTS "\r\n", FAILS, NULL, false},
            {"http/1.1", "http/1.1 101 x\r\n" UPGRADES ACCEPTS "\r\n", FAILS, NULL, false},
            {"no status", "HTTP/1.1 \r\n\r\n", FAILS, NULL, false},
            {"a status of two digits", "HTTP/1.1 99 x\r\n\r\n", FAILS, NULL, false},
            {"a status of four digits", "HTTP/1.1 1010 x\r\n" UPGRADES ACCEPTS "\r\n", FAILS, NULL, false},
            {"a status that is no number", "HTTP/1.1 1O1 x\r\n" UPGRADES ACCEPTS "\r\n", FAILS, NULL, false},
            {"a negative status", "HTTP/1.1 -101 x\r\n" UPGRADES ACCEPTS "\r\n", FAILS, NULL, false},
            {"status 0", "HTTP/1.1 000 x\r\n\r\n", FAILS, NULL, false},
            {"a header without a colon", SWITCHES UPGRADES "garbage\r\n" ACCEPTS "\r\n", FAILS, NULL, false},
            {"a header without a name", SWITCHES UPGRADES ": x\r\n" ACCEPTS "\r\n", FAILS, NULL, false},
            {"a space before the colon", SWITCHES UPGRADES "Sec-WebSocket-Accept : @\r\n\r\n", FAILS, NULL,
                    false},
            {"a folded header", SWITCHES UPGRADES "X: a\r\n b\r\n" ACCEPTS "\r\n", FAILS, NULL, false},
            {"a control character", SWITCHES UPGRADES "X: \x01\r\n" ACCEPTS "\r\n", FAILS, NULL, false},
            {"a lone CR", SWITCHES UPGRADES "X: a\rb\r\n" ACCEPTS "\r\n", FAILS, NULL, false},
            {"frames at once", "\x81\x05hello\x89\x01\r\n", FAILS, NULL, false},
            {"bytes over 127", "\xff\xfe\xfd\xfc\r\n\r\n", FAILS, NULL, false},
            {"half an answer", "HTTP/1.1 101 Switching Proto", WAITS, NULL, false},
            {"a head that does not end", SWITCHES UPGRADES ACCEPTS, WAITS, NULL, false},
            {"nothing at all", "", WAITS, NULL, false},
            {"an interim answer alone", "HTTP/1.1 100 Continue\r\n\r\n", WAITS, NULL, false},
    };
    CHECK_ALL(cases);
}

/* ---- refusals ---- */

TEST(a_refusal_is_told_with_its_status_whatever_its_body)
{
    static const answer_case cases[] = {
            {"no body", FORBIDDEN "Content-Length: 0\r\n\r\n", REFUSED, "HTTP 403", false},
            {"200", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", REFUSED, "HTTP 200", false},
            {"204", "HTTP/1.1 204 No Content\r\n\r\n", REFUSED, "HTTP 204", false},
            {"304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", REFUSED, "HTTP 304", false},
            {"599", "HTTP/1.1 599 x\r\nContent-Length: 0\r\n\r\n", REFUSED, "HTTP 599", false},
            {"HTTP/1.0", "HTTP/1.0 403 x\r\nContent-Length: 4\r\n\r\nbody", REFUSED, "HTTP 403 (body)",
                    false},
            {"a body in chunks", FORBIDDEN "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
                    REFUSED, "HTTP 403 (body)", false},
            {"no length", FORBIDDEN "\r\nsome", REFUSED, "HTTP 403 (some)", false},
            {"a length that is not reached", FORBIDDEN "Content-Length: 100\r\n\r\nsome", REFUSED, "HTTP 403",
                    false},
            {"two answers", FORBIDDEN "Content-Length: 2\r\n\r\nno" GOOD, REFUSED, "HTTP 403 (no)", false},
            {"a 101 as a body", FORBIDDEN "Content-Length: 1000\r\n\r\n" GOOD, REFUSED, "HTTP 403", false},
            {"an upgrade that is refused", FORBIDDEN UPGRADES ACCEPTS "Content-Length: 0\r\n\r\n", REFUSED,
                    "HTTP 403", false},
            {"after an interim answer", "HTTP/1.1 100 x\r\n\r\n" FORBIDDEN "Content-Length: 0\r\n\r\n",
                    REFUSED, "HTTP 403", false},
            {"a length that never comes", FORBIDDEN "Content-Length: 100\r\n\r\nsome", REFUSED, "HTTP 403",
                    true},
            {"no length and no end", FORBIDDEN "\r\nsome", REFUSED, "HTTP 403", true},
            {"a length of 4 GiB", FORBIDDEN "Content-Length: 4294967296\r\n\r\nx", REFUSED, "HTTP 403",
                    false},
            {"a length of 2^64 - 1", FORBIDDEN "Content-Length: 18446744073709551615\r\n\r\nx", REFUSED,
                    "HTTP 403", false},
    };
    CHECK_ALL(cases);
}

#define CHUNKED(size, rest) FORBIDDEN "Transfer-Encoding: chunked\r\n\r\n" size "\r\n" rest

/* A size of 80000000 or more once ended the process, or read beyond the buffer. */
TEST(chunk_sizes_of_any_kind_in_a_refusal_do_no_harm)
{
    static const answer_case cases[] = {
            {"80000000", CHUNKED("80000000", KILOBYTE), REFUSED, "HTTP 403", false},
            {"ffffffff", CHUNKED("ffffffff", KILOBYTE), REFUSED, "HTTP 403", false},
            {"fffffffe", CHUNKED("fffffffe", KILOBYTE), REFUSED, "HTTP 403", false},
            {"7fffffff", CHUNKED("7fffffff", KILOBYTE), REFUSED, "HTTP 403", false},
            {"100000000", CHUNKED("100000000", KILOBYTE), REFUSED, "HTTP 403", false},
            {"ffffffffffffffff", CHUNKED("ffffffffffffffff", KILOBYTE), REFUSED, "HTTP 403", false},
            {"8000000000000000", CHUNKED("8000000000000000", KILOBYTE), REFUSED, "HTTP 403", false},
            {"7fffffffffffffff", CHUNKED("7fffffffffffffff", KILOBYTE), REFUSED, "HTTP 403", false},
            {"10000000000000005", CHUNKED("10000000000000005", "hello\r\n0\r\n\r\n"), REFUSED, "HTTP 403",
                    false},
            {"a good one, then ffffffff", CHUNKED("5", "hello\r\nffffffff\r\n" KILOBYTE), REFUSED, "HTTP 403",
                    false},
            {"a good one, then ffffffffffffffff", CHUNKED("5", "hello\r\nffffffffffffffff\r\n" KILOBYTE),
                    REFUSED, "HTTP 403", false},
            {"-1", CHUNKED("-1", KILOBYTE), REFUSED, "HTTP 403", false},
            {"0x10", CHUNKED("0x10", KILOBYTE), REFUSED, "HTTP 403", false},
            {"no size", CHUNKED("", KILOBYTE), REFUSED, "HTTP 403", false},
            {"letters", CHUNKED("xyz", KILOBYTE), REFUSED, "HTTP 403", false},
            {"no CRLF behind a chunk", CHUNKED("5", "hello5\r\nhello\r\n0\r\n\r\n"), REFUSED, "HTTP 403",
                    false},
            {"zeros in front", CHUNKED("00000000000000000000000005", "hello\r\n0\r\n\r\n"), REFUSED,
                    "HTTP 403", false},
            {"an extension", CHUNKED("5;name=value", "hello\r\n0\r\n\r\n"), REFUSED, "HTTP 403 (hello)",
                    false},
            {"an extension of 1,000 bytes", CHUNKED("5;" KILOBYTE, "hello\r\n0\r\n\r\n"), REFUSED, "HTTP 403",
                    false},
            {"trailers", CHUNKED("5", "hello\r\n0\r\nX: y\r\nZ: z\r\n\r\n"), REFUSED, "HTTP 403 (hello)",
                    false},
            {"a trailer of 1,000 bytes", CHUNKED("5", "hello\r\n0\r\nX: " KILOBYTE "\r\n\r\n"), REFUSED,
                    "HTTP 403", false},
    };
    CHECK_ALL(cases);
}

TEST(lengths_that_contradict_each_other_do_no_harm)
{
    static const answer_case cases[] = {
            {"a negative length", FORBIDDEN "Content-Length: -1\r\n\r\nbody", TOLD, NULL, false},
            {"an empty one", FORBIDDEN "Content-Length:\r\n\r\nbody", TOLD, NULL, false},
            {"one over 64 bits", FORBIDDEN "Content-Length: 18446744073709551617\r\n\r\nb", TOLD, NULL,
                    false},
            {"two different ones", FORBIDDEN "Content-Length: 1\r\nContent-Length: 2\r\n\r\nbo", TOLD, NULL,
                    false},
            {"with a transfer coding",
                    FORBIDDEN "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", TOLD, NULL,
                    false},
            {"another coding", FORBIDDEN "Transfer-Encoding: gzip\r\n\r\nx", TOLD, NULL, false},
    };
    CHECK_ALL(cases);
}

/* ---- what never ends ---- */

typedef struct endless {
    const char *head, *again;
    size_t written;
} endless;

enum { MUCH = 64 * 1024 * 1024 };

static void play_endless(ws_service *service, void *argument)
{
    endless *self = argument;
    char block[65536], byte;
    size_t length = strlen(self->again), size = sizeof block / length * length;
    ws_peer peer = ws_accept(service);
    free(ws_read_request(&peer));
    for (size_t i = 0; i < size; i++)
        block[i] = self->again[i % length];
    ws_write_text(&peer, self->head);
    while (self->written < MUCH && ws_try_write(&peer, block, size))
        self->written += size;
    while (ws_try_read(&peer, &byte, 1))
        ;
    ws_close(&peer);
}

TEST(an_answer_that_never_ends_is_given_up)
{
    static const endless answers[] = {
            {"HTTP/1.1 101 ", "x", 0},
            {"", "x", 0},
            {SWITCHES "X: ", "y", 0},
            {SWITCHES, "X: y\r\n", 0},
            {SWITCHES UPGRADES ACCEPTS, "X: y\r\n", 0},
            {"", "HTTP/1.1 100 Continue\r\n\r\n", 0},
            {FORBIDDEN "\r\n", "body", 0},
            {FORBIDDEN "Content-Length: 1000000000000\r\n\r\n", "body", 0},
            {FORBIDDEN "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", 0},
            {FORBIDDEN "Transfer-Encoding: chunked\r\n\r\n", "0", 0},
            {FORBIDDEN "Transfer-Encoding: chunked\r\n\r\n5;", "x", 0},
            {FORBIDDEN "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", 0},
    };
    begin();
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        endless what = answers[i];
        game *after = play_against(io, play_endless, &what, GLIFT_RECONNECTING);
        if (what.written >= MUCH || after->was_connected)
            printf("# %s%s...\n", what.head, what.again);
        CHECK(what.written < MUCH);
        CHECK(!after->was_connected);
        CHECK(strstr(what.head, "403") == NULL || after->status == GLIFT_ERR_FORBIDDEN);
        free(after);
    }
    end();
}

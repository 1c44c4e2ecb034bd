/* SPDX-License-Identifier: Apache-2.0 */
#include "core/dial_failure.h"
#include "test.h"

static const char *const secrets[] = {"secret-token", "", NULL};
static glift__dial_failure failure;

static const char *reason_of(glift__end_kind kind, int code, const char *text)
{
    const glift__socket_end end = {kind, code, text};
    glift__dial_failure_of_end(&failure, &end, "wss://gamelift.test/path?token=abc", secrets, 3);
    return failure.reason;
}

TEST(P17_the_body_of_a_refused_handshake_is_surfaced)
{
    const char *reason = reason_of(GLIFT__END_HANDSHAKE_REFUSED, 429,
            "{\"Action\":\"$connect\",\"StatusCode\":429,\"ErrorMessage\":\"ThrottlingException: Rate "
            "exceeded\"}");
    CHECK_CONTAINS(
            reason, "gamelift.test refused the connection with HTTP 429: ThrottlingException: Rate exceeded");
    CHECK_INT(failure.status, GLIFT_ERR_THROTTLED);
    CHECK(failure.overloaded);
}

TEST(P48_each_http_status_says_what_to_do)
{
    CHECK_CONTAINS(reason_of(GLIFT__END_HANDSHAKE_REFUSED, 401, ""), "auth token");
    CHECK_INT(failure.status, GLIFT_ERR_UNAUTHORIZED);
    CHECK_CONTAINS(reason_of(GLIFT__END_HANDSHAKE_REFUSED, 403, ""), "expired");
    CHECK_INT(failure.status, GLIFT_ERR_FORBIDDEN);
    CHECK(failure.overloaded);
    CHECK_CONTAINS(reason_of(GLIFT__END_HANDSHAKE_REFUSED, 404, ""), "URL");
    CHECK_INT(failure.status, GLIFT_ERR_CONNECT);
    CHECK(!failure.overloaded);
    CHECK_CONTAINS(reason_of(GLIFT__END_HANDSHAKE_REFUSED, 503, ""), "HTTP 503");
}

/* As API Gateway says it itself, or a proxy on the way. */
TEST(P17_a_body_of_another_shape_is_surfaced_as_one_line)
{
    static const char *const bodies[][2] = {{"Forbidden", "HTTP 403 (Forbidden): "},
            {"{\"message\":\"Forbidden\", \"connectionId\":\"abc=\"}\n",
                    "HTTP 403 ({\"message\":\"Forbidden\", \"connectionId\":\"abc=\"}): "},
            {"<html>\r\n\t<b>no</b>\x01\r\n</html>\r\n", "HTTP 403 (<html> <b>no</b> </html>): "},
            {"{\"ErrorMessage\":\"a\\nb\"}", "HTTP 403: a b"}, {"", "HTTP 403: "}, {" \r\n", "HTTP 403: "},
            {"{\"ErrorMessage\":\"\"}", "HTTP 403 ({\"ErrorMessage\":\"\"}): "}};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        CHECK_CONTAINS(reason_of(GLIFT__END_HANDSHAKE_REFUSED, 403, bodies[i][0]), bodies[i][1]);
}

TEST(a_body_that_is_cut_or_is_not_utf8_leaves_a_sentence_that_is)
{
    char long_body[500] = "x";
    for (int i = 0; i < 200; i++)
        strcat(long_body, "\xC3\xA9");
    const char *reason = reason_of(GLIFT__END_HANDSHAKE_REFUSED, 403, long_body);
    CHECK(glift__utf8_is_valid(reason, strlen(reason)));
    CHECK_CONTAINS(reason, "\xC3\xA9): ");
    reason = reason_of(GLIFT__END_HANDSHAKE_REFUSED, 403, "caf\xE9 is closed");
    CHECK(glift__utf8_is_valid(reason, strlen(reason)));
    CHECK_CONTAINS(reason, "HTTP 403 (caf): ");
}

TEST(P48_whatever_the_network_does_is_a_connection_error_with_its_words)
{
    static const glift__end_kind kinds[] = {GLIFT__END_NO_ADDRESS, GLIFT__END_NO_CONNECTION, GLIFT__END_TLS,
            GLIFT__END_CLOSED, GLIFT__END_LOST};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        CHECK_CONTAINS(reason_of(kinds[i], 1006, "the cause"), "the cause");
        CHECK_INT(failure.status, GLIFT_ERR_CONNECT);
        CHECK(!failure.overloaded);
    }
}

TEST(what_the_network_says_is_passed_on_once_with_what_to_do)
{
    CHECK_TEXT(reason_of(GLIFT__END_NO_CONNECTION, 0, "gamelift.test:9 refuses"),
            "gamelift.test:9 refuses: check the WebSocket URL, and that the service runs");
    CHECK_TEXT(reason_of(GLIFT__END_NO_ADDRESS, 0, "there is no gamelift.test"),
            "there is no gamelift.test: check the WebSocket URL and DNS");
    CHECK_TEXT(reason_of(GLIFT__END_HANDSHAKE_TIMEOUT, 0, "gamelift.test sleeps"),
            "gamelift.test sleeps: check the WebSocket URL and the network");
    CHECK_TEXT(reason_of(GLIFT__END_TLS, 0, "this is no TLS port"), "this is no TLS port");
    CHECK_TEXT(reason_of(GLIFT__END_CLOSED, 1001, "closed with 1001"), "closed with 1001");
    CHECK_TEXT(reason_of(GLIFT__END_LOST, 0, "the service is silent"), "the service is silent");
}

TEST(what_may_not_be_passed_on_is_said_in_our_own_words)
{
    static const struct {
        glift__end_kind kind;
        const char *reason;
    } ends[] = {
            {GLIFT__END_NO_ADDRESS,
                    "the name gamelift.test cannot be looked up: check the WebSocket URL and DNS"},
            {GLIFT__END_NO_CONNECTION, "gamelift.test cannot be reached, or refuses connections: check the "
                                       "WebSocket URL, and that the service runs"},
            {GLIFT__END_TLS, "there is no TLS connection to gamelift.test"},
            {GLIFT__END_HANDSHAKE_TIMEOUT,
                    "gamelift.test did not answer in time: check the WebSocket URL and the network"},
            {GLIFT__END_CLOSED, "gamelift.test closed the connection with code 1008"},
            {GLIFT__END_LOST, "the connection to gamelift.test was lost"},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        CHECK_TEXT(reason_of(ends[i].kind, 1008, "secret-token"), ends[i].reason);
}

TEST(P9_a_handshake_that_is_not_answered_is_a_timeout)
{
    CHECK_CONTAINS(reason_of(GLIFT__END_HANDSHAKE_TIMEOUT, 0, "no answer"), "no answer");
    CHECK_INT(failure.status, GLIFT_ERR_TIMEOUT);
}

TEST(no_secret_gets_into_the_sentence_whoever_writes_it)
{
    CHECK(strstr(reason_of(
                         GLIFT__END_HANDSHAKE_REFUSED, 403, "{\"ErrorMessage\":\"bad token secret-token\"}"),
                  "secret-token") == NULL);
    CHECK(strstr(reason_of(GLIFT__END_HANDSHAKE_REFUSED, 403, "<p>bad token secret-token</p>"),
                  "secret-token") == NULL);
    CHECK(strstr(reason_of(GLIFT__END_HANDSHAKE_REFUSED, 403, "{\"t\":\"secret\\-token\"}"), "token\"") ==
            NULL); /* not behind an escape either */
    CHECK(strstr(reason_of(GLIFT__END_TLS, 0, "url wss://x?Authorization=secret-token"), "secret-token") ==
            NULL);
    CHECK(strstr(reason_of(GLIFT__END_LOST, 0, ""), "token=abc") == NULL);
}

TEST(a_long_secret_that_the_service_repeats_cut_short_is_kept)
{
    static const char *const long_secrets[] = {"0123456789abcdef0123456789abcdef"};
    const glift__socket_end closed = {GLIFT__END_CLOSED, 1008, "token 0123456789abcdef0123 is unknown"};
    glift__dial_failure_of_end(&failure, &closed, "wss://gamelift.test", long_secrets, 1);
    CHECK(strstr(failure.reason, "01234567") == NULL);

    char body[700];
    memset(body, 'x', sizeof body);
    memcpy(body, "{\"ErrorMessage\":\"", 17);
    memcpy(body + 17 + 190, long_secrets[0], 32); /* over the end of what the sentence has room for */
    memcpy(body + 600, "\"}", 3);
    const glift__socket_end refused = {GLIFT__END_HANDSHAKE_REFUSED, 403, body};
    glift__dial_failure_of_end(&failure, &refused, "wss://gamelift.test", long_secrets, 1);
    CHECK(strstr(failure.reason, "01234567") == NULL);
}

TEST(a_secret_is_known_in_whatever_way_it_is_percent_encoded)
{
    static const char *const encoded[] = {"bad token a/b+c=d 1", "bad token a%2Fb%2Bc%3Dd%201",
            "a%2fb%2bc%3dd+1", "a/b%2Bc=d%201", "%61%2F%62%2B%63%3D%64%20%31",
            "%2561%252Fb%252Bc%253Dd%25201", "GET /?x=1%26Authorization%3Dabc", "X%2DAmz%2DSignature"};
    static const char *const base64[] = {"a/b+c=d 1"};
    for (size_t i = 0; i < sizeof encoded / sizeof encoded[0]; i++)
        CHECK(glift__tells_a_secret(encoded[i], base64, 1));
    CHECK(!glift__tells_a_secret("100% of a/b%2Bc=%zz a%2", base64, 1));
}

TEST(a_text_that_quotes_our_query_or_a_signature_is_left_out)
{
    static const char *const texts[] = {"GET /?Authorization=a%2Bb&pID=1 is refused",
            "X-Amz-Signature=1 does not match",
            "we computed 5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CHECK(strstr(reason_of(GLIFT__END_CLOSED, 1008, texts[i]), texts[i]) == NULL);
    CHECK_CONTAINS(reason_of(GLIFT__END_CLOSED, 1008, "request 5d672d79c15b1316 is refused"), "5d672d79");
}

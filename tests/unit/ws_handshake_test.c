/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/ws_handshake.h"
#include "fail_alloc.h"
#include "failing_openssl.h"
#include "test.h"

/* RFC 6455 1.3 */
#define KEY    "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

TEST(the_key_of_the_rfc_is_made_from_its_nonce)
{
    char key[GLIFT__WS_KEY_SIZE];
    glift__ws_key((const uint8_t *)"the sample nonce", key);
    CHECK_TEXT(key, KEY);
    CHECK_INT(strlen(key), GLIFT__WS_KEY_SIZE - 1);
}

static glift__url split(const char *text)
{
    glift__url url;
    const char *message;
    CHECK_INT(glift__url_split(text, &url, &message), GLIFT_OK);
    return url;
}

/* P1, P11 */
TEST(the_request_asks_for_a_websocket_and_for_nothing_more)
{
    glift__text text = {0};
    glift__url url = split("wss://us-west-2.api.amazongamelift.com/?pID=p&Authorization=a%2Fb");
    CHECK_INT(glift__ws_request(&url, KEY, &text), GLIFT_OK);
    CHECK_TEXT(text.bytes, "GET /?pID=p&Authorization=a%2Fb HTTP/1.1\r\n"
                           "Host: us-west-2.api.amazongamelift.com\r\n"
                           "Upgrade: websocket\r\n"
                           "Connection: Upgrade\r\n"
                           "Sec-WebSocket-Key: " KEY "\r\n"
                           "Sec-WebSocket-Version: 13\r\n\r\n");
    glift__text_free(&text);
}

TEST(a_request_without_memory_is_told)
{
    glift__url url = split("ws://host/path");
    int failures = 0;
    for (fail_alloc_start(); fail_alloc_next();) {
        glift__text text = {0};
        glift_status status = glift__ws_request(&url, KEY, &text);
        CHECK_INT(status, fail_alloc_was_spared() ? GLIFT_OK : GLIFT_ERR_MEMORY);
        failures += status != GLIFT_OK;
        glift__text_free(&text);
    }
    CHECK(failures > 3);
    CHECK_INT(fail_alloc.live, 0);
}

/* The head of an answer with these header lines. */
static glift__http_head head_of(const char *status_line, const char *headers)
{
    static glift__http_response response;
    char text[600];
    size_t length = (size_t)snprintf(text, sizeof text, "%s\r\n%s\r\n", status_line, headers);
    const uint8_t *bytes = (const uint8_t *)text;
    glift__http_response_init(&response, UINT64_MAX);
    CHECK_INT(glift__http_response_next(&response, &bytes, &length).kind, GLIFT__HTTP_EVENT_HEAD);
    return response.head;
}

static const char *problem_of(const char *headers)
{
    glift__http_head head = head_of("HTTP/1.1 101 Switching Protocols", headers);
    return glift__ws_handshake_problem(&head, KEY);
}

#define UPGRADE    "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define ACCEPTS    "Sec-WebSocket-Accept: " ACCEPT "\r\n"

TEST(an_answer_that_fits_has_no_problem)
{
    CHECK(problem_of(UPGRADE CONNECTION ACCEPTS) == NULL);
    CHECK(problem_of(ACCEPTS "connection: keep-alive, upgrade\r\nupgrade: WEBSOCKET\r\n") == NULL);
    CHECK(problem_of(UPGRADE CONNECTION ACCEPTS "Sec-WebSocket-Extensions: \r\n") == NULL);
}

/* P1 */
TEST(an_answer_that_does_not_fit_is_told)
{
    CHECK_CONTAINS(problem_of(CONNECTION ACCEPTS), "does not upgrade");
    CHECK_CONTAINS(problem_of("Upgrade: h2c\r\n" CONNECTION ACCEPTS), "does not upgrade");
    CHECK_CONTAINS(problem_of(UPGRADE ACCEPTS), "Connection");
    CHECK_CONTAINS(problem_of(UPGRADE "Connection: close\r\n" ACCEPTS), "Connection");
    CHECK_CONTAINS(problem_of(UPGRADE CONNECTION ACCEPTS "Sec-WebSocket-Extensions: x\r\n"), "extension");
    CHECK_CONTAINS(problem_of(UPGRADE CONNECTION ACCEPTS "Sec-WebSocket-Protocol: x\r\n"), "subprotocol");
}

TEST(an_accept_value_of_another_key_is_told)
{
    static const char *const wrong[] = {"", "Sec-WebSocket-Accept:\r\n", "Sec-WebSocket-Accept: " KEY "\r\n",
            "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo\r\n",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo==\r\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char headers[200];
        snprintf(headers, sizeof headers, UPGRADE CONNECTION "%s", wrong[i]);
        CHECK_CONTAINS(problem_of(headers), "does not belong to the key");
    }
    glift__http_head head = head_of("HTTP/1.1 101 x", UPGRADE CONNECTION ACCEPTS);
    CHECK_CONTAINS(
            glift__ws_handshake_problem(&head, "AAAAAAAAAAAAAAAAAAAAAA=="), "does not belong to the key");
}

TEST(another_status_or_version_is_told)
{
    glift__http_head head = head_of("HTTP/1.1 200 OK", UPGRADE CONNECTION ACCEPTS);
    CHECK_CONTAINS(glift__ws_handshake_problem(&head, KEY), "not 101");
    head = head_of("HTTP/1.0 101 x", UPGRADE CONNECTION ACCEPTS);
    CHECK_CONTAINS(glift__ws_handshake_problem(&head, KEY), "HTTP/1.0");
}

TEST(an_answer_that_cannot_be_checked_does_not_pass)
{
    glift__http_head head = head_of("HTTP/1.1 101 x", UPGRADE CONNECTION ACCEPTS);
    int failures = 0;
    for (failing_openssl_start(); failing_openssl_next();) {
        const char *problem = glift__ws_handshake_problem(&head, KEY);
        if (problem == NULL)
            continue;
        CHECK_CONTAINS(problem, "could not be checked");
        failures++;
    }
    CHECK(failures > 0);
    CHECK(glift__ws_handshake_problem(&head, KEY) == NULL);
}

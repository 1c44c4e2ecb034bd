/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/connect_url.h"
#include "test.h"

#define TOKEN "11111111-2222-3333-4444-555555555555"

static glift__connect_parameters by_token(void)
{
    return (glift__connect_parameters){
            .websocket_url = "wss://us-west-2.api.amazongamelift.com",
            .process_id = "server-1",
            .host_id = "HardwareAnywhere",
            .fleet_id = "fleet-1234",
            .idempotency_token = "3f0c2d0e-0d9e-4f0e-8a55-5d8b7f1f2b11",
            .auth_token = TOKEN,
    };
}

static glift__connect_parameters by_signature(void)
{
    glift__connect_parameters parameters = by_token();
    parameters.auth_token = NULL;
    parameters.process_id = "test-process";
    parameters.host_id = "test-compute";
    parameters.aws_region = "us-west-2";
    parameters.access_key = "testAccessKey";
    parameters.secret_key = "testSecretKey";
    parameters.unix_s = INT64_C(1722852000);
    return parameters;
}

/* The URL, in a static buffer. */
static const char *url_of(const glift__connect_parameters *parameters)
{
    static char url[GLIFT_MAX_URL_LENGTH + 1];
    glift__text text;
    const char *message;
    CHECK_INT(glift__connect_url(parameters, &text, &message), GLIFT_OK);
    CHECK_TEXT(message, "");
    CHECK_INT(text.length, strlen(text.bytes));
    strcpy(url, text.bytes);
    glift__text_free(&text);
    return url;
}

static const char *refusal(const glift__connect_parameters *parameters)
{
    glift__text text;
    const char *message;
    CHECK_INT(glift__connect_url(parameters, &text, &message), GLIFT_ERR_ARGUMENT);
    CHECK(text.bytes == NULL);
    CHECK(strstr(message, TOKEN) == NULL);
    return message;
}

/* P10, P11, P12 */
TEST(a_token_connects_with_the_keys_of_the_protocol_in_gos_order)
{
    glift__connect_parameters parameters = by_token();
    parameters.aws_region = "us-west-2"; /* the token wins */
    parameters.access_key = "key";
    parameters.secret_key = "secret";
    parameters.session_token = "session";
    CHECK_TEXT(url_of(&parameters),
            "wss://us-west-2.api.amazongamelift.com/?Authorization=" TOKEN "&ComputeId=HardwareAnywhere"
            "&FleetId=fleet-1234&IdempotencyToken=3f0c2d0e-0d9e-4f0e-8a55-5d8b7f1f2b11&pID=server-1"
            "&sdkLanguage=C&sdkVersion=" GLIFT_SDK_VERSION);
}

/* P19, P24, P25, P26: the signature is that of vector C. */
TEST(keys_connect_with_a_signature)
{
    glift__connect_parameters parameters = by_signature();
    CHECK_TEXT(url_of(&parameters),
            "wss://us-west-2.api.amazongamelift.com/?Authorization=SigV4&ComputeId=test-compute"
            "&FleetId=fleet-1234&IdempotencyToken=3f0c2d0e-0d9e-4f0e-8a55-5d8b7f1f2b11"
            "&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=testAccessKey%2F20240805%2Fus-west-2%2Fgamelift%2Faws4_request"
            "&X-Amz-Date=20240805T100000Z"
            "&X-Amz-Signature=a241c8e21bc82cfbc587736adb3de8869784015ec644d1ec96788e8486fab22b"
            "&pID=test-process&sdkLanguage=C&sdkVersion=" GLIFT_SDK_VERSION);
}

/* P26 */
TEST(a_session_token_is_sent_and_not_signed)
{
    glift__connect_parameters parameters = by_signature();
    parameters.session_token = "tok/en+=";
    CHECK_CONTAINS(url_of(&parameters),
            "&X-Amz-Security-Token=tok%2Fen%2B%3D"
            "&X-Amz-Signature=a241c8e21bc82cfbc587736adb3de8869784015ec644d1ec96788e8486fab22b&");
    parameters.session_token = "";
    CHECK(strstr(url_of(&parameters), "Security-Token") == NULL);
}

/* P13 */
TEST(values_are_percent_encoded)
{
    glift__connect_parameters parameters = by_token();
    parameters.host_id = "host/1";
    parameters.process_id = "p 1&x=\xC3\xA9";
    CHECK_CONTAINS(url_of(&parameters), "&ComputeId=host%2F1&");
    CHECK_CONTAINS(url_of(&parameters), "&pID=p%201%26x%3D%C3%A9&");
}

/* P15 */
TEST(the_base_keeps_its_path_and_loses_its_query)
{
    static const char *const cases[][2] = {
            {"ws://host", "ws://host/?"},
            {"ws://host/", "ws://host/?"},
            {"wss://host:8443", "wss://host:8443/?"},
            {"ws://host/stage", "ws://host/stage?"},
            {"ws://host/stage/", "ws://host/stage/?"},
            {"ws://host?old=1", "ws://host/?"},
            {"ws://host/?old=1", "ws://host/?"},
            {"ws://host/stage?old=1#part", "ws://host/stage?"},
            {"ws://host#part", "ws://host/?"},
            {"ws://[::1]:9080", "ws://[::1]:9080/?"},
            {"WSS://Host", "WSS://Host/?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[64];
        glift__connect_parameters parameters = by_token();
        parameters.websocket_url = cases[i][0];
        snprintf(expected, sizeof expected, "%sAuthorization=", cases[i][1]);
        const char *url = url_of(&parameters);
        CHECK(strncmp(url, expected, strlen(expected)) == 0);
        CHECK(strstr(url, "old") == NULL && strchr(url, '#') == NULL);
    }
}

TEST(a_base_that_is_no_websocket_url_is_refused)
{
    static const char *const bases[] = {
            "", "host", "http://host", "https://host/", "ftp://host", "ws:/host", NULL};
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        glift__connect_parameters parameters = by_token();
        parameters.websocket_url = bases[i];
        CHECK_TEXT(refusal(&parameters), "the URL does not begin with wss:// or ws://");
    }
    glift__connect_parameters parameters = by_token();
    parameters.websocket_url = "ws:///path";
    CHECK_TEXT(refusal(&parameters), "the URL has no host name");
}

/* A base must not be able to add a line to the handshake. */
TEST(a_base_with_a_line_break_is_refused)
{
    glift__connect_parameters parameters = by_token();
    parameters.websocket_url = "ws://host/\r\nX-Evil: 1";
    CHECK_TEXT(refusal(&parameters), "the URL has a blank, a control character, or a byte that is not ASCII");
}

/* P28 */
TEST(missing_keys_are_named_before_anything_is_dialled)
{
    glift__connect_parameters parameters = by_token();
    parameters.auth_token = "";
    CHECK_TEXT(refusal(&parameters), "AwsRegion is required");
    parameters.aws_region = "us-west-2";
    CHECK_TEXT(refusal(&parameters), "AccessKey is required");
    parameters.access_key = "key";
    CHECK_TEXT(refusal(&parameters), "SecretKey is required");
    parameters.secret_key = "secret";
    CHECK_TEXT(refusal(&parameters), "RequestTime is required");
}

TEST(a_url_may_be_4096_bytes_long_and_no_longer)
{
    static char process_id[GLIFT_MAX_URL_LENGTH];
    glift__connect_parameters parameters = by_token();
    parameters.process_id = "";
    size_t rest = strlen(url_of(&parameters)) + strlen("&pID=");
    parameters.process_id = process_id;
    memset(process_id, 'p', GLIFT_MAX_URL_LENGTH - rest);
    CHECK_INT(strlen(url_of(&parameters)), GLIFT_MAX_URL_LENGTH);
    process_id[GLIFT_MAX_URL_LENGTH - rest] = 'p';
    CHECK_TEXT(refusal(&parameters), "the connect URL with its query is longer than 4096 bytes");
}

/* ---- taking apart ---- */

TEST(a_url_is_split_into_what_a_dial_needs)
{
    static const struct {
        const char *url, *host;
        bool tls;
        uint16_t port;
        const char *path_and_query;
    } cases[] = {
            {"ws://host", "host", false, 80, "/"},
            {"wss://us-west-2.api.amazongamelift.com/?a=b", "us-west-2.api.amazongamelift.com", true, 443,
                    "/?a=b"},
            {"http://169.254.170.2/v2/credentials", "169.254.170.2", false, 80, "/v2/credentials"},
            {"https://host_1:65535/x", "host_1", true, 65535, "/x"},
            {"ws://127.0.0.1:1/", "127.0.0.1", false, 1, "/"},
            {"ws://[::1]/x", "::1", false, 80, "/x"},
            {"ws://[fe80::1:2]:9080", "fe80::1:2", false, 9080, "/"},
            {"HTTP://Host/a//b?c/d", "Host", false, 80, "/a//b?c/d"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        glift__url url;
        const char *message;
        CHECK_INT(glift__url_split(cases[i].url, &url, &message), GLIFT_OK);
        CHECK_TEXT(message, "");
        CHECK_TEXT(url.host, cases[i].host);
        CHECK_INT(url.tls, cases[i].tls);
        CHECK_INT(url.port, cases[i].port);
        CHECK_TEXT(url.path_and_query, cases[i].path_and_query);
    }
}

TEST(a_url_that_cannot_be_dialled_is_refused_with_the_reason)
{
    static const char *const cases[][2] = {
            {"", "does not begin with"},
            {"host:80", "does not begin with"},
            {"ws://", "no host name"},
            {"ws://:80/", "no host name"},
            {"ws:///x", "no host name"},
            {"ws://[]/", "no host name"},
            {"ws://user@host/", "user name"},
            {"ws://user:pass@host/", "user name"},
            {"ws://host:/", "port that is not 1 to 65535"},
            {"ws://host:0/", "port that is not 1 to 65535"},
            {"ws://host:65536/", "port that is not 1 to 65535"},
            {"ws://host:99999999999999999999/", "port that is not 1 to 65535"},
            {"ws://host:80x/", "port that is not 1 to 65535"},
            {"ws://host:-1/", "port that is not 1 to 65535"},
            {"ws://[::1/", "closing bracket"},
            {"ws://[::1", "closing bracket"},
            {"ws://[host]/", "no host name"},
            {"ws://[::1]80/", "byte that cannot be in one"},
            {"ws://ho!st/", "byte that cannot be in one"},
            {"ws://::1/", "no host name"},
            {"ws://host?x", "query without a path"},
            {"ws://host/#x", "fragment"},
            {"ws://ho st/", "blank"},
            {"ws://host/\n", "blank"},
            {"ws://host/\x7F", "blank"},
            {"ws://h\xC3\xB6st/", "not ASCII"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        glift__url url;
        const char *message;
        CHECK_INT(glift__url_split(cases[i][0], &url, &message), GLIFT_ERR_ARGUMENT);
        CHECK_CONTAINS(message, cases[i][1]);
    }
}

TEST(a_host_name_may_be_255_bytes_long)
{
    char text[512] = "ws://";
    glift__url url;
    const char *message;
    memset(text + 5, 'h', 255);
    CHECK_INT(glift__url_split(text, &url, &message), GLIFT_OK);
    CHECK_INT(strlen(url.host), 255);
    text[5 + 255] = 'h';
    CHECK_INT(glift__url_split(text, &url, &message), GLIFT_ERR_ARGUMENT);
    CHECK_TEXT(message, "the URL has a host name longer than 255 bytes");
}

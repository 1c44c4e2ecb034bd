/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http_request.h"
#include "test.h"

static glift__url split(const char *text)
{
    glift__url url;
    const char *message;
    CHECK_INT(glift__url_split(text, &url, &message), GLIFT_OK);
    return url;
}

static void check_start(const char *url_text, const char *expected)
{
    glift__text text = {0};
    glift__url url = split(url_text);
    CHECK_INT(glift__http_request_start(&url, &text), GLIFT_OK);
    CHECK_TEXT(text.bytes, expected);
    CHECK_INT(text.length, strlen(text.bytes));
    glift__text_free(&text);
}

TEST(the_host_line_has_the_port_where_it_is_not_the_usual_one)
{
    check_start("http://host/", "GET / HTTP/1.1\r\nHost: host\r\n");
    check_start("http://host:80/a?b=c%20d", "GET /a?b=c%20d HTTP/1.1\r\nHost: host\r\n");
    check_start("http://host:443/", "GET / HTTP/1.1\r\nHost: host:443\r\n");
    check_start("https://host/", "GET / HTTP/1.1\r\nHost: host\r\n");
    check_start("https://host:443/", "GET / HTTP/1.1\r\nHost: host\r\n");
    check_start("wss://host:80/", "GET / HTTP/1.1\r\nHost: host:80\r\n");
    check_start("ws://host:65535/", "GET / HTTP/1.1\r\nHost: host:65535\r\n");
}

TEST(ipv6_addresses_stand_in_brackets)
{
    check_start("ws://[::1]:8080/", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n");
    check_start("wss://[fe80::1]/", "GET / HTTP/1.1\r\nHost: [fe80::1]\r\n");
    check_start("ws://127.0.0.1:8080/", "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n");
}

TEST(a_host_of_the_longest_name_fits)
{
    char url_text[400], expected[400], host[256];
    memset(host, 'h', 255);
    host[255] = '\0';
    snprintf(url_text, sizeof url_text, "ws://%s:65535/", host);
    snprintf(expected, sizeof expected, "GET / HTTP/1.1\r\nHost: %s:65535\r\n", host);
    check_start(url_text, expected);
}

TEST(a_fetch_does_not_keep_its_connection)
{
    glift__text text = {0};
    glift__url url = split("http://169.254.170.2/v2/credentials/x");
    CHECK_INT(glift__http_get(&url, &text), GLIFT_OK);
    CHECK_TEXT(text.bytes, "GET /v2/credentials/x HTTP/1.1\r\n"
                           "Host: 169.254.170.2\r\n"
                           "Accept: */*\r\n"
                           "Connection: close\r\n\r\n");
    glift__text_free(&text);
}

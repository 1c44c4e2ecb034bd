/* SPDX-License-Identifier: Apache-2.0 */
/* URLs that scripts dial and fetch. */

#include "test.h"

#include "net_url.h"

static net_url url;
static char reason[512];

static bool parse(const char *text)
{
    reason[0] = '\0';
    return net_url_parse(&url, text, "ws://", reason, sizeof reason);
}

TEST(a_url_is_taken_apart)
{
    CHECK(parse("ws://127.0.0.1:20123/play?PlayerSessionId=psess-1"));
    CHECK_TEXT(url.host, "127.0.0.1");
    CHECK_INT(url.port, 20123);
    CHECK_TEXT(url.path, "/play?PlayerSessionId=psess-1");
}

TEST(port_and_path_have_defaults)
{
    CHECK(parse("ws://play.example"));
    CHECK_INT(url.port, 80);
    CHECK_TEXT(url.path, "/");
    CHECK(parse("ws://play.example?a=b"));
    CHECK_TEXT(url.path, "/?a=b");
    CHECK(parse("ws://play.example:1/?u=http://x:y"));
    CHECK_INT(url.port, 1);
}

TEST(another_scheme_is_named)
{
    CHECK(!parse("wss://play.example/"));
    CHECK_CONTAINS(reason, "\"wss://play.example/\" is not a URL that begins with ws://");
    CHECK(!parse(""));
}

TEST(what_is_no_host_or_no_port_is_refused)
{
    static const char *const bad[] = {"ws://", "ws:///path", "ws://:80/", "ws://host:/", "ws://host:0/",
            "ws://host:65536/", "ws://host:999999999999/", "ws://host:8x/", "ws://user@host/", "ws://ho st/",
            "ws://host/a\r\nEvil: 1", "ws://host/#part"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(!parse(bad[i]));
        CHECK_CONTAINS(reason, "is not of the form ws://host:port/path");
    }
}

TEST(what_is_too_long_is_refused_not_cut)
{
    char text[3000] = "ws://host/";
    size_t prefix = strlen(text), path = NET_MAX_URL - 1; /* without its slash */
    memset(text + prefix, 'a', path);
    CHECK(parse(text));
    CHECK_INT(strlen(url.path), NET_MAX_URL);
    text[prefix + path] = 'a';
    CHECK(!parse(text));
    CHECK_CONTAINS(reason, "longer than 2000 bytes");

    memset(text, 0, sizeof text);
    strcpy(text, "ws://");
    memset(text + strlen("ws://"), 'h', 256);
    CHECK(!parse(text));
}

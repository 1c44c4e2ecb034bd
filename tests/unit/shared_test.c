/* SPDX-License-Identifier: Apache-2.0 */
/* What gamelift-local and the arena share: who may talk to them, and lines that a terminal only shows. */
#include "printable.h"
#include "test.h"
#include "web_access.h"

/* ---- who may talk to us ---- */

static const char *const origins[] = {"https://play.example"};
static const web_access strict = {0}, lobby = {.origins = origins, .origin_count = 1, .address = "10.0.0.1"},
                        players = {.origins = origins,
                                .origin_count = 1,
                                .any_host = true,
                                .any_local_page = true};

TEST(only_names_of_this_machine_are_a_host)
{
    static const char *const ours[] = {"127.0.0.1", "localhost:9080", "[::1]:1", "LOCALHOST", "127.0.0.1:"};
    static const char *const foreign[] = {"", "evil.example", "127.0.0.1.evil.example",
            "localhost:1.evil.example", "localhost:80x", "10.0.0.1:80", "play.example"};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        CHECK_INT(web_judge(&strict, ours[i], ""), WEB_WELCOME);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        CHECK_INT(web_judge(&strict, foreign[i], ""), WEB_FOREIGN_HOST);
    CHECK_INT(web_judge(&lobby, "10.0.0.1:80", ""), WEB_WELCOME);
    CHECK_INT(web_judge(&lobby, "play.example", ""), WEB_WELCOME);
    CHECK_INT(web_judge(&lobby, "play.example.evil", ""), WEB_FOREIGN_HOST);
    CHECK_INT(web_judge(&players, "anything", ""), WEB_WELCOME);
}

TEST(only_the_programs_own_page_is_welcome)
{
    static const char *const foreign[] = {"null", "http://evil.example", "http://localhost:1",
            "http://localhost:800", "file://localhost:80", "http://127.0.0.1:80", "x"};
    CHECK_INT(web_judge(&strict, "localhost:80", "http://localhost:80"), WEB_WELCOME);
    CHECK_INT(web_judge(&strict, "localhost:80", "HTTPS://LOCALHOST:80"), WEB_WELCOME);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        CHECK_INT(web_judge(&strict, "localhost:80", foreign[i]), WEB_FOREIGN_PAGE);
        CHECK_INT(web_judge(&lobby, "localhost:80", foreign[i]), WEB_FOREIGN_PAGE);
    }
    CHECK_INT(web_judge(&lobby, "localhost:80", "https://play.example"), WEB_WELCOME);
}

/* A game server is joined from the page of a lobby, which has another port. */
TEST(a_door_for_players_takes_every_page_of_this_machine_and_no_name_of_its_own)
{
    CHECK_INT(web_judge(&players, "any.example", "http://localhost:8000"), WEB_WELCOME);
    CHECK_INT(web_judge(&players, "any.example", "https://play.example"), WEB_WELCOME);
    CHECK_INT(web_judge(&players, "evil.example", "http://evil.example"), WEB_FOREIGN_PAGE);
    CHECK_INT(web_judge(&players, "any.example", "http://localhost.evil.example"), WEB_FOREIGN_PAGE);
    CHECK_INT(web_judge(&players, "any.example", "http://10.0.0.1:8000"), WEB_FOREIGN_PAGE);
}

/* On the local network the lobby's page has the address of this machine, and a port of its own there too. */
TEST(a_door_for_players_takes_pages_of_the_address_that_it_is_bound_to)
{
    static const web_access bound = {.address = "10.0.0.1", .any_host = true, .any_local_page = true};
    static const char *const foreign[] = {"http://10.0.0.2:8000", "http://10.0.0.11:8000",
            "http://10.0.0.1.evil.example", "http://10.0.0.1:8000.evil.example",
            "http://10.0.0.1@evil.example"};
    CHECK_INT(web_judge(&bound, "10.0.0.1:20000", "http://10.0.0.1:8000"), WEB_WELCOME);
    CHECK_INT(web_judge(&bound, "10.0.0.1:20000", "http://localhost:8000"), WEB_WELCOME);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        CHECK_INT(web_judge(&bound, "10.0.0.1:20000", foreign[i]), WEB_FOREIGN_PAGE);
    CHECK_INT(web_judge(&lobby, "10.0.0.1:80", "http://10.0.0.1:81"), WEB_FOREIGN_PAGE);
}

TEST(names_can_be_added_to_those_that_are_a_host)
{
    static const char *const hosts[] = {"gamelift", "10.0.0.2"};
    static const web_access named = {.hosts = hosts, .host_count = 2};
    CHECK_INT(web_judge(&named, "gamelift:9080", ""), WEB_WELCOME);
    CHECK_INT(web_judge(&named, "GameLift", "http://gamelift"), WEB_WELCOME);
    CHECK_INT(web_judge(&named, "10.0.0.2:80", ""), WEB_WELCOME);
    CHECK_INT(web_judge(&named, "localhost", ""), WEB_WELCOME);
    CHECK_INT(web_judge(&named, "gamelift.evil.example", ""), WEB_FOREIGN_HOST);
    CHECK_INT(web_judge(&named, "gamelift:80", "http://gamelift:81"), WEB_FOREIGN_PAGE);
}

/* ---- lines for a terminal ---- */

TEST(nothing_but_text_reaches_a_terminal)
{
    static const struct {
        const char *given, *shown;
    } cases[] = {
            {"plain\ttext \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80 \xC2\xA0",
                    "plain\ttext \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80 \xC2\xA0"},
            {"\x1B[2J\x07\x7F\r\n", "?[2J????"},
            {"\xC2\x9B"
             "31m \xC2\x80\xC2\x9F",
                    "??31m ????"}, /* C1 in UTF-8 */
            {"\x9B"
             "31m \xFF \xC0\xAF \xED\xA0\x80 \xE2\x82",
                    "?31m ? ?? ??? ??"}, /* C1 alone, and no UTF-8 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[100];
        snprintf(text, sizeof text, "%s", cases[i].given);
        make_printable(text, strlen(text));
        CHECK_TEXT(text, cases[i].shown);
    }
    char zero[] = {'a', 0, 'b'};
    make_printable(zero, sizeof zero);
    CHECK(memcmp(zero, "a?b", 3) == 0);
}

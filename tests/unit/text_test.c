/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "base/text.h"

static bool is_utf8(const char *text)
{
    return glift__utf8_is_valid(text, strlen(text));
}

TEST(well_formed_utf8_passes)
{
    CHECK(is_utf8(""));
    CHECK(is_utf8("plain"));
    CHECK(is_utf8("\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
    CHECK(is_utf8("\xED\x9F\xBF\xEE\x80\x80")); /* the neighbours of the surrogates */
    CHECK(glift__utf8_is_valid("a\0b", 3));
}

TEST(malformed_utf8_does_not)
{
    static const char *const malformed[] = {
            "\x80",             /* a continuation without a lead */
            "\xC0\xAF",         /* overlong */
            "\xC1\xBF",         /* overlong */
            "\xE0\x9F\xBF",     /* overlong */
            "\xF0\x8F\xBF\xBF", /* overlong */
            "\xED\xA0\x80",     /* a surrogate */
            "\xF4\x90\x80\x80", /* past U+10FFFF */
            "\xF5\x80\x80\x80", /* past U+10FFFF */
            "\xFF",
            "\xC3",         /* cut off */
            "\xE2\x82",     /* cut off */
            "\xF0\x9F\x98", /* cut off */
            "\xC3(",        /* the second byte is no continuation */
            "\xE2(\xA1",
            "\xE2\x82(",
            "\xF0\x9F\x98(",
    };
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        char text[32];
        snprintf(text, sizeof text, "ok %s", malformed[i]);
        CHECK(!is_utf8(text));
    }
}

TEST(utf8_in_pieces_is_judged_as_in_one)
{
    static const char text[] = "ab\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xAE"
                               "0123456789abcdef0123456789abcdef012\xED\x9F\xBF";
    for (size_t cut = 0; cut < sizeof text; cut++) {
        glift__utf8 state = {0};
        CHECK(glift__utf8_take(&state, text, cut));
        CHECK((state.more == 0) == glift__utf8_is_valid(text, cut));
        CHECK(glift__utf8_take(&state, text + cut, sizeof text - cut));
        CHECK_INT(state.more, 0);
    }
    glift__utf8 state = {0};
    CHECK(glift__utf8_take(&state, "\xED", 1));
    CHECK(!glift__utf8_take(&state, "\xA0", 1)); /* the second byte of a surrogate */
}

/* P13 */
TEST(everything_but_unreserved_characters_is_percent_encoded)
{
    glift__text text = {0};
    CHECK_INT(glift__percent_encode("AZaz09-_.~", &text), GLIFT_OK);
    CHECK_TEXT(text.bytes, "AZaz09-_.~");
    CHECK_INT(glift__percent_encode("/ +%&=?#:@\"\xC3\xA9\n", &text), GLIFT_OK);
    CHECK_TEXT(text.bytes, "AZaz09-_.~%2F%20%2B%25%26%3D%3F%23%3A%40%22%C3%A9%0A");
    CHECK_INT(text.length, strlen(text.bytes));
    glift__text_free(&text);
    CHECK(text.bytes == NULL && text.length == 0);
}

TEST(an_appended_text_grows_and_stays_terminated)
{
    glift__text text = {0};
    CHECK_INT(glift__text_append(&text, "", 0), GLIFT_OK);
    CHECK_TEXT(text.bytes, "");
    CHECK_INT(glift__text_append(&text, "abcdef", 3), GLIFT_OK);
    CHECK_INT(glift__text_append(&text, "xyz", 3), GLIFT_OK);
    CHECK_TEXT(text.bytes, "abcxyz");
    CHECK_INT(text.length, 6);
    glift__text_free(&text);
    glift__text_free(&text);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json.h"
#include "wire/json_write.h"
#include "test.h"

#include <float.h>
#include <math.h>

static glift_status parse_status(const char *bytes, size_t length)
{
    glift__json *value;
    glift_status status = glift__json_parse(bytes, length, &value);
    CHECK((value != NULL) == (status == GLIFT_OK));
    glift__json_free(value);
    return status;
}

static glift__json *parsed(const char *text)
{
    glift__json *value;
    CHECK_INT(glift__json_parse(text, strlen(text), &value), GLIFT_OK);
    return value;
}

/* `before` so many times, `middle`, `behind` so many times. */
static glift_status repeated_status(const char *before, const char *middle, const char *behind, size_t times)
{
    size_t length = times * (strlen(before) + strlen(behind)) + strlen(middle);
    char *text = malloc(length + 1), *at = text;
    CHECK(text != NULL);
    for (size_t i = 0; i < times; i++)
        at += sprintf(at, "%s", before);
    at += sprintf(at, "%s", middle);
    for (size_t i = 0; i < times; i++)
        at += sprintf(at, "%s", behind);
    glift_status status = parse_status(text, length);
    free(text);
    return status;
}

TEST(values_lie_up_to_64_deep)
{
    CHECK_INT(repeated_status("[", "1", "]", GLIFT__JSON_MOST_DEPTH), GLIFT_OK);
    CHECK_INT(repeated_status("[", "1", "]", GLIFT__JSON_MOST_DEPTH + 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(repeated_status("{\"a\":", "{}", "}", GLIFT__JSON_MOST_DEPTH), GLIFT_ERR_ARGUMENT);
    CHECK_INT(repeated_status("[],", "0]", "", 1000), GLIFT_ERR_ARGUMENT);
    CHECK_INT(repeated_status("", "[\"[[[[\\\"[[[[\\\\\"]", "", 1), GLIFT_OK);
    CHECK_INT(repeated_status("\"[\\\"", "", "", 1000), GLIFT_ERR_ARGUMENT);
}

TEST(a_text_may_hold_any_number_of_brackets)
{
    enum { COUNT = 200000 };
    char *text = malloc(COUNT + 5);
    CHECK(text != NULL);
    memset(text, '[', COUNT + 4);
    memcpy(text + 1, "\"\\\"", 3);
    memcpy(text + COUNT + 2, "\"]", 2);
    CHECK_INT(parse_status(text, COUNT + 4), GLIFT_OK);
    CHECK_INT(parse_status(text, COUNT + 2), GLIFT_ERR_ARGUMENT);
    free(text);
}

TEST(a_document_has_up_to_100000_values)
{
    for (size_t more = 0; more < 2; more++) { /* the list is a value, too */
        size_t length = 2 * (GLIFT__JSON_MOST_VALUES - 1 + more) + 1;
        char *text = malloc(length);
        CHECK(text != NULL);
        for (size_t i = 0; i < length; i++)
            text[i] = i % 2 == 0 ? ',' : '0';
        text[0] = '[';
        text[length - 1] = ']';
        CHECK_INT(parse_status(text, length), more == 0 ? GLIFT_OK : GLIFT_ERR_ARGUMENT);
        free(text);
    }
}

/* P102 */
TEST(what_is_not_json_is_refused)
{
    static const char *const texts[] = {"", " ", "{", "{}x", "{} {}", "nul", "{\"a\":}", "{'a':1}",
            "{\"a\" 1}", "[1,]", "{\"a\":1,}", "\"open", "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
            "\"\\udc00\"", "+1", "\xFF"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CHECK_INT(parse_status(texts[i], strlen(texts[i])), GLIFT_ERR_ARGUMENT);
}

TEST(a_zero_byte_is_no_json_wherever_it_is)
{
    CHECK_INT(parse_status("{}\0", 3), GLIFT_ERR_ARGUMENT);
    CHECK_INT(parse_status("\0{}", 3), GLIFT_ERR_ARGUMENT);
    CHECK_INT(parse_status("{\"a\":\"x\0y\"}", 11), GLIFT_ERR_ARGUMENT);
}

TEST(bytes_that_are_not_utf8_are_refused)
{
    CHECK_INT(parse_status("{\"a\":\"\xC3\xA9\"}", 10), GLIFT_OK);
    CHECK_INT(parse_status("{\"a\":\"\xE9\"}", 9), GLIFT_ERR_ARGUMENT);
}

TEST(an_escaped_zero_becomes_a_replacement_character)
{
    glift__json *value = parsed("[\"psess-1\\u0000x\", \"\\\\u0000\", \"\\\\\\u0000\"]");
    const glift__json *item = glift__json_first(value);
    CHECK_TEXT(glift__json_text(item), "psess-1\xEF\xBF\xBDx");
    item = glift__json_next(item);
    CHECK_TEXT(glift__json_text(item), "\\u0000");
    item = glift__json_next(item);
    CHECK_TEXT(glift__json_text(item), "\\\xEF\xBF\xBD");
    glift__json_free(value);
}

TEST(nesting_that_would_exhaust_the_stack_is_refused)
{
    enum { DEPTH = 200000 };
    char *text = malloc(DEPTH);
    CHECK(text != NULL);
    memset(text, '[', DEPTH);
    CHECK_INT(parse_status(text, DEPTH), GLIFT_ERR_ARGUMENT);
    free(text);
}

TEST(the_first_of_two_equal_keys_counts_and_case_does)
{
    glift__json *value = parsed("{\"ACTION\":\"x\",\"Action\":\"first\",\"Action\":\"second\"}");
    CHECK_TEXT(glift__json_text(glift__json_get(value, "Action")), "first");
    CHECK(glift__json_get(value, "action") == NULL);
    glift__json_free(value);
}

TEST(an_absent_value_reads_as_absent_however_deep)
{
    const glift__json *nothing = glift__json_get(glift__json_get(NULL, "a"), "b");
    double number;
    int64_t integer;
    bool flag;
    CHECK(nothing == NULL);
    CHECK(glift__json_text(nothing) == NULL && glift__json_first(nothing) == NULL);
    CHECK(!glift__json_double(nothing, &number) && !glift__json_integer(nothing, &integer) &&
            !glift__json_bool(nothing, &flag) && !glift__json_is_object(nothing) &&
            !glift__json_is_array(nothing));
}

TEST(only_integral_numbers_up_to_2_53_are_integers)
{
    static const struct {
        const char *text;
        bool is;
        int64_t value;
    } cases[] = {
            {"0", true, 0},
            {"-0", true, 0},
            {"1722852000000", true, INT64_C(1722852000000)},
            {"9007199254740992", true, INT64_C(9007199254740992)},
            {"-9007199254740992", true, INT64_C(-9007199254740992)},
            {"9007199254740994", false, 0},
            {"1e300", false, 0},
            {"1e999", false, 0},
            {"0.5", false, 0},
            {"\"200\"", false, 0},
            {"true", false, 0},
            {"null", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        glift__json *value = parsed(cases[i].text);
        int64_t integer = 0;
        CHECK_INT(glift__json_integer(value, &integer), cases[i].is);
        if (cases[i].is)
            CHECK_INT(integer, cases[i].value);
        glift__json_free(value);
    }
}

TEST(an_int_is_read_only_where_it_fits)
{
    glift__json *value = parsed("{\"a\":2147483647,\"b\":2147483648,\"c\":-2147483648,\"d\":1.5}");
    CHECK_INT(glift__read_int(value, "a"), 2147483647);
    CHECK_INT(glift__read_int(value, "b"), 0);
    CHECK_INT(glift__read_int(value, "c"), -2147483647 - 1);
    CHECK_INT(glift__read_int(value, "d"), 0);
    CHECK_INT(glift__read_int64(value, "b"), INT64_C(2147483648));
    glift__json_free(value);
}

/* ---- writing ---- */

static void check_double(double value, bool with_fraction, const char *expected)
{
    glift__json_writer writer = glift__write_begin();
    glift__text text;
    char member[96];
    writer.with_fraction = with_fraction;
    glift__write_double(&writer, writer.root, "N", value);
    CHECK_INT(glift__write_end(&writer, 1000, &text), GLIFT_OK);
    snprintf(member, sizeof member, "{\"N\":%s}", expected);
    CHECK_TEXT(text.bytes, member);
    glift__text_free(&text);
}

/* P123 */
TEST(a_double_is_written_with_15_digits_or_as_many_as_it_takes)
{
    check_double(0, false, "0");
    check_double(10, false, "10");
    check_double(21.65, false, "21.65");
    check_double(0.1 + 0.2, false, "0.30000000000000004");
    check_double(1e21, false, "1e+21");
    check_double(-1.5e-9, false, "-1.5e-09");
    check_double(9007199254740992.0, false, "9007199254740992");
    check_double(9007199254740994.0, false, "9007199254740994");
    check_double(DBL_MAX, false, "1.7976931348623157e+308");
    check_double(5e-324, false, "4.94065645841247e-324");
}

TEST(a_double_is_written_with_a_fraction_where_asked)
{
    check_double(0, true, "0.0");
    check_double(-3, true, "-3.0");
    check_double(10.5, true, "10.5");
    check_double(1e21, true, "1.0e+21");
    check_double(-1.5e-9, true, "-1.5e-09");
}

TEST(doubles_read_back_as_the_same_bits)
{
    uint64_t state = UINT64_C(0x9E3779B97F4A7C15);
    for (int i = 0; i < 20000; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        double value, back;
        memcpy(&value, &state, sizeof value);
        if (!isfinite(value))
            continue;
        glift__json_writer writer = glift__write_begin();
        glift__text text;
        writer.with_fraction = i % 2 == 0;
        glift__write_double(&writer, writer.root, "N", value);
        CHECK_INT(glift__write_end(&writer, 1000, &text), GLIFT_OK);
        glift__json *read = parsed(text.bytes);
        CHECK(glift__json_double(glift__json_get(read, "N"), &back));
        CHECK(memcmp(&value, &back, sizeof value) == 0);
        glift__json_free(read);
        glift__text_free(&text);
    }
}

/* P53 */
TEST(a_number_that_json_cannot_hold_is_refused)
{
    static const double numbers[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        glift__json_writer writer = glift__write_begin();
        glift__text text;
        glift__write_double(&writer, writer.root, "N", numbers[i]);
        CHECK_INT(glift__write_end(&writer, 1000, &text), GLIFT_ERR_ARGUMENT);
        CHECK(text.bytes == NULL);
    }
}

TEST(integers_are_written_in_full)
{
    glift__json_writer writer = glift__write_begin();
    glift__text text;
    glift__write_int64(&writer, writer.root, "a", INT64_MAX);
    glift__write_int64(&writer, writer.root, "b", INT64_MIN);
    CHECK_INT(glift__write_end(&writer, 1000, &text), GLIFT_OK);
    CHECK_TEXT(text.bytes, "{\"a\":9223372036854775807,\"b\":-9223372036854775808}");
    glift__text_free(&text);
}

TEST(texts_are_escaped_as_json_wants)
{
    glift__json_writer writer = glift__write_begin();
    glift__text text;
    glift__write_text(&writer, writer.root, "a\"b", "q\" b\\ n\n u\x01 e\xC3\xA9 /");
    CHECK_INT(glift__write_end(&writer, 1000, &text), GLIFT_OK);
    CHECK_TEXT(text.bytes, "{\"a\\\"b\":\"q\\\" b\\\\ n\\n u\\u0001 e\xC3\xA9 /\"}");
    glift__text_free(&text);
}

/* As a key, and as a text. */
static void check_reads_back(const char *written)
{
    glift__json_writer writer = glift__write_begin();
    glift__text text;
    glift__write_text(&writer, writer.root, written, written);
    CHECK_INT(glift__write_end(&writer, 1000, &text), GLIFT_OK);
    glift__json *read = parsed(text.bytes);
    CHECK_TEXT(glift__json_text(glift__json_get(read, written)), written);
    glift__json_free(read);
    glift__text_free(&text);
}

TEST(every_character_of_ascii_reads_back_as_it_was_written)
{
    char written[0x80];
    for (int byte = 1; byte < 0x80; byte++)
        written[byte - 1] = (char)byte;
    written[0x7F] = '\0';
    for (const char *at = written; *at != '\0'; at++)
        check_reads_back(at);
}

/* Wherever in a text a byte is that has to be escaped, and whatever is beside it. */
TEST(escapes_are_found_at_every_place)
{
    static const char *const needing[] = {"\"", "\\", "\x01", "\x1F"}, *const beside[] = {
                                                                               "a", " ", "\xC3\xA9", "~"};
    for (size_t i = 0; i < sizeof needing / sizeof needing[0]; i++)
        for (size_t before = 0; before < 20; before++)
            for (size_t after = 0; after < 20; after++) {
                char written[128] = "";
                for (size_t n = 0; n < before; n++)
                    strcat(written, beside[(n + i) % 4]);
                strcat(written, needing[i]);
                for (size_t n = 0; n < after; n++)
                    strcat(written, beside[(n + before) % 4]);
                check_reads_back(written);
            }
}

/* Byte by byte, so that each size of the buffer is met exactly. */
TEST(a_text_grows_over_every_size)
{
    glift__json_writer writer = glift__write_begin();
    glift__text text;
    glift__json_place array = glift__write_array(&writer, writer.root, "a");
    for (int i = 0; i < 5000; i++)
        glift__write_int64(&writer, array, NULL, i % 10);
    CHECK_INT(glift__write_end(&writer, SIZE_MAX, &text), GLIFT_OK);
    CHECK_INT(text.length, strlen("{\"a\":[]}") + 2 * 5000 - 1);
    CHECK_INT(text.length, strlen(text.bytes));
    glift__text_free(&text);
}

TEST(what_is_written_further_out_ends_what_was_begun_inside)
{
    glift__json_writer writer = glift__write_begin();
    glift__text text;
    glift__json_place a = glift__write_object(&writer, writer.root, "a");
    glift__json_place b = glift__write_array(&writer, a, "b");
    glift__write_int64(&writer, b, NULL, 1);
    glift__json_place c = glift__write_object(&writer, b, NULL);
    glift__write_object(&writer, c, "empty");
    glift__write_null(&writer, c, "d");
    glift__write_array(&writer, glift__write_array(&writer, b, NULL), NULL);
    glift__write_bool(&writer, a, "e", true);
    glift__write_bool(&writer, writer.root, "f", false);
    glift__write_array(&writer, glift__write_object(&writer, writer.root, "g"), "h");
    CHECK_INT(glift__write_end(&writer, 1000, &text), GLIFT_OK);
    CHECK_TEXT(text.bytes,
            "{\"a\":{\"b\":[1,{\"empty\":{},\"d\":null},[[]]],\"e\":true},\"f\":false,\"g\":{\"h\":[]}}");
    CHECK_INT(text.length, strlen(text.bytes));
    glift__text_free(&text);
}

TEST(nothing_is_written_after_the_first_failure)
{
    glift__json_writer writer = glift__write_begin();
    glift__text text;
    glift__json_place inner = glift__write_object(&writer, writer.root, "a");
    glift__write_double(&writer, inner, "b", NAN);
    glift__write_text(&writer, glift__write_array(&writer, inner, "c"), NULL, "d");
    glift__write_int64(&writer, writer.root, "e", 1);
    CHECK_INT(glift__write_end(&writer, 1000, &text), GLIFT_ERR_ARGUMENT);
    CHECK(text.bytes == NULL);
    CHECK_INT(glift__write_end(&writer, 1000, &text), GLIFT_ERR_STATE);
}

TEST(a_text_that_is_not_utf8_is_refused)
{
    glift__json_writer writer = glift__write_begin();
    glift__text text;
    glift__write_text(&writer, writer.root, "a", "caf\xE9");
    CHECK_INT(glift__write_end(&writer, 1000, &text), GLIFT_ERR_ARGUMENT);
}

/* {"a":"..."} with as many bytes in all as asked. */
static glift_status write_sized(size_t bytes, size_t limit)
{
    glift__json_writer writer = glift__write_begin();
    glift__text text;
    char *filler = malloc(bytes);
    CHECK(filler != NULL);
    memset(filler, 'x', bytes);
    filler[bytes - strlen("{\"a\":\"\"}")] = '\0';
    glift__write_text(&writer, writer.root, "a", filler);
    glift_status status = glift__write_end(&writer, limit, &text);
    if (status == GLIFT_OK)
        CHECK_INT(text.length, bytes);
    glift__text_free(&text);
    free(filler);
    return status;
}

/* P7 */
TEST(the_limit_of_a_text_is_exact)
{
    CHECK_INT(write_sized(100, 100), GLIFT_OK);
    CHECK_INT(write_sized(101, 100), GLIFT_ERR_ARGUMENT);
    CHECK_INT(write_sized(1000, 100), GLIFT_ERR_ARGUMENT);
    CHECK_INT(write_sized(GLIFT_MAX_MESSAGE_LENGTH, GLIFT_MAX_MESSAGE_LENGTH), GLIFT_OK);
    CHECK_INT(write_sized(GLIFT_MAX_MESSAGE_LENGTH + 1, GLIFT_MAX_MESSAGE_LENGTH), GLIFT_ERR_ARGUMENT);
    for (size_t bytes = 500; bytes < 530; bytes++) /* around the first buffer */
        CHECK_INT(write_sized(bytes, SIZE_MAX), GLIFT_OK);
    CHECK_INT(write_sized(1000000, SIZE_MAX), GLIFT_OK);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 6455, clause by clause, for a client. Each stream is decoded in one piece, byte by byte and in random
 * pieces, and by the reference decoder; all must say the same. */
#include "ws_trace.h"
#include "ws_reference.h"
#include "test.h"

#define LIMIT 100000

/* ---- streams ---- */

#define FIN 0x80

static trace_buffer stream;
static const char *last_fault; /* the message of the fault that the last stream ended with, or NULL */

static void add(const void *bytes, size_t length)
{
    trace_append(&stream, bytes, length);
}

/* A head whose length is written in `size` bytes: 0 (in the second byte), 2 or 8. */
static void add_head(int first, int size, uint64_t length)
{
    uint8_t head[10] = {(uint8_t)first, (uint8_t)(size == 0 ? length : size == 2 ? 126 : 127)};
    for (int i = 0; i < size; i++)
        head[2 + i] = (uint8_t)(length >> 8 * (size - 1 - i));
    add(head, (size_t)size + 2);
}

static void add_bytes(int first, const void *payload, size_t length)
{
    add_head(first, length < 126 ? 0 : length <= UINT16_MAX ? 2 : 8, length);
    add(payload, length);
}

static void add_frame(int first, const char *payload)
{
    add_bytes(first, payload, strlen(payload));
}

static void add_close(int code, const char *reason)
{
    char payload[128] = {(char)(code >> 8), (char)code};
    size_t length = strlen(reason);
    memcpy(payload + 2, reason, length);
    add_bytes(FIN | 8, payload, length + 2);
}

/* ---- decoding ---- */

static void check_cut(const char *expected, uint64_t limit, trace_cut_fn cut, void *user)
{
    char *lines = ws_trace_of((uint8_t *)stream.bytes, stream.length, limit, cut, user, &last_fault);
    CHECK_TEXT(lines, expected);
    free(lines);
}

static void check_within(const char *expected, uint64_t limit)
{
    uint64_t seed = 88172645463325252u + stream.length;
    char *reference = ws_reference_of((uint8_t *)stream.bytes, stream.length, limit);
    CHECK_TEXT(reference, expected);
    free(reference);
    check_cut(expected, limit, trace_cut_by_ones, NULL);
    for (int i = 0; i < 8; i++)
        check_cut(expected, limit, trace_cut_random, &seed);
    check_cut(expected, limit, NULL, NULL);
    trace_free(&stream);
}

static void check_lines(const char *expected)
{
    check_within(expected, LIMIT);
}

/* A stream that ends in this fault, whose message has this in it. */
static void check_fault(const char *expected, const char *message)
{
    check_lines(expected);
    CHECK_CONTAINS(last_fault, message);
}

/* ---- framing (5.2) ---- */

TEST(a_text_of_every_length_form)
{
    static const size_t lengths[] = {
            0, 1, 7, 8, 31, 32, 33, 124, 125, 126, 127, 128, 400, 65535, 65536, 65537};
    static char payload[65537];
    memset(payload, '*', sizeof payload);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        trace_buffer expected = {0};
        add_bytes(FIN | 1, payload, lengths[i]);
        add_frame(FIN | 1, "next");
        trace_text(&expected, "text ");
        trace_bytes(&expected, payload, lengths[i]);
        trace_text(&expected, "\ntext next\n");
        check_lines(expected.bytes);
        trace_free(&expected);
    }
}

/* P3 */
TEST(a_binary_message_is_told_as_one_and_not_checked)
{
    add_frame(FIN | 2, "\xFF\xFE");
    add_frame(2, "\xC3");
    add_frame(FIN | 0, "(");
    add_frame(FIN | 1, "text");
    check_lines("binary \\xFF\\xFE\nbinary \\xC3(\ntext text\n");
}

TEST(a_length_that_is_not_the_shortest_form_is_a_fault)
{
    static const struct {
        int size;
        uint64_t length;
    } cases[] = {{2, 0}, {2, 1}, {2, 125}, {8, 0}, {8, 125}, {8, 126}, {8, 65535}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        add_frame(FIN | 1, "before");
        add_head(FIN | 1, cases[i].size, cases[i].length);
        check_fault("text before\nfault 1002\n", "shortest form");
    }
}

TEST(a_length_with_the_highest_bit_is_a_fault)
{
    add_head(FIN | 1, 8, UINT64_C(1) << 63);
    check_fault("fault 1002\n", "highest bit");
    add_head(FIN | 1, 8, UINT64_MAX);
    check_fault("fault 1002\n", "highest bit");
}

TEST(a_reserved_bit_is_a_fault_in_every_kind_of_frame)
{
    static const int kinds[] = {0, 1, 2, 8, 9, 10};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (int bits = 1; bits < 8; bits++) {
            if (kinds[i] == 0)
                add_frame(1, "start");
            add_frame(FIN | bits << 4 | kinds[i], "");
            check_fault("fault 1002\n", "reserved bit");
        }
}

TEST(an_unknown_kind_of_frame_is_a_fault)
{
    static const int kinds[] = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        add_frame(FIN | 9, "before");
        add_frame(FIN | kinds[i], "");
        add_frame(FIN | 9, "after");
        check_fault("ping before\nfault 1002\n", "unknown kind");
        add_frame(kinds[i], "not final");
        check_fault("fault 1002\n", "unknown kind");
    }
}

TEST(a_masked_frame_from_a_server_is_a_fault)
{
    static const char frame[] = {
            (char)0x81, (char)0x85, 1, 2, 3, 4, 'h' ^ 1, 'e' ^ 2, 'l' ^ 3, 'l' ^ 4, 'o' ^ 1};
    static const char empty_ping[] = {(char)0x89, (char)0x80, 0, 0, 0, 0};
    add_frame(FIN | 1, "fine");
    add(frame, sizeof frame);
    check_fault("text fine\nfault 1002\n", "masked");
    add(empty_ping, sizeof empty_ping);
    check_fault("fault 1002\n", "masked");
}

TEST(a_stream_that_ends_inside_a_frame_says_what_has_come)
{
    add_frame(FIN | 1, "whole");
    add_head(FIN | 1, 0, 10);
    add("half", 4);
    check_lines("text whole\nopen text half\n");
    add_head(FIN | 1, 8, 70000);
    stream.length -= 3;
    check_lines("");
    add_head(FIN | 9, 0, 5);
    add("half", 4);
    check_lines("");
}

/* ---- control frames (5.5) ---- */

TEST(pings_and_pongs_are_told_with_their_payload)
{
    static char longest[126];
    char expected[200];
    memset(longest, 'p', 125);
    snprintf(expected, sizeof expected, "ping \nping hello\npong \npong \\x00\\xFF\nping %s\n", longest);
    add_frame(FIN | 9, "");
    add_frame(FIN | 9, "hello");
    add_frame(FIN | 10, "");
    add_bytes(FIN | 10, "\0\xFF", 2);
    add_frame(FIN | 9, longest);
    check_lines(expected);
}

TEST(a_control_frame_of_more_than_125_bytes_is_a_fault)
{
    static char payload[126];
    static const int kinds[] = {8, 9, 10};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        add_bytes(FIN | kinds[i], payload, sizeof payload);
        check_fault("fault 1002\n", "125");
        add_head(FIN | kinds[i], 8, 100000);
        check_fault("fault 1002\n", "125");
    }
}

TEST(a_fragmented_control_frame_is_a_fault)
{
    static const int kinds[] = {8, 9, 10};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        add_frame(kinds[i], "half");
        add_frame(FIN | 0, "rest");
        check_fault("fault 1002\n", "fragmented");
    }
}

/* ---- fragmentation (5.4) ---- */

/* P4 */
TEST(fragments_are_put_together)
{
    add_frame(1, "a");
    add_frame(0, "b");
    add_frame(0, "");
    add_frame(FIN | 0, "c");
    add_frame(2, "");
    add_frame(FIN | 0, "");
    add_frame(FIN | 1, "d");
    check_lines("text abc\nbinary \ntext d\n");
}

TEST(control_frames_come_between_fragments)
{
    add_frame(1, "a");
    add_frame(FIN | 9, "1");
    add_frame(FIN | 10, "2");
    add_frame(0, "b");
    add_frame(FIN | 9, "3");
    add_frame(FIN | 0, "c");
    check_lines("ping 1\npong 2\nping 3\ntext abc\n");
}

TEST(a_close_between_fragments_ends_the_stream)
{
    add_frame(1, "a");
    add_close(1001, "");
    add_frame(FIN | 0, "b");
    check_lines("close 1001 \n");
}

TEST(a_continuation_of_nothing_is_a_fault)
{
    add_frame(FIN | 0, "x");
    check_fault("fault 1002\n", "continuation of no message");
    add_frame(0, "x");
    check_fault("fault 1002\n", "continuation of no message");
    add_frame(1, "a");
    add_frame(FIN | 0, "b");
    add_frame(FIN | 0, "c");
    check_fault("text ab\nfault 1002\n", "continuation of no message");
}

TEST(a_message_inside_an_unfinished_one_is_a_fault)
{
    for (int kind = 1; kind <= 2; kind++) {
        add_frame(1, "a");
        add_frame(FIN | 9, "");
        add_frame(FIN | kind, "b");
        check_fault("ping \nfault 1002\n", "inside an unfinished one");
        add_frame(2, "a");
        add_frame(kind, "b");
        check_fault("fault 1002\n", "inside an unfinished one");
    }
}

/* ---- UTF-8 (8.1) ---- */

static const char *const well_formed[] = {
        "\xCE\xBA\xCF\x8C\xCF\x83\xCE\xBC\xCE\xB5", /* Greek */
        "\x7F \xC2\x80 \xDF\xBF \xE0\xA0\x80",      /* the ends of each length */
        "\xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF",
        "\xED\x9F\xBF \xEE\x80\x80",                        /* the neighbours of the surrogates */
        "\xEF\xBF\xBD \xEF\xB7\x90 \xF0\x9F\xBF\xBE",       /* the replacement character, non-characters */
        "0123456789abcdef0123456789abcdef\xF0\x9F\x8E\xAE", /* behind whole words of ASCII */
        "0123456\xC3\xA9"
        "0123456789abcdef0123456789abcde\xE2\x82\xAC",
};

static const char *const malformed[] = {
        "\x80",
        "\xBF",
        "\x80\xBF\x80", /* continuations alone */
        "\xC0\x80",
        "\xC0\xAF",
        "\xC1\xBF",
        "\xE0\x80\xAF",
        "\xE0\x9F\xBF", /* overlong */
        "\xF0\x80\x80\xAF",
        "\xF0\x8F\xBF\xBF",
        "\xF8\x88\x80\x80\x80",
        "\xFC\x84\x80\x80\x80\x80",
        "\xED\xA0\x80",
        "\xED\xAF\xBF",
        "\xED\xB0\x80",
        "\xED\xBF\xBF",
        "\xED\xA0\x80\xED\xB0\x80", /* surrogates */
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xF7\xBF\xBF\xBF", /* past U+10FFFF */
        "\xFE",
        "\xFF",
        "\xFE\xFE\xFF\xFF",
        "\xC3(",
        "\xE2(\xA1",
        "\xE2\x82(",
        "\xF0(\x8C\xBC",
        "\xF0\x90(\xBC",
        "\xF0\x9F\x98(", /* broken off */
        "\xC3\xC3\xA9",
        "\xE2\x82\xE2\x82\xAC",
        "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xED\xA0\x80"
        "edited",
};

/* In one frame, and with a frame for every byte, each of which may be followed by a ping. */
static void add_text(const char *text, bool in_bytes, bool with_pings)
{
    size_t length = strlen(text);
    for (size_t i = 0; in_bytes && i < length; i++) {
        add_bytes((i == length - 1 ? FIN : 0) | (i == 0 ? 1 : 0), text + i, 1);
        if (with_pings && i < length - 1)
            add_frame(FIN | 9, "");
    }
    if (!in_bytes)
        add_frame(FIN | 1, text);
}

TEST(well_formed_text_passes_however_it_is_cut)
{
    for (size_t i = 0; i < sizeof well_formed / sizeof well_formed[0]; i++)
        for (int in_bytes = 0; in_bytes < 2; in_bytes++) {
            trace_buffer expected = {0};
            trace_text(&expected, "text ");
            trace_bytes(&expected, well_formed[i], strlen(well_formed[i]));
            trace_text(&expected, "\n");
            add_text(well_formed[i], in_bytes != 0, false);
            check_lines(expected.bytes);
            trace_free(&expected);
        }
}

TEST(malformed_text_is_a_fault_however_it_is_cut)
{
    static const char *const before[] = {"", "ok", "0123456789abcdef0123456789abcdef0123456"};
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
        for (size_t j = 0; j < sizeof before / sizeof before[0]; j++)
            for (int in_bytes = 0; in_bytes < 2; in_bytes++) {
                char text[80];
                snprintf(text, sizeof text, "%s%s end", before[j], malformed[i]);
                add_text(text, in_bytes != 0, false);
                check_fault("fault 1007\n", "UTF-8");
            }
}

TEST(a_text_that_ends_inside_a_character_is_a_fault)
{
    static const char *const cut_off[] = {"\xC3", "\xE2", "\xE2\x82", "\xF0", "\xF0\x9F", "\xF0\x9F\x98"};
    for (size_t i = 0; i < sizeof cut_off / sizeof cut_off[0]; i++) {
        add_text(cut_off[i], false, false);
        check_fault("fault 1007\n", "inside a character");
        add_frame(1, cut_off[i]);
        add_frame(FIN | 0, "");
        check_fault("fault 1007\n", "inside a character");
    }
}

TEST(a_control_frame_inside_a_character_changes_nothing)
{
    add_text("\xF0\x9F\x8E\xAE", true, true);
    check_lines("ping \nping \nping \ntext \\xF0\\x9F\\x8E\\xAE\n");
}

TEST(text_is_judged_before_it_is_whole)
{
    add_head(FIN | 1, 2, 1000);
    add("abc\xED\xA0", 5);
    check_fault("fault 1007\n", "UTF-8");
    add_frame(1, "abc\xFF");
    check_fault("fault 1007\n", "UTF-8");
}

TEST(a_new_text_is_judged_afresh_after_a_binary_message)
{
    add_frame(FIN | 2, "\xF0\x9F");
    add_frame(FIN | 1, "\xC3\xA9");
    check_lines("binary \\xF0\\x9F\ntext \\xC3\\xA9\n");
}

/* ---- closing (5.5.1, 7) ---- */

TEST(a_close_without_a_code_is_1005)
{
    add_frame(FIN | 8, "");
    check_lines("close 1005 \n");
}

TEST(a_close_may_have_a_reason)
{
    static char longest[124];
    char expected[200];
    memset(longest, 'r', 123);
    snprintf(expected, sizeof expected, "close 1000 %s\n", longest);
    add_close(1000, longest);
    check_lines(expected);
    add_close(1001, "going away \xE2\x82\xAC");
    check_lines("close 1001 going away \\xE2\\x82\\xAC\n");
}

TEST(half_a_code_is_a_fault)
{
    add_bytes(FIN | 8, "\x03", 1);
    check_fault("fault 1002\n", "half a code");
}

TEST(every_code_that_may_be_sent_is_taken_and_no_other)
{
    for (int code = 0; code <= 65535; code += code < 5100 || code > 65400 ? 1 : 97) {
        bool is_allowed = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                          (code >= 3000 && code <= 4999);
        char expected[32];
        snprintf(expected, sizeof expected, is_allowed ? "close %d \n" : "fault 1002\n", code);
        add_close(code, "");
        char *lines = ws_trace_of((uint8_t *)stream.bytes, stream.length, LIMIT, NULL, NULL, &last_fault);
        CHECK_TEXT(lines, expected);
        CHECK(is_allowed == (last_fault == NULL));
        free(lines);
        trace_free(&stream);
    }
}

TEST(a_reason_that_is_not_utf8_is_a_fault)
{
    add_close(1000, "\xFF");
    check_fault("fault 1007\n", "reason");
    add_close(1000, "cut off \xE2\x82");
    check_fault("fault 1007\n", "reason");
}

TEST(nothing_is_told_after_a_close_or_a_fault)
{
    add_close(1000, "");
    add_frame(FIN | 1, "late");
    add_close(1000, "");
    check_lines("close 1000 \n");
    add_frame(FIN | 3, "");
    add_frame(FIN | 1, "late");
    check_lines("fault 1002\n");
}

/* ---- limits ---- */

TEST(a_message_of_the_limit_passes_and_one_byte_more_is_a_fault)
{
    add_frame(FIN | 1, "0123456789");
    check_within("text 0123456789\n", 10);
    add_frame(FIN | 1, "0123456789x");
    check_within("fault 1009\n", 10);
    CHECK_CONTAINS(last_fault, "longer than the limit");
    add_frame(1, "01234");
    add_frame(0, "56789");
    add_frame(FIN | 0, "");
    add_frame(1, "01234");
    add_frame(0, "56789");
    add_frame(FIN | 0, "x");
    check_within("text 0123456789\nfault 1009\n", 10);
}

TEST(the_limit_is_that_of_each_message_and_not_of_control_frames)
{
    add_frame(FIN | 1, "0123456789");
    add_frame(FIN | 2, "0123456789");
    add_frame(1, "01234");
    add_frame(FIN | 9, "longer than the limit");
    add_frame(FIN | 0, "56789");
    check_within("text 0123456789\nbinary 0123456789\nping longer than the limit\ntext 0123456789\n", 10);
}

TEST(the_head_of_a_frame_that_is_too_long_is_enough)
{
    add_head(FIN | 1, 8, INT64_MAX);
    check_within("fault 1009\n", 10);
    add_frame(1, "x");
    add_head(FIN | 0, 8, INT64_MAX);
    check_within("fault 1009\n", INT64_MAX);
    add_frame(1, "x");
    add_head(FIN | 0, 8, INT64_MAX);
    add("y", 1);
    check_within("open text xy\n", UINT64_MAX);
}

/* ---- how it is asked ---- */

TEST(a_message_is_told_as_it_comes)
{
    glift__ws_decoder decoder;
    glift__ws_decoder_init(&decoder, LIMIT);
    const uint8_t *bytes = (const uint8_t *)"\x81\x05"
                                            "he";
    size_t length = 4;
    glift__ws_event event = glift__ws_decoder_next(&decoder, &bytes, &length);
    CHECK_INT(event.kind, GLIFT__WS_EVENT_PART);
    CHECK(event.length == 2 && event.is_text && event.is_first && !event.is_last);
    CHECK_INT(glift__ws_decoder_next(&decoder, &bytes, &length).kind, GLIFT__WS_EVENT_MORE);
    bytes = (const uint8_t *)"llo\x8A\x00\x81";
    length = 6;
    event = glift__ws_decoder_next(&decoder, &bytes, &length);
    CHECK(event.length == 3 && event.is_text && !event.is_first && event.is_last);
    CHECK_INT(length, 3);
    CHECK_INT(glift__ws_decoder_next(&decoder, &bytes, &length).kind, GLIFT__WS_EVENT_PONG);
    CHECK_INT(glift__ws_decoder_next(&decoder, &bytes, &length).kind, GLIFT__WS_EVENT_MORE);
    CHECK_INT(length, 0);
}

TEST(no_bytes_are_no_event)
{
    glift__ws_decoder decoder;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    glift__ws_decoder_init(&decoder, LIMIT);
    CHECK_INT(glift__ws_decoder_next(&decoder, &bytes, &length).kind, GLIFT__WS_EVENT_MORE);
    const uint8_t *fault = (const uint8_t *)"\xFF\x00 more";
    length = 7;
    CHECK_INT(glift__ws_decoder_next(&decoder, &fault, &length).kind, GLIFT__WS_EVENT_FAULT);
    CHECK_INT(glift__ws_decoder_next(&decoder, &fault, &length).kind, GLIFT__WS_EVENT_MORE);
    CHECK_INT(length, 0);
    CHECK_INT(glift__ws_decoder_next(&decoder, &bytes, &length).kind, GLIFT__WS_EVENT_MORE);
}

/* ---- random streams ---- */

static uint64_t random_state = 1;

static uint32_t below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32) % limit;
}

/* Text of characters of every size. */
static size_t random_text(char *out, size_t least)
{
    static const char *const pieces[] = {"a", "{\"Action\":\"x\"}", "0123456789abcdef", "\xC3\xA9",
            "\xE2\x82\xAC", "\xF0\x9F\x8E\xAE", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"};
    out[0] = '\0';
    while (strlen(out) < least)
        strcat(out, pieces[below(sizeof pieces / sizeof pieces[0])]);
    return strlen(out);
}

/* One message in random fragments with control frames between them, as the server side of the encoder. */
static void add_random_message(const char *payload, size_t length, int kind, trace_buffer *expected)
{
    size_t at = 0;
    trace_buffer line = {0};
    trace_text(&line, kind == 1 ? "text " : "binary ");
    trace_bytes(&line, payload, length);
    for (bool is_first = true, is_last = false; !is_last; is_first = false) {
        size_t part = below(4) == 0 ? length - at : below((uint32_t)(length - at) + 1);
        is_last = at + part == length && below(3) != 0;
        add_bytes((is_last ? FIN : 0) | (is_first ? kind : 0), payload + at, part);
        at += part;
        if (!is_last && below(4) == 0) {
            add_frame(FIN | 9, "between");
            trace_text(expected, "ping between\n");
        }
    }
    trace_text(&line, "\n");
    trace_append(expected, line.bytes, line.length);
    trace_free(&line);
}

TEST(random_messages_come_out_as_they_went_in)
{
    for (int round = 0; round < 200; round++) {
        trace_buffer expected = {0};
        for (uint32_t i = below(6) + 1; i > 0; i--) {
            char payload[700];
            size_t length = random_text(payload, below(600));
            add_random_message(payload, length, below(3) == 0 ? 2 : 1, &expected);
        }
        check_lines(expected.bytes);
        trace_free(&expected);
    }
}

/* A stream of frames with some bytes changed. */
static void add_broken_stream(void)
{
    for (uint32_t i = below(8) + 1; i > 0; i--) {
        char payload[200];
        int kind = (int)below(12) - 1;
        size_t length = random_text(payload, below(160));
        add_bytes((below(3) != 0 ? FIN : 0) | (kind < 0 ? (int)below(256) : kind), payload, length);
    }
    for (uint32_t i = below(3); i > 0; i--)
        stream.bytes[below((uint32_t)stream.length)] ^= (char)(1 << below(8));
    if (below(4) == 0)
        stream.length = below((uint32_t)stream.length + 1);
}

TEST(random_streams_are_the_same_in_any_split_and_for_the_reference)
{
    for (int round = 0; round < 3000; round++) {
        add_broken_stream();
        uint64_t limit = below(3) == 0 ? below(300) : LIMIT;
        char *expected = ws_reference_of((uint8_t *)stream.bytes, stream.length, limit);
        check_within(expected, limit);
        free(expected);
    }
}

/* ---- what we write ---- */

/* Undone, the mask leaves the frame of a server. */
static void unmask(unsigned char *frame, size_t size)
{
    size_t head = (frame[1] & 127) == 126 ? 4 : 2;
    unsigned char mask[4];
    memcpy(mask, frame + head, 4);
    for (size_t i = head + 4; i < size; i++)
        frame[i] ^= mask[(i - head) % 4];
    memmove(frame + head, frame + head + 4, size - head - 4);
    frame[1] &= 127;
}

static void add_written(unsigned char *frame, size_t size)
{
    CHECK(frame[1] & 128);
    unmask(frame, size);
    add(frame, size - 4);
}

TEST(what_the_encoder_writes_is_read_back)
{
    static const size_t lengths[] = {0, 1, 2, 3, 4, 5, 8, 9, 125, 126, 127, 32767, 32768};
    static unsigned char frame[GLIFT__WS_MAX_HEADER + GLIFT__WS_MAX_PAYLOAD];
    static char payload[GLIFT__WS_MAX_PAYLOAD];
    static const uint8_t mask[4] = {0x12, 0x00, 0xFF, 0x9A};
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (char)('a' + i % 26);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        trace_buffer expected = {0};
        trace_text(&expected, "text ");
        trace_bytes(&expected, payload, lengths[i]);
        trace_text(&expected, "\n");
        add_written(frame, glift__ws_frame(frame, GLIFT__WS_TEXT, true, payload, lengths[i], mask));
        check_lines(expected.bytes);
        size_t half = lengths[i] / 2, rest = lengths[i] - half;
        add_written(frame, glift__ws_frame(frame, GLIFT__WS_TEXT, false, payload, half, mask));
        add_written(frame, glift__ws_frame(frame, GLIFT__WS_CONTINUATION, true, payload + half, rest, mask));
        check_lines(expected.bytes);
        trace_free(&expected);
    }
}

TEST(the_control_frames_of_the_encoder_are_read_back)
{
    static const uint8_t mask[4] = {0x12, 0x00, 0xFF, 0x9A};
    unsigned char frame[GLIFT__WS_MAX_HEADER + GLIFT__WS_MAX_CONTROL];
    add_written(frame, glift__ws_control_frame(frame, GLIFT__WS_PING, "", 0, mask));
    add_written(frame, glift__ws_control_frame(frame, GLIFT__WS_PONG, "\0 pong", 6, mask));
    add_written(frame, glift__ws_frame(frame, GLIFT__WS_BINARY, true, "\xFF", 1, mask));
    add_written(frame, glift__ws_close_frame(frame, GLIFT__WS_CODE_NO_MEMORY, mask));
    check_lines("ping \npong \\x00 pong\nbinary \\xFF\nclose 1011 \n");
    add_written(frame, glift__ws_close_frame(frame, GLIFT__WS_CODE_NONE, mask));
    check_lines("close 1005 \n");
}

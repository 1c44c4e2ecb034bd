/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/statsd.h"
#include "test.h"

#include <locale.h>

static const char *written(const glift__statsd_line *line)
{
    static char text[4096];
    size_t length = glift__statsd_write(line, text, sizeof text);
    CHECK_INT(length, strlen(text));
    return text;
}

static const char *number(double value)
{
    static char text[GLIFT__STATSD_NUMBER_SIZE];
    glift__statsd_number(value, text);
    return text;
}

/* ---- P168: the line ---- */

TEST(P168_a_line_is_name_value_and_type)
{
    glift__statsd_line line = {
            .kind = GLIFT_METRIC_GAUGE, .name = "server_up", .suffix = "", .value = 1, .sample_rate = 1};
    CHECK_TEXT(written(&line), "server_up:1|g");
    line.kind = GLIFT_METRIC_COUNTER;
    CHECK_TEXT(written(&line), "server_up:1|c");
    line.kind = GLIFT_METRIC_TIMER;
    CHECK_TEXT(written(&line), "server_up:1|ms");
}

TEST(P168_rate_and_tags_follow_in_this_order)
{
    const glift_metric_tag global[] = {{"process_pid", "4242"}}, own[] = {{"map", "dust"}, {"mode", ""}};
    const glift__statsd_line line = {.kind = GLIFT_METRIC_COUNTER,
            .name = "server.requests",
            .suffix = "",
            .value = 3,
            .sample_rate = 0.5,
            .global = {global, 1},
            .own = {own, 2}};
    CHECK_TEXT(written(&line), "server.requests:3|c|@0.5|#process_pid:4242,map:dust,mode:");
}

TEST(P168_numbers_are_decimal_in_every_locale)
{
    static const char *const with_comma[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "C"};
    for (int i = 0; setlocale(LC_NUMERIC, with_comma[i]) == NULL;)
        i++;
    CHECK_TEXT(number(0), "0");
    CHECK_TEXT(number(-0.0), "0");
    CHECK_TEXT(number(1), "1");
    CHECK_TEXT(number(16.666666667), "16.666667");
    CHECK_TEXT(number(0.05), "0.05");
    CHECK_TEXT(number(-12.5), "-12.5");
    CHECK_TEXT(number(0.9999996), "1");
    CHECK_TEXT(number(-0.0000001), "0");
    CHECK_TEXT(number(1e15), "1000000000000000");
    CHECK_TEXT(number(1e300), "18000000000000000000");
    setlocale(LC_NUMERIC, "C");
}

TEST(a_line_without_room_says_how_long_it_is_and_writes_no_further)
{
    char text[] = "................";
    const glift__statsd_line line = {
            .kind = GLIFT_METRIC_GAUGE, .name = "server_up", .suffix = ".max", .value = 1, .sample_rate = 1};
    CHECK_INT(glift__statsd_write(&line, text, 8), strlen("server_up.max:1|g"));
    CHECK_TEXT(text, "server_");
    CHECK(text[8] == '.');
}

/* ---- P170: a sign alone is a change in StatsD ---- */

TEST(P170_a_negative_gauge_is_set_to_0_first)
{
    const glift_metric_tag own[] = {{"a", "b"}};
    glift__statsd_line line = {.kind = GLIFT_METRIC_GAUGE,
            .name = "k",
            .suffix = "",
            .value = -10,
            .sample_rate = 1,
            .own = {own, 1}};
    CHECK_TEXT(written(&line), "k:0|g|#a:b\nk:-10|g|#a:b");
    line.value = -0.0000001; /* which is written as 0 */
    CHECK_TEXT(written(&line), "k:0|g|#a:b");
}

/* ---- P174, P175: tags ---- */

static const char *of_length(char c, size_t length)
{
    static char text[256];
    memset(text, c, length);
    text[length] = '\0';
    return text;
}

TEST(P174_keys_begin_with_a_letter_and_have_up_to_200_bytes)
{
    CHECK(glift__statsd_is_key("a"));
    CHECK(glift__statsd_is_key("Key_1-x.y/z"));
    CHECK(glift__statsd_is_key(of_length('k', 200)));
    CHECK(!glift__statsd_is_key(of_length('k', 201)));
    static const char *const wrong[] = {
            "", "1a", "_a", "a:b", "a b", "a|b", "a,b", "a#b", "a\nb", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(!glift__statsd_is_key(wrong[i]));
    CHECK(!glift__statsd_is_key(NULL));
}

TEST(P174_values_may_be_empty_or_hold_a_colon)
{
    CHECK(glift__statsd_is_value(""));
    CHECK(glift__statsd_is_value("arn:aws:gamelift:us-west-2::gamesession/fleet-1/gsess-1"));
    CHECK(glift__statsd_is_value("1_-./:"));
    CHECK(glift__statsd_is_value(of_length('v', 200)));
    CHECK(!glift__statsd_is_value(of_length('v', 201)));
    static const char *const wrong[] = {"a b", "a|b", "a,b", "a#b", "a@b", "a\nb", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(!glift__statsd_is_value(wrong[i]));
    CHECK(!glift__statsd_is_value(NULL));
}

TEST(P175_a_global_tag_wins_over_the_metrics_own)
{
    const glift_metric_tag global[] = {{"map", "global"}, {"mode", "duel"}},
                           own[] = {{"map", "own"}, {"team", "red"}};
    const glift__statsd_line line = {.kind = GLIFT_METRIC_GAUGE,
            .name = "k",
            .suffix = "",
            .value = 1,
            .sample_rate = 1,
            .global = {global, 2},
            .own = {own, 2}};
    CHECK_TEXT(written(&line), "k:1|g|#map:global,mode:duel,team:red");
}

/* ---- P172: datagrams ---- */

TEST(P172_lines_share_a_datagram_up_to_its_size)
{
    char bytes[11] = "";
    glift__packet packet = {bytes, 9, 0};
    CHECK_INT(glift__packet_add(&packet, "a:1|g", 5), GLIFT__PACKET_TAKEN);
    CHECK_INT(glift__packet_add(&packet, "b:1|g", 5), GLIFT__PACKET_FULL);
    CHECK_INT(glift__packet_add(&packet, "abc", 3), GLIFT__PACKET_TAKEN);
    CHECK_INT(packet.length, 9);
    CHECK_TEXT(bytes, "a:1|g\nabc");
    CHECK_INT(glift__packet_add(&packet, "", 0), GLIFT__PACKET_FULL);
}

TEST(P172_a_line_that_fits_no_datagram_is_told_apart_from_one_that_has_to_wait)
{
    char bytes[8];
    glift__packet packet = {bytes, 5, 0};
    CHECK_INT(glift__packet_add(&packet, "a:10|g", 6), GLIFT__PACKET_TOO_LONG);
    CHECK_INT(glift__packet_add(&packet, "a:1|g", 5), GLIFT__PACKET_TAKEN);
    CHECK_INT(glift__packet_add(&packet, "a:10|g", 6), GLIFT__PACKET_TOO_LONG);
    CHECK_INT(glift__packet_add(&packet, "a:1|g", 5), GLIFT__PACKET_FULL);
}

/* ---- P176, P177: derived values ---- */

static bool is_near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

TEST(P176_a_percentile_lies_between_its_neighbours)
{
    const double four[] = {10, 20, 30, 40}, one[] = {7};
    CHECK(is_near(glift__percentile(four, 4, 0.5), 25));
    CHECK(is_near(glift__percentile(four, 4, 0.9), 37));
    CHECK(is_near(glift__percentile(four, 4, 0.001), 10.03));
    CHECK(is_near(glift__percentile(four, 4, 1), 40));
    CHECK(is_near(glift__percentile(one, 1, 0.5), 7));
    CHECK(is_near(glift__percentile(one, 1, 1), 7));
}

TEST(P177_percentiles_have_one_decimal_where_they_need_it)
{
    char suffix[GLIFT__PERCENTILE_SUFFIX_SIZE];
    static const struct {
        unsigned tenths;
        const char *suffix;
    } all[] = {{500, ".p50"}, {900, ".p90"}, {990, ".p99"}, {999, ".p99.9"}, {1, ".p0.1"}, {1000, ".p100"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        glift__percentile_suffix(all[i].tenths, suffix);
        CHECK_TEXT(suffix, all[i].suffix);
    }
}

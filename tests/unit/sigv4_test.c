/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/sigv4.h"
#include "test.h"

#include <time.h>

#define AUGUST_5_2024_10H INT64_C(1722852000)

static const char *const connect_names[] = {"pID", "ComputeId", "FleetId"};
static const char *const connect_values[] = {"test-process", "test-compute", "fleet-1234"};

static glift__sigv4_input connect_input(void)
{
    return (glift__sigv4_input){
            .region = "us-west-2",
            .access_key = "testAccessKey",
            .secret_key = "testSecretKey",
            .names = connect_names,
            .values = connect_values,
            .count = 3,
            .unix_s = AUGUST_5_2024_10H,
    };
}

static glift__sigv4_output signed_output(const glift__sigv4_input *input)
{
    glift__sigv4_output out;
    const char *message;
    CHECK_INT(glift__sigv4_sign(input, &out, &message), GLIFT_OK);
    CHECK_TEXT(message, "");
    return out;
}

static glift__sigv4_input two_parameters(int64_t unix_s)
{
    static const char *const names[] = {"param1", "param2"}, *const values[] = {"value1", "value2"};
    glift__sigv4_input input = connect_input();
    input.region = "us-east-1";
    input.names = names;
    input.values = values;
    input.count = 2;
    input.unix_s = unix_s;
    return input;
}

/* P20, P21, P22 */
TEST(vector_a_is_signed_as_published)
{
    glift__sigv4_input input = two_parameters(AUGUST_5_2024_10H);
    glift__sigv4_output out = signed_output(&input);
    CHECK_TEXT(out.date_time, "20240805T100000Z");
    CHECK_TEXT(out.credential, "testAccessKey/20240805/us-east-1/gamelift/aws4_request");
    CHECK_TEXT(out.signature, "2601fe291f4b43a63f6ffb0e1d9085a1edbaa2a866c96511e153af3408bfe771");
}

/* P27 */
TEST(the_time_is_utc_whatever_the_hosts_zone)
{
    glift__sigv4_input input = two_parameters(AUGUST_5_2024_10H);
    setenv("TZ", "EAST-11", 1); /* the evening of the same day there */
    tzset();
    glift__sigv4_output out = signed_output(&input);
    unsetenv("TZ");
    tzset();
    CHECK_TEXT(out.date_time, "20240805T100000Z");
    CHECK_TEXT(out.signature, "2601fe291f4b43a63f6ffb0e1d9085a1edbaa2a866c96511e153af3408bfe771");
}

/* P23 */
TEST(vector_b_differs_by_the_hour_alone)
{
    glift__sigv4_input input = two_parameters(AUGUST_5_2024_10H - 3600);
    CHECK_TEXT(signed_output(&input).signature,
            "acd5225ad5491af728fae9e3fc93dab103bd757ff174580f6520103471595f5e");
}

/* P19, P24: the parameters are given unsorted. */
TEST(vector_c_signs_the_sorted_connect_parameters)
{
    glift__sigv4_input input = connect_input();
    CHECK_TEXT(signed_output(&input).signature,
            "a241c8e21bc82cfbc587736adb3de8869784015ec644d1ec96788e8486fab22b");
}

TEST(vector_d_encodes_slash_and_blank_by_rfc_3986)
{
    static const char *const values[] = {"p q", "a/b", "fleet-1234"};
    glift__sigv4_input input = connect_input();
    input.values = values;
    CHECK_TEXT(signed_output(&input).signature,
            "cba295689701c1db410374e4fcead381248b77799998ac680c3a0c0c0655f619");
}

static const char *refusal(const glift__sigv4_input *input)
{
    glift__sigv4_output out;
    const char *message;
    CHECK_INT(glift__sigv4_sign(input, &out, &message), GLIFT_ERR_ARGUMENT);
    CHECK_TEXT(out.signature, "");
    return message;
}

/* P28 */
TEST(what_is_missing_is_named_in_the_official_order)
{
    glift__sigv4_input input = {0};
    CHECK_TEXT(refusal(&input), "AwsRegion is required");
    input.region = "us-west-2";
    input.access_key = "";
    CHECK_TEXT(refusal(&input), "AccessKey is required");
    input.access_key = "key";
    CHECK_TEXT(refusal(&input), "SecretKey is required");
    input.secret_key = "secret";
    CHECK_TEXT(refusal(&input), "QueryParams is required");
    input.names = connect_names;
    input.values = connect_values;
    input.count = 3;
    CHECK_TEXT(refusal(&input), "RequestTime is required");
    input.unix_s = 1;
    signed_output(&input);
}

TEST(keys_longer_than_aws_issues_are_refused_and_not_repeated)
{
    char key[300];
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';

    glift__sigv4_input input = connect_input();
    input.secret_key = key;
    CHECK_TEXT(refusal(&input), "SecretKey is longer than 256 bytes");
    input.secret_key = key + 299 - 256;
    signed_output(&input);

    input.access_key = key;
    CHECK_TEXT(refusal(&input), "AccessKey is longer than 128 bytes");
    input.access_key = key + 299 - 128;
    CHECK_INT(strlen(signed_output(&input).credential),
            128 + strlen("/20240805/us-west-2/gamelift/aws4_request"));

    input.region = key;
    CHECK_TEXT(refusal(&input), "AwsRegion is longer than 64 bytes");
}

TEST(a_time_past_the_year_9999_is_refused)
{
    glift__sigv4_input input = connect_input();
    input.unix_s = INT64_C(253402300799);
    CHECK_TEXT(signed_output(&input).date_time, "99991231T235959Z");
    input.unix_s++;
    CHECK_TEXT(refusal(&input), "RequestTime is required");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in texts: what is masked, what is not, and that JSON stays JSON. */
#include "journal/mask.h"

#include <cjson/cJSON.h>

#include "test.h"

#define TOKEN  "token-0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab"
#define SECRET "the_secret-of-this_program"

static const char *masked(const char *text)
{
    static char out[4096];
    size_t length = strlen(text);
    CHECK(length < sizeof out);
    memcpy(out, text, length);
    length = local_mask_secrets(out, length, SECRET);
    CHECK(length <= strlen(text));
    out[length] = '\0';
    return out;
}

TEST(values_are_masked_wherever_they_stand)
{
    CHECK_TEXT(masked(TOKEN), "***");
    CHECK_TEXT(masked("my token is " TOKEN ", is it?"), "my token is ***, is it?");
    CHECK_TEXT(masked("x" TOKEN TOKEN "y"), "x******y");
    CHECK_TEXT(masked("{\"PlayerData\":\"" SECRET "\"}"), "{\"PlayerData\":\"***\"}");
    CHECK_TEXT(masked(SECRET SECRET), "******");
}

TEST(values_are_masked_where_letters_are_encoded)
{
    CHECK_TEXT(masked("a=%74oken%2D0a1b2c3d-4e5f-4a6b-8c7d-0123456789a%62&b"), "a=***&b");
    CHECK_TEXT(masked("\\u0074oken-0a1b2c3d\\u002d4e5f-4a6b-8c7d-0123456789ab"), "***");
    CHECK_TEXT(masked("the%5Fsecret%2Dof-this_program"), "***");
}

TEST(what_a_cut_has_left_of_a_value_is_masked)
{
    CHECK_TEXT(masked("token-0a1b2c3d"), "***");
    CHECK_TEXT(masked("the_secret-of"), "***");
    CHECK_TEXT(masked("token-0a"), "token-0a"); /* might be anything */
}

TEST(what_stands_behind_the_name_of_a_secret_is_masked)
{
    static const char *const pairs[][2] = {
            {"{\"AuthToken\":\"abc\",\"B\":1}", "{\"AuthToken\":\"***\",\"B\":1}"},
            {"{ \"SecretAccessKey\" : \"a\\\"b\", \"C\" : 2 }",
                    "{ \"SecretAccessKey\" : \"***\", \"C\" : 2 }"},
            {"{\"SessionToken\":\"abcdef\"}", "{\"SessionToken\":\"***\"}"},
            {"GAMELIFT_SDK_AUTH_TOKEN=abcdef next", "GAMELIFT_SDK_AUTH_TOKEN=*** next"},
            {"authorization: Bearer a b, c\nnext", "authorization: ***\nnext"},
            {"?pID=1&Authorization=abc%26d&x=2", "?pID=1&Authorization=***&x=2"},
            {"pID%3D1%26Authorization%3Dabc%26x", "pID%3D1%26Authorization%3D***%26x"},
            {"X-Amz-Signature=0123&X-Amz-Credential=AKIA%2F2&X-Amz-Security-Token=q",
                    "X-Amz-Signature=***&X-Amz-Credential=***&X-Amz-Security-Token=*"},
            {"aws_secret_access_key = abcd", "aws_secret_access_key = ***"},
            {"run --token abcdef --port 1", "run --token *** --port 1"},
            {"http://host/?token=abcdef", "http://host/?token=***"},
            {"{\"text\":\"{\\\"AuthToken\\\":\\\"abcdef\\\"}\"}",
                    "{\"text\":\"{\\\"AuthToken\\\":\\\"***\\\"}\"}"},
            {"password='a b' c", "password='***' c"},
            {"{\"AuthToken\":\"abc", "{\"AuthToken\":\"***"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        CHECK_TEXT(masked(pairs[i][0]), pairs[i][1]);
}

TEST(other_texts_stay_as_they_are)
{
    static const char *const texts[] = {
            "",
            "{\"NextToken\":\"abc\",\"IdempotencyToken\":\"def\",\"auth_token_count\":3}",
            "{\"Credentials\":{\"a\":1},\"Signature\":null,\"AuthToken\":12}",
            "a token of thanks, a password, a signature",
            "100% of \\ and %zz and \\u00",
            "token-0a1b2c3d_4e5f-4a6b-8c7d-0123456789ab",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CHECK_TEXT(masked(texts[i]), texts[i]);
}

/* Any two pieces of JSON and of secrets beside each other: the result is JSON, and shows none. */
TEST(json_stays_json_and_holds_no_secret)
{
    static const char *const values[] = {"\"" TOKEN "\"", "\"\\\"\\\\\"", "[]", "{}", "null", "-1.5",
            "\"" SECRET "\\n\"", "\"token-\"", "{\"token\":\"abcdef\"}", "[\"AuthToken\",\"abcdef\"]",
            "\"Authorization=abcdef\"", "\"\\u0022\"", "\"{\\\"AuthToken\\\": \\\"abcdef\\\"}\"", "true",
            "\"AuthToken:\""};
    static const char *const names[] = {"AuthToken", "x", "SecretKey", "token", "Authorization", "a\\\"b"};
    enum { VALUES = sizeof values / sizeof values[0], NAMES = sizeof names / sizeof names[0] };
    for (size_t i = 0; i < VALUES * VALUES * NAMES * NAMES; i++) {
        char text[512];
        snprintf(text, sizeof text, "{\"%s\":%s, \"%s\": %s}", names[i % NAMES], values[i / NAMES % VALUES],
                names[i / NAMES / VALUES % NAMES], values[i / NAMES / VALUES / NAMES]);
        cJSON *tree = cJSON_Parse(masked(text));
        if (tree == NULL)
            printf("%s\n%s\n", text, masked(text));
        CHECK(tree != NULL);
        cJSON_Delete(tree);
        CHECK(strstr(masked(text), "0a1b2c3d") == NULL && strstr(masked(text), "the_secret") == NULL);
    }
}

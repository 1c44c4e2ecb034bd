/* SPDX-License-Identifier: Apache-2.0 */
/* The token that clients show where other machines can reach the service: where it may stand, and what is not
 * it. */
#include "api/service.h"
#include "model/access.h"
#include "test.h"

#define TOKEN "0123456789abcdef_-XY"

static local_service *make(const char *token)
{
    local_service *service = NULL;
    const local_service_desc desc = {.seed = 1, .access_token = token};
    CHECK_INT(local_service_create(&desc, (glift__time){0}, &service), GLIFT_OK);
    return service;
}

TEST(a_token_has_16_to_128_letters_that_need_no_escape)
{
    char longest[130];
    memset(longest, 'a', sizeof longest);
    longest[128] = '\0';
    CHECK(local_token_is_valid(TOKEN));
    CHECK(local_token_is_valid("0123456789abcdef"));
    CHECK(local_token_is_valid(longest));
    longest[128] = 'a';
    longest[129] = '\0';
    CHECK(!local_token_is_valid(longest));
    CHECK(!local_token_is_valid(""));
    CHECK(!local_token_is_valid("0123456789abcde"));
    CHECK(!local_token_is_valid("0123456789abcdef/"));
    CHECK(!local_token_is_valid("0123456789abcdef "));
}

TEST(a_service_without_a_token_admits_everybody)
{
    local_service *service = make(NULL);
    CHECK(local_admits_client(service, "", ""));
    CHECK(local_admits_client(service, "Bearer anything", ""));
    CHECK(local_admits_credential(service, ""));
    local_service_destroy(service);
}

TEST(a_client_shows_the_token_in_one_of_three_ways)
{
    static const char *const good[] = {"Bearer " TOKEN, "bearer   " TOKEN,
            "AWS4-HMAC-SHA256 Credential=" TOKEN
            "/20260101/us-east-1/gamelift/aws4_request, SignedHeaders=host",
            "AWS4-HMAC-SHA256 SignedHeaders=host, Credential=" TOKEN "/x, Signature=00"};
    static const char *const bad[] = {"", TOKEN, "Bearer", "Bearer ", "Bearer " TOKEN "Z",
            "Bearer 0123456789abcdef_-X", "Bearer 0123456789abcdef_-XZ", "Bearer " TOKEN " ", "Basic " TOKEN,
            "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=AKIA/x",
            "AWS4-HMAC-SHA256 Credential=" TOKEN "Z/x", "AWS4-HMAC-SHA256 Credential=AKIA/" TOKEN};
    local_service *service = make(TOKEN);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK(local_admits_client(service, good[i], ""));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(!local_admits_client(service, bad[i], ""));
    CHECK(local_admits_client(service, "", "token=" TOKEN));
    CHECK(local_admits_client(service, "", "a=b&token=" TOKEN "&c"));
    CHECK(!local_admits_client(service, "", "token=" TOKEN "Z"));
    CHECK(!local_admits_client(service, "", "atoken=" TOKEN));
    CHECK(!local_admits_client(service, "", "token=&token=" TOKEN)); /* the first one counts */
    CHECK(!local_admits_client(service, "", "token"));
    local_service_destroy(service);
}

/* No signature is verified: without this, anybody who knows two names would get in as a game server. */
TEST(a_game_server_that_signs_shows_the_token_as_its_access_key_id)
{
    local_service *service = make(TOKEN);
    CHECK(local_admits_credential(service, TOKEN "/20260101/us-east-1/gamelift/aws4_request"));
    CHECK(local_admits_credential(service, TOKEN));
    CHECK(!local_admits_credential(service, "AKIA/20260101/us-east-1/gamelift/aws4_request"));
    CHECK(!local_admits_credential(service, ""));
    local_service_destroy(service);
}

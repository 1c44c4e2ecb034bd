/* SPDX-License-Identifier: Apache-2.0 */
/* Published vectors: FIPS 180, RFC 4231, RFC 4648. */
#include "wire/digest.h"
#include "failing_openssl.h"
#include "test.h"

static void check_hex(const uint8_t *bytes, size_t length, const char *expected)
{
    char hex[2 * GLIFT__SHA256_SIZE + 1];
    for (size_t i = 0; i < length; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    CHECK_TEXT(hex, expected);
}

static void check_sha1(const char *text, size_t length, const char *expected)
{
    uint8_t out[GLIFT__SHA1_SIZE];
    CHECK(glift__sha1(text, length, out));
    check_hex(out, sizeof out, expected);
}

static void check_sha256(const char *text, size_t length, const char *expected)
{
    uint8_t out[GLIFT__SHA256_SIZE];
    CHECK(glift__sha256(text, length, out));
    check_hex(out, sizeof out, expected);
}

TEST(sha1_of_published_vectors)
{
    static char million[1000000];
    memset(million, 'a', sizeof million);
    check_sha1("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    check_sha1("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
    check_sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    check_sha1(million, sizeof million, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(sha256_of_published_vectors)
{
    static char million[1000000];
    memset(million, 'a', sizeof million);
    check_sha256("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_sha256("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check_sha256(million, sizeof million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void check_hmac(const void *key, size_t key_length, const char *text, const char *expected)
{
    uint8_t out[GLIFT__SHA256_SIZE];
    CHECK(glift__hmac_sha256(key, key_length, text, strlen(text), out));
    check_hex(out, sizeof out, expected);
}

/* RFC 4231 4.2, 4.3, 4.7 */
TEST(hmac_of_published_vectors)
{
    uint8_t key[131];
    memset(key, 0x0b, 20);
    check_hmac(key, 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    check_hmac("Jefe", 4, "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    check_hmac(key, sizeof key, "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 4648 10 */
TEST(base64_of_published_vectors)
{
    static const char *const vectors[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
            {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF\xBF", "+/+/"}};
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        char out[GLIFT__BASE64_SIZE(6) + 1];
        size_t length = strlen(vectors[i][0]), size = GLIFT__BASE64_SIZE(length);
        memset(out, '#', sizeof out);
        glift__base64(vectors[i][0], length, out);
        CHECK_TEXT(out, vectors[i][1]);
        CHECK_INT(size, strlen(out) + 1);
        CHECK_INT(out[size], '#');
    }
}

TEST(a_cleansed_secret_is_gone)
{
    char secret[] = "a secret and more";
    glift__cleanse(secret, 8);
    CHECK(memcmp(secret, "\0\0\0\0\0\0\0\0 and more", sizeof secret) == 0);
}

TEST(a_digest_without_memory_is_told_and_the_next_one_works)
{
    uint8_t out[GLIFT__SHA256_SIZE];
    int failures = 0;
    for (failing_openssl_start(); failing_openssl_next();)
        failures += !glift__sha1("abc", 3, out);
    for (failing_openssl_start(); failing_openssl_next();)
        failures += !glift__sha256("abc", 3, out);
    for (failing_openssl_start(); failing_openssl_next();)
        failures += !glift__hmac_sha256("key", 3, "abc", 3, out);
    CHECK(failures >= 3);
    check_sha1("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

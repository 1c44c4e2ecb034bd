/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

bool glift__sha1(const void *bytes, size_t length, uint8_t out[GLIFT__SHA1_SIZE])
{
    return EVP_Digest(bytes, length, out, NULL, EVP_sha1(), NULL) == 1;
}

bool glift__sha256(const void *bytes, size_t length, uint8_t out[GLIFT__SHA256_SIZE])
{
    return EVP_Digest(bytes, length, out, NULL, EVP_sha256(), NULL) == 1;
}

bool glift__hmac_sha256(
        const void *key, size_t key_length, const void *bytes, size_t length, uint8_t out[GLIFT__SHA256_SIZE])
{
    return HMAC(EVP_sha256(), key, (int)key_length, bytes, length, out, NULL) != NULL;
}

void glift__base64(const void *bytes, size_t length, char *out)
{
    EVP_EncodeBlock((unsigned char *)out, bytes, (int)length);
}

void glift__cleanse(void *bytes, size_t length)
{
    OPENSSL_cleanse(bytes, length);
}

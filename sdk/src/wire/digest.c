/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/digest.h"

#include "base/gate.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

/* Behind the gate, since a dial may be signed on the I/O thread while the program ends. */
static bool digest(const EVP_MD *(*kind)(void), const void *bytes, size_t length, uint8_t *out)
{
    if (!glift__gate_enter(glift__gate_of_program()))
        return false;
    bool done = EVP_Digest(bytes, length, out, NULL, kind(), NULL) == 1;
    glift__gate_leave(glift__gate_of_program());
    return done;
}

bool glift__sha1(const void *bytes, size_t length, uint8_t out[GLIFT__SHA1_SIZE])
{
    return digest(EVP_sha1, bytes, length, out);
}

bool glift__sha256(const void *bytes, size_t length, uint8_t out[GLIFT__SHA256_SIZE])
{
    return digest(EVP_sha256, bytes, length, out);
}

bool glift__hmac_sha256(
        const void *key, size_t key_length, const void *bytes, size_t length, uint8_t out[GLIFT__SHA256_SIZE])
{
    if (!glift__gate_enter(glift__gate_of_program()))
        return false;
    bool done = HMAC(EVP_sha256(), key, (int)key_length, bytes, length, out, NULL) != NULL;
    glift__gate_leave(glift__gate_of_program());
    return done;
}

void glift__base64(const void *bytes, size_t length, char *out)
{
    EVP_EncodeBlock((unsigned char *)out, bytes, (int)length);
}

void glift__cleanse(void *bytes, size_t length)
{
    OPENSSL_cleanse(bytes, length);
}

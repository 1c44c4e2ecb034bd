/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and base64. digest.c is the only file that includes OpenSSL's cryptography; TLS is elsewhere. */
#ifndef GLIFT_DIGEST_H
#define GLIFT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GLIFT__SHA1_SIZE   20
#define GLIFT__SHA256_SIZE 32

/* False where OpenSSL is out of memory, a policy of this machine forbids the digest, or the program is in
 * exit(). */
bool glift__sha1(const void *bytes, size_t length, uint8_t out[GLIFT__SHA1_SIZE]);
bool glift__sha256(const void *bytes, size_t length, uint8_t out[GLIFT__SHA256_SIZE]);
bool glift__hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
        uint8_t out[GLIFT__SHA256_SIZE]);

#define GLIFT__BASE64_SIZE(length) (((length) + 2) / 3 * 4 + 1) /* with the terminator */

/* Writes base64 with padding, on one line, NUL-terminated. */
void glift__base64(const void *bytes, size_t length, char *out);

/* Overwrites a secret in a way that the compiler does not leave out. */
void glift__cleanse(void *bytes, size_t length);

#endif

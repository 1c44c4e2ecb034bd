/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/sigv4.h"
#include "base/text.h"
#include "platform/platform.h"
#include "wire/digest.h"

#include <stdio.h>
#include <string.h>

/* These limits are far above what AWS issues; with them no buffer here can be too small. */
#define MAX_REGION     64
#define MAX_ACCESS_KEY 128
#define MAX_SECRET_KEY 256
#define MAX_PARAMETERS 8

#define LAST_UNIX_S INT64_C(253402300799) /* the year 9999 has the last date of four digits */

typedef struct digest {
    uint8_t bytes[GLIFT__SHA256_SIZE];
} digest;

static bool is_empty(const char *text)
{
    return text == NULL || *text == '\0';
}

/* What is wrong with the input, beginning with what the official SDKs find; NULL if nothing is. */
static const char *objection(const glift__sigv4_input *input)
{
    if (is_empty(input->region))
        return "AwsRegion is required";
    if (is_empty(input->access_key))
        return "AccessKey is required";
    if (is_empty(input->secret_key))
        return "SecretKey is required";
    if (input->count == 0)
        return "QueryParams is required";
    if (input->unix_s <= 0 || input->unix_s > LAST_UNIX_S)
        return "RequestTime is required";
    if (strlen(input->region) > MAX_REGION)
        return "AwsRegion is longer than 64 bytes";
    if (strlen(input->access_key) > MAX_ACCESS_KEY)
        return "AccessKey is longer than 128 bytes";
    if (strlen(input->secret_key) > MAX_SECRET_KEY)
        return "SecretKey is longer than 256 bytes";
    return input->count > MAX_PARAMETERS ? "QueryParams are more than 8" : NULL;
}

/* The index of the first parameter by name among those that are not done. */
static size_t next_by_name(const glift__sigv4_input *input, const bool *done)
{
    size_t first = input->count;
    for (size_t i = 0; i < input->count; i++)
        if (!done[i] && (first == input->count || strcmp(input->names[i], input->names[first]) < 0))
            first = i;
    return first;
}

/* Writes "ComputeId=a%2Fb&FleetId=...", encoded by RFC 3986 as in C++ and C#, not by the form encoding of Go.
 */
static glift_status canonical_query(const glift__sigv4_input *input, glift__text *out)
{
    bool done[MAX_PARAMETERS] = {false};
    glift_status status = GLIFT_OK;
    for (size_t i = 0; i < input->count && status == GLIFT_OK; i++) {
        size_t next = next_by_name(input, done);
        done[next] = true;
        if (i > 0)
            status = glift__text_append(out, "&", 1);
        if (status == GLIFT_OK)
            status = glift__percent_encode(input->names[next], out);
        if (status == GLIFT_OK)
            status = glift__text_append(out, "=", 1);
        if (status == GLIFT_OK)
            status = glift__percent_encode(input->values[next], out);
    }
    return status;
}

static void to_hex(const digest *from, char out[65])
{
    for (size_t i = 0; i < sizeof from->bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", from->bytes[i]);
}

static bool hmac(const void *key, size_t key_length, const char *text, digest *out)
{
    return glift__hmac_sha256(key, key_length, text, strlen(text), out->bytes);
}

/* Computes the chain of keys that ends in the signature. None of the keys outlives the call. */
static bool sign(
        const glift__sigv4_input *input, const char *date, const char *string_to_sign, digest *signature)
{
    char first[sizeof "AWS4" + MAX_SECRET_KEY];
    digest keys[4];
    size_t length = (size_t)snprintf(first, sizeof first, "AWS4%s", input->secret_key);
    bool done = hmac(first, length, date, &keys[0]) &&
                hmac(&keys[0], sizeof keys[0], input->region, &keys[1]) &&
                hmac(&keys[1], sizeof keys[1], "gamelift", &keys[2]) &&
                hmac(&keys[2], sizeof keys[2], "aws4_request", &keys[3]) &&
                hmac(&keys[3], sizeof keys[3], string_to_sign, signature);
    glift__cleanse(first, sizeof first);
    glift__cleanse(keys, sizeof keys);
    return done;
}

static bool sign_query(const glift__sigv4_input *input, const glift__text *query, glift__sigv4_output *out)
{
    struct tm utc;
    digest hash;
    char date[9], scope[MAX_REGION + 64], query_hash[65], string_to_sign[sizeof scope + 128];
    if (!glift__clock_utc(input->unix_s, &utc) || !glift__sha256(query->bytes, query->length, hash.bytes))
        return false;
    to_hex(&hash, query_hash);
    strftime(date, sizeof date, "%Y%m%d", &utc);
    strftime(out->date_time, sizeof out->date_time, "%Y%m%dT%H%M%SZ", &utc);
    snprintf(scope, sizeof scope, "%s/%s/gamelift/aws4_request", date, input->region);
    snprintf(out->credential, sizeof out->credential, "%s/%s", input->access_key, scope);
    snprintf(string_to_sign, sizeof string_to_sign, "AWS4-HMAC-SHA256\n%s\n%s\n%s", out->date_time, scope,
            query_hash);
    if (!sign(input, date, string_to_sign, &hash))
        return false;
    to_hex(&hash, out->signature);
    return true;
}

glift_status glift__sigv4_sign(
        const glift__sigv4_input *input, glift__sigv4_output *out, const char **message)
{
    *out = (glift__sigv4_output){0};
    *message = objection(input);
    if (*message != NULL)
        return GLIFT_ERR_ARGUMENT;
    glift__text query = {0};
    glift_status status = canonical_query(input, &query);
    if (status == GLIFT_OK && !sign_query(input, &query, out))
        status = GLIFT_ERR_MEMORY; /* the digests have no other reason to fail here */
    glift__text_free(&query);
    *message = status == GLIFT_OK ? "" : "out of memory";
    return status;
}

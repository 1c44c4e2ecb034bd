/* SPDX-License-Identifier: Apache-2.0 */
/* GameLift's variant of AWS Signature Version 4 (wire protocol 1.3): what is signed is a query of
 * three parameters; no method, path, header or payload. */
#ifndef GLIFT_SIGV4_H
#define GLIFT_SIGV4_H

#include <gamelift/gamelift.h>

typedef struct glift__sigv4_input {
    const char *region, *access_key, *secret_key;
    const char *const *names;  /* of the parameters, in any order: they are sorted here */
    const char *const *values; /* none of them NULL */
    size_t count;
    int64_t unix_s; /* when the request is made */
} glift__sigv4_input;

typedef struct glift__sigv4_output {
    char date_time[17];   /* "20240805T100000Z" */
    char credential[320]; /* <access key>/<date>/<region>/gamelift/aws4_request, not percent-encoded */
    char signature[65];   /* lower-case hex */
} glift__sigv4_output;

/* GLIFT_ERR_ARGUMENT with the official texts in *message ("AwsRegion is required", ...) (rule P28).
 * GLIFT_ERR_MEMORY. *message is static text, "" on success. */
glift_status glift__sigv4_sign(
        const glift__sigv4_input *input, glift__sigv4_output *out, const char **message);

#endif

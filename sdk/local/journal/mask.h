/* SPDX-License-Identifier: Apache-2.0 */
/* Takes secrets out of a text that others are to read. Pure. */
#ifndef LOCAL_MASK_H
#define LOCAL_MASK_H

#include <stddef.h>

/* In place, with *** in the place of each secret; the new length, which is not above the old one. Auth tokens
 * of computes are known by their form (LOCAL_AUTH_TOKEN_PREFIX), wherever they stand, and `secret` (NULL:
 * none) by its value; also where letters of them are percent-encoded or \u-escaped. JSON stays JSON. */
size_t local_mask_values(char *text, size_t length, const char *secret);

/* The same, and what stands behind the names of secrets: "AuthToken": "...", Authorization: ..., --token ...
 */
size_t local_mask_secrets(char *text, size_t length, const char *secret);

#endif

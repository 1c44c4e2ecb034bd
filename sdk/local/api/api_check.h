/* SPDX-License-Identifier: Apache-2.0 */
/* Input of an operation against its table: what is required, of which type, how long, of which form. */
#ifndef LOCAL_API_CHECK_H
#define LOCAL_API_CHECK_H

#include "api/api.h"

/* Patterns that were read, when they were first needed (api_pattern.c). */
typedef struct local_patterns local_patterns;
glift_status local_patterns_create(local_patterns **out);
void local_patterns_destroy(local_patterns *patterns); /* NULL is allowed */
/* Whether the whole text fits a POSIX extended expression, which is static text. A text that was not
 * examined, for want of memory, does not fit. */
bool local_pattern_fits(local_patterns *patterns, const char *expression, const char *text);

/* False: the refusal is an InvalidRequest that lists what is wrong, as AWS words it (S14). */
bool local_check_input(
        local_patterns *patterns, const api_member *members, const cJSON *input, local_refusal *why);

#endif

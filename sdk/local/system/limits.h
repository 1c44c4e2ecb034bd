/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOCAL_LIMITS_H
#define LOCAL_LIMITS_H

#include <stdint.h>

typedef struct local_file_limit {
    uint64_t now, most;
} local_file_limit;

/* Lets this process open so many files and sockets, or as many as the system allows, which it gives. *before
 * is what was allowed. */
uint64_t local_take_files(uint64_t wanted, local_file_limit *before);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Token buckets by name, as many as there is room for. */
#ifndef LOCAL_THROTTLING_H
#define LOCAL_THROTTLING_H

#include "faults/faults.h"

local_buckets *local_buckets_create(void); /* NULL: out of memory */
void local_buckets_destroy(local_buckets *buckets);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The clock that sleeps go by. gamelift.testing has another one in its place, which specs move. */

#include "lgamelift.h"

#include <time.h>

uint64_t lclock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

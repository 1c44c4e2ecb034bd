/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

#include <sys/random.h>
#include <unistd.h>

bool glift__random_bytes(void *out, size_t size)
{
    return getentropy(out, size) == 0; /* up to 256 bytes, once the kernel has any */
}

uint32_t glift__process_number(void)
{
    return (uint32_t)getpid();
}

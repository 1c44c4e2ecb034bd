/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

bool glift__random_bytes(void *out, size_t size)
{
    ssize_t got;
    do {
        got = getrandom(out, size, 0); /* up to 256 bytes come whole, once the kernel has any */
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)size;
}

uint32_t glift__process_number(void)
{
    return (uint32_t)getpid();
}

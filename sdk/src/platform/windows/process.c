/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

#include <windows.h>

#include <bcrypt.h>

bool glift__random_bytes(void *out, size_t size)
{
    return BCryptGenRandom(NULL, out, (ULONG)size, BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0;
}

uint32_t glift__process_number(void)
{
    return (uint32_t)GetCurrentProcessId();
}
